package io.creditmigration.command;

import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What an application's tables are for, guessed from the database's metadata alone: names, types and keys. No row is read.
 *
 * @param schema the schema that was looked at
 * @param users the users table
 * @param tables all tables, by name
 * @param operations the table with a row for each operation; null where none looks like it
 */
record HostGuess(
        String schema,
        Table users,
        List<String> tables,
        @Nullable Operations operations) {

    private static final Set<Integer> EXACT =
            Set.of(Types.DECIMAL, Types.NUMERIC, Types.TINYINT, Types.SMALLINT, Types.INTEGER, Types.BIGINT);
    private static final Set<Integer> TRUTH = Set.of(Types.BOOLEAN, Types.BIT, Types.TINYINT, Types.SMALLINT);
    private static final Set<Integer> TIME = Set.of(Types.TIMESTAMP, Types.TIMESTAMP_WITH_TIMEZONE, Types.DATE);
    private static final Set<Integer> TEXT = Set.of(Types.CHAR, Types.VARCHAR, Types.NVARCHAR, Types.OTHER);

    /**
     * A column.
     *
     * @param name its name
     * @param type its JDBC type
     * @param typeName its type as the database names it
     */
    record Column(String name, int type, String typeName) {

        private boolean is(Set<Integer> types) {
            return types.contains(type);
        }

        /** Lower-case letters and digits alone. */
        String plain() {
            return HostGuess.plain(name);
        }

        boolean isTime() {
            return is(TIME);
        }
    }

    /**
     * A table.
     *
     * @param name its name
     * @param key the column of its primary key; null where it has none, or several
     * @param columns its columns
     */
    record Table(String name, @Nullable String key, List<Column> columns) {

        /** Columns that are such, those with a name that fits better first. */
        private List<Column> like(Predicate<Column> such, String... words) {
            return Stream.of(words)
                    .flatMap(word -> columns.stream()
                            .filter(such)
                            .filter(column -> column.plain().contains(word)))
                    .distinct()
                    .toList();
        }

        List<Column> ids() {
            List<Column> found = new ArrayList<>(
                    columns.stream().filter(column -> column.name().equals(key)).toList());
            like(column -> true, "id").stream()
                    .filter(column -> !found.contains(column))
                    .forEach(found::add);
            return found;
        }

        List<Column> balances() {
            return like(column -> column.is(EXACT) && !column.plain().contains("ref"), "credit", "balance", "points");
        }

        List<Column> flags() {
            return like(column -> column.is(TRUTH), "migrat");
        }

        List<Column> rates() {
            return like(column -> column.is(EXACT) && !column.plain().contains("limit"), "rate", "price");
        }

        List<Column> versions() {
            return like(column -> column.is(EXACT), "version");
        }

        List<Column> registrations() {
            return like(Column::isTime, "registered", "created", "joined", "signup", "since");
        }

        List<Column> exempts() {
            return like(column -> column.is(TEXT) || column.is(TRUTH), "role", "admin", "usertype", "kind");
        }

        List<Column> limits() {
            return like(column -> column.is(EXACT), "ratelimit", "limit", "quota");
        }

        List<Column> deletions() {
            return like(Column::isTime, "deleted", "removed");
        }
    }

    /**
     * Where operations are.
     *
     * @param table the table
     * @param user the column that names the user
     * @param at the column that has the time
     */
    record Operations(Table table, String user, Column at) {}

    /** Looks at a schema; the connection's own where none is named. */
    static HostGuess of(Connection connection, @Nullable String givenSchema, @Nullable String givenUsers, String prefix)
            throws SQLException {
        DatabaseMetaData data = connection.getMetaData();
        boolean byCatalog = data.getDatabaseProductName().equals("MariaDB");
        String own = byCatalog ? connection.getCatalog() : connection.getSchema();
        String schema = givenSchema != null ? givenSchema : String.valueOf(own);
        Map<String, Table> tables = new LinkedHashMap<>();
        String[] types = {"BASE TABLE", "TABLE", "PARTITIONED TABLE"};
        try (ResultSet rows = data.getTables(byCatalog ? schema : null, byCatalog ? null : schema, "%", types)) {
            while (rows.next()) {
                String name = rows.getString("TABLE_NAME");
                if (!name.toLowerCase(Locale.ROOT).startsWith(prefix)) {
                    tables.put(name, new Table(name, null, List.of()));
                }
            }
        }
        if (tables.isEmpty()) {
            throw CommandFailure.usage(
                    "there are no tables in schema '" + schema + "'; name the right one with --schema, or see --url");
        }
        tables.replaceAll((name, table) -> table(data, byCatalog, schema, name));
        Table users = users(tables, givenUsers);
        return new HostGuess(schema, users, List.copyOf(tables.keySet()), operations(tables, users));
    }

    private static Table table(DatabaseMetaData data, boolean byCatalog, String schema, String name) {
        String catalog = byCatalog ? schema : null;
        List<Column> columns = new ArrayList<>();
        Set<String> key = new TreeSet<>();
        try {
            // Names are patterns here, so that others may come with them.
            try (ResultSet rows = data.getColumns(catalog, byCatalog ? null : schema, name, "%")) {
                while (rows.next()) {
                    if (rows.getString("TABLE_NAME").equals(name)) {
                        columns.add(new Column(
                                rows.getString("COLUMN_NAME"),
                                rows.getInt("DATA_TYPE"),
                                rows.getString("TYPE_NAME").toLowerCase(Locale.ROOT)));
                    }
                }
            }
            try (ResultSet rows = data.getPrimaryKeys(catalog, byCatalog ? null : schema, name)) {
                while (rows.next()) {
                    key.add(rows.getString("COLUMN_NAME"));
                }
            }
        } catch (SQLException e) {
            throw new CommandFailure(
                    ExitCode.INFRASTRUCTURE, "the columns of " + name + " cannot be read: " + e.getMessage());
        }
        return new Table(name, key.size() == 1 ? key.iterator().next() : null, columns);
    }

    private static Table users(Map<String, Table> tables, @Nullable String given) {
        if (given != null) {
            Table table = tables.get(given);
            if (table == null) {
                throw CommandFailure.usage(
                        "there is no table '" + given + "'; there are " + String.join(", ", tables.keySet()));
            }
            return table;
        }
        return tables.values().stream()
                .max((one, other) -> Integer.compare(usersScore(one), usersScore(other)))
                .filter(table -> usersScore(table) > 0)
                .orElseThrow(() -> CommandFailure.usage("none of the tables looks as if it had the users; name it with"
                        + " --users-table: " + String.join(", ", tables.keySet())));
    }

    private static int usersScore(Table table) {
        String name = plain(table.name());
        int named = Stream.of("users", "user", "accounts", "account", "members", "member", "customers", "customer")
                        .anyMatch(name::equals)
                ? 8
                : Stream.of("user", "account", "member", "customer").anyMatch(name::contains) ? 4 : 0;
        return named
                + (table.balances().isEmpty() ? 0 : 3)
                + (table.registrations().isEmpty() ? 0 : 1)
                + (table.key() == null ? 0 : 1)
                - (named == 0 && table.balances().isEmpty() ? 8 : 0);
    }

    private static @Nullable Operations operations(Map<String, Table> tables, Table users) {
        for (String word :
                new String[] {"operation", "usage", "request", "event", "call", "action", "activity", "log"}) {
            for (Table table : tables.values()) {
                List<Column> user = table.like(column -> true, "user", "account", "member", "customer");
                List<Column> at = table.like(Column::isTime, "made", "happened", "created", "at", "time", "date");
                boolean other = !table.name().equals(users.name());
                if (other && plain(table.name()).contains(word) && !user.isEmpty() && !at.isEmpty()) {
                    return new Operations(table, user.get(0).name(), at.get(0));
                }
            }
        }
        return null;
    }

    private static String plain(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
    }
}
