package io.creditmigration.engine.decide;

import io.creditmigration.CreditRate;
import io.creditmigration.Migration;
import io.creditmigration.RateConversion;
import io.creditmigration.UserSnapshot;
import io.creditmigration.spi.HostShape;
import io.creditmigration.spi.StoredDefinition;
import io.creditmigration.spi.UserState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the unit of a balance is to a migration, by the balance's own row: by its rate where a rate column is mapped, by its
 * marker where none is. The migrations before and after in the chain tell what a rate means.
 */
public final class Chain {

    /** What a row says of its balance. */
    enum Unit {
        /** The unit that the migration converts from; for a grant, not marked. */
        OLD,
        /** The unit that the migration leaves, or one that follows it; for a grant, marked. */
        NEW,
        /** A rate column is mapped, and the row has none. */
        NO_RATE,
        /** A rate that neither the migration nor the chain names. */
        OTHER,
        /** No marker is mapped that tells. */
        UNMARKED
    }

    /** A conversion of the chain that leaves a rate, and since when sign-ups do not begin with it. */
    private record Leaving(List<CreditRate> rates, Instant newcomersFrom) {}

    private record Rates(
            Set<CreditRate> before, Set<CreditRate> after, List<Leaving> leaving, List<CreditRate> flagged) {}

    private static final long FRESH_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final @Nullable RateConversion conversion;
    private final Migration migration;
    private final HostShape shape;
    private volatile long learntNanos = System.nanoTime();
    private volatile Rates rates;

    /** The chain as it is stored now. */
    public Chain(Migration migration, HostShape shape, List<StoredDefinition> stored) {
        this.migration = migration;
        this.conversion = migration.conversion().orElse(null);
        this.shape = shape;
        this.rates = rates(stored);
    }

    /** Reads the chain again, once a second at most, where a row names a rate that is not known: a successor may be new. */
    void learn(UserState state, Supplier<List<StoredDefinition>> stored) {
        long now = System.nanoTime();
        if (unit(state) == Unit.OTHER && now - learntNanos >= FRESH_NANOS) {
            learntNanos = now;
            rates = rates(stored.get());
        }
    }

    Unit unit(UserState state) {
        if (conversion != null && shape.rates()) {
            CreditRate rate = state.user().rate();
            return rate == null ? Unit.NO_RATE : unit(rate, conversion);
        }
        return state.flagged() == null ? Unit.UNMARKED : state.flagged() ? Unit.NEW : Unit.OLD;
    }

    private Unit unit(CreditRate rate, RateConversion own) {
        if (rate.equals(own.newRate())) {
            return Unit.NEW;
        }
        if (own.oldRates().contains(rate)) {
            return Unit.OLD;
        }
        Rates known = rates;
        return known.after().contains(rate) ? Unit.NEW : known.before().contains(rate) ? Unit.OLD : Unit.OTHER;
    }

    /** The rate that a conversion converts this user's balance from. */
    @Nullable
    CreditRate rateOf(UserSnapshot user) {
        return shape.rates() || conversion == null ? user.rate() : conversion.oldRate();
    }

    /** Whether a sign-up has a rate that no sign-up can have begun with: a conversion of the chain had left it. */
    boolean isLeftBehind(UserSnapshot user) {
        Instant registeredAt = user.registeredAt();
        CreditRate rate = user.rate();
        return conversion != null
                && shape.rates()
                && rate != null
                && registeredAt != null
                && rates.leaving().stream()
                        .anyMatch(leaving ->
                                leaving.rates().contains(rate) && !registeredAt.isBefore(leaving.newcomersFrom()));
    }

    /** Whether a set flag stands beside a rate that the flag's own conversion, the first of the chain, converts from. */
    boolean isFlaggedAtOldRate(UserState state) {
        CreditRate rate = state.user().rate();
        return conversion != null
                && shape.rates()
                && Boolean.TRUE.equals(state.flagged())
                && rate != null
                && rates.flagged().contains(rate);
    }

    /** All rates that a balance can be at, in words. */
    String knownRates() {
        Set<String> words = new TreeSet<>();
        rates.before().forEach(rate -> words.add(rate.toString()));
        rates.after().forEach(rate -> words.add(rate.toString()));
        if (conversion != null) {
            conversion.oldRates().forEach(rate -> words.add(rate.toString()));
            words.add(conversion.newRate().toString());
        }
        return String.join(", ", words);
    }

    private Rates rates(List<StoredDefinition> stored) {
        Map<String, StoredDefinition> byId = new LinkedHashMap<>();
        stored.stream().filter(definition -> !definition.withdrawn()).forEach(found -> byId.put(found.id(), found));
        Set<CreditRate> before = new HashSet<>();
        List<Leaving> leaving = new ArrayList<>();
        List<CreditRate> flagged = List.of();
        if (conversion != null) {
            leaving.add(new Leaving(conversion.oldRates(), migration.newcomersFrom()));
            flagged = conversion.oldRates();
        }
        for (StoredDefinition earlier : predecessors(byId, migration.follows().orElse(null))) {
            if (earlier.newRate() != null) {
                before.addAll(earlier.oldRates());
                before.add(earlier.newRate());
                leaving.add(new Leaving(earlier.oldRates(), earlier.schedule().newcomersFrom()));
                flagged = earlier.oldRates();
            }
        }
        Set<CreditRate> after = new HashSet<>();
        for (StoredDefinition other : byId.values()) {
            boolean isLater = predecessors(byId, other.follows()).stream()
                    .anyMatch(earlier -> earlier.id().equals(migration.id()));
            if (isLater && other.newRate() != null) {
                after.add(other.newRate());
            }
        }
        return new Rates(before, after, leaving, flagged);
    }

    /** The one that is followed, the one that that one follows, and so on; nobody twice. */
    private static List<StoredDefinition> predecessors(Map<String, StoredDefinition> byId, @Nullable String follows) {
        List<StoredDefinition> all = new ArrayList<>();
        StoredDefinition earlier = follows == null ? null : byId.get(follows);
        while (earlier != null && !all.contains(earlier)) {
            all.add(earlier);
            earlier = earlier.follows() == null ? null : byId.get(earlier.follows());
        }
        return all;
    }
}
