package io.creditmigration;

import io.creditmigration.Verification.Users;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How well the day went, in the figures that were agreed on before. Whether a goal is met is decided on exact counts; the
 * shares here are rounded to 6 decimals, against us. Immutable.
 *
 * @param shareMigrated users COMPLETED, of those whom the migration concerns: who has a record, or waits for one; 1 where it
 *     concerns nobody
 * @param failureRate users FAILED, of those who were tried and not taken back; 0 where nobody was
 * @param historyPreserved operations in the history, of those that should be; 1 where there are none
 * @param averageGranted credits per user COMPLETED; null for conversions, which grant nothing, and where there are none
 * @param commits latency of this process's commits of one user
 * @param pages latency of its pages of runs
 * @param supportTickets as the host says
 * @param missed the goals that are not met
 */
public record SuccessMetrics(
        BigDecimal shareMigrated,
        BigDecimal failureRate,
        BigDecimal historyPreserved,
        @Nullable BigDecimal averageGranted,
        Latency commits,
        Latency pages,
        long supportTickets,
        Set<Goal> missed) {

    /** What is to be reached. */
    public enum Goal {
        /** Everybody is migrated. */
        EVERYBODY_MIGRATED,
        /** Fewer than 1 % of the users have failed. */
        FAILURES_BELOW_1_PERCENT,
        /** No operation is missing in the history. */
        HISTORY_PRESERVED,
        /** More than 20 credits were granted on average. For grants alone. */
        AVERAGE_ABOVE_20
    }

    private static final int DECIMALS = 6;
    private static final int PERCENT = 100;
    private static final BigDecimal AVERAGE = BigDecimal.valueOf(20);

    /** Copies the set. */
    public SuccessMetrics {
        EnumSet<Goal> copy = EnumSet.noneOf(Goal.class);
        copy.addAll(missed);
        missed = Collections.unmodifiableSet(copy);
    }

    /** Whether this goal is met. */
    public boolean isMet(Goal goal) {
        return !missed.contains(Names.given("goal", goal));
    }

    static SuccessMetrics of(
            Migration migration, Verification verification, Latency commits, Latency pages, long supportTickets) {
        Users users = verification.users();
        Verification.Figures figures = verification.figures();
        long completed = users.count(MigrationStatus.COMPLETED);
        long failed = users.count(MigrationStatus.FAILED);
        long concerned = users.checked() - users.withoutRecord() + users.waiting();
        long operations = figures.operations() + figures.lateOperations();
        BigDecimal people = BigDecimal.valueOf(completed);
        boolean grants = migration.conversion().isEmpty() && completed > 0;
        EnumSet<Goal> missed = EnumSet.noneOf(Goal.class);
        miss(missed, Goal.EVERYBODY_MIGRATED, completed < concerned);
        miss(missed, Goal.FAILURES_BELOW_1_PERCENT, failed > 0 && failed * PERCENT >= failed + completed);
        miss(missed, Goal.HISTORY_PRESERVED, figures.lateOperations() > 0 || isHistoryWrong(verification));
        miss(missed, Goal.AVERAGE_ABOVE_20, grants && figures.granted().compareTo(AVERAGE.multiply(people)) <= 0);
        return new SuccessMetrics(
                share(completed, concerned, BigDecimal.ONE, RoundingMode.DOWN),
                share(failed, failed + completed, BigDecimal.ZERO, RoundingMode.UP),
                share(figures.operations(), operations, BigDecimal.ONE, RoundingMode.DOWN),
                grants ? figures.granted().divide(people, DECIMALS, RoundingMode.DOWN) : null,
                commits,
                pages,
                supportTickets,
                missed);
    }

    private static boolean isHistoryWrong(Verification verification) {
        return verification.count(Verification.Check.HISTORY) > 0;
    }

    private static void miss(Set<Goal> missed, Goal goal, boolean isMissed) {
        if (isMissed) {
            missed.add(goal);
        }
    }

    private static BigDecimal share(long part, long whole, BigDecimal ofNothing, RoundingMode rounding) {
        return whole == 0 ? ofNothing : BigDecimal.valueOf(part).divide(BigDecimal.valueOf(whole), DECIMALS, rounding);
    }
}
