package io.creditmigration.jdbc;

import io.creditmigration.CreditRate;
import io.creditmigration.InvalidValueException;
import io.creditmigration.Migration;
import io.creditmigration.MigrationStatus;
import io.creditmigration.RateConversion;
import io.creditmigration.jdbc.Mapping.Mark;
import io.creditmigration.jdbc.Mapping.Marked;
import io.creditmigration.spi.Evidence;
import io.creditmigration.spi.JournalColumn;
import io.creditmigration.spi.Printable;
import io.creditmigration.spi.StoredRow;
import io.creditmigration.spi.UnitLine;
import io.creditmigration.spi.Unrecorded;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is read to prove what was written: each table as it is, for a page of users at a time, in one snapshot. */
final class Audit {

    /** The limits within keep a page from reading all that follows it. */
    private static final String USER_IDS = """
            SELECT user_id FROM (
                (SELECT DISTINCT user_id FROM {our_journal} WHERE migration = {number} AND user_id > :after
                 ORDER BY user_id LIMIT :limit)
                UNION
                (SELECT DISTINCT user_id FROM {our_entry} WHERE migration_id = :migration AND user_id > :after
                 ORDER BY user_id LIMIT :limit)
            ) kept ORDER BY user_id LIMIT :limit
            """;

    private static final String LINES = "SELECT " + Journal.COLUMNS + """

            FROM {our_journal} l WHERE l.migration = {number} AND l.user_id >= :first AND l.user_id <= :last
            """;

    private static final String NUMBERS = """
            SELECT user_id, COUNT(*) AS lines_in_all, MAX(line) AS last_line FROM {our_journal}
            WHERE user_id >= :first AND user_id <= :last GROUP BY user_id
            """;

    private static final String MARKED = """
            SELECT user_id, line FROM {our_journal}
            WHERE migration = {number} AND is_last AND user_id >= :first AND user_id <= :last ORDER BY user_id, line
            """;

    private static final String ENTRIES = """
            SELECT user_id, attempt, kind, COUNT(*) AS entries, COUNT(DISTINCT operation_id) AS operations,
                   SUM(amount) AS amount, MIN(entered_at) AS first_at, MAX(entered_at) AS last_at
            FROM {our_entry} WHERE migration_id = :migration AND user_id >= :first AND user_id <= :last
            GROUP BY user_id, attempt, kind
            """;

    private static final String ENTRIES_OF_OTHERS = """
            SELECT user_id, COUNT(*) AS entries FROM {our_entry}
            WHERE migration_id <> :migration AND kind <> 'OPERATION' AND user_id >= :first AND user_id <= :last
            GROUP BY user_id
            """;

    /**
     * Entries of operations that are not the user's, with how many of the user's own operations of the same time have no
     * entry: an entry beside such a one names the wrong operation.
     */
    private static final String STRAYS = """
            SELECT e.user_id, e.operation_id, (
                       SELECT COUNT(*) FROM {operations} o
                       WHERE {operation_user} = {id} AND {operation_entered_at} = e.entered_at
                         AND NOT EXISTS (SELECT 1 FROM {our_entry} x
                                         WHERE x.migration_id = :migration AND x.operation_id = {operation_id})) AS unentered
            FROM {users} u JOIN {our_entry} e ON e.user_id = {user_id} AND e.migration_id = :migration AND e.kind = 'OPERATION'
            WHERE {filter} AND {id} IN ({keys})
              AND NOT EXISTS (SELECT 1 FROM {operations} o
                              WHERE {operation_user} = {id} AND {operation_id} = e.operation_id)
            """;

    private static final String OPERATION = "SELECT 1 FROM {operations} o WHERE o.{operation_key} = :operation";

    private static final String HOLDINGS = """
            SELECT {user_id} AS user_id, {read_balance} AS balance, {read_second_balance} AS second_balance,
                   {flagged} AS flagged, {rate} AS rate, {registered_at} AS registered_at,
                   {active} AS active, {version} AS version, {made} AS operations, {host_state},
                   x.line AS unit_line, x.status AS unit_status, x.at AS unit_at, xd.id AS unit_migration,
                   COALESCE(x.new_rate, CASE WHEN x.status = 'C' THEN xd.new_rate ELSE xd.old_rate END) AS unit_rate
            FROM {users} u {account} {unit} {migrated}
            WHERE {filter} AND {id} IN ({keys})
            """;

