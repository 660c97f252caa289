package io.creditmigration.engine.audit;

import static io.creditmigration.engine.audit.UserAudit.equal;
import static io.creditmigration.engine.audit.UserAudit.words;

import io.creditmigration.engine.audit.AuditedDefinition.Conversion;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/** Whether a line of the journal says that nothing was lost or made: computed from its own figures. */
final class Conservation {

    private final AuditedDefinition definition;
    private final int balanceScale;

    Conservation(AuditedDefinition definition, int balanceScale) {
        this.definition = definition;
        this.balanceScale = balanceScale;
    }

    /**
     * What is wrong with a line, in words; null where nothing is.
     *
     * @param migrated the line that a ROLLED_BACK line undoes; null where there is none
     */
    @Nullable
    String wrong(AuditedLine line, @Nullable AuditedLine migrated) {
        Conversion conversion = definition.conversion();
        return switch (line.kind()) {
            case MIGRATED ->
                conversion == null ? granted(line, line.added().signum() < 0) : converted(line, conversion);
            case ROLLED_BACK ->
                conversion == null ? granted(line, line.added().signum() > 0) : restored(line, migrated);
            case FAILED, REOPENED, CAUGHT_UP, RECONCILED ->
                equal(line.oldCredits(), line.newCredits())
                        ? null
                        : "goes from " + words(line.oldCredits()) + " to " + words(line.newCredits());
        };
    }

    private static @Nullable String granted(AuditedLine line, boolean wrongWay) {
        boolean rated = line.oldRate() != null || line.newRate() != null;
        return !rated && !wrongWay
                ? null
                : "a grant goes from " + words(line.oldCredits(), line.oldRate()) + " to "
                        + words(line.newCredits(), line.newRate());
    }

    /** Rounding once leaves less than one unit of the last decimal, and half of one at most where it goes to the nearest. */
    private static @Nullable String converted(AuditedLine line, Conversion conversion) {
        if (line.oldCredits() == null || line.newCredits() == null) {
            return "goes from " + words(line.oldCredits(), line.oldRate()) + " to "
                    + words(line.newCredits(), line.newRate());
        }
        boolean nearest = switch (conversion.rounding()) {
            case HALF_UP, HALF_DOWN, HALF_EVEN -> true;
            case UP, DOWN, CEILING, FLOOR, UNNECESSARY -> false;
        };
        BigDecimal one = conversion.newRate().movePointLeft(conversion.decimals());
        BigDecimal most = nearest ? one.divide(BigDecimal.valueOf(2)) : one;
        int compared = line.residual().abs().compareTo(most);
        return compared < 0 || (nearest && compared == 0)
                ? null
                : words(line.oldCredits(), line.oldRate()) + " became " + words(line.newCredits(), line.newRate())
                        + " and leaves " + words(line.residual()) + ", rounding once leaves "
                        + (nearest ? "at most " : "less than ") + words(most);
    }

    /**
     * Restored is {@code old + (current − new) × newRate ÷ oldRate}, rounded up once, and not below zero where the current
     * balance is not.
     */
    private @Nullable String restored(AuditedLine line, @Nullable AuditedLine migrated) {
        BigDecimal current = line.oldCredits();
        BigDecimal restored = line.newCredits();
        BigDecimal oldRate = line.newRate();
        BigDecimal newRate = line.oldRate();
        if (current == null || restored == null || oldRate == null || newRate == null || migrated == null) {
            return "goes from " + words(current, newRate) + " to " + words(restored, oldRate);
        }
        BigDecimal moved = current.subtract(AuditedLine.orZero(migrated.newCredits()));
        BigDecimal given = restored.subtract(AuditedLine.orZero(migrated.oldCredits()))
                .multiply(oldRate)
                .subtract(moved.multiply(newRate));
        boolean once = given.signum() >= 0 && given.compareTo(oldRate.movePointLeft(balanceScale)) < 0;
        boolean floored = restored.signum() == 0 && current.signum() >= 0 && given.signum() > 0;
        return once || floored
                ? null
                : words(current, newRate) + " became " + words(restored, oldRate) + ", which gives " + words(given)
                        + " more than the balance before and what moved since";
    }
}
