package io.creditmigration.spi;

/**
 * How many of the host's users have no record in a migration, by what is known of them.
 *
 * @param late whether they registered at or after the cut-off
 * @param exempt whether the host exempts them
 * @param flagged whether the host's own marker says that they are migrated
 * @param superseded whether they completed a migration with a later cut-off
 * @param users how many
 */
public record Unrecorded(boolean late, boolean exempt, boolean flagged, boolean superseded, long users) {}
