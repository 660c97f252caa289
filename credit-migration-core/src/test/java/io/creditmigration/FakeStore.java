package io.creditmigration;

import io.creditmigration.spi.Cause;
import io.creditmigration.spi.CommitResult;
import io.creditmigration.spi.HostShape;
import io.creditmigration.spi.Page;
import io.creditmigration.spi.PageWork;
import io.creditmigration.spi.RunRequest;
import io.creditmigration.spi.RunStore;
import io.creditmigration.spi.StoredDefinition;
import io.creditmigration.spi.Totals;
import io.creditmigration.spi.UserChange;
import io.creditmigration.spi.UserState;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A store of one user and one run, which answers as a test has told it. What no test needs is not there. */
public class FakeStore implements RunStore {

    /** Answers one commit; may change the user first, or throw. */
    public interface Answer {
        CommitResult to(UserChange change);
    }

    /** Who is there; null for nobody. */
    public @Nullable UserState user = Fixture.ANN;

    /** Answers to the next commits; COMMITTED once there are none. */
    public final Deque<Answer> answers = new ArrayDeque<>();

    /** What was asked to be written, in order. */
    public final List<UserChange> asked = new ArrayList<>();

    /** The run. */
    public MigrationRun run = run(RunScope.everyone(), RunSettings.defaults(), Tally.NOBODY);

    /** Why the run was changed, in order. */
    public final List<Cause> causes = new ArrayList<>();

    /** What the migration has come to. */
    public Totals totals = new Totals(Map.of(), BigDecimal.ZERO);

    /** How often the user was read. */
    public int finds;

    /** A run of this scope, with these settings and figures. */
    public static MigrationRun run(RunScope scope, RunSettings settings, Tally tally) {
        return run(scope, MigrationRun.State.RUNNING, settings, tally);
    }

    private static MigrationRun run(RunScope scope, MigrationRun.State state, RunSettings settings, Tally tally) {
        Instant then = Fixture.EARLIER;
        return new MigrationRun(
                "4711",
                scope,
                null,
                state,
                "",
                settings,
                Actor.operator("olga"),
                "as planned",
                new RunProgress(100, 0, 0, 1, 0, false, then, then, then, 0, then),
                tally,
                null);
    }

    @Override
    public Optional<UserState> find(Migration migration, String userId) {
        finds++;
        return Optional.ofNullable(user);
    }

    @Override
    public CommitResult commit(Migration migration, UserChange change) {
        asked.add(change);
        Answer answer = answers.poll();
        return answer == null ? CommitResult.committed(0) : answer.to(change);
    }

    @Override
    public Optional<MigrationRun> findRun(Migration migration, String runId) {
        return Optional.of(run);
    }

    @Override
    public boolean changeRun(
            Migration migration, String runId, MigrationRun.State from, MigrationRun.State to, Cause cause) {
        if (run.state() != from) {
            return false;
        }
        run = run(run.scope(), to, run.settings(), run.tally());
        causes.add(cause);
        return true;
    }

    @Override
    public Totals totals(Migration migration) {
        return totals;
    }

    @Override
    public Page page(
            Migration migration, String runId, @Nullable Integer range, int limit, Instant now, PageWork work) {
        throw unneeded();
    }

    @Override
    public HostShape shape() {
        return HostShape.ofScale(Fixture.SCALE);
    }

    @Override
    public void register(Migration migration, Cause cause) {
        throw unneeded();
    }

    @Override
    public ChainResult postpone(Migration migration, Duration by, Cause cause) {
        throw unneeded();
    }

    @Override
    public ChainResult withdraw(Migration migration, Cause cause) {
        throw unneeded();
    }

    @Override
    public String mapping() {
        return "one user";
    }

    @Override
    public List<StoredDefinition> definitions() {
        return List.of();
    }

    @Override
    public Rollout rollout(Migration migration) {
        return Rollout.EVERYBODY;
    }

    @Override
    public boolean setRollout(Migration migration, Rollout expected, Rollout rollout, Cause cause) {
        throw unneeded();
    }

    @Override
    public Barrier drain(Migration migration, Duration max) {
        return Barrier.SETTLED;
    }

    @Override
    public long epoch(Migration migration) {
        return 0;
    }

    @Override
    public List<JournalLine> log(Migration migration, String storedUserId) {
        throw unneeded();
    }

    @Override
    public MigrationRun openRun(Migration migration, RunRequest request, Cause cause) {
        throw unneeded();
    }

    @Override
    public List<MigrationRun> runs(Migration migration, int limit) {
        return List.of(run);
    }

    @Override
    public boolean retuneRun(Migration migration, String runId, RunSettings settings, Cause cause) {
        throw unneeded();
    }

    @Override
    public List<RunEvent> events(Migration migration, int limit) {
        throw unneeded();
    }

    @Override
    public List<UserMigration> failed(Migration migration, @Nullable String afterUserId, int limit) {
        throw unneeded();
    }

    @Override
    public List<Long> operationsPerDay(Migration migration) {
        return List.of();
    }

    @Override
    public List<UserState> scan(Migration migration, RunScope scope, @Nullable String afterUserId, int limit) {
        throw unneeded();
    }

    private static UnsupportedOperationException unneeded() {
        return new UnsupportedOperationException("No test has needed it yet");
    }
}
