package io.creditmigration;

import io.creditmigration.internal.Arguments;
import io.creditmigration.internal.Decimal;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * What one credit costs in the host's money, such as 1,000 VND for one dollar of credits. Always above zero, exact,
 * immutable; equal by value.
 *
 * <p>At most {@value #INTEGER_DIGITS_MAX} digits before and {@value #SCALE_MAX} after the decimal point.
 */
public final class CreditRate implements Comparable<CreditRate> {

    /** The most digits before the decimal point. */
    public static final int INTEGER_DIGITS_MAX = 12;

    /** The most digits after the decimal point. */
    public static final int SCALE_MAX = 6;

    private final BigDecimal perCredit;

    private CreditRate(BigDecimal perCredit) {
        this.perCredit = perCredit;
    }

    /** A rate written as a decimal number. */
    public static CreditRate of(String perCredit) {
        return of(Decimal.parse("rate", perCredit));
    }

    /** A whole number of money units for one credit. */
    public static CreditRate of(long perCredit) {
        return of(BigDecimal.valueOf(perCredit));
    }

    /**
     * The exact rate.
     *
     * @throws InvalidValueException when it is zero, negative, or has more digits than a rate can have
     */
    public static CreditRate of(BigDecimal perCredit) {
        if (Arguments.require("rate", perCredit).signum() <= 0) {
            throw new InvalidValueException("rate", perCredit, "above zero: what one credit costs");
        }
        return new CreditRate(Decimal.canonical("rate", perCredit, INTEGER_DIGITS_MAX, SCALE_MAX));
    }

    /** Money for one credit, in canonical form. */
    public BigDecimal perCredit() {
        return perCredit;
    }

    @Override
    public int compareTo(CreditRate other) {
        return perCredit.compareTo(other.perCredit);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof CreditRate that && perCredit.compareTo(that.perCredit) == 0;
    }

    @Override
    public int hashCode() {
        return perCredit.hashCode();
    }

    @Override
    public String toString() {
        return perCredit.toPlainString();
    }
}
