package io.creditmigration.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.zaxxer.hikari.HikariDataSource;
import io.creditmigration.Actor;
import io.creditmigration.Barrier;
import io.creditmigration.CreditPolicy;
import io.creditmigration.CreditRate;
import io.creditmigration.InFlight;
import io.creditmigration.InvalidValueException;
import io.creditmigration.Migration;
import io.creditmigration.MigrationOptions;
import io.creditmigration.MigrationResult;
import io.creditmigration.MigrationRun;
import io.creditmigration.MigrationService;
import io.creditmigration.MigrationStatus;
import io.creditmigration.RollbackOptions;
import io.creditmigration.RollbackResult;
import io.creditmigration.Rollout;
import io.creditmigration.RunOptions;
import io.creditmigration.StoreException;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.h2.api.Trigger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A halt that has returned keeps what was decided before it from committing, whatever the isolation of the host. */
@Tag("long")
@Timeout(120)
final class BarrierTest {

    private static final Actor OPERATOR = Actor.operator("test");
    private static final Migration MIGRATION = migration("rate-2500");

    /** A database, and the isolation of the host's transactions on it. */
    record Level(TestDatabase database, String isolation, String options) {
        @Override
        public String toString() {
            return database + " " + isolation + " " + options;
        }
    }

    static Stream<Level> levels() {
        List<Level> all = new ArrayList<>();
        for (String isolation : List.of("READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE")) {
            all.add(new Level(TestDatabase.POSTGRESQL, isolation, ""));
        }
        for (String isolation : List.of("READ UNCOMMITTED", "READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE")) {
            all.add(new Level(TestDatabase.MARIADB, isolation, ""));
        }
        for (String isolation : List.of("REPEATABLE READ", "SERIALIZABLE")) {
            all.add(new Level(TestDatabase.MARIADB, isolation, "sessionVariables=innodb_snapshot_isolation=ON"));
        }
        for (String isolation :
                List.of("READ UNCOMMITTED", "READ COMMITTED", "REPEATABLE READ", "SNAPSHOT", "SERIALIZABLE")) {
            all.add(new Level(TestDatabase.H2, isolation, ""));
        }
        return all.stream();
    }

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private HikariDataSource dataSource;
    private TestSql sql;
    private JdbcMigrationStore store;
    private MigrationService migrations;

    private void open(TestDatabase database, String options) {
        dataSource = database.create(options);
        open(dataSource);
    }

    private void open(DataSource source) {
        sql = new TestSql(source);
        sql.runAll(
                "CREATE TABLE users (id VARCHAR(20) PRIMARY KEY, credits NUMERIC(19, 4), rate NUMERIC(18, 6))",
                "INSERT INTO users VALUES ('ann', 0, NULL), ('bob', 0, NULL), ('cem', 0, NULL)," + " ('dan', 5, NULL)");
        LibraryTables.defaults().install(source);
        store = JdbcMigrationStore.owning(source, JoiningHost.tables());
        migrations = service(MIGRATION);
        // The definition is there, as on any day but the first.
        migrations.rollout(Rollout.EVERYBODY, OPERATOR, "open");
    }

    private MigrationService service(Migration migration) {
        return MigrationService.of(
                migration, store, MigrationOptions.defaults().withAttempts(2).withHaltWait(Duration.ofMillis(300)));
    }

    private static Migration migration(String id) {
        return Migration.named(id)
                .cutOff(Instant.parse("2026-01-06T00:00:00Z"))
                .policy(CreditPolicy.convert(CreditRate.of(1_000), CreditRate.of(2_500)))
                .build();
    }

    @AfterEach
    void close() {
        threads.shutdownNow();
        if (dataSource != null) {
            dataSource.close();
        }
    }

