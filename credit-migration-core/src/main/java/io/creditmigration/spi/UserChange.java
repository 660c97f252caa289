package io.creditmigration.spi;

import io.creditmigration.Credits;
import io.creditmigration.MigrationLogEntry;
import io.creditmigration.Notice;
import io.creditmigration.UserMigration;
import org.jspecify.annotations.Nullable;

/**
 * What a store is asked to write for one user, with the state that it must still find.
 *
 * <p>The guard of every kind: the record is still as in {@code expected} (absent, or of the same status and attempt). Of
 * every kind but {@link Kind#RECORD_ONLY} besides: balance, marker and captured columns are still as in
 * {@code expected}.
 *
 * @param kind what is to be done to the user's balance and marker
 * @param expected the state that the decision was made from
 * @param newCredits the balance to write; null for {@link Kind#RECORD_ONLY}, and for a rollback to no account
 * @param record the record to write
 * @param log the line to append to the log; null where nothing is logged
 * @param notice the notice to queue, once; null where nobody is told. A rollback, and every change that has a notice, cancels
 *     what was queued for the user in this migration before and is not sent yet
 */
public record UserChange(
        Kind kind,
        UserState expected,
        @Nullable Credits newCredits,
        UserMigration record,
        @Nullable MigrationLogEntry log,
        @Nullable Notice notice) {

    /** What is to be done to the user's balance and marker. */
    public enum Kind {
        /** Write the new balance, set the marker and the host's columns, copy the history where there is one. */
        MIGRATE,
        /** Write the new balance, put marker and captured columns back as the record's rollback data has them. */
        ROLL_BACK,
        /** As {@link #ROLL_BACK}, but the account is active afterwards, whatever it was: paid credits are left on it. */
        ROLL_BACK_KEEPING_PAID,
        /** Leave them alone: only the record changes. */
        RECORD_ONLY;

        /** Whether the user is taken back. */
        public boolean isRollback() {
            return this == ROLL_BACK || this == ROLL_BACK_KEEPING_PAID;
        }
    }

    /** A change of which nobody is told. */
    public UserChange(
            Kind kind,
            UserState expected,
            @Nullable Credits newCredits,
            UserMigration record,
            @Nullable MigrationLogEntry log) {
        this(kind, expected, newCredits, record, log, null);
    }

    /** The same with this notice. */
    public UserChange withNotice(@Nullable Notice newNotice) {
        return new UserChange(kind, expected, newCredits, record, log, newNotice);
    }
}
