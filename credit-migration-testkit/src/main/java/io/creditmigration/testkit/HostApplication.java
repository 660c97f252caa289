package io.creditmigration.testkit;

import io.creditmigration.CreditRate;
import io.creditmigration.Credits;
import io.creditmigration.MigrationService;
import io.creditmigration.spi.MigrationStore;
import io.creditmigration.spi.RunStore;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The application around a store, as far as {@link MigrationStoreContract} drives it: it seeds users, moves balances while
 * the store is at work, and looks at what was written past the store.
 *
 * <p>The user's marker is what the host prices by: unset means {@link #OLD_RATE}, set means {@link #NEW_RATE}. Where rows
 * name the rate, that is what it prices by; users are at the rate that they are seeded with, otherwise at the one that their
 * marker says. Balances have at least 4 decimals. In the settings {@link Setting#GRANT} and {@link Setting#GRANT_WITH_PURCHASES} a migration clears the user's rate limit and copies operations into
 * the credit history; in the setting {@link Setting#CONVERSION} it leaves both alone.
 *
 * <p>All methods are called from many threads. What an application cannot do is an {@link UnsupportedOperationException}
 * with the reason, which the contract reports as an aborted test.
 */
public interface HostApplication extends AutoCloseable {

    /** What one credit costs users whose marker is not set. */
    CreditRate OLD_RATE = CreditRate.of(1_000);

    /** What one credit costs users whose marker is set. */
    CreditRate NEW_RATE = CreditRate.of(2_500);

    /** The two moves that a host can be set up for. */
    enum Setting {
        /**
         * From rate limits to credits: balances may be absent, rate limits are captured, operations become history. No user
         * is flagged beforehand or has reservations.
         */
        GRANT,
        /** The same, with the host's purchases mapped. */
        GRANT_WITH_PURCHASES,
        /** From an old credit rate to a new one. */
        CONVERSION
    }

    /** A transaction of the host's that is open. Closing it rolls back what was not committed. */
    interface Transaction extends AutoCloseable {

        /** The store under test in this transaction, for {@link MigrationService#joining}. */
        MigrationStore store();

        /** Commits. */
        void commit();

        @Override
        void close();
    }

    /** The store under test; all calls answer the same one. With a role of {@link RunStore}, runs are tested too. */
    MigrationStore store();

    /** Whether rows name the rate of their balance, so that one conversion can follow another. */
    default boolean canConvertAgain() {
        return true;
    }

    /** Inserts users. */
    void add(SeedUser... users);

    /** Deletes a user from the host's tables and leaves the library's as they are. */
    void deleteUser(String userId);

    /** Inserts one operation of the user. */
    void addOperation(String userId, Instant at);

    /** The balance in the regime that the user is in now; null where there is none. */
    @Nullable
    Credits credits(String userId);

    /** The referral credits. */
    Credits refCredits(String userId);

    /** Whether the user's marker is set, by whomever. */
    boolean flagged(String userId);

    /** The user's rate limit; null where it was cleared. */
    @Nullable
    Integer rateLimit(String userId);

    /** The amounts of the user's credit history, zero for copied operations, in any order; all migrations together. */
    List<Credits> history(String userId);

    /**
     * Every row of every table, the host's and the library's, as text in a stable order; only the positions of runs are left
     * out. Two equal answers mean that nothing was written in between.
     */
    List<String> dump();

    /**
     * Adds what this money buys at the rate that the user's marker says, as the host's part demands: the marker is named in
     * the condition of the guarded update, and the price is taken again when no row matches. The contract uses amounts that
     * divide exactly at both rates. Waits for the user's row where somebody has it locked.
     */
    void topUp(String userId, BigDecimal money);

    /** Takes off what this money buys, likewise; false, with nothing taken, where the balance is too small. */
    boolean spend(String userId, BigDecimal money);

    /** Adds credits, whatever the marker says; makes the account where there is none. */
    void topUpCredits(String userId, Credits credits);

    /**
     * A purchase: adds credits likewise, to an account that was closed too, and enters them among the purchases in the same
     * transaction.
     */
    void buy(String userId, Credits credits);

    /** The balance as it is stored, of an account that is not active too; zero where there is none. */
    Credits storedCredits(String userId);

    /** Begins a transaction of the host's, to be joined by the library. */
    default Transaction begin() {
        throw new UnsupportedOperationException("its store joins no transactions");
    }

    /** A host transaction that holds the user's row until it is closed, by any thread. */
    AutoCloseable lock(String userId);

    /**
     * Support writes the balance of a conversion's user and sets or clears the marker, by hand and past the library: the balance
     * is what the user has in the regime that the marker says.
     */
    void restoreByHand(String userId, Credits credits, boolean flagged);

    /** Changes the rate that the user's row names, by hand; null clears it. */
    default void changeRate(String userId, @Nullable CreditRate rate) {
        throw new UnsupportedOperationException("its rows name no rate");
    }

    /** Changes the user's rate limit, whatever the regime; null clears it. */
    void changeRateLimit(String userId, @Nullable Integer rateLimit);

    /**
     * From now on migrating or rolling back this user breaks a constraint, while a FAILED line can still be written. The later
     * in the transaction the constraint bites, the more the contract proves: one on the lines MIGRATED and ROLLED_BACK of the
     * journal is best.
     */
    void refuseChangesOf(String userId);

    /** Ends the application and drops what it has made. */
    @Override
    void close();
}
