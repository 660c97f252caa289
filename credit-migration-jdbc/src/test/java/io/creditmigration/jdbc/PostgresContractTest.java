package io.creditmigration.jdbc;

import io.creditmigration.testkit.HostApplication;
import io.creditmigration.testkit.MigrationStoreContract;

/** The contract on PostgreSQL: conversions in place, grants into the library's own accounts. */
final class PostgresContractTest extends MigrationStoreContract {
    @Override
    protected HostApplication open(HostApplication.Setting setting) {
        return new JdbcHostApplication(TestDatabase.POSTGRESQL, setting, JdbcHostApplication.Layout.IN_PLACE);
    }
}
