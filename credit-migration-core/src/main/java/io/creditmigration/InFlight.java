package io.creditmigration;

/** What is done about migrations that a halt could not wait for, by acts that depend on the halt. */
public enum InFlight {
    /** Does not begin, and names them. */
    REFUSE,
    /** Begins anyway. Users that they migrate later stay migrated, or are not sealed. For an operator who knows what they are. */
    IGNORE
}
