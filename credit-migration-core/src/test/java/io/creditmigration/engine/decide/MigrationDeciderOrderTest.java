package io.creditmigration.engine.decide;

import static io.creditmigration.Fixture.ANN;
import static io.creditmigration.Fixture.AT_1000;
import static io.creditmigration.Fixture.AT_2500;
import static io.creditmigration.Fixture.CUT_OFF;
import static io.creditmigration.Fixture.EARLIER;
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
import io.creditmigration.Seeded;
import io.creditmigration.States;
import io.creditmigration.Trigger;
import io.creditmigration.spi.HostShape;
import io.creditmigration.spi.Registration.Place;
import io.creditmigration.spi.UserState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Who is migrated and who is refused with which answer: in order of precedence, by every trigger, in every migration. */
final class MigrationDeciderOrderTest {

    /** The four kinds of migration. */
    enum Kind {
        CONVERSION,
        UNASKED_CONVERSION,
        GRANT,
        ASKED_GRANT;

        private Migration migration() {
            return switch (this) {
                case CONVERSION -> Fixture.conversion(Consent.CONFIRM_POSITIVE);
                case UNASKED_CONVERSION -> Fixture.conversion(Consent.NONE);
                case GRANT -> Fixture.grant(CreditPolicy.initialGrant(), Consent.NONE);
                case ASKED_GRANT -> Fixture.grant(CreditPolicy.initialGrant(), Consent.CONFIRM_POSITIVE);
            };
        }

        /** What Ann would have been shown with 50 credits, in her first attempt. */
        private Quote quote() {
            return migration().conversion().isPresent()
                    ? new Quote("rate-2500", "ann", 1, Credits.of(50), Credits.of(20), AT_1000, AT_2500, EARLIER)
                    : new Quote("to-credits", "ann", 1, Credits.of(50), Credits.of(70), null, null, EARLIER);
        }

        private List<Intent> intents() {
            return List.of(
                    Intent.automatic(Trigger.REQUEST),
                    Intent.explicit(),
                    Intent.confirmation(quote(), Actor.user("ann")),
                    Intent.run(RunScope.everyone()),
                    Intent.run(RunScope.zeroCreditsOnly()),
                    Intent.run(RunScope.everyone().withExempt()));
        }

        private List<Status> answers(UserState state) {
            MigrationDecider decider = Fixture.decider(migration());
            return intents().stream()
                    .map(intent -> Fixture.result(decider.decide(state, intent)).status())
                    .toList();
        }

        private Status answerToAutomatic(UserState state) {
            return answers(state).get(0);
        }
    }

    /** What can be the matter with a user, in the order in which it decides. */
    @SuppressWarnings("ImmutableEnumChecker") // The changes are functions without state.
    enum Matter {
        WITHDRAWN("chain", Status.WITHDRAWN, state -> States.placed(state, Place.WITHDRAWN)),
        FLAGGED("marker", Status.ALREADY_MIGRATED, States::flagged),
        COMPLETED("record", Status.ALREADY_MIGRATED, state -> recorded(state, MigrationStatus.COMPLETED)),
        TAKEN_BACK("record", Status.ROLLED_BACK, state -> recorded(state, MigrationStatus.ROLLED_BACK)),
        ENDED("chain", Status.ENDED, state -> States.placed(state, Place.ENDED)),
        BORN_AT_CUT_OFF("registration", Status.NOT_SUBJECT, state -> registered(state, CUT_OFF)),
        EXEMPT(
                "role",
                Status.EXEMPT,
                state -> States.withUser(state, state.user().withExempt(true))),
        FAILED("record", Status.FAILED_BEFORE, state -> recorded(state, MigrationStatus.FAILED)),
        HALTED("halt switch", Status.HALTED, States::halted),
        OUTSIDE("percentage", Status.OUTSIDE_ROLLOUT, state -> States.withPercent(state, 0)),
        IN_PROGRESS("record", Status.CONTENDED, state -> recorded(state, MigrationStatus.IN_PROGRESS)),
        ABSENT("balance", Status.ABSENT_BALANCE, state -> States.withCredits(state, null)),
        NEGATIVE("balance", Status.NEGATIVE_BALANCE, state -> States.withCredits(state, "-0.0001")),
        HAS_CREDITS("balance", Status.HAS_CREDITS, state -> States.withCredits(state, "50")),
        RESERVED("reservations", Status.HAS_CREDITS, MigrationDeciderOrderTest::reserved),
        REOPENED("record", Status.MIGRATED, state -> recorded(state, MigrationStatus.PENDING)),
        NOTHING("nowhere", Status.MIGRATED, state -> state);

