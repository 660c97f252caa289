package io.creditmigration.testkit;

import static io.creditmigration.testkit.SeedUser.user;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.creditmigration.Allocation;
import io.creditmigration.CreditPolicy;
import io.creditmigration.Credits;
import io.creditmigration.JournalLine;
import io.creditmigration.JournalLine.Kind;
import io.creditmigration.Migration;
import io.creditmigration.MigrationOptions;
import io.creditmigration.MigrationResult;
import io.creditmigration.MigrationResult.Status;
import io.creditmigration.MigrationRun;
import io.creditmigration.MigrationService;
import io.creditmigration.MigrationStatus;
import io.creditmigration.StoreException;
import io.creditmigration.UserMigration;
import io.creditmigration.UserSnapshot;
import io.creditmigration.spi.RunStore;
import io.creditmigration.testkit.FaultyStore.Call;
import java.math.BigDecimal;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

abstract class OneBadUserContract extends ContractGroup {

    private static final List<String> IDS =
            IntStream.range(0, 50).mapToObj("user%02d"::formatted).toList();

    OneBadUserContract(MigrationStoreContract contract) {
        super(contract);
    }

    @Test
    final void a_policy_that_throws_concerns_one_user() {
        grantEverybody();
        Migration migration = grantBy(badFor("user25", user -> {
            throw new IllegalStateException("no tariff for " + user.userId());
        }));

        MigrationRun run = node(migration).run(pagesOf(50));

        assertOneFailed(migration, run, "user25", "no tariff for user25");
    }

    @Test
    final void a_policy_that_lacks_a_class_concerns_one_user() {
        grantEverybody();
        Migration migration = grantBy(badFor("user25", user -> {
            throw new NoClassDefFoundError("com/acme/Tariff");
        }));

        MigrationRun run = node(migration).run(pagesOf(50));

        assertOneFailed(migration, run, "user25", "java.lang.NoClassDefFoundError: com/acme/Tariff");
    }

    @Test
    @SuppressWarnings("NullAway") // A policy that does not keep its promise.
    final void a_policy_that_answers_null_concerns_one_user() {
        grantEverybody();
        Migration migration = grantBy(badFor("user00", user -> null));

        MigrationRun run = node(migration).run(pagesOf(50));

        assertOneFailed(migration, run, "user00", "null");
    }

    @Test
    final void a_policy_that_answers_a_negative_amount_concerns_one_user() {
        grantEverybody();
        Migration migration = grantBy(badFor("user49", user -> Allocation.of(Credits.of(-1), "a fine")));

        MigrationRun run = node(migration).run(pagesOf(50));

        assertOneFailed(migration, run, "user49", "-1");
    }

    @Test
    final void a_policy_that_answers_what_the_balance_cannot_hold_concerns_one_user() {
        grantEverybody();
        int decimals = host().store().shape().balanceScale() + 1;
        assumeTrue(decimals <= Credits.SCALE_MAX, "The balance can hold whatever credits can be");
        Credits dust = Credits.of(BigDecimal.ONE.movePointLeft(decimals));
        Migration migration = grantBy(badFor("user07", user -> Allocation.of(dust, "dust")));

        MigrationRun run = node(migration).run(pagesOf(50));

        assertOneFailed(migration, run, "user07", dust.toString());
    }

    @Test
    final void a_user_whom_the_store_refuses_in_the_middle_of_a_page_concerns_one_user() {
        grantEverybody();
        refuseChangesOf("user25");

        MigrationRun run = node(GRANT).run(pagesOf(50));

        assertOneFailed(GRANT, run, "user25", "");
    }

    @Test
    final void several_refused_users_are_found_one_by_one() {
        grantEverybody();
        Set<String> refused = Set.of("user00", "user24", "user25", "user49");
        refused.forEach(this::refuseChangesOf);

        MigrationRun run = node(GRANT).run(pagesOf(50));

        assertEquals(4, run.count(Status.FAILED), run::toString);
        assertEquals(46, run.count(Status.MIGRATED), run::toString);
        for (String id : IDS) {
            assertStatus(refused.contains(id) ? MigrationStatus.FAILED : MigrationStatus.COMPLETED, node(GRANT), id);
        }
    }

