package io.creditmigration.engine.run;

import io.creditmigration.Actor;
import io.creditmigration.Migration;
import io.creditmigration.MigrationOptions;
import io.creditmigration.MigrationRun;
import io.creditmigration.MigrationRun.State;
import io.creditmigration.Rollout;
import io.creditmigration.RunOptions;
import io.creditmigration.Verification;
import io.creditmigration.internal.Backoff;
import io.creditmigration.internal.Timestamps;
import io.creditmigration.spi.Cause;
import io.creditmigration.spi.RunStore;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One stage after the other, each a run of its own. Where it stands is in the store: the first stage that has no finished run
 * is the one to go on with, so any process can, and a crash between two stages loses nothing.
 */
public final class StagedRun {

    /**
     * Where the stages stand.
     *
     * @param run the run that was last worked on
     * @param state its state, or why no further stage was begun
     */
    public record Reached(MigrationRun run, State state) {}

    private static final Logger LOG = LoggerFactory.getLogger(StagedRun.class);

    private static final int RUNS_MAX = 10_000;

    private final Migration migration;
    private final RunStore store;
    private final IntFunction<MigrationRun> stage;
    private final RunOptions options;
    private final MigrationOptions bounds;
    private final Supplier<Verification> verification;

    /**
     * Runs the stages of these options.
     *
     * @param stage opens the run of a stage and works on it
     * @param verification asked before each stage but the first, where the options want it
     */
    public StagedRun(
            Migration migration,
            RunStore store,
            IntFunction<MigrationRun> stage,
            RunOptions options,
            MigrationOptions bounds,
            Supplier<Verification> verification) {
        this.migration = migration;
        this.store = store;
        this.stage = stage;
        this.options = options;
        this.bounds = bounds;
        this.verification = verification;
    }

    public Reached run() {
        List<Integer> percents = options.stages().percents();
        int next = firstUnfinished(percents);
        boolean first = next == 0 && found(percents.get(0)).isEmpty();
        MigrationRun run;
        do {
            if (next > 0 && options.stages().verified() && !isVerified()) {
                return new Reached(found(percents.get(next - 1)).orElseThrow(), State.UNVERIFIED);
            }
            if (!admit(percents.get(next), first)) {
                return new Reached(found(percents.get(next - 1)).orElseThrow(), State.AWAITING_APPROVAL);
            }
            run = stage.apply(percents.get(next));
            first = false;
            next++;
        } while (run.state() == State.FINISHED && next < percents.size());
        return new Reached(run, run.state());
    }

    /** The stage to go on with; the last one where all are finished, so that a run after them finds who came since. */
    private int firstUnfinished(List<Integer> percents) {
        int stage = 0;
        while (stage < percents.size() - 1
                && found(percents.get(stage))
                        .filter(run -> run.state() == State.FINISHED)
                        .isPresent()) {
            stage++;
        }
        return stage;
    }

    private boolean isVerified() {
        Verification now = verification.get();
        if (!now.isClean()) {
            LOG.warn(
                    "Migration {}: no further stage while something is wrong: {}",
                    migration.id(),
                    now.found().keySet());
        }
        return now.isClean();
    }

    private Optional<MigrationRun> found(int percent) {
        return store.runs(migration, RUNS_MAX).stream()
                .filter(run -> run.scope().equals(options.scope()) && Objects.equals(run.stage(), percent))
                .findFirst();
    }

    /**
     * Has the rollout admit this percentage. Before the first stage it admits everyone unless someone said otherwise, and
     * is lowered; after that it only grows, and not at all where an operator has to raise it.
     */
    private boolean admit(int percent, boolean first) {
        Rollout rollout = store.rollout(migration);
        boolean lowers = first && rollout.percent() > percent;
        if (!lowers && rollout.percent() >= percent) {
            return true;
        }
        if (!first && options.stages().approved()) {
            LOG.info("Migration {}: waits for an operator to raise the rollout to {} %", migration.id(), percent);
            return false;
        }
        boolean isNamed = options.actor().kind() != Actor.Kind.AUTOMATIC;
        Cause cause = new Cause(
                isNamed ? options.actor() : Actor.automatic("stages"),
                options.reason().isEmpty() ? "stage of " + percent + " %" : options.reason(),
                Timestamps.now(bounds.clock()));
        // If someone else changed the rollout meanwhile, theirs wins: the run obeys what is stored.
        Backoff.retrying(
                bounds.attempts(),
                () -> store.setRollout(migration, rollout, new Rollout(percent, rollout.halted()), cause));
        return true;
    }
}