        /** Two matters of one place cannot be at the same time. */
        private final String place;

        private final Status answer;
        private final UnaryOperator<UserState> change;

        Matter(String place, Status answer, UnaryOperator<UserState> change) {
            this.place = place;
            this.answer = answer;
            this.change = change;
        }

        private UserState of(UserState state) {
            return change.apply(state);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "FLAGGED, ALREADY_MIGRATED",
        "COMPLETED, ALREADY_MIGRATED",
        "TAKEN_BACK, ROLLED_BACK",
        "BORN_AT_CUT_OFF, NOT_SUBJECT",
        "WITHDRAWN, WITHDRAWN",
        "ENDED, ENDED",
        "HALTED, HALTED",
        "OUTSIDE, OUTSIDE_ROLLOUT",
        "IN_PROGRESS, CONTENDED",
        "NEGATIVE, NEGATIVE_BALANCE"
    })
    void some_matters_have_one_answer_whatever_the_migration_and_the_trigger(Matter matter, Status status) {
        for (Kind kind : Kind.values()) {
            assertThat(kind.answers(matter.of(ANN))).as("%s", kind).hasSize(6).containsOnly(status);
        }
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', textBlock = """
            # migration        | matter      | automatic     | explicit      | confirmation  | run           | zero-credits run | run with exempt
            CONVERSION         | NOTHING     | MIGRATED      | MIGRATED      | QUOTE_CHANGED | MIGRATED      | MIGRATED         | MIGRATED
            CONVERSION         | REOPENED    | MIGRATED      | MIGRATED      | QUOTE_CHANGED | MIGRATED      | MIGRATED         | MIGRATED
            CONVERSION         | FAILED      | FAILED_BEFORE | MIGRATED      | QUOTE_CHANGED | FAILED_BEFORE | FAILED_BEFORE    | FAILED_BEFORE
            CONVERSION         | EXEMPT      | EXEMPT        | EXEMPT        | EXEMPT        | EXEMPT        | EXEMPT           | MIGRATED
            CONVERSION         | ABSENT      | ABSENT_BALANCE| ABSENT_BALANCE| ABSENT_BALANCE| ABSENT_BALANCE| ABSENT_BALANCE   | ABSENT_BALANCE
            CONVERSION         | HAS_CREDITS | HAS_CREDITS   | HAS_CREDITS   | MIGRATED      | HAS_CREDITS   | HAS_CREDITS      | HAS_CREDITS
            CONVERSION         | RESERVED    | HAS_CREDITS   | HAS_CREDITS   | QUOTE_CHANGED | HAS_CREDITS   | HAS_CREDITS      | HAS_CREDITS

            UNASKED_CONVERSION | NOTHING     | MIGRATED      | MIGRATED      | QUOTE_CHANGED | MIGRATED      | MIGRATED         | MIGRATED
            UNASKED_CONVERSION | FAILED      | FAILED_BEFORE | MIGRATED      | QUOTE_CHANGED | FAILED_BEFORE | FAILED_BEFORE    | FAILED_BEFORE
            UNASKED_CONVERSION | EXEMPT      | EXEMPT        | EXEMPT        | EXEMPT        | EXEMPT        | EXEMPT           | MIGRATED
            UNASKED_CONVERSION | ABSENT      | ABSENT_BALANCE| ABSENT_BALANCE| ABSENT_BALANCE| ABSENT_BALANCE| ABSENT_BALANCE   | ABSENT_BALANCE
            UNASKED_CONVERSION | HAS_CREDITS | HAS_CREDITS   | MIGRATED      | QUOTE_CHANGED | MIGRATED      | HAS_CREDITS      | MIGRATED
            UNASKED_CONVERSION | RESERVED    | HAS_CREDITS   | MIGRATED      | QUOTE_CHANGED | MIGRATED      | HAS_CREDITS      | MIGRATED

            GRANT              | NOTHING     | MIGRATED      | MIGRATED      | QUOTE_CHANGED | MIGRATED      | MIGRATED         | MIGRATED
            GRANT              | REOPENED    | MIGRATED      | MIGRATED      | QUOTE_CHANGED | MIGRATED      | MIGRATED         | MIGRATED
            GRANT              | FAILED      | FAILED_BEFORE | MIGRATED      | QUOTE_CHANGED | FAILED_BEFORE | FAILED_BEFORE    | FAILED_BEFORE
            GRANT              | EXEMPT      | MIGRATED      | MIGRATED      | QUOTE_CHANGED | MIGRATED      | MIGRATED         | MIGRATED
            GRANT              | ABSENT      | MIGRATED      | MIGRATED      | QUOTE_CHANGED | MIGRATED      | MIGRATED         | MIGRATED
            GRANT              | HAS_CREDITS | HAS_CREDITS   | MIGRATED      | QUOTE_CHANGED | MIGRATED      | HAS_CREDITS      | MIGRATED
            GRANT              | RESERVED    | HAS_CREDITS   | MIGRATED      | QUOTE_CHANGED | MIGRATED      | HAS_CREDITS      | MIGRATED

            ASKED_GRANT        | NOTHING     | MIGRATED      | MIGRATED      | QUOTE_CHANGED | MIGRATED      | MIGRATED         | MIGRATED
            ASKED_GRANT        | EXEMPT      | MIGRATED      | MIGRATED      | QUOTE_CHANGED | MIGRATED      | MIGRATED         | MIGRATED
            ASKED_GRANT        | ABSENT      | MIGRATED      | MIGRATED      | QUOTE_CHANGED | MIGRATED      | MIGRATED         | MIGRATED
            ASKED_GRANT        | HAS_CREDITS | HAS_CREDITS   | HAS_CREDITS   | MIGRATED      | HAS_CREDITS   | HAS_CREDITS      | HAS_CREDITS
            ASKED_GRANT        | RESERVED    | HAS_CREDITS   | HAS_CREDITS   | QUOTE_CHANGED | HAS_CREDITS   | HAS_CREDITS      | HAS_CREDITS
            """)
    void other_matters_depend_on_the_migration_and_on_what_the_trigger_may(
            Kind kind,
            Matter matter,
            Status automatic,
            Status explicit,
            Status confirmation,
            Status run,
            Status zeroCreditsRun,
            Status runWithExempt) {
        assertThat(kind.answers(matter.of(ANN)))
                .containsExactly(automatic, explicit, confirmation, run, zeroCreditsRun, runWithExempt);
    }

    static Stream<Arguments> pairs() {
        return Stream.of(Matter.values())
                .flatMap(first -> Stream.of(Matter.values())
                        .filter(second -> first.compareTo(second) < 0 && !first.place.equals(second.place))
                        .map(second -> Arguments.of(first, second)));
    }

    @ParameterizedTest(name = "{0} before {1}")
    @MethodSource("pairs")
    void of_two_matters_the_first_one_is_answered(Matter first, Matter second) {
        Status answer = answer(List.of(first, second));
        assertThat(Kind.CONVERSION.answerToAutomatic(first.of(second.of(ANN)))).isEqualTo(answer);
        assertThat(Kind.CONVERSION.answerToAutomatic(second.of(first.of(ANN)))).isEqualTo(answer);
    }

    @Seeded
    void of_many_matters_the_first_one_is_answered(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 1_000; i++) {
            Map<String, Matter> byPlace = new HashMap<>();
            for (int more = random.nextInt(8); more >= 0; more--) {
                Matter drawn = Matter.values()[random.nextInt(Matter.values().length)];
                byPlace.putIfAbsent(drawn.place, drawn);
            }
            List<Matter> matters = new ArrayList<>(byPlace.values());
            Collections.shuffle(matters, random);
            UserState state = ANN;
            for (Matter matter : matters) {
                state = matter.of(state);
            }

            assertThat(Kind.CONVERSION.answerToAutomatic(state))
                    .as("%s", matters)
                    .isEqualTo(answer(matters));
        }
    }

    /** A row in the new unit of a user who was rolled back comes before all but a migration that is withdrawn. */
    private static Status answer(List<Matter> matters) {
        if (matters.contains(Matter.WITHDRAWN)) {
            return Status.WITHDRAWN;
        }
        boolean newUnit = matters.contains(Matter.FLAGGED) || matters.contains(Matter.BORN_AT_CUT_OFF);
        if (newUnit && matters.contains(Matter.TAKEN_BACK)) {
            return Status.OUT_OF_STEP;
        }
        List<Matter> counting = new ArrayList<>(matters);
        if (matters.contains(Matter.BORN_AT_CUT_OFF)
                && matters.stream().noneMatch(matter -> matter.place.equals("record"))) {
            // A newcomer's row is in the new unit, flagged or not.
            counting.remove(Matter.FLAGGED);
        }
        return Collections.min(counting).answer;
    }

    @Test
    void the_order_of_matters_is_the_documented_order_of_statuses() {
        // Who is in progress is a case of its own: contended before the balance, which may be half written, is looked
        // at.
        assertThat(Stream.of(Matter.values())
                        .filter(matter -> matter != Matter.IN_PROGRESS)
                        .map(matter -> matter.answer))
                .isSorted();
    }

    @ParameterizedTest
    @CsvSource({
        "2026-01-05T23:59:59.999999Z, MIGRATED",
        "2026-01-06T00:00:00Z, NOT_SUBJECT",
        "2026-01-06T00:00:00.000001Z, NOT_SUBJECT",
        ", MIGRATED"
    })
    void who_registered_before_the_cut_off_is_subject_and_who_registered_at_it_is_not(
            Instant registeredAt, Status status) {
        for (Kind kind : Kind.values()) {
            assertThat(kind.answerToAutomatic(registered(ANN, registeredAt))).isEqualTo(status);
        }
    }

    @Test
    void exempt_users_with_credits_are_converted_by_an_operator_and_are_never_asked() {
        UserState admin = States.withUser(
                States.withCredits(ANN, "50"),
                ANN.user().withCredits(Credits.of(50)).withExempt(true));
        MigrationDecider decider = Fixture.decider(Kind.CONVERSION.migration());
        Actor operator = Actor.operator("olga");
        Quote quote = decider.quote(admin, operator);

        assertThat(decider.quote(admin, Actor.user("ann"))).isNull();
        assertThat(quote).isNotNull();
        assertThat(Fixture.result(decider.decide(admin, Intent.confirmation(quote, operator)))
                        .status())
                .isEqualTo(Status.MIGRATED);
        assertThat(Fixture.result(decider.decide(admin, Intent.confirmation(quote, Actor.user("ann"))))
                        .status())
                .isEqualTo(Status.EXEMPT);
        assertThat(Fixture.result(decider.decide(
                                admin, Intent.run(RunScope.everyone().withExempt())))
                        .status())
                .isEqualTo(Status.MIGRATED);
        assertThat(Fixture.result(decider.decide(
                                States.withCredits(ANN, "50"),
                                Intent.run(RunScope.everyone().withExempt())))
                        .status())
                .isEqualTo(Status.HAS_CREDITS);
    }

    @ParameterizedTest(name = "rate {0}, registered {1}: {2}")
    @CsvSource(nullValues = "none", textBlock = """
            1000, 2025-01-01T00:00:00Z, MIGRATED
            2500, 2025-01-01T00:00:00Z, ALREADY_MIGRATED
            2500, 2026-01-06T00:00:00Z, NOT_SUBJECT
            1000, 2026-01-06T00:00:00Z, OUT_OF_STEP
            none, 2025-01-01T00:00:00Z, UNKNOWN_RATE
            1000, none,                 UNKNOWN_REGISTRATION
            none, none,                 UNKNOWN_RATE
            777,  2025-01-01T00:00:00Z, FAILED
            """)
    void where_rows_name_the_rate_it_is_the_unit(@Nullable Long rate, @Nullable Instant registeredAt, Status status) {
        UserState state = States.withUser(
                ANN,
                ANN.user().withRate(rate == null ? null : CreditRate.of(rate)).withRegisteredAt(registeredAt));
        MigrationDecider decider = Fixture.decider(Kind.CONVERSION.migration(), Fixture.RATED);

        assertThat(Fixture.result(decider.decide(state, Intent.automatic(Trigger.REQUEST)))
                        .status())
                .isEqualTo(status);
    }

    @Test
    void what_the_column_cannot_hold_is_not_offered() {
        UserState rich = States.withCredits(ANN, "2500000");
        MigrationDecider decider = Fixture.decider(
                Fixture.conversion(CreditRate.of(2), CreditRate.of(1), Consent.CONFIRM_POSITIVE),
                new HostShape(Fixture.SCALE, 6, false, false));

        assertThat(decider.quote(rich, Actor.user("ann"))).isNull();
        assertThat(Fixture.result(decider.decide(rich, Intent.explicit())).status())
                .isEqualTo(Status.HAS_CREDITS);
    }

    @Test
    void who_is_inside_the_percentage_is_a_matter_of_the_users_bucket() {
        // Ann's bucket is 4,291: see RolloutTest.
        assertThat(Kind.CONVERSION.answerToAutomatic(States.withPercent(ANN, 42)))
                .isEqualTo(Status.OUTSIDE_ROLLOUT);
        assertThat(Kind.CONVERSION.answerToAutomatic(States.withPercent(ANN, 43)))
                .isEqualTo(Status.MIGRATED);
    }

    @ParameterizedTest
    @EnumSource
    void a_refusal_writes_nothing_and_answers_with_the_record_as_it_is(Matter matter) {
        for (Kind kind : Kind.values()) {
            UserState state = matter.of(ANN);
            for (Intent intent : kind.intents()) {
                Decision<MigrationResult> decision =
                        Fixture.decider(kind.migration()).decide(state, intent);
                MigrationResult result = Fixture.result(decision);
                if (result.status() == Status.MIGRATED) {
                    assertThat(decision).isInstanceOf(Decision.Write.class);
                } else {
                    assertThat(decision).isInstanceOf(Decision.Answer.class);
                    assertThat(result.record()).isSameAs(state.record());
                    assertThat(result.userId()).isEqualTo("ann");
                    assertThat(result.message()).isNull();
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "NOTHING, true, true",
        "FLAGGED, true, true",
        "HAS_CREDITS, true, true",
        "FAILED, true, true",
        "BORN_AT_CUT_OFF, false, false",
        "EXEMPT, false, true"
    })
    void nobody_born_later_or_exempt_from_a_conversion_is_subject(
            Matter matter, boolean toConversion, boolean toGrant) {
        assertThat(Fixture.decider(Kind.CONVERSION.migration()).isSubject(matter.of(ANN)))
                .isEqualTo(toConversion);
        assertThat(Fixture.decider(Kind.GRANT.migration()).isSubject(matter.of(ANN)))
                .isEqualTo(toGrant);
    }

    @ParameterizedTest
    @CsvSource({
        "NOTHING, false",
        "REOPENED, false",
        "FAILED, false",
        "TAKEN_BACK, false",
        "IN_PROGRESS, false",
        "HALTED, false",
        "EXEMPT, false",
        "COMPLETED, true",
        "FLAGGED, true",
        "BORN_AT_CUT_OFF, true"
    })
    void the_new_regime_is_for_who_was_migrated_or_began_in_it(Matter matter, boolean inNewRegime) {
        assertThat(Fixture.decider(Kind.GRANT.migration()).isInNewRegime(matter.of(ANN)))
                .isEqualTo(inNewRegime);
    }

    @Test
    void a_record_says_more_of_the_regime_than_the_hosts_marker_unless_they_are_out_of_step() {
        MigrationDecider decider = Fixture.decider(Kind.GRANT.migration());

        assertThat(decider.isInNewRegime(Matter.FLAGGED.of(Matter.TAKEN_BACK.of(ANN))))
                .isTrue();
        assertThat(decider.isInNewRegime(Matter.FLAGGED.of(Matter.FAILED.of(ANN))))
                .isFalse();
        assertThat(decider.isInNewRegime(Matter.FLAGGED.of(Matter.COMPLETED.of(ANN))))
                .isTrue();
    }

    private static UserState recorded(UserState state, MigrationStatus status) {
        return States.withRecord(state, Fixture.record(status));
    }

    private static UserState registered(UserState state, Instant registeredAt) {
        return States.withUser(state, state.user().withRegisteredAt(registeredAt));
    }

    private static UserState reserved(UserState state) {
        return States.withUser(state, state.user().withReserved(Credits.of("0.0001")));
    }
}
