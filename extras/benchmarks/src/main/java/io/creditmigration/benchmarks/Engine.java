package io.creditmigration.benchmarks;

import com.zaxxer.hikari.HikariDataSource;

/** A database server on which all contenders find the same tables. */
interface Engine extends AutoCloseable {

    /** A new database with so many sample users, operations, and the library's empty tables; closing it drops it. */
    HikariDataSource create(int users) throws Exception;

    /** What it is and how it is set up, for the report. */
    String words() throws Exception;

    @Override
    void close();
}
