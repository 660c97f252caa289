package io.creditmigration.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.creditmigration.Actor;
import io.creditmigration.Credits;
import io.creditmigration.MigrationResult.Status;
import io.creditmigration.MigrationService;
import io.creditmigration.jdbc.JoiningHost.Customer;
import io.creditmigration.jdbc.JoiningHost.Unversioned;
import jakarta.persistence.EntityManager;
import jakarta.persistence.OptimisticLockException;
import java.math.BigDecimal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A host that has loaded a user before the user is migrated: what its entity still says is the old balance. This is why
 * {@link HostTables#version} is there.
 */
@ParameterizedClass
@MethodSource("io.creditmigration.jdbc.JoiningHost#everywhereWithJpa")
final class StaleEntityTest {

    private final JoiningHost host;

    StaleEntityTest(JoiningHost host) {
        this.host = host;
    }

    @Test
    void without_a_version_a_stale_entity_overwrites_the_migrated_balance() {
        String user = host.user("50");
        try (EntityManager entityManager = host.entityManager()) {
            entityManager.getTransaction().begin();
            Unversioned stale = entityManager.find(Unversioned.class, user);
            convert(user);

            stale.credits = stale.credits.subtract(BigDecimal.ONE);
            entityManager.getTransaction().commit();
        }
        // 49 at the old rate, in a row that says it is priced at the new one: more than was there.
        assertThat(host.credits(user)).isEqualTo(Credits.of(49));
        assertThat(host.sql.text("SELECT rate FROM users WHERE id = ?", user)).startsWith("2500");
    }

    @Test
    void on_hibernate_without_a_version_a_change_of_something_else_overwrites_it_too() {
        String user = host.user("50");
        try (EntityManager entityManager = host.entityManager()) {
            entityManager.getTransaction().begin();
            Unversioned stale = entityManager.find(Unversioned.class, user);
            convert(user);

            stale.name = "a new name";
            entityManager.getTransaction().commit();
        }
        boolean writesAllColumns = host.style == JoiningHost.Style.HIBERNATE;
        assertThat(host.credits(user)).isEqualTo(Credits.of(writesAllColumns ? 50 : 20));
    }

    @Test
    void with_a_version_a_stale_entity_fails_and_the_migrated_balance_stands() {
        String user = host.user("50");
        try (EntityManager entityManager = host.entityManager()) {
            entityManager.getTransaction().begin();
            Customer stale = entityManager.find(Customer.class, user);
            convert(user);

            stale.credits = stale.credits.subtract(BigDecimal.ONE);
            Throwable refused = catchThrowable(entityManager::flush);
            entityManager.getTransaction().rollback();

            assertThat(refused).isInstanceOf(OptimisticLockException.class);
        }
        assertThat(host.credits(user)).isEqualTo(Credits.of(20));
    }

    @Test
    void in_the_same_transaction_too() {
        String user = host.user("50");
        try (EntityManager entityManager = host.entityManager()) {
            entityManager.getTransaction().begin();
            Customer stale = entityManager.find(Customer.class, user);
            confirmJoining(entityManager, user);

            stale.credits = stale.credits.subtract(BigDecimal.ONE);
            Throwable refused = catchThrowable(entityManager::flush);
            entityManager.getTransaction().rollback();

            assertThat(refused).isInstanceOf(OptimisticLockException.class);
        }
        assertThat(host.credits(user)).isEqualTo(Credits.of(50));
    }

    @Test
    void after_a_refresh_the_entity_has_the_new_balance_and_is_written_as_ever() {
        String user = host.user("50");
        try (EntityManager entityManager = host.entityManager()) {
            entityManager.getTransaction().begin();
            Customer customer = entityManager.find(Customer.class, user);
            confirmJoining(entityManager, user);
            assertThat(customer.credits).isEqualByComparingTo("50");

            entityManager.refresh(customer);

            assertThat(customer.credits).isEqualByComparingTo("20");
            customer.credits = customer.credits.subtract(BigDecimal.ONE);
            entityManager.getTransaction().commit();
        }
        assertThat(host.credits(user)).isEqualTo(Credits.of(19));
    }

    @Test
    void a_second_level_cache_has_the_old_balance_until_the_user_is_evicted() {
        String user = host.user("50");
        assertThat(found(user)).isEqualByComparingTo("50");
        convert(user);
        boolean cachesUnlessToldOtherwise = host.style == JoiningHost.Style.ECLIPSELINK;
        assertThat(found(user)).isEqualByComparingTo(cachesUnlessToldOtherwise ? "50" : "20");

        host.factory.getCache().evict(Customer.class, user);

        assertThat(found(user)).isEqualByComparingTo("20");
    }

    private BigDecimal found(String user) {
        try (EntityManager entityManager = host.entityManager()) {
            return entityManager.find(Customer.class, user).credits;
        }
    }

    /** On a node where nobody knows of the host's entities. */
    private void convert(String user) {
        confirm(host.migrations, user);
    }

    private void confirmJoining(EntityManager entityManager, String user) {
        confirm(host.migrations.joining(JpaTransactions.joining(host.store, entityManager)), user);
    }

    private static void confirm(MigrationService migrations, String user) {
        Status status = migrations
                .confirm(user, migrations.quote(user).orElseThrow(), Actor.user(user))
                .status();
        assertThat(status).isEqualTo(Status.MIGRATED);
    }
}
