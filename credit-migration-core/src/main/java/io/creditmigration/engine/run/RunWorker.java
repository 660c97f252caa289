package io.creditmigration.engine.run;

import io.creditmigration.JournalLine;
import io.creditmigration.Migration;
import io.creditmigration.MigrationListener;
import io.creditmigration.MigrationOptions;
import io.creditmigration.MigrationResult.Status;
import io.creditmigration.MigrationRun;
import io.creditmigration.RunSettings;
import io.creditmigration.StoreException;
import io.creditmigration.Tally;
import io.creditmigration.engine.decide.Decision;
import io.creditmigration.internal.Backoff;
import io.creditmigration.internal.Failures;
import io.creditmigration.internal.SafeListener;
import io.creditmigration.internal.Timestamps;
import io.creditmigration.spi.CommitResult;
import io.creditmigration.spi.Page;
import io.creditmigration.spi.PageWork;
import io.creditmigration.spi.Printable;
import io.creditmigration.spi.RunStore;
import io.creditmigration.spi.UserChange;
import io.creditmigration.spi.UserState;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks for one page after the other, smaller ones while the store refuses someone, ends pages, or someone else is writing,
 * and counts what came of them. One thread's.
 */
final class RunWorker<R> implements PageWork {

    private static final Logger LOG = LoggerFactory.getLogger(RunWorker.class);
    private static final Users NOBODY = new Users(List.of(), Set.of(), false);

    /** How many pages go by, after the database has ended one, before they grow again. */
    private static final int CALM_PAGES = 8;

    /** So many times as long as for one user a page is asked for again that cannot even be read. */
    private static final int UNREAD_PATIENCE_FACTOR = 20;

    private final Migration migration;
    private final RunStore store;
    private final RunAction<R> action;
    private final Clock clock;
    private final int attempts;
    private final long patienceNanos;
    private final String runId;
    private final RunLimits limits;
    private final SafeListener<MigrationListener> listener;

    private RunSettings settings;
    private int limit;
    private @Nullable Integer range;
    private int faults;
    private @Nullable StoreException lost;
    private int ended;
    private long firstEndNanos;
    private int calm;
    private int blocked;
    private int contended;
    private @Nullable String refusedUser;
    private @Nullable String refusedMessage;
    private @Nullable String slowness;

    /** What was read, decided and counted of the page in hand; replaced whole when a page is asked for again. */
    private Users read = NOBODY;

    private List<Decision<R>> decisions = List.of();
    private Tally counted = Tally.NOBODY;
    private Streak streak = Streak.NONE;
    private boolean allLeft;

    RunWorker(
            Migration migration,
            RunStore store,
            RunAction<R> action,
            MigrationOptions options,
            MigrationRun run,
            RunLimits limits,
            SafeListener<MigrationListener> listener) {
        this.migration = migration;
        this.store = store;
        this.action = action;
        this.clock = options.clock();
        this.attempts = options.attempts();
        this.patienceNanos = options.patience().toNanos();
        this.runId = run.id();
        this.settings = run.settings();
        this.limit = settings.pageSize();
        this.limits = limits;
        this.listener = listener;
    }

    /** The run's settings as the last page found them. */
    RunSettings settings() {
        return settings;
    }

    /** Why this worker is slower than it could be; null where nothing holds it. */
    @Nullable
    String slowness() {
        return limits.slowness() == null ? slowness : limits.slowness();
    }

    /** One page, or what kept it from being written. Waits first where the run's limits say so. */
    Page.Status step() {
        read = NOBODY;
        decisions = List.of();
        counted = Tally.NOBODY;
        streak = Streak.NONE;
        allLeft = false;
        Page page;
        long begunNanos;
        try {
            limits.awaitTurn(settings);
            action.begin();
            int most = settings.usersPerSecond() == 0 ? settings.pageSize() : settings.usersPerSecond();
            limit = Math.min(limit, Math.min(most, settings.pageSize()));
            begunNanos = System.nanoTime();
            page = store.page(migration, runId, range, limit, now(), this);
            faults = 0;
            lost = null;
        } catch (StoreException e) {
            // The position tells whether the page was written, so an unknown outcome is asked again like a deadlock.
            if (e.kind() == StoreException.Kind.UNAVAILABLE || (limit == 1 && ++faults >= attempts)) {
                throw Failures.since(lost, e);
            }
            lost = e.kind() == StoreException.Kind.OUTCOME_UNKNOWN ? e : lost;
            Backoff.pause(Math.max(1, faults));
            // Fewer users meet fewer other writers; only a page of one that fails counts towards giving up.
            narrow(String.valueOf(e.getMessage()));
            return Page.Status.CONTENDED;
        }
        settings = page.settings() == null ? settings : page.settings();
        range = page.range() == null ? range : page.range();
        switch (page.status()) {
            case ADVANCED -> {
                refusedUser = null;
                contended = 0;
                ended = 0;
                resize();
                action.end();
                Tally written = counted;
                listener.tell(told -> told.onPage(migration, written, SafeListener.since(begunNanos)));
                limits.pageDone(range, counted, streak, decisions.size(), System.nanoTime() - begunNanos, settings);
            }
            case REJECTED -> refused(String.valueOf(page.message()));
            case ENDED -> ended(String.valueOf(page.message()));
            case CONTENDED -> {
                // Alone, a user is waited for; halving would meet the same one again and again.
                Backoff.pause(Math.max(1, contended));
                limit = 1;
                slowness = "users are being written by others";
            }
            case BUSY -> slowness = "others work on all the ranges that are left";
            default -> {
                // The run stands still or is over.
            }
        }
        return page.status();
    }