    @Test
    final void an_error_is_kept_whatever_its_length_and_characters() {
        // Cut at its longest it ends between the halves of a character.
        String error = "!" + "\u0000 é 🙂 ".repeat(500);
        grantEverybody();
        Migration migration = grantBy(badFor("user25", user -> {
            throw new IllegalStateException(error);
        }));

        MigrationRun run = node(migration).run(pagesOf(50));

        assertOneFailed(migration, run, "user25", " é ");
        UserMigration record = node(migration).find("user25").orElseThrow();
        assertTrue(Objects.requireNonNull(record.error()).length() <= JournalLine.ERROR_LENGTH_MAX);
    }

    @Test
    final void failed_never_replaces_completed() {
        grant(user("ann"));
        AtomicBoolean broken = new AtomicBoolean(true);
        Migration migration = grantBy(brokenWhile(broken));
        FaultyStore faulty = FaultyStore.around(host().store());
        faulty.before(Call.COMMIT, () -> {
            broken.set(false);
            node(migration).migrate("ann");
        });

        MigrationResult result = node(migration, faulty).migrate("ann");

        assertEquals(Status.ALREADY_MIGRATED, result.status());
        assertStatus(MigrationStatus.COMPLETED, node(migration), "ann");
        assertCredits("20", "ann");
    }

    @Test
    final void failing_again_never_replaces_completed() {
        grant(user("ann"));
        AtomicBoolean broken = new AtomicBoolean(true);
        AtomicInteger tries = new AtomicInteger();
        Migration migration = grantBy(user -> {
            if (broken.get()) {
                throw new IllegalStateException("no tariff at try " + tries.incrementAndGet());
            }
            return twenty(user);
        });
        node(migration).migrate("ann");
        FaultyStore faulty = FaultyStore.around(host().store());
        faulty.before(Call.COMMIT, () -> {
            broken.set(false);
            node(migration).migrate("ann");
        });

        MigrationResult result = node(migration, faulty).migrate("ann");

        assertEquals(Status.ALREADY_MIGRATED, result.status());
        assertStatus(MigrationStatus.COMPLETED, node(migration), "ann");
    }

    @Test
    final void failed_never_replaces_rolled_back() {
        grant(user("ann"));
        AtomicBoolean broken = new AtomicBoolean(true);
        Migration migration = grantBy(brokenWhile(broken));
        FaultyStore faulty = FaultyStore.around(host().store());
        faulty.before(Call.COMMIT, () -> {
            broken.set(false);
            node(migration).migrate("ann");
            node(migration).rollback("ann", OPERATOR, "on request");
        });

        MigrationResult result = node(migration, faulty).migrate("ann");

        assertEquals(Status.ROLLED_BACK, result.status());
        assertStatus(MigrationStatus.ROLLED_BACK, node(migration), "ann");
    }

    @Test
    final void a_page_that_fails_a_user_never_replaces_completed() {
        grant(user("ann"), user("bob"));
        runStore();
        AtomicBoolean broken = new AtomicBoolean(true);
        CreditPolicy mended = brokenWhile(broken);
        Migration migration = grantBy(badFor("bob", brokenWhile(new AtomicBoolean(true)), mended));
        FaultyStore faulty = FaultyStore.around(host().store());
        faulty.after(Call.DECIDE, () -> {
            broken.set(false);
            node(migration).migrate("ann");
        });

        node(migration, faulty).run(pagesOf(10));

        assertStatus(MigrationStatus.COMPLETED, node(migration), "ann");
        assertStatus(MigrationStatus.FAILED, node(migration), "bob");
    }

    @Test
    final void migrate_tries_a_failed_user_again_and_nothing_else_does() {
        grant(user("ann"));
        AtomicBoolean broken = new AtomicBoolean(true);
        Migration migration = grantBy(brokenWhile(broken));
        MigrationService migrations = node(migration);
        assertEquals(Status.FAILED, migrations.autoMigrateIfZeroCredits("ann").status());
        broken.set(false);

        assertNothingChanges(() -> {
            assertEquals(
                    Status.FAILED_BEFORE,
                    migrations.autoMigrateIfZeroCredits("ann").status());
            if (host().store() instanceof RunStore) {
                assertEquals(1, migrations.run(pagesOf(10)).count(Status.FAILED_BEFORE));
            }
        });
        assertEquals(Status.MIGRATED, migrations.migrate("ann").status());
        assertStatus(MigrationStatus.COMPLETED, migrations, "ann");
        assertEquals(
                List.of(Kind.FAILED, Kind.MIGRATED),
                host().store().log(migration, "ann").stream()
                        .map(JournalLine::kind)
                        .toList());
    }

