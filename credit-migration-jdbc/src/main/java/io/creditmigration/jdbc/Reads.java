package io.creditmigration.jdbc;

import io.creditmigration.CreditRate;
import io.creditmigration.Credits;
import io.creditmigration.InvalidValueException;
import io.creditmigration.Migration;
import io.creditmigration.MigrationRun;
import io.creditmigration.MigrationStatus;
import io.creditmigration.RollbackData;
import io.creditmigration.Rollout;
import io.creditmigration.RunScope;
import io.creditmigration.Schedule;
import io.creditmigration.Usage;
import io.creditmigration.UsageWindow;
import io.creditmigration.UserMigration;
import io.creditmigration.UserSnapshot;
import io.creditmigration.spi.Registration;
import io.creditmigration.spi.Registration.Place;
import io.creditmigration.spi.UnitLine;
import io.creditmigration.spi.UserState;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** What is read of users: everything in one query, nothing locked. */
final class Reads {

    private static final String STATE = """
            SELECT {user_id} AS user_id, {read_balance} AS balance, {read_second_balance} AS second_balance,
                   {reserved} AS reserved, {registered_at} AS registered_at, {exempt} AS exempt,
                   {rate} AS rate, {flagged} AS flagged,
                   {usage},
                   {host_state},
                   {last_line} AS last_line, {standing}, {late} AS late_operations,
                   {purchased} AS purchased,
                   x.line AS unit_line, x.status AS unit_status, x.at AS unit_at, xd.id AS unit_migration,
                   COALESCE(x.new_rate, CASE WHEN x.status = 'C' THEN xd.new_rate ELSE xd.old_rate END) AS unit_rate
                   {registration}
            FROM {users} u
            {account}
            {record}
            {unit}
            {counted}
            {definition}
            """;

    private static final String ONE = STATE + "WHERE {filter} AND {id} = :key";

    /** How the migration stands, for the query of one user; that of many asks once a page. */
    private static final String REGISTRATION = """
            , m.id AS registered, m.withdrawn, m.cut_off, m.newcomers_from, m.begins_at, m.percent, m.halted,
                   CASE WHEN EXISTS (
                       SELECT 1 FROM {our_definition} s
                       WHERE s.follows = m.id AND s.withdrawn = FALSE AND s.begins_at <= {now}) THEN 1 ELSE 0 END AS ended""";

    private static final String DEFINITION = "LEFT JOIN {our_definition} m ON m.id = :migration";

    private static final String CONVERSIONS = "(SELECT c.number FROM {our_definition} c WHERE c.new_rate IS NOT NULL)";

    /**
     * The last line that left the balance in a unit, x, and its conversion, xd. Adding 0 keeps MariaDB off the index that starts
     * with the migration: a serializable transaction would lock that to its end, against every new line.
     */
    private static final String UNIT = """
            LEFT JOIN {our_journal} x ON x.user_id = {user_id} AND x.line = (
                SELECT MAX(n.line) FROM {our_journal} n
                WHERE n.user_id = {user_id} AND n.kind IN ('M', 'B', 'X') AND n.migration + 0 IN {conversions})
            LEFT JOIN {our_definition} xd ON xd.number = x.migration""";

    private static final String UNIT_ON_POSTGRESQL = """
            LEFT JOIN LATERAL (
                SELECT * FROM {our_journal} n WHERE last.line > 0 AND n.user_id = {user_id}
                  AND n.kind IN ('M', 'B', 'X') AND n.migration IN {conversions}
                ORDER BY n.line DESC LIMIT 1) x ON TRUE
            LEFT JOIN {our_definition} xd ON xd.number = x.migration""";

    private static final String MANY = STATE + """
            WHERE {filter} {scope} {after} {upto} {swept} ORDER BY {id} LIMIT :limit
            """;

