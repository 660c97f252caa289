package io.creditmigration.engine;

import io.creditmigration.Latency;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAccumulator;

/**
 * Counts durations in buckets that grow with them: exact up to {@value #EXACT} µs, a sixteenth of the value wide beyond, so
 * that everything up to 300,000 years has its place in {@value #BUCKETS}. Recording is two atomic adds and no lock.
 */
public final class LatencyHistogram {

    private static final int STEPS_BITS = 4;
    private static final int STEPS = 1 << STEPS_BITS;
    private static final int EXACT = 2 * STEPS;
    private static final int BUCKETS = (Long.SIZE - STEPS_BITS) * STEPS;

    private final AtomicLongArray counts = new AtomicLongArray(BUCKETS);
    private final LongAccumulator maxMicros = new LongAccumulator(Math::max, 0);

    public void record(long nanos) {
        long micros = Math.max(0, nanos / 1_000);
        counts.incrementAndGet(bucket(micros));
        maxMicros.accumulate(micros);
    }

    public Latency latency() {
        long[] now = new long[BUCKETS];
        long commits = 0;
        for (int i = 0; i < BUCKETS; i++) {
            now[i] = counts.get(i);
            commits += now[i];
        }
        long max = maxMicros.get();
        return new Latency(
                commits,
                percentile(now, commits, 50, max),
                percentile(now, commits, 95, max),
                percentile(now, commits, 99, max),
                micros(max));
    }

    /** Upper bound of the bucket that holds the given percentile. */
    private static Duration percentile(long[] counts, long commits, int percent, long maxMicros) {
        long rank = (commits * percent + 99) / 100;
        long seen = 0;
        for (int i = 0; i < counts.length; i++) {
            seen += counts[i];
            if (seen >= rank && rank > 0) {
                return micros(Math.min(upperMicros(i), maxMicros));
            }
        }
        return Duration.ZERO;
    }

    static int bucket(long micros) {
        if (micros < EXACT) {
            return (int) micros;
        }
        int exponent = Long.SIZE - 1 - Long.numberOfLeadingZeros(micros) - STEPS_BITS;
        return exponent * STEPS + (int) (micros >>> exponent);
    }

    static long upperMicros(int bucket) {
        if (bucket < EXACT) {
            return bucket;
        }
        int exponent = bucket / STEPS - 1;
        long mantissa = bucket - (long) exponent * STEPS;
        return ((mantissa + 1) << exponent) - 1;
    }

    private static Duration micros(long micros) {
        return Duration.of(micros, ChronoUnit.MICROS);
    }
}
