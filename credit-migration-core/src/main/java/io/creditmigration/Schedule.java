package io.creditmigration;

import java.time.Duration;
import java.time.Instant;

/**
 * The instants of a migration. Registering stores them; from then on the stored ones rule on every node, and {@link
 * MigrationService#postpone} alone moves them. Immutable.
 *
 * @param cutOff when the usage window ends
 * @param newcomersFrom users registered from here on begin in the new regime
 * @param beginsAt nobody migrates before this
 */
public record Schedule(Instant cutOff, Instant newcomersFrom, Instant beginsAt) {

    /** The same with every instant that is still to come moved by as much. */
    public Schedule postponed(Duration by, Instant now) {
        return new Schedule(moved(cutOff, by, now), moved(newcomersFrom, by, now), moved(beginsAt, by, now));
    }

    private static Instant moved(Instant instant, Duration by, Instant now) {
        return instant.isAfter(now) ? instant.plus(by) : instant;
    }
}
