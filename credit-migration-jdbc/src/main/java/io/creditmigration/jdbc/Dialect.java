package io.creditmigration.jdbc;

import io.creditmigration.InvalidValueException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/** The databases that are known, and all that differs between them outside whole statements. */
enum Dialect {
    H2("h2", '"', "IS NOT DISTINCT FROM", "VARCHAR"),
    POSTGRESQL("postgresql", '"', "IS NOT DISTINCT FROM", "VARCHAR"),
    MARIADB("mariadb", '`', "<=>", "CHAR");

    private static final String KNOWN = "H2, PostgreSQL and MariaDB";

    private final String folder;
    private final char quote;
    private final String same;
    private final String text;

    Dialect(String folder, char quote, String same, String text) {
        this.folder = folder;
        this.quote = quote;
        this.same = same;
        this.text = text;
    }

    /** The dialect of the database at the other end; an unknown one is refused, never guessed. */
    static Dialect of(Connection connection) throws SQLException {
        String product = connection.getMetaData().getDatabaseProductName();
        return switch (product) {
            case "H2" -> H2;
            case "PostgreSQL" -> POSTGRESQL;
            case "MariaDB" -> MARIADB;
            default -> throw new InvalidValueException("database", product, KNOWN);
        };
    }

    /** The name of the folder under {@code db/credit-migration} that has the DDL. */
    String folder() {
        return folder;
    }

    /** The identifier, quoted, whatever is in it. */
    String quoted(String identifier) {
        return quote + identifier.replace(String.valueOf(quote), String.valueOf(quote) + quote) + quote;
    }

    /** The comparison that holds between two NULLs too. */
    String same() {
        return same;
    }

    /** The expression as the database renders it in characters. */
    String asText(String expression) {
        return "CAST(" + expression + " AS " + text + ")";
    }

    /** Hours since 1970 of a timestamp, after taking off so many seconds. */
    String hourOf(String timestamp, int shiftSeconds) {
        String seconds = this == MARIADB
                ? "TIMESTAMPDIFF(SECOND, TIMESTAMP'1970-01-01 00:00:00', " + timestamp + ")"
                : "EXTRACT(EPOCH FROM " + timestamp + ")";
        return "FLOOR((" + seconds + " - " + shiftSeconds + ") / 3600)";
    }

    /** A host's timestamp as one of the library's own; the zone is null where the timestamp has one itself. */
    String instantOf(String timestamp, @Nullable ZoneId zone) {
        if (zone == null) {
            return timestamp;
        }
        return switch (this) {
            case H2 -> "CAST(CAST(" + timestamp + " AS VARCHAR) || ' " + zone + "' AS TIMESTAMP WITH TIME ZONE)";
            case POSTGRESQL -> timestamp + " AT TIME ZONE '" + zone + "'";
            case MARIADB -> "CONVERT_TZ(" + timestamp + ", '" + zone + "', '+00:00')";
        };
    }

    /** One of the library's own timestamps as the host has them, on PostgreSQL. */
    String localOf(String timestamp, @Nullable ZoneId zone) {
        return zone == null ? timestamp : "(" + timestamp + " AT TIME ZONE '" + zone + "')";
    }

    /** Binds one parameter; instants go to the library's own columns. */
    void bind(PreparedStatement statement, int index, @Nullable Object value) throws SQLException {
        if (value instanceof Instant instant) {
            statement.setObject(
                    index,
                    this == MARIADB
                            ? LocalDateTime.ofInstant(instant, ZoneOffset.UTC)
                            : instant.atOffset(ZoneOffset.UTC));
        } else if (value instanceof Untyped untyped) {
            if (this == POSTGRESQL) {
                statement.setObject(index, untyped.text(), Types.OTHER);
            } else {
                statement.setString(index, untyped.text());
            }
        } else if (value == null) {
            statement.setNull(index, Types.NULL);
        } else {
            statement.setObject(index, value);
        }
    }

    /** Text that takes the type of the column it meets. */
    record Untyped(@Nullable String text) {}
}
