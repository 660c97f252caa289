package io.creditmigration.engine.decide;

import static io.creditmigration.Fixture.ANN;
import static io.creditmigration.Fixture.AT_1000;
import static io.creditmigration.Fixture.AT_1500;
import static io.creditmigration.Fixture.AT_2500;
import static io.creditmigration.Fixture.EARLIER;
import static io.creditmigration.Fixture.NOW;
import static io.creditmigration.Fixture.SCALE;
import static io.creditmigration.Fixture.decider;
import static org.assertj.core.api.Assertions.assertThat;

import io.creditmigration.Actor;
import io.creditmigration.Allocation;
import io.creditmigration.Consent;
import io.creditmigration.CreditPolicy;
import io.creditmigration.CreditRate;
import io.creditmigration.Credits;
import io.creditmigration.Draws;
import io.creditmigration.Fixture;
import io.creditmigration.JournalLine;
import io.creditmigration.Lines;
import io.creditmigration.Migration;
import io.creditmigration.MigrationResult;
import io.creditmigration.MigrationResult.Status;
import io.creditmigration.MigrationStatus;
import io.creditmigration.Quote;
import io.creditmigration.RollbackData;
import io.creditmigration.RunScope;
import io.creditmigration.Seeded;
import io.creditmigration.States;
import io.creditmigration.Trigger;
import io.creditmigration.Usage;
import io.creditmigration.UserMigration;
import io.creditmigration.UserSnapshot;
import io.creditmigration.engine.Reasons;
import io.creditmigration.spi.StoredDefinition;
import io.creditmigration.spi.UserChange;
import io.creditmigration.spi.UserState;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is written of a user who is migrated: balance and line that belong together. */
final class MigrationDeciderChangeTest {

    private static final Migration CONVERSION = Fixture.conversion(Consent.CONFIRM_POSITIVE);
    private static final Migration UNASKED = Fixture.conversion(Consent.NONE);
    private static final Migration GRANT = Fixture.grant(CreditPolicy.initialGrant(), Consent.NONE);

    @Test
    void a_conversion_replaces_the_balance() {
        UserState state = States.withCredits(ANN, "50.00");

        assertThat(change(UNASKED, state, Intent.explicit()))
                .isEqualTo(new UserChange(
                        UserChange.Kind.MIGRATE,
                        state,
                        Credits.of(20),
                        new JournalLine(
                                "rate-2500",
                                "ann",
                                1,
                                JournalLine.Kind.MIGRATED,
                                Trigger.OPERATOR,
                                Actor.automatic("migrate"),
                                NOW,
                                Lines.standing(MigrationStatus.COMPLETED, 1, 1),
                                new JournalLine.Figures(
                                        Credits.of(50),
                                        Credits.of(20),
                                        AT_1000,
                                        AT_2500,
                                        Credits.ZERO,
                                        null,
                                        States.HOST_STATE),
                                null,
                                null)));
    }

    @Test
    void a_grant_is_added_to_what_is_there() {
        UserState state = States.withCredits(ANN, "5.5");

        assertThat(change(GRANT, state, Intent.explicit()))
                .isEqualTo(new UserChange(
                        UserChange.Kind.MIGRATE,
                        state,
                        Credits.of("25.5"),
                        new JournalLine(
                                "to-credits",
                                "ann",
                                1,
                                JournalLine.Kind.MIGRATED,
                                Trigger.OPERATOR,
                                Actor.automatic("migrate"),
                                NOW,
                                Lines.standing(MigrationStatus.COMPLETED, 1, 1),
                                new JournalLine.Figures(
                                        Credits.of("5.5"),
                                        Credits.of("25.5"),
                                        null,
                                        null,
                                        Credits.of(20),
                                        new Usage(15, 30, 0, 15),
                                        States.HOST_STATE),
                                null,
                                null)));
    }

