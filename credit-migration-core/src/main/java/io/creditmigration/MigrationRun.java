package io.creditmigration;

import java.util.Map;

/**
 * The figures of one run over the population, so far or at its end.
 *
 * @param id the run's id; a run that was interrupted goes on under the same one
 * @param state how far it came
 * @param outcomes users by what became of them, in the order of {@link MigrationResult.Status}; of this call, not of earlier
 *     ones that were interrupted
 */
public record MigrationRun(String id, State state, Map<MigrationResult.Status, Long> outcomes) {

    /** How far a run came. */
    public enum State {
        /** Pages are left. */
        RUNNING,
        /** Everybody was looked at, and the sweep is done. */
        FINISHED,
        /** Stopped by the halt switch; running again goes on from here. */
        HALTED,
        /** Somebody else is running it. */
        BUSY
    }

    /** How many users came to this. */
    public long count(MigrationResult.Status status) {
        return outcomes.getOrDefault(status, 0L);
    }

    /** How many users were looked at. */
    public long users() {
        return outcomes.values().stream().mapToLong(Long::longValue).sum();
    }
}
