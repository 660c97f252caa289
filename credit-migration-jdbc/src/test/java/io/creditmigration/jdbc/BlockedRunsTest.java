package io.creditmigration.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.creditmigration.MigrationOptions;
import io.creditmigration.MigrationResult.Status;
import io.creditmigration.MigrationRun;
import io.creditmigration.MigrationService;
import io.creditmigration.RunOptions;
import io.creditmigration.testkit.FaultyStore;
import io.creditmigration.testkit.FaultyStore.Call;
import io.creditmigration.testkit.HostApplication.Setting;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A database that ends a run's statements, for locks or for their time, does not end the run. */
@Timeout(120)
final class BlockedRunsTest {

    private static final RunOptions PAGES_OF_FOUR = RunOptions.defaults().withPageSize(4);

    /** The lock is held until the run has asked more often than it ever did before it gave up. */
    @ParameterizedTest
    @EnumSource(names = {"POSTGRESQL", "MARIADB"})
    void a_run_waits_for_a_table_that_is_locked_and_goes_on(TestDatabase on) throws Exception {
        try (HikariDataSource dataSource = on.create()) {
            Bank bank = new Bank(dataSource, on, Setting.CONVERSION, 40);
            FaultyStore store = FaultyStore.around(JdbcMigrationStore.owning(dataSource, bank.tables()));
            MigrationService migrations = MigrationService.of(bank.migration(), store);
            migrations.runs().open(PAGES_OF_FOUR);
            CompletableFuture<MigrationRun> run;
            try (Connection connection = dataSource.getConnection();
                    Statement statement = connection.createStatement()) {
                connection.setAutoCommit(false);
                statement.execute(on == TestDatabase.MARIADB ? "LOCK TABLES users WRITE" : "LOCK TABLE users");
                run = CompletableFuture.supplyAsync(() -> migrations.run(PAGES_OF_FOUR));
                while (store.calls(Call.PAGE) < 10) {
                    assertThat(run).isNotDone();
                    TimeUnit.MILLISECONDS.sleep(10);
                }
                statement.execute(on == TestDatabase.MARIADB ? "UNLOCK TABLES" : "ROLLBACK");
            }

            assertThat(run.get(60, TimeUnit.SECONDS).outcomes()).isEqualTo(Map.of(Status.MIGRATED, 40L));
            bank.assertEverybodyIsMigratedOnce();
        }
    }

    @Test
    void pages_that_take_longer_than_a_statement_may_get_smaller() throws Exception {
        try (HikariDataSource dataSource = TestDatabase.POSTGRESQL.create("options=-c%20statement_timeout=1000")) {
            Bank bank = new Bank(dataSource, TestDatabase.POSTGRESQL, Setting.CONVERSION, 100);
            slow(bank.sql, TestDatabase.POSTGRESQL, "TRUE", "0.03");
            FaultyStore store = FaultyStore.around(JdbcMigrationStore.owning(dataSource, bank.tables()));

            MigrationRun run = MigrationService.of(bank.migration(), store)
                    .run(RunOptions.defaults().withPageSize(100));

            assertThat(run.outcomes()).isEqualTo(Map.of(Status.MIGRATED, 100L));
            assertThat(store.calls(Call.PAGE)).isGreaterThan(4);
            bank.assertEverybodyIsMigratedOnce();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"POSTGRESQL", "MARIADB"})
    void what_recurs_for_one_user_alone_is_that_users(TestDatabase on) throws Exception {
        String bound = on == TestDatabase.MARIADB
                ? "sessionVariables=max_statement_time=1"
                : "options=-c%20statement_timeout=1000";
        try (HikariDataSource dataSource = on.create(bound)) {
            Bank bank = new Bank(dataSource, on, Setting.CONVERSION, 10);
            slow(bank.sql, on, "NEW.id = 7", "60");
            MigrationService migrations = MigrationService.of(
                    bank.migration(),
                    JdbcMigrationStore.owning(dataSource, bank.tables()),
                    MigrationOptions.defaults().withAttempts(2).withPatience(Duration.ZERO));

            MigrationRun run = migrations.run(PAGES_OF_FOUR);

            assertThat(run.outcomes()).isEqualTo(Map.of(Status.MIGRATED, 9L, Status.FAILED, 1L));
            assertThat(migrations.find("7").orElseThrow().error())
                    .containsAnyOf("statement timeout", "max_statement_time");
        }
    }

    private static void slow(TestSql sql, TestDatabase on, String which, String seconds) {
        if (on == TestDatabase.MARIADB) {
            sql.run("CREATE TRIGGER slow BEFORE UPDATE ON users FOR EACH ROW IF " + which + " THEN DO SLEEP(" + seconds
                    + "); END IF");
            return;
        }
        sql.runAll(
                "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF " + which
                        + " THEN PERFORM pg_sleep(" + seconds + "); END IF; RETURN NEW; END $$",
                "CREATE TRIGGER slow BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION slow()");
    }
}
