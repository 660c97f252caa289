package io.creditmigration.jdbc;

import io.creditmigration.Actor;
import io.creditmigration.CreditRate;
import io.creditmigration.Credits;
import io.creditmigration.InvalidValueException;
import io.creditmigration.JournalLine;
import io.creditmigration.JournalLine.Figures;
import io.creditmigration.JournalLine.Kind;
import io.creditmigration.JournalLine.Standing;
import io.creditmigration.Migration;
import io.creditmigration.MigrationStatus;
import io.creditmigration.RateConversion;
import io.creditmigration.RollbackData;
import io.creditmigration.Trigger;
import io.creditmigration.Usage;
import io.creditmigration.UserMigration;
import io.creditmigration.spi.JournalColumn;
import io.creditmigration.spi.StoredRow;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What is read of the journal: lines, where a user stands, and rows as they are. */
final class Journal {

    /** All columns of a line but its key, with the run by its id; the alias of the journal is l. */
    static final String COLUMNS = """
            l.at, l.line, l.attempt, l.kind, l.status, l.cause, l.user_id, l.old_credits, l.new_credits, l.host_state,
            l.figures_line, l.granted, l.consumed, l.copied, l.operations, l.days, l.old_rate, l.new_rate, l.actor_kind,
            l.actor, l.reason, l.error, l.hold, l.answer, l.unit, l.unit_at, l.attributes, l.bonus,
            (SELECT w.id FROM {our_run} w WHERE w.number = l.run) AS run""";

    private static final String LOG = "SELECT " + COLUMNS + """
             FROM {our_journal} l WHERE l.user_id = :user_id AND l.migration = {number} ORDER BY l.line
            """;

    /** From the index of last lines that need attention. */
    private static final String FAILED = """
            SELECT r.user_id, {standing}
            FROM {our_journal} r LEFT JOIN {our_journal} f ON f.user_id = r.user_id AND f.line = {figures_line}
            WHERE r.migration = {number} AND {open} AND r.status = 'F' AND r.user_id > :after
            ORDER BY r.user_id LIMIT :limit
            """;

    /** What {@link #record} reads: of the last line r, and of the line f that has its figures. */
    static final String STANDING = """
            r.line AS standing_line, r.status, r.attempt, r.consumed, r.copied, r.at AS standing_at, r.error,
            f.line AS figures_line, f.at AS figures_at, f.old_credits, f.new_credits, f.old_rate, f.new_rate, f.granted,
            f.host_state""";

    /** The line that has the figures of the line r. */
    static final String FIGURES_LINE = "COALESCE(r.figures_line, CASE WHEN r.kind = 'M' THEN r.line END)";

    private final Dialect dialect;
    private final Sql log;
    private final Sql failed;

    Journal(Mapping mapping, LibraryTables ours) {
        this.dialect = mapping.dialect;
        Map<String, String> names = mapping.names(ours);
        names.put("standing", STANDING);
        names.put("figures_line", FIGURES_LINE);
        names.put("open", dialect.isOpen("r"));
        this.log = new Sql(dialect, LOG, names);
        this.failed = new Sql(dialect, FAILED, names);
    }

