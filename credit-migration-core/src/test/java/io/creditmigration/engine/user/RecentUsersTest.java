package io.creditmigration.engine.user;

import static org.assertj.core.api.Assertions.assertThat;

import io.creditmigration.Seeded;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A memory that is bounded in users and in time: a rollback on another node is seen within the time. */
final class RecentUsersTest {

    private static final Duration MINUTE = Duration.ofSeconds(60);

    private final MovingClock clock = new MovingClock();

    @Test
    void who_was_added_is_known_and_nobody_else() {
        RecentUsers users = new RecentUsers(100, MINUTE, clock);

        assertThat(users.add("ann")).isTrue();
        assertThat(users.contains("ann")).isTrue();
        assertThat(users.contains("bob")).isFalse();
        assertThat(users.add("ann")).isFalse();
    }

    @Test
    void who_was_removed_is_not_known_in_either_generation() {
        RecentUsers users = new RecentUsers(100, MINUTE, clock);
        users.add("young");
        users.remove("young");
        assertThat(users.contains("young")).isFalse();

        users.add("old");
        clock.advance(Duration.ofSeconds(30));
        users.add("turns the generation");
        assertThat(users.contains("old")).isTrue();
        users.remove("old");

        assertThat(users.contains("old")).isFalse();
        assertThat(users.contains("turns the generation")).isTrue();
        assertThat(users.add("old")).isTrue();
    }

    @Test
    void removing_who_is_not_there_changes_nothing() {
        RecentUsers users = new RecentUsers(100, MINUTE, clock);
        users.add("ann");

        users.remove("bob");

        assertThat(users.contains("ann")).isTrue();
    }

