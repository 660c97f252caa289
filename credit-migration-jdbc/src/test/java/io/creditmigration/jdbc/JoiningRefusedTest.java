package io.creditmigration.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import io.creditmigration.InvalidValueException;
import io.creditmigration.MigrationResult.Status;
import io.creditmigration.MigrationService;
import io.creditmigration.StoreException;
import io.creditmigration.jdbc.JoiningHost.Customer;
import io.creditmigration.jdbc.JoiningHost.Style;
import io.creditmigration.jdbc.JoiningHost.Transaction;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.OptimisticLockException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Where an entity manager's transaction cannot be joined, that is said, and nothing is written; and where it is broken. */
@ParameterizedClass
@MethodSource("io.creditmigration.jdbc.JoiningHost#everywhereWithJpa")
final class JoiningRefusedTest {

    private final JoiningHost host;
    private final JpaProvider provider;

    JoiningRefusedTest(JoiningHost host) {
        this.host = host;
        this.provider = host.style == Style.HIBERNATE ? JpaProvider.HIBERNATE : JpaProvider.ECLIPSELINK;
    }

    @Test
    void without_a_transaction_nothing_is_read_or_written() {
        String user = host.user("0");
        try (EntityManager entityManager = host.entityManager()) {
            MigrationService joined = host.migrations.joining(JpaTransactions.joining(host.store, entityManager));

            assertThatThrownBy(() -> joined.autoMigrateIfZeroCredits(user))
                    .isInstanceOf(InvalidValueException.class)
                    .hasMessageContaining("joined to no transaction")
                    .hasMessageContaining("call it inside @Transactional, or after getTransaction().begin()");
        }
        assertThat(host.traces(user)).isZero();
    }

    @Test
    void a_connection_that_commits_each_statement_is_refused() {
        String user = host.user("0");
        try (EntityManagerFactory factory = provider.open(LentConnections.stubborn(host.dataSource), Customer.class);
                EntityManager entityManager = factory.createEntityManager()) {
            MigrationService joined = host.migrations.joining(JpaTransactions.joining(host.store, entityManager));
            entityManager.getTransaction().begin();

            assertThatThrownBy(() -> joined.autoMigrateIfZeroCredits(user))
                    .isInstanceOf(InvalidValueException.class)
                    .hasMessageContaining("in autocommit mode")
                    .hasMessageContaining("hibernate.connection.provider_disables_autocommit");
            entityManager.getTransaction().rollback();
        }
        assertThat(host.traces(user)).isZero();
    }

    @Test
    void a_pool_without_autocommit_lends_the_transactions_own_connection() {
        String user = host.user("0");
        try (HikariDataSource manual = host.pool(false);
                EntityManagerFactory factory = provider.open(manual, Customer.class);
                EntityManager entityManager = factory.createEntityManager()) {
            MigrationService joined = host.migrations.joining(JpaTransactions.joining(host.store, entityManager));
            entityManager.getTransaction().begin();
            assertThat(joined.autoMigrateIfZeroCredits(user).status()).isEqualTo(Status.MIGRATED);
            entityManager.getTransaction().rollback();
            assertThat(host.traces(user)).isZero();

            entityManager.getTransaction().begin();
            assertThat(joined.autoMigrateIfZeroCredits(user).status()).isEqualTo(Status.MIGRATED);
            entityManager.getTransaction().commit();
        }
        assertThat(host.traces(user)).isEqualTo(1);
    }

    @Test
    void what_the_host_has_changed_and_the_database_refuses_is_no_failure_of_the_users() {
        String user = host.user("0");
        host.sql.run("INSERT INTO purchases VALUES (?)", "twice by " + user);
        try (Transaction transaction = host.begin()) {
            transaction.buy("twice by " + user);

            assertThatThrownBy(
                            () -> host.migrations.joining(transaction.store()).autoMigrateIfZeroCredits(user))
                    .isInstanceOfSatisfying(
                            StoreException.class, e -> assertThat(e.kind()).isEqualTo(StoreException.Kind.UNAVAILABLE))
                    .hasMessageStartingWith("Flushing what the host has changed failed: ")
                    .hasMessageContaining("SQLState 23");
        }
        assertThat(host.traces(user)).isZero();
    }

    @Test
    void a_stale_entity_of_the_hosts_is_worth_another_transaction() {
        String user = host.user("0");
        try (EntityManager entityManager = host.entityManager()) {
            entityManager.getTransaction().begin();
            entityManager.find(Customer.class, user).name = "changed here";
            host.sql.run("UPDATE users SET version = version + 1 WHERE id = ?", user);
            MigrationService joined = host.migrations.joining(JpaTransactions.joining(host.store, entityManager));

            assertThatThrownBy(() -> joined.autoMigrateIfZeroCredits(user))
                    .isInstanceOfSatisfying(
                            StoreException.class, e -> assertThat(e.kind()).isEqualTo(StoreException.Kind.TRANSIENT))
                    .hasCauseInstanceOf(OptimisticLockException.class);
            assertThat(entityManager.getTransaction().getRollbackOnly()).isTrue();
            entityManager.getTransaction().rollback();
        }
        assertThat(host.traces(user)).isZero();
    }

    @Test
    void through_a_containers_proxy_the_transaction_behind_it_is_joined_and_marked() {
        String ann = host.user("0");
        String bob = host.user("0");
        try (EntityManager entityManager = host.entityManager()) {
            MigrationService joined =
                    host.migrations.joining(JpaTransactions.joining(host.store, shared(entityManager)));
            entityManager.getTransaction().begin();
            assertThat(joined.autoMigrateIfZeroCredits(ann).status()).isEqualTo(Status.MIGRATED);
            entityManager.getTransaction().commit();
            assertThat(host.traces(ann)).isEqualTo(1);

            host.sql.run("ALTER TABLE credit_migration_journal RENAME TO away");
            entityManager.getTransaction().begin();
            assertThatThrownBy(() -> joined.autoMigrateIfZeroCredits(bob))
                    .isInstanceOfSatisfying(
                            StoreException.class, e -> assertThat(e.kind()).isEqualTo(StoreException.Kind.UNAVAILABLE));

            assertThat(entityManager.getTransaction().getRollbackOnly()).isTrue();
            entityManager.getTransaction().rollback();
        } finally {
            host.sql.run("ALTER TABLE away RENAME TO credit_migration_journal");
        }
        assertThat(host.traces(bob)).isZero();
    }

    /** As Spring shares one: there is no transaction to be had of it, and the provider's own is behind it. */
    private static EntityManager shared(EntityManager entityManager) {
        return LentConnections.proxy(EntityManager.class, (method, arguments) -> {
            if (method.getName().equals("getTransaction")) {
                throw new IllegalStateException("Not allowed to create transaction on shared EntityManager");
            }
            return LentConnections.invoked(method, entityManager, arguments);
        });
    }
}
