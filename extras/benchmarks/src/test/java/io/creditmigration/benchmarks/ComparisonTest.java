package io.creditmigration.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ComparisonTest {

    private static final int USERS = 500;

    /** Does the job, and then something wrong. */
    private record Wrong(String name, String mistake) implements Contender {

        @Override
        public Run prepare(Job job, DataSource database) throws Exception {
            Run right = WholeTable.ON_H2.prepare(job, database);
            return () -> {
                right.work();
                Jdbc.execute(database, mistake);
            };
        }
    }

    @Test
    void a_contender_with_a_wrong_result_has_no_figure() throws Exception {
        Wrong twice = new Wrong(
                "converts somebody twice",
                "UPDATE users SET credits = credits * 0.4 WHERE id = (SELECT MIN(id) FROM users WHERE credits > 100)");
        Wrong swapped = new Wrong("right amounts, wrong users", """
                UPDATE users SET credits = CASE id WHEN 1 THEN (SELECT credits FROM users WHERE id = 2)
                                                   ELSE (SELECT credits FROM users WHERE id = 1) END
                WHERE id IN (1, 2)
                """);
        Wrong forgetful = new Wrong(
                "one line of the journal is missing",
                "DELETE FROM credit_migration_journal WHERE user_id = (SELECT MIN(user_id) FROM credit_migration_journal)");

        Comparison comparison = compare(WholeTable.ON_H2, twice, swapped, forgetful, new Library(1));

        assertThat(comparison.disqualified()).containsOnlyKeys(twice.name(), swapped.name(), forgetful.name());
        assertThat(comparison.seconds(twice.name())).isEmpty();
        assertThat(comparison.timesAsFastAs(WholeTable.ON_H2.name(), forgetful.name()))
                .isEmpty();
        assertThat(comparison.seconds(new Library(1).name())).isPresent();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
                    run          | NULL
                    line         | 2
                    kind         | 'F'
                    status       | 'R'
                    cause        | 'O'
                    is_last      | FALSE
                    old_credits  | old_credits + 1
                    host_state   | 'migrated=true'
                    figures_line | 1
                    granted      | 20
                    copied       | 0
                    old_rate     | 1000
                    actor        | 'run'
                    reason       | 'because'
                    """)
    void a_line_with_another_value_in_one_column_is_no_figure(String column, String value) throws Exception {
        Wrong other = new Wrong("another " + column, """
                UPDATE credit_migration_journal SET %s = %s
                WHERE user_id = (SELECT MIN(user_id) FROM credit_migration_journal)
                """.formatted(column, value));

        Comparison comparison = compare(WholeTable.ON_H2, other);

        assertThat(comparison.disqualified().get(other.name())).startsWith("journal " + column);
    }

    @Test
    void a_report_says_who_has_no_figure_and_why() throws Exception {
        Wrong lost = new Wrong("loses a balance", "UPDATE users SET credits = 0 WHERE credits > 100");
        Report report = new Report();

        report.comparisons(List.of(compare(WholeTable.ON_H2, lost)));

        assertThat(report.text()).contains("No figure for loses a balance", "| loses a balance | none | none | none |");
    }

    @Test
    void ratios_are_of_the_same_repetition() {
        Comparison comparison = new Comparison(
                "none",
                Job.EVERYBODY,
                USERS,
                Map.of("a", List.of(trial(1), trial(10), trial(2)), "b", List.of(trial(2), trial(5), trial(1))),
                Map.of());

        assertThat(comparison.timesAsFastAs("a", "b")).contains(new Spread(2, 0.5, 2));
    }

    @Test
    void a_report_says_what_was_written_for_a_user_where_the_server_tells() {
        Comparison comparison = new Comparison(
                "PostgreSQL",
                Job.EVERYBODY,
                USERS,
                Map.of("a", List.of(new Trial(1, 300, 2.5, 1, Map.of()), new Trial(1, 320, 2.5, 1, Map.of()))),
                Map.of());
        Report report = new Report();

        report.comparisons(List.of(comparison));

        assertThat(report.text()).contains("| WAL B/user | rows/user |", "| 310 [300–320] | 2.50 |");
    }

    private static Comparison compare(Contender... contenders) throws Exception {
        try (Engine engine = new H2()) {
            return Comparison.of("H2", engine, Job.EVERYBODY, USERS, 1, List.of(contenders), line -> {});
        }
    }

    private static Trial trial(double seconds) {
        return new Trial(seconds, 0, 0, 1, Map.of());
    }
}
