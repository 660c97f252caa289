package io.creditmigration.spi;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What became of one page of a run.
 *
 * @param status what became of it
 * @param sweep whether it belonged to the second pass
 * @param results one result per change, in the order of the changes; empty unless ADVANCED
 * @param message for REJECTED, what the store said; null otherwise
 */
public record Page(
        Status status,
        boolean sweep,
        List<CommitResult> results,
        @Nullable String message) {

    /** What can become of a page. */
    public enum Status {
        /** Written, with the position moved. */
        ADVANCED,
        /** The run is over; nothing was left to do. */
        FINISHED,
        /** Somebody else works on the run's position. */
        BUSY,
        /** The halt switch is on; nothing was written. */
        HALTED,
        /** Some user's data was refused; nothing was written. */
        REJECTED
    }

    /** A written page. */
    public static Page advanced(boolean sweep, List<CommitResult> results) {
        return new Page(Status.ADVANCED, sweep, List.copyOf(results), null);
    }

    /** A page that wrote nothing. */
    public static Page of(Status status) {
        return new Page(status, false, List.of(), null);
    }

    /** A page that was rolled back because of some user's data. */
    public static Page rejected(String message) {
        return new Page(Status.REJECTED, false, List.of(), message);
    }
}
