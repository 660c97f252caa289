package io.creditmigration;

/** What a notice tells its user. */
public enum NoticeKind {
    /** A migration is coming. */
    PRE_ANNOUNCEMENT,
    /** The user was migrated. */
    COMPLETE,
    /** The user could not be migrated and works on as before. */
    ISSUE,
    /** The user was rolled back. */
    ROLLED_BACK
}