    private static final String MIGRATED = """
            LEFT JOIN (
                SELECT user_id, MAX(at) AS migrated_at FROM {our_journal}
                WHERE migration = {number} AND kind = 'M' AND user_id >= :first AND user_id <= :last
                GROUP BY user_id) m ON m.user_id = {user_id}""";

    private static final String MADE = """
            (SELECT COUNT(*) FROM {operations} o
             WHERE {operation_user} = {id} AND {operation_entered_at} < m.migrated_at)""";

    private static final String LATE = "CASE WHEN {registered_at} >= :begins THEN 1 ELSE 0 END";

    private static final String UNRECORDED = """
            SELECT late, exempt, migrated, at_old_rate, COUNT(*) AS users FROM (
                SELECT {late} AS late, {exempt} AS exempt, COALESCE({flagged}, 0) AS migrated, {at_old_rate} AS at_old_rate
                FROM {users} u {account}
                WHERE {filter} AND NOT EXISTS (
                    SELECT 1 FROM {our_journal} r WHERE r.user_id = {user_id} AND r.migration = {number})
            ) s GROUP BY late, exempt, migrated, at_old_rate
            """;

    private static final String IN_NEW_UNIT = """
            SELECT COUNT(*) AS users FROM {users} u {account}
            WHERE {filter} AND ({read_balance} <> 0 OR {read_second_balance} <> 0) AND ({flagged} = 1 OR {late} = 1)
            """;

    /** The last line that left the balance in a unit, x, and its conversion, xd: found once for the page. */
    private static final String UNIT = """
            LEFT JOIN (
                SELECT n.user_id, MAX(n.line) AS line FROM {our_journal} n
                WHERE n.user_id >= :first AND n.user_id <= :last AND n.kind IN ('M', 'B', 'X')
                  AND n.migration IN (SELECT c.number FROM {our_definition} c WHERE c.new_rate IS NOT NULL)
                GROUP BY n.user_id) w ON w.user_id = {user_id}
            LEFT JOIN {our_journal} x ON x.user_id = w.user_id AND x.line = w.line
            LEFT JOIN {our_definition} xd ON xd.number = x.migration""";

    private static final Logger LOG = LoggerFactory.getLogger(JdbcMigrationStore.class);

    private final Mapping mapping;
    private final Journal journal;
    private final Map<String, String> names;
    private final Sql userIds;
    private final Sql lines;
    private final Sql numbers;
    private final Sql marked;
    private final Sql entries;
    private final Sql entriesOfOthers;

    Audit(Mapping mapping, LibraryTables ours, Journal journal) {
        this.mapping = mapping;
        this.journal = journal;
        this.names = mapping.names(ours);
        this.userIds = new Sql(mapping.dialect, USER_IDS, names);
        this.lines = new Sql(mapping.dialect, LINES, names);
        this.numbers = new Sql(mapping.dialect, NUMBERS, names);
        this.marked = new Sql(mapping.dialect, MARKED, names);
        this.entries = new Sql(mapping.dialect, ENTRIES, names);
        this.entriesOfOthers = new Sql(mapping.dialect, ENTRIES_OF_OTHERS, names);
    }

    List<Evidence> page(Connection connection, Migration migration, @Nullable String after, int limit)
            throws SQLException {
        List<String> ids = new ArrayList<>();
        // No id is empty, so the empty one is before all.
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        values.put("migration", migration.id());
        values.put("after", after == null ? "" : after);
        values.put("limit", limit);
        each(connection, userIds, values, row -> ids.add(row.getString("user_id")));
        return of(connection, migration, ids);
    }

