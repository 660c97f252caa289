package io.creditmigration;

import io.creditmigration.internal.Arguments;

/**
 * What a policy gives a user, and why.
 *
 * @param credits for a grant the credits to add, for a conversion the whole new balance; never negative
 * @param reason why, in words that may be shown to the user; at most {@value #REASON_LENGTH_MAX} characters
 */
public record Allocation(Credits credits, String reason) {

    /** The longest reason. */
    public static final int REASON_LENGTH_MAX = 500;

    /** Refuses what no one can be given. */
    public Allocation {
        if (Arguments.require("allocated credits", credits).signum() < 0) {
            throw new InvalidValueException("allocated credits", credits, "zero or more");
        }
        if (Arguments.require("reason of an allocation", reason).isBlank() || reason.length() > REASON_LENGTH_MAX) {
            throw new InvalidValueException(
                    "reason of an allocation", reason, "1 to " + REASON_LENGTH_MAX + " characters, not blank");
        }
    }

    /** These credits for this reason. */
    public static Allocation of(Credits credits, String reason) {
        return new Allocation(credits, reason);
    }
}
