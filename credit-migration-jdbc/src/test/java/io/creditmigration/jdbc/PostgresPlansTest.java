package io.creditmigration.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.creditmigration.Actor;
import io.creditmigration.Consent;
import io.creditmigration.CreditPolicy;
import io.creditmigration.CreditRate;
import io.creditmigration.Migration;
import io.creditmigration.MigrationOptions;
import io.creditmigration.MigrationResult;
import io.creditmigration.MigrationService;
import io.creditmigration.RunOptions;
import java.time.Instant;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * At a million users, neither a request nor a page of a run reads a whole table: PostgreSQL's own counters say how often it
 * has done so.
 */
@Tag("long")
@Timeout(300)
final class PostgresPlansTest {

    private static final int USERS = 1_000_000;
    private static final int PAGES = 8;
    private static final Instant CUT_OFF = Instant.parse("2026-01-06T00:00:00Z");

    /** Ends a run without an error of the store's. */
    private static final class EnoughSeenException extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    @ParameterizedTest
    @ValueSource(strings = {"BIGINT", "VARCHAR(40)"})
    void a_conversion_finds_its_users_by_index(String keyType) {
        try (HikariDataSource dataSource = TestDatabase.POSTGRESQL.create()) {
            TestSql sql = new TestSql(dataSource);
            LibraryTables.defaults().install(dataSource);
            sql.runAll(
                    "CREATE TABLE users (id " + keyType + " PRIMARY KEY, credits NUMERIC(19, 4), rate NUMERIC(18, 6))",
                    "INSERT INTO users SELECT n, CASE WHEN n % 5 = 0 THEN 50 ELSE 0 END, NULL FROM generate_series(1, "
                            + USERS + ") n",
                    "ANALYZE");
            Migration migration = Migration.named("rate-2500")
                    .cutOff(CUT_OFF)
                    .policy(CreditPolicy.convert(CreditRate.of(1_000), CreditRate.of(2_500)))
                    .build();

            work(
                    dataSource,
                    migration,
                    HostTables.users("users").balance("credits").rate("rate").rateIfAbsent(CreditRate.of(1_000)),
                    MigrationOptions.defaults());

            assertReadByIndex(sql, "users");
            assertThat(migrated(sql)).isGreaterThan(350L * PAGES);
        }
    }

    @Test
    void a_grant_finds_users_accounts_operations_and_notices_by_index() {
        try (HikariDataSource dataSource = TestDatabase.POSTGRESQL.create()) {
            TestSql sql = new TestSql(dataSource);
            LibraryTables.defaults().install(dataSource);
            sql.runAll(
                    "CREATE TABLE users (id BIGINT PRIMARY KEY, rate_limit INTEGER)",
                    "INSERT INTO users SELECT n, 10 FROM generate_series(1, " + USERS + ") n",
                    "CREATE TABLE operations (id BIGINT PRIMARY KEY, user_id BIGINT REFERENCES users (id), made_at TIMESTAMPTZ)",
                    "INSERT INTO operations SELECT n, n, '2026-01-01Z' FROM generate_series(1, " + USERS + ") n",
                    "CREATE INDEX operations_by_user ON operations (user_id, made_at)",
                    "INSERT INTO credit_migration_account SELECT n, 5, TRUE, 0 FROM generate_series(1, " + USERS
                            + ", 2) n",
                    "INSERT INTO credit_migration_notice (migration_id, user_id, attempt, kind, happens_at, state, state_at,"
                            + " deliveries) SELECT 'credits', n, 1, 'PRE_ANNOUNCEMENT', '2026-01-06Z', 'QUEUED',"
                            + " '2026-01-01Z', 0 FROM generate_series(1, " + USERS + ") n",
                    "ANALYZE");
            Migration migration = Migration.named("credits")
                    .cutOff(CUT_OFF)
                    .policy(CreditPolicy.initialGrant())
                    .build();

            work(
                    dataSource,
                    migration,
                    HostTables.users("users")
                            .ownAccounts()
                            .onMigrationSet("rate_limit", null)
                            .operations("operations", "id", "user_id", "made_at"),
                    MigrationOptions.defaults().withNotices());

            assertThat(migrated(sql)).isGreaterThan(350L * PAGES);
            assertReadByIndex(sql, "users");
            assertReadByIndex(sql, "operations");
            assertReadByIndex(sql, "credit_migration_account");
            assertReadByIndex(sql, "credit_migration_notice");
        }
    }

