package io.creditmigration.jdbc;

import io.creditmigration.Migration;
import io.creditmigration.spi.CommitResult;
import io.creditmigration.spi.UserChange;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes changes in a transaction that is open: the host's rows under their guard first, then for those that matched the
 * history and the journal. What was written of the host's is read back in the same transaction.
 */
interface Writes {

    /** Guard and journal disagree, or somebody was faster: the transaction must be rolled back and read again. */
    final class StaleException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        StaleException(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }

    /** The database has stored something else than was decided: nothing of the transaction may stay. */
    final class AlteredException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private AlteredException(String what, @Nullable String stored, @Nullable String decided, String advice) {
            super(
                    what + " was stored as " + (stored == null ? "none" : stored) + ", and decided as "
                            + (decided == null ? "none" : decided)
                            + ": a trigger or the column changes it. Exempt the library's role from the trigger"
                            + advice,
                    null,
                    false,
                    false);
        }

        static AlteredException balance(@Nullable BigDecimal stored, @Nullable BigDecimal decided) {
            return new AlteredException(
                    "the balance", plain(stored), plain(decided), ", or declare the scale of the policy");
        }

        static AlteredException column(String column, @Nullable String stored, @Nullable String decided) {
            return new AlteredException("column '" + column + "'", stored, decided, "");
        }

        private static @Nullable String plain(@Nullable BigDecimal amount) {
            return amount == null ? null : amount.stripTrailingZeros().toPlainString();
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
