package io.creditmigration;

import org.jspecify.annotations.Nullable;

/**
 * What became of an attempt to take one user back.
 *
 * @param status the outcome
 * @param userId the id as stored, or as asked for where there is no such user
 * @param record the user's record afterwards; null where there is none
 * @param credits the balance afterwards, where this call took the user back, null where none is left; for PAID_CREDITS the
 *     paid part of the balance; null otherwise
 * @param message for REJECTED, what the store said; null otherwise
 */
public record RollbackResult(
        Status status,
        String userId,
        @Nullable UserMigration record,
        @Nullable Credits credits,
        @Nullable String message) {

    /** What can become of an attempt, in order of precedence: where several apply, the first one is answered. */
    public enum Status {
        /** There is no such user. */
        UNKNOWN_USER,
        /**
         * The user's row and the journal disagree about the unit of the balance. Nothing is written until
         * {@link MigrationService#reconcile}.
         */
        OUT_OF_STEP,
        /** Rolled back before. Asking again is no error. */
        ALREADY_ROLLED_BACK,
        /** Not migrated by us, so there is nothing to take back. */
        NOT_COMPLETED,
        /** Has completed a later migration; only the latest can be rolled back. */
        NOT_LATEST,
        /** No rollback data available. */
        NO_ROLLBACK_DATA,
        /**
         * The balance has moved since the grant, or the store cannot tell whether it has, and how much of it was paid for is
         * not known; or it is gone.
         */
        MOVED_SINCE,
        /** The balance has moved since the grant, and paid credits are on the account: {@link PaidCredits} says what then. */
        PAID_CREDITS,
        /** Taken back by this call. */
        ROLLED_BACK,
        /** The store refuses what would be written; nothing was. */
        REJECTED,
        /** Others kept changing the user; nothing was written. */
        CONTENDED
    }
}