    /** Evidence of these users, whose ids are in order. */
    List<Evidence> of(Connection connection, Migration migration, List<String> ids) throws SQLException {
        if (ids.isEmpty()) {
            return List.of();
        }
        Map<String, @Nullable Object> range = new LinkedHashMap<>();
        range.put("migration", migration.id());
        range.put("first", ids.get(0));
        range.put("last", ids.get(ids.size() - 1));
        Map<String, List<StoredRow>> written = new HashMap<>();
        each(
                connection,
                lines,
                range,
                row -> written.computeIfAbsent(row.getString("user_id"), none -> new ArrayList<>())
                        .add(journal.row(row)));
        Map<String, List<Integer>> lastLines = new HashMap<>();
        each(
                connection,
                marked,
                range,
                row -> lastLines
                        .computeIfAbsent(row.getString("user_id"), none -> new ArrayList<>())
                        .add(row.getInt("line")));
        Map<String, Evidence.Numbers> numbered = new HashMap<>();
        each(connection, numbers, range, row -> {
            String id = row.getString("user_id");
            numbered.put(
                    id,
                    new Evidence.Numbers(
                            row.getLong("lines_in_all"),
                            row.getInt("last_line"),
                            lastLines.getOrDefault(id, List.of())));
        });
        Map<String, List<Evidence.Entries>> entered = new HashMap<>();
        each(
                connection,
                entries,
                range,
                row -> entered.computeIfAbsent(row.getString("user_id"), none -> new ArrayList<>())
                        .add(entries(row)));
        Map<String, Long> others = new HashMap<>();
        each(connection, entriesOfOthers, range, row -> others.put(row.getString("user_id"), row.getLong("entries")));
        Map<String, @Nullable Object> values = parameters(migration);
        values.putAll(range);
        String keys = keys(ids, values);
        Map<String, Evidence.Holding> holdings = holdings(connection, migration, keys, values, written);
        Map<String, Evidence.Strays> strays = strays(connection, migration, keys, values);
        List<Evidence> evidence = new ArrayList<>(ids.size());
        for (String id : ids) {
            evidence.add(new Evidence(
                    id,
                    written.getOrDefault(id, List.of()),
                    numbered.getOrDefault(id, Evidence.Numbers.NONE),
                    entered.getOrDefault(id, List.of()),
                    others.getOrDefault(id, 0L),
                    strays.getOrDefault(id, Evidence.Strays.NONE),
                    holdings.get(id)));
        }
        return evidence;
    }

    List<Unrecorded> unrecorded(Connection connection, Migration migration) throws SQLException {
        Map<String, String> all = new LinkedHashMap<>(names);
        all.put("flagged", flagged(migration));
        Map<String, @Nullable Object> values = parameters(migration);
        if (mapping.registeredAt == null) {
            all.put("late", "0");
        } else {
            all.put("late", Sql.replaced(LATE, names));
            values.put("begins", mapping.registeredAt.time(migration.newcomersFrom(), mapping.zone()));
        }
        all.put("at_old_rate", oldRate(migration));
        List<Unrecorded> counts = new ArrayList<>();
        each(
                connection,
                new Sql(mapping.dialect, UNRECORDED, all),
                values,
                row -> counts.add(new Unrecorded(
                        row.getInt("late") == 1,
                        row.getInt("exempt") == 1,
                        row.getInt("migrated") == 1,
                        row.getInt("at_old_rate") == 1,
                        row.getLong("users"))));
        return counts;
    }

    /** Users with a balance who are flagged or registered since the migration is for newcomers; 0 where rows name the rate. */
    long rowsInNewUnit(Connection connection, Migration migration) throws SQLException {
        if (migration.conversion().isEmpty() || names.containsKey("RATE")) {
            return 0;
        }
        Map<String, String> all = new LinkedHashMap<>(names);
        Map<String, @Nullable Object> values = parameters(migration);
        all.put("flagged", flagged(migration));
        all.put("late", "0");
        if (mapping.registeredAt != null) {
            all.put("late", Sql.replaced(LATE, names));
            values.put("begins", mapping.registeredAt.time(migration.newcomersFrom(), mapping.zone()));
        }
        List<Long> counts = new ArrayList<>();
        each(connection, new Sql(mapping.dialect, IN_NEW_UNIT, all), values, row -> counts.add(row.getLong("users")));
        return counts.get(0);
    }

