package io.creditmigration;

import org.jspecify.annotations.Nullable;

/**
 * The store could not do its work for a reason that is no one's data: no connection, a deadlock, a missing table. No user
 * is marked FAILED for it.
 */
public final class StoreException extends CreditMigrationException {

    private static final long serialVersionUID = 1L;

    /** What the failure means for whoever asked. */
    public enum Kind {
        /** Nothing was written, and the same call may succeed at once: a deadlock, a serialization failure. */
        TRANSIENT,
        /** The answer to a commit was lost: only reading again tells whether it was written. */
        OUTCOME_UNKNOWN,
        /** Nothing was written, and trying again at once will not help: no connection, no privilege, no table. */
        UNAVAILABLE
    }

    private final Kind kind;

    /** Reports a failure of the store; the cause is the driver's own exception. */
    public StoreException(Kind kind, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    /** What the failure means for whoever asked. */
    public Kind kind() {
        return kind;
    }
}
