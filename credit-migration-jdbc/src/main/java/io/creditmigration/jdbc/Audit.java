package io.creditmigration.jdbc;

import io.creditmigration.InvalidValueException;
import io.creditmigration.Migration;
import io.creditmigration.MigrationStatus;
import io.creditmigration.jdbc.Mapping.Mark;
import io.creditmigration.jdbc.Mapping.Marked;
import io.creditmigration.spi.Evidence;
import io.creditmigration.spi.LogLine;
import io.creditmigration.spi.Printable;
import io.creditmigration.spi.Unrecorded;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is read to prove what was written: each table as it is, for a page of users at a time, in one snapshot. */
final class Audit {

    /** The limits within keep a page from reading all that is behind it. */
    private static final String USER_IDS = """
            SELECT user_id FROM (
                (SELECT user_id FROM {our_user} WHERE migration_id = :migration AND user_id > :after
                 ORDER BY user_id LIMIT :limit)
                UNION
                (SELECT DISTINCT user_id FROM {our_log} WHERE migration_id = :migration AND user_id > :after
                 ORDER BY user_id LIMIT :limit)
                UNION
                (SELECT DISTINCT user_id FROM {our_entry} WHERE migration_id = :migration AND user_id > :after
                 ORDER BY user_id LIMIT :limit)
            ) kept ORDER BY user_id LIMIT :limit
            """;

    private static final String RECORDS = """
            SELECT user_id, status, attempt, credits_granted, credits_consumed, historical_operations, changed_at, old_credits, new_credits,
                   old_rate, new_rate, host_state, error
            FROM {our_user} WHERE migration_id = :migration AND user_id >= :first AND user_id <= :last
            """;

