package io.creditmigration.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.creditmigration.MigrationGate;
import io.creditmigration.MigrationService;
import io.creditmigration.jdbc.HostTables;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** The starter works without each of the libraries that an application may lack. */
final class OptionalDependenciesTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "io.micrometer",
                "io.creditmigration.micrometer",
                "jakarta.servlet",
                "io.creditmigration.servlet",
                "jakarta.persistence",
                "org.springframework.orm",
                "org.springframework.jdbc",
                "org.springframework.transaction",
                "org.springframework.boot.actuate",
                "org.springframework.boot.health",
                "org.springframework.boot.jdbc",
                "org.springframework.boot.sql",
                "org.flywaydb",
                "tools.jackson"
            })
    void it_works_without(String absent) throws SQLException {
        JdbcDataSource database = new JdbcDataSource();
        database.setURL("jdbc:h2:mem:" + absent + ";DB_CLOSE_DELAY=-1");
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(
                    "CREATE TABLE users (id VARCHAR(36) PRIMARY KEY, credits NUMERIC(18, 4), migrated BOOLEAN)");
            statement.execute("INSERT INTO users VALUES ('ann', 100, FALSE), ('zero', 0, FALSE)");
        }
        new ApplicationContextRunner()
                .withClassLoader(new FilteredClassLoader(absent))
                .withConfiguration(Shop.STARTER)
                .withBean(DataSource.class, () -> database)
                .withBean(
                        HostTables.class,
                        () -> HostTables.users("users").balance("credits").flag("migrated"))
                .withPropertyValues(
                        "credit-migration.library-tables.on-start=install",
                        "credit-migration.migration.id=rate-2500",
                        "credit-migration.migration.cut-off=2026-01-06T00:00:00Z",
                        "credit-migration.migration.convert.from=1000",
                        "credit-migration.migration.convert.to=2500")
                .run(context -> {
                    assertThat(context).hasNotFailed().hasSingleBean(MigrationService.class);
                    assertThat(context.getBean(MigrationGate.class).check("ann").passes())
                            .isFalse();
                    assertThat(context.getBean(MigrationGate.class)
                                    .check("zero")
                                    .passes())
                            .isTrue();
                    boolean joins = !absent.equals("org.springframework.jdbc")
                            && !absent.equals("org.springframework.transaction");
                    assertThat(context.getBeanNamesForType(JoinedMigrations.class))
                            .hasSize(joins ? 1 : 0);
                });
    }
}
