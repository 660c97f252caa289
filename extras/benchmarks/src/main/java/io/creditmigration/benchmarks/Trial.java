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
 * @param sample users whose id is a multiple of this were migrated
 * @param checksums of the tables, by sample
 */
record Trial(double seconds, int sample, Map<Integer, Checksum> checksums) {

    /**
     * Does the job and looks at the tables.
     *
     * @param alsoOf samples to take checksums of, besides the contender's own
     */
    static Trial of(Contender contender, Job job, Engine engine, int users, List<Integer> alsoOf) throws Exception {
        int sample = contender.sampleOf(users);
        try (HikariDataSource database = engine.create(users);
                Contender.Run run = contender.prepare(job, database)) {
            long started = System.nanoTime();
            run.work();
            double seconds = (double) (System.nanoTime() - started) / TimeUnit.SECONDS.toNanos(1);
            Map<Integer, Checksum> checksums = new HashMap<>();
            checksums.put(sample, Checksum.of(database, job, sample));
            for (int other : alsoOf) {
                checksums.put(other, Checksum.of(database, job, other));
            }
            return new Trial(seconds * sample, sample, checksums);
        }
    }
}
