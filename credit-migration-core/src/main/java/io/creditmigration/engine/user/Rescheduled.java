package io.creditmigration.engine.user;

/** The stored instants are others than those that were decided by: the migration was postponed on another node. */
public final class Rescheduled extends RuntimeException {

    private static final long serialVersionUID = 1L;

    Rescheduled() {
        super("The migration was postponed meanwhile", null, false, false);
    }
}
