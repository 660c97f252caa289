package io.creditmigration.benchmarks;

import javax.sql.DataSource;

/**
 * One statement per job, as somebody who knows PostgreSQL writes it: everything in one transaction on one connection, the
 * policy in SQL. It takes from every user's balance what is there, so a second run finds nothing to do.
 *
 * <p>It writes the journal as the library does. In an empty database the first migration and its first run have the number 1.
 */
record GiantStatement() implements Contender {

    private static final String GRANT = """
            WITH usage AS (
                SELECT user_id, COUNT(*) AS operations
                FROM operations
                WHERE made_at >= TIMESTAMPTZ '2026-01-06 00:00Z' - INTERVAL '720 hours' AND made_at < '2026-01-06 00:00Z'
                GROUP BY user_id
            ), subject AS (
                SELECT id, LEAST(30, CEIL(EXTRACT(EPOCH FROM '2026-01-06 00:00Z' - registered_at) / 86400))::int AS days
                FROM users WHERE registered_at < '2026-01-06 00:00Z'
            ), allocated AS (
                SELECT CAST(s.id AS text) AS user_id, COALESCE(o.operations, 0) AS operations, s.days,
                       CASE WHEN o.operations > 10 * s.days THEN 50 ELSE 20 END AS credits
                FROM subject s LEFT JOIN usage o ON o.user_id = s.id
            ), opened AS (
                INSERT INTO credit_migration_account (user_id, balance, active, version)
                SELECT user_id, credits, TRUE, 1 FROM allocated
                ON CONFLICT DO NOTHING
                RETURNING user_id
            ), granted AS (
                SELECT a.* FROM allocated a JOIN opened USING (user_id)
            ), entered AS (
                INSERT INTO credit_migration_entry (migration_id, user_id, attempt, kind, amount, entered_at)
                SELECT 'credits', user_id, 1, 'GRANT', credits, now() FROM granted
            )
            INSERT INTO credit_migration_journal (at, migration, run, line, attempt, kind, status, cause, is_last, user_id,
                                                  new_credits, host_state, granted, operations, days)
            SELECT now(), 1, 1, 1, 1, 'M', 'C', 'R', TRUE, user_id, credits, 'active&version', credits, operations, days
            FROM granted
            """;

    private static final String GRANT_WITH_HISTORY = """
            WITH usage AS (
                SELECT user_id, COUNT(*) AS total,
                       COUNT(*) FILTER (WHERE made_at >= TIMESTAMPTZ '2026-01-06 00:00Z' - INTERVAL '720 hours'
                                        AND made_at < '2026-01-06 00:00Z') AS operations
                FROM operations
                GROUP BY user_id
            ), subject AS (
                SELECT id, LEAST(30, CEIL(EXTRACT(EPOCH FROM '2026-01-06 00:00Z' - registered_at) / 86400))::int AS days
                FROM users WHERE registered_at < '2026-01-06 00:00Z'
            ), allocated AS (
                SELECT s.id, CAST(s.id AS text) AS user_id, COALESCE(o.operations, 0) AS operations, s.days,
                       COALESCE(o.total, 0) AS total, CASE WHEN o.operations > 10 * s.days THEN 50 ELSE 20 END AS credits
                FROM subject s LEFT JOIN usage o ON o.user_id = s.id
            ), opened AS (
                INSERT INTO credit_migration_account (user_id, balance, active, version)
                SELECT user_id, credits, TRUE, 1 FROM allocated
                ON CONFLICT DO NOTHING
                RETURNING user_id
            ), granted AS (
                SELECT a.* FROM allocated a JOIN opened USING (user_id)
            ), entered AS (
                INSERT INTO credit_migration_entry (migration_id, user_id, attempt, kind, amount, entered_at)
                SELECT 'credits', user_id, 1, 'GRANT', credits, now() FROM granted
            ), copied AS (
                INSERT INTO credit_migration_entry (migration_id, user_id, attempt, kind, operation_id, amount, entered_at)
                SELECT 'credits', g.user_id, 1, 'OPERATION', CAST(o.id AS text), 0, o.made_at
                FROM operations o JOIN granted g ON g.id = o.user_id
                ON CONFLICT (operation_id, migration_id) WHERE operation_id IS NOT NULL DO NOTHING
            )
            INSERT INTO credit_migration_journal (at, migration, run, line, attempt, kind, status, cause, is_last, user_id,
                                                  new_credits, host_state, granted, copied, operations, days)
            SELECT now(), 1, 1, 1, 1, 'M', 'C', 'R', TRUE, user_id, credits, 'active&version', credits, NULLIF(total, 0),
                   operations, days
            FROM granted
            """;

    private static final String ZERO_CREDITS = """
            WITH converted AS (
                UPDATE users SET migrated = TRUE
                WHERE credits = 0 AND NOT migrated AND role <> 'admin' AND registered_at < '2026-01-06 00:00Z'
                RETURNING CAST(id AS text) AS user_id
            )
            INSERT INTO credit_migration_journal (at, migration, run, line, attempt, kind, status, cause, is_last, user_id,
                                                  old_credits, new_credits, host_state)
            SELECT now(), 1, 1, 1, 1, 'M', 'C', 'R', TRUE, user_id, 0, 0, 'migrated=false' FROM converted
            """;

    private static final String EVERYBODY = """
            WITH converted AS (
                UPDATE users SET credits = ROUND(credits * 0.4, 4), migrated = TRUE
                WHERE credits >= 0 AND NOT migrated AND role <> 'admin' AND registered_at < '2026-01-06 00:00Z'
                RETURNING CAST(id AS text) AS user_id, old.credits AS old_credits, new.credits AS new_credits
            )
            INSERT INTO credit_migration_journal (at, migration, run, line, attempt, kind, status, cause, is_last, user_id,
                                                  old_credits, new_credits, host_state)
            SELECT now(), 1, 1, 1, 1, 'M', 'C', 'R', TRUE, user_id, old_credits, new_credits, 'migrated=false' FROM converted
            """;

    /** So that a million users are hashed and sorted in memory. */
    private static final String MEMORY = "SET LOCAL work_mem = '256MB'";

    @Override
    public String name() {
        return "giant statement";
    }

    @Override
    public Run prepare(Job job, DataSource database) {
        String statement = switch (job) {
            case GRANT -> GRANT;
            case GRANT_WITH_HISTORY -> GRANT_WITH_HISTORY;
            case ZERO_CREDITS -> ZERO_CREDITS;
            case EVERYBODY -> EVERYBODY;
        };
        return () -> Jdbc.inTransaction(database, MEMORY, statement);
    }
}
