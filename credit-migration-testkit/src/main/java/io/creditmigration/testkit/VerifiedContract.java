package io.creditmigration.testkit;

import static io.creditmigration.testkit.SeedUser.user;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.creditmigration.Credits;
import io.creditmigration.InvalidValueException;
import io.creditmigration.Migration;
import io.creditmigration.MigrationService;
import io.creditmigration.MigrationStatus;
import io.creditmigration.Rollout;
import io.creditmigration.Seal;
import io.creditmigration.SuccessMetrics;
import io.creditmigration.SuccessMetrics.Goal;
import io.creditmigration.UserStory;
import io.creditmigration.UserStory.What;
import io.creditmigration.Verification;
import io.creditmigration.Verification.Check;
import io.creditmigration.spi.AuditStore;
import io.creditmigration.testkit.HostApplication.Setting;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

abstract class VerifiedContract extends ContractGroup {

    private static final BigDecimal MONEY = new BigDecimal("5000");

    VerifiedContract(MigrationStoreContract contract) {
        super(contract);
    }

    @Test
    final void nothing_is_found_where_nothing_has_happened() {
        audited(
                Setting.CONVERSION,
                user("bob").credits("50"),
                user("new").credits("50").registeredAt(CUT_OFF).rate("2500"));

        Verification verification = clean(node(RATE_2500));

        assertEquals(0, verification.users().checked());
        assertEquals(1, verification.users().waiting());
    }

    @Test
    final void nothing_is_found_after_a_conversion_and_its_worth_is_conserved() {
        audited(
                Setting.CONVERSION,
                user("bob").credits("50.0001"),
                user("cem").credits("0"),
                user("exempt").credits("5").exempt(),
                user("flagged").credits("7").flagged());
        MigrationService migrations = node(RATE_2500);
        confirm(migrations, "bob");
        migrations.autoMigrateIfZeroCredits("cem");

        Verification verification = clean(migrations);

        assertEquals(Map.of(MigrationStatus.COMPLETED, 2L), verification.users().records());
        assertEquals(1, verification.users().byHost());
        assertEquals(0, verification.users().waiting());
        Verification.Figures figures = verification.figures();
        assertEquals(2, figures.balancesProved());
        assertSameValue(new BigDecimal("50000.1"), figures.worthBefore());
        assertSameValue(new BigDecimal("50000"), figures.worthAfter());
        assertSameValue(new BigDecimal("0.1"), figures.residual());
    }

    @Test
    final void nothing_is_found_after_taking_back_and_migrating_again() {
        audited(Setting.CONVERSION, user("bob").credits("50.0001"), user("dan").credits("30"));
        MigrationService migrations = node(RATE_2500_UNASKED);
        migrations.migrate("bob");
        clean(migrations);
        backAndForth(migrations, "bob");
        migrations.migrate("dan");
        rollBack(migrations, "dan");

        Verification verification = clean(migrations);

        assertEquals(
                Map.of(MigrationStatus.COMPLETED, 1L, MigrationStatus.ROLLED_BACK, 1L),
                verification.users().records());
    }

    @Test
    final void nothing_is_found_after_grants_with_history_taken_back_and_given_again() {
        audited(
                Setting.GRANT,
                user("ann").operations(LONG_AGO, LONG_AGO.plusSeconds(1)),
                user("bob").credits("7"),
                user("cem").operations(LONG_AGO));
        MigrationService migrations = node(GRANT);
        for (String id : List.of("ann", "bob", "cem")) {
            migrations.migrate(id);
        }
        clean(migrations);
        backAndForth(migrations, "ann");
        rollBack(migrations, "bob");

        Verification verification = clean(migrations);

        assertEquals(3, verification.figures().operations());
        assertEquals(0, verification.figures().lateOperations());
        assertSameValue(new BigDecimal("40"), verification.figures().granted());
    }

