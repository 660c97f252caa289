package io.creditmigration;

import io.creditmigration.spi.Registration;
import io.creditmigration.spi.Registration.Place;
import io.creditmigration.spi.UnitLine;
import io.creditmigration.spi.UserState;
import org.jspecify.annotations.Nullable;

/** A user's state as a store would have read it, changed in one respect at a time. */
public final class States {

    public static final String HOST_STATE = "as captured";

    private static final Registration REGISTERED = new Registration(Place.CURRENT, null, Rollout.EVERYBODY);

    private States() {}

    /** Registered, no line, no marker, and everybody may migrate. */
    public static UserState of(UserSnapshot user) {
        return new UserState(user, 0, null, 0, false, null, HOST_STATE, REGISTERED, Credits.ZERO, null);
    }

    public static UserState withUser(UserState state, UserSnapshot user) {
        return new UserState(
                user,
                state.lastLine(),
                state.record(),
                state.lateOperations(),
                state.flagged(),
                state.unitLine(),
                state.hostState(),
                state.registration(),
                state.bought(),
                state.defect());
    }

    public static UserState withCredits(UserState state, @Nullable String credits) {
        return withUser(state, state.user().withCredits(credits == null ? null : Credits.of(credits)));
    }

    /** Where the user stands by one line, which is the only one. */
    public static UserState withRecord(UserState state, @Nullable UserMigration record) {
        return withRecord(state, record == null ? 0 : 1, record);
    }

    /** The same by the last of so many lines of all migrations. */
    public static UserState withRecord(UserState state, int lastLine, @Nullable UserMigration record) {
        return new UserState(
                state.user(),
                lastLine,
                record,
                state.lateOperations(),
                (record != null && record.status() == MigrationStatus.COMPLETED) ? Boolean.TRUE : state.flagged(),
                record == null ? null : unitLine(record),
                state.hostState(),
                state.registration(),
                state.bought(),
                state.defect());
    }

    public static UserState withLateOperations(UserState state, long lateOperations) {
        return new UserState(
                state.user(),
                state.lastLine(),
                state.record(),
                lateOperations,
                state.flagged(),
                state.unitLine(),
                state.hostState(),
                state.registration(),
                state.bought(),
                state.defect());
    }

    /** The marker of the row says so; null where the row has none. */
    public static UserState marked(UserState state, @Nullable Boolean flagged) {
        return new UserState(
                state.user(),
                state.lastLine(),
                state.record(),
                state.lateOperations(),
                flagged,
                state.unitLine(),
                state.hostState(),
                state.registration(),
                state.bought(),
                state.defect());
    }

    public static UserState flagged(UserState state) {
        return new UserState(
                state.user(),
                state.lastLine(),
                state.record(),
                state.lateOperations(),
                true,
                state.unitLine(),
                state.hostState(),
                state.registration(),
                state.bought(),
                state.defect());
    }

    /** The unit line that a conversion has left, if where the user stands says that there is one. */
    private static @Nullable UnitLine unitLine(UserMigration record) {
        boolean isNew = record.status() == MigrationStatus.COMPLETED;
        boolean wasBack = record.status() == MigrationStatus.ROLLED_BACK || record.attempt() > 1;
        if ((!isNew && !wasBack) || record.migrationId().equals("to-credits")) {
            return null;
        }
        CreditRate unit = isNew ? Fixture.AT_2500 : Fixture.AT_1000;
        return new UnitLine(record.migrationId(), 1, unit, isNew, record.changedAt());
    }

    /** Another conversion has left the balance at 1,500 since. */
    public static UserState goneOn(UserState state) {
        return withUnitLine(
                state, new UnitLine("rate-1500", state.lastLine() + 1, Fixture.AT_1500, true, Fixture.EARLIER));
    }

    public static UserState withUnitLine(UserState state, @Nullable UnitLine unitLine) {
        return new UserState(
                state.user(),
                state.lastLine(),
                state.record(),
                state.lateOperations(),
                state.flagged(),
                unitLine,
                state.hostState(),
                state.registration(),
                state.bought(),
                state.defect());
    }

    /** Moved since, and so much of it bought; null where nobody knows how much. */
    public static UserState bought(UserState state, @Nullable Credits bought) {
        return new UserState(
                state.user(),
                state.lastLine(),
                state.record(),
                state.lateOperations(),
                state.flagged(),
                state.unitLine(),
                state.hostState(),
                state.registration(),
                bought,
                state.defect());
    }

    /** What is stored cannot be read, for this reason. */
    public static UserState unreadable(UserState state, String defect) {
        return new UserState(
                state.user(),
                state.lastLine(),
                state.record(),
                state.lateOperations(),
                state.flagged(),
                state.unitLine(),
                state.hostState(),
                state.registration(),
                state.bought(),
                defect);
    }

    public static UserState withPercent(UserState state, int percent) {
        return withRollout(state, new Rollout(percent, state.rollout().halted()));
    }

    public static UserState halted(UserState state) {
        return withRollout(state, new Rollout(state.rollout().percent(), true));
    }

    /** The migration stands so in the chain. */
    public static UserState placed(UserState state, Place place) {
        return new UserState(
                state.user(),
                state.lastLine(),
                state.record(),
                state.lateOperations(),
                state.flagged(),
                state.unitLine(),
                state.hostState(),
                new Registration(place, state.registration().schedule(), state.rollout()),
                state.bought(),
                state.defect());
    }

    private static UserState withRollout(UserState state, Rollout rollout) {
        return new UserState(
                state.user(),
                state.lastLine(),
                state.record(),
                state.lateOperations(),
                state.flagged(),
                state.unitLine(),
                state.hostState(),
                new Registration(
                        state.registration().place(), state.registration().schedule(), rollout),
                state.bought(),
                state.defect());
    }
}
