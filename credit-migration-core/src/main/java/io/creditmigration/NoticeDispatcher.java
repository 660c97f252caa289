package io.creditmigration;

import io.creditmigration.internal.Arguments;
import io.creditmigration.internal.Backoff;
import io.creditmigration.internal.Failures;
import io.creditmigration.internal.SafeListener;
import io.creditmigration.internal.Texts;
import io.creditmigration.internal.Timestamps;
import io.creditmigration.spi.MigrationStore;
import io.creditmigration.spi.NoticeStore;
import io.creditmigration.spi.NoticeStore.Leased;
import io.creditmigration.spi.NoticeStore.Settlement;
import io.creditmigration.spi.NoticeStore.State;
import io.creditmigration.spi.Printable;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Delivers what migrations have queued, apart from them: a mail server that is slow or down delays mail and nothing else.
 *
 * <pre>{@code
 * NoticeDispatcher dispatcher = NoticeDispatcher.of(
 *     store, notifier, NoticeTemplates.shipped("https://example.com/credits"), DispatchOptions.defaults());
 * scheduler.scheduleWithFixedDelay(dispatcher, 0, 1, TimeUnit.SECONDS);
 * }</pre>
 *
 * <p>At least once, each with a stable key: a notice is leased in a committed transaction, delivered with nothing locked, and
 * then marked; what a rollback has cancelled before its turn comes is left out. A node that dies in between leaves the lease to
 * run out, and another delivers again. What fails is tried again after pauses that double, and is a dead letter in the end, or
 * at once if the notifier refuses it for good.
 *
 * <p>Notices of all migrations in the store are delivered. Thread-safe; any number of threads and nodes may call it.
 */
