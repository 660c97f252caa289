package io.creditmigration.jdbc;

import io.creditmigration.jdbc.Column.Kind;
import io.creditmigration.jdbc.Metadata.Table;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLFeatureNotSupportedException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Reads the library's tables before they are there: each query that names one is given a table expression of that name, with
 * the columns of the shipped DDL and no rows. What is no query is refused.
 */
record EmptyTables(Object target, LibraryTables ours) implements InvocationHandler {

    private static final Pattern TABLE = Pattern.compile("CREATE TABLE (\\w+) \\((.*?)\\n\\)", Pattern.DOTALL);
    private static final Pattern COLUMN =
            Pattern.compile("(?m)^ {4}(?!PRIMARY|UNIQUE|CHECK|CONSTRAINT|KEY|INDEX)(\\w+) +"
                    + "((?:\"char\"|[A-Z]\\w*)(?: ?\\([^)]*\\))?(?: WITH TIME ZONE)?)");

    /** Connections that see empty tables in place of those that are missing. */
    static DataSource of(DataSource dataSource, LibraryTables ours) {
        return (DataSource) proxy(DataSource.class, new EmptyTables(dataSource, ours));
    }

    /** The table of accounts as the shipped DDL makes it. */
    static Table account(LibraryTables ours) {
        String name = ours.prefix() + "account";
        Map<String, Column> columns = new LinkedHashMap<>();
        add(columns, name, "user_id", new Column.Type(Kind.TEXT, "varchar", "VARCHAR(255)", 255, 0, true));
        add(columns, name, "balance", new Column.Type(Kind.DECIMAL, "numeric", "NUMERIC(38, 18)", 38, 18, true));
        add(columns, name, "active", new Column.Type(Kind.BOOLEAN, "boolean", "BOOLEAN", 0, 0, true));
        add(columns, name, "version", new Column.Type(Kind.WHOLE, "bigint", "BIGINT", 19, 0, true));
        return new Table("own account table", name, null, name, columns);
    }

    private static void add(Map<String, Column> columns, String table, String name, Column.Type type) {
        columns.put(name, new Column(table, name, type, /* generated= */ false, /* required= */ false));
    }

    private static Object proxy(Class<?> type, EmptyTables tables) {
        return Proxy.newProxyInstance(EmptyTables.class.getClassLoader(), new Class<?>[] {type}, tables);
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] arguments)
            throws Throwable {
        if (method.getName().equals("prepareStatement") && arguments != null && arguments[0] instanceof String sql) {
            arguments[0] = readable(sql, Dialect.of((Connection) target));
        }
        if (method.getName().equals("isWrapperFor") && arguments != null && arguments[0] == EmptyTables.class) {
            return true;
        }
        Object answer;
        try {
            answer = method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause() == null ? e : e.getCause();
        }
        return answer instanceof Connection connection
                ? proxy(Connection.class, new EmptyTables(connection, ours))
                : answer;
    }

    private String readable(String sql, Dialect dialect) throws SQLFeatureNotSupportedException {
        String query = sql.strip();
        boolean hasExpressions = query.startsWith("WITH ");
        if (!hasExpressions && !query.startsWith("SELECT ")) {
            throw new SQLFeatureNotSupportedException(
                    "The library's tables are not installed, and nothing can be written before they are");
        }
        String missing = expressions(dialect).entrySet().stream()
                .filter(table -> Pattern.compile("\\b" + table.getKey() + "\\b")
                        .matcher(query)
                        .find())
                .map(table -> table.getKey() + " AS (" + table.getValue() + ")")
                .collect(Collectors.joining(", "));
        if (missing.isEmpty()) {
            return query;
        }
        return "WITH " + missing + (hasExpressions ? ", " + query.substring("WITH ".length()) : " " + query);
    }

    /** A query without rows for each table, and the halt switch, which is off. */
    private Map<String, String> expressions(Dialect dialect) {
        Map<String, String> expressions = new LinkedHashMap<>();
        Matcher table = TABLE.matcher(ours.ddl(dialect));
        while (table.find()) {
            expressions.put(
                    table.group(1),
                    "SELECT " + columns(table.group(2), dialect) + " FROM (SELECT 1 AS one) o WHERE 1 = 0");
        }
        switch (dialect) {
            case POSTGRESQL -> expressions.put(ours.prefix() + "halted", "SELECT CAST(0 AS BIGINT) AS last_value");
            case MARIADB -> expressions.put(ours.prefix() + "halted", "SELECT 1 AS next_not_cached_value");
            case H2 -> {
                // There the switch is in the barrier's rows.
            }
        }
        return expressions;
    }

    private static String columns(String definitions, Dialect dialect) {
        // MariaDB casts to few types, and compares NULL with all of them.
        return COLUMN.matcher(definitions)
                .results()
                .map(column -> (dialect == Dialect.MARIADB ? "NULL" : "CAST(NULL AS " + column.group(2) + ")") + " AS "
                        + column.group(1))
                .collect(Collectors.joining(", "));
    }
}
