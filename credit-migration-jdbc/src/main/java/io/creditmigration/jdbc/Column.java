package io.creditmigration.jdbc;

import io.creditmigration.InvalidValueException;
import io.creditmigration.jdbc.Dialect.Untyped;
import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.Locale;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A column of the host's as the metadata has it: its true name and what its values are. */
record Column(String table, String name, int jdbcType, String typeName, int size, int scale, boolean nullable) {

    /** What values of a column are to us. */
    enum Kind {
        WHOLE,
        DECIMAL,
        INEXACT,
        BOOLEAN,
        TEXT,
        UUID,
        INSTANT,
        LOCAL_TIME,
        DATE,
        OTHER
    }

    Kind kind() {
        String type = typeName.toLowerCase(Locale.ROOT);
        if (type.equals("uuid")) {
            return Kind.UUID;
        }
        if (type.equals("timestamptz") || jdbcType == Types.TIMESTAMP_WITH_TIMEZONE) {
            return Kind.INSTANT;
        }
        return switch (jdbcType) {
            case Types.TINYINT, Types.SMALLINT, Types.INTEGER, Types.BIGINT -> Kind.WHOLE;
            case Types.DECIMAL, Types.NUMERIC -> Kind.DECIMAL;
            case Types.FLOAT, Types.REAL, Types.DOUBLE -> Kind.INEXACT;
            case Types.BOOLEAN, Types.BIT -> Kind.BOOLEAN;
            case Types.CHAR, Types.VARCHAR, Types.LONGVARCHAR, Types.NCHAR, Types.NVARCHAR -> Kind.TEXT;
            case Types.TIMESTAMP -> Kind.LOCAL_TIME;
            case Types.DATE -> Kind.DATE;
            default -> Kind.OTHER;
        };
    }

    /**
     * A user's id as a value of this column.
     *
     * @throws InvalidValueException when the column cannot have such a value
     */
    Object key(String userId) {
        try {
            return switch (kind()) {
                case WHOLE -> Long.valueOf(userId);
                case DECIMAL -> new BigDecimal(userId);
                case UUID -> UUID.fromString(userId);
                default -> new Untyped(userId);
            };
        } catch (IllegalArgumentException e) {
            throw new InvalidValueException(
                    "user id", userId, "a value of column " + table + "." + name + ", which is " + typeName);
        }
    }

    /** A value that was given or read as text, for this column. */
    @Nullable
    Object value(@Nullable String text) {
        if (text == null) {
            return null;
        }
        try {
            return switch (kind()) {
                case BOOLEAN -> truth(text);
                case WHOLE -> typeName.equals("BOOLEAN") ? number(text) : Long.valueOf(text);
                case DECIMAL -> new BigDecimal(text);
                default -> new Untyped(text);
            };
        } catch (IllegalArgumentException e) {
            throw new MappingException(
                    "column '" + name + "'", "is " + typeName + " and cannot have the value '" + text + "'");
        }
    }

    /** Whether two values of this column, given as text, are the same: 2500 and 2500.000000, true and 1. */
    boolean isSame(@Nullable String one, @Nullable String other) {
        Object first = value(one);
        Object second = value(other);
        if (first instanceof BigDecimal number && second instanceof BigDecimal another) {
            return number.compareTo(another) == 0;
        }
        return Objects.equals(first, second);
    }

    /** MariaDB's BOOLEAN holds any small number. */
    private static Long number(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "true" -> 1L;
            case "false" -> 0L;
            default -> Long.valueOf(text);
        };
    }

    private static Boolean truth(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "true", "t", "1" -> Boolean.TRUE;
            case "false", "f", "0" -> Boolean.FALSE;
            default -> throw new IllegalArgumentException(text);
        };
    }

    /** An instant as a value of this column. */
    Object time(Instant instant, @Nullable ZoneId zone) {
        return switch (kind()) {
            case INSTANT -> instant;
            case DATE -> LocalDate.ofInstant(instant, checked(zone));
            default -> LocalDateTime.ofInstant(instant, checked(zone));
        };
    }

    /** A value of this column as an instant. */
    @Nullable
    Instant instant(ResultSet row, String label, Dialect dialect, @Nullable ZoneId zone) throws SQLException {
        switch (kind()) {
            case INSTANT -> {
                return dialect.instant(row, label);
            }
            case DATE -> {
                LocalDate date = row.getObject(label, LocalDate.class);
                return date == null ? null : date.atStartOfDay(checked(zone)).toInstant();
            }
            default -> {
                LocalDateTime time = row.getObject(label, LocalDateTime.class);
                return time == null ? null : time.atZone(checked(zone)).toInstant();
            }
        }
    }

    private ZoneId checked(@Nullable ZoneId zone) {
        if (zone == null) {
            throw new MappingException(
                    "column " + table + "." + name, "its type " + typeName + " has no zone; declare one with zone(…)");
        }
        return zone;
    }
}
