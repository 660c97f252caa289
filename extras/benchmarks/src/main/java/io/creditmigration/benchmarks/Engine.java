package io.creditmigration.benchmarks;

import com.zaxxer.hikari.HikariDataSource;

/** A database server on which all contenders find the same tables. */
interface Engine extends AutoCloseable {

    /** A new database with so many sample users, operations, and the library's empty tables; closing it drops it. */
    HikariDataSource create(int users) throws Exception;

    /** Bytes of log that the server has written so far; 0 where it does not tell. */
    default long logBytes() throws Exception {
        return 0;
    }

    /**
     * Rows inserted, updated and deleted in a database since it was created; 0 where the server does not tell. Ends the pool's
     * sessions.
     */
    default long rowsWritten(HikariDataSource database) throws Exception {
        return 0;
    }

    /** What it is and how it is set up, for the report. */
    String words() throws Exception;

    @Override
    void close();
}
