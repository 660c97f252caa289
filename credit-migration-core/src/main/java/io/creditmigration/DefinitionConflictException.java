package io.creditmigration;

/**
 * A migration was opened under an id that another definition has used: two nodes with different rates, say. The first
 * definition to write anything under an id is the one that counts.
 */
public final class DefinitionConflictException extends CreditMigrationException {

    private static final long serialVersionUID = 1L;

    private final String migrationId;
    private final String stored;
    private final String given;

    /** Refuses {@code given} because {@code stored} was first under this id; both are {@link Migration#fingerprint()}s. */
    public DefinitionConflictException(String migrationId, String stored, String given) {
        super(
                "Migration '" + migrationId + "' is stored as [" + stored + "] but was opened as [" + given
                        + "]; use the stored definition, or give the new one an id of its own",
                null);
        this.migrationId = migrationId;
        this.stored = stored;
        this.given = given;
    }

    /** The id that both definitions claim. */
    public String migrationId() {
        return migrationId;
    }

    /** The fingerprint that is in the store. */
    public String stored() {
        return stored;
    }

    /** The fingerprint that was refused. */
    public String given() {
        return given;
    }
}
