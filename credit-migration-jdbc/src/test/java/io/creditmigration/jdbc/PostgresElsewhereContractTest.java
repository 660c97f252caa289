package io.creditmigration.jdbc;

import io.creditmigration.testkit.HostApplication;
import io.creditmigration.testkit.MigrationStoreContract;
import org.junit.jupiter.api.Tag;

/** The contract on PostgreSQL: conversions into a second column, grants into accounts of the host. */
@Tag("long")
final class PostgresElsewhereContractTest extends MigrationStoreContract {
    @Override
    protected HostApplication open(HostApplication.Setting setting) {
        return new JdbcHostApplication(TestDatabase.POSTGRESQL, setting, JdbcHostApplication.Layout.ELSEWHERE);
    }
}