    private static final String LINES = """
            SELECT user_id, attempt, kind, old_credits, new_credits, old_rate, new_rate, residual, actor_kind, actor, logged_at,
                   reason
            FROM {our_log} WHERE migration_id = :migration AND user_id >= :first AND user_id <= :last
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

    private static final String HOLDINGS = """
            SELECT {user_id} AS user_id, {read_balance} AS balance, {read_second_balance} AS second_balance,
                   {flagged} AS flagged, {active} AS active, {version} AS version, {made} AS operations,
                   CASE WHEN EXISTS (
                       SELECT 1 FROM {our_user} later JOIN {our_definition} d ON d.id = later.migration_id
                       WHERE later.user_id = {user_id} AND later.status = 'COMPLETED' AND d.cut_off > :cut_off
                   ) THEN 1 ELSE 0 END AS superseded
            FROM {users} u {account} {migrated}
            WHERE {filter} AND {id} IN ({keys})
            """;

    private static final String MIGRATED = """
            LEFT JOIN (
                SELECT user_id, MAX(logged_at) AS migrated_at FROM {our_log}
                WHERE migration_id = :migration AND kind = 'MIGRATED' AND user_id >= :first AND user_id <= :last
                GROUP BY user_id) m ON m.user_id = {user_id}""";

    private static final String MADE = """
            (SELECT COUNT(*) FROM {operations} o
             WHERE {operation_user} = {id} AND {operation_entered_at} < m.migrated_at)""";

    private static final String LATE = "CASE WHEN {registered_at} >= :begins THEN 1 ELSE 0 END";

    private static final String UNRECORDED = """
            SELECT late, exempt, flagged, superseded, COUNT(*) AS users FROM (
                SELECT {late} AS late, {exempt} AS exempt, COALESCE({flagged}, 0) AS flagged,
                       CASE WHEN EXISTS (
                           SELECT 1 FROM {our_user} later JOIN {our_definition} d ON d.id = later.migration_id
                           WHERE later.user_id = {user_id} AND later.status = 'COMPLETED' AND d.cut_off > :cut_off
                       ) THEN 1 ELSE 0 END AS superseded
                FROM {users} u {account}
                WHERE {filter} AND NOT EXISTS (
                    SELECT 1 FROM {our_user} r WHERE r.migration_id = :migration AND r.user_id = {user_id})
            ) s GROUP BY late, exempt, flagged, superseded
            """;

    private static final Logger LOG = LoggerFactory.getLogger(JdbcMigrationStore.class);

    private final Mapping mapping;
    private final Map<String, String> names;
    private final Sql userIds;
    private final Sql records;
    private final Sql lines;
    private final Sql entries;
    private final Sql entriesOfOthers;

    Audit(Mapping mapping, LibraryTables ours) {
        this.mapping = mapping;
        this.names = mapping.names(ours);
        this.userIds = new Sql(mapping.dialect, USER_IDS, names);
        this.records = new Sql(mapping.dialect, RECORDS, names);
        this.lines = new Sql(mapping.dialect, LINES, names);
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
        Map<String, Evidence.Recorded> recorded = new HashMap<>();
        Map<String, @Nullable String> hostStates = new HashMap<>();
        each(connection, records, range, row -> {
            recorded.put(row.getString("user_id"), recorded(row));
            hostStates.put(row.getString("user_id"), row.getString("host_state"));
        });
        Map<String, List<LogLine>> logged = new HashMap<>();
        each(connection, lines, range, row -> {
            LogLine line = line(mapping.dialect, row);
            logged.computeIfAbsent(line.userId(), none -> new ArrayList<>()).add(line);
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
        Map<String, Evidence.Holding> holdings = holdings(connection, migration, ids, range, recorded, hostStates);
        List<Evidence> evidence = new ArrayList<>(ids.size());
        for (String id : ids) {
            evidence.add(new Evidence(
                    id,
                    recorded.get(id),
                    logged.getOrDefault(id, List.of()),
                    entered.getOrDefault(id, List.of()),
                    others.getOrDefault(id, 0L),
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
            values.put("begins", mapping.registeredAt.time(migration.cutOff(), mapping.zone()));
        }
        List<Unrecorded> counts = new ArrayList<>();
        each(
                connection,
                new Sql(mapping.dialect, UNRECORDED, all),
                values,
                row -> counts.add(new Unrecorded(
                        row.getInt("late") == 1,
                        row.getInt("exempt") == 1,
                        row.getInt("flagged") == 1,
                        row.getInt("superseded") == 1,
                        row.getLong("users"))));
        return counts;
    }

    /** One line of the log as it is. */
    static LogLine line(Dialect dialect, ResultSet row) throws SQLException {
        return new LogLine(
                row.getString("user_id"),
                row.getInt("attempt"),
                row.getString("kind"),
                row.getBigDecimal("old_credits"),
                row.getBigDecimal("new_credits"),
                row.getBigDecimal("old_rate"),
                row.getBigDecimal("new_rate"),
                row.getBigDecimal("residual"),
                row.getString("actor_kind"),
                row.getString("actor"),
                Objects.requireNonNull(dialect.instant(row, "logged_at"), "logged_at"),
                row.getString("reason"));
    }

    private Evidence.Recorded recorded(ResultSet row) throws SQLException {
        BigDecimal consumed = row.getBigDecimal("credits_consumed");
        return new Evidence.Recorded(
                MigrationStatus.valueOf(row.getString("status")),
                row.getInt("attempt"),
                row.getBigDecimal("credits_granted"),
                consumed == null ? BigDecimal.ZERO : consumed,
                row.getLong("historical_operations"),
                Objects.requireNonNull(mapping.dialect.instant(row, "changed_at"), "changed_at"),
                row.getBigDecimal("old_credits"),
                row.getBigDecimal("new_credits"),
                row.getBigDecimal("old_rate"),
                row.getBigDecimal("new_rate"),
                row.getString("error"));
    }

    private Evidence.Entries entries(ResultSet row) throws SQLException {
        return new Evidence.Entries(
                row.getInt("attempt"),
                Evidence.Kind.valueOf(row.getString("kind")),
                row.getLong("entries"),
                row.getLong("operations"),
                row.getBigDecimal("amount"),
                Objects.requireNonNull(mapping.dialect.instant(row, "first_at"), "first_at"),
                Objects.requireNonNull(mapping.dialect.instant(row, "last_at"), "last_at"));
    }

    private Map<String, Evidence.Holding> holdings(
            Connection connection,
            Migration migration,
            List<String> ids,
            Map<String, @Nullable Object> range,
            Map<String, Evidence.Recorded> recorded,
            Map<String, @Nullable String> hostStates)
            throws SQLException {
        boolean copies = mapping.copiesHistory && migration.conversion().isEmpty();
        Map<String, @Nullable Object> values = parameters(migration);
        values.putAll(range);
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
        if (keys.isEmpty()) {
            return Map.of();
        }
        Map<String, String> all = new LinkedHashMap<>(names);
        all.put("flagged", flagged(migration));
        all.put("active", active());
        all.put("version", names.getOrDefault("VERSION", "NULL"));
        all.put("made", copies ? Sql.replaced(MADE, names) : "NULL");
        all.put("migrated", copies ? Sql.replaced(MIGRATED, names) : "");
        all.put("keys", String.join(", ", keys));
        Map<String, Evidence.Holding> holdings = new HashMap<>();
        each(connection, new Sql(mapping.dialect, HOLDINGS, all), values, row -> {
            String id = row.getString("user_id");
            holdings.put(id, holding(row, copies, recorded.get(id), hostStates.get(id)));
        });
        return holdings;
    }

    private Evidence.Holding holding(
            ResultSet row, boolean copies, Evidence.@Nullable Recorded record, @Nullable String hostState)
            throws SQLException {
        boolean second =
                mapping.secondBalance != null && record != null && record.status() == MigrationStatus.COMPLETED;
        BigDecimal balance = row.getBigDecimal(second ? "second_balance" : "balance");
        BigDecimal version = row.getBigDecimal("version");
        long made = row.getLong("operations");
        return new Evidence.Holding(
                balance == null || mapping.host.minorUnits < 0
                        ? balance
                        : balance.movePointLeft(mapping.host.minorUnits),
                truth(row, "flagged"),
                row.getInt("superseded") == 1,
                truth(row, "active"),
                moved(record, hostState, version),
                mapping.host.ownAccounts && version != null ? Long.valueOf(version.longValueExact()) : null,
                copies ? Long.valueOf(made) : null);
    }

    private static @Nullable Boolean truth(ResultSet row, String label) throws SQLException {
        int number = row.getInt(label);
        return row.wasNull() ? null : number == 1;
    }

    /**
     * Migrating counts the version up once, rolling back once more. Of who was taken back after moving, the version cannot
     * tell when that was; what a second balance column had in it before, nothing tells. An account of the library's own is
     * never deleted, so nobody has moved what is not there.
     */
    private @Nullable Boolean moved(
            Evidence.@Nullable Recorded record, @Nullable String hostState, @Nullable BigDecimal version) {
        Marked versioned = marked(Mark.VERSION);
        if (versioned == null || record == null || hostState == null || mapping.secondBalance != null) {
            return null;
        }
        if (version == null && mapping.host.ownAccounts) {
            return Boolean.FALSE;
        }
        String captured = HostState.decoded(hostState).get(versioned.column().name());
        BigDecimal before = captured == null ? BigDecimal.ZERO : new BigDecimal(captured);
        BigDecimal written = (version == null ? BigDecimal.ZERO : version).subtract(before);
        return switch (record.status()) {
            case COMPLETED -> written.compareTo(BigDecimal.ONE) != 0;
            case ROLLED_BACK -> written.compareTo(BigDecimal.valueOf(2)) == 0 ? Boolean.FALSE : null;
            default -> null;
        };
    }

    private @Nullable Marked marked(Mark kind) {
        return mapping.marked.stream()
                .filter(mark -> mark.mark() == kind)
                .findFirst()
                .orElse(null);
    }

    /** 1, 0, or NULL where no marker tells. */
    private String flagged(Migration migration) {
        if (names.containsKey("FLAG")) {
            return "CASE WHEN " + names.get("FLAG") + " = :flag_value THEN 1 ELSE 0 END";
        }
        return migration.conversion().isPresent() && names.containsKey("RATE")
                ? "CASE WHEN " + names.get("RATE") + " = :new_rate THEN 1 ELSE 0 END"
                : "CAST(NULL AS INTEGER)";
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
        values.put("cut_off", migration.cutOff());
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
