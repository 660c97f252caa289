package io.creditmigration.internal;

import io.creditmigration.InvalidValueException;
import java.math.BigDecimal;

/** Parses and checks decimals. The canonical form has no trailing zeros and no exponent. */
public final class Decimal {

    private static final int TEXT_LENGTH_MAX = 100;

    private Decimal() {}

    /** The number that this text is. */
    public static BigDecimal parse(String what, String text) {
        Arguments.require(what, text);
        if (text.isEmpty() || text.length() > TEXT_LENGTH_MAX) {
            throw new InvalidValueException(
                    what, text, "a decimal number of at most " + TEXT_LENGTH_MAX + " characters");
        }
        try {
            return new BigDecimal(text);
        } catch (NumberFormatException e) {
            throw new InvalidValueException(what, text, "a decimal number such as 12.50");
        }
    }

    /** The value in canonical form, if it has no more digits than allowed. */
    public static BigDecimal canonical(String what, BigDecimal value, int integerDigitsMax, int scaleMax) {
        Arguments.require(what, value);
        // Precision and scale are compared before anything is expanded or stripped: 1E+999999999 must not become a
        // gigabyte of zeros, and 100E+2147483647 stripped is beyond what a BigDecimal can be.
        boolean tooLarge = value.signum() != 0 && (long) value.precision() - value.scale() > integerDigitsMax;
        BigDecimal stripped = tooLarge ? value : value.stripTrailingZeros();
        if (tooLarge || stripped.scale() > scaleMax) {
            throw new InvalidValueException(
                    what,
                    value,
                    "at most " + integerDigitsMax + " digits before and " + scaleMax + " after the decimal point");
        }
        return stripped.scale() < 0 ? stripped.setScale(0) : stripped;
    }
}
