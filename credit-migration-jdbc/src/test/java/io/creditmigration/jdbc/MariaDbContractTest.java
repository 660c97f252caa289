package io.creditmigration.jdbc;

import io.creditmigration.testkit.HostApplication;
import io.creditmigration.testkit.MigrationStoreContract;
import org.junit.jupiter.api.Tag;

/** The contract on MariaDB: conversions in place, grants into the library's own accounts. */
@Tag("long")
final class MariaDbContractTest extends MigrationStoreContract {
    @Override
    protected HostApplication open(HostApplication.Setting setting) {
        return new JdbcHostApplication(TestDatabase.MARIADB, setting, JdbcHostApplication.Layout.IN_PLACE);
    }
}
