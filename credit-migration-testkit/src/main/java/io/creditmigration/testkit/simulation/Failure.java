package io.creditmigration.testkit.simulation;

import io.creditmigration.testkit.SeedUser;
import java.util.List;

/**
 * A history in which something was not as it has to be.
 *
 * @param scenario the history
 * @param cause what was wrong
 * @param told what happened, line by line
 */
record Failure(Scenario scenario, Throwable cause, List<String> told) {

    long seed() {
        return scenario.seed();
    }

    /** What it is about: the guarantee, or the kind of error. */
    String about() {
        return cause instanceof Violation violation
                ? "guarantee " + violation.guarantee
                : cause.getClass().getName();
    }

    /** All that is needed to look into it. */
    AssertionError error() {
        StringBuilder text = new StringBuilder("Seed ")
                .append(seed())
                .append(", ")
                .append(scenario.setting())
                .append(". ")
                .append(cause.getMessage())
                .append("\nThe shortest history found; seed(")
                .append(seed())
                .append(") replays the whole one:");
        scenario.users().forEach(user -> text.append("\n  ").append(inWords(user)));
        scenario.migrations()
                .forEach(migration ->
                        text.append("\n  ").append(migration.id()).append(": ").append(migration.fingerprint()));
        told.forEach(line -> text.append("\n    ").append(line));
        return new AssertionError(text.toString(), cause);
    }

    private static String inWords(SeedUser user) {
        return user.userId() + ": credits " + user.credits()
                + (user.reserved().signum() == 0 ? "" : ", reserved " + user.reserved())
                + (user.registeredAt() == null ? "" : ", registered " + user.registeredAt())
                + (user.isExempt() ? ", exempt" : "")
                + (user.isFlagged() ? ", flagged by the host" : "")
                + (user.operations().isEmpty() ? "" : ", " + user.operations().size() + " operations");
    }
}
