package io.creditmigration.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.creditmigration.Latency;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class LatencyHistogramTest {

    private final LatencyHistogram histogram = new LatencyHistogram();

    @Test
    void a_bucket_ends_at_most_a_sixteenth_above_what_is_in_it() {
        Random random = new Random(7);
        for (int i = 0; i < 100_000; i++) {
            long micros = random.nextLong() >>> (10 + random.nextInt(53));
            int bucket = LatencyHistogram.bucket(micros);
            long upper = LatencyHistogram.upperMicros(bucket);
            assertThat(upper).isGreaterThanOrEqualTo(micros).isLessThanOrEqualTo(micros + micros / 16);
            assertThat(LatencyHistogram.bucket(upper)).isEqualTo(bucket);
        }
    }

    @Test
    void buckets_follow_each_other_without_gaps() {
        long before = -1;
        for (int bucket = 0; LatencyHistogram.upperMicros(bucket) < 1L << 40; bucket++) {
            assertThat(LatencyHistogram.bucket(before + 1)).isEqualTo(bucket);
            before = LatencyHistogram.upperMicros(bucket);
        }
    }

    @Test
    void percentiles_are_of_those_that_were_recorded() {
        for (int millis = 1; millis <= 100; millis++) {
            histogram.record(Duration.ofMillis(millis).toNanos());
        }

        Latency latency = histogram.latency();

        assertThat(latency.commits()).isEqualTo(100);
        assertThat(latency.p50()).isBetween(Duration.ofMillis(50), Duration.ofMillis(54));
        assertThat(latency.p95()).isBetween(Duration.ofMillis(95), Duration.ofMillis(100));
        assertThat(latency.p99()).isBetween(Duration.ofMillis(99), Duration.ofMillis(100));
        assertThat(latency.max()).isEqualTo(Duration.ofMillis(100));
    }

    @Test
    void nothing_recorded_is_zero_and_the_longest_has_a_place() {
        assertThat(histogram.latency())
                .isEqualTo(new Latency(0, Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO));

        histogram.record(Long.MAX_VALUE);
        histogram.record(-1);

        assertThat(histogram.latency().commits()).isEqualTo(2);
        assertThat(histogram.latency().p50()).isZero();
        assertThat(histogram.latency().p99()).isEqualTo(histogram.latency().max());
    }

    @Test
    void none_is_lost_when_many_record_at_once() throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Thread thread = new Thread(() -> {
                for (int n = 0; n < 50_000; n++) {
                    histogram.record(1_000_000L * n);
                }
            });
            threads.add(thread);
            thread.start();
        }
        for (Thread thread : threads) {
            thread.join();
        }

        assertThat(histogram.latency().commits()).isEqualTo(200_000);
    }
}
