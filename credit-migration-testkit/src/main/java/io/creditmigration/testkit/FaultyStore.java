package io.creditmigration.testkit;

import io.creditmigration.Actor;
import io.creditmigration.InvalidValueException;
import io.creditmigration.Migration;
import io.creditmigration.MigrationLogEntry;
import io.creditmigration.Rollout;
import io.creditmigration.spi.CommitResult;
import io.creditmigration.spi.MigrationStore;
import io.creditmigration.spi.Page;
import io.creditmigration.spi.RunStore;
import io.creditmigration.spi.StoredDefinition;
import io.creditmigration.spi.UserChange;
import io.creditmigration.spi.UserState;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
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
public final class FaultyStore implements RunStore {

    /** The calls of the SPI. */
    public enum Call {
        /** {@link MigrationStore#definitions}. */
        DEFINITIONS,
        /** {@link MigrationStore#find}. */
        FIND,
        /** {@link MigrationStore#commit}. */
        COMMIT,
        /** {@link MigrationStore#rollout}. */
        ROLLOUT,
        /** {@link MigrationStore#setRollout}. */
        SET_ROLLOUT,
        /** {@link MigrationStore#log}. */
        LOG,
        /** {@link RunStore#openRun}. */
        OPEN_RUN,
        /** {@link RunStore#scan}. */
        SCAN,
        /** {@link RunStore#page}. */
        PAGE,
        /** The decision inside {@link RunStore#page}: before it the page is read, after it nothing is written yet. */
        DECIDE
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
    public int balanceScale() {
        return store.balanceScale();
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
    public void setRollout(Migration migration, Rollout rollout, Actor actor, String reason) {
        around(Call.SET_ROLLOUT, () -> {
            store.setRollout(migration, rollout, actor, reason);
            return rollout;
        });
    }

    @Override
    public List<MigrationLogEntry> log(Migration migration, String storedUserId) {
        return around(Call.LOG, () -> store.log(migration, storedUserId));
    }

    @Override
    public String openRun(Migration migration, String scope) {
        return around(Call.OPEN_RUN, () -> runs().openRun(migration, scope));
    }

    @Override
    public List<UserState> scan(Migration migration, @Nullable String afterUserId, int limit) {
        return around(Call.SCAN, () -> runs().scan(migration, afterUserId, limit));
    }

    @Override
    public Page page(Migration migration, String runId, int limit, Function<List<UserState>, List<UserChange>> decide) {
        return around(
                Call.PAGE,
                () -> runs().page(migration, runId, limit, users -> around(Call.DECIDE, () -> decide.apply(users))));
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

    private RunStore runs() {
        if (store instanceof RunStore runs) {
            return runs;
        }
        throw new InvalidValueException("store", store.getClass().getName(), "one that implements RunStore, for runs");
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
