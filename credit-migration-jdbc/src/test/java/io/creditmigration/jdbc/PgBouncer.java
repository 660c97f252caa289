package io.creditmigration.jdbc;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A PgBouncer in transaction mode before the PostgreSQL server of the tests; the test is skipped where none is installed. */
final class PgBouncer implements AutoCloseable {

    private final Process process;
    private final int port;

    private PgBouncer(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /** Starts one with so many connections to each database. */
    static PgBouncer start(int serverConnections) throws Exception {
        Path binary = Stream.of(TestServer.setting("PGBOUNCER", ""), "/usr/sbin/pgbouncer", "/usr/bin/pgbouncer")
                .filter(path -> !path.isEmpty())
                .map(Path::of)
                .filter(Files::isExecutable)
                .findFirst()
                .orElse(null);
        assumeTrue(
                binary != null,
                "No pgbouncer here; install Debian's package of that name, or name one with CREDIT_MIGRATION_TEST_PGBOUNCER");
        TestServer server = TestServer.postgresql();
        URI address = URI.create(server.url().substring("jdbc:".length()));
        int port = freePort();
        Path folder = Files.createTempDirectory("credit-migration-pgbouncer");
        // It refuses to run as root, and reads its file as the user that it runs as.
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path users = Files.writeString(folder.resolve("users.txt"), "\"" + server.user() + "\" \"\"\n");
        Files.setPosixFilePermissions(users, PosixFilePermissions.fromString("rw-r--r--"));
        Path file = Files.writeString(folder.resolve("pgbouncer.ini"), """
                [databases]
                * = host=%s port=%d user=%s%s
                [pgbouncer]
                listen_addr = 127.0.0.1
                listen_port = %d
                unix_socket_dir =
                auth_type = trust
                auth_file = %s
                pool_mode = transaction
                default_pool_size = %d
                ignore_startup_parameters = extra_float_digits
                %s
                """.formatted(
                        address.getHost(),
                        address.getPort(),
                        server.user(),
                        server.password().isEmpty() ? "" : " password=" + server.password(),
                        port,
                        users,
                        serverConnections,
                        knowsPreparedStatements(binary) ? "max_prepared_statements = 0" : ""));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        List<String> command = new ArrayList<>(List.of(binary.toString()));
        if (System.getProperty("user.name").equals("root")) {
            command.addAll(List.of("-u", "nobody"));
        }
        command.add(file.toString());
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("pgbouncer.log").toFile())
                .start();
        PgBouncer bouncer = new PgBouncer(process, port);
        bouncer.awaitListening(folder.resolve("pgbouncer.log"));
        return bouncer;
    }

    /** The same database through the pooler. */
    String url(String direct, String options) {
        String through = direct.replaceFirst("//[^/]+/", "//127.0.0.1:" + port + "/");
        return through + (through.contains("?") ? "&" : "?") + options;
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }

    private void awaitListening(Path log) throws Exception {
        for (int i = 0; i < 500; i++) {
            if (!process.isAlive()) {
                throw new IllegalStateException("PgBouncer has not started: " + Files.readString(log));
            }
            try {
                new Socket(InetAddress.getLoopbackAddress(), port).close();
                return;
            } catch (IOException e) {
                TimeUnit.MILLISECONDS.sleep(20);
            }
        }
        throw new IllegalStateException("PgBouncer does not listen: " + Files.readString(log));
    }

    /** From 1.21 on it can keep them apart, which is switched off here. */
    private static boolean knowsPreparedStatements(Path binary) throws Exception {
        Process process = new ProcessBuilder(binary.toString(), "--version").start();
        String version = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        Matcher numbers = Pattern.compile("(\\d+)\\.(\\d+)").matcher(version);
        return numbers.find() && (Integer.parseInt(numbers.group(1)) > 1 || Integer.parseInt(numbers.group(2)) >= 21);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
