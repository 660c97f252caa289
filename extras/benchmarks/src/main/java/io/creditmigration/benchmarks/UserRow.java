package io.creditmigration.benchmarks;

import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;

/** One user as the hand-written contenders in Java read it. */
record UserRow(long id, BigDecimal credits, Instant registeredAt, long operations, long total) {

    /** The same for Spring Batch and for the loop. */
    static final String GRANT_COLUMNS = """
            id, credits, registered_at,
            (SELECT COUNT(*) FROM operations o WHERE o.user_id = users.id
             AND o.made_at >= TIMESTAMPTZ '2026-01-06 00:00Z' - INTERVAL '720 hours'
             AND o.made_at < '2026-01-06 00:00Z') AS operations,
            0 AS total
            """;

    static final String GRANT_WITH_HISTORY_COLUMNS = """
            id, credits, registered_at,
            (SELECT COUNT(*) FROM operations o WHERE o.user_id = users.id
             AND o.made_at >= TIMESTAMPTZ '2026-01-06 00:00Z' - INTERVAL '720 hours'
             AND o.made_at < '2026-01-06 00:00Z') AS operations,
            (SELECT COUNT(*) FROM operations o WHERE o.user_id = users.id) AS total
            """;

    static final String CONVERSION_COLUMNS = "id, credits, registered_at, 0 AS operations, 0 AS total";

    static final String SUBJECT = "registered_at < '2026-01-06 00:00Z'";
    static final String EVERYBODY =
            "credits >= 0 AND NOT migrated AND role <> 'admin' AND registered_at < '2026-01-06 00:00Z'";
    static final String ZERO_CREDITS =
            "credits = 0 AND NOT migrated AND role <> 'admin' AND registered_at < '2026-01-06 00:00Z'";

    static String columns(Job job) {
        return switch (job) {
            case GRANT -> GRANT_COLUMNS;
            case GRANT_WITH_HISTORY -> GRANT_WITH_HISTORY_COLUMNS;
            case ZERO_CREDITS, EVERYBODY -> CONVERSION_COLUMNS;
        };
    }

    static String condition(Job job) {
        return switch (job) {
            case GRANT, GRANT_WITH_HISTORY -> SUBJECT;
            case ZERO_CREDITS -> ZERO_CREDITS;
            case EVERYBODY -> EVERYBODY;
        };
    }

    static UserRow of(ResultSet row) throws SQLException {
        return new UserRow(
                row.getLong("id"),
                row.getBigDecimal("credits"),
                row.getObject("registered_at", OffsetDateTime.class).toInstant(),
                row.getLong("operations"),
                row.getLong("total"));
    }
}
