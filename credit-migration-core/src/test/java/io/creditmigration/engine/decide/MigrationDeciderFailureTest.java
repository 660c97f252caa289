package io.creditmigration.engine.decide;

import static io.creditmigration.Fixture.ANN;
import static io.creditmigration.Fixture.EARLIER;
import static io.creditmigration.Fixture.NOW;
import static io.creditmigration.Fixture.decider;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.creditmigration.Actor;
import io.creditmigration.Allocation;
import io.creditmigration.Consent;
import io.creditmigration.CreditPolicy;
import io.creditmigration.CreditRate;
import io.creditmigration.Credits;
import io.creditmigration.Fixture;
import io.creditmigration.JournalLine;
import io.creditmigration.Lines;
import io.creditmigration.Migration;
import io.creditmigration.MigrationResult;
import io.creditmigration.MigrationResult.Status;
import io.creditmigration.MigrationStatus;
import io.creditmigration.Quote;
import io.creditmigration.RunScope;
import io.creditmigration.States;
import io.creditmigration.Trigger;
import io.creditmigration.UserMigration;
import io.creditmigration.spi.UserChange;
import io.creditmigration.spi.UserState;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A policy that goes wrong concerns the one user it was asked about: FAILED with the reason, and nothing else written. */
final class MigrationDeciderFailureTest {

