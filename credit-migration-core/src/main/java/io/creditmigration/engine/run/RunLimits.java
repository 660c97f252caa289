package io.creditmigration.engine.run;

import io.creditmigration.Actor;
import io.creditmigration.Credits;
import io.creditmigration.Health;
import io.creditmigration.HealthSignal;
import io.creditmigration.Migration;
import io.creditmigration.MigrationOptions;
import io.creditmigration.MigrationResult.Status;
import io.creditmigration.MigrationRun;
import io.creditmigration.MigrationStatus;
import io.creditmigration.RollbackResult;
import io.creditmigration.RunSettings;
import io.creditmigration.Tally;
import io.creditmigration.engine.LatencyHistogram;
import io.creditmigration.internal.Backoff;
import io.creditmigration.internal.Failures;
import io.creditmigration.internal.Timestamps;
import io.creditmigration.spi.Cause;
import io.creditmigration.spi.Printable;
import io.creditmigration.spi.RunStore;
import io.creditmigration.spi.Totals;
import java.math.BigDecimal;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one run within its limits as one process sees them: paces it, listens to the host's health, and pauses it where it
 * fails or grants too much. Shared by the process's workers.
 *
 * <p>The totals of a migration are read from its records, which takes long where there are many; so they are read again when
 * twenty times as long has passed, and what this process has added since is known without reading. A rollback run
 * is judged by its own tally only.
 *
 * <p>What {@link MigrationOptions.FailureLimit} is about is counted here, of this process's pages alone, and from zero again once
 * the run has paused.
 */
final class RunLimits {

    private static final Logger LOG = LoggerFactory.getLogger(RunLimits.class);

    private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long REST_NANOS_MIN = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long NAP_NANOS_MAX = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long TOTALS_REST_FACTOR = 20;
    private static final long USERS_MIN = 1_000;

    private final Migration migration;
    private final RunStore store;
    private final String runId;
    private final boolean rollback;
    private final HealthSignal signal;
    private final Clock clock;
    private final int attempts;
    private final MigrationOptions.FailureLimit limit;
    private final LatencyHistogram pages;
    private final ReentrantLock looking = new ReentrantLock();

    private long nextLookNanos = System.nanoTime();
    private long nextTotalsNanos = System.nanoTime();
    private volatile Health health = Health.GO;

    private volatile int pacedAt;
    private long paceFromNanos;
    private long doneFrom;
    private long done;
    private volatile boolean pacing;

    private long failed;
    private long attempted;
    private BigDecimal granted = BigDecimal.ZERO;

    /** By the number of the range: a worker keeps to one, and pages that are stepped one by one have a worker each. */
    private final Map<Integer, Streak> streaks = new HashMap<>();

    private long ownFailed;
    private long ownAttempted;

    RunLimits(
            Migration migration,
            RunStore store,
            MigrationRun run,
            HealthSignal signal,
            MigrationOptions options,
            LatencyHistogram pages) {
        this.pages = pages;
        this.migration = migration;
        this.store = store;
        this.runId = run.id();
        this.rollback = run.scope().isRollback();
        this.signal = signal;
        this.clock = options.clock();
        this.attempts = options.attempts();
        this.limit = options.failureLimit();
    }

    String runId() {
        return runId;
    }

    /** Why the run is slower than it could be; null where nothing holds it. */
    @Nullable
    String slowness() {
        if (health.level() == Health.Level.SLOW_DOWN) {
            return "slowed down: " + health.reason();
        }
        return pacing ? "limited to " + pacedAt + " users per second" : null;
    }

    /** Looks about once a second, and waits until the run may look at more users. Ends early when interrupted. */
    void awaitTurn(RunSettings settings) {
        // While someone looks the others go on by what was seen last; at a speed that no one has seen yet they wait
        // for it.
        boolean isKnown = pacedAt == settings.usersPerSecond();
        if (!isKnown) {
            looking.lock();
        }
        if (!isKnown || looking.tryLock()) {
            try {
                look(settings);
            } finally {
                looking.unlock();
            }
        }
        long waitNanos = turnInNanos(settings);
        pacing = waitNanos > 0;
        while (waitNanos > 0 && rest(Math.min(waitNanos, NAP_NANOS_MAX))) {
            waitNanos = turnInNanos(settings);
        }
    }

    /** Takes note of a page, rests where the host has asked for it, and pauses the run where it went too far. */
    void pageDone(
            @Nullable Integer range, Tally tally, Streak streak, int users, long tookNanos, RunSettings settings) {
        pages.record(tookNanos);
        String tooMany = failures(range == null ? 0 : range, tally, streak);
        synchronized (this) {
            done += users;
            failed += failedOf(tally);
            attempted += attemptedOf(tally);
            granted = granted.add(tally.granted());
        }
        String excess = excess(settings);
        if (tooMany != null) {
            pause("guardrail", tooMany);
        } else if (excess != null) {
            pause("guardrail", excess);
        } else if (health.level() == Health.Level.SLOW_DOWN) {
            rest(Math.max(tookNanos, REST_NANOS_MIN));
        }
    }

