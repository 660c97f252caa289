package io.creditmigration.engine.decide;

import static io.creditmigration.Fixture.ANN;
import static io.creditmigration.Fixture.AT_1000;
import static io.creditmigration.Fixture.AT_2500;
import static io.creditmigration.Fixture.EARLIER;
import static io.creditmigration.Fixture.NOW;
import static io.creditmigration.Fixture.SCALE;
import static org.assertj.core.api.Assertions.assertThat;

import io.creditmigration.Actor;
import io.creditmigration.Consent;
import io.creditmigration.CreditPolicy;
import io.creditmigration.CreditRate;
import io.creditmigration.Credits;
import io.creditmigration.Draws;
import io.creditmigration.Fixture;
import io.creditmigration.JournalLine;
import io.creditmigration.Lines;
import io.creditmigration.Migration;
import io.creditmigration.MigrationStatus;
import io.creditmigration.PaidCredits;
import io.creditmigration.RollbackData;
import io.creditmigration.RollbackResult;
import io.creditmigration.RollbackResult.Status;
import io.creditmigration.Seeded;
import io.creditmigration.States;
import io.creditmigration.Trigger;
import io.creditmigration.UserMigration;
import io.creditmigration.spi.UserChange;
import io.creditmigration.spi.UserState;
import java.math.BigDecimal;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Rollbacks of single users, and new attempts. */
final class RollbackDeciderTest {

    private static final Migration CONVERSION = Fixture.conversion(Consent.NONE);
    private static final Migration GRANT = Fixture.grant(CreditPolicy.initialGrant(), Consent.NONE);
    private static final Actor OLGA = Actor.operator("olga");

    @ParameterizedTest(name = "{2}: {0} became {1}, now {3}, goes back to {4}")
    @CsvSource({
        "50,     20,     untouched,        20,      50",
        "50,     20,     untouched,        20.0000, 50",
        "50,     20,     spent 5,          15,      37.5",
        "50,     20,     bought 10,        30,      75",
        "50,     20,     spent and bought, 22,      55",
        "50,     20,     all spent,        0,       0",
        "50,     20,     almost all spent, 0.0001,  0.0003",
        "50,     20,     overdrawn,        -2,      -5",
        "0,      0,      nothing ever,     0,       0",
        "0,      0,      bought from 0,    10,      25",
        "0.0004, 0.0002, untouched dust,   0.0002,  0.0004",
        "0.0004, 0.0002, half of the dust, 0.0001,  0.0002",
        "0.0004, 0.0002, all dust spent,   0,       0",
        "0.0001, 0,      dust lost,        0,       0.0001",
        "0.0001, 0,      dust and bought,  0.0001,  0.0004"
    })
    void what_moved_since_a_conversion_is_converted_back_and_the_rest_restored(
            Credits old, Credits converted, String what, Credits current, Credits restored) {
        UserState state = migrated(old, converted, AT_1000, AT_2500, current);

        assertThat(rollback(SCALE, state).credits()).as(what).isEqualTo(restored);
    }

    @ParameterizedTest(name = "1 became 3, now {0} with {1} decimals: {2}")
    @CsvSource({
        "2,    4, 0.6667",
        "4,    4, 1.3334",
        "3.01, 4, 1.0034",
        "2.99, 4, 0.9967",
        "4,    2, 1.34",
        "2,    0, 1",
        "4,    0, 2",
        "0,    4, 0"
    })
    void rounding_is_in_the_users_favour(Credits current, int scale, Credits restored) {
        UserState state = migrated(Credits.of(1), Credits.of(3), CreditRate.of(3), CreditRate.of(1), current);

        assertThat(rollback(scale, state).credits()).isEqualTo(restored);
    }

