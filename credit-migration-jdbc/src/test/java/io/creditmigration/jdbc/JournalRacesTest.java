package io.creditmigration.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.AdditionalAnswers.delegatesTo;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import com.zaxxer.hikari.HikariDataSource;
import io.creditmigration.Actor;
import io.creditmigration.Allocation;
import io.creditmigration.Consent;
import io.creditmigration.CreditPolicy;
import io.creditmigration.CreditRate;
import io.creditmigration.Credits;
import io.creditmigration.Migration;
import io.creditmigration.MigrationResult;
import io.creditmigration.MigrationRun;
import io.creditmigration.MigrationService;
import io.creditmigration.RunOptions;
import io.creditmigration.StoreException;
import io.creditmigration.UserSnapshot;
import io.creditmigration.spi.CommitResult;
import io.creditmigration.spi.MigrationStore;
import io.creditmigration.spi.UserChange;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Two nodes that want to write a user's next line, on each database. A conversion in the users table and a grant into accounts
 * of the library's own have no row in common but the journal's.
 */
@Tag("long")
@Timeout(120)
final class JournalRacesTest {

    private static final Instant CUT_OFF = Instant.parse("2026-01-06T00:00:00Z");
    private static final Actor OPERATOR = Actor.operator("olga");

    private static final Migration CONVERSION = Migration.named("rate-2500")
            .cutOff(CUT_OFF)
            .policy(CreditPolicy.convert(CreditRate.of(1_000), CreditRate.of(2_500)))
            .consent(Consent.NONE)
            .build();

    private static Migration grant(Function<UserSnapshot, Allocation> policy) {
        return Migration.named("grant")
                .beside(CONVERSION.id())
                .cutOff(CUT_OFF)
                .policy(((CreditPolicy) policy::apply).named("twenty", 1))
                .build();
    }

    private static Allocation twenty(UserSnapshot user) {
        return Allocation.of(Credits.of("20"), "twenty for everybody");
    }

    private static Allocation broken(UserSnapshot user) {
        throw new IllegalStateException("a class is missing on this node");
    }

    /** One node: its services, each over a store of its own. */
    private record Node(MigrationService conversion, MigrationService grant, MigrationService brokenGrant) {}

    /** What a node does to ann; answers what came of it. */
    @SuppressWarnings("ImmutableEnumChecker") // Functions and lists without state.
    private enum Act {
        CONVERT(node -> node.conversion.migrate("ann").status()),
        GRANT(node -> node.grant.migrate("ann").status()),
        FAIL_TO_GRANT(node -> node.brokenGrant.migrate("ann").status()),
        GRANT_ON_REQUEST(node -> node.grant.autoMigrateIfZeroCredits("ann").status()),
        ROLL_BACK_CONVERSION(
                node -> node.conversion.rollback("ann", OPERATOR, "test").status()),
        ROLL_BACK_GRANT(node -> node.grant.rollback("ann", OPERATOR, "test").status()),
        REOPEN_CONVERSION(
                node -> node.conversion.reopen("ann", OPERATOR, "test").isPresent()),
        REOPEN_GRANT(node -> node.grant.reopen("ann", OPERATOR, "test").isPresent()),
        CATCH_UP(node -> node.grant.catchUp().state());

        private final Function<Node, Object> work;

        Act(Function<Node, Object> work) {
            this.work = work;
        }

        String on(Node node) {
            return work.apply(node).toString();
        }
    }