    private Evidence.Entries entries(ResultSet row) throws SQLException {
        return new Evidence.Entries(
                row.getInt("attempt"),
                Evidence.Kind.valueOf(row.getString("kind")),
                row.getLong("entries"),
                row.getLong("operations"),
                number(row, "amount"),
                Objects.requireNonNull(mapping.dialect.instant(row, "first_at"), "first_at"),
                Objects.requireNonNull(mapping.dialect.instant(row, "last_at"), "last_at"));
    }

    /** Parameters for the keys of these users, whose values are added. */
    private String keys(List<String> ids, Map<String, @Nullable Object> values) {
        List<String> keys = new ArrayList<>();
        for (String id : ids) {
            try {
                values.put("key_" + keys.size(), mapping.id.key(id));
                keys.add(":key_" + keys.size());
            } catch (InvalidValueException e) {
                // Somebody has written an id into our tables that no user can have, and so nobody has it.
                LOG.debug("No user of the host's: {}", Printable.of(e.getMessage()));
            }
        }
        return String.join(", ", keys);
    }

    private boolean copies(Migration migration) {
        return mapping.copiesHistory && migration.conversion().isEmpty();
    }

    private Map<String, Evidence.Holding> holdings(
            Connection connection,
            Migration migration,
            String keys,
            Map<String, @Nullable Object> values,
            Map<String, List<StoredRow>> lines)
            throws SQLException {
        if (keys.isEmpty()) {
            return Map.of();
        }
        boolean copies = copies(migration);
        Map<String, String> all = new LinkedHashMap<>(names);
        all.put("flagged", marked(migration));
        all.put("rate", names.getOrDefault("read_rate", "NULL"));
        all.put("unit", Sql.replaced(UNIT, names));
        all.put("active", active());
        all.put("version", names.getOrDefault("VERSION", "NULL"));
        all.put("made", copies ? Sql.replaced(MADE, names) : "NULL");
        all.put("migrated", copies ? Sql.replaced(MIGRATED, names) : "");
        all.put("host_state", mapping.readHostState());
        all.put("keys", keys);
        Map<String, Evidence.Holding> holdings = new HashMap<>();
        each(connection, new Sql(mapping.dialect, HOLDINGS, all), values, row -> {
            String id = row.getString("user_id");
            holdings.put(id, holding(row, migration, lines.getOrDefault(id, List.of())));
        });
        return holdings;
    }

    private Evidence.Holding holding(ResultSet row, Migration migration, List<StoredRow> lines) throws SQLException {
        StoredRow last = lines.stream()
                .max(Comparator.comparingInt(line -> line.key().number()))
                .orElse(null);
        boolean completed = is(last, MigrationStatus.COMPLETED);
        String label = mapping.secondBalance != null && completed ? "second_balance" : "balance";
        BigDecimal balance = number(row, label);
        BigDecimal version = number(row, "version");
        StoredRow migrated = figures(last, lines);
        String rollbackData = migrated == null ? null : migrated.get(JournalColumn.HOST_STATE);
        String unreadable =
                balance == null && row.getString(label) != null ? "the balance is " + row.getString(label) : null;
        Map<String, @Nullable String> captured = null;
        try {
            captured = rollbackData == null ? null : mapping.captured(rollbackData);
        } catch (InvalidValueException e) {
            unreadable = "the rollback data is " + rollbackData;
        }
        long made = row.getLong("operations");
        return new Evidence.Holding(
                balance == null || mapping.host.minorUnits < 0
                        ? balance
                        : balance.movePointLeft(mapping.host.minorUnits),
                unreadable,
                Reads.truth(row, "flagged"),
                unitLine(row),
                number(row, "rate"),
                registeredAt(row),
                Reads.truth(row, "active"),
                moved(last, captured, version),
                mapping.host.ownAccounts && version != null ? Long.valueOf(version.longValueExact()) : null,
                copies(migration) && completed && rollbackData != null ? Long.valueOf(made) : null,
                completed && captured != null ? changed(row, captured) : List.of());
    }

