package io.creditmigration.spi;

import io.creditmigration.RunSettings;
import org.jspecify.annotations.Nullable;

/**
 * What became of one page of a run.
 *
 * @param status the outcome
 * @param range the range that it belonged to; null where none was claimed, for REJECTED and ENDED
 * @param settings the run's settings as read in the page's transaction; null for REJECTED and ENDED
 * @param message for REJECTED and ENDED, what the store said; null otherwise
 */
public record Page(
        Status status,
        @Nullable Integer range,
        @Nullable RunSettings settings,
        @Nullable String message) {

    /** What can become of a page. */
    public enum Status {
        /** Written, with the range's position moved. */
        ADVANCED,
        /** Every range is done; nothing was left to do. */
        FINISHED,
        /** Others work on all the ranges that are left in this pass. */
        BUSY,
        /** The run is paused or cancelled; nothing was written. */
        STOPPED,
        /** The halt switch {@linkplain io.creditmigration.RunScope#isHeldUpBy holds the run up}; nothing was written. */
        HALTED,
        /** Rolled back because its users were being written by others, as the library has asked. */
        CONTENDED,
        /** Some user's data was refused; nothing was written. */
        REJECTED,
        /** Ended by the database: a statement took longer than it may, or met a lock that was not given up; nothing was written. */
        ENDED
    }

    /** A page that needs no words. */
    public static Page of(Status status, @Nullable Integer range, RunSettings settings) {
        return new Page(status, range, settings, null);
    }

    /** A page that was rolled back because of some user's data. */
    public static Page rejected(String message) {
        return new Page(Status.REJECTED, null, null, message);
    }

    /** A page that the database has ended for its time or for a lock, and that may be asked for again. */
    public static Page ended(String message) {
        return new Page(Status.ENDED, null, null, message);
    }
}
