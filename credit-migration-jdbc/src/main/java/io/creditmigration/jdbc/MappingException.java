package io.creditmigration.jdbc;

import io.creditmigration.CreditMigrationException;

/** The host's tables are not as they were mapped, or cannot carry a migration. Found before anything is written. */
public final class MappingException extends CreditMigrationException {

    private static final long serialVersionUID = 1L;

    private final String mapped;

    /** Refuses a mapping: what was mapped, what is wrong with it, and what to do. */
    public MappingException(String mapped, String problem) {
        super("Mapping of " + mapped + ": " + problem, null);
        this.mapped = mapped;
    }

    /** What was mapped: the role and the name that was given for it. */
    public String mapped() {
        return mapped;
    }
}
