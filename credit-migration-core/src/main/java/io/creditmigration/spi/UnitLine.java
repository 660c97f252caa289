package io.creditmigration.spi;

import io.creditmigration.CreditRate;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The last line of a user's journal that left the balance in a unit: the last MIGRATED, ROLLED_BACK or RECONCILED line of any
 * conversion.
 *
 * @param migrationId the conversion
 * @param number the line's number
 * @param unit the rate that it left the balance at; null where the line says none
 * @param isNew whether that is the new rate of the conversion: MIGRATED, or reconciled to COMPLETED
 * @param at when
 */
public record UnitLine(
        String migrationId, int number, @Nullable CreditRate unit, boolean isNew, Instant at) {}
