package io.creditmigration.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.creditmigration.Actor;
import io.creditmigration.MigrationResult;
import io.creditmigration.MigrationRun;
import io.creditmigration.MigrationService;
import io.creditmigration.RollbackOptions;
import io.creditmigration.RunOptions;
import io.creditmigration.StoreException;
import io.creditmigration.testkit.HostApplication.Setting;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Behind a pooler that hands out a server's connection for each transaction, others get what is left on it. */
@Timeout(120)
final class PgBouncerTest {

    private static final Actor OPERATOR = Actor.operator("olga");

    /** What a transaction of another application finds set. */
    private static final String SETTINGS = """
            SELECT name || ' ' || setting FROM pg_settings
            WHERE name LIKE '%isolation' OR name IN ('search_path', 'lock_timeout', 'statement_timeout', 'enable_seqscan',
                'transaction_read_only', 'default_transaction_read_only')
            """;

    @Test
    void transactions_of_others_find_nothing_that_the_library_has_set() throws Exception {
        // Closed in the other order: a database that is in use cannot be dropped.
        try (HikariDataSource direct = TestDatabase.POSTGRESQL.create();
                PgBouncer bouncer = PgBouncer.start(3);
                HikariDataSource pooled = pool(bouncer, direct, "prepareThreshold=0", 8)) {
            Bank bank = new Bank(direct, TestDatabase.POSTGRESQL, Setting.CONVERSION, 400);
            Set<List<Object>> expected = Set.copyOf(new TestSql(direct).rows(SETTINGS));
            AtomicBoolean over = new AtomicBoolean();
            Set<List<Object>> seen = ConcurrentHashMap.newKeySet();
            CompletableFuture<Long> others = CompletableFuture.supplyAsync(() -> {
                TestSql sql = new TestSql(pooled);
                long transactions = 0;
                while (!over.get()) {
                    seen.addAll(sql.rows(SETTINGS));
                    transactions++;
                }
                return transactions;
            });
            MigrationService migrations =
                    MigrationService.of(bank.migration(), JdbcMigrationStore.owning(pooled, bank.tables()));
            try {
                new TestSql(direct).run("CREATE SCHEMA elsewhere");
                new LibraryTables("elsewhere", "m_").install(pooled);
                assertThat(migrations.migrate("1").status()).isEqualTo(MigrationResult.Status.MIGRATED);
                MigrationRun run =
                        migrations.run(RunOptions.defaults().withPageSize(20).withThreads(2));
                assertThat(run.state()).isEqualTo(MigrationRun.State.FINISHED);
                bank.assertEverybodyIsMigratedOnce();
                for (int i = 0; i < 10; i++) {
                    assertThat(migrations.verify().isClean()).isTrue();
                }
                migrations.halt(OPERATOR, "enough");
                migrations.seal(OPERATOR);
                migrations.rollbackAll(RollbackOptions.defaults(), OPERATOR, "as it was");
            } finally {
                over.set(true);
            }

            assertThat(others.get(60, TimeUnit.SECONDS)).isPositive();
            assertThat(seen).isEqualTo(expected);
            // One after the other, so that each of the pooler's connections is looked at.
            assertThat(Set.copyOf(new TestSql(pooled).rows(SETTINGS))).isEqualTo(expected);
        }
    }

    @Test
    void statements_that_the_server_keeps_are_refused_with_what_to_set() throws Exception {
        // Closed in the other order: a database that is in use cannot be dropped.
        try (HikariDataSource direct = TestDatabase.POSTGRESQL.create();
                PgBouncer bouncer = PgBouncer.start(1);
                HikariDataSource one = pool(bouncer, direct, "prepareThreshold=2", 1);
                HikariDataSource other = pool(bouncer, direct, "prepareThreshold=2", 1)) {
            Bank bank = new Bank(direct, TestDatabase.POSTGRESQL, Setting.CONVERSION, 10);

            assertThatThrownBy(() -> {
                        for (HikariDataSource node : List.of(one, other)) {
                            MigrationService migrations = MigrationService.of(
                                    bank.migration(), JdbcMigrationStore.owning(node, bank.tables()));
                            migrations.find("1");
                            migrations.find("1");
                        }
                    })
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("already exists [SQLState 42P05]; behind a pooler")
                    .hasMessageContaining("set prepareThreshold=0 in the JDBC URL");
        }
    }

    private static HikariDataSource pool(PgBouncer bouncer, HikariDataSource direct, String options, int connections) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(bouncer.url(direct.getJdbcUrl(), options));
        config.setUsername(direct.getUsername());
        config.setPassword(direct.getPassword());
        config.setMaximumPoolSize(connections);
        return new HikariDataSource(config);
    }
}
