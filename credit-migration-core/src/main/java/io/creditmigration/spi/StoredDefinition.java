package io.creditmigration.spi;

import io.creditmigration.CreditRate;
import io.creditmigration.DefinitionConflictException;
import io.creditmigration.Migration;
import io.creditmigration.RateConversion;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A migration's definition as its first use stored it.
 *
 * @param id the migration's id
 * @param fingerprint {@link Migration#fingerprint()}
 * @param cutOff when the new regime begins for new users
 * @param oldRate the rate before; null for grants
 * @param newRate the rate after; null for grants
 */
public record StoredDefinition(
        String id,
        String fingerprint,
        Instant cutOff,
        @Nullable CreditRate oldRate,
        @Nullable CreditRate newRate) {

    /** What a store keeps of this migration. */
    public static StoredDefinition of(Migration migration) {
        return new StoredDefinition(
                migration.id(),
                migration.fingerprint(),
                migration.cutOff(),
                migration.conversion().map(RateConversion::oldRate).orElse(null),
                migration.conversion().map(RateConversion::newRate).orElse(null));
    }

    /**
     * Refuses a migration that was stored under the same id with another fingerprint.
     *
     * @throws DefinitionConflictException when they differ
     */
    public void check(Migration migration) {
        if (id.equals(migration.id()) && !fingerprint.equals(migration.fingerprint())) {
            throw new DefinitionConflictException(id, fingerprint, migration.fingerprint());
        }
    }
}