    @Test
    void the_line_is_the_next_of_all_migrations_and_the_record_has_its_figures() {
        UserState failed = States.withRecord(States.withCredits(ANN, "50"), 7, Fixture.record(MigrationStatus.FAILED));

        UserChange change = change(UNASKED, failed, Intent.explicit());

        assertThat(change.line().number()).isEqualTo(8);
        assertThat(change.line().standing().figuresLine()).isEqualTo(8);
        assertThat(change.record())
                .isEqualTo(new UserMigration(
                        "rate-2500",
                        "ann",
                        MigrationStatus.COMPLETED,
                        1,
                        Credits.ZERO,
                        Credits.ZERO,
                        0,
                        NOW,
                        new RollbackData(8, Credits.of(50), Credits.of(20), AT_1000, AT_2500, States.HOST_STATE),
                        null));
    }

    @Test
    void a_reason_of_a_policy_of_the_hosts_own_is_kept() {
        Migration migration = Fixture.grant(user -> Allocation.of(Credits.of(7), "seven for all"), Consent.NONE);

        assertThat(change(migration, ANN, Intent.explicit()).line().reason()).isEqualTo("seven for all");
    }

    @Test
    void a_grant_to_a_user_without_account_begins_at_nothing_and_keeps_that_there_was_none() {
        UserChange change = change(GRANT, States.withCredits(ANN, null), Intent.automatic(Trigger.REQUEST));

        assertThat(change.newCredits()).isEqualTo(Credits.of(20));
        assertThat(change.record().rollbackData())
                .isEqualTo(new RollbackData(1, null, Credits.of(20), null, null, States.HOST_STATE));
        assertThat(change.line().oldCredits()).isNull();
    }

    @Test
    void zero_is_converted_to_zero_and_logged_as_automatic() {
        JournalLine line =
                change(CONVERSION, ANN, Intent.automatic(Trigger.REQUEST)).line();

        assertThat(line.oldCredits()).isEqualTo(Credits.ZERO);
        assertThat(line.newCredits()).isEqualTo(Credits.ZERO);
        assertThat(line.residual()).isEqualTo(BigDecimal.ZERO);
        assertThat(line.automatic()).isTrue();
    }

    @Test
    void a_line_names_what_brought_it_about_and_who_caused_it() {
        UserState state = States.withCredits(ANN, "50");
        Quote quote = decider(CONVERSION).quote(state, Actor.user("ann"));
        List<Intent> intents = List.of(
                Intent.automatic(Trigger.REQUEST),
                Intent.automatic(Trigger.DASHBOARD),
                Intent.automatic(Trigger.PURCHASE),
                Intent.run(RunScope.everyone()),
                Intent.explicit());

        assertThat(intents)
                .extracting(intent -> change(CONVERSION, ANN, intent).line())
                .extracting(line -> line.trigger() + " " + line.actor().name() + " " + line.automatic())
                .containsExactly(
                        "REQUEST zero-credits true",
                        "DASHBOARD zero-credits true",
                        "PURCHASE zero-credits true",
                        "RUN run true",
                        "OPERATOR migrate true");
        assertThat(change(CONVERSION, state, Intent.confirmation(quote, Actor.user("ann")))
                        .line())
                .satisfies(line -> {
                    assertThat(line.trigger()).isEqualTo(Trigger.CONFIRMATION);
                    assertThat(line.actor()).isEqualTo(Actor.user("ann"));
                    assertThat(line.automatic()).isFalse();
                });
    }

    @ParameterizedTest
    @CsvSource({"0.0001, 0, 0.1", "0.0002, 0.0001, -0.05", "0.0004, 0.0002, -0.1", "0.0005, 0.0002, 0", "50, 20, 0"})
    void what_rounding_takes_is_logged_above_zero_and_what_it_gives_below(
            String credits, Credits converted, BigDecimal residual) {
        UserChange change = change(UNASKED, States.withCredits(ANN, credits), Intent.explicit());

        assertThat(change.newCredits()).isEqualTo(converted);
        assertThat(change.line().residual()).isEqualByComparingTo(residual);
    }

