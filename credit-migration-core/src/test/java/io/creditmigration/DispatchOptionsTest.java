package io.creditmigration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The bounds of a dispatcher are bounds. */
final class DispatchOptionsTest {

    private static final DispatchOptions DEFAULTS = DispatchOptions.defaults();

    @Test
    void the_defaults_are_those_of_the_documentation() {
        assertThat(DEFAULTS.batchSize()).isEqualTo(50);
        assertThat(DEFAULTS.lease()).isEqualTo(Duration.ofMinutes(5));
        assertThat(DEFAULTS.deliveriesMax()).isEqualTo(10);
        assertThat(DEFAULTS.firstPause()).isEqualTo(Duration.ofSeconds(30));
        assertThat(DEFAULTS.pauseMax()).isEqualTo(Duration.ofHours(1));
        assertThat(DEFAULTS.locales().apply("ann")).isEqualTo(Locale.ENGLISH);
    }

    @ParameterizedTest
    @CsvSource({"1, PT1S, 1, PT1S, PT1S", "1000, PT24H, 100, PT24H, P7D"})
    void the_bounds_themselves_are_accepted(
            int batch, Duration lease, int deliveries, Duration first, Duration longest) {
        DispatchOptions options = DEFAULTS.withBatches(batch, lease).withRetries(deliveries, first, longest);

        assertThat(options.batchSize()).isEqualTo(batch);
        assertThat(options.lease()).isEqualTo(lease);
        assertThat(options.deliveriesMax()).isEqualTo(deliveries);
        assertThat(options.firstPause()).isEqualTo(first);
        assertThat(options.pauseMax()).isEqualTo(longest);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    0    | PT5M     | 10  | PT30S   | PT1H        | batch size is '0'; allowed: 1 to 1000 notices
                    1001 | PT5M     | 10  | PT30S   | PT1H        | batch size is '1001'; allowed: 1 to 1000 notices
                    50   | PT0.999S | 10  | PT30S   | PT1H        | lease is 'PT0.999S'; allowed: PT1S to PT24H
                    50   | PT24H1S  | 10  | PT30S   | PT1H        | lease is 'PT24H1S'; allowed: PT1S to PT24H
                    50   | PT5M     | 0   | PT30S   | PT1H        | deliveries of a notice is '0'; allowed: 1 to 100
                    50   | PT5M     | 101 | PT30S   | PT1H        | deliveries of a notice is '101'; allowed: 1 to 100
                    50   | PT5M     | 10  | PT0S    | PT1H        | first pause is 'PT0S'; allowed: PT1S to PT24H
                    50   | PT5M     | 10  | PT30S   | PT29S       | longest pause is 'PT29S'; allowed: PT30S to PT168H
                    50   | PT5M     | 10  | PT30S   | PT168H0.001S| longest pause is 'PT168H0.001S'; allowed: PT30S to PT168H
                    """)
    void beyond_the_bounds_is_refused(
            int batch, Duration lease, int deliveries, Duration first, Duration longest, String message) {
        assertThatThrownBy(() -> DEFAULTS.withBatches(batch, lease).withRetries(deliveries, first, longest))
                .isInstanceOf(InvalidValueException.class)
                .hasMessage(message);
    }
}
