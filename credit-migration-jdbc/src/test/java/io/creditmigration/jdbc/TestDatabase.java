package io.creditmigration.jdbc;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.util.concurrent.atomic.AtomicInteger;

/** A database of its own for each test, on one of the engines that are supported. */
enum TestDatabase {
    H2 {
        @Override
        HikariDataSource create(String options) {
            String url = "jdbc:h2:mem:test" + NUMBER.incrementAndGet() + ";DB_CLOSE_DELAY=0;LOCK_TIMEOUT=10000";
            return new HikariDataSource(pool(url + (options.isEmpty() ? "" : ";" + options), "sa", ""));
        }
    },

    POSTGRESQL {
        @Override
        HikariDataSource create(String options) {
            return onServer(TestServer.postgresql(), "", options);
        }
    },

    MARIADB {
        @Override
        HikariDataSource create(String options) {
            // The collation that hosts get who ask for none: it tells neither case nor accents.
            return onServer(TestServer.mariadb(), " CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci", options);
        }
    };

    private static final AtomicInteger NUMBER = new AtomicInteger();
    private static final int CONNECTIONS_MAX = 24;

    /** A pool on an empty database; closing it drops the database. */
    HikariDataSource create() {
        return create("");
    }

    /** The same with options of the driver's, as in its URL. */
    abstract HikariDataSource create(String options);

    private static HikariDataSource onServer(TestServer server, String defaults, String options) {
        String name = "credit_migration_test_" + ProcessHandle.current().pid() + "_" + NUMBER.incrementAndGet();
        server.run("CREATE DATABASE " + name + defaults);
        return new HikariDataSource(pool(server.url(name, options), server.user(), server.password())) {
            @Override
            public void close() {
                super.close();
                server.run("DROP DATABASE " + name);
            }
        };
    }

    private static HikariConfig pool(String url, String user, String password) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(url);
        config.setUsername(user);
        config.setPassword(password);
        config.setMinimumIdle(1);
        config.setMaximumPoolSize(CONNECTIONS_MAX);
        return config;
    }
}
