package io.creditmigration.command;

import static org.junit.jupiter.api.Assumptions.abort;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * A database on a real PostgreSQL: a server that CREDIT_MIGRATION_TEST_POSTGRESQL_URL, …_USER and …_PASSWORD name, or an embedded
 * one, which is started once and ends with this JVM.
 */
record Server(String url, String user, String password) {

    private static final class Embedded {
        static final Server SERVER = start();

        private static Server start() {
            try {
                EmbeddedPostgres server = EmbeddedPostgres.builder().start();
                return new Server(server.getJdbcUrl("postgres", "postgres"), "postgres", "");
            } catch (IOException e) {
                throw new IllegalStateException("The embedded server has not started", e);
            }
        }
    }

    private static final String PREFIX = "CREDIT_MIGRATION_TEST_POSTGRESQL_";

    /** A new, empty database of this name. */
    static Server database(String name) {
        Server server = server();
        server.execute("DROP DATABASE IF EXISTS " + name);
        server.execute("CREATE DATABASE " + name);
        return new Server(server.url.replaceFirst("(://[^/]+/)[^?]*", "$1" + name), server.user, server.password)
                .plain();
    }

    /** Without user and password, which the embedded server puts into its URL. */
    private Server plain() {
        return new Server(url.replaceFirst("\\?.*", ""), user, password);
    }

    Server as(String otherUser, String otherPassword) {
        return new Server(url, otherUser, otherPassword);
    }

    void execute(String sql) {
        try (Connection connection = DriverManager.getConnection(url, user, password);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    /** The only value of a query, as text. */
    String value(String sql) {
        try (Connection connection = DriverManager.getConnection(url, user, password);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    private static Server server() {
        String url = System.getenv(PREFIX + "URL");
        if (url != null) {
            return new Server(
                    url, orEmpty(System.getenv(PREFIX + "USER")), orEmpty(System.getenv(PREFIX + "PASSWORD")));
        }
        String machine = System.getProperty("os.name") + " " + System.getProperty("os.arch");
        return machine.equals("Linux amd64")
                ? Embedded.SERVER
                : abort("None embedded for " + machine + "; name one with " + PREFIX + "URL");
    }

    private static String orEmpty(String text) {
        return text == null ? "" : text;
    }
}
