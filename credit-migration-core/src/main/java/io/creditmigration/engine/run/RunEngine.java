package io.creditmigration.engine.run;

import io.creditmigration.Health;
import io.creditmigration.HealthSignal;
import io.creditmigration.Migration;
import io.creditmigration.MigrationOptions;
import io.creditmigration.MigrationRun;
import io.creditmigration.engine.LatencyHistogram;
import io.creditmigration.engine.decide.Decider;
import io.creditmigration.engine.decide.Reversal;
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
    private final Decider decider;
    private final Reversal reversal;
    private final Runnable forget;
    private final MigrationOptions options;
    private final LatencyHistogram pages;

    /** The limits of the run that was last stepped, which hold over many steps. */
    private volatile @Nullable RunGuard stepping;

    /**
     * An engine over this store.
     *
     * @param forget forgets which users are known to be migrated; called after each page of a rollback
     * @param pages records how long each page took
     */
    public RunEngine(
            Migration migration,
            RunStore store,
            Decider decider,
            Reversal reversal,
            Runnable forget,
            MigrationOptions options,
            LatencyHistogram pages) {
        this.migration = migration;
        this.store = store;
        this.decider = decider;
        this.reversal = reversal;
        this.forget = forget;
        this.options = options;
        this.pages = pages;
    }

    /** Works one page on the calling thread. Answers ADVANCED, BUSY, FINISHED, STOPPED or HALTED. */
    public Page.Status step(MigrationRun run) {
        RunGuard guard = stepping;
        if (guard == null || !guard.runId().equals(run.id())) {
            guard = guard(run, () -> Health.GO);
            stepping = guard;
        }
        RunWorker<?> worker = worker(run, guard);
        while (true) {
            Page.Status status = worker.step();
            switch (status) {
                case ADVANCED, BUSY, FINISHED, STOPPED, HALTED -> {
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
        RunGuard guard = guard(run, health);
        return new RunCrew(
                        () -> worker(run, guard),
                        worker -> listener.paged(worker.slowness()),
                        run.settings().threads())
                .work();
    }

    private RunGuard guard(MigrationRun run, HealthSignal health) {
        return new RunGuard(migration, store, run, health, options, pages);
    }

    private RunWorker<?> worker(MigrationRun run, RunGuard guard) {
        RunAct<?> act = run.scope().isRollback()
                ? new RollbackAct(reversal, run, forget)
                : new MigratingAct(store, decider, run.scope());
        return new RunWorker<>(migration, store, act, options, run, guard);
    }
}
