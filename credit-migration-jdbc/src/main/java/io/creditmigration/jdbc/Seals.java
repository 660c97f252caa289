package io.creditmigration.jdbc;

import io.creditmigration.Actor;
import io.creditmigration.Migration;
import io.creditmigration.Seal;
import io.creditmigration.Tally;
import io.creditmigration.spi.SealWork;
import io.creditmigration.spi.SealedRow;
import io.creditmigration.spi.StoredRow;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Seals, and what they have kept of each row. */
final class Seals {

    private static final int ROWS_AT_ONCE = 1_000;

    private static final Comparator<StoredRow.Key> ORDER = Comparator.comparing(StoredRow.Key::kind)
            .thenComparing(StoredRow.Key::name)
            .thenComparing(StoredRow.Key::number);

    private static final String ALL = """
            SELECT number, entries, previous, digest, sealed_at, actor_kind, actor FROM {our_seal}
            WHERE migration_id = :migration ORDER BY number
            """;

    private static final String SEALED = """
            SELECT s.kind AS sealed_kind, s.name AS sealed_name, s.number AS sealed_number, s.seal, s.digest,
            """ + Journal.COLUMNS + """

            FROM {our_sealed} s
            LEFT JOIN {our_journal} l ON s.kind = 2 AND l.user_id = s.name AND l.line = s.number AND l.migration = {number}
            WHERE s.migration_id = :migration AND s.kind >= :kind
              AND (s.kind > :kind OR s.name > :name OR (s.name = :name AND s.number > :number))
            ORDER BY s.kind, s.name, s.number LIMIT :limit
            """;

    /** Conditions on the user id alone come first, since an index serves them. */
    private static final String UNSEALED = "SELECT " + Journal.COLUMNS + """

            FROM {our_journal} l
            WHERE l.migration = {number} AND l.user_id >= :name AND (l.user_id > :name OR l.line > :number)
              AND NOT EXISTS (SELECT 1 FROM {our_sealed} s
                              WHERE s.migration_id = :migration AND s.kind = 2 AND s.name = l.user_id AND s.number = l.line)
            ORDER BY l.user_id, l.line LIMIT :limit
            """;

    private static final String SEALED_KEYS =
            "SELECT kind, name FROM {our_sealed} WHERE migration_id = :migration AND kind < 2";

    private static final String DEFINITION = """
            SELECT id, number, fingerprint, follows, beside, row_filter, cut_off, newcomers_from, begins_at, old_rate, also_from, new_rate FROM {our_definition} WHERE id = :migration
            """;

    private static final String FINISHED_RUNS = """
            SELECT id, number, scope, stage, users, opened_by_kind, opened_by, opened_for, started_at FROM {our_run}
            WHERE migration_id = :migration AND state = 'FINISHED' ORDER BY id
            """;

    private static final String KEEP = """
            INSERT INTO {our_sealed} (migration_id, kind, name, number, seal, digest)
            VALUES (:migration, :kind, :name, :number, :seal, :digest)
            """;

    private static final String INSERT = """
            INSERT INTO {our_seal} (migration_id, number, entries, previous, digest, sealed_at, actor_kind, actor)
            VALUES (:migration, :number, :entries, :previous, :digest, :sealed_at, :actor_kind, :actor)
            """;

    private final Dialect dialect;
    private final Journal journal;
    private final Ranges ranges;
    private final Sql all;
    private final Sql sealed;
    private final Sql unsealed;
    private final Sql sealedKeys;
    private final Sql definition;
    private final Sql finishedRuns;
    private final Sql keep;
    private final Sql insert;

    Seals(Dialect dialect, LibraryTables ours, Journal journal, Ranges ranges) {
        this.dialect = dialect;
        this.journal = journal;
        this.ranges = ranges;
        Map<String, String> names = ours.names(dialect);
        this.all = new Sql(dialect, ALL, names);
        this.sealed = new Sql(dialect, SEALED, names);
        this.unsealed = new Sql(dialect, UNSEALED, names);
        this.sealedKeys = new Sql(dialect, SEALED_KEYS, names);
        this.definition = new Sql(dialect, DEFINITION, names);
        this.finishedRuns = new Sql(dialect, FINISHED_RUNS, names);
        this.keep = new Sql(dialect, KEEP, names);
        this.insert = new Sql(dialect, INSERT, names);
    }

