package io.creditmigration.engine.decide;

import static org.assertj.core.api.Assertions.assertThat;

import io.creditmigration.Actor;
import io.creditmigration.Consent;
import io.creditmigration.CreditPolicy;
import io.creditmigration.CreditRate;
import io.creditmigration.Credits;
import io.creditmigration.Fixture;
import io.creditmigration.JournalLine;
import io.creditmigration.Migration;
import io.creditmigration.MigrationResult;
import io.creditmigration.MigrationStatus;
import io.creditmigration.PaidCredits;
import io.creditmigration.ReconcileResult;
import io.creditmigration.RollbackData;
import io.creditmigration.RollbackResult;
import io.creditmigration.RunScope;
import io.creditmigration.States;
import io.creditmigration.Trigger;
import io.creditmigration.UserMigration;
import io.creditmigration.spi.HostShape;
import io.creditmigration.spi.UserChange;
import io.creditmigration.spi.UserState;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Whether a user's row and journal agree, and what is done where they do not. */
final class AgreementTest {

    private static final Migration RATE_2500 = Fixture.conversion(Consent.NONE);
    private static final HostShape BY_FLAG = HostShape.ofScale(Fixture.SCALE);
    private static final Actor OPERATOR = Actor.operator("olga");

    /** Ann with 50 credits, whose journal says this, in attempt 1 or 2. */
    private static UserState ann(String standing) {
        UserState state = States.withCredits(Fixture.ANN, "50");
        if (standing.equals("nothing")) {
            return state;
        }
        boolean second = standing.endsWith(" again");
        MigrationStatus status = MigrationStatus.valueOf(standing.replace(" again", ""));
        RollbackData data = status == MigrationStatus.COMPLETED || status == MigrationStatus.ROLLED_BACK
                ? new RollbackData(1, Credits.of(50), Credits.of(20), Fixture.AT_1000, Fixture.AT_2500, "f")
                : null;
        return States.withRecord(
                state,
                second ? 4 : 1,
                new UserMigration(
                        RATE_2500.id(),
                        "ann",
                        status,
                        second ? 2 : 1,
                        Credits.ZERO,
                        Credits.ZERO,
                        0,
                        Fixture.EARLIER,
                        data,
                        null));
    }

    @ParameterizedTest(name = "{0}, flag {1}: out of step {2}")
    @CsvSource(nullValues = "none", textBlock = """
            nothing,       true,  false
            nothing,       false, false
            FAILED,        true,  false
            FAILED,        false, false
            COMPLETED,     true,  false
            COMPLETED,     none,  false
            COMPLETED,     false, true
            ROLLED_BACK,   false, false
            ROLLED_BACK,   none,  false
            ROLLED_BACK,   true,  true
            PENDING again, false, false
            PENDING again, true,  true
            FAILED again,  true,  true
            """)
    void a_flag_tells_two_units_apart_and_the_journal_has_to_agree(
            String standing, @Nullable Boolean flag, boolean outOfStep) {
        assertThat(isOutOfStep(BY_FLAG, States.marked(ann(standing), flag))).isEqualTo(outOfStep);
    }

    @ParameterizedTest(name = "{0}, rate {1}, flag {2}: out of step {3}")
    @CsvSource(nullValues = "none", textBlock = """
            nothing,       1000, false, false
            nothing,       2500, false, false
            nothing,       2500, true,  false
            nothing,       777,  false, false
            nothing,       none, false, false
            nothing,       1000, true,  true
            FAILED,        2500, false, false
            COMPLETED,     2500, true,  false
            COMPLETED,     2500, false, false
            COMPLETED,     1000, false, true
            COMPLETED,     1000, true,  true
            COMPLETED,     777,  true,  true
            COMPLETED,     none, true,  true
            ROLLED_BACK,   1000, false, false
            ROLLED_BACK,   2500, false, true
            ROLLED_BACK,   1000, true,  true
            PENDING again, 1000, false, false
            PENDING again, 2500, false, true
            FAILED again,  2500, true,  true
            """)
    void a_rate_is_the_unit_and_a_flag_beside_it_is_not(
            String standing, @Nullable String rate, boolean flag, boolean outOfStep) {
        UserState state = States.marked(ann(standing), flag);
        UserState rated = States.withUser(
                state, state.user().withRate(rate == null ? null : CreditRate.of(Long.parseLong(rate))));

        assertThat(isOutOfStep(Fixture.RATED, rated)).isEqualTo(outOfStep);
    }

    @Test
    void another_conversion_has_the_last_word_on_the_unit() {
        UserState state = States.goneOn(States.marked(ann("COMPLETED"), true));

        assertThat(isOutOfStep(Fixture.RATED, rated(state, Fixture.AT_1500))).isFalse();
        assertThat(isOutOfStep(Fixture.RATED, rated(state, Fixture.AT_2500))).isTrue();
    }

    @Test
    void a_sign_up_that_came_later_cannot_be_at_a_rate_that_was_left_before() {
        UserState late = States.withUser(Fixture.ANN, Fixture.ANN.user().withRegisteredAt(Fixture.CUT_OFF));

        assertThat(isOutOfStep(Fixture.RATED, rated(late, Fixture.AT_1000))).isTrue();
        assertThat(isOutOfStep(Fixture.RATED, rated(late, Fixture.AT_2500))).isFalse();
        assertThat(isOutOfStep(Fixture.RATED, rated(Fixture.ANN, Fixture.AT_1000)))
                .isFalse();
        assertThat(isOutOfStep(BY_FLAG, late)).isFalse();
    }