    private @Nullable UnitLine unitLine(ResultSet row) throws SQLException {
        int number = row.getInt("unit_line");
        return number == 0 ? null : Reads.unitLine(row, number, mapping.dialect);
    }

    private @Nullable Instant registeredAt(ResultSet row) throws SQLException {
        try {
            return mapping.registeredAt == null
                    ? null
                    : mapping.registeredAt.instant(row, "registered_at", mapping.dialect, mapping.zone());
        } catch (DateTimeException e) {
            return null;
        }
    }

    /** Captured columns but for flag, rate and version that are not as the migration has left them, in words. */
    private List<String> changed(ResultSet row, Map<String, @Nullable String> captured) throws SQLException {
        List<String> changed = new ArrayList<>();
        for (int i = 0; i < mapping.marked.size(); i++) {
            Marked mark = mapping.marked.get(i);
            // Of a column that was mapped after the user was migrated, the migration has left nothing.
            boolean isLeft = captured.containsKey(mark.column().name());
            if (mark.mark() == Mark.FLAG || mark.mark() == Mark.RATE || mark.mark() == Mark.VERSION || !isLeft) {
                continue;
            }
            String now = row.getString("state_" + i);
            String left = mark.newValue();
            if (!isSame(mark.column(), left, now)) {
                changed.add(mark.column().name() + " is " + now + ", the migration left " + left);
            }
        }
        return changed;
    }

    /** What is no value of the column, a NaN for one, is another. */
    private static boolean isSame(Column column, @Nullable String left, @Nullable String now) {
        try {
            return column.isSame(left, now);
        } catch (MappingException e) {
            return false;
        }
    }

    private Map<String, Evidence.Strays> strays(
            Connection connection, Migration migration, String keys, Map<String, @Nullable Object> values)
            throws SQLException {
        if (keys.isEmpty() || !copies(migration) || mapping.operationId == null) {
            return Map.of();
        }
        Map<String, String> all = new LinkedHashMap<>(names);
        all.put("keys", keys);
        all.put("operation_key", mapping.quoted(mapping.operationId));
        Sql operation = new Sql(mapping.dialect, OPERATION, all);
        Map<String, Evidence.Strays> strays = new HashMap<>();
        each(connection, new Sql(mapping.dialect, STRAYS, all), values, row -> {
            boolean ofOthers = exists(connection, operation, mapping.operationId, row.getString("operation_id"));
            boolean unknown = !ofOthers && row.getLong("unentered") > 0;
            Evidence.Strays one = new Evidence.Strays(ofOthers ? 1 : 0, unknown ? 1 : 0, ofOthers || unknown ? 0 : 1);
            strays.merge(row.getString("user_id"), one, Evidence.Strays::plus);
        });
        return strays;
    }

    private static boolean exists(Connection connection, Sql query, Column key, @Nullable String id)
            throws SQLException {
        boolean[] found = {false};
        if (id != null) {
            try {
                Map<String, @Nullable Object> values = Map.of("operation", key.key(id));
                each(connection, query, values, row -> found[0] = true);
            } catch (InvalidValueException e) {
                LOG.debug("No operation of the host's: {}", e.getMessage());
            }
        }
        return found[0];
    }

    private static @Nullable StoredRow figures(@Nullable StoredRow last, List<StoredRow> lines) {
        if (last == null) {
            return null;
        }
        String number = last.get(JournalColumn.FIGURES_LINE);
        return number == null
                ? last
                : lines.stream()
                        .filter(line -> number.equals(String.valueOf(line.key().number())))
                        .findFirst()
                        .orElse(null);
    }

    private static boolean is(@Nullable StoredRow line, MigrationStatus status) {
        return line != null && status.name().equals(line.get(JournalColumn.STATUS));
    }

    /** NULL where it is none: NaN, for one. */
    private static @Nullable BigDecimal number(ResultSet row, String label) throws SQLException {
        String text = row.getString(label);
        try {
            return text == null ? null : new BigDecimal(text);
        } catch (NumberFormatException e) {
            return null;
        }
    }

