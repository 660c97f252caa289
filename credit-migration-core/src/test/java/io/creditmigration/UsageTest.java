package io.creditmigration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Active and high usage, and averages. */
final class UsageTest {

    @ParameterizedTest(name = "{0} in {1} days, above {2} a day: {3}")
    @CsvSource({
        "9, 1, 10, false",
        "10, 1, 10, false",
        "11, 1, 10, true",
        "15, 1, 10, true",
        "15, 30, 10, false",
        "299, 30, 10, false",
        "300, 30, 10, false",
        "301, 30, 10, true",
        "20, 2, 10, false",
        "21, 2, 10, true",
        "0, 1, 0, false",
        "1, 30, 0, true",
        "9223372036854775807, 1, 9223372036854775806, true",
        "9223372036854775807, 1, 9223372036854775807, false"
    })
    void exactly_so_many_a_day_is_not_above(long operations, int days, long perDay, boolean above) {
        assertThat(new Usage(operations, days, 0, operations).isAbovePerDay(perDay))
                .isEqualTo(above);
    }

    @ParameterizedTest
    @CsvSource({"0, false", "7, false", "8, false", "9, true", "100, true"})
    void high_usage_is_more_than_8_in_an_hour(long mostInOneHour, boolean high) {
        assertThat(new Usage(100, 30, mostInOneHour, 100).isHigh()).isEqualTo(high);
    }

    @ParameterizedTest
    @CsvSource({"0, false", "1, true", "100, true"})
    void an_active_user_did_something_in_the_window(long operations, boolean active) {
        assertThat(new Usage(operations, 30, 0, 1_000).isActive()).isEqualTo(active);
    }

    @Test
    void who_did_nothing_is_not_above_nothing_a_day() {
        assertThat(Usage.NONE).isEqualTo(new Usage(0, 1, 0, 0));
        assertThat(Usage.NONE.isAbovePerDay(0)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"0, 1, 0, 0", "5, 1, 5, 5", "5, 366, 1, 9"})
    void figures_that_go_together_are_accepted(long operations, int days, long mostInOneHour, long total) {
        assertThat(new Usage(operations, days, mostInOneHour, total).total()).isEqualTo(total);
    }

    @ParameterizedTest
    @CsvSource({"-1, 1, 0, 0", "5, 0, 1, 5", "5, -1, 1, 5", "5, 1, -1, 5", "5, 1, 6, 9", "5, 1, 1, 4"})
    void figures_that_contradict_each_other_are_refused(long operations, int days, long mostInOneHour, long total) {
        assertThatThrownBy(() -> new Usage(operations, days, mostInOneHour, total))
                .isInstanceOf(InvalidValueException.class)
                .hasMessage("usage is '" + operations + " in " + days + " days, at most " + mostInOneHour
                        + " in an hour, " + total
                        + " in all'; allowed: days from 1, and 0 <= most in one hour <= operations <= total");
    }
}