    /**
     * Two acts that were decided on the same lines: what was done before, the act that writes the next line with its answer, the
     * act that wanted to with what it answers after it has read again, and all lines in the end.
     */
    @SuppressWarnings("ImmutableEnumChecker") // Functions and lists without state.
    private enum Race {
        MIGRATE_TWICE("", "CONVERT MIGRATED", "CONVERT ALREADY_MIGRATED", "MIGRATED"),
        GRANT_TWICE("", "GRANT MIGRATED", "GRANT ALREADY_MIGRATED", "MIGRATED"),
        CONVERT_BESIDE_A_GRANT("", "GRANT MIGRATED", "CONVERT MIGRATED", "MIGRATED MIGRATED"),
        GRANT_BESIDE_A_CONVERSION("", "CONVERT MIGRATED", "GRANT MIGRATED", "MIGRATED MIGRATED"),
        FAIL_WHO_IS_MIGRATED("", "GRANT MIGRATED", "FAIL_TO_GRANT ALREADY_MIGRATED", "MIGRATED"),
        FAIL_TWICE("", "FAIL_TO_GRANT FAILED", "FAIL_TO_GRANT FAILED", "FAILED"),
        FAIL_WHO_IS_CONVERTED("", "CONVERT MIGRATED", "FAIL_TO_GRANT FAILED", "MIGRATED FAILED"),
        MIGRATE_WHO_HAS_FAILED("", "FAIL_TO_GRANT FAILED", "GRANT MIGRATED", "FAILED MIGRATED"),
        LEAVE_WHO_HAS_FAILED("", "FAIL_TO_GRANT FAILED", "GRANT_ON_REQUEST FAILED_BEFORE", "FAILED"),
        RETRY_TWICE("FAIL_TO_GRANT", "GRANT MIGRATED", "GRANT ALREADY_MIGRATED", "FAILED MIGRATED"),
        FAIL_AGAIN_WHO_IS_MIGRATED("FAIL_TO_GRANT", "GRANT MIGRATED", "FAIL_TO_GRANT FAILED", "FAILED MIGRATED"),
        ROLL_BACK_TWICE(
                "CONVERT",
                "ROLL_BACK_CONVERSION ROLLED_BACK",
                "ROLL_BACK_CONVERSION ALREADY_ROLLED_BACK",
                "MIGRATED ROLLED_BACK"),
        ROLL_BACK_A_GRANT_TWICE(
                "GRANT", "ROLL_BACK_GRANT ROLLED_BACK", "ROLL_BACK_GRANT ALREADY_ROLLED_BACK", "MIGRATED ROLLED_BACK"),
        ROLL_BACK_BESIDE_A_GRANT(
                "CONVERT", "GRANT MIGRATED", "ROLL_BACK_CONVERSION ROLLED_BACK", "MIGRATED MIGRATED ROLLED_BACK"),
        REOPEN_TWICE(
                "CONVERT ROLL_BACK_CONVERSION",
                "REOPEN_CONVERSION true",
                "REOPEN_CONVERSION false",
                "MIGRATED ROLLED_BACK REOPENED"),
        REOPEN_A_GRANT_TWICE(
                "GRANT ROLL_BACK_GRANT", "REOPEN_GRANT true", "REOPEN_GRANT false", "MIGRATED ROLLED_BACK REOPENED"),
        CONVERT_WHO_IS_REOPENED(
                "GRANT ROLL_BACK_GRANT",
                "REOPEN_GRANT true",
                "CONVERT MIGRATED",
                "MIGRATED ROLLED_BACK REOPENED MIGRATED"),
        MIGRATE_TWICE_AGAIN(
                "CONVERT ROLL_BACK_CONVERSION REOPEN_CONVERSION",
                "CONVERT MIGRATED",
                "CONVERT ALREADY_MIGRATED",
                "MIGRATED ROLLED_BACK REOPENED MIGRATED"),
        ROLL_BACK_WHO_CATCHES_UP(
                "GRANT", "CATCH_UP FINISHED", "ROLL_BACK_GRANT ROLLED_BACK", "MIGRATED CAUGHT_UP ROLLED_BACK"),
        CATCH_UP_WHO_IS_ROLLED_BACK(
                "GRANT", "ROLL_BACK_GRANT ROLLED_BACK", "CATCH_UP FINISHED", "MIGRATED ROLLED_BACK"),
        CATCH_UP_BESIDE_A_CONVERSION("GRANT", "CONVERT MIGRATED", "CATCH_UP FINISHED", "MIGRATED MIGRATED CAUGHT_UP");