public final class NoticeDispatcher implements Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(NoticeDispatcher.class);
    private static final int STORE_ATTEMPTS = 5;
    private static final int DEAD_LETTERS_MAX = 10_000;
    private static final int BATCHES_MAX = 1_000;

    private final NoticeStore store;
    private final Notifier notifier;
    private final NoticeTemplates templates;
    private final DispatchOptions options;
    private final SafeListener<MigrationListener> listener;

    private NoticeDispatcher(NoticeStore store, Notifier notifier, NoticeTemplates templates, DispatchOptions options) {
        this.store = store;
        this.notifier = notifier;
        this.templates = templates;
        this.options = options;
        this.listener = new SafeListener<>(options.listener(), MigrationListener.NONE);
    }

    /**
     * A dispatcher of this store's notices.
     *
     * @throws InvalidValueException when the store keeps none, or joins a transaction of the host's: a lease must be committed
     */
    public static NoticeDispatcher of(
            MigrationStore store, Notifier notifier, NoticeTemplates templates, DispatchOptions options) {
        Arguments.require("store", store);
        Arguments.require("notifier", notifier);
        Arguments.require("templates", templates);
        Arguments.require("options", options);
        if (store instanceof NoticeStore notices && !store.joins()) {
            return new NoticeDispatcher(notices, notifier, templates, options);
        }
        throw new InvalidValueException(
                "store",
                store.getClass().getName(),
                "one that implements NoticeStore, with transactions of its own, for dispatching");
    }

    /**
     * Delivers batch after batch until nothing is due, 1,000 at most. For schedulers, which end a task that throws: a failure
     * of the store is logged, and the notices wait for the next call.
     */
    @Override
    public void run() {
        try {
            int batches = 0;
            while (batches < BATCHES_MAX
                    && !Thread.currentThread().isInterrupted()
                    && dispatch().leased() > 0) {
                batches++;
            }
        } catch (Throwable e) {
            Failures.rethrowFatal(e);
            LOG.warn("Notices wait, because the store failed: {}", Printable.of(Failures.describe(e)));
        }
    }

    /**
     * Delivers one batch of what is due, and returns.
     *
     * @throws StoreException when the store fails; what was not marked is delivered again when its lease has run out
     */
    public Dispatched dispatch() {
        Instant from = now();
        List<Leased> batch = Backoff.repeating(
                STORE_ATTEMPTS, () -> store.lease(options.batchSize(), from, from.plus(options.lease())));
        Instant stop = from.plus(options.lease().dividedBy(2));
        Map<State, Integer> counts = new EnumMap<>(State.class);
        int untried = 0;
        for (Leased leased : batch) {
            if (Thread.currentThread().isInterrupted() || !now().isBefore(stop)) {
                // Given back rather than kept until the lease runs out, and not counted as tried.
                settle(leased, new Settlement(State.QUEUED, leased.deliveries() - 1, now(), null));
                untried++;
            } else if (Backoff.repeating(STORE_ATTEMPTS, () -> store.holds(leased))) {
                Settlement settlement = deliver(leased);
                settle(leased, settlement);
                counts.merge(settlement.state(), 1, Integer::sum);
            }
        }
        int postponed = counts.getOrDefault(State.QUEUED, 0);
        if (untried > 0 || postponed > 0) {
            LOG.warn(
                    "Of {} notices {} could not be delivered and will be tried again, and {} were not tried in time",
                    batch.size(),
                    postponed,
                    untried);
        }
        Dispatched dispatched = new Dispatched(
                batch.size(), counts.getOrDefault(State.SENT, 0), postponed, counts.getOrDefault(State.DEAD, 0));
        if (!batch.isEmpty()) {
            listener.tell(told -> told.onNotices(dispatched));
        }
        return dispatched;
    }

    /** How many notices are due, wait, or were given up, of all migrations in the store. Reads only. */
    public NoticeStore.Backlog backlog() {
        return store.backlog(now());
    }

    /**
     * Notices that were given up, the longest dead first.
     *
     * @param limit 1 to 10,000
     */
    public List<DeadLetter> deadLetters(int limit) {
        if (limit < 1 || limit > DEAD_LETTERS_MAX) {
            throw new InvalidValueException("limit of dead letters", limit, "1 to " + DEAD_LETTERS_MAX);
        }
        return store.deadLetters(limit);
    }

    /** Has a dead letter delivered again, under the same key, as if never tried. False where it is not dead any more. */
    public boolean requeue(DeadLetter letter) {
        return store.requeue(Arguments.require("letter", letter), now());
    }

    private Settlement deliver(Leased leased) {
        Notice notice = leased.notice();
        if (leased.deliveries() > options.deliveriesMax()) {
            return dead(
                    leased, "given up after " + options.deliveriesMax() + " deliveries, of which none came to an end");
        }
        String refusal;
        try {
            Notifier.Delivery delivery =
                    notifier.deliver(templates.render(notice, options.locales().apply(notice.userId())));
            refusal = delivery.refusal();
        } catch (Throwable e) {
            Failures.rethrowFatal(e);
            return failed(leased, e);
        }
        return refusal == null ? new Settlement(State.SENT, leased.deliveries(), now(), null) : dead(leased, refusal);
    }

    private Settlement failed(Leased leased, Throwable e) {
        String error = Failures.describe(e);
        if (leased.deliveries() >= options.deliveriesMax()) {
            return dead(leased, error);
        }
        Duration pause = pauseAfter(leased.deliveries());
        LOG.info(
                "Notice {} was not delivered, attempt {}; the next one in {}: {}",
                leased.notice().id(),
                leased.deliveries(),
                pause,
                Printable.of(error));
        return new Settlement(
                State.QUEUED,
                leased.deliveries(),
                now().plus(pause),
                Texts.storable(error, DeadLetter.ERROR_LENGTH_MAX));
    }

    private Settlement dead(Leased leased, String error) {
        LOG.warn("Notice {} is a dead letter: {}", leased.notice().id(), Printable.of(error));
        return new Settlement(
                State.DEAD, leased.deliveries(), now(), Texts.storable(error, DeadLetter.ERROR_LENGTH_MAX));
    }

    /** Half of the doubled pause is certain and half is random, so that a server that comes back is not met by all at once. */
    private Duration pauseAfter(int deliveries) {
        Duration pause = options.firstPause();
        for (int i = 1; i < deliveries && pause.compareTo(options.pauseMax()) < 0; i++) {
            pause = pause.multipliedBy(2);
        }
        long millisMax = (pause.compareTo(options.pauseMax()) < 0 ? pause : options.pauseMax()).toMillis();
        return Duration.ofMillis(ThreadLocalRandom.current().nextLong(millisMax / 2, millisMax + 1));
    }

    private void settle(Leased leased, Settlement settlement) {
        boolean settled = Backoff.repeating(STORE_ATTEMPTS, () -> store.settle(leased, settlement));
        if (!settled && settlement.state() == State.SENT) {
            LOG.warn(
                    "Notice {} was delivered after its lease had run out, and may be delivered again",
                    leased.notice().id());
        }
    }

    /** Databases keep microseconds. */
    private Instant now() {
        return Timestamps.now(options.clock());
    }
}
