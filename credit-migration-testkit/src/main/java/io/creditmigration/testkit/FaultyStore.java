package io.creditmigration.testkit;

import io.creditmigration.Barrier;
import io.creditmigration.ChainResult;
import io.creditmigration.DeadLetter;
import io.creditmigration.InvalidValueException;
import io.creditmigration.JournalLine;
import io.creditmigration.Migration;
import io.creditmigration.MigrationRun;
import io.creditmigration.Notice;
import io.creditmigration.Rollout;
import io.creditmigration.RunEvent;
import io.creditmigration.RunScope;
import io.creditmigration.RunSettings;
import io.creditmigration.Seal;
import io.creditmigration.UserMigration;
import io.creditmigration.spi.AuditStore;
import io.creditmigration.spi.Cause;
import io.creditmigration.spi.CommitResult;
import io.creditmigration.spi.Evidence;
import io.creditmigration.spi.HostShape;
import io.creditmigration.spi.JournalFigures;
import io.creditmigration.spi.MigrationStore;
import io.creditmigration.spi.NoticeStore;
import io.creditmigration.spi.Page;
import io.creditmigration.spi.PageWork;
import io.creditmigration.spi.RunRequest;
import io.creditmigration.spi.RunStore;
import io.creditmigration.spi.SealWork;
import io.creditmigration.spi.SealedRow;
import io.creditmigration.spi.StoredDefinition;
import io.creditmigration.spi.StoredRow;
import io.creditmigration.spi.Totals;
import io.creditmigration.spi.Unrecorded;
import io.creditmigration.spi.UserChange;
import io.creditmigration.spi.UserState;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A store around another one that counts the calls and does what a test wants before or after them: fail, lose the answer,
 * or let somebody else move in between.
 *
 * <pre>{@code
 * FaultyStore faulty = FaultyStore.around(store);
 * faulty.before(Call.COMMIT, () -> store.move("bob", Credits.of(5), null));      // a top-up between read and write
 * faulty.after(Call.COMMIT, new StoreException(OUTCOME_UNKNOWN, "cut off", null)); // written, and the answer lost
 * assertThat(faulty.calls(Call.FIND)).isEqualTo(2);
 * }</pre>
 *
 * <p>Each thing asked for happens once, at the next such call; asked for several times it happens at as many calls, in that
 * order. Thread-safe.
 */
public final class FaultyStore implements RunStore, NoticeStore, AuditStore {

    /** The calls of the SPI. */
    public enum Call {
        /** {@link MigrationStore#definitions}. */
        DEFINITIONS,
        /** {@link MigrationStore#register}, {@link MigrationStore#postpone} and {@link MigrationStore#withdraw}. */
        REGISTER,
        /** {@link MigrationStore#find}. */
        FIND,
        /** {@link MigrationStore#commit}. */
        COMMIT,
        /** {@link MigrationStore#rollout}. */
        ROLLOUT,
        /** {@link MigrationStore#setRollout}. */
        SET_ROLLOUT,
        /** {@link MigrationStore#drain}. */
        DRAIN,
        /** {@link MigrationStore#epoch}. */
        EPOCH,
        /** {@link MigrationStore#log}. */
        LOG,
        /** {@link RunStore#openRun}. */
        OPEN_RUN,
        /** {@link RunStore#findRun} and {@link RunStore#runs}. */
        FIND_RUN,
        /** {@link RunStore#changeRun} and {@link RunStore#retuneRun}. */
        CHANGE_RUN,
        /** {@link RunStore#events}, {@link RunStore#failed} and {@link RunStore#operationsPerDay}. */
        REPORT,
        /** {@link RunStore#totals}. */
        TOTALS,
        /** {@link RunStore#scan}. */
        SCAN,
        /** {@link RunStore#page}. */
        PAGE,
        /** The decision inside {@link RunStore#page}: before it the page is read, after it nothing is written yet. */
        DECIDE,
        /** {@link NoticeStore#queue}. */
        QUEUE,
        /** {@link NoticeStore#lease}. */
        LEASE,
        /** {@link NoticeStore#holds}. */
        HOLDS,
        /** {@link NoticeStore#settle}. */
        SETTLE,
        /** {@link NoticeStore#deadLetters} and {@link NoticeStore#backlog}. */
        DEAD_LETTERS,
        /** {@link NoticeStore#requeue}. */
        REQUEUE,
        /** The calls of {@link AuditStore} that read. */
        AUDIT,
        /** {@link AuditStore#seal}. */
        SEAL
    }

    private final MigrationStore store;
    private final Map<Call, AtomicLong> counts = new EnumMap<>(Call.class);
    private final Map<Call, Queue<Runnable>> before = new EnumMap<>(Call.class);
    private final Map<Call, Queue<Runnable>> after = new EnumMap<>(Call.class);

