package io.creditmigration.testkit;

final class InMemoryContractTest extends MigrationStoreContract {

    @Override
    protected HostApplication open(HostApplication.Setting setting) {
        InMemoryMigrationStore store = InMemoryMigrationStore.with();
        if (setting == HostApplication.Setting.GRANT_WITH_PURCHASES) {
            store.knowPurchases();
        }
        return new InMemoryHost(store, store);
    }
}
