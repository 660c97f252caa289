package io.creditmigration;

import java.time.Duration;

/**
 * Is told what a migration does on this node, for metrics and the like. Implement the methods that you need:
 *
 * <pre>{@code
 * MigrationOptions options = MigrationOptions.defaults().withListener(new MigrationListener() {
 *     public void onGate(Migration migration, GateDecision decision) { … }
 * });
 * }</pre>
 *
 * <p>Called on the thread that does the work, after it is done and committed, with nothing locked: return quickly. Several
 * threads call at once. What a listener throws is logged and changes nothing. A service that {@linkplain
 * MigrationService#joining joins} a transaction of the host's tells nothing, since the host may still roll back.
 */
public interface MigrationListener {

    /** Is told and does nothing. */
    MigrationListener NONE = new MigrationListener() {
        @Override
        public String toString() {
            return "none";
        }
    };

    /**
     * One user was asked about outside runs: on a request, by a confirmation, or by an operator.
     *
     * @param status what became of it
     * @param took how long it took
     */
    default void onUser(Migration migration, MigrationResult.Status status, Duration took) {}

    /** One user was to be rolled back outside runs. */
    default void onRollback(Migration migration, RollbackResult.Status status) {}

    /** A gate has decided about a request. */
    default void onGate(Migration migration, GateDecision decision) {}

    /**
     * A run has written a page.
     *
     * @param users what became of its users
     * @param took how long it took
     */
    default void onPage(Migration migration, Tally users, Duration took) {}

    /** This node does not work on a run any more: it is over or stands still, or this node was interrupted. */
    default void onRun(Migration migration, MigrationRun run) {}

    /** A dispatcher has worked through a batch of notices, of whatever migrations are in its store; not told of empty ones. */
    default void onNotices(Dispatched batch) {}
}
