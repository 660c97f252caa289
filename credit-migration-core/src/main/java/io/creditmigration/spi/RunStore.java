package io.creditmigration.spi;

import io.creditmigration.Migration;
import io.creditmigration.MigrationRun;
import io.creditmigration.RunEvent;
import io.creditmigration.RunScope;
import io.creditmigration.RunSettings;
import io.creditmigration.UserMigration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The role of a store that can walk a whole population in pages, each one transaction that carries its own checkpoint.
 *
 * <p>A run is cut into ranges of about as many users each. Any number of threads and processes work on it, a page of a range
 * at a time. It makes two passes: one over everyone, and, when all ranges are through with it, a sweep over users without a
 * line or PENDING, for those who appeared behind the position or could not be written by their page, and over COMPLETED ones of
 * a grant who have {@linkplain UserState#lateOperations late operations}. The sweep of
 * a run that {@linkplain RunScope#isRollback() rolls users back} is over those of its scope who are still COMPLETED, and those
 * whom the first pass had to leave.
 *
 * <p>Every line keeps the run whose page wrote it, and none where no run did: {@link
 * RunScope.Kind#MIGRATED_BY_RUN} asks for it.
 */
public interface RunStore extends MigrationStore {

    /** How many ranges a run has at most. */
    int RANGES_MAX = 64;

    /** How many pages a range has at least, where there are users enough. */
    int RANGE_PAGES_MIN = 4;

    /**
     * The unfinished run of this scope and stage, or a new one, cut into ranges and with the definition stored. Nothing is locked
     * while it counts and cuts; run and ranges are then written in one short transaction, unless someone else has opened one
     * meanwhile, which is answered. A run keeps the actor and the reason that it was opened with. If its last page is ten seconds old or older, it counts as resumed now.
     */
    MigrationRun openRun(Migration migration, RunRequest request, Cause cause);

    /** The run as it stands; empty where this migration has none of this id. */
    Optional<MigrationRun> findRun(Migration migration, String runId);

    /** The runs of this migration, newest first, at most {@code limit}. */
    List<MigrationRun> runs(Migration migration, int limit);

    /**
     * Changes the state of a run if it is still {@code from}, and keeps the cause as an event. Pages that begin later obey. A
     * run that is RUNNING afterwards begins to go on now.
     *
     * @return whether it was
     */
    boolean changeRun(Migration migration, String runId, MigrationRun.State from, MigrationRun.State to, Cause cause);

    /**
     * Changes the settings of a run that is RUNNING or PAUSED, and keeps the cause as an event. Pages that begin later obey.
     * The run begins to go on now, at another speed.
     *
     * @return whether it was
     */
    boolean retuneRun(Migration migration, String runId, RunSettings settings, Cause cause);

    /** What was done to runs and rollout of this migration, newest first, at most {@code limit}. */
    List<RunEvent> events(Migration migration, int limit);

    /**
     * The users of this migration by status, and the credits granted. COMPLETED are counted from the tallies of runs and the
     * lines outside runs: no read of the whole journal.
     */
    Totals totals(Migration migration);

    /** The FAILED users after this stored id in the order of ids, at most {@code limit}; null begins. */
    List<UserMigration> failed(Migration migration, @Nullable String afterUserId, int limit);

    /** Operations in the usage window for each of its days, first to last; empty where the store knows none. */
    List<Long> operationsPerDay(Migration migration);

    /**
     * The users of this scope after this stored id in key order, at most {@code limit}; null begins. Reads only: this is all
     * that a dry run does to the store. For a listed scope, {@link #find} them.
     */
    List<UserState> scan(Migration migration, RunScope scope, @Nullable String afterUserId, int limit);

    /**
     * One page of a run, in one transaction:
     *
     * <ol>
     *   <li>Claim a range that is not done by a row lock, without waiting: {@code range} if it is free, otherwise the first
     *       free one. STOPPED if the run is not RUNNING, HALTED if the halt switch {@linkplain RunScope#isHeldUpBy holds it
     *       up}, FINISHED if all ranges are done,
     *       which finishes the run, and BUSY if others have all that are left in this pass. The lock is the lease: a dead
     *       worker's range is free when the database drops its connection.
     *   <li>Read the next {@code limit} users of the range by plain reads; no user's row is locked.
     *   <li>{@linkplain PageWork#decide Decide}.
     *   <li>Write the changes as {@link MigrationStore#commit} does, but wait for no user's row: a locked user is answered
     *       LOCKED, a failed guard STALE, and the rest of the page goes on. Only a page of one user in the sweep waits, as
     *       a commit does.
     *   <li>{@linkplain PageWork#count Count}, add the tally to the range's, and note the users left to the sweep.
     *   <li>Move the range's position after the last user taken, only if it is still where it was claimed; otherwise roll
     *       back.
     *   <li>Commit. If the store refuses some user's data, roll back all and answer REJECTED: the caller asks for smaller
     *       pages until the one user stands alone. If a statement takes longer than the database lets it, or meets
     *       a lock that is not given up, roll back all and answer ENDED.
     * </ol>
     *
     * @param range the range to go on with; null for any
     * @param now when, for the run's progress
     */
    Page page(Migration migration, String runId, @Nullable Integer range, int limit, Instant now, PageWork work);
}