    @Seeded
    void a_conversion_is_conserved_to_the_last_digit(long seed) {
        Draws draws = new Draws(seed);
        for (int i = 0; i < 500; i++) {
            CreditRate from = draws.rate();
            CreditRate to = draws.rateOtherThan(from);
            Credits credits = draws.credits(draws.upTo(4));
            int scale = draws.upTo(6);
            MigrationDecider decider = decider(Fixture.conversion(from, to, Consent.NONE), scale);
            UserState state = States.withCredits(ANN, credits.toString());

            UserChange change =
                    Fixture.write(decider.decide(state, Intent.explicit())).change();

            String drawn = credits + " from " + from + " to " + to + " at scale " + scale;
            JournalLine line = change.line();
            assertThat(line.oldCredits()).as(drawn).isEqualTo(credits);
            assertThat(line.newCredits()).as(drawn).isEqualTo(change.newCredits());
            assertThat(line.figures().granted()).as(drawn).isEqualTo(Credits.ZERO);
            assertThat(change.newCredits().scale()).as(drawn).isLessThanOrEqualTo(scale);
            assertThat(credits.worthAt(from))
                    .as(drawn)
                    .isEqualByComparingTo(change.newCredits().worthAt(to).add(line.residual()));
        }
    }

    @Seeded
    void a_grant_adds_exactly_what_the_policy_gives(long seed) {
        Draws draws = new Draws(seed);
        for (int i = 0; i < 500; i++) {
            Credits given = draws.credits(draws.upTo(SCALE));
            Credits old = draws.toss() ? draws.credits(draws.upTo(SCALE)) : null;
            Migration migration = Fixture.grant(user -> Allocation.of(given, "drawn"), Consent.NONE);
            UserState state = States.withUser(ANN, ANN.user().withCredits(old));

            UserChange change = change(migration, state, Intent.explicit());

            String drawn = given + " to " + old;
            assertThat(change.newCredits().minus(old == null ? Credits.ZERO : old))
                    .as(drawn)
                    .isEqualTo(given);
            assertThat(change.record().creditsGranted()).as(drawn).isEqualTo(given);
            assertThat(change.line().residual()).as(drawn).isEqualTo(BigDecimal.ZERO);
        }
    }

    @Test
    void who_skipped_a_migration_is_converted_straight_to_the_newest_rate() {
        Migration newest = Migration.named("rate-1500")
                .cutOff(Fixture.CUT_OFF.plusSeconds(3_600))
                .after(UNASKED.id())
                .policy(CreditPolicy.convert(AT_2500, AT_1500))
                .consent(Consent.NONE)
                .build();
        MigrationDecider decider = Fixture.decider(newest, Fixture.RATED, StoredDefinition.of(UNASKED, ""));
        UserState unrated = States.withCredits(ANN, "30");
        UserState skipped = States.withUser(unrated, unrated.user().withRate(AT_1000));
        UserState followed = States.withUser(skipped, skipped.user().withRate(AT_2500));

        JournalLine ofSkipped = Fixture.write(decider.decide(skipped, Intent.explicit()))
                .change()
                .line();
        JournalLine ofFollowed = Fixture.write(decider.decide(followed, Intent.explicit()))
                .change()
                .line();

        assertThat(ofSkipped.oldRate()).isEqualTo(AT_1000);
        assertThat(ofSkipped.newCredits()).isEqualTo(Credits.of(20));
        assertThat(ofFollowed.oldRate()).isEqualTo(AT_2500);
        assertThat(ofFollowed.newCredits()).isEqualTo(Credits.of(50));
    }

    @Test
    void a_policy_is_shown_the_user_as_read_with_the_rate_that_is_known() {
        List<UserSnapshot> shown = new ArrayList<>();
        CreditPolicy curious = user -> {
            shown.add(user);
            return Allocation.of(Credits.of(1), "looked");
        };
        Migration migration = Fixture.grant(curious, Consent.NONE);
        UserSnapshot user = ANN.user().withCredits(Credits.of(3)).withExempt(true);

        change(migration, States.withUser(ANN, user), Intent.explicit());
        change(migration, States.withUser(ANN, user.withRate(AT_1500)), Intent.explicit());

        assertThat(shown).containsExactly(user, user.withRate(AT_1500));
    }