    @Test
    final void nothing_is_found_after_a_grant_that_was_consumed_in_part_and_given_again() {
        audited(Setting.GRANT_WITH_PURCHASES, user("ann"), user("bob"));
        MigrationService migrations = node(GRANT);
        migrations.migrate("ann");
        host().topUpCredits("ann", Credits.of(-15));
        backAndForth(migrations, "ann");
        host().topUpCredits("ann", Credits.of(-3));
        rollBack(migrations, "ann");
        migrations.migrate("bob");

        Verification verification = clean(migrations);

        assertEquals(Credits.of(18), migrations.find("ann").orElseThrow().creditsConsumed());
        assertSameValue(new BigDecimal("20"), verification.figures().granted());
    }

    @Test
    final void who_failed_is_counted_and_no_error() {
        audited(Setting.CONVERSION, user("bob").credits("50"), user("dan").credits("30"));
        refuseChangesOf("bob");
        MigrationService migrations = node(RATE_2500_UNASKED);
        migrations.migrate("bob");
        migrations.migrate("bob");
        migrations.migrate("dan");

        Verification verification = clean(migrations);

        assertEquals(1, verification.users().count(MigrationStatus.FAILED));
        assertEquals(2, verification.figures().unsealedLines(), "a failure, said once, and a migration");
    }

    @Test
    final void nothing_is_found_after_a_run_in_which_some_were_left() {
        audited(
                Setting.GRANT,
                user("ann").operations(LONG_AGO),
                user("bob").credits("7"),
                user("negative").credits("-5"),
                user("new").registeredAt(CUT_OFF));
        runStore();
        MigrationService migrations = node(GRANT);
        migrations.run(pagesOf(2));

        Verification verification = clean(migrations);

        assertEquals(2, verification.users().count(MigrationStatus.COMPLETED));
        assertEquals(1, verification.users().waiting());
    }

    @Test
    final void nothing_is_found_in_any_of_two_conversions() {
        audited(Setting.CONVERSION, user("ann").credits("33.3333"), user("dan").credits("30"));
        assumeConvertsAgain();
        MigrationService first = node(RATE_2500_UNASKED);
        first.migrate("ann");
        clock.set(RATE_1500.cutOff().plusSeconds(1));
        MigrationService second = node(RATE_1500);
        second.migrate("ann");
        second.migrate("dan");
        clean(first);
        clean(second);

        rollBack(second, "ann");

        clean(first);
        clean(second);
    }

    @Test
    final void whose_balance_has_moved_is_counted_and_no_error() {
        audited(Setting.GRANT, user("ann"), user("bob"));
        MigrationService migrations = node(GRANT);
        migrations.migrate("ann");
        migrations.migrate("bob");
        host().topUpCredits("ann", Credits.of(5));

        Verification verification = clean(migrations);

        assertEquals(1, verification.figures().moved());
        assertEquals(1, verification.figures().balancesProved());
    }

    /** What a seal covers has to have one form, so that anybody can compute it again. */
    @Test
    final void lines_of_a_conversion_are_laid_open_in_one_form_whatever_the_store() {
        audited(Setting.CONVERSION, user("bob").credits("50.0001"));
        MigrationService migrations = node(RATE_2500_UNASKED);
        migrations.migrate("bob");
        rollBack(migrations, "bob");
        String at = "at=2026-04-06T00:00:00.000000Z";

        assertEquals(
                List.of(
                        List.of(
                                at,
                                "attempt=1",
                                "kind=MIGRATED",
                                "status=COMPLETED",
                                "cause=OPERATOR",
                                "old_credits=50.0001",
                                "new_credits=20",
                                "host_state"),
                        List.of(
                                at,
                                "attempt=1",
                                "kind=ROLLED_BACK",
                                "status=ROLLED_BACK",
                                "cause=OPERATOR",
                                "old_credits=20",
                                "new_credits=50.0001",
                                "figures_line=1",
                                "actor_kind=OPERATOR",
                                "actor=contract",
                                "reason=test")),
                laidOpen(RATE_2500_UNASKED, "bob"));
    }

