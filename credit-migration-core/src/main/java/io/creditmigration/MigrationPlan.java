package io.creditmigration;

import java.math.BigDecimal;
import java.util.Map;

/**
 * What a run would do now, found out without writing anything.
 *
 * @param outcomes users by what would become of them, in the order of {@link MigrationResult.Status}
 * @param creditsBefore the credits of the users who would be migrated
 * @param creditsAfter their credits afterwards
 * @param residual the money's worth that rounding would leave over
 */
public record MigrationPlan(
        Map<MigrationResult.Status, Long> outcomes,
        BigDecimal creditsBefore,
        BigDecimal creditsAfter,
        BigDecimal residual) {

    /** How many users would come to this. */
    public long count(MigrationResult.Status status) {
        return outcomes.getOrDefault(status, 0L);
    }

    /** How many users there are. */
    public long users() {
        return outcomes.values().stream().mapToLong(Long::longValue).sum();
    }
}
