package io.creditmigration.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.creditmigration.MigrationRun;
import io.creditmigration.MigrationService;
import io.creditmigration.RunOptions;
import io.creditmigration.StoreException;
import io.creditmigration.testkit.HostApplication.Setting;
import java.io.IOException;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Nodes, and then the server, are killed with SIGKILL while a page's transaction is open, everything of it written and nothing
 * committed; the database itself says so. The host moves balances all the while. What became of the users is asked in plain SQL.
 */
@Tag("long")
@Timeout(600)
final class KillsInPageTest {

    private static final int USERS = 400;
    private static final int NODES = 20;
    private static final int SERVERS = 10;
    private static final int MOVEMENTS_MIN = 500;
    private static final RunOptions PAGES = RunOptions.defaults().withPageSize(5);

    /** Only the library writes to the journal. */
    private static final String OPEN_ON_POSTGRESQL = """
            SELECT COUNT(DISTINCT pid) FROM pg_locks
            WHERE relation = CAST('credit_migration_journal' AS regclass) AND mode = 'RowExclusiveLock' AND granted
            """;

    /** A movement of the host's writes two rows, a page of five users ten at least. */
    private static final String OPEN_ON_MARIADB =
            "SELECT COUNT(*) FROM information_schema.INNODB_TRX WHERE trx_rows_modified >= 10";

    private final AtomicBoolean over = new AtomicBoolean();
    private final AtomicInteger moved = new AtomicInteger();

    @ParameterizedTest
    @CsvSource({"POSTGRESQL, CONVERSION", "POSTGRESQL, GRANT"})
    void whoever_is_killed_in_a_page_leaves_everybody_migrated_once(TestDatabase on, Setting regime) throws Exception {
        try (KillableServer server = KillableServer.start(on)) {
            server.run("CREATE DATABASE killed");
            try (HikariDataSource pool = pool(server)) {
                Bank bank = new Bank(pool, on, regime, USERS);
                MigrationService migrations =
                        MigrationService.of(bank.migration(), JdbcMigrationStore.owning(pool, bank.tables()));
                migrations.runs().open(PAGES);
                CompletableFuture<Void> host = CompletableFuture.runAsync(() -> move(bank));
                try {
                    for (int node = 0; node < NODES; node++) {
                        killNode(pool, bank, on, regime);
                    }
                    int interrupted = killServer(server, pool, bank, on);
                    while (moved.get() < MOVEMENTS_MIN) {
                        TimeUnit.MILLISECONDS.sleep(10);
                    }
                    over.set(true);
                    host.get(60, TimeUnit.SECONDS);
                    System.out.printf(
                            "%s, %s: %d nodes and %d servers killed with a page's transaction open, the run ended %d times"
                                    + " before it was done, %d movements of the host meanwhile%n",
                            on, regime, NODES, SERVERS, interrupted, moved.get());
                } finally {
                    over.set(true);
                }
                bank.assertEverybodyIsMigratedOnce();
            }
        }
    }

    /** Its first page is committed, the second one written. */
    private static void killNode(HikariDataSource pool, Bank bank, TestDatabase on, Setting regime) {
        try (WorkerProcess node = regime == Setting.GRANT
                ? WorkerProcess.grantingUntilPage(pool, PAGES, 2)
                : WorkerProcess.stoppingInPage(pool, PAGES, 2)) {
            node.await(WorkerProcess.IN_PAGE);
            assertPageIsOpen(bank, on);
            node.kill();
        }
    }

    /** Answers how often the run ended before it was done. */
    private static int killServer(KillableServer server, HikariDataSource pool, Bank bank, TestDatabase on)
            throws InterruptedException {
        AtomicInteger killed = new AtomicInteger();
        MigrationService migrations = MigrationService.of(
                bank.migration(),
                JdbcMigrationStore.owning(
                        WorkerProcess.stopping(pool, pages -> {
                            if (pages / 2 > killed.get() && killed.get() < SERVERS) {
                                assertPageIsOpen(bank, on);
                                killed.incrementAndGet();
                                restart(server);
                            }
                        }),
                        bank.tables()));
        for (int ends = 0; ends < 10 * SERVERS; ends++) {
            try {
                if (migrations.run(PAGES).state() == MigrationRun.State.FINISHED) {
                    assertThat(killed).hasValue(SERVERS);
                    return ends;
                }
            } catch (StoreException e) {
                // What a supervisor does: it tries again.
                TimeUnit.MILLISECONDS.sleep(20);
            }
        }
        throw new AssertionError("The run does not come to its end");
    }

    private static void restart(KillableServer server) {
        server.kill();
        try {
            server.restart();
        } catch (IOException | SQLException e) {
            throw new AssertionError("The server does not come back", e);
        }
    }

    private static void assertPageIsOpen(Bank bank, TestDatabase on) {
        String open = on == TestDatabase.POSTGRESQL ? OPEN_ON_POSTGRESQL : OPEN_ON_MARIADB;
        WorkerProcess.millisUntil(() -> !bank.sql.text(open).equals("0"));
    }

    private void move(Bank bank) {
        Random random = new Random(17);
        while (!over.get()) {
            try {
                BigDecimal amount = BigDecimal.valueOf(bank.setting == Setting.GRANT ? 2 : 5_000);
                BigDecimal signed = random.nextBoolean() ? amount : amount.negate();
                if (bank.move(Connection.TRANSACTION_READ_COMMITTED, 1L + random.nextInt(USERS), signed)) {
                    moved.incrementAndGet();
                }
                TimeUnit.MILLISECONDS.sleep(5);
            } catch (SQLException e) {
                // Whether it was committed, the ledger tells.
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private static HikariDataSource pool(KillableServer server) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(server.url("killed"));
        config.setUsername(server.user());
        config.setPassword("");
        config.setMinimumIdle(1);
        config.setMaximumPoolSize(8);
        config.setConnectionTimeout(1_000);
        return new HikariDataSource(config);
    }
}
