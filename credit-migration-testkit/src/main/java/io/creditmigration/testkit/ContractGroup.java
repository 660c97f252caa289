package io.creditmigration.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.creditmigration.Actor;
import io.creditmigration.Consent;
import io.creditmigration.CreditPolicy;
import io.creditmigration.CreditRate;
import io.creditmigration.Credits;
import io.creditmigration.JournalLine;
import io.creditmigration.Migration;
import io.creditmigration.MigrationOptions;
import io.creditmigration.MigrationResult;
import io.creditmigration.MigrationRun;
import io.creditmigration.MigrationService;
import io.creditmigration.MigrationStatus;
import io.creditmigration.RunOptions;
import io.creditmigration.Verification;
import io.creditmigration.spi.AuditStore;
import io.creditmigration.spi.Cause;
import io.creditmigration.spi.MigrationStore;
import io.creditmigration.spi.RunRequest;
import io.creditmigration.spi.RunStore;
import io.creditmigration.testkit.HostApplication.Setting;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;

/** What the groups of the contract have in common: one application per test, one clock, and the migrations they speak of. */
@Timeout(60)
abstract class ContractGroup {

    static final Instant CUT_OFF = Instant.parse("2026-01-06T00:00:00Z");
    static final Duration MONTH = Duration.ofDays(30);
    static final Instant LONG_AGO = CUT_OFF.minus(Duration.ofDays(400));
    static final Actor OPERATOR = Actor.operator("contract");

    static final Migration RATE_2500 = asked("rate-2500", CUT_OFF, HostApplication.OLD_RATE, HostApplication.NEW_RATE);

    /** The same conversion for users who are not asked; an application has one or the other. */
    static final Migration RATE_2500_UNASKED =
            unasked("rate-2500", CUT_OFF, HostApplication.OLD_RATE, HostApplication.NEW_RATE);

    /** The conversion that follows the usual one. */
    static final Migration RATE_1500 =
            following(RATE_2500.id(), "rate-1500", CUT_OFF.plus(MONTH), HostApplication.NEW_RATE, CreditRate.of(1_500));

    static final Migration GRANT = Migration.named("grant")
            .cutOff(CUT_OFF)
            .policy(CreditPolicy.initialGrant())
            .build();

    final SettableClock clock = SettableClock.at(CUT_OFF.plus(Duration.ofDays(90)));

    private final MigrationStoreContract contract;
    private @Nullable HostApplication opened;

    ContractGroup(MigrationStoreContract contract) {
        this.contract = contract;
    }

    @AfterEach
    final void close() {
        if (opened != null) {
            opened.close();
        }
    }

    final HostApplication open(Setting setting, SeedUser... users) {
        opened = contract.open(setting);
        add(users);
        return opened;
    }

    final HostApplication conversion(SeedUser... users) {
        return open(Setting.CONVERSION, users);
    }

    final HostApplication grant(SeedUser... users) {
        return open(Setting.GRANT, users);
    }

    final HostApplication host() {
        if (opened == null) {
            throw new IllegalStateException("The test has not opened its application");
        }
        return opened;
    }

    final void add(SeedUser... users) {
        ifHostCan(() -> {
            host().add(users);
            return users;
        });
    }

    /** Does it while a transaction of the host holds the user's row. */
    final void whileLocked(String userId, Runnable action) {
        AutoCloseable lock = lock(userId);
        try {
            action.run();
        } finally {
            ifHostCan(() -> {
                lock.close();
                return userId;
            });
        }
    }

    final AutoCloseable lock(String userId) {
        return ifHostCan(() -> host().lock(userId));
    }

    /** A transaction of the host's, which the library can join. */
    final HostApplication.Transaction begin() {
        return ifHostCan(() -> host().begin());
    }

    final void assumeConvertsAgain() {
        assumeTrue(host().canConvertAgain(), "The host is set up for one conversion only");
    }

    final void changeRateLimit(String userId, @Nullable Integer rateLimit) {
        ifHostCan(() -> {
            host().changeRateLimit(userId, rateLimit);
            return userId;
        });
    }

    final void refuseChangesOf(String userId) {
        ifHostCan(() -> {
            host().refuseChangesOf(userId);
            return userId;
        });
    }

    /** The store, where it can run; a reported assumption where it cannot. */
    final RunStore runStore() {
        MigrationStore store = host().store();
        return store instanceof RunStore runs ? runs : abort(store.getClass().getName() + " is no RunStore");
    }

    /** One node: a service of its own on the store under test. */
    final MigrationService node(Migration migration) {
        return node(migration, host().store());
    }

    final MigrationService node(Migration migration, MigrationStore store) {
        return MigrationService.of(migration, store, MigrationOptions.defaults().withClock(clock));
    }

    /** The same for a migration that is registered. */
    final MigrationService registered(Migration migration) {
        MigrationService migrations = node(migration);
        migrations.register(OPERATOR, "contract");
        return migrations;
    }

    static RunOptions pagesOf(int users) {
        return RunOptions.defaults().withPageSize(users);
    }

