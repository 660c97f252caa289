package io.creditmigration.spi;

import io.creditmigration.MigrationLogEntry;
import java.math.BigDecimal;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One line of the log exactly as it is stored, sound or not: {@link MigrationLogEntry} for those who look for damage.
 *
 * @param userId the user, as stored
 * @param attempt the attempt
 * @param kind what happened
 * @param oldCredits the balance before
 * @param newCredits the balance after
 * @param oldRate the rate before
 * @param newRate the rate after
 * @param residual the money's worth that rounding left over
 * @param actorKind what kind of actor caused it
 * @param actor who caused it
 * @param at when; microseconds
 * @param reason why, in words
 */
public record LogLine(
        String userId,
        int attempt,
        String kind,
        @Nullable BigDecimal oldCredits,
        @Nullable BigDecimal newCredits,
        @Nullable BigDecimal oldRate,
        @Nullable BigDecimal newRate,
        BigDecimal residual,
        String actorKind,
        String actor,
        Instant at,
        String reason) {

    /**
     * What tells a line from all others of its migration. Lines are in the order of user id, attempt and kind.
     *
     * @param userId the user, as stored
     * @param attempt the attempt
     * @param kind what happened
     */
    public record Key(String userId, int attempt, String kind) {}

    /** What tells it from all others of its migration. */
    public Key key() {
        return new Key(userId, attempt, kind);
    }

    /** Whether it is of this kind. */
    public boolean is(MigrationLogEntry.Kind other) {
        return other.name().equals(kind);
    }
}
