package io.creditmigration.jdbc;

import io.creditmigration.InvalidValueException;
import io.creditmigration.StoreException;
import io.creditmigration.spi.Printable;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.function.Function;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Begins, commits, and leaves the connection as it was, whatever is thrown. READ COMMITTED, so that what is read after
 * waiting for a lock is what the other has committed; set for the transaction alone, where the database can.
 *
 * <p>Autocommit that is off means one of two things: the pool is set so, or somebody hands out a connection of a transaction
 * that is under way. The database tells which, and what is not ours is refused before it could be ended.
 */
final class OwnTransactions implements Transactions {

    /** Whether the transaction has written or locked anything. */
    private static final String CHANGES_ON_H2 =
            "SELECT CONTAINS_UNCOMMITTED FROM INFORMATION_SCHEMA.SESSIONS WHERE SESSION_ID = SESSION_ID()";

    private static final String CHANGES_ON_POSTGRESQL = "SELECT pg_current_xact_id_if_assigned() IS NOT NULL";

    /** Whether there is one at all: MariaDB does not tell what it has done. */
    private static final String TRANSACTION_ON_MARIADB = "SELECT @@in_transaction";

    private static final Logger LOG = LoggerFactory.getLogger(JdbcMigrationStore.class);

    private final DataSource dataSource;
    private final ReadTimeouts timeouts;

    OwnTransactions(DataSource dataSource, ReadTimeouts timeouts) {
        this.dataSource = dataSource;
        this.timeouts = timeouts;
    }

    OwnTransactions with(ReadTimeouts other) {
        return new OwnTransactions(dataSource, other);
    }

    ReadTimeouts timeouts() {
        return timeouts;
    }

    @Override
    public boolean joins() {
        return false;
    }

    @Override
    public <T> T read(String what, Work<T> work) {
        return reading(what, connection -> work.with(BoundedConnection.of(connection, timeouts.userSeconds())));
    }

    @Override
    public <T> T scan(String what, Work<T> work) {
        return reading(what, connection -> work.with(BoundedConnection.of(connection, timeouts.scanSeconds())));
    }

    private <T> T reading(String what, Work<T> work) {
        return connected(what, connection -> {
            T answer;
            try {
                answer = work.with(connection);
            } catch (Throwable e) {
                undo(connection, e);
                throw e;
            }
            if (!connection.getAutoCommit()) {
                connection.rollback();
            }
            return answer;
        });
    }

    @Override
    public <T> T snapshot(String what, Work<T> work) {
        return connected(
                what,
                connection -> transacting(connection, Dialect.of(connection).snapshotIsolation(), () -> {
                    T answer;
                    try {
                        answer = work.with(BoundedConnection.of(connection, timeouts.scanSeconds()));
                    } catch (Throwable e) {
                        undo(connection, e);
                        throw e;
                    }
                    connection.rollback();
                    return answer;
                }));
    }

    @Override
    public <T> T write(String what, Work<Outcome<T>> work, Function<SQLException, @Nullable T> answerTo) {
        return connected(
                what,
                connection -> transacting(
                        connection, Connection.TRANSACTION_READ_COMMITTED, () -> perform(connection, work, answerTo)));
    }

    private interface Body<T> {
        T result() throws SQLException;
    }

    /** Does the work in a transaction of this isolation, which it has to end. */
    private static <T> T transacting(Connection connection, int isolation, Body<T> body) throws SQLException {
        boolean autoCommit = connection.getAutoCommit();
        Dialect dialect = Dialect.of(connection);
        int before = dialect.isolatesSessions() ? connection.getTransactionIsolation() : isolation;
        try {
            if (before != isolation) {
                connection.setTransactionIsolation(isolation);
            }
            connection.setAutoCommit(false);
            dialect.isolateTransaction(connection, isolation);
            return body.result();
        } finally {
            // The outcome is settled by now: a connection that cannot be restored changes nothing about it.
            quietly("restored", () -> connection.setAutoCommit(autoCommit));
            if (before != isolation) {
                quietly("restored", () -> connection.setTransactionIsolation(before));
            }
        }
    }

    private static <T> T perform(
            Connection connection, Work<Outcome<T>> work, Function<SQLException, @Nullable T> answerTo)
            throws SQLException {
        boolean committing = false;
        try {
            Outcome<T> outcome = work.with(connection);
            if (outcome.keep()) {
                committing = true;
                connection.commit();
            } else {
                connection.rollback();
            }
            return outcome.answer();
        } catch (SQLException e) {
            undo(connection, e);
            if (committing && !SqlErrors.isRefusal(e)) {
                throw SqlErrors.unknownOutcome(e);
            }
            T answer = answerTo.apply(e);
            if (answer != null) {
                return answer;
            }
            throw e;
        } catch (Throwable e) {
            // Giving the connection back would commit what was written, after memory has run out for one.
            undo(connection, e);
            SqlErrors.rethrowFatal(e);
            if (committing) {
                throw SqlErrors.unknownOutcome(e);
            }
            throw e;
        }
    }

    /**
     * Refuses a connection on which a transaction of somebody else's is open.
     *
     * @throws InvalidValueException with nothing done to it
     */
    static void refuseOpenWork(Connection connection) throws SQLException {
        if (connection.getAutoCommit()) {
            return;
        }
        String query = switch (Dialect.of(connection)) {
            case H2 -> CHANGES_ON_H2;
            case POSTGRESQL -> CHANGES_ON_POSTGRESQL;
            case MARIADB -> TRANSACTION_ON_MARIADB;
        };
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            if (row.next() && row.getBoolean(1)) {
                throw new InvalidValueException(
                        "connection of the data source",
                        "in a transaction that is under way",
                        "one on which nothing has begun. A transaction-aware proxy hands out the host's own: give the"
                                + " data source behind it, or join the transaction");
            }
        }
        // On PostgreSQL the question itself has begun one, in which the isolation level can no longer be set.
        connection.rollback();
    }

    /** Lends a connection. Whatever the pool or the driver throws becomes a {@link StoreException}. */
    private <T> T connected(String what, Work<T> work) {
        Connection connection = connection(what, dataSource);
        try {
            refuseOpenWork(connection);
            return work.with(connection);
        } catch (Throwable e) {
            throw SqlErrors.translated(what, e);
        } finally {
            quietly("closed", connection::close);
        }
    }

    static Connection connection(String what, DataSource dataSource) {
        try {
            return dataSource.getConnection();
        } catch (Throwable e) {
            SqlErrors.rethrowFatal(e);
            throw new StoreException(
                    StoreException.Kind.UNAVAILABLE, what + " failed, no connection: " + SqlErrors.words(e), e);
        }
    }

    private static void undo(Connection connection, Throwable primary) {
        try {
            if (!connection.getAutoCommit()) {
                connection.rollback();
            }
        } catch (SQLException | RuntimeException e) {
            primary.addSuppressed(e);
        }
    }

    interface Step {
        void take() throws SQLException;
    }

    static void quietly(String done, Step step) {
        try {
            step.take();
        } catch (Throwable e) {
            SqlErrors.rethrowFatal(e);
            LOG.warn("A connection could not be {}: {}", done, Printable.of(SqlErrors.words(e)));
        }
    }
}
