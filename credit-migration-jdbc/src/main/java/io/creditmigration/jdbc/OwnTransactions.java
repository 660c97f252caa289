package io.creditmigration.jdbc;

import io.creditmigration.StoreException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.function.Function;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Begins, commits, and leaves the connection as it was. READ COMMITTED, so that what is read after waiting for a lock is
 * what the other has committed.
 */
final class OwnTransactions implements Transactions {

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
                restore(connection, autoCommit, isolation);
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
        } catch (RuntimeException e) {
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

    private Connection open(String what) {
        try {
            return dataSource.getConnection();
        } catch (SQLException e) {
            throw new StoreException(
                    StoreException.Kind.UNAVAILABLE, what + " failed, no connection: " + SqlErrors.words(e), e);
        }
    }

    private static void undo(Connection connection, Exception primary) {
        try {
            if (!connection.getAutoCommit()) {
                connection.rollback();
            }
        } catch (SQLException e) {
            primary.addSuppressed(e);
        }
    }

    /** The outcome is settled by now: a connection that cannot be restored or closed changes nothing about it. */
    private static void restore(Connection connection, boolean autoCommit, int isolation) {
        try {
            isolate(connection, Connection.TRANSACTION_READ_COMMITTED, isolation);
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
