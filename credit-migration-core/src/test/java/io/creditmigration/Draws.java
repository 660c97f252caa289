package io.creditmigration;

import java.math.BigDecimal;
import java.util.List;
import java.util.Random;

/** Random amounts and rates; small and large ones are equally likely, because it is at the small ones that rounding bites. */
public final class Draws {

    private final Random random;

    public Draws(long seed) {
        this.random = new Random(seed);
    }

    public int upTo(int max) {
        return random.nextInt(max + 1);
    }

    public boolean toss() {
        return random.nextBoolean();
    }

    public <T> T oneOf(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    /** Zero or more, of exactly so many decimals or fewer. */
    public Credits credits(int decimals) {
        return Credits.of(decimal(11, decimals));
    }

    /** Above zero, whole or with a few decimals. */
    public CreditRate rate() {
        return CreditRate.of(decimal(6, upTo(2)).add(BigDecimal.ONE));
    }

    /** A rate that is not this one. */
    public CreditRate rateOtherThan(CreditRate rate) {
        CreditRate drawn = rate();
        return drawn.equals(rate) ? CreditRate.of(rate.perCredit().add(BigDecimal.ONE)) : drawn;
    }

    private BigDecimal decimal(int digitsMax, int decimals) {
        long bound = 1;
        for (int digits = upTo(digitsMax); digits > 0; digits--) {
            bound *= 10;
        }
        return BigDecimal.valueOf(random.nextLong(bound), decimals);
    }
}
