package io.creditmigration.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.creditmigration.CreditPolicy;
import io.creditmigration.Migration;
import io.creditmigration.MigrationService;
import io.creditmigration.MigrationStatus;
import io.creditmigration.RunOptions;
import io.creditmigration.UserMigration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Operations that are not copied into the credit history decide all the same how much a user gets. */
final class WithoutHistoryTest {

    private static final Instant CUT_OFF = Instant.parse("2026-01-06T00:00:00Z");
    private static final Migration GRANT = Migration.named("grant")
            .cutOff(CUT_OFF)
            .policy(CreditPolicy.initialGrant())
            .build();
    private static final int OFTEN = 400;

    @ParameterizedTest
    @EnumSource
    void usage_counts_and_no_operation_becomes_an_entry(TestDatabase database) {
        try (HikariDataSource dataSource = database.create()) {
            TestSql sql = new TestSql(dataSource);
            LibraryTables.defaults().install(dataSource);
            sql.runAll(
                    "CREATE TABLE users (id VARCHAR(40) PRIMARY KEY)",
                    "CREATE TABLE operations (id INTEGER PRIMARY KEY, owner VARCHAR(40) NOT NULL, made_at TIMESTAMP NOT NULL)",
                    "CREATE INDEX operations_by_user ON operations (owner, made_at)",
                    "INSERT INTO users VALUES ('ann'), ('bob'), ('cem')");
            LocalDateTime at = LocalDateTime.ofInstant(CUT_OFF, ZoneOffset.UTC).minusDays(20);
            for (int i = 0; i < OFTEN; i++) {
                sql.run("INSERT INTO operations VALUES (?, ?, ?)", i, i < OFTEN - 1 ? "ann" : "bob", at.plusHours(i));
            }
            MigrationService migrations = MigrationService.of(
                    GRANT,
                    JdbcMigrationStore.owning(
                            dataSource,
                            HostTables.users("users")
                                    .ownAccounts()
                                    .zone(ZoneOffset.UTC)
                                    .operations("operations", "id", "owner", "made_at")
                                    .withoutHistory()));

            UserMigration alone = migrations.migrate("bob").record();
            migrations.run(RunOptions.defaults());

            assertThat(alone).isNotNull();
            assertThat(alone.historicalOperations()).isZero();
            UserMigration often = migrations.migrate("ann").record();
            assertThat(often).isNotNull();
            assertThat(often.status()).isEqualTo(MigrationStatus.COMPLETED);
            assertThat(often.creditsGranted()).hasToString("50");
            assertThat(often.historicalOperations()).isZero();
            assertThat(sql.rows("SELECT kind FROM credit_migration_entry"))
                    .hasSize(3)
                    .allSatisfy(row -> assertThat(row.get(0)).isEqualTo("GRANT"));
        }
    }
}
