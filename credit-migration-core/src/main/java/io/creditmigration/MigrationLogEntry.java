package io.creditmigration;

import java.math.BigDecimal;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One line of the append-only audit log: there is one per migration, user, attempt and kind.
 *
 * <p>For conversions {@code oldCredits × oldRate = newCredits × newRate + residual}, exactly.
 *
 * @param migrationId the migration
 * @param userId the user, as stored
 * @param attempt the attempt
 * @param kind what happened
 * @param oldCredits the balance before; null where there was none
 * @param newCredits the balance after; null where there is none
 * @param oldRate the rate before; null for grants
 * @param newRate the rate after; null for grants
 * @param residual the money's worth that rounding left over; zero for grants
 * @param actor who caused it; automatic ones say so
 * @param at when; microseconds
 * @param reason why, in words
 */
public record MigrationLogEntry(
        String migrationId,
        String userId,
        int attempt,
        Kind kind,
        @Nullable Credits oldCredits,
        @Nullable Credits newCredits,
        @Nullable CreditRate oldRate,
        @Nullable CreditRate newRate,
        BigDecimal residual,
        Actor actor,
        Instant at,
        String reason) {

    /** What a line of the log tells. */
    public enum Kind {
        /** The user was migrated. */
        MIGRATED,
        /** The user was taken back. */
        ROLLED_BACK,
        /** An operator allowed a new attempt. */
        REOPENED
    }

    /** Brings the residual to its canonical form, so that entries are equal by value wherever they were read. */
    public MigrationLogEntry {
        residual = residual.signum() == 0 ? BigDecimal.ZERO : residual.stripTrailingZeros();
    }

    /** Whether nobody in person caused it. */
    public boolean automatic() {
        return actor.kind() == Actor.Kind.AUTOMATIC;
    }
}
