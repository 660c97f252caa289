package io.creditmigration;

import java.math.BigDecimal;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One line of the journal: one act on one user. Lines are added and never changed. Where a user stands in a migration is the
 * user's last line of that migration.
 *
 * <p>For conversions {@code oldCredits × oldRate = newCredits × newRate + residual}, exactly.
 *
 * @param migrationId the migration
 * @param userId the user, as stored
 * @param number the line's number, counted from 1 over all migrations of the user: the key of the journal is user and number
 * @param kind what was done
 * @param trigger what brought it about
 * @param actor who caused it; automatic ones say so
 * @param at when; microseconds
 * @param standing where the user stands after it
 * @param figures the balances before and after; null where the act has none
 * @param reason why, in words; null where a built-in policy says it from the figures. {@link MigrationService#log} fills it in
 * @param error for FAILED why, for operators; of a line whose figures cannot be read, "Cannot be read" and why; null otherwise
 */
public record JournalLine(
        String migrationId,
        String userId,
        int number,
        Kind kind,
        Trigger trigger,
        Actor actor,
        Instant at,
        Standing standing,
        @Nullable Figures figures,
        @Nullable String reason,
        @Nullable String error) {

    /** The longest error that is kept; longer messages are cut. */
    public static final int ERROR_LENGTH_MAX = 1_000;

    /** Kinds of acts. */
    public enum Kind {
        /** The user was migrated. */
        MIGRATED,
        /** The user could not be migrated. */
        FAILED,
        /** The user was rolled back. */
        ROLLED_BACK,
        /** An operator allowed a new attempt. */
        REOPENED,
        /** Operations that were committed after the user's migration became entries of the credit history. */
        CAUGHT_UP,
        /** An operator made the journal follow the user's row. */
        RECONCILED
    }

    /**
     * Where the user stands in the migration after a line.
     *
     * @param status the status
     * @param attempt 1, or more after a rollback and an operator's act
     * @param consumed free credits consumed in attempts that were rolled back
     * @param copied operations that are entries of the credit history
     * @param figuresLine the number of the MIGRATED line that holds figures and rollback data; 0 where none does
     */
    public record Standing(MigrationStatus status, int attempt, Credits consumed, long copied, int figuresLine) {}

    /**
     * What an act did to the balance, and what is kept to undo it.
     *
     * @param oldCredits the balance before; null where there was none
     * @param newCredits the balance after; null where there is none
     * @param oldRate the rate before; null for grants
     * @param newRate the rate after; null for grants
     * @param granted what a grant added; zero for conversions and rollbacks
     * @param usage for a grant what the policy saw of the usage: operations and days; null otherwise
     * @param hostState of a MIGRATED line the marker and captured host columns as they were, in the store's own form; null
     *     otherwise
     */
    public record Figures(
            @Nullable Credits oldCredits,
            @Nullable Credits newCredits,
            @Nullable CreditRate oldRate,
            @Nullable CreditRate newRate,
            Credits granted,
            @Nullable Usage usage,
            @Nullable String hostState) {}

    /** The status after it. */
    public MigrationStatus status() {
        return standing.status();
    }

    /** The attempt. */
    public int attempt() {
        return standing.attempt();
    }

    /** The balance before; null where there was none, or the line has no figures. */
    public @Nullable Credits oldCredits() {
        return figures == null ? null : figures.oldCredits();
    }

    /** The balance after; null where there is none, or the line has no figures. */
    public @Nullable Credits newCredits() {
        return figures == null ? null : figures.newCredits();
    }

    /** The rate before; null for grants, or where the line has no figures. */
    public @Nullable CreditRate oldRate() {
        return figures == null ? null : figures.oldRate();
    }

    /** The rate after; null for grants, or where the line has no figures. */
    public @Nullable CreditRate newRate() {
        return figures == null ? null : figures.newRate();
    }

    /** The money's worth that rounding left over; zero for grants. */
    public BigDecimal residual() {
        Credits before = oldCredits();
        Credits after = newCredits();
        CreditRate from = oldRate();
        CreditRate to = newRate();
        if (before == null || after == null || from == null || to == null) {
            return BigDecimal.ZERO;
        }
        BigDecimal residual = before.worthAt(from).subtract(after.worthAt(to));
        return residual.signum() == 0 ? BigDecimal.ZERO : residual.stripTrailingZeros();
    }

    /** Whether no person caused it. */
    public boolean automatic() {
        return actor.kind() == Actor.Kind.AUTOMATIC;
    }

    /** The same line with this many operations copied in all. */
    public JournalLine withCopied(long copied) {
        Standing now = new Standing(
                standing.status(), standing.attempt(), standing.consumed(), copied, standing.figuresLine());
        return new JournalLine(migrationId, userId, number, kind, trigger, actor, at, now, figures, reason, error);
    }

    /** The same line, of this time where it is of an earlier one: a line that follows a seal is not from before it. */
    public JournalLine notBefore(Instant earliest) {
        return at.isBefore(earliest)
                ? new JournalLine(
                        migrationId, userId, number, kind, trigger, actor, earliest, standing, figures, reason, error)
                : this;
    }
}
