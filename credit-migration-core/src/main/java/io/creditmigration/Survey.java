package io.creditmigration;

import io.creditmigration.MigrationResult.Status;
import io.creditmigration.PopulationAnalysis.BalanceClass;
import io.creditmigration.PopulationAnalysis.Tier;
import io.creditmigration.spi.RunStore;
import io.creditmigration.spi.UserState;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads the whole population in pages and writes nothing: what it is like, and what a run would do to it. */
final class Survey {

    private static final int PAGE_USERS = 1_000;
    private static final int TIERS_MAX = 20;
    private static final BigDecimal DUST = new BigDecimal("0.01");

    private final Migration migration;
    private final RunStore store;
    private final Decider decider;

    Survey(Migration migration, RunStore store, Decider decider) {
        this.migration = migration;
        this.store = store;
        this.decider = decider;
    }

    MigrationPlan plan(RunOptions options) {
        Planning planning = new Planning(Intent.run(options.scope()));
        if (options.scope().kind() == RunScope.Kind.LISTED) {
            for (String userId : options.userIds()) {
                store.find(migration, userId).ifPresentOrElse(planning::add, planning::addUnknown);
            }
        } else {
            forEach(store, migration, options.scope(), planning::add);
        }
        return planning.plan(options.scope());
    }

    PopulationAnalysis analyze() {
        Analyzing analyzing = new Analyzing();
        forEach(store, migration, RunScope.everyone(), analyzing::add);
        return analyzing.analysis();
    }

    /** Everybody of a scope that is no list, in key order. */
    static void forEach(RunStore store, Migration migration, RunScope scope, Consumer<UserState> user) {
        String cursor = null;
        List<UserState> users;
        do {
            users = store.scan(migration, scope, cursor, PAGE_USERS);
            users.forEach(user);
            cursor = Keyset.after(users, state -> state.user().userId(), cursor);
        } while (users.size() == PAGE_USERS);
    }

    /** Decides for one user after the other, and keeps sums and a bounded number of the largest. */
    private final class Planning {

        private final Intent intent;
        private final Tally.Sum sum = new Tally.Sum();
        private final Sha256 population = new Sha256();
        private final LargestChanges largest = new LargestChanges();
        private final List<String> warnings = new ArrayList<>();
        private long toConfirm;
        private BigDecimal creditsToConfirm = BigDecimal.ZERO;
        private long vanishing;
        private String firstFailure = "";

        Planning(Intent intent) {
            this.intent = intent;
        }

        void add(UserState state) {
            Decision<MigrationResult> decision = decider.decide(state, intent, decider.onceBegun());
            population
                    .add(state.user().userId())
                    .add(state.user().credits())
                    .add(state.user().reserved())
                    .add(state.user().rate());
            if (decision instanceof Decision.Write<MigrationResult> write) {
                sum.add(write.change());
                population.add(write.change().newCredits());
                JournalLine line = write.change().line();
                if (line.error() != null) {
                    firstFailure = firstFailure.isEmpty() ? state.user().userId() + ": " + line.error() : firstFailure;
                } else if (line.newCredits() != null) {
                    keep(new MigrationPlan.Change(line.userId(), line.oldCredits(), line.newCredits()));
                }
            } else {
                MigrationResult result = ((Decision.Answer<MigrationResult>) decision).result();
                sum.add(result.status());
                population.add(result.status());
                if (result.quote() != null) {
                    toConfirm++;
                    creditsToConfirm =
                            creditsToConfirm.add(result.quote().oldCredits().amount());
                }
            }
        }

        void addUnknown() {
            sum.add(Status.UNKNOWN_USER);
        }

        private void keep(MigrationPlan.Change change) {
            boolean wasPositive =
                    change.oldCredits() != null && change.oldCredits().signum() > 0;
            if (wasPositive && change.newCredits().signum() == 0) {
                vanishing++;
            }
            largest.add(change);
        }

        MigrationPlan plan(RunScope scope) {
            Tally tally = sum.tally();
            warn(tally.count(Status.FAILED), "would be marked FAILED, the first of them " + firstFailure);
            warn(
                    tally.count(Status.OUT_OF_STEP),
                    "are out of step: row and journal disagree about the unit of the balance, and reconcile(…) settles it");
            warn(
                    tally.count(Status.NEGATIVE_BALANCE),
                    "have a balance below zero and are left for a person to look at");
            warn(tally.count(Status.ABSENT_BALANCE), "have no balance to convert, which is not zero");
            warn(vanishing, "have so little that rounding leaves nothing of it");
            warn(tally.count(Status.UNKNOWN_USER), "of the list are not known");
            Rollout rollout = store.rollout(migration);
            if (rollout.halted()) {
                warnings.add("The halt switch is on: nobody migrates until it is off");
            }
            if (decider.now().isBefore(migration.beginsAt())) {
                warnings.add(
                        "The migration begins at " + migration.beginsAt() + ": this speaks of now, not of that day");
            }
            if (rollout.percent() < 100) {
                warnings.add("The rollout admits " + rollout.percent() + " % of the users");
            }
            return new MigrationPlan(
                    scope,
                    tally,
                    toConfirm,
                    creditsToConfirm,
                    largest.list(),
                    warnings,
                    migration.fingerprint(),
                    store.mapping(),
                    population.hex());
        }

        private void warn(long users, String what) {
            if (users > 0) {
                warnings.add(users + " users " + what);
            }
        }
    }

    /** Counts one user after the other; of grants, a bounded number of different ones. */
    private final class Analyzing {

        private final Map<BalanceClass, Long> balances = new EnumMap<>(BalanceClass.class);
        private final Map<Credits, Long> grants = new HashMap<>();
        private long users;
        private long active;
        private long high;
        private long inWindow;
        private long total;
        private long otherGrants;

        void add(UserState state) {
            users++;
            Usage usage = state.user().usage();
            active += usage.isActive() ? 1 : 0;
            high += usage.isHigh() ? 1 : 0;
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

        PopulationAnalysis analysis() {
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
                    otherGrants);
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
}
