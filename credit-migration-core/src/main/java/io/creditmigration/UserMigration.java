package io.creditmigration;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Where one user stands in one migration, as the last line of the journal says. For operators: it holds rollback data and
 * error messages, which users are never shown.
 *
 * @param migrationId the migration
 * @param userId the user, as stored
 * @param status where the user stands
 * @param attempt 1, or more after a rollback and an operator's act
 * @param creditsGranted what a grant added, zero until completed; zero for conversions
 * @param creditsConsumed of the grants of attempts that were rolled back, what had been spent by then and was not withdrawn;
 *     a new grant is so much smaller
 * @param historicalOperations operations that became entries of the credit history
 * @param changedAt when the status was reached; microseconds
 * @param rollbackData what restores the user's earlier state; null where there is none
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

    /**
     * What these lines say.
     *
     * @param last the user's last line of the migration
     * @param migrated the line that {@link JournalLine.Standing#figuresLine} names; null where it names none
     */
    public static UserMigration of(JournalLine last, @Nullable JournalLine migrated) {
        JournalLine.Standing standing = last.standing();
        boolean completed = standing.status() == MigrationStatus.COMPLETED;
        return new UserMigration(
                last.migrationId(),
                last.userId(),
                standing.status(),
                standing.attempt(),
                migrated == null || migrated.figures() == null
                        ? Credits.ZERO
                        : migrated.figures().granted(),
                standing.consumed(),
                standing.copied(),
                completed && migrated != null ? migrated.at() : last.at(),
                migrated == null ? null : RollbackData.of(migrated),
                last.error());
    }

    /**
     * What is stored after this line.
     *
     * @param before where the user stood before it; null where no line was there
     */
    public static UserMigration after(@Nullable UserMigration before, JournalLine line) {
        int figuresLine = line.standing().figuresLine();
        if (before == null || figuresLine == 0 || figuresLine == line.number()) {
            return of(line, figuresLine == 0 ? null : line);
        }
        boolean completed = line.status() == MigrationStatus.COMPLETED;
        return new UserMigration(
                line.migrationId(),
                line.userId(),
                line.status(),
                line.attempt(),
                before.creditsGranted(),
                line.standing().consumed(),
                line.standing().copied(),
                completed ? before.changedAt() : line.at(),
                before.rollbackData(),
                line.error());
    }

    /** The same with the number of operations that a store has copied. */
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
