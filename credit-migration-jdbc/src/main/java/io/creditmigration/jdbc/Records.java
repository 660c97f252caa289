package io.creditmigration.jdbc;

import io.creditmigration.Actor;
import io.creditmigration.CreditRate;
import io.creditmigration.Credits;
import io.creditmigration.Migration;
import io.creditmigration.MigrationLogEntry;
import io.creditmigration.MigrationStatus;
import io.creditmigration.RollbackData;
import io.creditmigration.UserMigration;
import io.creditmigration.spi.Totals;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What the library's own tables say of users: records and log, nothing locked. */
final class Records {

    private static final String TOTALS = """
            SELECT status, COUNT(*) AS users, SUM(credits_granted) AS granted FROM {our_user}
            WHERE migration_id = :migration GROUP BY status
            """;

    private static final String FAILED = """
            SELECT r.user_id, r.status, r.attempt, r.credits_granted, r.historical_operations, r.changed_at, r.old_credits,
                   r.new_credits, r.old_rate, r.new_rate, r.host_state, r.error, r.credits_consumed
            FROM {our_user} r WHERE r.migration_id = :migration AND r.status = 'FAILED' AND r.user_id > :after
            ORDER BY r.user_id LIMIT :limit
            """;

    private static final String LOG = """
            SELECT attempt, kind, old_credits, new_credits, old_rate, new_rate, residual, actor_kind, actor, logged_at, reason
            FROM {our_log} WHERE migration_id = :migration AND user_id = :user_id
            ORDER BY logged_at, attempt, CASE kind WHEN 'REOPENED' THEN 0 WHEN 'MIGRATED' THEN 1 ELSE 2 END
            """;

    private final Dialect dialect;
    private final Sql totals;
    private final Sql failed;
    private final Sql log;

    Records(Mapping mapping, LibraryTables ours) {
        Map<String, String> names = mapping.names(ours);
        this.dialect = mapping.dialect;
        this.totals = new Sql(dialect, TOTALS, names);
        this.failed = new Sql(dialect, FAILED, names);
        this.log = new Sql(dialect, LOG, names);
    }

    Totals totals(Connection connection, Migration migration) throws SQLException {
        Map<MigrationStatus, Long> users = new EnumMap<>(MigrationStatus.class);
        BigDecimal granted = BigDecimal.ZERO;
        try (PreparedStatement statement = totals.prepare(connection)) {
            totals.bind(statement, Map.of("migration", migration.id()));
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    MigrationStatus status = MigrationStatus.valueOf(row.getString("status"));
                    users.put(status, row.getLong("users"));
                    granted = status == MigrationStatus.COMPLETED ? row.getBigDecimal("granted") : granted;
                }
            }
        }
        return new Totals(users, granted);
    }

    List<UserMigration> failed(Connection connection, Migration migration, @Nullable String after, int limit)
            throws SQLException {
        List<UserMigration> records = new ArrayList<>();
        try (PreparedStatement statement = failed.prepare(connection)) {
            // No id is empty, so the empty one is before all.
            failed.bind(
                    statement,
                    Map.of("migration", migration.id(), "after", after == null ? "" : after, "limit", limit));
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    records.add(Objects.requireNonNull(record(row, migration, row.getString("user_id"))));
                }
            }
        }
        return records;
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

    /** The record of a row that has its columns; null where there is none. */
    @Nullable
    UserMigration record(ResultSet row, Migration migration, String userId) throws SQLException {
        String status = row.getString("status");
        if (status == null) {
            return null;
        }
        Credits newCredits = credits(row, "new_credits");
        Credits consumed = credits(row, "credits_consumed");
        String hostState = row.getString("host_state");
        return new UserMigration(
                migration.id(),
                userId,
                MigrationStatus.valueOf(status),
                row.getInt("attempt"),
                Credits.of(row.getBigDecimal("credits_granted")),
                consumed == null ? Credits.ZERO : consumed,
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

    static @Nullable CreditRate rate(ResultSet row, String label) throws SQLException {
        BigDecimal rate = row.getBigDecimal(label);
        return rate == null ? null : CreditRate.of(rate);
    }

    private Instant instant(ResultSet row, String label) throws SQLException {
        return Objects.requireNonNull(dialect.instant(row, label), label);
    }
}
