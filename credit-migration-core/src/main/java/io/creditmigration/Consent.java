package io.creditmigration;

/** Whether a user has to say yes. */
public enum Consent {
    /** Nobody is asked. The rule of grants unless the definition says otherwise. */
    NONE,
    /** A user with credits above zero must confirm a quote. The rule of conversions unless the definition says otherwise. */
    CONFIRM_POSITIVE
}
