package io.creditmigration.demo;

import io.creditmigration.MigrationService;
import io.creditmigration.jdbc.JdbcMigrationStore;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.atomic.LongAdder;

/**
 * The code of an application that moves its users' credits, with the host's part of a migration between rates.
 *
 * <p>Prices are in money, balances are in credits, and a migration changes what a credit is worth. So a movement must never
 * be computed at one rate and booked at another. Every movement here
 *
 * <ol>
 *   <li>reads the rate that the user's balance is kept at,
 *   <li>computes the credits at that rate,
 *   <li>names that rate in its {@code WHERE},
 *   <li>and when no row matches because the user was migrated in between, is priced again.
 * </ol>
 *
 * <p>That is all: no lock, no pause, no flag that says "migration in progress". The library guards its own writes in the
 * same way, so neither overwrites the other.
 */
final class Shop {

    private static final String RATE = "SELECT vnd_per_credit FROM users WHERE id = ?";

    private static final String SPEND = """
            UPDATE users SET credits = credits - ? WHERE id = ? AND vnd_per_credit = ? AND credits >= ?
            """;

    private static final String ADD = """
            UPDATE users SET credits = credits + ? WHERE id = ? AND vnd_per_credit = ? AND credits IS NOT NULL
            """;

    private static final int PRICED_MAX = 10;

    private final Database database;
    private final MigrationService migrations;
    private final JdbcMigrationStore store;
    private final LongAdder pricedAgain = new LongAdder();

    Shop(Database database, MigrationService migrations, JdbcMigrationStore store) {
        this.database = database;
        this.migrations = migrations;
        this.store = store;
    }

    /** Charges an operation of this price; false where the user cannot pay for it. */
    boolean spend(long userId, BigDecimal price) {
        return database.inTransaction(connection -> priced(connection, userId, rate -> {
            BigDecimal credits = price.divide(rate);
            return Database.update(connection, SPEND, credits, userId, rate, credits);
        }));
    }

    /**
     * Takes money for credits; false where there is no balance to add to. Users without credits are migrated first, in the
     * same transaction: their purchase is at the new rate, and nobody has to confirm what was bought a minute ago.
     */
    boolean topUp(long userId, BigDecimal money) {
        return database.inTransaction(connection -> {
            migrations.joining(store.joining(connection)).autoMigrateIfZeroCredits(String.valueOf(userId));
            return add(connection, userId, money);
        });
    }

    /** Gives money back as credits: at the rate of today, whatever it was when the user paid. */
    boolean refund(long userId, BigDecimal money) {
        return database.inTransaction(connection -> add(connection, userId, money));
    }

    /** How often a user was migrated between pricing and booking. */
    long pricedAgain() {
        return pricedAgain.sum();
    }

    private boolean add(Connection connection, long userId, BigDecimal money) throws SQLException {
        return priced(connection, userId, rate -> Database.update(connection, ADD, money.divide(rate), userId, rate));
    }

    private boolean priced(Connection connection, long userId, Booking booking) throws SQLException {
        BigDecimal rate = Database.number(connection, RATE, userId);
        for (int i = 0; i < PRICED_MAX; i++) {
            if (booking.rowsAt(rate) == 1) {
                return true;
            }
            BigDecimal rateNow = Database.number(connection, RATE, userId);
            if (rateNow.compareTo(rate) == 0) {
                return false;
            }
            pricedAgain.increment();
            rate = rateNow;
        }
        throw new IllegalStateException("The rate of user " + userId + " keeps changing");
    }

    /** Books a movement that is priced at this rate; answers rows matched. */
    private interface Booking {
        int rowsAt(BigDecimal rate) throws SQLException;
    }
}
