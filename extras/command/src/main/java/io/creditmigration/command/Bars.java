package io.creditmigration.command;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;

/**
 * Bars that begin at zero, each with its name and its figure beside it, so that neither length nor colour is all that tells.
 *
 * @param title what is shown
 * @param unit what the figures are
 * @param note what else one has to know; may be empty
 * @param rows the bars
 */
record Bars(String title, String unit, String note, List<Row> rows) {

    private static final int HUNDRED = 100;
    private static final int DECIMALS = 4;

    /**
     * A bar.
     *
     * @param label what it is for
     * @param series which of several it belongs to, a or b
     * @param figure the figure, as it is shown
     * @param percent its length, of the longest one
     */
    record Row(String label, String series, String figure, String percent) {

        /** Whether there is anything to draw. */
        boolean drawn() {
            return !percent.equals("0");
        }
    }

    /** Collects bars and finds the longest one. */
    static final class Builder {

        private record Bar(String label, String series, BigDecimal value) {}

        private final String title;
        private final String unit;
        private final String note;
        private final List<Bar> bars = new ArrayList<>();

        private Builder(String title, String unit, String note) {
            this.title = title;
            this.unit = unit;
            this.note = note;
        }

        Builder add(String label, long value) {
            return add(label, "a", BigDecimal.valueOf(value));
        }

        Builder add(String label, String series, BigDecimal value) {
            bars.add(new Bar(label, series, value));
            return this;
        }

        Bars build() {
            BigDecimal longest = bars.stream().map(Bar::value).reduce(BigDecimal.ZERO, BigDecimal::max);
            return new Bars(
                    title,
                    unit,
                    note,
                    bars.stream()
                            .map(bar -> new Row(
                                    bar.label(),
                                    bar.series(),
                                    Output.amount(bar.value()),
                                    percent(bar.value(), longest)))
                            .toList());
        }

        private static String percent(BigDecimal value, BigDecimal longest) {
            return longest.signum() == 0 || value.signum() <= 0
                    ? "0"
                    : value.multiply(BigDecimal.valueOf(HUNDRED))
                            .divide(longest, DECIMALS, RoundingMode.HALF_UP)
                            .toPlainString();
        }
    }

    static Builder of(String title, String unit, String note) {
        return new Builder(title, unit, note);
    }
}
