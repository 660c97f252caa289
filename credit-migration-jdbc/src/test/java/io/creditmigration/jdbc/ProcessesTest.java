package io.creditmigration.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.zaxxer.hikari.HikariDataSource;
import io.creditmigration.Actor;
import io.creditmigration.CreditRate;
import io.creditmigration.MigrationResult;
import io.creditmigration.MigrationRun;
import io.creditmigration.MigrationRun.State;
import io.creditmigration.MigrationRuns;
import io.creditmigration.MigrationService;
import io.creditmigration.RollbackOptions;
import io.creditmigration.RollbackResult;
import io.creditmigration.Rollout;
import io.creditmigration.RunOptions;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Nodes are processes of their own, of 64 MB each, on one run; they are killed with SIGKILL in the middle of a page. What
 * became of the users is asked in plain SQL. The population is small, so that the build stays short:
 * {@code CREDIT_MIGRATION_TEST_USERS=200000} in the environment makes it large.
 */
@Tag("long")
@Timeout(900)
final class ProcessesTest {

    /** How long a run goes on before its speed is measured anew. */
    private static final int MEASURED_AFTER_MILLIS = 2_100;

    private static final int USERS = Integer.parseInt(TestServer.setting("USERS", "10000"));
    private static final Actor OPERATOR = WorkerProcess.OPERATOR;

    private final List<WorkerProcess> nodes = new ArrayList<>();
    private HikariDataSource dataSource;
    private TestSql sql;
    private MigrationService migrations;

    @AfterEach
    void close() {
        nodes.forEach(WorkerProcess::close);
        if (dataSource != null) {
            dataSource.close();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"POSTGRESQL", "MARIADB"})
    void three_nodes_of_which_one_is_killed_twice_in_a_page_migrate_everybody_once(TestDatabase on) {
        open(on);
        // Not so fast that the others are done before the second one is killed.
        RunOptions options = RunOptions.defaults().withPageSize(100).withUsersPerSecond(Math.max(500, USERS / 15));
        String runId = migrations.runs().open(options).id();
        WorkerProcess doomed = started(WorkerProcess.stoppingInPage(dataSource, options, 3));
        doomed.await(WorkerProcess.IN_PAGE);
        List<WorkerProcess> others = List.of(
                started(WorkerProcess.start(dataSource, options)), started(WorkerProcess.start(dataSource, options)));

        long first = millisFromKillToTakeover(doomed, runId);
        WorkerProcess again = started(WorkerProcess.stoppingInPage(dataSource, options, 2));
        again.await(WorkerProcess.IN_PAGE);
        long second = millisFromKillToTakeover(again, runId);
        others.forEach(node -> node.await("The run is FINISHED"));

        System.out.printf(
                "%s: %d users, three nodes, killed twice in a page: taken over after %d and %d ms%n",
                on, USERS, first, second);
        assertThat(migrations.runs().find(runId).count(MigrationResult.Status.MIGRATED))
                .isEqualTo(USERS);
        assertEverybodyOnce();
    }

    @ParameterizedTest
    @EnumSource(names = {"POSTGRESQL", "MARIADB"})
    void a_node_that_stands_still_with_the_row_of_the_run_holds_up_nobody(TestDatabase on) throws Exception {
        open(on);
        String runId =
                migrations.runs().open(RunOptions.defaults().withPageSize(100)).id();
        try (Connection still = dataSource.getConnection()) {
            still.setAutoCommit(false);
            try (PreparedStatement hold =
                    still.prepareStatement("SELECT id FROM credit_migration_run WHERE id = ? FOR UPDATE")) {
                hold.setString(1, runId);
                hold.executeQuery().close();
            }
            Thread.sleep(MEASURED_AFTER_MILLIS);

            for (int page = 1; page <= 4; page++) {
                assertThat(migrations.runs().step(runId)).isEqualTo(MigrationRuns.Step.WORKED);
            }
            assertThat(migrations.runs().find(runId).users()).isEqualTo(400);
            still.rollback();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"POSTGRESQL", "MARIADB"})
    void a_run_whose_node_was_killed_goes_on_with_pages_and_threads_of_another_number(TestDatabase on) {
        open(on);
        MigrationRuns runs = migrations.runs();
        RunOptions options = RunOptions.defaults().withPageSize(100);
        MigrationRun run = runs.open(options);
        WorkerProcess doomed = started(WorkerProcess.stoppingInPage(dataSource, options, 5));
        doomed.await(WorkerProcess.IN_PAGE);
        doomed.kill();
        MigrationRun killed = runs.find(run.id());

        runs.retune(run.id(), run.settings().withPageSize(37).withThreads(2), OPERATOR, "smaller");
        MigrationRun finished = migrations.run(RunOptions.defaults());

        assertThat(killed.users()).isPositive().isLessThan(USERS);
        assertThat(finished.id()).isEqualTo(run.id());
        assertThat(finished.state()).isEqualTo(State.FINISHED);
        assertThat(finished.settings().pageSize()).isEqualTo(37);
        assertThat(finished.count(MigrationResult.Status.MIGRATED)).isEqualTo(USERS);
        assertThat(finished.users()).isEqualTo(USERS);
        assertThat(runs.events())
                .anySatisfy(event -> assertThat(event.toString()).contains("RETUNED", "olga", "smaller"));
        assertEverybodyOnce();
    }