    /**
     * The same with operations counted for all users of the page at once: one by one costs three times as much. The page is
     * found first, and its keys are looked up in the index of operations. Integers are summed up in half the time of longs.
     */
    private static final String MANY_COUNTED_ON_POSTGRESQL =
            """
            WITH page AS MATERIALIZED (
                SELECT u.* FROM {users} u {account_of_page} {record_of_page}
                WHERE {filter} {scope} {after} {upto} {swept} ORDER BY {id} LIMIT :limit
            ), counted AS MATERIALIZED (
                SELECT operation_user, SUM(operations) AS operations, MAX(operations) AS most_in_hour, SUM(total) AS total
                FROM (
                    SELECT {operation_user} AS operation_user,
                           CAST(COUNT(*) FILTER (WHERE {operation_at} >= :window_from AND {operation_at} < :window_to)
                                AS INTEGER) AS operations,
                           CAST(COUNT(*) AS INTEGER) AS total
                    FROM {operations} o WHERE {operation_user} = ANY (ARRAY(SELECT {id} FROM page u))
                    GROUP BY {operation_user}, {operation_hour}) hour
                GROUP BY operation_user
            )
            """ + STATE.replace("{users} u", "page u") + "ORDER BY {id}";

    private static final String COUNTED_OF_PAGE = "LEFT JOIN counted ON counted.operation_user = {id}";

    private static final String COUNT = "SELECT COUNT(*) FROM {users} u {account} {record} WHERE {filter} {scope}";

    private static final String STORED_ID = "SELECT {user_id} AS user_id FROM {users} u WHERE {filter} AND {id} = :key";

    /** The key that stands so many users further on. */
    private static final String KEY_AT = """
            SELECT {user_id} AS user_id FROM {users} u {account} {record} WHERE {filter} {scope} {after} {upto}
            ORDER BY {id} LIMIT 1 OFFSET :offset
            """;

    /**
     * The last line of this migration by its number, r, and the line that has its figures, f: a lost mark hides nothing. 0 is added
     * as in {@link #UNIT}.
     */
    private static final String STANDING = """
            LEFT JOIN {our_journal} r ON r.user_id = {user_id} AND r.line = (
                SELECT MAX(n.line) FROM {our_journal} n WHERE n.user_id = {user_id} AND n.migration + 0 = {number})
            LEFT JOIN {our_journal} f ON f.user_id = {user_id} AND f.line = {figures_line}""";

    private static final String LAST_LINE = "(SELECT MAX(n.line) FROM {our_journal} n WHERE n.user_id = {user_id})";

    /**
     * The same by the end of the user's lines: the one plan that is as good on an empty, a growing and an unanalysed journal.
     * Users without lines cost one look.
     */
    private static final String STANDING_ON_POSTGRESQL = """
            LEFT JOIN LATERAL (
                SELECT n.line FROM {our_journal} n WHERE n.user_id = {user_id} ORDER BY n.line DESC LIMIT 1) last ON TRUE
            LEFT JOIN LATERAL (
                SELECT * FROM {our_journal} n WHERE last.line > 0 AND n.user_id = {user_id} AND n.migration = {number}
                ORDER BY n.line DESC LIMIT 1) r ON TRUE
            LEFT JOIN LATERAL (
                SELECT * FROM {our_journal} n WHERE r.line > 0 AND n.user_id = {user_id} AND n.line = {figures_line}
                LIMIT 1) f ON TRUE""";

    /** A balance of zero or none, and no reservations. */
    private static final String ONLY_ZERO_CREDITS =
            "AND ({read_balance} = 0 OR {read_balance} IS NULL) AND {reserved} <= 0";

    /** What the user has bought in all. Who has no balance has nothing that would have to be told from a grant. */
    private static final String PURCHASED = """
            CASE WHEN {read_balance} IS NULL THEN NULL ELSE
                (SELECT COALESCE(SUM({purchase_credits}), 0) FROM {purchases} p WHERE {purchase_user} = {id}) END""";

    private static final String ONLY_FAILED = "AND r.status = 'F'";

    private static final String ONLY_LISTED =
            "AND {user_id} IN (SELECT l.user_id FROM {our_run_user} l WHERE l.run_id = :run AND l.kind = 'LISTED')";