    @Test
    void a_rollback_of_a_conversion_writes_balance_and_line_that_belong_together() {
        RollbackData data = new RollbackData(1, Credits.of(50), Credits.of(20), AT_1000, AT_2500, "as it was");
        UserMigration record = new UserMigration(
                "rate-2500", "ann", MigrationStatus.COMPLETED, 2, Credits.ZERO, Credits.of(3), 7, EARLIER, data, null);
        UserState state = States.withRecord(States.withCredits(ANN, "15"), 4, record);

        Decision.Write<RollbackResult> write =
                Fixture.write(reversal(CONVERSION, SCALE).rollback(state, request("asked for it")));

        UserMigration rolledBack = new UserMigration(
                "rate-2500", "ann", MigrationStatus.ROLLED_BACK, 2, Credits.ZERO, Credits.of(3), 7, NOW, data, null);
        assertThat(write.change())
                .isEqualTo(new UserChange(
                        UserChange.Kind.ROLL_BACK,
                        state,
                        Credits.of("37.5"),
                        new JournalLine(
                                "rate-2500",
                                "ann",
                                5,
                                JournalLine.Kind.ROLLED_BACK,
                                Trigger.OPERATOR,
                                OLGA,
                                NOW,
                                new JournalLine.Standing(MigrationStatus.ROLLED_BACK, 2, Credits.of(3), 7, 1),
                                Lines.figures(Credits.of(15), Credits.of("37.5"), AT_2500, AT_1000),
                                "asked for it",
                                null)));
        assertThat(write.change().record()).isEqualTo(rolledBack);
        assertThat(write.committed().apply(rolledBack))
                .isEqualTo(new RollbackResult(Status.ROLLED_BACK, "ann", rolledBack, Credits.of("37.5"), null));
    }

    @Test
    void what_a_rollback_rounds_or_forgives_is_logged_below_zero() {
        assertThat(residual("0.0004", "0.0002", "0")).isEqualByComparingTo("0");
        assertThat(residual("0.0004", "0.0002", "0.0001")).isEqualByComparingTo("0.05");
        assertThat(residual("50", "20", "0.0001")).isEqualByComparingTo("-0.05");
        assertThat(residual("0.0001", "0", "0")).isEqualByComparingTo("-0.1");
    }

    private static BigDecimal residual(String old, String converted, String current) {
        UserState state = migrated(Credits.of(old), Credits.of(converted), AT_1000, AT_2500, Credits.of(current));
        return Fixture.write(reversal(CONVERSION, SCALE).rollback(state, request("why")))
                .change()
                .line()
                .residual();
    }

    @ParameterizedTest
    @CsvSource({", 20", "0, 20", "5.5, 25.5"})
    void an_untouched_grant_is_withdrawn_and_what_was_there_before_stays(Credits old, Credits granted) {
        UserState state = migrated(old, granted, null, null, granted);

        UserChange change = Fixture.write(reversal(GRANT, SCALE).rollback(state, request("why")))
                .change();

        assertThat(change.kind()).isEqualTo(UserChange.Kind.ROLL_BACK);
        assertThat(change.newCredits()).isEqualTo(old);
        assertThat(change.line().oldCredits()).isEqualTo(granted);
        assertThat(change.line().newCredits()).isEqualTo(old);
        assertThat(change.line().oldRate()).isNull();
        assertThat(change.line().newRate()).isNull();
        assertThat(change.line().residual()).isEqualTo(BigDecimal.ZERO);
    }

    @ParameterizedTest
    @CsvSource({"19.9999", "20.0001", "0", "-1", "''"})
    void a_grant_that_has_moved_since_is_not_withdrawn_where_nobody_knows_what_was_paid(String current) {
        UserState state = migrated(null, Credits.of(20), null, null, current.isEmpty() ? null : Credits.of(current));

        assertThat(rollback(SCALE, States.bought(state, null)).status()).isEqualTo(Status.MOVED_SINCE);
    }

    @Test
    void a_granted_balance_that_is_gone_altogether_is_not_taken_for_zero() {
        UserState state = migrated(null, Credits.of(20), null, null, null);

        assertThat(rollback(SCALE, state).status()).isEqualTo(Status.MOVED_SINCE);
    }

