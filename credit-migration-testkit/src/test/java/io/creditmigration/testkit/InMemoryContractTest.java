package io.creditmigration.testkit;

import java.time.Clock;

final class InMemoryContractTest extends MigrationStoreContract {

    @Override
    protected HostApplication open(HostApplication.Setting setting) {
        InMemoryMigrationStore store = InMemoryMigrationStore.with();
        if (setting == HostApplication.Setting.CONVERSION) {
            store.nameRates();
        }
        if (setting == HostApplication.Setting.GRANT_WITH_PURCHASES) {
            store.knowPurchases();
        }
        return new InMemoryHost(store.withClock(Clock.systemUTC()), store);
    }
}
