package io.creditmigration.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.creditmigration.Actor;
import io.creditmigration.CreditPolicy;
import io.creditmigration.Migration;
import io.creditmigration.MigrationResult;
import io.creditmigration.MigrationRun;
import io.creditmigration.MigrationService;
import io.creditmigration.PaidCredits;
import io.creditmigration.RollbackOptions;
import io.creditmigration.RollbackPlan;
import io.creditmigration.RollbackResult.Status;
import io.creditmigration.Rollout;
import io.creditmigration.RunOptions;
import io.creditmigration.Verification;
import java.time.Instant;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A population is migrated, a third of it spends or buys, all are taken back and migrated again; what everybody is left with is
 * reckoned in plain SQL from what the host did. Small in every build: {@code CREDIT_MIGRATION_TEST_USERS=100000} in the
 * environment makes it large.
 */
@Tag("long")
@Timeout(900)
final class RollbackPopulationTest {

    private static final int USERS = Integer.parseInt(TestServer.setting("USERS", "5000"));
    private static final Actor OPERATOR = Actor.operator("olga");

    private static final Migration CREDITS = Migration.named("credits")
            .cutOff(Instant.parse("2026-01-06T00:00:00Z"))
            .policy(CreditPolicy.initialGrant())
            .build();

    /** Every fiftieth user made so many operations that the grant is 50. */
    private static final String GRANT = "CASE WHEN MOD(u.id, 50) = 0 THEN 50 ELSE 20 END";

    /** A ninth spends 5, a ninth buys 7, and a ninth spends the whole grant and buys 7. */
    private static final String SPENT = "CASE MOD(u.id, 9) WHEN 0 THEN 5 WHEN 6 THEN " + GRANT + " ELSE 0 END";

    private static final String BOUGHT = "CASE WHEN MOD(u.id, 9) IN (3, 6) THEN 7 ELSE 0 END";

    private HikariDataSource dataSource;
    private TestSql sql;

    @AfterEach
    void close() {
        if (dataSource != null) {
            dataSource.close();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"POSTGRESQL", "MARIADB"})
    void a_population_is_taken_back_and_migrated_again_to_one_grant_and_what_was_paid(TestDatabase on) {
        open(on);
        MigrationService migrations = MigrationService.of(
                CREDITS,
                JdbcMigrationStore.owning(
                        dataSource,
                        HostTables.users("users")
                                .accounts("accounts", "owner", "amount")
                                .active("enabled")
                                .version("version")
                                .onMigrationSet("rate_limit", null)
                                .operations("operations", "id", "user_id", "made_at")
                                .purchases("purchases", "buyer", "credits")));
        migrations.run(RunOptions.defaults().withThreads(2));
        assertEverybody("a.enabled = TRUE AND u.rate_limit IS NULL AND a.amount = " + GRANT);
        assertVerified(migrations);

        move();
        assertVerified(migrations);
        migrations.halt(OPERATOR, "wrong day");
        RollbackPlan plan = migrations.planRollback();
        MigrationRun refusing =
                migrations.rollbackAll(RollbackOptions.defaults().withThreads(2), OPERATOR, "wrong day");
        long paid = count("FROM users u WHERE MOD(u.id, 9) IN (3, 6)");
        assertThat(refusing.rollbacks()).isEqualTo(Map.of(Status.PAID_CREDITS, paid, Status.ROLLED_BACK, USERS - paid));
        assertThat(plan.tally()).isEqualTo(refusing.tally());
        assertThat(count("FROM accounts a WHERE a.enabled = TRUE")).isEqualTo(paid);

        MigrationRun keeping = migrations.rollbackAll(
                RollbackOptions.defaults().withPaidCredits(PaidCredits.KEEP).withThreads(2), OPERATOR, "wrong day");
        assertThat(keeping.rollbacks()).isEqualTo(Map.of(Status.ROLLED_BACK, paid));
        assertEverybody("u.rate_limit = 10 AND a.amount = " + BOUGHT + " AND a.enabled = (" + BOUGHT + " > 0)");
        assertThat(refusing.tally().withdrawn().add(keeping.tally().withdrawn()))
                .isEqualByComparingTo(sql.text("SELECT SUM(" + GRANT + " - (" + SPENT + ")) FROM users u"));
        assertThat(count("FROM credit_migration_record r WHERE r.migration_status = 'ROLLED_BACK'"))
                .isEqualTo(USERS);
        assertVerified(migrations);

        IntStream.rangeClosed(1, USERS)
                .parallel()
                .forEach(id -> migrations.reopen(String.valueOf(id), OPERATOR, "the day was right"));
        migrations.rollout(Rollout.EVERYBODY, OPERATOR, "the day was right");
        MigrationRun again = migrations.run(RunOptions.defaults().withThreads(2));
        assertThat(again.count(MigrationResult.Status.MIGRATED)).isEqualTo(USERS);
        assertEverybody("a.enabled = TRUE AND u.rate_limit IS NULL AND a.amount = " + GRANT + " + " + BOUGHT + " - ("
                + SPENT + ")");
        assertThat(count("FROM (SELECT CAST(e.user_id AS DECIMAL(19)) AS id, SUM(e.amount) AS amount"
                        + " FROM credit_migration_entry e GROUP BY e.user_id) u WHERE u.amount = " + GRANT))
                .isEqualTo(USERS);
        assertThat(count("FROM (SELECT CAST(r.user_id AS DECIMAL(19)) AS id, r.attempt, r.migration_status,"
                        + " r.credits_consumed, r.initial_credits_granted FROM credit_migration_record r) u"
                        + " WHERE u.attempt = 2 AND u.migration_status = 'COMPLETED' AND u.credits_consumed = "
                        + SPENT
                        + " AND u.initial_credits_granted = " + GRANT + " - (" + SPENT + ")"))
                .isEqualTo(USERS);
        assertThat(count("FROM credit_migration_log")).isEqualTo(4L * USERS);
        assertVerified(migrations);
    }