    /** Of a grant of 20: what was there before, what was bought since, what is there now. */
    @ParameterizedTest(name = "{3}: {0} + 20, bought {1}, now {2}: {4} with {5} left, {6} of the grant consumed")
    @CsvSource({
        "  , 0,      20,      untouched,                            ROLLED_BACK,    , 0",
        "  , 0,      15,      spent 5,                              ROLLED_BACK,    , 5",
        "  , 0,      0,       spent all,                            ROLLED_BACK,    , 20",
        "  , 0,      0.0001,  spent almost all,                     ROLLED_BACK,    , 19.9999",
        "  , 20,     40,      bought 20,                            PAID_CREDITS, 20, 0",
        "  , 20,     20,      spent 20 and bought 20,               PAID_CREDITS, 20, 20",
        "  , 20,     5,       spent 35 and bought 20,               PAID_CREDITS, 5, 20",
        "  , 20,     0,       spent 40 and bought 20,               ROLLED_BACK,    , 20",
        "  , 20,     30,      spent 10 and bought 20,               PAID_CREDITS, 20, 10",
        "  , 0.0001, 20,      spent and bought 0.0001,              PAID_CREDITS, 0.0001, 0.0001",
        "  , 0,      -3,      overdrawn,                            ROLLED_BACK,  -3, 20",
        "5 , 0,      25,      untouched with 5 from before,         ROLLED_BACK,   5, 0",
        "5 , 0,      24,      spent 1 with 5 from before,           PAID_CREDITS,  5, 1",
        "5 , 0,      5,       spent the grant alone,                PAID_CREDITS,  5, 20",
        "5 , 0,      3,       spent 22 with 5 from before,          PAID_CREDITS,  3, 20",
        "5 , 0,      0,       spent all with 5 from before,         ROLLED_BACK,   0, 20",
        "0 , 0,      20,      untouched account of nothing,         ROLLED_BACK,   0, 0",
        "5 , -5,     20,      the 5 from before paid back,          ROLLED_BACK,   0, 0",
        "5 , -5,     10,      the same and 10 spent,                ROLLED_BACK,   0, 10",
        "0 , -5,     15,      5 paid back that were not there,      ROLLED_BACK,   0, 5",
        "  , 0,      23,      3 that nobody has paid for,           PAID_CREDITS,  3, 0"
    })
    void free_credits_count_as_spent_first_and_what_was_paid_for_is_never_taken(
            Credits old, Credits bought, Credits current, String what, Status status, Credits left, Credits consumed) {
        Credits granted = old == null ? Credits.of(20) : old.plus(Credits.of(20));
        UserState state = States.bought(migrated(old, granted, null, null, current), bought);
        Credits nothing = old == null ? null : Credits.ZERO;

        RollbackResult result = rollback(SCALE, state);
        Decision<RollbackResult> keeping = reversal(GRANT, SCALE)
                .rollback(state, new RollbackDecider.Request(Trigger.OPERATOR, PaidCredits.KEEP, OLGA, "why"));

        assertThat(result.status()).isEqualTo(status);
        assertThat(result.credits()).isEqualTo(left == null || left.signum() == 0 ? nothing : left);
        UserChange change = Fixture.write(keeping).change();
        assertThat(change.kind())
                .isEqualTo(
                        status == Status.PAID_CREDITS
                                ? UserChange.Kind.ROLL_BACK_KEEPING_PAID
                                : UserChange.Kind.ROLL_BACK);
        assertThat(change.newCredits()).isEqualTo(result.credits());
        assertThat(change.record().creditsConsumed()).isEqualTo(consumed);
        assertThat(change.line().newCredits()).isEqualTo(result.credits());
    }

    @Test
    void what_was_consumed_in_several_attempts_adds_up() {
        RollbackData data = new RollbackData(1, null, Credits.of(8), null, null, "as it was");
        UserMigration record = new UserMigration(
                "to-credits",
                "ann",
                MigrationStatus.COMPLETED,
                3,
                Credits.of(8),
                Credits.of(12),
                0,
                EARLIER,
                data,
                null);
        UserState state = States.withRecord(States.withCredits(ANN, "5"), record);

        UserMigration rolledBack = Fixture.write(reversal(GRANT, SCALE).rollback(state, request("why")))
                .change()
                .record();
        assertThat(rolledBack.creditsConsumed()).isEqualTo(Credits.of(15));

        UserMigration reopened = Fixture.write(reversal(GRANT, SCALE)
                        .reopen(States.marked(States.withRecord(state, rolledBack), false), OLGA, "again"))
                .change()
                .record();
        assertThat(reopened.creditsConsumed()).isEqualTo(Credits.of(15));
    }

