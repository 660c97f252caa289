package io.creditmigration.spi;

import org.jspecify.annotations.Nullable;

/**
 * What became of a {@link UserChange}. Unless COMMITTED, nothing of it was written.
 *
 * @param status the outcome
 * @param historicalOperations operations copied into the credit history, counted from rows inserted
 * @param message for REJECTED, what the store said of this user's data; null otherwise
 */
public record CommitResult(
        Status status, long historicalOperations, @Nullable String message) {

    /** What can become of a change. */
    public enum Status {
        /** Wholly written. */
        COMMITTED,
        /** The user is no longer in the expected state: read again and decide again. */
        STALE,
        /** Someone else holds the user's row: try again later. */
        LOCKED,
        /** Nothing is registered under the migration's id. */
        NOT_REGISTERED,
        /** The migration has been withdrawn. */
        WITHDRAWN,
        /** The migration that follows has begun, by the clock of the store. */
        ENDED,
        /** The migration begins later, by the clock of the store. */
        NOT_BEGUN,
        /** The halt switch is on. */
        HALTED,
        /** The user is outside the rollout percentage. */
        OUTSIDE_ROLLOUT,
        /** The store refuses this user's data: a value out of range, a constraint of the host's. */
        REJECTED
    }

    /** Wholly written, with this many operations copied. */
    public static CommitResult committed(long historicalOperations) {
        return new CommitResult(Status.COMMITTED, historicalOperations, null);
    }

    /** Not written, for a reason that needs no words. */
    public static CommitResult of(Status status) {
        return new CommitResult(status, 0, null);
    }

    /** Not written, because the store refuses this user's data. */
    public static CommitResult rejected(String message) {
        return new CommitResult(Status.REJECTED, 0, message);
    }
}
