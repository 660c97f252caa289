package io.creditmigration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.creditmigration.MigrationResult.Status;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** How far what would be done now is from a plan. */
final class DriftTest {

    private static final MigrationPlan PLAN = plan(100, "1000", "one");

    @Test
    void equal_plans_have_not_drifted() {
        Drift drift = Drift.between(PLAN, plan(100, "1000.00", "one"));

        assertThat(drift.share()).isZero();
        assertThat(drift.isWithin(BigDecimal.ZERO)).isTrue();
        assertThat(drift.differences()).isEmpty();
    }

    @Test
    void the_share_is_that_of_the_figure_that_differs_most() {
        Drift drift = Drift.between(PLAN, plan(101, "1250", "two"));

        assertThat(drift.share()).isEqualByComparingTo("0.2");
        assertThat(drift.isWithin(new BigDecimal("0.2"))).isTrue();
        assertThat(drift.isWithin(new BigDecimal("0.199999"))).isFalse();
        assertThat(drift.differences())
                .contains("users: 100 → 101", "users MIGRATED: 100 → 101", "credits before: 1000 → 1250");
    }

    @Test
    void where_no_figure_differs_and_the_users_do_it_is_one_of_them() {
        Drift drift = Drift.between(PLAN, plan(100, "1000", "two"));

        assertThat(drift.share()).isEqualByComparingTo("0.01");
        assertThat(drift.isWithin(BigDecimal.ZERO)).isFalse();
    }

    @Test
    void a_share_is_rounded_up_so_that_none_is_lost() {
        assertThat(Drift.between(plan(3_000_000, "1", "one"), plan(3_000_001, "1", "one"))
                        .share())
                .isEqualByComparingTo("0.000001");
    }

    @Test
    void a_plan_for_nobody_can_drift_too() {
        assertThat(Drift.between(plan(0, "0", "none"), plan(3, "5", "three")).share())
                .isEqualByComparingTo("1");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("others")
    void each_figure_counts_by_itself(String difference, MigrationPlan other) {
        Drift drift = Drift.between(PLAN, other);

        assertThat(drift.differences()).hasSize(1);
        assertThat(drift.differences().get(0)).startsWith(difference);
        assertThat(drift.isWithin(BigDecimal.ZERO)).isFalse();
    }

    static Stream<Arguments> others() {
        BigDecimal more = new BigDecimal("1001");
        RunScope scope = PLAN.scope();
        Tally tally = PLAN.population().tally();
        return Stream.of(
                arguments("definition", plan(scope, tally, 0, BigDecimal.ZERO, "another", "mapping")),
                arguments("mapping", plan(scope, tally, 0, BigDecimal.ZERO, "definition", "another")),
                arguments("scope", plan(scope.withExempt(), tally, 0, BigDecimal.ZERO, "definition", "mapping")),
                arguments("users who must confirm", plan(scope, tally, 1, BigDecimal.ZERO, "definition", "mapping")),
                arguments("credits to confirm", plan(scope, tally, 0, more, "definition", "mapping")),
                arguments(
                        "credits before",
                        plan(scope, amounts(more, tally), 0, BigDecimal.ZERO, "definition", "mapping")),
                arguments(
                        "credits after", plan(scope, after(more, tally), 0, BigDecimal.ZERO, "definition", "mapping")),
                arguments(
                        "credits granted",
                        plan(scope, granted(more, tally), 0, BigDecimal.ZERO, "definition", "mapping")));
    }

    private static Tally amounts(BigDecimal before, Tally tally) {
        return new Tally(
                tally.outcomes(),
                Map.of(),
                before,
                tally.creditsAfter(),
                tally.granted(),
                tally.withdrawn(),
                BigDecimal.ZERO);
    }

    private static Tally after(BigDecimal after, Tally tally) {
        return new Tally(
                tally.outcomes(),
                Map.of(),
                tally.creditsBefore(),
                after,
                tally.granted(),
                tally.withdrawn(),
                BigDecimal.ZERO);
    }

    private static Tally granted(BigDecimal granted, Tally tally) {
        return new Tally(
                tally.outcomes(),
                Map.of(),
                tally.creditsBefore(),
                tally.creditsAfter(),
                granted,
                tally.withdrawn(),
                BigDecimal.ZERO);
    }

    private static MigrationPlan plan(
            RunScope scope,
            Tally tally,
            long toConfirm,
            BigDecimal creditsToConfirm,
            String definition,
            String mapping) {
        return new MigrationPlan(
                scope,
                Tally.NOBODY,
                0,
                BigDecimal.ZERO,
                List.of(),
                List.of(),
                definition,
                mapping,
                new MigrationPlan.Population(
                        tally, toConfirm, creditsToConfirm, PLAN.population().digest()));
    }

    private static MigrationPlan plan(long users, String credits, String population) {
        BigDecimal amount = new BigDecimal(credits);
        return new MigrationPlan(
                RunScope.everyone(),
                Tally.NOBODY,
                0,
                BigDecimal.ZERO,
                List.of(),
                List.of(),
                "definition",
                "mapping",
                new MigrationPlan.Population(
                        new Tally(
                                Map.of(Status.MIGRATED, users),
                                Map.of(),
                                amount,
                                amount,
                                amount,
                                BigDecimal.ZERO,
                                BigDecimal.ZERO),
                        0,
                        BigDecimal.ZERO,
                        population));
    }
}
