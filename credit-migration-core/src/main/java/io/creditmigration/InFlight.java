package io.creditmigration;

/** What is done about migrations that a halt could not wait for, by acts that depend on the halt. */
public enum InFlight {
    /** Does not begin, and names them. */
    REFUSE,
    /** Begins all the same: users whom they migrate later stay migrated, or are not sealed. For an operator who knows them. */
    IGNORE
}