        private final List<Act> before;
        private final Act winner;
        private final String wins;
        private final Act loser;
        private final String answers;
        private final String lines;

        Race(String before, String winner, String loser, String lines) {
            this.before = Stream.of(before.split(" ", -1))
                    .filter(act -> !act.isEmpty())
                    .map(Act::valueOf)
                    .toList();
            this.winner = Act.valueOf(winner.split(" ", -1)[0]);
            this.wins = winner.split(" ", -1)[1];
            this.loser = Act.valueOf(loser.split(" ", -1)[0]);
            this.answers = loser.split(" ", -1)[1];
            this.lines = lines;
        }

        /** Whether both change one user; the same failure again writes no line. */
        boolean changesOneUser() {
            return winner != Act.CATCH_UP && loser != Act.CATCH_UP && this != FAIL_AGAIN_WHO_IS_MIGRATED;
        }
    }

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private TestDatabase database;
    private HikariDataSource dataSource;
    private TestSql sql;

    @AfterEach
    void close() {
        threads.shutdownNow();
        dataSource.close();
    }

    static Stream<Arguments> races() {
        return Stream.of(TestDatabase.values())
                .flatMap(database -> Stream.of(Race.values()).map(race -> Arguments.of(database, race)));
    }

    static Stream<Arguments> racesOfOneUser() {
        return races().filter(race -> ((Race) race.get()[1]).changesOneUser());
    }

    /** The loser has read, the winner reads, writes and commits, and the loser writes. */
    @ParameterizedTest
    @MethodSource("racesOfOneUser")
    void who_has_read_before_another_wrote_is_stale_and_reads_again(TestDatabase on, Race race) {
        open(on, race);
        Node winner = node(dataSource, store -> store);
        race.before.forEach(act -> act.on(winner));
        late();
        List<CommitResult.Status> committed = new ArrayList<>();
        List<String> won = new ArrayList<>();
        Node loser = node(dataSource, store -> after(store, committed, () -> won.add(race.winner.on(winner))));

        assertThat(race.loser.on(loser)).isEqualTo(race.answers);

        assertThat(won).containsExactly(race.wins);
        assertThat(committed.get(0)).isEqualTo(CommitResult.Status.STALE);
        assertThat(committed.stream().skip(1))
                .hasSizeLessThanOrEqualTo(1)
                .allMatch(CommitResult.Status.COMMITTED::equals);
        assertThat(lines("ann")).isEqualTo(race.lines);
        assertSound();
    }

    /** The winner has written and not committed when the loser reads and writes. */
    @ParameterizedTest
    @MethodSource("races")
    void who_writes_beside_a_transaction_in_flight_comes_second(TestDatabase on, Race race) throws Exception {
        open(on, race);
        CountDownLatch due = new CountDownLatch(1);
        CountDownLatch may = new CountDownLatch(1);
        AtomicBoolean armed = new AtomicBoolean();
        Node winner = node(pausingBeforeCommit(armed, due, may), store -> store);
        Node loser = node(dataSource, store -> store);
        race.before.forEach(act -> act.on(loser));
        late();
        armed.set(true);

        Future<String> first = threads.submit(() -> race.winner.on(winner));
        assertThat(due.await(30, TimeUnit.SECONDS)).isTrue();
        Future<String> second = threads.submit(() -> race.loser.on(loser));
        awaitBlocked(second);
        may.countDown();

        assertThat(first.get(30, TimeUnit.SECONDS)).isEqualTo(race.wins);
        assertThat(second.get(30, TimeUnit.SECONDS)).isEqualTo(race.answers);
        assertThat(lines("ann")).isEqualTo(race.lines);
        assertSound();
    }

