package io.creditmigration.spring;

import io.creditmigration.Actor;
import io.creditmigration.InvalidValueException;
import io.creditmigration.MigrationService;
import io.creditmigration.spi.MigrationStore;
import java.util.function.Supplier;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * The migration within the {@code @Transactional} method that calls: what it writes commits with the host's work, or goes with it.
 *
 * <pre>{@code
 * @Transactional
 * public void buy(String userId, Credits credits) {
 *     joined.migrations().autoMigrateIfZeroCredits(userId);      // first, then write the balance
 *     …
 * }
 * }</pre>
 *
 * <p>Use it wherever the transaction has written the user's row: the {@link MigrationService} bean has transactions of its own, would
 * wait for the host's, and answers CONTENDED after a few seconds. With JPA, entities are flushed before; refresh an entity of the
 * user afterwards. Thread-safe.
 */
public final class JoinedMigrations {

    private final MigrationService migrations;
    private final Supplier<MigrationStore> joining;

    private JoinedMigrations(MigrationService migrations, Supplier<MigrationStore> joining) {
        this.migrations = migrations;
        this.joining = joining;
    }

    /** Registers the migration, which no call within a transaction of the host's does. */
    static JoinedMigrations registered(MigrationService migrations, Supplier<MigrationStore> joining) {
        migrations.register(Actor.automatic("spring-boot-starter"), "the application starts");
        return new JoinedMigrations(migrations, joining);
    }

    /**
     * The migration in the transaction of the calling thread, for this transaction only.
     *
     * @throws InvalidValueException when no transaction is active, or it is read-only
     */
    public MigrationService migrations() {
        if (!TransactionSynchronizationManager.isActualTransactionActive()) {
            throw new InvalidValueException(
                    "transaction",
                    "none",
                    "one that is active: call this in a @Transactional method, through the bean, or use the MigrationService bean");
        }
        if (TransactionSynchronizationManager.isCurrentTransactionReadOnly()) {
            throw new InvalidValueException(
                    "transaction",
                    "read-only",
                    "one that writes: take readOnly = true away, or use the MigrationService bean");
        }
        return migrations.joining(joining.get());
    }
}
