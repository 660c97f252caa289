package io.creditmigration.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import io.creditmigration.Actor;
import io.creditmigration.InvalidValueException;
import io.creditmigration.MigrationResult.Status;
import io.creditmigration.MigrationService;
import io.creditmigration.Rollout;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * An owning store that is handed a connection on which a transaction of the host's is open, by a data source that knows of
 * it: it neither commits nor rolls back what is not its own.
 */
@ParameterizedClass
@MethodSource("io.creditmigration.jdbc.JoiningHost#onEveryDatabase")
final class OwningInHostTransactionTest {

    private final JoiningHost host;

    OwningInHostTransactionTest(JoiningHost host) {
        this.host = host;
    }

    @Test
    void open_work_of_the_hosts_is_refused_and_stays_open() throws Exception {
        String user = host.user("0");
        try (Connection connection = JoiningHost.connection(host.dataSource)) {
            DataSource aware = LentConnections.transactionAware(host.dataSource, connection);
            MigrationService migrations = opened(aware);
            buy(connection, "rolled back by " + user);

            refused(() -> migrations.find(user));
            refused(() -> migrations.autoMigrateIfZeroCredits(user));
            refused(() -> migrations.rollout(Rollout.EVERYBODY, Actor.operator("ann"), "a try"));
            refused(() -> opened(aware));
            refused(() -> new LibraryTables(null, "others_").install(aware));
            connection.rollback();
            assertThat(host.bought("rolled back by " + user)).isFalse();

            buy(connection, "committed by " + user);
            refused(() -> migrations.autoMigrateIfZeroCredits(user));
            connection.commit();
            assertThat(host.bought("committed by " + user)).isTrue();
        }
        assertThat(host.traces(user)).isZero();
    }

    @Test
    void rows_that_the_host_has_locked_stay_locked() throws Exception {
        String user = host.user("0");
        try (Connection connection = JoiningHost.connection(host.dataSource);
                Statement statement = connection.createStatement()) {
            MigrationService migrations = opened(LentConnections.transactionAware(host.dataSource, connection));
            statement.executeQuery("SELECT id FROM users WHERE id = '" + user + "' FOR UPDATE");

            refused(() -> migrations.find(user));
            connection.rollback();
        }
    }

    @Test
    void where_the_host_has_done_nothing_yet_the_store_has_its_own_transaction() throws Exception {
        String user = host.user("0");
        try (Connection connection = JoiningHost.connection(host.dataSource)) {
            int isolation = connection.getTransactionIsolation();
            connection.rollback();
            MigrationService migrations = opened(LentConnections.transactionAware(host.dataSource, connection));

            assertThat(migrations.autoMigrateIfZeroCredits(user).status()).isEqualTo(Status.MIGRATED);
            buy(connection, "rolled back by " + user);
            connection.rollback();

            assertThat(connection.getAutoCommit()).isFalse();
            assertThat(connection.getTransactionIsolation()).isEqualTo(isolation);
        }
        assertThat(host.traces(user)).isEqualTo(1);
        assertThat(host.bought("rolled back by " + user)).isFalse();
    }

    @Test
    void a_pool_without_autocommit_serves_an_owning_store() throws Exception {
        String user = host.user("0");
        try (HikariDataSource manual = host.pool(false)) {
            new LibraryTables(null, "manual_").install(manual);
            MigrationService migrations = opened(manual);

            assertThat(migrations.autoMigrateIfZeroCredits(user).status()).isEqualTo(Status.MIGRATED);
            assertThat(migrations.autoMigrateIfZeroCredits(user).status()).isEqualTo(Status.ALREADY_MIGRATED);
            try (Connection connection = manual.getConnection()) {
                assertThat(connection.getAutoCommit()).isFalse();
                assertThat(connection.getTransactionIsolation()).isEqualTo(Connection.TRANSACTION_REPEATABLE_READ);
            }
        }
        assertThat(host.traces(user)).isEqualTo(1);
    }

    private static MigrationService opened(DataSource dataSource) {
        return MigrationService.of(
                JoiningHost.RATE_2500,
                JdbcMigrationStore.owning(dataSource, JoiningHost.tables().version("version")));
    }

    private static void buy(Connection connection, String purchaseId) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate("INSERT INTO purchases VALUES ('" + purchaseId + "')");
        }
    }

    private static void refused(ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOf(InvalidValueException.class)
                .hasMessageContaining("connection of the data source is 'in a transaction that is under way'")
                .hasMessageContaining("give the data source behind it, or join the transaction");
    }
}
