package io.creditmigration.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.creditmigration.Actor;
import io.creditmigration.CreditPolicy;
import io.creditmigration.Migration;
import io.creditmigration.MigrationService;
import io.creditmigration.RunOptions;
import io.creditmigration.Seal;
import io.creditmigration.Verification;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A whole population migrated, sealed and verified in a JVM of 64 MB. It is small, so that the build stays short:
 * {@code CREDIT_MIGRATION_TEST_USERS=100000} in the environment makes it large.
 */
@Timeout(900)
final class VerifyInSmallHeapTest {

    private static final int USERS = Integer.parseInt(TestServer.setting("USERS", "5000"));
    private static final int OPERATIONS_PER_USER = 5;
    private static final Migration GRANT = Migration.named("grant")
            .cutOff(Instant.parse("2026-01-06T00:00:00Z"))
            .policy(CreditPolicy.initialGrant())
            .build();

    @Test
    void everybody_is_verified_in_64_megabytes_and_one_damaged_user_among_them_is_named() throws Exception {
        try (HikariDataSource dataSource = TestDatabase.POSTGRESQL.create()) {
            TestSql sql = new TestSql(dataSource);
            LibraryTables.defaults().install(dataSource);
            sql.runAll(
                    "CREATE TABLE users (id BIGINT PRIMARY KEY)",
                    "CREATE TABLE operations (id BIGINT PRIMARY KEY, owner BIGINT NOT NULL, made_at TIMESTAMP NOT NULL)",
                    "INSERT INTO users SELECT generate_series(1, " + USERS + ")",
                    "INSERT INTO operations SELECT n, 1 + n % " + USERS + ", TIMESTAMP '2025-12-24 12:00:00'"
                            + " FROM generate_series(1, " + USERS * OPERATIONS_PER_USER + ") AS g (n)",
                    "CREATE INDEX operations_by_owner ON operations (owner, made_at)");
            MigrationService migrations = migrations(dataSource);
            migrations.run(RunOptions.defaults().withThreads(2));

            String clean = verified(dataSource);
            sql.run("UPDATE credit_migration_account SET balance = 21 WHERE user_id = '" + USERS / 2 + "'");
            sql.run("INSERT INTO credit_migration_entry (migration_id, user_id, attempt, kind, amount, entered_at)"
                    + " VALUES ('grant', 'no number', 1, 'GRANT', 20, CURRENT_TIMESTAMP)");
            String damaged = verified(dataSource);

            System.out.printf("%d users with %d operations, in 64 MB: %s%n", USERS, OPERATIONS_PER_USER, clean);
            assertThat(clean)
                    .contains("checked " + USERS + ", operations " + USERS * OPERATIONS_PER_USER + ", sealed " + USERS)
                    .contains("found {}");
            assertThat(damaged).contains("BALANCE").contains("userId=" + USERS / 2 + ",");
            assertThat(damaged).contains("LINES").contains("userId=no number,");
        }
    }

    private static MigrationService migrations(HikariDataSource dataSource) {
        return MigrationService.of(
                GRANT,
                JdbcMigrationStore.owning(
                        dataSource,
                        HostTables.users("users")
                                .ownAccounts()
                                .zone(ZoneOffset.UTC)
                                .operations("operations", "id", "owner", "made_at")));
    }

    private static String verified(HikariDataSource dataSource) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx64m",
                        "-XX:+UseSerialGC",
                        "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        VerifyInSmallHeapTest.class.getName(),
                        dataSource.getJdbcUrl(),
                        dataSource.getUsername())
                .redirectErrorStream(true);
        builder.environment().put("PASSWORD", String.valueOf(dataSource.getPassword()));
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said;
    }

    /** Seals and verifies: URL and user. */
    public static void main(String[] arguments) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(arguments[0]);
        config.setUsername(arguments[1]);
        config.setPassword(System.getenv("PASSWORD"));
        config.setMaximumPoolSize(2);
        try (HikariDataSource pool = new HikariDataSource(config)) {
            MigrationService migrations = migrations(pool);
            long begun = System.nanoTime();
            Seal seal = migrations.seal(Actor.operator("olga"));
            long sealed = System.nanoTime();
            Verification verification = migrations.verify();
            System.out.printf(
                    "sealed %d rows in %d ms, verified in %d ms; checked %d, operations %d, sealed %d, found %s",
                    seal.entries(),
                    (sealed - begun) / 1_000_000,
                    (System.nanoTime() - sealed) / 1_000_000,
                    verification.users().checked(),
                    verification.figures().operations(),
                    verification.figures().sealedLines(),
                    verification.found());
        }
    }
}