    /** A run over everybody, opened and not worked on. */
    static MigrationRun openRun(RunStore store, Migration migration, int pageSize) {
        RunOptions options = pagesOf(pageSize);
        Cause cause = new Cause(OPERATOR, "test", CUT_OFF);
        store.register(migration, cause);
        return store.openRun(migration, new RunRequest(options.scope(), null, List.of(), options.settings()), cause);
    }

    /** A conversion whose users must confirm. */
    static Migration asked(String id, Instant cutOff, CreditRate oldRate, CreditRate newRate) {
        return Migration.named(id)
                .cutOff(cutOff)
                .policy(CreditPolicy.convert(oldRate, newRate))
                .build();
    }

    /** A conversion whose users are not asked. */
    static Migration unasked(String id, Instant cutOff, CreditRate oldRate, CreditRate newRate) {
        return Migration.named(id)
                .cutOff(cutOff)
                .policy(CreditPolicy.convert(oldRate, newRate))
                .consent(Consent.NONE)
                .build();
    }

    /** A conversion whose users are not asked, and which follows another. */
    static Migration following(String earlier, String id, Instant cutOff, CreditRate oldRate, CreditRate newRate) {
        return Migration.named(id)
                .after(earlier)
                .cutOff(cutOff)
                .policy(CreditPolicy.convert(oldRate, newRate))
                .consent(Consent.NONE)
                .build();
    }

    static Migration grantBy(CreditPolicy policy) {
        return Migration.named("grant")
                .cutOff(CUT_OFF)
                .policy(policy.named("contract", 1))
                .build();
    }

    /** Migrates a user with credits as a dashboard would. */
    static MigrationResult confirm(MigrationService migrations, String userId) {
        return migrations.confirm(userId, migrations.quote(userId).orElseThrow(), Actor.user(userId));
    }

    final long logLines(Migration migration, String userId, JournalLine.Kind kind) {
        return host().store().log(migration, userId).stream()
                .filter(line -> line.kind() == kind)
                .count();
    }

    /** The journal has one line of the user, which says that the user failed, and of what. */
    final JournalLine assertOnlyFailed(Migration migration, String userId) {
        List<JournalLine> lines = host().store().log(migration, userId);
        assertEquals(1, lines.size(), lines::toString);
        JournalLine line = lines.get(0);
        assertEquals(JournalLine.Kind.FAILED, line.kind(), line::toString);
        assertEquals(MigrationStatus.FAILED, line.status(), line::toString);
        assertEquals(0, line.standing().figuresLine(), line::toString);
        assertNull(line.figures(), line::toString);
        assertNotNull(line.error(), "why it failed");
        return line;
    }

    final void assertStatus(MigrationStatus expected, MigrationService migrations, String userId) {
        assertEquals(expected, migrations.status(userId).orElse(null), () -> "status of " + userId);
    }

    final void assertCredits(String expected, String userId) {
        assertEquals(Credits.of(expected), host().credits(userId), () -> "credits of " + userId);
    }

    /** The balance of a user who has one. */
    final Credits credits(String userId) {
        return Objects.requireNonNull(host().credits(userId), () -> "balance of " + userId);
    }

    static void assertSameValue(BigDecimal expected, BigDecimal actual) {
        assertEquals(expected.stripTrailingZeros(), actual.stripTrailingZeros());
    }

    /** Where the store can be audited, nothing is wrong in its tables. */
    final void assertNothingWrong(MigrationService migrations) {
        if (host().store() instanceof AuditStore) {
            Verification verification = migrations.verify();
            assertTrue(verification.isClean(), verification::toString);
        }
    }

    final void assertNothingChanges(Runnable action) {
        List<String> before = host().dump();
        action.run();
        assertEquals(String.join("\n", before), String.join("\n", host().dump()));
    }

    /** Does all of it at once, each on a thread of its own, and answers the results in order. */
    static <T> List<T> atOnce(List<? extends Callable<T>> actions) {
        ExecutorService threads = Executors.newFixedThreadPool(actions.size());
        CyclicBarrier start = new CyclicBarrier(actions.size());
        try {
            List<Future<T>> running = new ArrayList<>();
            for (Callable<T> action : actions) {
                running.add(threads.submit(() -> {
                    start.await();
                    return action.call();
                }));
            }
            List<T> results = new ArrayList<>();
            for (Future<T> result : running) {
                results.add(result.get(50, TimeUnit.SECONDS));
            }
            return results;
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new AssertionError("An action on another thread did not end well", e);
        } finally {
            threads.shutdownNow();
        }
    }

    /** Does it on another thread, as a request would, and fails when it does not come back in time. */
    final <T> T promptly(Callable<T> action) {
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try {
            return thread.submit(action).get(contract.patience().toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new AssertionError("It did not come back within " + contract.patience(), e);
        } catch (InterruptedException | ExecutionException e) {
            throw new AssertionError("An action on another thread did not end well", e);
        } finally {
            thread.shutdownNow();
        }
    }

    private static <T> T ifHostCan(Callable<T> action) {
        try {
            return action.call();
        } catch (UnsupportedOperationException e) {
            return abort("The host cannot: " + e.getMessage());
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    static List<String> ids(int count) {
        return IntStream.range(0, count).mapToObj(ContractGroup::id).toList();
    }

    static String id(int number) {
        return String.format("user-%03d", number);
    }

    static void release(AutoCloseable lock) {
        try {
            lock.close();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
