package io.creditmigration;

import io.creditmigration.internal.Arguments;

/**
 * How a host is, and what a run is to do about it.
 *
 * @param level what the run is to do
 * @param reason why, for operators; empty for GO
 */
public record Health(Level level, String reason) {

    /** What a run is to do. */
    public enum Level {
        /** Go on. */
        GO,
        /** Rest after each page for as long as the page took, and for a tenth of a second at least. */
        SLOW_DOWN,
        /** Pause the run, until an operator resumes it. */
        STOP
    }

    /** Refuses one that says nothing; an empty reason is one. */
    public Health {
        Arguments.require("level", level);
        Arguments.require("reason", reason);
    }

    /** All is well. */
    public static final Health GO = new Health(Level.GO, "");

    /** Asks the run to work half the time. */
    public static Health slowDown(String reason) {
        return new Health(Level.SLOW_DOWN, Arguments.requireText("reason", reason, 500));
    }

    /** Asks the run to pause. */
    public static Health stop(String reason) {
        return new Health(Level.STOP, Arguments.requireText("reason", reason, 500));
    }
}
