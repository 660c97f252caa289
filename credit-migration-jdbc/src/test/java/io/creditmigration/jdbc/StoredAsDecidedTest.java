package io.creditmigration.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.creditmigration.Actor;
import io.creditmigration.Allocation;
import io.creditmigration.Consent;
import io.creditmigration.CreditPolicy;
import io.creditmigration.CreditRate;
import io.creditmigration.Credits;
import io.creditmigration.Migration;
import io.creditmigration.MigrationResult;
import io.creditmigration.MigrationResult.Status;
import io.creditmigration.MigrationService;
import io.creditmigration.RollbackResult;
import io.creditmigration.RunOptions;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Map;
import org.h2.api.Trigger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What was decided is what is stored: a balance is read back in the transaction that writes it. */
class StoredAsDecidedTest {

    private static final Migration RATE_2500 = Migration.named("rate-2500")
            .cutOff(Instant.parse("2026-01-06T00:00:00Z"))
            .policy(CreditPolicy.convert(CreditRate.of(1_000), CreditRate.of(2_500)))
            .consent(Consent.NONE)
            .build();

    private static final Migration CREDITS = Migration.named("credits")
            .cutOff(Instant.parse("2026-01-06T00:00:00Z"))
            .policy(((CreditPolicy) user -> Allocation.of(Credits.of("13.3333"), "a third of forty")).named("third", 1))
            .build();

    /** How a database comes to store another amount, for every user but {@code ann}. */
    enum Cause {
        H2_BEFORE(TestDatabase.H2),
        POSTGRESQL_BEFORE(TestDatabase.POSTGRESQL),
        POSTGRESQL_AFTER(TestDatabase.POSTGRESQL),
        MARIADB_BEFORE(TestDatabase.MARIADB);

        private final TestDatabase database;

        Cause(TestDatabase database) {
            this.database = database;
        }
    }

    /** Rounds balances to two decimals, as a host's rule for its own prices might. */
    public static final class Rounding implements Trigger {

        @Override
        public void fire(Connection connection, Object[] before, Object[] after) throws SQLException {
            if (!"ann".equals(after[0])) {
                after[1] = ((BigDecimal) after[1])
                        .setScale(2, RoundingMode.HALF_EVEN)
                        .setScale(4);
            }
        }
    }

    private HikariDataSource dataSource;
    private TestSql sql;