    @Test
    final void lines_of_a_grant_are_laid_open_in_one_form_whatever_the_store() {
        audited(Setting.GRANT, user("ann").operations(LONG_AGO, CUT_OFF.minusSeconds(5)), user("bob"));
        runStore();
        refuseChangesOf("bob");
        MigrationService migrations = node(GRANT);
        String run = "run=" + migrations.run(pagesOf(10)).id();
        host().addOperation("ann", LONG_AGO.plusSeconds(5));
        String late = "run=" + migrations.catchUp().id();
        String at = "at=2026-04-06T00:00:00.000000Z";

        assertEquals(
                List.of(
                        List.of(
                                at,
                                run,
                                "attempt=1",
                                "kind=MIGRATED",
                                "status=COMPLETED",
                                "cause=RUN",
                                "new_credits=20",
                                "host_state",
                                "granted=20",
                                "copied=2",
                                "operations=1",
                                "days=30"),
                        List.of(
                                at,
                                late,
                                "attempt=1",
                                "kind=CAUGHT_UP",
                                "status=COMPLETED",
                                "cause=RUN",
                                "figures_line=1",
                                "copied=3")),
                laidOpen(GRANT, "ann"));
        assertEquals(
                List.of(List.of(at, run, "attempt=1", "kind=FAILED", "status=FAILED", "cause=RUN", "error")),
                laidOpen(GRANT, "bob"));
    }

    /** The columns that are not NULL; without the values of those that every store and host have in words of their own. */
    private List<List<String>> laidOpen(Migration migration, String userId) {
        return ((AuditStore) host().store())
                .evidence(migration, userId).lines().stream()
                        .map(line -> line.columns().entrySet().stream()
                                .map(column -> Set.of("host_state", "error").contains(column.getKey())
                                        ? column.getKey()
                                        : column.getKey() + "=" + column.getValue())
                                .toList())
                        .toList();
    }

    @Test
    final void a_late_operation_is_counted_and_no_error() {
        audited(Setting.GRANT, user("ann").operations(LONG_AGO));
        MigrationService migrations = node(GRANT);
        migrations.migrate("ann");
        host().addOperation("ann", LONG_AGO.plusSeconds(5));
        host().addOperation("ann", clock.instant().plusSeconds(5));

        Verification verification = clean(migrations);

        assertEquals(1, verification.figures().operations());
        assertEquals(1, verification.figures().lateOperations());
        assertFalse(migrations.metrics(verification, 0).isMet(Goal.HISTORY_PRESERVED));
    }

    @Test
    final void a_late_operation_that_was_caught_up_is_in_the_history() {
        audited(Setting.GRANT, user("ann").operations(LONG_AGO), user("bob").operations(LONG_AGO));
        runStore();
        MigrationService migrations = node(GRANT);
        migrations.run(pagesOf(10));
        host().addOperation("ann", LONG_AGO.plusSeconds(5));
        clock.advance(Duration.ofHours(1));
        // A balance that moved before the user caught up has moved since it was written all the same.
        host().topUpCredits("ann", Credits.of(5));
        migrations.catchUp();

        Verification verification = clean(migrations);

        assertEquals(3, verification.figures().operations());
        assertEquals(0, verification.figures().lateOperations());
        assertEquals(1, verification.figures().moved());
        assertEquals(1, verification.figures().balancesProved());
        assertTrue(migrations.metrics(verification, 0).isMet(Goal.HISTORY_PRESERVED));
    }

