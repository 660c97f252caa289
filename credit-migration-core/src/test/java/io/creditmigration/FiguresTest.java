package io.creditmigration;

import static org.assertj.core.api.Assertions.assertThat;

import io.creditmigration.MigrationResult.Status;
import java.math.BigDecimal;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The figures of a plan, of a run and of a line of the log. */
final class FiguresTest {

    private static final Map<Status, Long> OUTCOMES = Map.of(Status.MIGRATED, 5L, Status.HAS_CREDITS, 2L);

    @Test
    void a_tally_counts_users_by_outcome_and_altogether() {
        Tally tally = new Tally(OUTCOMES, Map.of(), BigDecimal.ONE, BigDecimal.TEN, BigDecimal.TEN, BigDecimal.ZERO);

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
                new BigDecimal("0.0"));

        assertThat(written)
                .isEqualTo(new Tally(
                        OUTCOMES,
                        Map.of(),
                        BigDecimal.ONE,
                        BigDecimal.valueOf(100),
                        BigDecimal.valueOf(100),
                        BigDecimal.ZERO));
    }

    @Test
    void a_residual_of_one_value_is_one_residual_however_a_database_writes_it() {
        assertThat(log("0.10")).isEqualTo(log("0.1")).hasSameHashCodeAs(log("0.1"));
        assertThat(log("0.0000").residual()).isEqualTo(BigDecimal.ZERO);
        assertThat(log("-0.05").residual()).isEqualTo(new BigDecimal("-0.05"));
    }

    private static MigrationLogEntry log(String residual) {
        return new MigrationLogEntry(
                "rate-2500",
                "ann",
                1,
                MigrationLogEntry.Kind.MIGRATED,
                Credits.ZERO,
                Credits.ZERO,
                Fixture.AT_1000,
                Fixture.AT_2500,
                new BigDecimal(residual),
                Actor.automatic("run"),
                Fixture.NOW,
                "why");
    }
}
