package io.creditmigration.testkit;

import static io.creditmigration.testkit.SeedUser.user;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.creditmigration.Actor;
import io.creditmigration.Credits;
import io.creditmigration.JournalLine;
import io.creditmigration.JournalLine.Kind;
import io.creditmigration.MigrationResult;
import io.creditmigration.MigrationResult.Status;
import io.creditmigration.MigrationRun;
import io.creditmigration.MigrationService;
import io.creditmigration.MigrationStatus;
import io.creditmigration.Quote;
import io.creditmigration.RollbackResult;
import io.creditmigration.StoreException;
import io.creditmigration.UserMigration;
import io.creditmigration.testkit.FaultyStore.Call;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

abstract class ReversibleContract extends ContractGroup {

    ReversibleContract(MigrationStoreContract contract) {
        super(contract);
    }

    @Test
    final void an_untouched_conversion_is_taken_back_exactly() {
        conversion(user("bob").credits("50.0001").refCredits("7.5"));
        MigrationService migrations = node(RATE_2500);
        confirm(migrations, "bob");

        RollbackResult result = rollBack(migrations, "bob");

        assertEquals(RollbackResult.Status.ROLLED_BACK, result.status());
        assertEquals(Credits.of("50.0001"), result.credits());
        assertCredits("50.0001", "bob");
        assertFalse(host().flagged("bob"));
        assertEquals(Credits.of("7.5"), host().refCredits("bob"));
        assertStatus(MigrationStatus.ROLLED_BACK, migrations, "bob");
        assertEquals(1, logLines(RATE_2500, "bob", Kind.ROLLED_BACK));
    }

    @Test
    final void an_untouched_grant_is_taken_back_exactly() {
        grant(user("ann").rateLimit(25).operations(LONG_AGO), user("bob").credits("5"));
        MigrationService migrations = node(GRANT);
        migrations.migrate("ann");
        migrations.migrate("bob");
        assertNull(host().rateLimit("ann"), "rate limit");

        rollBack(migrations, "ann");
        rollBack(migrations, "bob");

        assertNull(host().credits("ann"), "credits of ann");
        assertEquals(25, host().rateLimit("ann"));
        assertFalse(host().flagged("ann"));
        assertCredits("5", "bob");
        assertEquals(10, host().rateLimit("bob"));
    }

    @Test
    final void entries_are_reversed_and_never_deleted() {
        grant(user("ann").operations(LONG_AGO));
        MigrationService migrations = node(GRANT);
        migrations.migrate("ann");
        int before = host().history("ann").size();

        rollBack(migrations, "ann");

        List<Credits> history = host().history("ann");
        assertEquals(before + 1, history.size(), history::toString);
        assertEquals(Credits.ZERO, history.stream().reduce(Credits.ZERO, Credits::plus));
        assertTrue(history.contains(Credits.of(-20)), history::toString);
    }

    @Test
    final void twice_is_the_same_as_once() {
        conversion(user("bob").credits("50"));
        MigrationService migrations = node(RATE_2500);
        confirm(migrations, "bob");
        rollBack(migrations, "bob");
        clock.advance(Duration.ofDays(1));

        assertNothingChanges(() -> assertEquals(
                RollbackResult.Status.ALREADY_ROLLED_BACK,
                rollBack(migrations, "bob").status()));
    }

    @Test
    final void many_rollbacks_at_once_are_one() {
        conversion(user("bob").credits("50"));
        confirm(node(RATE_2500), "bob");

        List<RollbackResult> results = atOnce(List.of(
                () -> rollBack(node(RATE_2500), "bob"),
                () -> rollBack(node(RATE_2500), "bob"),
                () -> rollBack(node(RATE_2500), "bob"),
                () -> rollBack(node(RATE_2500), "bob")));

        assertEquals(
                1,
                results.stream()
                        .filter(result -> result.status() == RollbackResult.Status.ROLLED_BACK)
                        .count(),
                results::toString);
        assertCredits("50", "bob");
        assertEquals(1, logLines(RATE_2500, "bob", Kind.ROLLED_BACK));
    }

    @Test
    final void a_rollback_whose_answer_is_lost_is_found_written() {
        grant(user("ann").rateLimit(25));
        node(GRANT).migrate("ann");
        FaultyStore faulty = FaultyStore.around(host().store());
        faulty.after(Call.COMMIT, new StoreException(StoreException.Kind.OUTCOME_UNKNOWN, "cut off", null));

        assertEquals(
                RollbackResult.Status.ROLLED_BACK,
                rollBack(node(GRANT, faulty), "ann").status());
        assertEquals(1, faulty.calls(Call.COMMIT));
        assertEquals(25, host().rateLimit("ann"));
        assertEquals(1, logLines(GRANT, "ann", Kind.ROLLED_BACK));
    }

