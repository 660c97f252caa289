package io.creditmigration.spi;

import io.creditmigration.Tally;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One row of what proves a migration, exactly as it is stored, sound or not: a line of the journal, the definition, or a
 * finished run. Every value is text in one form whatever the database: numbers plain and without trailing zeros, times in UTC
 * with microseconds, as {@code 2026-01-06T00:00:00.000000Z}, codes as their words. What is none of these, a NaN for one, is the
 * text that the database gives.
 *
 * @param key what tells it from all others of its migration
 * @param columns the values by column; a column that is NULL is left out
 */
public record StoredRow(Key key, Map<String, String> columns) {

    /** Kinds of rows, in the order of keys. */
    public enum Kind {
        /** The definition of the migration. */
        DEFINITION,
        /** A finished run, with the figures of all its ranges. */
        RUN,
        /** A line of the journal. */
        LINE
    }

    /**
     * What tells a row from all others of its migration. Rows are in the order of kind, name and number.
     *
     * @param kind the kind
     * @param name of a line the user id as stored, of a run its id, of a definition the id of the migration
     * @param number the number of a line; 0 otherwise
     */
    public record Key(Kind kind, String name, int number) {}

    private static final DateTimeFormatter MICROS = DateTimeFormatter.ofPattern(
                    "uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    /** A number in the form that rows have. */
    public static String text(BigDecimal number) {
        return number.signum() == 0 ? "0" : number.stripTrailingZeros().toPlainString();
    }

    /** A time in the form that rows have. */
    public static String text(Instant time) {
        return MICROS.format(time);
    }

    /**
     * What became of users in the form that rows have: {@code FAILED=2 MIGRATED=5 back:ROLLED_BACK=1}. In the order of names, so
     * that a seal does not depend on the order of precedence.
     */
    public static String outcomes(Tally tally) {
        return Stream.concat(
                        tally.outcomes().entrySet().stream()
                                .map(outcome -> outcome.getKey() + "=" + outcome.getValue()),
                        tally.rollbacks().entrySet().stream()
                                .map(outcome -> "back:" + outcome.getKey() + "=" + outcome.getValue()))
                .sorted()
                .collect(Collectors.joining(" "));
    }

    /** Keeps the order of the columns. */
    public StoredRow {
        columns = Collections.unmodifiableMap(new LinkedHashMap<>(columns));
    }

    /** The value of this column; null where it is NULL. */
    public @Nullable String get(JournalColumn column) {
        return columns.get(column.columnName());
    }
}
