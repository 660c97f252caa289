package io.creditmigration.spi;

import io.creditmigration.Barrier;
import io.creditmigration.ChainResult;
import io.creditmigration.DefinitionConflictException;
import io.creditmigration.InvalidValueException;
import io.creditmigration.JournalLine;
import io.creditmigration.Migration;
import io.creditmigration.Rollout;
import io.creditmigration.StoreException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Where users, balances and the journal are kept. The store decides nothing: it reads, and it writes a change if the
 * state is still the one that the decision was made from.
 *
 * <p><strong>The protocol.</strong> For one user:
 *
 * <ol>
 *   <li>{@link #find} reads user, last lines and rollout in one round trip and locks nothing.
 *   <li>The library decides, with no transaction open: a {@link UserChange}, or the status that refuses.
 *   <li>{@link #commit} begins a transaction.
 *   <li>In it, it reads the migration's own row: answers NOT_REGISTERED where there is none, and refuses another fingerprint.
 *       For {@link UserChange.Kind#MIGRATE} it passes the barrier first, answers STALE where the stored instants are not those
 *       of the migration, and WITHDRAWN, NOT_BEGUN, ENDED, HALTED or OUTSIDE_ROLLOUT as the chain, the row, the switch and
 *       the clock of the database say now.
 *   <li>It writes the user's balance, marker and host columns under the guard that {@link UserChange} names: one
 *       conditional write, counted in rows matched. Where no balance is written it locks the row that holds the balance.
 *   <li>It inserts the line under the number that the change names. The key of the journal, user and number, refuses a second
 *       one: someone else has written the user's next line, and the answer is STALE. Guard and line stand or fall together: if
 *       only one of them held, the transaction is rolled back and the answer is STALE.
 *   <li>It copies the history, queues the notice, and commits. After any error in a statement it rolls back and never
 *       commits.
 * </ol>
 *
 * <p><strong>The barrier.</strong> A halt that has returned keeps everything from committing that was decided before it:
 *
 * <ol>
 *   <li>{@link #setRollout} commits the halt switch. It is kept where no snapshot and no lock of a migrating transaction hides it.
 *   <li>A migrating transaction, before each write, marks itself as in flight until it ends (a lock in share mode), and reads
 *       the switch after that. If the switch is on it answers HALTED. It does so again for the next write, since a rollback to
 *       a savepoint may have taken the mark away.
 *   <li>{@link #drain} finds the transactions in flight and waits until each has ended. Nothing queues behind it.
 *   <li>To lift a halt the same things are written, the switch last.
 * </ol>
 *
 * <p>If the answer to the commit itself is lost, the store throws {@link StoreException.Kind#OUTCOME_UNKNOWN}; the library
 * reads again and finds out.
 *
 * <p>Implementations are thread-safe. User ids that a caller hands in are 1 to 255 characters; a store may refuse more,
 * with {@link InvalidValueException}, before it reads anything.
 */
public interface MigrationStore {

    /**
     * Whether changes take effect only with a transaction that the host has begun and will end. The library then makes one
     * attempt, marks no one FAILED and remembers no one as migrated; STALE is answered CONTENDED, and whatever breaks the
     * transaction is thrown for the host to roll back and try again.
     */
    default boolean joins() {
        return false;
    }

    /** What balances the tables can hold, and what their rows tell. */
    HostShape shape();

    /** What is read and written where, in words: part of a plan, so that one made for other tables is not mistaken for this. */
    String mapping();

    /** The definitions that are registered, those that were withdrawn among them, in no particular order. */
    List<StoredDefinition> definitions();

    /**
     * Registers a migration in a short transaction of its own; nothing where its id is registered with the same fingerprint.
     * The first migration of a population takes the first place, whatever it says that it follows. A unique key decides
     * between two who want one place, not a look at what is there.
     *
     * @throws DefinitionConflictException when another fingerprint is registered under its id, when it names no place though
     *     there are migrations that were not withdrawn, when its place is taken, when it names a migration that is not
     *     registered or was withdrawn, or when it runs beside one of its kind over the same rows
     */
    void register(Migration migration, Cause cause);

    /** Moves every instant that is still to come, by the clock of the store, and keeps the cause as an event. */
    ChainResult postpone(Migration migration, Duration by, Cause cause);

    /**
     * Takes a migration out of the chain, for good, if nobody stands COMPLETED in it and none follows it, and keeps the cause
     * as an event. The caller has halted it and has waited for those in flight.
     */
    ChainResult withdraw(Migration migration, Cause cause);

    /**
     * Refuses a migration that this store cannot carry, before anything is written: a conversion of balances that have no
     * marker, for one. Called when a service is opened.
     */
    default void check(Migration migration) {}

    /** The user's state by the id that the host knows, or empty where there is no such user. One round trip, no lock. */
    Optional<UserState> find(Migration migration, String userId);

    /** Writes one change wholly or not at all, in one transaction. May wait a bounded time for the user's row. */
    CommitResult commit(Migration migration, UserChange change);

    /** The rollout now; {@link Rollout#EVERYBODY} until it is changed. */
    Rollout rollout(Migration migration);

    /**
     * Changes who may migrate if it is still as expected, and keeps the cause as an event. Every commit that begins later
     * obeys. Waits a bounded time for locks; a halt may hold though this throws, which {@link #rollout} then tells.
     *
     * @return whether it was
     */
    boolean setRollout(Migration migration, Rollout expected, Rollout rollout, Cause cause);

    /**
     * Waits for migrations that passed the halt switch before it was turned on, this long at most: for those in flight now, and
     * for no one who comes later. Called while the switch is on; calling it again goes on waiting.
     *
     * @return {@link Barrier#SETTLED}, or what is in flight when the time is over, as the store names it
     */
    Barrier drain(Migration migration, Duration max);

    /**
     * A number that every transaction changes that rolls a user of this migration back, or reconciles one. Nodes look at it once
     * a second, to forget whom they remember as migrated.
     */
    long epoch(Migration migration);

    /** The user's lines of the journal in this migration, oldest first; the id is the one as stored. */
    List<JournalLine> log(Migration migration, String storedUserId);
}
