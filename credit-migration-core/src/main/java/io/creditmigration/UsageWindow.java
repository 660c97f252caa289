package io.creditmigration;

import io.creditmigration.internal.Arguments;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The time over which usage counts: {@code [from, to)}, a whole number of 24-hour days that ends at the cut-off, the same
 * for every trigger.
 *
 * @param from the first instant that counts
 * @param to the first instant that does not count any more
 */
public record UsageWindow(Instant from, Instant to) {

    private static final Duration DAY = Duration.ofDays(1);

    /** Refuses a window that is empty or no whole number of days. */
    public UsageWindow {
        Arguments.require("begin of the usage window", from);
        Arguments.require("end of the usage window", to);
        Duration length = Duration.between(from, to);
        if (length.compareTo(DAY) < 0 || !length.equals(Duration.ofDays(length.toDays()))) {
            throw new InvalidValueException("usage window", length, "a whole number of 24-hour days, at least one");
        }
    }

    /** The usage of one user from the counts that a store read; days as {@link #daysSince} has them. */
    public Usage usage(@Nullable Instant registeredAt, long operations, long mostInOneHour, long total) {
        return new Usage(operations, daysSince(registeredAt), mostInOneHour, total);
    }

    /**
     * Started 24-hour days from registration, or from the start of the window if that is later, to its end: at least 1. The
     * whole window if the registration is unknown.
     */
    public int daysSince(@Nullable Instant registeredAt) {
        Instant start = registeredAt == null || registeredAt.isBefore(from) ? from : registeredAt;
        if (!start.isBefore(to)) {
            return 1;
        }
        Duration registered = Duration.between(start, to);
        // Not dividedBy(DAY), which divides decimals: it took a third of a run's time outside the database.
        long whole = registered.toDays();
        return Math.toIntExact(registered.equals(DAY.multipliedBy(whole)) ? whole : whole + 1);
    }
}
