package io.creditmigration.jdbc;

import io.creditmigration.Actor;
import io.creditmigration.CreditRate;
import io.creditmigration.Credits;
import io.creditmigration.Migration;
import io.creditmigration.MigrationLogEntry;
import io.creditmigration.MigrationStatus;
import io.creditmigration.RollbackData;
import io.creditmigration.Rollout;
import io.creditmigration.Usage;
import io.creditmigration.UsageWindow;
import io.creditmigration.UserMigration;
import io.creditmigration.UserSnapshot;
import io.creditmigration.spi.UserState;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What is read of users: everything in one query, nothing locked. */
final class Reads {

    private static final String STATE = """
            SELECT {user_id} AS user_id, {read_balance} AS balance, {read_second_balance} AS second_balance,
                   {reserved} AS reserved, {registered_at} AS registered_at, {exempt} AS exempt,
                   {rate} AS rate, {flagged} AS flagged,
                   {usage},
                   {host_state},
                   r.status, r.attempt, r.credits_granted, r.historical_operations, r.changed_at, r.old_credits,
                   r.new_credits, r.old_rate, r.new_rate, r.host_state, r.error,
                   CASE WHEN EXISTS (
                       SELECT 1 FROM {our_user} later JOIN {our_definition} d ON d.id = later.migration_id
                       WHERE later.user_id = {user_id} AND later.status = 'COMPLETED' AND d.cut_off > :cut_off
                   ) THEN 1 ELSE 0 END AS superseded,
                   m.percent, m.halted
            FROM {users} u
            {account}
            LEFT JOIN {our_user} r ON r.migration_id = :migration AND r.user_id = {user_id}
            LEFT JOIN {our_definition} m ON m.id = :migration
            """;

    private static final String ONE = STATE + "WHERE {filter} AND {id} = :key";
    private static final String FIRST = STATE + "WHERE {filter} ORDER BY {id} LIMIT :limit";
    private static final String NEXT = STATE + "WHERE {filter} AND {id} > :key ORDER BY {id} LIMIT :limit";
    private static final String FIRST_SWEPT =
            STATE + "WHERE {filter} AND (r.user_id IS NULL OR r.status = 'PENDING') ORDER BY {id} LIMIT :limit";
    private static final String NEXT_SWEPT = STATE
            + "WHERE {filter} AND {id} > :key AND (r.user_id IS NULL OR r.status = 'PENDING') ORDER BY {id} LIMIT :limit";

    private static final String LATEST_RATE = """
            (SELECT c.new_rate FROM {our_user} c JOIN {our_definition} d ON d.id = c.migration_id
             WHERE c.user_id = {user_id} AND c.status = 'COMPLETED' AND c.new_rate IS NOT NULL
             ORDER BY d.cut_off DESC LIMIT 1)""";

    private static final String USAGE = """
            (SELECT COUNT(*) FROM {operations} o WHERE {operation_user} = {id}
             AND {operation_at} >= :window_from AND {operation_at} < :window_to) AS operations,
            (SELECT COUNT(*) AS n FROM {operations} o WHERE {operation_user} = {id}
             AND {operation_at} >= :window_from AND {operation_at} < :window_to
             GROUP BY {operation_hour} ORDER BY n DESC LIMIT 1) AS most_in_hour,
            (SELECT COUNT(*) FROM {operations} o WHERE {operation_user} = {id}) AS total""";

    private static final String NO_USAGE = "0 AS operations, 0 AS most_in_hour, 0 AS total";

    private static final String LOG = """
            SELECT attempt, kind, old_credits, new_credits, old_rate, new_rate, residual, actor_kind, actor, logged_at, reason
            FROM {our_log} WHERE migration_id = :migration AND user_id = :user_id
            ORDER BY logged_at, attempt, CASE kind WHEN 'REOPENED' THEN 0 WHEN 'MIGRATED' THEN 1 ELSE 2 END
            """;

    /** The same queries, for one kind of migration. */
    private record Queries(Sql one, Sql first, Sql next, Sql firstSwept, Sql nextSwept) {}

    private final Mapping mapping;
    private final Queries forGrants;
    private final Queries forConversions;
    private final Sql log;

    Reads(Mapping mapping, LibraryTables ours) {
        this.mapping = mapping;
        Map<String, String> names = mapping.names(ours);
        this.log = new Sql(mapping.dialect, LOG, names);
        this.forGrants = queries(names, false);
        this.forConversions = queries(names, true);
    }

