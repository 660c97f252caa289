package io.creditmigration.engine.user;

import io.creditmigration.Quote;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** The quotes that a gate answered a moment ago, so that a client that retries at once is not a read each time. Bounded. */
public final class RememberedQuotes {

    private record Kept(Quote quote, long untilMillis) {}

    private final int usersMax;
    private final long lifeMillis;
    private final Clock clock;
    private final AtomicLong dropped = new AtomicLong();
    private final ConcurrentHashMap<String, Kept> kept = new ConcurrentHashMap<>();

    public RememberedQuotes(int usersMax, Duration time, Clock clock) {
        this.usersMax = usersMax;
        this.lifeMillis = time.toMillis();
        this.clock = clock;
    }

    @Nullable
    public Quote find(String userId) {
        if (lifeMillis == 0) {
            return null;
        }
        Kept found = kept.get(userId);
        if (found == null) {
            return null;
        }
        long left = found.untilMillis() - clock.millis();
        if (left > 0 && left <= lifeMillis) {
            return found.quote();
        }
        kept.remove(userId, found);
        return null;
    }

    /** How often somebody was dropped so far. */
    public long dropped() {
        return dropped.get();
    }

    /** Keeps what was read since this many were dropped: if somebody has been dropped meanwhile, it may be older than that. */
    public void add(Quote quote, long droppedBefore) {
        if (lifeMillis == 0 || usersMax == 0 || dropped.get() != droppedBefore) {
            return;
        }
        if (kept.size() >= usersMax) {
            // Whoever is forgotten early costs a read.
            kept.clear();
        }
        kept.put(quote.userId(), new Kept(quote, clock.millis() + lifeMillis));
        if (dropped.get() != droppedBefore) {
            kept.remove(quote.userId());
        }
    }

    /** Forgets a user of whom something was written. */
    public void drop(String userId) {
        dropped.incrementAndGet();
        kept.remove(userId);
    }
}
