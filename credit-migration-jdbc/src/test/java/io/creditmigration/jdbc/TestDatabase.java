package io.creditmigration.jdbc;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.util.concurrent.atomic.AtomicInteger;

/** A database of its own for each test, on one of the engines that are supported. */
enum TestDatabase {
    H2 {
        @Override
        HikariDataSource create() {
            String name = "test" + NUMBER.incrementAndGet();
            return pool("jdbc:h2:mem:" + name + ";DB_CLOSE_DELAY=0;LOCK_TIMEOUT=10000", "sa", "");
        }
    };

    private static final AtomicInteger NUMBER = new AtomicInteger();
    private static final int CONNECTIONS_MAX = 24;

    /** A pool on an empty database; closing it drops the database. */
    abstract HikariDataSource create();

    static HikariDataSource pool(String url, String user, String password) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(url);
        config.setUsername(user);
        config.setPassword(password);
        config.setMinimumIdle(1);
        config.setMaximumPoolSize(CONNECTIONS_MAX);
        return new HikariDataSource(config);
    }
}
