package io.creditmigration;

/**
 * What decides a user's credits. There are two kinds, and neither can be taken for the other: a {@link CreditPolicy} grants,
 * and its credits are added to what the user has; a {@link RateConversion} replaces the balance.
 */
public sealed interface MigrationPolicy permits CreditPolicy, RateConversion {

    /**
     * The policy's name, version and figures in one line. It is part of the stored definition: a node that comes with
     * another one under the same migration id is refused, so change the version whenever the rule changes.
     */
    String definition();

    /**
     * This policy for balances of at most so many decimals.
     *
     * @throws InvalidValueException when the policy's own figures do not fit
     */
    MigrationPolicy atScale(int balanceScale);
}
