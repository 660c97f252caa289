package io.creditmigration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The bounds of a service are bounds. */
final class MigrationOptionsTest {

    private static final MigrationOptions DEFAULTS = MigrationOptions.defaults();

    @Test
    void the_defaults_are_those_of_the_documentation() {
        assertThat(MigrationOptions.defaults())
                .isEqualTo(new MigrationOptions(
                        Clock.systemUTC(),
                        5,
                        100_000,
                        Duration.ofSeconds(60),
                        false,
                        Duration.ofSeconds(30),
                        Duration.ofSeconds(5),
                        new MigrationOptions.StoreRest(5, Duration.ofSeconds(2)),
                        new MigrationOptions.FailureLimit(20, new BigDecimal("0.05")),
                        Duration.ofMinutes(15),
                        MigrationListener.NONE,
                        Duration.ZERO));
    }

    @Test
    void each_change_leaves_the_rest_as_it_was() {
        Clock clock = Clock.fixed(Instant.EPOCH, ZoneOffset.UTC);
        MigrationListener listener = new MigrationListener() {};

        assertThat(DEFAULTS.withClock(clock)
                        .withAttempts(7)
                        .withKnownUsers(3, Duration.ofMillis(4))
                        .withPatience(Duration.ZERO)
                        .withHaltWait(Duration.ofMillis(8))
                        .withStoreRest(9, Duration.ofMillis(10))
                        .withFailureLimit(11, BigDecimal.ONE)
                        .withFailureNoticeDelay(Duration.ofMillis(12))
                        .withNotices()
                        .withListener(listener)
                        .withBlockedFor(Duration.ofSeconds(1)))
                .isEqualTo(new MigrationOptions(
                        clock,
                        7,
                        3,
                        Duration.ofMillis(4),
                        true,
                        Duration.ZERO,
                        Duration.ofMillis(8),
                        new MigrationOptions.StoreRest(9, Duration.ofMillis(10)),
                        new MigrationOptions.FailureLimit(11, BigDecimal.ONE),
                        Duration.ofMillis(12),
                        listener,
                        Duration.ofSeconds(1)))
                .isEqualTo(DEFAULTS.withBlockedFor(Duration.ofSeconds(1))
                        .withListener(listener)
                        .withNotices()
                        .withFailureNoticeDelay(Duration.ofMillis(12))
                        .withFailureLimit(11, BigDecimal.ONE)
                        .withStoreRest(9, Duration.ofMillis(10))
                        .withHaltWait(Duration.ofMillis(8))
                        .withPatience(Duration.ZERO)
                        .withKnownUsers(3, Duration.ofMillis(4))
                        .withAttempts(7)
                        .withClock(clock));
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT-0.001S", "PT10.001S"})
    void a_time_to_repeat_answers_beyond_the_bounds_is_refused(Duration time) {
        assertThat(DEFAULTS.withBlockedFor(Duration.ofSeconds(10)).blockedFor()).isEqualTo(Duration.ofSeconds(10));
        assertThatThrownBy(() -> DEFAULTS.withBlockedFor(time))
                .isInstanceOf(InvalidValueException.class)
                .hasMessage(
                        "time that a blocked user's answer is repeated is '" + time + "'; allowed: zero to 10 seconds");
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT0S", "PT1H"})
    void a_wait_of_a_halt_at_the_bounds_is_accepted(Duration wait) {
        assertThat(DEFAULTS.withHaltWait(wait).haltWait()).isEqualTo(wait);
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT-0.001S", "PT1H0.001S"})
    void a_wait_of_a_halt_beyond_the_bounds_is_refused(Duration wait) {
        assertThatThrownBy(() -> DEFAULTS.withHaltWait(wait))
                .isInstanceOf(InvalidValueException.class)
                .hasMessage("wait of a halt is '" + wait + "'; allowed: zero to one hour");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    -1    | PT1S        | store failures in a row is '-1'; allowed: 0 to 10000; 0 asks always
                    10001 | PT1S        | store failures in a row is '10001'; allowed: 0 to 10000; 0 asks always
                    1     | PT-0.001S   | rest of a store is 'PT-0.001S'; allowed: zero to one minute
                    1     | PT1M0.001S  | rest of a store is 'PT1M0.001S'; allowed: zero to one minute
                    """)
    void a_rest_of_a_store_beyond_the_bounds_is_refused(int failures, Duration time, String message) {
        assertThatThrownBy(() -> DEFAULTS.withStoreRest(failures, time))
                .isInstanceOf(InvalidValueException.class)
                .hasMessage(message);
    }

    @ParameterizedTest
    @CsvSource({"0, PT0S", "10000, PT1M"})
    void a_rest_of_a_store_at_the_bounds_is_accepted(int failures, Duration time) {
        assertThat(DEFAULTS.withStoreRest(failures, time).storeRest())
                .isEqualTo(new MigrationOptions.StoreRest(failures, time));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    -1      | 0.05   | failures of a run is '-1'; allowed: 0 to 1000000; 0 never pauses
                    1000001 | 0.05   | failures of a run is '1000001'; allowed: 0 to 1000000; 0 never pauses
                    1       | -0.01  | share of failures is '-0.01'; allowed: 0 to 1; 0.05 is one in twenty
                    1       | 1.01   | share of failures is '1.01'; allowed: 0 to 1; 0.05 is one in twenty
                    """)
    void a_limit_of_failures_beyond_the_bounds_is_refused(int failures, BigDecimal share, String message) {
        assertThatThrownBy(() -> DEFAULTS.withFailureLimit(failures, share))
                .isInstanceOf(InvalidValueException.class)
                .hasMessage(message);
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "1000000, 1"})
    void a_limit_of_failures_at_the_bounds_is_accepted(int failures, BigDecimal share) {
        assertThat(DEFAULTS.withFailureLimit(failures, share).failureLimit())
                .isEqualTo(new MigrationOptions.FailureLimit(failures, share));
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT-0.001S", "PT24H0.001S"})
    void a_delay_of_failure_notices_beyond_the_bounds_is_refused(Duration delay) {
        assertThatThrownBy(() -> DEFAULTS.withFailureNoticeDelay(delay))
                .isInstanceOf(InvalidValueException.class)
                .hasMessage("delay of failure notices is '" + delay + "'; allowed: zero to one day");
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT0S", "PT24H"})
    void a_delay_of_failure_notices_at_the_bounds_is_accepted(Duration delay) {
        assertThat(DEFAULTS.withFailureNoticeDelay(delay).failureNoticeDelay()).isEqualTo(delay);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 100})
    void attempts_at_the_bounds_are_accepted(int attempts) {
        assertThat(DEFAULTS.withAttempts(attempts).attempts()).isEqualTo(attempts);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 101, Integer.MAX_VALUE})
    void attempts_beyond_the_bounds_are_refused(int attempts) {
        assertThatThrownBy(() -> DEFAULTS.withAttempts(attempts))
                .isInstanceOf(InvalidValueException.class)
                .hasMessage("attempts is '" + attempts + "'; allowed: 1 to 100");
    }

    @ParameterizedTest
    @CsvSource({"0, PT0S", "10000000, PT24H"})
    void known_users_at_the_bounds_are_accepted(int users, Duration time) {
        MigrationOptions options = DEFAULTS.withKnownUsers(users, time);

        assertThat(options.knownUsersMax()).isEqualTo(users);
        assertThat(options.knownFor()).isEqualTo(time);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    -1       | PT1S             | known users is '-1'; allowed: 0 to 10000000
                    10000001 | PT1S             | known users is '10000001'; allowed: 0 to 10000000
                    1        | PT-0.000000001S  | time that known users are remembered is 'PT-0.000000001S'; allowed: zero to one day
                    1        | PT24H0.000000001S| time that known users are remembered is 'PT24H0.000000001S'; allowed: zero to one day
                    """)
    void known_users_beyond_the_bounds_are_refused(int users, Duration time, String message) {
        assertThatThrownBy(() -> DEFAULTS.withKnownUsers(users, time))
                .isInstanceOf(InvalidValueException.class)
                .hasMessage(message);
    }

    @ParameterizedTest
    @CsvSource({"PT-0.000000001S", "PT24H0.000000001S"})
    void patience_beyond_the_bounds_is_refused(Duration patience) {
        assertThatThrownBy(() -> DEFAULTS.withPatience(patience))
                .isInstanceOf(InvalidValueException.class)
                .hasMessage("patience is '" + patience + "'; allowed: zero to one day");
    }
}
