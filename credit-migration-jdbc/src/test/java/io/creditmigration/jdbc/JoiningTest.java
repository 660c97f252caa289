package io.creditmigration.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.creditmigration.Actor;
import io.creditmigration.CreditPolicy;
import io.creditmigration.Credits;
import io.creditmigration.GateDecision;
import io.creditmigration.InvalidValueException;
import io.creditmigration.Migration;
import io.creditmigration.MigrationGate;
import io.creditmigration.MigrationResult;
import io.creditmigration.MigrationResult.Status;
import io.creditmigration.MigrationService;
import io.creditmigration.MigrationStatus;
import io.creditmigration.Quote;
import io.creditmigration.RollbackResult;
import io.creditmigration.StoreException;
import io.creditmigration.jdbc.JoiningHost.Transaction;
import io.creditmigration.spi.MigrationStore;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** What a migration does in a transaction of the host's takes effect with it, or not at all. */
@ParameterizedClass
@MethodSource("io.creditmigration.jdbc.JoiningHost#everywhere")
final class JoiningTest {

    private final JoiningHost host;

    JoiningTest(JoiningHost host) {
        this.host = host;
    }

    @Test
    void what_is_migrated_commits_with_the_hosts_own_work() {
        String user = host.user("0");
        try (Transaction transaction = host.begin()) {
            MigrationService joined = host.migrations.joining(transaction.store());
            transaction.buy("for " + user);

            assertThat(joined.autoMigrateIfZeroCredits(user).status()).isEqualTo(Status.MIGRATED);
            assertThat(joined.autoMigrateIfZeroCredits(user).status()).isEqualTo(Status.ALREADY_MIGRATED);
            assertThat(host.migrations.status(user)).contains(MigrationStatus.PENDING);

            transaction.commit();
        }
        assertThat(host.migrations.status(user)).contains(MigrationStatus.COMPLETED);
        assertThat(host.migrations.log(user)).hasSize(1);
        assertThat(host.bought("for " + user)).isTrue();
    }

    @Test
    void what_the_host_rolls_back_leaves_nothing_and_nobody_is_remembered() {
        String user = host.user("0");
        try (Transaction transaction = host.begin()) {
            MigrationService joined = host.migrations.joining(transaction.store());
            transaction.buy("for " + user);

            assertThat(joined.autoMigrateIfZeroCredits(user).status()).isEqualTo(Status.MIGRATED);
            assertThat(joined.autoMigrateIfZeroCredits(user).status()).isEqualTo(Status.ALREADY_MIGRATED);

            transaction.rollback();
        }
        assertThat(host.credits(user)).isEqualTo(Credits.ZERO);
        assertThat(host.traces(user)).isZero();
        assertThat(host.bought("for " + user)).isFalse();
        assertThat(MigrationGate.of(host.migrations).check(user)).isEqualTo(new GateDecision.Allowed(Status.MIGRATED));
    }

    @Test
    void a_transaction_of_the_hosts_registers_nothing() {
        Migration fresh = gift("registered-by-" + host.style);
        MigrationService migrations = MigrationService.of(fresh, host.store);
        String user = host.user("0");
        try (Transaction transaction = host.begin()) {
            MigrationService joined = migrations.joining(transaction.store());
            transaction.buy("unregistered for " + user);

            assertThat(joined.migrate(user).status()).isEqualTo(Status.NOT_REGISTERED);

            transaction.commit();
        }
        assertThat(host.bought("unregistered for " + user)).isTrue();
        assertThat(host.traces(user)).isZero();
        assertThat(host.sql.rows("SELECT id FROM credit_migration_definition WHERE id = ?", fresh.id()))
                .isEmpty();
    }

    @Test
    void a_confirmation_takes_effect_with_the_hosts_commit() {
        String user = host.user("50");
        Quote quote = host.migrations.quote(user).orElseThrow();
        try (Transaction transaction = host.begin()) {
            MigrationService joined = host.migrations.joining(transaction.store());

            assertThat(joined.confirm(user, quote, Actor.user(user)).status()).isEqualTo(Status.MIGRATED);
            assertThat(host.credits(user)).isEqualTo(Credits.of(50));

            transaction.commit();
        }
        assertThat(host.credits(user)).isEqualTo(Credits.of(20));
        assertThat(host.sql.text("SELECT version FROM users WHERE id = ?", user))
                .isEqualTo("1");
    }

