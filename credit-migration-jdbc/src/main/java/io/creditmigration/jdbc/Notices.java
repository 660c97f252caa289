package io.creditmigration.jdbc;

import io.creditmigration.CreditRate;
import io.creditmigration.Credits;
import io.creditmigration.DeadLetter;
import io.creditmigration.Notice;
import io.creditmigration.NoticeKind;
import io.creditmigration.spi.NoticeStore.Backlog;
import io.creditmigration.spi.NoticeStore.Leased;
import io.creditmigration.spi.NoticeStore.Settlement;
import io.creditmigration.spi.NoticeStore.State;
import io.creditmigration.spi.UserChange;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The row per notice: queued with a change or announced, leased, settled. */
final class Notices {

    private static final String QUEUE = """
            INSERT INTO {our_notice} (migration_id, user_id, attempt, kind, old_credits, new_credits, old_rate, new_rate,
                                      happens_at, state, state_at, deliveries, run)
            SELECT :migration, :user_id, :attempt, :kind, :old_credits, :new_credits, :old_rate, :new_rate,
                   :happens_at, 'QUEUED', :due, 0, :run
            FROM (SELECT 1 AS one) once
            WHERE NOT EXISTS (SELECT 1 FROM {our_notice} n
                              WHERE n.migration_id = :migration AND n.user_id = :user_id AND n.attempt = :attempt
                                AND n.kind = :kind)
            """;

    /** Not of users who have come further meanwhile. */
    private static final String ANNOUNCE = QUEUE + """
              AND NOT EXISTS (SELECT 1 FROM {our_journal} r
                              WHERE r.user_id = :user_id AND r.status <> 'P' AND r.line = (
                                  SELECT MAX(n.line) FROM {our_journal} n
                                  WHERE n.user_id = :user_id AND n.migration = {number}))
            """;

    /** QUEUED in words that keep to the user's key: the index of what is due would read all that is queued. */
    private static final String CANCEL = """
            UPDATE {our_notice} SET state = 'CANCELLED'
            WHERE migration_id = :migration AND user_id = :user_id AND state NOT IN ('SENT', 'DEAD', 'CANCELLED')
              AND NOT (attempt = :attempt AND kind = :kind)
            """;

    /** In the order of an index alone: a sort would lock every row that is due. A paused run holds its failure notices. */
    private static final String DUE = """
            SELECT migration_id, user_id, attempt, kind, old_credits, new_credits, old_rate, new_rate, happens_at, deliveries
            FROM {our_notice} n WHERE state = 'QUEUED' AND state_at <= :now
              AND (kind <> 'ISSUE' OR run IS NULL
                   OR NOT EXISTS (SELECT 1 FROM {our_run} r WHERE r.number = n.run AND r.state = 'PAUSED'))
            ORDER BY state_at LIMIT :limit FOR UPDATE SKIP LOCKED
            """;

    private static final String LEASE = """
            UPDATE {our_notice} SET lease = :lease, state_at = :until, deliveries = :deliveries
            WHERE migration_id = :migration AND user_id = :user_id AND attempt = :attempt AND kind = :kind
            """;

    private static final String HELD = """
            SELECT state FROM {our_notice} n
            WHERE migration_id = :migration AND user_id = :user_id AND attempt = :attempt AND kind = :kind
              AND lease = :lease
              AND (kind <> 'ISSUE' OR run IS NULL
                   OR NOT EXISTS (SELECT 1 FROM {our_run} r WHERE r.number = n.run AND r.state = 'PAUSED'))
            """;

    private static final String SETTLE = """
            UPDATE {our_notice} SET state = :state, state_at = :at, deliveries = :deliveries, error = :error
            WHERE migration_id = :migration AND user_id = :user_id AND attempt = :attempt AND kind = :kind
              AND lease = :lease AND (state <> 'CANCELLED' OR :state = 'SENT')
            """;

