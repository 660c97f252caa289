package io.creditmigration.testkit;

import static io.creditmigration.testkit.SeedUser.user;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.creditmigration.Credits;
import io.creditmigration.Drift;
import io.creditmigration.DriftException;
import io.creditmigration.InvalidValueException;
import io.creditmigration.Migration;
import io.creditmigration.MigrationPlan;
import io.creditmigration.MigrationResult.Status;
import io.creditmigration.MigrationRun;
import io.creditmigration.MigrationRun.State;
import io.creditmigration.MigrationRuns;
import io.creditmigration.MigrationService;
import io.creditmigration.MigrationStatus;
import io.creditmigration.PopulationAnalysis;
import io.creditmigration.PopulationAnalysis.BalanceClass;
import io.creditmigration.PopulationAnalysis.Tier;
import io.creditmigration.Rollout;
import io.creditmigration.RunOptions;
import io.creditmigration.Stages;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What an operator knows beforehand: the analysis, the plan, and how reality drifts from a plan that was approved. */
abstract class SurveyContract extends ContractGroup {

    private static final RunOptions EVERYONE = RunOptions.defaults();

    SurveyContract(MigrationStoreContract contract) {
        super(contract);
    }

    @Test
    final void an_analysis_counts_users_usage_balances_and_what_they_would_get() {
        Instant yesterday = CUT_OFF.minus(Duration.ofHours(30));
        Instant[] inOneHour = IntStream.range(0, 9)
                .mapToObj(i -> CUT_OFF.minus(Duration.ofHours(2)).plusSeconds(i))
                .toArray(Instant[]::new);
        grant(
                user("absent").operations(LONG_AGO, LONG_AGO.plusSeconds(1)),
                user("dust").credits("0.0099"),
                user("high").credits("0").operations(inOneHour),
                user("negative").credits("-1"),
                user("new").registeredAt(CUT_OFF.minus(Duration.ofHours(3))).operations(elevenFrom(yesterday)),
                user("newcomer").registeredAt(CUT_OFF).credits("7").operations(CUT_OFF),
                user("positive").credits("0.01").operations(CUT_OFF.minus(MONTH)));
        runStore();

        assertNothingChanges(() -> {
            List<String> highUsage = new ArrayList<>();
            PopulationAnalysis analysis = node(GRANT).analyze(user -> highUsage.add(user.userId()));

            assertEquals(6, analysis.users());
            assertEquals(3, analysis.activeUsers());
            assertEquals(1 + 1, analysis.highUsageUsers());
            assertEquals(List.of("high", "new"), highUsage);
            assertEquals(9 + 11 + 1, analysis.windowOperations());
            assertEquals(9 + 11 + 1 + 2, analysis.operationsToMigrate());
            assertEquals(new BigDecimal("3.50"), analysis.averageOperations());
            assertEquals(1 + 1, analysis.balances(BalanceClass.ABSENT));
            assertEquals(1, analysis.balances(BalanceClass.NEGATIVE));
            assertEquals(1, analysis.balances(BalanceClass.ZERO));
            assertEquals(1, analysis.balances(BalanceClass.DUST));
            assertEquals(1, analysis.balances(BalanceClass.POSITIVE));
            assertEquals(30, analysis.operationsPerDay().size());
            assertEquals(1, analysis.operationsPerDay().get(0));
            assertEquals(11, analysis.operationsPerDay().get(28));
            assertEquals(9, analysis.operationsPerDay().get(29));
            assertEquals(List.of(new Tier(Credits.of(20), 5), new Tier(Credits.of(50), 1)), analysis.allocations());
            assertEquals(
                    0,
                    new BigDecimal("100")
                            .compareTo(analysis.allocations().get(0).creditsInAll()));
            assertEquals(new PopulationAnalysis.Others(0, 1, 0, 1), analysis.others());
        });
    }

    @Test
    final void an_analysis_counts_users_whom_a_conversion_does_not_concern_apart() {
        conversion(
                user("admin").credits("5").exempt(),
                user("ann").credits("50"),
                user("flagged").credits("5").flagged(),
                user("newcomer").credits("5").registeredAt(CUT_OFF));
        runStore();

        PopulationAnalysis before = node(RATE_2500_UNASKED).analyze();
        node(RATE_2500_UNASKED).run();
        PopulationAnalysis after = node(RATE_2500_UNASKED).analyze();

        assertEquals(1, before.users());
        assertEquals(1, before.balances(BalanceClass.POSITIVE));
        assertEquals(new PopulationAnalysis.Others(1, 1, 1, 0), before.others());
        assertEquals(before, after);
    }

