package io.creditmigration.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import io.creditmigration.CreditPolicy;
import io.creditmigration.Migration;
import io.creditmigration.MigrationOptions;
import io.creditmigration.MigrationResult;
import io.creditmigration.MigrationRun;
import io.creditmigration.MigrationService;
import io.creditmigration.jdbc.JdbcMigrationStore;
import io.creditmigration.jdbc.LibraryTables;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Every user is told, by processes of which three are killed with SIGKILL. {@code CREDIT_MIGRATION_TEST_USERS=10000} makes it
 * large.
 */
@Timeout(600)
final class KilledDispatcherTest {

    private static final int USERS =
            Integer.parseInt(System.getenv().getOrDefault("CREDIT_MIGRATION_TEST_USERS", "2000"));
    private static final Duration PATIENCE = Duration.ofMinutes(8);

    @BeforeAll
    static void assumePostgres() {
        String machine = System.getProperty("os.name") + " " + System.getProperty("os.arch");
        Assumptions.assumeTrue(machine.equals("Linux amd64"), "No PostgreSQL is embedded for " + machine);
    }

    @Test
    void every_user_has_the_mail_and_only_a_kill_between_delivering_and_marking_makes_a_second() throws Exception {
        try (EmbeddedPostgres postgres = EmbeddedPostgres.builder().start();
                MailServer server = MailServer.started()) {
            DataSource database = postgres.getPostgresDatabase();
            migrateEverybody(database);
            assertThat(noticesIn(database, "QUEUED")).isEqualTo(USERS);
            String url = postgres.getJdbcUrl("postgres", "postgres");

            // Somewhere in its work, as a machine dies.
            try (Node node = Node.start(url, server.port(), 0)) {
                await(() -> server.accepted() >= USERS / 10);
                node.kill();
            }
            int afterFirst = server.accepted();

            // Between delivering and marking, for certain.
            try (Node node = Node.start(url, server.port(), USERS / 20)) {
                assertThat(node.nextLine()).isEqualTo("delivered and not marked");
                node.kill();
            }
            assertThat(server.accepted()).isGreaterThanOrEqualTo(afterFirst + USERS / 20);

            try (Node node = Node.start(url, server.port(), 0)) {
                int begun = server.accepted();
                await(() -> server.accepted() >= begun + USERS / 5);
                node.kill();
            }

            try (Node node = Node.start(url, server.port(), 0)) {
                await(() -> noticesIn(database, "SENT") == USERS);
                node.kill();
            }

            Map<String, Long> mailsByUser = server.mailbox().stream()
                    .collect(Collectors.groupingBy(MailServer.Mail::to, Collectors.counting()));
            Map<String, Long> keysByUser = server.mailbox().stream()
                    .collect(Collectors.groupingBy(
                            MailServer.Mail::to,
                            Collectors.collectingAndThen(
                                    Collectors.mapping(
                                            mail -> mail.header(SmtpNotifier.KEY_HEADER), Collectors.toSet()),
                                    keys -> (long) keys.size())));
            assertThat(mailsByUser).as("users with a mail").hasSize(USERS);
            assertThat(keysByUser.values()).as("keys of one user").containsOnly(1L);
            // One mail at most was under way at each kill, and one certainly at the second.
            assertThat(server.mailbox()).hasSizeBetween(USERS + 1, USERS + 3);
            System.out.println(server.mailbox().size() - USERS + " mails were delivered twice");
        }
    }

    private static void migrateEverybody(DataSource database) throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE users (id BIGINT PRIMARY KEY, rate_limit INTEGER)");
            statement.execute("INSERT INTO users SELECT n, 10 FROM generate_series(1, " + USERS + ") n");
        }
        LibraryTables.defaults().install(database);
        Migration migration = Migration.named("credits")
                .cutOff(Instant.parse("2026-01-06T00:00:00Z"))
                .policy(CreditPolicy.initialGrant())
                .build();
        MigrationRun run = MigrationService.of(
                        migration,
                        JdbcMigrationStore.owning(database, DispatcherProcess.hostTables()),
                        MigrationOptions.defaults().withNotices())
                .run();
        assertThat(run.count(MigrationResult.Status.MIGRATED)).isEqualTo(USERS);
    }

    private static int noticesIn(DataSource database, String state) {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "SELECT COUNT(*) FROM credit_migration_notice WHERE state = '" + state + "'")) {
            row.next();
            return row.getInt(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        long deadlineNanos = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("patience").isLessThan(deadlineNanos);
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    /** A process that delivers until it is killed. */
    private record Node(Process process, BufferedReader output) implements AutoCloseable {

        static Node start(String url, int smtpPort, int pauseAfter) throws IOException {
            Process process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-cp",
                            System.getProperty("java.class.path"),
                            "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
                            DispatcherProcess.class.getName(),
                            url,
                            String.valueOf(smtpPort),
                            String.valueOf(pauseAfter))
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            return new Node(
                    process,
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8)));
        }

        String nextLine() throws IOException {
            return output.readLine();
        }

        /** SIGKILL, and gone when this returns. */
        void kill() {
            process.destroyForcibly();
            process.onExit().join();
        }

        @Override
        public void close() throws IOException {
            kill();
            output.close();
        }
    }
}
