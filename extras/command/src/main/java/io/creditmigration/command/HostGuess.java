package io.creditmigration.command;

import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
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
 * @param usersNamed whether somebody has named it
 * @param tables all tables, by name
 * @param operations the table with a row for each operation; null where none looks like it
 * @param accounts the table with one row and a balance for each user; null where none looks like it
 * @param purchases the table with a row for each payment; null where none looks like it
 */
record HostGuess(
        String schema,
        Table users,
        boolean usersNamed,
        List<String> tables,
        @Nullable Part operations,
        @Nullable Part accounts,
        @Nullable Part purchases) {

    /** How sure a guess is. */
    enum Sureness {
        /** Name, type and keys fit, and nothing else does as well. */
        SURE,
        /** Most of it fits. */
        LIKELY,
        /** Something has to be written; look at it. */
        UNSURE;

        static Sureness of(int points) {
            return points >= 5 ? SURE : points >= 3 ? LIKELY : UNSURE;
        }
    }

    private static final String[] USER_WORDS = {"user", "account", "member", "customer", "owner", "login"};
    private static final String[] OPERATION_WORDS = {
        "operation", "usage", "request", "event", "call", "action", "activity", "log", "job", "query"
    };
    private static final String[] PURCHASE_WORDS = {
        "purchase", "payment", "topup", "order", "invoice", "transaction", "deposit"
    };
    private static final String[] BALANCE_WORDS = {"credit", "balance", "points"};

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
     * @param references columns that refer to another table, with the table's name
     * @param unique columns that are unique by themselves
     */
    record Table(
            String name,
            @Nullable String key,
            List<Column> columns,
            Map<String, String> references,
            Set<String> unique) {

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
            return like(
                    column -> column.is(EXACT) && !column.plain().contains("ref") && !isReference(column),
                    BALANCE_WORDS);
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

        List<Column> times() {
            return like(Column::isTime, "made", "happened", "created", "at", "time", "date");
        }

        List<Column> amounts() {
            return like(column -> column.is(EXACT) && !isReference(column), "credit", "amount", "quantity", "points");
        }

        /** Keys and what refers to other tables are no amounts, whatever they are called. */
        private boolean isReference(Column column) {
            return column.name().equals(key)
                    || references.containsKey(column.name())
                    || column.plain().endsWith("id");
        }

        /** The column that says whose a row is: one that refers to the users, or is named and typed as if it did. */
        Optional<Column> owner(Table users) {
            Optional<Column> referring = columns.stream()
                    .filter(column -> users.name().equals(references.get(column.name())))
                    .findFirst();
            Set<Integer> types = new HashSet<>();
            users.ids().stream().limit(1).forEach(column -> types.add(column.type()));
            return referring.isPresent()
                    ? referring
                    : like(
                                    column -> types.contains(column.type())
                                            && !column.name().equals(key),
                                    USER_WORDS)
                            .stream()
                            .findFirst()
                            .or(() -> like(column -> types.contains(column.type()), USER_WORDS).stream()
                                    .findFirst());
        }

        private boolean isNamed(String... words) {
            return Stream.of(words).anyMatch(HostGuess.plain(name)::contains);
        }
    }

    /**
     * A table beside the users.
     *
     * @param table the table
     * @param user the column that names the user
     * @param columns what else it was taken for: times, or amounts, those that fit better first
     * @param sureness how sure that is
     */
    record Part(Table table, String user, List<Column> columns, Sureness sureness) {}

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
                    tables.put(name, new Table(name, null, List.of(), Map.of(), Set.of()));
                }
            }
        }
        if (tables.isEmpty()) {
            throw CommandFailure.usage(
                    "there are no tables in schema '" + schema + "'; name the right one with --schema, or see --url");
        }
        tables.replaceAll((name, table) -> table(data, byCatalog, schema, name));
        Table users = users(tables, givenUsers);
        List<Table> others = tables.values().stream()
                .filter(table -> !table.name().equals(users.name()))
                .toList();
        Part accounts = best(others.stream().flatMap(table -> account(table, users).stream()));
        Part purchases = best(others.stream()
                .filter(table -> accounts == null || !table.equals(accounts.table()))
                .flatMap(table -> purchase(table, users).stream()));
        Part operations = best(others.stream()
                .filter(table -> accounts == null || !table.equals(accounts.table()))
                .filter(table -> purchases == null || !table.equals(purchases.table()))
                .flatMap(table -> operation(table, users).stream()));
        return new HostGuess(
                schema, users, givenUsers != null, List.copyOf(tables.keySet()), operations, accounts, purchases);
    }

    private static Table table(DatabaseMetaData data, boolean byCatalog, String schema, String name) {
        String catalog = byCatalog ? schema : null;
        List<Column> columns = new ArrayList<>();
        Set<String> key = new TreeSet<>();
        Map<String, String> references = new LinkedHashMap<>();
        Set<String> unique = new HashSet<>();
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
            try (ResultSet rows = data.getImportedKeys(catalog, byCatalog ? null : schema, name)) {
                while (rows.next()) {
                    references.put(rows.getString("FKCOLUMN_NAME"), rows.getString("PKTABLE_NAME"));
                }
            }
            Map<String, List<String>> indexes = new LinkedHashMap<>();
            try (ResultSet rows = data.getIndexInfo(catalog, byCatalog ? null : schema, name, true, true)) {
                while (rows.next()) {
                    if (rows.getString("INDEX_NAME") != null && rows.getString("COLUMN_NAME") != null) {
                        indexes.computeIfAbsent(rows.getString("INDEX_NAME"), index -> new ArrayList<>())
                                .add(rows.getString("COLUMN_NAME"));
                    }
                }
            }
            indexes.values().stream().filter(index -> index.size() == 1).forEach(unique::addAll);
        } catch (SQLException e) {
            throw new CommandFailure(
                    ExitCode.INFRASTRUCTURE, "the columns of " + name + " cannot be read: " + e.getMessage());
        }
        if (key.size() == 1) {
            unique.addAll(key);
        }
        return new Table(name, key.size() == 1 ? key.iterator().next() : null, columns, references, unique);
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

    /** How sure it is that the users are there. */
    Sureness usersSureness() {
        return usersNamed ? Sureness.SURE : Sureness.of(usersScore(users) / 2);
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

    private record Scored(Part part, int points) {}

    private static @Nullable Part best(Stream<Scored> found) {
        return found.max(Comparator.comparingInt(Scored::points))
                .map(Scored::part)
                .orElse(null);
    }

    /** One row and a balance for each user. */
    private static Optional<Scored> account(Table table, Table users) {
        return table.owner(users)
                .filter(owner -> table.unique().contains(owner.name())
                        && !table.balances().isEmpty())
                .map(owner ->
                        scored(table, owner, users, table.balances(), 3, "account", "wallet", "balance", "credit"));
    }

    /** Many rows with a time and an amount for each user, with a name that speaks of paying. */
    private static Optional<Scored> purchase(Table table, Table users) {
        return table.owner(users)
                .filter(owner -> !table.unique().contains(owner.name())
                        && !table.times().isEmpty()
                        && !table.amounts().isEmpty()
                        && table.isNamed(PURCHASE_WORDS))
                .map(owner -> scored(table, owner, users, table.amounts(), 1, PURCHASE_WORDS));
    }

    /** Many rows with a time for each user. */
    private static Optional<Scored> operation(Table table, Table users) {
        return table.owner(users)
                .filter(owner ->
                        !table.unique().contains(owner.name()) && !table.times().isEmpty())
                .map(owner -> scored(table, owner, users, table.times(), 1, OPERATION_WORDS));
    }

    private static Scored scored(
            Table table, Column owner, Table users, List<Column> columns, int shape, String... words) {
        int points = shape
                + (users.name().equals(table.references().get(owner.name())) ? 2 : 0)
                + (table.isNamed(words) ? 3 : 0)
                - (columns.size() > 1 ? 1 : 0);
        return new Scored(new Part(table, owner.name(), columns, Sureness.of(points)), points);
    }

    private static String plain(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
    }
}
