package io.creditmigration;

import org.jspecify.annotations.Nullable;

/**
 * Root of what this library throws: bad input, broken configuration and broken infrastructure. What a caller must expect
 * in normal work, such as a user who was migrated before, is a value and never an exception.
 */
public abstract class CreditMigrationException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** For subclasses: the message says what is wrong and what to do, the cause is the original failure. */
    protected CreditMigrationException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
