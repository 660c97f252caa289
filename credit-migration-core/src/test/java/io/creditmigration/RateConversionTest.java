package io.creditmigration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code new = old × oldRate ÷ newRate}, rounded once. */
final class RateConversionTest {

    private static final CreditRate AT_1000 = CreditRate.of(1_000);
    private static final CreditRate AT_2000 = CreditRate.of(2_000);
    private static final CreditRate AT_2500 = CreditRate.of(2_500);
    private static final List<RoundingMode> MODES = List.of(
            RoundingMode.UP,
            RoundingMode.DOWN,
            RoundingMode.CEILING,
            RoundingMode.FLOOR,
            RoundingMode.HALF_UP,
            RoundingMode.HALF_DOWN,
            RoundingMode.HALF_EVEN);

    @ParameterizedTest(name = "{0} at {1} are {3} at {2}")
    @CsvSource({
        "0, 1000, 2500, 0",
        "50.00, 1000, 2500, 20",
        "0.0001, 1000, 2500, 0",
        "0.0002, 1000, 2500, 0.0001",
        "0.0004, 1000, 2500, 0.0002",
        "20, 2500, 1000, 50",
        "1, 2500, 1500, 1.6667",
        "2, 1, 3, 0.6667",
        "1, 1, 3, 0.3333",
        "10, 0.5, 0.25, 20",
        "9999999999999999.9999, 1000, 2500, 4000000000000000.0000",
        // Ties, to the even neighbour: 0.00005, 0.00015, 0.00025, 0.00035.
        "0.0001, 1000, 2000, 0.0000",
        "0.0003, 1000, 2000, 0.0002",
        "0.0005, 1000, 2000, 0.0002",
        "0.0007, 1000, 2000, 0.0004",
        // Beside a tie, to the nearer one.
        "0.000500000000000001, 1000, 2000, 0.0003",
        "0.000299999999999999, 1000, 2000, 0.0001"
    })
    void credits_are_converted_at_four_decimals_half_even(
            Credits credits, CreditRate oldRate, CreditRate newRate, Credits converted) {
        assertThat(converted(CreditPolicy.convert(oldRate, newRate), credits)).isEqualTo(converted);
    }

    @ParameterizedTest(name = "{0}: 0.0003 halved is {1}, 0.0005 is {2}")
    @CsvSource({
        "UP, 0.0002, 0.0003",
        "DOWN, 0.0001, 0.0002",
        "CEILING, 0.0002, 0.0003",
        "FLOOR, 0.0001, 0.0002",
        "HALF_UP, 0.0002, 0.0003",
        "HALF_DOWN, 0.0001, 0.0002",
        "HALF_EVEN, 0.0002, 0.0002"
    })
    void another_rounding_mode_is_obeyed(RoundingMode mode, Credits ofThree, Credits ofFive) {
        RateConversion conversion =
                CreditPolicy.convert(AT_1000, AT_2000).rounding(mode).atScale(4);

        assertThat(converted(conversion, Credits.of("0.0003"))).isEqualTo(ofThree);
        assertThat(converted(conversion, Credits.of("0.0005"))).isEqualTo(ofFive);
    }

    @ParameterizedTest(name = "column of {0} decimals: {1}")
    @CsvSource({"0, 0", "1, 0.3", "2, 0.33", "3, 0.333", "4, 0.3333", "5, 0.3333", "18, 0.3333"})
    void rounding_is_at_4_decimals_or_those_of_the_column_if_they_are_fewer(int columnScale, Credits third) {
        RateConversion fitted =
                CreditPolicy.convert(CreditRate.of(1), CreditRate.of(3)).atScale(columnScale);

        assertThat(converted(fitted, Credits.of(1))).isEqualTo(third);
        assertThat(fitted.definition())
                .isEqualTo("convert v1 1->3 scale=" + Math.min(4, columnScale) + " rounding=HALF_EVEN");
    }

    @Test
    void an_explicit_scale_is_kept_where_the_column_holds_it() {
        RateConversion exact = CreditPolicy.convert(AT_1000, AT_2500).scale(6);

        assertThat(converted(exact.atScale(6), Credits.of("0.000001"))).isEqualTo(Credits.ZERO);
        assertThat(converted(exact.atScale(18), Credits.of("0.000004"))).isEqualTo(Credits.of("0.000002"));
        assertThat(converted(exact.scale(0).atScale(4), Credits.of("1.3"))).isEqualTo(Credits.of(1));
        assertThat(converted(exact.scale(18).atScale(18), Credits.of("0.00000000000000001")))
                .isEqualTo(Credits.of("0.000000000000000004"));
    }

