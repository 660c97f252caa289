package io.creditmigration;

import static org.assertj.core.api.Assertions.assertThat;

import io.creditmigration.MigrationResult.Status;
import java.math.BigDecimal;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The figures of a plan and of a run. */
final class FiguresTest {

    private static final Map<Status, Long> OUTCOMES = Map.of(Status.MIGRATED, 5L, Status.HAS_CREDITS, 2L);

    @Test
    void a_tally_counts_users_by_outcome_and_altogether() {
        Tally tally = new Tally(
                OUTCOMES, Map.of(), BigDecimal.ONE, BigDecimal.TEN, BigDecimal.TEN, BigDecimal.ZERO, BigDecimal.ZERO);

        assertThat(tally.count(Status.MIGRATED)).isEqualTo(5);
        assertThat(tally.count(Status.FAILED)).isZero();
        assertThat(tally.users()).isEqualTo(7);
        assertThat(tally.plus(tally).count(Status.HAS_CREDITS)).isEqualTo(4);
        assertThat(tally.plus(tally).creditsAfter()).isEqualByComparingTo("20");
    }

    @Test
    void tallies_of_one_value_are_equal_however_they_were_added_up() {
        Tally written = new Tally(
                OUTCOMES,
                Map.of(),
                new BigDecimal("1.00"),
                new BigDecimal("100"),
                new BigDecimal("1E+2"),
                new BigDecimal("0.00"),
                new BigDecimal("0.0"));

        assertThat(written)
                .isEqualTo(new Tally(
                        OUTCOMES,
                        Map.of(),
                        BigDecimal.ONE,
                        BigDecimal.valueOf(100),
                        BigDecimal.valueOf(100),
                        BigDecimal.ZERO,
                        BigDecimal.ZERO));
    }
}
