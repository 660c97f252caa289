package io.creditmigration;

import static io.creditmigration.Fixture.AT_1000;
import static io.creditmigration.Fixture.AT_2500;
import static org.assertj.core.api.Assertions.assertThat;

import io.creditmigration.JournalLine.Kind;
import java.math.BigDecimal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What follows from a line of the journal without being kept in it. */
final class JournalLineTest {

    @ParameterizedTest
    @CsvSource({
        "50, 20, 0",
        "50.0001, 20, 0.1",
        "0.0001, 0, 0.1",
        "0.0002, 0.0001, -0.05",
        "0, 0, 0",
        "-5, -2, 0",
        "0.5, 0, 500"
    })
    void the_residual_is_what_old_credits_are_worth_more_than_new_ones(
            String old, String converted, BigDecimal residual) {
        assertThat(Lines.converted(1, old, converted).residual()).isEqualByComparingTo(residual);
    }

    @Test
    void the_residual_of_a_rollback_is_of_its_own_direction() {
        JournalLine line = Lines.line(
                "rate-2500",
                2,
                Kind.ROLLED_BACK,
                Lines.standing(MigrationStatus.ROLLED_BACK, 1, 1),
                Lines.figures(Credits.of("0.0001"), Credits.of("0.0003"), AT_2500, AT_1000));

        assertThat(line.residual()).isEqualTo(new BigDecimal("-0.05"));
    }

    @Test
    void what_has_no_rates_or_no_figures_leaves_nothing_over() {
        assertThat(Lines.granted(1, "20").residual()).isEqualTo(BigDecimal.ZERO);
        assertThat(Lines.line("rate-2500", 1, Kind.FAILED, Lines.standing(MigrationStatus.FAILED, 1, 0), null)
                        .residual())
                .isEqualTo(BigDecimal.ZERO);
    }

    @Test
    void a_line_without_figures_has_neither_balances_nor_rates() {
        JournalLine line = Lines.line("rate-2500", 1, Kind.FAILED, Lines.standing(MigrationStatus.FAILED, 3, 0), null);

        assertThat(line.oldCredits()).isNull();
        assertThat(line.newCredits()).isNull();
        assertThat(line.oldRate()).isNull();
        assertThat(line.newRate()).isNull();
        assertThat(line.status()).isEqualTo(MigrationStatus.FAILED);
        assertThat(line.attempt()).isEqualTo(3);
    }

    @Test
    void what_was_copied_changes_nothing_else() {
        JournalLine line = Lines.granted(1, "20");

        JournalLine copied = line.withCopied(7);

        assertThat(copied.standing().copied()).isEqualTo(7);
        assertThat(copied.withCopied(0)).isEqualTo(line);
    }

    @Test
    void nobody_has_caused_what_is_automatic() {
        assertThat(Lines.granted(1, "20").automatic()).isTrue();
        for (Trigger trigger : Trigger.values()) {
            assertThat(trigger.automatic().kind()).isEqualTo(Actor.Kind.AUTOMATIC);
        }
    }
}
