package io.creditmigration;

/** Where a user stands in a migration. */
public enum MigrationStatus {
    /** Subject to the migration and not migrated: there is no record, or an operator has reopened it. */
    PENDING,
    /** Begun, and not yet known to be whole. Only in stores that cannot do a user in one transaction. */
    IN_PROGRESS,
    /** Migrated. */
    COMPLETED,
    /** Could not be migrated for a reason of the user's own, and keeps working under the old regime. */
    FAILED,
    /** Migrated and rolled back; only an operator can start a new attempt. */
    ROLLED_BACK
}
