package io.creditmigration.testkit.simulation;

import org.jspecify.annotations.Nullable;

/** A guarantee that did not hold. */
final class Violation extends AssertionError {

    private static final long serialVersionUID = 1L;

    /** The guarantee's number in the README. */
    final int guarantee;

    Violation(int guarantee, String message) {
        super("Guarantee " + guarantee + " does not hold: " + message);
        this.guarantee = guarantee;
    }

    /** Fails unless it holds. */
    @SuppressWarnings("AnnotateFormatMethod")
    static void unless(boolean holds, int guarantee, String format, @Nullable Object... values) {
        if (!holds) {
            throw new Violation(guarantee, String.format(format, values));
        }
    }
}