    @Test
    final void a_rollback_sticks_for_every_trigger() {
        conversion(user("ann").credits("0"), user("bob").credits("50"));
        runStore();
        MigrationService migrations = node(RATE_2500);
        Quote quote = migrations.quote("bob").orElseThrow();
        migrations.autoMigrateIfZeroCredits("ann");
        migrations.confirm("bob", quote, Actor.user("bob"));
        rollBack(migrations, "ann");
        rollBack(migrations, "bob");

        assertNothingChanges(() -> {
            for (String id : List.of("ann", "bob")) {
                assertEquals(
                        Status.ROLLED_BACK,
                        migrations.autoMigrateIfZeroCredits(id).status());
                assertEquals(Status.ROLLED_BACK, migrations.migrate(id).status());
                assertTrue(migrations.quote(id).isEmpty(), "a quote");
            }
            MigrationResult confirmed = migrations.confirm("bob", quote, Actor.user("bob"));
            assertEquals(Status.ROLLED_BACK, confirmed.status());
            MigrationRun run = migrations.run(pagesOf(10));
            assertEquals(2, run.count(Status.ROLLED_BACK), run::toString);
        });
    }

    @Test
    final void only_an_operators_act_starts_a_second_attempt() {
        conversion(user("bob").credits("50"));
        MigrationService migrations = node(RATE_2500);
        confirm(migrations, "bob");
        rollBack(migrations, "bob");

        UserMigration reopened =
                migrations.reopen("bob", OPERATOR, "the rate was right").orElseThrow();

        assertEquals(2, reopened.attempt());
        assertEquals(reopened, migrations.find("bob").orElseThrow());
        assertStatus(MigrationStatus.PENDING, migrations, "bob");
        assertEquals(2, migrations.quote("bob").orElseThrow().attempt());
        assertEquals(Status.MIGRATED, confirm(migrations, "bob").status());
        assertCredits("20", "bob");
        assertEquals(
                List.of("MIGRATED 1", "ROLLED_BACK 1", "REOPENED 2", "MIGRATED 2"),
                host().store().log(RATE_2500, "bob").stream()
                        .map(line -> line.kind() + " " + line.attempt())
                        .toList());
        assertEquals(
                RollbackResult.Status.ROLLED_BACK, rollBack(migrations, "bob").status());
        assertCredits("50", "bob");
    }

    @Test
    final void two_operators_who_reopen_at_once_start_one_attempt() {
        conversion(user("bob").credits("50"));
        confirm(node(RATE_2500), "bob");
        rollBack(node(RATE_2500), "bob");
        FaultyStore faulty = FaultyStore.around(host().store());
        faulty.before(Call.COMMIT, () -> {
            node(RATE_2500).reopen("bob", OPERATOR, "the rate was right");
            confirm(node(RATE_2500), "bob");
        });

        assertTrue(node(RATE_2500, faulty)
                .reopen("bob", OPERATOR, "the rate was right")
                .isEmpty());
        assertStatus(MigrationStatus.COMPLETED, node(RATE_2500), "bob");
        assertEquals(1, logLines(RATE_2500, "bob", Kind.REOPENED));
        assertCredits("20", "bob");
    }

    @Test
    final void a_quote_of_the_first_attempt_is_not_good_for_the_second() {
        conversion(user("bob").credits("50"));
        MigrationService migrations = node(RATE_2500);
        Quote first = migrations.quote("bob").orElseThrow();
        migrations.confirm("bob", first, Actor.user("bob"));
        rollBack(migrations, "bob");
        migrations.reopen("bob", OPERATOR, "the rate was right");

        assertNothingChanges(() -> {
            MigrationResult result = migrations.confirm("bob", first, Actor.user("bob"));
            assertEquals(Status.QUOTE_CHANGED, result.status());
            assertEquals(2, result.quote() == null ? 0 : result.quote().attempt());
        });
    }

    @Test
    final void a_second_grant_copies_no_operation_twice() {
        grant(user("ann").operations(LONG_AGO, LONG_AGO.plusSeconds(1)));
        MigrationService migrations = node(GRANT);
        migrations.migrate("ann");
        rollBack(migrations, "ann");
        host().addOperation("ann", clock.instant());
        clock.advance(Duration.ofHours(1));
        migrations.reopen("ann", OPERATOR, "again");

        assertEquals(Status.MIGRATED, migrations.migrate("ann").status());

        assertEquals(3, migrations.find("ann").orElseThrow().historicalOperations());
        List<Credits> history = host().history("ann");
        assertEquals(3, history.stream().filter(amount -> amount.signum() == 0).count(), history::toString);
        assertEquals(Credits.of(20), history.stream().reduce(Credits.ZERO, Credits::plus));
        assertCredits("20", "ann");
    }

