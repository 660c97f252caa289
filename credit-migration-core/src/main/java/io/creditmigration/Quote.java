package io.creditmigration;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a user is shown before confirming. It holds nothing that a user must not see, and may travel through a browser:
 * {@link MigrationService#confirm} computes it again and accepts no other.
 *
 * @param migrationId the migration
 * @param userId the user, as stored
 * @param attempt 1, or more after a rollback
 * @param oldCredits the balance now
 * @param newCredits the balance after confirming
 * @param oldRate the rate of the balance now; null where nothing is converted
 * @param newRate the rate after confirming; null where nothing is converted
 * @param takenAt when it was computed
 */
public record Quote(
        String migrationId,
        String userId,
        int attempt,
        Credits oldCredits,
        Credits newCredits,
        @Nullable CreditRate oldRate,
        @Nullable CreditRate newRate,
        Instant takenAt) {

    /** Whether both offer the same to the same user in the same attempt, whenever they were taken. */
    public boolean offersSameAs(Quote other) {
        Names.given("quote", other);
        return equals(new Quote(
                other.migrationId,
                other.userId,
                other.attempt,
                other.oldCredits,
                other.newCredits,
                other.oldRate,
                other.newRate,
                takenAt));
    }
}
