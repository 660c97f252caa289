package io.creditmigration.command;

import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * What the library's own tables hold and its API does not tell: reasons, notices, and the log of everybody. All the SQL of this
 * module that reads them is here, and none of it writes.
 */
final class Records {

    private static final String REASONS = """
            SELECT error_message, COUNT(*) AS users FROM {our_record}
            WHERE migration_id = ? AND migration_status = 'FAILED'
            GROUP BY error_message ORDER BY COUNT(*) DESC, error_message
            """;

    private static final String NOTICES = """
            SELECT kind, state, COUNT(*) AS notices FROM {our_notice} WHERE migration_id = ?
            GROUP BY kind, state ORDER BY kind, state
            """;

    /** Of all migrations: those are delivered together. */
    private static final String DUE =
            "SELECT COUNT(*) AS notices FROM {our_notice} WHERE state = 'QUEUED' AND state_at <= ";

    private static final String LOG = """
            SELECT l.kind, l.old_credits, l.new_credits, l.actor_kind, l.logged_at FROM {our_log} l
            WHERE l.migration_id = ?
            """;

    private static final int FETCH_SIZE = 1_000;

    /**
     * Users who failed for the same reason.
     *
     * @param error what was kept of it
     * @param users how many they are
     */
    record Reason(String error, long users) {}

    /**
     * Notices of one kind that stand alike.
     *
     * @param kind what they tell
     * @param state QUEUED, SENT, DEAD or CANCELLED
     * @param notices how many they are
     */
    record NoticeCount(String kind, String state, long notices) {}

    /**
     * A line of the log.
     *
     * @param kind the kind of act, MIGRATED and ROLLED_BACK among others
     * @param oldCredits the balance before; null where there was none
     * @param newCredits the balance after; null where there is none
     * @param actorKind who caused it
     * @param at when
     */
    record Line(
            String kind,
            @Nullable BigDecimal oldCredits,
            @Nullable BigDecimal newCredits,
            String actorKind,
            Instant at) {}

    private final DataSource dataSource;
    private final boolean isMariaDb;
    private final String qualifier;
    private final @Nullable String schema;
    private final String prefix;
    private final String migrationId;

    Records(DataSource dataSource, Configuration configuration) {
        this.dataSource = dataSource;
        this.isMariaDb = configuration.connection().isMariaDb();
        this.schema = configuration.ours().schema();
        String quote = isMariaDb ? "`" : "\"";
        this.qualifier = schema == null ? "" : quote + schema.replace(quote, quote + quote) + quote + ".";
        this.prefix = configuration.ours().prefix();
        this.migrationId = configuration.migration().id();
    }

    /** Whether the library's tables are there. */
    boolean areInstalled() throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            String here = schema != null ? schema : isMariaDb ? connection.getCatalog() : connection.getSchema();
            try (ResultSet tables =
                    connection.getMetaData().getTables(isMariaDb ? here : null, isMariaDb ? null : here, "%", null)) {
                while (tables.next()) {
                    if (tables.getString("TABLE_NAME").equalsIgnoreCase(prefix + "definition")) {
                        return true;
                    }
                }
                return false;
            }
        }
    }

    /** Why users have failed, the most frequent reason first. */
    List<Reason> reasons() throws SQLException {
        List<Reason> reasons = new ArrayList<>();
        each(
                REASONS,
                row -> reasons.add(new Reason(
                        Objects.requireNonNullElse(row.getString("error_message"), "not kept"), row.getLong("users"))));
        return reasons;
    }

    List<NoticeCount> notices() throws SQLException {
        List<NoticeCount> counts = new ArrayList<>();
        each(
                NOTICES,
                row -> counts.add(
                        new NoticeCount(row.getString("kind"), row.getString("state"), row.getLong("notices"))));
        return counts;
    }

    /** How many notices are to be delivered now. */
    long dueNotices() throws SQLException {
        List<Long> due = new ArrayList<>();
        each(DUE + (isMariaDb ? "UTC_TIMESTAMP(6)" : "CURRENT_TIMESTAMP"), row -> due.add(row.getLong("notices")));
        return due.get(0);
    }

    /** Hands over each line of the log, in no particular order and without keeping them. */
    void log(Consumer<Line> reader) throws SQLException {
        each(
                LOG,
                row -> reader.accept(new Line(
                        row.getString("kind"),
                        row.getBigDecimal("old_credits"),
                        row.getBigDecimal("new_credits"),
                        row.getString("actor_kind"),
                        instant(row))));
    }

    /** MariaDB's times have no zone, and are in UTC. */
    private Instant instant(ResultSet row) throws SQLException {
        return isMariaDb
                ? row.getObject("logged_at", LocalDateTime.class).toInstant(ZoneOffset.UTC)
                : row.getObject("logged_at", OffsetDateTime.class).toInstant();
    }

    private interface Reader {
        void read(ResultSet row) throws SQLException;
    }

    private void each(String query, Reader reader) throws SQLException {
        String sql = query;
        for (String table : new String[] {"record", "notice", "log"}) {
            sql = sql.replace("{our_" + table + "}", qualifier + prefix + table);
        }
        try (Connection connection = dataSource.getConnection()) {
            // With autocommit the driver of PostgreSQL would fetch everything at once.
            connection.setAutoCommit(false);
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                statement.setFetchSize(FETCH_SIZE);
                if (query.contains("?")) {
                    statement.setString(1, migrationId);
                }
                try (ResultSet rows = statement.executeQuery()) {
                    while (rows.next()) {
                        reader.read(rows);
                    }
                }
            } finally {
                connection.rollback();
            }
        }
    }
}
