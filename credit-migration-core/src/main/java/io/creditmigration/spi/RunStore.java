package io.creditmigration.spi;

import io.creditmigration.Migration;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The role of a store that can walk a whole population in pages, each one transaction that carries its own checkpoint.
 *
 * <p>A run makes two passes in key order: one over everybody, and a sweep over users without a record or with a PENDING
 * one, for those who appeared behind the cursor or could not be written by their page.
 */
public interface RunStore extends MigrationStore {

    /** The unfinished run of this migration and scope, or a new one. Returns its id. */
    String openRun(Migration migration, String scope);

    /**
     * The users after this stored id in key order, at most {@code limit}; null begins. Reads only: this is all that a dry
     * run does to the store.
     */
    List<UserState> scan(Migration migration, @Nullable String afterUserId, int limit);

    /**
     * One page of a run, in one transaction:
     *
     * <ol>
     *   <li>Claim the run's position by a row lock, without waiting: BUSY if somebody else has it, FINISHED if both passes
     *       are done, HALTED if the halt switch is on.
     *   <li>Read the next {@code limit} users after the position by plain reads; no user's row is locked.
     *   <li>Call {@code decide} with them, once. It is pure and returns the changes in the order of the users.
     *   <li>Write the changes as {@link MigrationStore#commit} does, but wait for no user's row: who is locked is answered
     *       LOCKED, whose guard fails STALE, and the rest of the page goes on.
     *   <li>Move the position behind the last user read, only if it is still where it was claimed; otherwise roll back.
     *   <li>Commit. If the store refuses some user's data, roll back all and answer REJECTED: the caller asks for smaller
     *       pages until the one user stands alone.
     * </ol>
     */
    Page page(Migration migration, String runId, int limit, Function<List<UserState>, List<UserChange>> decide);
}