    @Test
    void a_rollback_of_a_user_is_undone_with_the_hosts_transaction() {
        String user = host.user("50");
        host.migrations.confirm(user, host.migrations.quote(user).orElseThrow(), Actor.user(user));
        try (Transaction transaction = host.begin()) {
            MigrationService joined = host.migrations.joining(transaction.store());

            assertThat(joined.rollback(user, Actor.operator("ann"), "a try").status())
                    .isEqualTo(RollbackResult.Status.ROLLED_BACK);

            transaction.rollback();
        }
        assertThat(host.credits(user)).isEqualTo(Credits.of(20));
        assertThat(host.migrations.status(user)).contains(MigrationStatus.COMPLETED);
    }

    @Test
    void a_run_is_no_part_of_a_hosts_transaction() {
        try (Transaction transaction = host.begin()) {
            MigrationService joined = host.migrations.joining(transaction.store());

            assertThatThrownBy(joined::run)
                    .isInstanceOf(InvalidValueException.class)
                    .hasMessageContaining("with transactions of its own, for runs");
            assertThat(joined.plan().users()).isPositive();
        }
    }

    @Test
    void what_the_host_has_changed_and_not_yet_written_counts() {
        String user = host.user("50");
        try (Transaction transaction = host.begin()) {
            MigrationService joined = host.migrations.joining(transaction.store());
            transaction.setCredits(user, "0");

            assertThat(joined.autoMigrateIfZeroCredits(user).status()).isEqualTo(Status.MIGRATED);

            transaction.commit();
        }
        assertThat(host.credits(user)).isEqualTo(Credits.ZERO);
        assertThat(host.migrations.status(user)).contains(MigrationStatus.COMPLETED);
    }

    @Test
    void a_policy_that_fails_marks_nobody_and_the_hosts_work_stands() {
        MigrationService gifts = MigrationService.of(gift("gift-by-" + host.style), host.store);
        gifts.register(Actor.operator("olga"), "begins today");
        String user = host.user("7");
        try (Transaction transaction = host.begin()) {
            MigrationService joined = gifts.joining(transaction.store());
            transaction.buy("for " + user);

            MigrationResult result = joined.migrate(user);

            assertThat(result.status()).isEqualTo(Status.FAILED_UNRECORDED);
            assertThat(result.message()).isEqualTo("no plan for " + user);
            transaction.commit();
        }
        assertThat(host.bought("for " + user)).isTrue();
        assertThat(host.traces(user)).isZero();
        assertThat(host.credits(user)).isEqualTo(Credits.of(7));
    }

    @Test
    void what_the_database_refuses_is_taken_back_to_a_savepoint_and_the_hosts_work_stands() {
        for (String user : List.of(host.user("10"), host.lateUser("50"))) {
            Credits before = host.credits(user);
            Quote quote = host.migrations.quote(user).orElseThrow();
            try (Transaction transaction = host.begin()) {
                MigrationService joined = host.migrations.joining(transaction.store());
                transaction.buy("before " + user);

                MigrationResult result = joined.confirm(user, quote, Actor.user(user));

                assertThat(result.status()).isEqualTo(Status.FAILED_UNRECORDED);
                assertThat(result.message()).contains("SQLState 23");
                transaction.buy("after " + user);
                transaction.commit();
            }
            assertThat(host.bought("before " + user)).isTrue();
            assertThat(host.bought("after " + user)).isTrue();
            assertThat(host.traces(user)).isZero();
            assertThat(host.credits(user)).isEqualTo(before);
        }
    }

