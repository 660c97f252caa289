package io.creditmigration;

/** What brought about an act on a user. Every line of the journal names one. */
public enum Trigger {
    /** A request of the user's: the usual call of a middleware. */
    REQUEST,
    /** The user's dashboard was loaded. */
    DASHBOARD,
    /** A purchase or another transaction of the host's that the library joined. */
    PURCHASE,
    /** A page of a run. */
    RUN,
    /** The user has seen a quote and confirmed it. */
    CONFIRMATION,
    /** An explicit act of whoever operates the application. */
    OPERATOR;

    /** The actor of acts that no person caused: the trigger's own name for itself. */
    public Actor automatic() {
        return switch (this) {
            case REQUEST, DASHBOARD, PURCHASE -> Automatic.ZERO_CREDITS;
            case RUN -> Automatic.RUN;
            case CONFIRMATION -> Automatic.CONFIRMATION;
            case OPERATOR -> Automatic.MIGRATE;
        };
    }

    /** Apart from the enum, whose constants are made before its static fields. */
    private static final class Automatic {
        private static final Actor ZERO_CREDITS = Actor.automatic("zero-credits");
        private static final Actor RUN = Actor.automatic("run");
        private static final Actor CONFIRMATION = Actor.automatic("confirmation");
        private static final Actor MIGRATE = Actor.automatic("migrate");
    }
}
