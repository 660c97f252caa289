package io.creditmigration;

import io.creditmigration.internal.Arguments;
import java.time.Clock;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Function;

/**
 * Bounds of a {@link NoticeDispatcher}. Immutable.
 *
 * @param clock tells when notices are due
 * @param batchSize how many notices one call leases at most, 1 to 1,000
 * @param lease how long they are this node's, 1 second to 1 day: a node that dies delivers again, elsewhere, after this time.
 *     A batch that has taken half of it stops and gives the rest back
 * @param deliveriesMax how often a notice is tried before it is a dead letter, 1 to 100. A notice that was leased by a node
 *     that died counts as tried
 * @param firstPause the pause after the first failed delivery, doubled after each further one, 1 second to 1 day; a random
 *     part of it, at least half, is kept
 * @param pauseMax the longest such pause, at most 7 days
 * @param locales the language of each user by the id as stored; one without templates is answered in English
 * @param listener is told of each batch that had notices
 */
public record DispatchOptions(
        Clock clock,
        int batchSize,
        Duration lease,
        int deliveriesMax,
        Duration firstPause,
        Duration pauseMax,
        Function<String, Locale> locales,
        MigrationListener listener) {

    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration DAY = Duration.ofDays(1);
    private static final DispatchOptions DEFAULTS = new DispatchOptions(
            Clock.systemUTC(),
            50,
            Duration.ofMinutes(5),
            10,
            Duration.ofSeconds(30),
            Duration.ofHours(1),
            userId -> Locale.ENGLISH,
            MigrationListener.NONE);

    /** Refuses bounds that bound nothing. */
    public DispatchOptions {
        Arguments.require("clock", clock);
        Arguments.require("locales", locales);
        Arguments.require("listener", listener);
        if (batchSize < 1 || batchSize > 1_000) {
            throw new InvalidValueException("batch size", batchSize, "1 to 1000 notices");
        }
        if (deliveriesMax < 1 || deliveriesMax > 100) {
            throw new InvalidValueException("deliveries of a notice", deliveriesMax, "1 to 100");
        }
        checkWithin("lease", lease, SECOND, DAY);
        checkWithin("first pause", firstPause, SECOND, DAY);
        checkWithin("longest pause", pauseMax, firstPause, Duration.ofDays(7));
    }

    /** The system clock, 50 notices leased for 5 minutes, 10 deliveries, pauses of 30 seconds to 1 hour, English. */
    public static DispatchOptions defaults() {
        return DEFAULTS;
    }

    /** The same with this clock. */
    public DispatchOptions withClock(Clock newClock) {
        return new DispatchOptions(newClock, batchSize, lease, deliveriesMax, firstPause, pauseMax, locales, listener);
    }

    /** The same, leasing so many notices for so long. */
    public DispatchOptions withBatches(int notices, Duration time) {
        return new DispatchOptions(clock, notices, time, deliveriesMax, firstPause, pauseMax, locales, listener);
    }

    /** The same, trying so often, with pauses that grow from the first to the longest. */
    public DispatchOptions withRetries(int deliveries, Duration first, Duration longest) {
        return new DispatchOptions(clock, batchSize, lease, deliveries, first, longest, locales, listener);
    }

    /** The same with one language for everyone. */
    public DispatchOptions withLocale(Locale locale) {
        Arguments.require("locale", locale);
        return withLocales(userId -> locale);
    }

    /** The same, asking for each user's language. */
    public DispatchOptions withLocales(Function<String, Locale> newLocales) {
        return new DispatchOptions(clock, batchSize, lease, deliveriesMax, firstPause, pauseMax, newLocales, listener);
    }

    /** The same, telling this listener of each batch that had notices. */
    public DispatchOptions withListener(MigrationListener newListener) {
        return new DispatchOptions(clock, batchSize, lease, deliveriesMax, firstPause, pauseMax, locales, newListener);
    }

    private static void checkWithin(String what, Duration value, Duration min, Duration max) {
        if (Arguments.require(what, value).compareTo(min) < 0 || value.compareTo(max) > 0) {
            throw new InvalidValueException(what, value, min + " to " + max);
        }
    }
}
