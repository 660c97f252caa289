package io.creditmigration.spi;

import io.creditmigration.MigrationStatus;
import java.math.BigDecimal;
import java.util.Map;

/**
 * The records of a migration, whatever triggered them.
 *
 * @param users users by the status of their record
 * @param granted the credits granted to those who are COMPLETED
 */
public record Totals(Map<MigrationStatus, Long> users, BigDecimal granted) {

    /** Brings the amount to one form, so that totals are equal by value wherever they were read. */
    public Totals {
        BigDecimal plain = granted.stripTrailingZeros();
        granted = plain.scale() < 0 ? plain.setScale(0) : plain;
    }

    /** How many users have this status. */
    public long count(MigrationStatus status) {
        return users.getOrDefault(status, 0L);
    }
}
