package io.creditmigration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.math.BigDecimal;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rates are exact, above zero and equal by value. */
final class CreditRateTest {

    @ParameterizedTest
    @CsvSource({"1000, 1000.00", "1000, 1E+3", "0.5, 0.500", "999999999999, 999999999999.000000", "0.000001, 1E-6"})
    void rates_of_one_value_are_equal_and_have_one_canonical_form(String canonical, String written) {
        CreditRate one = CreditRate.of(canonical);
        CreditRate other = CreditRate.of(written);

        assertThat(other).isEqualTo(one).hasSameHashCodeAs(one).isEqualByComparingTo(one);
        assertThat(other.perCredit()).isEqualTo(new BigDecimal(canonical));
        assertThat(other).hasToString(canonical);
    }

    @Test
    void rates_of_two_values_are_ordered_and_not_equal() {
        assertThat(CreditRate.of(1_000)).isLessThan(CreditRate.of("1000.01")).isNotEqualTo(CreditRate.of(2_500));
    }

    @Test
    void a_rate_is_no_amount() {
        Object amount = Credits.of(1_000);

        assertThat(CreditRate.of(1_000)).isNotEqualTo(amount).isNotEqualTo(null);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "0.00", "-0", "-1", "-0.000001", "-1E+999999999"})
    void a_rate_that_is_zero_or_below_is_refused(String rate) {
        assertThatThrownBy(() -> CreditRate.of(rate))
                .isInstanceOf(InvalidValueException.class)
                .hasMessageStartingWith("rate is '")
                .hasMessageEndingWith("'; allowed: above zero: what one credit costs");
    }

    @Test
    void a_whole_rate_of_zero_or_below_is_refused() {
        assertThatThrownBy(() -> CreditRate.of(0)).isInstanceOf(InvalidValueException.class);
        assertThatThrownBy(() -> CreditRate.of(-1_000)).isInstanceOf(InvalidValueException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1000000000000", "1E+12", "0.0000001", "1.0000001"})
    void a_rate_of_too_many_digits_is_refused(String rate) {
        assertThatThrownBy(() -> CreditRate.of(rate))
                .isInstanceOf(InvalidValueException.class)
                .hasMessageStartingWith("rate is '")
                .hasMessageEndingWith("'; allowed: at most 12 digits before and 6 after the decimal point");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1E+999999999", "1E-999999999", "100E+2147483647"})
    void a_rate_that_would_fill_the_memory_is_refused_at_once(String rate) {
        assertTimeoutPreemptively(
                Duration.ofSeconds(5),
                () -> assertThatThrownBy(() -> CreditRate.of(rate)).isInstanceOf(InvalidValueException.class));
    }

    @Test
    void what_is_no_decimal_number_is_refused_by_name() {
        assertThatThrownBy(() -> CreditRate.of("1,000"))
                .isInstanceOf(InvalidValueException.class)
                .hasMessage("rate is '1,000'; allowed: a decimal number such as 12.50");
    }
}
