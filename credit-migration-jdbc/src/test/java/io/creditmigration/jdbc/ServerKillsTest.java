package io.creditmigration.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.creditmigration.MigrationResult;
import io.creditmigration.MigrationRun;
import io.creditmigration.MigrationService;
import io.creditmigration.RunOptions;
import io.creditmigration.StoreException;
import io.creditmigration.testkit.HostApplication.Setting;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The database server is killed with SIGKILL at random moments, and so is a node; both come back, and the rest of the application
 * goes on meanwhile. What became of the users is asked in plain SQL. {@code CREDIT_MIGRATION_TEST_FAULT_ROUNDS} in the
 * environment says how often all of it is done.
 */
@Tag("long")
@Timeout(300)
final class ServerKillsTest {

    private static final int ROUNDS = Integer.parseInt(TestServer.setting("FAULT_ROUNDS", "1"));
    private static final int USERS = 400;
    private static final int KILLS = 3;
    private static final Map<TestDatabase, KillableServer> SERVERS = new TreeMap<>();

    static Stream<Arguments> rounds() {
        return Stream.of(TestDatabase.POSTGRESQL, TestDatabase.MARIADB)
                .flatMap(on -> IntStream.rangeClosed(1, ROUNDS).mapToObj(round -> Arguments.of(on, round)));
    }

    @AfterAll
    static void close() {
        SERVERS.values().forEach(KillableServer::close);
        SERVERS.clear();
    }

    @ParameterizedTest(name = "{0}, round {1}")
    @MethodSource("rounds")
    void a_server_that_is_killed_and_started_again_leaves_everybody_migrated_once(TestDatabase on, int round)
            throws Exception {
        Random random = new Random(round);
        KillableServer server = server(on);
        String name = "killed_" + round;
        server.run("CREATE DATABASE " + name);
        AtomicBoolean over = new AtomicBoolean();
        AtomicInteger failures = new AtomicInteger();
        Queue<String> acknowledged = new ConcurrentLinkedQueue<>();
        int killedInFlight = 0;
        try (HikariDataSource pool = pool(server, name)) {
            Bank bank = new Bank(pool, on, Setting.CONVERSION, USERS);
            MigrationService migrations =
                    MigrationService.of(bank.migration(), JdbcMigrationStore.owning(pool, bank.tables()));
            RunOptions options =
                    RunOptions.defaults().withPageSize(5).withThreads(2).withUsersPerSecond(USERS / 4);
            String runId = migrations.runs().open(options).id();
            CompletableFuture<Integer> movements =
                    CompletableFuture.supplyAsync(() -> moving(bank, round, over, failures));
            CompletableFuture<Void> requests =
                    CompletableFuture.runAsync(() -> requesting(migrations, ~round, over, acknowledged, failures));
            try (WorkerProcess node = WorkerProcess.start(pool, options)) {
                // It begins, and dies in whatever it does at the time.
                again(() -> migrations.runs().find(runId).users() > 0);
                TimeUnit.MILLISECONDS.sleep(random.nextInt(300));
                node.kill();
                CompletableFuture<Integer> run = CompletableFuture.supplyAsync(() -> running(migrations, options));
                for (int kill = 0; kill < KILLS; kill++) {
                    TimeUnit.MILLISECONDS.sleep(200 + random.nextInt(800));
                    server.kill();
                    killedInFlight += run.isDone() ? 0 : 1;
                    TimeUnit.MILLISECONDS.sleep(random.nextInt(200));
                    server.restart();
                }
                int interrupted = run.get(120, TimeUnit.SECONDS);
                over.set(true);
                int moved = movements.get(60, TimeUnit.SECONDS);
                requests.get(60, TimeUnit.SECONDS);
                again(() -> migrations.run().state() == MigrationRun.State.FINISHED);

                System.out.printf(
                        "%s, round %d: server killed %d times, %d of them in a run, a node once; the run ended %d times before it"
                                + " was done, %d other calls failed, %d movements, %d requests answered MIGRATED%n",
                        on, round, KILLS, killedInFlight, interrupted, failures.get(), moved, acknowledged.size());
            } finally {
                over.set(true);
            }
            bank.assertEverybodyIsMigratedOnce();
            assertThat(migrations.runs().find(runId).users()).isPositive();
            for (String id : acknowledged) {
                assertThat(bank.sql.text(
                                "SELECT COUNT(*) FROM credit_migration_log WHERE user_id = ? AND actor = 'migrate'",
                                id))
                        .as("the log of user %s, who was told to be migrated", id)
                        .isEqualTo("1");
            }
        }
        assertThat(killedInFlight).isPositive();
        server.run("DROP DATABASE " + name);
    }

    private static int running(MigrationService migrations, RunOptions options) {
        return again(() -> migrations.run(options).state() == MigrationRun.State.FINISHED);
    }

    private static void requesting(
            MigrationService migrations,
            long seed,
            AtomicBoolean over,
            Queue<String> acknowledged,
            AtomicInteger failures) {
        Random random = new Random(seed);
        while (!over.get()) {
            String id = String.valueOf(1 + random.nextInt(USERS));
            try {
                if (migrations.migrate(id).status() == MigrationResult.Status.MIGRATED) {
                    acknowledged.add(id);
                }
                TimeUnit.MILLISECONDS.sleep(20);
            } catch (StoreException e) {
                failures.incrementAndGet();
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private static int moving(Bank bank, long seed, AtomicBoolean over, AtomicInteger failures) {
        Random random = new Random(seed);
        int moved = 0;
        while (!over.get()) {
            try {
                BigDecimal money = BigDecimal.valueOf(5_000L * (1 - 2 * random.nextInt(2)));
                moved += bank.move(Connection.TRANSACTION_READ_COMMITTED, 1L + random.nextInt(USERS), money) ? 1 : 0;
                TimeUnit.MILLISECONDS.sleep(5);
            } catch (SQLException e) {
                // Whether it was committed, the ledger tells.
                failures.incrementAndGet();
            } catch (InterruptedException e) {
                return moved;
            }
        }
        return moved;
    }

    private interface Attempt {
        boolean isDone();
    }

    /** What a supervisor does: tries again while the store cannot be reached. Answers how often that was needed. */
    private static int again(Attempt attempt) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
        for (int failures = 0; System.nanoTime() < deadline; failures++) {
            try {
                if (attempt.isDone()) {
                    return failures;
                }
            } catch (StoreException e) {
                // Tried again, as an operator would.
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
        throw new AssertionError("Not within two minutes");
    }

    private static KillableServer server(TestDatabase on) throws Exception {
        KillableServer running = SERVERS.get(on);
        if (running == null) {
            running = KillableServer.start(on);
            SERVERS.put(on, running);
        }
        return running;
    }

    private static HikariDataSource pool(KillableServer server, String database) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(server.url(database));
        config.setUsername(server.user());
        config.setPassword("");
        config.setMinimumIdle(1);
        config.setMaximumPoolSize(8);
        config.setConnectionTimeout(500);
        return new HikariDataSource(config);
    }
}
