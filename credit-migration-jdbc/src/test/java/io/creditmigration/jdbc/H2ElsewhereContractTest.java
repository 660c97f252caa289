package io.creditmigration.jdbc;

import io.creditmigration.testkit.HostApplication;
import io.creditmigration.testkit.MigrationStoreContract;

/** The contract on H2: conversions into a second column, grants into accounts of the host. */
final class H2ElsewhereContractTest extends MigrationStoreContract {
    @Override
    protected HostApplication open(HostApplication.Setting setting) {
        return new JdbcHostApplication(TestDatabase.H2, setting, JdbcHostApplication.Layout.ELSEWHERE);
    }
}
