package io.creditmigration.engine.decide;

import static org.assertj.core.api.Assertions.assertThat;

import io.creditmigration.Actor;
import io.creditmigration.Allocation;
import io.creditmigration.Consent;
import io.creditmigration.CreditPolicy;
import io.creditmigration.Credits;
import io.creditmigration.Fixture;
import io.creditmigration.Migration;
import io.creditmigration.MigrationStatus;
import io.creditmigration.Notice;
import io.creditmigration.NoticeKind;
import io.creditmigration.PaidCredits;
import io.creditmigration.RollbackData;
import io.creditmigration.RunScope;
import io.creditmigration.States;
import io.creditmigration.Trigger;
import io.creditmigration.UserMigration;
import io.creditmigration.spi.HostShape;
import io.creditmigration.spi.UserChange;
import io.creditmigration.spi.UserState;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which notice a change speaks of, and when nobody is told. */
final class ChangeNoticesTest {

    private static final Migration CONVERSION = Fixture.conversion(Consent.NONE);
    private static final Migration GRANT = Fixture.grant(CreditPolicy.initialGrant(), Consent.NONE);

    @Test
    void nobody_is_told_unless_notices_are_wanted() {
        UserState state = States.withCredits(Fixture.ANN, "50");

        assertThat(Fixture.write(decider(CONVERSION, false).decide(state, Intent.explicit()))
                        .change()
                        .notice())
                .isNull();
        assertThat(decider(CONVERSION, false)
                        .fail(state, Intent.explicit(), "no tariff")
                        .change()
                        .notice())
                .isNull();
    }

    @Test
    void a_completion_has_the_figures_of_the_log() {
        UserChange change = migrated(CONVERSION, "50");

        assertThat(change.notice())
                .isEqualTo(new Notice(
                        "rate-2500",
                        "ann",
                        1,
                        NoticeKind.COMPLETE,
                        Credits.of(50),
                        Credits.of(20),
                        Fixture.AT_1000,
                        Fixture.AT_2500,
                        Fixture.NOW));
    }

    @ParameterizedTest
    @CsvSource({"0, false", "0.0001, true", "50, true"})
    void a_conversion_of_nothing_is_nobodys_news(String credits, boolean told) {
        assertThat(migrated(CONVERSION, credits).notice() != null).isEqualTo(told);
    }

    @Test
    void a_grant_of_nothing_to_nobodys_account_is_nobodys_news() {
        Migration nothing = Fixture.grant(user -> Allocation.of(Credits.ZERO, "none"), Consent.NONE);

        assertThat(migrated(nothing, null).notice()).isNull();
        assertThat(migrated(nothing, "5").notice()).isNotNull();
        assertThat(migrated(GRANT, null).notice()).isNotNull();
    }

    @Test
    void an_issue_has_neither_figures_nor_the_error() {
        Notice notice = decider(CONVERSION, true)
                .fail(States.withCredits(Fixture.ANN, "50"), Intent.explicit(), "no tariff for ann")
                .change()
                .notice();

        assertThat(notice)
                .isEqualTo(new Notice(
                        "rate-2500", "ann", 1, NoticeKind.ISSUE, null, null, null, Fixture.AT_2500, Fixture.NOW));
    }

    @Test
    void an_issue_is_told_to_who_has_something_to_convert_and_to_everybody_of_a_grant() {
        assertThat(decider(CONVERSION, true)
                        .fail(States.withCredits(Fixture.ANN, "0"), Intent.explicit(), "no tariff")
                        .change()
                        .notice())
                .isNull();
        assertThat(decider(GRANT, true)
                        .fail(States.withCredits(Fixture.ANN, null), Intent.explicit(), "no tariff")
                        .change()
                        .notice())
                .isNotNull();
    }

    @Test
    void a_rollback_has_the_figures_of_its_own_direction() {
        UserChange change = rolledBack("50", "20", "20");

        assertThat(change.notice())
                .isEqualTo(new Notice(
                        "rate-2500",
                        "ann",
                        1,
                        NoticeKind.ROLLED_BACK,
                        Credits.of(20),
                        Credits.of(50),
                        Fixture.AT_2500,
                        Fixture.AT_1000,
                        Fixture.NOW));
    }

    @ParameterizedTest(name = "{0} became {1} and are {2} now: told {3}")
    @CsvSource({"0, 0, 0, false", "0, 0, 5, true", "50, 20, 0, true"})
    void a_rollback_is_told_to_who_was_told_of_the_migration_or_has_something(
            String old, String converted, String current, boolean told) {
        assertThat(rolledBack(old, converted, current).notice() != null).isEqualTo(told);
    }

