package io.creditmigration.jdbc;

import io.creditmigration.Actor;
import io.creditmigration.Barrier;
import io.creditmigration.ChainResult;
import io.creditmigration.DeadLetter;
import io.creditmigration.InvalidValueException;
import io.creditmigration.JournalLine;
import io.creditmigration.Migration;
import io.creditmigration.MigrationRun;
import io.creditmigration.MigrationStatus;
import io.creditmigration.Notice;
import io.creditmigration.Rollout;
import io.creditmigration.RunEvent;
import io.creditmigration.RunScope;
import io.creditmigration.RunSettings;
import io.creditmigration.Seal;
import io.creditmigration.StoreException;
import io.creditmigration.UserMigration;
import io.creditmigration.jdbc.Transactions.Outcome;
import io.creditmigration.spi.AuditStore;
import io.creditmigration.spi.Cause;
import io.creditmigration.spi.CommitResult;
import io.creditmigration.spi.Evidence;
import io.creditmigration.spi.HostShape;
import io.creditmigration.spi.JournalFigures;
import io.creditmigration.spi.MigrationStore;
import io.creditmigration.spi.NoticeStore;
import io.creditmigration.spi.Page;
import io.creditmigration.spi.PageWork;
import io.creditmigration.spi.Printable;
import io.creditmigration.spi.Registration;
import io.creditmigration.spi.RunRequest;
import io.creditmigration.spi.RunStore;
import io.creditmigration.spi.SealWork;
import io.creditmigration.spi.SealedRow;
import io.creditmigration.spi.StoredDefinition;
import io.creditmigration.spi.StoredRow;
import io.creditmigration.spi.Totals;
import io.creditmigration.spi.Unrecorded;
import io.creditmigration.spi.UserChange;
import io.creditmigration.spi.UserState;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps migrations in the host's own database, so that balance, flag and journal commit together.
 *
 * <pre>{@code
 * LibraryTables.defaults().install(dataSource);      // on every start
 * MigrationStore store = JdbcMigrationStore.owning(dataSource, HostTables.users("users")
 *     .id("id").balance("credits").flag("migrated").registeredAt("created_at"));
 * }</pre>
 *
 * <p>Opening a store checks the mapping against the database's metadata and writes nothing. Thread-safe: it holds no
 * connection between calls.
 */
public final class JdbcMigrationStore implements RunStore, NoticeStore, AuditStore {

    private static final int COMMIT_WAIT_MILLIS_MAX = 1_000;
    private static final int PAGE_WAIT_MILLIS_MAX = 100;

    private static final Duration LIFT_WAIT_MAX = Duration.ofSeconds(5);

    /** Whoever seals at the same time has the whole log to go through. */
    private static final int SEAL_WAIT_MILLIS_MAX = 60_000;

    private static final Logger LOG = LoggerFactory.getLogger(JdbcMigrationStore.class);

    private final Transactions transactions;
    private final Mapping mapping;
    private final HaltBarrier barrier;
    private final Definitions definitions;
    private final Population population;
    private final Journal journal;
    private final Reads reads;
    private final Admission writes;
    private final Runs runs;
    private final Ranges ranges;
    private final Pages pages;
    private final Notices notices;
    private final Figures figures;
    private final Audit audit;
    private final Seals seals;

    private JdbcMigrationStore(Transactions transactions, HostTables host, LibraryTables ours, boolean installed) {
        this.transactions = transactions;
        this.mapping = transactions.scan("Checking the mapping", connection -> {
            if (installed) {
                Metadata own = new Metadata(connection, Dialect.of(connection), ours.schema());
                for (String table : ours.tables()) {
                    own.table("library table (create it with LibraryTables.install)", table);
                }
            }
            return new Mapping(connection, host, ours);
        });
        mapping.warnings.forEach(warning -> LOG.warn("{}", Printable.of(warning)));
        this.barrier = new HaltBarrier(mapping.dialect, ours);
        this.definitions = new Definitions(mapping, ours, barrier);
        this.population = new Population(mapping, ours);
        this.journal = new Journal(mapping, ours);
        this.reads = new Reads(mapping, ours, journal);
        this.writes = new Admission(
                definitions,
                switch (mapping.dialect) {
                    case POSTGRESQL -> new PostgresWrites(mapping, ours);
                    case H2, MARIADB -> new BatchWrites(mapping, ours);
                });
        this.ranges = new Ranges(mapping, ours, reads);
        this.runs = new Runs(mapping, ours, ranges);
        this.pages = new Pages(definitions, reads, writes, runs, ranges);
        this.notices = new Notices(mapping.dialect, ours);
        this.figures = new Figures(mapping.dialect, ours, ranges);
        this.audit = new Audit(mapping, ours, journal);
        this.seals = new Seals(mapping.dialect, ours, journal, ranges);
    }

