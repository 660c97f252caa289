package io.creditmigration;

import io.creditmigration.internal.Arguments;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A move to another rate: {@code new = old × oldRate ÷ newRate}, rounded once. Rounding is half-even at 4 decimals, or at
 * the balance column's scale if that is smaller, unless said otherwise. Immutable.
 *
 * <p>Where each row names the rate of its balance, a user who skipped an earlier conversion converts straight from that
 * rate: from those given here, or from those of a migration that this one follows. Where it does not, every balance is at
 * the old rate.
 */
public final class RateConversion implements MigrationPolicy {

    private static final int USUAL_SCALE = 4;
    private static final int OLD_RATES_MAX = 10;

    private final List<CreditRate> oldRates;
    private final CreditRate newRate;
    private final @Nullable Integer scale;
    private final RoundingMode rounding;

    RateConversion(List<CreditRate> oldRates, CreditRate newRate, @Nullable Integer scale, RoundingMode rounding) {
        oldRates.forEach(rate -> Arguments.require("old rate", rate));
        Arguments.require("new rate", newRate);
        if (oldRates.contains(newRate)) {
            throw new InvalidValueException("new rate", newRate, "another than the old rate");
        }
        this.oldRates = List.copyOf(oldRates);
        this.newRate = newRate;
        this.scale = scale;
        this.rounding = rounding;
    }

    /** The same conversion, rounded to exactly this many decimals; refused later where the balance column holds fewer. */
    public RateConversion scale(int decimals) {
        if (decimals < 0 || decimals > Credits.SCALE_MAX) {
            throw new InvalidValueException("scale", decimals, "0 to " + Credits.SCALE_MAX);
        }
        return new RateConversion(oldRates, newRate, decimals, rounding);
    }

    /** The same conversion, rounded in this mode. */
    public RateConversion rounding(RoundingMode mode) {
        if (Arguments.require("rounding", mode) == RoundingMode.UNNECESSARY) {
            throw new InvalidValueException("rounding", mode, "a mode that rounds");
        }
        return new RateConversion(oldRates, newRate, scale, mode);
    }

    /**
     * The same conversion, also for balances that are at one of these rates: needs a mapped rate column, which says which
     * balance is at which.
     */
    public RateConversion alsoFrom(CreditRate... rates) {
        List<CreditRate> all = new ArrayList<>(oldRates);
        for (CreditRate rate : Arguments.require("old rates", rates)) {
            if (!all.contains(rate)) {
                all.add(rate);
            }
        }
        if (all.size() > OLD_RATES_MAX) {
            throw new InvalidValueException("number of old rates", all.size(), "at most " + OLD_RATES_MAX);
        }
        return new RateConversion(all, newRate, scale, rounding);
    }

    /** The old rate: that of every balance where no rate column is mapped. */
    public CreditRate oldRate() {
        return oldRates.get(0);
    }

    /** All rates that it converts from, {@link #oldRate} first. */
    public List<CreditRate> oldRates() {
        return oldRates;
    }

    /** The rate that everyone is moved to. */
    public CreditRate newRate() {
        return newRate;
    }

    /**
     * What a balance at this rate becomes.
     *
     * @throws ArithmeticException when it has more digits than {@link Credits} can have
     */
    public Credits convert(Credits credits, CreditRate from) {
        Arguments.require("credits", credits);
        Arguments.require("rate", from);
        return Credits.of(credits.worthAt(from).divide(newRate.perCredit(), decimals(), rounding));
    }

    /** Why a balance becomes what it does, in words. */
    public String reason(Credits credits, CreditRate from) {
        Arguments.require("credits", credits);
        return credits + " credits at " + from + " are " + convert(credits, from) + " at " + newRate;
    }

    @Override
    public String definition() {
        return "convert v1 " + rates() + "->" + newRate + " scale=" + decimals() + " rounding=" + rounding;
    }

    @Override
    public RateConversion atScale(int balanceScale) {
        if (scale != null && scale > balanceScale) {
            throw new InvalidValueException(
                    "scale", scale, "at most " + balanceScale + " decimals, as the balance column has");
        }
        return scale(Math.min(decimals(), balanceScale));
    }

    private String rates() {
        return oldRates.stream().map(CreditRate::toString).collect(Collectors.joining(","));
    }

    RoundingMode rounding() {
        return rounding;
    }

    /** To how many decimals it rounds. */
    public int decimals() {
        return scale == null ? USUAL_SCALE : scale;
    }
}