    @Test
    void a_grant_whose_balance_is_the_same_again_is_not_withdrawn_because_what_is_there_may_be_paid_for() {
        UserState state = migrated(null, Credits.of(20), null, null, Credits.of(20));

        assertThat(rollback(SCALE, States.bought(state, null)).status()).isEqualTo(Status.MOVED_SINCE);
        assertThat(rollback(SCALE, state).status()).isEqualTo(Status.ROLLED_BACK);
    }

    @Test
    void whether_a_converted_balance_moved_does_not_matter() {
        UserState state = migrated(Credits.of(50), Credits.of(20), AT_1000, AT_2500, Credits.of(15));

        assertThat(rollback(SCALE, States.bought(state, null)).credits()).isEqualTo(Credits.of("37.5"));
    }

    @Test
    void a_converted_balance_that_is_gone_altogether_is_not_taken_for_zero() {
        UserState state = migrated(Credits.of(50), Credits.of(20), AT_1000, AT_2500, null);

        assertThat(rollback(SCALE, state).status()).isEqualTo(Status.MOVED_SINCE);
    }

    @ParameterizedTest(name = "{0}, gone on {1}, rollback data {2}, moved {3}: {4}")
    @CsvSource({
        "ROLLED_BACK, false, true,  false, ALREADY_ROLLED_BACK",
        "ROLLED_BACK, true,  false, true,  ALREADY_ROLLED_BACK",
        "           , false, false, false, NOT_COMPLETED",
        "PENDING,     false, true,  false, NOT_COMPLETED",
        "IN_PROGRESS, false, true,  false, NOT_COMPLETED",
        "FAILED,      false, true,  false, NOT_COMPLETED",
        "           , true,  false, true,  NOT_COMPLETED",
        "FAILED,      true,  false, true,  NOT_COMPLETED",
        "COMPLETED,   true,  true,  false, NOT_LATEST",
        "COMPLETED,   true,  false, true,  NOT_LATEST",
        "COMPLETED,   false, false, false, NO_ROLLBACK_DATA",
        "COMPLETED,   false, false, true,  NO_ROLLBACK_DATA",
        "COMPLETED,   false, true,  true,  MOVED_SINCE",
        "COMPLETED,   false, true,  false, ROLLED_BACK"
    })
    void of_several_refusals_the_first_one_is_answered(
            MigrationStatus status, boolean goneOn, boolean hasData, boolean moved, Status answer) {
        RollbackData data = hasData ? new RollbackData(1, null, Credits.of(20), null, null, "as it was") : null;
        UserMigration record = status == null
                ? null
                : new UserMigration(
                        "to-credits", "ann", status, 1, Credits.of(20), Credits.ZERO, 0, EARLIER, data, null);
        UserState read = States.withRecord(States.withCredits(ANN, moved ? "7" : "20"), record);
        UserState state = moved ? States.bought(read, null) : read;

        Decision<RollbackResult> decision =
                reversal(GRANT, SCALE).rollback(goneOn ? States.goneOn(state) : state, request("why"));

        assertThat(Fixture.result(decision).status()).isEqualTo(answer);
        if (answer != Status.ROLLED_BACK) {
            assertThat(decision)
                    .isEqualTo(new Decision.Answer<>(new RollbackResult(answer, "ann", record, null, null)));
        }
    }

    @Test
    void who_was_migrated_by_the_hosts_own_marker_alone_has_nothing_to_take_back() {
        assertThat(rollback(SCALE, States.flagged(ANN)).status()).isEqualTo(Status.NOT_COMPLETED);
    }

    @Test
    void neither_halt_switch_nor_percentage_holds_a_rollback_up() {
        UserState state = migrated(Credits.of(50), Credits.of(20), AT_1000, AT_2500, Credits.of(20));

        assertThat(rollback(SCALE, States.halted(States.withPercent(state, 0))).status())
                .isEqualTo(Status.ROLLED_BACK);
    }

