package io.creditmigration.jdbc;

import io.creditmigration.Actor;
import io.creditmigration.Migration;
import io.creditmigration.Seal;
import io.creditmigration.spi.LogLine;
import io.creditmigration.spi.SealWork;
import io.creditmigration.spi.SealedLine;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Seals, and what they have kept of each line of the log. */
final class Seals {

    private static final int LINES_AT_ONCE = 1_000;

    private static final String ALL = """
            SELECT number, entries, previous, digest, sealed_at, actor_kind, actor FROM {our_seal}
            WHERE migration_id = :migration ORDER BY number
            """;

    /** Conditions on the user id alone come first, since an index serves them. */
    private static final String SEALED = """
            SELECT s.user_id AS sealed_user_id, s.attempt AS sealed_attempt, s.kind AS sealed_kind, s.seal, s.digest,
                   l.user_id, l.attempt, l.kind, l.old_credits, l.new_credits, l.old_rate, l.new_rate, l.residual, l.actor_kind,
                   l.actor, l.logged_at, l.reason
            FROM {our_sealed} s
            LEFT JOIN {our_log} l ON l.migration_id = s.migration_id AND l.user_id = s.user_id AND l.attempt = s.attempt
                AND l.kind = s.kind
            WHERE s.migration_id = :migration AND s.user_id >= :user_id
              AND (s.user_id > :user_id OR s.attempt > :attempt OR (s.attempt = :attempt AND s.kind > :kind))
            ORDER BY s.user_id, s.attempt, s.kind LIMIT :limit
            """;

    private static final String UNSEALED = """
            SELECT l.user_id, l.attempt, l.kind, l.old_credits, l.new_credits, l.old_rate, l.new_rate, l.residual, l.actor_kind,
                   l.actor, l.logged_at, l.reason
            FROM {our_log} l
            WHERE l.migration_id = :migration AND l.user_id >= :user_id
              AND (l.user_id > :user_id OR l.attempt > :attempt OR (l.attempt = :attempt AND l.kind > :kind))
              AND NOT EXISTS (SELECT 1 FROM {our_sealed} s
                              WHERE s.migration_id = l.migration_id AND s.user_id = l.user_id AND s.attempt = l.attempt
                                AND s.kind = l.kind)
            ORDER BY l.user_id, l.attempt, l.kind LIMIT :limit
            """;

    private static final String KEEP = """
            INSERT INTO {our_sealed} (migration_id, user_id, attempt, kind, seal, digest)
            VALUES (:migration, :user_id, :attempt, :kind, :seal, :digest)
            """;

    private static final String INSERT = """
            INSERT INTO {our_seal} (migration_id, number, entries, previous, digest, sealed_at, actor_kind, actor)
            VALUES (:migration, :number, :entries, :previous, :digest, :sealed_at, :actor_kind, :actor)
            """;

    private final Dialect dialect;
    private final Sql all;
    private final Sql sealed;
    private final Sql unsealed;
    private final Sql keep;
    private final Sql insert;

    Seals(Dialect dialect, LibraryTables ours) {
        this.dialect = dialect;
        Map<String, String> names = ours.names(dialect);
        this.all = new Sql(dialect, ALL, names);
        this.sealed = new Sql(dialect, SEALED, names);
        this.unsealed = new Sql(dialect, UNSEALED, names);
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

    List<SealedLine> sealed(Connection connection, Migration migration, LogLine.@Nullable Key after, int limit)
            throws SQLException {
        List<SealedLine> lines = new ArrayList<>();
        Audit.each(
                connection,
                sealed,
                behind(migration, after, limit),
                row -> lines.add(new SealedLine(
                        row.getInt("seal"),
                        new LogLine.Key(
                                row.getString("sealed_user_id"),
                                row.getInt("sealed_attempt"),
                                row.getString("sealed_kind")),
                        row.getString("digest"),
                        row.getString("user_id") == null ? null : Audit.line(dialect, row))));
        return lines;
    }

    List<LogLine> unsealed(Connection connection, Migration migration, LogLine.@Nullable Key after, int limit)
            throws SQLException {
        List<LogLine> lines = new ArrayList<>();
        Audit.each(connection, unsealed, behind(migration, after, limit), row -> lines.add(Audit.line(dialect, row)));
        return lines;
    }

    /** The caller holds the definition's row, so that no two seal at once. */
    Seal seal(Connection connection, Migration migration, SealWork work) throws SQLException {
        List<Seal> before = all(connection, migration);
        Seal last = before.isEmpty() ? null : before.get(before.size() - 1);
        int number = last == null ? 1 : last.number() + 1;
        work.begin(last);
        LogLine.Key after = null;
        List<LogLine> lines;
        do {
            lines = unsealed(connection, migration, after, LINES_AT_ONCE);
            if (lines.isEmpty() && after == null && last != null) {
                return last;
            }
            List<Map<String, @Nullable Object>> rows = new ArrayList<>(lines.size());
            for (LogLine line : lines) {
                after = line.key();
                rows.add(Map.of(
                        "migration", migration.id(),
                        "user_id", line.userId(),
                        "attempt", line.attempt(),
                        "kind", line.kind(),
                        "seal", number,
                        "digest", work.add(line)));
            }
            keep.insert(connection, rows);
        } while (lines.size() == LINES_AT_ONCE);
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

    private static Map<String, @Nullable Object> behind(Migration migration, LogLine.@Nullable Key after, int limit) {
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        values.put("migration", migration.id());
        // No id is empty, so the empty one is before all.
        values.put("user_id", after == null ? "" : after.userId());
        values.put("attempt", after == null ? 0 : after.attempt());
        values.put("kind", after == null ? "" : after.kind());
        values.put("limit", limit);
        return values;
    }
}
