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
 * history, the record and the log.
 */
interface Writes {

    /** Guard and record disagree, or somebody was faster: the transaction must be rolled back and read again. */
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
     * @param runId the run whose page it is, for the records; null where it is none
     */
    record Terms(boolean waits, @Nullable String runId) {}

    /** Writes the changes that find what they expect, each whole; the others are answered. */
    List<CommitResult> write(Connection connection, Migration migration, List<UserChange> changes, Terms terms)
            throws SQLException;
}
