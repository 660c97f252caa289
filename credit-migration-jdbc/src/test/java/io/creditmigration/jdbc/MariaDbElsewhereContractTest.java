package io.creditmigration.jdbc;

import io.creditmigration.testkit.HostApplication;
import io.creditmigration.testkit.MigrationStoreContract;
import org.junit.jupiter.api.Tag;

/** The contract on MariaDB: conversions into a second column, grants into accounts of the host. */
@Tag("long")
final class MariaDbElsewhereContractTest extends MigrationStoreContract {
    @Override
    protected HostApplication open(HostApplication.Setting setting) {
        return new JdbcHostApplication(TestDatabase.MARIADB, setting, JdbcHostApplication.Layout.ELSEWHERE);
    }
}