    @Test
    final void only_the_latest_conversion_is_taken_back_and_then_the_one_before() {
        conversion(user("bob").credits("50"));
        assumeConvertsAgain();
        node(RATE_2500_UNASKED).migrate("bob");
        node(RATE_1500).migrate("bob");
        assertCredits("33.3333", "bob");

        assertNothingChanges(() -> assertEquals(
                RollbackResult.Status.NOT_LATEST,
                rollBack(node(RATE_2500_UNASKED), "bob").status()));
        assertEquals(
                RollbackResult.Status.ROLLED_BACK,
                rollBack(node(RATE_1500), "bob").status());
        assertCredits("20", "bob");
        assertTrue(host().flagged("bob"), "the marker of the conversion before");
        assertStatus(MigrationStatus.COMPLETED, node(RATE_2500_UNASKED), "bob");
        assertEquals(
                RollbackResult.Status.ROLLED_BACK,
                rollBack(node(RATE_2500_UNASKED), "bob").status());
        assertCredits("50", "bob");
        assertFalse(host().flagged("bob"));
    }

    @Test
    final void what_was_not_completed_is_not_taken_back() {
        conversion(user("ann").credits("0"), user("bob").credits("50"));
        refuseChangesOf("ann");
        MigrationService migrations = node(RATE_2500);
        assertEquals(Status.FAILED, migrations.autoMigrateIfZeroCredits("ann").status());

        assertNothingChanges(() -> {
            assertEquals(
                    RollbackResult.Status.NOT_COMPLETED,
                    rollBack(migrations, "ann").status());
            assertEquals(
                    RollbackResult.Status.NOT_COMPLETED,
                    rollBack(migrations, "bob").status());
            assertEquals(
                    RollbackResult.Status.UNKNOWN_USER,
                    rollBack(migrations, "nobody").status());
            assertTrue(migrations.reopen("ann", OPERATOR, "why not").isEmpty());
            assertTrue(migrations.reopen("bob", OPERATOR, "why not").isEmpty());
            assertTrue(migrations.reopen("nobody", OPERATOR, "why not").isEmpty());
        });
    }

    @Test
    final void a_grant_whose_account_has_moved_is_left_alone() {
        grant(user("ann"));
        MigrationService migrations = node(GRANT);
        migrations.migrate("ann");
        host().topUpCredits("ann", Credits.of(5));

        assertNothingChanges(() -> assertEquals(
                RollbackResult.Status.MOVED_SINCE, rollBack(migrations, "ann").status()));
    }

    @Test
    final void a_balance_that_is_the_same_again_has_moved_all_the_same() {
        grant(user("ann"));
        MigrationService migrations = node(GRANT);
        migrations.migrate("ann");
        host().topUpCredits("ann", Credits.of(-5));
        host().topUpCredits("ann", Credits.of(5));

        assertNothingChanges(() -> assertEquals(
                RollbackResult.Status.MOVED_SINCE, rollBack(migrations, "ann").status()));
    }

    @Test
    final void what_was_bought_and_spent_after_a_conversion_keeps_its_worth() {
        conversion(
                user("ann").credits("50"),
                user("bob").credits("50"),
                user("cem").credits("50"));
        MigrationService migrations = node(RATE_2500_UNASKED);
        List.of("ann", "bob", "cem").forEach(migrations::migrate);
        host().topUp("ann", BigDecimal.valueOf(5_000));
        assertTrue(host().spend("bob", BigDecimal.valueOf(5_000)));
        assertTrue(host().spend("cem", BigDecimal.valueOf(50_000)));

        List.of("ann", "bob", "cem").forEach(id -> rollBack(migrations, id));

        assertCredits("55", "ann");
        assertCredits("45", "bob");
        assertCredits("0", "cem");
        for (String id : List.of("ann", "bob", "cem")) {
            JournalLine line = host().store().log(RATE_2500_UNASKED, id).get(1);
            assertEquals(Kind.ROLLED_BACK, line.kind());
            assertSameValue(BigDecimal.ZERO, line.residual());
        }
    }

    @Test
    final void what_was_rounded_up_and_spent_to_the_last_is_never_a_debt() {
        conversion(user("ann").credits("0.0004"));
        MigrationService migrations = node(RATE_2500_UNASKED);
        migrations.migrate("ann");
        assertCredits("0.0002", "ann");
        assertTrue(host().spend("ann", new BigDecimal("0.5")));

        rollBack(migrations, "ann");

        assertCredits("0", "ann");
        assertFalse(host().flagged("ann"));
    }

    private static RollbackResult rollBack(MigrationService migrations, String userId) {
        return migrations.rollback(userId, OPERATOR, "wrong rate");
    }
}
