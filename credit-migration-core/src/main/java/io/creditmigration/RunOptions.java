package io.creditmigration;

import java.util.function.Consumer;

/**
 * How a run walks the population. Immutable.
 *
 * @param pageSize users per transaction, 1 to 10,000
 * @param zeroCreditsOnly whether users with credits are left alone even where nobody has to confirm
 * @param includeExempt whether users exempt from conversions are migrated too
 * @param listener is told the figures so far after each page, on the run's thread
 */
public record RunOptions(
        int pageSize, boolean zeroCreditsOnly, boolean includeExempt, Consumer<MigrationRun> listener) {

    private static final RunOptions DEFAULTS = new RunOptions(500, false, false, run -> {});

    /** Refuses a page size that bounds nothing. */
    public RunOptions {
        if (pageSize < 1 || pageSize > 10_000) {
            throw new InvalidValueException("page size", pageSize, "1 to 10000 users");
        }
    }

    /** Everybody but exempt users, in pages of 500. */
    public static RunOptions defaults() {
        return DEFAULTS;
    }

    /** The same with so many users per transaction. */
    public RunOptions withPageSize(int users) {
        return new RunOptions(users, zeroCreditsOnly, includeExempt, listener);
    }

    /** The same, leaving users with credits alone. */
    public RunOptions withZeroCreditsOnly() {
        return new RunOptions(pageSize, true, includeExempt, listener);
    }

    /** The same, including exempt users. */
    public RunOptions withExempt() {
        return new RunOptions(pageSize, zeroCreditsOnly, true, listener);
    }

    /** The same with this listener. */
    public RunOptions withListener(Consumer<MigrationRun> newListener) {
        return new RunOptions(pageSize, zeroCreditsOnly, includeExempt, newListener);
    }

    /** Names whom a run is for; an interrupted run is resumed by one of the same scope. */
    String scope() {
        return (zeroCreditsOnly ? "zero-credits" : "everyone") + (includeExempt ? "+exempt" : "");
    }
}
