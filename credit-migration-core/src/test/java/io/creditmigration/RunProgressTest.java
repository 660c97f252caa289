package io.creditmigration;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How far a run came, how fast it is, and how long it will take. */
final class RunProgressTest {

    private static final Instant START = Instant.parse("2026-01-06T00:00:00Z");

    @ParameterizedTest
    @CsvSource({
        "0, 0, 0",
        "100, 0, 0",
        "100, 1, 1",
        "1000, 9, 0",
        "1000, 999, 99",
        "100, 100, 100",
        "100, 130, 100",
        "0, 3, 100"
    })
    void percent(long users, long done, int percent) {
        assertThat(progress(users, done, 0, START.plusSeconds(10)).percent()).isEqualTo(percent);
    }

    @Test
    void the_time_left_is_what_the_rest_takes_at_the_pace_measured() {
        RunProgress progress = progress(1_000, 600, 200, START.plusSeconds(8));

        assertThat(progress.usersPerSecond()).isEqualTo(50);
        assertThat(progress.toDo()).isEqualTo(400);
        assertThat(progress.eta()).contains(Duration.ofSeconds(8));
    }

    @Test
    void nothing_is_said_of_the_time_left_before_something_was_done() {
        assertThat(progress(1_000, 0, 0, START).eta()).isEmpty();
        assertThat(progress(1_000, 200, 200, START.plusSeconds(5)).eta()).isEmpty();
        assertThat(progress(1_000, 0, 0, START).usersPerSecond()).isZero();
    }

    @Test
    void when_nobody_is_left_no_time_is() {
        assertThat(progress(1_000, 1_000, 1_000, START.plusSeconds(9)).eta()).contains(Duration.ZERO);
        assertThat(progress(1_000, 1_200, 0, START.plusSeconds(9)).toDo()).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "0, 1, false",
        "0, 2, true",
        "19, 20, false",
        "18, 20, true",
        "80, 99, true",
        "91, 100, false",
        "900, 999, false",
        "900, 1000, true"
    })
    void it_is_measured_anew_after_a_tenth_of_the_time_and_two_seconds_at_least(long begun, long now, boolean anew) {
        assertThat(RunProgress.isMeasuredAnew(START, START.plusSeconds(begun), START.plusSeconds(now)))
                .isEqualTo(anew);
    }

    private static RunProgress progress(long users, long done, long doneBefore, Instant movedAt) {
        return new RunProgress(users, done, 0, 1, 0, false, START, START, START, doneBefore, movedAt);
    }
}