    private void open(TestDatabase on) {
        dataSource = on.create();
        sql = new TestSql(dataSource);
        LibraryTables.defaults().install(dataSource);
        boolean mariadb = on == TestDatabase.MARIADB;
        String users = mariadb
                ? "SELECT seq AS n FROM seq_1_to_" + USERS
                : "SELECT n FROM generate_series(CAST(1 AS BIGINT), " + USERS + ") AS g (n)";
        String operations =
                mariadb ? "SELECT seq AS m FROM seq_1_to_301" : "SELECT m FROM generate_series(1, 301) AS g (m)";
        String identity = mariadb ? "AUTO_INCREMENT" : "GENERATED BY DEFAULT AS IDENTITY";
        String time = mariadb ? "TIMESTAMP(6)" : "TIMESTAMPTZ";
        String within = mariadb ? "FROM_UNIXTIME(1767225600)" : "TIMESTAMPTZ '2026-01-01T00:00:00Z'";
        sql.runAll(
                "CREATE TABLE users (id BIGINT PRIMARY KEY, rate_limit INTEGER)",
                "INSERT INTO users SELECT n, 10 FROM (" + users + ") t",
                "CREATE TABLE accounts (owner BIGINT PRIMARY KEY, amount NUMERIC(19, 4) NOT NULL, enabled BOOLEAN NOT NULL,"
                        + " version BIGINT DEFAULT 0 NOT NULL)",
                "CREATE TABLE purchases (id BIGINT " + identity
                        + " PRIMARY KEY, buyer BIGINT NOT NULL, credits NUMERIC(19, 4) NOT NULL)",
                "CREATE INDEX purchases_by_buyer ON purchases (buyer)",
                "CREATE TABLE operations (id BIGINT " + identity + " PRIMARY KEY, user_id BIGINT NOT NULL, made_at "
                        + time + " NOT NULL, FOREIGN KEY (user_id) REFERENCES users (id))",
                "CREATE INDEX operations_by_user ON operations (user_id, made_at)",
                "INSERT INTO operations (user_id, made_at) SELECT u.id, " + within + " FROM users u CROSS JOIN ("
                        + operations + ") t WHERE MOD(u.id, 50) = 0");
    }

    /** What the host's users do, as the host books it. */
    private void move() {
        sql.runAll(
                "UPDATE accounts SET version = version + 1, amount = amount - 5 WHERE MOD(owner, 9) = 0",
                "UPDATE accounts SET version = version + 1, amount = amount + 7 WHERE MOD(owner, 9) = 3",
                "UPDATE accounts SET version = version + 2, amount = 7 WHERE MOD(owner, 9) = 6",
                "INSERT INTO purchases (buyer, credits) SELECT u.id, 7 FROM users u WHERE MOD(u.id, 9) IN (3, 6)");
    }

    private void assertEverybody(String is) {
        assertThat(count("FROM users u JOIN accounts a ON a.owner = u.id WHERE " + is))
                .as(is)
                .isEqualTo(USERS);
    }

    private static void assertVerified(MigrationService migrations) {
        Verification verification = migrations.verify();
        assertThat(verification.isClean()).as(verification::toString).isTrue();
        assertThat(verification.users().checked()).isEqualTo(USERS);
    }

    private long count(String from) {
        return ((Number) sql.one("SELECT COUNT(*) " + from)).longValue();
    }
}
