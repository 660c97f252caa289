package io.creditmigration;

/** The rules that a host's limiter applies to a user now. */
public enum Regime {
    /** So many operations an hour. */
    RATE_LIMIT,
    /** Operations cost credits. */
    CREDITS
}
