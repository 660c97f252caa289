package io.creditmigration;

import io.creditmigration.MigrationResult.Status;
import io.creditmigration.spi.UserChange;
import java.math.BigDecimal;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Users by what became of them, and the credits of those who were migrated, summed exactly. Immutable.
 *
 * @param outcomes users by what became of them, in the order of {@link MigrationResult.Status}
 * @param creditsBefore the credits of the migrated users before
 * @param creditsAfter their credits afterwards
 * @param granted what grants added, or the whole new balances of conversions
 * @param residual the money's worth that rounding has left over
 */
public record Tally(
        Map<Status, Long> outcomes,
        BigDecimal creditsBefore,
        BigDecimal creditsAfter,
        BigDecimal granted,
        BigDecimal residual) {

    /** Nobody yet. */
    public static final Tally NOBODY =
            new Tally(Map.of(), BigDecimal.ZERO, BigDecimal.ZERO, BigDecimal.ZERO, BigDecimal.ZERO);

    /** Brings amounts to one form, so that tallies are equal by value wherever they were added up. */
    public Tally {
        EnumMap<Status, Long> ordered = new EnumMap<>(Status.class);
        ordered.putAll(outcomes);
        outcomes = Collections.unmodifiableMap(ordered);
        creditsBefore = plain(creditsBefore);
        creditsAfter = plain(creditsAfter);
        granted = plain(granted);
        residual = plain(residual);
    }

    /** Both together. */
    public Tally plus(Tally other) {
        EnumMap<Status, Long> sum = new EnumMap<>(Status.class);
        sum.putAll(outcomes);
        other.outcomes.forEach((status, users) -> sum.merge(status, users, Long::sum));
        return new Tally(
                sum,
                creditsBefore.add(other.creditsBefore),
                creditsAfter.add(other.creditsAfter),
                granted.add(other.granted),
                residual.add(other.residual));
    }

    /** How many users came to this. */
    public long count(Status status) {
        return outcomes.getOrDefault(status, 0L);
    }

    /** How many users there are in all. */
    public long users() {
        return outcomes.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Adds up one user after the other. */
    static final class Sum {

        private final Map<Status, Long> outcomes = new EnumMap<>(Status.class);
        private BigDecimal before = BigDecimal.ZERO;
        private BigDecimal after = BigDecimal.ZERO;
        private BigDecimal granted = BigDecimal.ZERO;
        private BigDecimal residual = BigDecimal.ZERO;

        /** One user who came to this. */
        void add(Status status) {
            outcomes.merge(status, 1L, Long::sum);
        }

        /** One user of whom this was written. */
        void add(UserChange change) {
            MigrationLogEntry log = change.log();
            if (log == null) {
                add(Status.FAILED);
                return;
            }
            add(Status.MIGRATED);
            before = before.add(amountOf(log.oldCredits()));
            after = after.add(amountOf(log.newCredits()));
            granted = granted.add(change.record().creditsGranted().amount());
            residual = residual.add(log.residual());
        }

        Tally tally() {
            return new Tally(outcomes, before, after, granted, residual);
        }

        private static BigDecimal amountOf(@Nullable Credits credits) {
            return credits == null ? BigDecimal.ZERO : credits.amount();
        }
    }

    private static BigDecimal plain(BigDecimal amount) {
        BigDecimal stripped = amount.stripTrailingZeros();
        return stripped.scale() < 0 ? stripped.setScale(0) : stripped;
    }
}
