package io.creditmigration;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How fast and how far a run may go. Kept with the run and obeyed by all processes that work on it; may be changed while it
 * runs. Immutable.
 *
 * @param pageSize users per transaction, 1 to 10,000
 * @param pageOperations operations per transaction, from 1: a page ends after the user who reaches it; one user is
 *     never split
 * @param threads workers in each process, 1 to 64
 * @param usersPerSecond how many users all processes together may look at in a second; 0 is no limit
 * @param failureRateMax pauses the run when a larger share of the users of this migration has failed, whatever triggered
 *     them, 0 to 1; fewer than 1,000 users count as 1,000, so that the first failure is not all of them. Null is no limit
 * @param grantedMax pauses the run when the users of this migration have got more credits than this, whatever triggered
 *     them; null is no limit
 */
public record RunSettings(
        int pageSize,
        int pageOperations,
        int threads,
        int usersPerSecond,
        @Nullable BigDecimal failureRateMax,
        @Nullable Credits grantedMax) {

    private static final RunSettings DEFAULTS = new RunSettings(1_000, 50_000, 1, 0, null, null);
    private static final int FAILURE_RATE_DECIMALS_MAX = 6;

    /**
     * Checks the bounds.
     *
     * @throws InvalidValueException if a value is out of its range
     */
    public RunSettings {
        within("page size", pageSize, 1, 10_000, "users");
        within("operations of a page", pageOperations, 1, 1_000_000, "operations");
        within("threads", threads, 1, 64, "threads");
        within("users per second", usersPerSecond, 0, 1_000_000, "users, 0 for no limit");
        if (failureRateMax != null) {
            boolean isShare = failureRateMax.signum() >= 0 && failureRateMax.compareTo(BigDecimal.ONE) <= 0;
            if (!isShare || failureRateMax.stripTrailingZeros().scale() > FAILURE_RATE_DECIMALS_MAX) {
                throw new InvalidValueException(
                        "failure rate", failureRateMax, "0 to 1, with at most 6 decimals; 0.01 is one in a hundred");
            }
            failureRateMax = failureRateMax.setScale(FAILURE_RATE_DECIMALS_MAX);
        }
        if (grantedMax != null && grantedMax.signum() < 0) {
            throw new InvalidValueException("credits granted at most", grantedMax, "0 or more");
        }
    }

    /** Pages of 1,000 users and 50,000 operations, one thread, no limits. */
    public static RunSettings defaults() {
        return DEFAULTS;
    }

    /** The same with this many users per transaction. */
    public RunSettings withPageSize(int users) {
        return new RunSettings(users, pageOperations, threads, usersPerSecond, failureRateMax, grantedMax);
    }

    /** The same with this many operations per transaction. */
    public RunSettings withPageOperations(int operations) {
        return new RunSettings(pageSize, operations, threads, usersPerSecond, failureRateMax, grantedMax);
    }

    /** The same with this many workers in each process. */
    public RunSettings withThreads(int workers) {
        return new RunSettings(pageSize, pageOperations, workers, usersPerSecond, failureRateMax, grantedMax);
    }

    /** The same, no faster than this; 0 is no limit. */
    public RunSettings withUsersPerSecond(int users) {
        return new RunSettings(pageSize, pageOperations, threads, users, failureRateMax, grantedMax);
    }

    /** The same, pausing when a larger share has failed; null is no limit. */
    public RunSettings withFailureRateMax(@Nullable BigDecimal share) {
        return new RunSettings(pageSize, pageOperations, threads, usersPerSecond, share, grantedMax);
    }

    /** The same, pausing when more has been granted; null is no limit. */
    public RunSettings withGrantedMax(@Nullable Credits credits) {
        return new RunSettings(pageSize, pageOperations, threads, usersPerSecond, failureRateMax, credits);
    }

    /** The settings in words, as events keep them: {@code pages of 1000 users, 1 thread, 500 users per second}. */
    @Override
    public String toString() {
        List<String> words = new ArrayList<>();
        words.add("pages of " + count(pageSize, "user") + " and " + count(pageOperations, "operation"));
        words.add(count(threads, "thread"));
        words.add(usersPerSecond == 0 ? "no limit of speed" : count(usersPerSecond, "user") + " per second");
        if (failureRateMax != null) {
            words.add(
                    "at most a share of " + failureRateMax.stripTrailingZeros().toPlainString() + " failed");
        }
        if (grantedMax != null) {
            words.add("at most " + grantedMax + " credits granted");
        }
        return String.join(", ", words);
    }

    private static String count(int number, String what) {
        return number + " " + what + (number == 1 ? "" : "s");
    }

    private static void within(String what, int value, int min, int max, String unit) {
        if (value < min || value > max) {
            throw new InvalidValueException(what, value, min + " to " + max + " " + unit);
        }
    }
}
