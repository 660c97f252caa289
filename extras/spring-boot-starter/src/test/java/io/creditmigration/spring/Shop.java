package io.creditmigration.spring;

import java.util.UUID;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.test.context.runner.AbstractApplicationContextRunner;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;

/** An application with a users table that Flyway makes, and properties that map it. */
final class Shop {

    static final AutoConfigurations STARTER = AutoConfigurations.of(
            CreditMigrationAutoConfiguration.class,
            CreditMigrationTransactionAutoConfiguration.class,
            CreditMigrationServletAutoConfiguration.class,
            CreditMigrationMetricsAutoConfiguration.class,
            CreditMigrationActuatorAutoConfiguration.class);

    private static final AutoConfigurations DATABASE = AutoConfigurations.of(
            DataSourceAutoConfiguration.class,
            DataSourceTransactionManagerAutoConfiguration.class,
            TransactionAutoConfiguration.class,
            FlywayAutoConfiguration.class);

    private Shop() {}

    static ApplicationContextRunner application() {
        return in(new ApplicationContextRunner());
    }

    static <R extends AbstractApplicationContextRunner<R, ?, ?>> R in(R runner) {
        return runner.withConfiguration(DATABASE)
                .withConfiguration(STARTER)
                .withPropertyValues(
                        "spring.datasource.url=jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1",
                        "spring.flyway.locations=classpath:starter-test",
                        "credit-migration.library-tables.on-start=install",
                        "credit-migration.users.table=users",
                        "credit-migration.users.balance=credits",
                        "credit-migration.users.flag=migrated",
                        "credit-migration.users.registered-at=created_at",
                        "credit-migration.migration.id=rate-2500",
                        "credit-migration.migration.cut-off=2026-01-06T00:00:00Z",
                        "credit-migration.migration.convert.from=1000",
                        "credit-migration.migration.convert.to=2500");
    }
}
