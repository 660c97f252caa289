package io.creditmigration.spring;

import io.creditmigration.MigrationService;
import io.creditmigration.NoticeDispatcher;
import io.creditmigration.micrometer.MigrationMeters;
import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/** Meters, where Micrometer is. Before the service, which is told of them as of any listener. */
@AutoConfiguration(
        before = CreditMigrationAutoConfiguration.class,
        afterName = {
            "org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration",
            "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration"
        })
@ConditionalOnClass({MeterRegistry.class, MigrationMeters.class})
@ConditionalOnBean(MeterRegistry.class)
@ConditionalOnBooleanProperty(name = "credit-migration.enabled", matchIfMissing = true)
public final class CreditMigrationMetricsAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    MigrationMeters creditMigrationMeters(MeterRegistry registry) {
        return MigrationMeters.of(registry);
    }

    @Bean
    SmartInitializingSingleton creditMigrationGauges(
            MigrationMeters meters,
            ObjectProvider<MigrationService> migrations,
            ObjectProvider<NoticeDispatcher> dispatchers) {
        return () -> {
            migrations.orderedStream().forEach(meters::watch);
            dispatchers.orderedStream().forEach(meters::watch);
        };
    }
}