    /**
     * Migrating counts the version up once, rolling back once more. Of who was taken back after moving, the version cannot
     * tell when that was; what a second balance column had in it before, nothing tells. A version below what the migration has
     * left is no move: the row was put back. An account of the library's own is never deleted, so nobody has moved what
     * is not there.
     */
    private @Nullable Boolean moved(
            @Nullable StoredRow last, @Nullable Map<String, @Nullable String> captured, @Nullable BigDecimal version) {
        if (captured == null
                || mapping.secondBalance != null
                || !mapping.version()
                        .map(Column::name)
                        .map(captured::containsKey)
                        .orElse(false)) {
            return null;
        }
        if (version == null && mapping.host.ownAccounts) {
            return Boolean.FALSE;
        }
        BigDecimal since = (version == null ? BigDecimal.ZERO : version).subtract(mapping.versionLeft(captured));
        if (is(last, MigrationStatus.COMPLETED)) {
            return version == null || since.signum() > 0;
        }
        boolean untouched = is(last, MigrationStatus.ROLLED_BACK) && since.compareTo(BigDecimal.ONE) == 0;
        return untouched ? Boolean.FALSE : null;
    }

    /** Whether the row is in the new unit: by its rate for a conversion where one is mapped, otherwise by its flag. */
    private String flagged(Migration migration) {
        String rate = names.get("read_rate");
        if (rate != null && migration.conversion().isPresent()) {
            return "CASE WHEN " + rate + " = :new_rate THEN 1 ELSE 0 END";
        }
        return names.containsKey("FLAG")
                ? "CASE WHEN " + names.get("FLAG") + " = :flag_value THEN 1 ELSE 0 END"
                : "CAST(NULL AS INTEGER)";
    }

    /** The same, and whether the flag stands beside a rate that the flag's own conversion, the first of the chain, converts from. */
    private String marked(Migration migration) {
        String flag = names.get("FLAG");
        boolean isFirst =
                migration.conversion().isPresent() && migration.follows().isEmpty();
        return flag == null || names.get("read_rate") == null || !isFirst
                ? flagged(migration)
                : "CASE WHEN " + names.get("read_rate") + " = :new_rate OR (" + oldRate(migration) + " = 1 AND " + flag
                        + " = :flag_value) THEN 1 ELSE 0 END";
    }

    /** Whether the row is at a rate that the migration converts from. */
    private String oldRate(Migration migration) {
        String rate = names.get("read_rate");
        List<CreditRate> oldRates =
                migration.conversion().map(RateConversion::oldRates).orElse(List.of());
        return rate == null || oldRates.isEmpty()
                ? "0"
                : "CASE WHEN " + rate + " IN ("
                        + oldRates.stream()
                                .map(old -> old.perCredit().toPlainString())
                                .collect(Collectors.joining(", "))
                        + ") THEN 1 ELSE 0 END";
    }

    private String active() {
        String active = names.get("ACTIVE");
        return active == null
                ? "NULL"
                : "CASE WHEN " + active + " = :active_value THEN 1 WHEN " + active + " IS NULL THEN NULL ELSE 0 END";
    }

    private Map<String, @Nullable Object> parameters(Migration migration) {
        Map<String, @Nullable Object> values = mapping.parameters();
        values.put("migration", migration.id());
        values.put("new_rate", Mapping.newRate(migration));
        for (Marked mark : mapping.marked) {
            if (mark.mark() == Mark.FLAG) {
                values.put("flag_value", mark.column().value(mark.newValue()));
            } else if (mark.mark() == Mark.ACTIVE) {
                values.put("active_value", mark.column().value(mark.newValue()));
            }
        }
        return values;
    }

    /** What is done with each row of a query. */
    interface Take {
        void from(ResultSet row) throws SQLException;
    }

    static void each(Connection connection, Sql query, Map<String, @Nullable Object> values, Take take)
            throws SQLException {
        try (PreparedStatement statement = query.prepare(connection)) {
            query.bind(statement, values);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    take.from(row);
                }
            }
        }
    }
}
