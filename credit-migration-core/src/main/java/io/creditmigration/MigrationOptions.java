package io.creditmigration;

import io.creditmigration.internal.Arguments;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Duration;

/**
 * Bounds of a {@link MigrationService}. Immutable.
 *
 * @param clock tells the time of records and log lines
 * @param attempts how often one user is read and written again when others change it meanwhile or the store reports a
 *     transient fault, 1 to 100
 * @param knownUsersMax how many migrated users a gate remembers, 0 to 10,000,000; 0 remembers no one
 * @param knownFor how long it remembers them at most. A rollback is seen at once on the node that does it, and on others that
 *     can read the store within two seconds
 * @param notices whether users are told: notices are queued with changes, for a {@link NoticeDispatcher} to deliver
 * @param patience how long a run retries a user whose statement the database ends, for time or locks, before the user is
 *     marked FAILED. A page that cannot be read is retried twenty times as long before the run ends
 * @param haltWait how long a halt waits for migrations in flight before it reports them, zero to one hour. Setting the switch
 *     comes before, in at most {@code attempts} attempts, each with a bounded wait for locks
 * @param storeRest when a gate stops asking a store that fails again and again, and for how long
 * @param failureLimit when a run pauses itself because too many of its users fail
 * @param failureNoticeDelay how long the notices of users who failed in a run wait before they are due, zero to one day: time to
 *     pause the run, which holds them, and to retry the users, which cancels them
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
        StoreRest storeRest,
        FailureLimit failureLimit,
        Duration failureNoticeDelay,
        MigrationListener listener,
        Duration blockedFor) {

    /**
     * When a {@link MigrationGate} stops asking a store that fails again and again. Until the time is over it answers by its rule
     * for failures; then one request asks again. Each gate counts by itself.
     *
     * @param failures so many requests in a row at which the store failed, 0 to 10,000; 0 asks always
     * @param time how long the store is not asked, zero to one minute
     */
    public record StoreRest(int failures, Duration time) {

        /** Refuses bounds that bound nothing. */
        public StoreRest {
            if (failures < 0 || failures > 10_000) {
                throw new InvalidValueException("store failures in a row", failures, "0 to 10000; 0 asks always");
            }
            Arguments.require("rest of a store", time);
            if (time.isNegative() || time.compareTo(Duration.ofMinutes(1)) > 0) {
                throw new InvalidValueException("rest of a store", time, "zero to one minute");
            }
        }
    }

    /**
     * When a run pauses itself because too many of its users fail: a broken deployment is one cause, not a thousand bad users.
     * Each process counts the users it has worked on since it joined the run or the run was resumed; of a rollback, those that
     * the store refused.
     *
     * @param failures pauses when so many users of one worker have failed in a row, or when so many have failed at all and they
     *     are a larger share than {@code share}; 0 to 1,000,000, 0 never pauses
     * @param share 0 to 1; 0.05 is one in twenty
     */
    public record FailureLimit(int failures, BigDecimal share) {

        /** Refuses bounds that bound nothing. */
        public FailureLimit {
            if (failures < 0 || failures > 1_000_000) {
                throw new InvalidValueException("failures of a run", failures, "0 to 1000000; 0 never pauses");
            }
            Arguments.require("share of failures", share);
            if (share.signum() < 0 || share.compareTo(BigDecimal.ONE) > 0) {
                throw new InvalidValueException("share of failures", share, "0 to 1; 0.05 is one in twenty");
            }
        }
    }

    private static final MigrationOptions DEFAULTS = new MigrationOptions(
            Clock.systemUTC(),
            5,
            100_000,
            Duration.ofSeconds(60),
            false,
            Duration.ofSeconds(30),
            Duration.ofSeconds(5),
            new StoreRest(5, Duration.ofSeconds(2)),
            new FailureLimit(20, new BigDecimal("0.05")),
            Duration.ofMinutes(15),
            MigrationListener.NONE,
            Duration.ZERO);

    /** Refuses bounds that bound nothing. */
    public MigrationOptions {
        Arguments.require("clock", clock);
        Arguments.require("time that known users are remembered", knownFor);
        Arguments.require("patience", patience);
        Arguments.require("time that a blocked user's answer is repeated", blockedFor);
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
        Arguments.require("listener", listener);
        Arguments.require("wait of a halt", haltWait);
        if (haltWait.isNegative() || haltWait.compareTo(Duration.ofHours(1)) > 0) {
            throw new InvalidValueException("wait of a halt", haltWait, "zero to one hour");
        }
        Arguments.require("rest of a store", storeRest);
        Arguments.require("limit of failures", failureLimit);
        Arguments.require("delay of failure notices", failureNoticeDelay);
        if (failureNoticeDelay.isNegative() || failureNoticeDelay.compareTo(Duration.ofDays(1)) > 0) {
            throw new InvalidValueException("delay of failure notices", failureNoticeDelay, "zero to one day");
        }
    }

    /**
     * The system clock, 5 attempts, 100,000 known users for at most 60 seconds, a patience of 30 seconds, a wait of 5 seconds for
     * what is in flight, a rest of 2 seconds after 5 failures of the store in a row, runs that pause after 20 failed users in a
     * row or more than one in twenty, failure notices after 15 minutes, and nobody is told.
     */
    public static MigrationOptions defaults() {
        return DEFAULTS;
    }

    /** The same with this clock. */
    public MigrationOptions withClock(Clock newClock) {
        return new MigrationOptions(
                newClock,
                attempts,
                knownUsersMax,
                knownFor,
                notices,
                patience,
                haltWait,
                storeRest,
                failureLimit,
                failureNoticeDelay,
                listener,
                blockedFor);
    }

    /** The same with this many attempts. */
    public MigrationOptions withAttempts(int newAttempts) {
        return new MigrationOptions(
                clock,
                newAttempts,
                knownUsersMax,
                knownFor,
                notices,
                patience,
                haltWait,
                storeRest,
                failureLimit,
                failureNoticeDelay,
                listener,
                blockedFor);
    }

    /** The same, remembering so many migrated users for at most so long. */
    public MigrationOptions withKnownUsers(int max, Duration time) {
        return new MigrationOptions(
                clock,
                attempts,
                max,
                time,
                notices,
                patience,
                haltWait,
                storeRest,
                failureLimit,
                failureNoticeDelay,
                listener,
                blockedFor);
    }

    /** The same with this patience. */
    public MigrationOptions withPatience(Duration newPatience) {
        return new MigrationOptions(
                clock,
                attempts,
                knownUsersMax,
                knownFor,
                notices,
                newPatience,
                haltWait,
                storeRest,
                failureLimit,
                failureNoticeDelay,
                listener,
                blockedFor);
    }

    /** The same, where a halt waits so long for migrations in flight. */
    public MigrationOptions withHaltWait(Duration max) {
        return new MigrationOptions(
                clock,
                attempts,
                knownUsersMax,
                knownFor,
                notices,
                patience,
                max,
                storeRest,
                failureLimit,
                failureNoticeDelay,
                listener,
                blockedFor);
    }

    /** The same, where a gate does not ask a store for so long after so many failures in a row; 0 asks always. */
    public MigrationOptions withStoreRest(int failures, Duration time) {
        return new MigrationOptions(
                clock,
                attempts,
                knownUsersMax,
                knownFor,
                notices,
                patience,
                haltWait,
                new StoreRest(failures, time),
                failureLimit,
                failureNoticeDelay,
                listener,
                blockedFor);
    }

    /**
     * The same, where a run pauses itself after so many failed users in a row, or when so many and a larger share than this have
     * failed; 0 never pauses.
     */
    public MigrationOptions withFailureLimit(int failures, BigDecimal share) {
        return new MigrationOptions(
                clock,
                attempts,
                knownUsersMax,
                knownFor,
                notices,
                patience,
                haltWait,
                storeRest,
                new FailureLimit(failures, share),
                failureNoticeDelay,
                listener,
                blockedFor);
    }

    /** The same, where the notices of users who failed in a run are due after so long. */
    public MigrationOptions withFailureNoticeDelay(Duration delay) {
        return new MigrationOptions(
                clock,
                attempts,
                knownUsersMax,
                knownFor,
                notices,
                patience,
                haltWait,
                storeRest,
                failureLimit,
                delay,
                listener,
                blockedFor);
    }

    /** The same, telling this listener what happens on this node. */
    public MigrationOptions withListener(MigrationListener newListener) {
        return new MigrationOptions(
                clock,
                attempts,
                knownUsersMax,
                knownFor,
                notices,
                patience,
                haltWait,
                storeRest,
                failureLimit,
                failureNoticeDelay,
                newListener,
                blockedFor);
    }

    /** The same, where a gate repeats its answer to a user with credits for so long. */
    public MigrationOptions withBlockedFor(Duration time) {
        return new MigrationOptions(
                clock,
                attempts,
                knownUsersMax,
                knownFor,
                notices,
                patience,
                haltWait,
                storeRest,
                failureLimit,
                failureNoticeDelay,
                listener,
                time);
    }

    /** The same, telling users what becomes of them. Nodes of one application agree on it. */
    public MigrationOptions withNotices() {
        return new MigrationOptions(
                clock,
                attempts,
                knownUsersMax,
                knownFor,
                true,
                patience,
                haltWait,
                storeRest,
                failureLimit,
                failureNoticeDelay,
                listener,
                blockedFor);
    }
}
