package io.creditmigration.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.creditmigration.Actor;
import io.creditmigration.Allocation;
import io.creditmigration.CreditPolicy;
import io.creditmigration.Credits;
import io.creditmigration.Migration;
import io.creditmigration.MigrationResult.Status;
import io.creditmigration.MigrationRun;
import io.creditmigration.MigrationRun.State;
import io.creditmigration.MigrationService;
import io.creditmigration.RollbackResult;
import io.creditmigration.RunOptions;
import io.creditmigration.UserSnapshot;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import org.h2.api.Trigger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** One in a thousand users cannot be migrated, for three reasons: exactly those are marked FAILED. */
@Timeout(120)
final class BadUsersTest {

    private static final int USERS = 6_000;

    /** Of each thousand, the first of one thousand has no tariff, of the next one too much, of the third what is forbidden. */
    private static final Migration GRANT = Migration.named("grant")
            .cutOff(Instant.parse("2026-01-06T00:00:00Z"))
            .policy(((CreditPolicy) BadUsersTest::tariff).named("tariff", 1))
            .build();

    private static Allocation tariff(UserSnapshot user) {
        if (Integer.parseInt(user.userId()) % 3_000 == 1_000) {
            throw new IllegalStateException("no tariff");
        }
        return new Allocation(Credits.of(20), "fixed");
    }

    private HikariDataSource dataSource;
    private TestSql sql;
    private MigrationService migrations;

    @AfterEach
    void close() {
        dataSource.close();
    }

    @ParameterizedTest
    @EnumSource
    void exactly_those_fail_and_all_others_are_migrated(TestDatabase on) {
        open(on);

        MigrationRun run = migrations.run(RunOptions.defaults().withThreads(2));

        assertThat(run.state()).isEqualTo(State.FINISHED);
        assertThat(run.count(Status.FAILED)).isEqualTo(USERS / 1_000);
        assertThat(run.count(Status.MIGRATED)).isEqualTo(USERS - USERS / 1_000);
        assertThat(sql.rows("SELECT user_id FROM credit_migration_record WHERE migration_status = 'FAILED'"))
                .extracting(row -> row.get(0))
                .containsExactlyInAnyOrder("1000", "2000", "3000", "4000", "5000", "6000");
        assertThat(sql.text("SELECT COUNT(*) FROM users WHERE credits = 25 AND migrated = 1"))
                .isEqualTo(String.valueOf(USERS - USERS / 1_000));
        assertThat(sql.text("SELECT COUNT(*) FROM users WHERE MOD(id, 1000) = 0 AND migrated = 0"))
                .isEqualTo(String.valueOf(USERS / 1_000));
        assertThat(migrations.runs().failed(null, 100))
                .allSatisfy(record -> assertThat(record.error())
                        .containsAnyOf("no tariff", "at most 8 digits before the point", "SQLState 23"));
    }

    @ParameterizedTest
    @EnumSource
    void a_limit_of_five_in_ten_thousand_pauses_the_run(TestDatabase on) {
        open(on);
        RunOptions options = RunOptions.defaults().withFailureRateMax(new BigDecimal("0.0005"));

        MigrationRun run = migrations.run(options);

        assertThat(run.state()).isEqualTo(State.PAUSED);
        assertThat(run.count(Status.FAILED)).isEqualTo(1);
        assertThat(run.count(Status.MIGRATED)).isLessThan(USERS / 2);
        assertThat(run.reason()).contains("more than the share of 0.0005 allowed");
        migrations.runs().retune(run.id(), run.settings().withFailureRateMax(null), Actor.operator("olga"), "known");
        migrations.runs().resume(run.id(), Actor.operator("olga"), "known");
        assertThat(migrations.run(options).count(Status.FAILED)).isEqualTo(USERS / 1_000);
    }

    @ParameterizedTest
    @CsvSource({
        "H2, 12345678901234567890123.5, at most 20 digits before",
        "POSTGRESQL, 12345678901234567890123.5, at most 20 digits before",
        "POSTGRESQL, 'NaN', NaN",
        "MARIADB, 12345678901234567890123.5, at most 20 digits before"
    })
    void what_cannot_be_read_of_a_user_fails_that_user_alone(TestDatabase on, String balance, String error) {
        dataSource = on.create();
        sql = new TestSql(dataSource);
        LibraryTables.defaults().install(dataSource);
        List.of(
                        "CREATE TABLE users (id BIGINT PRIMARY KEY, credits NUMERIC(38, 4), migrated INTEGER NOT NULL)",
                        "INSERT INTO users VALUES (1, 5, 0), (2, '" + balance + "', 0), (3, 5, 0)")
                .forEach(sql::run);
        migrations = MigrationService.of(
                GRANT,
                JdbcMigrationStore.owning(
                        dataSource, HostTables.users("users").balance("credits").flag("migrated")));

        MigrationRun run = migrations.run();

        assertThat(run.count(Status.MIGRATED)).isEqualTo(2);
        assertThat(run.count(Status.FAILED)).isEqualTo(1);
        assertThat(migrations.find("2").orElseThrow().error()).contains(error);
        assertThat(migrations.rollback("2", Actor.operator("olga"), "test").status())
                .isEqualTo(RollbackResult.Status.NOT_COMPLETED);
        assertThat(sql.text("SELECT COUNT(*) FROM users WHERE credits = 25 AND migrated = 1"))
                .isEqualTo("2");
    }

