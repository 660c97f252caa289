package io.creditmigration.jdbc;

import io.creditmigration.InvalidValueException;
import io.creditmigration.StoreException;
import io.creditmigration.jdbc.Transactions.Work;
import io.creditmigration.spi.MigrationStore;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityTransaction;
import jakarta.persistence.LockTimeoutException;
import jakarta.persistence.OptimisticLockException;
import jakarta.persistence.PersistenceException;
import jakarta.persistence.PessimisticLockException;
import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * Joins the transaction of a JPA entity manager: what is migrated commits with the host's own work, or goes with it.
 *
 * <pre>{@code
 * MigrationService joined = migrations.joining(JpaTransactions.joining(store, entityManager));
 * joined.autoMigrateIfZeroCredits(userId);      // inside the host's transaction
 * entityManager.refresh(user);                  // where the user's entity is managed and may have changed
 * }</pre>
 *
 * <p>What the host has changed is flushed before each read and write, so that the balance is what the host's entities say.
 * A user's data that the database refuses is taken back to a savepoint, and the host's work stands. After a
 * {@link StoreException} the transaction is marked rollback-only; where a container owns it (JTA), let the exception leave
 * the method whose transaction it is, and begin again.
 *
 * <p><strong>The host's entities.</strong> A migration writes by SQL, and JPA does not see it. An entity that was loaded
 * before still holds the old balance, and so does a second-level cache, which EclipseLink has unless told otherwise:
 * {@code refresh} the one, {@code evict} the other. An entity that is changed without that puts the old balance back when it
 * is flushed; on Hibernate whatever was changed of it, since all columns are written. Against this there is a version
 * column: map the attribute with {@code @Version} and name its column in {@link HostTables#version}. Migrations then
 * increment it, and the stale entity's flush fails with an optimistic lock exception while the migrated balance stands.
 *
 * <p>Needs Jakarta Persistence 3.2, whose {@code callWithConnection} lends the transaction's connection. Elsewhere give the
 * connection yourself, after a flush, to {@link JdbcMigrationStore#joining(Connection)}: in an older JPA
 * {@code entityManager.unwrap(Connection.class)} on EclipseLink and {@code session.doWork(connection -> …)} on Hibernate; in
 * Spring {@code DataSourceUtils.getConnection(dataSource)}.
 */
public final class JpaTransactions {

    private JpaTransactions() {}

    /**
     * The store in the transaction that the entity manager is joined to when the store is used; a shared proxy of a
     * container's may be given once and for all. Refuses to work where no transaction is active, or where its connection
     * commits each statement by itself.
     */
    @SuppressWarnings("exports") // Who has an EntityManager reads its module; the others do without it.
    public static MigrationStore joining(JdbcMigrationStore store, EntityManager entityManager) {
        return HostTables.given("store", store)
                .joining(new HostTransaction(new Loan(HostTables.given("entity manager", entityManager))));
    }

    /** What work came to. Failures are carried past the provider, which would wrap them or condemn the transaction. */
    private interface Answer<T> {

        T get() throws SQLException;

        static <T> Answer<T> of(Work<T> work, Connection connection) {
            try {
                T value = work.with(connection);
                return () -> value;
            } catch (SQLException e) {
                return () -> {
                    throw e;
                };
            } catch (RuntimeException e) {
                return () -> {
                    throw e;
                };
            } catch (Error e) {
                return () -> {
                    throw e;
                };
            }
        }
    }

    private record Loan(EntityManager entityManager) implements HostTransaction.Lender {

        @Override
        public <T> T lend(Work<T> work) throws SQLException {
            if (!entityManager.isJoinedToTransaction()) {
                throw new InvalidValueException(
                        "entity manager",
                        "joined to no transaction",
                        "one whose transaction has begun: call it inside @Transactional, or after getTransaction().begin()");
            }
            try {
                entityManager.flush();
            } catch (RuntimeException e) {
                throw failure("Flushing what the host has changed", e);
            }
            return answer(connection -> work.with(begun(connection))).get();
        }

        @Override
        public void spoil() {
            // A container's proxy has no transaction to mark, but the provider's own entity manager behind it may.
            EntityManager own =
                    entityManager.getDelegate() instanceof EntityManager delegate ? delegate : entityManager;
            try {
                EntityTransaction transaction = own.getTransaction();
                if (transaction.isActive()) {
                    transaction.setRollbackOnly();
                }
            } catch (IllegalStateException e) {
                // JTA: the exception that is on its way marks it.
            }
        }

        private <T> Answer<T> answer(Work<T> work) {
            try {
                Connection own = unwrapped();
                return own == null
                        ? entityManager.<Connection, Answer<T>>callWithConnection(lent -> Answer.of(work, lent))
                        : Answer.of(work, own);
            } catch (RuntimeException e) {
                throw failure("Borrowing the connection of the host's transaction", e);
            }
        }

        /**
         * The transaction's connection where the provider hands it out: EclipseLink, whose {@code callWithConnection} (5.0)
         * lends one of the server session's instead. It is taken for writing by being asked for. Null on Hibernate.
         */
        private @Nullable Connection unwrapped() {
            try {
                return entityManager.unwrap(Connection.class);
            } catch (PersistenceException e) {
                return null;
            }
        }

        private static Connection begun(Connection connection) throws SQLException {
            if (connection == null || connection.getAutoCommit()) {
                throw new InvalidValueException(
                        "connection of the entity manager",
                        connection == null ? "none" : "in autocommit mode",
                        "one on which a transaction has begun. JPA providers switch autocommit off, unless they are told"
                                + " that the pool does (hibernate.connection.provider_disables_autocommit) and it does not");
            }
            return connection;
        }

        /** The provider's own failure: the database's error is somewhere in its causes, if it is one. */
        private StoreException failure(String what, RuntimeException e) {
            spoil();
            SQLException error = SqlErrors.in(e);
            boolean passing = e instanceof OptimisticLockException
                    || e instanceof PessimisticLockException
                    || e instanceof LockTimeoutException;
            StoreException.Kind kind =
                    passing || error == null ? StoreException.Kind.UNAVAILABLE : SqlErrors.kind(error);
            return new StoreException(
                    passing ? StoreException.Kind.TRANSIENT : kind,
                    what + " failed: " + (error == null ? e.getMessage() : SqlErrors.words(error)),
                    e);
        }
    }
}
