package io.creditmigration.command;

import io.creditmigration.CreditMigrationException;
import io.creditmigration.DriftException;
import io.creditmigration.StoreException;
import io.creditmigration.jdbc.MappingException;
import java.sql.SQLException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a failure means to an operator: an exit code, and one line that says what to do. */
record Failures(ExitCode exitCode, String line) {

    private static final int CAUSES_MAX = 20;
    private static final int MARIADB_ACCESS_DENIED = 1045;
    /** MariaDB: table, column, database, read-only server, read-only transaction; H2: rights, administrator, read-only. */
    private static final Set<Integer> DENIED = Set.of(1142, 1143, 1044, 1290, 1792, 90096, 90040, 90097);

    static Failures of(Throwable failure) {
        if (failure instanceof CommandFailure known) {
            return new Failures(known.exitCode(), words(known));
        }
        if (failure instanceof DriftException) {
            return new Failures(ExitCode.DRIFT, words(failure));
        }
        if (failure instanceof MappingException mapping && mapping.mapped().startsWith("library table")) {
            return new Failures(
                    ExitCode.INFRASTRUCTURE,
                    "the library's own tables are not in this database; create them with 'credit-migration schema"
                            + " --apply' (" + words(failure) + ")");
        }
        SQLException sql = sqlIn(failure);
        if (sql != null) {
            return new Failures(ExitCode.INFRASTRUCTURE, advice(sql) + ": " + words(failure));
        }
        if (failure instanceof StoreException) {
            return new Failures(ExitCode.INFRASTRUCTURE, words(failure));
        }
        if (failure instanceof CreditMigrationException) {
            return new Failures(ExitCode.USAGE, words(failure));
        }
        return new Failures(
                ExitCode.BUG,
                "internal error, please report it with what --debug shows: "
                        + failure.getClass().getSimpleName() + ": " + words(failure));
    }

    private static String advice(SQLException error) {
        String state = error.getSQLState() == null ? "" : error.getSQLState();
        int code = error.getErrorCode();
        if (isDenied(error)) {
            return "the database user lacks a privilege; grant it and run the command again";
        }
        if (state.startsWith("28") || code == MARIADB_ACCESS_DENIED) {
            return "the database refuses user or password; see database.user and database.password-from";
        }
        if (state.startsWith("08") || state.startsWith("57P") || state.startsWith("90")) {
            return "the database cannot be reached; check database.url, and that the server runs";
        }
        if (state.equals("3D000") || state.equals("42000")) {
            return "there is no such database, or not for this user; check database.url";
        }
        if (state.startsWith("42")) {
            return "a table or column is not as it was; run the command again, and 'credit-migration schema' if it stays";
        }
        return "the database has failed; what was committed stands, and the command may be run again";
    }

    /** Whether the database user may not do this, or nobody may because nothing may be written. */
    static boolean isDenied(SQLException error) {
        String state = error.getSQLState() == null ? "" : error.getSQLState();
        return DENIED.contains(error.getErrorCode()) || state.equals("42501") || state.equals("25006");
    }

    private static @Nullable SQLException sqlIn(Throwable failure) {
        Throwable at = failure;
        for (int i = 0; i < CAUSES_MAX && at != null; i++) {
            if (at instanceof SQLException error) {
                return error;
            }
            at = at.getCause();
        }
        return null;
    }

    /** The message in one line, without the statements that some databases add. */
    private static String words(Throwable failure) {
        String message = failure.getMessage() == null ? failure.getClass().getName() : failure.getMessage();
        int statement = message.indexOf("; SQL statement");
        return (statement < 0 ? message : message.substring(0, statement))
                .lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .reduce((first, second) -> first + " " + second)
                .orElse("");
    }
}
