package io.creditmigration.spring;

import io.creditmigration.InvalidValueException;
import io.creditmigration.NoticeDispatcher;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Delivers notices while the application runs, on a thread of its own. Starts last and stops first: a delivery in hand is waited
 * for, and one that does not end is repeated when its lease has run out.
 */
public final class DispatcherLifecycle implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(DispatcherLifecycle.class);
    private static final Duration EVERY_MIN = Duration.ofMillis(10);
    private static final Duration STOP_WAIT = Duration.ofSeconds(10);

    private final NoticeDispatcher dispatcher;
    private final Duration every;
    private @Nullable ScheduledExecutorService thread;

    DispatcherLifecycle(NoticeDispatcher dispatcher, Duration every) {
        if (every.compareTo(EVERY_MIN) < 0 || every.compareTo(Duration.ofDays(1)) > 0) {
            throw new InvalidValueException("credit-migration.dispatcher.every", every, "10 ms to 1 day");
        }
        this.dispatcher = dispatcher;
        this.every = every;
    }

    @Override
    public synchronized void start() {
        if (thread != null) {
            return;
        }
        thread = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread made = new Thread(task, "credit-migration-notices");
            made.setDaemon(true);
            return made;
        });
        var unused = thread.scheduleWithFixedDelay(dispatcher, 0, every.toNanos(), TimeUnit.NANOSECONDS);
    }

    @Override
    public synchronized void stop() {
        ScheduledExecutorService ending = thread;
        if (ending == null) {
            return;
        }
        thread = null;
        // The dispatcher gives back what it has not tried when it is interrupted.
        ending.shutdownNow();
        try {
            if (!ending.awaitTermination(STOP_WAIT.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("A delivery did not end within {}; it is repeated when its lease has run out", STOP_WAIT);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public synchronized boolean isRunning() {
        return thread != null;
    }
}