    /** Refuses the second user with an SQLState that no standard knows. */
    public static final class Refusing implements Trigger {
        @Override
        public void fire(Connection connection, Object[] before, Object[] after) throws SQLException {
            if (((Number) after[0]).longValue() == 2) {
                throw new SQLException("not this one", "UB001");
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "H2, UB001",
        "POSTGRESQL, UB001",
        "POSTGRESQL, P0002",
        "POSTGRESQL, P0004",
        "POSTGRESQL, 20000",
        "MARIADB, 42000",
        "MARIADB, 99999",
        "MARIADB, 40001"
    })
    void whatever_state_a_trigger_raises_for_one_user_it_is_that_user_who_fails(TestDatabase on, String state) {
        dataSource = on.create();
        sql = new TestSql(dataSource);
        LibraryTables.defaults().install(dataSource);
        sql.runAll(
                "CREATE TABLE users (id BIGINT PRIMARY KEY, credits NUMERIC(38, 4), migrated INTEGER NOT NULL)",
                "INSERT INTO users VALUES (1, 5, 0), (2, 5, 0), (3, 5, 0), (4, 5, 0)");
        switch (on) {
            case H2 ->
                sql.run("CREATE TRIGGER refusing BEFORE UPDATE ON users FOR EACH ROW CALL '" + Refusing.class.getName()
                        + "'");
            case POSTGRESQL ->
                sql.runAll(
                        "CREATE FUNCTION refusing() RETURNS TRIGGER LANGUAGE plpgsql AS 'BEGIN IF NEW.id = 2 THEN"
                                + " RAISE EXCEPTION ''not this one'' USING ERRCODE = ''" + state
                                + "''; END IF; RETURN NEW; END'",
                        "CREATE TRIGGER refusing BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION refusing()");
            case MARIADB ->
                sql.run(
                        "CREATE TRIGGER refusing BEFORE UPDATE ON users FOR EACH ROW IF NEW.id = 2 THEN SIGNAL SQLSTATE '"
                                + state + "' SET MESSAGE_TEXT = 'not this one'; END IF");
        }
        migrations = MigrationService.of(
                GRANT,
                JdbcMigrationStore.owning(
                        dataSource, HostTables.users("users").balance("credits").flag("migrated")));

        assertThat(migrations.migrate("2").status()).isEqualTo(Status.FAILED);
        MigrationRun run = migrations.run(RunOptions.defaults().withUsers(List.of("1", "2", "3", "4")));

        assertThat(run.count(Status.MIGRATED)).isEqualTo(3);
        assertThat(run.count(Status.FAILED)).isEqualTo(1);
        assertThat(migrations.find("2").orElseThrow().error()).contains("not this one");
        assertThat(migrations.verify().found()).isEmpty();
    }

    private void open(TestDatabase on) {
        dataSource = on.create();
        sql = new TestSql(dataSource);
        LibraryTables.defaults().install(dataSource);
        String numbers = switch (on) {
            case H2 -> "SELECT x AS n FROM system_range(1, " + USERS + ")";
            case POSTGRESQL -> "SELECT n FROM generate_series(1, " + USERS + ") AS g (n)";
            case MARIADB -> "SELECT seq AS n FROM seq_1_to_" + USERS;
        };
        List<String> statements = List.of(
                "CREATE TABLE users (id BIGINT PRIMARY KEY, credits NUMERIC(10, 2) NOT NULL, migrated INTEGER NOT NULL,"
                        + " CHECK (credits <> 47))",
                "INSERT INTO users SELECT n, CASE MOD(n, 3000) WHEN 2000 THEN 99999990 WHEN 0 THEN 27 ELSE 5 END, 0"
                        + " FROM (" + numbers + ") t");
        statements.forEach(sql::run);
        migrations = MigrationService.of(
                GRANT,
                JdbcMigrationStore.owning(
                        dataSource, HostTables.users("users").balance("credits").flag("migrated")));
    }
}
