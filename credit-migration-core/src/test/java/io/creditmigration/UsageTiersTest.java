package io.creditmigration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Grants that grow with usage. */
final class UsageTiersTest {

    private static final UsageTiers THREE_TIERS = UsageTiers.of(Credits.of(1))
            .above(0, Credits.of(5))
            .above(10, Credits.of(50))
            .above(100, Credits.of("7.5"));

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    0   | 30 | 20 | 0 operations in 30 days: 20 credits
                    15  | 30 | 20 | 15 operations in 30 days: 20 credits
                    300 | 30 | 20 | 300 operations in 30 days: 20 credits
                    301 | 30 | 50 | 301 operations in 30 days, more than 10 a day: 50 credits
                    10  | 1  | 20 | 10 operations in 1 day: 20 credits
                    11  | 1  | 50 | 11 operations in 1 day, more than 10 a day: 50 credits
                    15  | 1  | 50 | 15 operations in 1 day, more than 10 a day: 50 credits
                    """)
    void the_initial_grant_is_20_and_50_above_10_operations_a_day(
            long operations, int days, Credits credits, String reason) {
        assertThat(CreditPolicy.initialGrant().allocate(user(operations, days)))
                .isEqualTo(Allocation.of(credits, reason));
    }

    @ParameterizedTest
    @CsvSource({"0, 1", "1, 5", "10, 5", "11, 50", "100, 50", "101, 7.5", "1000000, 7.5"})
    void the_highest_tier_that_a_user_is_above_decides_even_where_it_gives_less(long operations, Credits credits) {
        assertThat(THREE_TIERS.allocate(user(operations, 1)).credits()).isEqualTo(credits);
    }

    @Test
    void the_grant_does_not_depend_on_what_the_user_has() {
        UserSnapshot user = user(11, 1);

        assertThat(CreditPolicy.initialGrant()
                        .allocate(user.withCredits(Credits.of(1_000)).withExempt(true)))
                .isEqualTo(CreditPolicy.initialGrant().allocate(user));
    }

    @Test
    void adding_a_tier_leaves_the_policy_that_it_is_added_to_as_it_was() {
        UsageTiers base = UsageTiers.of(Credits.of(20));

        base.above(10, Credits.of(50));

        assertThat(base.definition()).isEqualTo("usage-tiers v1 base=20");
        assertThat(base.allocate(user(11, 1)).credits()).isEqualTo(Credits.of(20));
    }

    @ParameterizedTest
    @ValueSource(longs = {10, 9, 0, -1})
    void tiers_that_are_not_named_from_low_to_high_are_refused(long next) {
        UsageTiers tiers = UsageTiers.of(Credits.of(20)).above(10, Credits.of(50));

        assertThatThrownBy(() -> tiers.above(next, Credits.of(60)))
                .isInstanceOf(InvalidValueException.class)
                .hasMessage("operations per day of a tier is '" + next + "'; allowed: more than 10");
    }

    @Test
    void a_tier_above_less_than_nothing_is_refused() {
        assertThatThrownBy(() -> UsageTiers.of(Credits.of(20)).above(-1, Credits.of(50)))
                .isInstanceOf(InvalidValueException.class)
                .hasMessage("operations per day of a tier is '-1'; allowed: more than -1");
    }

    @Test
    void a_tier_that_takes_is_refused() {
        assertThatThrownBy(() -> UsageTiers.of(Credits.of(-1)))
                .isInstanceOf(InvalidValueException.class)
                .hasMessage("granted credits is '-1'; allowed: zero or more");
        assertThatThrownBy(() -> THREE_TIERS.above(1_000, Credits.of("-0.1")))
                .isInstanceOf(InvalidValueException.class)
                .hasMessage("granted credits is '-0.1'; allowed: zero or more");
        assertThat(UsageTiers.of(Credits.ZERO).allocate(user(0, 1)).credits()).isEqualTo(Credits.ZERO);
    }

    @Test
    void the_definition_has_every_figure() {
        assertThat(CreditPolicy.initialGrant().definition()).isEqualTo("usage-tiers v1 base=20 above 10/day=50");
        assertThat(THREE_TIERS.definition())
                .isEqualTo("usage-tiers v1 base=1 above 0/day=5 above 10/day=50 above 100/day=7.5");
    }

    @Test
    void figures_that_the_balance_column_can_hold_are_left_as_they_are() {
        assertThat(THREE_TIERS.atScale(1)).isSameAs(THREE_TIERS);
        assertThat(CreditPolicy.initialGrant().atScale(0).definition())
                .isEqualTo(CreditPolicy.initialGrant().definition());
    }

    @Test
    void figures_that_the_balance_column_cannot_hold_are_refused_in_the_base_and_in_any_tier() {
        assertThatThrownBy(() -> THREE_TIERS.atScale(0))
                .isInstanceOf(InvalidValueException.class)
                .hasMessage("granted credits is '7.5'; allowed: at most 0 decimals, as the balance column has");
        assertThatThrownBy(() -> UsageTiers.of(Credits.of("0.00001")).atScale(4))
                .isInstanceOf(InvalidValueException.class)
                .hasMessage("granted credits is '0.00001'; allowed: at most 4 decimals, as the balance column has");
    }

    private static UserSnapshot user(long operations, int days) {
        return UserSnapshot.of("ann").withUsage(new Usage(operations, days, 0, operations));
    }
}
