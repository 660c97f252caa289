package io.creditmigration.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Pauses are short, however many there were before. */
final class BackoffTest {

    @Test
    void a_pause_is_bounded_even_after_very_many_attempts() {
        assertTimeout(Duration.ofSeconds(5), () -> Backoff.pause(Integer.MAX_VALUE));
    }

    @Test
    void who_interrupts_a_pause_finds_the_flag_set() {
        Thread.currentThread().interrupt();

        assertTimeout(Duration.ofSeconds(5), () -> Backoff.pause(1));

        assertThat(Thread.interrupted()).isTrue();
    }
}
