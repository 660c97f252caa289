package io.creditmigration;

import java.math.BigDecimal;

/** The population has drifted too far from the approved plan. Nothing was written; plan again. */
public final class DriftException extends CreditMigrationException {

    private static final long serialVersionUID = 1L;

    @SuppressWarnings("serial") // A record of plain values that is read where it is thrown.
    private final Drift drift;

    DriftException(Drift drift, BigDecimal tolerance) {
        super(
                "The population has drifted from the approved plan by a share of "
                        + drift.share().stripTrailingZeros().toPlainString() + ", more than the "
                        + tolerance.toPlainString() + " tolerated. Plan and approve again, or tolerate more. Planned →"
                        + " now: " + String.join("; ", drift.differences()),
                null);
        this.drift = drift;
    }

    /** What differs. */
    public Drift drift() {
        return drift;
    }
}
