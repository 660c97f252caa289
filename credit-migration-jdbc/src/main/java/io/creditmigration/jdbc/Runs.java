package io.creditmigration.jdbc;

import io.creditmigration.Actor;
import io.creditmigration.Credits;
import io.creditmigration.InvalidValueException;
import io.creditmigration.Migration;
import io.creditmigration.MigrationRun;
import io.creditmigration.MigrationRun.State;
import io.creditmigration.RunEvent;
import io.creditmigration.RunProgress;
import io.creditmigration.RunScope;
import io.creditmigration.RunSettings;
import io.creditmigration.Tally;
import io.creditmigration.spi.Cause;
import io.creditmigration.spi.RunRequest;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The row per run, and the events: what an operator sees and says. */
final class Runs {

    /** A run whose last page is older than this stands still. */
    private static final Duration STILL = Duration.ofSeconds(10);

    /** The last part of a UUID, 48 random bits. */
    private static final int ID_FROM = 24;

    private static final String ROWS = """
            SELECT id, number, scope, stage, state, reason, page_size, page_operations, threads, users_per_second, failure_rate_max,
                   granted_max, users, opened_by_kind, opened_by, opened_for, started_at, resumed_at, measured_from,
                   done_before, next_from
            FROM {our_run} WHERE migration_id = :migration
            """;

    private static final String ONE = ROWS + "AND id = :id";

    private static final String NEWEST = ROWS + "ORDER BY started_at DESC, id LIMIT :limit";

    private static final String UNFINISHED = """
            SELECT id FROM {our_run}
            WHERE migration_id = :migration AND scope = :scope AND stage {same} :stage AND state IN ('RUNNING', 'PAUSED')
            ORDER BY started_at, id LIMIT 1
            """;

    private static final String INSERT = """
            INSERT INTO {our_run} (id, migration_id, scope, stage, state, reason, page_size, page_operations, threads,
                                   users_per_second, failure_rate_max, granted_max, users, opened_by_kind, opened_by,
                                   opened_for, started_at, resumed_at, measured_from, done_before, next_from,
                                   next_before)
            VALUES (:id, :migration, :scope, :stage, 'RUNNING', '', :page_size, :page_operations, :threads,
                    :users_per_second, :failure_rate_max, :granted_max, :users, :opened_by_kind,
                    :opened_by, :opened_for, :now, :now, :now, 0, :now, 0)
            """;

    private static final String CHANGE = """
            UPDATE {our_run} SET state = :state, reason = :reason
            WHERE id = :id AND migration_id = :migration AND state = :was
            """;

    private static final String RETUNE = """
            UPDATE {our_run} SET page_size = :page_size, page_operations = :page_operations, threads = :threads,
                users_per_second = :users_per_second, failure_rate_max = :failure_rate_max, granted_max = :granted_max
            WHERE id = :id AND migration_id = :migration AND state IN ('RUNNING', 'PAUSED')
            """;

    private static final String RESUME = """
            UPDATE {our_run} SET resumed_at = :now, measured_from = :now, done_before = :done, next_from = :now,
                next_before = :done
            WHERE id = :id
            """;

    /** In the order of the columns, since MariaDB reads what it has just written. */
    private static final String MEASURE = """
            UPDATE {our_run} SET measured_from = next_from, done_before = next_before, next_from = :now, next_before = :done
            WHERE id = :id AND next_from = :was
            """;

    private static final String FINISH = """
            UPDATE {our_run} SET state = 'FINISHED', reason = '' WHERE id = :id AND state = 'RUNNING'
            """;

    private static final String TELL = """
            INSERT INTO {our_event} (migration_id, run_id, happened_at, what, actor_kind, actor, reason)
            VALUES (:migration, :run, :now, :what, :actor_kind, :actor, :reason)
            """;

    private static final String EVENTS = """
            SELECT run_id, happened_at, what, actor_kind, actor, reason FROM {our_event} WHERE migration_id = :migration
            ORDER BY id DESC LIMIT :limit
            """;

    /**
     * A run as its own row has it, without its progress; the number under which the journal has it; and when the next measure
     * of its speed was begun.
     */
    record Row(MigrationRun run, int number, Instant nextFrom) {}

    private final Dialect dialect;
    private final Ranges ranges;
    private final Sql one;
    private final Sql newest;
    private final Sql unfinished;
    private final Sql insert;
    private final Sql change;
    private final Sql retune;
    private final Sql resume;
    private final Sql measure;
    private final Sql finish;
    private final Sql tell;
    private final Sql events;

