package io.creditmigration.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.ArgumentMatchers.anyBoolean;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.creditmigration.StoreException;
import io.creditmigration.jdbc.Transactions.Outcome;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who owns a transaction begins it, ends it, and leaves the connection as it was. */
final class OwnTransactionsTest {

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_connection_goes_back_as_it_came(boolean autoCommit) throws Exception {
        try (HikariDataSource dataSource = TestDatabase.H2.create();
                Connection connection = dataSource.getConnection()) {
            connection.setAutoCommit(autoCommit);
            connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
            OwnTransactions transactions = new OwnTransactions(lending(connection), ReadTimeouts.DEFAULTS);

            Integer isolationInside = transactions.write("Working", inside -> {
                assertThat(inside.getAutoCommit()).isFalse();
                return new Outcome<>(true, inside.getTransactionIsolation());
            });

            assertThat(isolationInside).isEqualTo(Connection.TRANSACTION_READ_COMMITTED);
            assertThat(connection.getAutoCommit()).isEqualTo(autoCommit);
            assertThat(connection.getTransactionIsolation()).isEqualTo(Connection.TRANSACTION_SERIALIZABLE);
        }
    }

    @Test
    void a_pool_without_autocommit_keeps_what_was_committed_and_no_open_transaction() {
        try (HikariDataSource dataSource = TestDatabase.H2.create()) {
            TestSql sql = new TestSql(dataSource);
            sql.run("CREATE TABLE kept (id INTEGER)");
            HikariConfig config = new HikariConfig();
            config.setJdbcUrl(dataSource.getJdbcUrl());
            config.setUsername("sa");
            config.setAutoCommit(false);
            try (HikariDataSource manual = new HikariDataSource(config)) {
                OwnTransactions transactions = new OwnTransactions(manual, ReadTimeouts.DEFAULTS);
                transactions.write("Keeping", connection -> {
                    connection.createStatement().executeUpdate("INSERT INTO kept VALUES (1)");
                    return new Outcome<>(true, 1);
                });
                transactions.write("Dropping", connection -> {
                    connection.createStatement().executeUpdate("INSERT INTO kept VALUES (2)");
                    return new Outcome<>(false, 2);
                });
                transactions.read(
                        "Reading",
                        connection -> connection
                                .createStatement()
                                .executeQuery("SELECT * FROM kept FOR UPDATE")
                                .next());

                sql.run("UPDATE kept SET id = 3");
            }
            assertThat(sql.text("SELECT id FROM kept")).isEqualTo("3");
        }
    }

    @Test
    void an_error_of_the_machine_commits_nothing() {
        try (HikariDataSource dataSource = TestDatabase.H2.create()) {
            TestSql sql = new TestSql(dataSource);
            sql.run("CREATE TABLE kept (id INTEGER)");
            OwnTransactions transactions = new OwnTransactions(dataSource, ReadTimeouts.DEFAULTS);

            assertThatThrownBy(() -> transactions.write("Writing", connection -> {
                        connection.createStatement().executeUpdate("INSERT INTO kept VALUES (1)");
                        throw new OutOfMemoryError("Java heap space");
                    }))
                    .isInstanceOf(OutOfMemoryError.class);

            assertThat(sql.text("SELECT COUNT(*) FROM kept")).isEqualTo("0");
        }
    }

    @Test
    void after_an_error_nothing_is_committed_and_the_error_stays_the_first() throws Exception {
        Connection connection = inAutoCommit();
        doThrow(new SQLException("gone too", "08006")).when(connection).rollback();
        OwnTransactions transactions = new OwnTransactions(lending(connection), ReadTimeouts.DEFAULTS);

        assertThatThrownBy(() -> transactions.write("Writing", inside -> {
                    throw new SQLException("deadlock", "40P01");
                }))
                .isInstanceOfSatisfying(StoreException.class, e -> {
                    assertThat(e.kind()).isEqualTo(StoreException.Kind.TRANSIENT);
                    assertThat(e.getCause()).hasMessage("deadlock");
                    assertThat(e.getCause().getSuppressed()).hasSize(1);
                });
        verify(connection, never()).commit();
        verify(connection).close();
    }