    @Test
    final void a_captured_column_that_was_changed_is_named_and_no_error() {
        audited(Setting.GRANT, user("ann").rateLimit(25), user("bob").rateLimit(25));
        MigrationService migrations = node(GRANT);
        migrations.migrate("ann");
        migrations.migrate("bob");
        changeRateLimit("ann", 7);

        Verification verification = migrations.verify();

        assertTrue(verification.isClean(), verification::toString);
        assertEquals(Set.of(Check.CAPTURED), verification.found().keySet());
        List<Verification.Offender> named =
                Objects.requireNonNull(verification.found().get(Check.CAPTURED)).first();
        assertEquals(
                List.of("ann"),
                named.stream().map(Verification.Offender::userId).toList());
        rollBack(migrations, "ann");
        clean(migrations);
    }

    @Test
    final void who_was_deleted_is_counted_and_no_error() {
        audited(Setting.CONVERSION, user("bob").credits("50"), user("dan").credits("30"));
        MigrationService migrations = node(RATE_2500_UNASKED);
        migrations.migrate("bob");
        migrations.migrate("dan");
        host().deleteUser("bob");

        Verification verification = clean(migrations);

        assertEquals(1, verification.users().gone());
        assertEquals(1, verification.figures().balancesProved());
    }

    @Test
    final void nothing_is_found_while_users_migrate_and_spend() {
        List<SeedUser> users = new ArrayList<>();
        for (int i = 0; i < 24; i++) {
            users.add(user("user-%02d".formatted(i)).credits("100"));
        }
        audited(Setting.CONVERSION, users.toArray(SeedUser[]::new));
        MigrationService migrations = node(RATE_2500_UNASKED);
        AtomicInteger working = new AtomicInteger(2);
        List<Callable<Object>> work = new ArrayList<>();
        work.add(() -> {
            for (SeedUser user : users) {
                migrations.migrate(user.userId());
                if (user.userId().endsWith("3")) {
                    backAndForth(migrations, user.userId());
                }
            }
            return working.decrementAndGet();
        });
        work.add(() -> {
            for (int i = 0; i < 10; i++) {
                for (SeedUser user : users) {
                    host().topUp(user.userId(), MONEY);
                    host().spend(user.userId(), MONEY.multiply(BigDecimal.valueOf(2)));
                }
            }
            return working.decrementAndGet();
        });
        work.add(() -> {
            long looks = 0;
            do {
                clean(migrations);
                looks++;
            } while (working.get() > 0);
            return looks;
        });

        atOnce(work);

        // Who was spent from between each reading and its write was answered CONTENDED, and is met again.
        users.forEach(user -> {
            migrations.reopen(user.userId(), OPERATOR, "again");
            migrations.migrate(user.userId());
        });
        // One at least moves after all, however the threads were timed.
        host().topUp(users.get(0).userId(), MONEY);
        Verification verification = clean(migrations);
        assertEquals(users.size(), verification.users().count(MigrationStatus.COMPLETED));
        assertEquals(
                users.size(),
                verification.figures().moved() + verification.figures().balancesProved());
    }

    @Test
    final void looking_writes_nothing() {
        audited(Setting.GRANT, user("ann").operations(LONG_AGO), user("bob").credits("7"));
        MigrationService migrations = node(GRANT);
        migrations.migrate("ann");
        backAndForth(migrations, "ann");
        halted(migrations).seal(OPERATOR);

        assertNothingChanges(() -> {
            Verification verification = migrations.verify();
            migrations.metrics(verification, 3);
            migrations.story("ann");
            migrations.story("bob");
            migrations.story("nobody");
            migrations.seals();
            migrations.seal(OPERATOR);
        });
    }

    @Test
    final void a_migration_under_way_is_not_sealed() {
        audited(Setting.CONVERSION, user("bob").credits("50"));
        MigrationService migrations = node(RATE_2500_UNASKED);
        migrations.migrate("bob");

        InvalidValueException refused = assertThrows(InvalidValueException.class, () -> migrations.seal(OPERATOR));

        assertTrue(String.valueOf(refused.getMessage()).contains("halted"), refused::getMessage);
        assertEquals(List.of(), migrations.seals());
    }

