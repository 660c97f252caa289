package io.creditmigration.engine.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.creditmigration.Seeded;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class StreakTest {

    @ParameterizedTest
    @CsvSource({
        "'', 0, 0, 0, false",
        "x, 1, 1, 1, false",
        ".x, 0, 1, 1, true",
        "xx.x, 2, 2, 1, true",
        "x.xxx.xx, 1, 3, 2, true"
    })
    void failures_are_counted_in_rows(String page, int leading, int longest, int trailing, boolean broken) {
        assertThat(streak(page)).isEqualTo(new Streak(leading, longest, trailing, broken));
    }

    @Seeded
    void pages_one_after_the_other_are_as_one_page(long seed) {
        Random draws = new Random(seed);
        for (int i = 0; i < 1_000; i++) {
            String first = page(draws);
            String second = page(draws);

            assertThat(streak(first).then(streak(second)))
                    .as(first + " and " + second)
                    .isEqualTo(streak(first + second));
        }
    }

    private static String page(Random draws) {
        return IntStream.range(0, draws.nextInt(6))
                .mapToObj(i -> draws.nextBoolean() ? "x" : ".")
                .reduce("", String::concat);
    }

    private static Streak streak(String page) {
        Streak streak = Streak.NONE;
        for (int user = 0; user < page.length(); user++) {
            streak = page.charAt(user) == 'x' ? streak.failure() : streak.success();
        }
        return streak;
    }
}
