package io.creditmigration;

import static io.creditmigration.Fixture.AT_1000;
import static io.creditmigration.Fixture.AT_2500;
import static io.creditmigration.Fixture.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import io.creditmigration.JournalLine.Figures;
import io.creditmigration.JournalLine.Kind;
import io.creditmigration.JournalLine.Standing;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Where a user stands, by the last line and the line with the figures. */
final class UserMigrationTest {

    /** Ann is granted 20, catches up, spends 15, is rolled back, reopened, fails, and is granted the rest. */
    private static final List<JournalLine> LIFE = List.of(
            granted(1, 1, "20", "0", 2),
            at(2, Kind.CAUGHT_UP, new Standing(MigrationStatus.COMPLETED, 1, Credits.ZERO, 3, 1), null),
            at(
                    3,
                    Kind.ROLLED_BACK,
                    new Standing(MigrationStatus.ROLLED_BACK, 1, Credits.of(15), 3, 1),
                    Lines.figures(Credits.of(5), null, null, null)),
            at(
                    4,
                    Kind.REOPENED,
                    new Standing(MigrationStatus.PENDING, 2, Credits.of(15), 3, 0),
                    Lines.figures(null, null, null, null)),
            at(5, Kind.FAILED, new Standing(MigrationStatus.FAILED, 2, Credits.of(15), 3, 0), null),
            granted(6, 2, "5", "15", 4));

    @Test
    void a_migrated_user_stands_as_the_line_says() {
        assertThat(UserMigration.of(LIFE.get(0), LIFE.get(0)))
                .isEqualTo(new UserMigration(
                        "to-credits",
                        "ann",
                        MigrationStatus.COMPLETED,
                        1,
                        Credits.of(20),
                        Credits.ZERO,
                        2,
                        time(1),
                        new RollbackData(1, null, Credits.of(20), null, null, States.HOST_STATE),
                        null));
    }

    @Test
    void a_conversion_grants_nothing() {
        JournalLine line = Lines.converted(3, "50", "20");

        UserMigration record = UserMigration.of(line, line);

        assertThat(record.creditsGranted()).isEqualTo(Credits.ZERO);
        assertThat(record.rollbackData())
                .isEqualTo(new RollbackData(3, Credits.of(50), Credits.of(20), AT_1000, AT_2500, States.HOST_STATE));
    }

    @Test
    void who_has_caught_up_is_completed_since_the_migration() {
        UserMigration record = UserMigration.of(LIFE.get(1), LIFE.get(0));

        assertThat(record.changedAt()).isEqualTo(time(1));
        assertThat(record.historicalOperations()).isEqualTo(3);
        assertThat(record.creditsGranted()).isEqualTo(Credits.of(20));
        assertThat(record.rollbackData()).isNotNull();
    }

    @Test
    void who_is_rolled_back_is_so_since_the_rollback_and_keeps_the_figures() {
        UserMigration record = UserMigration.of(LIFE.get(2), LIFE.get(0));

        assertThat(record.status()).isEqualTo(MigrationStatus.ROLLED_BACK);
        assertThat(record.changedAt()).isEqualTo(time(3));
        assertThat(record.creditsGranted()).isEqualTo(Credits.of(20));
        assertThat(record.creditsConsumed()).isEqualTo(Credits.of(15));
        assertThat(record.rollbackData().line()).isEqualTo(1);
    }

    @Test
    void who_fails_has_no_figures_but_what_was_consumed_and_copied() {
        assertThat(UserMigration.of(LIFE.get(4), null))
                .isEqualTo(new UserMigration(
                        "to-credits",
                        "ann",
                        MigrationStatus.FAILED,
                        2,
                        Credits.ZERO,
                        Credits.of(15),
                        3,
                        time(5),
                        null,
                        "no idea"));
    }

    @Test
    void without_host_state_there_is_nothing_to_roll_back_to() {
        JournalLine line = at(
                1,
                Kind.MIGRATED,
                Lines.standing(MigrationStatus.COMPLETED, 1, 1),
                Lines.figures(null, Credits.of(20), null, null));

        assertThat(UserMigration.of(line, line).rollbackData()).isNull();
        assertThat(UserMigration.of(line, null).rollbackData()).isNull();
    }

    @Test
    void what_is_expected_after_a_line_is_what_is_read_after_it() {
        Map<Integer, JournalLine> read = new HashMap<>();
        UserMigration before = null;
        for (JournalLine line : LIFE) {
            read.put(line.number(), line);
            UserMigration expected = UserMigration.after(before, line);

            UserMigration found =
                    UserMigration.of(line, read.get(line.standing().figuresLine()));

            assertThat(expected).as(line.kind() + " " + line.number()).isEqualTo(found);
            before = found;
        }
    }

    @Test
    void what_was_copied_changes_nothing_else() {
        UserMigration record = UserMigration.of(LIFE.get(0), LIFE.get(0));

        assertThat(record.withHistoricalOperations(9).historicalOperations()).isEqualTo(9);
        assertThat(record.withHistoricalOperations(9).withHistoricalOperations(2))
                .isEqualTo(record);
    }

    private static JournalLine granted(int number, int attempt, String granted, String consumed, long copied) {
        return at(
                number,
                Kind.MIGRATED,
                new Standing(MigrationStatus.COMPLETED, attempt, Credits.of(consumed), copied, number),
                new Figures(
                        null,
                        Credits.of(granted),
                        null,
                        null,
                        Credits.of(granted),
                        new Usage(15, 30, 0, 15),
                        States.HOST_STATE));
    }

    /** Each line is an hour after the one before. */
    private static JournalLine at(int number, Kind kind, Standing standing, Figures figures) {
        JournalLine line = Lines.line("to-credits", number, kind, standing, figures);
        return new JournalLine(
                line.migrationId(),
                line.userId(),
                number,
                kind,
                line.trigger(),
                line.actor(),
                time(number),
                standing,
                figures,
                line.reason(),
                line.error());
    }

    private static Instant time(int number) {
        return NOW.plus(Duration.ofHours(number));
    }
}
