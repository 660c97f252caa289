package io.creditmigration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
                        SafeListener.NONE,
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
                        listener,
                        Duration.ofSeconds(1)))
                .isEqualTo(DEFAULTS.withBlockedFor(Duration.ofSeconds(1))
                        .withListener(listener)
                        .withNotices()
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