    List<Seal> all(Connection connection, Migration migration) throws SQLException {
        List<Seal> seals = new ArrayList<>();
        Audit.each(
                connection,
                all,
                Map.of("migration", migration.id()),
                row -> seals.add(new Seal(
                        row.getInt("number"),
                        row.getLong("entries"),
                        row.getString("previous"),
                        row.getString("digest"),
                        Objects.requireNonNull(dialect.instant(row, "sealed_at"), "sealed_at"),
                        new Actor(Actor.Kind.valueOf(row.getString("actor_kind")), row.getString("actor")))));
        return seals;
    }

    List<SealedRow> sealed(Connection connection, Migration migration, StoredRow.@Nullable Key after, int limit)
            throws SQLException {
        // They come before the lines, so that a page that begins among those has none.
        boolean linesAlone = after != null && after.kind() == StoredRow.Kind.LINE;
        Map<StoredRow.Key, StoredRow> others = linesAlone ? Map.of() : others(connection, migration);
        List<SealedRow> rows = new ArrayList<>();
        Audit.each(connection, sealed, after(migration, after, limit), row -> {
            StoredRow.Key key = new StoredRow.Key(
                    Codes.rowKind(row.getInt("sealed_kind")),
                    row.getString("sealed_name"),
                    row.getInt("sealed_number"));
            boolean isLine = key.kind() == StoredRow.Kind.LINE;
            StoredRow now = !isLine ? others.get(key) : row.getString("user_id") == null ? null : journal.row(row);
            rows.add(new SealedRow(row.getInt("seal"), key, row.getString("digest"), now));
        });
        return rows;
    }

    /** Definition and runs are few, and come before the lines. */
    List<StoredRow> unsealed(Connection connection, Migration migration, StoredRow.@Nullable Key after, int limit)
            throws SQLException {
        List<StoredRow> rows = new ArrayList<>();
        if (after == null || after.kind() != StoredRow.Kind.LINE) {
            Map<StoredRow.Key, StoredRow> others = others(connection, migration);
            Audit.each(
                    connection,
                    sealedKeys,
                    Map.of("migration", migration.id()),
                    row -> others.remove(
                            new StoredRow.Key(Codes.rowKind(row.getInt("kind")), row.getString("name"), 0)));
            others.values().stream()
                    .filter(row -> after == null || ORDER.compare(row.key(), after) > 0)
                    .limit(limit)
                    .forEach(rows::add);
        }
        StoredRow.Key afterLine = after == null || after.kind() != StoredRow.Kind.LINE ? null : after;
        if (rows.size() < limit) {
            Audit.each(
                    connection,
                    unsealed,
                    after(migration, afterLine, limit - rows.size()),
                    row -> rows.add(journal.row(row)));
        }
        return rows;
    }