    private Connection begin(Level level) throws SQLException {
        Connection connection = dataSource.getConnection();
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute(
                    level.database() == TestDatabase.H2
                            ? "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL " + level.isolation()
                            : "SET TRANSACTION ISOLATION LEVEL " + level.isolation());
        }
        return connection;
    }

    private static void read(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.executeQuery("SELECT credits FROM users WHERE id = 'dan'").close();
        }
    }

    private MigrationService joined(Connection connection) {
        return migrations.joining(store.joining(connection));
    }

    /** What becomes of a migration that comes too late: an answer, or an error after which the host rolls back. */
    private MigrationResult.Status late(Connection connection, String userId) throws SQLException {
        try {
            MigrationResult.Status status =
                    joined(connection).autoMigrateIfZeroCredits(userId).status();
            connection.commit();
            return status;
        } catch (StoreException e) {
            assertThat(e.kind()).isEqualTo(StoreException.Kind.TRANSIENT);
            connection.rollback();
            return MigrationResult.Status.CONTENDED;
        }
    }

    private void haltUntilSettled() {
        Barrier barrier = migrations.halt(OPERATOR, "again");
        for (int i = 0; i < 100 && !barrier.isSettled(); i++) {
            barrier = migrations.halt(OPERATOR, "again");
        }
        assertThat(barrier.inFlight()).isEmpty();
    }

    private void rollbackAll() {
        MigrationRun run = migrations.rollbackAll(RollbackOptions.defaults(), OPERATOR, "wrong rate");
        assertThat(run.state()).isEqualTo(MigrationRun.State.FINISHED);
        assertThat(sql.rows("SELECT user_id FROM credit_migration_journal WHERE is_last = TRUE AND status = 'C'"))
                .isEmpty();
        assertThat(sql.rows("SELECT id FROM users WHERE rate = 2500")).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("levels")
    void what_is_in_flight_is_named_and_nothing_that_depends_on_the_halt_begins(Level level) throws Exception {
        open(level.database(), level.options());
        migrations.autoMigrateIfZeroCredits("cem");
        try (Connection host = begin(level)) {
            read(host);
            assertThat(joined(host).autoMigrateIfZeroCredits("ann").status())
                    .isEqualTo(MigrationResult.Status.MIGRATED);

            Barrier barrier = migrations.halt(OPERATOR, "wrong rate");

            assertThat(barrier.isSettled()).isFalse();
            switch (level.database()) {
                case POSTGRESQL ->
                    assertThat(barrier.inFlight())
                            .singleElement()
                            .asString()
                            .contains("PostgreSQL JDBC Driver", "idle in transaction", "since 2");
                case MARIADB -> assertThat(barrier.inFlight()).anyMatch(words -> words.contains("connection "));
                case H2 -> assertThat(barrier.inFlight()).anyMatch(words -> words.contains("session "));
            }
            // It does not hold up the emergency: nobody else migrates.
            assertThat(migrations.autoMigrateIfZeroCredits("bob").status()).isEqualTo(MigrationResult.Status.HALTED);
            assertThatThrownBy(() -> migrations.rollbackAll(RollbackOptions.defaults(), OPERATOR, "wrong rate"))
                    .isInstanceOf(InvalidValueException.class)
                    .hasMessageContaining("in flight");
            assertThatThrownBy(() -> migrations.seal(OPERATOR)).isInstanceOf(InvalidValueException.class);
            MigrationRun overridden = migrations.rollbackAll(
                    RollbackOptions.defaults().withInFlight(InFlight.IGNORE), OPERATOR, "wrong rate");
            assertThat(overridden.rollbacks()).containsEntry(RollbackResult.Status.ROLLED_BACK, 1L);
            host.commit();
            haltUntilSettled();
            assertThat(migrations.find("ann").orElseThrow().status()).isEqualTo(MigrationStatus.COMPLETED);
            rollbackAll();
            migrations.seal(OPERATOR);
        }
    }

    @ParameterizedTest
    @MethodSource("levels")
    void who_read_before_the_halt_migrates_nobody_after_it(Level level) throws Exception {
        open(level.database(), level.options());
        try (Connection host = begin(level);
                Connection other = begin(level)) {
            read(host);
            joined(host).find("ann");
            read(other);

            Barrier barrier = migrations.halt(OPERATOR, "wrong rate");

            // A plain read of MariaDB's locks there, and keeps the halt from being written to the row.
            boolean locks = level.database() == TestDatabase.MARIADB
                    && level.isolation().equals("SERIALIZABLE");
            assertThat(barrier.isSettled()).isEqualTo(!locks);
            assertThat(migrations.rollout().halted()).isTrue();
            assertThat(late(host, "ann")).isNotEqualTo(MigrationResult.Status.MIGRATED);
            assertThat(late(other, "bob")).isNotEqualTo(MigrationResult.Status.MIGRATED);
            haltUntilSettled();
            rollbackAll();
        }
    }

    @ParameterizedTest
    @MethodSource("levels")
    void a_savepoint_that_is_rolled_back_does_not_let_the_next_write_pass(Level level) throws Exception {
        open(level.database(), level.options());
        try (Connection host = begin(level)) {
            Savepoint before = host.setSavepoint();
            assertThat(joined(host).autoMigrateIfZeroCredits("ann").status())
                    .isEqualTo(MigrationResult.Status.MIGRATED);
            host.rollback(before);
            migrations.halt(OPERATOR, "wrong rate");

            assertThat(late(host, "ann")).isNotEqualTo(MigrationResult.Status.MIGRATED);

            haltUntilSettled();
            rollbackAll();
        }
    }

    @ParameterizedTest
    @EnumSource(TestDatabase.class)
    void a_page_in_hand_is_waited_for(TestDatabase database) throws Exception {
        open(database, "");
        for (int i = 0; i < 30; i++) {
            sql.run("INSERT INTO users VALUES ('user" + i + "', 0, NULL)");
        }
        slowDown(database);
        Future<MigrationRun> run = threads.submit(() -> migrations.run(RunOptions.defaults()));
        while (store.drain(MIGRATION, Duration.ZERO).isSettled()) {
            TimeUnit.MILLISECONDS.sleep(1);
        }

        haltUntilSettled();
        rollbackAll();

        assertThat(run.get(60, TimeUnit.SECONDS).state()).isIn(MigrationRun.State.HALTED, MigrationRun.State.FINISHED);
        assertThat(sql.rows("SELECT id FROM users WHERE rate = 2500")).isEmpty();
    }

    /** Each row that is written takes a while. */
    private void slowDown(TestDatabase database) {
        switch (database) {
            case H2 ->
                sql.run("CREATE TRIGGER slow BEFORE UPDATE ON users FOR EACH ROW CALL '" + Slow.class.getName() + "'");
            case POSTGRESQL ->
                sql.runAll("""
                        CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS
                        $$ BEGIN PERFORM pg_sleep(0.02); RETURN NEW; END $$
                        """, "CREATE TRIGGER slow BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION slow()");
            case MARIADB -> sql.run("CREATE TRIGGER slow BEFORE UPDATE ON users FOR EACH ROW DO SLEEP(0.02)");
        }
    }

    /** H2's triggers are Java. */
    public static final class Slow implements Trigger {
        @Override
        public void fire(Connection connection, Object[] before, Object[] after) throws SQLException {
            try {
                TimeUnit.MILLISECONDS.sleep(20);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("levels")
    void a_halt_is_lifted_and_holds_for_its_own_migration_alone(Level level) throws Exception {
        open(level.database(), level.options());
        MigrationService other = service(Migration.named("other")
                .beside("rate-2500")
                .cutOff(Instant.parse("2026-01-06T00:00:00Z"))
                .policy(CreditPolicy.initialGrant())
                .build());
        other.rollout(Rollout.EVERYBODY, OPERATOR, "open");
        haltUntilSettled();
        other.halt(OPERATOR, "as well");
        other.rollout(new Rollout(100, false), OPERATOR, "go on");
        assertThat(migrations.rollout().halted()).isTrue();
        assertThat(other.rollout().halted()).isFalse();
        assertThat(migrations.autoMigrateIfZeroCredits("ann").status()).isEqualTo(MigrationResult.Status.HALTED);

        assertThat(migrations.rollout(Rollout.EVERYBODY, OPERATOR, "go on").isSettled())
                .isTrue();

        assertThat(migrations.rollout()).isEqualTo(Rollout.EVERYBODY);
        try (Connection host = begin(level)) {
            read(host);
            assertThat(joined(host).autoMigrateIfZeroCredits("ann").status())
                    .isEqualTo(MigrationResult.Status.MIGRATED);
            host.commit();
        }
        assertThat(migrations.autoMigrateIfZeroCredits("bob").status()).isEqualTo(MigrationResult.Status.MIGRATED);
    }

    @ParameterizedTest
    @EnumSource(TestDatabase.class)
    void a_halt_that_was_cut_off_halfway_holds_and_can_be_lifted(TestDatabase database) {
        open(database, "");
        migrations.halt(OPERATOR, "wrong rate");
        sql.run("UPDATE credit_migration_definition SET halted = FALSE");

        assertThat(migrations.rollout().halted()).isTrue();
        assertThat(migrations.autoMigrateIfZeroCredits("ann").status()).isEqualTo(MigrationResult.Status.HALTED);

        migrations.rollout(Rollout.EVERYBODY, OPERATOR, "go on");
        assertThat(migrations.autoMigrateIfZeroCredits("ann").status()).isEqualTo(MigrationResult.Status.MIGRATED);
    }

    @ParameterizedTest
    @EnumSource(TestDatabase.class)
    void a_halt_that_would_hold_nobody_is_refused(TestDatabase database) {
        open(database, "");
        sql.run("DELETE FROM credit_migration_barrier");

        assertThatThrownBy(() -> migrations.halt(OPERATOR, "wrong rate"))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("has lost its row 1");
        if (database != TestDatabase.POSTGRESQL) {
            assertThatThrownBy(() -> migrations.autoMigrateIfZeroCredits("ann"))
                    .hasMessageContaining("has lost its row");
        }
    }

    @Test
    void the_opening_of_a_run_holds_nothing_while_it_counts() throws Exception {
        open(TestDatabase.POSTGRESQL, "");
        try (Connection host = begin(new Level(TestDatabase.POSTGRESQL, "READ COMMITTED", ""));
                Statement statement = host.createStatement()) {
            statement.execute("LOCK TABLE users IN ACCESS EXCLUSIVE MODE");
            Future<MigrationRun> run = threads.submit(() -> migrations.runs().open(RunOptions.defaults()));
            while (sql.rows("SELECT 1 FROM pg_locks WHERE NOT granted").isEmpty()) {
                TimeUnit.MILLISECONDS.sleep(1);
            }

            assertThat(sql.rows("SELECT 1 FROM pg_locks WHERE locktype = 'transactionid' AND pid <> (SELECT pid FROM"
                            + " pg_locks WHERE mode = 'AccessExclusiveLock' AND granted LIMIT 1)"))
                    .isEmpty();
            assertThat(promptly(() -> migrations.halt(OPERATOR, "wait")).isSettled())
                    .isTrue();
            host.commit();
            assertThat(run.get(30, TimeUnit.SECONDS).state()).isEqualTo(MigrationRun.State.RUNNING);
        }
    }

    @ParameterizedTest
    @EnumSource(TestDatabase.class)
    void of_two_who_open_the_same_run_one_opens_it(TestDatabase database) throws Exception {
        open(database, "");
        RunOptions listed = RunOptions.defaults().withUsers(List.of("ann", "bob"));
        List<Future<MigrationRun>> opened = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            opened.add(threads.submit(() -> service(MIGRATION).runs().open(listed)));
        }
        for (Future<MigrationRun> run : opened) {
            run.get(30, TimeUnit.SECONDS);
        }
        assertThat(sql.text("SELECT COUNT(*) FROM credit_migration_run")).isEqualTo("1");
        assertThat(sql.text("SELECT COUNT(*) FROM credit_migration_run_user")).isEqualTo("2");
    }

    @Test
    void a_prepared_transaction_is_named_by_its_own_id() throws Exception {
        String machine = System.getProperty("os.name") + " " + System.getProperty("os.arch");
        assumeTrue(machine.equals("Linux amd64"), "No embedded PostgreSQL for " + machine);
        try (EmbeddedPostgres server = EmbeddedPostgres.builder()
                .setServerConfig("max_prepared_transactions", "5")
                .start()) {
            open(server.getPostgresDatabase());
            try (Connection host = server.getPostgresDatabase().getConnection()) {
                host.setAutoCommit(false);
                joined(host).autoMigrateIfZeroCredits("ann");
                try (PreparedStatement prepare = host.prepareStatement("PREPARE TRANSACTION 'order 7'")) {
                    prepare.execute();
                }
            }

            assertThat(migrations.halt(OPERATOR, "wrong rate").inFlight())
                    .singleElement()
                    .asString()
                    .contains("prepared transaction 'order 7'");

            sql.run("COMMIT PREPARED 'order 7'");
            haltUntilSettled();
            rollbackAll();
        }
    }

    private <T> T promptly(Callable<T> action) throws Exception {
        return threads.submit(action).get(30, TimeUnit.SECONDS);
    }
}
