package io.creditmigration.engine.decide;

import io.creditmigration.CreditRate;
import io.creditmigration.UserSnapshot;
import io.creditmigration.spi.StoredDefinition;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The rates that users without a completed conversion still have: the old rate of the first conversion that they were
 * subject to. So who skipped 1,000 → 2,500 is converted from 1,000 when 2,500 → 1,500 comes.
 */
public final class Lineage {

    private static final long FRESH_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final StoredDefinition current;
    private volatile long learntNanos = System.nanoTime();
    private volatile List<StoredDefinition> conversions = List.of();

    public Lineage(StoredDefinition current, List<StoredDefinition> stored) {
        this.current = current;
        learn(stored);
    }

    /**
     * Takes up what is stored by now, once a second: an earlier migration may write for the first time long after this one
     * was opened.
     */
    void refresh(Supplier<List<StoredDefinition>> stored) {
        long now = System.nanoTime();
        if (current.oldRate() != null && now - learntNanos >= FRESH_NANOS) {
            learntNanos = now;
            learn(stored.get());
        }
    }

    private void learn(List<StoredDefinition> stored) {
        conversions = stored.stream()
                .filter(definition ->
                        definition.oldRate() != null && definition.cutOff().isBefore(current.cutOff()))
                .sorted(Comparator.comparing(StoredDefinition::cutOff))
                .toList();
    }

    @Nullable
    CreditRate rateOf(UserSnapshot user, @Nullable CreditRate otherwise) {
        if (user.rate() != null) {
            return user.rate();
        }
        for (StoredDefinition earlier : conversions) {
            if (user.registeredAt() == null || user.registeredAt().isBefore(earlier.cutOff())) {
                return earlier.oldRate();
            }
        }
        return otherwise;
    }
}
