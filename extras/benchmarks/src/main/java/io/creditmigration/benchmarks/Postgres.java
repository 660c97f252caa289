package io.creditmigration.benchmarks;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.Set;

/** An embedded PostgreSQL, durable as in production. Databases are copies of a template, file by file. */
final class Postgres implements Engine {

    private static final String SETTINGS = """
            SELECT version() || '; ' || string_agg(name || ' = ' || current_setting(name), ', ' ORDER BY name)
            FROM pg_settings
            WHERE name IN ('fsync', 'synchronous_commit', 'full_page_writes', 'shared_buffers', 'max_wal_size',
                           'checkpoint_timeout', 'work_mem', 'autovacuum', 'jit')
            """;

    private static final String OTHER_SESSIONS = """
            SELECT COUNT(*) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
            """;

    private static final String ROWS_WRITTEN =
            "SELECT COALESCE(SUM(n_tup_ins + n_tup_upd + n_tup_del), 0) FROM pg_stat_user_tables";

    private static final int CONNECTIONS_MAX = 24;
    private static final int SESSION_ENDS_MAX = 600;
    private static final long SESSION_END_MILLIS = 50;

    private final EmbeddedPostgres server;
    private final Set<Integer> templates = new HashSet<>();
    private int databases;

    private Postgres(EmbeddedPostgres server) {
        this.server = server;
    }

    static Postgres start() throws IOException {
        return new Postgres(EmbeddedPostgres.builder()
                // The embedded server would not wait for the disk.
                .setServerConfig("fsync", "on")
                .setServerConfig("synchronous_commit", "on")
                .setServerConfig("full_page_writes", "on")
                // A small production server: checkpoints by time rather than in the middle of each measurement.
                .setServerConfig("shared_buffers", "1GB")
                .setServerConfig("max_wal_size", "8GB")
                .setServerConfig("checkpoint_timeout", "30min")
                .start());
    }

    @Override
    public HikariDataSource create(int users) throws SQLException {
        String template = "sample_" + users;
        if (templates.add(users)) {
            seed(template, new SampleUsers(users));
        }
        String name = "benchmark_" + ++databases;
        Jdbc.execute(
                server.getPostgresDatabase(),
                "CREATE DATABASE " + name + " TEMPLATE " + template + " STRATEGY FILE_COPY",
                "CHECKPOINT");
        return new HikariDataSource(pool(name)) {
            @Override
            public void close() {
                super.close();
                try {
                    Jdbc.execute(server.getPostgresDatabase(), "DROP DATABASE " + name + " WITH (FORCE)");
                } catch (SQLException e) {
                    throw new IllegalStateException("The database " + name + " cannot be dropped", e);
                }
            }
        };
    }

    @Override
    public long logBytes() throws SQLException {
        return Long.parseLong(
                Jdbc.text(server.getPostgresDatabase(), "SELECT pg_current_wal_insert_lsn() - CAST('0/0' AS pg_lsn)"));
    }

    /** A session's rows are sure to be counted once it has ended. */
    @Override
    public long rowsWritten(HikariDataSource database) throws SQLException, InterruptedException {
        database.getHikariPoolMXBean().softEvictConnections();
        for (int i = 0;
                i < SESSION_ENDS_MAX && !Jdbc.text(database, OTHER_SESSIONS).equals("0");
                i++) {
            Thread.sleep(SESSION_END_MILLIS);
        }
        return Long.parseLong(Jdbc.text(database, ROWS_WRITTEN));
    }

    @Override
    public String words() throws SQLException {
        return Jdbc.text(server.getPostgresDatabase(), SETTINGS);
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private HikariConfig pool(String database) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(server.getJdbcUrl("postgres", database));
        config.setMinimumIdle(0);
        config.setMaximumPoolSize(CONNECTIONS_MAX);
        return config;
    }

    private HikariConfig rewritingPool(String database) {
        HikariConfig config = pool(database);
        config.addDataSourceProperty("reWriteBatchedInserts", "true");
        return config;
    }

    private void seed(String name, SampleUsers sample) throws SQLException {
        Jdbc.execute(server.getPostgresDatabase(), "CREATE DATABASE " + name);
        try (HikariDataSource template = new HikariDataSource(rewritingPool(name))) {
            SampleTables.create(template, "TIMESTAMPTZ");
            SampleTables.fill(template, sample);
            Jdbc.execute(template, "VACUUM (FREEZE, ANALYZE) users, operations");
        }
    }
}
