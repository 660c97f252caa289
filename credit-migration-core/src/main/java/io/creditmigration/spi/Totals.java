package io.creditmigration.spi;

import io.creditmigration.MigrationStatus;
import java.math.BigDecimal;
import java.util.Map;

/**
 * Where the users of a migration stand, whatever triggered it.
 *
 * @param users users by status; PENDING are those that an operator has reopened
 * @param granted what grants have added, less what rollbacks have withdrawn; zero for conversions
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
