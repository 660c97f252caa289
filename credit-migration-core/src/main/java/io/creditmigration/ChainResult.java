package io.creditmigration;

/**
 * What became of an act on a migration's place in the chain: {@link MigrationService#postpone} or {@link
 * MigrationService#withdraw}.
 *
 * @param status what became of it
 * @param detail what stands in the way, in words; empty where nothing does
 */
public record ChainResult(Status status, String detail) {

    /** What can become of it, in order of precedence: where several apply, the first one is answered. */
    public enum Status {
        /** Nothing is registered under the migration's id. */
        NOT_REGISTERED,
        /** It was withdrawn before. */
        WITHDRAWN_BEFORE,
        /** It has begun, so that it cannot be postponed. */
        BEGUN,
        /** A seal covers its definition, so that it cannot be postponed. */
        SEALED,
        /** The halt switch is off, or migrations are in flight: halt first, so that nobody migrates meanwhile. */
        NOT_HALTED,
        /** Another migration follows it. */
        FOLLOWED,
        /** Users stand COMPLETED in it: roll them back first. */
        HAS_MIGRATED_USERS,
        /** Rows that no line explains are in its new unit: flagged by the host, or registered since it began. */
        ROWS_IN_NEW_UNIT,
        /** Done. */
        DONE
    }

    /** A result that needs no words. */
    public static ChainResult of(Status status) {
        return new ChainResult(status, "");
    }

    /** Whether it was done. */
    public boolean isDone() {
        return status == Status.DONE;
    }
}
