package io.creditmigration;

import static io.creditmigration.MigrationStatus.COMPLETED;
import static io.creditmigration.MigrationStatus.FAILED;
import static io.creditmigration.MigrationStatus.ROLLED_BACK;
import static org.assertj.core.api.Assertions.assertThat;

import io.creditmigration.SuccessMetrics.Goal;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class SuccessMetricsTest {

    private static final Instant CUT_OFF = Instant.parse("2026-01-06T00:00:00Z");
    private static final Latency NONE = new Latency(0, Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO);
    private static final Migration GRANT = Migration.named("grant")
            .cutOff(CUT_OFF)
            .policy(CreditPolicy.initialGrant())
            .build();
    private static final Migration CONVERSION = Migration.named("rate")
            .cutOff(CUT_OFF)
            .policy(CreditPolicy.convert(CreditRate.of(1_000), CreditRate.of(2_500)))
            .build();

    @Test
    void a_day_on_which_everything_went_well_misses_no_goal() {
        SuccessMetrics metrics = grants(Map.of(COMPLETED, 10_000L, FAILED, 0L), 0, "200000.01", 50, 0);

        assertThat(metrics.missed()).isEmpty();
        assertThat(metrics.shareMigrated()).isEqualByComparingTo("1");
        assertThat(metrics.failureRate()).isZero();
        assertThat(metrics.historyPreserved()).isEqualByComparingTo("1");
        assertThat(metrics.averageGranted()).isEqualByComparingTo("20.000001");
    }

    @Test
    void a_single_user_who_waits_keeps_it_from_everybody_however_it_is_rounded() {
        SuccessMetrics metrics = grants(Map.of(COMPLETED, 9_999_999L), 1, "300000000", 0, 0);

        assertThat(metrics.shareMigrated()).isEqualByComparingTo("0.999999");
        assertThat(metrics.missed()).containsExactly(Goal.EVERYBODY_MIGRATED);
    }

    @Test
    void who_was_taken_back_is_not_migrated_and_has_not_failed() {
        SuccessMetrics metrics = grants(Map.of(COMPLETED, 3L, ROLLED_BACK, 1L), 0, "90", 0, 0);

        assertThat(metrics.shareMigrated()).isEqualByComparingTo("0.75");
        assertThat(metrics.failureRate()).isZero();
        assertThat(metrics.missed()).containsExactly(Goal.EVERYBODY_MIGRATED);
    }

    @Test
    void one_failure_in_a_hundred_is_one_too_many() {
        assertThat(grants(Map.of(COMPLETED, 99L, FAILED, 1L), 0, "3000", 0, 0).isMet(Goal.FAILURES_BELOW_1_PERCENT))
                .isFalse();
        assertThat(grants(Map.of(COMPLETED, 100L, FAILED, 1L), 0, "3000", 0, 0).isMet(Goal.FAILURES_BELOW_1_PERCENT))
                .isTrue();
    }

    @Test
    void a_late_operation_or_a_wrong_history_is_not_preserved() {
        SuccessMetrics late = grants(Map.of(COMPLETED, 1L), 0, "50", 3, 1);

        assertThat(late.historyPreserved()).isEqualByComparingTo("0.75");
        assertThat(late.missed()).containsExactly(Goal.HISTORY_PRESERVED);
        Verification wrong = verification(Map.of(COMPLETED, 1L), 0, "50", 3, 0, true);
        assertThat(SuccessMetrics.of(GRANT, wrong, NONE, NONE, null).missed()).containsExactly(Goal.HISTORY_PRESERVED);
    }

    @Test
    void twenty_on_average_are_not_above_twenty() {
        assertThat(grants(Map.of(COMPLETED, 3L), 0, "60", 0, 0).missed()).containsExactly(Goal.AVERAGE_ABOVE_20);
    }

    @Test
    void one_support_ticket_for_a_hundred_users_is_one_too_many() {
        Verification few = verification(Map.of(COMPLETED, 99L, FAILED, 1L), 0, "3000", 0, 0, false);
        Verification many = verification(Map.of(COMPLETED, 101L), 0, "3000", 0, 0, false);
        Goal goal = Goal.SUPPORT_TICKETS_BELOW_1_PERCENT;

        assertThat(SuccessMetrics.of(GRANT, few, NONE, NONE, 1L).missed()).contains(goal);
        assertThat(SuccessMetrics.of(GRANT, few, NONE, NONE, 0L).isMet(goal)).isTrue();
        assertThat(SuccessMetrics.of(GRANT, many, NONE, NONE, 1L).isMet(goal)).isTrue();
        assertThat(SuccessMetrics.of(GRANT, many, NONE, NONE, Long.MAX_VALUE).missed())
                .contains(goal);
        assertThat(SuccessMetrics.of(GRANT, many, NONE, NONE, null).goals()).doesNotContain(goal);
    }

    @Test
    void goals_that_do_not_apply_are_neither_met_nor_missed() {
        Verification verification = verification(Map.of(COMPLETED, 3L), 0, "6", 0, 0, false);

        SuccessMetrics conversion = SuccessMetrics.of(CONVERSION, verification, NONE, NONE, null);
        SuccessMetrics grant = SuccessMetrics.of(GRANT, verification, NONE, NONE, null);

        assertThat(conversion.goals()).containsExactly(Goal.EVERYBODY_MIGRATED, Goal.FAILURES_BELOW_1_PERCENT);
        assertThat(conversion.isMet(Goal.AVERAGE_ABOVE_20)).isFalse();
        assertThat(grant.goals())
                .containsExactly(Goal.EVERYBODY_MIGRATED, Goal.FAILURES_BELOW_1_PERCENT, Goal.AVERAGE_ABOVE_20);
    }

    @Test
    void a_conversion_grants_nothing_on_average() {
        Verification verification = verification(Map.of(COMPLETED, 3L), 0, "6", 0, 0, false);

        SuccessMetrics metrics = SuccessMetrics.of(CONVERSION, verification, NONE, NONE, 0L);

        assertThat(metrics.averageGranted()).isNull();
        assertThat(metrics.missed()).isEmpty();
        assertThat(metrics.supportTickets()).isZero();
    }

    @Test
    void a_migration_that_concerns_nobody_misses_nothing() {
        SuccessMetrics metrics = grants(Map.of(), 0, "0", 0, 0);

        assertThat(metrics.missed()).isEmpty();
        assertThat(metrics.shareMigrated()).isEqualByComparingTo("1");
        assertThat(metrics.averageGranted()).isNull();
    }

    private static SuccessMetrics grants(
            Map<MigrationStatus, Long> records, long waiting, String granted, long operations, long late) {
        return SuccessMetrics.of(
                GRANT, verification(records, waiting, granted, operations, late, false), NONE, NONE, null);
    }

    private static Verification verification(
            Map<MigrationStatus, Long> records,
            long waiting,
            String granted,
            long operations,
            long late,
            boolean wrongHistory) {
        return new Verification(
                CUT_OFF,
                wrongHistory ? Map.of(Verification.Check.HISTORY, new Verification.Found(1, List.of())) : Map.of(),
                new Verification.Users(records, 0, waiting, 0, 0),
                new Verification.Figures(
                        0,
                        0,
                        BigDecimal.ZERO,
                        BigDecimal.ZERO,
                        BigDecimal.ZERO,
                        new BigDecimal(granted),
                        operations,
                        late,
                        0,
                        0,
                        0));
    }
}
