package io.creditmigration.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.creditmigration.Credits;
import io.creditmigration.MigrationResult.Status;
import io.creditmigration.MigrationService;
import io.creditmigration.StoreException;
import java.sql.Connection;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** A host that asks for REPEATABLE READ: whose snapshot is stale is told so by the database or by the guard. */
@ParameterizedClass
@MethodSource("io.creditmigration.jdbc.JoiningHost#onEveryDatabase")
final class JoiningRepeatableReadTest {

    private final JoiningHost host;
    private final boolean mariaDb;

    JoiningRepeatableReadTest(JoiningHost host) {
        this.host = host;
        this.mariaDb = host.database == TestDatabase.MARIADB;
    }

    @Test
    void a_user_changed_since_is_refused_by_the_database() throws Exception {
        String user = host.user("0");
        try (Connection connection = JoiningHost.connection(host.dataSource);
                Statement statement = connection.createStatement()) {
            if (mariaDb) {
                // What 11.6.2 has made the default.
                statement.execute("SET SESSION innodb_snapshot_isolation = ON");
            }
            MigrationService joined = afterAChange(connection, statement, user);

            assertThatThrownBy(() -> joined.autoMigrateIfZeroCredits(user))
                    .isInstanceOfSatisfying(
                            StoreException.class, e -> assertThat(e.kind()).isEqualTo(StoreException.Kind.TRANSIENT));
            connection.rollback();
        }
        assertThat(host.credits(user)).isEqualTo(Credits.of(5));
        assertThat(host.traces(user)).isZero();
    }

    @Test
    void on_mariadb_as_it_was_the_guard_finds_out() throws Exception {
        assumeMariaDb();
        String user = host.user("0");
        try (Connection connection = JoiningHost.connection(host.dataSource);
                Statement statement = connection.createStatement()) {
            statement.execute("SET SESSION innodb_snapshot_isolation = OFF");
            MigrationService joined = afterAChange(connection, statement, user);

            assertThat(joined.autoMigrateIfZeroCredits(user).status()).isEqualTo(Status.CONTENDED);
            connection.commit();
        }
        assertThat(host.credits(user)).isEqualTo(Credits.of(5));
        assertThat(host.traces(user)).isZero();
    }

    /** A transaction that has seen the user without credits; somebody has topped up since. */
    private MigrationService afterAChange(Connection connection, Statement statement, String user) throws Exception {
        connection.rollback();
        connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
        statement.executeQuery("SELECT credits FROM users WHERE id = '" + user + "'");
        host.sql.run("UPDATE users SET credits = 5, version = version + 1 WHERE id = ?", user);
        return host.migrations.joining(host.store.joining(connection));
    }

    private void assumeMariaDb() {
        assumeTrue(mariaDb, "only MariaDB lets a transaction write what its snapshot does not show");
    }
}
