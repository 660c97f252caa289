package io.creditmigration.demo;

import io.creditmigration.MigrationService;
import io.creditmigration.Regime;
import io.creditmigration.jdbc.JdbcMigrationStore;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/**
 * The code of an application that serves operations, under its old rate limit or for credits, with the host's part of a
 * migration from one to the other.
 *
 * <p>{@link MigrationService#regime} tells which rules apply. What is then written names in its {@code WHERE} the marker of
 * those rules: the rate limit that a migration clears, or the active account that it opens. When no row matches, the user
 * has changed sides in between and is asked for again.
 */
final class Meter {

    /** What became of an operation. */
    enum Served {
        UNDER_RATE_LIMIT,
        FOR_CREDITS,
        REFUSED
    }

    /** The price of one operation. */
    static final BigDecimal PRICE = BigDecimal.ONE;

    /** Also locks the user's row: of an operation and a migration, one is wholly before the other. */
    private static final String ENTER_LIMITED =
            "UPDATE users SET seen = seen + 1 WHERE id = ? AND rate_limit IS NOT NULL";

    private static final String LEFT_THIS_HOUR = """
            SELECT rate_limit - (SELECT COUNT(*) FROM operations WHERE user_id = users.id AND made_at >= ?)
            FROM users WHERE id = ?
            """;

    private static final String RECORD_OPERATION = "INSERT INTO operations (user_id, made_at) VALUES (?, ?)";

    /** The library's account table is the host's to use; every write of it counts the version up. */
    private static final String CHARGE = """
            UPDATE credit_migration_account SET balance = balance - ?, version = version + 1
            WHERE user_id = ? AND active = TRUE AND balance >= ?
            """;

    private static final String ADD = """
            UPDATE credit_migration_account SET balance = balance + ?, version = version + 1
            WHERE user_id = ? AND active = TRUE AND balance >= 0
            """;

    private final Database database;
    private final MigrationService migrations;
    private final JdbcMigrationStore store;
    private final Clock clock;

    Meter(Database database, MigrationService migrations, JdbcMigrationStore store, Clock clock) {
        this.database = database;
        this.migrations = migrations;
        this.store = store;
        this.clock = clock;
    }

    /** Serves one operation if the rules of the user's regime allow it. */
    Served operate(long userId) {
        Optional<Served> served = migrations.regime(String.valueOf(userId)) == Regime.RATE_LIMIT
                ? database.inTransaction(connection -> underRateLimit(connection, userId))
                : Optional.empty();
        return served.orElseGet(() -> forCredits(userId));
    }

    /**
     * Sells credits; false where there is no account to add to, or it is below zero. Users without credits are migrated
     * first, in the same transaction: their purchase finds the account with the grant.
     */
    boolean buy(long userId, BigDecimal credits) {
        String key = String.valueOf(userId);
        return database.inTransaction(connection -> {
            migrations.joining(store.joining(connection)).autoMigrateIfZeroCredits(key);
            return Database.update(connection, ADD, credits, key) == 1;
        });
    }

    /** Empty where the user has no rate limit any more, having been migrated since the regime was asked for. */
    private Optional<Served> underRateLimit(Connection connection, long userId) throws SQLException {
        if (Database.update(connection, ENTER_LIMITED, userId) == 0) {
            return Optional.empty();
        }
        // Only now that the row is ours: the operation is later than whatever has happened to the user before.
        OffsetDateTime madeAt =
                OffsetDateTime.now(clock).withOffsetSameInstant(ZoneOffset.UTC).truncatedTo(ChronoUnit.MICROS);
        BigDecimal left = Database.number(connection, LEFT_THIS_HOUR, madeAt.truncatedTo(ChronoUnit.HOURS), userId);
        if (left.signum() <= 0) {
            return Optional.of(Served.REFUSED);
        }
        Database.update(connection, RECORD_OPERATION, userId, madeAt);
        return Optional.of(Served.UNDER_RATE_LIMIT);
    }

    private Served forCredits(long userId) {
        return database.update(CHARGE, PRICE, String.valueOf(userId), PRICE) == 1 ? Served.FOR_CREDITS : Served.REFUSED;
    }
}
