package io.creditmigration.command;

import java.math.BigDecimal;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The log of everybody, read once. */
final class LogSummary {

    private static final int GRANTS_MAX = 1_000;

    final Balances before = new Balances();
    final Balances after = new Balances();
    final Timeline timeline = new Timeline();

    /** Users by what they were granted; other amounts than the first thousand are not told apart. */
    final TreeMap<BigDecimal, Long> grants = new TreeMap<>();

    long otherGrants;
    long migrated;
    long confirmed;
    long takenBack;
    BigDecimal creditsBefore = BigDecimal.ZERO;
    BigDecimal creditsAfter = BigDecimal.ZERO;
    BigDecimal takenBackBefore = BigDecimal.ZERO;
    BigDecimal takenBackAfter = BigDecimal.ZERO;

    void add(Records.Line line) {
        BigDecimal old = orZero(line.oldCredits());
        BigDecimal now = orZero(line.newCredits());
        switch (line.kind()) {
            case "MIGRATED" -> {
                migrated++;
                confirmed += line.actorKind().equals("AUTOMATIC") ? 0 : 1;
                before.add(line.oldCredits());
                after.add(line.newCredits());
                creditsBefore = creditsBefore.add(old);
                creditsAfter = creditsAfter.add(now);
                timeline.add(line.at(), 1);
                grant(now.subtract(old).stripTrailingZeros());
            }
            case "ROLLED_BACK" -> {
                takenBack++;
                takenBackBefore = takenBackBefore.add(old);
                takenBackAfter = takenBackAfter.add(now);
                timeline.add(line.at(), -1);
            }
            default -> {
                // A new attempt changes no credits.
            }
        }
    }

    /** Grants from small to large, at most so many, and how many users got others. */
    Map<BigDecimal, Long> mostFrequentGrants(int max) {
        TreeMap<BigDecimal, Long> chosen = new TreeMap<>();
        grants.entrySet().stream()
                .sorted(Map.Entry.<BigDecimal, Long>comparingByValue().reversed())
                .limit(max)
                .forEach(entry -> chosen.put(entry.getKey(), entry.getValue()));
        return chosen;
    }

    private void grant(BigDecimal credits) {
        if (grants.size() < GRANTS_MAX || grants.containsKey(credits)) {
            grants.merge(credits, 1L, Long::sum);
        } else {
            otherGrants++;
        }
    }

    private static BigDecimal orZero(@Nullable BigDecimal credits) {
        return credits == null ? BigDecimal.ZERO : credits;
    }
}
