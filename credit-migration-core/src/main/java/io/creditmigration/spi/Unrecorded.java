package io.creditmigration.spi;

/**
 * How many of the host's users have no line in a migration, by what is known of them.
 *
 * @param late whether they registered at or after {@link io.creditmigration.Migration#newcomersFrom}
 * @param exempt whether the host exempts them
 * @param migrated whether the row says that they are in the new unit: by its flag, or by its rate
 * @param atOldRate whether the row says that they are at a rate that the migration itself converts from; false where no rate
 *     column is mapped
 * @param users how many
 */
public record Unrecorded(boolean late, boolean exempt, boolean migrated, boolean atOldRate, long users) {}
