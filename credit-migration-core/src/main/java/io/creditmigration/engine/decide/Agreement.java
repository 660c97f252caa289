package io.creditmigration.engine.decide;

import io.creditmigration.CreditRate;
import io.creditmigration.Migration;
import io.creditmigration.MigrationStatus;
import io.creditmigration.UserMigration;
import io.creditmigration.engine.decide.Chain.Unit;
import io.creditmigration.spi.UnitLine;
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

    private final Migration migration;
    private final Chain chain;

    Agreement(Migration migration, Chain chain) {
        this.migration = migration;
        this.chain = chain;
    }

    boolean isOutOfStep(UserState state) {
        return migration.conversion().isPresent() ? isConversionOutOfStep(state) : isGrantOutOfStep(state);
    }

    /** The unit that the last unit line left, of whatever conversion, against the unit that the row says. */
    private boolean isConversionOutOfStep(UserState state) {
        if (chain.isFlaggedAtOldRate(state)) {
            return true;
        }
        UnitLine line = state.unitLine();
        if (line == null) {
            return chain.isLeftBehind(state.user());
        }
        if (isAnotherPerson(state, line.at())) {
            return true;
        }
        return switch (chain.unit(state)) {
            case UNMARKED -> false;
            case NO_RATE -> true;
            default -> isAtAnotherUnit(state, line);
        };
    }

    private boolean isAtAnotherUnit(UserState state, UnitLine line) {
        CreditRate rate = state.user().rate();
        if (rate != null && line.unit() != null) {
            return !rate.equals(line.unit());
        }
        return isAtNewUnit(state) != line.isNew();
    }

    /** A newcomer's row is at the new unit whatever the flag says. */
    private boolean isAtNewUnit(UserState state) {
        Instant registeredAt = state.user().registeredAt();
        return chain.unit(state) == Unit.NEW
                || (registeredAt != null && !registeredAt.isBefore(migration.newcomersFrom()));
    }

    /** A grant has its own lines and its own flag. */
    private boolean isGrantOutOfStep(UserState state) {
        UserMigration record = state.record();
        if (record == null || !leftAUnit(record)) {
            return false;
        }
        boolean completed = record.status() == MigrationStatus.COMPLETED;
        return isAnotherPerson(state, record.changedAt()) || chain.unit(state) == (completed ? Unit.OLD : Unit.NEW);
    }

    /** Only a migration, its rollback or a reconciliation leaves the balance in a unit: a failure in attempt 1 has not. */
    private static boolean leftAUnit(UserMigration record) {
        return switch (record.status()) {
            case COMPLETED, ROLLED_BACK -> true;
            case FAILED, PENDING -> record.attempt() > 1;
            case IN_PROGRESS -> false;
        };
    }

    private static boolean isAnotherPerson(UserState state, @Nullable Instant written) {
        Instant registeredAt = state.user().registeredAt();
        return registeredAt != null && written != null && registeredAt.isAfter(written.plus(REGISTRATION_SLACK));
    }
}