    @AfterEach
    void close() {
        if (dataSource != null) {
            dataSource.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_user_whose_balance_the_database_alters_is_failed_with_both_figures_and_nobody_else(Cause cause) {
        open(cause.database);
        MigrationService migrations = MigrationService.of(
                RATE_2500,
                JdbcMigrationStore.owning(
                        dataSource, HostTables.users("users").balance("credits").flag("migrated")));
        alter(cause, "users", "id", "credits");

        MigrationResult bob = migrations.migrate("bob");

        assertThat(bob.status()).isEqualTo(Status.FAILED);
        assertThat(bob.message()).contains("13.33,").contains("13.3333").contains("trigger");
        assertThat(migrations.run(RunOptions.defaults()).outcomes())
                .isEqualTo(Map.of(Status.MIGRATED, 2L, Status.FAILED, 1L, Status.FAILED_BEFORE, 1L));
        assertThat(sql.text("SELECT COUNT(*) FROM users WHERE id IN ('bob', 'cem') AND migrated = FALSE"
                        + " AND credits = 33.3333"))
                .isEqualTo("2");
        assertThat(migrations.log("cem")).hasSize(1);
        assertThat(migrations.verify().isClean()).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void so_is_a_grant_that_opens_an_account(Cause cause) {
        open(cause.database);
        MigrationService migrations = MigrationService.of(
                CREDITS,
                JdbcMigrationStore.owning(dataSource, HostTables.users("users").ownAccounts()));
        alter(cause, "credit_migration_account", "user_id", "balance");

        assertThat(migrations.migrate("bob").status()).isEqualTo(Status.FAILED);
        migrations.run();

        assertThat(sql.text("SELECT COUNT(*) FROM credit_migration_account WHERE balance <> 13.3333"))
                .isEqualTo("0");
        assertThat(sql.text("SELECT COUNT(*) FROM credit_migration_entry WHERE user_id IN ('bob', 'cem')"))
                .isEqualTo("0");
    }

    @ParameterizedTest
    @EnumSource
    void so_is_a_user_whose_column_was_narrowed_while_the_store_was_open(TestDatabase database) {
        open(database);
        sql.run("DELETE FROM users");
        sql.run("INSERT INTO users (id, credits) VALUES ('eve', 10.01), ('dan', 50)");
        MigrationService migrations = MigrationService.of(
                RATE_2500,
                JdbcMigrationStore.owning(
                        dataSource, HostTables.users("users").balance("credits").flag("migrated")));
        sql.run(
                switch (database) {
                    case H2 -> "ALTER TABLE users ALTER COLUMN credits SET DATA TYPE NUMERIC(19, 2)";
                    case POSTGRESQL -> "ALTER TABLE users ALTER COLUMN credits TYPE NUMERIC(19, 2)";
                    case MARIADB -> "ALTER TABLE users MODIFY credits NUMERIC(19, 2)";
                });

        MigrationResult eve = migrations.migrate("eve");

        assertThat(eve.status()).isEqualTo(Status.FAILED);
        assertThat(eve.message()).contains("as 4,").contains("4.004");
        assertThat(migrations.migrate("dan").status()).isEqualTo(Status.MIGRATED);
        assertThat(sql.text("SELECT credits FROM users WHERE id = 'eve'")).isEqualTo("10.01");
    }

    @ParameterizedTest
    @EnumSource
    void so_is_a_rollback_refused_and_everything_stays(Cause cause) {
        open(cause.database);
        MigrationService migrations = MigrationService.of(
                RATE_2500,
                JdbcMigrationStore.owning(
                        dataSource, HostTables.users("users").balance("credits").flag("migrated")));
        migrations.run(RunOptions.defaults());
        alter(cause, "users", "id", "credits");

        RollbackResult bob = migrations.rollback("bob", Actor.operator("olga"), "asked for it");

        assertThat(bob.status()).isEqualTo(RollbackResult.Status.REJECTED);
        assertThat(sql.text("SELECT COUNT(*) FROM users WHERE id = 'bob' AND migrated = TRUE AND credits = 13.3333"))
                .isEqualTo("1");
        assertThat(migrations.log("bob")).hasSize(1);
        assertThat(migrations.verify().isClean()).isTrue();
    }

    @Test
    void so_is_a_user_whose_row_a_trigger_takes_away() {
        open(TestDatabase.POSTGRESQL);
        MigrationService migrations = MigrationService.of(
                RATE_2500,
                JdbcMigrationStore.owning(
                        dataSource, HostTables.users("users").balance("credits").flag("migrated")));
        sql.runAll(
                "CREATE FUNCTION taking() RETURNS TRIGGER LANGUAGE plpgsql AS"
                        + " 'BEGIN DELETE FROM users WHERE id = NEW.id; RETURN NULL; END'",
                "CREATE TRIGGER taking AFTER UPDATE ON users FOR EACH ROW WHEN (NEW.id = 'bob')"
                        + " EXECUTE FUNCTION taking()");

        assertThat(migrations.migrate("bob").status()).isEqualTo(Status.FAILED);

        assertThat(sql.text("SELECT credits FROM users WHERE id = 'bob'")).isEqualTo("33.3333");
    }

    @ParameterizedTest
    @EnumSource(names = {"POSTGRESQL", "MARIADB"})
    void a_second_column_that_a_trigger_caps_is_not_stored_as_decided(TestDatabase database) {
        try (HikariDataSource pool = database.create()) {
            TestSql host = host(
                    pool,
                    "CREATE TABLE users (id BIGINT PRIMARY KEY, credits NUMERIC(19, 4), credits2 NUMERIC(19, 4), migrated BOOLEAN DEFAULT FALSE)",
                    "INSERT INTO users (id, credits, credits2) VALUES (1, 100, 90)");
            if (database == TestDatabase.POSTGRESQL) {
                host.runAll(
                        "CREATE FUNCTION cap() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.credits2 := LEAST(NEW.credits2, 100); RETURN NEW; END $$",
                        "CREATE TRIGGER cap BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION cap()");
            } else {
                host.run(
                        "CREATE TRIGGER cap BEFORE UPDATE ON users FOR EACH ROW SET NEW.credits2 = LEAST(NEW.credits2, 100)");
            }
            JdbcMigrationStore store = JdbcMigrationStore.owning(
                    pool,
                    HostTables.users("users")
                            .balance("credits")
                            .movedInto("credits2")
                            .flag("migrated"));
            MigrationService service = MigrationService.of(RATE_2500, store);

            MigrationResult result = service.migrate("1");

            assertThat(result.status()).isEqualTo(Status.FAILED);
            assertThat(result.message()).contains("stored as 100,").contains("decided as 130");
            assertThat((BigDecimal) host.one("SELECT credits2 FROM users")).isEqualByComparingTo("90");
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_debt_in_the_second_column_keeps_nobody_from_migrating(TestDatabase database) {
        try (HikariDataSource pool = database.create()) {
            TestSql host = host(
                    pool,
                    "CREATE TABLE users (id BIGINT PRIMARY KEY, credits NUMERIC(19, 4), credits2 NUMERIC(19, 4), migrated BOOLEAN DEFAULT FALSE)",
                    "INSERT INTO users (id, credits, credits2) VALUES (1, 100, -10)");
            JdbcMigrationStore store = JdbcMigrationStore.owning(
                    pool,
                    HostTables.users("users")
                            .balance("credits")
                            .movedInto("credits2")
                            .flag("migrated"));
            MigrationService service = MigrationService.of(RATE_2500, store);

            MigrationResult result = service.migrate("1");

            assertThat(result.status()).isEqualTo(Status.MIGRATED);
            assertThat((BigDecimal) host.one("SELECT credits2 FROM users")).isEqualByComparingTo("30");
            service.rollback("1", Actor.operator("olga"), "asked for it");
            assertThat((BigDecimal) host.one("SELECT credits2 FROM users")).isEqualByComparingTo("0");
            assertThat((BigDecimal) host.one("SELECT credits FROM users")).isEqualByComparingTo("75");
        }
    }

    @ParameterizedTest
    @EnumSource(names = "POSTGRESQL")
    void a_trigger_on_a_partition_is_read_back(TestDatabase database) {
        try (HikariDataSource pool = database.create()) {
            TestSql host = host(
                    pool,
                    "CREATE TABLE users (id BIGINT PRIMARY KEY, credits NUMERIC(19, 4), migrated BOOLEAN DEFAULT FALSE) PARTITION BY RANGE (id)",
                    "CREATE TABLE users_1 PARTITION OF users FOR VALUES FROM (0) TO (1000)",
                    "INSERT INTO users (id, credits) VALUES (1, 100)",
                    "CREATE FUNCTION fee() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                            + " IF pg_trigger_depth() = 1 THEN UPDATE users SET credits = credits - 1 WHERE id = NEW.id; END IF; RETURN NULL; END $$",
                    "CREATE TRIGGER fee AFTER UPDATE ON users_1 FOR EACH ROW EXECUTE FUNCTION fee()");
            JdbcMigrationStore store = JdbcMigrationStore.owning(
                    pool, HostTables.users("users").balance("credits").flag("migrated"));
            MigrationService service = MigrationService.of(RATE_2500, store);

            MigrationResult result = service.migrate("1");

            assertThat(result.status()).isEqualTo(Status.FAILED);
            assertThat((BigDecimal) host.one("SELECT credits FROM users")).isEqualByComparingTo("100");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"POSTGRESQL", "MARIADB"})
    void a_marker_that_a_trigger_keeps_as_it_was_is_no_migration(TestDatabase database) {
        try (HikariDataSource pool = database.create()) {
            TestSql host = host(
                    pool,
                    "CREATE TABLE users (id BIGINT PRIMARY KEY, credits NUMERIC(19, 4), migrated BOOLEAN DEFAULT FALSE)",
                    "INSERT INTO users (id, credits) VALUES (1, 100)");
            if (database == TestDatabase.POSTGRESQL) {
                host.runAll(
                        "CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.migrated := OLD.migrated; RETURN NEW; END $$",
                        "CREATE TRIGGER keep BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION keep()");
            } else {
                host.run("CREATE TRIGGER keep BEFORE UPDATE ON users FOR EACH ROW SET NEW.migrated = OLD.migrated");
            }
            MigrationService service = MigrationService.of(
                    RATE_2500,
                    JdbcMigrationStore.owning(
                            pool, HostTables.users("users").balance("credits").flag("migrated")));

            MigrationResult result = service.migrate("1");

            assertThat(result.status()).isEqualTo(Status.FAILED);
            assertThat(result.message()).contains("column 'migrated' was stored as");
            assertThat((BigDecimal) host.one("SELECT credits FROM users")).isEqualByComparingTo("100");
        }
    }

    /** Where accounts stand apart, the users' own columns are written by a statement of their own. */
    @ParameterizedTest
    @EnumSource(names = {"POSTGRESQL", "MARIADB"})
    void a_setting_that_a_trigger_keeps_as_it_was_is_no_migration(TestDatabase database) {
        try (HikariDataSource pool = database.create()) {
            TestSql host = host(
                    pool,
                    "CREATE TABLE users (id BIGINT PRIMARY KEY, tier VARCHAR(10) DEFAULT 'limited')",
                    "INSERT INTO users (id) VALUES (1)");
            if (database == TestDatabase.POSTGRESQL) {
                host.runAll(
                        "CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.tier := OLD.tier; RETURN NEW; END $$",
                        "CREATE TRIGGER keep BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION keep()");
            } else {
                host.run("CREATE TRIGGER keep BEFORE UPDATE ON users FOR EACH ROW SET NEW.tier = OLD.tier");
            }
            MigrationService service = MigrationService.of(
                    CREDITS,
                    JdbcMigrationStore.owning(
                            pool, HostTables.users("users").ownAccounts().onMigrationSet("tier", "credits")));

            MigrationResult result = service.migrate("1");

            assertThat(result.status()).isEqualTo(Status.FAILED);
            assertThat(result.message()).contains("column 'tier' was stored as limited, and decided as credits");
            assertThat(host.text("SELECT COUNT(*) FROM credit_migration_account"))
                    .isEqualTo("0");
        }
    }

    private static TestSql host(HikariDataSource pool, String... statements) {
        LibraryTables.defaults().install(pool);
        TestSql sql = new TestSql(pool);
        sql.runAll(statements);
        return sql;
    }

    private void open(TestDatabase database) {
        dataSource = database.create();
        sql = new TestSql(dataSource);
        sql.runAll(
                "CREATE TABLE users (id VARCHAR(40) PRIMARY KEY, credits NUMERIC(19, 4), migrated BOOLEAN DEFAULT FALSE NOT NULL)",
                "INSERT INTO users (id, credits) VALUES ('ann', 33.3333), ('bob', 33.3333), ('cem', 33.3333), ('dan', 50)");
        LibraryTables.defaults().install(dataSource);
    }

    /** After the store was opened. */
    private void alter(Cause cause, String table, String id, String balance) {
        String round = "NEW." + balance + " := ROUND(NEW." + balance + ", 2)";
        switch (cause) {
            case H2_BEFORE ->
                sql.run("CREATE TRIGGER rounding BEFORE INSERT, UPDATE ON " + table + " FOR EACH ROW CALL '"
                        + Rounding.class.getName() + "'");
            case POSTGRESQL_BEFORE ->
                sql.runAll(
                        "CREATE FUNCTION rounding() RETURNS TRIGGER LANGUAGE plpgsql AS 'BEGIN " + round
                                + "; RETURN NEW; END'",
                        "CREATE TRIGGER rounding BEFORE INSERT OR UPDATE ON " + table + " FOR EACH ROW WHEN (NEW." + id
                                + " <> 'ann') EXECUTE FUNCTION rounding()");
            case POSTGRESQL_AFTER ->
                sql.runAll(
                        "CREATE FUNCTION rounding() RETURNS TRIGGER LANGUAGE plpgsql AS 'BEGIN UPDATE " + table
                                + " SET "
                                + balance + " = ROUND(" + balance + ", 2) WHERE " + id + " = NEW." + id
                                + "; RETURN NULL; END'",
                        "CREATE TRIGGER rounding AFTER INSERT OR UPDATE ON " + table + " FOR EACH ROW WHEN (NEW." + id
                                + " <> 'ann' AND NEW." + balance + " <> ROUND(NEW." + balance
                                + ", 2)) EXECUTE FUNCTION rounding()");
            case MARIADB_BEFORE -> {
                for (String event : new String[] {"INSERT", "UPDATE"}) {
                    sql.run("CREATE TRIGGER rounding_" + event + " BEFORE " + event + " ON " + table
                            + " FOR EACH ROW IF NEW." + id + " <> 'ann' THEN SET NEW." + balance + " = ROUND(NEW."
                            + balance
                            + ", 2); END IF");
                }
            }
        }
    }
}