    @Seeded
    void who_touched_nothing_gets_back_exactly_what_was_there(long seed) {
        Draws draws = new Draws(seed);
        for (int i = 0; i < 500; i++) {
            Case drawn = Case.draw(draws);

            assertThat(drawn.restored(drawn.converted())).as("%s", drawn).isEqualTo(drawn.old());
        }
    }

    @Seeded
    void who_owes_nothing_goes_back_to_no_debt(long seed) {
        Draws draws = new Draws(seed);
        for (int i = 0; i < 500; i++) {
            Case drawn = Case.draw(draws);
            Credits current = draws.toss() ? Credits.ZERO : draws.credits(drawn.scale());

            assertThat(drawn.restored(current)).as("%s, now %s", drawn, current).isGreaterThanOrEqualTo(Credits.ZERO);
        }
    }

    /**
     * What is restored is worth what the user has now, and what rounding had taken or given when it was converted, and less
     * than one unit of the balance more; where that would be a debt, nothing is left.
     */
    @Seeded
    void a_rollback_costs_nobody_anything(long seed) {
        Draws draws = new Draws(seed);
        for (int i = 0; i < 500; i++) {
            Case drawn = Case.draw(draws);
            Credits current = draws.credits(drawn.scale());

            Credits restored = drawn.restored(current);

            BigDecimal worth = restored.worthAt(drawn.from());
            BigDecimal takenAtConversion =
                    drawn.old().worthAt(drawn.from()).subtract(drawn.converted().worthAt(drawn.to()));
            BigDecimal due = current.worthAt(drawn.to()).add(takenAtConversion);
            BigDecimal unit = drawn.from().perCredit().movePointLeft(drawn.scale());
            String what = drawn + ", now " + current;
            assertThat(worth).as(what).isGreaterThanOrEqualTo(due);
            assertThat(worth).as(what).isLessThan(due.max(BigDecimal.ZERO).add(unit));
            assertThat(restored.scale()).as(what).isLessThanOrEqualTo(drawn.scale());
            if (takenAtConversion.signum() >= 0) {
                assertThat(worth).as(what).isGreaterThanOrEqualTo(current.worthAt(drawn.to()));
            }
        }
    }

    @Seeded
    void a_rollback_is_conserved_to_the_last_digit(long seed) {
        Draws draws = new Draws(seed);
        for (int i = 0; i < 500; i++) {
            Case drawn = Case.draw(draws);
            Credits current = draws.credits(drawn.scale());

            UserChange change = drawn.change(current);

            String what = drawn + ", now " + current;
            JournalLine log = change.line();
            assertThat(log.oldCredits()).as(what).isEqualTo(current);
            assertThat(log.newCredits()).as(what).isEqualTo(change.newCredits());
            assertThat(log.oldRate()).as(what).isEqualTo(drawn.to());
            assertThat(log.newRate()).as(what).isEqualTo(drawn.from());
            assertThat(current.worthAt(drawn.to()))
                    .as(what)
                    .isEqualByComparingTo(
                            change.newCredits().worthAt(drawn.from()).add(log.residual()));
        }
    }

    @Seeded
    void who_has_more_now_never_gets_less_back(long seed) {
        Draws draws = new Draws(seed);
        for (int i = 0; i < 500; i++) {
            Case drawn = Case.draw(draws);
            Credits less = draws.credits(drawn.scale());
            Credits more = less.plus(draws.credits(drawn.scale()));

            assertThat(drawn.restored(more))
                    .as("%s, now %s or %s", drawn, less, more)
                    .isGreaterThanOrEqualTo(drawn.restored(less));
        }
    }

