package io.creditmigration.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.AdditionalAnswers.delegatesTo;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import com.zaxxer.hikari.HikariDataSource;
import io.creditmigration.Actor;
import io.creditmigration.Consent;
import io.creditmigration.CreditPolicy;
import io.creditmigration.CreditRate;
import io.creditmigration.InvalidValueException;
import io.creditmigration.Migration;
import io.creditmigration.MigrationOptions;
import io.creditmigration.MigrationResult;
import io.creditmigration.MigrationResult.Status;
import io.creditmigration.MigrationRun;
import io.creditmigration.MigrationService;
import io.creditmigration.RunOptions;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What naive designs lose to a second connection, on each database: the host's transactions and ours in a chosen order. What
 * became of them is read by plain SQL.
 */
@Tag("long")
@Timeout(60)
final class DatabaseRacesTest {

    private static final Instant CUT_OFF = Instant.parse("2026-01-06T00:00:00Z");
    private static final LocalDateTime MADE_AT = LocalDateTime.parse("2025-12-24T12:00:00");
    private static final BigDecimal OLD_RATE = BigDecimal.valueOf(1_000);
    private static final BigDecimal NEW_RATE = BigDecimal.valueOf(2_500);

    /** Buys 5 credits at the old rate and 2 at the new one. */
    private static final BigDecimal MONEY = BigDecimal.valueOf(5_000);

    private static final Migration CONVERSION = Migration.named("rate-2500")
            .cutOff(CUT_OFF)
            .policy(CreditPolicy.convert(CreditRate.of(1_000), CreditRate.of(2_500)))
            .consent(Consent.NONE)
            .build();

    private static final Migration GRANT = Migration.named("grant")
            .cutOff(CUT_OFF)
            .policy(CreditPolicy.initialGrant())
            .build();

    private static final Migration BESIDE = Migration.named(GRANT.id())
            .beside(CONVERSION.id())
            .cutOff(CUT_OFF)
            .policy(CreditPolicy.initialGrant())
            .build();

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private TestDatabase database;
    private HikariDataSource dataSource;
    private TestSql sql;

