package io.creditmigration.demo;

import java.math.BigDecimal;

/**
 * What must be true of the tables at the end, asked in plain SQL: of {@code users_before}, what was there at the start; of
 * {@code tally}, what the application itself counted; and of two views of the library's journal, record and log.
 */
final class Reconciliation {

    // From rate limits to credits.

    private static final String CREDITS_EXPECTED = """
            SELECT (SELECT SUM(balance) FROM account_before)
                 + (SELECT SUM(initial_credits_granted) FROM credit_migration_record WHERE migration_status = 'COMPLETED')
                 + (SELECT COALESCE(SUM(paid_in) - SUM(spent), 0) FROM tally)
            """;

    private static final String CREDITS_FOUND = "SELECT SUM(balance) FROM credit_migration_account";

    private static final String ACCOUNTS_THAT_DIFFER = """
            SELECT u.id FROM users u
            LEFT JOIN credit_migration_account a ON a.user_id = CAST(u.id AS VARCHAR)
            LEFT JOIN account_before b ON b.user_id = CAST(u.id AS VARCHAR)
            LEFT JOIN credit_migration_record r ON r.user_id = CAST(u.id AS VARCHAR) AND r.migration_status = 'COMPLETED'
            LEFT JOIN tally t ON t.user_id = u.id
            WHERE COALESCE(a.balance, 0) <> COALESCE(b.balance, 0) + COALESCE(r.initial_credits_granted, 0)
                                          + COALESCE(t.paid_in, 0) - COALESCE(t.spent, 0)
            """;

    /** The rule written down a second time: operations in the window, over started days since registration. */
    private static final String GRANTS_THAT_DIFFER = """
            SELECT u.id FROM users u JOIN credit_migration_record r ON r.user_id = CAST(u.id AS VARCHAR)
            WHERE r.initial_credits_granted <> CASE
                WHEN (SELECT COUNT(*) FROM operations o
                      WHERE o.user_id = u.id AND o.made_at >= TIMESTAMP WITH TIME ZONE '2025-12-07 00:00:00+00'
                                             AND o.made_at < TIMESTAMP WITH TIME ZONE '2026-01-06 00:00:00+00')
                     > 10 * LEAST(30, GREATEST(1, CEIL(
                           (EXTRACT(EPOCH FROM TIMESTAMP WITH TIME ZONE '2026-01-06 00:00:00+00')
                          - EXTRACT(EPOCH FROM u.registered_at)) / 86400.0)))
                THEN 50 ELSE 20 END
            """;

    /** Without a rate limit are exactly those who were migrated, and those who never had one. */
    private static final String RATE_LIMITS_THAT_DIFFER = """
            SELECT u.id FROM users u JOIN users_before b ON b.id = u.id
            LEFT JOIN credit_migration_record r ON r.user_id = CAST(u.id AS VARCHAR) AND r.migration_status = 'COMPLETED'
            WHERE u.rate_limit IS DISTINCT FROM CASE WHEN r.user_id IS NULL THEN b.rate_limit END
            """;

    private static final String OPERATIONS_BEFORE_MIGRATION = """
            SELECT COUNT(*) FROM operations o
            JOIN credit_migration_log l
              ON l.migration_id = 'to-credits' AND l.user_id = CAST(o.user_id AS VARCHAR) AND l.kind = 'MIGRATED'
            WHERE o.made_at < l.logged_at
            """;

    private static final String OPERATIONS_IN_HISTORY = """
            SELECT COUNT(DISTINCT operation_id) FROM credit_migration_entry WHERE kind = 'OPERATION' AND amount = 0
            """;

    private static final String HISTORIES_THAT_DIFFER = """
            SELECT r.user_id FROM credit_migration_record r
            LEFT JOIN credit_migration_entry e ON e.user_id = r.user_id AND e.kind = 'OPERATION'
            LEFT JOIN operations o ON o.id = CAST(e.operation_id AS BIGINT) AND o.user_id = CAST(e.user_id AS BIGINT)
            GROUP BY r.user_id, r.historical_operations
            HAVING COUNT(e.user_id) <> r.historical_operations OR COUNT(o.id) <> r.historical_operations
            """;

    private static final String GRANTED = """
            SELECT SUM(initial_credits_granted) FROM credit_migration_record WHERE migration_status = 'COMPLETED'
            """;

    private static final String ENTERED = "SELECT SUM(amount) FROM credit_migration_entry";

    private static final String LATE_OR_BELOW_ZERO_AND_TOUCHED = """
            SELECT r.user_id FROM credit_migration_record r
            JOIN users_before u ON u.id = CAST(r.user_id AS BIGINT)
            LEFT JOIN account_before a ON a.user_id = r.user_id
            WHERE u.registered_at >= TIMESTAMP WITH TIME ZONE '2026-01-06 00:00:00+00' OR a.balance < 0
            """;

    // From an old rate to a new one.

    private static final String WORTH_EXPECTED = """
            SELECT (SELECT SUM(credits * vnd_per_credit) FROM users_before)
                 + (SELECT COALESCE(SUM(paid_in) - SUM(spent), 0) FROM tally)
                 - (SELECT SUM(old_credits * old_rate - new_credits * new_rate) FROM credit_migration_log)
            """;

    private static final String WORTH_FOUND = "SELECT SUM(credits * vnd_per_credit) FROM users";