    Runs(Mapping mapping, LibraryTables ours, Ranges ranges) {
        this.dialect = mapping.dialect;
        this.ranges = ranges;
        Map<String, String> names = mapping.names(ours);
        this.one = new Sql(dialect, ONE, names);
        this.newest = new Sql(dialect, NEWEST, names);
        this.unfinished = new Sql(dialect, UNFINISHED, names);
        this.insert = new Sql(dialect, INSERT, names);
        this.change = new Sql(dialect, CHANGE, names);
        this.retune = new Sql(dialect, RETUNE, names);
        this.resume = new Sql(dialect, RESUME, names);
        this.measure = new Sql(dialect, MEASURE, names);
        this.finish = new Sql(dialect, FINISH, names);
        this.tell = new Sql(dialect, TELL, names);
        this.events = new Sql(dialect, EVENTS, names);
    }

    /** A part is enough to tell runs apart. */
    static String newId() {
        return UUID.randomUUID().toString().substring(ID_FROM);
    }

    /** The unfinished run of this scope and stage, which goes on from now on if it stood still. */
    Optional<MigrationRun> goOn(Connection connection, Migration migration, RunRequest request, Instant now)
            throws SQLException {
        String found = unfinished(connection, migration, request);
        if (found == null) {
            return Optional.empty();
        }
        MigrationRun run = find(connection, migration, found).orElseThrow();
        boolean still = run.progress().movedAt().plus(STILL).isBefore(now);
        if (run.state() == State.RUNNING && still) {
            resumed(connection, run, now);
        }
        return Optional.of(run);
    }

    /**
     * The run that somebody else has opened while this one was cut, or this one. The caller keeps others from opening one
     * until the transaction ends.
     */
    MigrationRun open(Connection connection, Migration migration, RunRequest request, Cause cause, Ranges.Cut cut)
            throws SQLException {
        Optional<MigrationRun> faster = goOn(connection, migration, request, cause.at());
        if (faster.isPresent()) {
            ranges.forget(connection, cut.runId());
            return faster.get();
        }
        String id = cut.runId();
        ranges.insert(connection, cut, cause.at());
        Map<String, @Nullable Object> values = settings(request.settings());
        values.put("id", id);
        values.put("migration", migration.id());
        values.put("scope", request.scope().name());
        values.put("stage", request.stage());
        values.put("users", cut.users());
        values.put("opened_by_kind", cause.actor().kind().name());
        values.put("opened_by", cause.actor().name());
        values.put("opened_for", cause.reason());
        values.put("now", cause.at());
        insert.update(connection, values);
        tell(connection, migration, id, "OPENED", cause);
        return find(connection, migration, id).orElseThrow();
    }

    Optional<MigrationRun> find(Connection connection, Migration migration, String runId) throws SQLException {
        return list(connection, one, Map.of("migration", migration.id(), "id", runId)).stream()
                .findFirst();
    }

    /** Whether it is time to measure the run's speed anew. */
    static boolean isMeasuredAnew(Row row, Instant now) {
        return RunProgress.isMeasuredAnew(row.run().progress().resumedAt(), row.nextFrom(), now);
    }

    /** Begins to measure the run's speed anew, unless somebody else has. */
    void measure(Connection connection, Row row, Instant now) throws SQLException {
        MigrationRun run = row.run();
        long done = ranges.withProgress(connection, run).progress().done();
        measure.update(connection, Map.of("id", run.id(), "now", now, "done", done, "was", row.nextFrom()));
    }

    /** The run without its progress. */
    Optional<Row> row(Connection connection, Migration migration, String runId) throws SQLException {
        return rows(connection, one, Map.of("migration", migration.id(), "id", runId)).stream()
                .findFirst();
    }

    List<MigrationRun> newest(Connection connection, Migration migration, int limit) throws SQLException {
        return list(connection, newest, Map.of("migration", migration.id(), "limit", limit));
    }

    boolean change(Connection connection, Migration migration, String runId, State from, State to, Cause cause)
            throws SQLException {
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        values.put("id", runId);
        values.put("migration", migration.id());
        values.put("was", from.name());
        values.put("state", to.name());
        values.put("reason", cause.reason());
        if (change.update(connection, values) != 1) {
            return false;
        }
        if (to == State.RUNNING) {
            resumed(connection, find(connection, migration, runId).orElseThrow(), cause.at());
        }
        tell(connection, migration, runId, to.name(), cause);
        return true;
    }

    boolean retune(Connection connection, Migration migration, String runId, RunSettings settings, Cause cause)
            throws SQLException {
        Map<String, @Nullable Object> values = settings(settings);
        values.put("id", runId);
        values.put("migration", migration.id());
        if (retune.update(connection, values) != 1) {
            return false;
        }
        resumed(connection, find(connection, migration, runId).orElseThrow(), cause.at());
        tell(connection, migration, runId, "RETUNED: " + settings, cause);
        return true;
    }

