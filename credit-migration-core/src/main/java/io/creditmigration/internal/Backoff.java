package io.creditmigration.internal;

import io.creditmigration.StoreException;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** The pause before the next of a bounded number of attempts: doubling from 4 ms, at most 256 ms, with full jitter. */
public final class Backoff {

    private static final int DOUBLINGS_MAX = 6;
    private static final long FIRST_MILLIS_MAX = 4;

    private Backoff() {}

    /** Repeats the work after transient failures, up to this many attempts. */
    public static <T> T retrying(int attempts, Supplier<T> work) {
        return again(attempts, EnumSet.of(StoreException.Kind.TRANSIENT), work);
    }

    /** Repeats idempotent work after transient failures and unknown outcomes, up to this many attempts. */
    public static <T> T repeating(int attempts, Supplier<T> work) {
        return again(attempts, EnumSet.of(StoreException.Kind.TRANSIENT, StoreException.Kind.OUTCOME_UNKNOWN), work);
    }

    private static <T> T again(int attempts, Set<StoreException.Kind> after, Supplier<T> work) {
        StoreException lost = null;
        for (int attempt = 1; ; attempt++) {
            try {
                return work.get();
            } catch (StoreException e) {
                if (!after.contains(e.kind()) || attempt >= attempts) {
                    throw Failures.since(lost, e);
                }
                lost = e.kind() == StoreException.Kind.OUTCOME_UNKNOWN ? e : lost;
                pause(attempt);
            }
        }
    }

    /** Sleeps before the attempt after this one. */
    public static void pause(int attempt) {
        long millisMax = FIRST_MILLIS_MAX << Math.min(attempt - 1, DOUBLINGS_MAX);
        try {
            TimeUnit.MILLISECONDS.sleep(ThreadLocalRandom.current().nextLong(millisMax + 1));
        } catch (InterruptedException e) {
            // The attempts are bounded, so the flag is kept and the work goes on.
            Thread.currentThread().interrupt();
        }
    }
}
