package io.creditmigration.engine.user;

import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A bounded set of users that forgets: no one stays longer than the time given, and never more than the number given are
 * held. Looking up allocates nothing and takes no lock.
 *
 * <p>Two generations: users are added to the young one; when it is half the bound or half the time old, it becomes the old
 * one and what was old is forgotten.
 */
public final class RecentUsers {

    private record Generations(
            long number,
            ConcurrentHashMap<String, Boolean> young,
            ConcurrentHashMap<String, Boolean> old,
            long bornMillis,
            long oldBornMillis) {}

    private final int usersMaxPerGeneration;
    private final long lifeMillis;
    private final Clock clock;
    private final AtomicLong forgotten = new AtomicLong();
    private volatile Generations generations;

    public RecentUsers(int usersMax, Duration time, Clock clock) {
        this.usersMaxPerGeneration = usersMax / 2;
        this.lifeMillis = time.toMillis() / 2;
        this.clock = clock;
        this.generations = new Generations(
                1, new ConcurrentHashMap<>(), new ConcurrentHashMap<>(), clock.millis(), clock.millis());
    }

    public boolean contains(String userId) {
        Generations now = generations;
        long millis = clock.millis();
        return (counts(millis - now.bornMillis()) && now.young().containsKey(userId))
                || (counts(millis - now.oldBornMillis()) && now.old().containsKey(userId));
    }

    /** A generation counts for two lives from its own birth, however late it became the old one. */
    private boolean counts(long ageMillis) {
        return ageMillis >= 0 && ageMillis < 2 * lifeMillis;
    }

    /** How many users were forgotten so far. */
    public long forgotten() {
        return forgotten.get();
    }

    /**
     * Adds a user unless another user was forgotten since {@code forgottenBefore} was read: the reading may then be older than
     * the rollback.
     */
    public void add(String userId, long forgottenBefore) {
        if (forgotten.get() == forgottenBefore) {
            add(userId);
            if (forgotten.get() != forgottenBefore) {
                drop(userId);
            }
        }
    }

    /** Returns whether the user was not known before. */
    public boolean add(String userId) {
        if (usersMaxPerGeneration == 0 || contains(userId)) {
            return usersMaxPerGeneration == 0;
        }
        Generations now = generations;
        long age = clock.millis() - now.bornMillis();
        if (age < 0 || age >= lifeMillis || now.young().mappingCount() >= usersMaxPerGeneration) {
            now = turn(now);
        }
        now.young().put(userId, Boolean.TRUE);
        return true;
    }

    public void remove(String userId) {
        forgotten.incrementAndGet();
        drop(userId);
    }

    private void drop(String userId) {
        Generations now = generations;
        now.young().remove(userId);
        now.old().remove(userId);
    }

    public synchronized void clear() {
        forgotten.incrementAndGet();
        long millis = clock.millis();
        generations = new Generations(
                generations.number() + 1, new ConcurrentHashMap<>(), new ConcurrentHashMap<>(), millis, millis);
    }

    private synchronized Generations turn(Generations seen) {
        if (generations.number() == seen.number()) {
            long millis = clock.millis();
            // Where the clock went back, the young ones would count again once it has come to their time again.
            ConcurrentHashMap<String, Boolean> old =
                    millis < seen.bornMillis() ? new ConcurrentHashMap<>() : seen.young();
            generations = new Generations(seen.number() + 1, new ConcurrentHashMap<>(), old, millis, seen.bornMillis());
        }
        return generations;
    }
}