    private static final String BACKLOG = """
            SELECT (SELECT COUNT(*) FROM {our_notice} WHERE state = 'QUEUED' AND state_at <= :now) AS due,
                   (SELECT COUNT(*) FROM {our_notice} WHERE state = 'QUEUED' AND state_at > :now) AS later,
                   (SELECT COUNT(*) FROM {our_notice} WHERE state = 'DEAD') AS dead
            """;

    private static final String DEAD = """
            SELECT migration_id, user_id, attempt, kind, old_credits, new_credits, old_rate, new_rate, happens_at, deliveries,
                   error
            FROM {our_notice} WHERE state = 'DEAD' ORDER BY state_at LIMIT :limit
            """;

    private static final String REQUEUE = """
            UPDATE {our_notice} SET state = 'QUEUED', state_at = :due, deliveries = 0, lease = NULL, error = NULL
            WHERE migration_id = :migration AND user_id = :user_id AND attempt = :attempt AND kind = :kind AND state = 'DEAD'
            """;

    private final Dialect dialect;
    private final Sql queue;
    private final Sql announce;
    private final Sql cancel;
    private final Sql due;
    private final Sql lease;
    private final Sql held;
    private final Sql settle;
    private final Sql backlog;
    private final Sql dead;
    private final Sql requeue;

    Notices(Dialect dialect, LibraryTables ours) {
        Map<String, String> names = ours.names(dialect);
        this.dialect = dialect;
        this.queue = new Sql(dialect, QUEUE, names);
        this.announce = new Sql(dialect, ANNOUNCE, names);
        this.cancel = new Sql(dialect, CANCEL, names);
        this.due = new Sql(dialect, DUE, names);
        this.lease = new Sql(dialect, LEASE, names);
        this.held = new Sql(dialect, HELD, names);
        this.settle = new Sql(dialect, SETTLE, names);
        this.backlog = new Sql(dialect, BACKLOG, names);
        this.dead = new Sql(dialect, DEAD, names);
        this.requeue = new Sql(dialect, REQUEUE, names);
    }

    /**
     * In the transaction of the changes: cancels what is no longer to be told, and queues their notices.
     *
     * @param run the number of the run whose page it is; null where it is none
     */
    void write(Connection connection, List<UserChange> changes, @Nullable Integer run) throws SQLException {
        List<Map<String, @Nullable Object>> cancelled = new ArrayList<>();
        List<Map<String, @Nullable Object>> queued = new ArrayList<>();
        for (UserChange change : changes) {
            Notice notice = change.notice();
            if (notice != null) {
                cancelled.add(key(notice));
                queued.add(values(notice, Objects.requireNonNull(change.noticeDue(), "due"), run));
            } else if (change.kind().isRollback()) {
                Map<String, @Nullable Object> all = new LinkedHashMap<>();
                all.put("migration", change.line().migrationId());
                all.put("user_id", change.line().userId());
                all.put("attempt", change.line().attempt());
                all.put("kind", "");
                cancelled.add(all);
            }
        }
        cancel.batch(connection, cancelled);
        queue.batch(connection, queued);
    }

    /** Answers how many were new. */
    int announce(Connection connection, List<Notice> notices, Instant dueAt) throws SQLException {
        List<Map<String, @Nullable Object>> rows = new ArrayList<>();
        for (Notice notice : notices) {
            rows.add(values(notice, dueAt, null));
        }
        try {
            return Arrays.stream(announce.batch(connection, rows)).sum();
        } catch (SQLException e) {
            if (SqlErrors.isDuplicate(e)) {
                throw new Writes.StaleException("Somebody else has announced it: " + SqlErrors.words(e), e);
            }
            throw e;
        }
    }

