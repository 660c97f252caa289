package io.creditmigration.jdbc;

import io.creditmigration.InvalidValueException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;

/**
 * How long reads may take, in the whole seconds that drivers count.
 *
 * @param userSeconds of one user, a setting, a run: what a request waits for
 * @param scanSeconds of many users, or of all
 */
record ReadTimeouts(int userSeconds, int scanSeconds) {

    static final ReadTimeouts DEFAULTS = new ReadTimeouts(5, 600);

    private static final Duration MAX = Duration.ofDays(1);

    ReadTimeouts withUser(Duration max) {
        return new ReadTimeouts(seconds("time of a read", max), scanSeconds);
    }

    ReadTimeouts withScan(Duration max) {
        return new ReadTimeouts(userSeconds, seconds("time of a scan", max));
    }

    private static int seconds(String what, Duration max) {
        if (HostTables.given(what, max).compareTo(Duration.ofSeconds(1)) < 0
                || max.compareTo(MAX) > 0
                || !max.equals(max.truncatedTo(ChronoUnit.SECONDS))) {
            throw new InvalidValueException(what, max, "1 second to 1 day, in whole seconds");
        }
        return (int) max.toSeconds();
    }
}
