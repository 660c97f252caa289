package io.creditmigration.benchmarks;

import com.zaxxer.hikari.HikariDataSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * One contender doing one job once, on tables of its own.
 *
 * @param seconds how long it took; for a sample, how long everybody would take
 * @param logBytes that the server wrote, by user who was migrated; 0 where it does not tell
 * @param rows inserted, updated and deleted in all tables, by user who was migrated; 0 where the server does not tell
 * @param sample users whose id is a multiple of this were migrated
 * @param checksums of the tables, by sample
 */
record Trial(double seconds, double logBytes, double rows, int sample, Map<Integer, Checksum> checksums) {

    private static final String MIGRATED = "SELECT COUNT(*) FROM credit_migration_journal";

    /**
     * Does the job and looks at the tables.
     *
     * @param alsoOf samples to take checksums of, besides the contender's own
     */
    static Trial of(Contender contender, Job job, Engine engine, int users, List<Integer> alsoOf) throws Exception {
        int sample = contender.sampleOf(users);
        try (HikariDataSource database = engine.create(users);
                Contender.Run run = contender.prepare(job, database)) {
            long logBefore = engine.logBytes();
            long started = System.nanoTime();
            run.work();
            double seconds = (double) (System.nanoTime() - started) / TimeUnit.SECONDS.toNanos(1);
            double logBytes = engine.logBytes() - logBefore;
            double rows = engine.rowsWritten(database);
            double migrated = Double.parseDouble(Jdbc.text(database, MIGRATED));
            Map<Integer, Checksum> checksums = new HashMap<>();
            checksums.put(sample, Checksum.of(database, job, sample));
            for (int other : alsoOf) {
                checksums.put(other, Checksum.of(database, job, other));
            }
            return new Trial(seconds * sample, logBytes / migrated, rows / migrated, sample, checksums);
        }
    }
}
