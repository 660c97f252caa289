package io.creditmigration.benchmarks;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the hand-written contenders in Java write for one user: the rules of the jobs once more, without the library. */
record Change(UserRow user, @Nullable BigDecimal oldCredits, BigDecimal newCredits, long days, OffsetDateTime at) {

    /**
     * One statement of a user's transaction.
     *
     * @param guards whether it must match one row, or nothing of this user's may be written
     */
    record Write(String sql, boolean guards, Parameters parameters) {}

    /** Fills in a statement's parameters. */
    interface Parameters {
        void set(PreparedStatement statement, Change change) throws SQLException;
    }

    private static final BigDecimal OLD_RATE = new BigDecimal(1_000);
    private static final BigDecimal NEW_RATE = new BigDecimal(2_500);
    private static final int WINDOW_DAYS = 30;

    private static final Write OPEN_ACCOUNT = new Write("""
            INSERT INTO credit_migration_account (user_id, balance, active, version) VALUES (?, ?, TRUE, 1)
            ON CONFLICT DO NOTHING
            """, true, (statement, change) -> {
        statement.setString(1, change.userId());
        statement.setBigDecimal(2, change.newCredits());
    });

    private static final Write CONVERT = new Write("""
            UPDATE users SET credits = ?, migrated = TRUE WHERE id = ? AND NOT migrated AND credits = ?
            """, true, (statement, change) -> {
        statement.setBigDecimal(1, change.newCredits());
        statement.setLong(2, change.user().id());
        statement.setBigDecimal(3, change.oldCredits());
    });

    private static final Write JOURNAL_GRANT = new Write("""
            INSERT INTO credit_migration_journal (at, migration, run, line, attempt, kind, status, cause, is_last, user_id,
                                                  new_credits, host_state, granted, copied, operations, days)
            VALUES (?, 1, 1, 1, 1, 'M', 'C', 'R', TRUE, ?, ?, 'active&version', ?, NULLIF(?, 0), ?, ?)
            ON CONFLICT DO NOTHING
            """, true, (statement, change) -> {
        statement.setObject(1, change.at());
        statement.setString(2, change.userId());
        statement.setBigDecimal(3, change.newCredits());
        statement.setBigDecimal(4, change.newCredits());
        statement.setLong(5, change.user().total());
        statement.setLong(6, change.user().operations());
        statement.setLong(7, change.days());
    });

    private static final Write JOURNAL_CONVERSION = new Write("""
            INSERT INTO credit_migration_journal (at, migration, run, line, attempt, kind, status, cause, is_last, user_id,
                                                  old_credits, new_credits, host_state)
            VALUES (?, 1, 1, 1, 1, 'M', 'C', 'R', TRUE, ?, ?, ?, 'migrated=false')
            ON CONFLICT DO NOTHING
            """, true, (statement, change) -> {
        statement.setObject(1, change.at());
        statement.setString(2, change.userId());
        statement.setBigDecimal(3, change.oldCredits());
        statement.setBigDecimal(4, change.newCredits());
    });

    private static final Write ENTER_GRANT = new Write("""
            INSERT INTO credit_migration_entry (migration_id, user_id, attempt, kind, amount, entered_at)
            VALUES ('credits', ?, 1, 'GRANT', ?, ?)
            """, false, (statement, change) -> {
        statement.setString(1, change.userId());
        statement.setBigDecimal(2, change.newCredits());
        statement.setObject(3, change.at());
    });

    private static final Write COPY_OPERATIONS = new Write("""
            INSERT INTO credit_migration_entry (migration_id, user_id, attempt, kind, operation_id, amount, entered_at)
            SELECT 'credits', ?, 1, 'OPERATION', CAST(id AS text), 0, made_at FROM operations WHERE user_id = ?
            ON CONFLICT (operation_id, migration_id) WHERE operation_id IS NOT NULL DO NOTHING
            """, false, (statement, change) -> {
        statement.setString(1, change.userId());
        statement.setLong(2, change.user().id());
    });

    /** What is written for a user, the guard first. */
    static List<Write> writes(Job job) {
        return switch (job) {
            case GRANT -> List.of(OPEN_ACCOUNT, JOURNAL_GRANT, ENTER_GRANT);
            case GRANT_WITH_HISTORY -> List.of(OPEN_ACCOUNT, JOURNAL_GRANT, ENTER_GRANT, COPY_OPERATIONS);
            case ZERO_CREDITS, EVERYBODY -> List.of(CONVERT, JOURNAL_CONVERSION);
        };
    }

    static Change of(Job job, UserRow user) {
        OffsetDateTime now = OffsetDateTime.now(ZoneOffset.UTC);
        return job.grants() ? grant(user, now) : conversion(user, now);
    }

    private String userId() {
        return Long.toString(user.id());
    }

    private static Change grant(UserRow user, OffsetDateTime now) {
        Instant begin = Job.CUT_OFF.minus(Duration.ofDays(WINDOW_DAYS));
        Instant from = user.registeredAt().isBefore(begin) ? begin : user.registeredAt();
        long days =
                Duration.between(from, Job.CUT_OFF).plusDays(1).minusNanos(1).toDays();
        BigDecimal credits = new BigDecimal(user.operations() > 10 * days ? 50 : 20);
        return new Change(user, null, credits, days, now);
    }

    private static Change conversion(UserRow user, OffsetDateTime now) {
        BigDecimal credits = user.credits().multiply(OLD_RATE).divide(NEW_RATE, 4, RoundingMode.HALF_EVEN);
        return new Change(user, user.credits(), credits, 0, now);
    }
}
