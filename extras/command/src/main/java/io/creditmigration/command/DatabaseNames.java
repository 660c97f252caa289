package io.creditmigration.command;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Tables and columns as the database has them, found by the names that an operator has written, in whatever capitals. */
final class DatabaseNames {

    private final Connection connection;
    private final boolean isMariaDb;

    DatabaseNames(Connection connection, ConnectionSettings settings) {
        this.connection = connection;
        this.isMariaDb = settings.isMariaDb();
    }

    List<String> tables(@Nullable String schema) throws SQLException {
        List<String> tables = new ArrayList<>();
        try (ResultSet rows = connection.getMetaData().getTables(catalog(schema), schema(schema), "%", new String[] {
            "TABLE", "BASE TABLE", "PARTITIONED TABLE"
        })) {
            while (rows.next()) {
                tables.add(rows.getString("TABLE_NAME"));
            }
        }
        return tables;
    }

    List<String> columns(@Nullable String schema, String table) throws SQLException {
        List<String> columns = new ArrayList<>();
        try (ResultSet rows = connection.getMetaData().getColumns(catalog(schema), schema(schema), "%", "%")) {
            while (rows.next()) {
                // A value that the database gives can be neither set nor inserted.
                boolean isGiven = "YES".equals(rows.getString("IS_AUTOINCREMENT"))
                        || "YES".equals(rows.getString("IS_GENERATEDCOLUMN"));
                if (rows.getString("TABLE_NAME").equals(table) && !isGiven) {
                    columns.add(rows.getString("COLUMN_NAME"));
                }
            }
        }
        return columns;
    }

    /** The name as the database has it: exactly, or in other capitals. */
    static Optional<String> find(List<String> names, String name) {
        return names.contains(name)
                ? Optional.of(name)
                : names.stream().filter(name::equalsIgnoreCase).findFirst();
    }

    @Nullable
    String catalog(@Nullable String schema) throws SQLException {
        return !isMariaDb || schema == null ? connection.getCatalog() : schema;
    }

    @Nullable
    String schema(@Nullable String schema) throws SQLException {
        if (isMariaDb) {
            return null;
        }
        return schema == null ? connection.getSchema() : schema;
    }

    String qualified(@Nullable String schema, String table) {
        return (schema == null ? "" : quoted(schema) + ".") + quoted(table);
    }

    String quoted(String name) {
        return quote() + name.replace(quote(), quote() + quote()) + quote();
    }

    String quote() {
        return isMariaDb ? "`" : "\"";
    }
}
