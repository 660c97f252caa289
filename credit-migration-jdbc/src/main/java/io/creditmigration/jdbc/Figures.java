package io.creditmigration.jdbc;

import io.creditmigration.JournalLine.Kind;
import io.creditmigration.Migration;
import io.creditmigration.MigrationResult;
import io.creditmigration.MigrationStatus;
import io.creditmigration.RollbackResult;
import io.creditmigration.Tally;
import io.creditmigration.spi.JournalFigures;
import io.creditmigration.spi.StoredDefinition;
import io.creditmigration.spi.StoredRow;
import io.creditmigration.spi.Totals;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Figures of a whole migration. What needs attention is counted from its index, COMPLETED from what runs have tallied and the
 * lines outside runs; only {@link #twice} reads all lines.
 */
final class Figures {

    private static final String OPEN = """
            SELECT r.status, COUNT(*) AS users FROM {our_journal} r
            WHERE r.migration = {number} AND {open} AND r.status <> 'C' GROUP BY r.status
            """;

    private static final String SINGLE = """
            SELECT r.kind, COUNT(*) AS users, SUM({granted}) AS granted,
                   SUM(COALESCE({old_credits}, 0) - COALESCE({new_credits}, 0)) AS taken
            FROM {our_journal} r WHERE r.migration = {number} AND r.run IS NULL AND r.kind IN ('M', 'B') GROUP BY r.kind
            """;

    /** What operators reconciled, with the status that each had before: they are few. */
    private static final String RECONCILED = """
            SELECT r.status, b.status AS before_it FROM {our_journal} r
            LEFT JOIN {our_journal} b ON b.user_id = r.user_id AND b.line = (
                SELECT MAX(n.line) FROM {our_journal} n
                WHERE n.user_id = r.user_id AND n.migration = r.migration AND n.line < r.line)
            WHERE r.migration = {number} AND r.run IS NULL AND r.kind = 'X'
            """;

    private static final String LAST_LINES = """
            SELECT l.status, COUNT(*) AS users FROM {our_journal} l
            WHERE l.migration = {number} AND l.line = (
                SELECT MAX(n.line) FROM {our_journal} n WHERE n.user_id = l.user_id AND n.migration = l.migration)
            GROUP BY l.status
            """;

    /** Amounts are those of the lines, with the migration's rates where a line has none. */
    private static final String LINES_OF_RUNS = """
            SELECT u.id AS run_id, r.kind, COUNT(*) AS users, SUM({old_credits}) AS credits_before,
                   SUM({new_credits}) AS credits_after, SUM({granted}) AS granted,
                   SUM({old_credits} * COALESCE({old_rate}, CASE r.kind WHEN 'M' THEN {from} ELSE {to} END)
                       - {new_credits} * COALESCE({new_rate}, CASE r.kind WHEN 'M' THEN {to} ELSE {from} END)) AS residual
            FROM {our_run} u JOIN {our_journal} r ON r.run = u.number AND r.migration = {number}
            WHERE u.migration_id = :migration AND r.kind IN ('M', 'F', 'B') GROUP BY u.id, r.kind
            """;

    private static final String STRAYS = """
            SELECT r.user_id, r.line FROM {our_journal} r
            WHERE NOT EXISTS (SELECT 1 FROM {our_definition} d WHERE d.number = r.migration)
            ORDER BY r.user_id, r.line LIMIT :limit
            """;

    private final Ranges ranges;
    private final Sql open;
    private final Sql single;
    private final Sql reconciled;
    private final Sql lastLines;
    private final Sql linesOfRuns;
    private final Sql strays;

    Figures(Dialect dialect, LibraryTables ours, Ranges ranges) {
        Map<String, String> names = ours.names(dialect);
        names.put("open", dialect.isOpen("r"));
        for (String column : List.of("granted", "old_credits", "new_credits", "old_rate", "new_rate")) {
            names.put(column, dialect.finite("r." + column));
        }
        names.put("from", "CAST(:old_rate AS DECIMAL(18, 6))");
        names.put("to", "CAST(:new_rate AS DECIMAL(18, 6))");
        this.ranges = ranges;
        this.open = new Sql(dialect, OPEN, names);
        this.single = new Sql(dialect, SINGLE, names);
        this.reconciled = new Sql(dialect, RECONCILED, names);
        this.lastLines = new Sql(dialect, LAST_LINES, names);
        this.linesOfRuns = new Sql(dialect, LINES_OF_RUNS, names);
        this.strays = new Sql(dialect, STRAYS, names);
    }

    Totals totals(Connection connection, Migration migration) throws SQLException {
        return totals(connection, migration, ranges.tallies(connection, migration));
    }

    /** All figures counted twice; the caller reads in one snapshot. */
    JournalFigures twice(Connection connection, Migration migration) throws SQLException {
        Map<String, Tally> tallies = ranges.tallies(connection, migration);
        Map<String, Tally> written = linesOfRuns(connection, migration);
        List<JournalFigures.Run> runs = new ArrayList<>();
        tallies.forEach(
                (id, tally) -> runs.add(new JournalFigures.Run(id, tally, written.getOrDefault(id, Tally.NOBODY))));
        List<StoredRow.Key> astray = new ArrayList<>();
        Audit.each(
                connection,
                strays,
                Map.of("limit", JournalFigures.STRAYS_MAX),
                row -> astray.add(
                        new StoredRow.Key(StoredRow.Kind.LINE, row.getString("user_id"), row.getInt("line"))));
        return new JournalFigures(
                totals(connection, migration, tallies), counts(connection, lastLines, migration), runs, astray);
    }

    private Map<String, Tally> linesOfRuns(Connection connection, Migration migration) throws SQLException {
        StoredDefinition definition = StoredDefinition.of(migration, "");
        boolean grants = migration.conversion().isEmpty();
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        values.put("migration", migration.id());
        values.put("old_rate", ChangeColumns.rate(definition.oldRate()));
        values.put("new_rate", ChangeColumns.rate(definition.newRate()));
        Map<String, Tally> written = new HashMap<>();
        Audit.each(connection, linesOfRuns, values, row -> {
            Kind kind = Codes.kind(row.getString("kind"));
            long users = row.getLong("users");
            boolean moves = kind != Kind.FAILED;
            BigDecimal before = moves ? orZero(row, "credits_before") : BigDecimal.ZERO;
            BigDecimal after = moves ? orZero(row, "credits_after") : BigDecimal.ZERO;
            Tally lines = new Tally(
                    switch (kind) {
                        case MIGRATED -> Map.of(MigrationResult.Status.MIGRATED, users);
                        case FAILED -> Map.of(MigrationResult.Status.FAILED, users);
                        default -> Map.of();
                    },
                    kind == Kind.ROLLED_BACK ? Map.of(RollbackResult.Status.ROLLED_BACK, users) : Map.of(),
                    before,
                    after,
                    kind == Kind.MIGRATED ? orZero(row, "granted") : BigDecimal.ZERO,
                    kind == Kind.ROLLED_BACK && grants ? before.subtract(after) : BigDecimal.ZERO,
                    moves ? orZero(row, "residual") : BigDecimal.ZERO);
            written.merge(row.getString("run_id"), lines, Tally::plus);
        });
        return written;
    }

    private Totals totals(Connection connection, Migration migration, Map<String, Tally> tallies) throws SQLException {
        Map<MigrationStatus, Long> users = counts(connection, open, migration);
        Tally all = tallies.values().stream().reduce(Tally.NOBODY, Tally::plus);
        boolean grants = migration.conversion().isEmpty();
        long[] completed = {all.count(MigrationResult.Status.MIGRATED) - all.count(RollbackResult.Status.ROLLED_BACK)};
        BigDecimal[] granted = {all.granted().subtract(all.withdrawn())};
        Audit.each(connection, single, Map.of("migration", migration.id()), row -> {
            Kind kind = Codes.kind(row.getString("kind"));
            completed[0] += kind == Kind.MIGRATED ? row.getLong("users") : 0;
            completed[0] -= kind == Kind.ROLLED_BACK ? row.getLong("users") : 0;
            granted[0] = granted[0].add(orZero(row, "granted"));
            granted[0] =
                    grants && kind == Kind.ROLLED_BACK ? granted[0].subtract(row.getBigDecimal("taken")) : granted[0];
        });
        Audit.each(connection, reconciled, Map.of("migration", migration.id()), row -> {
            completed[0] += "C".equals(row.getString("status")) ? 1 : 0;
            completed[0] -= "C".equals(row.getString("before_it")) ? 1 : 0;
        });
        if (completed[0] != 0) {
            users.put(MigrationStatus.COMPLETED, completed[0]);
        }
        return new Totals(users, granted[0]);
    }

    private static BigDecimal orZero(ResultSet row, String label) throws SQLException {
        BigDecimal sum = row.getBigDecimal(label);
        return sum == null ? BigDecimal.ZERO : sum;
    }

    private static Map<MigrationStatus, Long> counts(Connection connection, Sql query, Migration migration)
            throws SQLException {
        Map<MigrationStatus, Long> users = new EnumMap<>(MigrationStatus.class);
        Audit.each(
                connection,
                query,
                Map.of("migration", migration.id()),
                row -> users.put(Codes.status(row.getString("status")), row.getLong("users")));
        return users;
    }
}
