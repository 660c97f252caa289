package io.creditmigration.command;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Users by the size of their balances. */
final class Balances {

    private static final int NONE = 0;
    private static final int NEGATIVE = 1;
    private static final int ZERO = 2;

    /** Each class above zero ends below its bound; the last one has none. */
    private static final List<BigDecimal> BOUNDS = List.of(
            BigDecimal.ONE,
            BigDecimal.TEN,
            BigDecimal.valueOf(100),
            BigDecimal.valueOf(1_000),
            BigDecimal.valueOf(10_000),
            BigDecimal.valueOf(100_000));

    private final long[] users = new long[ZERO + 1 + BOUNDS.size() + 1];

    void add(@Nullable BigDecimal credits) {
        users[classOf(credits)]++;
    }

    long users(int balanceClass) {
        return users[balanceClass];
    }

    static int classes() {
        return ZERO + 1 + BOUNDS.size() + 1;
    }

    /** The class in words, such as {@code 10 to 100}, the upper bound excluded. */
    static String label(int balanceClass) {
        return switch (balanceClass) {
            case NONE -> "no balance";
            case NEGATIVE -> "below 0";
            case ZERO -> "exactly 0";
            default -> {
                List<String> bounds = new ArrayList<>(List.of("above 0"));
                BOUNDS.forEach(bound -> bounds.add(Output.amount(bound)));
                int at = balanceClass - ZERO - 1;
                yield at == BOUNDS.size()
                        ? bounds.get(at) + " and more"
                        : at == 0 ? "above 0, below " + bounds.get(1) : bounds.get(at) + " to " + bounds.get(at + 1);
            }
        };
    }

    private static int classOf(@Nullable BigDecimal credits) {
        if (credits == null) {
            return NONE;
        }
        if (credits.signum() <= 0) {
            return credits.signum() < 0 ? NEGATIVE : ZERO;
        }
        int at = 0;
        while (at < BOUNDS.size() && credits.compareTo(BOUNDS.get(at)) >= 0) {
            at++;
        }
        return ZERO + 1 + at;
    }
}