    private static final String ONLY_NOBODY = "AND 1 = 0";

    private static final String ONLY_MIGRATED = "AND r.status = 'C'";

    private static final String ONLY_MIGRATED_BY_RUN = ONLY_MIGRATED
            + " AND f.run = (SELECT s.number FROM {our_run} s WHERE s.id = :which AND s.migration_id = :migration)";

    private static final String ONLY_MIGRATED_IN_STAGE = ONLY_MIGRATED + """
             AND f.run IN (SELECT s.number FROM {our_run} s WHERE s.migration_id = :migration AND s.stage = :stage)""";

    private static final String ONLY_MIGRATED_BETWEEN = ONLY_MIGRATED + " AND f.at >= :from AND f.at < :to";

    /** In the sweep of a rollback: who is of the scope, migrated still or by now, or was left by the first pass. */
    private static final String SWEPT_BACK = """
            AND ((1 = 1 {scope} AND r.status = 'C') OR EXISTS (
                SELECT 1 FROM {our_run_user} l
                WHERE l.run_id = :run AND l.kind = 'LEFT' AND l.user_id = {user_id}))""";

    /** Users without a line, reopened ones, those that the first pass left, and those with late operations. */
    private static final String ONLY_SWEPT = """
            AND (r.line IS NULL OR r.status = 'P'{caught_up} OR EXISTS (
                SELECT 1 FROM {our_run_user} l
                WHERE l.run_id = :run AND l.kind = 'LEFT' AND l.user_id = {user_id}))""";

    /** Each is looked for in the history: where one was deleted and another came late, there are as many as were copied. */
    private static final String SWEPT_LATE = " OR (r.status = 'C' AND {late_operations} > 0)";

    private static final String ONLY_LATE = "AND r.status = 'C' AND {late_operations} > 0";

    private static final String LATE = """
            (SELECT COUNT(*) FROM {operations} o
             WHERE {operation_user} = {id} AND {operation_entered_at} < f.at
               AND NOT EXISTS (SELECT 1 FROM {our_entry} e
                               WHERE e.migration_id = :migration AND e.operation_id = {operation_id}))""";

    private static final String PER_DAY = """
            SELECT {operation_day} AS operation_day, COUNT(*) AS operations
            FROM {operations} o JOIN {users} u ON {operation_user} = {id}
            WHERE {filter} AND {operation_at} >= :window_from AND {operation_at} < :window_to
            GROUP BY {operation_day}
            """;

    private static final String USAGE = """
            (SELECT COUNT(*) FROM {operations} o WHERE {operation_user} = {id}
             AND {operation_at} >= :window_from AND {operation_at} < :window_to) AS operations,
            (SELECT COUNT(*) AS n FROM {operations} o WHERE {operation_user} = {id}
             AND {operation_at} >= :window_from AND {operation_at} < :window_to
             GROUP BY {operation_hour} ORDER BY n DESC LIMIT 1) AS most_in_hour,
            (SELECT COUNT(*) FROM {operations} o WHERE {operation_user} = {id}) AS total""";

    /** The same, where each of them would read the user's operations again: hours are counted, and then summed up. */
    private static final String USAGE_ON_POSTGRESQL = """
            COALESCE(counted.operations, 0) AS operations, COALESCE(counted.most_in_hour, 0) AS most_in_hour,
            COALESCE(counted.total, 0) AS total""";

    private static final String COUNTED_ON_POSTGRESQL = """
            CROSS JOIN LATERAL (
                SELECT SUM(hour.operations) AS operations, MAX(hour.operations) AS most_in_hour, SUM(hour.total) AS total
                FROM (
                    SELECT COUNT(*) FILTER (WHERE {operation_at} >= :window_from AND {operation_at} < :window_to)
                               AS operations, COUNT(*) AS total
                    FROM {operations} o WHERE {operation_user} = {id} GROUP BY {operation_hour}) hour) counted""";

