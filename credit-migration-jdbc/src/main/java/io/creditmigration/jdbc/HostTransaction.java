package io.creditmigration.jdbc;

import io.creditmigration.InvalidValueException;
import io.creditmigration.StoreException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Works in a transaction that the host has begun and will end. What fails is taken back to a savepoint, so that the host's
 * own work stands; what the database has broken as a whole is thrown.
 */
final class HostTransaction implements Transactions {

    /** Who knows the host's transaction. */
    interface Lender {

        /** Lends the connection that the transaction is on, for as long as the work lasts. */
        <T> T lend(Work<T> work) throws SQLException;

        /** The transaction is broken, and what is left of it must not commit: marks it, where that is possible. */
        default void spoil() {}
    }

    private final Lender lender;

    HostTransaction(Lender lender) {
        this.lender = lender;
    }

    @Override
    public boolean joins() {
        return true;
    }

    @Override
    public <T> T read(String what, Work<T> work) {
        return lent(what, work);
    }

    @Override
    public <T> T scan(String what, Work<T> work) {
        return lent(what, work);
    }

    @Override
    public <T> T snapshot(String what, Work<T> work) {
        return lent(what, work);
    }

    @Override
    public <T> T write(String what, Work<Outcome<T>> work, Function<SQLException, @Nullable T> answerTo) {
        return lent(what, connection -> perform(connection, work, answerTo));
    }

    /** Lends the connection. Whatever the lender or the driver throws becomes a {@link StoreException}. */
    private <T> T lent(String what, Work<T> work) {
        try {
            return lender.lend(connection -> work.with(inTransaction(connection)));
        } catch (Throwable e) {
            RuntimeException translated = SqlErrors.translated(what, e);
            if (translated != e) {
                lender.spoil();
            }
            throw translated;
        }
    }

    private static <T> T perform(
            Connection connection, Work<Outcome<T>> work, Function<SQLException, @Nullable T> answerTo)
            throws SQLException {
        Savepoint before = connection.setSavepoint();
        try {
            Outcome<T> outcome = work.with(connection);
            if (outcome.keep()) {
                connection.releaseSavepoint(before);
            } else {
                connection.rollback(before);
            }
            return outcome.answer();
        } catch (SQLException e) {
            if (SqlErrors.meaning(e) == SqlErrors.Meaning.TRANSIENT) {
                // The database has ended the whole transaction; the host must know, and begin again.
                throw e;
            }
            undo(connection, before, e);
            T answer = answerTo.apply(e);
            if (answer != null) {
                return answer;
            }
            throw e;
        } catch (Throwable e) {
            try {
                connection.rollback(before);
            } catch (SQLException undo) {
                undo.addSuppressed(e);
                throw undo;
            }
            throw e;
        }
    }

    private static void undo(Connection connection, Savepoint before, SQLException primary) throws SQLException {
        try {
            connection.rollback(before);
        } catch (SQLException e) {
            primary.addSuppressed(e);
            throw primary;
        }
    }

    private static Connection inTransaction(Connection connection) throws SQLException {
        if (connection.getAutoCommit()) {
            throw new InvalidValueException(
                    "connection",
                    "in autocommit mode",
                    "one on which a transaction has begun, by setAutoCommit(false); each statement would commit by"
                            + " itself");
        }
        return connection;
    }
}
