package io.creditmigration.engine.run;

import static io.creditmigration.Fixture.ANN;
import static io.creditmigration.Fixture.AT_1000;
import static io.creditmigration.Fixture.AT_2500;
import static io.creditmigration.Fixture.EARLIER;
import static org.assertj.core.api.Assertions.assertThat;

import io.creditmigration.Actor;
import io.creditmigration.Consent;
import io.creditmigration.CreditPolicy;
import io.creditmigration.Credits;
import io.creditmigration.Fixture;
import io.creditmigration.Lines;
import io.creditmigration.Migration;
import io.creditmigration.MigrationResult.Status;
import io.creditmigration.MigrationStatus;
import io.creditmigration.PaidCredits;
import io.creditmigration.RollbackData;
import io.creditmigration.RollbackResult;
import io.creditmigration.RunScope;
import io.creditmigration.States;
import io.creditmigration.Tally;
import io.creditmigration.Trigger;
import io.creditmigration.UserMigration;
import io.creditmigration.engine.decide.Intent;
import io.creditmigration.engine.decide.RollbackDecider;
import io.creditmigration.spi.UserChange;
import io.creditmigration.spi.UserState;
import java.math.BigDecimal;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is added up of users: outcomes, and credits before and after. */
final class TallyTest {

    private static final Migration CONVERSION = Fixture.conversion(Consent.NONE);
    private static final Migration GRANT = Fixture.grant(CreditPolicy.initialGrant(), Consent.NONE);

    @Test
    void a_converted_user_adds_credits_before_and_after_and_what_rounding_has_left() {
        Tally tally = tally(migrated(CONVERSION, "50.0001"), migrated(CONVERSION, "0.0001"));

        assertThat(tally)
                .isEqualTo(new Tally(
                        Map.of(Status.MIGRATED, 2L),
                        Map.of(),
                        new BigDecimal("50.0002"),
                        new BigDecimal("20"),
                        BigDecimal.ZERO,
                        BigDecimal.ZERO,
                        new BigDecimal("0.2")));
        assertThat(tally.users()).isEqualTo(2);
        assertThat(tally.withdrawn()).isZero();
    }

    @Test
    void a_user_without_an_account_had_nothing() {
        Tally tally = tally(migrated(GRANT, null));

        assertThat(tally.creditsBefore()).isZero();
        assertThat(tally.creditsAfter()).isEqualByComparingTo("20");
        assertThat(tally.granted()).isEqualByComparingTo("20");
    }

    @Test
    void a_user_marked_failed_is_counted_and_adds_nothing() {
        UserState ann = States.withCredits(ANN, "50");
        UserChange failed = Fixture.write(Fixture.decider(CONVERSION).fail(ann, Intent.explicit(), "broken"))
                .change();

        assertThat(tally(failed))
                .isEqualTo(new Tally(
                        Map.of(Status.FAILED, 1L),
                        Map.of(),
                        BigDecimal.ZERO,
                        BigDecimal.ZERO,
                        BigDecimal.ZERO,
                        BigDecimal.ZERO,
                        BigDecimal.ZERO));
    }

    @Test
    void a_grant_that_was_taken_back_is_withdrawn_and_a_conversion_grants_nothing_back() {
        RollbackData granted = new RollbackData(1, null, Credits.of(20), null, null, "");
        RollbackData converted = new RollbackData(1, Credits.of(50), Credits.of(20), AT_1000, AT_2500, "");

        Tally grant = tally(takenBack(GRANT, granted));
        Tally conversion = tally(takenBack(CONVERSION, converted));

        assertThat(grant.count(RollbackResult.Status.ROLLED_BACK)).isEqualTo(1);
        assertThat(grant.withdrawn()).isEqualByComparingTo("20");
        assertThat(conversion.count(RollbackResult.Status.ROLLED_BACK)).isEqualTo(1);
        assertThat(conversion.withdrawn()).isZero();
        assertThat(conversion.creditsAfter()).isEqualByComparingTo("50");
    }

    @Test
    void both_together_are_added_up_figure_by_figure() {
        Tally one = tally(migrated(CONVERSION, "50"));
        Tally other = tally(
                migrated(CONVERSION, "0.0001"),
                takenBack(GRANT, new RollbackData(1, null, Credits.of(20), null, null, "")));

        Tally both = one.plus(other);

        assertThat(both.count(Status.MIGRATED)).isEqualTo(2);
        assertThat(both.count(Status.FAILED)).isZero();
        assertThat(both.users()).isEqualTo(3);
        assertThat(both.creditsBefore()).isEqualByComparingTo("70.0001");
        assertThat(both.creditsAfter()).isEqualByComparingTo("20");
        assertThat(both.granted()).isZero();
        assertThat(both.withdrawn()).isEqualByComparingTo("20");
        assertThat(both.residual()).isEqualByComparingTo("0.1");
        assertThat(both.plus(Tally.NOBODY)).isEqualTo(both);
    }

    @Test
    void amounts_have_one_form_however_they_were_written() {
        Tally written = new Tally(
                Map.of(),
                Map.of(),
                new BigDecimal("1E+2"),
                new BigDecimal("100.00"),
                new BigDecimal("0.0"),
                new BigDecimal("1E+1"),
                BigDecimal.ZERO);

        assertThat(written.creditsBefore()).isEqualTo(new BigDecimal("100"));
        assertThat(written.creditsAfter()).isEqualTo(new BigDecimal("100"));
        assertThat(written.granted()).isEqualTo(BigDecimal.ZERO);
        assertThat(written.withdrawn()).isEqualTo(BigDecimal.TEN);
    }

    @Test
    void who_catches_up_is_migrated_already_and_adds_nothing() {
        UserMigration record = UserMigration.of(Lines.granted(1, "20"), Lines.granted(1, "20"));
        UserState late = States.withLateOperations(States.withRecord(States.withCredits(ANN, "20"), record), 3);
        UserChange caughtUp = Fixture.write(
                        Fixture.decider(GRANT).catchUp(late, Intent.run(RunScope.everyone()), Fixture.NOW))
                .change();

        assertThat(tally(caughtUp)).isEqualTo(tally(Status.ALREADY_MIGRATED));
    }

    private static Tally tally(Status status) {
        TallySum sum = new TallySum();
        sum.add(status);
        return sum.tally();
    }

    private static UserChange migrated(Migration migration, @Nullable String credits) {
        return Fixture.write(Fixture.decider(migration).decide(States.withCredits(ANN, credits), Intent.explicit()))
                .change();
    }

    private static UserChange takenBack(Migration migration, RollbackData data) {
        Credits granted = migration.conversion().isPresent() ? Credits.ZERO : Credits.of(20);
        UserMigration record = new UserMigration(
                migration.id(), "ann", MigrationStatus.COMPLETED, 1, granted, Credits.ZERO, 0, EARLIER, data, null);
        UserState state = States.withRecord(States.withCredits(ANN, "20"), record);
        return Fixture.write(Fixture.reversal(migration, Fixture.SCALE, false)
                        .rollback(
                                state,
                                new RollbackDecider.Request(
                                        Trigger.OPERATOR, PaidCredits.REFUSE, Actor.operator("olga"), "as it was")))
                .change();
    }

    private static Tally tally(UserChange... changes) {
        TallySum sum = new TallySum();
        for (UserChange change : changes) {
            sum.add(change);
        }
        return sum.tally();
    }
}
