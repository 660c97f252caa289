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
record Change(
        UserRow user,
        @Nullable BigDecimal oldCredits,
        BigDecimal newCredits,
        BigDecimal residual,
        String reason,
        OffsetDateTime at) {

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

    private static final Write RECORD_GRANT = new Write("""
            INSERT INTO credit_migration_user (migration_id, user_id, status, attempt, credits_granted, historical_operations,
                                               changed_at, new_credits, host_state)
            VALUES ('credits', ?, 'COMPLETED', 1, ?, ?, ?, ?, 'active&version')
            ON CONFLICT DO NOTHING
            """, true, (statement, change) -> {
        statement.setString(1, change.userId());
        statement.setBigDecimal(2, change.newCredits());
        statement.setLong(3, change.user().total());
        statement.setObject(4, change.at());
        statement.setBigDecimal(5, change.newCredits());
    });

    private static final Write RECORD_CONVERSION = new Write("""
            INSERT INTO credit_migration_user (migration_id, user_id, status, attempt, credits_granted, historical_operations,
                                               changed_at, old_credits, new_credits, old_rate, new_rate, host_state)
            VALUES ('rate-2500', ?, 'COMPLETED', 1, ?, 0, ?, ?, ?, 1000, 2500, 'migrated=false')
            ON CONFLICT DO NOTHING
            """, true, (statement, change) -> {
        statement.setString(1, change.userId());
        statement.setBigDecimal(2, change.newCredits());
        statement.setObject(3, change.at());
        statement.setBigDecimal(4, change.oldCredits());
        statement.setBigDecimal(5, change.newCredits());
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

    private static final Write LOG_GRANT = new Write("""
            INSERT INTO credit_migration_log (migration_id, user_id, attempt, kind, new_credits, residual, actor_kind, actor,
                                              logged_at, reason)
            VALUES ('credits', ?, 1, 'MIGRATED', ?, 0, 'AUTOMATIC', 'run', ?, ?)
            """, false, (statement, change) -> {
        statement.setString(1, change.userId());
        statement.setBigDecimal(2, change.newCredits());
        statement.setObject(3, change.at());
        statement.setString(4, change.reason());
    });

    private static final Write LOG_CONVERSION = new Write("""
            INSERT INTO credit_migration_log (migration_id, user_id, attempt, kind, old_credits, new_credits, old_rate, new_rate,
                                              residual, actor_kind, actor, logged_at, reason)
            VALUES ('rate-2500', ?, 1, 'MIGRATED', ?, ?, 1000, 2500, ?, 'AUTOMATIC', 'run', ?, ?)
            """, false, (statement, change) -> {
        statement.setString(1, change.userId());
        statement.setBigDecimal(2, change.oldCredits());
        statement.setBigDecimal(3, change.newCredits());
        statement.setBigDecimal(4, change.residual());
        statement.setObject(5, change.at());
        statement.setString(6, change.reason());
    });

    /** What is written for a user, the guard first. */
    static List<Write> writes(Job job) {
        return switch (job) {
            case GRANT -> List.of(OPEN_ACCOUNT, RECORD_GRANT, ENTER_GRANT, LOG_GRANT);
            case GRANT_WITH_HISTORY -> List.of(OPEN_ACCOUNT, RECORD_GRANT, ENTER_GRANT, COPY_OPERATIONS, LOG_GRANT);
            case ZERO_CREDITS, EVERYBODY -> List.of(CONVERT, RECORD_CONVERSION, LOG_CONVERSION);
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
        boolean often = user.operations() > 10 * days;
        BigDecimal credits = new BigDecimal(often ? 50 : 20);
        String reason = user.operations() + " operations in " + days + (days == 1 ? " day" : " days")
                + (often ? ", more than 10 a day: " : ": ") + credits + " credits";
        return new Change(user, null, credits, BigDecimal.ZERO, reason, now);
    }

    private static Change conversion(UserRow user, OffsetDateTime now) {
        BigDecimal worth = user.credits().multiply(OLD_RATE);
        BigDecimal credits = worth.divide(NEW_RATE, 4, RoundingMode.HALF_EVEN);
        String reason = plain(user.credits()) + " credits at 1000 are " + plain(credits) + " at 2500";
        return new Change(user, user.credits(), credits, worth.subtract(credits.multiply(NEW_RATE)), reason, now);
    }

    private static String plain(BigDecimal number) {
        return number.signum() == 0 ? "0" : number.stripTrailingZeros().toPlainString();
    }
}