    List<Leased> lease(Connection connection, int limit, Instant now, Instant until) throws SQLException {
        List<Leased> leased = new ArrayList<>();
        List<Map<String, @Nullable Object>> rows = new ArrayList<>();
        String name = UUID.randomUUID().toString();
        try (PreparedStatement statement = due.prepare(connection)) {
            due.bind(statement, Map.of("now", now, "limit", limit));
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    Leased one = new Leased(notice(row), name, row.getInt("deliveries") + 1);
                    Map<String, @Nullable Object> values = key(one.notice());
                    values.put("lease", name);
                    values.put("until", until);
                    values.put("deliveries", one.deliveries());
                    rows.add(values);
                    leased.add(one);
                }
            }
        }
        lease.batch(connection, rows);
        return leased;
    }

    boolean holds(Connection connection, Leased leased) throws SQLException {
        Map<String, @Nullable Object> values = key(leased.notice());
        values.put("lease", leased.lease());
        try (PreparedStatement statement = held.prepare(connection)) {
            held.bind(statement, values);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() && row.getString("state").equals(State.QUEUED.name());
            }
        }
    }

    /** Whether the lease was still the last one, and the notice not cancelled. */
    boolean settle(Connection connection, Leased leased, Settlement settlement) throws SQLException {
        Map<String, @Nullable Object> values = key(leased.notice());
        values.put("lease", leased.lease());
        values.put("state", settlement.state().name());
        values.put("at", settlement.at());
        values.put("deliveries", settlement.deliveries());
        values.put("error", settlement.error());
        return settle.update(connection, values) == 1;
    }

    Backlog backlog(Connection connection, Instant now) throws SQLException {
        try (PreparedStatement statement = backlog.prepare(connection)) {
            backlog.bind(statement, Map.of("now", now));
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return new Backlog(row.getLong("due"), row.getLong("later"), row.getLong("dead"));
            }
        }
    }

    List<DeadLetter> dead(Connection connection, int limit) throws SQLException {
        List<DeadLetter> letters = new ArrayList<>();
        try (PreparedStatement statement = dead.prepare(connection)) {
            dead.bind(statement, Map.of("limit", limit));
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    letters.add(new DeadLetter(
                            notice(row), row.getInt("deliveries"), String.valueOf(row.getString("error"))));
                }
            }
        }
        return letters;
    }

    /** Whether it was dead. */
    boolean requeue(Connection connection, DeadLetter letter, Instant dueAt) throws SQLException {
        Map<String, @Nullable Object> values = key(letter.notice());
        values.put("due", dueAt);
        return requeue.update(connection, values) == 1;
    }

    private static Map<String, @Nullable Object> key(Notice notice) {
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        values.put("migration", notice.migrationId());
        values.put("user_id", notice.userId());
        values.put("attempt", notice.attempt());
        values.put("kind", notice.kind().name());
        return values;
    }

    private static Map<String, @Nullable Object> values(Notice notice, Instant dueAt, @Nullable Integer run) {
        Map<String, @Nullable Object> values = key(notice);
        values.put("old_credits", amount(notice.oldCredits()));
        values.put("new_credits", amount(notice.newCredits()));
        values.put("old_rate", perCredit(notice.oldRate()));
        values.put("new_rate", perCredit(notice.newRate()));
        values.put("happens_at", notice.at());
        values.put("due", dueAt);
        values.put("run", run);
        return values;
    }

    private Notice notice(ResultSet row) throws SQLException {
        BigDecimal oldCredits = row.getBigDecimal("old_credits");
        BigDecimal newCredits = row.getBigDecimal("new_credits");
        BigDecimal oldRate = row.getBigDecimal("old_rate");
        BigDecimal newRate = row.getBigDecimal("new_rate");
        return new Notice(
                row.getString("migration_id"),
                row.getString("user_id"),
                row.getInt("attempt"),
                NoticeKind.valueOf(row.getString("kind")),
                oldCredits == null ? null : Credits.of(oldCredits),
                newCredits == null ? null : Credits.of(newCredits),
                oldRate == null ? null : CreditRate.of(oldRate),
                newRate == null ? null : CreditRate.of(newRate),
                Objects.requireNonNull(dialect.instant(row, "happens_at"), "happens_at"));
    }

    static @Nullable BigDecimal amount(@Nullable Credits credits) {
        return credits == null ? null : credits.amount();
    }

    static @Nullable BigDecimal perCredit(@Nullable CreditRate rate) {
        return rate == null ? null : rate.perCredit();
    }
}
