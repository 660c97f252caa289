package io.creditmigration.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Who begins and ends transactions; declared by the host, never guessed from a connection. */
interface Transactions {

    /** What is done with a connection. */
    @FunctionalInterface
    interface Work<T> {
        T with(Connection connection) throws SQLException;
    }

    /** What a transaction came to: whether to keep it, and what to answer. */
    record Outcome<T>(boolean keep, T answer) {}

    /** Whether the transactions are the host's. */
    boolean joins();

    /** Reads what a request waits for, with no transaction left open. */
    <T> T read(String what, Work<T> work);

    /** Reads many users, which may take longer, with no transaction left open. */
    <T> T scan(String what, Work<T> work);

    /** Reads several times in one snapshot, which a joined transaction may not have: nothing is written, nothing left open. */
    <T> T snapshot(String what, Work<T> work);

    /** Does the work in one transaction, and commits it if the outcome says so; rolls back otherwise. */
    default <T> T write(String what, Work<Outcome<T>> work) {
        return write(what, work, error -> null);
    }

    /**
     * The same, where some errors have an answer: it is given for an error in the work, or in a commit that the database has
     * certainly refused. Nothing was written then.
     */
    <T> T write(String what, Work<Outcome<T>> work, Function<SQLException, @Nullable T> answerTo);
}
