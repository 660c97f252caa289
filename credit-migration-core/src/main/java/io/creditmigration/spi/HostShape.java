package io.creditmigration.spi;

import io.creditmigration.Credits;

/**
 * What a store's tables can hold and tell.
 *
 * @param balanceScale how many decimals a balance can have, 0 to 18
 * @param wholeDigits how many digits a balance can have before the point; {@link #UNBOUNDED} where there is no limit
 * @param rates whether each row names the rate of its balance. Then nothing else tells its unit, and an absent rate is
 *     UNKNOWN_RATE
 * @param registrations whether each row names when its user registered. Then an absent one is UNKNOWN_REGISTRATION for
 *     conversions
 */
public record HostShape(int balanceScale, int wholeDigits, boolean rates, boolean registrations) {

    /** No limit. */
    public static final int UNBOUNDED = Integer.MAX_VALUE;

    /** Balances of so many decimals and of any size, in tables that name neither rate nor registration. */
    public static HostShape ofScale(int balanceScale) {
        return new HostShape(balanceScale, UNBOUNDED, false, false);
    }

    /** Whether a balance is not too large for its column. */
    public boolean holds(Credits credits) {
        return credits.amount().precision() - credits.amount().scale() <= wholeDigits;
    }
}
