package io.creditmigration;

import io.creditmigration.MigrationResult.Status;
import io.creditmigration.internal.Arguments;
import java.math.BigDecimal;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Users by outcome, and the credits of those who were migrated or rolled back, summed exactly. Immutable.
 *
 * @param outcomes users to be migrated by outcome, in the order of {@link MigrationResult.Status}
 * @param rollbacks users to be rolled back by outcome, in the order of {@link RollbackResult.Status}
 * @param creditsBefore the credits before of users who were migrated or rolled back
 * @param creditsAfter their credits afterwards
 * @param granted what grants added; zero for conversions
 * @param withdrawn what rollbacks of grants withdrew
 * @param residual the money's worth that rounding has left over
 */
public record Tally(
        Map<Status, Long> outcomes,
        Map<RollbackResult.Status, Long> rollbacks,
        BigDecimal creditsBefore,
        BigDecimal creditsAfter,
        BigDecimal granted,
        BigDecimal withdrawn,
        BigDecimal residual) {

    /** Nobody yet. */
    public static final Tally NOBODY = new Tally(
            Map.of(), Map.of(), BigDecimal.ZERO, BigDecimal.ZERO, BigDecimal.ZERO, BigDecimal.ZERO, BigDecimal.ZERO);

    /** Brings amounts to one form, so that tallies are equal by value wherever they were added up. */
    public Tally {
        outcomes = ordered(Status.class, outcomes);
        rollbacks = ordered(RollbackResult.Status.class, rollbacks);
        creditsBefore = plain(creditsBefore);
        creditsAfter = plain(creditsAfter);
        granted = plain(granted);
        withdrawn = plain(withdrawn);
        residual = plain(residual);
    }

    /** Both together. */
    public Tally plus(Tally other) {
        Arguments.require("tally", other);
        return new Tally(
                sum(Status.class, outcomes, other.outcomes),
                sum(RollbackResult.Status.class, rollbacks, other.rollbacks),
                creditsBefore.add(other.creditsBefore),
                creditsAfter.add(other.creditsAfter),
                granted.add(other.granted),
                withdrawn.add(other.withdrawn),
                residual.add(other.residual));
    }

    /** How many users had this outcome. */
    public long count(Status status) {
        return outcomes.getOrDefault(Arguments.require("status", status), 0L);
    }

    /** How many users to be rolled back had this outcome. */
    public long count(RollbackResult.Status status) {
        return rollbacks.getOrDefault(Arguments.require("status", status), 0L);
    }

    /** How many users there are in all. */
    public long users() {
        return Stream.concat(outcomes.values().stream(), rollbacks.values().stream())
                .mapToLong(Long::longValue)
                .sum();
    }

    private static <S extends Enum<S>> Map<S, Long> ordered(Class<S> type, Map<S, Long> users) {
        EnumMap<S, Long> ordered = new EnumMap<>(type);
        ordered.putAll(users);
        return Collections.unmodifiableMap(ordered);
    }

    private static <S extends Enum<S>> Map<S, Long> sum(Class<S> type, Map<S, Long> one, Map<S, Long> other) {
        EnumMap<S, Long> sum = new EnumMap<>(type);
        sum.putAll(one);
        other.forEach((status, users) -> sum.merge(status, users, Long::sum));
        return sum;
    }

    private static BigDecimal plain(BigDecimal amount) {
        BigDecimal stripped = amount.stripTrailingZeros();
        return stripped.scale() < 0 ? stripped.setScale(0) : stripped;
    }
}
