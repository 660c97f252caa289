package io.creditmigration.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import io.creditmigration.Actor;
import io.creditmigration.Consent;
import io.creditmigration.CreditPolicy;
import io.creditmigration.CreditRate;
import io.creditmigration.Migration;
import io.creditmigration.MigrationResult.Status;
import io.creditmigration.MigrationRun;
import io.creditmigration.MigrationService;
import io.creditmigration.RollbackResult;
import io.creditmigration.RunOptions;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Types, options and errors in which the databases differ: the same comes of all of them, or they are refused. */
final class DatabaseDifferencesTest {

    private static final Instant CUT_OFF = Instant.parse("2026-01-06T00:00:00Z");
    private static final Actor OPERATOR = Actor.operator("test");

    private static final Migration CONVERSION = Migration.named("rate-2500")
            .cutOff(CUT_OFF)
            .policy(CreditPolicy.convert(CreditRate.of(1_000), CreditRate.of(2_500)))
            .consent(Consent.NONE)
            .build();

    private static final Migration GRANT = Migration.named("grant")
            .cutOff(CUT_OFF)
            .policy(CreditPolicy.initialGrant())
            .beside(CONVERSION.id())
            .build();

    private HikariDataSource dataSource;
    private TestSql sql;

    @AfterEach
    void close() {
        if (dataSource != null) {
            dataSource.close();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "POSTGRESQL, reWriteBatchedInserts=true",
        "POSTGRESQL, prepareThreshold=1",
        "POSTGRESQL, preferQueryMode=simple",
        "MARIADB, useBulkStmts=true",
        "MARIADB, useBulkStmtsForInserts=false",
        "MARIADB, useServerPrepStmts=true",
        "MARIADB, allowLocalInfile=false",
        "MARIADB, tinyInt1isBit=false"
    })
    void rows_are_counted_whatever_the_driver_is_told(TestDatabase database, String options) {
        open(database, options);
        createUsers("VARCHAR(40)", "BOOLEAN DEFAULT FALSE NOT NULL");
        createOperations(database == TestDatabase.MARIADB ? "DATETIME(6)" : "TIMESTAMP(6)");
        for (int i = 0; i < 5; i++) {
            sql.run("INSERT INTO users (id, credits) VALUES (?, 50)", "user-" + i);
        }
        insertOperation(1, "user-3");
        insertOperation(2, "user-3");

        assertThat(run(CONVERSION, inPlace())).isEqualTo("{MIGRATED=5}");
        assertThat(run(CONVERSION, inPlace())).isEqualTo("{ALREADY_MIGRATED=5}");
        assertThat(run(GRANT, grants().zone(ZoneOffset.UTC))).isEqualTo("{MIGRATED=5}");

        assertThat(sql.text("SELECT SUM(historical_operations) FROM credit_migration_record"))
                .isEqualTo("2");
        assertThat(sql.text("SELECT COUNT(*) FROM credit_migration_log")).isEqualTo("10");
    }

