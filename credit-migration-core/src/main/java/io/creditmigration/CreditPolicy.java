package io.creditmigration;

import io.creditmigration.internal.Arguments;
import java.math.RoundingMode;
import java.util.List;

/**
 * Decides what a user is granted: a pure function from what was read of the user to credits and a reason. It does no I/O,
 * keeps no state and may be called again for the same user; it is called on any thread and while no row is locked.
 *
 * <pre>{@code
 * CreditPolicy.initialGrant()                                              // 20, or 50 above 10 operations a day
 * CreditPolicy.convert(CreditRate.of(1_000), CreditRate.of(2_500))         // 50 credits become 20
 * CreditPolicy founders = user -> Allocation.of(Credits.of(100), "founding member");
 * CreditPolicy named = founders.named("founders", 1);
 * }</pre>
 *
 * <p>Credits are added to what the user has. Only a {@link RateConversion} replaces a balance. A policy of the host's own
 * needs a {@linkplain #named name and version}: two nodes with two rules that nothing tells apart would grant different
 * amounts.
 *
 * <p>A policy that throws, or answers null, concerns only the user it was asked about: that user is marked FAILED with
 * the message and keeps working under the old regime.
 */
@FunctionalInterface
public non-sealed interface CreditPolicy extends MigrationPolicy {

    /** What {@link #definition} says of a policy without a name, which no migration takes. */
    String UNNAMED = "unnamed";

    /** What this user gets, and why. */
    Allocation allocate(UserSnapshot user);

    @Override
    default String definition() {
        return UNNAMED;
    }

    @Override
    default CreditPolicy atScale(int balanceScale) {
        return this;
    }

    /**
     * The same rule under a name and version of its own, for the stored definition.
     *
     * @throws InvalidValueException when the name is none, or the version below 1
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
        Arguments.require("old rate", oldRate);
        return new RateConversion(List.of(oldRate), newRate, null, RoundingMode.HALF_EVEN);
    }
}