    @AfterEach
    void close() {
        threads.shutdownNow();
        if (dataSource != null) {
            dataSource.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void of_two_migrations_and_a_top_up_queued_on_one_row_each_is_done_once(TestDatabase on) throws Exception {
        open(on, "VARCHAR(40)", "NUMERIC(19, 4)");
        seed("ann", "50");
        Future<MigrationResult> first;
        Future<MigrationResult> second;
        Future<Boolean> topUp;
        try (HostTransaction host = new HostTransaction()) {
            host.lock("ann");
            first = threads.submit(() -> conversion().migrate("ann"));
            second = threads.submit(() -> conversion().migrate("ann"));
            topUp = threads.submit(() -> move("ann", MONEY));
            awaitWaiting(3);
        }

        assertThat(List.of(first.get().status(), second.get().status()))
                .containsExactlyInAnyOrder(Status.MIGRATED, Status.ALREADY_MIGRATED);
        assertThat(topUp.get()).isTrue();
        assertThat(credits("ann")).isEqualByComparingTo("22");
        assertThat(sql.text("SELECT COUNT(*) FROM credit_migration_log")).isEqualTo("1");
        assertReconciled();
    }

    @ParameterizedTest
    @EnumSource
    void rows_are_counted_that_matched_though_nothing_in_them_changed(TestDatabase on) {
        open(on, "VARCHAR(40)", "NUMERIC(19, 4)");
        seed("ann", "0");
        seed("bob", "0.0000");
        sql.run("UPDATE users SET rate_limit = NULL");

        assertThat(conversion().autoMigrateIfZeroCredits("ann").status()).isEqualTo(Status.MIGRATED);
        assertThat(conversion().run(RunOptions.defaults()).count(Status.MIGRATED))
                .isEqualTo(1);
        assertThat(grantBeside().migrate("ann").status()).isEqualTo(Status.MIGRATED);
        assertThat(grantBeside().run(RunOptions.defaults()).count(Status.MIGRATED))
                .isEqualTo(1);

        assertThat(sql.text("SELECT COUNT(*) FROM credit_migration_log WHERE migration_id = 'rate-2500'"
                        + " AND old_credits = 0 AND new_credits = 0 AND actor_kind = 'AUTOMATIC'"))
                .isEqualTo("2");
    }

    @ParameterizedTest
    @EnumSource
    void who_differs_only_in_case_or_zeros_is_another_user_where_the_host_says_so(TestDatabase on) {
        open(on, on == TestDatabase.MARIADB ? "VARCHAR(40) COLLATE utf8mb4_bin" : "VARCHAR(40)", "NUMERIC(19, 4)");
        List<String> ids = List.of("007", "7", "BOB", "Bob", "bob");
        ids.forEach(id -> seed(id, "50"));

        MigrationResult seven = conversion().migrate("7");
        MigrationResult bob = grantBeside().migrate("bob");

        assertThat(seven.userId()).isEqualTo("7");
        assertThat(bob.userId()).isEqualTo("bob");
        assertThat(credits("007")).isEqualByComparingTo("50");
        assertThat(sql.text("SELECT user_id FROM credit_migration_account")).isEqualTo("bob");
        assertThat(conversion().run(RunOptions.defaults().withPageSize(2)).outcomes())
                .containsOnly(Map.entry(Status.MIGRATED, 4L), Map.entry(Status.ALREADY_MIGRATED, 1L));
        assertThat(grantBeside().run(RunOptions.defaults().withPageSize(2)).count(Status.MIGRATED))
                .isEqualTo(4);
        assertThat(sql.text("SELECT COUNT(*) FROM credit_migration_record")).isEqualTo("10");
        assertThat(sql.text("SELECT COUNT(*) FROM users WHERE credits = 20")).isEqualTo("5");
    }

    @ParameterizedTest
    @EnumSource
    void who_differs_only_in_case_is_the_same_user_where_the_host_says_so(TestDatabase on) {
        if (on == TestDatabase.POSTGRESQL) {
            open(on);
            sql.run("CREATE EXTENSION citext");
        } else {
            open(on);
        }
        createTables(
                switch (on) {
                    case H2 -> "VARCHAR_IGNORECASE(40)";
                    case POSTGRESQL -> "CITEXT";
                    case MARIADB -> "VARCHAR(40) COLLATE utf8mb4_general_ci";
                },
                "NUMERIC(19, 4)");
        seed("BOB", "50");
        sql.run("INSERT INTO accounts (owner, balance) VALUES ('Bob', 1)");
        sql.run("INSERT INTO operations (id, owner, made_at) VALUES (1, 'bob', ?)", MADE_AT);

        MigrationResult asked = conversion().migrate("bob");
        MigrationResult again = conversion().migrate("Bob");
        MigrationResult granted = grantIntoAccounts().migrate("bob");

        assertThat(asked.status()).isEqualTo(Status.MIGRATED);
        assertThat(again.status()).isEqualTo(Status.ALREADY_MIGRATED);
        assertThat(asked.userId()).isEqualTo("BOB");
        assertThat(granted.record().historicalOperations()).isEqualTo(1);
        assertThat((BigDecimal) sql.one("SELECT balance FROM accounts")).isEqualByComparingTo("21");
        assertThat(sql.text("SELECT COUNT(*) FROM credit_migration_record WHERE user_id = 'BOB'"))
                .isEqualTo("2");
        assertThat(conversion().run(RunOptions.defaults()).count(Status.ALREADY_MIGRATED))
                .isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource
    void a_number_is_the_same_user_however_many_zeros_are_asked_for(TestDatabase on) {
        open(on, "BIGINT", "NUMERIC(19, 4)");
        seed(7L, "50");
        seed(10L, "50");

        MigrationResult asked = conversion().migrate("007");

        assertThat(asked.status()).isEqualTo(Status.MIGRATED);
        assertThat(asked.userId()).isEqualTo("7");
        assertThat(conversion().migrate("7").status()).isEqualTo(Status.ALREADY_MIGRATED);
        assertThat(grantBeside().migrate("007").userId()).isEqualTo("7");
        assertThat(sql.text("SELECT COUNT(*) FROM credit_migration_record WHERE user_id = '7'"))
                .isEqualTo("2");
        assertThat(conversion().run(RunOptions.defaults()).count(Status.MIGRATED))
                .isEqualTo(1);
        assertThatThrownBy(() -> conversion().migrate("7 OR 1=1")).isInstanceOf(InvalidValueException.class);
    }

    @ParameterizedTest
    @CsvSource({"H2, true", "H2, false", "POSTGRESQL, true", "POSTGRESQL, false", "MARIADB, true", "MARIADB, false"})
    void an_account_that_is_being_opened_is_waited_for_and_added_to(TestDatabase on, boolean opened) throws Exception {
        open(on, "VARCHAR(40)", "NUMERIC(19, 4)");
        seed("ann", null);
        Future<MigrationResult> migrating;
        try (HostTransaction host = new HostTransaction()) {
            host.run("INSERT INTO accounts (owner, balance) VALUES ('ann', 5)");
            migrating = threads.submit(() -> grantIntoAccounts().migrate("ann"));
            awaitWaiting(1);
            if (opened) {
                host.commit();
            }
        }

        assertThat(migrating.get().status()).isEqualTo(Status.MIGRATED);
        assertThat((BigDecimal) sql.one("SELECT balance FROM accounts")).isEqualByComparingTo(opened ? "25" : "20");
        assertThat(sql.text("SELECT COUNT(*) FROM credit_migration_log")).isEqualTo("1");
    }

    @ParameterizedTest
    @EnumSource
    void an_account_that_is_being_opened_for_long_holds_up_nobody_else(TestDatabase on) throws Exception {
        open(on, "VARCHAR(40)", "NUMERIC(19, 4)");
        List.of("ann", "bob", "cem").forEach(id -> seed(id, null));
        MigrationRun run;
        try (HostTransaction host = new HostTransaction()) {
            host.run("INSERT INTO accounts (owner, balance) VALUES ('bob', 5)");
            MigrationService impatient = MigrationService.of(
                    BESIDE, store(intoAccounts()), MigrationOptions.defaults().withAttempts(1));
            run = threads.submit(() -> impatient.run(RunOptions.defaults())).get(10, TimeUnit.SECONDS);
            host.commit();
        }

        assertThat(run.state()).isEqualTo(MigrationRun.State.FINISHED);
        assertThat(run.count(Status.MIGRATED)).isEqualTo(2);
        assertThat(run.count(Status.CONTENDED)).isPositive();
        assertNobodyFailed();
        assertThat(grantIntoAccounts().run(RunOptions.defaults()).count(Status.MIGRATED))
                .isEqualTo(1);
        assertThat((BigDecimal) sql.one("SELECT balance FROM accounts WHERE owner = 'bob'"))
                .isEqualByComparingTo("25");
    }

    @ParameterizedTest
    @EnumSource
    void what_a_column_of_two_decimals_cannot_hold_fails_one_user_and_rounds_nobody(TestDatabase on) {
        open(on, "VARCHAR(40)", "NUMERIC(10, 2)");
        seed("ann", "10.01");
        seed("bob", "99999999.99");
        seed("cem", "0.01");
        Migration dearer = Migration.named("rate-400")
                .cutOff(CUT_OFF)
                .policy(CreditPolicy.convert(CreditRate.of(1_000), CreditRate.of(400)))
                .consent(Consent.NONE)
                .build();

        MigrationRun run = service(dearer, inPlace()).run(RunOptions.defaults());

        assertThat(run.count(Status.MIGRATED)).isEqualTo(2);
        assertThat(run.count(Status.FAILED)).isEqualTo(1);
        // 25.025 and 0.025 are ties.
        assertThat(credits("ann")).isEqualByComparingTo("25.02");
        assertThat(credits("bob")).isEqualByComparingTo("99999999.99");
        assertThat(credits("cem")).isEqualByComparingTo("0.02");
        assertThat(sql.text("SELECT COUNT(*) FROM users WHERE id = 'bob' AND migrated = FALSE"))
                .isEqualTo("1");
        assertThat(sql.text("SELECT error_message FROM credit_migration_record WHERE migration_status = 'FAILED'"))
                .contains("at most 8 digits before the point");
        assertThat(sql.text("SELECT COUNT(*) FROM credit_migration_log l JOIN users u ON u.id = l.user_id"
                        + " WHERE l.new_credits = u.credits AND l.kind = 'MIGRATED'"))
                .isEqualTo("2");
    }

    @ParameterizedTest
    @EnumSource
    void copying_the_history_and_inserting_operations_do_not_wait_for_each_other(TestDatabase on) throws Exception {
        open(on, "VARCHAR(40)", "NUMERIC(19, 4)");
        seed("ann", null);
        seed("bob", null);
        insertOperation(1, "ann");
        grant().register(Actor.operator("olga"), "test");
        CountDownLatch written = new CountDownLatch(1);
        CountDownLatch mayCommit = new CountDownLatch(1);
        try (HostTransaction host = new HostTransaction()) {
            host.run("INSERT INTO operations (id, owner, made_at) VALUES (2, 'ann', ?)", MADE_AT);
            Future<MigrationResult> migrating =
                    threads.submit(() -> service(GRANT, grants(), pausingBeforeCommit(written, mayCommit))
                            .migrate("ann"));
            assertThat(written.await(10, TimeUnit.SECONDS)).isTrue();

            threads.submit(() -> {
                        insertOperation(3, "ann");
                        insertOperation(4, "bob");
                        return "inserted";
                    })
                    .get(5, TimeUnit.SECONDS);
            host.commit();
            mayCommit.countDown();

            assertThat(migrating.get().record().historicalOperations()).isEqualTo(1);
        }
        assertThat(sql.text("SELECT COUNT(*) FROM operations")).isEqualTo("4");
        assertThat(sql.text("SELECT COUNT(*) FROM credit_migration_entry WHERE kind = 'OPERATION'"))
                .isEqualTo("1");
    }

    @ParameterizedTest
    @EnumSource
    void who_is_locked_by_the_host_is_skipped_by_the_page_and_migrated_alone_later(TestDatabase on) throws Exception {
        open(on, "VARCHAR(40)", "NUMERIC(19, 4)");
        List.of("ann", "bob", "cem").forEach(id -> seed(id, "50"));
        Future<MigrationRun> running;
        try (HostTransaction host = new HostTransaction()) {
            host.lock("bob");
            host.run("UPDATE users SET credits = 55 WHERE id = 'bob'");
            running = threads.submit(() -> conversion().run(RunOptions.defaults()));
            await(() ->
                    sql.text("SELECT COUNT(*) FROM users WHERE migrated = TRUE").equals("2"));
            host.commit();
        }

        assertThat(running.get().count(Status.MIGRATED)).isEqualTo(3);
        assertThat(credits("bob")).isEqualByComparingTo("22");
        assertNobodyFailed();
    }

    @ParameterizedTest
    @EnumSource
    void who_is_locked_for_long_is_contended_in_bounded_time_and_never_failed(TestDatabase on) throws Exception {
        open(on, "VARCHAR(40)", "NUMERIC(19, 4)");
        seed("ann", "50");
        seed("bob", "50");
        MigrationService migrations = MigrationService.of(
                CONVERSION, store(inPlace()), MigrationOptions.defaults().withAttempts(1));
        try (HostTransaction host = new HostTransaction()) {
            host.lock("bob");
            long before = System.nanoTime();
            assertThat(migrations.migrate("bob").status()).isEqualTo(Status.CONTENDED);
            assertThat(Duration.ofNanos(System.nanoTime() - before))
                    .isBetween(Duration.ofMillis(500), Duration.ofSeconds(5));
            MigrationRun run = migrations.run(RunOptions.defaults());
            assertThat(run.state()).isEqualTo(MigrationRun.State.FINISHED);
            assertThat(run.count(Status.MIGRATED)).isEqualTo(1);
            assertThat(run.count(Status.CONTENDED)).isPositive();
        }

        assertNobodyFailed();
        assertThat(sql.text("SELECT COUNT(*) FROM credit_migration_record WHERE user_id = 'bob'"))
                .isEqualTo("0");
        assertThat(migrations.migrate("bob").status()).isEqualTo(Status.MIGRATED);
    }

    @ParameterizedTest
    @EnumSource
    @Timeout(30)
    void the_host_trades_on_eight_threads_while_requests_and_a_run_migrate(TestDatabase on) throws Exception {
        open(on, "VARCHAR(40)", "NUMERIC(19, 4)");
        List<String> ids =
                IntStream.range(0, 40).mapToObj("user-%02d"::formatted).toList();
        ids.forEach(id -> seed(id, id.endsWith("3") ? "50.0001" : "50"));
        AtomicBoolean trading = new AtomicBoolean(true);
        List<Future<Object>> hosts = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            Random random = new Random(i);
            hosts.add(threads.submit(() -> {
                long until = System.nanoTime() + Duration.ofSeconds(10).toNanos();
                while (trading.get() && System.nanoTime() < until) {
                    BigDecimal money = MONEY.multiply(BigDecimal.valueOf(1 + random.nextInt(3)));
                    move(ids.get(random.nextInt(ids.size())), random.nextBoolean() ? money : money.negate());
                }
                return "traded";
            }));
        }
        Future<Object> requests = threads.submit(() -> {
            ids.stream().filter(id -> id.hashCode() % 2 == 0).forEach(conversion()::migrate);
            return "asked";
        });
        Future<MigrationRun> running =
                threads.submit(() -> conversion().run(RunOptions.defaults().withPageSize(7)));
        requests.get(15, TimeUnit.SECONDS);
        assertThat(running.get(15, TimeUnit.SECONDS).state()).isEqualTo(MigrationRun.State.FINISHED);
        trading.set(false);
        for (Future<Object> host : hosts) {
            host.get(15, TimeUnit.SECONDS);
        }
        conversion().run(RunOptions.defaults());

        assertThat(sql.text("SELECT COUNT(*) FROM users WHERE migrated = TRUE")).isEqualTo("40");
        assertThat(sql.text("SELECT COUNT(*) FROM credit_migration_log")).isEqualTo("40");
        assertNobodyFailed();
        assertReconciled();
    }

    private void open(TestDatabase on) {
        database = on;
        dataSource = on.create();
        sql = new TestSql(dataSource);
        LibraryTables.defaults().install(dataSource);
    }

    private void open(TestDatabase on, String idType, String balanceType) {
        open(on);
        createTables(idType, balanceType);
    }

    private void createTables(String idType, String balanceType) {
        sql.run("CREATE TABLE users (id " + idType + " PRIMARY KEY, credits " + balanceType + ", seeded " + balanceType
                + ", migrated BOOLEAN DEFAULT FALSE NOT NULL, rate_limit INTEGER)");
        sql.run("CREATE TABLE accounts (owner " + idType + " PRIMARY KEY, balance " + balanceType + " NOT NULL)");
        sql.run("CREATE TABLE operations (id BIGINT PRIMARY KEY, owner " + idType
                + " NOT NULL, made_at " + (database == TestDatabase.MARIADB ? "DATETIME(6)" : "TIMESTAMP(6)")
                + " NOT NULL)");
        sql.run("CREATE INDEX operations_by_owner ON operations (owner, made_at)");
        sql.run("CREATE TABLE movements (user_id " + idType
                + " NOT NULL, credits NUMERIC(19, 4) NOT NULL, migrated BOOLEAN NOT NULL)");
    }

    private void insertOperation(long id, String owner) {
        sql.run("INSERT INTO operations (id, owner, made_at) VALUES (?, ?, ?)", id, owner, MADE_AT);
    }

    private void seed(Object id, String credits) {
        BigDecimal amount = credits == null ? null : new BigDecimal(credits);
        sql.run("INSERT INTO users (id, credits, seeded, rate_limit) VALUES (?, ?, ?, 10)", id, amount, amount);
    }

    private static HostTables inPlace() {
        return HostTables.users("users").balance("credits").flag("migrated");
    }

    private static HostTables grants() {
        return withOperations(HostTables.users("users").ownAccounts().onMigrationSet("rate_limit", null));
    }

    private static HostTables withOperations(HostTables tables) {
        return tables.operations("operations", "id", "owner", "made_at").zone(ZoneOffset.UTC);
    }

    private static HostTables intoAccounts() {
        return withOperations(HostTables.users("users").accounts("accounts", "owner", "balance"));
    }

    private MigrationService conversion() {
        return service(CONVERSION, inPlace());
    }

    private MigrationService grant() {
        return service(GRANT, grants());
    }

    /** A grant of hosts that convert too: its balances are elsewhere, so the tables are bound to those in turn. */
    private MigrationService grantBeside() {
        return service(BESIDE, grants());
    }

    private MigrationService grantIntoAccounts() {
        return service(BESIDE, intoAccounts());
    }

    private MigrationService service(Migration migration, HostTables tables) {
        JdbcMigrationStore store = store(tables);
        store.rebind(Actor.operator("olga"), "test");
        return MigrationService.of(migration, store);
    }

    private static MigrationService service(Migration migration, HostTables tables, DataSource source) {
        return MigrationService.of(migration, JdbcMigrationStore.owning(source, tables));
    }

    private JdbcMigrationStore store(HostTables tables) {
        return JdbcMigrationStore.owning(dataSource, tables);
    }

    private BigDecimal credits(String id) {
        return (BigDecimal) sql.one("SELECT credits FROM users WHERE id = ?", id);
    }

    private void assertNobodyFailed() {
        assertThat(sql.text("SELECT COUNT(*) FROM credit_migration_record WHERE migration_status <> 'COMPLETED'"))
                .isEqualTo("0");
    }

    /** The host's part: priced by the marker that the WHERE names, and booked in the same transaction. */
    private boolean move(String id, BigDecimal money) throws SQLException {
        while (true) {
            boolean migrated = (Boolean) sql.one("SELECT migrated FROM users WHERE id = ?", id);
            BigDecimal credits = money.divide(migrated ? NEW_RATE : OLD_RATE);
            try (HostTransaction host = new HostTransaction()) {
                if (host.run(
                                "UPDATE users SET credits = credits + ? WHERE id = ? AND migrated = ? AND credits + ? >= 0",
                                credits,
                                id,
                                migrated,
                                credits)
                        == 1) {
                    host.run(
                            "INSERT INTO movements (user_id, credits, migrated) VALUES (?, ?, ?)",
                            id,
                            credits,
                            migrated);
                    host.commit();
                    return true;
                }
            }
            if (sql.one("SELECT migrated FROM users WHERE id = ?", id).equals(migrated)) {
                return false;
            }
        }
    }

    /**
     * Of every user: what was converted is what was seeded and moved at the old rate, what there is now is what it was
     * converted to and what moved at the new rate, and the conversion conserved.
     */
    private void assertReconciled() {
        assertThat(sql.rows("""
                        SELECT u.id, u.seeded, u.credits, l.old_credits, l.new_credits, o.moved, n.moved
                        FROM users u
                        LEFT JOIN credit_migration_log l ON l.user_id = u.id
                        LEFT JOIN (SELECT user_id, SUM(credits) AS moved FROM movements WHERE migrated = FALSE
                                   GROUP BY user_id) o ON o.user_id = u.id
                        LEFT JOIN (SELECT user_id, SUM(credits) AS moved FROM movements WHERE migrated = TRUE
                                   GROUP BY user_id) n ON n.user_id = u.id
                        WHERE NOT COALESCE(l.old_credits = u.seeded + COALESCE(o.moved, 0)
                                       AND u.credits = l.new_credits + COALESCE(n.moved, 0)
                                       AND l.new_credits = ROUND(l.old_credits * 0.4, 4), FALSE)
                        """)).isEmpty();
    }

    /** Until so many wait for a lock; H2 does not tell, and is given time instead. */
    private void awaitWaiting(int count) throws Exception {
        switch (database) {
            case H2 -> TimeUnit.MILLISECONDS.sleep(500);
            case POSTGRESQL ->
                await(() -> isAtLeast(
                        count,
                        "SELECT COUNT(*) FROM pg_stat_activity"
                                + " WHERE datname = current_database() AND wait_event_type = 'Lock'"));
            case MARIADB ->
                await(() -> isAtLeast(
                        count, "SELECT COUNT(*) FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'"));
        }
    }

    private boolean isAtLeast(int count, String query) {
        return Long.parseLong(sql.text(query)) >= count;
    }

    private static void await(Callable<Boolean> condition) throws Exception {
        long until = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (!condition.call()) {
            assertThat(System.nanoTime()).as("still waiting").isLessThan(until);
            // InnoDB answers from a cache while it is asked more often than every 100 ms.
            TimeUnit.MILLISECONDS.sleep(150);
        }
    }

    /** The same data source, whose next commit says that it is due and waits until it may. */
    private DataSource pausingBeforeCommit(CountDownLatch due, CountDownLatch may) throws SQLException {
        DataSource pausing = mock(DataSource.class);
        when(pausing.getConnection()).thenAnswer(call -> {
            Connection connection = dataSource.getConnection();
            Connection lent = mock(Connection.class, delegatesTo(connection));
            doAnswer(commit -> {
                        due.countDown();
                        may.await();
                        connection.commit();
                        return null;
                    })
                    .when(lent)
                    .commit();
            return lent;
        });
        return pausing;
    }

    /** A transaction of the host's, rolled back if it was not committed. */
    private final class HostTransaction implements AutoCloseable {

        private final Connection connection;

        HostTransaction() throws SQLException {
            this.connection = dataSource.getConnection();
            connection.setAutoCommit(false);
        }

        void lock(String id) throws SQLException {
            try (PreparedStatement statement =
                    connection.prepareStatement("SELECT id FROM users WHERE id = ? FOR UPDATE")) {
                statement.setString(1, id);
                statement.executeQuery().close();
            }
        }

        int run(String text, Object... parameters) throws SQLException {
            try (PreparedStatement statement = connection.prepareStatement(text)) {
                for (int i = 0; i < parameters.length; i++) {
                    statement.setObject(i + 1, parameters[i]);
                }
                return statement.executeUpdate();
            }
        }

        void commit() throws SQLException {
            connection.commit();
        }

        @Override
        public void close() throws SQLException {
            connection.rollback();
            connection.setAutoCommit(true);
            connection.close();
        }
    }
}
