package io.creditmigration.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The one row that says which population the library's tables serve. */
final class Population {

    /** What is bound: the tables as the database names them, and the key of the population. */
    record Bound(String users, String balance, String key) {}

    private static final String FIND =
            "SELECT users_table, balance_column, population_key FROM {our_population} WHERE id = 1";

    private static final String BIND = """
            INSERT INTO {our_population} (id, users_table, balance_column, population_key)
            VALUES (1, :users, :balance, :key)
            """;

    private static final String REBIND =
            "UPDATE {our_population} SET users_table = :users, balance_column = :balance WHERE id = 1";

    private final Mapping mapping;
    private final LibraryTables ours;
    private final Sql find;
    private final Sql bind;
    private final Sql rebind;

    Population(Mapping mapping, LibraryTables ours) {
        Map<String, String> names = ours.names(mapping.dialect);
        this.mapping = mapping;
        this.ours = ours;
        this.find = new Sql(mapping.dialect, FIND, names);
        this.bind = new Sql(mapping.dialect, BIND, names);
        this.rebind = new Sql(mapping.dialect, REBIND, names);
    }

    @Nullable
    Bound find(Connection connection) throws SQLException {
        try (PreparedStatement statement = find.prepare(connection);
                ResultSet row = statement.executeQuery()) {
            return row.next()
                    ? new Bound(
                            row.getString("users_table"),
                            row.getString("balance_column"),
                            row.getString("population_key"))
                    : null;
        }
    }

    /** Refuses tables that serve another population; nothing where none is bound. */
    void check(Connection connection) throws SQLException {
        Bound bound = find(connection);
        if (bound != null && !isMapped(bound)) {
            throw new MappingException(
                    "users table '" + mapping.usersName + "' with the balance " + mapping.balanceName,
                    "the library's tables " + ours.prefix() + "… serve " + bound.users() + " with the balance "
                            + bound.balance()
                            + "; give this one a prefix or schema of its own, or, if the table was renamed or the"
                            + " database restored elsewhere, call rebind(…)");
        }
    }

    /** Binds the tables to what is mapped, once; refuses another mapping. */
    void bind(Connection connection) throws SQLException {
        if (find(connection) == null) {
            Map<String, @Nullable Object> values = mapped();
            values.put("key", UUID.randomUUID().toString());
            bind.update(connection, values);
        }
        check(connection);
    }

    /** Binds them to what is mapped now; the key stays. Answers what was bound before, null where it was the same. */
    @Nullable
    Bound rebind(Connection connection) throws SQLException {
        Bound before = find(connection);
        if (before == null || isMapped(before)) {
            return null;
        }
        rebind.update(connection, mapped());
        return before;
    }

    private boolean isMapped(Bound bound) {
        return bound.users().equals(mapping.usersName) && bound.balance().equals(mapping.balanceName);
    }

    private Map<String, @Nullable Object> mapped() {
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        values.put("users", mapping.usersName);
        values.put("balance", mapping.balanceName);
        return values;
    }
}
