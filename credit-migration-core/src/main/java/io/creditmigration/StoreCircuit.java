package io.creditmigration;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Gives a store that fails again and again a rest. After so many failures in a row nobody asks it until the rest is over; then
 * one caller does, and the others rest on until that one has an answer, or until another rest is over. Thread-safe, without locks.
 */
final class StoreCircuit {

    private record Rest(long untilNanos, CreditMigrationException failure) {}

    private final int failuresMax;
    private final long restNanos;
    private final LongSupplier nanoTime;
    private final AtomicInteger inARow = new AtomicInteger();
    private final AtomicReference<@Nullable Rest> resting = new AtomicReference<>();

    StoreCircuit(MigrationOptions.StoreRest rest, LongSupplier nanoTime) {
        this.failuresMax = rest.failures();
        this.restNanos = rest.time().toNanos();
        this.nanoTime = nanoTime;
    }

    /** The last failure while the store rests; null where the caller may ask it. */
    @Nullable
    CreditMigrationException rests() {
        Rest rest = resting.get();
        if (rest == null) {
            return null;
        }
        long now = nanoTime.getAsLong();
        boolean isOver = now - rest.untilNanos >= 0;
        return isOver && resting.compareAndSet(rest, new Rest(now + restNanos, rest.failure)) ? null : rest.failure;
    }

    /** Takes note of an answer. */
    void answered() {
        // Reading first keeps the cache lines of healthy gates from being written on each request.
        if (inARow.get() != 0) {
            inARow.set(0);
        }
        if (resting.get() != null) {
            resting.set(null);
        }
    }

    /** Takes note of a failure. Whether it is the one with which a rest begins. */
    boolean failed(CreditMigrationException failure) {
        if (failuresMax == 0 || inARow.updateAndGet(n -> Math.min(failuresMax, n + 1)) < failuresMax) {
            return false;
        }
        return resting.getAndSet(new Rest(nanoTime.getAsLong() + restNanos, failure)) == null;
    }
}
