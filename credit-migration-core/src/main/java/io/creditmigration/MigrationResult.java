package io.creditmigration;

import org.jspecify.annotations.Nullable;

/**
 * What became of an attempt to migrate one user.
 *
 * @param status the outcome
 * @param userId the id as stored, or as asked for where there is no such user
 * @param record the user's record afterwards; null where there is none, as for users whom the host flagged itself
 * @param quote for HAS_CREDITS and QUOTE_CHANGED, what the user can confirm; null where there is nothing to confirm
 * @param message for FAILED and FAILED_UNRECORDED why, for operators; null otherwise
 */
public record MigrationResult(
        Status status,
        String userId,
        @Nullable UserMigration record,
        @Nullable Quote quote,
        @Nullable String message) {

    /**
     * What can become of an attempt, in order of precedence: where several apply, the first one is answered.
     */
    public enum Status {
        /** There is no such user. */
        UNKNOWN_USER,
        /**
         * Nothing is registered under the migration's id, and a call within a host's transaction does not register it; {@link
         * MigrationService#register} does.
         */
        NOT_REGISTERED,
        /** An operator has withdrawn the migration; its id is spent. */
        WITHDRAWN,
        /** The migration begins later. Nothing is written before. */
        NOT_BEGUN,
        /**
         * The user's row and the journal disagree about the unit of the balance: someone restored the row by hand, or another
         * person has the id now. Nothing is written until {@link MigrationService#reconcile}.
         */
        OUT_OF_STEP,
        /** Migrated before: by us, with a record, or by the host's own marker, without one. Asking again is no error. */
        ALREADY_MIGRATED,
        /** Taken back before. Only an operator's {@link MigrationService#reopen} starts a new attempt. */
        ROLLED_BACK,
        /** The migration that follows this one has begun. */
        ENDED,
        /** Registered at or after {@link Migration#newcomersFrom}. */
        NOT_SUBJECT,
        /** Exempt from rate conversions by the host's rule, an admin for example. */
        EXEMPT,
        /** Failed before, and this trigger does not try again; {@link MigrationService#migrate} does. */
        FAILED_BEFORE,
        /** The halt switch is on. */
        HALTED,
        /** Outside the rollout percentage. */
        OUTSIDE_ROLLOUT,
        /** A rate column is mapped, and the user's row has no rate: the unit of the balance is not known. */
        UNKNOWN_RATE,
        /** A registration column is mapped, and the user's row has no time: whether the user is subject is not known. */
        UNKNOWN_REGISTRATION,
        /** The balance to convert is absent, which is not zero. */
        ABSENT_BALANCE,
        /** The balance is below zero: for a person to look at. */
        NEGATIVE_BALANCE,
        /** Has credits, or reservations open, and must confirm first or is not this trigger's business. */
        HAS_CREDITS,
        /** What was confirmed is not what would be written now; the result has a new quote, if there is still one. */
        QUOTE_CHANGED,
        /** Migrated by this call. */
        MIGRATED,
        /** Could not be migrated for a reason of the user's own, and is now marked FAILED with it. */
        FAILED,
        /** As FAILED, but the mark could not be written either. */
        FAILED_UNRECORDED,
        /**
         * Others kept changing the user; nothing was written. The next trigger tries again. Of a user whom the store still has
         * IN_PROGRESS it is answered before the balance is looked at, which may be half written.
         */
        CONTENDED
    }
}