    @Test
    void who_turns_out_to_be_written_already_is_taken_back_and_the_hosts_work_stands() {
        String user = host.user("50");
        Quote quote = host.migrations.quote(user).orElseThrow();
        try (Transaction transaction = host.begin()) {
            MigrationStore store = transaction.store();
            MigrationService joined =
                    host.migrations.joining(LentConnections.proxy(MigrationStore.class, (method, arguments) -> {
                        if (method.getName().equals("commit")) {
                            // Between the reading and the write somebody else writes the user's next line.
                            host.sql.run(
                                    "INSERT INTO credit_migration_journal (at, migration, line, attempt, kind, status, cause,"
                                            + " is_last, user_id) VALUES (CURRENT_TIMESTAMP, 1000, 1, 1, 'F', 'F', 'Q',"
                                            + " TRUE, ?)",
                                    user);
                        }
                        return method.invoke(store, arguments);
                    }));
            transaction.buy("before " + user);

            assertThat(joined.confirm(user, quote, Actor.user(user)).status()).isEqualTo(Status.CONTENDED);

            transaction.buy("after " + user);
            transaction.commit();
        }
        assertThat(host.bought("before " + user)).isTrue();
        assertThat(host.bought("after " + user)).isTrue();
        assertThat(host.traces(user)).isEqualTo(1);
        assertThat(host.credits(user)).isEqualTo(Credits.of(50));
    }

    @Test
    void of_two_transactions_that_lock_in_opposite_order_one_is_gone_and_says_so() throws Exception {
        String ann = host.user("0");
        String bob = host.user("0");
        CyclicBarrier bothHoldTheirs = new CyclicBarrier(2);
        ExecutorService hosts = Executors.newFixedThreadPool(2);
        List<Future<Boolean>> committed;
        try {
            committed = hosts.invokeAll(
                    List.of(crossing(ann, bob, bothHoldTheirs), crossing(bob, ann, bothHoldTheirs)),
                    60,
                    TimeUnit.SECONDS);
        } finally {
            hosts.shutdown();
        }
        boolean annsStands = committed.get(0).get();
        assertThat(committed.get(1).get()).isEqualTo(!annsStands);
        String winner = annsStands ? ann : bob;
        String loser = annsStands ? bob : ann;
        // The winner wrote to its own user and migrated the other; of the loser nothing stands.
        assertThat(host.credits(winner)).isEqualTo(Credits.of(9));
        assertThat(host.bought("with " + winner)).isTrue();
        assertThat(host.migrations.status(loser)).contains(MigrationStatus.COMPLETED);
        assertThat(host.traces(winner)).isZero();
        assertThat(host.bought("with " + loser)).isFalse();
        assertThat(host.bought("after all by " + loser)).isFalse();
        assertThat(host.credits(loser)).isEqualTo(Credits.ZERO);
    }

    /** Grants whose policy fails, beside the conversion. */
    private static Migration gift(String id) {
        CreditPolicy failing = user -> {
            throw new IllegalStateException("no plan for " + user.userId());
        };
        return Migration.named(id)
                .beside(JoiningHost.RATE_2500.id())
                .cutOff(Instant.parse("2026-01-05T00:00:00Z"))
                .policy(failing.named("failing", 1))
                .build();
    }

    /** Writes to one user and migrates another; answers whether it has committed. */
    private Callable<Boolean> crossing(String own, String other, CyclicBarrier barrier) {
        return () -> {
            try (Transaction transaction = host.begin()) {
                transaction.setCredits(own, "9");
                transaction.buy("with " + own);
                transaction.flush();
                barrier.await(30, TimeUnit.SECONDS);
                MigrationService joined = host.migrations.joining(transaction.store());
                try {
                    assertThat(joined.autoMigrateIfZeroCredits(other).status()).isEqualTo(Status.MIGRATED);
                    transaction.commit();
                    return true;
                } catch (StoreException e) {
                    assertThat(e.kind()).isEqualTo(StoreException.Kind.TRANSIENT);
                }
                if (host.style == JoiningHost.Style.JDBC) {
                    transaction.rollback();
                } else {
                    goOnRegardless(transaction, own);
                }
                return false;
            }
        };
    }

    /** On some databases what comes now would be a new transaction. EclipseLink throws here, Hibernate rolls back in silence. */
    private static void goOnRegardless(Transaction transaction, String own) {
        try {
            transaction.buy("after all by " + own);
            transaction.commit();
        } catch (RuntimeException e) {
            assertThat(e).hasMessageContaining("ollback");
        }
    }
}
