package io.creditmigration;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What a bucket has to be, asked of the library's and of one that is often taken for as good. A chi-square over 100 cells has 99
 * degrees of freedom, of which 1 in 10,000 is above 161.
 */
final class BucketsTest {

    /** A user's bucket in a migration, 0 to 9,999. */
    private interface Bucket {
        int of(String migrationId, String userId);
    }

    private static final int USERS = 50_000;
    private static final int CELLS = 100;
    private static final double CHI_SQUARE_MAX = 161;

    static Stream<Long> seeds() {
        return Stream.of(20_260_106L, 1L, 2L, 3L);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void buckets_are_even_and_independent_between_migrations(long seed) {
        assertThat(evenness(Rollout::bucket, seed))
                .as("evenness, seed %d", seed)
                .isLessThan(CHI_SQUARE_MAX);
        assertThat(dependence(Rollout::bucket, seed))
                .as("dependence, seed %d", seed)
                .isLessThan(CHI_SQUARE_MAX);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void a_bucket_by_hash_code_is_found_out(long seed) {
        Bucket byHashCode = (migrationId, userId) -> Math.floorMod((migrationId + userId).hashCode(), 10_000);

        double dependence = dependence(byHashCode, seed);
        System.out.printf("bucket by hashCode: seed %d, dependence between migrations %.0f%n", seed, dependence);
        assertThat(dependence).isGreaterThan(CHI_SQUARE_MAX);
    }

    @Seeded
    void five_percent_are_among_twenty_five_and_these_among_all(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 2_000; i++) {
            String user = user(random, i);
            boolean at5 = new Rollout(5, false).includes("rate-2500", user);
            boolean at25 = new Rollout(25, false).includes("rate-2500", user);

            assertThat(at25 || !at5).as("%s", user).isTrue();
            assertThat(Rollout.EVERYBODY.includes("rate-2500", user)).isTrue();
            assertThat(at5).as("%s", user).isEqualTo(Rollout.bucket("rate-2500", user) < 500);
        }
    }

    /** How unlike each other hundredths of the buckets are. */
    private static double evenness(Bucket bucket, long seed) {
        Random random = new Random(seed);
        long[] cells = new long[CELLS];
        for (int i = 0; i < USERS; i++) {
            cells[bucket.of("rate-2500", user(random, i)) / CELLS]++;
        }
        return chiSquare(cells);
    }

    /** How much the decile in one migration says of the decile in another. */
    private static double dependence(Bucket bucket, long seed) {
        Random random = new Random(seed);
        long[] cells = new long[CELLS];
        for (int i = 0; i < USERS; i++) {
            String user = user(random, i);
            cells[bucket.of("rate-2500", user) / 1_000 * 10 + bucket.of("rate-1500", user) / 1_000]++;
        }
        return chiSquare(cells);
    }

    private static double chiSquare(long[] cells) {
        double expected = (double) USERS / cells.length;
        double sum = 0;
        for (long observed : cells) {
            sum += (observed - expected) * (observed - expected) / expected;
        }
        return sum;
    }

    /** A number, an address, or anything. */
    private static String user(Random random, int i) {
        return switch (i % 3) {
            case 0 -> Integer.toString(random.nextInt(10_000_000));
            case 1 -> Long.toString(random.nextLong(), 36) + "@example.org";
            default -> "ü😀" + random.nextLong();
        };
    }
}
