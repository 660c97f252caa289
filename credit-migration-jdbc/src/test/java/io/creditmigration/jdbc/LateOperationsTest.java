package io.creditmigration.jdbc;

import static io.creditmigration.jdbc.SmallHost.OLGA;
import static io.creditmigration.jdbc.SmallHost.grant;
import static io.creditmigration.jdbc.SmallHost.host;
import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.creditmigration.MigrationOptions;
import io.creditmigration.MigrationService;
import io.creditmigration.MigrationStatus;
import io.creditmigration.StoreException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Operations that were committed after the migration of the user who made them before it. */
final class LateOperationsTest {

    private static MigrationOptions at(String instant) {
        return MigrationOptions.defaults().withClock(Clock.fixed(Instant.parse(instant), ZoneOffset.UTC));
    }

    @ParameterizedTest
    @EnumSource
    void a_sweep_copies_a_late_operation_also_where_another_was_deleted(TestDatabase database) {
        try (HikariDataSource dataSource = database.create()) {
            TestSql sql = host(
                    dataSource,
                    "CREATE TABLE users (id BIGINT PRIMARY KEY)",
                    "CREATE TABLE operations (id BIGINT PRIMARY KEY, owner BIGINT NOT NULL, made_at TIMESTAMP NOT NULL)",
                    "INSERT INTO users (id) VALUES (1)",
                    "INSERT INTO operations (id, owner, made_at) VALUES (1, 1, '2026-01-01 00:00:00')");
            MigrationService service = MigrationService.of(
                    grant("grant"),
                    JdbcMigrationStore.owning(
                            dataSource,
                            HostTables.users("users")
                                    .ownAccounts()
                                    .operations("operations", "id", "owner", "made_at")
                                    .zone(ZoneOffset.UTC)));
            service.migrate("1");
            sql.run("DELETE FROM operations");
            sql.run("INSERT INTO operations (id, owner, made_at) VALUES (2, 1, '2026-01-02 00:00:00')");

            service.run();

            assertThat(service.find("1").orElseThrow().historicalOperations()).isEqualTo(2);
        }
    }

    @ParameterizedTest
    @EnumSource
    void operations_of_the_hour_that_is_there_twice_are_caught_up(TestDatabase database) {
        try (HikariDataSource dataSource = database.create()) {
            host(
                    dataSource,
                    "CREATE TABLE users (id BIGINT PRIMARY KEY)",
                    "CREATE TABLE operations (id BIGINT PRIMARY KEY, owner BIGINT NOT NULL, made_at "
                            + (database == TestDatabase.MARIADB ? "DATETIME" : "TIMESTAMP") + " NOT NULL)",
                    "INSERT INTO users (id) VALUES (1), (2)",
                    "INSERT INTO operations (id, owner, made_at) VALUES (1, 1, '2026-10-25 02:45:00'), (2, 2, '2026-10-25 02:15:00')");
            JdbcMigrationStore store;
            try {
                store = JdbcMigrationStore.owning(
                        dataSource,
                        HostTables.users("users")
                                .ownAccounts()
                                .operations("operations", "id", "owner", "made_at")
                                .zone(ZoneId.of("Europe/Berlin")));
            } catch (MappingException | StoreException e) {
                return;
            }
            MigrationService first = MigrationService.of(grant("grant"), store, at("2026-10-25T01:10:00Z"));
            MigrationService second = MigrationService.of(grant("grant"), store, at("2026-10-25T00:30:00Z"));
            first.migrate("1");
            second.migrate("2");
            first.catchUp();

            assertThat(first.verify().figures().lateOperations()).isZero();
            assertThat(first.verify().found()).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void operations_that_came_late_are_caught_up_of_a_user_reconciled_to_completed(TestDatabase database) {
        try (HikariDataSource dataSource = database.create()) {
            TestSql sql = host(
                    dataSource,
                    "CREATE TABLE users (id BIGINT PRIMARY KEY)",
                    "CREATE TABLE accounts (owner BIGINT PRIMARY KEY, balance NUMERIC(19, 4), migrated BOOLEAN DEFAULT FALSE)",
                    "CREATE TABLE operations (id BIGINT PRIMARY KEY, owner BIGINT NOT NULL, made_at TIMESTAMP NOT NULL)",
                    "INSERT INTO users (id) VALUES (1)",
                    "INSERT INTO operations (id, owner, made_at) VALUES (1, 1, '2026-01-01 00:00:00')");
            MigrationService service = MigrationService.of(
                    grant("grant"),
                    JdbcMigrationStore.owning(
                            dataSource,
                            HostTables.users("users")
                                    .accounts("accounts", "owner", "balance")
                                    .flag("migrated")
                                    .operations("operations", "id", "owner", "made_at")
                                    .zone(ZoneOffset.UTC)));
            service.migrate("1");
            sql.run("UPDATE accounts SET migrated = FALSE");
            service.reconcile("1", MigrationStatus.ROLLED_BACK, OLGA, "by hand");
            sql.run("UPDATE accounts SET migrated = TRUE");
            service.reconcile("1", MigrationStatus.COMPLETED, OLGA, "by hand");
            sql.run("INSERT INTO operations (id, owner, made_at) VALUES (2, 1, '2026-01-02 00:00:00')");
            service.catchUp();

            assertThat(service.verify().figures().lateOperations()).isZero();
        }
    }
}
