package io.creditmigration.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.creditmigration.CreditPolicy;
import io.creditmigration.CreditRate;
import io.creditmigration.Migration;
import io.creditmigration.MigrationResult.Status;
import io.creditmigration.MigrationService;
import io.creditmigration.StoreException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A look at users while the library has no tables. */
final class BeforeInstallTest {

    private static final HostTables USERS =
            HostTables.users("users").balance("credits").flag("migrated");

    private final JdbcDataSource dataSource = new JdbcDataSource();
    private MigrationService migrations;

    @BeforeEach
    void usersAlone() throws SQLException {
        dataSource.setURL("jdbc:h2:mem:before_install;DB_CLOSE_DELAY=-1");
        execute("DROP ALL OBJECTS");
        execute(
                "CREATE TABLE users (id INT PRIMARY KEY, credits DECIMAL(12, 4), migrated BOOLEAN DEFAULT FALSE NOT NULL)");
        execute("INSERT INTO users (id, credits) VALUES (1, 0), (2, 50)");
        migrations = MigrationService.of(
                Migration.named("rate-2500")
                        .cutOff(Instant.parse("2026-01-06T00:00:00Z"))
                        .policy(CreditPolicy.convert(CreditRate.of(1_000), CreditRate.of(2_500)))
                        .build(),
                JdbcMigrationStore.beforeInstall(dataSource, USERS));
    }

    @Test
    void plans_analyses_and_quotes_are_those_of_empty_tables() {
        assertThat(migrations.analyze().users()).isEqualTo(2);
        assertThat(migrations.plan().count(Status.MIGRATED)).isOne();
        assertThat(migrations.plan().toConfirm()).isOne();
        assertThat(migrations.quote("2").orElseThrow().newCredits().toString()).isEqualTo("20");
        assertThat(migrations.find("2")).isEmpty();
    }

    @Test
    void nothing_can_be_written_also_when_the_tables_come_meanwhile() throws SQLException {
        assertThatThrownBy(() -> migrations.autoMigrateIfZeroCredits("1")).isInstanceOf(StoreException.class);
        LibraryTables.defaults().install(dataSource);
        assertThatThrownBy(() -> migrations.autoMigrateIfZeroCredits("1"))
                .isInstanceOf(StoreException.class)
                .hasRootCauseMessage(
                        "The library's tables are not installed, and nothing can be written before they are");

        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT COUNT(*) FROM users WHERE migrated")) {
            row.next();
            assertThat(row.getInt(1)).isZero();
        }
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
