package io.creditmigration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Amounts are exact, equal by value, and of a size that every database holds. */
final class CreditsTest {

    private static final String MOST = "99999999999999999999";
    private static final String LEAST = "0.000000000000000001";

    @ParameterizedTest
    @CsvSource({
        "0, 0.00",
        "0, -0.000",
        "0, 0E+2147483647",
        "0, 0E-2147483647",
        "50, 50.00",
        "50, +50",
        "50, 5E1",
        "0.5, .5",
        "1000, 1E+3",
        "1, 1.000000000000000000000000000000",
        "-2.5, -2.50",
        "0.0001, 1E-4"
    })
    void amounts_of_one_value_are_equal_and_have_one_canonical_form(String canonical, String written) {
        Credits one = Credits.of(canonical);
        Credits other = Credits.of(written);

        assertThat(other).isEqualTo(one).hasSameHashCodeAs(one).isEqualByComparingTo(one);
        assertThat(other.amount()).isEqualTo(new BigDecimal(canonical));
        assertThat(other).hasToString(canonical);
    }

    @ParameterizedTest
    @CsvSource({"0, 0.0001", "49.9999, 50", "-1, 1", "-2, -1", "0, " + LEAST})
    void amounts_of_two_values_are_ordered_and_not_equal(String smaller, String larger) {
        Credits low = Credits.of(smaller);
        Credits high = Credits.of(larger);

        assertThat(low).isNotEqualTo(high).isLessThan(high);
        assertThat(high).isGreaterThan(low);
    }

    @Test
    void an_amount_equals_nothing_but_an_amount() {
        Object number = new BigDecimal("1");

        assertThat(Credits.of(1)).isNotEqualTo(number).isNotEqualTo(null);
    }

    @ParameterizedTest
    @CsvSource({"0.00, 0, 0", "50.00, 1, 0", "0.0001, 1, 4", "-0.50, -1, 1", "1E+3, 1, 0"})
    void sign_and_scale_are_those_of_the_value(String amount, int signum, int scale) {
        assertThat(Credits.of(amount).signum()).isEqualTo(signum);
        assertThat(Credits.of(amount).scale()).isEqualTo(scale);
    }

    @ParameterizedTest
    @ValueSource(strings = {MOST, "-" + MOST, LEAST, "-" + LEAST, "1E+19", MOST + ".999999999999999999"})
    void amounts_within_the_bounds_are_accepted(String amount) {
        assertThat(Credits.of(amount).amount()).isEqualByComparingTo(amount);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "100000000000000000000",
                "-100000000000000000000",
                "1E+20",
                "0.0000000000000000001",
                "1.0000000000000000001",
                "1E-19"
            })
    void amounts_beyond_the_bounds_are_refused(String amount) {
        assertThatThrownBy(() -> Credits.of(amount))
                .isInstanceOf(InvalidValueException.class)
                .hasMessageContaining("credits is '")
                .hasMessageContaining("allowed: at most 20 digits before and 18 after the decimal point");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1E+999999999",
                "-1E+999999999",
                "1E-999999999",
                "1E+2147483647",
                "10E+2147483647",
                "100E+2147483647",
                "1E-2147483647"
            })
    void an_amount_that_would_fill_the_memory_is_refused_at_once(String amount) {
        assertTimeoutPreemptively(
                Duration.ofSeconds(5),
                () -> assertThatThrownBy(() -> Credits.of(amount)).isInstanceOf(InvalidValueException.class));
    }

    @Test
    void an_amount_at_the_edge_of_what_a_big_decimal_can_be_is_refused_at_once() {
        BigDecimal strange = new BigDecimal(BigInteger.valueOf(1_000), Integer.MIN_VALUE);

        assertTimeoutPreemptively(
                Duration.ofSeconds(5),
                () -> assertThatThrownBy(() -> Credits.of(strange)).isInstanceOf(InvalidValueException.class));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "abc",
                " ",
                " 1",
                "1 ",
                "1,5",
                "1_000",
                "1'000",
                "0x10",
                "NaN",
                "Infinity",
                "1.2.3",
                "--1",
                "$5",
                "1E"
            })
    void what_is_no_decimal_number_is_refused_by_name(String text) {
        assertThatThrownBy(() -> Credits.of(text))
                .isInstanceOf(InvalidValueException.class)
                .hasMessage("credits is '" + text + "'; allowed: a decimal number such as 12.50");
    }

    @Test
    void an_exponent_that_fits_no_number_is_refused_by_name() {
        assertThatThrownBy(() -> Credits.of("1E+99999999999"))
                .isInstanceOf(InvalidValueException.class)
                .hasMessageStartingWith("credits is '1E+99999999999'");
    }

    @Test
    void a_text_that_is_empty_or_endless_is_refused_before_it_is_read() {
        assertThatThrownBy(() -> Credits.of(""))
                .isInstanceOf(InvalidValueException.class)
                .hasMessage("credits is ''; allowed: a decimal number of at most 100 characters");
        assertThatThrownBy(() -> Credits.of("1".repeat(101)))
                .isInstanceOf(InvalidValueException.class)
                .hasMessage("credits is '" + "1".repeat(80)
                        + "…' (101 characters); allowed: a decimal number of at most 100 characters");
        assertThat(Credits.of("0".repeat(99) + "7")).isEqualTo(Credits.of(7));
    }

    @Test
    void sums_and_differences_are_exact() {
        assertThat(Credits.of("0.1").plus(Credits.of("0.2"))).isEqualTo(Credits.of("0.3"));
        assertThat(Credits.of("1").minus(Credits.of(LEAST))).isEqualTo(Credits.of("0.999999999999999999"));
        assertThat(Credits.of(3).minus(Credits.of(5))).isEqualTo(Credits.of(-2));
    }

    @Test
    void a_sum_beyond_the_bounds_is_refused_and_not_wrapped_around() {
        assertThatThrownBy(() -> Credits.of(MOST).plus(Credits.of(1))).isInstanceOf(InvalidValueException.class);
        assertThatThrownBy(() -> Credits.of("-" + MOST).minus(Credits.of(1))).isInstanceOf(InvalidValueException.class);
    }

    @Test
    void the_worth_of_an_amount_is_exact() {
        assertThat(Credits.of("0.0001").worthAt(CreditRate.of("2500.5"))).isEqualByComparingTo("0.25005");
        assertThat(Credits.of(MOST).worthAt(CreditRate.of("999999999999")))
                .isEqualByComparingTo("99999999999899999999000000000001");
    }

    @Seeded
    void arithmetic_goes_back_the_way_it_came(long seed) {
        Draws draws = new Draws(seed);
        for (int i = 0; i < 500; i++) {
            Credits one = draws.credits(draws.upTo(8));
            Credits other = draws.credits(draws.upTo(8));

            assertThat(one.plus(other).minus(other)).isEqualTo(one);
            assertThat(one.plus(other)).isEqualTo(other.plus(one));
            assertThat(one.minus(other).signum()).isEqualTo(one.compareTo(other));
            assertThat(one.equals(other)).isEqualTo(one.compareTo(other) == 0);
            assertThat(Credits.of(one.toString())).isEqualTo(one);
            assertThat(Credits.of(one.amount().setScale(Credits.SCALE_MAX)))
                    .isEqualTo(one)
                    .hasSameHashCodeAs(one);
        }
    }
}
