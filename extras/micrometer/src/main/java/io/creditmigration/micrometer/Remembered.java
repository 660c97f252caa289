package io.creditmigration.micrometer;

import java.time.Duration;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a store was last read to hold, for the gauges that share one reading. Read anew after ten seconds, by one thread. */
final class Remembered<T> {

    private static final Logger LOG = LoggerFactory.getLogger(MigrationMeters.class);
    private static final long LIFE_NANOS = Duration.ofSeconds(10).toNanos();

    private final Supplier<T> reading;
    private @Nullable T last;
    private long nextNanos = System.nanoTime();

    Remembered(Supplier<T> reading) {
        this.reading = reading;
    }

    /** NaN where the store did not answer: a gauge that throws would be logged once and then be silent. */
    double read(ToDoubleFunction<T> value) {
        T now = get();
        return now == null ? Double.NaN : value.applyAsDouble(now);
    }

    private synchronized @Nullable T get() {
        long now = System.nanoTime();
        if (now - nextNanos >= 0) {
            try {
                last = reading.get();
            } catch (RuntimeException e) {
                LOG.debug("The gauges cannot be read from the store", e);
                last = null;
            }
            nextNanos = System.nanoTime() + LIFE_NANOS;
        }
        return last;
    }
}
