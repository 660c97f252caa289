package io.creditmigration.engine.run;

import io.creditmigration.Health;
import io.creditmigration.HealthSignal;
import io.creditmigration.Migration;
import io.creditmigration.MigrationListener;
import io.creditmigration.MigrationOptions;
import io.creditmigration.MigrationRun;
import io.creditmigration.engine.LatencyHistogram;
import io.creditmigration.engine.decide.MigrationDecider;
import io.creditmigration.engine.decide.RollbackDecider;
import io.creditmigration.internal.SafeListener;
import io.creditmigration.spi.Page;
import io.creditmigration.spi.RunStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Works on the runs of one migration, page by page. Thread-safe. */
public final class RunEngine {

    /** Is told after each page. */
    public interface Listener {

        /**
         * A page was worked on.
         *
         * @param slowness why the worker is slower than it could be; null if nothing slows it
         */
        void paged(@Nullable String slowness);
    }

    private static final Logger LOG = LoggerFactory.getLogger(RunEngine.class);

    private final Migration migration;
    private final RunStore store;
    private final MigrationDecider decider;
    private final RollbackDecider rollbacks;
    private final Runnable forget;
    private final MigrationOptions options;
    private final LatencyHistogram pages;
    private final SafeListener<MigrationListener> listener;

    /** The limits of the run that was last stepped, which hold over many steps. */
    private volatile @Nullable RunLimits stepping;

    /**
     * An engine over this store.
     *
     * @param forget forgets which users are known to be migrated; called after each page of a rollback
     * @param pages records how long each page took
     * @param listener is told of each page
     */
    public RunEngine(
            Migration migration,
            RunStore store,
            MigrationDecider decider,
            RollbackDecider rollbacks,
            Runnable forget,
            MigrationOptions options,
            LatencyHistogram pages,
            SafeListener<MigrationListener> listener) {
        this.migration = migration;
        this.store = store;
        this.decider = decider;
        this.rollbacks = rollbacks;
        this.forget = forget;
        this.options = options;
        this.pages = pages;
        this.listener = listener;
    }

    /** Works one page on the calling thread. Answers ADVANCED, BUSY, FINISHED, STOPPED or HALTED. */
    public Page.Status step(MigrationRun run) {
        RunLimits limits = stepping;
        if (limits == null || !limits.runId().equals(run.id())) {
            limits = limits(run, () -> Health.GO);
            stepping = limits;
        }
        RunWorker<?> worker = worker(run, limits);
        while (true) {
            Page.Status status = worker.step();
            switch (status) {
                case ADVANCED, BUSY, FINISHED -> {
                    return status;
                }
                case STOPPED, HALTED -> {
                    // What failed before an operator resumes the run is not held against it.
                    stepping = null;
                    return status;
                }
                default -> LOG.debug("Migration {}: run {} asks for a smaller page", migration.id(), run.id());
            }
        }
    }

    /**
     * Works on the run with as many threads as its settings say, until it is over or stands still.
     *
     * @return how it ended; null if the calling thread was interrupted
     */
    public Page.@Nullable Status work(MigrationRun run, HealthSignal health, Listener listener) {
        RunLimits limits = limits(run, health);
        return new WorkerPool(
                        () -> worker(run, limits),
                        worker -> listener.paged(worker.slowness()),
                        run.settings().threads())
                .work();
    }

    private RunLimits limits(MigrationRun run, HealthSignal health) {
        return new RunLimits(migration, store, run, health, options, pages);
    }

    private RunWorker<?> worker(MigrationRun run, RunLimits limits) {
        RunAction<?> action = run.scope().isRollback()
                ? new RollbackAction(rollbacks, run, forget)
                : new MigratingAction(migration, store, decider, run.scope());
        return new RunWorker<>(migration, store, action, options, run, limits, listener);
    }
}
