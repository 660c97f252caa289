package io.creditmigration;

/**
 * How much a user did: operations in the usage window, over how many days, the most in one clock hour (UTC) of the
 * window, and the total of all time.
 *
 * @param operations operations in the window, zero or more
 * @param days started 24-hour days of the window that the user was registered, at least 1
 * @param mostInOneHour the most operations in one clock hour of the window
 * @param total operations of all time, at least {@code operations}
 */
public record Usage(long operations, int days, long mostInOneHour, long total) {

    /** A user who did nothing, in a window of one day. */
    public static final Usage NONE = new Usage(0, 1, 0, 0);

    private static final long HIGH_USAGE_PER_HOUR = 8;

    /** Refuses figures that contradict each other. */
    public Usage {
        if (operations < 0 || days < 1 || mostInOneHour < 0 || mostInOneHour > operations || total < operations) {
            throw new InvalidValueException(
                    "usage",
                    operations + " in " + days + " days, at most " + mostInOneHour + " in an hour, " + total
                            + " in all",
                    "days from 1, and 0 <= most in one hour <= operations <= total");
        }
    }

    /** Whether the average is above this many operations a day; compared as whole numbers, nothing is rounded. */
    public boolean isAbovePerDay(long operationsPerDay) {
        return operations > Math.multiplyExact(operationsPerDay, (long) days);
    }

    /** Whether there was at least one operation in the window. */
    public boolean isActive() {
        return operations > 0;
    }

    /** Whether some clock hour of the window had more than 8 operations. */
    public boolean isHigh() {
        return mostInOneHour > HIGH_USAGE_PER_HOUR;
    }
}
