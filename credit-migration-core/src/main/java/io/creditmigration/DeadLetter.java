package io.creditmigration;

/**
 * A notice that was given up, for operators: users are never shown the error.
 *
 * @param notice the notice
 * @param deliveries how often it was tried
 * @param error why the last try failed
 */
public record DeadLetter(Notice notice, int deliveries, String error) {

    /** The longest error that is kept; longer ones are cut. */
    public static final int ERROR_LENGTH_MAX = 1_000;
}