    @ParameterizedTest
    @EnumSource(names = {"POSTGRESQL", "MARIADB"})
    void a_pause_from_another_process_lets_the_page_in_hand_end_and_no_other_begin(TestDatabase on) {
        open(on);
        MigrationRuns runs = migrations.runs();
        RunOptions options = RunOptions.defaults().withPageSize(20);
        MigrationRun run = runs.open(options);
        WorkerProcess node = started(WorkerProcess.start(dataSource, options));
        WorkerProcess.millisUntil(() -> records() > 0);

        runs.pause(run.id(), OPERATOR, "replication lag");
        long atPause = records();
        node.await("The run is PAUSED");
        long after = records();

        // One page was in hand when the pause was committed, and another may have been committed before we could count.
        assertThat(after - atPause).isBetween(0L, 40L);
        assertThat(migrations.run(options).state()).isEqualTo(State.PAUSED);
        assertThat(records()).isEqualTo(after);
        assertThat(runs.find(run.id()).reason()).isEqualTo("replication lag");

        migrations.halt(OPERATOR, "stop all");
        runs.resume(run.id(), OPERATOR, "lag is gone");
        assertThat(migrations.run(options).state()).isEqualTo(State.HALTED);
        String last = String.valueOf(USERS);
        assertThat(migrations.migrate(last).status()).isEqualTo(MigrationResult.Status.HALTED);
        assertThat(records()).isEqualTo(after);

        migrations.rollout(Rollout.EVERYBODY, OPERATOR, "go on");
        assertThat(migrations.run(options).state()).isEqualTo(State.FINISHED);
        assertEverybodyOnce();
    }

    /** What a third had spent is in no figure of the library's: it is asked of the tables what everybody is left with. */
    @ParameterizedTest
    @EnumSource(names = {"POSTGRESQL", "MARIADB"})
    void a_node_that_takes_everybody_back_is_killed_in_a_page_and_another_goes_on_to_the_same_end(TestDatabase on) {
        open(on);
        migrations.run(RunOptions.defaults().withThreads(2));
        sql.run("UPDATE users SET credits = credits - 0.4 WHERE MOD(id, 3) = 0 AND credits >= 0.4");
        migrations.halt(OPERATOR, WorkerProcess.WRONG_RATE);
        RollbackOptions options = RollbackOptions.defaults().withPageSize(100);
        WorkerProcess doomed = started(WorkerProcess.takingBackUntilPage(dataSource, options, 5));
        doomed.await(WorkerProcess.IN_PAGE);
        doomed.kill();
        MigrationRun killed = migrations.runs().latest().orElseThrow();
        long takenBack = killed.count(RollbackResult.Status.ROLLED_BACK);
        assertThat(takenBack).isPositive().isLessThan(USERS);
        assertThat(sql.text("SELECT COUNT(*) FROM users WHERE rate IS NULL")).isEqualTo(String.valueOf(takenBack));

        MigrationRun finished = migrations.rollbackAll(
                options.withPageSize(37).withThreads(2), Actor.operator("somebody else"), "goes on");

        assertThat(finished.id()).isEqualTo(killed.id());
        assertThat(finished.state()).isEqualTo(State.FINISHED);
        assertThat(finished.count(RollbackResult.Status.ROLLED_BACK)).isEqualTo(USERS);
        assertThat(finished.users()).isEqualTo(USERS);
        // One credit at the old rate is 0.4 at the new one.
        assertThat(sql.text(
                        "SELECT COUNT(*) FROM users WHERE rate IS NULL AND credits = MOD(id * 7919, 1000000) / 10000.0"
                                + " - CASE WHEN MOD(id, 3) = 0 AND MOD(id * 7919, 1000000) >= 10000 THEN 1 ELSE 0 END"))
                .isEqualTo(String.valueOf(USERS));
        assertThat(sql.text("SELECT COUNT(*) FROM credit_migration_record WHERE migration_status = 'ROLLED_BACK'"))
                .isEqualTo(String.valueOf(USERS));
        assertThat(sql.text("SELECT COUNT(*) FROM credit_migration_log WHERE kind = 'ROLLED_BACK' AND actor = 'olga'"
                        + " AND reason = 'wrong rate' AND old_rate = 2500 AND new_rate = 1000"))
                .isEqualTo(String.valueOf(USERS));
    }

