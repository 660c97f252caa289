package io.creditmigration;

import io.creditmigration.internal.Arguments;
import java.math.BigDecimal;
import java.math.RoundingMode;
import org.jspecify.annotations.Nullable;

/**
 * A move to another rate: {@code new = old × oldRate ÷ newRate}, rounded once. Rounding is half-even at 4 decimals, or at
 * the balance column's scale if that is smaller, unless said otherwise. Immutable.
 *
 * <p>The old rate is the <em>user's</em>, so a user who skipped a migration converts straight to the newest rate; the old
 * rate given here is that of users of whom no other is known.
 */
public final class RateConversion implements CreditPolicy {

    private static final int USUAL_SCALE = 4;

    private final CreditRate oldRate;
    private final CreditRate newRate;
    private final @Nullable Integer scale;
    private final RoundingMode rounding;

    RateConversion(CreditRate oldRate, CreditRate newRate, @Nullable Integer scale, RoundingMode rounding) {
        Arguments.require("old rate", oldRate);
        Arguments.require("new rate", newRate);
        if (oldRate.equals(newRate)) {
            throw new InvalidValueException("new rate", newRate, "another than the old rate");
        }
        this.oldRate = oldRate;
        this.newRate = newRate;
        this.scale = scale;
        this.rounding = rounding;
    }

    /** The same conversion, rounded to exactly this many decimals; refused later where the balance column holds fewer. */
    public RateConversion scale(int decimals) {
        if (decimals < 0 || decimals > Credits.SCALE_MAX) {
            throw new InvalidValueException("scale", decimals, "0 to " + Credits.SCALE_MAX);
        }
        return new RateConversion(oldRate, newRate, decimals, rounding);
    }

    /** The same conversion, rounded in this mode. */
    public RateConversion rounding(RoundingMode mode) {
        if (Arguments.require("rounding", mode) == RoundingMode.UNNECESSARY) {
            throw new InvalidValueException("rounding", mode, "a mode that rounds");
        }
        return new RateConversion(oldRate, newRate, scale, mode);
    }

    /** The rate of users of whom no other is known. */
    public CreditRate oldRate() {
        return oldRate;
    }

    /** The rate that everyone is moved to. */
    public CreditRate newRate() {
        return newRate;
    }

    @Override
    public Allocation allocate(UserSnapshot user) {
        Credits credits = Arguments.require("user", user).credits();
        if (credits == null) {
            throw new InvalidValueException("balance", "absent", "a number: an absent balance is not zero");
        }
        CreditRate from = user.rate() == null ? oldRate : user.rate();
        BigDecimal converted = credits.worthAt(from).divide(newRate.perCredit(), decimals(), rounding);
        return Allocation.of(
                Credits.of(converted),
                credits + " credits at " + from + " are " + Credits.of(converted) + " at " + newRate);
    }

    @Override
    public String definition() {
        return "convert v1 " + oldRate + "->" + newRate + " scale=" + decimals() + " rounding=" + rounding;
    }

    @Override
    public RateConversion atScale(int balanceScale) {
        if (scale != null && scale > balanceScale) {
            throw new InvalidValueException(
                    "scale", scale, "at most " + balanceScale + " decimals, as the balance column has");
        }
        return scale(Math.min(decimals(), balanceScale));
    }

    RoundingMode rounding() {
        return rounding;
    }

    int decimals() {
        return scale == null ? USUAL_SCALE : scale;
    }
}
