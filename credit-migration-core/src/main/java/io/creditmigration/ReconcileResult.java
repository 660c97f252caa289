package io.creditmigration;

import org.jspecify.annotations.Nullable;

/**
 * What became of an attempt to make the journal follow a user's row.
 *
 * @param status the outcome
 * @param userId the id as stored, or as asked for where there is no such user
 * @param record where the user stands afterwards; null where there is no line
 */
public record ReconcileResult(
        Status status, String userId, @Nullable UserMigration record) {

    /** What can become of an attempt, in order of precedence: where several apply, the first one is answered. */
    public enum Status {
        /** There is no such user. */
        UNKNOWN_USER,
        /** Row and journal agree: there is nothing to reconcile, and nothing was written. */
        IN_STEP,
        /** The row's marker says otherwise than the operator; nothing was written. */
        ROW_SAYS_OTHERWISE,
        /** The journal follows the row now. No money has moved. */
        RECONCILED,
        /** Others kept changing the user; nothing was written. */
        CONTENDED
    }
}
