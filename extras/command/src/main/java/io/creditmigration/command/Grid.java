package io.creditmigration.command;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * A table of the report. Its cells know their heads: on a phone each row is a list of them.
 *
 * @param title what it is
 * @param head the heads of the columns
 * @param rows the rows
 */
record Grid(String title, List<Cell> head, List<Row> rows) {

    private static final Pattern NUMBER = Pattern.compile("-?[0-9][0-9,.]*( (%|s|ms))?");

    /**
     * A cell.
     *
     * @param head the head of its column
     * @param text what it says
     * @param number whether it is aligned as a figure
     */
    record Cell(String head, String text, boolean number) {}

    /**
     * A row.
     *
     * @param cells its cells
     */
    record Row(List<Cell> cells) {}

    static Grid of(String title, List<String> head, List<List<String>> rows) {
        return new Grid(
                title,
                IntStream.range(0, head.size())
                        .mapToObj(i -> new Cell(head.get(i), head.get(i), isNumbers(rows, i)))
                        .toList(),
                rows.stream()
                        .map(row -> new Row(IntStream.range(0, row.size())
                                .mapToObj(i -> new Cell(head.get(i), row.get(i), isNumbers(rows, i)))
                                .toList()))
                        .toList());
    }

    /** Whether all figures of a column are such, or it has none. */
    private static boolean isNumbers(List<List<String>> rows, int column) {
        return rows.stream()
                        .map(row -> row.get(column))
                        .allMatch(text ->
                                text.equals("none") || NUMBER.matcher(text).matches())
                && rows.stream().anyMatch(row -> NUMBER.matcher(row.get(column)).matches());
    }
}
