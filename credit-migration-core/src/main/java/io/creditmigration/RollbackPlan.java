package io.creditmigration;

import io.creditmigration.RollbackResult.Status;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;

/**
 * What {@link MigrationService#rollbackAll} would do now, found out without writing anything.
 *
 * @param scope the users that it covers
 * @param tally the outcomes that the users would have
 * @param paid users with paid credits on the account, in the order of ids, at most {@value #PAID_MAX}: those who would be
 *     refused, or whose account would be kept with them
 * @param leftAlone users who are migrated and would be left alone, in the order of ids, at most {@value #PAID_MAX}
 * @param largestChanges the users whose balance would change most, the largest change first
 * @param warnings what to look at before anything else
 */
public record RollbackPlan(
        RunScope scope,
        Tally tally,
        List<PaidUser> paid,
        List<LeftUser> leftAlone,
        List<MigrationPlan.Change> largestChanges,
        List<String> warnings) {

    /** How many users are listed at most. */
    public static final int PAID_MAX = 1_000;

    /**
     * A user with paid credits on the account.
     *
     * @param userId the user, as stored
     * @param credits the paid part of the balance
     */
    public record PaidUser(String userId, Credits credits) {}

    /**
     * A user who would be left alone.
     *
     * @param userId the user, as stored
     * @param status why
     */
    public record LeftUser(String userId, Status status) {}

    /** Copies the lists. */
    public RollbackPlan {
        paid = List.copyOf(paid);
        leftAlone = List.copyOf(leftAlone);
        largestChanges = List.copyOf(largestChanges);
        warnings = List.copyOf(warnings);
    }

    /** Users by expected outcome, in the order of {@link RollbackResult.Status}. */
    public Map<Status, Long> outcomes() {
        return tally.rollbacks();
    }

    /** How many users would come to this. */
    public long count(Status status) {
        return tally.count(status);
    }

    /** The credits of those who would be rolled back, before. */
    public BigDecimal creditsBefore() {
        return tally.creditsBefore();
    }

    /** Their credits afterwards. */
    public BigDecimal creditsAfter() {
        return tally.creditsAfter();
    }

    /** What of the grants would be withdrawn; zero for conversions. */
    public BigDecimal withdrawn() {
        return tally.withdrawn();
    }
}