    @Test
    final void a_plan_names_what_somebody_should_look_at() {
        conversion(
                user("absent"),
                user("dust").credits("0.0001"),
                user("large").credits("500"),
                user("negative").credits("-3"),
                user("small").credits("5"));
        runStore();

        MigrationPlan asked = node(RATE_2500).plan();
        MigrationPlan plan = node(RATE_2500_UNASKED).plan();

        assertEquals(3, asked.toConfirm());
        assertEquals(0, new BigDecimal("505.0001").compareTo(asked.creditsToConfirm()));
        assertEquals(3, plan.count(Status.MIGRATED));
        assertEquals(
                List.of("large", "small", "dust"),
                plan.largestChanges().stream().map(MigrationPlan.Change::userId).toList());
        assertEquals(
                List.of(
                        "1 user has a balance below zero and is left for a person to look at",
                        "1 user has no balance to convert, which is not zero",
                        "1 user has so little that rounding leaves nothing of it"),
                plan.warnings());
        node(RATE_2500_UNASKED).rollout(new Rollout(5, true), OPERATOR, "test");
        assertTrue(node(RATE_2500_UNASKED).plan().warnings().stream()
                .anyMatch(warning -> warning.contains("halt switch")));
    }

    @Test
    final void a_plan_is_the_same_until_something_changes() {
        conversion(user("ann").credits("50"), user("bob").credits("5"));
        runStore();
        MigrationService migrations = node(RATE_2500_UNASKED);
        MigrationPlan plan = migrations.plan();

        assertEquals(plan.fingerprint(), node(RATE_2500_UNASKED).plan().fingerprint());
        assertEquals(new Drift(BigDecimal.ZERO, List.of()), migrations.drift(plan, EVERYONE));
        // The sums stay as they were.
        host().topUp("ann", new BigDecimal("1000"));
        assertTrue(host().spend("bob", new BigDecimal("1000")));
        assertNotEquals(plan.fingerprint(), migrations.plan().fingerprint());
        assertTrue(migrations.drift(plan, EVERYONE).share().signum() > 0);
        assertThrows(DriftException.class, () -> migrations.run(plan, BigDecimal.ZERO, EVERYONE));
    }

    @Test
    final void drift_from_an_approved_plan_is_reported_and_refused_beyond_the_tolerance() {
        conversion(IntStream.range(0, 99)
                .mapToObj(i -> user("user-" + i).credits("10"))
                .toArray(SeedUser[]::new));
        runStore();
        MigrationService migrations = node(RATE_2500_UNASKED);
        MigrationPlan plan = migrations.plan();
        add(user("late").credits("10"));

        assertNothingChanges(() -> {
            DriftException refused =
                    assertThrows(DriftException.class, () -> migrations.run(plan, BigDecimal.ZERO, EVERYONE));
            assertEquals(0, new BigDecimal("0.01").compareTo(refused.drift().share()));
            String message = String.valueOf(refused.getMessage());
            assertTrue(message.contains("users: 99 → 100"), message);
            assertTrue(message.contains("credits before: 990 → 1000"), message);
            assertThrows(InvalidValueException.class, () -> migrations.run(plan, BigDecimal.ONE, EVERYONE));
        });
        MigrationRun run = migrations.run(plan, new BigDecimal("0.01"), EVERYONE);

        assertEquals(100, run.count(Status.MIGRATED), run::toString);
    }

    @Test
    final void a_plan_of_another_definition_or_for_others_is_never_within_tolerance() {
        conversion(user("ann").credits("50"));
        runStore();
        MigrationPlan asked = node(RATE_2500).plan();
        MigrationService unasked = node(RATE_2500_UNASKED);

        assertEquals(
                BigDecimal.ONE.setScale(6),
                unasked.drift(asked, EVERYONE).share().setScale(6));
        Drift scope = unasked.drift(unasked.plan(), EVERYONE.withExempt());
        assertFalse(scope.isWithin(new BigDecimal("0.99")));
    }