    List<JournalLine> log(Connection connection, Migration migration, String userId) throws SQLException {
        List<JournalLine> lines = new ArrayList<>();
        try (PreparedStatement statement = log.prepare(connection)) {
            log.bind(statement, Map.of("migration", migration.id(), "user_id", userId));
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    lines.add(readable(row, migration));
                }
            }
        }
        return lines;
    }

    List<UserMigration> failed(Connection connection, Migration migration, @Nullable String after, int limit)
            throws SQLException {
        List<UserMigration> users = new ArrayList<>();
        try (PreparedStatement statement = failed.prepare(connection)) {
            // No id is empty, so the empty one is before all.
            failed.bind(
                    statement,
                    Map.of("migration", migration.id(), "after", after == null ? "" : after, "limit", limit));
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    users.add(Objects.requireNonNull(failed(row, migration, row.getString("user_id"))));
                }
            }
        }
        return users;
    }

    /** One row that cannot be read hides nobody else. */
    private @Nullable UserMigration failed(ResultSet row, Migration migration, String userId) throws SQLException {
        try {
            return record(row, migration, userId);
        } catch (InvalidValueException e) {
            return unreadable(row, migration, userId);
        } catch (SQLException e) {
            if (SqlErrors.meaning(e) != SqlErrors.Meaning.DATA) {
                throw e;
            }
            return unreadable(row, migration, userId);
        }
    }

    /** Where the user of a row with the columns of {@link #STANDING} stands; null where there is no line. */
    @Nullable
    UserMigration record(ResultSet row, Migration migration, String userId) throws SQLException {
        String status = row.getString("status");
        if (status == null) {
            return null;
        }
        boolean completed = Codes.status(status) == MigrationStatus.COMPLETED;
        Instant figuresAt = dialect.instant(row, "figures_at");
        return new UserMigration(
                migration.id(),
                userId,
                Codes.status(status),
                row.getInt("attempt"),
                orZero(credits(row, "granted")),
                orZero(credits(row, "consumed")),
                row.getLong("copied"),
                completed && figuresAt != null ? figuresAt : instant(row, "standing_at"),
                rollbackData(row, migration),
                row.getString("error"));
    }

    /** The same of a user whose figures cannot be read: the status alone, so that nobody begins anew for that. */
    @Nullable
    UserMigration unreadable(ResultSet row, Migration migration, String userId) throws SQLException {
        String status = row.getString("status");
        return status == null
                ? null
                : new UserMigration(
                        migration.id(),
                        userId,
                        Codes.status(status),
                        row.getInt("attempt"),
                        Credits.ZERO,
                        Credits.ZERO,
                        row.getLong("copied"),
                        instant(row, "standing_at"),
                        null,
                        row.getString("error"));
    }

    private @Nullable RollbackData rollbackData(ResultSet row, Migration migration) throws SQLException {
        Credits newCredits = credits(row, "new_credits");
        String hostState = row.getString("host_state");
        return newCredits == null || hostState == null
                ? null
                : new RollbackData(
                        row.getInt("figures_line"),
                        credits(row, "old_credits"),
                        newCredits,
                        rate(row, "old_rate", definedRate(migration, false)),
                        rate(row, "new_rate", definedRate(migration, true)),
                        hostState);
    }

    /** A line that cannot be read hides no other one: it says which value it is, and has no figures. */
    private JournalLine readable(ResultSet row, Migration migration) throws SQLException {
        try {
            return line(row, migration);
        } catch (InvalidValueException | ArithmeticException e) {
            return withoutFigures(row, migration, String.valueOf(e.getMessage()));
        } catch (SQLException e) {
            if (SqlErrors.meaning(e) != SqlErrors.Meaning.DATA) {
                throw e;
            }
            return withoutFigures(row, migration, SqlErrors.words(e));
        }
    }

    private JournalLine withoutFigures(ResultSet row, Migration migration, String why) throws SQLException {
        Trigger trigger = Codes.trigger(row.getString("cause"));
        return new JournalLine(
                migration.id(),
                row.getString("user_id"),
                row.getInt("line"),
                Codes.kind(row.getString("kind")),
                trigger,
                trigger.automatic(),
                instant(row, "at"),
                new Standing(
                        Codes.status(row.getString("status")),
                        row.getInt("attempt"),
                        Credits.ZERO,
                        row.getLong("copied"),
                        /* figuresLine= */ 0),
                null,
                row.getString("reason"),
                "Cannot be read: " + why);
    }

    private JournalLine line(ResultSet row, Migration migration) throws SQLException {
        Kind kind = Codes.kind(row.getString("kind"));
        Trigger trigger = Codes.trigger(row.getString("cause"));
        int number = row.getInt("line");
        int figuresLine = row.getInt("figures_line");
        String actor = row.getString("actor");
        boolean back = kind == Kind.ROLLED_BACK;
        boolean moves = kind == Kind.MIGRATED || back;
        int days = row.getInt("days");
        Usage usage = row.wasNull() ? null : new Usage(row.getLong("operations"), days, 0, row.getLong("operations"));
        Figures figures = moves || kind == Kind.REOPENED || kind == Kind.RECONCILED
                ? new Figures(
                        credits(row, "old_credits"),
                        credits(row, "new_credits"),
                        rate(row, "old_rate", moves ? definedRate(migration, back) : null),
                        rate(row, "new_rate", moves ? definedRate(migration, !back) : null),
                        orZero(credits(row, "granted")),
                        usage,
                        row.getString("host_state"))
                : null;
        return new JournalLine(
                migration.id(),
                row.getString("user_id"),
                number,
                kind,
                trigger,
                actor == null ? trigger.automatic() : new Actor(Codes.actorKind(row.getString("actor_kind")), actor),
                instant(row, "at"),
                new Standing(
                        Codes.status(row.getString("status")),
                        row.getInt("attempt"),
                        orZero(credits(row, "consumed")),
                        row.getLong("copied"),
                        figuresLine == 0 && kind == Kind.MIGRATED ? number : figuresLine),
                figures,
                row.getString("reason"),
                row.getString("error"));
    }

    /** A row that has the {@link #COLUMNS}, as it is. */
    StoredRow row(ResultSet row) throws SQLException {
        Map<String, String> columns = new LinkedHashMap<>();
        for (JournalColumn column : JournalColumn.values()) {
            String text = text(row, column);
            if (text != null) {
                columns.put(column.columnName(), text);
            }
        }
        return new StoredRow(
                new StoredRow.Key(StoredRow.Kind.LINE, row.getString("user_id"), row.getInt("line")), columns);
    }

    private @Nullable String text(ResultSet row, JournalColumn column) throws SQLException {
        String text = row.getString(column.columnName());
        if (text == null) {
            return null;
        }
        try {
            return switch (column) {
                case AT, UNIT_AT -> StoredRow.text(instant(row, column.columnName()));
                case KIND -> Codes.kind(text).name();
                case STATUS -> Codes.status(text).name();
                case CAUSE -> Codes.trigger(text).name();
                case ACTOR_KIND -> Codes.actorKind(text).name();
                case OLD_CREDITS, NEW_CREDITS, GRANTED, CONSUMED, BONUS, OLD_RATE, NEW_RATE, UNIT ->
                    StoredRow.text(new BigDecimal(text));
                case ATTEMPT,
                        FIGURES_LINE,
                        COPIED,
                        OPERATIONS,
                        DAYS,
                        RUN,
                        HOST_STATE,
                        ACTOR,
                        REASON,
                        ERROR,
                        HOLD,
                        ANSWER,
                        ATTRIBUTES -> text;
            };
        } catch (IllegalArgumentException | DateTimeException | SQLException e) {
            // Not what it should be: as the database says it.
            return text;
        }
    }

    static @Nullable Credits credits(ResultSet row, String label) throws SQLException {
        BigDecimal amount = row.getBigDecimal(label);
        return amount == null ? null : Credits.of(amount);
    }

    static @Nullable CreditRate rate(ResultSet row, String label, @Nullable CreditRate otherwise) throws SQLException {
        BigDecimal rate = row.getBigDecimal(label);
        return rate == null ? otherwise : CreditRate.of(rate);
    }

    private static Credits orZero(@Nullable Credits credits) {
        return credits == null ? Credits.ZERO : credits;
    }

    private static @Nullable CreditRate definedRate(Migration migration, boolean isNew) {
        return migration
                .conversion()
                .map(isNew ? RateConversion::newRate : RateConversion::oldRate)
                .orElse(null);
    }

    private Instant instant(ResultSet row, String label) throws SQLException {
        return Objects.requireNonNull(dialect.instant(row, label), label);
    }
}