    private JdbcMigrationStore(Transactions transactions, JdbcMigrationStore opened) {
        this.transactions = transactions;
        this.mapping = opened.mapping;
        this.barrier = opened.barrier;
        this.definitions = opened.definitions;
        this.population = opened.population;
        this.journal = opened.journal;
        this.reads = opened.reads;
        this.writes = opened.writes;
        this.runs = opened.runs;
        this.ranges = opened.ranges;
        this.pages = opened.pages;
        this.notices = opened.notices;
        this.figures = opened.figures;
        this.audit = opened.audit;
        this.seals = opened.seals;
    }

    /**
     * A store with transactions of its own, each on a connection of this data source. Begins, commits, and gives the
     * connection back as it was. A pool with autocommit off is fine, and costs a round trip more. A connection on which a
     * transaction is under way is refused and stays as it is: a transaction-aware proxy hands out the host's, whose work
     * would be committed; give the data source behind it, or {@linkplain #joining(Connection) join}.
     *
     * <p>A commit waits a second at most for each lock that somebody else has, and is then tried
     * again, as often as {@link io.creditmigration.MigrationOptions#attempts} says.
     *
     * @throws MappingException when the tables are not as they are mapped
     */
    public static JdbcMigrationStore owning(DataSource dataSource, HostTables host) {
        return owning(dataSource, host, LibraryTables.defaults());
    }

    /** The same with the library's own tables elsewhere. */
    public static JdbcMigrationStore owning(DataSource dataSource, HostTables host, LibraryTables ours) {
        return new JdbcMigrationStore(
                new OwnTransactions(HostTables.given("data source", dataSource), ReadTimeouts.DEFAULTS),
                HostTables.given("host tables", host),
                HostTables.given("library tables", ours),
                /* installed= */ true);
    }

    /**
     * A store that looks before the library's own tables are installed: {@code analyze}, {@code plan}, {@code quote} and {@code
     * find} answer as if the tables were there and empty. Needs no privilege but to read the host's tables. What writes is
     * refused.
     *
     * @throws MappingException when the host's tables are not as they are mapped
     */
    public static JdbcMigrationStore beforeInstall(DataSource dataSource, HostTables host) {
        LibraryTables ours = LibraryTables.defaults();
        return new JdbcMigrationStore(
                new OwnTransactions(
                        EmptyTables.of(HostTables.given("data source", dataSource), ours), ReadTimeouts.DEFAULTS),
                HostTables.given("host tables", host),
                ours,
                /* installed= */ false);
    }

    /**
     * This store in a transaction of the host's, for {@link io.creditmigration.MigrationService#joining}: neither begins nor
     * ends anything on the connection. A change that fails is taken back to a savepoint, and the host's own work stands.
     *
     * <pre>{@code
     * migrations.joining(store.joining(connection)).autoMigrateIfZeroCredits(userId);
     * }</pre>
     *
     * <p>After a {@link StoreException}, roll back and begin again: a deadlock has ended the whole transaction, and on some
     * databases what the host wrote next would be committed without what it wrote before.
     *
     * @param connection not in autocommit mode; used by the calling thread until the transaction ends
     */
    public MigrationStore joining(Connection connection) {
        HostTables.given("connection", connection);
        return joining(new HostTransaction(new HostTransaction.Lender() {
            @Override
            public <T> T lend(Transactions.Work<T> work) throws SQLException {
                return work.with(connection);
            }
        }));
    }

    /**
     * The same, where a read that a request waits for, of a user or a setting, takes this long at most; 5 seconds unless said
     * otherwise. A read that takes longer, since somebody holds a table's lock for one, is ended and thrown as
     * {@link StoreException.Kind#UNAVAILABLE}. On H2 readers wait as long as its LOCK_TIMEOUT says; in a transaction of the
     * host's as long as the host says.
     *
     * @param max 1 second to 1 day, in whole seconds
     */
    public JdbcMigrationStore withReadTimeout(Duration max) {
        return with(timeouts -> timeouts.withUser(max));
    }

