package io.creditmigration.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One statement: a text block with {@code {names}} that stand for quoted identifiers and mapped expressions, and
 * {@code :parameters} that are bound by name. Nothing that comes from a user or a row ever becomes part of the text.
 */
final class Sql {

    private static final Pattern NAME = Pattern.compile("\\{(\\w+)}");
    private static final Pattern PARAMETER = Pattern.compile("'[^']*'|\"[^\"]*\"|`[^`]*`|:(\\w+)");

    private final Dialect dialect;
    private final String text;
    private final List<String> parameters = new ArrayList<>();

    Sql(Dialect dialect, String template, Map<String, String> names) {
        this.dialect = dialect;
        // Once only: braces inside a host's identifier are part of its name.
        String named = replaced(template, names);
        Matcher parameter = PARAMETER.matcher(named);
        StringBuilder positional = new StringBuilder();
        while (parameter.find()) {
            if (parameter.group(1) == null) {
                parameter.appendReplacement(positional, Matcher.quoteReplacement(parameter.group()));
            } else {
                parameters.add(parameter.group(1));
                parameter.appendReplacement(positional, "?");
            }
        }
        this.text = parameter.appendTail(positional).toString();
    }

    PreparedStatement prepare(Connection connection) throws SQLException {
        return connection.prepareStatement(text);
    }

    void bind(PreparedStatement statement, Map<String, @Nullable Object> values) throws SQLException {
        for (int i = 0; i < parameters.size(); i++) {
            String parameter = parameters.get(i);
            if (!values.containsKey(parameter)) {
                throw new IllegalStateException("No value for :" + parameter + " in " + text);
            }
            dialect.bind(statement, i + 1, values.get(parameter));
        }
    }

    /** Executes once; answers rows matched. */
    int update(Connection connection, Map<String, @Nullable Object> values) throws SQLException {
        try (PreparedStatement statement = prepare(connection)) {
            bind(statement, values);
            return statement.executeUpdate();
        }
    }

    /** Executes for each; answers rows matched, in order. */
    int[] batch(Connection connection, List<Map<String, @Nullable Object>> rows) throws SQLException {
        if (rows.isEmpty()) {
            return new int[0];
        }
        try (PreparedStatement statement = dialect.prepareCounting(connection, text)) {
            int[] matched = execute(statement, rows);
            for (int count : matched) {
                if (count < 0) {
                    throw new IllegalStateException("The driver does not count rows matched, answered " + count);
                }
            }
            return matched;
        }
    }

    /** Inserts one row for each, or fails; here a driver need not count. */
    void insert(Connection connection, List<Map<String, @Nullable Object>> rows) throws SQLException {
        if (!rows.isEmpty()) {
            try (PreparedStatement statement = prepare(connection)) {
                execute(statement, rows);
            }
        }
    }

    private int[] execute(PreparedStatement statement, List<Map<String, @Nullable Object>> rows) throws SQLException {
        for (Map<String, @Nullable Object> row : rows) {
            bind(statement, row);
            statement.addBatch();
        }
        return statement.executeBatch();
    }

    @Override
    public String toString() {
        return text;
    }

    static String replaced(String template, Map<String, String> names) {
        return NAME.matcher(template).replaceAll(match -> {
            String expression = names.get(match.group(1));
            if (expression == null) {
                throw new IllegalStateException("No expression for {" + match.group(1) + "} in " + template);
            }
            return Matcher.quoteReplacement(expression);
        });
    }
}
