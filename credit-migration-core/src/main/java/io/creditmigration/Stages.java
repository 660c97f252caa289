package io.creditmigration;

import io.creditmigration.internal.Arguments;
import java.util.Arrays;
import java.util.List;

/**
 * The percentages of a rollout in stages. Each stage is a run of its own over everyone that its percentage
 * admits; the next one begins when it is finished within its limits. Immutable.
 *
 * @param percents growing percentages, 1 to 100
 * @param approved whether an operator has to raise the percentage with {@link MigrationService#rollout(Rollout, Actor, String)}
 *     before the next stage begins
 * @param verified whether {@link MigrationService#verify()} has to find nothing wrong before the next stage begins
 */
public record Stages(List<Integer> percents, boolean approved, boolean verified) {

    static final Stages NONE = new Stages(List.of(), false, false);

    /** Refuses percentages that do not grow. */
    public Stages {
        percents = Arguments.require("stages", percents).stream()
                .map(percent -> Arguments.require("percentage of a stage", percent))
                .toList();
        int last = 0;
        for (int percent : percents) {
            if (percent <= last || percent > 100) {
                throw new InvalidValueException("stages", percents, "growing percentages, 1 to 100");
            }
            last = percent;
        }
    }

    /** Stages of these percentages, one after the other: {@code Stages.of(5, 25, 100)}. */
    public static Stages of(int... percents) {
        return new Stages(
                Arrays.stream(Arguments.require("stages", percents)).boxed().toList(), false, false);
    }

    /** The same, each after the first only when an operator has raised the percentage. */
    public Stages approvedByOperator() {
        return new Stages(percents, true, verified);
    }

    /**
     * The same, each after the first only when {@link MigrationService#verify()} finds nothing wrong, which reads everything
     * that was written. It needs a store that can be verified.
     */
    public Stages afterVerification() {
        return new Stages(percents, approved, true);
    }
}
