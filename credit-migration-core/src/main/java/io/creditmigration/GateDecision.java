package io.creditmigration;

import io.creditmigration.internal.Arguments;

/** What a {@link MigrationGate} says of one request. */
public sealed interface GateDecision {

    /** Whether the request goes through. */
    boolean passes();

    /** A request that goes through, for tests of what a host does with decisions. */
    static GateDecision allowed(MigrationResult.Status status) {
        return new Allowed(Arguments.require("status", status));
    }

    /** A request of a user who has to confirm this quote first. */
    static GateDecision migrationRequired(Quote quote) {
        return new MigrationRequired(Arguments.require("quote", quote));
    }

    /** A request during which the store failed, at a gate that is open or closed then. */
    static GateDecision storeFailed(boolean passes, CreditMigrationException cause) {
        return new StoreFailed(passes, Arguments.require("cause", cause));
    }

    /**
     * The request goes through; the gate grants access, never a price.
     *
     * @param status where the user stands
     */
    record Allowed(MigrationResult.Status status) implements GateDecision {
        @Override
        public boolean passes() {
            return true;
        }
    }

    /**
     * The user has to confirm first: answer 403 with the code {@value #CODE} and the quote.
     *
     * @param quote what the user can confirm
     */
    record MigrationRequired(Quote quote) implements GateDecision {

        /** The code for the body of the 403 answer. */
        public static final String CODE = "migration_required";

        @Override
        public boolean passes() {
            return false;
        }
    }

    /**
     * The store did not answer, or holds another definition. The gate is open then, unless the host has closed it: answer 503 in that case.
     *
     * @param passes whether the gate is open on failures
     * @param cause what the store said
     */
    record StoreFailed(boolean passes, CreditMigrationException cause) implements GateDecision {}
}
