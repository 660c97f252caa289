package io.creditmigration.jdbc;

import io.creditmigration.jdbc.Column.Kind;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads columns from the database's own catalogue, which JDBC's metadata tells too little of: domains, identities, unsigned
 * numbers. A type that is not listed here is one whose values do not come back; docs/types.md has them all.
 */
final class Catalogue {

    private static final String H2 = """
            SELECT COLUMN_NAME, DATA_TYPE, COALESCE(NUMERIC_PRECISION, CHARACTER_MAXIMUM_LENGTH) AS SIZE, NUMERIC_SCALE,
                   IS_GENERATED = 'ALWAYS' OR COALESCE(IDENTITY_GENERATION, '') = 'ALWAYS' AS GENERATED,
                   IS_NULLABLE = 'NO' AND COLUMN_DEFAULT IS NULL AND IS_IDENTITY = 'NO' AND IS_GENERATED <> 'ALWAYS'
                       AS REQUIRED
            FROM INFORMATION_SCHEMA.COLUMNS WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ? ORDER BY ORDINAL_POSITION
            """;

    /** An ENUM that is not null has its first value as default, said or not. */
    private static final String MARIADB = """
            SELECT column_name, data_type, column_type, character_set_name,
                   COALESCE(numeric_precision, character_maximum_length) AS size, numeric_scale,
                   is_generated = 'ALWAYS' AS generated,
                   is_nullable = 'NO' AND column_default IS NULL AND extra NOT LIKE '%auto_increment%'
                       AND is_generated <> 'ALWAYS' AND data_type <> 'enum' AS required
            FROM INFORMATION_SCHEMA.COLUMNS WHERE table_schema = ? AND table_name = ? ORDER BY ordinal_position
            """;

    /** A domain is followed to the type that it is of; the innermost modifier is the one that holds. */
    private static final String POSTGRESQL = """
            WITH RECURSIVE typed (place, column_name, declared, type, modifier, not_null, has_default, generated) AS (
                SELECT a.attnum, a.attname, format_type(a.atttypid, a.atttypmod), a.atttypid, a.atttypmod, a.attnotnull,
                       a.atthasdef OR a.attidentity <> '', a.attgenerated <> '' OR a.attidentity = 'a'
                FROM pg_catalog.pg_attribute a
                JOIN pg_catalog.pg_class r ON r.oid = a.attrelid
                JOIN pg_catalog.pg_namespace n ON n.oid = r.relnamespace
                WHERE n.nspname = ? AND r.relname = ? AND a.attnum > 0 AND NOT a.attisdropped
                UNION ALL
                SELECT p.place, p.column_name, p.declared, d.typbasetype,
                       CASE WHEN d.typtypmod = -1 THEN p.modifier ELSE d.typtypmod END, p.not_null OR d.typnotnull,
                       p.has_default OR d.typdefault IS NOT NULL, p.generated
                FROM typed p JOIN pg_catalog.pg_type d ON d.oid = p.type AND d.typtype = 'd'
            )
            SELECT p.column_name, p.declared, format_type(p.type, p.modifier) AS base, p.generated,
                   p.not_null AND NOT p.has_default AS required, p.modifier,
                   t.typname AS type_name, s.nspname AS type_schema, t.typtype = 'e' AS is_enum,
                   CASE WHEN t.typcategory = 'A' THEN e.typname END AS element,
                   CASE WHEN t.typcategory = 'A' THEN e.typtype = 'e' END AS element_is_enum
            FROM typed p
            JOIN pg_catalog.pg_type t ON t.oid = p.type AND t.typtype <> 'd'
            JOIN pg_catalog.pg_namespace s ON s.oid = t.typnamespace
            LEFT JOIN pg_catalog.pg_type e ON e.oid = t.typelem
            ORDER BY p.place
            """;

    /** Character sets whose characters are the same ones again after a way through Unicode. */
    private static final Set<String> CHARACTER_SETS = Set.of("utf8mb4", "utf8mb3", "latin1", "ascii");

    private Catalogue() {}