    Optional<UserState> find(Connection connection, Migration migration, String userId) throws SQLException {
        Map<String, @Nullable Object> values = parameters(migration);
        values.put("key", mapping.id.key(userId));
        return list(connection, queries(migration).one(), migration, values).stream()
                .findFirst();
    }

    /** The users after this stored id in key order; those with a record are left out of a sweep. */
    List<UserState> scan(
            Connection connection, Migration migration, @Nullable String afterUserId, int limit, boolean sweep)
            throws SQLException {
        Map<String, @Nullable Object> values = parameters(migration);
        values.put("limit", limit);
        Queries queries = queries(migration);
        if (afterUserId == null) {
            return list(connection, sweep ? queries.firstSwept() : queries.first(), migration, values);
        }
        values.put("key", mapping.id.key(afterUserId));
        return list(connection, sweep ? queries.nextSwept() : queries.next(), migration, values);
    }

    List<MigrationLogEntry> log(Connection connection, Migration migration, String userId) throws SQLException {
        List<MigrationLogEntry> entries = new ArrayList<>();
        try (PreparedStatement statement = log.prepare(connection)) {
            log.bind(statement, Map.of("migration", migration.id(), "user_id", userId));
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    entries.add(new MigrationLogEntry(
                            migration.id(),
                            userId,
                            row.getInt("attempt"),
                            MigrationLogEntry.Kind.valueOf(row.getString("kind")),
                            credits(row, "old_credits"),
                            credits(row, "new_credits"),
                            rate(row, "old_rate"),
                            rate(row, "new_rate"),
                            row.getBigDecimal("residual"),
                            new Actor(Actor.Kind.valueOf(row.getString("actor_kind")), row.getString("actor")),
                            instant(row, "logged_at"),
                            row.getString("reason")));
                }
            }
        }
        return entries;
    }

    private Instant instant(ResultSet row, String label) throws SQLException {
        return Objects.requireNonNull(mapping.dialect.instant(row, label), label);
    }

    private Queries queries(Migration migration) {
        return migration.conversion().isPresent() ? forConversions : forGrants;
    }

    private Queries queries(Map<String, String> common, boolean conversion) {
        Map<String, String> names = new LinkedHashMap<>(common);
        boolean counts = !conversion && mapping.operations != null;
        names.put("usage", counts ? named(USAGE, names) : NO_USAGE);
        names.put("rate", common.getOrDefault("RATE", conversion ? named(LATEST_RATE, names) : "NULL"));
        names.put("flagged", flagged(common, conversion));
        names.put("host_state", hostState());
        return new Queries(
                new Sql(mapping.dialect, ONE, names),
                new Sql(mapping.dialect, FIRST, names),
                new Sql(mapping.dialect, NEXT, names),
                new Sql(mapping.dialect, FIRST_SWEPT, names),
                new Sql(mapping.dialect, NEXT_SWEPT, names));
    }

    private static String named(String template, Map<String, String> names) {
        return Sql.replaced(template, names);
    }

    private static String flagged(Map<String, String> names, boolean conversion) {
        if (names.containsKey("FLAG")) {
            return "CASE WHEN " + names.get("FLAG") + " = :flag_value THEN 1 ELSE 0 END";
        }
        return conversion && names.containsKey("RATE")
                ? "CASE WHEN " + names.get("RATE") + " = :new_rate THEN 1 ELSE 0 END"
                : "0";
    }

    private String hostState() {
        if (mapping.marked.isEmpty()) {
            return "NULL AS state_0";
        }
        List<String> columns = new ArrayList<>();
        for (int i = 0; i < mapping.marked.size(); i++) {
            Mapping.Marked mark = mapping.marked.get(i);
            columns.add(mapping.dialect.asText(mark.column(), mapping.read(mark)) + " AS state_" + i);
        }
        return String.join(", ", columns);
    }

    private Map<String, @Nullable Object> parameters(Migration migration) {
        Map<String, @Nullable Object> values = mapping.parameters();
        values.put("migration", migration.id());
        values.put("cut_off", migration.cutOff());
        values.put("new_rate", Mapping.newRate(migration));
        for (Mapping.Marked mark : mapping.marked) {
            if (mark.mark() == Mapping.Mark.FLAG) {
                values.put("flag_value", mark.column().value(mark.newValue()));
            }
        }
        if (mapping.operationAt != null) {
            UsageWindow window = migration.usageWindow();
            values.put("window_from", mapping.operationAt.time(window.from(), mapping.zone()));
            values.put("window_to", mapping.operationAt.time(window.to(), mapping.zone()));
        }
        return values;
    }

    private List<UserState> list(
            Connection connection, Sql query, Migration migration, Map<String, @Nullable Object> values)
            throws SQLException {
        List<UserState> users = new ArrayList<>();
        try (PreparedStatement statement = query.prepare(connection)) {
            query.bind(statement, values);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    users.add(state(row, migration));
                }
            }
        }
        return users;
    }

    private UserState state(ResultSet row, Migration migration) throws SQLException {
        String userId = row.getString("user_id");
        UserMigration record = record(row, migration, userId);
        boolean moved = mapping.secondBalance != null && record != null && record.status() == MigrationStatus.COMPLETED;
        Instant registeredAt = mapping.registeredAt == null
                ? null
                : mapping.registeredAt.instant(row, "registered_at", mapping.dialect, mapping.zone());
        Usage usage = migration
                .usageWindow()
                .usage(registeredAt, row.getLong("operations"), row.getLong("most_in_hour"), row.getLong("total"));
        Credits reserved = mapping.credits(row.getBigDecimal("reserved"));
        UserSnapshot user = new UserSnapshot(
                userId,
                mapping.credits(row.getBigDecimal(moved ? "second_balance" : "balance")),
                reserved == null ? Credits.ZERO : reserved,
                rate(row, "rate"),
                registeredAt,
                row.getInt("exempt") == 1,
                usage);
        Map<String, @Nullable String> hostState = new LinkedHashMap<>();
        for (int i = 0; i < mapping.marked.size(); i++) {
            hostState.put(mapping.marked.get(i).column().name(), row.getString("state_" + i));
        }
        int percent = row.getInt("percent");
        Rollout rollout = row.wasNull() ? Rollout.EVERYBODY : new Rollout(percent, row.getBoolean("halted"));
        return new UserState(
                user,
                record,
                row.getInt("flagged") == 1,
                row.getInt("superseded") == 1,
                HostState.encoded(hostState),
                rollout,
                hasMoved(record, hostState));
    }

    /** Every write counts the version up, so one that is not what the migration left tells of another write. */
    private boolean hasMoved(@Nullable UserMigration record, Map<String, @Nullable String> hostState) {
        RollbackData data = record == null ? null : record.rollbackData();
        if (data == null) {
            return true;
        }
        for (Mapping.Marked mark : mapping.marked) {
            if (mark.mark() == Mapping.Mark.VERSION) {
                String column = mark.column().name();
                String before = HostState.decoded(data.hostState()).get(column);
                String now = hostState.get(column);
                BigDecimal left = (before == null ? BigDecimal.ZERO : new BigDecimal(before)).add(BigDecimal.ONE);
                return now == null || left.compareTo(new BigDecimal(now)) != 0;
            }
        }
        return true;
    }

    private @Nullable UserMigration record(ResultSet row, Migration migration, String userId) throws SQLException {
        String status = row.getString("status");
        if (status == null) {
            return null;
        }
        Credits newCredits = credits(row, "new_credits");
        String hostState = row.getString("host_state");
        return new UserMigration(
                migration.id(),
                userId,
                MigrationStatus.valueOf(status),
                row.getInt("attempt"),
                Credits.of(row.getBigDecimal("credits_granted")),
                row.getLong("historical_operations"),
                instant(row, "changed_at"),
                newCredits == null || hostState == null
                        ? null
                        : new RollbackData(
                                credits(row, "old_credits"),
                                newCredits,
                                rate(row, "old_rate"),
                                rate(row, "new_rate"),
                                hostState),
                row.getString("error"));
    }

    private static @Nullable Credits credits(ResultSet row, String label) throws SQLException {
        BigDecimal amount = row.getBigDecimal(label);
        return amount == null ? null : Credits.of(amount);
    }

    private static @Nullable CreditRate rate(ResultSet row, String label) throws SQLException {
        BigDecimal rate = row.getBigDecimal(label);
        return rate == null ? null : CreditRate.of(rate);
    }
}
