package io.creditmigration.benchmarks;

import io.creditmigration.MigrationRun;
import io.creditmigration.MigrationService;
import io.creditmigration.RunOptions;
import io.creditmigration.jdbc.JdbcMigrationStore;
import javax.sql.DataSource;

/** This library, as its README shows it. */
record Library(int threads) implements Contender {

    @Override
    public String name() {
        return "library, " + threads + (threads == 1 ? " thread" : " threads");
    }

    @Override
    public Run prepare(Job job, DataSource database) {
        MigrationService migrations =
                MigrationService.of(job.migration(), JdbcMigrationStore.owning(database, job.tables()));
        RunOptions options = RunOptions.defaults().withScope(job.scope()).withThreads(threads);
        return () -> {
            MigrationRun run = migrations.run(options);
            if (run.state() != MigrationRun.State.FINISHED) {
                throw new IllegalStateException("The run is " + run);
            }
        };
    }
}
