package io.creditmigration.engine;

import static io.creditmigration.Fixture.AT_1000;
import static io.creditmigration.Fixture.AT_1500;
import static io.creditmigration.Fixture.AT_2500;
import static org.assertj.core.api.Assertions.assertThat;

import io.creditmigration.Allocation;
import io.creditmigration.Consent;
import io.creditmigration.CreditPolicy;
import io.creditmigration.CreditRate;
import io.creditmigration.Credits;
import io.creditmigration.Fixture;
import io.creditmigration.JournalLine;
import io.creditmigration.JournalLine.Figures;
import io.creditmigration.JournalLine.Kind;
import io.creditmigration.JournalLine.Standing;
import io.creditmigration.Lines;
import io.creditmigration.Migration;
import io.creditmigration.MigrationStatus;
import io.creditmigration.Usage;
import io.creditmigration.UserSnapshot;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which reasons are kept, and which the figures give again. */
final class ReasonsTest {

    private static final Migration CONVERSION = Fixture.fitted(Fixture.conversion(Consent.NONE));
    private static final Migration GRANT = Fixture.grant(CreditPolicy.initialGrant(), Consent.NONE);
    private static final Migration OWN = Fixture.grant(user -> Allocation.of(Credits.of(7), "seven"), Consent.NONE);

    @ParameterizedTest
    @CsvSource({
        "0, 30, 15, 15 operations in 30 days: 20 credits",
        "0, 1,  11, '11 operations in 1 day, more than 10 a day: 50 credits'",
        "5, 30, 0,  '0 operations in 30 days: 20 credits, less 5 consumed in earlier attempts'"
    })
    void a_reason_of_a_built_in_grant_is_given_again(Credits consumed, int days, long operations, String words) {
        Figures figures = granted(operations, days);
        JournalLine line = line(GRANT, figures, consumed, null);

        assertThat(new Reasons(GRANT).render(line).reason()).isEqualTo(asDecided(words, operations, days, consumed));
        assertThat(new Reasons(GRANT).toStore(figures, consumed, asDecided(words, operations, days, consumed)))
                .isNull();
    }

    /** What the decider says of a user with this usage: the words of the policy are no matter of this test. */
    private static String asDecided(String words, long operations, int days, Credits consumed) {
        UserSnapshot user =
                UserSnapshot.of("ann").withUsage(new Usage(operations, days, operations / 2, operations + 9));
        String reason = CreditPolicy.initialGrant().allocate(user).reason();
        String all = consumed.signum() == 0 ? reason : Reasons.lessConsumed(reason, consumed);
        assertThat(all).isEqualTo(words);
        return all;
    }

    @Test
    void a_reason_of_a_conversion_is_given_again_also_from_another_rate() {
        Figures usual = converted(AT_1000);
        Figures skipped = converted(AT_1500);
        Reasons reasons = new Reasons(CONVERSION);

        assertThat(reasons.toStore(usual, Credits.ZERO, "50 credits at 1000 are 20 at 2500"))
                .isNull();
        assertThat(reasons.render(line(CONVERSION, usual, Credits.ZERO, null)).reason())
                .isEqualTo("50 credits at 1000 are 20 at 2500");
        assertThat(reasons.render(line(CONVERSION, skipped, Credits.ZERO, null)).reason())
                .isEqualTo("50 credits at 1500 are 30 at 2500");
    }

    @Test
    void any_other_reason_is_kept() {
        Figures figures = granted(15, 30);

        assertThat(new Reasons(OWN).toStore(figures, Credits.ZERO, "seven")).isEqualTo("seven");
        assertThat(new Reasons(GRANT).toStore(figures, Credits.ZERO, "15 operations in 29 days: 20 credits"))
                .isEqualTo("15 operations in 29 days: 20 credits");
        assertThat(new Reasons(GRANT).toStore(figures, Credits.of(5), "15 operations in 30 days: 20 credits"))
                .isEqualTo("15 operations in 30 days: 20 credits");
        assertThat(new Reasons(CONVERSION)
                        .toStore(converted(AT_1000), Credits.ZERO, "51 credits at 1000 are 20 at 2500"))
                .isNotNull();
    }

    @Test
    void a_reason_that_is_kept_is_left_as_it_is() {
        JournalLine line = line(OWN, granted(15, 30), Credits.ZERO, "seven");

        assertThat(new Reasons(OWN).render(line)).isSameAs(line);
        assertThat(new Reasons(OWN)
                        .render(line(OWN, granted(15, 30), Credits.ZERO, null))
                        .reason())
                .isNull();
    }

    @Test
    void only_a_migration_has_a_reason_of_the_policys() {
        JournalLine failed =
                Lines.line("to-credits", 1, Kind.FAILED, Lines.standing(MigrationStatus.FAILED, 1, 0), null);
        JournalLine rolledBack = Lines.line(
                "to-credits",
                2,
                Kind.ROLLED_BACK,
                Lines.standing(MigrationStatus.ROLLED_BACK, 1, 1),
                Lines.figures(Credits.of(20), null, null, null));

        assertThat(new Reasons(GRANT).render(failed)).isSameAs(failed);
        assertThat(new Reasons(GRANT).render(rolledBack)).isSameAs(rolledBack);
    }

    private static Figures granted(long operations, int days) {
        return new Figures(
                null, Credits.of(20), null, null, Credits.of(20), new Usage(operations, days, 0, operations), "");
    }

    private static Figures converted(CreditRate from) {
        return new Figures(Credits.of(50), Credits.of(20), from, AT_2500, Credits.ZERO, null, "");
    }

    private static JournalLine line(Migration migration, Figures figures, Credits consumed, @Nullable String reason) {
        JournalLine line = Lines.line(
                migration.id(), 1, Kind.MIGRATED, new Standing(MigrationStatus.COMPLETED, 1, consumed, 0, 1), figures);
        return reason == null ? line : withReason(line, reason);
    }

    private static JournalLine withReason(JournalLine line, String reason) {
        return new JournalLine(
                line.migrationId(),
                line.userId(),
                line.number(),
                line.kind(),
                line.trigger(),
                line.actor(),
                line.at(),
                line.standing(),
                line.figures(),
                reason,
                line.error());
    }
}
