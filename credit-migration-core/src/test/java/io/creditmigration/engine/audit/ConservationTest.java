package io.creditmigration.engine.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.creditmigration.Consent;
import io.creditmigration.CreditPolicy;
import io.creditmigration.Fixture;
import io.creditmigration.JournalLine.Kind;
import io.creditmigration.MigrationStatus;
import io.creditmigration.engine.audit.AuditedDefinition.Conversion;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Which lines conserve the money's worth, figure by figure; balances of 4 decimals, from 1,000 to 2,500. */
final class ConservationTest {

    private static final int SCALE = 4;

    @ParameterizedTest(name = "{0} becomes {1}, {2}: {3}")
    @CsvSource({
        // 0.0001 at 2,500 is 0.25 of money: rounding to the nearest leaves half of that at most.
        "50, 20, HALF_EVEN, true",
        "50.0001, 20, HALF_EVEN, true",
        "0.00025, 0.0001, HALF_UP, true",
        "0.000125, 0.0001, HALF_UP, true",
        "0.000125, 0, HALF_DOWN, true",
        "0.000126, 0, HALF_EVEN, false",
        "0.000124, 0.0001, HALF_EVEN, false",
        "50, 20.0001, HALF_EVEN, false",
        "50, 19.9999, HALF_EVEN, false",
        // Otherwise less than one whole unit.
        "0.000249, 0, DOWN, true",
        "0.00025, 0, DOWN, false",
        "0.000001, 0.0001, UP, true",
        "0.0000001, 0.0001, CEILING, true",
        "0.000249, 0, FLOOR, true",
        "0, 0.0001, UP, false",
        "0, 0, UP, true"
    })
    void a_conversion_leaves_no_more_than_rounding_once_can(
            BigDecimal old, BigDecimal converted, RoundingMode rounding, boolean conserved) {
        String wrong = conversion(rounding).wrong(line(Kind.MIGRATED, old, converted, "1000", "2500"), null);

        assertThat(wrong == null).isEqualTo(conserved);
    }

    @Test
    void what_is_wrong_with_a_conversion_is_told_with_its_figures() {
        assertThat(conversion(RoundingMode.HALF_EVEN)
                        .wrong(line(Kind.MIGRATED, number("50"), number("19"), "1000", "2500"), null))
                .isEqualTo("50 at 1000 became 19 at 2500 and leaves 2500, rounding once leaves at most 0.125");
        assertThat(conversion(RoundingMode.DOWN)
                        .wrong(line(Kind.MIGRATED, number("50"), number("19"), "1000", "2500"), null))
                .endsWith("rounding once leaves less than 0.25");
        assertThat(conversion(RoundingMode.DOWN).wrong(line(Kind.MIGRATED, number("50"), null, "1000", "2500"), null))
                .isEqualTo("goes from 50 at 1000 to none at 2500");
        assertThat(conversion(RoundingMode.DOWN).wrong(line(Kind.MIGRATED, null, number("1"), "1000", "2500"), null))
                .isNotNull();
    }

    @ParameterizedTest(name = "with {0} now, {1} is restored: {2}")
    @CsvSource({
        "20, 50, true",
        "20, 50.0001, false",
        "20, 49.9999, false",
        // 5 spent at 2,500 are 12.5 at 1,000.
        "15, 37.5, true",
        "25, 62.5, true",
        "0, 0, true",
        // 0.00001 more is 0.000025, rounded up to 0.0001; a whole unit more than that is given away.
        "20.00001, 50.0001, true",
        "20.00001, 50, false",
        "20.00001, 50.0002, false",
        "-1, -2.5, true",
        "-1, 0, false"
    })
    void a_rollback_gives_back_the_balance_before_and_what_moved_since(
            BigDecimal current, BigDecimal restored, boolean conserved) {
        AuditedLine migrated = line(Kind.MIGRATED, number("50"), number("20"), "1000", "2500");

        String wrong = conversion(RoundingMode.HALF_EVEN)
                .wrong(line(Kind.ROLLED_BACK, current, restored, "2500", "1000"), migrated);

        assertThat(wrong == null).isEqualTo(conserved);
    }

