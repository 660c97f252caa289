package io.creditmigration.benchmarks;

import javax.sql.DataSource;

/** One way to do a job. */
interface Contender {

    /** A job made ready on a database; what making ready takes is not measured. */
    interface Run extends AutoCloseable {
        void work() throws Exception;

        @Override
        default void close() {}
    }

    /** The name in tables and plots. */
    String name();

    /** Makes ready what a deployed application has ready: configuration, connections, checks. */
    Run prepare(Job job, DataSource database) throws Exception;

    /** Only users whose id is a multiple of this are migrated, and the time is extrapolated; 1 for everybody. */
    default int sampleOf(int users) {
        return 1;
    }
}
