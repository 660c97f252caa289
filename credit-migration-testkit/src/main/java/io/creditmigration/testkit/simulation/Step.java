package io.creditmigration.testkit.simulation;

import java.util.List;

/**
 * One thing that somebody does, and what happens between its calls of the store: a history is a tree of these. Explicit and
 * immutable, so that a history can be cut down and still be run.
 *
 * @param kind what is done
 * @param node on which node of the application
 * @param migration in which migration, by its place in the scenario
 * @param user of which user, by the place in the scenario
 * @param amount how much: money, percents, seconds; what it means depends on the kind
 * @param meanwhile what happens meanwhile
 */
record Step(Kind kind, int node, int migration, int user, int amount, List<Meanwhile> meanwhile) {

    /** What somebody can do; how often it is drawn is its weight. */
    enum Kind {
        REQUEST(14),
        DASHBOARD(8),
        CONFIRM(10),
        CONFIRM_ALTERED(1),
        MIGRATE(8),
        OPEN_RUN(3),
        OPEN_ROLLBACK(2),
        RUN_PAGE(18),
        PAUSE_RUN(1),
        RESUME_RUN(1),
        CANCEL_RUN(1),
        PAGE_WHILE_LOCKED(1),
        ROLL_BACK(9),
        REOPEN(5),
        SET_ROLLOUT(3),
        HALT(1),
        PLAN(1),
        RESTART(1),
        TOP_UP(6),
        SPEND(6),
        HOLD(3),
        REFUND(3),
        OPERATE(2),
        REGISTER(2),
        DELETE(1),
        CLOCK(3);

        final int weight;

        Kind(int weight) {
            this.weight = weight;
        }

        /** Whether it is the host's own doing, with no call of the library. */
        boolean isHosts() {
            return switch (this) {
                case TOP_UP, SPEND, HOLD, REFUND, OPERATE, REGISTER, DELETE, CLOCK, RESTART -> true;
                default -> false;
            };
        }

        /** Whether it is done to one user. */
        boolean hasUser() {
            return switch (this) {
                case OPEN_RUN,
                        OPEN_ROLLBACK,
                        RUN_PAGE,
                        PAUSE_RUN,
                        RESUME_RUN,
                        CANCEL_RUN,
                        SET_ROLLOUT,
                        HALT,
                        PLAN,
                        RESTART,
                        CLOCK -> false;
                default -> true;
            };
        }
    }

    /**
     * Something that happens right before or after a call of the store, where that call is made.
     *
     * @param call which call of the step, the first one being 1
     * @param after whether after the call, when the store has done it and nobody has heard of it
     * @param happening what happens
     */
    record Meanwhile(int call, boolean after, Happening happening) {}

    /** Somebody else's step, or a fault. */
    sealed interface Happening permits Nested, Fault {}

    /** A step of somebody else's, wholly done before this one goes on. */
    record Nested(Step step) implements Happening {}

    /** What can go wrong at a call of the store. */
    enum Fault implements Happening {
        /** The node dies, with all that it has in hand, and is started anew. */
        CRASH,
        /** A deadlock, say: nothing was done, and the same again may succeed. */
        TRANSIENT,
        /** No connection. */
        UNAVAILABLE,
        /** The connection breaks; before the call nothing was done, after it all, and the caller cannot tell. */
        OUTCOME_UNKNOWN,
        /** The store throws something of its own at a commit. */
        REFUSED
    }

    /** Whether it, or something that happens meanwhile, is about the second migration. */
    boolean isOfSecond() {
        return migration == 1
                || meanwhile.stream()
                        .anyMatch(one -> one.happening() instanceof Nested nested
                                && nested.step().isOfSecond());
    }

    Step with(List<Meanwhile> others) {
        return new Step(kind, node, migration, user, amount, others);
    }
}
