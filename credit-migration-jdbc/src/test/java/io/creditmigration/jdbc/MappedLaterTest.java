package io.creditmigration.jdbc;

import static io.creditmigration.jdbc.SmallHost.JANUARY;
import static io.creditmigration.jdbc.SmallHost.OLGA;
import static io.creditmigration.jdbc.SmallHost.clean;
import static io.creditmigration.jdbc.SmallHost.conversion;
import static io.creditmigration.jdbc.SmallHost.grant;
import static io.creditmigration.jdbc.SmallHost.host;
import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.creditmigration.MigrationService;
import io.creditmigration.RollbackResult;
import java.math.BigDecimal;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Columns that a host maps after some of its users were migrated. */
final class MappedLaterTest {

    @ParameterizedTest
    @EnumSource
    void a_rate_that_was_mapped_after_the_migration_is_the_old_one_after_a_rollback(TestDatabase database) {
        try (HikariDataSource dataSource = database.create()) {
            TestSql sql = host(
                    dataSource,
                    "CREATE TABLE users (id BIGINT PRIMARY KEY, credits NUMERIC(19, 4), migrated BOOLEAN DEFAULT FALSE,"
                            + " rate NUMERIC(18, 6))",
                    "INSERT INTO users (id, credits) VALUES (1, 100)");
            HostTables flagAlone = HostTables.users("users").balance("credits").flag("migrated");
            MigrationService.of(
                            conversion("rate-2500", JANUARY, 1_000, 2_500),
                            JdbcMigrationStore.owning(dataSource, flagAlone))
                    .migrate("1");
            sql.run("UPDATE users SET rate = 2500");
            MigrationService service = MigrationService.of(
                    conversion("rate-2500", JANUARY, 1_000, 2_500),
                    JdbcMigrationStore.owning(dataSource, flagAlone.rate("rate")));

            RollbackResult result = service.rollback("1", OLGA, "asked for it");

            assertThat(result.status()).isEqualTo(RollbackResult.Status.ROLLED_BACK);
            assertThat((BigDecimal) sql.one("SELECT rate FROM users")).isEqualByComparingTo("1000");
            clean(service.verify());
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_column_that_was_mapped_after_the_migration_is_not_emptied_by_a_rollback(TestDatabase database) {
        try (HikariDataSource dataSource = database.create()) {
            TestSql sql = host(
                    dataSource,
                    "CREATE TABLE users (id BIGINT PRIMARY KEY, credits NUMERIC(19, 4), migrated BOOLEAN DEFAULT FALSE,"
                            + " rate NUMERIC(18, 6), tier VARCHAR(10))",
                    "INSERT INTO users (id, credits, tier) VALUES (1, 100, 'gold')");
            HostTables flagAlone = HostTables.users("users").balance("credits").flag("migrated");
            MigrationService.of(
                            conversion("rate-2500", JANUARY, 1_000, 2_500),
                            JdbcMigrationStore.owning(dataSource, flagAlone))
                    .migrate("1");
            sql.run("UPDATE users SET rate = 2500");
            MigrationService service = MigrationService.of(
                    conversion("rate-2500", JANUARY, 1_000, 2_500),
                    JdbcMigrationStore.owning(dataSource, flagAlone.rate("rate").onMigrationSet("tier", "plain")));

            clean(service.verify());
            service.rollback("1", OLGA, "asked for it");

            assertThat(sql.text("SELECT tier FROM users")).isEqualTo("gold");
            assertThat((BigDecimal) sql.one("SELECT credits FROM users")).isEqualByComparingTo("100");
            clean(service.verify());
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_flag_that_was_mapped_after_the_migration_is_not_guessed_by_a_rollback(TestDatabase database) {
        try (HikariDataSource dataSource = database.create()) {
            TestSql sql = host(
                    dataSource,
                    "CREATE TABLE users (id BIGINT PRIMARY KEY, credits NUMERIC(19, 4), rate NUMERIC(18, 6),"
                            + " migrated BOOLEAN DEFAULT FALSE)",
                    "INSERT INTO users (id, credits, rate) VALUES (1, 100, 1000)");
            HostTables rateAlone = HostTables.users("users").balance("credits").rate("rate");
            MigrationService.of(
                            conversion("rate-2500", JANUARY, 1_000, 2_500),
                            JdbcMigrationStore.owning(dataSource, rateAlone))
                    .migrate("1");
            sql.run("UPDATE users SET migrated = TRUE");
            MigrationService service = MigrationService.of(
                    conversion("rate-2500", JANUARY, 1_000, 2_500),
                    JdbcMigrationStore.owning(dataSource, rateAlone.flag("migrated")));

            RollbackResult result = service.rollback("1", OLGA, "asked for it");

            assertThat(result.status()).isEqualTo(RollbackResult.Status.REJECTED);
            assertThat(result.message()).containsIgnoringCase("flag column 'migrated' was mapped after");
            assertThat((BigDecimal) sql.one("SELECT credits FROM users")).isEqualByComparingTo("40");
            clean(service.verify());
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_version_that_was_mapped_after_the_migration_tells_of_no_move(TestDatabase database) {
        try (HikariDataSource dataSource = database.create()) {
            TestSql sql = host(
                    dataSource,
                    "CREATE TABLE users (id BIGINT PRIMARY KEY, credits NUMERIC(19, 4), version BIGINT DEFAULT 0)",
                    "INSERT INTO users (id, credits) VALUES (1, 0)");
            HostTables balance = HostTables.users("users").balance("credits");
            MigrationService.of(grant("grant"), JdbcMigrationStore.owning(dataSource, balance))
                    .migrate("1");
            sql.run("UPDATE users SET version = 1");
            MigrationService service = MigrationService.of(
                    grant("grant"), JdbcMigrationStore.owning(dataSource, balance.version("version")));

            assertThat(service.rollback("1", OLGA, "asked for it").status())
                    .isEqualTo(RollbackResult.Status.MOVED_SINCE);
            clean(service.verify());
        }
    }
}
