package io.creditmigration.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.creditmigration.InvalidValueException;
import java.math.BigDecimal;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The canonical form, and exactly where its bounds are. */
final class DecimalTest {

    @ParameterizedTest
    @CsvSource({
        "0.000, 0",
        "0E+9, 0",
        "120, 120",
        "1.2E+2, 120",
        "999, 999",
        "-999.99, -999.99",
        "0.010, 0.01",
        "9.990000, 9.99"
    })
    void the_canonical_form_has_no_trailing_zeros_and_no_exponent(String value, String canonical) {
        assertThat(Decimal.canonical("it", new BigDecimal(value), 3, 2)).isEqualTo(new BigDecimal(canonical));
    }

    @ParameterizedTest
    @CsvSource({"1000", "-1000", "1E+3", "999.991", "0.001", "1E-3"})
    void one_digit_too_many_on_either_side_is_refused(BigDecimal value) {
        assertThatThrownBy(() -> Decimal.canonical("it", value, 3, 2))
                .isInstanceOf(InvalidValueException.class)
                .hasMessage("it is '" + value + "'; allowed: at most 3 digits before and 2 after the decimal point");
    }
}
