package io.creditmigration.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import io.creditmigration.InvalidValueException;
import io.creditmigration.StoreException;
import io.creditmigration.jdbc.Transactions.Outcome;
import io.creditmigration.jdbc.Transactions.Work;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who joins a transaction ends nothing, and takes back only what is its own. */
final class HostTransactionTest {

    private final Connection connection = mock(Connection.class);
    private final Savepoint savepoint = mock(Savepoint.class);
    private boolean spoiled;

    private final HostTransaction transaction = new HostTransaction(new HostTransaction.Lender() {
        @Override
        public <T> T lend(Work<T> work) throws SQLException {
            return work.with(connection);
        }

        @Override
        public void spoil() {
            spoiled = true;
        }
    });

    @BeforeEach
    void lends() throws Exception {
        when(connection.setSavepoint()).thenReturn(savepoint);
    }

    @Test
    void what_is_kept_is_left_to_the_host() throws Exception {
        assertThat(transaction.<Integer>write("Writing", inside -> new Outcome<>(true, 1)))
                .isEqualTo(1);
        verify(connection).releaseSavepoint(savepoint);
        endsNothing();
        assertThat(spoiled).isFalse();
    }

    @Test
    void what_is_not_kept_is_taken_back_to_the_savepoint() throws Exception {
        assertThat(transaction.<Integer>write("Writing", inside -> new Outcome<>(false, 2)))
                .isEqualTo(2);
        verify(connection).rollback(savepoint);
        endsNothing();
        assertThat(spoiled).isFalse();
    }

    @Test
    void an_error_that_has_an_answer_is_taken_back_and_spoils_nothing() throws Exception {
        String answer = transaction.write(
                "Writing",
                inside -> {
                    throw new SQLException("too long", "22001");
                },
                error -> "refused");

        assertThat(answer).isEqualTo("refused");
        verify(connection).rollback(savepoint);
        assertThat(spoiled).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"40001", "40P01"})
    void a_deadlock_has_no_answer_whatever_is_offered(String state) throws Exception {
        assertThatThrownBy(() -> transaction.write(
                        "Writing",
                        inside -> {
                            throw new SQLException("deadlock", state);
                        },
                        error -> "refused"))
                .isInstanceOfSatisfying(
                        StoreException.class, e -> assertThat(e.kind()).isEqualTo(StoreException.Kind.TRANSIENT));
        verify(connection, never()).rollback(any());
        assertThat(spoiled).isTrue();
    }

    @Test
    void what_cannot_be_taken_back_spoils_the_transaction_and_the_first_error_stays_the_first() throws Exception {
        doThrow(new SQLException("gone too", "08006")).when(connection).rollback(savepoint);

        assertThatThrownBy(() -> transaction.write(
                        "Writing",
                        inside -> {
                            throw new SQLException("too long", "22001");
                        },
                        error -> "refused"))
                .isInstanceOfSatisfying(StoreException.class, e -> {
                    assertThat(e.getCause()).hasMessage("too long");
                    assertThat(e.getCause().getSuppressed()).hasSize(1);
                });
        assertThat(spoiled).isTrue();
    }

    @Test
    void an_exception_that_cannot_be_taken_back_spoils_the_transaction_too() throws Exception {
        doThrow(new SQLException("gone too", "08006")).when(connection).rollback(savepoint);

        assertThatThrownBy(() -> transaction.write("Writing", inside -> {
                    throw new Writes.StaleException("somebody was faster", null);
                }))
                .isInstanceOfSatisfying(StoreException.class, e -> {
                    assertThat(e.getCause()).hasMessage("gone too");
                    assertThat(e.getCause().getSuppressed()[0]).hasMessage("somebody was faster");
                });
        assertThat(spoiled).isTrue();
    }

    @Test
    void a_reading_that_fails_spoils_the_transaction_as_postgresql_does_itself() {
        assertThatThrownBy(() -> transaction.read("Reading", inside -> {
                    throw new SQLException("no table", "42P01");
                }))
                .isInstanceOf(StoreException.class);
        assertThat(spoiled).isTrue();
    }

    @Test
    void a_connection_in_autocommit_mode_is_refused_untouched() throws Exception {
        when(connection.getAutoCommit()).thenReturn(true);

        assertThatThrownBy(() -> transaction.write("Writing", inside -> new Outcome<>(true, 1)))
                .isInstanceOf(InvalidValueException.class)
                .hasMessageContaining("connection is 'in autocommit mode'")
                .hasMessageContaining("setAutoCommit(false)");
        verify(connection, never()).setSavepoint();
        assertThat(spoiled).isFalse();
    }

    private void endsNothing() throws SQLException {
        verify(connection, never()).commit();
        verify(connection, never()).rollback();
        verify(connection, never()).setAutoCommit(true);
        verify(connection, never()).close();
    }
}
