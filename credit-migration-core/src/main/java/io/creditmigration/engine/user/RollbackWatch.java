package io.creditmigration.engine.user;

import io.creditmigration.Migration;
import io.creditmigration.MigrationOptions;
import io.creditmigration.spi.MigrationStore;
import io.creditmigration.spi.Printable;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Clears this node's known users after a rollback on another node. A daemon thread polls the store once a second while known
 * users are asked for, and ends after an idle minute; no request waits for it. Where users are known for at most two seconds
 * there is no thread.
 */
public final class RollbackWatch {

    private static final Logger LOG = LoggerFactory.getLogger(RollbackWatch.class);

    private static final int UNUSED_LOOKS_MAX = 60;

    /** Within this time other nodes see a rollback. */
    private static final Duration SEEN_WITHIN = Duration.ofSeconds(2);

    private final Migration migration;
    private final MigrationStore store;
    private final RecentUsers known;
    private final boolean needed;
    private final AtomicBoolean running = new AtomicBoolean();
    private volatile boolean used;

    /** As it was when the thread last looked, or when the service was opened and no one was known. */
    private volatile long epoch;

    public RollbackWatch(Migration migration, MigrationStore store, RecentUsers known, MigrationOptions options) {
        this.migration = migration;
        this.store = store;
        this.known = known;
        this.needed = options.knownUsersMax() > 0 && options.knownFor().compareTo(SEEN_WITHIN) > 0;
        this.epoch = needed ? store.epoch(migration) : 0;
    }

    /** Costs nothing but the first time. */
    public void use() {
        if (!used) {
            used = true;
        }
        if (needed && !running.get() && running.compareAndSet(false, true)) {
            Thread thread = new Thread(this::watch, "credit-migration-watch-" + migration.id());
            thread.setDaemon(true);
            thread.start();
        }
    }

    private void watch() {
        try {
            for (int unused = 0; unused < UNUSED_LOOKS_MAX; unused = used ? 0 : unused + 1) {
                used = false;
                look();
                TimeUnit.SECONDS.sleep(1);
            }
        } catch (InterruptedException e) {
            // An interrupt ends the thread; the next use starts another.
            Thread.currentThread().interrupt();
        } finally {
            running.set(false);
        }
    }

    private void look() {
        try {
            long now = store.epoch(migration);
            if (now != epoch) {
                known.clear();
                epoch = now;
            }
        } catch (RuntimeException e) {
            LOG.debug("Migration {}: cannot look for rollbacks: {}", migration.id(), Printable.of(e.getMessage()));
        }
    }
}
