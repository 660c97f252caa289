package io.creditmigration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.Mockito.mockStatic;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Locale;
import java.util.Random;
import java.util.UUID;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.mockito.MockedStatic;

/** Who is inside: sticky, even, and independent between migrations. */
final class RolloutTest {

    private static final int USERS = 100_000;

    /** Shapes that ids of real applications have. */
    enum Shape {
        NUMBERS,
        PADDED,
        EMAILS,
        UUIDS,
        EMOJI;

        private String id(int i) {
            return switch (this) {
                case NUMBERS -> Integer.toString(i);
                case PADDED -> String.format(Locale.ROOT, "%012d", i);
                case EMAILS -> "user" + i + "@example.org";
                case UUIDS -> new UUID(new Random(i).nextLong(), i).toString();
                case EMOJI -> "😀" + i + "ü";
            };
        }
    }

    /**
     * These values are for ever: a release that changes them moves users in and out of running rollouts. To recompute one,
     * take the first 16 hexadecimal digits of {@code printf 'rate-2500\0ann' | sha256sum} as a number, modulo 10,000.
     */
    @ParameterizedTest
    @CsvSource({"rate-2500, ann, 4291", "rate-2500, 007, 6902", "rate-2500, 😀, 271", "to-credits, ann, 6896"})
    void buckets_are_the_same_for_ever(String migrationId, String userId, int bucket) {
        assertThat(Rollout.bucket(migrationId, userId)).isEqualTo(bucket);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 101, Integer.MIN_VALUE, Integer.MAX_VALUE})
    void a_percentage_that_is_none_is_refused(int percent) {
        assertThatThrownBy(() -> new Rollout(percent, false))
                .isInstanceOf(InvalidValueException.class)
                .hasMessage("rollout percentage is '" + percent + "'; allowed: 0 to 100");
    }

    @Test
    void nobody_is_inside_at_0_and_everybody_at_100() {
        Rollout nobody = new Rollout(0, false);
        for (int i = 0; i < 2_000; i++) {
            assertThat(nobody.includes("rate-2500", "user" + i)).isFalse();
            assertThat(Rollout.EVERYBODY.includes("rate-2500", "user" + i)).isTrue();
        }
    }

    @Test
    void until_somebody_says_otherwise_everybody_is_inside_and_nothing_is_halted() {
        assertThat(Rollout.EVERYBODY).isEqualTo(new Rollout(100, false));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 99, 100, 499, 500, 2_499, 2_500, 9_899, 9_900, 9_999})
    void a_user_is_inside_from_the_first_percentage_above_the_bucket(int bucket) {
        String userId = userOfBucket(bucket);
        int first = bucket / 100 + 1;

        assertThat(new Rollout(first, false).includes("rate-2500", userId)).isTrue();
        assertThat(new Rollout(first - 1, false).includes("rate-2500", userId)).isFalse();
    }

    @Seeded
    void who_is_inside_at_a_percentage_is_inside_at_every_higher_one(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 500; i++) {
            String userId = Long.toString(random.nextLong(), 36);
            int inside = 0;
            for (int percent : new int[] {5, 25, 100}) {
                boolean included = new Rollout(percent, false).includes("rate-2500", userId);
                assertThat(included || inside == 0)
                        .as("%s at %s %%", userId, percent)
                        .isTrue();
                inside += included ? 1 : 0;
            }
            assertThat(inside).as("%s", userId).isPositive();
        }
    }

    @ParameterizedTest
    @EnumSource
    void buckets_are_even_whatever_ids_look_like(Shape shape) {
        int[] perDecile = new int[10];
        for (int i = 0; i < USERS; i++) {
            perDecile[Rollout.bucket("rate-2500", shape.id(i)) / 1_000]++;
        }

        for (int users : perDecile) {
            assertThat(users).isCloseTo(USERS / 10, Percentage.withPercentage(10));
        }
    }

    /** Pearson's chi-square on a table of 10 × 10 deciles: 99 degrees of freedom, of which 1 in 10,000 is above 160. */
    @ParameterizedTest
    @CsvSource({"rate-2500, rate-1500", "a, b", "to-credits, to-credits2"})
    void buckets_of_two_migrations_are_independent(String one, String other) {
        long[][] table = new long[10][10];
        for (int i = 0; i < USERS; i++) {
            String userId = Integer.toString(i);
            table[Rollout.bucket(one, userId) / 1_000][Rollout.bucket(other, userId) / 1_000]++;
        }

        long expected = USERS / 100;
        long squares = 0;
        for (long[] row : table) {
            for (long observed : row) {
                squares += (observed - expected) * (observed - expected);
            }
        }
        assertThat(squares / expected).isLessThan(160);
    }

    @Test
    void a_platform_without_sha_256_is_called_broken_and_puts_nobody_in_a_wrong_bucket() {
        try (MockedStatic<MessageDigest> digests = mockStatic(MessageDigest.class)) {
            digests.when(() -> MessageDigest.getInstance("SHA-256")).thenThrow(new NoSuchAlgorithmException("none"));

            assertThatThrownBy(() -> Rollout.bucket("rate-2500", "ann"))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("Every Java platform must have SHA-256")
                    .hasCauseInstanceOf(NoSuchAlgorithmException.class);
        }
    }

    @Test
    void the_border_between_migration_and_user_counts() {
        assertThat(Rollout.bucket("a", "bc")).isNotEqualTo(Rollout.bucket("ab", "c"));
    }

    private static String userOfBucket(int bucket) {
        for (int i = 0; i < 10 * USERS; i++) {
            if (Rollout.bucket("rate-2500", Integer.toString(i)) == bucket) {
                return Integer.toString(i);
            }
        }
        throw new AssertionError("No user in bucket " + bucket);
    }
}
