package io.creditmigration.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.creditmigration.Actor;
import io.creditmigration.Allocation;
import io.creditmigration.CreditPolicy;
import io.creditmigration.Credits;
import io.creditmigration.InvalidValueException;
import io.creditmigration.Migration;
import io.creditmigration.MigrationGate;
import io.creditmigration.MigrationResult;
import io.creditmigration.MigrationRun;
import io.creditmigration.MigrationService;
import io.creditmigration.RollbackOptions;
import io.creditmigration.StoreException;
import io.creditmigration.testkit.HostApplication.Setting;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Connections are borrowed: they go back as they came, whatever happens, and what a pool throws is no user's fault. */
@Timeout(120)
final class BorrowedConnectionsTest {

    private static final Actor OPERATOR = Actor.operator("olga");

    private @Nullable HikariDataSource database;
    private @Nullable HikariDataSource pool;

    @AfterEach
    void close() {
        if (pool != null) {
            pool.close();
        }
        if (database != null) {
            database.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_session_is_as_it_was_after_everything_that_the_library_does(TestDatabase on) throws Exception {
        Bank bank = bank(on);
        HikariDataSource one = onlyOne();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        CreditPolicy policy = user -> {
            if (failure.get() != null) {
                BorrowedConnectionsTest.<RuntimeException>sneak(failure.get());
            }
            return Allocation.of(Credits.of(1), "as always");
        };
        Migration migration = Migration.named("grant")
                .cutOff(WorkerProcess.RATE_2500.cutOff())
                .policy(policy.named("flat", 1))
                .build();
        List<String> before = session(on, one);

        MigrationService migrations = MigrationService.of(migration, JdbcMigrationStore.owning(one, bank.tables()));
        migrations.migrate("1");
        failure.set(new OutOfMemoryError("as a test has asked for"));
        assertThatThrownBy(migrations::run).isInstanceOf(OutOfMemoryError.class);
        assertThat(session(on, one)).as("after an error of the machine").isEqualTo(before);

        failure.set(new NoClassDefFoundError("com/acme/Plan"));
        migrations.migrate("2");
        failure.set(null);
        MigrationRun run = migrations.run();
        assertThat(run.state()).isEqualTo(MigrationRun.State.FINISHED);
        assertThat(migrations.verify().isClean()).isTrue();
        migrations.halt(OPERATOR, "enough");
        migrations.seal(OPERATOR);
        migrations.rollbackAll(RollbackOptions.defaults(), OPERATOR, "as it was");

        assertThat(session(on, one)).isEqualTo(before);
    }

    static Stream<Arguments> faultsOfPools() {
        return Stream.of(TestDatabase.values())
                .flatMap(on -> Stream.of(new IllegalStateException("circuit open"), new NoClassDefFoundError("Pool"))
                        .flatMap(failure -> Stream.of("getConnection", "setAutoCommit", "prepareStatement")
                                .map(call -> Arguments.of(on, failure, call))));
    }

    @ParameterizedTest
    @MethodSource("faultsOfPools")
    void whatever_a_pool_throws_the_store_is_unavailable_and_nobody_is_marked(
            TestDatabase on, Throwable failure, String call) {
        Bank bank = bank(on);
        AtomicReference<String> failing = new AtomicReference<>("nothing");
        MigrationService migrations = MigrationService.of(
                bank.migration(), JdbcMigrationStore.owning(faulty(pooled(), failing, failure), bank.tables()));
        bank.sql.run("UPDATE users SET credits = 0, started = 0 WHERE id = 2");
        failing.set(call);

        assertThatThrownBy(() -> migrations.migrate("1"))
                .isInstanceOfSatisfying(
                        StoreException.class, e -> assertThat(e.kind()).isEqualTo(StoreException.Kind.UNAVAILABLE))
                .hasMessageContaining(failure.getMessage());
        assertThatThrownBy(migrations::run).isInstanceOf(StoreException.class);
        assertThat(MigrationGate.of(migrations).check("2").passes()).isTrue();
        assertThat(MigrationGate.closedOnFailure(migrations).check("2").passes())
                .isFalse();

        failing.set("nothing");
        assertThat(bank.sql.rows("SELECT 1 FROM credit_migration_journal")).isEmpty();
        assertThat(migrations.run().count(MigrationResult.Status.MIGRATED)).isEqualTo(bank.users);
    }

    @ParameterizedTest
    @EnumSource
    void what_is_thrown_after_a_commit_does_not_undo_its_answer(TestDatabase on) {
        Bank bank = bank(on);
        AtomicReference<String> failing = new AtomicReference<>("nothing");
        MigrationService migrations = MigrationService.of(
                bank.migration(),
                JdbcMigrationStore.owning(
                        faulty(pooled(), failing, new IllegalStateException("circuit open")), bank.tables()));

        failing.set("close");
        assertThat(migrations.migrate("1").status()).isEqualTo(MigrationResult.Status.MIGRATED);
        failing.set("commit");
        assertThatThrownBy(() -> migrations.migrate("2"))
                .isInstanceOfSatisfying(
                        StoreException.class, e -> assertThat(e.kind()).isEqualTo(StoreException.Kind.OUTCOME_UNKNOWN));

        assertThat(bank.sql.rows("SELECT user_id, migration_status FROM credit_migration_record"))
                .containsExactly(List.of("1", "COMPLETED"));
    }

    @ParameterizedTest
    @EnumSource
    void in_a_transaction_of_the_hosts_a_pool_that_throws_is_unavailable_too(TestDatabase on) throws Exception {
        Bank bank = bank(on);
        AtomicReference<String> failing = new AtomicReference<>("nothing");
        JdbcMigrationStore store = JdbcMigrationStore.owning(pooled(), bank.tables());
        MigrationService migrations = MigrationService.of(bank.migration(), store);
        DataSource faulty = faulty(pooled(), failing, new IllegalStateException("circuit open"));
        try (Connection connection = faulty.getConnection()) {
            connection.setAutoCommit(false);
            failing.set("prepareStatement");

            assertThatThrownBy(
                            () -> migrations.joining(store.joining(connection)).migrate("1"))
                    .isInstanceOfSatisfying(
                            StoreException.class, e -> assertThat(e.kind()).isEqualTo(StoreException.Kind.UNAVAILABLE));
            failing.set("nothing");
            connection.rollback();
        }
    }

    @Test
    void on_postgresql_installing_into_a_schema_leaves_the_search_path() throws Exception {
        database = TestDatabase.POSTGRESQL.create();
        new TestSql(database).run("CREATE SCHEMA \"Credit Tables\"");
        HikariDataSource one = onlyOne();
        List<String> before = session(TestDatabase.POSTGRESQL, one);

        new LibraryTables("Credit Tables", "m_").install(one);

        assertThat(session(TestDatabase.POSTGRESQL, one)).isEqualTo(before);
        assertThat(new TestSql(one).rows("SELECT * FROM \"Credit Tables\".m_journal"))
                .isEmpty();
    }

    @Test
    void on_mariadb_a_session_in_no_database_is_left_there_since_it_could_not_go_back() {
        database = TestDatabase.MARIADB.create();
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(TestServer.mariadb().url("", ""));
        config.setUsername(database.getUsername());
        config.setPassword(database.getPassword());
        config.setMaximumPoolSize(1);
        pool = new HikariDataSource(config);
        String name = new TestSql(database).text("SELECT DATABASE()");

        assertThatThrownBy(() -> new LibraryTables(name, "m_").install(pool))
                .isInstanceOf(InvalidValueException.class)
                .hasMessageContaining("database of the connection")
                .hasMessageContaining(name);

        assertThat(new TestSql(pool).one("SELECT DATABASE()")).isNull();
        assertThat(new TestSql(database).rows("SHOW TABLES")).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void installing_leaves_the_session_also_where_the_tables_are_there_already(TestDatabase on) throws Exception {
        Bank bank = bank(on);
        HikariDataSource one = onlyOne();
        String schema = bank.sql.text(on == TestDatabase.MARIADB ? "SELECT DATABASE()" : "SELECT CURRENT_SCHEMA");
        List<String> before = session(on, one);

        try {
            new LibraryTables(schema, "credit_migration_").install(one);
        } catch (StoreException e) {
            // Where the DDL is not made to be run twice.
        }

        assertThat(session(on, one)).isEqualTo(before);
    }

    /** The lock is held until the readers have come back. */
    @ParameterizedTest
    @EnumSource(names = {"POSTGRESQL", "MARIADB"})
    void a_table_lock_does_not_keep_a_request(TestDatabase on) throws Exception {
        Bank bank = bank(on);
        JdbcMigrationStore store =
                JdbcMigrationStore.owning(pooled(), bank.tables()).withReadTimeout(Duration.ofSeconds(1));
        MigrationService migrations = MigrationService.of(bank.migration(), store);
        migrations.migrate("1");
        try (Connection connection = holding(on);
                Statement statement = connection.createStatement()) {
            assertThatThrownBy(() -> migrations.find("2"))
                    .isInstanceOfSatisfying(
                            StoreException.class, e -> assertThat(e.kind()).isEqualTo(StoreException.Kind.UNAVAILABLE));
            assertThat(MigrationGate.of(migrations).check("2").passes()).isTrue();
            statement.execute(on == TestDatabase.MARIADB ? "UNLOCK TABLES" : "ROLLBACK");
        }
        assertThat(migrations.migrate("2").status()).isEqualTo(MigrationResult.Status.MIGRATED);
    }

    @Test
    void a_time_that_is_none_is_refused() {
        database = TestDatabase.H2.create();
        Bank bank = new Bank(database, TestDatabase.H2, Setting.CONVERSION, 1);
        JdbcMigrationStore store = JdbcMigrationStore.owning(database, bank.tables());

        for (Duration none : List.of(Duration.ZERO, Duration.ofMillis(1_500), Duration.ofDays(2))) {
            assertThatThrownBy(() -> store.withReadTimeout(none))
                    .isInstanceOf(InvalidValueException.class)
                    .hasMessageContaining("time of a read is '" + none + "'; allowed: 1 second to 1 day");
            assertThatThrownBy(() -> store.withScanTimeout(none)).isInstanceOf(InvalidValueException.class);
        }
    }

    private Bank bank(TestDatabase on) {
        database = on.create();
        return new Bank(database, on, Setting.CONVERSION, 20);
    }

    private HikariDataSource pooled() {
        return Objects.requireNonNull(database);
    }

    /** A pool of one connection, so that whoever looks gets the one that was used. */
    private HikariDataSource onlyOne() {
        HikariDataSource there = pooled();
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(there.getJdbcUrl());
        config.setUsername(there.getUsername());
        config.setPassword(there.getPassword());
        config.setMaximumPoolSize(1);
        pool = new HikariDataSource(config);
        return pool;
    }

    private Connection holding(TestDatabase on) throws SQLException {
        Connection connection = pooled().getConnection();
        try (Statement statement = connection.createStatement()) {
            if (on == TestDatabase.MARIADB) {
                statement.execute("LOCK TABLES users WRITE");
            } else {
                connection.setAutoCommit(false);
                statement.execute("LOCK TABLE users");
            }
        }
        return connection;
    }

    /** What a session can have that others would notice; on MariaDB also what its next transaction would be. */
    private static List<String> session(TestDatabase on, DataSource one) throws SQLException {
        List<String> state = new ArrayList<>();
        try (Connection connection = one.getConnection();
                Statement statement = connection.createStatement()) {
            state.add("autocommit " + connection.getAutoCommit());
            state.add("read only " + connection.isReadOnly());
            for (String query : queries(on)) {
                try (ResultSet row = statement.executeQuery(query)) {
                    while (row.next()) {
                        state.add(row.getString(1) + " " + row.getString(2));
                    }
                }
            }
            if (on == TestDatabase.MARIADB) {
                connection.setAutoCommit(false);
                statement.execute("INSERT INTO ledger (user_id, amount) VALUES (1, 1)");
                try (ResultSet row =
                        statement.executeQuery("SELECT trx_isolation_level FROM information_schema.innodb_trx"
                                + " WHERE trx_mysql_thread_id = CONNECTION_ID()")) {
                    state.add("next transaction " + (row.next() ? row.getString(1) : "?"));
                }
                connection.rollback();
                connection.setAutoCommit(true);
            }
        }
        return state;
    }

    private static List<String> queries(TestDatabase on) {
        return switch (on) {
            case H2 ->
                List.of(
                        "SELECT 'lock timeout', LOCK_TIMEOUT()",
                        "SELECT 'isolation', ISOLATION_LEVEL FROM INFORMATION_SCHEMA.SESSIONS"
                                + " WHERE SESSION_ID = SESSION_ID()",
                        "SELECT 'schema', CURRENT_SCHEMA",
                        "SELECT 'variables', STATE_COMMAND FROM INFORMATION_SCHEMA.SESSION_STATE",
                        "SELECT SETTING_NAME, SETTING_VALUE FROM INFORMATION_SCHEMA.SETTINGS"
                                + " WHERE SETTING_NAME = 'QUERY_TIMEOUT'");
            case POSTGRESQL -> List.of("SELECT name, setting FROM pg_settings ORDER BY name");
            case MARIADB ->
                List.of(
                        "SHOW SESSION VARIABLES WHERE Variable_name NOT IN"
                                + " ('timestamp', 'last_insert_id', 'insert_id', 'rand_seed1', 'rand_seed2',"
                                + " 'pseudo_thread_id', 'error_count', 'warning_count', 'gtid_binlog_pos',"
                                + " 'gtid_current_pos', 'last_gtid', 'identity')",
                        "SELECT @credit_migration_row_wait, @credit_migration_table_wait");
        };
    }

    /** A data source that throws this from one of its own or its connections' methods. */
    private static DataSource faulty(DataSource target, AtomicReference<String> failing, Throwable failure) {
        return proxy(DataSource.class, target, failing, failure);
    }

    private static <T> T proxy(Class<T> type, Object target, AtomicReference<String> failing, Throwable failure) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (self, method, values) -> {
                    boolean fails = method.getName().equals(failing.get());
                    try {
                        // A connection that is not closed would be missing in the pool.
                        Object answer =
                                fails && !method.getName().equals("close") ? null : method.invoke(target, values);
                        if (fails) {
                            throw failure;
                        }
                        return answer instanceof Connection
                                ? proxy(Connection.class, answer, failing, failure)
                                : answer;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                }));
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <T extends Throwable> void sneak(Throwable failure) throws T {
        throw (T) failure;
    }
}