    @Test
    void reopening_tells_nobody() {
        UserMigration record = Fixture.record(MigrationStatus.ROLLED_BACK);
        RollbackDecider reversal = Fixture.reversal(CONVERSION, Fixture.SCALE, /* notices= */ true);

        assertThat(Fixture.write(reversal.reopen(
                                States.withRecord(Fixture.ANN, record), Actor.operator("test"), "asked"))
                        .change()
                        .notice())
                .isNull();
    }

    @Test
    void an_announcement_of_a_grant_has_no_figures_but_the_day() {
        assertThat(announced(GRANT, States.withCredits(Fixture.ANN, "5")))
                .isEqualTo(new Notice(
                        "to-credits", "ann", 1, NoticeKind.PRE_ANNOUNCEMENT, null, null, null, null, Fixture.CUT_OFF));
    }

    @Test
    void an_announcement_tells_who_will_be_asked_what_will_be_asked() {
        Notice notice = announced(Fixture.conversion(Consent.CONFIRM_POSITIVE), States.withCredits(Fixture.ANN, "50"));

        assertThat(notice.oldCredits()).isEqualTo(Credits.of(50));
        assertThat(notice.newCredits()).isEqualTo(Credits.of(20));
        assertThat(notice.at()).isEqualTo(Fixture.CUT_OFF);
    }

    @Test
    void an_announcement_does_not_wait_for_the_rollout() {
        UserState state = States.withCredits(Fixture.ANN, "50");

        assertThat(announced(CONVERSION, States.halted(state))).isNotNull();
        assertThat(announced(CONVERSION, States.withPercent(state, 0))).isNotNull();
    }

    @Test
    void nothing_is_announced_to_who_is_not_concerned() {
        UserState state = States.withCredits(Fixture.ANN, "50");

        assertThat(announced(CONVERSION, States.withCredits(state, "0"))).isNull();
        assertThat(announced(CONVERSION, States.withCredits(state, null))).isNull();
        assertThat(announced(CONVERSION, States.flagged(state))).isNull();
        assertThat(announced(CONVERSION, States.goneOn(state))).isNull();
        for (MigrationStatus done :
                List.of(MigrationStatus.COMPLETED, MigrationStatus.FAILED, MigrationStatus.ROLLED_BACK)) {
            assertThat(announced(CONVERSION, States.withRecord(state, Fixture.record(done))))
                    .isNull();
        }
    }

    @Test
    void the_key_is_stable_and_tells_migration_user_attempt_and_kind_apart() {
        Notice notice = notice("rate-2500", "ann", 1, NoticeKind.COMPLETE);

        assertThat(notice.id()).isEqualTo("1baa605af3f263afed6761c4fd60b9e4");
        assertThat(List.of(
                                notice,
                                notice("rate-2501", "ann", 1, NoticeKind.COMPLETE),
                                notice("rate-2500", "Ann", 1, NoticeKind.COMPLETE),
                                notice("rate-2500", "ann", 2, NoticeKind.COMPLETE),
                                notice("rate-2500", "ann", 1, NoticeKind.ROLLED_BACK))
                        .stream()
                        .map(Notice::id))
                .doesNotHaveDuplicates();
    }

    private static Notice notice(String migrationId, String userId, int attempt, NoticeKind kind) {
        return new Notice(migrationId, userId, attempt, kind, null, null, null, null, Fixture.NOW);
    }

    private static @Nullable Notice announced(Migration migration, UserState state) {
        return decider(migration, true).announcement(state, Intent.run(RunScope.everyone()));
    }

    private static UserChange migrated(Migration migration, @Nullable String credits) {
        return Fixture.write(
                        decider(migration, true).decide(States.withCredits(Fixture.ANN, credits), Intent.explicit()))
                .change();
    }

    private static UserChange rolledBack(String old, String converted, String current) {
        UserMigration record = new UserMigration(
                "rate-2500",
                "ann",
                MigrationStatus.COMPLETED,
                1,
                Credits.ZERO,
                Credits.ZERO,
                0,
                Fixture.EARLIER,
                new RollbackData(
                        1, Credits.of(old), Credits.of(converted), Fixture.AT_1000, Fixture.AT_2500, States.HOST_STATE),
                null);
        UserState state = States.withRecord(States.withCredits(Fixture.ANN, current), record);
        RollbackDecider reversal = Fixture.reversal(CONVERSION, Fixture.SCALE, /* notices= */ true);
        return Fixture.write(reversal.rollback(
                        state,
                        new RollbackDecider.Request(
                                Trigger.OPERATOR, PaidCredits.REFUSE, Actor.operator("test"), "asked")))
                .change();
    }

    private static MigrationDecider decider(Migration migration, boolean wanted) {
        Migration fitted = Fixture.fitted(migration);
        HostShape shape = HostShape.ofScale(Fixture.SCALE);
        return new MigrationDecider(
                fitted, shape, Fixture.chain(fitted, shape), Fixture.CLOCK, new ChangeNotices(fitted, wanted));
    }
}
