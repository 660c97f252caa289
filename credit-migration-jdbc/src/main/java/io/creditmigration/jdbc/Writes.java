package io.creditmigration.jdbc;

import io.creditmigration.Migration;
import io.creditmigration.spi.CommitResult;
import io.creditmigration.spi.UserChange;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes changes in a transaction that is open: the host's rows under their guard first, then for those that matched the
 * history and the journal.
 */
interface Writes {

    /** Guard and journal disagree, or somebody was faster: the transaction must be rolled back and read again. */
    final class StaleException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        StaleException(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }

    /**
     * On what terms changes are written.
     *
     * @param waits whether to wait, for a bounded time, for rows that others hold; otherwise those users are answered LOCKED
     * @param run the number of the run whose page it is, for the journal; null where it is none
     */
    record Terms(boolean waits, @Nullable Integer run) {}

    /**
     * Writes the changes that find what they expect, each whole; the others are answered.
     *
     * @param number the migration's number, for the journal
     */
    List<CommitResult> write(
            Connection connection, Migration migration, int number, List<UserChange> changes, Terms terms)
            throws SQLException;
}
