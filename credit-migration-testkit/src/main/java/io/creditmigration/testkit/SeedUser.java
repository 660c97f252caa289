package io.creditmigration.testkit;

import io.creditmigration.CreditRate;
import io.creditmigration.Credits;
import io.creditmigration.InvalidValueException;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A user as the host has it before anything is migrated. Immutable; every method answers a changed copy.
 *
 * <pre>{@code
 * user("ann").credits("0").refCredits("7.5")
 * user("bob").registeredAt(joined).operations(first, second)          // no credits given: no account
 * }</pre>
 *
 * @param userId the host's id of the user
 * @param credits the purchased credits; null where there is no balance, which is not zero
 * @param refCredits the referral credits, which no migration touches
 * @param reserved open reservations that are not in the balance
 * @param rate the rate of the balance, in stores whose rows name it; null where nothing is said: the host's usual one
 * @param registeredAt when the user registered; null where unknown
 * @param isExempt whether the host exempts the user from rate conversions
 * @param isFlagged whether the host's own marker says already that the user is migrated
 * @param rateLimit operations in a clock hour under the rate limit; a grant clears it and a rollback restores it
 * @param operations when the user's operations were made, in no particular order
 */
public record SeedUser(
        String userId,
        @Nullable Credits credits,
        Credits refCredits,
        Credits reserved,
        @Nullable CreditRate rate,
        @Nullable Instant registeredAt,
        boolean isExempt,
        boolean isFlagged,
        int rateLimit,
        List<Instant> operations) {

    private static final int USUAL_RATE_LIMIT = 10;
    private static final Instant USUAL_REGISTRATION = Instant.parse("2020-01-01T00:00:00Z");

    /** Refuses an empty id, and keeps the operations as they are now. */
    public SeedUser {
        if (userId.isEmpty()) {
            throw new InvalidValueException("user id", userId, "at least one character");
        }
        operations = List.copyOf(operations);
    }

    /** A user with no balance, registered in 2020, under a rate limit of 10, who has done nothing. */
    public static SeedUser user(String userId) {
        return new SeedUser(
                userId,
                null,
                Credits.ZERO,
                Credits.ZERO,
                null,
                USUAL_REGISTRATION,
                false,
                false,
                USUAL_RATE_LIMIT,
                List.of());
    }

    /** The same user with a balance at this rate. */
    public SeedUser rate(String perCredit) {
        return new SeedUser(
                userId,
                credits,
                refCredits,
                reserved,
                CreditRate.of(new BigDecimal(perCredit)),
                registeredAt,
                isExempt,
                isFlagged,
                rateLimit,
                operations);
    }

    /** The same user with this balance. */
    public SeedUser credits(String amount) {
        return new SeedUser(
                userId,
                Credits.of(amount),
                refCredits,
                reserved,
                rate,
                registeredAt,
                isExempt,
                isFlagged,
                rateLimit,
                operations);
    }

    /** The same user with these referral credits. */
    public SeedUser refCredits(String amount) {
        return new SeedUser(
                userId,
                credits,
                Credits.of(amount),
                reserved,
                rate,
                registeredAt,
                isExempt,
                isFlagged,
                rateLimit,
                operations);
    }

    /** The same user with these open reservations. */
    public SeedUser reserved(String amount) {
        return new SeedUser(
                userId,
                credits,
                refCredits,
                Credits.of(amount),
                rate,
                registeredAt,
                isExempt,
                isFlagged,
                rateLimit,
                operations);
    }

    /** The same user, registered then. */
    public SeedUser registeredAt(Instant at) {
        return new SeedUser(
                userId, credits, refCredits, reserved, rate, at, isExempt, isFlagged, rateLimit, operations);
    }

    /** The same user, of whom nobody knows when he registered. */
    public SeedUser registeredAtUnknownTime() {
        return new SeedUser(
                userId, credits, refCredits, reserved, rate, null, isExempt, isFlagged, rateLimit, operations);
    }

    /** The same user, exempt from rate conversions. */
    public SeedUser exempt() {
        return new SeedUser(
                userId, credits, refCredits, reserved, rate, registeredAt, true, isFlagged, rateLimit, operations);
    }

    /** The same user, whom the host has marked as migrated itself. */
    public SeedUser flagged() {
        return new SeedUser(
                userId, credits, refCredits, reserved, rate, registeredAt, isExempt, true, rateLimit, operations);
    }

    /** The same user with another rate limit. */
    public SeedUser rateLimit(int operationsPerHour) {
        return new SeedUser(
                userId,
                credits,
                refCredits,
                reserved,
                rate,
                registeredAt,
                isExempt,
                isFlagged,
                operationsPerHour,
                operations);
    }

    /** The same user with one operation more. */
    public SeedUser operation(Instant at) {
        return operations(at);
    }

    /** The same user with these operations more. */
    public SeedUser operations(Instant... at) {
        List<Instant> more = new ArrayList<>(operations);
        more.addAll(List.of(at));
        return new SeedUser(
                userId, credits, refCredits, reserved, rate, registeredAt, isExempt, isFlagged, rateLimit, more);
    }
}
