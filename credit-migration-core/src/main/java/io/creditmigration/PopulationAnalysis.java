package io.creditmigration;

import io.creditmigration.internal.Arguments;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.Map;

/**
 * What a population is like, before anything is decided about it. All figures but {@code others} speak of the users whom the
 * migration concerns. Usage is counted where the migration grants and the store knows operations; elsewhere it is zero.
 *
 * @param users users that the migration concerns
 * @param activeUsers users with at least one operation in the usage window
 * @param highUsageUsers users with more than 8 operations in some clock hour (UTC) of the window
 * @param windowOperations operations in the window
 * @param operationsToMigrate operations of all time: as many entries the credit history will have
 * @param balances users by the class of their balance
 * @param window the usage window
 * @param operationsPerDay operations of all users in each 24-hour day of the window, first to last; empty where the store
 *     knows none
 * @param allocations what the policy would grant today, the most frequent first; empty for conversions
 * @param otherAllocations users whose grant is none of {@code allocations}, of which there are 20 at most
 * @param others users that the migration does not concern
 */
public record PopulationAnalysis(
        long users,
        long activeUsers,
        long highUsageUsers,
        long windowOperations,
        long operationsToMigrate,
        Map<BalanceClass, Long> balances,
        UsageWindow window,
        List<Long> operationsPerDay,
        List<Tier> allocations,
        long otherAllocations,
        Others others) {

    /**
     * Users that the migration does not concern. Each is counted once.
     *
     * @param exempt users exempt from conversions
     * @param newcomers users registered at or after the cut-off, and users of a later migration
     * @param byHost users whom the host itself has marked as migrated
     * @param operations their operations of all time, which are not migrated
     */
    public record Others(long exempt, long newcomers, long byHost, long operations) {

        /** How many they are. */
        public long users() {
            return exempt + newcomers + byHost;
        }
    }

    /** Classes of balances. */
    public enum BalanceClass {
        /** No balance at all. */
        ABSENT,
        /** Below zero: for a person to look at. */
        NEGATIVE,
        /** Exactly zero. */
        ZERO,
        /** Above zero and below 0.01. */
        DUST,
        /** 0.01 or more. */
        POSITIVE
    }

    /**
     * Users to whom the policy grants the same.
     *
     * @param credits what each of them gets
     * @param users how many they are
     */
    public record Tier(Credits credits, long users) {

        /** What they get in all. */
        public BigDecimal creditsInAll() {
            return credits.amount().multiply(BigDecimal.valueOf(users));
        }
    }

    private static final int AVERAGE_DECIMALS = 2;

    /** Operations in the window over all users, at 2 decimals, half up; zero where there are no users. */
    public BigDecimal averageOperations() {
        return users == 0
                ? BigDecimal.ZERO
                : BigDecimal.valueOf(windowOperations)
                        .divide(BigDecimal.valueOf(users), AVERAGE_DECIMALS, RoundingMode.HALF_UP);
    }

    /** How many users have a balance of this class. */
    public long balances(BalanceClass balance) {
        return balances.getOrDefault(Arguments.require("class of balances", balance), 0L);
    }
}
