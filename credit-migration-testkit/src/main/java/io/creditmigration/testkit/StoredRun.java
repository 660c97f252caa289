package io.creditmigration.testkit;

import io.creditmigration.MigrationResult;
import io.creditmigration.MigrationRun;
import io.creditmigration.RunProgress;
import io.creditmigration.RunScope;
import io.creditmigration.RunSettings;
import io.creditmigration.Tally;
import io.creditmigration.spi.Cause;
import io.creditmigration.spi.PageWork.Counted;
import io.creditmigration.spi.RunRequest;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A run of the store in memory: its row and those of its ranges. Guarded by the store's monitor. */
final class StoredRun {

    /** A run whose last page is older than this stands still. */
    private static final Duration STILL = Duration.ofSeconds(10);

    /** Users behind one id up to another: where its pages are, and what they came to. */
    static final class Range {

        final int number;
        final @Nullable String after;
        final @Nullable String upto;
        final Set<String> left = new HashSet<>();
        boolean claimed;
        boolean sweep;
        boolean finished;

        @Nullable
        String last;

        long done;
        Tally tally = Tally.NOBODY;
        Instant movedAt;

        Range(int number, @Nullable String after, @Nullable String upto, Instant now) {
            this.number = number;
            this.after = after;
            this.upto = upto;
            this.last = after;
            this.movedAt = now;
        }

        void moveBehind(String userId, int users, Counted counted, Instant now) {
            last = userId;
            done += sweep ? 0 : users;
            left.addAll(counted.left());
            tally = tally.plus(counted.tally());
            movedAt = now;
        }

        /** The sweep follows the first pass, and nothing follows the sweep. */
        void endPass(Instant now) {
            finished = sweep;
            sweep = true;
            last = finished ? last : after;
            movedAt = now;
        }
    }

    final String id;
    final String migrationId;
    final RunRequest request;
    private final Cause opened;
    final List<Range> ranges = new ArrayList<>();
    private final long users;
    private final Instant startedAt;
    private MigrationRun.State state = MigrationRun.State.RUNNING;
    private String reason = "";
    private RunSettings settings;
    private Instant resumedAt;
    private Instant measuredFrom;
    private long doneBefore;
    private Instant nextFrom;
    private long nextBefore;

    StoredRun(String id, String migrationId, RunRequest request, List<String> userIds, Cause opened) {
        this.id = id;
        this.migrationId = migrationId;
        this.request = request;
        this.opened = opened;
        this.settings = request.settings();
        Instant now = opened.at();
        this.users = userIds.size();
        this.startedAt = now;
        this.resumedAt = now;
        this.measuredFrom = now;
        this.nextFrom = now;
        cut(userIds, now);
        countUnknown();
    }

    /** Of a list, those whom nobody is. */
    private void countUnknown() {
        long unknown =
                request.scope().kind() == RunScope.Kind.LISTED ? new HashSet<>(request.userIds()).size() - users : 0;
        if (unknown > 0) {
            Range first = ranges.get(0);
            first.tally = new Tally(
                    Map.of(MigrationResult.Status.UNKNOWN_USER, unknown),
                    Map.of(),
                    BigDecimal.ZERO,
                    BigDecimal.ZERO,
                    BigDecimal.ZERO,
                    BigDecimal.ZERO,
                    BigDecimal.ZERO);
        }
    }

    private void cut(List<String> userIds, Instant now) {
        int count = request.ranges(userIds.size());
        int each = (userIds.size() + count - 1) / count;
        String after = null;
        for (int number = 0; number < count; number++) {
            boolean isLast = number == count - 1 || (number + 1) * each > userIds.size();
            String upto = isLast ? null : userIds.get((number + 1) * each - 1);
            ranges.add(new Range(number, after, upto, now));
            if (isLast) {
                break;
            }
            after = upto;
        }
    }

    boolean isRunning() {
        return state == MigrationRun.State.RUNNING;
    }

    boolean isFinished() {
        return state == MigrationRun.State.FINISHED;
    }

    boolean isUnfinished() {
        return isRunning() || state == MigrationRun.State.PAUSED;
    }

    RunSettings settings() {
        return settings;
    }

    boolean isPaused() {
        return state == MigrationRun.State.PAUSED;
    }

    /** Changes it if it is in this state. */
    boolean change(MigrationRun.State from, MigrationRun.State to, String why, Instant now) {
        if (state != from) {
            return false;
        }
        state = to;
        reason = why;
        if (isRunning()) {
            resumeAt(now);
        }
        return true;
    }

    /** Changes its settings unless it is over. */
    boolean retune(RunSettings newSettings, Instant now) {
        if (!isUnfinished()) {
            return false;
        }
        settings = newSettings;
        resumeAt(now);
        return true;
    }

    /** Where it was found standing still, it goes on now. */
    void found(Instant now) {
        if (isRunning() && seen().progress().movedAt().plus(STILL).isBefore(now)) {
            resumeAt(now);
        }
    }

    /** The range to work on: this one if it is free, the first free one otherwise; null where others have all. */
    @Nullable
    Range claim(@Nullable Integer first) {
        boolean sweeping = ranges.stream().allMatch(range -> range.sweep);
        Range free = null;
        for (Range range : ranges) {
            if (!range.finished && !range.claimed && range.sweep == sweeping) {
                if (first != null && range.number == first) {
                    return range;
                }
                free = free == null ? range : free;
            }
        }
        return free;
    }

    boolean isDone() {
        return ranges.stream().allMatch(range -> range.finished);
    }

    MigrationRun seen() {
        Tally tally = Tally.NOBODY;
        Instant movedAt = resumedAt;
        long done = 0;
        long left = 0;
        int swept = 0;
        boolean sweeping = true;
        for (Range range : ranges) {
            tally = tally.plus(range.tally);
            movedAt = range.movedAt.isAfter(movedAt) ? range.movedAt : movedAt;
            done += range.done;
            left += range.left.size();
            swept += range.finished ? 1 : 0;
            sweeping &= range.sweep;
        }
        return new MigrationRun(
                id,
                request.scope(),
                request.stage(),
                state,
                reason,
                settings,
                opened.actor(),
                opened.reason(),
                new RunProgress(
                        users,
                        done,
                        left,
                        ranges.size(),
                        swept,
                        sweeping && swept < ranges.size(),
                        startedAt,
                        resumedAt,
                        measuredFrom,
                        doneBefore,
                        movedAt),
                tally,
                null);
    }

    /** Begins to measure its speed anew where it is time. */
    void measure(Instant now) {
        if (RunProgress.isMeasuredAnew(resumedAt, nextFrom, now)) {
            measuredFrom = nextFrom;
            doneBefore = nextBefore;
            nextFrom = now;
            nextBefore = seen().progress().done();
        }
    }

    private void resumeAt(Instant now) {
        resumedAt = now;
        measuredFrom = now;
        doneBefore = seen().progress().done();
        nextFrom = now;
        nextBefore = doneBefore;
    }
}
