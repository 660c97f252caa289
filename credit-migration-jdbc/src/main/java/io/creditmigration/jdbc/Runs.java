package io.creditmigration.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The row per run: its position, which a page claims and moves. */
final class Runs {

    private static final String UNFINISHED = """
            SELECT id FROM {our_run} WHERE migration_id = :migration AND scope = :scope AND finished = FALSE
            ORDER BY started_at, id LIMIT 1
            """;

    private static final String INSERT = """
            INSERT INTO {our_run} (id, migration_id, scope, pass, last_user_id, finished, started_at, moved_at)
            VALUES (:id, :migration, :scope, 0, NULL, FALSE, :now, :now)
            """;

    private static final String CLAIM = """
            SELECT pass, last_user_id, finished FROM {our_run} WHERE id = :id FOR UPDATE SKIP LOCKED
            """;

    private static final String MOVE = """
            UPDATE {our_run} SET pass = :pass, last_user_id = :last, finished = :finished, moved_at = :now
            WHERE id = :id AND pass = :was_pass AND last_user_id {same} :was_last AND finished = FALSE
            """;

    /** Where a run is: in its first pass (0) or its sweep (1), behind this user. */
    record Position(int pass, @Nullable String lastUserId, boolean finished) {

        boolean sweep() {
            return pass > 0;
        }

        Position behind(String userId) {
            return new Position(pass, userId, false);
        }

        /** The sweep follows the first pass, and nothing follows the sweep. */
        Position next() {
            return sweep() ? new Position(pass, lastUserId, true) : new Position(1, null, false);
        }
    }

    private final Sql unfinished;
    private final Sql insert;
    private final Sql claim;
    private final Sql move;

    Runs(Mapping mapping, LibraryTables ours) {
        Map<String, String> names = mapping.names(ours);
        this.unfinished = new Sql(mapping.dialect, UNFINISHED, names);
        this.insert = new Sql(mapping.dialect, INSERT, names);
        this.claim = new Sql(mapping.dialect, CLAIM, names);
        this.move = new Sql(mapping.dialect, MOVE, names);
    }

    String open(Connection connection, String migrationId, String scope) throws SQLException {
        try (PreparedStatement statement = unfinished.prepare(connection)) {
            unfinished.bind(statement, Map.of("migration", migrationId, "scope", scope));
            try (ResultSet row = statement.executeQuery()) {
                if (row.next()) {
                    return row.getString("id");
                }
            }
        }
        String id = UUID.randomUUID().toString();
        insert.update(connection, Map.of("id", id, "migration", migrationId, "scope", scope, "now", now()));
        return id;
    }

    /** The run's position, its row locked until the transaction ends; null where somebody else has it. */
    @Nullable
    Position claim(Connection connection, String runId) throws SQLException {
        try (PreparedStatement statement = claim.prepare(connection)) {
            claim.bind(statement, Map.of("id", runId));
            try (ResultSet row = statement.executeQuery()) {
                return row.next()
                        ? new Position(row.getInt("pass"), row.getString("last_user_id"), row.getBoolean("finished"))
                        : null;
            }
        }
    }

    /** Whether the position was still where it was claimed. */
    boolean move(Connection connection, String runId, Position was, Position now) throws SQLException {
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        values.put("id", runId);
        values.put("pass", now.pass());
        values.put("last", now.lastUserId());
        values.put("finished", now.finished());
        values.put("was_pass", was.pass());
        values.put("was_last", was.lastUserId());
        values.put("now", now());
        return move.update(connection, values) == 1;
    }

    private static Instant now() {
        return Instant.now().truncatedTo(ChronoUnit.MICROS);
    }
}
