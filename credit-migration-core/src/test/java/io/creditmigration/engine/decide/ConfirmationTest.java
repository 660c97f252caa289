package io.creditmigration.engine.decide;

import static io.creditmigration.Fixture.ANN;
import static io.creditmigration.Fixture.AT_1000;
import static io.creditmigration.Fixture.AT_1500;
import static io.creditmigration.Fixture.AT_2500;
import static io.creditmigration.Fixture.EARLIER;
import static io.creditmigration.Fixture.NOW;
import static io.creditmigration.Fixture.decider;
import static org.assertj.core.api.Assertions.assertThat;

import io.creditmigration.Actor;
import io.creditmigration.Consent;
import io.creditmigration.CreditPolicy;
import io.creditmigration.CreditRate;
import io.creditmigration.Credits;
import io.creditmigration.Fixture;
import io.creditmigration.Migration;
import io.creditmigration.MigrationResult;
import io.creditmigration.MigrationResult.Status;
import io.creditmigration.MigrationStatus;
import io.creditmigration.Quote;
import io.creditmigration.RunScope;
import io.creditmigration.States;
import io.creditmigration.Trigger;
import io.creditmigration.UserMigration;
import io.creditmigration.spi.UserState;
import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A confirmation writes the quote that the user was shown, or nothing. */
final class ConfirmationTest {

    private static final Migration CONVERSION = Fixture.conversion(Consent.CONFIRM_POSITIVE);
    private static final UserState ANN_WITH_50 = States.withCredits(ANN, "50");
    private static final Quote SHOWN =
            new Quote("rate-2500", "ann", 1, Credits.of(50), Credits.of(20), AT_1000, AT_2500, EARLIER);

    @Test
    void a_quote_has_the_balance_now_and_after_and_both_rates() {
        assertThat(decider(CONVERSION).quote(ANN_WITH_50, Actor.user("ann")))
                .isEqualTo(new Quote("rate-2500", "ann", 1, Credits.of(50), Credits.of(20), AT_1000, AT_2500, NOW));
    }

    @Test
    void a_quote_of_a_grant_has_no_rates() {
        Migration asked = Fixture.grant(CreditPolicy.initialGrant(), Consent.CONFIRM_POSITIVE);

        assertThat(decider(asked).quote(ANN_WITH_50, Actor.user("ann")))
                .isEqualTo(new Quote("to-credits", "ann", 1, Credits.of(50), Credits.of(70), null, null, NOW));
    }

    @Test
    void a_quote_starts_from_the_users_own_rate() {
        UserState atAnother = States.withUser(ANN_WITH_50, ANN_WITH_50.user().withRate(AT_1500));
        Migration wide = Migration.named("rate-2500")
                .cutOff(Fixture.CUT_OFF)
                .policy(CreditPolicy.convert(AT_1000, AT_2500).alsoFrom(AT_1500))
                .build();

        assertThat(Fixture.decider(wide, Fixture.RATED).quote(atAnother, Actor.user("ann")))
                .isEqualTo(new Quote("rate-2500", "ann", 1, Credits.of(50), Credits.of(30), AT_1500, AT_2500, NOW));
    }

    @Test
    void a_quote_in_a_later_attempt_says_so() {
        assertThat(decider(CONVERSION).quote(inAttempt(2), Actor.user("ann")).attempt())
                .isEqualTo(2);
    }

    @Test
    void a_refusal_that_can_be_confirmed_brings_the_quote_along() {
        for (Intent intent :
                new Intent[] {Intent.automatic(Trigger.REQUEST), Intent.explicit(), Intent.run(RunScope.everyone())}) {
            MigrationResult refused = Fixture.result(decider(CONVERSION).decide(ANN_WITH_50, intent));

            assertThat(refused.status()).isEqualTo(Status.HAS_CREDITS);
            assertThat(refused.quote()).isEqualTo(decider(CONVERSION).quote(ANN_WITH_50, Actor.user("ann")));
        }
    }

