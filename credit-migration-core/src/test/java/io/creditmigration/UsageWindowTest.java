package io.creditmigration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Started 24-hour days, to the microsecond. */
final class UsageWindowTest {

    private static final Instant FROM = Instant.parse("2025-12-07T00:00:00Z");
    private static final Instant CUT_OFF = Instant.parse("2026-01-06T00:00:00Z");
    private static final UsageWindow WINDOW = new UsageWindow(FROM, CUT_OFF);

    @ParameterizedTest(name = "registered {0}: {1} days")
    @CsvSource({
        ", 30",
        "-1000000000-01-01T00:00:00Z, 30",
        "2020-01-01T00:00:00Z, 30",
        "2025-12-06T23:59:59.999999Z, 30",
        "2025-12-07T00:00:00Z, 30",
        "2025-12-07T00:00:00.000001Z, 30",
        "2025-12-07T23:59:59.999999Z, 30",
        "2025-12-08T00:00:00Z, 29",
        "2025-12-08T00:00:00.000001Z, 29",
        "2026-01-04T00:00:00Z, 2",
        "2026-01-04T23:59:59.999999Z, 2",
        "2026-01-05T00:00:00Z, 1",
        "2026-01-05T00:00:00.000001Z, 1",
        "2026-01-05T23:59:59.999999Z, 1",
        "2026-01-06T00:00:00Z, 1",
        "2026-01-06T00:00:00.000001Z, 1",
        "2030-01-01T00:00:00Z, 1",
        "+1000000000-12-31T23:59:59.999999Z, 1"
    })
    void a_day_counts_once_it_has_begun(Instant registeredAt, int days) {
        assertThat(WINDOW.daysSince(registeredAt)).isEqualTo(days);
    }

    @Test
    void who_joined_today_and_made_15_operations_is_a_power_user_and_who_made_15_in_a_month_is_not() {
        Instant today = CUT_OFF.minus(Duration.ofHours(3));

        assertThat(WINDOW.usage(today, 15, 15, 15).isAbovePerDay(10)).isTrue();
        assertThat(WINDOW.usage(null, 15, 15, 15).isAbovePerDay(10)).isFalse();
    }

    @Test
    void usage_has_the_counts_as_read_and_the_days_of_the_window() {
        assertThat(WINDOW.usage(CUT_OFF.minus(Duration.ofDays(2)), 21, 9, 40)).isEqualTo(new Usage(21, 2, 9, 40));
    }

    @Test
    void a_window_of_one_day_has_one_day() {
        UsageWindow day = new UsageWindow(CUT_OFF.minus(Duration.ofDays(1)), CUT_OFF);

        assertThat(day.daysSince(null)).isEqualTo(1);
        assertThat(day.daysSince(FROM)).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"PT0S", "PT-24H", "PT23H59M59.999999S", "PT24H0.000001S", "PT25H", "PT-48H"})
    void a_window_that_is_no_whole_number_of_days_is_refused(Duration length) {
        assertThatThrownBy(() -> new UsageWindow(CUT_OFF.minus(length), CUT_OFF))
                .isInstanceOf(InvalidValueException.class)
                .hasMessage("usage window is '" + length + "'; allowed: a whole number of 24-hour days, at least one");
    }

    @Seeded
    void days_are_the_fewest_that_cover_the_time_registered(long seed) {
        Random random = new Random(seed);
        long windowMicros = ChronoUnit.MICROS.between(FROM, CUT_OFF);
        for (int i = 0; i < 500; i++) {
            Instant registeredAt = FROM.plus(random.nextLong(windowMicros), ChronoUnit.MICROS);

            int days = WINDOW.daysSince(registeredAt);

            Duration registered = Duration.between(registeredAt, CUT_OFF);
            assertThat(Duration.ofDays(days)).as("%s", registeredAt).isGreaterThanOrEqualTo(registered);
            assertThat(Duration.ofDays(days - 1)).as("%s", registeredAt).isLessThan(registered);
        }
    }
}