    @Test
    void reopening_starts_a_new_attempt_and_forgets_nothing_but_the_figures() {
        RollbackData data = new RollbackData(1, Credits.of(50), Credits.of(20), AT_1000, AT_2500, "as it was");
        UserMigration rolledBack = new UserMigration(
                "rate-2500",
                "ann",
                MigrationStatus.ROLLED_BACK,
                2,
                Credits.ZERO,
                Credits.of(3),
                7,
                EARLIER,
                data,
                null);
        UserState state = States.withRecord(States.withCredits(ANN, "37.5"), 4, rolledBack);

        Decision.Write<Optional<UserMigration>> write =
                Fixture.write(reversal(CONVERSION, SCALE).reopen(state, OLGA, "second thoughts"));

        UserMigration reopened = new UserMigration(
                "rate-2500", "ann", MigrationStatus.PENDING, 3, Credits.ZERO, Credits.of(3), 7, NOW, null, null);
        assertThat(write.change())
                .isEqualTo(new UserChange(
                        UserChange.Kind.LINE_ONLY,
                        state,
                        null,
                        new JournalLine(
                                "rate-2500",
                                "ann",
                                5,
                                JournalLine.Kind.REOPENED,
                                Trigger.OPERATOR,
                                OLGA,
                                NOW,
                                new JournalLine.Standing(MigrationStatus.PENDING, 3, Credits.of(3), 7, 0),
                                Lines.figures(Credits.of("37.5"), Credits.of("37.5"), null, null),
                                "second thoughts",
                                null)));
        assertThat(write.change().record()).isEqualTo(reopened);
        assertThat(write.committed().apply(reopened)).contains(reopened);
    }

    @ParameterizedTest
    @EnumSource(value = MigrationStatus.class, mode = EnumSource.Mode.EXCLUDE, names = "ROLLED_BACK")
    void only_who_was_rolled_back_is_reopened(MigrationStatus status) {
        UserState state = States.withRecord(ANN, Fixture.record(status));

        assertThat(reversal(CONVERSION, SCALE).reopen(state, OLGA, "why"))
                .isEqualTo(new Decision.Answer<>(Optional.empty()));
    }

    @Test
    void who_has_no_record_is_not_reopened() {
        assertThat(reversal(CONVERSION, SCALE).reopen(ANN, OLGA, "why"))
                .isEqualTo(new Decision.Answer<>(Optional.empty()));
    }

    private static RollbackDecider.Request request(String reason) {
        return new RollbackDecider.Request(Trigger.OPERATOR, PaidCredits.REFUSE, OLGA, reason);
    }

    private static RollbackDecider reversal(Migration migration, int scale) {
        return Fixture.reversal(migration, scale, false);
    }

    private static RollbackResult rollback(int scale, UserState state) {
        return Fixture.result(reversal(CONVERSION, scale).rollback(state, request("why")));
    }

    private static UserState migrated(
            Credits old, Credits converted, CreditRate oldRate, CreditRate newRate, Credits current) {
        UserMigration record = new UserMigration(
                "rate-2500",
                "ann",
                MigrationStatus.COMPLETED,
                1,
                oldRate == null ? converted.minus(old == null ? Credits.ZERO : old) : Credits.ZERO,
                Credits.ZERO,
                0,
                EARLIER,
                new RollbackData(1, old, converted, oldRate, newRate, "as it was"),
                null);
        return States.withRecord(States.withUser(ANN, ANN.user().withCredits(current)), record);
    }

    @ParameterizedTest
    @CsvSource({"100, 41", "100, 39.9999", "100, -40"})
    void nothing_is_restored_from_a_line_that_breaks_conservation(Credits old, Credits converted) {
        UserState state = migrated(old, converted, AT_1000, AT_2500, converted);

        RollbackResult result = rollback(SCALE, state);

        assertThat(result.status()).isEqualTo(RollbackResult.Status.REJECTED);
        assertThat(result.message()).contains("line 1 of the journal goes from 100 to " + converted);
    }

    /** One random conversion, as the library itself makes it. */
    private record Case(Credits old, CreditRate from, CreditRate to, int scale) {

        static Case draw(Draws draws) {
            CreditRate from = draws.rate();
            int scale = draws.upTo(4);
            return new Case(draws.credits(scale), from, draws.rateOtherThan(from), scale);
        }

        Credits converted() {
            return CreditPolicy.convert(from, to).atScale(scale).convert(old, from);
        }

        UserChange change(Credits current) {
            UserState state = migrated(old, converted(), from, to, current);
            return Fixture.write(reversal(CONVERSION, scale).rollback(state, request("why")))
                    .change();
        }

        Credits restored(Credits current) {
            return change(current).newCredits();
        }
    }
}