    @Test
    void somebody_is_known_for_half_the_time_at_least_and_forgotten_after_all_of_it() {
        RecentUsers users = new RecentUsers(100, MINUTE, clock);
        users.add("ann");

        clock.advance(Duration.ofMillis(59_999));
        assertThat(users.contains("ann")).isTrue();
        clock.advance(Duration.ofMillis(1));
        assertThat(users.contains("ann")).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"30000, 30000", "45000, 15000", "59999, 1"})
    void a_generation_that_turns_late_does_not_live_longer(long turnsAfterMillis, long restMillis) {
        RecentUsers users = new RecentUsers(100, MINUTE, clock);
        users.add("ann");
        clock.advance(Duration.ofMillis(turnsAfterMillis));
        users.add("turns the generation");

        clock.advance(Duration.ofMillis(restMillis - 1));
        assertThat(users.contains("ann")).isTrue();
        clock.advance(Duration.ofMillis(1));
        assertThat(users.contains("ann")).isFalse();
    }

    @Test
    void who_was_forgotten_does_not_come_back_when_others_are_added() {
        RecentUsers users = new RecentUsers(100, MINUTE, clock);
        users.add("ann");
        clock.advance(Duration.ofMinutes(10));
        assertThat(users.contains("ann")).isFalse();

        users.add("bob");

        assertThat(users.contains("ann")).isFalse();
        assertThat(users.contains("bob")).isTrue();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 1_000, 29_999, 30_000, 60_000, 3_600_000})
    void a_clock_that_goes_back_forgets_everybody_and_keeps_who_comes_then_no_longer_than_the_time(long backMillis) {
        RecentUsers users = new RecentUsers(100, MINUTE, clock);
        users.add("old");
        clock.advance(Duration.ofSeconds(30));
        users.add("young");
        clock.advance(Duration.ofMillis(-backMillis));

        assertThat(users.contains("young")).isFalse();
        users.add("new");
        assertThat(users.contains("new")).isTrue();
        for (int second = 0; second < 2 * 3_600; second++) {
            clock.advance(Duration.ofSeconds(1));
            if (second >= 60) {
                assertThat(users.contains("old")).isFalse();
                assertThat(users.contains("young")).isFalse();
                assertThat(users.contains("new")).isFalse();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 10, 11, 100})
    void never_more_than_the_bound_are_held_and_the_last_half_of_it_is_among_them(int usersMax) {
        RecentUsers users = new RecentUsers(usersMax, MINUTE, clock);
        for (int i = 0; i < 10 * usersMax; i++) {
            users.add("user" + i);

            assertThat(held(users, 0, i + 1)).isLessThanOrEqualTo(usersMax);
            int last = Math.min(usersMax / 2, i + 1);
            assertThat(held(users, i + 1 - last, i + 1)).isEqualTo(last);
        }
    }

    @Test
    void a_memory_for_nobody_remembers_nobody() {
        RecentUsers users = new RecentUsers(0, MINUTE, clock);

        assertThat(users.add("ann")).isTrue();
        assertThat(users.add("ann")).isTrue();
        assertThat(users.contains("ann")).isFalse();
    }

    @Test
    void a_memory_for_no_time_remembers_nobody() {
        RecentUsers users = new RecentUsers(100, Duration.ZERO, clock);

        users.add("ann");

        assertThat(users.contains("ann")).isFalse();
    }

    @Seeded
    void nobody_stays_longer_than_the_time_and_everybody_half_of_it_where_there_is_room(long seed) {
        Random random = new Random(seed);
        RecentUsers users = new RecentUsers(1_000, MINUTE, clock);
        Map<String, Long> addedAt = new HashMap<>();
        for (int i = 0; i < 2_000; i++) {
            clock.advance(Duration.ofMillis(random.nextInt(random.nextInt(10) == 0 ? 100_000 : 3_000)));
            String userId = "user" + random.nextInt(20);
            switch (random.nextInt(8)) {
                case 0 -> {
                    users.remove(userId);
                    addedAt.remove(userId);
                }
                case 1, 2 -> {
                    if (users.add(userId)) {
                        addedAt.put(userId, clock.millis());
                    }
                }
                default -> {
                    long age = clock.millis() - addedAt.getOrDefault(userId, Long.MIN_VALUE / 2);
                    if (users.contains(userId)) {
                        assertThat(age).as("step %s, %s", i, userId).isLessThan(60_000);
                    } else {
                        assertThat(age).as("step %s, %s", i, userId).isGreaterThanOrEqualTo(30_000);
                    }
                }
            }
        }
    }

    @Test
    void many_threads_may_use_it_at_once() throws Exception {
        int threads = 4;
        int usersMax = 200;
        RecentUsers users = new RecentUsers(usersMax, MINUTE, clock);
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        CountDownLatch start = new CountDownLatch(1);
        try {
            Future<?>[] done = new Future<?>[threads];
            for (int t = 0; t < threads; t++) {
                int first = t * 20_000;
                done[t] = pool.submit(() -> {
                    start.await();
                    for (int i = first; i < first + 20_000; i++) {
                        users.add("user" + i);
                        users.contains("user" + (i - 1));
                        if (i % 3 == 0) {
                            users.remove("user" + i);
                        }
                    }
                    return null;
                });
            }
            start.countDown();
            for (Future<?> one : done) {
                one.get(30, TimeUnit.SECONDS);
            }
        } finally {
            pool.shutdownNow();
        }

        // Each thread that looked before the others wrote may be one too many, once per generation.
        assertThat(held(users, 0, threads * 20_000)).isBetween(1L, usersMax + 2L * threads);
        for (int i = 0; i < threads * 20_000; i += 3) {
            users.remove("user" + i);
        }
        users.add("last");
        assertThat(users.contains("last")).isTrue();
    }

    @Test
    void who_was_removed_by_one_thread_stays_removed_while_others_add() throws Exception {
        RecentUsers users = new RecentUsers(100, MINUTE, clock);
        ExecutorService pool = Executors.newSingleThreadExecutor();
        try {
            Future<?> others = pool.submit(() -> IntStream.range(0, 100_000).forEach(i -> users.add("user" + i)));
            for (int i = 0; i < 2_000; i++) {
                users.add("ann");
                users.remove("ann");
                assertThat(users.contains("ann")).isFalse();
            }
            others.get(30, TimeUnit.SECONDS);
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void who_was_looked_up_before_somebody_was_forgotten_is_not_added_after_it() {
        RecentUsers users = new RecentUsers(100, MINUTE, clock);
        long before = users.forgotten();
        users.remove("ann");

        users.add("ann", before);
        users.add("bob", before);
        assertThat(users.contains("ann")).isFalse();
        assertThat(users.contains("bob")).isFalse();

        users.add("ann", users.forgotten());
        assertThat(users.contains("ann")).isTrue();
        before = users.forgotten();
        users.clear();
        users.add("ann", before);
        assertThat(users.contains("ann")).isFalse();
    }

    private static long held(RecentUsers users, int from, int to) {
        return IntStream.range(from, to).filter(i -> users.contains("user" + i)).count();
    }

    /** A clock that stands still until it is moved, forward or back. */
    private static final class MovingClock extends Clock {

        private volatile Instant now = Instant.parse("2026-01-06T00:00:00Z");

        void advance(Duration duration) {
            now = now.plus(duration);
        }

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }
}
