package io.creditmigration;

import io.creditmigration.MigrationResult.Status;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One pass over the population, to migrate users or to roll them back, as it stands: the same for all processes that work on
 * it, and exact after any crash, since
 * its figures are written with the pages that they speak of.
 *
 * @param id the run's id
 * @param scope the users that it covers
 * @param stage the percentage of the stage that it is; null where it is none
 * @param state how it stands
 * @param reason why it stands so, in words; empty where no one said
 * @param settings how fast and how far it may go
 * @param openedBy the actor who opened it; its rollbacks are logged with this actor
 * @param openedFor why, in words: the reason that those are logged with
 * @param progress how far it came
 * @param tally the outcomes of the users so far
 * @param slowness why it is slower than it could be, as the process at hand sees it; null where nothing holds it
 */
public record MigrationRun(
        String id,
        RunScope scope,
        @Nullable Integer stage,
        State state,
        String reason,
        RunSettings settings,
        Actor openedBy,
        String openedFor,
        RunProgress progress,
        Tally tally,
        @Nullable String slowness) {

    /** How a run stands. */
    public enum State {
        /** Pages are left; whether anybody works on them, {@link RunProgress#movedAt} tells. */
        RUNNING,
        /** Stopped by an operator or by one of its limits; goes on when an operator resumes it. */
        PAUSED,
        /**
         * Stopped by the halt switch, which is on, or off while users are rolled back; running again goes on from here when
         * it is switched back.
         */
        HALTED,
        /** Everyone was looked at, and the sweep is done. */
        FINISHED,
        /** Given up by an operator. Users that it has migrated or rolled back stay so. */
        CANCELLED,
        /** A finished stage, after which an operator has to raise the percentage. Never stored. */
        AWAITING_APPROVAL,
        /** A finished stage, after which {@link MigrationService#verify()} finds something wrong. Never stored. */
        UNVERIFIED
    }

    /** Users by outcome, in the order of {@link MigrationResult.Status}. */
    public Map<Status, Long> outcomes() {
        return tally.outcomes();
    }

    /** Of a run that rolls users back, by outcome, in the order of {@link RollbackResult.Status}. */
    public Map<RollbackResult.Status, Long> rollbacks() {
        return tally.rollbacks();
    }

    /** How many users had this outcome. */
    public long count(Status status) {
        return tally.count(status);
    }

    /** How many users to be rolled back had this outcome. */
    public long count(RollbackResult.Status status) {
        return tally.count(status);
    }

    /** How many users something has become of; those left to the sweep are not among them yet. */
    public long users() {
        return tally.users();
    }

    MigrationRun withState(State newState) {
        return new MigrationRun(
                id, scope, stage, newState, reason, settings, openedBy, openedFor, progress, tally, slowness);
    }

    MigrationRun withSlowness(@Nullable String newSlowness) {
        return new MigrationRun(
                id, scope, stage, state, reason, settings, openedBy, openedFor, progress, tally, newSlowness);
    }
}
