package io.creditmigration.engine.audit;

import io.creditmigration.Actor;
import io.creditmigration.InvalidValueException;
import io.creditmigration.JournalLine.Kind;
import io.creditmigration.MigrationStatus;
import io.creditmigration.Trigger;
import io.creditmigration.Usage;
import io.creditmigration.spi.JournalColumn;
import io.creditmigration.spi.StoredRow;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A stored line of the journal as those who verify read it: with what NULL stands for, and nothing checked but that it can be
 * read.
 */
record AuditedLine(
        int number,
        Kind kind,
        MigrationStatus status,
        int attempt,
        Instant at,
        @Nullable BigDecimal oldCredits,
        @Nullable BigDecimal newCredits,
        @Nullable BigDecimal oldRate,
        @Nullable BigDecimal newRate,
        BigDecimal granted,
        BigDecimal consumed,
        long copied,
        int figuresLine,
        boolean rollbackData,
        @Nullable Usage usage,
        String trigger,
        String actor,
        @Nullable String reason,
        @Nullable String error) {

    /** Says which value cannot be read. */
    static final class UnreadableException extends Exception {

        private static final long serialVersionUID = 1L;

        UnreadableException(String message) {
            super(message, null, false, false);
        }
    }

    static AuditedLine of(AuditedDefinition definition, StoredRow row) throws UnreadableException {
        Kind kind = read(row, JournalColumn.KIND, Kind::valueOf, null);
        int number = row.key().number();
        BigDecimal oldRate = amount(row, JournalColumn.OLD_RATE);
        BigDecimal newRate = amount(row, JournalColumn.NEW_RATE);
        BigDecimal from = definition.oldRate();
        BigDecimal to = definition.newRate();
        boolean moves = kind == Kind.MIGRATED || kind == Kind.ROLLED_BACK;
        boolean back = kind == Kind.ROLLED_BACK;
        Trigger trigger = read(row, JournalColumn.CAUSE, Trigger::valueOf, null);
        String actor = row.get(JournalColumn.ACTOR);
        return new AuditedLine(
                number,
                kind,
                read(row, JournalColumn.STATUS, MigrationStatus::valueOf, null),
                read(row, JournalColumn.ATTEMPT, Integer::valueOf, null),
                read(row, JournalColumn.AT, Instant::parse, null),
                amount(row, JournalColumn.OLD_CREDITS),
                amount(row, JournalColumn.NEW_CREDITS),
                oldRate != null ? oldRate : !moves ? null : back ? to : from,
                newRate != null ? newRate : !moves ? null : back ? from : to,
                read(row, JournalColumn.GRANTED, BigDecimal::new, BigDecimal.ZERO),
                read(row, JournalColumn.CONSUMED, BigDecimal::new, BigDecimal.ZERO),
                read(row, JournalColumn.COPIED, Long::valueOf, 0L),
                read(row, JournalColumn.FIGURES_LINE, Integer::valueOf, kind == Kind.MIGRATED ? number : 0),
                row.get(JournalColumn.HOST_STATE) != null,
                row.get(JournalColumn.DAYS) == null ? null : usage(row),
                trigger.name(),
                actor == null
                        ? words(trigger.automatic())
                        : read(row, JournalColumn.ACTOR_KIND, Actor.Kind::valueOf, null) + " " + actor,
                row.get(JournalColumn.REASON),
                row.get(JournalColumn.ERROR));
    }

    /** What the balance has changed by. */
    BigDecimal added() {
        return orZero(newCredits).subtract(orZero(oldCredits));
    }

    /** The money's worth that rounding left over; zero without rates. */
    BigDecimal residual() {
        return oldCredits == null || newCredits == null || oldRate == null || newRate == null
                ? BigDecimal.ZERO
                : oldCredits.multiply(oldRate).subtract(newCredits.multiply(newRate));
    }

    /** Which line it is, in words. */
    String words() {
        return kind + " in attempt " + attempt + " (line " + number + ")";
    }

    static BigDecimal orZero(@Nullable BigDecimal amount) {
        return amount == null ? BigDecimal.ZERO : amount;
    }

    private static String words(Actor actor) {
        return actor.kind() + " " + actor.name();
    }

    private static Usage usage(StoredRow row) throws UnreadableException {
        long operations = read(row, JournalColumn.OPERATIONS, Long::valueOf, 0L);
        int days = read(row, JournalColumn.DAYS, Integer::valueOf, 1);
        try {
            return new Usage(operations, days, 0, operations);
        } catch (InvalidValueException e) {
            throw new UnreadableException("line " + row.key().number() + ": " + e.getMessage());
        }
    }

    private static @Nullable BigDecimal amount(StoredRow row, JournalColumn column) throws UnreadableException {
        return row.get(column) == null ? null : read(row, column, BigDecimal::new, null);
    }

    private static <T> T read(StoredRow row, JournalColumn column, Function<String, T> parse, @Nullable T absent)
            throws UnreadableException {
        String text = row.get(column);
        if (text == null && absent != null) {
            return absent;
        }
        try {
            if (text != null) {
                return parse.apply(text);
            }
        } catch (IllegalArgumentException | DateTimeException e) {
            // Told below, with the value.
        }
        throw new UnreadableException(
                "line " + row.key().number() + ": " + column.columnName() + " is " + (text == null ? "NULL" : text));
    }
}
