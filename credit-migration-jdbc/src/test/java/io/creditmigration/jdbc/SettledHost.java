package io.creditmigration.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.creditmigration.Actor;
import io.creditmigration.Consent;
import io.creditmigration.CreditPolicy;
import io.creditmigration.CreditRate;
import io.creditmigration.Migration;
import io.creditmigration.MigrationRun;
import io.creditmigration.MigrationService;
import io.creditmigration.RollbackOptions;
import io.creditmigration.Rollout;
import io.creditmigration.RunOptions;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A host with a user wherever a user can stand in a migration, for tests that damage what is stored and put it back.
 *
 * <p>Migrated by a run are run-a, run-b and run-back, whom another run rolled back; run-failed failed in it. One by one came
 * single, twin, failed, retried (failed, then migrated), back (rolled back), reopened and again (migrated again). Of untouched
 * there is nothing. Of grants with a history, caught has had an operation copied later.
 */
final class SettledHost implements AutoCloseable {

    private static final Instant CUT_OFF = Instant.parse("2026-01-06T00:00:00Z");
    private static final Actor OPERATOR = Actor.operator("olga");

    private static final Migration RATE_2500 = Migration.named("rate-2500")
            .cutOff(CUT_OFF)
            .policy(CreditPolicy.convert(CreditRate.of(1_000), CreditRate.of(2_500)))
            .consent(Consent.NONE)
            .build();
    private static final Migration INITIAL_GRANT = Migration.named("grant")
            .cutOff(CUT_OFF)
            .policy(CreditPolicy.initialGrant())
            .build();

    /** What a host has, and what is done to its users. */
    @SuppressWarnings("ImmutableEnumChecker") // A migration is immutable.
    enum Layout {
        /** Balances of 50.0001 in the users table are converted. */
        CONVERSION(SettledHost.RATE_2500, "users", "id") {
            @Override
            HostTables tables() {
                return HostTables.users("users")
                        .balance("credits")
                        .rate("rate")
                        .rateIfAbsent(CreditRate.of(1_000))
                        .version("version");
            }

            @Override
            void add(TestSql sql, String id) {
                sql.run("INSERT INTO users (id, credits) VALUES (?, 50.0001)", id);
            }
        },
        /** The same in an account table, with all that can be captured. */
        ACCOUNTS(SettledHost.RATE_2500, "accounts", "owner") {
            @Override
            HostTables tables() {
                return HostTables.users("users")
                        .accounts("accounts", "owner", "balance")
                        .flag("migrated")
                        .rate("rate")
                        .rateIfAbsent(CreditRate.of(1_000))
                        .active("active")
                        .version("version")
                        .onMigrationSet("rate_limit", null)
                        .onMigrationSet("tier", "credits");
            }

            @Override
            void add(TestSql sql, String id) {
                sql.run("INSERT INTO users (id, rate_limit, tier) VALUES (?, 10, 'limited')", id);
                sql.run("INSERT INTO accounts (owner, balance, active) VALUES (?, 50.0001, TRUE)", id);
            }
        },
        /** Grants of 20 into the library's own accounts, with two operations of each user's. */
        GRANT(SettledHost.INITIAL_GRANT, "credit_migration_account", "user_id") {
            @Override
            HostTables tables() {
                return HostTables.users("users")
                        .ownAccounts()
                        .onMigrationSet("rate_limit", null)
                        .operations("operations", "id", "owner", "made_at")
                        .purchases("purchases", "buyer", "credits")
                        .zone(ZoneOffset.UTC);
            }

            @Override
            void add(TestSql sql, String id) {
                sql.run("INSERT INTO users (id, rate_limit) VALUES (?, 10)", id);
                operation(sql, id, 1);
                operation(sql, id, 2);
            }

            @Override
            void spend(TestSql sql, String id) {
                sql.run(
                        "UPDATE credit_migration_account SET balance = balance - 5, version = version + 1 WHERE user_id = ?",
                        id);
            }
        },
        /** Grants of 20 into an account table that has a rate, without a history. */
        GRANT_INTO_ACCOUNTS(SettledHost.INITIAL_GRANT, "accounts", "owner") {
            @Override
            HostTables tables() {
                return ACCOUNTS.tables();
            }

            @Override
            void add(TestSql sql, String id) {
                sql.run("INSERT INTO users (id, rate_limit, tier) VALUES (?, 10, 'limited')", id);
                sql.run("INSERT INTO accounts (owner, balance, active, rate) VALUES (?, 0, FALSE, 1000)", id);
            }
        };

        final Migration migration;
        private final String holder;
        private final String holderKey;

        Layout(Migration migration, String holder, String holderKey) {
            this.migration = migration;
            this.holder = holder;
            this.holderKey = holderKey;
        }

        abstract HostTables tables();

        abstract void add(TestSql sql, String id);

        /** The database refuses to write the balances of these users. */
        void refuse(TestSql sql, String ids) {
            sql.run("ALTER TABLE " + holder + " ADD CONSTRAINT refused CHECK (version = 0 OR " + holderKey + " NOT IN ("
                    + ids + "))");
        }

        void allowAll(TestSql sql) {
            sql.run("ALTER TABLE " + holder + " DROP CONSTRAINT refused");
        }

        /** The user spends some, where it can be known later. */
        void spend(TestSql sql, String id) {}

        boolean grants() {
            return migration.conversion().isEmpty();
        }
    }

    /** The tables that damage is done to. */
    private static final List<String> TABLES = List.of(
            "users",
            "accounts",
            "operations",
            "credit_migration_definition",
            "credit_migration_journal",
            "credit_migration_account",
            "credit_migration_entry",
            "credit_migration_run",
            "credit_migration_range",
            "credit_migration_seal",
            "credit_migration_sealed");