    @Test
    void a_new_attempt_keeps_its_number_and_what_was_copied_before() {
        UserState reopened = States.withRecord(
                ANN,
                new UserMigration(
                        "rate-2500",
                        "ann",
                        MigrationStatus.PENDING,
                        3,
                        Credits.ZERO,
                        Credits.ZERO,
                        17,
                        EARLIER,
                        null,
                        null));

        UserChange change = change(CONVERSION, reopened, Intent.automatic(Trigger.REQUEST));

        assertThat(change.record().attempt()).isEqualTo(3);
        assertThat(change.record().historicalOperations()).isEqualTo(17);
        assertThat(change.line().attempt()).isEqualTo(3);
    }

    @ParameterizedTest(name = "{0} consumed: {1} granted")
    @CsvSource({"0, 20", "0.0001, 19.9999", "15, 5", "20, 0", "50, 0"})
    void what_was_consumed_of_earlier_grants_is_not_granted_again(Credits consumed, Credits granted) {
        UserChange change = change(GRANT, consumed(consumed), Intent.automatic(Trigger.REQUEST));

        assertThat(change.newCredits()).isEqualTo(granted);
        assertThat(change.record().creditsGranted()).isEqualTo(granted);
        assertThat(change.record().creditsConsumed()).isEqualTo(consumed);
        assertThat(change.line().reason()).isNull();
        assertThat(new Reasons(GRANT)
                        .render(change.line())
                        .reason()
                        .endsWith(", less " + consumed + " consumed in earlier attempts"))
                .isEqualTo(consumed.signum() > 0);
    }

    @Test
    void a_reason_is_cut_to_say_what_was_consumed() {
        String longest = "x".repeat(Allocation.REASON_LENGTH_MAX);
        Migration migration = Fixture.grant(user -> Allocation.of(Credits.of(20), longest), Consent.NONE);

        String reason = change(migration, consumed(Credits.of(15)), Intent.automatic(Trigger.REQUEST))
                .line()
                .reason();

        assertThat(reason).hasSize(Allocation.REASON_LENGTH_MAX).endsWith("xxx, less 15 consumed in earlier attempts");
    }

    @Test
    void who_fails_keeps_what_was_consumed() {
        UserMigration record = Fixture.decider(GRANT)
                .fail(consumed(Credits.of(15)), Intent.explicit(), "no idea")
                .change()
                .record();

        assertThat(record.creditsConsumed()).isEqualTo(Credits.of(15));
    }

    private static UserState consumed(Credits consumed) {
        return States.withRecord(
                ANN,
                new UserMigration(
                        "to-credits",
                        "ann",
                        MigrationStatus.PENDING,
                        2,
                        Credits.ZERO,
                        consumed,
                        0,
                        EARLIER,
                        null,
                        null));
    }

    @Test
    void a_retry_after_a_failure_leaves_no_trace_of_the_error() {
        UserState failed = States.withRecord(
                ANN,
                new UserMigration(
                        "rate-2500",
                        "ann",
                        MigrationStatus.FAILED,
                        2,
                        Credits.ZERO,
                        Credits.ZERO,
                        5,
                        EARLIER,
                        null,
                        "no idea"));

        UserMigration record = change(CONVERSION, failed, Intent.explicit()).record();

        assertThat(record.status()).isEqualTo(MigrationStatus.COMPLETED);
        assertThat(record.attempt()).isEqualTo(2);
        assertThat(record.historicalOperations()).isEqualTo(5);
        assertThat(record.error()).isNull();
    }

    @Test
    void once_committed_the_answer_has_the_record_as_the_store_counted_it() {
        Decision.Write<MigrationResult> write =
                Fixture.write(decider(GRANT).decide(ANN, Intent.automatic(Trigger.REQUEST)));
        UserMigration committed = write.change().record().withHistoricalOperations(12);

        assertThat(write.committed().apply(committed))
                .isEqualTo(new MigrationResult(Status.MIGRATED, "ann", committed, null, null));
        assertThat(committed.historicalOperations()).isEqualTo(12);
    }

    private static UserChange change(Migration migration, UserState state, Intent intent) {
        UserChange change =
                Fixture.write(decider(migration).decide(state, intent)).change();
        assertThat(change.kind()).isEqualTo(UserChange.Kind.MIGRATE);
        return change;
    }
}
