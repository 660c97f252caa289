package io.creditmigration.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.creditmigration.Actor;
import io.creditmigration.MigrationService;
import io.creditmigration.MigrationStatus;
import io.creditmigration.RunOptions;
import io.creditmigration.StoreException;
import io.creditmigration.testkit.HostApplication.Setting;
import java.math.BigDecimal;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Spends, top-ups, holds and refunds at every isolation level, while the same few users are migrated, taken back and migrated
 * again: the money's worth of all stays the same. {@code CREDIT_MIGRATION_TEST_BANK_MILLIS} in the environment says for how long
 * at each level.
 */
@Tag("long")
@Timeout(3_600)
final class BankTest {

    private static final long MILLIS = Long.parseLong(TestServer.setting("BANK_MILLIS", "300"));
    private static final int MOVED_MIN = 20;
    private static final int MIGRATED_MIN = 8;
    private static final int WAITS_MAX = 600;
    private static final int USERS = 12;
    private static final int SNAPSHOT_ON_H2 = 6;
    private static final Actor OPERATOR = Actor.operator("olga");

    @ParameterizedTest
    @CsvSource({
        "H2, CONVERSION",
        "H2, GRANT",
        "POSTGRESQL, CONVERSION",
        "POSTGRESQL, GRANT",
        "MARIADB, CONVERSION",
        "MARIADB, GRANT"
    })
    void the_moneys_worth_of_all_stays_the_same_at_every_isolation_level(TestDatabase on, Setting setting)
            throws Exception {
        List<Integer> levels = new ArrayList<>(List.of(
                Connection.TRANSACTION_READ_UNCOMMITTED,
                Connection.TRANSACTION_READ_COMMITTED,
                Connection.TRANSACTION_REPEATABLE_READ,
                Connection.TRANSACTION_SERIALIZABLE));
        if (on == TestDatabase.H2) {
            levels.add(SNAPSHOT_ON_H2);
        }
        try (HikariDataSource dataSource = on.create()) {
            Bank bank = new Bank(dataSource, on, setting, USERS);
            MigrationService migrations =
                    MigrationService.of(bank.migration(), JdbcMigrationStore.owning(dataSource, bank.tables()));
            for (int level : levels) {
                AtomicLong moved = new AtomicLong();
                AtomicLong migrated = new AtomicLong();
                AtomicBoolean over = new AtomicBoolean();
                List<Callable<Void>> all = List.of(
                        () -> moving(bank, level, level * 31L + 1, moved, over),
                        () -> moving(bank, level, level * 31L + 2, moved, over),
                        () -> migrating(migrations, level * 31L + 3, migrated, over));
                atOnce(all, over, () -> moved.get() >= MOVED_MIN && migrated.get() >= MIGRATED_MIN);
                bank.assertNothingIsMissing();
                bank.assertRecordsAgreeWithTheLog();
                System.out.printf(
                        "%s, %s, level %d: %d movements, %d migrations and rollbacks%n",
                        on, setting, level, moved.get(), migrated.get());
                assertThat(moved.get()).isGreaterThanOrEqualTo(MOVED_MIN);
                assertThat(migrated.get()).isGreaterThanOrEqualTo(MIGRATED_MIN);
            }
            migrations.run(RunOptions.defaults().withPageSize(5));
            bank.assertNothingIsMissing();
        }
    }

    private static Void moving(Bank bank, int level, long seed, AtomicLong moved, AtomicBoolean over) throws Exception {
        Random random = new Random(seed);
        while (!over.get()) {
            long user = 1L + random.nextInt(USERS);
            // Whole credits at either rate.
            BigDecimal amount = bank.setting == Setting.CONVERSION
                    ? BigDecimal.valueOf(5_000L * (1 + random.nextInt(4)))
                    : new BigDecimal("0.5").multiply(BigDecimal.valueOf(1 + random.nextInt(8)));
            boolean done = switch (random.nextInt(4)) {
                case 0 -> bank.move(level, user, amount);
                case 1 -> bank.move(level, user, amount.negate());
                case 2 -> bank.hold(level, user, amount);
                default -> bank.refund(level, user);
            };
            moved.addAndGet(done ? 1 : 0);
        }
        return null;
    }

    private static Void migrating(MigrationService migrations, long seed, AtomicLong done, AtomicBoolean over) {
        Random random = new Random(seed);
        while (!over.get()) {
            String user = String.valueOf(1 + random.nextInt(USERS));
            try {
                switch (random.nextInt(6)) {
                    case 0, 1 -> migrations.migrate(user);
                    case 2 -> migrations.run(RunOptions.defaults().withPageSize(3));
                    case 3 -> migrations.reopen(user, OPERATOR, "again");
                    default -> migrations.rollback(user, OPERATOR, "as it was");
                }
                done.addAndGet(migrations.status(user).orElseThrow() == MigrationStatus.PENDING ? 0 : 1);
            } catch (StoreException e) {
                assertThat(e.kind()).isEqualTo(StoreException.Kind.TRANSIENT);
            }
        }
        return null;
    }

    private static void atOnce(List<Callable<Void>> all, AtomicBoolean over, BooleanSupplier enough) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(all.size());
        try {
            List<Future<Void>> running = new ArrayList<>();
            all.forEach(work -> running.add(threads.submit(work)));
            TimeUnit.MILLISECONDS.sleep(MILLIS);
            // On a machine that does something else besides, nothing may have happened yet.
            for (int wait = 0; wait < WAITS_MAX && !enough.getAsBoolean(); wait++) {
                TimeUnit.MILLISECONDS.sleep(100);
            }
            over.set(true);
            for (Future<Void> work : running) {
                work.get(60, TimeUnit.SECONDS);
            }
        } finally {
            over.set(true);
            threads.shutdownNow();
        }
    }
}
