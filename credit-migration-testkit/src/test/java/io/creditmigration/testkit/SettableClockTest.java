package io.creditmigration.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

final class SettableClockTest {

    @Test
    void a_clock_stands_still_until_it_is_moved_and_its_zones_move_with_it() {
        SettableClock clock = SettableClock.at(Instant.EPOCH);
        SettableClock hanoi = clock.withZone(ZoneId.of("Asia/Ho_Chi_Minh"));

        assertThat(clock.instant()).isEqualTo(Instant.EPOCH);
        clock.advance(Duration.ofSeconds(5));
        assertThat(hanoi.instant()).isEqualTo(Instant.ofEpochSecond(5));
        hanoi.set(Instant.ofEpochSecond(1));
        assertThat(clock.millis()).isEqualTo(1_000);
        assertThat(hanoi.getZone()).isEqualTo(ZoneId.of("Asia/Ho_Chi_Minh"));
        assertThat(clock.getZone()).isEqualTo(ZoneOffset.UTC);
    }
}
