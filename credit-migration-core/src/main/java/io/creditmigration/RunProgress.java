package io.creditmigration;

import io.creditmigration.internal.Arguments;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * How far a run came.
 *
 * @param users how many users there were to look at when the run was opened
 * @param done how many were looked at in the first pass
 * @param left how many of them were left to the sweep, because someone else was writing them
 * @param ranges into how many ranges of users the run is cut
 * @param rangesSwept how many of them are wholly done
 * @param sweeping whether the first pass is over and the sweep goes on
 * @param startedAt when the run was opened
 * @param resumedAt when it was last resumed or retuned
 * @param measuredFrom since when its speed is measured: over the last tenth to fifth of the time since {@code resumedAt}, and
 *     two seconds at least, so that a slow beginning is soon forgotten and a hiccup is not taken for the pace
 * @param doneBefore how many users were done then
 * @param movedAt when its last page was written, or {@code resumedAt} before there was one
 */
public record RunProgress(
        long users,
        long done,
        long left,
        int ranges,
        int rangesSwept,
        boolean sweeping,
        Instant startedAt,
        Instant resumedAt,
        Instant measuredFrom,
        long doneBefore,
        Instant movedAt) {

    private static final int HUNDRED = 100;
    private static final Duration MEASURE_MIN = Duration.ofSeconds(2);

    /** How much of the first pass is done, 0 to 100; never above, however many users register meanwhile. */
    public int percent() {
        return done == 0 && users == 0 ? 0 : (int) (done * HUNDRED / Math.max(users, done));
    }

    /** How many users are still to be looked at in the first pass. */
    public long toDo() {
        return Math.max(0, users - done);
    }

    /** Whether it is time to measure anew, if the last measure was begun then. */
    public static boolean isMeasuredAnew(Instant resumedAt, Instant begunAt, Instant now) {
        Arguments.require("time of resuming", resumedAt);
        Arguments.require("time of beginning", begunAt);
        Arguments.require("time", now);
        Duration tenth = Duration.between(resumedAt, now).dividedBy(10);
        Duration wait = tenth.compareTo(MEASURE_MIN) > 0 ? tenth : MEASURE_MIN;
        return Duration.between(begunAt, now).compareTo(wait) >= 0;
    }

    /** Users looked at per second lately; 0 before the first page. */
    public long usersPerSecond() {
        long millis = workedMillis();
        return millis <= 0 ? 0 : (done - doneBefore) * 1_000 / millis;
    }

    /**
     * How long the first pass will still take if it goes on as it did lately; empty before the first page.
     * The sweep that follows reads everyone who has no record once more, and writes few.
     */
    public Optional<Duration> eta() {
        long moved = done - doneBefore;
        long millis = workedMillis();
        if (done > 0 && toDo() == 0) {
            return Optional.of(Duration.ZERO);
        }
        return moved <= 0 || millis <= 0
                ? Optional.empty()
                : Optional.of(Duration.ofMillis(Math.multiplyExact(millis, toDo()) / moved));
    }

    private long workedMillis() {
        return Duration.between(measuredFrom, movedAt).toMillis();
    }
}
