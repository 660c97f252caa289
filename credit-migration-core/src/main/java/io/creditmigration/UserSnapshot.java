package io.creditmigration;

import io.creditmigration.internal.Arguments;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a store read of one user: all that a {@link CreditPolicy} may look at. Immutable.
 *
 * @param userId the id as the store renders it, which may differ from the one asked for ({@code "007"} asked, {@code "7"}
 *     stored)
 * @param credits the balance in the regime that the user is in now; null where there is none
 * @param reserved open reservations that are not in the balance; they keep a user from counting as one without credits
 * @param rate the rate that the balance was priced at; null until it is known
 * @param registeredAt when the user registered; null where unknown
 * @param exempt whether the host exempts the user from rate conversions, an admin for example
 * @param usage what the user did in the usage window
 */
public record UserSnapshot(
        String userId,
        @Nullable Credits credits,
        Credits reserved,
        @Nullable CreditRate rate,
        @Nullable Instant registeredAt,
        boolean exempt,
        Usage usage) {

    /** Refuses a user of whom nothing can be told: balance, rate and registration alone may be unknown. */
    public UserSnapshot {
        Arguments.require("user id", userId);
        Arguments.require("reservations", reserved);
        Arguments.require("usage", usage);
    }

    /** A user of whom nothing is known but the id, to be completed with the {@code with…} methods. */
    public static UserSnapshot of(String userId) {
        return new UserSnapshot(userId, null, Credits.ZERO, null, null, false, Usage.NONE);
    }

    /** The same user with this balance. */
    public UserSnapshot withCredits(@Nullable Credits newCredits) {
        return new UserSnapshot(userId, newCredits, reserved, rate, registeredAt, exempt, usage);
    }

    /** The same user with these open reservations. */
    public UserSnapshot withReserved(Credits newReserved) {
        return new UserSnapshot(userId, credits, newReserved, rate, registeredAt, exempt, usage);
    }

    /** The same user with a balance priced at this rate. */
    public UserSnapshot withRate(@Nullable CreditRate newRate) {
        return new UserSnapshot(userId, credits, reserved, newRate, registeredAt, exempt, usage);
    }

    /** The same user, registered then. */
    public UserSnapshot withRegisteredAt(@Nullable Instant newRegisteredAt) {
        return new UserSnapshot(userId, credits, reserved, rate, newRegisteredAt, exempt, usage);
    }

    /** The same user, exempt or not. */
    public UserSnapshot withExempt(boolean newExempt) {
        return new UserSnapshot(userId, credits, reserved, rate, registeredAt, newExempt, usage);
    }

    /** The same user with this usage. */
    public UserSnapshot withUsage(Usage newUsage) {
        return new UserSnapshot(userId, credits, reserved, rate, registeredAt, exempt, newUsage);
    }
}