    @Override
    public Decided decide(Users users) {
        read = users;
        decisions = new ArrayList<>(users.users().size());
        List<UserChange> changes = new ArrayList<>(users.users().size());
        long operations = 0;
        Instant now = now();
        for (UserState user : users.users()) {
            operations += user.user().usage().total();
            if (!decisions.isEmpty() && operations > settings.pageOperations()) {
                break;
            }
            Decision<R> decision = action.decide(user, now);
            if (decision instanceof Decision.Write<R> && user.user().userId().equals(refusedUser)) {
                decision = action.refused(user, String.valueOf(refusedMessage));
            }
            decisions.add(decision);
            if (decision instanceof Decision.Write<R> write) {
                changes.add(write.change());
            }
        }
        return new Decided(decisions.size(), changes);
    }

    @Override
    public Optional<Counted> count(List<CommitResult> results) {
        TallySum sum = new TallySum();
        Set<String> left = new HashSet<>();
        int written = 0;
        Streak row = Streak.NONE;
        for (int i = 0; i < decisions.size(); i++) {
            String userId = read.users().get(i).user().userId();
            boolean isCounted = false;
            if (decisions.get(i) instanceof Decision.Write<R> write) {
                // A user who catches up in the sweep was counted in the first pass, unless left by it.
                isCounted = read.sweep()
                        && write.change().kind() == UserChange.Kind.CATCH_UP
                        && !read.left().contains(userId);
                switch (results.get(written++).status()) {
                    case COMMITTED -> {
                        row = isFailure(write.change()) ? row.failure() : row.success();
                        if (!isCounted) {
                            sum.add(write.change());
                        }
                        continue;
                    }
                    case OUTSIDE_ROLLOUT -> {
                        sum.add(Status.OUTSIDE_ROLLOUT);
                        continue;
                    }
                    case HALTED, NOT_BEGUN -> {
                        return Optional.empty();
                    }
                    default -> {
                        // Someone else was faster, or holds the user: it is met again.
                    }
                }
            } else {
                R answer = ((Decision.Answer<R>) decisions.get(i)).result();
                // The sweep meets again whom the first pass has counted.
                if (read.sweep() && !read.left().contains(userId)) {
                    continue;
                }
                if (action.isHalted(answer)) {
                    return Optional.empty();
                }
                if (!action.isContended(answer)) {
                    row = action.isFailure(answer) ? row.failure() : row;
                    action.count(answer, sum);
                    continue;
                }
            }
            if (!read.sweep()) {
                left.add(userId);
            } else if (limit > 1 || ++contended < attempts) {
                return Optional.empty();
            } else if (!isCounted) {
                action.countContended(sum);
            }
        }
        counted = sum.tally();
        streak = row;
        allLeft = written > 0 && left.size() == decisions.size();
        return Optional.of(new Counted(counted, left));
    }

    private static boolean isFailure(UserChange change) {
        return change.line().kind() == JournalLine.Kind.FAILED;
    }

    /** After a page that was written the next one is larger, unless no one of it could be had: someone holds the table. */
    private void resize() {
        if (allLeft) {
            Backoff.pause(++blocked);
            narrow("users are being written by others");
            return;
        }
        blocked = 0;
        if (calm > 0) {
            calm--;
            return;
        }
        limit = Math.min(settings.pageSize(), limit * 2);
        slowness = limit == settings.pageSize() ? null : slowness;
    }

    /** The run waits and goes on. What recurs for one user alone is that user's, and what for no one ends the run at last. */
    private void ended(String message) {
        calm = CALM_PAGES;
        if (limit > 1) {
            narrow(message);
            return;
        }
        slowness = "waits for the database: " + message;
        long now = System.nanoTime();
        if (ended++ == 0) {
            firstEndNanos = now;
        }
        boolean unread = read.users().isEmpty();
        long patience = unread ? Math.multiplyExact(patienceNanos, UNREAD_PATIENCE_FACTOR) : patienceNanos;
        if (ended < attempts || now - firstEndNanos < patience) {
            Backoff.pause(ended);
        } else {
            refused(message);
        }
    }

    private void narrow(String why) {
        limit = Math.max(1, limit / 2);
        slowness = "pages of " + limit + " users: " + why;
    }

    private void refused(String message) {
        if (limit > 1) {
            narrow(message);
            return;
        }
        if (read.users().isEmpty()) {
            throw new StoreException(
                    StoreException.Kind.UNAVAILABLE, "A page of one user cannot be read: " + message, null);
        }
        String alone = read.users().get(0).user().userId();
        if (alone.equals(refusedUser)) {
            throw new StoreException(
                    StoreException.Kind.UNAVAILABLE,
                    "User " + alone + " can neither be written nor marked FAILED: " + message,
                    null);
        }
        LOG.warn(
                "Migration {}: run {}: the store refuses user {}: {}",
                migration.id(),
                runId,
                Printable.of(alone),
                Printable.of(message));
        refusedUser = alone;
        refusedMessage = message;
    }

    private Instant now() {
        return Timestamps.now(clock);
    }
}