    @Test
    final void a_finished_migration_is_sealed_without_a_halt() {
        audited(Setting.CONVERSION, user("bob").credits("50"));
        runStore();
        MigrationService migrations = node(RATE_2500_UNASKED);
        migrations.run(pagesOf(10));

        assertEquals(3, migrations.seal(OPERATOR).entries(), "the definition, the run and a line");
        clean(migrations);
    }

    @Test
    final void seals_are_chained_and_cover_what_came_since() {
        audited(Setting.CONVERSION, user("bob").credits("50"), user("dan").credits("30"));
        MigrationService migrations = node(RATE_2500_UNASKED);
        migrations.migrate("bob");
        migrations.migrate("dan");
        Seal first = halted(migrations).seal(OPERATOR);
        clock.advance(Duration.ofDays(1));
        rollBack(migrations, "bob");

        Verification between = clean(migrations);
        Seal second = migrations.seal(OPERATOR);

        assertEquals(2, between.figures().sealedLines());
        assertEquals(1, between.figures().unsealedLines());
        assertEquals(List.of(first, second), migrations.seals());
        assertEquals(3, first.entries(), "the definition and two lines");
        assertEquals(1, second.entries());
        assertEquals(first.digest(), second.previous());
        assertNotEquals(first.digest(), second.digest());
        assertEquals(second, migrations.seal(OPERATOR));
        Verification after = clean(migrations);
        assertEquals(3, after.figures().sealedLines());
        assertEquals(0, after.figures().unsealedLines());
    }

    @Test
    final void what_a_slow_node_writes_after_a_seal_is_not_from_before_it() {
        audited(Setting.CONVERSION, user("bob").credits("50"), user("dan").credits("30"));
        MigrationService migrations = node(RATE_2500_UNASKED);
        migrations.migrate("bob");
        Seal seal = halted(migrations).seal(OPERATOR);
        migrations.rollout(new Rollout(100, false), OPERATOR, "on we go");
        clock.advance(Duration.ofSeconds(-90));

        migrations.migrate("dan");
        rollBack(migrations, "bob");

        assertEquals(2, clean(migrations).figures().unsealedLines());
        assertEquals(seal.at(), migrations.log("dan").get(0).at());
        assertEquals(seal.at(), migrations.log("bob").get(1).at());
    }

    @Test
    final void who_seals_at_the_same_time_makes_one_seal() {
        audited(Setting.CONVERSION, user("bob").credits("50"));
        MigrationService migrations = node(RATE_2500_UNASKED);
        migrations.migrate("bob");
        halted(migrations);

        List<Seal> seals = atOnce(List.of(() -> migrations.seal(OPERATOR), () -> migrations.seal(OPERATOR)));

        assertEquals(seals.get(0), seals.get(1));
        assertEquals(1, migrations.seals().size());
        clean(migrations);
    }

    @Test
    final void a_story_tells_what_was_had_decided_and_written() {
        audited(Setting.GRANT, user("ann").credits("7").operations(LONG_AGO, LONG_AGO.plusSeconds(1)));
        MigrationService migrations = node(GRANT);
        Instant granted = clock.instant();
        migrations.migrate("ann");
        clock.advance(Duration.ofHours(1));
        rollBack(migrations, "ann");

        UserStory story = migrations.story("ann");

        assertEquals(
                List.of(What.MIGRATED, What.ENTERED, What.ENTERED, What.ROLLED_BACK, What.ENTERED, What.STANDS),
                story.steps().stream().map(UserStory.Step::what).toList());
        assertEquals(granted, story.steps().get(0).at());
        String text = story.text();
        for (String words : List.of(
                "Had 7 credits; migrated to 27 credits by AUTOMATIC migrate (OPERATOR): 0 operations in 30 days: 20",
                "2 operations entered into the history",
                "a grant of 20 credits",
                "rolled back to 7 credits by OPERATOR contract (OPERATOR): test",
                "a reversal of -20 credits",
                "ROLLED_BACK since then, attempt 1, 2 operations in the history; has 7 credits now")) {
            assertTrue(text.contains(words), () -> words + " is not in:\n" + text);
        }
    }

