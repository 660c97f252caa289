package io.creditmigration.engine.run;

import io.creditmigration.Credits;
import io.creditmigration.Migration;
import io.creditmigration.PopulationAnalysis;
import io.creditmigration.PopulationAnalysis.BalanceClass;
import io.creditmigration.PopulationAnalysis.Tier;
import io.creditmigration.RunScope;
import io.creditmigration.Usage;
import io.creditmigration.UserSnapshot;
import io.creditmigration.engine.decide.MigrationDecider;
import io.creditmigration.spi.RunStore;
import io.creditmigration.spi.UserState;
import java.math.BigDecimal;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Analyzes a population: reads it in pages, counts, and writes nothing. For one analysis. */
public final class PopulationAnalyzer {

    private static final int TIERS_MAX = 20;
    private static final BigDecimal DUST = new BigDecimal("0.01");

    private final Migration migration;
    private final RunStore store;
    private final MigrationDecider decider;
    private final Consumer<UserSnapshot> highUsage;
    private final Map<BalanceClass, Long> balances = new EnumMap<>(BalanceClass.class);
    private final Map<Credits, Long> grants = new HashMap<>();
    private long users;
    private long active;
    private long high;
    private long inWindow;
    private long total;
    private long otherGrants;
    private long exempt;
    private long newcomers;
    private long byHost;
    private long othersTotal;

    /**
     * An analyzer of this migration's population.
     *
     * @param highUsage is told each user with high usage, in the order of ids
     */
    public PopulationAnalyzer(
            Migration migration, RunStore store, MigrationDecider decider, Consumer<UserSnapshot> highUsage) {
        this.migration = migration;
        this.store = store;
        this.decider = decider;
        this.highUsage = highUsage;
    }

    /** Reads everyone and counts. */
    public PopulationAnalysis analyze() {
        MigrationPlanner.forEach(store, migration, RunScope.everyone(), this::add);
        return analysis();
    }

    private void add(UserState state) {
        if (migration.conversion().isPresent() && state.user().exempt()) {
            exempt++;
        } else if (!decider.isSubject(state)) {
            newcomers++;
        } else if (decider.isMarked(state) && state.record() == null) {
            byHost++;
        } else {
            addSubject(state);
            return;
        }
        othersTotal += state.user().usage().total();
    }

    private void addSubject(UserState state) {
        users++;
        Usage usage = state.user().usage();
        active += usage.isActive() ? 1 : 0;
        if (usage.isHigh()) {
            high++;
            highUsage.accept(state.user());
        }
        inWindow += usage.operations();
        total += usage.total();
        balances.merge(classOf(state.user().credits()), 1L, Long::sum);
        if (migration.conversion().isEmpty()) {
            decider.allocation(state).ifPresent(this::addGrant);
        }
    }

    private void addGrant(Credits credits) {
        if (grants.size() < TIERS_MAX || grants.containsKey(credits)) {
            grants.merge(credits, 1L, Long::sum);
        } else {
            otherGrants++;
        }
    }

    private PopulationAnalysis analysis() {
        List<Tier> tiers = grants.entrySet().stream()
                .map(grant -> new Tier(grant.getKey(), grant.getValue()))
                .sorted(Comparator.comparing(Tier::users).reversed().thenComparing(Tier::credits))
                .toList();
        return new PopulationAnalysis(
                users,
                active,
                high,
                inWindow,
                total,
                Collections.unmodifiableMap(balances),
                migration.usageWindow(),
                store.operationsPerDay(migration),
                tiers,
                otherGrants,
                new PopulationAnalysis.Others(exempt, newcomers, byHost, othersTotal));
    }

    private static BalanceClass classOf(@Nullable Credits credits) {
        if (credits == null) {
            return BalanceClass.ABSENT;
        }
        return switch (credits.signum()) {
            case -1 -> BalanceClass.NEGATIVE;
            case 0 -> BalanceClass.ZERO;
            default -> credits.amount().compareTo(DUST) < 0 ? BalanceClass.DUST : BalanceClass.POSITIVE;
        };
    }
}
