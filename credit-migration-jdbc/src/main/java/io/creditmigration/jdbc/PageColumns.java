package io.creditmigration.jdbc;

import io.creditmigration.jdbc.ChangeColumns.Change;
import io.creditmigration.jdbc.ChangeColumns.Input;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A page's changes as columns, each value sent once: what all changes have in common is one value, and a column that says the
 * same as an earlier one is that one. Most of what a page writes is one of the two, and PostgreSQL spends as long on reading
 * arrays as on writing a table.
 */
final class PageColumns {

    /**
     * Where each column is found, in their order: its own number if it is an array, the number of the array that it is the same
     * as, or {@link #COMMON}.
     */
    record Layout(List<Integer> sources) {

        private boolean isArray(int i) {
            return sources.get(i) == i;
        }

        /** The arrays, for UNNEST. */
        String arrays(List<Input> inputs) {
            return of(inputs, this::isArray, input -> "CAST(:" + input.name() + " AS " + input.type() + "[])");
        }

        /** The names of their columns. */
        String arrayColumns(List<Input> inputs) {
            return of(inputs, this::isArray, Input::name);
        }

        /** All columns, of what the arrays are called here. */
        String columns(List<Input> inputs, String arrays) {
            return IntStream.range(0, sources.size())
                    .mapToObj(i -> column(inputs, i, arrays))
                    .collect(Collectors.joining(", "));
        }

        private String column(List<Input> inputs, int i, String arrays) {
            Input input = inputs.get(i);
            String value = sources.get(i) == COMMON
                    ? "CAST(:" + input.name() + " AS " + input.type() + ")"
                    : arrays + "." + inputs.get(sources.get(i)).name();
            return value + " AS " + input.name();
        }

        private String of(List<Input> inputs, Function<Integer, Boolean> which, Function<Input, String> part) {
            return IntStream.range(0, sources.size())
                    .filter(which::apply)
                    .mapToObj(i -> part.apply(inputs.get(i)))
                    .collect(Collectors.joining(", "));
        }
    }

    private static final int COMMON = -1;

    private final List<Input> inputs;
    private final @Nullable Object[][] values;
    private final Layout layout;

    /** The first input is the key of the changes, and always an array. */
    PageColumns(List<Input> inputs, List<Change> changes) {
        this.inputs = inputs;
        this.values = new Object[inputs.size()][changes.size()];
        List<Integer> sources = new ArrayList<>();
        for (int i = 0; i < values.length; i++) {
            Function<Change, @Nullable Object> value = inputs.get(i).value();
            for (int j = 0; j < values[i].length; j++) {
                values[i][j] = value.apply(changes.get(j));
            }
            sources.add(source(i, sources));
        }
        this.layout = new Layout(sources);
    }

    Layout layout() {
        return layout;
    }

    /** Adds the values that a statement of this layout is bound to. */
    void bindTo(Map<String, @Nullable Object> parameters, Connection connection) throws SQLException {
        for (int i = 0; i < values.length; i++) {
            Input input = inputs.get(i);
            int source = layout.sources().get(i);
            if (source == COMMON) {
                parameters.put(input.name(), values[i][0]);
            } else if (source == i) {
                Object[] elements =
                        Arrays.stream(values[i]).map(PageColumns::element).toArray();
                parameters.put(input.name(), connection.createArrayOf(input.type(), elements));
            }
        }
    }

    /** The driver makes arrays of what it knows, and of times that is their text. */
    private static @Nullable Object element(@Nullable Object value) {
        return value instanceof Instant time ? time.toString() : value;
    }

    private int source(int i, List<Integer> before) {
        if (i > 0 && Arrays.stream(values[i]).allMatch(value -> Objects.equals(value, values[i][0]))) {
            return COMMON;
        }
        for (int j = 0; j < i; j++) {
            boolean comparable = before.get(j) == j
                    && inputs.get(j).type().equals(inputs.get(i).type());
            if (comparable && Arrays.equals(values[j], values[i])) {
                return j;
            }
        }
        return i;
    }
}
