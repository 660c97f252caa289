package io.creditmigration.testkit;

import io.creditmigration.Migration;
import io.creditmigration.MigrationOptions;
import io.creditmigration.MigrationService;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Many random lives, on the store in memory, where they cost little; {@code -Dproperty.seed=…} replays a seed. */
final class RollbackHistoryTest {

    private static final int LIVES = 300;
    private static final int STEPS = 60;

    static long[] seeds() {
        return RollbackHistory.seeds().toArray();
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void whatever_happens_it_is_one_grant_and_what_was_paid_for_stays(long seed) {
        for (int i = 0; i < LIVES; i++) {
            InMemoryMigrationStore store = InMemoryMigrationStore.with();
            store.knowPurchases();
            life(store, ContractGroup.GRANT, seed + i).ofGrants(STEPS);
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void without_purchases_known_it_is_one_grant_all_the_same(long seed) {
        for (int i = 0; i < LIVES; i++) {
            life(InMemoryMigrationStore.with(), ContractGroup.GRANT, seed + i).ofGrants(STEPS);
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void whatever_happens_what_was_paid_is_worth_what_it_was(long seed) {
        for (int i = 0; i < LIVES; i++) {
            life(InMemoryMigrationStore.with(), ContractGroup.RATE_2500_UNASKED, seed + i)
                    .ofConversions(STEPS);
        }
    }

    private static RollbackHistory life(InMemoryMigrationStore store, Migration migration, long seed) {
        SettableClock clock = SettableClock.at(ContractGroup.CUT_OFF);
        MigrationService migrations = MigrationService.of(
                migration, store, MigrationOptions.defaults().withClock(clock));
        return new RollbackHistory(new InMemoryHost(store, store), migrations, "ann", seed);
    }
}
