package io.creditmigration.benchmarks;

import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** What was measured, as Markdown. Every figure in it comes from the run that wrote it. */
final class Report {

    private final StringBuilder engines = new StringBuilder();
    private final StringBuilder sections = new StringBuilder();

    void engine(String words) {
        engines.append("- ").append(words).append('\n');
    }

    /** Adds a section of a table, whose first row is its head. */
    void table(String title, String words, List<List<String>> rows) {
        sections.append("\n## ").append(title).append("\n\n");
        if (!words.isEmpty()) {
            sections.append(words).append("\n\n");
        }
        append(rows.get(0));
        append(rows.get(0).stream().map(head -> "---").toList());
        rows.stream().skip(1).forEach(this::append);
    }

    void comparisons(List<Comparison> comparisons) {
        comparisons.forEach(this::comparison);
        costs(comparisons);
    }

    String text() {
        return """
                # Benchmark

                %s; Java %s, %d processors, %s %s.

                %s
                Medians, with least and greatest in brackets. Ratios are of the same repetition. More is faster.
                """.formatted(
                                LocalDate.now(ZoneOffset.UTC),
                                Runtime.version(),
                                Runtime.getRuntime().availableProcessors(),
                                System.getProperty("os.name"),
                                System.getProperty("os.arch"),
                                engines)
                + sections;
    }

    static String spread(Optional<Spread> spread, String unit) {
        return spread.map(figure ->
                        number(figure.median()) + unit + " [" + number(figure.min()) + "–" + number(figure.max()) + "]")
                .orElse("none");
    }

    /** Three digits or so. */
    static String number(double figure) {
        String format = figure >= 100 ? "%,.0f" : figure >= 10 ? "%.1f" : "%.2f";
        return String.format(Locale.ROOT, format, figure);
    }

    static String number(long count) {
        return String.format(Locale.ROOT, "%,d", count);
    }

    private void comparison(Comparison comparison) {
        List<String> names = List.copyOf(comparison.trials().keySet());
        Stream<String> rivals = names.stream().filter(name -> name.equals(names.get(0)) || name.endsWith("partitions"));
        List<String> references = rivals.toList();
        List<List<String>> rows = new ArrayList<>();
        List<String> head = new ArrayList<>(List.of("contender", "seconds", "users/s"));
        if (comparison.isWrittenKnown()) {
            head.addAll(List.of("WAL B/user", "rows/user"));
        }
        references.forEach(reference -> head.add("× " + reference));
        rows.add(head);
        for (String name : names) {
            Optional<Spread> seconds = comparison.seconds(name);
            List<String> row = new ArrayList<>(List.of(
                    name,
                    spread(seconds, ""),
                    seconds.map(figure -> number(comparison.users() / figure.median()))
                            .orElse("none")));
            if (comparison.isWrittenKnown()) {
                row.add(spread(comparison.logBytes(name), ""));
                row.add(comparison
                        .rows(name)
                        .map(figure -> number(figure.median()))
                        .orElse("none"));
            }
            references.forEach(reference -> row.add(spread(comparison.timesAsFastAs(reference, name), "×")));
            rows.add(row);
        }
        StringBuilder words = new StringBuilder(comparison.job().words());
        if (names.contains("loop")) {
            words.append("; the loop's time is extrapolated from a sample of ")
                    .append(number((long) Math.min(Loop.SAMPLE_USERS, comparison.users())))
                    .append(" users");
        }
        comparison
                .disqualified()
                .forEach((name, difference) -> words.append(". No figure for ")
                        .append(name)
                        .append(", which left other tables: ")
                        .append(difference));
        table(
                String.format(
                        Locale.ROOT,
                        "%s: job %s, %,d users",
                        comparison.engine(),
                        comparison.job().label(),
                        comparison.users()),
                words.append('.').toString(),
                rows);
    }

    /** How the cost of one user grows with the number of users. */
    private void costs(List<Comparison> comparisons) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("job", "contender", "users", "µs per user", "× fewest users"));
        for (Comparison comparison : comparisons) {
            Comparison fewest = comparisons.stream()
                    .filter(other -> other.engine().equals(comparison.engine()) && other.job() == comparison.job())
                    .findFirst()
                    .orElse(comparison);
            if (fewest.users() == comparison.users()) {
                continue;
            }
            for (String name : comparison.trials().keySet()) {
                Optional<Double> before = microsPerUser(fewest, name);
                Optional<Double> after = microsPerUser(comparison, name);
                if (before.isPresent() && after.isPresent()) {
                    rows.add(List.of(
                            comparison.job().label(),
                            name,
                            number((long) comparison.users()),
                            number(after.get()),
                            number(after.get() / before.get())));
                }
            }
        }
        if (rows.size() > 1) {
            table("Cost per user as users grow", "", rows);
        }
    }

    private static Optional<Double> microsPerUser(Comparison comparison, String contender) {
        return comparison.seconds(contender).map(seconds -> seconds.median() * 1e6 / comparison.users());
    }

    private void append(List<String> cells) {
        sections.append("| ").append(String.join(" | ", cells)).append(" |\n");
    }
}
