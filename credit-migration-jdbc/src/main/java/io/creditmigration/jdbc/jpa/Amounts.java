package io.creditmigration.jdbc.jpa;

import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/** Amounts as everywhere in the library: without the zeros that a column pads them with. */
final class Amounts {

    private Amounts() {}

    static BigDecimal canonical(BigDecimal amount) {
        BigDecimal stripped = amount.stripTrailingZeros();
        return stripped.scale() < 0 ? stripped.setScale(0) : stripped;
    }

    static @Nullable BigDecimal orNull(@Nullable BigDecimal amount) {
        return amount == null ? null : canonical(amount);
    }
}