    /** The database refuses a user on one node, and takes the user from another before that one can say so. */
    @ParameterizedTest
    @EnumSource
    void who_is_migrated_meanwhile_is_not_marked_failed_for_what_was_refused_before(TestDatabase on) {
        open(on);
        sql.run("ALTER TABLE users ADD CONSTRAINT refused CHECK (rate IS NULL)");
        Node other = node(dataSource, store -> store);
        List<CommitResult.Status> committed = new ArrayList<>();
        Node refused = node(dataSource, store -> {
            MigrationStore marking = mock(MigrationStore.class, delegatesTo(store));
            doAnswer(call -> {
                        if (!committed.isEmpty()) {
                            sql.run("ALTER TABLE users DROP CONSTRAINT refused");
                            assertThat(Act.CONVERT.on(other)).isEqualTo("MIGRATED");
                        }
                        CommitResult result = store.commit(call.getArgument(0), call.getArgument(1));
                        committed.add(result.status());
                        return result;
                    })
                    .when(marking)
                    .commit(any(Migration.class), any(UserChange.class));
            return marking;
        });

        assertThat(Act.CONVERT.on(refused)).isEqualTo("FAILED_UNRECORDED");

        assertThat(committed).containsExactly(CommitResult.Status.REJECTED, CommitResult.Status.STALE);
        assertThat(lines("ann")).isEqualTo("MIGRATED");
        assertSound();
    }

    /** A line of one user alone makes a page of many stale: all of it is rolled back, and written on the second try. */
    @ParameterizedTest
    @EnumSource
    void a_page_in_which_another_has_written_a_line_is_rolled_back_and_written_again(TestDatabase on) {
        open(on);
        List<String> users =
                IntStream.range(0, 20).mapToObj("user-%02d"::formatted).toList();
        users.forEach(this::add);
        Node other = node(dataSource, store -> store);
        List<String> decided = new ArrayList<>();
        List<String> seen = new ArrayList<>();
        Migration migration = grant(user -> {
            decided.add(user.userId());
            if (user.userId().equals("user-07")
                    && decided.stream().filter("user-07"::equals).count() == 1) {
                assertThat(other.conversion.migrate("user-07").status()).isEqualTo(MigrationResult.Status.MIGRATED);
                seen.add(sql.text("SELECT COUNT(*) FROM credit_migration_journal"));
            }
            return twenty(user);
        });

        MigrationRun run = MigrationService.of(migration, JdbcMigrationStore.owning(dataSource, tables()))
                .run(RunOptions.defaults());

        assertThat(seen).containsExactly("1");
        assertThat(run.state()).isEqualTo(MigrationRun.State.FINISHED);
        assertThat(run.count(MigrationResult.Status.MIGRATED)).isEqualTo(21);
        assertThat(run.tally().users()).isEqualTo(21);
        // Whoever was on the page was decided again, and nobody more often than that.
        assertThat(decided).hasSizeBetween(22, 42);
        assertThat(lines("user-07")).isEqualTo("MIGRATED MIGRATED");
        assertThat(users.stream().filter(user -> !user.equals("user-07")))
                .allMatch(user -> lines(user).equals("MIGRATED"));
        assertThat(sql.text("SELECT COUNT(*) FROM users WHERE credits = 70.0001"))
                .isEqualTo("20");
        assertThat(sql.text("SELECT COUNT(*) FROM users WHERE credits = 40 AND rate = 2500"))
                .isEqualTo("1");
        assertSound();
    }

