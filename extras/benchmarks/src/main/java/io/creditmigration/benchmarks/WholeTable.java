package io.creditmigration.benchmarks;

import java.util.List;
import javax.sql.DataSource;

/** Whole-table statements in one transaction, for databases where one statement writes one table. Conversions only. */
record WholeTable() implements Contender {

    private static final List<String> ZERO_CREDITS = List.of("""
            INSERT INTO credit_migration_user (migration_id, user_id, status, attempt, credits_granted, historical_operations,
                                               changed_at, old_credits, new_credits, old_rate, new_rate, host_state)
            SELECT 'rate-2500', CONCAT(id, ''), 'COMPLETED', 1, 0, 0, CURRENT_TIMESTAMP, 0, 0, 1000, 2500, 'migrated=false'
            FROM users
            WHERE credits = 0 AND migrated = FALSE AND role <> 'admin' AND registered_at < TIMESTAMP '2026-01-06 00:00:00'
            """, """
            INSERT INTO credit_migration_log (migration_id, user_id, attempt, kind, old_credits, new_credits, old_rate, new_rate,
                                              residual, actor_kind, actor, logged_at, reason)
            SELECT 'rate-2500', CONCAT(id, ''), 1, 'MIGRATED', 0, 0, 1000, 2500, 0, 'AUTOMATIC', 'run', CURRENT_TIMESTAMP,
                   '0 credits at 1000 are 0 at 2500'
            FROM users
            WHERE credits = 0 AND migrated = FALSE AND role <> 'admin' AND registered_at < TIMESTAMP '2026-01-06 00:00:00'
            """, """
            UPDATE users SET migrated = TRUE
            WHERE credits = 0 AND migrated = FALSE AND role <> 'admin' AND registered_at < TIMESTAMP '2026-01-06 00:00:00'
            """);

    private static final List<String> EVERYBODY = List.of("""
            INSERT INTO credit_migration_user (migration_id, user_id, status, attempt, credits_granted, historical_operations,
                                               changed_at, old_credits, new_credits, old_rate, new_rate, host_state)
            SELECT 'rate-2500', CONCAT(id, ''), 'COMPLETED', 1, ROUND(credits * 0.4, 4), 0, CURRENT_TIMESTAMP, credits,
                   ROUND(credits * 0.4, 4), 1000, 2500, 'migrated=false'
            FROM users
            WHERE credits >= 0 AND migrated = FALSE AND role <> 'admin' AND registered_at < TIMESTAMP '2026-01-06 00:00:00'
            """, """
            INSERT INTO credit_migration_log (migration_id, user_id, attempt, kind, old_credits, new_credits, old_rate, new_rate,
                                              residual, actor_kind, actor, logged_at, reason)
            SELECT 'rate-2500', CONCAT(id, ''), 1, 'MIGRATED', credits, ROUND(credits * 0.4, 4), 1000, 2500,
                   credits * 1000 - ROUND(credits * 0.4, 4) * 2500, 'AUTOMATIC', 'run', CURRENT_TIMESTAMP,
                   CONCAT(credits, ' credits at 1000 are ', ROUND(credits * 0.4, 4), ' at 2500')
            FROM users
            WHERE credits >= 0 AND migrated = FALSE AND role <> 'admin' AND registered_at < TIMESTAMP '2026-01-06 00:00:00'
            """, """
            UPDATE users SET credits = ROUND(credits * 0.4, 4), migrated = TRUE
            WHERE credits >= 0 AND migrated = FALSE AND role <> 'admin' AND registered_at < TIMESTAMP '2026-01-06 00:00:00'
            """);

    @Override
    public String name() {
        return "whole-table statements";
    }

    @Override
    public Run prepare(Job job, DataSource database) {
        List<String> statements = switch (job) {
            case ZERO_CREDITS -> ZERO_CREDITS;
            case EVERYBODY -> EVERYBODY;
            case GRANT, GRANT_WITH_HISTORY ->
                throw new IllegalArgumentException("No whole-table statements for job " + job.label());
        };
        return () -> Jdbc.inTransaction(database, statements.toArray(String[]::new));
    }
}
