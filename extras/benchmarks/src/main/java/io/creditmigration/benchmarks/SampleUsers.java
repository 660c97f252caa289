package io.creditmigration.benchmarks;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * Users and their operations, the same for the same number of users on every database.
 *
 * <p>Operations per user follow a power law with a mean of about nine. They come in the order of their time, as a table that
 * an application has written has them: a user's operations are spread over the whole table.
 */
record SampleUsers(int users) {

    record User(long id, String role, BigDecimal credits, Instant registeredAt) {}

    record Operation(long id, long userId, Instant madeAt) {}

    private static final long SEED = 42;
    private static final double ZERO_CREDITS_SHARE = 0.3;
    private static final double ADMIN_SHARE = 0.001;
    private static final double LATE_SHARE = 0.02;
    private static final int CREDITS_MAX_TEN_THOUSANDTHS = 5_000_000;
    private static final int REGISTERED_DAYS_MAX = 400;
    private static final int HISTORY_DAYS = 60;

    /** With floor, cap and tail as below, {@code SCALE / u^EXPONENT} for a uniform u has a mean of about nine. */
    private static final double OPERATIONS_EXPONENT = 0.7;

    private static final double OPERATIONS_SCALE = 2.85;
    private static final int OPERATIONS_MAX = 5_000;

    /** An operation is sorted as one number: seconds of history above the user's id. */
    private static final int ID_BITS = 32;

    Stream<User> all() {
        SplittableRandom random = new SplittableRandom(SEED);
        return LongStream.rangeClosed(1, users).mapToObj(id -> user(id, random));
    }

    Stream<Operation> operations() {
        SplittableRandom random = new SplittableRandom(SEED + 1);
        Instant begin = Job.CUT_OFF.minus(Duration.ofDays(HISTORY_DAYS));
        long[] sorted = LongStream.rangeClosed(1, users)
                .flatMap(id -> LongStream.generate(() ->
                                random.nextLong(Duration.ofDays(HISTORY_DAYS).toSeconds()) << ID_BITS | id)
                        .limit(operationsOf(random)))
                .toArray();
        Arrays.sort(sorted);
        return LongStream.range(0, sorted.length).mapToObj(i -> {
            long operation = sorted[Math.toIntExact(i)];
            return new Operation(i + 1, operation & ((1L << ID_BITS) - 1), begin.plusSeconds(operation >> ID_BITS));
        });
    }

    private static User user(long id, SplittableRandom random) {
        boolean zero = random.nextDouble() < ZERO_CREDITS_SHARE;
        BigDecimal credits = BigDecimal.valueOf(zero ? 0 : random.nextLong(1, CREDITS_MAX_TEN_THOUSANDTHS), 4);
        String role = random.nextDouble() < ADMIN_SHARE ? "admin" : "user";
        // Squared, so that many are young: an application grows.
        double age = Math.pow(random.nextDouble(), 2)
                * Duration.ofDays(REGISTERED_DAYS_MAX).toSeconds();
        boolean late = random.nextDouble() < LATE_SHARE;
        Instant registeredAt = Job.CUT_OFF.plusSeconds(late ? (long) age / REGISTERED_DAYS_MAX : -1 - (long) age);
        return new User(id, role, credits, registeredAt);
    }

    private static long operationsOf(SplittableRandom random) {
        double uniform = 1 - random.nextDouble();
        return (long) Math.min(OPERATIONS_MAX, OPERATIONS_SCALE / Math.pow(uniform, OPERATIONS_EXPONENT));
    }
}