    @Test
    void a_rollback_ends_at_zero_where_less_than_that_would_be_left() {
        AuditedLine little = line(Kind.MIGRATED, number("1"), number("20"), "1000", "2500");
        Conservation law = conversion(RoundingMode.HALF_EVEN);

        assertThat(law.wrong(line(Kind.ROLLED_BACK, number("0"), number("0"), "2500", "1000"), little))
                .isNull();
        assertThat(law.wrong(line(Kind.ROLLED_BACK, number("0"), number("0.0001"), "2500", "1000"), little))
                .startsWith("0 at 2500 became 0.0001 at 1000, which gives ");
        assertThat(law.wrong(line(Kind.ROLLED_BACK, number("-1"), number("0"), "2500", "1000"), little))
                .isNotNull();
    }

    @Test
    void a_rollback_without_its_figures_is_no_conservation() {
        Conservation law = conversion(RoundingMode.HALF_EVEN);
        AuditedLine migrated = line(Kind.MIGRATED, number("50"), number("20"), "1000", "2500");

        assertThat(law.wrong(line(Kind.ROLLED_BACK, number("20"), number("50"), "2500", "1000"), null))
                .isEqualTo("goes from 20 at 2500 to 50 at 1000");
        assertThat(law.wrong(line(Kind.ROLLED_BACK, null, number("50"), "2500", "1000"), migrated))
                .isNotNull();
        assertThat(law.wrong(line(Kind.ROLLED_BACK, number("20"), null, "2500", "1000"), migrated))
                .isNotNull();
    }

    @ParameterizedTest
    @CsvSource({
        "MIGRATED, 5, 25, true",
        "MIGRATED, 5, 5, true",
        "MIGRATED, 5, 4, false",
        "ROLLED_BACK, 25, 5, true",
        "ROLLED_BACK, 5, 5, true",
        "ROLLED_BACK, 5, 6, false"
    })
    void a_grant_adds_and_its_rollback_takes(Kind kind, BigDecimal before, BigDecimal after, boolean conserved) {
        Conservation law =
                new Conservation(AuditedDefinition.of(Fixture.grant(CreditPolicy.initialGrant(), Consent.NONE)), SCALE);

        assertThat(law.wrong(line(kind, before, after, null, null), null) == null)
                .isEqualTo(conserved);
        assertThat(law.wrong(line(kind, before, after, "1000", null), null)).startsWith("a grant goes from ");
        assertThat(law.wrong(line(kind, before, after, null, "1000"), null)).isNotNull();
    }

    @ParameterizedTest
    @EnumSource(
            value = Kind.class,
            names = {"FAILED", "REOPENED", "CAUGHT_UP", "RECONCILED"})
    void any_other_act_leaves_the_balance_as_it_is(Kind kind) {
        Conservation law = conversion(RoundingMode.HALF_EVEN);

        assertThat(law.wrong(line(kind, number("5.0"), number("5"), null, null), null))
                .isNull();
        assertThat(law.wrong(line(kind, null, null, null, null), null)).isNull();
        assertThat(law.wrong(line(kind, number("5"), number("6"), null, null), null))
                .isEqualTo("goes from 5 to 6");
    }

    private static Conservation conversion(RoundingMode rounding) {
        return new Conservation(
                new AuditedDefinition(
                        "rate-2500",
                        Fixture.CUT_OFF,
                        new Conversion(number("1000"), number("2500"), SCALE, rounding),
                        List.of()),
                SCALE);
    }

    private static AuditedLine line(
            Kind kind,
            @Nullable BigDecimal old,
            @Nullable BigDecimal now,
            @Nullable String oldRate,
            @Nullable String newRate) {
        return new AuditedLine(
                1,
                kind,
                MigrationStatus.COMPLETED,
                1,
                Fixture.NOW,
                old,
                now,
                oldRate == null ? null : number(oldRate),
                newRate == null ? null : number(newRate),
                BigDecimal.ZERO,
                BigDecimal.ZERO,
                0,
                1,
                true,
                null,
                "RUN",
                "AUTOMATIC run",
                null,
                null);
    }

    private static BigDecimal number(String number) {
        return new BigDecimal(number);
    }
}
