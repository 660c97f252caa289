package io.creditmigration.benchmarks;

import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/**
 * An application whose users spend all the time, so many a second whether or not the database keeps up: a latency runs from
 * when its spend was due, not from when a thread was free for it.
 */
final class Spends implements AutoCloseable {

    private static final int THREADS = 8;
    private static final int PER_SECOND = 200;
    private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(THREADS) / PER_SECOND;
    private static final BigDecimal PRICE = new BigDecimal("0.0001");

    private static final String PRICED_UNDER = "SELECT migrated FROM users WHERE id = ?";
    private static final String SPEND = """
            UPDATE users SET credits = credits - ? WHERE id = ? AND migrated = ? AND credits >= ?
            """;

    private final DataSource database;
    private final int users;
    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    private final List<Future<?>> running = new ArrayList<>();
    private volatile Histogram micros = new ConcurrentHistogram(3);
    private volatile boolean over;

    Spends(DataSource database, int users) {
        this.database = database;
        this.users = users;
        long begin = System.nanoTime();
        for (int i = 0; i < THREADS; i++) {
            long first = begin + INTERVAL_NANOS * i / THREADS;
            SplittableRandom random = new SplittableRandom(i);
            running.add(threads.submit(() -> {
                spendFrom(first, random);
                return null;
            }));
        }
    }

    /** Latencies of spends from now on go into another histogram; answers those until now, in microseconds. */
    Histogram latencies() {
        Histogram until = micros;
        micros = new ConcurrentHistogram(3);
        return until;
    }

    /** Stops, once the spends that are due are done. */
    @Override
    public void close() {
        over = true;
        threads.shutdown();
        try {
            for (Future<?> thread : running) {
                thread.get();
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("A spend failed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void spendFrom(long first, SplittableRandom random) throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement pricedUnder = connection.prepareStatement(PRICED_UNDER);
                PreparedStatement spend = connection.prepareStatement(SPEND)) {
            for (long due = first; !over || due < System.nanoTime(); due += INTERVAL_NANOS) {
                for (long wait = due - System.nanoTime(); wait > 0; wait = due - System.nanoTime()) {
                    LockSupport.parkNanos(wait);
                }
                Histogram histogram = micros;
                spend(pricedUnder, spend, 1 + random.nextInt(users));
                histogram.recordValue(TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - due));
            }
        }
    }

    /** The host's part: the marker that the price was made under is in the condition, and the price is made again. */
    private static void spend(PreparedStatement pricedUnder, PreparedStatement spend, long user) throws SQLException {
        boolean asRead;
        boolean now = isMigrated(pricedUnder, user);
        do {
            asRead = now;
            spend.setBigDecimal(1, PRICE);
            spend.setLong(2, user);
            spend.setBoolean(3, asRead);
            spend.setBigDecimal(4, PRICE);
            if (spend.executeUpdate() == 1) {
                return;
            }
            now = isMigrated(pricedUnder, user);
        } while (now != asRead);
    }

    private static boolean isMigrated(PreparedStatement pricedUnder, long user) throws SQLException {
        pricedUnder.setLong(1, user);
        try (ResultSet row = pricedUnder.executeQuery()) {
            return row.next() && row.getBoolean(1);
        }
    }
}
