package io.creditmigration.spi;

import io.creditmigration.MigrationLogEntry;
import io.creditmigration.MigrationStatus;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that is stored of one user in one migration, as it is, read in one snapshot: what {@link AuditStore} hands to those who
 * prove or tell what has happened.
 *
 * @param userId the user, as stored
 * @param record the record; null where there is none
 * @param log the lines of the log in the order of attempts, and in each reopened, migrated, rolled back
 * @param entries the entries of the credit history, summed up by attempt and kind
 * @param entriesOfOthers how many grants and reversals other migrations have entered
 * @param holding what the host's tables say now; null where they have no such user
 */
public record Evidence(
        String userId,
        @Nullable Recorded record,
        List<LogLine> log,
        List<Entries> entries,
        long entriesOfOthers,
        @Nullable Holding holding) {

    /** Orders the log, and copies the lists. */
    public Evidence {
        log = log.stream()
                .sorted(Comparator.comparingInt(LogLine::attempt).thenComparingInt(Evidence::place))
                .toList();
        entries = List.copyOf(entries);
    }

    /**
     * The figures of a record.
     *
     * @param status where the user stands
     * @param attempt the attempt
     * @param granted the credits granted
     * @param consumed the free credits consumed in attempts that were taken back
     * @param historicalOperations operations that became entries
     * @param changedAt when the status was reached
     * @param oldCredits of the rollback data, the balance before
     * @param newCredits of the rollback data, the balance written
     * @param oldRate of the rollback data, the rate before
     * @param newRate of the rollback data, the rate after
     * @param error why it failed
     */
    public record Recorded(
            MigrationStatus status,
            int attempt,
            BigDecimal granted,
            BigDecimal consumed,
            long historicalOperations,
            Instant changedAt,
            @Nullable BigDecimal oldCredits,
            @Nullable BigDecimal newCredits,
            @Nullable BigDecimal oldRate,
            @Nullable BigDecimal newRate,
            @Nullable String error) {}

    /**
     * Entries of one attempt and kind.
     *
     * @param attempt the attempt that entered them
     * @param kind what they stand for
     * @param count how many
     * @param operations how many different operations they stand for
     * @param amount the sum of their amounts
     * @param firstAt the earliest
     * @param lastAt the latest
     */
    public record Entries(
            int attempt, Kind kind, long count, long operations, BigDecimal amount, Instant firstAt, Instant lastAt) {}

    /** What an entry stands for. */
    public enum Kind {
        /** An operation of the old regime, at zero credits. */
        OPERATION,
        /** What a grant added. */
        GRANT,
        /** What a rollback took off again. */
        REVERSAL
    }

    /**
     * What the host's tables say of the user now.
     *
     * @param balance the balance in the regime that the record says; null where there is none
     * @param flagged whether the marker says that the user is migrated; null where there is no marker
     * @param superseded whether the user completed a migration with a later cut-off
     * @param active whether the account is active; null where there is none, or it does not say
     * @param moved whether the balance has been written since the record was; null where the store cannot tell
     * @param writes how often the account has been written since it was opened; null unless it is the library's own
     * @param operations operations from before the user was last migrated, where they become entries; null elsewhere
     */
    public record Holding(
            @Nullable BigDecimal balance,
            @Nullable Boolean flagged,
            boolean superseded,
            @Nullable Boolean active,
            @Nullable Boolean moved,
            @Nullable Long writes,
            @Nullable Long operations) {}

    private static int place(LogLine line) {
        return line.is(MigrationLogEntry.Kind.REOPENED) ? 0 : line.is(MigrationLogEntry.Kind.MIGRATED) ? 1 : 2;
    }
}
