package io.creditmigration.benchmarks;

import java.util.List;
import javax.sql.DataSource;

/** Whole-table statements in one transaction, for databases where one statement writes one table. Conversions only. */
record WholeTable(String hostState) implements Contender {

    /** A user's marker before the migration, as each database names the column and its value. */
    static final WholeTable ON_H2 = new WholeTable("MIGRATED=FALSE");

    static final WholeTable ON_MARIADB = new WholeTable("migrated=0");

    private static final List<String> ZERO_CREDITS = List.of("""
            INSERT INTO credit_migration_journal (at, migration, run, line, attempt, kind, status, cause, is_last, user_id,
                                                  old_credits, new_credits, host_state)
            SELECT CURRENT_TIMESTAMP, 1, 1, 1, 1, 'M', 'C', 'R', TRUE, CONCAT(id, ''), 0, 0, '{host_state}'
            FROM users
            WHERE credits = 0 AND migrated = FALSE AND role <> 'admin' AND registered_at < TIMESTAMP '2026-01-06 00:00:00'
            """, """
            UPDATE users SET migrated = TRUE
            WHERE credits = 0 AND migrated = FALSE AND role <> 'admin' AND registered_at < TIMESTAMP '2026-01-06 00:00:00'
            """);

    private static final List<String> EVERYBODY = List.of("""
            INSERT INTO credit_migration_journal (at, migration, run, line, attempt, kind, status, cause, is_last, user_id,
                                                  old_credits, new_credits, host_state)
            SELECT CURRENT_TIMESTAMP, 1, 1, 1, 1, 'M', 'C', 'R', TRUE, CONCAT(id, ''), credits, ROUND(credits * 0.4, 4), '{host_state}'
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
        String[] written = statements.stream()
                .map(statement -> statement.replace("{host_state}", hostState))
                .toArray(String[]::new);
        return () -> Jdbc.inTransaction(database, written);
    }
}
