package io.creditmigration;

import io.creditmigration.internal.Arguments;
import io.creditmigration.internal.Decimal;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * An exact amount of credits, possibly negative. Two amounts of the same value are equal: {@code 0.00} is zero and
 * {@code 50.00} is {@code 50}, while {@code 0.0001} is above zero.
 *
 * <p>At most {@value #INTEGER_DIGITS_MAX} digits before and {@value #SCALE_MAX} after the decimal point, so that every
 * supported database holds it exactly. Immutable and thread-safe; nothing here rounds.
 */
public final class Credits implements Comparable<Credits> {

    /** The most digits before the decimal point. */
    public static final int INTEGER_DIGITS_MAX = 20;

    /** The most digits after the decimal point. */
    public static final int SCALE_MAX = 18;

    /** No credits. */
    public static final Credits ZERO = new Credits(BigDecimal.ZERO);

    private final BigDecimal amount;

    private Credits(BigDecimal amount) {
        this.amount = amount;
    }

    /** The amount written as a decimal number. */
    public static Credits of(String amount) {
        return of(Decimal.parse("credits", amount));
    }

    /** A whole number of credits. */
    public static Credits of(long amount) {
        return of(BigDecimal.valueOf(amount));
    }

    /**
     * The exact amount.
     *
     * @throws InvalidValueException when it has more digits than credits can have
     */
    public static Credits of(BigDecimal amount) {
        return new Credits(Decimal.canonical("credits", amount, INTEGER_DIGITS_MAX, SCALE_MAX));
    }

    /** The exact value in canonical form: no trailing zeros, never a negative scale. */
    public BigDecimal amount() {
        return amount;
    }

    /** The sum, exactly. */
    public Credits plus(Credits other) {
        return of(amount.add(Arguments.require("credits", other).amount));
    }

    /** The difference, exactly. */
    public Credits minus(Credits other) {
        return of(amount.subtract(Arguments.require("credits", other).amount));
    }

    /** −1, 0 or 1 as the amount is below, exactly or above zero. */
    public int signum() {
        return amount.signum();
    }

    /** How many decimals the amount needs; a column of a smaller scale cannot hold it. */
    public int scale() {
        return amount.scale();
    }

    /** The money's worth of this amount at a rate: credits × rate, exactly. */
    public BigDecimal worthAt(CreditRate rate) {
        return amount.multiply(Arguments.require("rate", rate).perCredit());
    }

    @Override
    public int compareTo(Credits other) {
        return amount.compareTo(other.amount);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Credits that && amount.compareTo(that.amount) == 0;
    }

    @Override
    public int hashCode() {
        return amount.hashCode();
    }

    /** The plain decimal number, without trailing zeros. */
    @Override
    public String toString() {
        return amount.toPlainString();
    }
}
