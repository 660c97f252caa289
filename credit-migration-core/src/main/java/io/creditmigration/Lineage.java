package io.creditmigration;

import io.creditmigration.spi.StoredDefinition;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The rates that users without a completed conversion still have: the old rate of the first conversion that they were
 * subject to. So who skipped 1,000 → 2,500 is converted from 1,000 when 2,500 → 1,500 comes.
 */
final class Lineage {

    private final List<StoredDefinition> conversions;

    Lineage(StoredDefinition current, List<StoredDefinition> stored) {
        this.conversions = stored.stream()
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
