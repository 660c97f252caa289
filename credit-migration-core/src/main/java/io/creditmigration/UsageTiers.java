package io.creditmigration;

import io.creditmigration.internal.Arguments;
import java.util.ArrayList;
import java.util.List;

/**
 * A grant that grows with usage: a base for everyone, and more for those above this many operations a day. The highest
 * tier that a user is above decides. Immutable.
 */
public final class UsageTiers implements CreditPolicy {

    private record Tier(long operationsPerDay, Credits credits) {}

    private final Credits base;
    private final List<Tier> tiers;

    private UsageTiers(Credits base, List<Tier> tiers) {
        this.base = base;
        this.tiers = List.copyOf(tiers);
    }

    /** Everyone gets the base. */
    public static UsageTiers of(Credits base) {
        return new UsageTiers(notNegative(base), List.of());
    }

    /** Users above this many operations a day get these credits instead; tiers are named from low to high. */
    public UsageTiers above(long operationsPerDay, Credits credits) {
        notNegative(credits);
        long previous = tiers.isEmpty() ? -1 : tiers.get(tiers.size() - 1).operationsPerDay();
        if (operationsPerDay <= previous) {
            throw new InvalidValueException("operations per day of a tier", operationsPerDay, "more than " + previous);
        }
        List<Tier> more = new ArrayList<>(tiers);
        more.add(new Tier(operationsPerDay, credits));
        return new UsageTiers(base, more);
    }

    @Override
    public Allocation allocate(UserSnapshot user) {
        Usage usage = Arguments.require("user", user).usage();
        String did = usage.operations()
                + (usage.operations() == 1 ? " operation in " : " operations in ")
                + usage.days()
                + (usage.days() == 1 ? " day" : " days");
        for (int i = tiers.size() - 1; i >= 0; i--) {
            Tier tier = tiers.get(i);
            if (usage.isAbovePerDay(tier.operationsPerDay())) {
                return Allocation.of(
                        tier.credits(),
                        did + ", more than " + tier.operationsPerDay() + " a day: " + tier.credits() + " credits");
            }
        }
        return Allocation.of(base, did + ": " + base + " credits");
    }

    @Override
    public String definition() {
        StringBuilder text = new StringBuilder("usage-tiers v1 base=").append(base);
        for (Tier tier : tiers) {
            text.append(" above ")
                    .append(tier.operationsPerDay())
                    .append("/day=")
                    .append(tier.credits());
        }
        return text.toString();
    }

    @Override
    public UsageTiers atScale(int balanceScale) {
        fits(base, balanceScale);
        tiers.forEach(tier -> fits(tier.credits(), balanceScale));
        return this;
    }

    private static void fits(Credits credits, int balanceScale) {
        if (credits.scale() > balanceScale) {
            throw new InvalidValueException(
                    "granted credits", credits, "at most " + balanceScale + " decimals, as the balance column has");
        }
    }

    private static Credits notNegative(Credits credits) {
        if (Arguments.require("granted credits", credits).signum() < 0) {
            throw new InvalidValueException("granted credits", credits, "zero or more");
        }
        return credits;
    }
}