    @ParameterizedTest
    @CsvSource({
        "useAffectedRows=true, rows changed",
        "sessionVariables=sql_mode='', not strict",
    })
    void a_connection_that_would_deceive_is_refused(String options, String message) {
        open(TestDatabase.MARIADB, options);
        createUsers("VARCHAR(40)", "BOOLEAN DEFAULT FALSE NOT NULL");

        assertThatThrownBy(() -> JdbcMigrationStore.owning(dataSource, inPlace()))
                .isInstanceOf(MappingException.class)
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource({"MyISAM", "Aria", "MEMORY"})
    void a_table_without_transactions_is_refused(String engine) {
        open(TestDatabase.MARIADB, "");
        createUsers("VARCHAR(40)", "BOOLEAN DEFAULT FALSE NOT NULL");
        sql.run("ALTER TABLE users ENGINE = " + engine);

        assertThatThrownBy(() -> JdbcMigrationStore.owning(dataSource, inPlace()))
                .isInstanceOf(MappingException.class)
                .hasMessageContaining("no transactions");
    }

    @ParameterizedTest
    @CsvSource({"POSTGRESQL"})
    void a_key_that_is_unique_for_some_rows_only_is_refused(TestDatabase database) {
        open(database, "");
        sql.runAll(
                "CREATE TABLE users (id VARCHAR(40), credits NUMERIC(19, 4), migrated BOOLEAN, deleted BOOLEAN)",
                "CREATE UNIQUE INDEX living ON users (id) WHERE NOT deleted");

        assertThatThrownBy(() -> JdbcMigrationStore.owning(dataSource, inPlace()))
                .hasMessageContaining("no unique key");
    }

    @ParameterizedTest
    @CsvSource({
        "H2, BOOLEAN, FALSE",
        "H2, INTEGER, 0",
        "H2, 'NUMERIC(1)', 0",
        "POSTGRESQL, BOOLEAN, FALSE",
        "POSTGRESQL, SMALLINT, 0",
        "POSTGRESQL, 'NUMERIC(1)', 0",
        "MARIADB, BOOLEAN, FALSE",
        "MARIADB, BOOLEAN, 2",
        "MARIADB, BIT(1), 0",
        "MARIADB, TINYINT, 0",
        "MARIADB, 'DECIMAL(1)', 0"
    })
    void a_flag_of_any_type_is_set_and_put_back(TestDatabase database, String type, String unset) {
        open(database, "");
        createUsers("VARCHAR(40)", type);
        sql.run("INSERT INTO users (id, credits, migrated) VALUES ('ann', 50, " + unset + "), ('bob', 50, " + unset
                + ")");
        String before = sql.text("SELECT migrated FROM users");
        MigrationService migrations = service(CONVERSION, inPlace());

        assertThat(migrations.migrate("ann").status()).isEqualTo(Status.MIGRATED);
        assertThat(run(CONVERSION, inPlace())).isEqualTo("{ALREADY_MIGRATED=1, MIGRATED=1}");
        assertThat(sql.text("SELECT migrated FROM users WHERE id = 'bob'")).isIn("true", "1");
        assertThat(migrations.rollback("ann", OPERATOR, "test").status()).isEqualTo(RollbackResult.Status.ROLLED_BACK);

        assertThat(sql.text("SELECT migrated FROM users WHERE id = 'ann'")).isEqualTo(before);
        assertThat(sql.text("SELECT credits FROM users WHERE id = 'ann'")).isEqualTo("50.0000");
    }

    @ParameterizedTest
    @CsvSource({
        "H2, UUID, 00000000-0000-0000-0000-00000000000a",
        "H2, CHAR(12), ann",
        "H2, 'NUMERIC(20)', 7",
        "POSTGRESQL, UUID, 00000000-0000-0000-0000-00000000000a",
        "POSTGRESQL, CHAR(12), ann",
        "POSTGRESQL, TEXT, ann",
        "POSTGRESQL, SMALLINT, 7",
        "POSTGRESQL, 'NUMERIC(20)', 7",
        "MARIADB, UUID, 00000000-0000-0000-0000-00000000000a",
        "MARIADB, CHAR(12), ann",
        "MARIADB, VARCHAR(12) CHARACTER SET latin1, änn",
        "MARIADB, INT UNSIGNED, 7",
        "MARIADB, 'DECIMAL(20)', 7"
    })
    void an_id_of_any_type_is_found_and_kept(TestDatabase database, String type, String id) {
        open(database, "");
        createUsers(type, "BOOLEAN DEFAULT FALSE NOT NULL");
        String literal = type.matches("SMALLINT|INT.*|NUMERIC.*|DECIMAL.*") ? id : "'" + id + "'";
        sql.run("INSERT INTO users (id, credits) VALUES (" + literal + ", 50)");

        assertThat(service(CONVERSION, inPlace()).migrate(id).status()).isEqualTo(Status.MIGRATED);
        assertThat(run(CONVERSION, inPlace())).isEqualTo("{ALREADY_MIGRATED=1}");
        assertThat(run(GRANT, HostTables.users("users").ownAccounts())).isEqualTo("{MIGRATED=1}");

        assertThat(sql.text("SELECT user_id FROM credit_migration_account").strip())
                .isEqualTo(id);
        assertThat(service(CONVERSION, inPlace()).rollback(id, OPERATOR, "test").status())
                .isEqualTo(RollbackResult.Status.ROLLED_BACK);
    }

    @ParameterizedTest
    @CsvSource({
        "H2, TIMESTAMP(6), +07:00, 19:30",
        "H2, TIMESTAMP(6), Europe/Paris, 13:30",
        "H2, TIMESTAMP(6), UTC+7, 19:30",
        "POSTGRESQL, TIMESTAMP(6), +07:00, 19:30",
        "POSTGRESQL, TIMESTAMP(6), Europe/Paris, 13:30",
        "POSTGRESQL, TIMESTAMP(6), UTC+7, 19:30",
        "POSTGRESQL, TIMESTAMP(6), Z, 12:30",
        "MARIADB, DATETIME(6), +07:00, 19:30",
        "MARIADB, DATETIME(6), UTC+7, 19:30",
        "MARIADB, DATETIME(6), Z, 12:30",
        // Inserted in the session's zone, which is three hours ahead on the server of the tests.
        "MARIADB, TIMESTAMP(6), Europe/Paris, 15:30"
    })
    void a_local_time_enters_the_history_as_the_instant_that_it_was(
            TestDatabase database, String type, ZoneId zone, String time) {
        open(database, "");
        createUsers("VARCHAR(40)", "BOOLEAN DEFAULT FALSE NOT NULL");
        createOperations(type);
        sql.run("INSERT INTO users (id) VALUES ('ann')");
        if (type.startsWith("TIMESTAMP") && database == TestDatabase.MARIADB) {
            sql.run("INSERT INTO operations VALUES (1, 'ann', FROM_UNIXTIME(1766579400))");
        } else {
            sql.run("INSERT INTO operations VALUES (1, 'ann', ?)", LocalDateTime.parse("2025-12-24T" + time + ":00"));
        }

        MigrationService migrations = service(GRANT, grants().zone(zone));

        assertThat(migrations.migrate("ann").record().historicalOperations()).isEqualTo(1);
        assertThat(sql.text("SELECT COUNT(*) FROM credit_migration_entry WHERE kind = 'OPERATION' AND entered_at = "
                        + (database == TestDatabase.MARIADB
                                ? "TIMESTAMP'2025-12-24 12:30:00'"
                                : "TIMESTAMP WITH TIME ZONE '2025-12-24 12:30:00+00:00'")))
                .isEqualTo("1");
    }

    @ParameterizedTest
    @CsvSource({"Europe/Paris"})
    void a_zone_that_the_database_has_no_table_of_is_refused(ZoneId zone) {
        open(TestDatabase.MARIADB, "");
        createUsers("VARCHAR(40)", "BOOLEAN DEFAULT FALSE NOT NULL");
        createOperations("DATETIME(6)");

        assertThatThrownBy(() -> JdbcMigrationStore.owning(dataSource, grants().zone(zone)))
                .isInstanceOf(MappingException.class)
                .hasMessageContaining("declare an offset");
    }

    @ParameterizedTest
    @CsvSource({"POSTGRESQL, trigger", "POSTGRESQL, deferred", "MARIADB, trigger"})
    void what_the_hosts_own_rules_refuse_fails_one_user(TestDatabase database, String rule) {
        open(database, "");
        createUsers("VARCHAR(40)", "BOOLEAN DEFAULT FALSE NOT NULL");
        sql.run("INSERT INTO users (id, credits) VALUES ('ann', 50), ('bob', 50), ('cem', 50)");
        if (rule.equals("deferred")) {
            sql.runAll(
                    "CREATE TABLE audited (id VARCHAR(40) PRIMARY KEY)",
                    "INSERT INTO audited VALUES ('ann'), ('cem')",
                    "CREATE FUNCTION audit() RETURNS TRIGGER LANGUAGE plpgsql AS 'BEGIN IF NOT EXISTS (SELECT 1 FROM audited"
                            + " WHERE id = NEW.user_id) THEN RAISE EXCEPTION ''not audited''; END IF; RETURN NULL; END'",
                    "CREATE CONSTRAINT TRIGGER auditing AFTER INSERT ON credit_migration_journal DEFERRABLE INITIALLY"
                            + " DEFERRED FOR EACH ROW WHEN (NEW.kind = 'M') EXECUTE FUNCTION audit()");
        } else if (database == TestDatabase.MARIADB) {
            sql.run("CREATE TRIGGER refusing BEFORE UPDATE ON users FOR EACH ROW"
                    + " IF NEW.id = 'bob' THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'not bob'; END IF");
        } else {
            sql.runAll(
                    "CREATE FUNCTION refuse() RETURNS TRIGGER LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''not bob''; END'",
                    "CREATE TRIGGER refusing BEFORE UPDATE ON users FOR EACH ROW WHEN (NEW.id = 'bob')"
                            + " EXECUTE FUNCTION refuse()");
        }

        assertThat(service(CONVERSION, inPlace()).migrate("bob").status()).isEqualTo(Status.FAILED);
        assertThat(run(CONVERSION, inPlace())).isEqualTo("{FAILED_BEFORE=1, MIGRATED=2}");
        sql.run("DELETE FROM credit_migration_journal WHERE user_id = 'bob'");
        assertThat(run(CONVERSION, inPlace())).isEqualTo("{ALREADY_MIGRATED=2, FAILED=1}");

        assertThat(sql.text("SELECT error_message FROM credit_migration_record WHERE user_id = 'bob'"))
                .contains(rule.equals("deferred") ? "audited" : "not bob")
                .doesNotContain("Batch entry")
                .doesNotContain("VALUES");
        assertThat(sql.text("SELECT credits FROM users WHERE id = 'bob'")).isEqualTo("50.0000");
    }

    private void open(TestDatabase database, String options) {
        dataSource = database.create(options);
        sql = new TestSql(dataSource);
        LibraryTables.defaults().install(dataSource);
    }

    private void createUsers(String idType, String flagType) {
        sql.run("CREATE TABLE users (id " + idType + " PRIMARY KEY, credits NUMERIC(19, 4), migrated " + flagType
                + ")");
    }

    private void createOperations(String timeType) {
        sql.run("CREATE TABLE operations (id BIGINT PRIMARY KEY, owner VARCHAR(40) NOT NULL, made_at " + timeType
                + " NOT NULL)");
    }

    private void insertOperation(long id, String owner) {
        sql.run("INSERT INTO operations VALUES (?, ?, ?)", id, owner, LocalDateTime.parse("2025-12-24T12:00:00"));
    }

    private static HostTables inPlace() {
        return HostTables.users("users").balance("credits").flag("migrated");
    }

    private static HostTables grants() {
        return HostTables.users("users").ownAccounts().operations("operations", "id", "owner", "made_at");
    }

    private MigrationService service(Migration migration, HostTables tables) {
        JdbcMigrationStore store = JdbcMigrationStore.owning(dataSource, tables);
        store.rebind(OPERATOR, "test");
        return MigrationService.of(migration, store);
    }

    private String run(Migration migration, HostTables tables) {
        MigrationRun run = service(migration, tables).run(RunOptions.defaults());
        assertThat(run.state()).isEqualTo(MigrationRun.State.FINISHED);
        return run.outcomes().toString();
    }
}