    static Stream<Arguments> brokenPolicies() {
        return Stream.of(
                Arguments.of("throws", throwing("no idea"), "no idea"),
                Arguments.of("throws without words", throwing(null), "java.lang.IllegalStateException"),
                Arguments.of("throws blank words", throwing(" "), "java.lang.IllegalStateException"),
                Arguments.of("throws a page", throwing("x".repeat(1_000)), "x".repeat(1_000)),
                Arguments.of("throws a book", throwing("x".repeat(1_001)), "x".repeat(1_000)),
                Arguments.of(
                        "throws a book that ends on half a character",
                        throwing("x".repeat(999) + "😀"),
                        "x".repeat(999)),
                Arguments.of(
                        "throws a page that ends on a character",
                        throwing("x".repeat(998) + "😀"),
                        "x".repeat(998) + "😀"),
                Arguments.of("throws what not every database can have", throwing("a\0b"), "a\uFFFDb"),
                Arguments.of(
                        "asserts",
                        policy(() -> {
                            throw new AssertionError("never");
                        }),
                        "never"),
                Arguments.of(
                        "lacks a class",
                        policy(() -> {
                            throw new NoClassDefFoundError("com/acme/Plan");
                        }),
                        "java.lang.NoClassDefFoundError: com/acme/Plan"),
                Arguments.of(
                        "throws an error of its own",
                        policy(() -> {
                            throw new Error("not done yet");
                        }),
                        "not done yet"),
                Arguments.of(
                        "throws what it does not declare",
                        policy(() -> MigrationDeciderFailureTest.<RuntimeException>sneak(
                                new java.io.IOException("price list unread"))),
                        "price list unread"),
                Arguments.of(
                        "calls itself for ever",
                        policy(() -> {
                            throw new StackOverflowError();
                        }),
                        "java.lang.StackOverflowError"),
                Arguments.of(
                        "answers null", policy(() -> null), "answer of the policy is 'null'; allowed: an Allocation"),
                Arguments.of(
                        "takes",
                        policy(() -> Allocation.of(Credits.of(-1), "fee")),
                        "allocated credits is '-1'; allowed: zero or more"),
                Arguments.of(
                        "gives no reason",
                        policy(() -> Allocation.of(Credits.of(1), " ")),
                        "reason of an allocation is ' '; allowed: 1 to 500 characters, not blank"),
                Arguments.of(
                        "talks too much",
                        policy(() -> Allocation.of(Credits.of(1), "x".repeat(501))),
                        "reason of an allocation is '" + "x".repeat(80)
                                + "…' (501 characters); allowed: 1 to 500 characters, not blank"),
                Arguments.of(
                        "gives what the column cannot hold",
                        policy(() -> Allocation.of(Credits.of("0.00001"), "dust")),
                        "new balance is '3.00001'; allowed: at most 4 decimals, as the balance column has"),
                Arguments.of(
                        "gives more than there is",
                        policy(() -> Allocation.of(Credits.of("99999999999999999999"), "all")),
                        "credits is '100000000000000000002'; allowed: at most 20 digits before and 18 after the"
                                + " decimal point"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("brokenPolicies")
    void a_policy_that_goes_wrong_marks_the_user_failed_with_the_reason(
            String what, CreditPolicy policy, String message) {
        UserState state = States.withCredits(ANN, "3");

        Decision.Write<MigrationResult> write =
                Fixture.write(decider(Fixture.grant(policy, Consent.NONE)).decide(state, Intent.explicit()));

        JournalLine line = new JournalLine(
                "to-credits",
                "ann",
                1,
                JournalLine.Kind.FAILED,
                Trigger.OPERATOR,
                Actor.automatic("migrate"),
                NOW,
                Lines.standing(MigrationStatus.FAILED, 1, 0),
                null,
                null,
                message);
        UserMigration failed = new UserMigration(
                "to-credits", "ann", MigrationStatus.FAILED, 1, Credits.ZERO, Credits.ZERO, 0, NOW, null, message);
        assertThat(write.change()).as(what).isEqualTo(new UserChange(UserChange.Kind.LINE_ONLY, state, null, line));
        assertThat(write.change().record()).as(what).isEqualTo(failed);
        assertThat(write.committed().apply(failed))
                .as(what)
                .isEqualTo(new MigrationResult(Status.FAILED, "ann", failed, null, message));
    }

    @Test
    void a_conversion_that_outgrows_credits_marks_the_user_failed() {
        Migration migration = Fixture.conversion(CreditRate.of(1_000), CreditRate.of(1), Consent.NONE);

        MigrationResult result = Fixture.result(
                decider(migration).decide(States.withCredits(ANN, "99999999999999999999"), Intent.explicit()));

        assertThat(result.status()).isEqualTo(Status.FAILED);
        assertThat(result.message()).startsWith("credits is '99999999999999999999000");
    }

    @ParameterizedTest
    @CsvSource({"NONE, FAILED, FAILED, FAILED", "CONFIRM_POSITIVE, FAILED, FAILED, FAILED"})
    void who_has_no_credits_fails_by_every_trigger(Consent consent, Status automatic, Status explicit, Status run) {
        MigrationDecider decider = decider(Fixture.grant(throwing("no idea"), consent));

        assertThat(status(decider, ANN, Intent.automatic(Trigger.REQUEST))).isEqualTo(automatic);
        assertThat(status(decider, ANN, Intent.explicit())).isEqualTo(explicit);
        assertThat(status(decider, ANN, Intent.run(RunScope.everyone()))).isEqualTo(run);
    }

    @ParameterizedTest
    @CsvSource({"NONE, HAS_CREDITS, FAILED", "CONFIRM_POSITIVE, HAS_CREDITS, HAS_CREDITS"})
    void who_is_not_this_triggers_business_is_not_marked_for_a_policy_that_goes_wrong(
            Consent consent, Status automatic, Status explicit) {
        MigrationDecider decider = decider(Fixture.grant(throwing("no idea"), consent));
        UserState state = States.withCredits(ANN, "50");

        assertThat(status(decider, state, Intent.automatic(Trigger.REQUEST))).isEqualTo(automatic);
        assertThat(status(decider, state, Intent.explicit())).isEqualTo(explicit);
        assertThat(decider.quote(state, Actor.user("ann"))).isNull();
    }

    @Test
    void who_says_yes_to_a_policy_that_goes_wrong_learns_of_a_failure() {
        MigrationDecider decider = decider(Fixture.grant(throwing("no idea"), Consent.CONFIRM_POSITIVE));
        Quote shown = new Quote("to-credits", "ann", 1, Credits.of(50), Credits.of(70), null, null, EARLIER);

        assertThat(status(decider, States.withCredits(ANN, "50"), Intent.confirmation(shown, Actor.user("ann"))))
                .isEqualTo(Status.FAILED);
    }

    @Test
    void a_failure_keeps_the_attempt_and_what_was_consumed_and_copied_before() {
        UserState reopened = States.withRecord(
                ANN,
                new UserMigration(
                        "to-credits",
                        "ann",
                        MigrationStatus.PENDING,
                        2,
                        Credits.ZERO,
                        Credits.of(3),
                        17,
                        EARLIER,
                        null,
                        null));

        UserMigration failed = decider(Fixture.grant(throwing("no idea"), Consent.NONE))
                .fail(reopened, Intent.explicit(), "what the store said")
                .change()
                .record();

        assertThat(failed)
                .isEqualTo(new UserMigration(
                        "to-credits",
                        "ann",
                        MigrationStatus.FAILED,
                        2,
                        Credits.ZERO,
                        Credits.of(3),
                        17,
                        NOW,
                        null,
                        "what the store said"));
    }

    @Test
    void what_breaks_the_whole_machine_is_nobodys_failure() {
        MigrationDecider decider = decider(Fixture.grant(
                policy(() -> {
                    throw new OutOfMemoryError("pretended");
                }),
                Consent.NONE));

        assertThatThrownBy(() -> decider.decide(ANN, Intent.explicit())).isInstanceOf(OutOfMemoryError.class);
    }

    private static Status status(MigrationDecider decider, UserState state, Intent intent) {
        return Fixture.result(decider.decide(state, intent)).status();
    }

    private static CreditPolicy throwing(String message) {
        return policy(() -> {
            throw new IllegalStateException(message);
        });
    }

    private static CreditPolicy policy(Supplier<Allocation> answer) {
        return user -> answer.get();
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <T extends Throwable> Allocation sneak(Throwable failure) throws T {
        throw (T) failure;
    }
}
