package io.creditmigration;

/**
 * A migration cannot be registered, or was opened as another than the one that is registered: two nodes with different rates,
 * or one migration under two names in a rolling deployment. Nothing was written.
 */
public final class DefinitionConflictException extends CreditMigrationException {

    private static final long serialVersionUID = 1L;

    private final String migrationId;
    private final String stored;
    private final String given;

    private DefinitionConflictException(String message, String migrationId, String stored, String given) {
        super(message, null);
        this.migrationId = migrationId;
        this.stored = stored;
        this.given = given;
    }

    /** Refuses {@code given} because {@code stored} was first under this id; both are {@link Migration#fingerprint()}s. */
    public static DefinitionConflictException another(String migrationId, String stored, String given) {
        return new DefinitionConflictException(
                "Migration '" + migrationId + "' is stored as [" + stored + "] but was opened as [" + given
                        + "]; use the stored definition, or give the new one an id of its own",
                migrationId,
                stored,
                given);
    }

    /**
     * Refuses a migration whose place in the chain is taken, or names what is not there.
     *
     * @param given the id of the migration that is refused
     * @param stored the id of the migration that stands in its way
     * @param why in words, with what to do
     */
    public static DefinitionConflictException place(String given, String stored, String why) {
        return new DefinitionConflictException("Migration '" + given + "' is refused: " + why, given, stored, given);
    }

    /** The id that was refused. */
    public String migrationId() {
        return migrationId;
    }

    /** What is in the store: the fingerprint under the same id, or the id of the migration that stands in the way. */
    public String stored() {
        return stored;
    }

    /** What was refused: the fingerprint, or the id. */
    public String given() {
        return given;
    }
}