    /**
     * The same, where each statement that reads many users, for a plan, a report or a verification, takes this long at most; 10
     * minutes unless said otherwise.
     *
     * @param max 1 second to 1 day, in whole seconds
     */
    public JdbcMigrationStore withScanTimeout(Duration max) {
        return with(timeouts -> timeouts.withScan(max));
    }

    private JdbcMigrationStore with(UnaryOperator<ReadTimeouts> change) {
        if (transactions instanceof OwnTransactions own) {
            return new JdbcMigrationStore(own.with(change.apply(own.timeouts())), this);
        }
        throw new InvalidValueException(
                "store", "one that joins a transaction of the host's", "one with transactions of its own");
    }

    JdbcMigrationStore joining(HostTransaction transaction) {
        return new JdbcMigrationStore(transaction, this);
    }

    @Override
    public boolean joins() {
        return transactions.joins();
    }

    @Override
    public String mapping() {
        return mapping.inWords();
    }

    @Override
    public HostShape shape() {
        return mapping.shape();
    }

    @Override
    public void check(Migration migration) {
        mapping.check(migration);
        transactions.scan("Checking for other migrations", connection -> {
            population.check(connection);
            return true;
        });
    }

    @Override
    public void register(Migration migration, Cause cause) {
        mapping.check(migration);
        changing("Registering a migration", boundingWaits(COMMIT_WAIT_MILLIS_MAX, connection -> {
            boolean isNew = definitions.register(connection, migration);
            if (isNew) {
                population.bind(connection);
                runs.tell(connection, migration, null, "REGISTERED", cause);
            }
            return new Outcome<>(isNew, isNew);
        }));
    }

    @Override
    public ChainResult postpone(Migration migration, Duration by, Cause cause) {
        return changing("Postponing a migration", boundingWaits(COMMIT_WAIT_MILLIS_MAX, connection -> {
            ChainResult result = definitions.postpone(connection, migration, by);
            if (result.isDone()) {
                runs.tell(connection, migration, null, "POSTPONED by " + by, cause);
            }
            return new Outcome<>(result.isDone(), result);
        }));
    }

    @Override
    public ChainResult withdraw(Migration migration, Cause cause) {
        return changing("Withdrawing a migration", boundingWaits(COMMIT_WAIT_MILLIS_MAX, connection -> {
            ChainResult result = withdraw(connection, migration);
            if (result.isDone()) {
                runs.tell(connection, migration, null, "WITHDRAWN", cause);
            }
            return new Outcome<>(result.isDone(), result);
        }));
    }

    private ChainResult withdraw(Connection connection, Migration migration) throws SQLException {
        definitions.hold(connection, migration, HaltBarrier.Role.OPENING);
        Registration registration = definitions.registration(connection, migration);
        if (registration.place() == Registration.Place.WITHDRAWN) {
            return ChainResult.of(ChainResult.Status.WITHDRAWN_BEFORE);
        }
        long completed = figures.totals(connection, migration).count(MigrationStatus.COMPLETED);
        if (completed > 0) {
            return new ChainResult(ChainResult.Status.HAS_MIGRATED_USERS, completed + " users are COMPLETED");
        }
        long inNewUnit = definitions.hasBegun(connection, migration) ? audit.rowsInNewUnit(connection, migration) : 0;
        if (inNewUnit > 0) {
            return new ChainResult(
                    ChainResult.Status.ROWS_IN_NEW_UNIT,
                    inNewUnit + " users are flagged or registered since, and have a balance");
        }
        return definitions.withdraw(connection, migration);
    }

    /**
     * Binds the library's tables to the users table and balance that are mapped now: for a table that was renamed, or a database
     * that was restored elsewhere. Nothing where they are the same. The population keeps its key.
     *
     * @param actor who wants it, for the events of each migration
     * @param reason why: 1 to 500 characters
     */
    public void rebind(Actor actor, String reason) {
        HostTables.given("actor", actor);
        Cause cause = new Cause(
                actor, HostTables.given("reason", reason), Instant.now().truncatedTo(ChronoUnit.MICROS));
        changing("Binding the tables", boundingWaits(COMMIT_WAIT_MILLIS_MAX, connection -> {
            Population.Bound before = population.rebind(connection);
            if (before != null) {
                String what = "REBOUND from " + before.users() + " to " + mapping.usersName;
                for (StoredDefinition definition : definitions.all(connection)) {
                    runs.tell(connection, definition.id(), null, what, cause);
                }
                LOG.warn("{} by {}: {}", Printable.of(what), Printable.of(actor.toString()), Printable.of(reason));
            }
            return new Outcome<>(before != null, true);
        }));
    }