    private static final String NO_USAGE = "0 AS operations, 0 AS most_in_hour, 0 AS total";

    /** Stands among the captured columns for what a user has bought; no column has an empty name. */
    private static final String BOUGHT = "";

    /** What queries of many users differ in. */
    private record Shape(boolean conversion, RunScope.Kind scope, boolean after, boolean upto, boolean swept) {}

    private final Mapping mapping;
    private final Journal journal;
    private final Map<String, String> names;
    private final Map<Shape, Sql> many = new ConcurrentHashMap<>();
    private final Sql oneForGrants;
    private final Sql oneForConversions;
    private final Sql storedId;

    Reads(Mapping mapping, LibraryTables ours, Journal journal) {
        this.mapping = mapping;
        this.journal = journal;
        this.names = mapping.names(ours);
        names.put("figures_line", Journal.FIGURES_LINE);
        names.put("standing", Journal.STANDING);
        this.storedId = new Sql(mapping.dialect, STORED_ID, names);
        this.oneForGrants = new Sql(mapping.dialect, ONE, one(false));
        this.oneForConversions = new Sql(mapping.dialect, ONE, one(true));
    }

    Optional<UserState> find(Connection connection, Migration migration, String userId) throws SQLException {
        Map<String, @Nullable Object> values = parameters(migration);
        values.put("key", mapping.id.key(userId));
        Sql one = migration.conversion().isPresent() ? oneForConversions : oneForGrants;
        return list(connection, one, migration, null, values).stream().findFirst();
    }

    /**
     * The users of a scope after this stored id in key order.
     *
     * @param registration how the migration stands
     */
    List<UserState> scan(
            Connection connection,
            Migration migration,
            Registration registration,
            RunScope scope,
            @Nullable String after,
            int limit)
            throws SQLException {
        boolean converts = migration.conversion().isPresent();
        Shape shape = new Shape(converts, scope.kind(), after != null, false, false);
        Map<String, @Nullable Object> values = bounds(null, after, null, limit);
        values.putAll(limits(scope));
        return many(connection, migration, registration, shape, values);
    }

    /** The next users of a range of a run, up to this stored id; of its sweep, only those who are to be looked at again. */
    List<UserState> page(
            Connection connection,
            Migration migration,
            Registration registration,
            MigrationRun run,
            Ranges.Position range,
            @Nullable String upto,
            int limit)
            throws SQLException {
        boolean converts = migration.conversion().isPresent();
        Shape shape = new Shape(converts, run.scope().kind(), range.last() != null, upto != null, range.sweep());
        Map<String, @Nullable Object> values = bounds(run.id(), range.last(), upto, limit);
        values.putAll(limits(run.scope()));
        return many(connection, migration, registration, shape, values);
    }

    /** The id as it is stored of the user whom this one names; empty where it names nobody. */
    Optional<String> storedId(Connection connection, String userId) throws SQLException {
        Map<String, @Nullable Object> values = mapping.parameters();
        try {
            values.put("key", mapping.id.key(userId));
        } catch (InvalidValueException e) {
            return Optional.empty();
        }
        List<String> ids = new ArrayList<>();
        Audit.each(connection, storedId, values, row -> ids.add(row.getString("user_id")));
        return ids.stream().findFirst();
    }

    /** How many users a scope has. */
    long count(Connection connection, String migrationId, RunScope scope, String runId) throws SQLException {
        Sql count = new Sql(mapping.dialect, COUNT, scoped(scope.kind(), false, false));
        try (PreparedStatement statement = count.prepare(connection)) {
            count.bind(statement, cutting(migrationId, scope, runId, null, null));
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }
    }