    static Stream<Arguments> usersWithNothingToConfirm() {
        return Stream.of(
                Arguments.of("has nothing", ANN),
                Arguments.of(
                        "has reservations only", States.withUser(ANN, ANN.user().withReserved(Credits.of(5)))),
                Arguments.of("owes", States.withCredits(ANN, "-50")),
                Arguments.of("has no balance", States.withCredits(ANN, null)),
                Arguments.of("is migrated", recorded(MigrationStatus.COMPLETED)),
                Arguments.of("was rolled back", recorded(MigrationStatus.ROLLED_BACK)),
                Arguments.of("failed", recorded(MigrationStatus.FAILED)),
                Arguments.of("is in progress", recorded(MigrationStatus.IN_PROGRESS)),
                Arguments.of("is flagged", States.flagged(ANN_WITH_50)),
                Arguments.of("went further", States.goneOn(States.marked(ANN_WITH_50, true))),
                Arguments.of(
                        "is exempt",
                        States.withUser(ANN_WITH_50, ANN_WITH_50.user().withExempt(true))),
                Arguments.of(
                        "came later",
                        States.withUser(ANN_WITH_50, ANN_WITH_50.user().withRegisteredAt(Instant.MAX))),
                Arguments.of("has to wait for the halt to end", States.halted(ANN_WITH_50)),
                Arguments.of("is outside the rollout", States.withPercent(ANN_WITH_50, 0)));
    }

    @ParameterizedTest(name = "who {0}")
    @MethodSource("usersWithNothingToConfirm")
    void there_is_no_quote_for_who_has_nothing_to_confirm(String what, UserState state) {
        assertThat(decider(CONVERSION).quote(state, Actor.user("ann"))).as(what).isNull();
    }

    @Test
    void where_nobody_is_asked_there_is_no_quote() {
        assertThat(decider(Fixture.conversion(Consent.NONE)).quote(ANN_WITH_50, Actor.user("ann")))
                .isNull();
    }

