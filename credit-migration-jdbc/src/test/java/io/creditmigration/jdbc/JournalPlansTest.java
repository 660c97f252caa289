package io.creditmigration.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.creditmigration.Actor;
import io.creditmigration.CreditPolicy;
import io.creditmigration.Migration;
import io.creditmigration.MigrationResult;
import io.creditmigration.MigrationRun;
import io.creditmigration.MigrationRuns;
import io.creditmigration.MigrationService;
import io.creditmigration.MigrationStatus;
import io.creditmigration.RollbackOptions;
import io.creditmigration.RollbackResult;
import io.creditmigration.RunOptions;
import io.creditmigration.spi.Totals;
import java.time.Instant;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a whole population's journal costs on PostgreSQL: sweeps, counts, failures and a rollback of many read it by index,
 * however many lines it has, whether it was ever analysed or not. CREDIT_MIGRATION_TEST_USERS says how many users.
 */
@Tag("long")
class JournalPlansTest {

    private static final int USERS =
            Integer.parseInt(System.getenv().getOrDefault("CREDIT_MIGRATION_TEST_USERS", "20000"));

    private static final Actor OPERATOR = Actor.operator("test");

    private static final Migration CREDITS = Migration.named("credits")
            .cutOff(Instant.parse("2026-01-06T00:00:00Z"))
            .policy(CreditPolicy.initialGrant())
            .build();

    @ParameterizedTest(name = "analysed half-way: {0}")
    @ValueSource(booleans = {false, true})
    void the_journal_of_a_population_is_never_read_whole(boolean analysed) {
        try (HikariDataSource dataSource = TestDatabase.POSTGRESQL.create()) {
            TestSql sql = new TestSql(dataSource);
            LibraryTables.defaults().install(dataSource);
            sql.runAll(
                    "ALTER TABLE credit_migration_journal SET (autovacuum_enabled = FALSE)",
                    "CREATE TABLE users (id BIGINT PRIMARY KEY, rate_limit INTEGER CHECK (rate_limit IS NOT NULL OR MOD(id, 1000) <> 7))",
                    "INSERT INTO users SELECT n, 10 FROM generate_series(1, " + USERS + ") n",
                    "CREATE TABLE operations (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
                            + " user_id BIGINT NOT NULL REFERENCES users (id), made_at TIMESTAMPTZ NOT NULL)",
                    "INSERT INTO operations (user_id, made_at) SELECT n, '2026-01-01Z' FROM generate_series(1, " + USERS
                            + ", 10) n",
                    "CREATE INDEX operations_by_user ON operations (user_id, made_at)",
                    "ANALYZE users, operations");
            try (HikariDataSource worker = new HikariDataSource(single(dataSource))) {
                MigrationService migrations = MigrationService.of(CREDITS, store(worker));
                RunOptions options = RunOptions.defaults();
                migrations.runs().open(options);
                reset(worker);
                if (analysed) {
                    sql.run("ANALYZE credit_migration_journal");
                }

                MigrationRun run = migrations.run(options.withListener(now -> {
                    if (analysed && now.progress().done() == USERS / 2) {
                        sql.run("ANALYZE credit_migration_journal");
                    }
                }));
                assertThat(run.count(MigrationResult.Status.FAILED)).isEqualTo(failing());
                assertReadByIndex(worker, "run and sweep");

                long late = sql.run(
                        "INSERT INTO operations (user_id, made_at) SELECT n, '2026-01-02Z' FROM generate_series(1, ?, 1000) n",
                        USERS);
                assertThat(migrations.catchUp().count(MigrationResult.Status.ALREADY_MIGRATED))
                        .isEqualTo(late);
                assertReadByIndex(worker, "catching up");

                Totals totals = store(worker).totals(CREDITS);
                assertThat(totals.count(MigrationStatus.FAILED)).isEqualTo(failing());
                assertThat(totals.count(MigrationStatus.COMPLETED)).isEqualTo(USERS - failing());
                MigrationRuns runs = migrations.runs();
                assertThat(runs.failed(null, 10)).isNotEmpty();
                assertThat(runs.failed(runs.failed(null, 1).get(0).userId(), 10))
                        .isNotEmpty();
                assertReadByIndex(worker, "counts and failures");

                migrations.halt(OPERATOR, "wrong");
                runs.open(RollbackOptions.defaults(), OPERATOR, "wrong");
                assertReadByIndex(worker, "opening a rollback of many");
                MigrationRun back = migrations.rollbackAll(RollbackOptions.defaults(), OPERATOR, "wrong");
                assertThat(back.count(RollbackResult.Status.ROLLED_BACK)).isEqualTo(USERS - failing());
                assertReadByIndex(worker, "a rollback of many");
                assertThat(store(worker).totals(CREDITS).count(MigrationStatus.ROLLED_BACK))
                        .isEqualTo(USERS - failing());
            }
        }
    }

    /** The users whose row refuses what a grant writes. */
    private static long failing() {
        return USERS / 1_000;
    }

    private static JdbcMigrationStore store(HikariDataSource dataSource) {
        return JdbcMigrationStore.owning(
                dataSource,
                HostTables.users("users")
                        .ownAccounts()
                        .onMigrationSet("rate_limit", null)
                        .operations("operations", "id", "user_id", "made_at"));
    }

    private static void reset(HikariDataSource worker) {
        new TestSql(worker).one("SELECT pg_stat_force_next_flush()");
        new TestSql(worker).one("SELECT pg_stat_reset()");
    }

    private static void assertReadByIndex(HikariDataSource worker, String what) {
        TestSql sql = new TestSql(worker);
        sql.one("SELECT pg_stat_force_next_flush()");
        assertThat(sql.text("SELECT seq_tup_read FROM pg_stat_user_tables WHERE relname = 'credit_migration_journal'"))
                .as("rows of the journal read otherwise than by index, by %s", what)
                .isEqualTo("0");
        assertThat((Long)
                        sql.one("SELECT idx_scan FROM pg_stat_user_tables WHERE relname = 'credit_migration_journal'"))
                .as("reads of the journal by index by %s", what)
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