    /** The stored id of the user who stands so many further on; null where there are not so many up to the other one. */
    @Nullable
    String keyAt(
            Connection connection,
            String migrationId,
            RunScope scope,
            String runId,
            @Nullable String after,
            @Nullable String upto,
            int users)
            throws SQLException {
        Sql keyAt = new Sql(mapping.dialect, KEY_AT, scoped(scope.kind(), after != null, upto != null));
        Map<String, @Nullable Object> values = cutting(migrationId, scope, runId, after, upto);
        values.put("offset", users - 1);
        try (PreparedStatement statement = keyAt.prepare(connection)) {
            keyAt.bind(statement, values);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? row.getString("user_id") : null;
            }
        }
    }

    List<Long> operationsPerDay(Connection connection, Migration migration) throws SQLException {
        if (mapping.operationAt == null) {
            return List.of();
        }
        UsageWindow window = migration.usageWindow();
        Long[] days = new Long
                [Math.toIntExact(Duration.between(window.from(), window.to()).toDays())];
        Arrays.fill(days, 0L);
        Map<String, String> all = new LinkedHashMap<>(names);
        all.put("operation_day", mapping.operationDay(window.from()));
        Sql perDay = new Sql(mapping.dialect, PER_DAY, all);
        try (PreparedStatement statement = perDay.prepare(connection)) {
            perDay.bind(statement, parameters(migration));
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    // Where local time was put back inside the window, its last day is an hour longer.
                    int day = Math.max(0, Math.min(days.length - 1, row.getInt("operation_day")));
                    days[day] += row.getLong("operations");
                }
            }
        }
        return List.of(days);
    }

    private List<UserState> many(
            Connection connection,
            Migration migration,
            Registration registration,
            Shape shape,
            Map<String, @Nullable Object> bounds)
            throws SQLException {
        Sql query = many.computeIfAbsent(shape, this::query);
        Map<String, @Nullable Object> values = parameters(migration);
        values.putAll(bounds);
        return list(connection, query, migration, registration, values);
    }

    private Sql query(Shape shape) {
        RunScope.Kind scope = shape.scope();
        boolean late = !shape.conversion()
                && !scope.isRollback()
                && mapping.copiesHistory
                && (shape.swept() || scope == RunScope.Kind.LATE_OPERATIONS);
        Map<String, String> all = names(shape.conversion(), scope.isRollback(), late);
        Map<String, String> scoped = scoped(scope, shape.after(), shape.upto());
        all.putAll(scoped);
        if (late) {
            all.put("late_operations", named(LATE, names));
        }
        all.put("swept", "");
        if (scope == RunScope.Kind.LATE_OPERATIONS) {
            all.put("scope", late ? named(ONLY_LATE, all) : ONLY_NOBODY);
        } else if (scope.isRollback() && shape.swept()) {
            all.put("scope", named(SWEPT_BACK, all));
        } else if (shape.swept()) {
            all.put("caught_up", late ? named(SWEPT_LATE, all) : "");
            all.put("swept", named(ONLY_SWEPT, all));
        }
        all.put("record", record());
        all.put("account", named("{account}", names));
        boolean counted = !shape.conversion() && !scope.isRollback() && mapping.operations != null;
        if (counted && mapping.dialect == Dialect.POSTGRESQL) {
            boolean looksAtJournal = shape.swept() || scope == RunScope.Kind.LATE_OPERATIONS;
            all.put("counted", named(COUNTED_OF_PAGE, names));
            all.put("account_of_page", scoped.get("account"));
            all.put("record_of_page", looksAtJournal ? record() : scoped.get("record"));
            return new Sql(mapping.dialect, MANY_COUNTED_ON_POSTGRESQL, all);
        }
        return new Sql(mapping.dialect, MANY, all);
    }

    /** The conditions of a scope, with the standing and the account where they need them. */
    private Map<String, String> scoped(RunScope.Kind scope, boolean after, boolean upto) {
        Map<String, String> all = new LinkedHashMap<>(names);
        all.put("record", scope == RunScope.Kind.FAILED || scope.isRollback() ? record() : "");
        all.put("account", scope == RunScope.Kind.ZERO_CREDITS ? named("{account}", names) : "");
        all.put(
                "scope",
                switch (scope) {
                    // Late operations are looked for in windows over everybody.
                    case EVERYONE, LATE_OPERATIONS -> "";
                    case ZERO_CREDITS -> named(ONLY_ZERO_CREDITS, names);
                    case FAILED -> ONLY_FAILED;
                    case LISTED, MIGRATED_AND_LISTED -> named(ONLY_LISTED, names);
                    case MIGRATED -> ONLY_MIGRATED;
                    case MIGRATED_BY_RUN -> named(ONLY_MIGRATED_BY_RUN, names);
                    case MIGRATED_IN_STAGE -> named(ONLY_MIGRATED_IN_STAGE, names);
                    case MIGRATED_BETWEEN -> ONLY_MIGRATED_BETWEEN;
                });
        all.put("after", after ? named("AND {id} > :after", names) : "");
        all.put("upto", upto ? named("AND {id} <= :upto", names) : "");
        return all;
    }

    private Map<String, @Nullable Object> bounds(
            @Nullable String runId, @Nullable String after, @Nullable String upto, int limit) {
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        values.put("run", runId);
        values.put("after", after == null ? null : mapping.id.key(after));
        values.put("upto", upto == null ? null : mapping.id.key(upto));
        values.put("limit", limit);
        return values;
    }

    /** What limits a scope of users to be taken back. */
    private static Map<String, @Nullable Object> limits(RunScope scope) {
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        switch (scope.kind()) {
            case MIGRATED_BY_RUN -> values.put("which", scope.which());
            case MIGRATED_IN_STAGE -> values.put("stage", Integer.valueOf(scope.which()));
            case MIGRATED_BETWEEN -> {
                values.put("from", scope.from());
                values.put("to", scope.to());
            }
            default -> {
                // The kind says it all, or the list is kept with the run.
            }
        }
        return values;
    }

    private Map<String, @Nullable Object> cutting(
            String migrationId, RunScope scope, String runId, @Nullable String after, @Nullable String upto) {
        Map<String, @Nullable Object> values = mapping.parameters();
        values.putAll(limits(scope));
        values.put("migration", migrationId);
        values.put("run", runId);
        values.put("after", after == null ? null : mapping.id.key(after));
        values.put("upto", upto == null ? null : mapping.id.key(upto));
        return values;
    }

    private String record() {
        return named(mapping.dialect == Dialect.POSTGRESQL ? STANDING_ON_POSTGRESQL : STANDING, names);
    }

    /** Usage and history are of no interest to a rollback; late operations only to a sweep. */
    private Map<String, String> names(boolean conversion, boolean rollback, boolean late) {
        Map<String, String> all = new LinkedHashMap<>(names);
        boolean counts = !conversion && !rollback && mapping.operations != null;
        boolean postgres = mapping.dialect == Dialect.POSTGRESQL;
        all.put("purchased", conversion || mapping.purchases == null ? "NULL" : named(PURCHASED, names));
        all.put("record", record());
        all.put("last_line", postgres ? "last.line" : named(LAST_LINE, names));
        all.put("late", late ? "CASE WHEN r.status = 'C' THEN " + named(LATE, names) + " ELSE 0 END" : "0");
        all.put("conversions", named(CONVERSIONS, names));
        all.put("unit", named(postgres ? UNIT_ON_POSTGRESQL : UNIT, all));
        all.put("registration", "");
        all.put("definition", "");
        boolean atOnce = counts && postgres;
        all.put("usage", atOnce ? USAGE_ON_POSTGRESQL : counts ? named(USAGE, names) : NO_USAGE);
        all.put("counted", atOnce ? named(COUNTED_ON_POSTGRESQL, names) : "");
        all.put("rate", names.getOrDefault("read_rate", "NULL"));
        all.put("flagged", flagged(names));
        all.put("host_state", mapping.readHostState());
        return all;
    }

    /** The same with how the migration stands, in one round trip. */
    private Map<String, String> one(boolean conversion) {
        Map<String, String> all = names(conversion, /* rollback= */ false, /* late= */ false);
        Map<String, String> named = new LinkedHashMap<>(names);
        named.put("now", mapping.dialect.statementTime());
        all.put("registration", named(REGISTRATION, named));
        all.put("definition", named(DEFINITION, names));
        return all;
    }

    private static String named(String template, Map<String, String> names) {
        return Sql.replaced(template, names);
    }

    private static String flagged(Map<String, String> names) {
        return names.containsKey("FLAG")
                ? "CASE WHEN " + names.get("FLAG") + " = :flag_value THEN 1 ELSE 0 END"
                : "CAST(NULL AS INTEGER)";
    }

    private Map<String, @Nullable Object> parameters(Migration migration) {
        Map<String, @Nullable Object> values = mapping.parameters();
        values.put("migration", migration.id());
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
            Connection connection,
            Sql query,
            Migration migration,
            @Nullable Registration registration,
            Map<String, @Nullable Object> values)
            throws SQLException {
        List<UserState> users = new ArrayList<>();
        try (PreparedStatement statement = query.prepare(connection)) {
            query.bind(statement, values);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    users.add(state(row, migration, registration == null ? registration(row) : registration));
                }
            }
        }
        return users;
    }

    private UserState state(ResultSet row, Migration migration, Registration registration) throws SQLException {
        String userId = row.getString("user_id");
        Map<String, @Nullable String> hostState = new LinkedHashMap<>();
        for (int i = 0; i < mapping.marked.size(); i++) {
            hostState.put(mapping.marked.get(i).column().name(), row.getString("state_" + i));
        }
        UserSnapshot user;
        UserMigration record = null;
        Credits bought = null;
        String defect = null;
        try {
            record = journal.record(row, migration, userId);
            user = snapshot(row, migration, userId, record);
            Column other = mapping.other(!isMoved(record));
            if (other != null) {
                BigDecimal there = row.getBigDecimal(isMoved(record) ? "balance" : "second_balance");
                hostState.put(other.name(), there == null ? null : there.toPlainString());
            }
            BigDecimal purchased = row.getBigDecimal("purchased");
            if (purchased != null) {
                hostState.put(BOUGHT, purchased.toPlainString());
            }
            bought = bought(record, hostState, user.credits());
        } catch (InvalidValueException | ArithmeticException | DateTimeException e) {
            record = record == null ? journal.unreadable(row, migration, userId) : record;
            user = unreadable(row, userId);
            defect = String.valueOf(e.getMessage());
        } catch (SQLException e) {
            if (SqlErrors.meaning(e) != SqlErrors.Meaning.DATA) {
                throw e;
            }
            record = record == null ? journal.unreadable(row, migration, userId) : record;
            user = unreadable(row, userId);
            defect = SqlErrors.words(e);
        }
        if (defect == null && record != null && record.rollbackData() != null) {
            defect = mapping.lostFlag(record.rollbackData().hostState());
        }
        return new UserState(
                user,
                row.getInt("last_line"),
                record,
                row.getLong("late_operations"),
                truth(row, "flagged"),
                unitLine(row),
                HostState.encoded(hostState),
                registration,
                bought,
                defect);
    }

    private Registration registration(ResultSet row) throws SQLException {
        if (row.getString("registered") == null) {
            return Registration.NONE;
        }
        Place place =
                row.getBoolean("withdrawn") ? Place.WITHDRAWN : row.getInt("ended") == 1 ? Place.ENDED : Place.CURRENT;
        Schedule schedule = new Schedule(
                Objects.requireNonNull(mapping.dialect.instant(row, "cut_off"), "cut_off"),
                Objects.requireNonNull(mapping.dialect.instant(row, "newcomers_from"), "newcomers_from"),
                Objects.requireNonNull(mapping.dialect.instant(row, "begins_at"), "begins_at"));
        return new Registration(place, schedule, new Rollout(row.getInt("percent"), row.getBoolean("halted")));
    }

    /** A unit that cannot be read is none: the journal's own reading tells of it. */
    private @Nullable UnitLine unitLine(ResultSet row) throws SQLException {
        int number = row.getInt("unit_line");
        return number == 0 ? null : unitLine(row, number, mapping.dialect);
    }

    static @Nullable UnitLine unitLine(ResultSet row, int number, Dialect dialect) throws SQLException {
        String migration = row.getString("unit_migration");
        Instant at = dialect.instant(row, "unit_at");
        if (migration == null || at == null) {
            return null;
        }
        CreditRate unit;
        try {
            unit = Journal.rate(row, "unit_rate", null);
        } catch (InvalidValueException | SQLException e) {
            unit = null;
        }
        return new UnitLine(
                migration, number, unit, Codes.status(row.getString("unit_status")) == MigrationStatus.COMPLETED, at);
    }

    /** Of a user who cannot be read: the rate, if that can be, so that nobody is said to be out of step for the rest. */
    private static UserSnapshot unreadable(ResultSet row, String userId) throws SQLException {
        UserSnapshot user = UserSnapshot.of(userId);
        try {
            CreditRate rate = Journal.rate(row, "rate", null);
            return rate == null ? user : user.withRate(rate);
        } catch (InvalidValueException e) {
            return user;
        }
    }

    static @Nullable Boolean truth(ResultSet row, String label) throws SQLException {
        int number = row.getInt(label);
        return row.wasNull() ? null : number == 1;
    }

    private UserSnapshot snapshot(ResultSet row, Migration migration, String userId, @Nullable UserMigration record)
            throws SQLException {
        Instant registeredAt = mapping.registeredAt == null
                ? null
                : mapping.registeredAt.instant(row, "registered_at", mapping.dialect, mapping.zone());
        Usage usage = migration
                .usageWindow()
                .usage(registeredAt, row.getLong("operations"), row.getLong("most_in_hour"), row.getLong("total"));
        Credits reserved = mapping.credits(row.getBigDecimal("reserved"));
        return new UserSnapshot(
                userId,
                mapping.credits(row.getBigDecimal(isMoved(record) ? "second_balance" : "balance")),
                reserved == null ? Credits.ZERO : reserved,
                Journal.rate(row, "rate", null),
                registeredAt,
                row.getInt("exempt") == 1,
                usage);
    }

    /** Whether the balance is in the second column. */
    private boolean isMoved(@Nullable UserMigration record) {
        return mapping.secondBalance != null && record != null && record.status() == MigrationStatus.COMPLETED;
    }

    /** Nothing where balance and version are as the grant has left them, otherwise what the purchases have grown by. */
    private @Nullable Credits bought(
            @Nullable UserMigration record, Map<String, @Nullable String> hostState, @Nullable Credits balance) {
        RollbackData data = record == null ? null : record.rollbackData();
        if (data == null) {
            return null;
        }
        // Read of conversions too: who has rollback data that cannot be read is refused before anything is written.
        Map<String, @Nullable String> before = mapping.captured(data.hostState());
        if (data.newRate() != null) {
            return null;
        }
        if (data.newCredits().equals(balance) && isVersionAsLeft(before, hostState)) {
            return Credits.ZERO;
        }
        String then = before.get(BOUGHT);
        String now = hostState.get(BOUGHT);
        // Of who had a balance they were counted, unless purchases were mapped later.
        boolean isUnknown = now == null || (then == null && data.oldCredits() != null);
        return isUnknown
                ? null
                : mapping.credits(new BigDecimal(now).subtract(then == null ? BigDecimal.ZERO : new BigDecimal(then)));
    }

    /** Every write counts the version up, so one that is not what the migration left tells of another write. */
    private boolean isVersionAsLeft(Map<String, @Nullable String> before, Map<String, @Nullable String> hostState) {
        Column version = mapping.version().orElse(null);
        if (version == null || !before.containsKey(version.name())) {
            return false;
        }
        String now = hostState.get(version.name());
        return now != null && mapping.versionLeft(before).compareTo(new BigDecimal(now)) == 0;
    }
}
