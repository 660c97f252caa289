package io.creditmigration.spi;

import io.creditmigration.CreditRate;
import io.creditmigration.DefinitionConflictException;
import io.creditmigration.Migration;
import io.creditmigration.RateConversion;
import io.creditmigration.Schedule;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A migration's definition as it was registered.
 *
 * @param id the migration's id
 * @param fingerprint {@link Migration#fingerprint()}
 * @param schedule its instants
 * @param follows the migration that it follows; null where it follows none
 * @param beside the migration that it runs beside; null where it runs beside none
 * @param rows the rows of the users table that it is for, in the store's own words; empty where it is for all
 * @param oldRates the rates that it converts from, the usual one first; empty for grants
 * @param newRate the rate after; null for grants
 * @param withdrawn whether an operator has withdrawn it
 */
public record StoredDefinition(
        String id,
        String fingerprint,
        Schedule schedule,
        @Nullable String follows,
        @Nullable String beside,
        String rows,
        List<CreditRate> oldRates,
        @Nullable CreditRate newRate,
        boolean withdrawn) {

    /** Copies the list. */
    public StoredDefinition {
        oldRates = List.copyOf(oldRates);
    }

    /** What a store keeps of this migration, which is for these rows. */
    public static StoredDefinition of(Migration migration, String rows) {
        return new StoredDefinition(
                migration.id(),
                migration.fingerprint(),
                migration.schedule(),
                migration.follows().orElse(null),
                migration.runsBeside().orElse(null),
                rows,
                migration.conversion().map(RateConversion::oldRates).orElse(List.of()),
                migration.conversion().map(RateConversion::newRate).orElse(null),
                false);
    }

    /**
     * The place in the chain that a migration takes: a text that only one migration can have. Pure; a store keeps it under a
     * unique key.
     *
     * @param rows the rows that the migration is for
     * @param rates whether rows name the rate of their balance
     * @param stored what is registered
     * @throws DefinitionConflictException when it names no place, or one that is not there, or the rows are another's
     */
    public static String placeOf(Migration migration, String rows, boolean rates, Collection<StoredDefinition> stored) {
        List<StoredDefinition> standing =
                stored.stream().filter(other -> !other.withdrawn()).toList();
        if (standing.isEmpty()) {
            return "first";
        }
        String named = migration.follows().or(migration::runsBeside).orElse(null);
        String first = standing.get(0).id();
        if (named == null) {
            throw DefinitionConflictException.place(
                    migration.id(),
                    first,
                    "migration '" + first
                            + "' is registered for the same users; say after(…) or beside(…), or use its id if"
                            + " it is the same migration");
        }
        if (standing.stream().noneMatch(other -> other.id().equals(named))) {
            throw DefinitionConflictException.place(
                    migration.id(),
                    named,
                    "migration '" + named + "' is not registered, or was withdrawn; name one of "
                            + standing.stream().map(StoredDefinition::id).toList());
        }
        boolean converts = migration.conversion().isPresent();
        for (StoredDefinition other : standing) {
            if (migration.follows().isPresent() && named.equals(other.follows())) {
                throw DefinitionConflictException.place(
                        migration.id(),
                        other.id(),
                        "migration '" + other.id() + "' follows '" + named + "' already; follow that one");
            }
            boolean sameKind = converts == (other.newRate() != null);
            boolean sameRows = rows.isEmpty() || other.rows().isEmpty() || rows.equals(other.rows());
            if (sameKind && sameRows && converts && !rates) {
                throw DefinitionConflictException.place(
                        migration.id(),
                        other.id(),
                        "a flag tells two units apart and no more, and migration '" + other.id()
                                + "' converts the same rows; a second conversion needs a rate column");
            }
            if (sameKind && sameRows && migration.runsBeside().isPresent()) {
                throw DefinitionConflictException.place(
                        migration.id(),
                        other.id(),
                        "migration '" + other.id() + "' is of the same kind and for the same rows; say after(…)");
            }
        }
        return migration.runsBeside().isPresent() ? "beside " + migration.id() : "after " + named;
    }

    /** The usual rate before; null for grants. */
    public @Nullable CreditRate oldRate() {
        return oldRates.isEmpty() ? null : oldRates.get(0);
    }

    /**
     * Refuses a migration that was stored under the same id with another fingerprint.
     *
     * @throws DefinitionConflictException when they differ
     */
    public void check(Migration migration) {
        if (id.equals(migration.id()) && !fingerprint.equals(migration.fingerprint())) {
            throw DefinitionConflictException.another(id, fingerprint, migration.fingerprint());
        }
    }
}
