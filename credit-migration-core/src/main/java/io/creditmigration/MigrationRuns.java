package io.creditmigration;

import io.creditmigration.MigrationRun.State;
import io.creditmigration.spi.Cause;
import io.creditmigration.spi.Page;
import io.creditmigration.spi.RunRequest;
import io.creditmigration.spi.RunStore;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The runs of a migration, seen and controlled from any process: what is done here is kept in the store, with who did it and
 * why, and obeyed by all workers from their next page on.
 *
 * <pre>{@code
 * MigrationRuns runs = migrations.runs();
 * runs.pause(run.id(), Actor.operator("ann"), "replication lag");
 * runs.retune(run.id(), run.settings().withPageSize(100).withThreads(1), Actor.operator("ann"), "gently");
 * runs.resume(run.id(), Actor.operator("ann"), "lag is gone");
 * }</pre>
 *
 * <p>To drive a run from a scheduler of your own, {@link #open} it once and call {@link #step} from as many tasks, threads and
 * processes as you like, as often as you like: each call is one page, and repeating or killing one does no harm.
 *
 * <p>Thread-safe. Every method throws {@link StoreException} when the store fails.
 */
public final class MigrationRuns {

    /** What a step came to. */
    public enum Step {
        /** A page was written; there may be more. */
        WORKED,
        /** Others work on all that is left for now: come again, as some of them may die. */
        BUSY,
        /** The run is paused or cancelled, or the {@linkplain RunScope#isHeldUpBy halt switch} holds it up. */
        STOPPED,
        /** The run is over. */
        FINISHED
    }

    private static final Logger LOG = LoggerFactory.getLogger(MigrationService.class);

    private static final int LISTED_MAX = 10_000;
    private static final int REASON_LENGTH_MAX = 500;

    private final Migration migration;
    private final RunStore store;
    private final Function<MigrationRun, RunAct<?>> acts;
    private final MigrationOptions bounds;
    private final LatencyHistogram pages;

    /** Of the run that was last stepped, so that its limits hold over many steps. */
    private volatile @Nullable RunGuard stepping;

    MigrationRuns(
            Migration migration,
            RunStore store,
            Function<MigrationRun, RunAct<?>> acts,
            MigrationOptions bounds,
            LatencyHistogram pages) {
        this.pages = pages;
        this.migration = migration;
        this.store = store;
        this.acts = acts;
        this.bounds = bounds;
    }

    /** The unfinished run of this scope, or a new one, without working on it. Stages are for {@link MigrationService#run}. */
    public MigrationRun open(RunOptions options) {
        return open(options, null);
    }

    MigrationRun open(RunOptions options, @Nullable Integer stage) {
        Names.given("options", options);
        if (bounds.clock().instant().isBefore(migration.beginsAt())) {
            throw new InvalidValueException(
                    "beginning of migration " + migration.id(),
                    migration.beginsAt(),
                    "an instant that has come, for a run; plan() works before");
        }
        MigrationRun run = open(
                new RunRequest(options.scope(), stage, options.userIds(), options.settings()),
                cause(
                        options.actor(),
                        options.reasonOr("opened for " + options.scope().name())));
        if (!run.settings().equals(options.settings())) {
            LOG.warn(
                    "Migration {}: run {} goes on with its own settings ({}), not those asked for ({}); see retune",
                    migration.id(),
                    run.id(),
                    run.settings(),
                    options.settings());
        }
        return run;
    }

    /**
     * The unfinished run of this scope that takes users back, or a new one, without working on it. Its steps do nothing while
     * the halt switch is off.
     *
     * @param actor who wants it, for the journal line of each user
     * @param reason why, for the journal: 1 to 500 characters
     * @throws InvalidValueException when the halt switch is off, when migrations that it could not wait for are in flight, or the
     *     users of a run are meant that there is not
     */
    public MigrationRun open(RollbackOptions options, Actor actor, String reason) {
        Names.given("options", options);
        Cause cause = given(actor, reason);
        if (options.scope().kind() == RunScope.Kind.MIGRATED_BY_RUN) {
            find(options.scope().which());
        }
        if (options.scope().isHeldUpBy(store.rollout(migration))) {
            throw new InvalidValueException(
                    "halt switch", "off", "on, so that nobody migrates while users are taken back; call halt(…) first");
        }
        if (options.inFlight() == InFlight.REFUSE) {
            store.drain(migration, bounds.haltWait()).require("RollbackOptions.withInFlight(InFlight.IGNORE)");
        }
        return open(new RunRequest(options.scope(), null, options.userIds(), options.settings()), cause);
    }

    private MigrationRun open(RunRequest request, Cause cause) {
        MigrationRun run = Backoff.retrying(bounds.attempts(), () -> store.openRun(migration, request, cause));
        LOG.info(
                "Migration {}: run {} over {}",
                migration.id(),
                run.id(),
                run.scope().name());
        return run;
    }

    /** Works one page of this run on the calling thread. */
    public Step step(String runId) {
        MigrationRun run = find(runId);
        RunGuard guard = stepping;
        if (guard == null || !guard.runId().equals(runId)) {
            guard = guard(run, () -> Health.GO);
            stepping = guard;
        }
        RunWorker<?> worker = worker(run, guard);
        while (true) {
            switch (worker.step()) {
                case ADVANCED -> {
                    return Step.WORKED;
                }
                case BUSY -> {
                    return Step.BUSY;
                }
                case FINISHED -> {
                    return Step.FINISHED;
                }
                case STOPPED, HALTED -> {
                    return Step.STOPPED;
                }
                default -> LOG.debug("Migration {}: run {} asks for a smaller page", migration.id(), runId);
            }
        }
    }

    /** Works on the run until it is over or stands still. */
    MigrationRun work(MigrationRun run, HealthSignal health, Consumer<MigrationRun> told) {
        RunGuard guard = guard(run, health);
        ReentrantLock oneAtATime = new ReentrantLock();
        Consumer<RunWorker<?>> listener = worker -> {
            if (told == RunOptions.NOBODY) {
                return;
            }
            oneAtATime.lock();
            try {
                told.accept(find(run.id()).slowedBy(worker.slowness()));
            } finally {
                oneAtATime.unlock();
            }
        };
        RunCrew crew =
                new RunCrew(() -> worker(run, guard), listener, run.settings().threads());
        Page.Status end = crew.work();
        MigrationRun reached = find(run.id());
        MigrationRun answer =
                end == Page.Status.HALTED && reached.state() == State.RUNNING ? reached.as(State.HALTED) : reached;
        LOG.info(
                "Migration {}: run {} is {}: {} {}",
                migration.id(),
                run.id(),
                answer.state(),
                answer.outcomes(),
                answer.rollbacks());
        told.accept(answer);
        return answer;
    }

    /**
     * The run as it stands.
     *
     * @throws InvalidValueException when there is none of this id
     */
    public MigrationRun find(String runId) {
        Names.given("run", runId);
        MigrationRun run = store.findRun(migration, runId)
                .orElseThrow(() -> new InvalidValueException(
                        "run", runId, "the id of a run of migration " + migration.id() + "; list() has them"));
        boolean halted = run.state() == State.RUNNING && run.scope().isHeldUpBy(store.rollout(migration));
        return halted ? run.as(State.HALTED) : run;
    }

    /** The newest run; empty where there is none. */
    public Optional<MigrationRun> latest() {
        return store.runs(migration, 1).stream().findFirst().map(run -> find(run.id()));
    }

    /** All runs, newest first, at most 10,000. */
    public List<MigrationRun> list() {
        return store.runs(migration, LISTED_MAX);
    }

    /** Whether some run has finished and none is under way. */
    boolean isOver() {
        List<MigrationRun> all = list();
        return all.stream().anyMatch(run -> run.state() == State.FINISHED)
                && all.stream().noneMatch(run -> run.state() == State.RUNNING || run.state() == State.PAUSED);
    }

    /** What was done to runs and rollout, newest first, at most 10,000. */
    public List<RunEvent> events() {
        return store.events(migration, LISTED_MAX);
    }

    /** Users marked FAILED, for support: those behind this id in the order of ids, at most {@code limit}; null begins. */
    public List<UserMigration> failed(@Nullable String afterUserId, int limit) {
        if (limit < 1 || limit > LISTED_MAX) {
            throw new InvalidValueException("limit", limit, "1 to " + LISTED_MAX);
        }
        return store.failed(migration, afterUserId, limit);
    }

    /** Stops the run after the pages in hand, until somebody resumes it. */
    public MigrationRun pause(String runId, Actor actor, String reason) {
        return change(runId, State.RUNNING, State.PAUSED, actor, reason);
    }

    /** Lets a paused run go on: whoever still works on it does, and {@link MigrationService#run} of its scope joins in. */
    public MigrationRun resume(String runId, Actor actor, String reason) {
        return change(runId, State.PAUSED, State.RUNNING, actor, reason);
    }

    /** Gives a run up after the pages in hand. The next run of its scope begins anew. */
    public MigrationRun cancel(String runId, Actor actor, String reason) {
        given(actor, reason);
        State from = find(runId).state() == State.PAUSED ? State.PAUSED : State.RUNNING;
        return change(runId, from, State.CANCELLED, actor, reason);
    }

    /** Changes how fast and how far a run may go, while it runs or stands still. */
    public MigrationRun retune(String runId, RunSettings settings, Actor actor, String reason) {
        Names.given("settings", settings);
        Cause cause = given(actor, reason);
        return changed(runId, "RUNNING or PAUSED", () -> store.retuneRun(migration, runId, settings, cause));
    }

    private MigrationRun change(String runId, State from, State to, Actor actor, String reason) {
        Cause cause = given(actor, reason);
        return changed(runId, from.name(), () -> store.changeRun(migration, runId, from, to, cause));
    }

    private MigrationRun changed(String runId, String allowed, Supplier<Boolean> change) {
        State before = find(runId).state();
        if (!Backoff.retrying(bounds.attempts(), change)) {
            throw new InvalidValueException("state of run " + runId, before, "for this, " + allowed);
        }
        return find(runId);
    }

    private Cause given(Actor actor, String reason) {
        Names.given("actor", actor);
        Names.checkText("reason", reason, REASON_LENGTH_MAX);
        return cause(actor, reason);
    }

    private RunGuard guard(MigrationRun run, HealthSignal health) {
        return new RunGuard(migration, store, run, health, bounds, pages);
    }

    private RunWorker<?> worker(MigrationRun run, RunGuard guard) {
        return new RunWorker<>(migration, store, acts.apply(run), bounds, run, guard);
    }

    private Cause cause(Actor actor, String reason) {
        return new Cause(actor, reason, bounds.clock().instant().truncatedTo(ChronoUnit.MICROS));
    }
}
