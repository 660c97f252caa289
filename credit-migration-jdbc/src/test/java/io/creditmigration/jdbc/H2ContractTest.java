package io.creditmigration.jdbc;

import io.creditmigration.testkit.HostApplication;
import io.creditmigration.testkit.MigrationStoreContract;

/** The contract on H2: conversions in place, grants into the library's own accounts. */
final class H2ContractTest extends MigrationStoreContract {
    @Override
    protected HostApplication open(HostApplication.Setting setting) {
        return new JdbcHostApplication(TestDatabase.H2, setting, JdbcHostApplication.Layout.IN_PLACE);
    }
}
