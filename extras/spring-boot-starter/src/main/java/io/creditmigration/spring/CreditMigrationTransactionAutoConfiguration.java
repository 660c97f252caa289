package io.creditmigration.spring;

import io.creditmigration.MigrationService;
import io.creditmigration.jdbc.JdbcMigrationStore;
import io.creditmigration.jdbc.JpaTransactions;
import io.creditmigration.spi.MigrationStore;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import javax.sql.DataSource;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.orm.jpa.SharedEntityManagerCreator;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** Joins Spring's transactions, where spring-jdbc is; those of JPA where that is too. */
@AutoConfiguration(after = CreditMigrationAutoConfiguration.class)
@ConditionalOnClass({DataSourceUtils.class, TransactionSynchronizationManager.class})
@ConditionalOnBean({MigrationService.class, JdbcMigrationStore.class})
public final class CreditMigrationTransactionAutoConfiguration {

    /** Before the other one, which it makes step back. */
    @Configuration(proxyBeanMethods = false)
    @Order(0)
    @ConditionalOnClass({EntityManagerFactory.class, SharedEntityManagerCreator.class})
    @ConditionalOnSingleCandidate(EntityManagerFactory.class)
    static final class WithJpa {

        @Bean
        @ConditionalOnMissingBean
        JoinedMigrations creditMigrationJoined(
                MigrationService migrations,
                JdbcMigrationStore store,
                EntityManagerFactory factory,
                DataSource dataSource) {
            EntityManager entityManager = SharedEntityManagerCreator.createSharedEntityManager(factory);
            MigrationStore joinedJpa = JpaTransactions.joining(store, entityManager);
            // A view that is open for the whole request binds an entity manager to transactions of JDBC too, which has
            // no part in them.
            return JoinedMigrations.registered(
                    migrations,
                    () -> TransactionSynchronizationManager.hasResource(factory)
                                    && entityManager.isJoinedToTransaction()
                            ? joinedJpa
                            : store.joining(DataSourceUtils.getConnection(dataSource)));
        }
    }

    @Configuration(proxyBeanMethods = false)
    @Order(1)
    @ConditionalOnSingleCandidate(DataSource.class)
    static final class WithJdbc {

        @Bean
        @ConditionalOnMissingBean
        JoinedMigrations creditMigrationJoined(
                MigrationService migrations, JdbcMigrationStore store, DataSource dataSource) {
            // Within a transaction it is the transaction's connection, which Spring closes.
            return JoinedMigrations.registered(
                    migrations, () -> store.joining(DataSourceUtils.getConnection(dataSource)));
        }
    }
}
