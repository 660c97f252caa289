package io.creditmigration.spi;

import io.creditmigration.RunSettings;
import org.jspecify.annotations.Nullable;

/**
 * What became of one page of a run.
 *
 * @param status what became of it
 * @param range the range that it belonged to; null where none was claimed, and for REJECTED
 * @param settings the run's settings as read in the page's transaction; null for REJECTED
 * @param message for REJECTED, what the store said; null otherwise
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
        REJECTED
    }

    /** A page that needs no words. */
    public static Page of(Status status, @Nullable Integer range, RunSettings settings) {
        return new Page(status, range, settings, null);
    }

    /** A page that was rolled back because of some user's data. */
    public static Page rejected(String message) {
        return new Page(Status.REJECTED, null, null, message);
    }
}
