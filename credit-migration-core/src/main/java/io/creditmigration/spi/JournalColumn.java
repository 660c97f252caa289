package io.creditmigration.spi;

import java.util.Locale;

/**
 * The columns of the journal that a seal covers, in the order of the digest, as a {@link StoredRow} has them. A column that is
 * NULL means what is said here.
 */
public enum JournalColumn {
    /** When the act was done. */
    AT,
    /** The id of the run whose page wrote the line; NULL: none did. */
    RUN,
    /** The attempt. */
    ATTEMPT,
    /** The kind of act. */
    KIND,
    /** The status after it. */
    STATUS,
    /** What brought it about. */
    CAUSE,
    /** The balance before; NULL: there was none, or the act has no figures. */
    OLD_CREDITS,
    /** The balance after; NULL: there is none, or the act has no figures. */
    NEW_CREDITS,
    /** Marker and captured columns before the migration; NULL: not a MIGRATED line. */
    HOST_STATE,
    /** The number of the MIGRATED line with figures and rollback data; NULL: this line if it is one, otherwise none. */
    FIGURES_LINE,
    /** What a grant added; NULL: nothing was granted. */
    GRANTED,
    /** Credits consumed in attempts that were rolled back; NULL: 0. */
    CONSUMED,
    /** Operations in the history; NULL: 0. */
    COPIED,
    /** Operations in the usage window as a grant's policy saw them; NULL: not a grant's MIGRATED line. */
    OPERATIONS,
    /** Days in the usage window as a grant's policy saw them; NULL: not a grant's MIGRATED line. */
    DAYS,
    /** The rate before; NULL: the definition's, the old one of a MIGRATED line and the new one of a ROLLED_BACK line. */
    OLD_RATE,
    /** The rate after; NULL: the definition's, the new one of a MIGRATED line and the old one of a ROLLED_BACK line. */
    NEW_RATE,
    /** The kind of actor; NULL: the trigger itself. */
    ACTOR_KIND,
    /** The actor; NULL: the trigger itself. */
    ACTOR,
    /** Why; NULL: the built-in policy says it from the figures. */
    REASON,
    /** Why it failed; NULL: it did not. */
    ERROR,
    /** A hold; NULL: none. */
    HOLD,
    /** The user's answer; NULL: none. */
    ANSWER,
    /** The unit that the user's last unit line left the balance in; NULL: this line says it, or none does. */
    UNIT,
    /** When the user's last unit line was written; NULL: this line is it, or there is none. */
    UNIT_AT,
    /** Attributes as the policy saw them; NULL: none. */
    ATTRIBUTES,
    /** What was granted beside a conversion; NULL: nothing. */
    BONUS;

    /** Its name in SQL. */
    public String columnName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
