package io.creditmigration;

import io.creditmigration.MigrationRun.State;
import io.creditmigration.engine.run.RunEngine;
import io.creditmigration.internal.Arguments;
import io.creditmigration.internal.Backoff;
import io.creditmigration.internal.SafeListener;
import io.creditmigration.internal.Timestamps;
import io.creditmigration.spi.Cause;
import io.creditmigration.spi.Page;
import io.creditmigration.spi.RunRequest;
import io.creditmigration.spi.RunStore;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
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

    private static final Logger LOG = LoggerFactory.getLogger(MigrationRuns.class);

    private static final int LISTED_MAX = 10_000;
    private static final int REASON_LENGTH_MAX = 500;

    private final Migration migration;
    private final RunStore store;
    private final RunEngine engine;
    private final Runnable registering;
    private final SafeListener<MigrationListener> listener;
    private final MigrationOptions bounds;

    MigrationRuns(
            Migration migration,
            RunStore store,
            RunEngine engine,
            Runnable registering,
            MigrationOptions bounds,
            SafeListener<MigrationListener> listener) {
        this.listener = listener;
        this.registering = registering;
        this.migration = migration;
        this.store = store;
        this.engine = engine;
        this.bounds = bounds;
    }

    /** The unfinished run of this scope, or a new one, without working on it. Stages are for {@link MigrationService#run}. */
    public MigrationRun open(RunOptions options) {
        return open(options, null);
    }

    MigrationRun open(RunOptions options, @Nullable Integer stage) {
        Arguments.require("options", options);
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
     * The unfinished run of this scope that rolls users back, or a new one, without working on it. Its steps do nothing while
     * the halt switch is off.
     *
     * @param actor who wants it, for the journal line of each user
     * @param reason why, for the journal: 1 to 500 characters
     * @throws InvalidValueException when the halt switch is off, when migrations that it could not wait for are in flight, or the
     *     users of a run are meant that there is not
     */
    public MigrationRun open(RollbackOptions options, Actor actor, String reason) {
        Arguments.require("options", options);
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
        registering.run();
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
        Page.Status status = engine.step(run);
        return switch (status) {
            case ADVANCED -> Step.WORKED;
            case BUSY -> Step.BUSY;
            case FINISHED -> Step.FINISHED;
            case STOPPED, HALTED -> Step.STOPPED;
            case REJECTED, ENDED, CONTENDED -> throw new IllegalStateException("A step ended with " + status);
        };
    }

    /** Works on the run until it is over or stands still. */
    MigrationRun work(MigrationRun run, HealthSignal health, Consumer<MigrationRun> told) {
        ReentrantLock oneAtATime = new ReentrantLock();
        RunEngine.Listener listener = slowness -> {
            if (told == RunOptions.NOBODY) {
                return;
            }
            oneAtATime.lock();
            try {
                told.accept(find(run.id()).withSlowness(slowness));
            } finally {
                oneAtATime.unlock();
            }
        };
        Page.Status end = engine.work(run, health, listener);
        MigrationRun reached = find(run.id());
        MigrationRun answer = end == Page.Status.HALTED && reached.state() == State.RUNNING
                ? reached.withState(State.HALTED)
                : reached;
        LOG.info(
                "Migration {}: run {} is {}: {} {}",
                migration.id(),
                run.id(),
                answer.state(),
                answer.outcomes(),
                answer.rollbacks());
        this.listener.tell(one -> one.onRun(migration, answer));
        told.accept(answer);
        return answer;
    }

    /**
     * The run as it stands.
     *
     * @throws InvalidValueException when there is none of this id
     */
    public MigrationRun find(String runId) {
        Arguments.require("run", runId);
        MigrationRun run = store.findRun(migration, runId)
                .orElseThrow(() -> new InvalidValueException(
                        "run", runId, "the id of a run of migration " + migration.id() + "; list() has them"));
        boolean halted = run.state() == State.RUNNING && run.scope().isHeldUpBy(store.rollout(migration));
        return halted ? run.withState(State.HALTED) : run;
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

    /**
     * How many users stand where, whatever brought them there, without reading the whole journal. Users without a line are not
     * counted; PENDING are those that an operator has reopened.
     */
    public Map<MigrationStatus, Long> usersByStatus() {
        return store.totals(migration).users();
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

    /**
     * Tries all users again that are marked FAILED, exempt ones too, as one run of its own; works on it and returns when it is over
     * or stands still. Those who succeed are not told of the failure any more, unless they have been. An unfinished run of this
     * kind is resumed, under the actor and reason that it was opened with.
     *
     * @param actor who wants it
     * @param reason why: 1 to 500 characters
     */
    public MigrationRun retryFailed(Actor actor, String reason) {
        RunOptions options = RunOptions.defaults()
                .withScope(RunScope.failedOnly().withExempt())
                .withReason(Arguments.require("actor", actor), reason);
        return work(open(options), options.health(), options.listener());
    }

    /**
     * Stops the run after the pages in hand, until someone resumes it. Notices of users who failed in it are held meanwhile.
     */
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
        Arguments.require("settings", settings);
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
        Arguments.require("actor", actor);
        Arguments.requireText("reason", reason, REASON_LENGTH_MAX);
        return cause(actor, reason);
    }

    private Cause cause(Actor actor, String reason) {
        return new Cause(actor, reason, Timestamps.now(bounds.clock()));
    }
}
