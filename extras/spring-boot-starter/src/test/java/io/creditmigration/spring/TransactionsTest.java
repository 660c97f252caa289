package io.creditmigration.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.creditmigration.InvalidValueException;
import io.creditmigration.MigrationResult.Status;
import io.creditmigration.MigrationService;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.math.BigDecimal;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration;
import org.springframework.boot.persistence.autoconfigure.EntityScan;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.orm.jpa.EntityManagerHolder;
import org.springframework.orm.jpa.SharedEntityManagerCreator;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

/** The joined service in Spring's transactions, and the owning one beside them. */
final class TransactionsTest {

    @Entity
    @Table(name = "users")
    static class User {
        @Id
        String id;

        BigDecimal credits;

        @Column(name = "migrated")
        boolean migrated;
    }

    @Configuration(proxyBeanMethods = false)
    @EntityScan(basePackageClasses = User.class)
    static class WithEntities {}

    @Configuration(proxyBeanMethods = false)
    static class WithProxy {
        @Bean
        static BeanPostProcessor proxy() {
            return new BeanPostProcessor() {
                @Override
                public Object postProcessAfterInitialization(Object bean, String name) {
                    return bean instanceof DataSource dataSource
                            ? new TransactionAwareDataSourceProxy(dataSource)
                            : bean;
                }
            };
        }
    }

    private static TransactionTemplate transaction(ApplicationContext context) {
        return new TransactionTemplate(context.getBean(PlatformTransactionManager.class));
    }

    private static BigDecimal creditsOf(ApplicationContext context, String user) {
        return new JdbcTemplate(context.getBean(DataSource.class))
                .queryForObject("SELECT credits FROM users WHERE id = ?", BigDecimal.class, user);
    }

    @Test
    void what_is_joined_commits_and_rolls_back_with_the_host() {
        Shop.application().run(context -> {
            JoinedMigrations joined = context.getBean(JoinedMigrations.class);
            JdbcTemplate sql = new JdbcTemplate(context.getBean(DataSource.class));
            MigrationService migrations = context.getBean(MigrationService.class);

            transaction(context).executeWithoutResult(status -> {
                sql.update("UPDATE users SET credits = 0 WHERE id = 'bob'");
                assertThat(joined.migrations().autoMigrateIfZeroCredits("bob").status())
                        .isEqualTo(Status.MIGRATED);
                status.setRollbackOnly();
            });
            assertThat(creditsOf(context, "bob")).isEqualByComparingTo("50");
            assertThat(migrations.find("bob")).isEmpty();

            transaction(context).executeWithoutResult(status -> {
                assertThat(joined.migrations().autoMigrateIfZeroCredits("zero").status())
                        .isEqualTo(Status.MIGRATED);
                sql.update("UPDATE users SET credits = credits + 8 WHERE id = 'zero' AND migrated");
            });
            assertThat(creditsOf(context, "zero")).isEqualByComparingTo("8");
            assertThat(migrations.find("zero")).isPresent();
        });
    }

    @Test
    void joined_to_jpa_an_entity_that_is_not_flushed_yet_is_what_counts() {
        Shop.application()
                .withConfiguration(AutoConfigurations.of(HibernateJpaAutoConfiguration.class))
                .withUserConfiguration(WithEntities.class)
                .withPropertyValues("spring.jpa.hibernate.ddl-auto=none")
                .run(context -> {
                    JoinedMigrations joined = context.getBean(JoinedMigrations.class);
                    EntityManager entities = SharedEntityManagerCreator.createSharedEntityManager(
                            context.getBean(EntityManagerFactory.class));

                    transaction(context).executeWithoutResult(status -> {
                        User bob = entities.find(User.class, "bob");
                        bob.credits = BigDecimal.ZERO;
                        assertThat(joined.migrations()
                                        .autoMigrateIfZeroCredits("bob")
                                        .status())
                                .isEqualTo(Status.MIGRATED);
                        entities.refresh(bob);
                        assertThat(bob.migrated).isTrue();
                        bob.credits = BigDecimal.TEN;
                    });

                    assertThat(creditsOf(context, "bob")).isEqualByComparingTo("10");
                    assertThat(context.getBean(MigrationService.class).find("bob"))
                            .isPresent();
                });
    }

    @Test
    void an_entity_manager_that_is_open_for_a_view_has_no_part_in_a_transaction_of_jdbc() {
        Shop.application()
                .withConfiguration(AutoConfigurations.of(HibernateJpaAutoConfiguration.class))
                .withUserConfiguration(WithEntities.class)
                .withPropertyValues("spring.jpa.hibernate.ddl-auto=none")
                .run(context -> {
                    EntityManagerFactory factory = context.getBean(EntityManagerFactory.class);
                    JoinedMigrations joined = context.getBean(JoinedMigrations.class);
                    TransactionTemplate jdbc =
                            new TransactionTemplate(new JdbcTransactionManager(context.getBean(DataSource.class)));
                    EntityManager view = factory.createEntityManager();
                    TransactionSynchronizationManager.bindResource(factory, new EntityManagerHolder(view));
                    try {
                        jdbc.executeWithoutResult(status -> {
                            assertThat(joined.migrations()
                                            .autoMigrateIfZeroCredits("zero")
                                            .status())
                                    .isEqualTo(Status.MIGRATED);
                            status.setRollbackOnly();
                        });
                    } finally {
                        TransactionSynchronizationManager.unbindResource(factory);
                        view.close();
                    }

                    assertThat(context.getBean(MigrationService.class).find("zero"))
                            .isEmpty();
                });
    }

    @Test
    void without_a_transaction_or_in_a_read_only_one_joining_is_refused_with_what_to_do() {
        Shop.application().run(context -> {
            JoinedMigrations joined = context.getBean(JoinedMigrations.class);

            assertThatThrownBy(joined::migrations)
                    .isInstanceOf(InvalidValueException.class)
                    .hasMessageContaining("@Transactional");
            TransactionTemplate readOnly = transaction(context);
            readOnly.setReadOnly(true);
            readOnly.executeWithoutResult(status -> assertThatThrownBy(joined::migrations)
                    .isInstanceOf(InvalidValueException.class)
                    .hasMessageContaining("readOnly"));
        });
    }

    @Test
    void the_owning_service_works_within_a_transaction_whatever_proxies_the_data_source() {
        Shop.application().withUserConfiguration(WithProxy.class).run(context -> {
            assertThat(context.getBean(DataSource.class)).isInstanceOf(TransactionAwareDataSourceProxy.class);
            MigrationService migrations = context.getBean(MigrationService.class);

            transaction(context).executeWithoutResult(status -> {
                creditsOf(context, "ann");
                assertThat(migrations.autoMigrateIfZeroCredits("zero").status()).isEqualTo(Status.MIGRATED);
                status.setRollbackOnly();
            });

            assertThat(migrations.find("zero")).as("committed on its own").isPresent();
        });
    }
}