    /** On a machine that does something else besides, no time can be told: so this is for a day when it does not. */
    @ParameterizedTest
    @EnumSource(names = {"POSTGRESQL", "MARIADB"})
    void at_five_percent_of_a_large_population_the_time_left_is_known_within_a_fifth(TestDatabase on) {
        assumeTrue(USERS >= 200_000, "CREDIT_MIGRATION_TEST_USERS is below 200000");
        open(on);

        // A steady load: at full speed PostgreSQL is through the first 5 % before a JVM is warm.
        RunOptions steady = RunOptions.defaults().withThreads(2).withUsersPerSecond(USERS / 100);
        migrations.runs().open(steady);
        WorkerProcess node = started(WorkerProcess.start(dataSource, steady));
        String[] millis = node.await(WorkerProcess.PREDICTION)
                .substring(WorkerProcess.PREDICTION.length())
                .split(" ", 2);

        long said = Long.parseLong(millis[0]);
        long took = Long.parseLong(millis[1]);
        System.out.printf("%s: %d users in 64 MB, %d ms said at 5 %%, %d ms taken%n", on, USERS, said, took);
        assertThat(said).isBetween(took * 4 / 5, took * 6 / 5);
        node.await("The run is FINISHED");
        assertEverybodyOnce();
    }

    private void open(TestDatabase on) {
        dataSource = on.create();
        sql = new TestSql(dataSource);
        LibraryTables.defaults().install(dataSource);
        String numbers = switch (on) {
            case POSTGRESQL -> "SELECT n FROM generate_series(CAST(1 AS BIGINT), " + USERS + ") AS g (n)";
            default -> "SELECT seq AS n FROM seq_1_to_" + USERS;
        };
        sql.runAll(
                "CREATE TABLE users (id BIGINT PRIMARY KEY, credits NUMERIC(19, 4) NOT NULL, rate NUMERIC(18, 6))",
                "INSERT INTO users (id, credits) SELECT n, MOD(n * 7919, 1000000) / 10000.0 FROM (" + numbers + ") t");
        migrations = MigrationService.of(
                WorkerProcess.RATE_2500,
                JdbcMigrationStore.owning(
                        dataSource,
                        HostTables.users("users")
                                .balance("credits")
                                .rate("rate")
                                .rateIfAbsent(CreditRate.of(1_000))));
    }

    private WorkerProcess started(WorkerProcess node) {
        nodes.add(node);
        return node;
    }

    /** The range of which nobody but a stopped node can be the holder: it stays locked while all others come and go. */
    private long millisFromKillToTakeover(WorkerProcess node, String runId) {
        Set<Integer> held = lockedRanges(runId);
        WorkerProcess.millisUntil(() -> {
            held.retainAll(lockedRanges(runId));
            return held.size() == 1;
        });
        int range = held.iterator().next();
        String before = position(runId, range);
        node.kill();
        return WorkerProcess.millisUntil(() -> !position(runId, range).equals(before));
    }

    /**
     * Ranges of the first pass that somebody works on. A node that asks for one just when another has brought it to its sweep
     * may hold that row too on MariaDB, which keeps a lock that it has taken to look; nobody wants it before the first pass is
     * through.
     */
    private Set<Integer> lockedRanges(String runId) {
        Set<Integer> ranges = new TreeSet<>();
        sql.rows("SELECT number FROM credit_migration_range WHERE run_id = ? AND pass = 0", runId)
                .forEach(row -> ranges.add(((Number) row.get(0)).intValue()));
        sql.rows(
                        "SELECT number FROM credit_migration_range WHERE run_id = ? AND finished = FALSE FOR UPDATE SKIP LOCKED",
                        runId)
                .forEach(row -> ranges.remove(((Number) row.get(0)).intValue()));
        return ranges;
    }

    private String position(String runId, int range) {
        return sql.rows(
                        "SELECT pass, last_user_id, finished FROM credit_migration_range WHERE run_id = ? AND number = ?",
                        runId,
                        range)
                .toString();
    }

    private long records() {
        return ((Number) sql.one("SELECT COUNT(*) FROM credit_migration_record")).longValue();
    }

    /** One record, one line of the log and one conversion each, and what it was worth is what it is worth. */
    private void assertEverybodyOnce() {
        assertThat(sql.text("SELECT COUNT(*) FROM credit_migration_record WHERE migration_status = 'COMPLETED'"))
                .isEqualTo(String.valueOf(USERS));
        assertThat(sql.text("SELECT COUNT(DISTINCT user_id) FROM credit_migration_log"))
                .isEqualTo(String.valueOf(USERS));
        assertThat(sql.text("SELECT COUNT(*) FROM credit_migration_log")).isEqualTo(String.valueOf(USERS));
        assertThat(sql.text("SELECT COUNT(*) FROM users u JOIN credit_migration_log l ON l.migration_id = 'rate-2500'"
                        + " AND l.user_id = CONCAT(u.id, '') WHERE u.rate = 2500 AND u.credits = l.new_credits"
                        + " AND l.old_credits = MOD(u.id * 7919, 1000000) / 10000.0"))
                .isEqualTo(String.valueOf(USERS));
        assertThat(sql.text("SELECT COUNT(*) FROM credit_migration_log"
                        + " WHERE new_credits <> ROUND(old_credits * 0.4, 4)"))
                .isEqualTo("0");
        assertThat((BigDecimal) sql.one(
                        "SELECT SUM(u.credits) * 2500 + (SELECT SUM(old_credits * old_rate - new_credits * new_rate) FROM credit_migration_log)"
                                + " - (SELECT SUM(MOD(id * 7919, 1000000) / 10000.0) * 1000 FROM users) FROM users u"))
                .isEqualByComparingTo(BigDecimal.ZERO);
    }
}
