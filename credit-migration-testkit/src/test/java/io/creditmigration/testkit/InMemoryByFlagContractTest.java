package io.creditmigration.testkit;

import java.time.Clock;

/** The store in memory where rows name no rate, and a flag tells two units apart. */
final class InMemoryByFlagContractTest extends MigrationStoreContract {

    @Override
    protected HostApplication open(HostApplication.Setting setting) {
        InMemoryMigrationStore store = InMemoryMigrationStore.with();
        if (setting == HostApplication.Setting.GRANT_WITH_PURCHASES) {
            store.knowPurchases();
        }
        return new InMemoryHost(store.withClock(Clock.systemUTC()), store);
    }
}