    /** Whether it was this call that finished the run. */
    boolean finish(Connection connection, Migration migration, String runId, Instant now) throws SQLException {
        boolean finished = finish.update(connection, Map.of("id", runId)) == 1;
        if (finished) {
            Cause cause = new Cause(Actor.automatic("run"), "every range is done", now);
            tell(connection, migration, runId, State.FINISHED.name(), cause);
        }
        return finished;
    }

    void tell(Connection connection, Migration migration, @Nullable String runId, String what, Cause cause)
            throws SQLException {
        tell(connection, migration.id(), runId, what, cause);
    }

    void tell(Connection connection, String migrationId, @Nullable String runId, String what, Cause cause)
            throws SQLException {
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        values.put("migration", migrationId);
        values.put("run", runId);
        values.put("now", cause.at());
        values.put("what", what);
        values.put("actor_kind", cause.actor().kind().name());
        values.put("actor", cause.actor().name());
        values.put("reason", cause.reason());
        tell.update(connection, values);
    }

    List<RunEvent> events(Connection connection, Migration migration, int limit) throws SQLException {
        List<RunEvent> list = new ArrayList<>();
        try (PreparedStatement statement = events.prepare(connection)) {
            events.bind(statement, Map.of("migration", migration.id(), "limit", limit));
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    list.add(new RunEvent(
                            instant(row, "happened_at"),
                            row.getString("run_id"),
                            row.getString("what"),
                            new Actor(Actor.Kind.valueOf(row.getString("actor_kind")), row.getString("actor")),
                            row.getString("reason")));
                }
            }
        }
        return list;
    }

    private @Nullable String unfinished(Connection connection, Migration migration, RunRequest request)
            throws SQLException {
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        values.put("migration", migration.id());
        values.put("scope", request.scope().name());
        values.put("stage", request.stage());
        try (PreparedStatement statement = unfinished.prepare(connection)) {
            unfinished.bind(statement, values);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? row.getString("id") : null;
            }
        }
    }

    private void resumed(Connection connection, MigrationRun run, Instant now) throws SQLException {
        resume.update(
                connection,
                Map.of("id", run.id(), "now", now, "done", run.progress().done()));
    }

    private List<MigrationRun> list(Connection connection, Sql query, Map<String, @Nullable Object> values)
            throws SQLException {
        List<MigrationRun> withProgress = new ArrayList<>();
        for (Row row : rows(connection, query, values)) {
            withProgress.add(ranges.withProgress(connection, row.run()));
        }
        return withProgress;
    }

    private List<Row> rows(Connection connection, Sql query, Map<String, @Nullable Object> values) throws SQLException {
        List<Row> runs = new ArrayList<>();
        try (PreparedStatement statement = query.prepare(connection)) {
            query.bind(statement, values);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    runs.add(new Row(run(row), row.getInt("number"), instant(row, "next_from")));
                }
            }
        }
        return runs;
    }

    /** As its own row has it, without its ranges. */
    private MigrationRun run(ResultSet row) throws SQLException {
        int stage = row.getInt("stage");
        boolean staged = !row.wasNull();
        Instant resumedAt = instant(row, "resumed_at");
        return new MigrationRun(
                row.getString("id"),
                RunScope.of(row.getString("scope")),
                staged ? stage : null,
                State.valueOf(row.getString("state")),
                row.getString("reason"),
                settings(row),
                new Actor(Actor.Kind.valueOf(row.getString("opened_by_kind")), row.getString("opened_by")),
                row.getString("opened_for"),
                new RunProgress(
                        row.getLong("users"),
                        0,
                        0,
                        0,
                        0,
                        false,
                        instant(row, "started_at"),
                        resumedAt,
                        instant(row, "measured_from"),
                        row.getLong("done_before"),
                        resumedAt),
                Tally.NOBODY,
                null);
    }

    private static RunSettings settings(ResultSet row) throws SQLException {
        BigDecimal grantedMax = row.getBigDecimal("granted_max");
        try {
            return new RunSettings(
                    row.getInt("page_size"),
                    row.getInt("page_operations"),
                    row.getInt("threads"),
                    row.getInt("users_per_second"),
                    row.getBigDecimal("failure_rate_max"),
                    grantedMax == null ? null : Credits.of(grantedMax));
        } catch (InvalidValueException e) {
            throw new IllegalStateException("The row of run " + row.getString("id") + " was changed by hand", e);
        }
    }

    private static Map<String, @Nullable Object> settings(RunSettings settings) {
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        values.put("page_size", settings.pageSize());
        values.put("page_operations", settings.pageOperations());
        values.put("threads", settings.threads());
        values.put("users_per_second", settings.usersPerSecond());
        values.put("failure_rate_max", settings.failureRateMax());
        values.put(
                "granted_max",
                settings.grantedMax() == null ? null : settings.grantedMax().amount());
        return values;
    }

    private Instant instant(ResultSet row, String label) throws SQLException {
        return Objects.requireNonNull(dialect.instant(row, label), label);
    }
}