    final TestDatabase database;
    final Layout layout;
    final HikariDataSource dataSource;
    final TestSql sql;
    final JdbcMigrationStore store;
    final MigrationService migrations;
    final MigrationRun run;
    private final Map<String, String> columns = new LinkedHashMap<>();

    SettledHost(TestDatabase database, Layout layout) {
        this.database = database;
        this.layout = layout;
        this.dataSource = database.create();
        this.sql = new TestSql(dataSource);
        LibraryTables.defaults().install(dataSource);
        createTables();
        layout.refuse(sql, "'run-failed', 'failed', 'retried'");
        this.store = JdbcMigrationStore.owning(dataSource, layout.tables());
        this.migrations = MigrationService.of(layout.migration, store);
        for (String id : List.of("run-a", "run-b", "run-back", "run-failed")) {
            add(id);
        }
        this.run = migrations.run(RunOptions.defaults());
        migrations.halt(OPERATOR, "to roll back");
        migrations.rollbackAll(RollbackOptions.defaults().withUsers(List.of("run-back")), OPERATOR, "asked for it");
        migrations.rollout(Rollout.EVERYBODY, OPERATOR, "done");
        for (String id : List.of("single", "twin", "failed", "retried", "back", "reopened", "again", "untouched")) {
            add(id);
        }
        List.of("single", "twin", "failed", "retried", "back", "reopened", "again")
                .forEach(migrations::migrate);
        layout.allowAll(sql);
        layout.refuse(sql, "'run-failed', 'failed'");
        migrations.migrate("retried");
        layout.spend(sql, "back");
        layout.spend(sql, "again");
        List.of("back", "reopened", "again").forEach(id -> migrations.rollback(id, OPERATOR, "asked for it"));
        List.of("reopened", "again").forEach(id -> migrations.reopen(id, OPERATOR, "asked for it again"));
        migrations.migrate("again");
        if (layout == Layout.GRANT) {
            add("caught");
            migrations.migrate("caught");
            operation(sql, "caught", 3);
            migrations.catchUp();
        }
        assertThat(migrations.verify().found()).isEmpty();
        keep();
    }

    /** Adds a user of whom nothing is stored yet. */
    void add(String id) {
        layout.add(sql, id);
    }

    /** Puts every table back as it was when the host was opened. */
    void restore() {
        columns.forEach((table, names) -> {
            sql.run("DELETE FROM " + table);
            sql.run("INSERT INTO " + table + " (" + names + ")"
                    + (database == TestDatabase.MARIADB ? "" : " OVERRIDING SYSTEM VALUE") + " SELECT " + names
                    + " FROM kept_" + table);
        });
        if (migrations.rollout().halted()) {
            // The switch is kept besides where no table has it.
            migrations.rollout(Rollout.EVERYBODY, OPERATOR, "as it was");
        }
    }

    /** The columns of a table that are not computed. */
    String columns(String table) {
        return columns.getOrDefault(table, "");
    }

    @Override
    public void close() {
        dataSource.close();
    }

    private void keep() {
        for (String table : TABLES) {
            sql.run("CREATE TABLE kept_" + table + " AS SELECT * FROM " + table);
            columns.put(
                    table,
                    sql
                            .rows(
                                    "SELECT column_name FROM information_schema.columns WHERE LOWER(table_name) = ?"
                                            + " AND LOWER(table_schema) IN ('public', LOWER(?)) ORDER BY ordinal_position",
                                    table,
                                    schema())
                            .stream()
                            .map(row -> String.valueOf(row.get(0)))
                            .filter(column -> !column.equalsIgnoreCase("is_open"))
                            .collect(Collectors.joining(", ")));
        }
    }

    private String schema() {
        return database == TestDatabase.MARIADB ? sql.text("SELECT DATABASE()") : "public";
    }

    /** On PostgreSQL amounts can be infinite where no precision is declared. */
    private void createTables() {
        String amount = database == TestDatabase.POSTGRESQL ? "NUMERIC" : "NUMERIC(19, 4)";
        List<String> statements = new ArrayList<>(List.of(
                "CREATE TABLE users (id VARCHAR(40) PRIMARY KEY, credits " + amount + ", rate NUMERIC(18, 6),"
                        + " version INTEGER DEFAULT 0 NOT NULL, rate_limit INTEGER, tier VARCHAR(20))",
                "CREATE TABLE accounts (owner VARCHAR(40) PRIMARY KEY, balance " + amount + ", rate NUMERIC(18, 6),"
                        + " version INTEGER DEFAULT 0 NOT NULL, migrated BOOLEAN DEFAULT FALSE NOT NULL,"
                        + " active BOOLEAN)",
                "CREATE TABLE operations (id VARCHAR(40) PRIMARY KEY, owner VARCHAR(40) NOT NULL, made_at TIMESTAMP NOT NULL)",
                "CREATE INDEX operations_by_owner ON operations (owner, made_at)",
                "CREATE TABLE purchases (buyer VARCHAR(40) PRIMARY KEY, credits NUMERIC(19, 4) NOT NULL)"));
        statements.forEach(sql::run);
    }

    private static void operation(TestSql sql, String owner, int number) {
        sql.run(
                "INSERT INTO operations (id, owner, made_at) VALUES (?, ?, ?)",
                owner + "-" + number,
                owner,
                LocalDateTime.parse("2025-12-24T12:00:00").plusHours(number));
    }
}
