package io.creditmigration.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.creditmigration.Actor;
import io.creditmigration.CreditPolicy;
import io.creditmigration.Migration;
import io.creditmigration.MigrationOptions;
import io.creditmigration.MigrationService;
import io.creditmigration.Notice;
import io.creditmigration.spi.NoticeStore.Leased;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Notices in transactions: the host's, other nodes', and those of pages. */
@Timeout(60)
final class NoticesInDatabasesTest {

    private static final Migration GRANT = Migration.named("credits")
            .cutOff(Instant.parse("2026-01-06T00:00:00Z"))
            .policy(CreditPolicy.initialGrant())
            .build();
    private static final HostTables TABLES =
            HostTables.users("users").ownAccounts().onMigrationSet("rate_limit", null);

    @ParameterizedTest
    @EnumSource
    void a_notice_commits_with_the_hosts_transaction_or_goes_with_it(TestDatabase database) throws Exception {
        try (HikariDataSource dataSource = prepared(database, 2);
                Connection connection = dataSource.getConnection()) {
            JdbcMigrationStore store = JdbcMigrationStore.owning(dataSource, TABLES);
            MigrationService migrations = telling(store);
            migrations.register(Actor.operator("olga"), "begins today");
            connection.setAutoCommit(false);

            migrations.joining(store.joining(connection)).migrate("1");
            assertThat(leased(store)).isEmpty();
            connection.rollback();
            assertThat(leased(store)).isEmpty();

            migrations.joining(store.joining(connection)).migrate("2");
            connection.commit();

            assertThat(leased(store)).extracting(Notice::userId).containsExactly("2");
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_notice_that_another_transaction_has_in_hand_is_left_out_and_not_waited_for(TestDatabase database)
            throws Exception {
        try (HikariDataSource dataSource = prepared(database, 3);
                Connection connection = dataSource.getConnection()) {
            JdbcMigrationStore store = JdbcMigrationStore.owning(dataSource, TABLES);
            MigrationService migrations = telling(store);
            migrations.migrate("1");
            migrations.migrate("2");
            migrations.migrate("3");
            connection.setAutoCommit(false);
            connection
                    .createStatement()
                    .executeQuery(
                            "SELECT user_id FROM credit_migration_notice"
                                    + " WHERE migration_id = 'credits' AND user_id = '2' AND attempt = 1 AND kind = 'COMPLETE' FOR UPDATE")
                    .close();

            List<Notice> free = leased(store);
            connection.rollback();

            assertThat(free).extracting(Notice::userId).containsExactly("1", "3");
            assertThat(leased(store)).extracting(Notice::userId).containsExactly("2");
        }
    }

    @Test
    void on_postgresql_a_page_with_notices_takes_no_statement_more() {
        try (HikariDataSource dataSource = prepared(TestDatabase.POSTGRESQL, 20);
                HikariDataSource other = prepared(TestDatabase.POSTGRESQL, 20)) {
            AtomicInteger silent = new AtomicInteger();
            MigrationService.of(GRANT, JdbcMigrationStore.owning(counting(dataSource, silent), TABLES))
                    .run();
            AtomicInteger told = new AtomicInteger();
            telling(JdbcMigrationStore.owning(counting(other, told), TABLES)).run();

            assertThat(told.get()).isEqualTo(silent.get()).isPositive();
            assertThat(new TestSql(other).text("SELECT COUNT(*) FROM credit_migration_notice"))
                    .isEqualTo("20");
        }
    }

    private static HikariDataSource prepared(TestDatabase database, int users) {
        HikariDataSource dataSource = database.create();
        TestSql sql = new TestSql(dataSource);
        sql.run("CREATE TABLE users (id BIGINT PRIMARY KEY, rate_limit INTEGER)");
        for (int id = 1; id <= users; id++) {
            sql.run("INSERT INTO users VALUES (?, 10)", id);
        }
        LibraryTables.defaults().install(dataSource);
        return dataSource;
    }

    private static MigrationService telling(JdbcMigrationStore store) {
        return MigrationService.of(GRANT, store, MigrationOptions.defaults().withNotices());
    }

    private static List<Notice> leased(JdbcMigrationStore store) {
        Instant later = Instant.parse("2100-01-01T00:00:00Z");
        return store.lease(100, later, later.plus(Duration.ofDays(1))).stream()
                .map(Leased::notice)
                .toList();
    }

    /** A data source that counts the statements prepared. */
    private static DataSource counting(DataSource dataSource, AtomicInteger count) {
        return (DataSource) proxy(DataSource.class, dataSource, (method, answer) -> {
            if (answer instanceof Connection connection) {
                return proxy(Connection.class, connection, (called, result) -> {
                    count.addAndGet(called.equals("prepareStatement") ? 1 : 0);
                    return result;
                });
            }
            return answer;
        });
    }

    private interface Seen {
        Object of(String method, Object answer);
    }

    private static Object proxy(Class<?> type, Object target, Seen seen) {
        return Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (self, method, arguments) -> {
            try {
                return seen.of(method.getName(), method.invoke(target, arguments));
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        });
    }
}
