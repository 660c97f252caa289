package io.creditmigration.spring;

import io.creditmigration.DispatchOptions;
import io.creditmigration.Migration;
import io.creditmigration.MigrationGate;
import io.creditmigration.MigrationListener;
import io.creditmigration.MigrationOptions;
import io.creditmigration.MigrationService;
import io.creditmigration.NoticeDispatcher;
import io.creditmigration.NoticeTemplates;
import io.creditmigration.Notifier;
import io.creditmigration.RunSettings;
import io.creditmigration.jdbc.HostTables;
import io.creditmigration.jdbc.JdbcMigrationStore;
import io.creditmigration.jdbc.LibraryTables;
import io.creditmigration.spi.MigrationStore;
import io.creditmigration.spring.CreditMigrationProperties.OnFailure;
import io.creditmigration.spring.CreditMigrationProperties.OnStart;
import javax.sql.DataSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.sql.init.dependency.DependsOnDatabaseInitialization;
import org.springframework.context.annotation.Bean;

/**
 * Opens the store on the application's data source once its database is initialised, and the migration on it. Each bean steps
 * back where the application has one of its own.
 */
@AutoConfiguration(
        afterName = {
            "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration",
            "org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration",
            "org.springframework.boot.liquibase.autoconfigure.LiquibaseAutoConfiguration",
            "org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration"
        })
@ConditionalOnBooleanProperty(name = "credit-migration.enabled", matchIfMissing = true)
@EnableConfigurationProperties(CreditMigrationProperties.class)
public final class CreditMigrationAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    LibraryTables creditMigrationLibraryTables(CreditMigrationProperties properties) {
        return Configured.libraryTables(properties);
    }

    @Bean
    @ConditionalOnMissingBean
    @ConditionalOnProperty("credit-migration.users.table")
    HostTables creditMigrationHostTables(CreditMigrationProperties properties) {
        return Configured.hostTables(properties);
    }

    @Bean
    @ConditionalOnMissingBean
    @ConditionalOnProperty("credit-migration.migration.id")
    Migration creditMigration(CreditMigrationProperties properties) {
        return Configured.migration(Configured.given("migration.id", properties.migration()));
    }

    @Bean
    @ConditionalOnMissingBean(MigrationStore.class)
    @ConditionalOnSingleCandidate(DataSource.class)
    @ConditionalOnBean(HostTables.class)
    @DependsOnDatabaseInitialization
    JdbcMigrationStore creditMigrationStore(
            DataSource dataSource, HostTables host, LibraryTables ours, CreditMigrationProperties properties) {
        DataSource raw = RawDataSource.behind(dataSource);
        if (properties.libraryTables().onStart() == OnStart.INSTALL) {
            ours.install(raw);
        }
        return JdbcMigrationStore.owning(raw, host, ours);
    }

    @Bean
    @ConditionalOnMissingBean
    MigrationOptions creditMigrationOptions(
            CreditMigrationProperties properties, ObjectProvider<MigrationListener> listeners) {
        MigrationOptions options = MigrationOptions.defaults()
                .withBlockedFor(properties.gate().repeatAnswerFor())
                .withListener(Listeners.of(listeners.orderedStream().toList()));
        return properties.notices() ? options.withNotices() : options;
    }

    @Bean
    @ConditionalOnMissingBean
    @ConditionalOnBean({Migration.class, MigrationStore.class})
    MigrationService creditMigrationService(Migration migration, MigrationStore store, MigrationOptions options) {
        return MigrationService.of(migration, store, options);
    }

    @Bean
    @ConditionalOnMissingBean
    @ConditionalOnBean(MigrationService.class)
    MigrationGate creditMigrationGate(MigrationService migrations, CreditMigrationProperties properties) {
        return properties.gate().onFailure() == OnFailure.OPEN
                ? MigrationGate.of(migrations)
                : MigrationGate.closedOnFailure(migrations);
    }

    @Bean
    @ConditionalOnMissingBean
    RunSettings creditMigrationRunSettings(CreditMigrationProperties properties) {
        return Configured.runSettings(properties.run());
    }

    @Bean
    @ConditionalOnMissingBean
    @ConditionalOnBean({MigrationService.class, Notifier.class})
    @ConditionalOnBooleanProperty(name = "credit-migration.notices")
    NoticeTemplates creditMigrationNoticeTemplates(CreditMigrationProperties properties) {
        return NoticeTemplates.shipped(
                Configured.given("mail.page", properties.mail().page()));
    }

    @Bean
    @ConditionalOnMissingBean
    @ConditionalOnBean({MigrationService.class, Notifier.class})
    @ConditionalOnBooleanProperty(name = "credit-migration.notices")
    NoticeDispatcher creditMigrationNoticeDispatcher(
            MigrationStore store,
            Notifier notifier,
            NoticeTemplates templates,
            ObjectProvider<DispatchOptions> options,
            ObjectProvider<MigrationListener> listeners) {
        MigrationListener all = Listeners.of(listeners.orderedStream().toList());
        return NoticeDispatcher.of(
                store,
                notifier,
                templates,
                options.getIfAvailable(() -> DispatchOptions.defaults().withListener(all)));
    }

    @Bean
    @ConditionalOnMissingBean
    @ConditionalOnBean(NoticeDispatcher.class)
    @ConditionalOnBooleanProperty(name = "credit-migration.dispatcher.enabled", matchIfMissing = true)
    DispatcherLifecycle creditMigrationDispatcherLifecycle(
            NoticeDispatcher dispatcher, CreditMigrationProperties properties) {
        return new DispatcherLifecycle(dispatcher, properties.dispatcher().every());
    }
}
