package io.creditmigration;

import io.creditmigration.internal.Arguments;
import java.util.List;

/**
 * How far a halt has come. Once it is settled, no migration that was decided before it can still commit, until it is lifted.
 *
 * <pre>{@code
 * Barrier barrier = migrations.halt(Actor.operator("ann"), "wrong rate");
 * if (!barrier.isSettled()) {
 *     log.warn("Still in flight, end these or halt again: {}", barrier.inFlight());
 * }
 * }</pre>
 *
 * @param inFlight the transactions that may still commit a migration, as the database names them; empty once settled. No one who
 *     comes later can: they are answered HALTED
 */
public record Barrier(List<String> inFlight) {

    /** Nothing is in flight. */
    public static final Barrier SETTLED = new Barrier(List.of());

    /** Keeps a copy. */
    public Barrier {
        inFlight = List.copyOf(Arguments.require("in flight", inFlight));
    }

    /** Whether nothing is in flight. */
    public boolean isSettled() {
        return inFlight.isEmpty();
    }

    /** Refuses to begin what depends on the halt, unless this override was given. */
    void require(String override) {
        if (!isSettled()) {
            throw new InvalidValueException(
                    "migrations in flight",
                    inFlight,
                    "none, since they may still commit; end these transactions, or call again to wait on, or begin all"
                            + " the same with " + override);
        }
    }
}
