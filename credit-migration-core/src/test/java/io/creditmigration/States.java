package io.creditmigration;

import io.creditmigration.spi.UserState;
import org.jspecify.annotations.Nullable;

/** A user's state as a store would have read it, changed in one respect at a time. */
public final class States {

    public static final String HOST_STATE = "as captured";

    private States() {}

    /** No line, no marker, nothing completed later, and everybody may migrate. */
    public static UserState of(UserSnapshot user) {
        return new UserState(user, 0, null, 0, false, false, HOST_STATE, Rollout.EVERYBODY, Credits.ZERO, null);
    }

    public static UserState withUser(UserState state, UserSnapshot user) {
        return new UserState(
                user,
                state.lastLine(),
                state.record(),
                state.lateOperations(),
                state.flagged(),
                state.superseded(),
                state.hostState(),
                state.rollout(),
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
                state.superseded(),
                state.hostState(),
                state.rollout(),
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
                state.superseded(),
                state.hostState(),
                state.rollout(),
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
                state.superseded(),
                state.hostState(),
                state.rollout(),
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
                state.superseded(),
                state.hostState(),
                state.rollout(),
                state.bought(),
                state.defect());
    }

    public static UserState superseded(UserState state) {
        return new UserState(
                state.user(),
                state.lastLine(),
                state.record(),
                state.lateOperations(),
                state.flagged(),
                true,
                state.hostState(),
                state.rollout(),
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
                state.superseded(),
                state.hostState(),
                state.rollout(),
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
                state.superseded(),
                state.hostState(),
                state.rollout(),
                state.bought(),
                defect);
    }

    public static UserState withPercent(UserState state, int percent) {
        return withRollout(state, new Rollout(percent, state.rollout().halted()));
    }

    public static UserState halted(UserState state) {
        return withRollout(state, new Rollout(state.rollout().percent(), true));
    }

    private static UserState withRollout(UserState state, Rollout rollout) {
        return new UserState(
                state.user(),
                state.lastLine(),
                state.record(),
                state.lateOperations(),
                state.flagged(),
                state.superseded(),
                state.hostState(),
                rollout,
                state.bought(),
                state.defect());
    }
}
