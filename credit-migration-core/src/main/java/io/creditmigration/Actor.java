package io.creditmigration;

/**
 * Who caused a change, as the journal names them.
 *
 * @param kind automatic, a user or an operator
 * @param name which trigger, user or operator; at most 255 characters
 */
public record Actor(Kind kind, String name) {

    /** Kinds of actors. */
    public enum Kind {
        /** Nobody in person: a request, a run. */
        AUTOMATIC,
        /** The user concerned. */
        USER,
        /** Somebody who runs the application. */
        OPERATOR
    }

    /** Refuses a blank or over-long name. */
    public Actor {
        Names.given("kind of actor", kind);
        Names.checkText("actor", name, 255);
    }

    /** No person: the named trigger. */
    public static Actor automatic(String trigger) {
        return new Actor(Kind.AUTOMATIC, trigger);
    }

    /** The user with this id. */
    public static Actor user(String userId) {
        return new Actor(Kind.USER, userId);
    }

    /** Somebody who runs the application. */
    public static Actor operator(String name) {
        return new Actor(Kind.OPERATOR, name);
    }
}