    private FaultyStore(MigrationStore store) {
        this.store = store;
        for (Call call : Call.values()) {
            counts.put(call, new AtomicLong());
            before.put(call, new ConcurrentLinkedQueue<>());
            after.put(call, new ConcurrentLinkedQueue<>());
        }
    }

    /** A store that does what this one does, until told otherwise. */
    public static FaultyStore around(MigrationStore store) {
        return new FaultyStore(store);
    }

    /** Does this before the next such call; what it throws is thrown in place of the call. */
    public void before(Call call, Runnable action) {
        queue(before, call).add(action);
    }

    /** Fails the next such call before it reaches the store. */
    public void before(Call call, RuntimeException failure) {
        before(call, throwing(failure));
    }

    /** Does this after the next such call; what it throws is thrown in place of the answer. */
    public void after(Call call, Runnable action) {
        queue(after, call).add(action);
    }

    /** Loses the answer of the next such call, which the store has carried out. */
    public void after(Call call, RuntimeException failure) {
        after(call, throwing(failure));
    }

    /** How often this was called. */
    public long calls(Call call) {
        return count(call).get();
    }

    /** How often the store was called at all, for whatever costs a round trip. */
    public long calls() {
        return counts.values().stream().mapToLong(AtomicLong::get).sum() - calls(Call.DECIDE);
    }

    @Override
    public boolean joins() {
        return store.joins();
    }

    @Override
    public String mapping() {
        return store.mapping();
    }

    @Override
    public HostShape shape() {
        return store.shape();
    }

    @Override
    public void register(Migration migration, Cause cause) {
        around(Call.REGISTER, () -> {
            store.register(migration, cause);
            return migration;
        });
    }

    @Override
    public ChainResult postpone(Migration migration, Duration by, Cause cause) {
        return around(Call.REGISTER, () -> store.postpone(migration, by, cause));
    }

    @Override
    public ChainResult withdraw(Migration migration, Cause cause) {
        return around(Call.REGISTER, () -> store.withdraw(migration, cause));
    }

    @Override
    public List<StoredDefinition> definitions() {
        return around(Call.DEFINITIONS, store::definitions);
    }

    @Override
    public Optional<UserState> find(Migration migration, String userId) {
        return around(Call.FIND, () -> store.find(migration, userId));
    }

    @Override
    public CommitResult commit(Migration migration, UserChange change) {
        return around(Call.COMMIT, () -> store.commit(migration, change));
    }

    @Override
    public Rollout rollout(Migration migration) {
        return around(Call.ROLLOUT, () -> store.rollout(migration));
    }

    @Override
    public boolean setRollout(Migration migration, Rollout expected, Rollout rollout, Cause cause) {
        return around(Call.SET_ROLLOUT, () -> store.setRollout(migration, expected, rollout, cause));
    }

    @Override
    public Barrier drain(Migration migration, Duration max) {
        return around(Call.DRAIN, () -> store.drain(migration, max));
    }

    @Override
    public long epoch(Migration migration) {
        return around(Call.EPOCH, () -> store.epoch(migration));
    }

    @Override
    public List<JournalLine> log(Migration migration, String storedUserId) {
        return around(Call.LOG, () -> store.log(migration, storedUserId));
    }

    @Override
    public MigrationRun openRun(Migration migration, RunRequest request, Cause cause) {
        return around(Call.OPEN_RUN, () -> runStore().openRun(migration, request, cause));
    }

    @Override
    public Optional<MigrationRun> findRun(Migration migration, String runId) {
        return around(Call.FIND_RUN, () -> runStore().findRun(migration, runId));
    }

    @Override
    public List<MigrationRun> runs(Migration migration, int limit) {
        return around(Call.FIND_RUN, () -> runStore().runs(migration, limit));
    }

    @Override
    public boolean changeRun(
            Migration migration, String runId, MigrationRun.State from, MigrationRun.State to, Cause cause) {
        return around(Call.CHANGE_RUN, () -> runStore().changeRun(migration, runId, from, to, cause));
    }

    @Override
    public boolean retuneRun(Migration migration, String runId, RunSettings settings, Cause cause) {
        return around(Call.CHANGE_RUN, () -> runStore().retuneRun(migration, runId, settings, cause));
    }

    @Override
    public List<RunEvent> events(Migration migration, int limit) {
        return around(Call.REPORT, () -> runStore().events(migration, limit));
    }

    @Override
    public Totals totals(Migration migration) {
        return around(Call.TOTALS, () -> runStore().totals(migration));
    }

