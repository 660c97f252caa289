package io.creditmigration.engine.decide;

import static io.creditmigration.Fixture.ANN;
import static org.assertj.core.api.Assertions.assertThat;

import io.creditmigration.Actor;
import io.creditmigration.Consent;
import io.creditmigration.CreditPolicy;
import io.creditmigration.CreditRate;
import io.creditmigration.Credits;
import io.creditmigration.Fixture;
import io.creditmigration.Migration;
import io.creditmigration.MigrationResult;
import io.creditmigration.MigrationStatus;
import io.creditmigration.PaidCredits;
import io.creditmigration.RollbackData;
import io.creditmigration.RollbackResult;
import io.creditmigration.RunProgress;
import io.creditmigration.RunScope;
import io.creditmigration.States;
import io.creditmigration.Trigger;
import io.creditmigration.UsageTiers;
import io.creditmigration.UserMigration;
import io.creditmigration.spi.UserState;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What other tests of decisions pass by: answers that are seldom given, and lengths and numbers at their very bounds. */
final class DecisionsAtTheirBoundsTest {

    private static final Migration CONVERSION = Fixture.conversion(Consent.NONE);

    @Test
    void who_is_in_progress_is_contended_before_the_balance_is_looked_at() {
        UserState state = States.withRecord(States.withCredits(ANN, null), Fixture.record(MigrationStatus.IN_PROGRESS));

        assertThat(Fixture.result(Fixture.decider(CONVERSION).decide(state, Intent.explicit()))
                        .status())
                .isEqualTo(MigrationResult.Status.CONTENDED);
    }

    @Test
    void a_policy_that_cannot_say_allocates_nothing_to_be_known() {
        MigrationDecider decider = Fixture.decider(Fixture.grant(
                user -> {
                    throw new IllegalStateException("broken");
                },
                Consent.NONE));

        assertThat(decider.allocation(ANN)).isEmpty();
        assertThat(Fixture.decider(Fixture.grant(CreditPolicy.initialGrant(), Consent.NONE))
                        .allocation(ANN))
                .contains(Credits.of(20));
    }

    @Test
    void who_cannot_be_read_is_allocated_nothing_to_be_known() {
        assertThat(Fixture.decider(Fixture.grant(CreditPolicy.initialGrant(), Consent.NONE))
                        .allocation(unreadable(null)))
                .isEmpty();
    }

    @Test
    void amounts_of_exactly_the_most_digits_are_amounts() {
        assertThat(Credits.of("9".repeat(Credits.INTEGER_DIGITS_MAX)).toString())
                .isEqualTo("9".repeat(Credits.INTEGER_DIGITS_MAX));
        assertThat(CreditRate.of("9".repeat(CreditRate.INTEGER_DIGITS_MAX)).toString())
                .isEqualTo("9".repeat(CreditRate.INTEGER_DIGITS_MAX));
    }

    @Test
    void unequal_amounts_and_rates_hash_differently_as_a_rule() {
        assertThat(Credits.of(5)).doesNotHaveSameHashCodeAs(Credits.of(6));
        assertThat(CreditRate.of(5)).doesNotHaveSameHashCodeAs(CreditRate.of(6));
    }

    @ParameterizedTest(name = "{0} consumed: {1} granted")
    @CsvSource({"0, 20", "5, 15", "19.9999, 0.0001", "20, 0", "30, 0"})
    void what_was_consumed_in_earlier_attempts_is_not_granted_again(Credits consumed, Credits granted) {
        UserMigration reopened = new UserMigration(
                "to-credits",
                "ann",
                MigrationStatus.PENDING,
                2,
                Credits.ZERO,
                consumed,
                0,
                Fixture.EARLIER,
                null,
                null);
        Migration grant = Fixture.grant(UsageTiers.of(Credits.of(20)), Consent.NONE);

        UserMigration record = Fixture.write(
                        Fixture.decider(grant).decide(States.withRecord(ANN, reopened), Intent.explicit()))
                .change()
                .record();

        assertThat(record.creditsGranted()).isEqualTo(granted);
        assertThat(record.creditsConsumed()).isEqualTo(consumed);
    }

    @Test
    void who_cannot_be_read_fails_and_is_not_taken_back() {
        UserState unreadable = unreadable(null);
        RollbackData data = new RollbackData(
                1, Credits.of(50), Credits.of(20), Fixture.AT_1000, Fixture.AT_2500, States.HOST_STATE);
        UserMigration completed = new UserMigration(
                "rate-2500",
                "ann",
                MigrationStatus.COMPLETED,
                1,
                Credits.ZERO,
                Credits.ZERO,
                0,
                Fixture.EARLIER,
                data,
                null);
        RollbackDecider reversal = Fixture.reversal(CONVERSION, Fixture.SCALE, false);

        MigrationResult failed = Fixture.result(Fixture.decider(CONVERSION).decide(unreadable, Intent.explicit()));
        RollbackResult refused = Fixture.result(reversal.rollback(
                unreadable(completed),
                new RollbackDecider.Request(Trigger.OPERATOR, PaidCredits.KEEP, Actor.operator("olga"), "as it was")));

        assertThat(failed.status()).isEqualTo(MigrationResult.Status.FAILED);
        assertThat(failed.message()).isEqualTo("25 digits");
        assertThat(refused.status()).isEqualTo(RollbackResult.Status.REJECTED);
        assertThat(refused.message()).isEqualTo("25 digits");
    }

    @Test
    void while_nothing_moves_no_time_left_is_known() {
        Instant at = Fixture.NOW;
        RunProgress standing = new RunProgress(100, 10, 0, 4, 0, false, at, at, at, 10, at.plusSeconds(60));
        RunProgress empty = new RunProgress(0, 0, 0, 1, 0, false, at, at, at, 0, at.plusSeconds(60));

        assertThat(standing.eta()).isEmpty();
        assertThat(empty.eta()).isEmpty();
    }

    private static UserState unreadable(@Nullable UserMigration record) {
        return States.unreadable(States.withRecord(ANN, record), "25 digits");
    }

    @Test
    void every_scope_has_its_kind() {
        assertThat(RunScope.failedOnly().kind()).isEqualTo(RunScope.Kind.FAILED);
        assertThat(RunScope.everyone().kind()).isEqualTo(RunScope.Kind.EVERYONE);
        assertThat(RunScope.zeroCreditsOnly().kind()).isEqualTo(RunScope.Kind.ZERO_CREDITS);
    }
}