    static Stream<Arguments> quotesAsGood() {
        return Stream.of(
                Arguments.of("as shown", SHOWN),
                Arguments.of("taken at another time", quote(1, "50", "20", AT_1000, AT_2500, Instant.EPOCH)),
                Arguments.of(
                        "with figures written otherwise",
                        quote(1, "50.000", "2E+1", CreditRate.of("1000.0"), AT_2500, EARLIER)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("quotesAsGood")
    void what_was_shown_and_still_holds_is_written(String what, Quote confirmed) {
        MigrationResult result = confirm(ANN_WITH_50, confirmed);

        assertThat(result.status()).as(what).isEqualTo(Status.MIGRATED);
        assertThat(result.record().rollbackData().newCredits()).as(what).isEqualTo(Credits.of(20));
        assertThat(result.record().creditsGranted()).as(what).isEqualTo(Credits.ZERO);
    }

    static Stream<Arguments> quotesThatDoNotHold() {
        return Stream.of(
                Arguments.of(
                        "another migration",
                        new Quote("rate-1500", "ann", 1, Credits.of(50), Credits.of(20), AT_1000, AT_2500, EARLIER)),
                Arguments.of(
                        "another user",
                        new Quote("rate-2500", "bob", 1, Credits.of(50), Credits.of(20), AT_1000, AT_2500, EARLIER)),
                Arguments.of("a later attempt", quote(2, "50", "20", AT_1000, AT_2500, EARLIER)),
                Arguments.of("no attempt", quote(0, "50", "20", AT_1000, AT_2500, EARLIER)),
                Arguments.of("a balance that has moved", quote(1, "49.9999", "20", AT_1000, AT_2500, EARLIER)),
                Arguments.of("more than is offered", quote(1, "50", "20.0001", AT_1000, AT_2500, EARLIER)),
                Arguments.of("less than is offered", quote(1, "50", "19.9999", AT_1000, AT_2500, EARLIER)),
                Arguments.of("another old rate", quote(1, "50", "20", AT_1500, AT_2500, EARLIER)),
                Arguments.of("another new rate", quote(1, "50", "20", AT_1000, AT_1500, EARLIER)),
                Arguments.of("no old rate", quote(1, "50", "20", null, AT_2500, EARLIER)),
                Arguments.of("no new rate", quote(1, "50", "20", AT_1000, null, EARLIER)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("quotesThatDoNotHold")
    void a_quote_of_anything_else_writes_nothing_and_is_answered_with_a_new_one(String what, Quote confirmed) {
        Decision<MigrationResult> decision =
                decider(CONVERSION).decide(ANN_WITH_50, Intent.confirmation(confirmed, Actor.user("ann")));

        assertThat(decision)
                .as(what)
                .isEqualTo(new Decision.Answer<>(new MigrationResult(
                        Status.QUOTE_CHANGED,
                        "ann",
                        null,
                        new Quote("rate-2500", "ann", 1, Credits.of(50), Credits.of(20), AT_1000, AT_2500, NOW),
                        null)));
        assertThat(confirmed.offersSameAs(SHOWN)).as(what).isFalse();
        assertThat(SHOWN.offersSameAs(confirmed)).as(what).isFalse();
    }

    @Test
    void a_quote_of_an_attempt_that_is_over_is_answered_with_one_of_the_present_attempt() {
        MigrationResult result = confirm(inAttempt(2), SHOWN);

        assertThat(result.status()).isEqualTo(Status.QUOTE_CHANGED);
        assertThat(result.quote().attempt()).isEqualTo(2);
        assertThat(confirm(inAttempt(2), result.quote()).status()).isEqualTo(Status.MIGRATED);
    }

    @Test
    void who_has_spent_everything_meanwhile_has_nothing_to_confirm_any_more() {
        MigrationResult result = confirm(ANN, SHOWN);

        assertThat(result.status()).isEqualTo(Status.QUOTE_CHANGED);
        assertThat(result.quote()).isNull();
    }

    @Test
    void what_the_person_said_who_confirms_stands_in_the_line_after_the_reason_of_the_policy() {
        Intent said = Intent.confirmation(SHOWN, Actor.operator("bob")).withReason("said yes on the phone");
        Intent saidAtLength = Intent.confirmation(SHOWN, Actor.operator("bob")).withReason("x".repeat(500));

        assertThat(reason(said)).contains("credits").endsWith("; said yes on the phone");
        assertThat(reason(saidAtLength)).isEqualTo("x".repeat(500));
    }

    private static String reason(Intent intent) {
        return ((Decision.Write<MigrationResult>) decider(CONVERSION).decide(ANN_WITH_50, intent))
                .change()
                .line()
                .reason();
    }

    @Test
    void who_failed_before_may_still_say_yes_to_what_was_shown() {
        assertThat(confirm(recorded(MigrationStatus.FAILED), SHOWN).status()).isEqualTo(Status.MIGRATED);
    }

    @Test
    void no_confirmation_goes_round_the_halt_switch_or_the_percentage_or_a_rollback() {
        assertThat(confirm(States.halted(ANN_WITH_50), SHOWN).status()).isEqualTo(Status.HALTED);
        assertThat(confirm(States.withPercent(ANN_WITH_50, 0), SHOWN).status()).isEqualTo(Status.OUTSIDE_ROLLOUT);
        assertThat(confirm(recorded(MigrationStatus.ROLLED_BACK), SHOWN).status())
                .isEqualTo(Status.ROLLED_BACK);
    }

    private static MigrationResult confirm(UserState state, Quote quote) {
        return Fixture.result(decider(CONVERSION).decide(state, Intent.confirmation(quote, Actor.user("ann"))));
    }

    private static UserState recorded(MigrationStatus status) {
        return States.withRecord(ANN_WITH_50, Fixture.record(status));
    }

    private static UserState inAttempt(int attempt) {
        return States.withRecord(
                ANN_WITH_50,
                new UserMigration(
                        "rate-2500",
                        "ann",
                        MigrationStatus.PENDING,
                        attempt,
                        Credits.ZERO,
                        Credits.ZERO,
                        0,
                        EARLIER,
                        null,
                        null));
    }

    private static Quote quote(
            int attempt, String old, String converted, CreditRate oldRate, CreditRate newRate, Instant takenAt) {
        return new Quote(
                "rate-2500", "ann", attempt, Credits.of(old), Credits.of(converted), oldRate, newRate, takenAt);
    }
}