    @ParameterizedTest
    @CsvSource({"40001, TRANSIENT", "08006, OUTCOME_UNKNOWN", "57P01, OUTCOME_UNKNOWN", ", OUTCOME_UNKNOWN"})
    void a_commit_that_fails_is_known_only_where_the_database_has_answered(String state, StoreException.Kind kind)
            throws Exception {
        Connection connection = inAutoCommit();
        doThrow(new SQLException("lost", state)).when(connection).commit();

        assertThatThrownBy(() -> new OwnTransactions(lending(connection), ReadTimeouts.DEFAULTS)
                        .write("Writing", inside -> new Outcome<>(true, 1)))
                .isInstanceOfSatisfying(
                        StoreException.class, e -> assertThat(e.kind()).isEqualTo(kind));
        verify(connection).close();
    }

    @Test
    void a_constraint_that_is_checked_at_commit_has_its_answer_too() throws Exception {
        Connection connection = inAutoCommit();
        doThrow(new SQLException("deferred", "23505")).when(connection).commit();

        String answer = new OwnTransactions(lending(connection), ReadTimeouts.DEFAULTS)
                .write("Writing", inside -> new Outcome<>(true, "written"), error -> "refused");

        assertThat(answer).isEqualTo("refused");
    }

    @Test
    void a_connection_that_cannot_be_restored_or_closed_changes_nothing_about_the_outcome() throws Exception {
        Connection connection = inAutoCommit();
        OwnTransactions transactions = new OwnTransactions(lending(connection), ReadTimeouts.DEFAULTS);
        doThrow(new SQLException("no close", "08003")).when(connection).close();

        Integer answer = transactions.write("Writing", inside -> {
            doThrow(new SQLException("no restore", "08003")).when(inside).setAutoCommit(anyBoolean());
            return new Outcome<>(true, 1);
        });

        assertThat(answer).isEqualTo(1);
        verify(connection).commit();
    }

    @Test
    void no_connection_is_unavailable() throws Exception {
        DataSource dataSource = mock(DataSource.class);
        when(dataSource.getConnection()).thenThrow(new SQLException("Connection refused", "08001"));

        assertThatThrownBy(() ->
                        new OwnTransactions(dataSource, ReadTimeouts.DEFAULTS).read("Reading a user", connection -> 1))
                .isInstanceOfSatisfying(
                        StoreException.class, e -> assertThat(e.kind()).isEqualTo(StoreException.Kind.UNAVAILABLE))
                .hasMessage("Reading a user failed, no connection: Connection refused [SQLState 08001]");
    }

    /** A connection as pools lend it: in autocommit mode, until the transaction is begun. */
    private static Connection inAutoCommit() throws SQLException {
        Connection connection = mock(Connection.class);
        DatabaseMetaData data = mock(DatabaseMetaData.class);
        when(data.getDatabaseProductName()).thenReturn("H2");
        when(connection.getMetaData()).thenReturn(data);
        when(connection.getAutoCommit()).thenReturn(true, true, false);
        return connection;
    }

    private static DataSource lending(Connection connection) throws SQLException {
        DataSource dataSource = mock(DataSource.class);
        Connection lent = connection;
        if (!org.mockito.Mockito.mockingDetails(connection).isMock()) {
            // Lent, and looked at afterwards: closing is the pool's business here.
            lent = (Connection) java.lang.reflect.Proxy.newProxyInstance(
                    Connection.class.getClassLoader(),
                    new Class<?>[] {Connection.class},
                    (proxy, method, arguments) ->
                            method.getName().equals("close") ? null : method.invoke(connection, arguments));
        }
        when(dataSource.getConnection()).thenReturn(lent);
        return dataSource;
    }
}