    /** What is sealed besides lines, in the order of keys: the definition and the runs that have finished. */
    private Map<StoredRow.Key, StoredRow> others(Connection connection, Migration migration) throws SQLException {
        Map<StoredRow.Key, StoredRow> rows = new TreeMap<>(ORDER);
        Map<String, @Nullable Object> one = Map.of("migration", migration.id());
        Audit.each(connection, definition, one, row -> {
            Map<String, String> columns = new LinkedHashMap<>();
            put(columns, "number", row.getString("number"));
            put(columns, "fingerprint", row.getString("fingerprint"));
            put(columns, "follows", row.getString("follows"));
            put(columns, "beside", row.getString("beside"));
            put(columns, "row_filter", row.getString("row_filter"));
            put(columns, "cut_off", time(row, "cut_off"));
            put(columns, "newcomers_from", time(row, "newcomers_from"));
            put(columns, "begins_at", time(row, "begins_at"));
            put(columns, "old_rate", number(row, "old_rate"));
            put(columns, "also_from", row.getString("also_from"));
            put(columns, "new_rate", number(row, "new_rate"));
            add(rows, StoredRow.Kind.DEFINITION, row.getString("id"), columns);
        });
        Map<String, Tally> tallies = ranges.tallies(connection, migration);
        Audit.each(connection, finishedRuns, one, row -> {
            Tally tally = tallies.getOrDefault(row.getString("id"), Tally.NOBODY);
            Map<String, String> columns = new LinkedHashMap<>();
            put(columns, "number", row.getString("number"));
            put(columns, "scope", row.getString("scope"));
            put(columns, "stage", row.getString("stage"));
            put(columns, "users", row.getString("users"));
            put(columns, "opened_by_kind", row.getString("opened_by_kind"));
            put(columns, "opened_by", row.getString("opened_by"));
            put(columns, "opened_for", row.getString("opened_for"));
            put(columns, "started_at", time(row, "started_at"));
            put(columns, "outcomes", StoredRow.outcomes(tally));
            put(columns, "credits_before", StoredRow.text(tally.creditsBefore()));
            put(columns, "credits_after", StoredRow.text(tally.creditsAfter()));
            put(columns, "granted", StoredRow.text(tally.granted()));
            put(columns, "withdrawn", StoredRow.text(tally.withdrawn()));
            put(columns, "residual", StoredRow.text(tally.residual()));
            add(rows, StoredRow.Kind.RUN, row.getString("id"), columns);
        });
        return rows;
    }

    private static void add(
            Map<StoredRow.Key, StoredRow> rows, StoredRow.Kind kind, String name, Map<String, String> columns) {
        StoredRow.Key key = new StoredRow.Key(kind, name, 0);
        rows.put(key, new StoredRow(key, columns));
    }

    private static void put(Map<String, String> columns, String name, @Nullable String value) {
        if (value != null) {
            columns.put(name, value);
        }
    }

    private @Nullable String time(ResultSet row, String label) throws SQLException {
        Instant time = dialect.instant(row, label);
        return time == null ? null : StoredRow.text(time);
    }

    private static @Nullable String number(ResultSet row, String label) throws SQLException {
        BigDecimal number = row.getBigDecimal(label);
        return number == null ? null : StoredRow.text(number);
    }

    /** The caller holds the definition's row, so that no two seal at once. */
    Seal seal(Connection connection, Migration migration, SealWork work) throws SQLException {
        List<Seal> before = all(connection, migration);
        Seal last = before.isEmpty() ? null : before.get(before.size() - 1);
        int number = last == null ? 1 : last.number() + 1;
        work.begin(last);
        StoredRow.Key after = null;
        List<StoredRow> rows;
        do {
            rows = unsealed(connection, migration, after, ROWS_AT_ONCE);
            if (rows.isEmpty() && after == null && last != null) {
                return last;
            }
            List<Map<String, @Nullable Object>> kept = new ArrayList<>(rows.size());
            for (StoredRow row : rows) {
                after = row.key();
                kept.add(Map.of(
                        "migration", migration.id(),
                        "kind", Codes.of(row.key().kind()),
                        "name", row.key().name(),
                        "number", row.key().number(),
                        "seal", number,
                        "digest", work.add(row)));
            }
            keep.insert(connection, kept);
        } while (rows.size() == ROWS_AT_ONCE);
        Seal seal = work.end();
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        values.put("migration", migration.id());
        values.put("number", seal.number());
        values.put("entries", seal.entries());
        values.put("previous", seal.previous());
        values.put("digest", seal.digest());
        values.put("sealed_at", seal.at());
        values.put("actor_kind", seal.actor().kind().name());
        values.put("actor", seal.actor().name());
        insert.update(connection, values);
        return seal;
    }

    private static Map<String, @Nullable Object> after(Migration migration, StoredRow.@Nullable Key after, int limit) {
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        values.put("migration", migration.id());
        values.put("kind", after == null ? 0 : Codes.of(after.kind()));
        // No name is empty, so the empty one is before all.
        values.put("name", after == null ? "" : after.name());
        values.put("number", after == null ? 0 : after.number());
        values.put("limit", limit);
        return values;
    }
}
