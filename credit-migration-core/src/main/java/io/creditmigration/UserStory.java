package io.creditmigration;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;

/**
 * What happened to one user in one migration, from journal and entries, in the order of time: what they had, what was
 * decided and why, what was written, and by whom. For operators: it quotes reasons and error messages. Immutable.
 *
 * @param migrationId the migration
 * @param userId the user, as stored
 * @param steps what happened, the earliest first; empty where nothing has
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

    /** Kinds of steps, in the order in which they are told when they are of one moment. */
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

    /** Orders the steps. */
    public UserStory {
        steps = steps.stream()
                .sorted(Comparator.comparing(Step::at)
                        .thenComparing(Step::attempt)
                        .thenComparing(Step::what))
                .toList();
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
