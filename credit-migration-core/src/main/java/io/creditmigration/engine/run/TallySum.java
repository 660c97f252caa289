package io.creditmigration.engine.run;

import io.creditmigration.Credits;
import io.creditmigration.JournalLine;
import io.creditmigration.MigrationResult.Status;
import io.creditmigration.RollbackResult;
import io.creditmigration.Tally;
import io.creditmigration.spi.UserChange;
import java.math.BigDecimal;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Sums up a {@link Tally}, one user after the other. One thread's. */
final class TallySum {

    private final Map<Status, Long> outcomes = new EnumMap<>(Status.class);
    private final Map<RollbackResult.Status, Long> rollbacks = new EnumMap<>(RollbackResult.Status.class);
    private BigDecimal before = BigDecimal.ZERO;
    private BigDecimal after = BigDecimal.ZERO;
    private BigDecimal granted = BigDecimal.ZERO;
    private BigDecimal withdrawn = BigDecimal.ZERO;
    private BigDecimal residual = BigDecimal.ZERO;

    /** Counts a user to be migrated. */
    void add(Status status) {
        outcomes.merge(status, 1L, Long::sum);
    }

    /** Counts a user to be rolled back. */
    void add(RollbackResult.Status status) {
        rollbacks.merge(status, 1L, Long::sum);
    }

    /** Counts a user whose change was written, with its amounts. */
    void add(UserChange change) {
        JournalLine line = change.line();
        switch (line.kind()) {
            case FAILED -> add(Status.FAILED);
            case CAUGHT_UP -> add(Status.ALREADY_MIGRATED);
            case MIGRATED -> {
                add(Status.MIGRATED);
                move(line);
                granted = granted.add(
                        line.figures() == null
                                ? BigDecimal.ZERO
                                : line.figures().granted().amount());
            }
            case ROLLED_BACK -> {
                add(RollbackResult.Status.ROLLED_BACK);
                move(line);
                withdrawn = line.newRate() == null
                        ? withdrawn.add(amountOf(line.oldCredits())).subtract(amountOf(line.newCredits()))
                        : withdrawn;
            }
            case REOPENED, RECONCILED -> {
                // Only an operator does this, to one user; a run never does.
            }
        }
    }

    private void move(JournalLine line) {
        before = before.add(amountOf(line.oldCredits()));
        after = after.add(amountOf(line.newCredits()));
        residual = residual.add(line.residual());
    }

    Tally tally() {
        return new Tally(outcomes, rollbacks, before, after, granted, withdrawn, residual);
    }

    private static BigDecimal amountOf(@Nullable Credits credits) {
        return credits == null ? BigDecimal.ZERO : credits.amount();
    }
}
