package io.creditmigration.jdbc;

import io.creditmigration.InvalidValueException;
import io.creditmigration.jdbc.Dialect.Untyped;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A column of the host's as the catalogue has it: its true name and what its values are.
 *
 * @param generated whether the database alone writes it
 * @param required whether a new row must name it: it is not null and has no default
 */
record Column(String table, String name, Type type, boolean generated, boolean required) {

    /** What values of a column are to us. */
    enum Kind {
        WHOLE,
        DECIMAL,
        INEXACT,
        BOOLEAN,
        TEXT,
        BINARY,
        UUID,
        INSTANT,
        LOCAL_TIME,
        DATE,
        OTHER
    }

    /**
     * A column's type, a domain's being that of its base.
     *
     * @param words the type as people write it
     * @param sql the type as a cast names it, quoted and with its schema where it is not the database's own
     * @param size of a number its digits, of a text or bytes how many there may be; 0 where there is no bound
     * @param comesBack whether a value that was read as text and is written again is the same value
     */
    record Type(Kind kind, String words, String sql, int size, int scale, boolean comesBack) {}

    Kind kind() {
        return type.kind();
    }

    String typeName() {
        return type.words();
    }

    /** Whether a value's text tells it from any other, and leads back to it. */
    boolean isKey() {
        return switch (kind()) {
            case WHOLE, DECIMAL, TEXT, UUID, BINARY -> type.comesBack();
            default -> false;
        };
    }

    /** Whether a value that is written is found by it: not an approximate number, and nothing that no comparison is of. */
    boolean isComparable() {
        return kind() != Kind.INEXACT && !typeName().equals("json");
    }

    /**
     * A user's id as a value of this column.
     *
     * @throws InvalidValueException when the column cannot have such a value
     */
    Object key(String userId) {
        try {
            return switch (kind()) {
                case WHOLE -> whole(userId);
                case DECIMAL -> decimal(userId);
                case UUID -> UUID.fromString(userId);
                // A UUID in sixteen bytes is found by its usual form, too.
                case BINARY -> HexFormat.of().parseHex(userId.replace("-", ""));
                default -> new Untyped(userId);
            };
        } catch (IllegalArgumentException e) {
            throw new InvalidValueException(
                    "user id", userId, "a value of column " + table + "." + name + ", which is " + typeName());
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
                case WHOLE -> typeName().startsWith("tinyint(1)") ? number(text) : whole(text);
                case DECIMAL -> decimal(text);
                case BINARY -> HexFormat.of().parseHex(text);
                default -> new Untyped(text);
            };
        } catch (IllegalArgumentException e) {
            throw new MappingException(
                    "column '" + name + "'", "is " + typeName() + " and cannot have the value '" + text + "'");
        }
    }

    /** Whether two values of this column, given as text, are the same: 2500 and 2500.000000, true and 1. */
    boolean isSame(@Nullable String one, @Nullable String other) {
        Object first = value(one);
        Object second = value(other);
        if (first instanceof Number && second instanceof Number) {
            return new BigDecimal(first.toString()).compareTo(new BigDecimal(second.toString())) == 0;
        }
        return Objects.deepEquals(first, second);
    }

    /** MariaDB's unsigned numbers are larger than a long. */
    private static Number whole(String text) {
        BigInteger number = new BigInteger(text);
        return number.bitLength() < Long.SIZE ? (Number) number.longValue() : new BigDecimal(number);
    }

    /** PostgreSQL's numbers can be none. */
    private static Object decimal(String text) {
        return switch (text) {
            case "NaN", "Infinity", "-Infinity" -> new Untyped(text);
            default -> new BigDecimal(text);
        };
    }

    /** MariaDB's BOOLEAN holds any small number. */
    private static Number number(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "true" -> 1L;
            case "false" -> 0L;
            default -> whole(text);
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

    /**
     * A value of this column as an instant.
     *
     * @throws DateTimeException where the value is no time, such as MariaDB's 0000-00-00
     */
    @Nullable
    Instant instant(ResultSet row, String label, Dialect dialect, @Nullable ZoneId zone) throws SQLException {
        if (dialect.isNoTime(row, label)) {
            throw new DateTimeException(
                    table + "." + name + " is 0000-00-00 or alike, which is no time; correct it, or set it to NULL");
        }
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
                    "column " + table + "." + name,
                    "its type " + typeName() + " has no zone; declare one with zone(…)");
        }
        return zone;
    }
}
