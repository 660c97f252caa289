package io.creditmigration;

import io.creditmigration.MigrationResult.Status;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One pass over the population, as it stands: the same for all processes that work on it, and exact after any crash, since
 * its figures are written with the pages that they speak of.
 *
 * @param id the run's id
 * @param scope whom it is for
 * @param stage the percentage of the stage that it is; null where it is none
 * @param state how it stands
 * @param reason why it stands so, in words; empty where nobody said
 * @param settings how fast and how far it may go
 * @param progress how far it came
 * @param tally what became of the users so far
 * @param slowness why it is slower than it could be, as the process at hand sees it; null where nothing holds it
 */
public record MigrationRun(
        String id,
        RunScope scope,
        @Nullable Integer stage,
        State state,
        String reason,
        RunSettings settings,
        RunProgress progress,
        Tally tally,
        @Nullable String slowness) {

    /** How a run stands. */
    public enum State {
        /** Pages are left; whether anybody works on them, {@link RunProgress#movedAt} tells. */
        RUNNING,
        /** Stopped by an operator or by one of its limits; goes on when an operator resumes it. */
        PAUSED,
        /** Stopped by the halt switch; running again goes on from here when the switch is off. */
        HALTED,
        /** Everybody was looked at, and the sweep is done. */
        FINISHED,
        /** Given up by an operator; who was migrated stays migrated. */
        CANCELLED,
        /** A finished stage, after which an operator has to raise the percentage. Never stored. */
        AWAITING_APPROVAL
    }

    /** Users by what became of them, in the order of {@link MigrationResult.Status}. */
    public Map<Status, Long> outcomes() {
        return tally.outcomes();
    }

    /** How many users came to this. */
    public long count(Status status) {
        return tally.count(status);
    }

    /** How many users something has become of; those left to the sweep are not among them yet. */
    public long users() {
        return tally.users();
    }

    MigrationRun as(State newState) {
        return new MigrationRun(id, scope, stage, newState, reason, settings, progress, tally, slowness);
    }

    MigrationRun slowedBy(@Nullable String newSlowness) {
        return new MigrationRun(id, scope, stage, state, reason, settings, progress, tally, newSlowness);
    }
}
