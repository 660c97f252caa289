package io.creditmigration.demo;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Threads that play an application's users, and the tally of what they paid in and spent, kept apart from the database to be
 * compared with it afterwards.
 */
final class Traffic {

    /** How many threads there are. */
    static final int THREADS = 2;

    private static final long BETWEEN_STEPS_NANOS = TimeUnit.MICROSECONDS.toNanos(700);

    private static final String TALLY_TABLE =
            "CREATE TABLE tally (user_id BIGINT PRIMARY KEY, paid_in NUMERIC(19, 4), spent NUMERIC(19, 4))";

    private static final String TALLY_ROW = "INSERT INTO tally VALUES (?, ?, ?)";

    private final Map<Long, BigDecimal> paidIn = new ConcurrentHashMap<>();
    private final Map<Long, BigDecimal> spent = new ConcurrentHashMap<>();
    private final LongAdder payments = new LongAdder();
    private final LongAdder spends = new LongAdder();
    private final LongAdder steps = new LongAdder();

    /** Does the work while the threads take one step after the other, each with random numbers of its own. */
    <T> T during(Supplier<T> work, long seed, Consumer<SplittableRandom> step) {
        AtomicBoolean over = new AtomicBoolean();
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        List<Future<?>> running = new ArrayList<>();
        try {
            for (int i = 0; i < THREADS; i++) {
                SplittableRandom random = new SplittableRandom(seed + i);
                running.add(threads.submit(() -> {
                    while (!over.get()) {
                        step.accept(random);
                        steps.increment();
                        LockSupport.parkNanos(BETWEEN_STEPS_NANOS);
                    }
                }));
            }
            T result = work.get();
            over.set(true);
            for (Future<?> thread : running) {
                thread.get();
            }
            return result;
        } catch (ExecutionException e) {
            throw new IllegalStateException("A user's request failed", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } finally {
            over.set(true);
            threads.shutdown();
        }
    }

    /** A user has paid for credits, or was given money or credits back. */
    void paidIn(long userId, BigDecimal amount) {
        paidIn.merge(userId, amount, BigDecimal::add);
        payments.increment();
    }

    /** A user has spent. */
    void spent(long userId, BigDecimal amount) {
        spent.merge(userId, amount, BigDecimal::add);
        spends.increment();
    }

    long payments() {
        return payments.sum();
    }

    long spends() {
        return spends.sum();
    }

    /** Requests of all kinds, those that were refused included. */
    long requests() {
        return steps.sum();
    }

    BigDecimal totalPaidIn() {
        return total(paidIn);
    }

    BigDecimal totalSpent() {
        return total(spent);
    }

    /** Puts the tally into a table, for queries that compare. */
    void writeTo(Database database) {
        database.update(TALLY_TABLE);
        List<Object[]> rows = new ArrayList<>();
        List<Long> users = new ArrayList<>(paidIn.keySet());
        spent.keySet().stream().filter(user -> !paidIn.containsKey(user)).forEach(users::add);
        for (Long user : users) {
            rows.add(new Object[] {
                user, paidIn.getOrDefault(user, BigDecimal.ZERO), spent.getOrDefault(user, BigDecimal.ZERO)
            });
        }
        database.batch(TALLY_ROW, rows);
    }

    private static BigDecimal total(Map<Long, BigDecimal> amounts) {
        return amounts.values().stream().reduce(BigDecimal.ZERO, BigDecimal::add);
    }
}