    @Test
    void while_there_are_no_statistics_notices_are_found_by_their_users_and_not_among_all_that_are_queued() {
        try (HikariDataSource dataSource = TestDatabase.POSTGRESQL.create()) {
            TestSql sql = new TestSql(dataSource);
            LibraryTables.defaults().install(dataSource);
            sql.runAll(
                    "CREATE TABLE users (id BIGINT PRIMARY KEY, credits NUMERIC(19, 4), rate NUMERIC(18, 6))",
                    "INSERT INTO users SELECT n, 50, NULL FROM generate_series(1, 5000) n");
            Migration migration = Migration.named("rate-2500")
                    .cutOff(CUT_OFF)
                    .policy(CreditPolicy.convert(CreditRate.of(1_000), CreditRate.of(2_500)))
                    .consent(Consent.NONE)
                    .build();

            try (HikariDataSource worker = new HikariDataSource(single(dataSource))) {
                MigrationService.of(
                                migration,
                                JdbcMigrationStore.owning(
                                        worker,
                                        HostTables.users("users")
                                                .balance("credits")
                                                .rate("rate")
                                                .rateIfAbsent(CreditRate.of(1_000))),
                                MigrationOptions.defaults().withNotices())
                        .run();
                flushCounters(worker);
            }

            assertThat(migrated(sql)).isEqualTo(5_000);
            assertThat(sql.text("SELECT idx_tup_read FROM pg_stat_user_indexes"
                            + " WHERE indexrelname = 'credit_migration_notice_due'"))
                    .isEqualTo("0");
            assertThat(sql.text("SELECT COUNT(*) FROM credit_migration_notice WHERE state = 'QUEUED'"))
                    .isEqualTo("5000");
        }
    }

    /** Requests, and some pages of a run, over connections of their own, whose counters are made known. */
    private static void work(
            HikariDataSource database, Migration migration, HostTables tables, MigrationOptions options) {
        TestSql sql = new TestSql(database);
        // Cutting a run into ranges reads all keys once; what follows is what must not.
        try (HikariDataSource opener = new HikariDataSource(single(database))) {
            MigrationService.of(migration, JdbcMigrationStore.owning(opener, tables))
                    .runs()
                    .open(RunOptions.defaults());
            flushCounters(opener);
        }
        sql.one("SELECT pg_stat_reset()");
        try (HikariDataSource worker = new HikariDataSource(single(database))) {
            MigrationService migrations =
                    MigrationService.of(migration, JdbcMigrationStore.owning(worker, tables), options);
            for (int user = 900_001; user <= 900_050; user++) {
                String userId = String.valueOf(user);
                MigrationResult result = migrations.autoMigrateIfZeroCredits(userId);
                if (result.quote() != null) {
                    migrations.confirm(userId, result.quote(), Actor.user(userId));
                }
                migrations.rollback(userId, Actor.operator("test"), "to see it");
            }
            int[] pages = {0};
            try {
                migrations.run(RunOptions.defaults().withListener(run -> {
                    if (++pages[0] == PAGES) {
                        throw new EnoughSeenException();
                    }
                }));
            } catch (EnoughSeenException e) {
                assertThat(pages[0]).isEqualTo(PAGES);
            }
            flushCounters(worker);
        }
    }

    /** A server process that ends makes its counters known when it comes to it: too late for who resets or reads them. */
    private static void flushCounters(HikariDataSource single) {
        new TestSql(single).one("SELECT pg_stat_force_next_flush()");
    }

    private static long migrated(TestSql sql) {
        return (Long) sql.one("SELECT COUNT(*) FROM credit_migration_record WHERE migration_status = 'COMPLETED'");
    }

    private static void assertReadByIndex(TestSql sql, String table) {
        assertThat(sql.text("SELECT seq_scan FROM pg_stat_user_tables WHERE relname = ?", table))
                .as("whole reads of %s", table)
                .isEqualTo("0");
        assertThat((Long) sql.one("SELECT idx_scan FROM pg_stat_user_tables WHERE relname = ?", table))
                .as("reads of %s by index", table)
                .isPositive();
    }

    private static HikariConfig single(HikariDataSource database) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(database.getJdbcUrl());
        config.setUsername(database.getUsername());
        config.setPassword(database.getPassword());
        config.setMaximumPoolSize(1);
        return config;
    }
}
