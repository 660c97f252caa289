package io.creditmigration.spi;

import io.creditmigration.CreditRate;
import io.creditmigration.DefinitionConflictException;
import io.creditmigration.Migration;
import io.creditmigration.RateConversion;
import io.creditmigration.Schedule;
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
        List<CreditRate> oldRates,
        @Nullable CreditRate newRate,
        boolean withdrawn) {

    /** Copies the list. */
    public StoredDefinition {
        oldRates = List.copyOf(oldRates);
    }

    /** What a store keeps of this migration. */
    public static StoredDefinition of(Migration migration) {
        return new StoredDefinition(
                migration.id(),
                migration.fingerprint(),
                migration.schedule(),
                migration.follows().orElse(null),
                migration.runsBeside().orElse(null),
                migration.conversion().map(RateConversion::oldRates).orElse(List.of()),
                migration.conversion().map(RateConversion::newRate).orElse(null),
                false);
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
