package io.creditmigration;

import java.math.RoundingMode;

/**
 * Decides what a user gets: a pure function from what was read of the user to credits and a reason. It does no I/O, keeps
 * no state and may be called again for the same user; it is called on any thread and while no row is locked.
 *
 * <pre>{@code
 * CreditPolicy.initialGrant()                                              // 20, or 50 above 10 operations a day
 * CreditPolicy.convert(CreditRate.of(1_000), CreditRate.of(2_500))         // 50 credits become 20
 * CreditPolicy vip = user -> Allocation.of(Credits.of(100), "founding member");
 * }</pre>
 *
 * <p>A policy of the host's own grants: its credits are added to what the user has. The only policy that replaces a
 * balance is {@link RateConversion}, whose arithmetic is what the conservation guarantee is about.
 *
 * <p>A policy that throws, or answers null, concerns only the user it was asked about: that user is marked FAILED with
 * the message and keeps working under the old regime.
 */
@FunctionalInterface
public interface CreditPolicy {

    /** What this user gets, and why. */
    Allocation allocate(UserSnapshot user);

    /**
     * The policy's name, version and figures in one line. It is part of the stored definition: a node that comes with
     * another one under the same migration id is refused, so change the version whenever the rule changes.
     */
    default String definition() {
        return "custom v1";
    }

    /**
     * This policy for balances of at most this many decimals.
     *
     * @throws InvalidValueException when the policy's own figures do not fit
     */
    default CreditPolicy atScale(int balanceScale) {
        return this;
    }

    /**
     * The same rule under a name and version of its own, for the stored definition.
     *
     * @throws InvalidValueException when the name is none, the version below 1, or the policy a {@link RateConversion}
     */
    default CreditPolicy named(String name, int version) {
        return new NamedPolicy(this, name, version);
    }

    /** The initial grant of a move from rate limits: 20 credits, or 50 for more than 10 operations a day. */
    static UsageTiers initialGrant() {
        return UsageTiers.of(Credits.of(20)).above(10, Credits.of(50));
    }

    /** A move to another rate: {@code credits × oldRate ÷ newRate}, rounded once, half-even. */
    static RateConversion convert(CreditRate oldRate, CreditRate newRate) {
        return new RateConversion(oldRate, newRate, null, RoundingMode.HALF_EVEN);
    }
}
