package io.creditmigration.internal;

import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Times as the tables hold them. */
public final class Timestamps {

    private Timestamps() {}

    /** The clock's time in whole microseconds, as every database keeps it, so that what is read equals what was written. */
    public static Instant now(Clock clock) {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
