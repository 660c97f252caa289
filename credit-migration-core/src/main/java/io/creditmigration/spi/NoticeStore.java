package io.creditmigration.spi;

import io.creditmigration.DeadLetter;
import io.creditmigration.Migration;
import io.creditmigration.Notice;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The role of a store that keeps notices until they are delivered: a transactional outbox.
 *
 * <p><strong>The protocol.</strong>
 *
 * <ol>
 *   <li>{@link MigrationStore#commit} and the pages of a run queue the notice of a {@link UserChange} in the change's own
 *       transaction, due when the change says. A notice that is there already, in whatever state, stays as it is.
 *   <li>In the same transaction, a rollback and every change with a notice cancel the user's other notices in this migration
 *       that are still queued, leased ones too.
 *   <li>{@link #lease} takes notices that are due and commits; nothing stays locked while they are delivered. While a run is
 *       paused, the ISSUE notices that its pages queued are not due, and {@link #holds} answers false for them.
 *   <li>{@link #holds} says right before a delivery whether it is still wanted: it may have been cancelled meanwhile.
 *   <li>{@link #settle} says what became of each. A lease that no one settles runs out, and the notice is due again.
 * </ol>
 */
public interface NoticeStore extends MigrationStore {

    /**
     * A notice that one node may deliver until its lease runs out.
     *
     * @param notice the notice
     * @param lease lease token; a late holder cannot settle
     * @param deliveries how often it was leased, this time included
     */
    record Leased(Notice notice, String lease, int deliveries) {}

    /**
     * What becomes of a leased notice.
     *
     * @param state where it stands from now on
     * @param deliveries how many are counted
     * @param at when it is due again; when it was settled, unless it is queued
     * @param error for operators, why it was not delivered; at most {@link DeadLetter#ERROR_LENGTH_MAX} characters, null where
     *     it was, or has not been tried
     */
    record Settlement(
            State state,
            int deliveries,
            Instant at,
            @Nullable String error) {}

    /**
     * How many notices wait, of all migrations.
     *
     * @param due queued and due, so that a dispatcher that keeps up leaves none for long
     * @param later queued and not due yet, or leased
     * @param dead given up
     */
    record Backlog(long due, long later, long dead) {}

    /** The state of a notice. A store also keeps cancelled ones. */
    enum State {
        /** Waits to be delivered. */
        QUEUED,
        /** Delivered. */
        SENT,
        /** Given up, until an operator says otherwise. */
        DEAD
    }

    /**
     * Queues announcements in one transaction: of those that are not there already, and of users whose record is absent or
     * PENDING. Stores the definition if it is the first to write, and refuses another.
     *
     * @return how many were queued
     */
    int queue(Migration migration, List<Notice> announcements, Instant due);

    /**
     * Leases queued notices of all migrations that are due, at most {@code limit}, those first that have been due for longest.
     * Waits for no one: what another transaction has in hand is left out. A leased notice is due again at {@code until}.
     */
    List<Leased> lease(int limit, Instant now, Instant until);

    /** Whether the notice is still queued, and the lease the last one. Reads only. */
    boolean holds(Leased leased);

    /**
     * Settles a notice if the lease is still the last one. One that was cancelled meanwhile becomes SENT if it was sent, and
     * stays cancelled otherwise.
     *
     * @return whether it was settled; asking again answers the same
     */
    boolean settle(Leased leased, Settlement settlement);

    /** How many notices wait, by an index: no read of what was sent. */
    Backlog backlog(Instant now);

    /** Notices that were given up, at most {@code limit}, the longest dead first. */
    List<DeadLetter> deadLetters(int limit);

    /**
     * Queues a dead letter again as if never tried.
     *
     * @return whether it was still dead
     */
    boolean requeue(DeadLetter letter, Instant due);
}
