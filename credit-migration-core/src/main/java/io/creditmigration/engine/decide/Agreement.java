package io.creditmigration.engine.decide;

import io.creditmigration.CreditRate;
import io.creditmigration.Migration;
import io.creditmigration.MigrationStatus;
import io.creditmigration.RateConversion;
import io.creditmigration.UserMigration;
import io.creditmigration.spi.UserState;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Whether a user's row and journal agree on the unit of the balance. While they disagree, nothing moves until an operator says
 * which of them is right.
 */
final class Agreement {

    /** Registration is written by another clock and perhaps a little later than the first act on the user. */
    private static final Duration REGISTRATION_SLACK = Duration.ofHours(1);

    private final @Nullable CreditRate newRate;

    Agreement(Migration migration) {
        this.newRate = migration.conversion().map(RateConversion::newRate).orElse(null);
    }

    boolean isOutOfStep(UserState state) {
        UserMigration record = state.record();
        if (record == null || !leftAUnit(record)) {
            return false;
        }
        return isAnotherPerson(state, record.changedAt())
                || (record.status() == MigrationStatus.COMPLETED ? isBack(state) : isForth(state));
    }

    /** Only a migration, its rollback or a reconciliation leaves the balance in a unit: a failure in attempt 1 has not. */
    private static boolean leftAUnit(UserMigration record) {
        return switch (record.status()) {
            case COMPLETED, ROLLED_BACK -> true;
            case FAILED, PENDING -> record.attempt() > 1;
            case IN_PROGRESS -> false;
        };
    }

    private static boolean isAnotherPerson(UserState state, Instant written) {
        Instant registeredAt = state.user().registeredAt();
        return registeredAt != null && registeredAt.isAfter(written.plus(REGISTRATION_SLACK));
    }

    /** The journal left the new unit, and the row is at the old one. Whoever went on to a later migration is at neither. */
    private boolean isBack(UserState state) {
        CreditRate rate = state.user().rate();
        boolean otherRate = newRate != null && rate != null && !rate.equals(newRate);
        return !state.superseded() && (Boolean.FALSE.equals(state.flagged()) || otherRate);
    }

    /** The journal left the old unit, and the row is at the new one. */
    private boolean isForth(UserState state) {
        return Boolean.TRUE.equals(state.flagged())
                || (newRate != null && newRate.equals(state.user().rate()));
    }
}