    /** The columns of a table by their true names, in their order. */
    static Map<String, Column> columns(Connection connection, Dialect dialect, @Nullable String schema, String table)
            throws SQLException {
        Map<String, Column> columns = new LinkedHashMap<>();
        String query = switch (dialect) {
            case H2 -> H2;
            case POSTGRESQL -> POSTGRESQL;
            case MARIADB -> MARIADB;
        };
        try (PreparedStatement statement = connection.prepareStatement(query)) {
            statement.setString(1, schema);
            statement.setString(2, table);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    String name = row.getString("column_name");
                    Column.Type type = switch (dialect) {
                        case H2 -> onH2(row);
                        case POSTGRESQL -> onPostgresql(row);
                        case MARIADB -> onMariaDb(row);
                    };
                    columns.put(
                            name,
                            new Column(table, name, type, row.getBoolean("generated"), row.getBoolean("required")));
                }
            }
        }
        return columns;
    }

    /** A size that is larger than any that matters is as good as none. */
    private static int size(ResultSet row) throws SQLException {
        long size = row.getLong("size");
        return size > Integer.MAX_VALUE ? 0 : (int) size;
    }

    private static Column.Type onH2(ResultSet row) throws SQLException {
        String type = row.getString("data_type");
        Kind kind = switch (type) {
            case "TINYINT", "SMALLINT", "INTEGER", "BIGINT" -> Kind.WHOLE;
            case "NUMERIC" -> Kind.DECIMAL;
            case "REAL", "DOUBLE PRECISION" -> Kind.INEXACT;
            case "BOOLEAN" -> Kind.BOOLEAN;
            case "CHARACTER", "CHARACTER VARYING", "VARCHAR_IGNORECASE", "CHARACTER LARGE OBJECT" -> Kind.TEXT;
            case "BINARY", "BINARY VARYING", "BINARY LARGE OBJECT" -> Kind.BINARY;
            case "UUID" -> Kind.UUID;
            case "DATE" -> Kind.DATE;
            case "TIMESTAMP" -> Kind.LOCAL_TIME;
            case "TIMESTAMP WITH TIME ZONE" -> Kind.INSTANT;
            default -> Kind.OTHER;
        };
        boolean comesBack = switch (type) {
            case "DECFLOAT", "ENUM", "TIME", "TIME WITH TIME ZONE" -> true;
            default -> kind != Kind.OTHER;
        };
        return new Column.Type(kind, type, type, size(row), row.getInt("numeric_scale"), comesBack);
    }

    private static Column.Type onMariaDb(ResultSet row) throws SQLException {
        String type = row.getString("data_type");
        String words = row.getString("column_type");
        String characterSet = row.getString("character_set_name");
        int size = size(row);
        Kind kind = switch (type) {
            case "tinyint", "smallint", "mediumint", "int", "bigint" -> Kind.WHOLE;
            case "bit" -> size == 1 ? Kind.BOOLEAN : Kind.WHOLE;
            case "decimal" -> Kind.DECIMAL;
            case "float", "double" -> Kind.INEXACT;
            case "char", "varchar", "tinytext", "text", "mediumtext", "longtext" -> Kind.TEXT;
            case "binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob" -> Kind.BINARY;
            case "uuid" -> Kind.UUID;
            case "date" -> Kind.DATE;
            case "datetime" -> Kind.LOCAL_TIME;
            case "timestamp" -> Kind.INSTANT;
            default -> Kind.OTHER;
        };
        boolean comesBack = switch (type) {
            case "enum", "set", "time", "year" -> true;
            // Shown in the zone of each session, and written in another's.
            case "timestamp" -> false;
            // With a number of decimals they are rounded where they are shown.
            case "float", "double" -> !words.contains("(");
            default -> kind != Kind.OTHER;
        };
        boolean readable = characterSet == null || CHARACTER_SETS.contains(characterSet);
        return new Column.Type(
                kind,
                readable ? words : words + " in " + characterSet,
                type,
                size,
                row.getInt("numeric_scale"),
                comesBack && readable);
    }

    private static Column.Type onPostgresql(ResultSet row) throws SQLException {
        String type = row.getString("type_name");
        String declared = row.getString("declared");
        String base = row.getString("base");
        String element = row.getString("element");
        boolean own = row.getString("type_schema").equals("pg_catalog");
        Kind kind = row.getBoolean("is_enum") ? Kind.OTHER : kindOnPostgresql(type, own);
        boolean comesBack = kind != Kind.OTHER
                || row.getBoolean("is_enum")
                || (own && isExactOnPostgresql(type))
                || row.getBoolean("element_is_enum")
                || (own && element != null && isExactOnPostgresql(element));
        String sql = switch (kind) {
            case WHOLE -> "int8";
            case DECIMAL -> "numeric";
            case BOOLEAN -> "bool";
            case UUID -> "uuid";
            default ->
                own && (type.equals("varchar") || type.equals("text"))
                        ? "text"
                        : Dialect.POSTGRESQL.quoted(row.getString("type_schema")) + "."
                                + Dialect.POSTGRESQL.quoted(type);
        };
        // Four less than what is kept; a number has its scale in eleven bits, the first of them the sign.
        int modifier = row.getInt("modifier") - 4;
        boolean bounded = modifier >= 0 && (kind == Kind.DECIMAL || kind == Kind.TEXT);
        boolean isNumber = bounded && kind == Kind.DECIMAL;
        return new Column.Type(
                kind,
                declared.equals(base) ? base : declared + ", a domain over " + base,
                sql,
                isNumber ? (modifier >> 16) & 0xFFFF : bounded ? modifier : 0,
                isNumber ? ((modifier & 0x7FF) ^ 0x400) - 0x400 : 0,
                comesBack);
    }

    private static Kind kindOnPostgresql(String type, boolean own) {
        if (!own) {
            return type.equals("citext") ? Kind.TEXT : Kind.OTHER;
        }
        return switch (type) {
            case "int2", "int4", "int8" -> Kind.WHOLE;
            case "numeric" -> Kind.DECIMAL;
            case "float4", "float8" -> Kind.INEXACT;
            case "bool" -> Kind.BOOLEAN;
            case "varchar", "text", "bpchar" -> Kind.TEXT;
            case "uuid" -> Kind.UUID;
            case "date" -> Kind.DATE;
            case "timestamp" -> Kind.LOCAL_TIME;
            case "timestamptz" -> Kind.INSTANT;
            default -> Kind.OTHER;
        };
    }

    /** Also as an array's element. */
    private static boolean isExactOnPostgresql(String type) {
        return switch (type) {
            case "bit", "varbit", "bytea", "time", "timetz", "json", "jsonb" -> true;
            default -> kindOnPostgresql(type, true) != Kind.OTHER;
        };
    }
}