    @ParameterizedTest
    @EnumSource
    void whatever_two_nodes_do_at_once_every_line_follows_the_one_before(TestDatabase on) throws Exception {
        open(on);
        ConcurrentLinkedQueue<String> answers = new ConcurrentLinkedQueue<>();
        CountDownLatch begin = new CountDownLatch(1);
        List<Future<?>> working = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Node node = node(dataSource, store -> store);
            Random random = new Random(i);
            working.add(threads.submit(() -> {
                begin.await();
                for (int n = 0; n < 40; n++) {
                    Act act = Act.values()[random.nextInt(Act.values().length)];
                    answers.add(act + " " + answer(act, node));
                }
                return "done";
            }));
        }
        late();
        begin.countDown();
        for (Future<?> work : working) {
            work.get(100, TimeUnit.SECONDS);
        }

        assertThat(answers).hasSize(160);
        assertThat(answers.stream().filter(answer -> answer.startsWith("CONVERT MIGRATED")))
                .hasSize(count("rate-2500", "MIGRATED"));
        assertThat(answers.stream().filter(answer -> answer.startsWith("ROLL_BACK_CONVERSION ROLLED_BACK")))
                .hasSize(count("rate-2500", "ROLLED_BACK"));
        assertThat(answers.stream().filter(answer -> answer.startsWith("REOPEN_GRANT true")))
                .hasSize(count("grant", "REOPENED"));
        assertThat(answers.stream().filter(answer -> answer.startsWith("FAIL_TO_GRANT FAILED")))
                .as("the same failure again writes no line")
                .hasSizeGreaterThanOrEqualTo(count("grant", "FAILED"));
        assertSound();
    }

    /** A deadlock that came again and again is told to the caller, and nothing was written. */
    private static String answer(Act act, Node node) {
        try {
            return act.on(node);
        } catch (StoreException e) {
            assertThat(e.kind()).isEqualTo(StoreException.Kind.TRANSIENT);
            return "TRANSIENT";
        }
    }

    private int count(String migration, String kind) {
        return Integer.parseInt(sql.text(
                "SELECT COUNT(*) FROM credit_migration_log WHERE migration_id = ? AND kind = ?", migration, kind));
    }

    /** Who asks for a grant by a request has no credits yet. */
    private void open(TestDatabase on, Race race) {
        open(on);
        if (race == Race.LEAVE_WHO_HAS_FAILED) {
            sql.run("UPDATE users SET credits = 0");
        }
    }

    private void open(TestDatabase on) {
        database = on;
        dataSource = on.create();
        sql = new TestSql(dataSource);
        LibraryTables.defaults().install(dataSource);
        sql.run("CREATE TABLE users (id VARCHAR(40) PRIMARY KEY, credits NUMERIC(19, 4), rate NUMERIC(18, 6),"
                + " version INTEGER DEFAULT 0 NOT NULL)");
        sql.run(
                "CREATE TABLE operations (id VARCHAR(40) PRIMARY KEY, owner VARCHAR(40) NOT NULL, made_at TIMESTAMP NOT NULL)");
        sql.run("CREATE INDEX operations_by_owner ON operations (owner, made_at)");
        add("ann");
        sql.run("INSERT INTO operations (id, owner, made_at) VALUES ('early', 'ann', ?)", MADE_AT);
    }

    private static final LocalDateTime MADE_AT = LocalDateTime.parse("2025-12-24T12:00:00");

    private void add(String user) {
        sql.run("INSERT INTO users (id, credits) VALUES (?, 50.0001)", user);
    }

    /** An operation of ann's that was made before her migration, and commits only now. */
    private void late() {
        sql.run("INSERT INTO operations (id, owner, made_at) VALUES ('late', 'ann', ?)", MADE_AT.plusHours(1));
    }

    private static HostTables tables() {
        return HostTables.users("users")
                .balance("credits")
                .rate("rate")
                .rateIfAbsent(CreditRate.of(1_000))
                .version("version")
                .operations("operations", "id", "owner", "made_at")
                .zone(ZoneOffset.UTC);
    }

    private static Node node(DataSource source, Function<MigrationStore, MigrationStore> hook) {
        JdbcMigrationStore store = JdbcMigrationStore.owning(source, tables());
        Node node = new Node(
                MigrationService.of(CONVERSION, hook.apply(store)),
                MigrationService.of(grant(JournalRacesTest::twenty), hook.apply(store)),
                MigrationService.of(grant(JournalRacesTest::broken), hook.apply(store)));
        node.conversion.register(OPERATOR, "test");
        node.grant.register(OPERATOR, "test");
        return node;
    }

    /** The same store, but before its first commit something else is done. */
    private static MigrationStore after(MigrationStore store, List<CommitResult.Status> committed, Runnable first) {
        MigrationStore hooked = mock(MigrationStore.class, delegatesTo(store));
        doAnswer(call -> {
                    if (committed.isEmpty()) {
                        first.run();
                    }
                    CommitResult result = store.commit(call.getArgument(0), call.getArgument(1));
                    committed.add(result.status());
                    return result;
                })
                .when(hooked)
                .commit(any(Migration.class), any(UserChange.class));
        return hooked;
    }

    /** The same data source, whose first commit of changes once it is armed says that it is due and waits until it may. */
    private DataSource pausingBeforeCommit(AtomicBoolean armed, CountDownLatch due, CountDownLatch may)
            throws SQLException {
        DataSource pausing = mock(DataSource.class);
        when(pausing.getConnection()).thenAnswer(call -> {
            Connection connection = dataSource.getConnection();
            Connection lent = mock(Connection.class, delegatesTo(connection));
            doAnswer(commit -> {
                        if (writes(connection) && armed.compareAndSet(true, false)) {
                            due.countDown();
                            may.await();
                        }
                        connection.commit();
                        return null;
                    })
                    .when(lent)
                    .commit();
            return lent;
        });
        return pausing;
    }

    /** Whether this transaction has written a line that nobody else sees. */
    private boolean writes(Connection connection) throws SQLException {
        try (var statement = connection.createStatement();
                var row = statement.executeQuery("SELECT COUNT(*) FROM credit_migration_journal")) {
            row.next();
            return row.getLong(1) > Long.parseLong(sql.text("SELECT COUNT(*) FROM credit_migration_journal"));
        }
    }

    /** Until the work waits for a lock of somebody else's, or is done; H2 does not tell, and is given time instead. */
    private void awaitBlocked(Future<?> work) throws InterruptedException {
        String waiting = switch (database) {
            case H2 -> "SELECT 0";
            case POSTGRESQL ->
                "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
            case MARIADB -> "SELECT COUNT(*) FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'";
        };
        long until = System.nanoTime()
                + Duration.ofMillis(database == TestDatabase.H2 ? 400 : 5_000).toNanos();
        while (!work.isDone() && sql.text(waiting).equals("0") && System.nanoTime() < until) {
            // InnoDB answers from a cache while it is asked more often than every 100 ms.
            TimeUnit.MILLISECONDS.sleep(150);
        }
    }

    private String lines(String user) {
        return String.join(
                " ",
                sql.rows("SELECT kind FROM credit_migration_log WHERE user_id = ? ORDER BY line", user).stream()
                        .map(row -> String.valueOf(row.get(0)))
                        .toList());
    }

    /** Lines are numbered without gaps, each migration has one last line, FAILED follows no COMPLETED, and nothing is wrong. */
    private void assertSound() {
        assertThat(sql.rows(
                        "SELECT user_id FROM credit_migration_journal GROUP BY user_id HAVING MAX(line) <> COUNT(*)"))
                .isEmpty();
        assertThat(sql.rows("SELECT user_id, migration FROM credit_migration_journal GROUP BY user_id, migration"
                        + " HAVING SUM(CASE WHEN is_last THEN 1 ELSE 0 END) <> 1"))
                .isEmpty();
        Node node = node(dataSource, store -> store);
        Consumer<MigrationService> clean =
                service -> assertThat(service.verify().found()).isEmpty();
        clean.accept(node.conversion);
        clean.accept(node.grant);
    }
}