    private static final String WORTHS_THAT_DIFFER = """
            SELECT u.id FROM users u JOIN users_before b ON b.id = u.id
            LEFT JOIN tally t ON t.user_id = u.id
            WHERE (u.credits * u.vnd_per_credit) IS DISTINCT FROM
                  b.credits * b.vnd_per_credit + COALESCE(t.paid_in, 0) - COALESCE(t.spent, 0)
                - COALESCE((SELECT SUM(l.old_credits * l.old_rate - l.new_credits * l.new_rate)
                            FROM credit_migration_log l
                            WHERE l.migration_id = 'rate-2500' AND l.user_id = CAST(u.id AS VARCHAR)), 0)
            """;

    /** A ten-thousandth of a credit is the least that a balance can change by. */
    private static final String LINES_THAT_LOSE_MORE_THAN_ROUNDING = """
            SELECT user_id FROM credit_migration_log
            WHERE (ABS(old_credits * old_rate - new_credits * new_rate) < 0.0001 * GREATEST(old_rate, new_rate)) IS NOT TRUE
            """;

    private static final String RATES_THAT_DIFFER = """
            SELECT u.id FROM users u JOIN users_before b ON b.id = u.id
            LEFT JOIN credit_migration_record r ON r.user_id = CAST(u.id AS VARCHAR) AND r.migration_status = 'COMPLETED'
            WHERE u.vnd_per_credit <> CASE WHEN r.user_id IS NULL THEN b.vnd_per_credit ELSE 2500 END
            """;

    private static final String REFERRAL_BEFORE = "SELECT SUM(ref_credits) FROM users_before";

    private static final String REFERRAL_FOUND = "SELECT SUM(ref_credits) FROM users";

    private static final String REFERRAL_THAT_DIFFER = """
            SELECT u.id FROM users u JOIN users_before b ON b.id = u.id WHERE u.ref_credits <> b.ref_credits
            """;

    private static final String EXEMPT_AND_TOUCHED = """
            SELECT r.user_id FROM credit_migration_record r JOIN users_before b ON b.id = CAST(r.user_id AS BIGINT)
            WHERE b.role = 'admin' OR b.vnd_per_credit = 2500 OR b.credits IS NULL
            """;

    private static final String ZERO_AND_LEFT = """
            SELECT id FROM users u WHERE role = 'user' AND credits = 0 AND vnd_per_credit = 1000
            AND NOT EXISTS (SELECT 1 FROM credit_migration_record r
                            WHERE r.user_id = CAST(u.id AS VARCHAR) AND r.migration_status = 'ROLLED_BACK')
            """;

    // Both.

    /** Users whose record says that they were migrated, without exactly one line that does so; and the reverse. */
    private static final String RECORDS_WITHOUT_THEIR_LINE = """
            SELECT user_id FROM (
                SELECT user_id, 1 AS records, 0 AS lines FROM credit_migration_record
                WHERE migration_status IN ('COMPLETED', 'ROLLED_BACK')
                UNION ALL
                SELECT user_id, 0, 1 FROM credit_migration_log WHERE kind = 'MIGRATED')
            GROUP BY user_id HAVING SUM(records) <> 1 OR SUM(lines) <> 1
            """;

    private static final String FAILED =
            "SELECT user_id FROM credit_migration_record WHERE migration_status = 'FAILED'";

    private Reconciliation() {}

    static void ofRateLimits(Database database, Checks checks) {
        BigDecimal credits = database.number(CREDITS_EXPECTED);
        checks.equal("credits = before + granted + bought - spent", credits, "credits", CREDITS_FOUND);
        checks.nobody("... and so for each user", ACCOUNTS_THAT_DIFFER);
        checks.nobody("one record and one MIGRATED line for each migrated user", RECORDS_WITHOUT_THEIR_LINE);
        checks.nobody("nobody failed", FAILED);
        checks.nobody("20 or 50 credits as the rule says", GRANTS_THAT_DIFFER);
        checks.nobody("rate limit gone exactly for who is migrated", RATE_LIMITS_THAT_DIFFER);
        BigDecimal granted = database.number(GRANTED);
        checks.equal("entries add up to what was granted", granted, "credits", ENTERED);
        BigDecimal operations = database.number(OPERATIONS_BEFORE_MIGRATION);
        checks.equal("operations up to migration = entries at zero", operations, "entries", OPERATIONS_IN_HISTORY);
        checks.nobody("... and so for each user, none twice", HISTORIES_THAT_DIFFER);
        checks.nobody("late registrations and balances below zero untouched", LATE_OR_BELOW_ZERO_AND_TOUCHED);
    }

    static void ofOldRate(Database database, Checks checks) {
        BigDecimal worth = database.number(WORTH_EXPECTED);
        checks.equal("worth = before + paid in - spent - rounding", worth, "VND", WORTH_FOUND);
        checks.nobody("... and so for each user", WORTHS_THAT_DIFFER);
        checks.nobody("each line: old x rate = new x rate, but for rounding", LINES_THAT_LOSE_MORE_THAN_ROUNDING);
        checks.nobody("one record and one MIGRATED line for each migrated user", RECORDS_WITHOUT_THEIR_LINE);
        checks.nobody("nobody failed", FAILED);
        checks.nobody("at 2,500 exactly who is migrated, or was before", RATES_THAT_DIFFER);
        BigDecimal referral = database.number(REFERRAL_BEFORE);
        checks.equal("referral credits unchanged", referral, "credits", REFERRAL_FOUND);
        checks.nobody("... and so for each user", REFERRAL_THAT_DIFFER);
        checks.nobody("admins, late, host's own and absent balances untouched", EXEMPT_AND_TOUCHED);
        checks.nobody("nobody with zero credits left at the old rate", ZERO_AND_LEFT);
    }
}
