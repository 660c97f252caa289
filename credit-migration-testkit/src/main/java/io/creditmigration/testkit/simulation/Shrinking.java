package io.creditmigration.testkit.simulation;

import io.creditmigration.testkit.simulation.Step.Meanwhile;
import io.creditmigration.testkit.simulation.Step.Nested;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Cuts a failing history down: leaves things out, one after the other, as long as it fails for the same reason. */
final class Shrinking {

    private static final int TRIES_MAX = 1_000;

    private final Function<Scenario, Optional<Failure>> runs;
    private int tries;

    Shrinking(Function<Scenario, Optional<Failure>> runs) {
        this.runs = runs;
    }

    Failure shrink(Failure failure) {
        Failure smallest = failure;
        boolean smaller = true;
        while (smaller && tries < TRIES_MAX) {
            smaller = false;
            for (int size = Math.max(1, smallest.scenario().steps().size() / 2); size >= 1; size /= 2) {
                for (int at = 0; at < smallest.scenario().steps().size() && tries < TRIES_MAX; ) {
                    Optional<Failure> shorter =
                            tryWith(smallest, without(smallest.scenario().steps(), at, size));
                    if (shorter.isPresent()) {
                        smallest = shorter.get();
                        smaller = true;
                    } else {
                        at += size;
                    }
                }
            }
            for (int at = 0; at < smallest.scenario().steps().size(); at++) {
                List<Step> steps = smallest.scenario().steps();
                for (Step simpler : simpler(steps.get(at))) {
                    List<Step> others = new ArrayList<>(steps);
                    others.set(at, simpler);
                    Optional<Failure> shorter = tryWith(smallest, others);
                    if (shorter.isPresent()) {
                        smallest = shorter.get();
                        smaller = true;
                        break;
                    }
                }
            }
        }
        return smallest;
    }

    private Optional<Failure> tryWith(Failure smallest, List<Step> steps) {
        if (tries++ >= TRIES_MAX) {
            return Optional.empty();
        }
        return runs.apply(smallest.scenario().with(steps))
                .filter(failure -> failure.about().equals(smallest.about()));
    }

    private static List<Step> without(List<Step> steps, int from, int size) {
        List<Step> rest = new ArrayList<>(steps.subList(0, from));
        rest.addAll(steps.subList(Math.min(steps.size(), from + size), steps.size()));
        return rest;
    }

    /** What happens meanwhile without the step around it, and the step with one thing less happening, at any depth. */
    private static List<Step> simpler(Step step) {
        List<Step> simpler = new ArrayList<>();
        for (Meanwhile meanwhile : step.meanwhile()) {
            if (meanwhile.happening() instanceof Nested nested) {
                simpler.add(nested.step());
            }
        }
        for (int i = 0; i < step.meanwhile().size(); i++) {
            List<Meanwhile> fewer = new ArrayList<>(step.meanwhile());
            Meanwhile gone = fewer.remove(i);
            simpler.add(step.with(fewer));
            if (gone.happening() instanceof Nested nested) {
                for (Step inner : simpler(nested.step())) {
                    List<Meanwhile> changed = new ArrayList<>(step.meanwhile());
                    changed.set(i, new Meanwhile(gone.call(), gone.after(), new Nested(inner)));
                    simpler.add(step.with(changed));
                }
            }
        }
        return simpler;
    }
}
