package io.creditmigration;

import io.creditmigration.MigrationResult.Status;
import io.creditmigration.internal.Arguments;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;

/**
 * How a population differs from the one of a plan that was approved. How far the rollout and the runs have come since then
 * makes no difference.
 *
 * @param share the largest difference of any figure, of the larger of the two: 0.01 is one in a hundred; zero only where
 *     nothing at all differs, and 1 where definition, mapping or scope do
 * @param differences each figure that differs, as {@code what: planned → now}
 */
public record Drift(BigDecimal share, List<String> differences) {

    private static final int SHARE_DECIMALS = 6;

    /** Copies the list. */
    public Drift {
        differences = List.copyOf(differences);
    }

    /** Whether nothing differs by more than this share. */
    public boolean isWithin(BigDecimal tolerance) {
        return share.compareTo(Arguments.require("tolerance", tolerance)) <= 0;
    }

    static Drift between(MigrationPlan planned, MigrationPlan now) {
        Comparison comparison = new Comparison();
        comparison.same("definition", planned.definition(), now.definition());
        comparison.same("mapping", planned.mapping(), now.mapping());
        comparison.same("scope", planned.scope().name(), now.scope().name());
        MigrationPlan.Population before = planned.population();
        MigrationPlan.Population after = now.population();
        long users = Math.max(before.tally().users(), after.tally().users());
        comparison.counts("users", before.tally().users(), after.tally().users(), 1);
        for (Status status : Status.values()) {
            comparison.counts(
                    "users " + status,
                    before.tally().count(status),
                    after.tally().count(status),
                    users);
        }
        comparison.counts("users who must confirm", before.toConfirm(), after.toConfirm(), users);
        comparison.amounts(
                "credits before", before.tally().creditsBefore(), after.tally().creditsBefore());
        comparison.amounts(
                "credits after", before.tally().creditsAfter(), after.tally().creditsAfter());
        comparison.amounts(
                "credits granted", before.tally().granted(), after.tally().granted());
        comparison.amounts("credits to confirm", before.creditsToConfirm(), after.creditsToConfirm());
        if (comparison.share.signum() == 0 && !before.digest().equals(after.digest())) {
            comparison.add("single users, whose figures add up to the same", BigDecimal.ONE, BigDecimal.valueOf(users));
        }
        return new Drift(comparison.share, comparison.differences);
    }

    private static final class Comparison {

        private final List<String> differences = new ArrayList<>();
        private BigDecimal share = BigDecimal.ZERO;

        void same(String what, String planned, String now) {
            if (!planned.equals(now)) {
                add(what + ": " + planned + " → " + now, BigDecimal.ONE, BigDecimal.ONE);
            }
        }

        void counts(String what, long planned, long now, long atLeastOf) {
            if (planned != now) {
                long of = Math.max(atLeastOf, Math.max(planned, now));
                add(
                        what + ": " + planned + " → " + now,
                        BigDecimal.valueOf(Math.abs(planned - now)),
                        BigDecimal.valueOf(of));
            }
        }

        void amounts(String what, BigDecimal planned, BigDecimal now) {
            if (planned.compareTo(now) != 0) {
                add(
                        what + ": " + planned.toPlainString() + " → " + now.toPlainString(),
                        planned.subtract(now).abs(),
                        planned.abs().max(now.abs()));
            }
        }

        void add(String difference, BigDecimal part, BigDecimal of) {
            differences.add(difference);
            share = share.max(part.divide(of, SHARE_DECIMALS, RoundingMode.UP).min(BigDecimal.ONE));
        }
    }
}