    /** Why the run is to pause after this page, for failures of its own; null where it may go on. */
    private synchronized @Nullable String failures(int range, Tally tally, Streak streak) {
        if (limit.failures() == 0) {
            return null;
        }
        ownFailed += failedOf(tally);
        ownAttempted += attemptedOf(tally);
        Streak row = streaks.getOrDefault(range, Streak.NONE).then(streak);
        // What has been looked at is not looked at again.
        streaks.put(range, new Streak(row.trailing(), row.trailing(), row.trailing(), false));
        String why = null;
        if (row.longest() >= limit.failures()) {
            why = row.longest() + " users failed in a row, of " + limit.failures() + " allowed";
        } else if (ownFailed >= limit.failures()
                && limit.share().multiply(BigDecimal.valueOf(ownAttempted)).compareTo(BigDecimal.valueOf(ownFailed))
                        < 0) {
            why = ownFailed + " of " + ownAttempted + " users failed, more than the share of "
                    + limit.share().stripTrailingZeros().toPlainString() + " allowed";
        }
        if (why == null) {
            return null;
        }
        ownFailed = 0;
        ownAttempted = 0;
        streaks.clear();
        return why + "; look at failed(…), mend the cause, retry them, and resume";
    }

    private void look(RunSettings settings) {
        long now = System.nanoTime();
        boolean limited = settings.failureRateMax() != null || settings.grantedMax() != null;
        if (limited && now - nextTotalsNanos >= 0) {
            readTotals();
            long read = System.nanoTime();
            nextTotalsNanos = read + (read - now) * TOTALS_REST_FACTOR;
            String excess = excess(settings);
            if (excess != null) {
                pause("guardrail", excess);
            }
        }
        if (now - nextLookNanos < 0 && pacedAt == settings.usersPerSecond()) {
            return;
        }
        nextLookNanos = now + LOOK_NANOS;
        if (settings.usersPerSecond() > 0 || pacedAt > 0) {
            pace(settings.usersPerSecond(), now);
        }
        Health was = health;
        health = healthNow();
        if (health.level() == Health.Level.STOP) {
            pause("health", health.reason());
        } else if (health.level() != was.level()) {
            LOG.info(
                    "Migration {}: run {} goes on: {} {}",
                    migration.id(),
                    runId,
                    health.level(),
                    Printable.of(health.reason()));
        }
    }

    private void readTotals() {
        if (rollback) {
            Tally tally =
                    store.findRun(migration, runId).map(MigrationRun::tally).orElse(Tally.NOBODY);
            synchronized (this) {
                failed = failedOf(tally);
                attempted = attemptedOf(tally);
            }
            return;
        }
        Totals totals = store.totals(migration);
        synchronized (this) {
            failed = totals.count(MigrationStatus.FAILED);
            attempted = failed + totals.count(MigrationStatus.COMPLETED);
            granted = totals.granted();
        }
    }

    private static long failedOf(Tally tally) {
        return tally.count(Status.FAILED) + tally.count(RollbackResult.Status.REJECTED);
    }

    private static long attemptedOf(Tally tally) {
        return failedOf(tally) + tally.count(Status.MIGRATED) + tally.count(RollbackResult.Status.ROLLED_BACK);
    }

    /** All processes together: each reads how far the run came, and adds what it has done since. */
    private void pace(int usersPerSecond, long now) {
        long reached = store.findRun(migration, runId)
                .map(run -> run.progress().done())
                .orElse(0L);
        synchronized (this) {
            done = reached;
            // Time spent paused earns no extra quota.
            boolean behind = pacedAt > 0 && now - paceFromNanos - dueNanos() > LOOK_NANOS;
            if (pacedAt != usersPerSecond || behind) {
                pacedAt = usersPerSecond;
                paceFromNanos = now;
                doneFrom = reached;
            }
        }
    }

    private synchronized long turnInNanos(RunSettings settings) {
        if (settings.usersPerSecond() == 0 || pacedAt == 0) {
            return 0;
        }
        return dueNanos() - (System.nanoTime() - paceFromNanos);
    }

    /** How long what was done since has to take at least. */
    private long dueNanos() {
        return Math.multiplyExact(done - doneFrom, TimeUnit.SECONDS.toNanos(1)) / pacedAt;
    }

    private Health healthNow() {
        try {
            Health now = signal.check();
            return now == null ? Health.slowDown("the health signal answered nothing") : now;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Health.GO;
        } catch (Throwable e) {
            Failures.rethrowFatal(e);
            LOG.warn("Migration {}: the health signal cannot be read, so run {} slows down", migration.id(), runId, e);
            return Health.slowDown("the health signal cannot be read");
        }
    }

    private synchronized @Nullable String excess(RunSettings settings) {
        BigDecimal rateMax = settings.failureRateMax();
        BigDecimal of = BigDecimal.valueOf(Math.max(attempted, USERS_MIN));
        if (rateMax != null && rateMax.multiply(of).compareTo(BigDecimal.valueOf(failed)) < 0) {
            return failed + " of " + attempted + " users failed, more than the share of "
                    + rateMax.stripTrailingZeros().toPlainString() + " allowed";
        }
        Credits grantedMax = settings.grantedMax();
        if (grantedMax != null && granted.compareTo(grantedMax.amount()) > 0) {
            return granted.toPlainString() + " credits granted, more than the " + grantedMax + " allowed";
        }
        return null;
    }

    private void pause(String who, String reason) {
        Cause cause = new Cause(Actor.automatic(who), reason, Timestamps.now(clock));
        boolean paused = Backoff.retrying(
                attempts,
                () -> store.changeRun(migration, runId, MigrationRun.State.RUNNING, MigrationRun.State.PAUSED, cause));
        if (paused) {
            LOG.warn("Migration {}: run {} has paused itself: {}", migration.id(), runId, Printable.of(reason));
        }
    }

    private static boolean rest(long nanos) {
        try {
            TimeUnit.NANOSECONDS.sleep(nanos);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
