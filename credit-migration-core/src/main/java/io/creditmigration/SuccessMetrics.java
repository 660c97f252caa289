package io.creditmigration;

import io.creditmigration.Verification.Users;
import io.creditmigration.internal.Arguments;
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
 * @param shareMigrated users COMPLETED, as a share of those with a record or waiting for one; 1 where it
 *     concerns no one
 * @param failureRate users FAILED, as a share of those tried and not rolled back; 0 where no one was
 * @param historyPreserved operations in the history, of those that should be; 1 where there are none
 * @param averageGranted credits per user COMPLETED; null for conversions, which grant nothing, and where there are none
 * @param commits latency of this process's commits of one user
 * @param pages latency of its pages of runs
 * @param supportTickets tickets about the migration, as the host counts them; null where no one has said
 * @param goals the goals that apply to this migration
 * @param missed those of them that are not met
 */
public record SuccessMetrics(
        BigDecimal shareMigrated,
        BigDecimal failureRate,
        BigDecimal historyPreserved,
        @Nullable BigDecimal averageGranted,
        Latency commits,
        Latency pages,
        @Nullable Long supportTickets,
        Set<Goal> goals,
        Set<Goal> missed) {

    /** What is to be reached. */
    public enum Goal {
        /** Everyone is migrated. */
        EVERYBODY_MIGRATED,
        /** Fewer than 1 % of the users have failed. */
        FAILURES_BELOW_1_PERCENT,
        /** No operation is missing in the history. Applies to grants that have operations. */
        HISTORY_PRESERVED,
        /** More than 20 credits were granted on average. Applies to grants. */
        AVERAGE_ABOVE_20,
        /** Support tickets are fewer than 1 % of the users who were tried. Applies where their number is known. */
        SUPPORT_TICKETS_BELOW_1_PERCENT
    }

    private static final int DECIMALS = 6;
    private static final int PERCENT = 100;
    private static final BigDecimal AVERAGE = BigDecimal.valueOf(20);

    /** Copies the sets. */
    public SuccessMetrics {
        goals = ordered(goals);
        missed = ordered(missed);
    }

    /** Whether this goal applies and is met. */
    public boolean isMet(Goal goal) {
        return goals.contains(Arguments.require("goal", goal)) && !missed.contains(goal);
    }

    static SuccessMetrics of(
            Migration migration,
            Verification verification,
            Latency commits,
            Latency pages,
            @Nullable Long supportTickets) {
        Users users = verification.users();
        Verification.Figures figures = verification.figures();
        long completed = users.count(MigrationStatus.COMPLETED);
        long failed = users.count(MigrationStatus.FAILED);
        long tried = completed + failed;
        long concerned = users.checked() - users.withoutRecord() + users.waiting();
        long operations = figures.operations() + figures.lateOperations();
        BigDecimal people = BigDecimal.valueOf(completed);
        boolean isGrant = migration.conversion().isEmpty();
        boolean grants = isGrant && completed > 0;
        boolean historyIsWrong = verification.count(Verification.Check.HISTORY) > 0;
        Goals goals = new Goals();
        goals.add(Goal.EVERYBODY_MIGRATED, completed >= concerned);
        goals.add(Goal.FAILURES_BELOW_1_PERCENT, isBelow1Percent(failed, tried));
        if (isGrant && (operations > 0 || historyIsWrong)) {
            goals.add(Goal.HISTORY_PRESERVED, figures.lateOperations() == 0 && !historyIsWrong);
        }
        if (grants) {
            goals.add(Goal.AVERAGE_ABOVE_20, figures.granted().compareTo(AVERAGE.multiply(people)) > 0);
        }
        if (supportTickets != null) {
            goals.add(Goal.SUPPORT_TICKETS_BELOW_1_PERCENT, isBelow1Percent(supportTickets, tried));
        }
        return new SuccessMetrics(
                share(completed, concerned, BigDecimal.ONE, RoundingMode.DOWN),
                share(failed, tried, BigDecimal.ZERO, RoundingMode.UP),
                share(figures.operations(), operations, BigDecimal.ONE, RoundingMode.DOWN),
                grants ? figures.granted().divide(people, DECIMALS, RoundingMode.DOWN) : null,
                commits,
                pages,
                supportTickets,
                goals.all,
                goals.missed);
    }

    private static final class Goals {

        private final Set<Goal> all = EnumSet.noneOf(Goal.class);
        private final Set<Goal> missed = EnumSet.noneOf(Goal.class);

        void add(Goal goal, boolean isMet) {
            all.add(goal);
            if (!isMet) {
                missed.add(goal);
            }
        }
    }

    /** None at all is fewer than 1 % of no one, too. */
    private static boolean isBelow1Percent(long part, long whole) {
        return part == 0 || (part <= Long.MAX_VALUE / PERCENT && part * PERCENT < whole);
    }

    private static Set<Goal> ordered(Set<Goal> goals) {
        EnumSet<Goal> copy = EnumSet.noneOf(Goal.class);
        copy.addAll(goals);
        return Collections.unmodifiableSet(copy);
    }

    private static BigDecimal share(long part, long whole, BigDecimal ofNothing, RoundingMode rounding) {
        return whole == 0 ? ofNothing : BigDecimal.valueOf(part).divide(BigDecimal.valueOf(whole), DECIMALS, rounding);
    }
}
