package io.creditmigration.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.creditmigration.Actor;
import io.creditmigration.MigrationResult;
import io.creditmigration.MigrationRun;
import io.creditmigration.MigrationService;
import io.creditmigration.RunOptions;
import io.creditmigration.StoreException;
import io.creditmigration.jdbc.TcpProxy.Cut;
import io.creditmigration.testkit.HostApplication.Setting;
import java.math.BigDecimal;
import java.net.URI;
import java.sql.Connection;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The network between store and database fails: connections are refused, reset in the middle of a statement or after a commit and
 * before its answer, or stalled. What became of the users is asked in plain SQL, past that network.
 * {@code CREDIT_MIGRATION_TEST_FAULT_ROUNDS} in the environment says how often all of it is done.
 */
@Tag("long")
@Timeout(300)
final class ConnectionFaultsTest {

    private static final int ROUNDS = Integer.parseInt(TestServer.setting("FAULT_ROUNDS", "1"));
    private static final Actor OPERATOR = Actor.operator("olga");
    private static final Set<MigrationResult.Status> DONE =
            EnumSet.of(MigrationResult.Status.MIGRATED, MigrationResult.Status.ALREADY_MIGRATED);

    private HikariDataSource direct;
    private HikariDataSource faulty;
    private TcpProxy network;
    private Bank bank;
    private MigrationService migrations;

    static Stream<Arguments> rounds() {
        return Stream.of(TestDatabase.POSTGRESQL, TestDatabase.MARIADB)
                .flatMap(on -> IntStream.rangeClosed(1, ROUNDS).mapToObj(round -> Arguments.of(on, round)));
    }

    @AfterEach
    void close() {
        if (network != null) {
            network.plan(() -> null);
            faulty.close();
            network.close();
        }
        if (direct != null) {
            direct.close();
        }
    }

    /** Each request of a migration and of a rollback is cut in turn, in each way. */
    @ParameterizedTest(name = "{0}, round {1}")
    @MethodSource("rounds")
    void whichever_request_is_cut_a_user_is_migrated_once_and_taken_back_once(TestDatabase on, int round) {
        open(on, 400);
        migrations.migrate("1");
        int user = 1;
        int cuts = 0;
        for (Cut cut : List.of(Cut.LOST, Cut.HALF, Cut.ANSWER_LOST)) {
            for (long request = 0; ; request++) {
                String id = String.valueOf(++user);
                long before = network.count(cut);
                network.cutAfter(request, cut);
                cuts += again(() -> DONE.contains(migrations.migrate(id).status()));
                boolean struck = network.count(cut) > before;
                assertMigrations(id, 1, 0);
                network.cutAfter(request, cut);
                cuts += again(() -> !migrations
                        .rollback(id, OPERATOR, "as it was")
                        .status()
                        .name()
                        .equals("CONTENDED"));
                assertMigrations(id, 1, 1);
                if (!struck) {
                    break;
                }
            }
        }
        network.plan(() -> null);
        bank.assertNothingIsMissing();
        bank.assertRecordsAgreeWithTheLog();
        System.out.printf(
                "%s, round %d: %d users, %d lost, %d cut in half, %d answers lost, %d calls failed and were made again%n",
                on,
                round,
                user,
                network.count(Cut.LOST),
                network.count(Cut.HALF),
                network.count(Cut.ANSWER_LOST),
                cuts);
        assertThat(cuts).isPositive();
    }

    /** Nobody assumes anything of a commit: whether it was heard or not, the answer is what is in the tables. */
    @ParameterizedTest(name = "{0}, round {1}")
    @MethodSource("rounds")
    void a_commit_of_which_nothing_is_heard_is_found_out(TestDatabase on, int round) {
        open(on, 10);
        int user = 0;
        for (Cut cut : List.of(Cut.ANSWER_LOST, Cut.LOST, Cut.STALLED, Cut.LATE)) {
            String id = String.valueOf(++user);
            cutNextCommit(cut);

            MigrationResult result = migrations.migrate(id);

            assertThat(network.count(cut)).isEqualTo(1);
            boolean isIn = bank.sql
                            .rows("SELECT 1 FROM credit_migration_log WHERE user_id = ?", id)
                            .size()
                    == 1;
            if (cut == Cut.ANSWER_LOST || cut == Cut.LOST) {
                assertThat(result.status()).isEqualTo(MigrationResult.Status.MIGRATED);
                assertThat(isIn).isTrue();
            } else {
                // Until the first transaction's fate is settled its locks are in the way.
                assertThat(result.status())
                        .isIn(
                                MigrationResult.Status.MIGRATED,
                                MigrationResult.Status.ALREADY_MIGRATED,
                                MigrationResult.Status.CONTENDED);
                assertThat(isIn || result.status() == MigrationResult.Status.CONTENDED)
                        .isTrue();
                again(() -> DONE.contains(migrations.migrate(id).status()));
            }
            assertMigrations(id, 1, 0);
        }
        bank.assertNothingIsMissing();
    }

    @ParameterizedTest(name = "{0}, round {1}")
    @MethodSource("rounds")
    void while_connections_are_refused_nothing_is_written_and_nobody_is_marked(TestDatabase on, int round) {
        open(on, 10);
        network.refuse();

        assertThatThrownBy(() -> migrations.migrate("1"))
                .isInstanceOfSatisfying(
                        StoreException.class, e -> assertThat(e.kind()).isEqualTo(StoreException.Kind.UNAVAILABLE));
        assertThat(bank.sql.rows("SELECT 1 FROM credit_migration_record")).isEmpty();

        network.accept();
        again(() -> DONE.contains(migrations.migrate("1").status()));
        assertMigrations("1", 1, 0);
    }