    @Test
    void an_explicit_scale_that_the_column_cannot_hold_is_refused_and_not_shortened() {
        assertThatThrownBy(() -> CreditPolicy.convert(AT_1000, AT_2500).scale(4).atScale(2))
                .isInstanceOf(InvalidValueException.class)
                .hasMessage("scale is '4'; allowed: at most 2 decimals, as the balance column has");
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 19, Integer.MIN_VALUE})
    void a_scale_that_credits_cannot_have_is_refused(int scale) {
        assertThatThrownBy(() -> CreditPolicy.convert(AT_1000, AT_2500).scale(scale))
                .isInstanceOf(InvalidValueException.class)
                .hasMessage("scale is '" + scale + "'; allowed: 0 to 18");
    }

    @Test
    void a_mode_that_does_not_round_is_refused() {
        assertThatThrownBy(() -> CreditPolicy.convert(AT_1000, AT_2500).rounding(RoundingMode.UNNECESSARY))
                .isInstanceOf(InvalidValueException.class)
                .hasMessage("rounding is 'UNNECESSARY'; allowed: a mode that rounds");
    }

    @Test
    void a_conversion_to_the_same_rate_is_refused() {
        assertThatThrownBy(() -> CreditPolicy.convert(AT_1000, CreditRate.of("1000.00")))
                .isInstanceOf(InvalidValueException.class)
                .hasMessage("new rate is '1000'; allowed: another than the old rate");
    }

    @Test
    void a_balance_is_converted_from_the_rate_that_it_is_at() {
        RateConversion conversion = CreditPolicy.convert(AT_2000, AT_2500);

        assertThat(conversion.convert(Credits.of(50), AT_1000)).isEqualTo(Credits.of(20));
        assertThat(conversion.reason(Credits.of(50), AT_1000)).isEqualTo("50 credits at 1000 are 20 at 2500");
    }

    @Test
    void other_rates_to_convert_from_are_named_once_and_are_not_the_new_one() {
        RateConversion conversion = CreditPolicy.convert(AT_1000, AT_2500).alsoFrom(AT_2000, AT_1000);

        assertThat(conversion.oldRates()).containsExactly(AT_1000, AT_2000);
        assertThat(conversion.oldRate()).isEqualTo(AT_1000);
        assertThat(conversion.definition()).isEqualTo("convert v1 1000,2000->2500 scale=4 rounding=HALF_EVEN");
        assertThatThrownBy(() -> conversion.alsoFrom(AT_2500)).isInstanceOf(InvalidValueException.class);
    }

    @Test
    void a_balance_that_would_outgrow_credits_is_refused() {
        assertThatThrownBy(() ->
                        converted(CreditPolicy.convert(AT_1000, CreditRate.of(1)), Credits.of("99999999999999999999")))
                .isInstanceOf(InvalidValueException.class)
                .hasMessageContaining("at most 20 digits");
    }

    @Test
    void the_definition_has_every_figure() {
        RateConversion conversion = CreditPolicy.convert(AT_1000, AT_2500);

        assertThat(conversion.definition()).isEqualTo("convert v1 1000->2500 scale=4 rounding=HALF_EVEN");
        assertThat(conversion.scale(2).rounding(RoundingMode.UP).definition())
                .isEqualTo("convert v1 1000->2500 scale=2 rounding=UP")
                .isEqualTo(conversion.rounding(RoundingMode.UP).scale(2).definition())
                .isEqualTo(conversion.rounding(RoundingMode.UP).atScale(2).definition());
        assertThat(conversion.oldRate()).isEqualTo(AT_1000);
        assertThat(conversion.newRate()).isEqualTo(AT_2500);
    }

    @Seeded
    void what_rounding_leaves_over_is_worth_less_than_one_unit_of_the_new_balance(long seed) {
        Draws draws = new Draws(seed);
        for (int i = 0; i < 500; i++) {
            Case drawn = Case.draw(draws);

            BigDecimal residual = drawn.residual();

            BigDecimal unit = drawn.worthOfOneUnit();
            assertThat(residual.abs()).as("%s", drawn).isLessThan(unit);
            switch (drawn.mode()) {
                case UP, CEILING ->
                    assertThat(residual.signum()).as("%s", drawn).isNotPositive();
                case DOWN, FLOOR ->
                    assertThat(residual.signum()).as("%s", drawn).isNotNegative();
                default ->
                    assertThat(residual.abs().multiply(BigDecimal.valueOf(2)))
                            .as("%s", drawn)
                            .isLessThanOrEqualTo(unit);
            }
        }
    }

    @Seeded
    void who_had_more_never_has_less_afterwards(long seed) {
        Draws draws = new Draws(seed);
        for (int i = 0; i < 500; i++) {
            Case drawn = Case.draw(draws);
            Credits more = drawn.credits().plus(draws.credits(draws.upTo(8)));

            assertThat(converted(drawn.conversion(), more))
                    .as("%s and %s", drawn, more)
                    .isGreaterThanOrEqualTo(drawn.converted());
        }
    }

    @Seeded
    void zero_stays_zero_and_what_is_worth_a_unit_of_the_new_balance_never_becomes_zero(long seed) {
        Draws draws = new Draws(seed);
        for (int i = 0; i < 500; i++) {
            Case drawn = Case.draw(draws);

            assertThat(converted(drawn.conversion(), Credits.ZERO))
                    .as("%s", drawn)
                    .isEqualTo(Credits.ZERO);
            boolean dust = drawn.credits().worthAt(drawn.oldRate()).compareTo(drawn.worthOfOneUnit()) < 0;
            if (!dust) {
                assertThat(drawn.converted()).as("%s", drawn).isGreaterThan(Credits.ZERO);
            }
            if (drawn.credits().signum() == 0) {
                assertThat(drawn.converted()).as("%s", drawn).isEqualTo(Credits.ZERO);
            }
        }
    }

    private static Credits converted(RateConversion conversion, Credits credits) {
        return conversion.convert(credits, conversion.oldRate());
    }

    /** One random conversion of one random balance. */
    private record Case(Credits credits, CreditRate oldRate, CreditRate newRate, int scale, RoundingMode mode) {

        static Case draw(Draws draws) {
            CreditRate oldRate = draws.rate();
            return new Case(
                    draws.credits(draws.upTo(8)),
                    oldRate,
                    draws.rateOtherThan(oldRate),
                    draws.upTo(8),
                    draws.oneOf(MODES));
        }

        RateConversion conversion() {
            return CreditPolicy.convert(oldRate, newRate).scale(scale).rounding(mode);
        }

        Credits converted() {
            return RateConversionTest.converted(conversion(), credits);
        }

        BigDecimal residual() {
            return credits.worthAt(oldRate).subtract(converted().worthAt(newRate));
        }

        BigDecimal worthOfOneUnit() {
            return newRate.perCredit().movePointLeft(scale);
        }
    }
}
