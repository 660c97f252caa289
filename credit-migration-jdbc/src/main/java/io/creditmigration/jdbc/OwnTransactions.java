package io.creditmigration.jdbc;

import io.creditmigration.InvalidValueException;
import io.creditmigration.StoreException;
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
 * Begins, commits, and leaves the connection as it was. READ COMMITTED, so that what is read after waiting for a lock is
 * what the other has committed.
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

    OwnTransactions(DataSource dataSource) {
        this.dataSource = dataSource;
    }

    @Override
    public boolean joins() {
        return false;
    }

    @Override
    public <T> T read(String what, Work<T> work) {
        Connection connection = open(what);
        try {
            T answer = work.with(connection);
            if (!connection.getAutoCommit()) {
                connection.rollback();
            }
            return answer;
        } catch (SQLException e) {
            undo(connection, e);
            throw SqlErrors.translated(what, e);
        } finally {
            close(connection);
        }
    }

    @Override
    public <T> T snapshot(String what, Work<T> work) {
        Connection connection = open(what);
        try {
            boolean autoCommit = connection.getAutoCommit();
            int isolation = connection.getTransactionIsolation();
            int snapshot = Dialect.of(connection).snapshotIsolation();
            try {
                isolate(connection, isolation, snapshot);
                connection.setAutoCommit(false);
                T answer = work.with(connection);
                connection.rollback();
                return answer;
            } catch (SQLException | RuntimeException e) {
                undo(connection, e);
                throw e;
            } finally {
                restore(connection, autoCommit, snapshot, isolation);
            }
        } catch (SQLException e) {
            throw SqlErrors.translated(what, e);
        } finally {
            close(connection);
        }
    }

    @Override
    public <T> T write(String what, Work<Outcome<T>> work, Function<SQLException, @Nullable T> answerTo) {
        Connection connection = open(what);
        try {
            boolean autoCommit = connection.getAutoCommit();
            int isolation = connection.getTransactionIsolation();
            try {
                connection.setAutoCommit(false);
                isolate(connection, isolation, Connection.TRANSACTION_READ_COMMITTED);
                return perform(connection, work, answerTo);
            } finally {
                restore(connection, autoCommit, Connection.TRANSACTION_READ_COMMITTED, isolation);
            }
        } catch (SQLException e) {
            throw SqlErrors.translated(what, e);
        } finally {
            close(connection);
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
        } catch (RuntimeException | Error e) {
            // After an error of the machine, out of memory for one, giving the connection back would commit what was
            // written.
            undo(connection, e);
            throw e;
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

    private Connection open(String what) {
        Connection connection;
        try {
            connection = dataSource.getConnection();
        } catch (SQLException e) {
            throw new StoreException(
                    StoreException.Kind.UNAVAILABLE, what + " failed, no connection: " + SqlErrors.words(e), e);
        }
        try {
            refuseOpenWork(connection);
            return connection;
        } catch (SQLException e) {
            close(connection);
            throw SqlErrors.translated(what, e);
        } catch (RuntimeException | Error e) {
            close(connection);
            throw e;
        }
    }

    private static void undo(Connection connection, Throwable primary) {
        try {
            if (!connection.getAutoCommit()) {
                connection.rollback();
            }
        } catch (SQLException e) {
            primary.addSuppressed(e);
        }
    }

    /** The outcome is settled by now: a connection that cannot be restored or closed changes nothing about it. */
    private static void restore(Connection connection, boolean autoCommit, int from, int isolation) {
        try {
            isolate(connection, from, isolation);
            connection.setAutoCommit(autoCommit);
        } catch (SQLException e) {
            LOG.warn("A connection could not be restored: {}", SqlErrors.words(e));
        }
    }

    /** Only where it changes something: for most drivers it is a round trip. */
    private static void isolate(Connection connection, int from, int to) throws SQLException {
        if (from != to) {
            connection.setTransactionIsolation(to);
        }
    }

    private static void close(Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            LOG.warn("A connection could not be closed: {}", SqlErrors.words(e));
        }
    }
}
