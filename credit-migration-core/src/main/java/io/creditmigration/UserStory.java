package io.creditmigration;

import java.time.Instant;
import java.util.List;

/**
 * What happened to one user in one migration, from journal and entries, in the order of the journal's lines: what they
 * had, what was decided and why, what was written, and by whom. For operators: it quotes reasons and error messages. Immutable.
 *
 * @param migrationId the migration
 * @param userId the user, as stored
 * @param steps what happened, the first line first; empty where nothing has. Times may go back, where one node's clock is behind
 *     another's
 */
public record UserStory(String migrationId, String userId, List<Step> steps) {

    /**
     * One thing that happened.
     *
     * @param at when
     * @param attempt in which attempt
     * @param what of which kind it is
     * @param words told in a sentence or two
     */
    public record Step(Instant at, int attempt, What what, String words) {}

    /** Kinds of steps. */
    public enum What {
        /** An operator allowed a new attempt. */
        REOPENED,
        /** What the user had, what was decided, why and by whom. */
        MIGRATED,
        /** The user was rolled back. */
        ROLLED_BACK,
        /** Entries of the credit history. */
        ENTERED,
        /** Operations that came late entered the credit history. */
        CAUGHT_UP,
        /** The journal was made to follow the user's row. */
        RECONCILED,
        /** The attempt failed. */
        FAILED,
        /** Where the user stands. */
        STANDS
    }

    /** Copies the list. */
    public UserStory {
        steps = List.copyOf(steps);
    }

    /** The steps as lines of text, each with its time. */
    public String text() {
        StringBuilder text = new StringBuilder("User " + userId + " in migration " + migrationId + "\n");
        for (Step step : steps) {
            text.append(step.at())
                    .append("  attempt ")
                    .append(step.attempt())
                    .append("  ")
                    .append(step.words())
                    .append('\n');
        }
        return steps.isEmpty() ? text.append("Nothing has happened.\n").toString() : text.toString();
    }
}
