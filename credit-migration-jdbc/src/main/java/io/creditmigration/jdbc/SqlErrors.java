package io.creditmigration.jdbc;

import io.creditmigration.CreditMigrationException;
import io.creditmigration.StoreException;
import java.sql.BatchUpdateException;
import java.sql.SQLException;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a database's error means, by SQLState: whose fault it is, and whether to try again. */
final class SqlErrors {

    /** What an error means to the transaction it happened in, which is rolled back in any case. */
    enum Meaning {
        /** A value or a constraint: it belongs to the user in hand. */
        DATA,
        /** Somebody else holds a row. */
        LOCKED,
        /** A statement has taken longer than it may, or was cancelled. */
        ENDED,
        /** Deadlock or serialization failure: the same again may succeed. */
        TRANSIENT,
        /** Anything else. */
        OTHER
    }

    private static final Pattern CONNECTION = Pattern.compile("^\\(conn=\\d+\\) ");

    /** A query was killed, or its max_statement_time is over. */
    private static final Set<Integer> MARIADB_ENDED = Set.of(1317, 1969);

    private static final int MARIADB_DUPLICATE = 1062;
    private static final int MARIADB_LOCK_WAIT_TIMEOUT = 1205;
    private static final int MARIADB_DATA_TRUNCATED = 1265;

    /** A row was changed after this transaction's snapshot; the whole transaction is gone, as after a deadlock. */
    private static final int MARIADB_CHANGED_SINCE_SNAPSHOT = 1020;

    /** A trigger's own error, whatever SQLState it gives it. */
    private static final int MARIADB_SIGNALLED = 1644;

    /**
     * Classes of errors that are the database's or the schema's, and so everybody's: connections, transactions, statements, rights,
     * resources, operators, the system. Any other is that of the user in hand; triggers raise states of classes that nobody knows.
     */
    private static final Set<String> OF_EVERYBODY = Set.of(
            "01", "02", "07", "08", "0A", "0L", "0P", "0Z", "24", "25", "26", "28", "2D", "34", "3B", "3D", "3F", "40",
            "42", "50", "53", "55", "57", "58", "70", "72", "90", "F0", "HV", "HY", "IM", "S1", "XA", "XX");

    private static final int CAUSES_MAX = 20;
    private static final int STATE_LENGTH = 5;

    /** A prepared statement is missing, or there already: it was left on another connection of a pooler's. */
    private static final Set<String> POOLED_STATEMENT = Set.of("26000", "42P05");

    private static final String POOLER_ADVICE =
            "; behind a pooler that lends connections for a transaction, such as PgBouncer, set prepareThreshold=0 in the"
                    + " JDBC URL";

    private SqlErrors() {}

    static Meaning meaning(SQLException error) {
        String state = state(error);
        if (error.getErrorCode() == MARIADB_SIGNALLED) {
            return Meaning.DATA;
        }
        if (state.equals("HYT00") || state.equals("55P03") || error.getErrorCode() == MARIADB_LOCK_WAIT_TIMEOUT) {
            return Meaning.LOCKED;
        }
        if (state.startsWith("40") || error.getErrorCode() == MARIADB_CHANGED_SINCE_SNAPSHOT) {
            return Meaning.TRANSIENT;
        }
        if (state.equals("57014") || MARIADB_ENDED.contains(error.getErrorCode())) {
            return Meaning.ENDED;
        }
        boolean ofUser = state.length() == STATE_LENGTH && !OF_EVERYBODY.contains(state.substring(0, 2));
        return ofUser || error.getErrorCode() == MARIADB_DATA_TRUNCATED ? Meaning.DATA : Meaning.OTHER;
    }

    /** Whether a row with the same key exists. */
    static boolean isDuplicate(SQLException error) {
        return state(error).equals("23505") || error.getErrorCode() == MARIADB_DUPLICATE;
    }

    /**
     * A failure after which certainly nothing was written. What the library throws itself stays as it is; what a pool or a
     * driver throws without declaring it, a circuit breaker for one, is a failure of the store and no user's.
     */
    static RuntimeException translated(String what, Throwable failure) {
        rethrowFatal(failure);
        if (failure instanceof CreditMigrationException
                || failure instanceof Writes.StaleException
                || failure instanceof Writes.AlteredException
                || failure instanceof CallerException) {
            return (RuntimeException) failure;
        }
        StoreException.Kind kind =
                failure instanceof SQLException error ? kind(error) : StoreException.Kind.UNAVAILABLE;
        return new StoreException(kind, what + " failed: " + words(failure), failure);
    }

    /** Throws what concerns the whole process: memory that has run out, a thread that is stopped. */
    static void rethrowFatal(Throwable failure) {
        if (failure instanceof VirtualMachineError error && !(failure instanceof StackOverflowError)) {
            throw error;
        }
        if (failure instanceof ThreadDeath death) {
            throw death;
        }
    }

    /** What a failure after which certainly nothing was written means to the caller. */
    static StoreException.Kind kind(SQLException error) {
        boolean passing = meaning(error) == Meaning.TRANSIENT || meaning(error) == Meaning.LOCKED;
        return passing ? StoreException.Kind.TRANSIENT : StoreException.Kind.UNAVAILABLE;
    }

    /** The database's error in what somebody else's code has made of it; null where there is none. */
    static @Nullable SQLException in(Throwable failure) {
        Throwable at = failure;
        for (int i = 0; i < CAUSES_MAX && at != null; i++) {
            if (at instanceof SQLException error) {
                return error;
            }
            at = at.getCause();
        }
        return null;
    }

    /** Whether a commit that failed so was refused by a database that answered: it has certainly not committed. */
    static boolean isRefusal(SQLException error) {
        return meaning(error) == Meaning.DATA || meaning(error) == Meaning.TRANSIENT;
    }

    /** The failure of a commit whose answer was lost. */
    static StoreException unknownOutcome(Throwable failure) {
        return new StoreException(StoreException.Kind.OUTCOME_UNKNOWN, "Commit failed: " + words(failure), failure);
    }

    /** The message of a failure, by the rules for databases' errors where it is one. */
    static String words(Throwable failure) {
        return failure instanceof SQLException error ? words(error) : failure.toString();
    }

    /**
     * The message without what databases add to it: statements, and details that quote a whole row, which must reach
     * neither a log nor a record, and MariaDB's number of the connection, which makes the same failure look like another. Of a
     * batch it is the message of what failed in it.
     */
    static String words(SQLException error) {
        if (error instanceof BatchUpdateException && error.getNextException() != null) {
            return words(error.getNextException());
        }
        String message = error.getMessage() == null ? error.getClass().getName() : error.getMessage();
        String line =
                CONNECTION.matcher(message.lines().findFirst().orElse(message)).replaceFirst("");
        for (String detail : new String[] {"; SQL statement", " VALUES (", " ( /*"}) {
            int at = line.indexOf(detail);
            line = at < 0 ? line : line.substring(0, at);
        }
        String state = state(error);
        return line + " [SQLState " + state + "]" + (POOLED_STATEMENT.contains(state) ? POOLER_ADVICE : "");
    }

    private static String state(SQLException error) {
        @Nullable SQLException at = error;
        while (at != null) {
            if (at.getSQLState() != null) {
                return at.getSQLState();
            }
            at = at.getNextException();
        }
        return "none";
    }
}