    @Override
    public List<StoredDefinition> definitions() {
        return transactions.read("Reading definitions", definitions::all);
    }

    @Override
    public Optional<UserState> find(Migration migration, String userId) {
        return transactions.read("Reading a user", connection -> reads.find(connection, migration, userId));
    }

    @Override
    public CommitResult commit(Migration migration, UserChange change) {
        try {
            return transactions.write(
                    "Writing a user",
                    boundingWaits(COMMIT_WAIT_MILLIS_MAX, connection -> {
                        CommitResult result = writes.write(
                                        connection, migration, List.of(change), new Writes.Terms(true, null))
                                .get(0);
                        return new Outcome<>(result.status() == CommitResult.Status.COMMITTED, result);
                    }),
                    error -> switch (SqlErrors.meaning(error)) {
                        case DATA -> CommitResult.rejected(SqlErrors.words(error));
                        case LOCKED -> CommitResult.of(CommitResult.Status.LOCKED);
                        default -> null;
                    });
        } catch (Writes.StaleException e) {
            return CommitResult.of(CommitResult.Status.STALE);
        } catch (Writes.AlteredException e) {
            return CommitResult.rejected(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public Rollout rollout(Migration migration) {
        return transactions.read("Reading the rollout", connection -> definitions.rollout(connection, migration));
    }

    @Override
    public boolean setRollout(Migration migration, Rollout expected, Rollout rollout, Cause cause) {
        boolean set = changing("Changing the rollout", boundingWaits(COMMIT_WAIT_MILLIS_MAX, connection -> {
            boolean changed = definitions.setRollout(connection, migration, expected, rollout);
            if (changed) {
                runs.tell(connection, migration, null, words(rollout), cause);
            }
            return new Outcome<>(changed, changed);
        }));
        if (set && expected.halted() && !rollout.halted()) {
            lift(migration);
        }
        return set;
    }

    /** What is left to be done when the definition's row says that nothing is halted. */
    private void lift(Migration migration) {
        String what = "Lifting the halt";
        boolean lifted = changing(what, boundingWaits(COMMIT_WAIT_MILLIS_MAX, connection -> {
            return new Outcome<>(true, definitions.lift(connection, migration));
        }));
        if (lifted && mapping.dialect == Dialect.H2) {
            Barrier written = drain(migration, LIFT_WAIT_MAX);
            if (!written.isSettled()) {
                throw new StoreException(
                        StoreException.Kind.TRANSIENT,
                        what
                                + " is not done: its rows are held by transactions that were answered HALTED; end them, or try"
                                + " again. They are " + written.inFlight(),
                        null);
            }
        }
    }

    @Override
    public Barrier drain(Migration migration, Duration max) {
        int number = transactions.read("Reading the rollout", connection -> definitions.number(connection, migration));
        return barrier.drain(transactions, number, connection -> definitions.isHalted(connection, number), max);
    }

    @Override
    public long epoch(Migration migration) {
        return transactions.read("Looking for rollbacks", connection -> definitions.epoch(connection, migration));
    }

    @Override
    public List<JournalLine> log(Migration migration, String storedUserId) {
        return transactions.read("Reading the log", connection -> journal.log(connection, migration, storedUserId));
    }

    /** Counts and cuts while nothing is held; only then come the rows, if nobody has opened one of the scope meanwhile. */
    @Override
    public MigrationRun openRun(Migration migration, RunRequest request, Cause cause) {
        String what = "Opening a run";
        String id = Runs.newId();
        Optional<MigrationRun> unfinished = changing(what, boundingWaits(COMMIT_WAIT_MILLIS_MAX, connection -> {
            definitions.requireSame(connection, migration);
            Optional<MigrationRun> found = runs.goOn(connection, migration, request, cause.at());
            if (found.isEmpty()) {
                ranges.nameListed(connection, id, request);
            }
            return new Outcome<>(true, found);
        }));
        if (unfinished.isPresent()) {
            return unfinished.get();
        }
        Ranges.Cut cut =
                transactions.scan("Cutting a run", connection -> ranges.cut(connection, migration.id(), id, request));
        return changing(what, boundingWaits(COMMIT_WAIT_MILLIS_MAX, connection -> {
            definitions.hold(connection, migration, HaltBarrier.Role.OPENING);
            return new Outcome<>(true, runs.open(connection, migration, request, cause, cut));
        }));
    }

    @Override
    public Optional<MigrationRun> findRun(Migration migration, String runId) {
        return transactions.read("Reading a run", connection -> runs.find(connection, migration, runId));
    }

    @Override
    public List<MigrationRun> runs(Migration migration, int limit) {
        return transactions.read("Reading runs", connection -> runs.newest(connection, migration, limit));
    }

    @Override
    public boolean changeRun(
            Migration migration, String runId, MigrationRun.State from, MigrationRun.State to, Cause cause) {
        return changing("Changing a run", boundingWaits(COMMIT_WAIT_MILLIS_MAX, connection -> {
            boolean changed = runs.change(connection, migration, runId, from, to, cause);
            return new Outcome<>(changed, changed);
        }));
    }

    @Override
    public boolean retuneRun(Migration migration, String runId, RunSettings settings, Cause cause) {
        return changing("Retuning a run", boundingWaits(COMMIT_WAIT_MILLIS_MAX, connection -> {
            boolean changed = runs.retune(connection, migration, runId, settings, cause);
            return new Outcome<>(changed, changed);
        }));
    }

    @Override
    public List<RunEvent> events(Migration migration, int limit) {
        return transactions.read("Reading events", connection -> runs.events(connection, migration, limit));
    }

    @Override
    public Totals totals(Migration migration) {
        return transactions.scan("Counting users", connection -> figures.totals(connection, migration));
    }

    @Override
    public List<UserMigration> failed(Migration migration, @Nullable String afterUserId, int limit) {
        return transactions.scan(
                "Reading failed users", connection -> journal.failed(connection, migration, afterUserId, limit));
    }

    @Override
    public List<Long> operationsPerDay(Migration migration) {
        return transactions.scan("Counting operations", connection -> reads.operationsPerDay(connection, migration));
    }

    @Override
    public List<UserState> scan(Migration migration, RunScope scope, @Nullable String afterUserId, int limit) {
        return transactions.scan("Reading users", connection -> {
            Registration registration = definitions.registration(connection, migration);
            return reads.scan(connection, migration, registration, scope, afterUserId, limit);
        });
    }

    @Override
    public Page page(
            Migration migration, String runId, @Nullable Integer range, int limit, Instant now, PageWork work) {
        Pages.Asked asked = new Pages.Asked(runId, range, limit, now);
        try {
            Pages.Worked worked = transactions.write(
                    "Writing a page",
                    boundingWaits(PAGE_WAIT_MILLIS_MAX, connection -> {
                        mapping.dialect.avoidWholeTables(connection);
                        return pages.page(connection, migration, asked, CallerException.marking(work));
                    }),
                    error -> switch (SqlErrors.meaning(error)) {
                        case DATA -> new Pages.Worked(Page.rejected(SqlErrors.words(error)), null);
                        case LOCKED, ENDED -> new Pages.Worked(Page.ended(SqlErrors.words(error)), null);
                        default -> null;
                    });
            if (worked.page().status() == Page.Status.ADVANCED && worked.row() != null) {
                measure(worked.row(), now);
            }
            return worked.page();
        } catch (Writes.StaleException e) {
            throw passing(e);
        } catch (Writes.AlteredException e) {
            return Page.rejected(String.valueOf(e.getMessage()));
        } catch (CallerException e) {
            throw e.failure();
        }
    }

    /**
     * Not in the page's transaction: all nodes measure in the run's one row, and one that stands still with it locked would hold
     * up the others. Who cannot have it leaves measuring to a later page.
     */
    private void measure(Runs.Row row, Instant now) {
        if (!Runs.isMeasuredAnew(row, now)) {
            return;
        }
        try {
            transactions.write("Measuring a run", boundingWaits(PAGE_WAIT_MILLIS_MAX, connection -> {
                runs.measure(connection, row, now);
                return new Outcome<>(true, true);
            }));
        } catch (StoreException e) {
            LOG.debug("Run {} is measured later", row.run().id(), e);
        }
    }

    @Override
    public int queue(Migration migration, List<Notice> announcements, Instant due) {
        return changing("Queueing announcements", boundingWaits(COMMIT_WAIT_MILLIS_MAX, connection -> {
            definitions.requireSame(connection, migration);
            return new Outcome<>(true, notices.announce(connection, announcements, due));
        }));
    }

    @Override
    public List<Leased> lease(int limit, Instant now, Instant until) {
        return outbox("Leasing notices", connection -> notices.lease(connection, limit, now, until));
    }

    @Override
    public boolean holds(Leased leased) {
        return transactions.read("Looking at a notice", connection -> notices.holds(connection, leased));
    }

    @Override
    public boolean settle(Leased leased, Settlement settlement) {
        return outbox("Settling a notice", connection -> notices.settle(connection, leased, settlement));
    }

    @Override
    public Backlog backlog(Instant now) {
        return transactions.read("Counting notices", connection -> notices.backlog(connection, now));
    }

    @Override
    public List<DeadLetter> deadLetters(int limit) {
        return transactions.read("Reading dead letters", connection -> notices.dead(connection, limit));
    }

    @Override
    public boolean requeue(DeadLetter letter, Instant due) {
        return outbox("Requeueing a notice", connection -> notices.requeue(connection, letter, due));
    }

    @Override
    public List<Evidence> evidence(Migration migration, @Nullable String afterUserId, int limit) {
        return auditing("Reading evidence", connection -> audit.page(connection, migration, afterUserId, limit));
    }

    @Override
    public Evidence evidence(Migration migration, String storedUserId) {
        return transactions.snapshot(
                "Reading evidence",
                connection ->
                        audit.of(connection, migration, List.of(storedUserId)).get(0));
    }

    @Override
    public List<Unrecorded> unrecorded(Migration migration) {
        return transactions.snapshot(
                "Counting users without a line", connection -> audit.unrecorded(connection, migration));
    }

    @Override
    public JournalFigures figures(Migration migration) {
        return transactions.snapshot("Counting twice", connection -> figures.twice(connection, migration));
    }

    @Override
    public List<Seal> seals(Migration migration) {
        return transactions.read("Reading seals", connection -> seals.all(connection, migration));
    }

    @Override
    public List<SealedRow> sealed(Migration migration, StoredRow.@Nullable Key after, int limit) {
        return auditing("Reading sealed rows", connection -> seals.sealed(connection, migration, after, limit));
    }

    @Override
    public List<StoredRow> unsealed(Migration migration, StoredRow.@Nullable Key after, int limit) {
        return auditing("Reading unsealed rows", connection -> seals.unsealed(connection, migration, after, limit));
    }

    @Override
    public Seal seal(Migration migration, SealWork work) {
        return changing("Sealing the journal", boundingWaits(SEAL_WAIT_MILLIS_MAX, connection -> {
            definitions.hold(connection, migration, HaltBarrier.Role.SEALING);
            mapping.dialect.avoidWholeTables(connection);
            return new Outcome<>(true, seals.seal(connection, migration, work));
        }));
    }

    private <T> T auditing(String what, Transactions.Work<T> work) {
        return transactions.snapshot(what, connection -> {
            mapping.dialect.avoidWholeTables(connection);
            return work.with(connection);
        });
    }

    private <T> T outbox(String what, Transactions.Work<T> work) {
        return transactions.write(
                what, boundingWaits(COMMIT_WAIT_MILLIS_MAX, connection -> new Outcome<>(true, work.with(connection))));
    }

    private <T> T changing(String what, Transactions.Work<Outcome<T>> work) {
        try {
            return transactions.write(what, work);
        } catch (Writes.StaleException e) {
            throw passing(e);
        }
    }

    private static String words(Rollout rollout) {
        return "ROLLOUT " + rollout.percent() + " %" + (rollout.halted() ? ", HALTED" : "");
    }

    /** A joined transaction waits as long as its host has it wait. */
    private <T> Transactions.Work<T> boundingWaits(int millisMax, Transactions.Work<T> work) {
        return transactions.joins() ? work : connection -> mapping.dialect.boundingWaits(connection, millisMax, work);
    }

    private static StoreException passing(Writes.StaleException e) {
        return new StoreException(StoreException.Kind.TRANSIENT, "Another writer was faster: " + e.getMessage(), e);
    }
}