    @Override
    public List<UserMigration> failed(Migration migration, @Nullable String afterUserId, int limit) {
        return around(Call.REPORT, () -> runStore().failed(migration, afterUserId, limit));
    }

    @Override
    public List<Long> operationsPerDay(Migration migration) {
        return around(Call.REPORT, () -> runStore().operationsPerDay(migration));
    }

    @Override
    public List<UserState> scan(Migration migration, RunScope scope, @Nullable String afterUserId, int limit) {
        return around(Call.SCAN, () -> runStore().scan(migration, scope, afterUserId, limit));
    }

    @Override
    public Page page(
            Migration migration, String runId, @Nullable Integer range, int limit, Instant now, PageWork work) {
        PageWork watched = new DelegatingWork(work) {
            @Override
            public Decided decide(Users users) {
                return around(Call.DECIDE, () -> super.decide(users));
            }
        };
        return around(Call.PAGE, () -> runStore().page(migration, runId, range, limit, now, watched));
    }

    @Override
    public int queue(Migration migration, List<Notice> announcements, Instant due) {
        return around(Call.QUEUE, () -> notices().queue(migration, announcements, due));
    }

    @Override
    public List<Leased> lease(int limit, Instant now, Instant until) {
        return around(Call.LEASE, () -> notices().lease(limit, now, until));
    }

    @Override
    public boolean holds(Leased leased) {
        return around(Call.HOLDS, () -> notices().holds(leased));
    }

    @Override
    public boolean settle(Leased leased, Settlement settlement) {
        return around(Call.SETTLE, () -> notices().settle(leased, settlement));
    }

    @Override
    public Backlog backlog(Instant now) {
        return around(Call.DEAD_LETTERS, () -> notices().backlog(now));
    }

    @Override
    public List<DeadLetter> deadLetters(int limit) {
        return around(Call.DEAD_LETTERS, () -> notices().deadLetters(limit));
    }

    @Override
    public boolean requeue(DeadLetter letter, Instant due) {
        return around(Call.REQUEUE, () -> notices().requeue(letter, due));
    }

    @Override
    public List<Evidence> evidence(Migration migration, @Nullable String afterUserId, int limit) {
        return around(Call.AUDIT, () -> audited().evidence(migration, afterUserId, limit));
    }

    @Override
    public Evidence evidence(Migration migration, String storedUserId) {
        return around(Call.AUDIT, () -> audited().evidence(migration, storedUserId));
    }

    @Override
    public List<Unrecorded> unrecorded(Migration migration) {
        return around(Call.AUDIT, () -> audited().unrecorded(migration));
    }

    @Override
    public JournalFigures figures(Migration migration) {
        return around(Call.AUDIT, () -> audited().figures(migration));
    }

    @Override
    public List<Seal> seals(Migration migration) {
        return around(Call.AUDIT, () -> audited().seals(migration));
    }

    @Override
    public List<SealedRow> sealed(Migration migration, StoredRow.@Nullable Key after, int limit) {
        return around(Call.AUDIT, () -> audited().sealed(migration, after, limit));
    }

    @Override
    public List<StoredRow> unsealed(Migration migration, StoredRow.@Nullable Key after, int limit) {
        return around(Call.AUDIT, () -> audited().unsealed(migration, after, limit));
    }

    @Override
    public Seal seal(Migration migration, SealWork work) {
        return around(Call.SEAL, () -> audited().seal(migration, work));
    }

    private <T> T around(Call call, Supplier<T> answer) {
        count(call).incrementAndGet();
        next(queue(before, call));
        T answered = answer.get();
        next(queue(after, call));
        return answered;
    }

    private static void next(Queue<Runnable> actions) {
        Runnable action = actions.poll();
        if (action != null) {
            action.run();
        }
    }

    private RunStore runStore() {
        if (store instanceof RunStore runs) {
            return runs;
        }
        throw new InvalidValueException("store", store.getClass().getName(), "one that implements RunStore, for runs");
    }

    private NoticeStore notices() {
        if (store instanceof NoticeStore notices) {
            return notices;
        }
        throw new InvalidValueException(
                "store", store.getClass().getName(), "one that implements NoticeStore, for notices");
    }

    private AuditStore audited() {
        if (store instanceof AuditStore audit) {
            return audit;
        }
        throw new InvalidValueException(
                "store", store.getClass().getName(), "one that implements AuditStore, to be verified");
    }

    private AtomicLong count(Call call) {
        return Objects.requireNonNull(counts.get(call));
    }

    private static Queue<Runnable> queue(Map<Call, Queue<Runnable>> queues, Call call) {
        return Objects.requireNonNull(queues.get(call));
    }

    private static Runnable throwing(RuntimeException failure) {
        return () -> {
            throw failure;
        };
    }
}