    /** A whole run, requests and the host's movements through a network that fails again and again. */
    @ParameterizedTest(name = "{0}, round {1}")
    @MethodSource("rounds")
    void a_run_through_a_bad_network_migrates_everybody_once(TestDatabase on, int round) throws Exception {
        open(on, 300);
        Random random = new Random(round);
        AtomicBoolean over = new AtomicBoolean();
        network.plan(() -> {
            synchronized (random) {
                List<Cut> cuts = random.nextInt(20) == 0
                        ? List.of(Cut.STALLED, Cut.LATE)
                        : List.of(Cut.LOST, Cut.HALF, Cut.ANSWER_LOST);
                return random.nextInt(40) == 0 ? cuts.get(random.nextInt(cuts.size())) : null;
            }
        });
        CompletableFuture<Integer> host = CompletableFuture.supplyAsync(() -> moving(round, over));
        CompletableFuture<Void> outages = CompletableFuture.runAsync(() -> refusing(over));
        int failures;
        try {
            RunOptions options = RunOptions.defaults().withPageSize(10).withThreads(2);
            failures = again(() -> migrations.run(options).state() == MigrationRun.State.FINISHED);
        } finally {
            over.set(true);
        }
        int movements = host.get(60, TimeUnit.SECONDS);
        outages.get(60, TimeUnit.SECONDS);
        network.plan(() -> null);
        again(() -> migrations.run().state() == MigrationRun.State.FINISHED);

        bank.assertEverybodyIsMigratedOnce();
        System.out.printf(
                "%s, round %d: a run ended %d times before it was done, %d movements meanwhile; %d requests lost, %d cut in"
                        + " half, %d answers lost, %d stalled, %d late, refused %d times%n",
                on,
                round,
                failures,
                movements,
                network.count(Cut.LOST),
                network.count(Cut.HALF),
                network.count(Cut.ANSWER_LOST),
                network.count(Cut.STALLED),
                network.count(Cut.LATE),
                network.refused());
        assertThat(network.count(Cut.LOST) + network.count(Cut.HALF) + network.count(Cut.ANSWER_LOST))
                .isPositive();
    }

    private int moving(int round, AtomicBoolean over) {
        Random random = new Random(~round);
        int moved = 0;
        while (!over.get()) {
            try {
                long user = 1L + random.nextInt(bank.users);
                BigDecimal money = BigDecimal.valueOf(5_000L * (1 - 2 * random.nextInt(2)));
                moved += bank.move(Connection.TRANSACTION_READ_COMMITTED, user, money) ? 1 : 0;
                TimeUnit.MILLISECONDS.sleep(2);
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }
        return moved;
    }

    private void refusing(AtomicBoolean over) {
        try {
            while (!over.get()) {
                TimeUnit.MILLISECONDS.sleep(400);
                network.refuse();
                TimeUnit.MILLISECONDS.sleep(50);
                network.accept();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private interface Attempt {
        boolean isDone();
    }

    /** What a supervisor does: tries again when the store could not be reached. Answers how often that was needed. */
    private static int again(Attempt attempt) {
        for (int failures = 0; failures < 300; failures++) {
            try {
                if (attempt.isDone()) {
                    return failures;
                }
            } catch (StoreException e) {
                // Tried again, as an operator would.
            }
        }
        throw new AssertionError("Not after 300 times");
    }

    private void assertMigrations(String id, int migrated, int rolledBack) {
        assertThat(bank.sql.rows("SELECT kind FROM credit_migration_log WHERE user_id = ? AND kind = 'MIGRATED'", id))
                .hasSize(migrated);
        assertThat(bank.sql.rows(
                        "SELECT kind FROM credit_migration_log WHERE user_id = ? AND kind = 'ROLLED_BACK'", id))
                .hasSize(rolledBack);
        assertThat(bank.sql.text("SELECT migration_status FROM credit_migration_record WHERE user_id = ?", id))
                .isEqualTo(rolledBack == 0 ? "COMPLETED" : "ROLLED_BACK");
    }

    private void open(TestDatabase on, int users) {
        direct = on.create();
        bank = new Bank(direct, on, Setting.CONVERSION, users);
        URI address = URI.create(direct.getJdbcUrl().substring("jdbc:".length()));
        network = new TcpProxy(address.getPort());
        String url = direct.getJdbcUrl().replace(":" + address.getPort() + "/", ":" + network.port() + "/");
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(url
                + (url.contains("?") ? "&" : "?")
                + (on == TestDatabase.MARIADB ? "socketTimeout=1000" : "socketTimeout=1"));
        config.setUsername(direct.getUsername());
        config.setPassword(direct.getPassword());
        config.setMinimumIdle(0);
        config.setMaximumPoolSize(6);
        config.setConnectionTimeout(1_500);
        config.setValidationTimeout(500);
        faulty = new HikariDataSource(config);
        migrations = MigrationService.of(
                bank.migration(),
                JdbcMigrationStore.owning(Committing.of(faulty, () -> beforeCommit.run()), bank.tables()));
    }

    private volatile Runnable beforeCommit = () -> {};

    private void cutNextCommit(Cut cut) {
        beforeCommit = () -> {
            beforeCommit = () -> {};
            network.cutAfter(0, cut);
        };
    }
}