    @Test
    void a_newcomers_row_is_in_the_new_unit_whatever_the_flag_says() {
        UserState late =
                States.withUser(ann("COMPLETED"), ann("COMPLETED").user().withRegisteredAt(Fixture.CUT_OFF));

        assertThat(isOutOfStep(BY_FLAG, States.marked(late, false))).isFalse();
    }

    private static UserState rated(UserState state, CreditRate rate) {
        return States.withUser(state, state.user().withRate(rate));
    }

    private static boolean isOutOfStep(HostShape shape, UserState state) {
        return new Agreement(RATE_2500, Fixture.chain(RATE_2500, shape)).isOutOfStep(state);
    }

    @ParameterizedTest
    @CsvSource({"COMPLETED, 3600, false", "COMPLETED, 3601, true", "ROLLED_BACK, 3601, true", "FAILED, 3601, false"})
    void a_registration_more_than_an_hour_after_the_line_is_another_persons(
            MigrationStatus status, long secondsLater, boolean outOfStep) {
        UserState state = ann(status.name());
        UserState later =
                States.withUser(state, state.user().withRegisteredAt(Fixture.EARLIER.plusSeconds(secondsLater)));

        assertThat(isOutOfStep(BY_FLAG, later)).isEqualTo(outOfStep);
    }

    @Test
    void out_of_step_nothing_is_written_by_anybody() {
        UserState restored = States.marked(ann("COMPLETED"), false);
        RollbackDecider reversal = Fixture.reversal(RATE_2500, Fixture.SCALE, true);
        RollbackDecider.Request request =
                new RollbackDecider.Request(Trigger.OPERATOR, PaidCredits.KEEP, OPERATOR, "wrong");

        for (Intent intent : new Intent[] {
            Intent.automatic(Trigger.REQUEST),
            Intent.explicit(),
            Intent.run(RunScope.everyone().withExempt())
        }) {
            assertThat(Fixture.result(Fixture.decider(RATE_2500).decide(restored, intent))
                            .status())
                    .isEqualTo(MigrationResult.Status.OUT_OF_STEP);
        }
        assertThat(Fixture.result(reversal.rollback(restored, request)).status())
                .isEqualTo(RollbackResult.Status.OUT_OF_STEP);
        assertThat(Fixture.result(reversal.reopen(States.marked(ann("ROLLED_BACK"), true), OPERATOR, "again")))
                .isEmpty();
    }

    @ParameterizedTest
    @EnumSource(
            value = MigrationStatus.class,
            names = {"COMPLETED", "ROLLED_BACK"})
    void reconciling_makes_the_journal_follow_the_row_and_moves_nothing(MigrationStatus standing) {
        boolean migrated = standing == MigrationStatus.COMPLETED;
        UserState state = States.marked(ann(migrated ? "ROLLED_BACK" : "COMPLETED"), migrated);
        RollbackDecider reversal = Fixture.reversal(RATE_2500, Fixture.SCALE, true);

        Decision<ReconcileResult> decision = reversal.reconcile(state, standing, OPERATOR, "restored by hand");
        UserChange change = Fixture.write(decision).change();

        assertThat(Fixture.result(decision).status()).isEqualTo(ReconcileResult.Status.RECONCILED);
        assertThat(change.kind()).isEqualTo(UserChange.Kind.LINE_ONLY);
        assertThat(change.notice()).isNull();
        assertThat(change.line().kind()).isEqualTo(JournalLine.Kind.RECONCILED);
        assertThat(change.line().oldCredits())
                .isEqualTo(Credits.of(50))
                .isEqualTo(change.line().newCredits());
        assertThat(change.record().status()).isEqualTo(standing);
        assertThat(change.record().rollbackData()).isNull();
        UserState after = States.marked(States.withRecord(state, 2, change.record()), migrated);
        assertThat(isOutOfStep(BY_FLAG, after)).isFalse();
        assertThat(Fixture.result(Fixture.decider(RATE_2500).decide(after, Intent.explicit()))
                        .status())
                .isEqualTo(migrated ? MigrationResult.Status.ALREADY_MIGRATED : MigrationResult.Status.ROLLED_BACK);
        assertThat(Fixture.result(reversal.reconcile(after, standing, OPERATOR, "again"))
                        .status())
                .isEqualTo(ReconcileResult.Status.IN_STEP);
    }

    @Test
    void an_operator_who_names_the_wrong_side_is_refused() {
        RollbackDecider reversal = Fixture.reversal(RATE_2500, Fixture.SCALE, true);
        UserState restored = States.marked(ann("COMPLETED"), false);

        assertThat(Fixture.result(reversal.reconcile(restored, MigrationStatus.COMPLETED, OPERATOR, "no"))
                        .status())
                .isEqualTo(ReconcileResult.Status.ROW_SAYS_OTHERWISE);
    }

    @Test
    void before_it_begins_nothing_is_written_and_a_plan_speaks_of_the_day() {
        Migration later = Migration.named("rate-2500")
                .cutOff(Fixture.CUT_OFF)
                .newcomersFrom(Fixture.CUT_OFF)
                .beginsAt(Fixture.NOW.plus(Duration.ofMinutes(1)))
                .policy(CreditPolicy.convert(Fixture.AT_1000, Fixture.AT_2500))
                .consent(Consent.NONE)
                .build();
        MigrationDecider decider = Fixture.decider(later);

        assertThat(Fixture.result(decider.decide(Fixture.ANN, Intent.explicit()))
                        .status())
                .isEqualTo(MigrationResult.Status.NOT_BEGUN);
        assertThat(Fixture.result(decider.decide(Fixture.ANN, Intent.explicit(), decider.onceBegun()))
                        .status())
                .isEqualTo(MigrationResult.Status.MIGRATED);
        assertThat(decider.quote(States.withCredits(Fixture.ANN, "50"), Actor.user("ann")))
                .isNull();
    }
}
