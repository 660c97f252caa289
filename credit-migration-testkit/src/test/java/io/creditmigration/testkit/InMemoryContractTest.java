package io.creditmigration.testkit;

final class InMemoryContractTest extends MigrationStoreContract {

    @Override
    protected HostApplication open(HostApplication.Setting setting) {
        InMemoryMigrationStore store = InMemoryMigrationStore.with();
        return new InMemoryHost(store, store);
    }
}