    @Test
    final void a_user_who_fails_again_keeps_the_latest_reason() {
        grant(user("ann"));
        AtomicBoolean first = new AtomicBoolean(true);
        Migration migration = grantBy(user -> {
            throw new IllegalStateException(first.getAndSet(false) ? "first reason" : "second reason");
        });

        registered(migration).migrate("ann");
        node(migration).migrate("ann");

        assertEquals("second reason", node(migration).find("ann").orElseThrow().error());
        assertEquals(
                List.of("first reason", "second reason"),
                host().store().log(migration, "ann").stream()
                        .map(JournalLine::error)
                        .toList());
    }

    @Test
    final void a_fault_of_the_store_marks_nobody() {
        conversion(user("ann").credits("0"));
        registered(RATE_2500);
        MigrationOptions twice = MigrationOptions.defaults().withClock(clock).withAttempts(2);

        for (StoreException.Kind kind : StoreException.Kind.values()) {
            FaultyStore faulty = FaultyStore.around(host().store());
            faulty.before(Call.COMMIT, new StoreException(kind, "down", null));
            faulty.before(Call.COMMIT, new StoreException(kind, "down", null));
            MigrationService migrations = MigrationService.of(RATE_2500, faulty, twice);

            assertNothingChanges(
                    () -> assertThrows(StoreException.class, () -> migrations.autoMigrateIfZeroCredits("ann")));
        }
        assertEquals(
                Status.MIGRATED, node(RATE_2500).autoMigrateIfZeroCredits("ann").status());
    }

    @Test
    final void balances_that_cannot_be_converted_concern_their_users_only() {
        conversion(user("ann"), user("bob").credits("-5"), user("cem").credits("50"));
        runStore();

        MigrationRun run = node(RATE_2500_UNASKED).run(pagesOf(10));

        assertEquals(1, run.count(Status.ABSENT_BALANCE), run::toString);
        assertEquals(1, run.count(Status.NEGATIVE_BALANCE), run::toString);
        assertEquals(1, run.count(Status.MIGRATED), run::toString);
        assertEquals(3, run.users(), run::toString);
        assertCredits("-5", "bob");
    }

    private void grantEverybody() {
        grant(IDS.stream().map(SeedUser::user).toArray(SeedUser[]::new));
        runStore();
    }

    private static CreditPolicy badFor(String userId, CreditPolicy bad) {
        return badFor(userId, bad, OneBadUserContract::twenty);
    }

    private static CreditPolicy badFor(String userId, CreditPolicy bad, CreditPolicy good) {
        return user -> user.userId().equals(userId) ? bad.allocate(user) : good.allocate(user);
    }

    private static CreditPolicy brokenWhile(AtomicBoolean broken) {
        return user -> {
            if (broken.get()) {
                throw new IllegalStateException("no tariff");
            }
            return twenty(user);
        };
    }

    private static Allocation twenty(UserSnapshot user) {
        return Allocation.of(Credits.of(20), "initial credits of " + user.userId());
    }

    private void assertOneFailed(Migration migration, MigrationRun run, String failed, String message) {
        assertEquals(MigrationRun.State.FINISHED, run.state());
        assertEquals(1, run.count(Status.FAILED), run::toString);
        assertEquals(IDS.size() - 1, run.count(Status.MIGRATED), run::toString);
        MigrationService migrations = node(migration);
        for (String id : IDS) {
            assertStatus(id.equals(failed) ? MigrationStatus.FAILED : MigrationStatus.COMPLETED, migrations, id);
        }
        String error = migrations.find(failed).orElseThrow().error();
        assertNotNull(error, "why it failed");
        assertTrue(error.contains(message), () -> "'" + error + "' should contain '" + message + "'");
        assertEquals(error, assertOnlyFailed(migration, failed).error());
    }
}