    @Test
    final void an_approved_plan_is_continued_however_far_rollout_and_runs_have_come() {
        conversion(Stream.concat(
                        ids(40).stream().map(id -> user(id).credits("10")),
                        Stream.of(
                                user("admin").credits("7").exempt(),
                                user("refused").credits("10"),
                                user("zero").credits("0")))
                .toArray(SeedUser[]::new));
        refuseChangesOf("refused");
        runStore();
        MigrationService migrations = node(RATE_2500_UNASKED);
        MigrationPlan plan = migrations.plan();

        migrations.rollout(new Rollout(5, true), OPERATOR, "beforehand");
        assertNoDrift(plan, EVERYONE);
        migrations.rollout(new Rollout(50, false), OPERATOR, "first half");
        MigrationRun run = migrations.runs().open(pagesOf(3));
        for (int i = 0; i < 4; i++) {
            assertEquals(MigrationRuns.Step.WORKED, migrations.runs().step(run.id()));
        }
        migrations.runs().pause(run.id(), OPERATOR, "lunch");
        assertNoDrift(plan, EVERYONE);
        String migrated = ids(40).stream()
                .filter(id -> migrations.status(id).equals(Optional.of(MigrationStatus.COMPLETED)))
                .findFirst()
                .orElseThrow();
        assertTrue(host().spend(migrated, new BigDecimal("2500")));
        add(user("newcomer").credits("3").registeredAt(CUT_OFF.plusSeconds(1)).rate("2500"));
        assertNoDrift(plan, EVERYONE);
        migrations.runs().resume(run.id(), OPERATOR, "lunch is over");

        RunOptions staged = pagesOf(3).withStages(Stages.of(75, 100));
        assertEquals(
                State.FINISHED,
                migrations.run(plan, BigDecimal.ZERO, pagesOf(3)).state());
        assertEquals(
                State.FINISHED,
                node(RATE_2500_UNASKED).run(plan, BigDecimal.ZERO, staged).state());

        assertEquals(41, ids(40, "zero").filter(host()::flagged).count());
        assertEquals(plan.population(), migrations.plan().population());
        assertNothingChanges(() -> {
            assertEquals(0, migrations.plan().count(Status.MIGRATED));
            assertNoDrift(plan, EVERYONE);
        });
    }

    @Test
    final void a_user_who_confirms_or_gets_a_grant_was_approved_as_before_it() {
        conversion(
                user("ann").credits("50"), user("bob").credits("0"), user("cem").credits("5"));
        runStore();
        MigrationService migrations = node(RATE_2500);
        MigrationPlan plan = migrations.plan();
        RunOptions zeroOnly = EVERYONE.withZeroCreditsOnly();
        MigrationPlan oneTime = migrations.plan(zeroOnly);

        confirm(migrations, "ann");
        migrations.run(oneTime, BigDecimal.ZERO, zeroOnly);
        host().topUp("bob", new BigDecimal("2500"));

        assertNoDrift(plan, EVERYONE);
        assertNoDrift(oneTime, zeroOnly);
        assertEquals(1, migrations.plan().toConfirm());
        assertEquals(2, migrations.plan().population().toConfirm());
        host().topUp("cem", new BigDecimal("1000"));
        assertTrue(migrations.drift(plan, EVERYONE).share().signum() > 0);
    }

    @Test
    final void a_grant_to_part_of_the_users_is_no_drift_and_a_rollback_is() {
        grant(user("ann").operations(LONG_AGO), user("bob").credits("3"), user("cem"));
        runStore();
        MigrationService migrations = node(GRANT);
        MigrationPlan plan = migrations.plan();

        migrations.migrate("ann");
        migrations.migrate("bob");
        host().topUpCredits("ann", Credits.of(5));
        assertNoDrift(plan, EVERYONE);

        migrations.rollback("bob", OPERATOR, "asked for it");
        assertEquals(
                List.of("users MIGRATED: 3 → 2"),
                migrations.drift(plan, EVERYONE).differences().stream()
                        .filter(difference -> difference.startsWith("users MIGRATED"))
                        .toList());
    }

    private void assertNoDrift(MigrationPlan plan, RunOptions options) {
        assertEquals(
                new Drift(BigDecimal.ZERO, List.of()), node(migrationOf(plan)).drift(plan, options));
    }

    /** The migration that the plan was made of. */
    private static Migration migrationOf(MigrationPlan plan) {
        return Stream.of(RATE_2500, RATE_2500_UNASKED, GRANT)
                .filter(migration -> migration.fingerprint().equals(plan.definition()))
                .findFirst()
                .orElseThrow();
    }

    private static Stream<String> ids(int count, String more) {
        return Stream.concat(ids(count).stream(), Stream.of(more));
    }

    private static Instant[] elevenFrom(Instant first) {
        return IntStream.range(0, 11).mapToObj(i -> first.plusSeconds(i)).toArray(Instant[]::new);
    }
}
