package io.creditmigration;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The record of one user in one migration. For operators: it holds rollback data and error messages, which users are
 * never shown.
 *
 * @param migrationId the migration
 * @param userId the user, as stored
 * @param status where the user stands
 * @param attempt 1, or more after a rollback and an operator's act
 * @param creditsGranted what a grant added, or the whole new balance of a conversion; zero until completed
 * @param creditsConsumed of the grants of attempts that were taken back, what had been spent by then and was not withdrawn;
 *     a new grant is so much smaller
 * @param historicalOperations operations that became entries of the credit history
 * @param changedAt when the status was reached; microseconds
 * @param rollbackData what puts the user back; null where there is none
 * @param error why it failed; null unless it failed
 */
public record UserMigration(
        String migrationId,
        String userId,
        MigrationStatus status,
        int attempt,
        Credits creditsGranted,
        Credits creditsConsumed,
        long historicalOperations,
        Instant changedAt,
        @Nullable RollbackData rollbackData,
        @Nullable String error) {

    /** The longest error that is kept; longer messages are cut. */
    public static final int ERROR_LENGTH_MAX = 1_000;

    /** A record of a user who has consumed nothing of an earlier grant. */
    public UserMigration(
            String migrationId,
            String userId,
            MigrationStatus status,
            int attempt,
            Credits creditsGranted,
            long historicalOperations,
            Instant changedAt,
            @Nullable RollbackData rollbackData,
            @Nullable String error) {
        this(
                migrationId,
                userId,
                status,
                attempt,
                creditsGranted,
                Credits.ZERO,
                historicalOperations,
                changedAt,
                rollbackData,
                error);
    }

    /** The same record with the number of operations that a store has copied. */
    public UserMigration withHistoricalOperations(long copied) {
        return new UserMigration(
                migrationId,
                userId,
                status,
                attempt,
                creditsGranted,
                creditsConsumed,
                copied,
                changedAt,
                rollbackData,
                error);
    }
}
