package io.creditmigration.jdbc;

import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Finds the host's tables and columns by the names that the mapping gives, and their true names. */
final class Metadata {

    /** A table of the host's: its quoted, qualified name, and its columns by their true names. */
    record Table(String role, String name, @Nullable String qualifier, String sql, Map<String, Column> columns) {

        /** The name, with its schema where that is another than this. */
        String nameIn(@Nullable String home) {
            return qualifier == null || qualifier.equals(home) ? name : qualifier + "." + name;
        }

        /** The column of this name, or the only one that differs from it in case alone. */
        Column column(String columnRole, String given) {
            String found = oneOf(columnRole, given, List.copyOf(columns.keySet()), "columns of " + name);
            return Objects.requireNonNull(columns.get(found));
        }
    }

    private static final String[] TYPES = {"BASE TABLE", "TABLE", "PARTITIONED TABLE", "FOREIGN TABLE", "VIEW"};

    private final Connection connection;
    private final Dialect dialect;
    private final @Nullable String catalog;
    private final @Nullable String schema;

    Metadata(Connection connection, Dialect dialect, @Nullable String givenSchema) throws SQLException {
        this.connection = connection;
        this.dialect = dialect;
        // MariaDB has databases where the others have schemas, and JDBC calls those catalogs.
        boolean byCatalog = dialect == Dialect.MARIADB;
        this.catalog =
                byCatalog ? (givenSchema == null ? connection.getCatalog() : givenSchema) : connection.getCatalog();
        this.schema = byCatalog ? null : (givenSchema == null ? connection.getSchema() : schemaOf(givenSchema));
    }

    Table table(String role, String given) throws SQLException {
        DatabaseMetaData data = connection.getMetaData();
        List<String> tables = new ArrayList<>();
        try (ResultSet rows = data.getTables(catalog, pattern(data, schema), "%", TYPES)) {
            while (rows.next()) {
                tables.add(rows.getString("TABLE_NAME"));
            }
        }
        String name = oneOf(role, given, tables, "tables of schema " + (schema == null ? catalog : schema));
        dialect.checkTable(connection, catalog, name);
        String qualifier = schema == null ? catalog : schema;
        Map<String, Column> columns = Catalogue.columns(connection, dialect, qualifier, name);
        String sql = (qualifier == null ? "" : dialect.quoted(qualifier) + ".") + dialect.quoted(name);
        return new Table(role, name, qualifier, sql, columns);
    }

    /** The schema; on MariaDB, which has none, the database. */
    @Nullable
    String qualifier() {
        return schema == null ? catalog : schema;
    }

    /** The table and column that a foreign key of this column alone refers to; null where there is none. */
    @Nullable
    String referenced(Table table, Column column) throws SQLException {
        Map<String, List<String>> keys = new LinkedHashMap<>();
        try (ResultSet rows = connection.getMetaData().getImportedKeys(catalog, schema, table.name())) {
            while (rows.next()) {
                keys.computeIfAbsent(rows.getString("FK_NAME"), none -> new ArrayList<>())
                        .add(rows.getString("FKCOLUMN_NAME") + "=" + rows.getString("PKTABLE_NAME") + "."
                                + rows.getString("PKCOLUMN_NAME"));
            }
        }
        return keys.values().stream()
                .filter(columns -> columns.size() == 1 && columns.get(0).startsWith(column.name() + "="))
                .map(columns -> columns.get(0).substring(column.name().length() + 1))
                .findFirst()
                .orElse(null);
    }

    /** Whether some index begins with this column. */
    boolean isIndexed(Table table, Column column) throws SQLException {
        try (ResultSet rows = connection.getMetaData().getIndexInfo(catalog, schema, table.name(), false, true)) {
            while (rows.next()) {
                if (rows.getInt("ORDINAL_POSITION") == 1 && column.name().equals(rows.getString("COLUMN_NAME"))) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Whether the column may be NULL, as far as its table knows. */
    boolean isNullable(Table table, Column column) throws SQLException {
        DatabaseMetaData data = connection.getMetaData();
        try (ResultSet rows = data.getColumns(catalog, pattern(data, schema), pattern(data, table.name()), "%")) {
            while (rows.next()) {
                if (column.name().equals(rows.getString("COLUMN_NAME"))) {
                    return rows.getInt("NULLABLE") != DatabaseMetaData.columnNoNulls;
                }
            }
        }
        return true;
    }

    /** Whether some unique index, the primary key's included, is on this column alone and over all rows. */
    boolean isUnique(Table table, Column column) throws SQLException {
        Map<String, List<String>> indexes = new LinkedHashMap<>();
        try (ResultSet rows = connection.getMetaData().getIndexInfo(catalog, schema, table.name(), true, true)) {
            while (rows.next()) {
                String index = rows.getString("INDEX_NAME");
                String indexed = rows.getString("COLUMN_NAME");
                if (index != null && indexed != null && rows.getString("FILTER_CONDITION") == null) {
                    indexes.computeIfAbsent(index, key -> new ArrayList<>()).add(indexed);
                }
            }
        }
        return indexes.containsValue(List.of(column.name()));
    }

    private String schemaOf(String given) throws SQLException {
        List<String> schemas = new ArrayList<>();
        try (ResultSet rows = connection.getMetaData().getSchemas()) {
            while (rows.next()) {
                schemas.add(rows.getString("TABLE_SCHEM"));
            }
        }
        return oneOf("schema", given, schemas, "schemas");
    }

    private static String oneOf(String role, String given, List<String> names, String where) {
        if (names.contains(given)) {
            return given;
        }
        List<String> alike = names.stream().filter(given::equalsIgnoreCase).toList();
        if (alike.size() == 1) {
            return alike.get(0);
        }
        String mapped = role + " '" + given + "'";
        if (alike.isEmpty()) {
            String some = names.stream().sorted().limit(20).collect(Collectors.joining(", "));
            throw new MappingException(mapped, "not found among the " + where + ": " + some);
        }
        throw new MappingException(
                mapped, "several of the " + where + " differ only in case: " + alike + "; name one exactly");
    }

    private static @Nullable String pattern(DatabaseMetaData data, @Nullable String name) throws SQLException {
        if (name == null) {
            return null;
        }
        String escape = data.getSearchStringEscape();
        return name.replace(escape, escape + escape).replace("_", escape + "_").replace("%", escape + "%");
    }
}
