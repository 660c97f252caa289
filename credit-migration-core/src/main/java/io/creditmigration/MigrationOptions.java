package io.creditmigration;

import java.time.Clock;
import java.time.Duration;

/**
 * Bounds of a {@link MigrationService}. Immutable.
 *
 * @param clock tells the time of records and log lines
 * @param attempts how often one user is read and written again when others change it meanwhile or the store reports a
 *     transient fault, 1 to 100
 * @param knownUsersMax how many migrated users a gate remembers, 0 to 10,000,000; 0 remembers nobody
 * @param knownFor how long it remembers them at most. A rollback is seen at once on the node that does it, and on others that
 *     can read the store within two seconds
 * @param notices whether users are told: notices are queued with changes, for a {@link NoticeDispatcher} to deliver
 * @param patience how long a run retries a user whose statement the database ends, for time or locks, before the user is
 *     marked FAILED. A page that cannot be read is retried twenty times as long before the run ends
 * @param haltWait how long a halt waits for migrations in flight before it reports them, zero to one hour. Setting the switch
 *     comes before, in at most {@code attempts} attempts, each with a bounded wait for locks
 * @param listener is told what happens on this node
 * @param blockedFor how long a gate repeats its answer to a user with credits without a read, zero to 10 seconds. What this
 *     service does to the user ends it at once; a confirmation on another node, a halt or a purchase within this time
 */
public record MigrationOptions(
        Clock clock,
        int attempts,
        int knownUsersMax,
        Duration knownFor,
        boolean notices,
        Duration patience,
        Duration haltWait,
        MigrationListener listener,
        Duration blockedFor) {

    private static final MigrationOptions DEFAULTS = new MigrationOptions(
            Clock.systemUTC(),
            5,
            100_000,
            Duration.ofSeconds(60),
            false,
            Duration.ofSeconds(30),
            Duration.ofSeconds(5),
            SafeListener.NONE,
            Duration.ZERO);

    /** Refuses bounds that bound nothing. */
    public MigrationOptions {
        Names.given("clock", clock);
        Names.given("time that known users are remembered", knownFor);
        Names.given("patience", patience);
        Names.given("time that a blocked user's answer is repeated", blockedFor);
        if (blockedFor.isNegative() || blockedFor.compareTo(Duration.ofSeconds(10)) > 0) {
            throw new InvalidValueException(
                    "time that a blocked user's answer is repeated", blockedFor, "zero to 10 seconds");
        }
        if (attempts < 1 || attempts > 100) {
            throw new InvalidValueException("attempts", attempts, "1 to 100");
        }
        if (knownUsersMax < 0 || knownUsersMax > 10_000_000) {
            throw new InvalidValueException("known users", knownUsersMax, "0 to 10000000");
        }
        if (knownFor.isNegative() || knownFor.compareTo(Duration.ofDays(1)) > 0) {
            throw new InvalidValueException("time that known users are remembered", knownFor, "zero to one day");
        }
        if (patience.isNegative() || patience.compareTo(Duration.ofDays(1)) > 0) {
            throw new InvalidValueException("patience", patience, "zero to one day");
        }
        Names.given("listener", listener);
        Names.given("wait of a halt", haltWait);
        if (haltWait.isNegative() || haltWait.compareTo(Duration.ofHours(1)) > 0) {
            throw new InvalidValueException("wait of a halt", haltWait, "zero to one hour");
        }
    }

    /** The system clock, 5 attempts, 100,000 known users for at most 60 seconds, a patience of 30 seconds, a wait of
     * 5 seconds for what is in flight, and nobody is told. */
    public static MigrationOptions defaults() {
        return DEFAULTS;
    }

    /** The same with this clock. */
    public MigrationOptions withClock(Clock newClock) {
        return new MigrationOptions(
                newClock, attempts, knownUsersMax, knownFor, notices, patience, haltWait, listener, blockedFor);
    }

    /** The same with so many attempts. */
    public MigrationOptions withAttempts(int newAttempts) {
        return new MigrationOptions(
                clock, newAttempts, knownUsersMax, knownFor, notices, patience, haltWait, listener, blockedFor);
    }

    /** The same, remembering so many migrated users for at most so long. */
    public MigrationOptions withKnownUsers(int max, Duration time) {
        return new MigrationOptions(clock, attempts, max, time, notices, patience, haltWait, listener, blockedFor);
    }

    /** The same with this patience. */
    public MigrationOptions withPatience(Duration newPatience) {
        return new MigrationOptions(
                clock, attempts, knownUsersMax, knownFor, notices, newPatience, haltWait, listener, blockedFor);
    }

    /** The same, where a halt waits so long for migrations in flight. */
    public MigrationOptions withHaltWait(Duration max) {
        return new MigrationOptions(
                clock, attempts, knownUsersMax, knownFor, notices, patience, max, listener, blockedFor);
    }

    /** The same, telling this listener what happens on this node. */
    public MigrationOptions withListener(MigrationListener newListener) {
        return new MigrationOptions(
                clock, attempts, knownUsersMax, knownFor, notices, patience, haltWait, newListener, blockedFor);
    }

    /** The same, where a gate repeats its answer to a user with credits for so long. */
    public MigrationOptions withBlockedFor(Duration time) {
        return new MigrationOptions(
                clock, attempts, knownUsersMax, knownFor, notices, patience, haltWait, listener, time);
    }

    /** The same, telling users what becomes of them. Nodes of one application agree on it. */
    public MigrationOptions withNotices() {
        return new MigrationOptions(
                clock, attempts, knownUsersMax, knownFor, true, patience, haltWait, listener, blockedFor);
    }
}