    @Test
    final void a_story_of_somebody_of_whom_nothing_is_kept_has_no_steps() {
        audited(Setting.CONVERSION, user("bob").credits("50"));

        assertEquals(List.of(), node(RATE_2500).story("bob").steps());
        assertEquals(List.of(), node(RATE_2500).story("nobody").steps());
    }

    @Test
    final void a_story_tells_why_somebody_failed() {
        audited(Setting.CONVERSION, user("bob").credits("50"));
        refuseChangesOf("bob");
        MigrationService migrations = node(RATE_2500_UNASKED);
        migrations.migrate("bob");

        UserStory story = migrations.story("bob");

        assertEquals(
                List.of(What.FAILED, What.STANDS),
                story.steps().stream().map(UserStory.Step::what).toList());
        String error = String.valueOf(assertOnlyFailed(RATE_2500_UNASKED, "bob").error());
        assertTrue(story.text().contains("Failed by AUTOMATIC migrate (OPERATOR): " + error), story::text);
        assertTrue(story.text().contains("Works on under the old regime; has 50 credits now"), story::text);
    }

    @Test
    final void metrics_tell_which_goals_are_missed() {
        audited(Setting.GRANT, user("ann").operations(LONG_AGO), user("bob"), user("cem"));
        refuseChangesOf("cem");
        MigrationService migrations = node(GRANT);
        migrations.migrate("ann");
        SuccessMetrics early = migrations.metrics(migrations.verify(), 1);
        migrations.migrate("bob");
        migrations.migrate("cem");

        SuccessMetrics metrics = migrations.metrics(migrations.verify(), 4);

        assertSameValue(new BigDecimal("0.333333"), early.shareMigrated());
        assertTrue(early.isMet(Goal.FAILURES_BELOW_1_PERCENT));
        assertSameValue(new BigDecimal("0.666666"), metrics.shareMigrated());
        assertSameValue(new BigDecimal("0.333334"), metrics.failureRate());
        assertSameValue(BigDecimal.ONE, metrics.historyPreserved());
        assertSameValue(new BigDecimal("20"), Objects.requireNonNull(metrics.averageGranted()));
        assertEquals(4, metrics.supportTickets());
        assertTrue(metrics.commits().commits() >= 3, metrics::toString);
        assertTrue(metrics.commits().p50().compareTo(metrics.commits().max()) <= 0, metrics::toString);
        assertFalse(metrics.isMet(Goal.EVERYBODY_MIGRATED));
        assertFalse(metrics.isMet(Goal.FAILURES_BELOW_1_PERCENT));
        assertTrue(metrics.isMet(Goal.HISTORY_PRESERVED));
        assertFalse(metrics.isMet(Goal.AVERAGE_ABOVE_20));
    }

    private void audited(Setting setting, SeedUser... users) {
        open(setting, users);
        assumeTrue(
                host().store() instanceof AuditStore,
                () -> host().store().getClass().getName() + " is no AuditStore");
    }

    private static Verification clean(MigrationService migrations) {
        Verification verification = migrations.verify();
        assertTrue(verification.isClean() && verification.found().isEmpty(), verification::toString);
        return verification;
    }

    private static MigrationService halted(MigrationService migrations) {
        migrations.rollout(new Rollout(100, true), OPERATOR, "test");
        return migrations;
    }

    private static void rollBack(MigrationService migrations, String userId) {
        migrations.rollback(userId, OPERATOR, "test");
    }

    private static void backAndForth(MigrationService migrations, String userId) {
        rollBack(migrations, userId);
        migrations.reopen(userId, OPERATOR, "again");
        migrations.migrate(userId);
    }
}
