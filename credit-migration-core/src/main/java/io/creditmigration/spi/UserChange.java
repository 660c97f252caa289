package io.creditmigration.spi;

import io.creditmigration.Credits;
import io.creditmigration.JournalLine;
import io.creditmigration.Notice;
import io.creditmigration.UserMigration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a store is asked to write for one user, with the state that it must still find.
 *
 * <p>The guard of every kind: the line's number is the next of this user, so that the key of the journal refuses a second
 * one. Of every kind that writes a balance besides: balance, marker and captured columns are still as in {@code expected}.
 *
 * @param kind what is to be done to the user's balance and marker
 * @param expected the state that the decision was made from
 * @param newCredits the balance to write; null where none is written, and for a rollback to no account
 * @param line the line to append to the journal. The store adds to its {@code copied} how many operations it has copied
 * @param notice the notice to queue, once; null where no one is told. A rollback, and every change that has a notice, cancels
 *     what was queued for the user in this migration before and is not sent yet
 * @param noticeDue when the notice is due; null without one
 */
public record UserChange(
        Kind kind,
        UserState expected,
        @Nullable Credits newCredits,
        JournalLine line,
        @Nullable Notice notice,
        @Nullable Instant noticeDue) {

    /** What is to be done to the user's balance and marker. */
    public enum Kind {
        /** Write the new balance, set the marker and the host's columns, copy the history where there is one. */
        MIGRATE,
        /** Write the new balance, restore marker and captured columns as the rollback data has them. */
        ROLL_BACK,
        /** As {@link #ROLL_BACK}, but the account is active afterwards, whatever it was: paid credits are left on it. */
        ROLL_BACK_KEEPING_PAID,
        /** Leave balance and marker alone, and copy operations made before the user was migrated. Without any, write nothing. */
        CATCH_UP,
        /** Leave balance, marker and history alone: only the line is written. */
        LINE_ONLY;

        /** Whether the user is rolled back. */
        public boolean isRollback() {
            return this == ROLL_BACK || this == ROLL_BACK_KEEPING_PAID;
        }

        /** Whether a balance is written. */
        public boolean movesBalance() {
            return this == MIGRATE || isRollback();
        }
    }

    /** A change without a notice. */
    public UserChange(Kind kind, UserState expected, @Nullable Credits newCredits, JournalLine line) {
        this(kind, expected, newCredits, line, null, null);
    }

    /** The same with this notice, due at this time; null for none. */
    public UserChange withNotice(@Nullable Notice newNotice, @Nullable Instant due) {
        return new UserChange(kind, expected, newCredits, line, newNotice, newNotice == null ? null : due);
    }

    /** Where the user stands once the change is written, but for the operations that the store copies. */
    public UserMigration record() {
        return UserMigration.after(expected.record(), line);
    }
}
