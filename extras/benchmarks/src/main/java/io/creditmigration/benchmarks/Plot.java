package io.creditmigration.benchmarks;

import java.util.List;
import java.util.Locale;

/** Bars of how many times as fast as the first contender each one is, a line for each comparison; SVG. */
final class Plot {

    private static final int WIDTH = 900;
    private static final int NAMES_WIDTH = 190;
    private static final int FIGURES_WIDTH = 160;
    private static final int BAR = 16;
    private static final int GAP = 34;

    private final StringBuilder svg = new StringBuilder();
    private final double widest;
    private int y;

    private Plot(double widest) {
        this.widest = widest;
    }

    static String of(List<Comparison> comparisons) {
        double widest = comparisons.stream()
                .flatMap(comparison -> comparison.trials().keySet().stream()
                        .flatMap(name -> comparison.timesAsFastAs(reference(comparison), name).stream()))
                .mapToDouble(Spread::max)
                .max()
                .orElse(1);
        Plot plot = new Plot(widest);
        comparisons.forEach(plot::add);
        return """
                <svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" font-family="sans-serif" font-size="12">
                <rect width="100%%" height="100%%" fill="white"/>
                %s</svg>
                """.formatted(WIDTH, plot.y + GAP, plot.svg);
    }

    private static String reference(Comparison comparison) {
        return comparison.trials().keySet().iterator().next();
    }

    private void add(Comparison comparison) {
        y += GAP;
        text(
                8,
                "%s, job %s (%s), %,d users: times as fast as the %s"
                        .formatted(
                                comparison.engine(),
                                comparison.job().label(),
                                comparison.job().words(),
                                comparison.users(),
                                reference(comparison)),
                "bold");
        for (String name : comparison.trials().keySet()) {
            y += BAR + 4;
            text(8, name, "normal");
            comparison.timesAsFastAs(reference(comparison), name).ifPresent(this::bar);
        }
        line(at(1), comparison.trials().size() * (BAR + 4));
    }

    private void bar(Spread spread) {
        int end = at(spread.median());
        svg.append("<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"%s\"/>%n"
                .formatted(NAMES_WIDTH, y - BAR + 4, Math.max(1, end - NAMES_WIDTH), BAR, "#4477aa"));
        svg.append("<line x1=\"%d\" x2=\"%d\" y1=\"%d\" y2=\"%d\" stroke=\"black\"/>%n"
                .formatted(at(spread.min()), at(spread.max()), y - BAR / 2 + 4, y - BAR / 2 + 4));
        String figures = "%s× [%s–%s]"
                .formatted(Report.number(spread.median()), Report.number(spread.min()), Report.number(spread.max()));
        text(Math.max(end, at(spread.max())) + 6, figures, "normal");
    }

    private void line(int x, int height) {
        svg.append("<line x1=\"%d\" x2=\"%d\" y1=\"%d\" y2=\"%d\" stroke=\"#cc3311\" stroke-dasharray=\"3\"/>%n"
                .formatted(x, x, y + 6, y + 6 - height));
    }

    private int at(double figure) {
        return NAMES_WIDTH + (int) Math.round(figure / widest * (WIDTH - NAMES_WIDTH - FIGURES_WIDTH));
    }

    private void text(int x, String words, String weight) {
        String escaped = words.replace("&", "&amp;").replace("<", "&lt;");
        svg.append(String.format(
                Locale.ROOT, "<text x=\"%d\" y=\"%d\" font-weight=\"%s\">%s</text>%n", x, y, weight, escaped));
    }
}
