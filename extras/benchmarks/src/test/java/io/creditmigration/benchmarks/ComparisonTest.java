package io.creditmigration.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

final class ComparisonTest {

    private static final int USERS = 500;

    /** Does the job, and then something wrong. */
    private record Wrong(String name, String mistake) implements Contender {

        @Override
        public Run prepare(Job job, DataSource database) throws Exception {
            Run right = new WholeTable().prepare(job, database);
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
                "one line of the log is missing",
                "DELETE FROM credit_migration_log WHERE user_id = (SELECT MIN(user_id) FROM credit_migration_log)");

        Comparison comparison = compare(new WholeTable(), twice, swapped, forgetful, new Library(1));

        assertThat(comparison.disqualified()).containsOnlyKeys(twice.name(), swapped.name(), forgetful.name());
        assertThat(comparison.seconds(twice.name())).isEmpty();
        assertThat(comparison.timesAsFastAs(new WholeTable().name(), forgetful.name()))
                .isEmpty();
        assertThat(comparison.seconds(new Library(1).name())).isPresent();
    }

    @Test
    void a_report_says_who_has_no_figure_and_why() throws Exception {
        Wrong lost = new Wrong("loses a balance", "UPDATE users SET credits = 0 WHERE credits > 100");
        Report report = new Report();

        report.comparisons(List.of(compare(new WholeTable(), lost)));

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

    private static Comparison compare(Contender... contenders) throws Exception {
        try (Engine engine = new H2()) {
            return Comparison.of("H2", engine, Job.EVERYBODY, USERS, 1, List.of(contenders), line -> {});
        }
    }

    private static Trial trial(double seconds) {
        return new Trial(seconds, 1, Map.of());
    }
}
