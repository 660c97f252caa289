package io.creditmigration.spring;

import io.creditmigration.MigrationGate;
import io.creditmigration.MigrationService;
import io.creditmigration.NoticeDispatcher;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What a migration looks like from outside, where the actuator is. Both parts only read. */
@AutoConfiguration(after = CreditMigrationAutoConfiguration.class)
@ConditionalOnBean(MigrationService.class)
public final class CreditMigrationActuatorAutoConfiguration {

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({Endpoint.class, ConditionalOnAvailableEndpoint.class})
    static class WithEndpoint {

        @Bean
        @ConditionalOnMissingBean
        @ConditionalOnAvailableEndpoint
        CreditMigrationEndpoint creditMigrationEndpoint(
                MigrationService migrations, MigrationGate gate, ObjectProvider<NoticeDispatcher> dispatcher) {
            return new CreditMigrationEndpoint(migrations, gate, dispatcher.getIfAvailable());
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class})
    static class WithHealth {

        @Bean
        @ConditionalOnMissingBean(name = "creditMigrationHealthIndicator")
        @ConditionalOnEnabledHealthIndicator("credit-migration")
        HealthIndicator creditMigrationHealthIndicator(MigrationService migrations) {
            return new MigrationHealthIndicator(migrations);
        }
    }
}
