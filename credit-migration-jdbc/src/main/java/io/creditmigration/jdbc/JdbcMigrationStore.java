package io.creditmigration.jdbc;

import io.creditmigration.Actor;
import io.creditmigration.Migration;
import io.creditmigration.MigrationLogEntry;
import io.creditmigration.Rollout;
import io.creditmigration.StoreException;
import io.creditmigration.jdbc.Transactions.Outcome;
import io.creditmigration.spi.CommitResult;
import io.creditmigration.spi.MigrationStore;
import io.creditmigration.spi.Page;
import io.creditmigration.spi.RunStore;
import io.creditmigration.spi.StoredDefinition;
import io.creditmigration.spi.UserChange;
import io.creditmigration.spi.UserState;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps migrations in the host's own database, so that balance, flag, record and log commit together.
 *
 * <pre>{@code
 * LibraryTables.defaults().install(dataSource);      // once; or as a Flyway location
 * MigrationStore store = JdbcMigrationStore.owning(dataSource, HostTables.users("users")
 *     .id("id").balance("credits").flag("migrated").registeredAt("created_at"));
 * }</pre>
 *
 * <p>Opening a store checks the mapping against the database's metadata and writes nothing. Thread-safe: it holds no
 * connection between calls.
 */
public final class JdbcMigrationStore implements RunStore {

    private static final int COMMIT_WAIT_MILLIS_MAX = 1_000;
    private static final int PAGE_WAIT_MILLIS_MAX = 100;

    private static final Logger LOG = LoggerFactory.getLogger(JdbcMigrationStore.class);

    private final Transactions transactions;
    private final Mapping mapping;
    private final Definitions definitions;
    private final Reads reads;
    private final Writes writes;
    private final Runs runs;

    private JdbcMigrationStore(Transactions transactions, HostTables host, LibraryTables ours) {
        this.transactions = transactions;
        this.mapping = transactions.read("Checking the mapping", connection -> {
            Metadata own = new Metadata(connection, Dialect.of(connection), ours.schema());
            for (String table : ours.names(Dialect.of(connection)).values()) {
                own.table("library table (create it with LibraryTables.install)", unqualified(table));
            }
            return new Mapping(connection, host, ours);
        });
        mapping.warnings.forEach(LOG::warn);
        this.definitions = new Definitions(mapping, ours);
        this.reads = new Reads(mapping, ours);
        this.writes = switch (mapping.dialect) {
            case POSTGRESQL -> new PostgresWrites(mapping, ours);
            case H2, MARIADB -> new BatchWrites(mapping, ours);
        };
        this.runs = new Runs(mapping, ours);
    }

    private JdbcMigrationStore(Transactions transactions, JdbcMigrationStore opened) {
        this.transactions = transactions;
        this.mapping = opened.mapping;
        this.definitions = opened.definitions;
        this.reads = opened.reads;
        this.writes = opened.writes;
        this.runs = opened.runs;
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
        return new JdbcMigrationStore(new OwnTransactions(dataSource), host, ours);
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
        return joining(new HostTransaction(new HostTransaction.Lender() {
            @Override
            public <T> T lend(Transactions.Work<T> work) throws SQLException {
                return work.with(connection);
            }
        }));
    }

    JdbcMigrationStore joining(HostTransaction transaction) {
        return new JdbcMigrationStore(transaction, this);
    }

    @Override
    public boolean joins() {
        return transactions.joins();
    }

    @Override
    public int balanceScale() {
        return mapping.balanceScale;
    }

    @Override
    public void check(Migration migration) {
        mapping.check(migration);
        transactions.read("Checking for other migrations", connection -> {
            definitions.checkTrace(connection, migration);
            return true;
        });
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
                        CommitResult result = write(connection, migration, List.of(change), true)
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
        }
    }

    @Override
    public Rollout rollout(Migration migration) {
        return transactions.read("Reading the rollout", connection -> definitions.rollout(connection, migration));
    }

    @Override
    public void setRollout(Migration migration, Rollout rollout, Actor actor, String reason) {
        try {
            transactions.write("Changing the rollout", connection -> {
                definitions.setRollout(connection, migration, rollout, actor, reason);
                return new Outcome<>(true, rollout);
            });
        } catch (Writes.StaleException e) {
            throw passing(e);
        }
    }

    @Override
    public List<MigrationLogEntry> log(Migration migration, String storedUserId) {
        return transactions.read("Reading the log", connection -> reads.log(connection, migration, storedUserId));
    }

    @Override
    public String openRun(Migration migration, String scope) {
        return transactions.write(
                "Opening a run", connection -> new Outcome<>(true, runs.open(connection, migration.id(), scope)));
    }

    @Override
    public List<UserState> scan(Migration migration, @Nullable String afterUserId, int limit) {
        return transactions.read(
                "Reading users", connection -> reads.scan(connection, migration, afterUserId, limit, false));
    }

    @Override
    public Page page(Migration migration, String runId, int limit, Function<List<UserState>, List<UserChange>> decide) {
        try {
            return transactions.write(
                    "Writing a page",
                    boundingWaits(
                            PAGE_WAIT_MILLIS_MAX, connection -> page(connection, migration, runId, limit, decide)),
                    error -> SqlErrors.meaning(error) == SqlErrors.Meaning.DATA
                            ? Page.rejected(SqlErrors.words(error))
                            : null);
        } catch (Writes.StaleException e) {
            throw passing(e);
        }
    }

    private Outcome<Page> page(
            Connection connection,
            Migration migration,
            String runId,
            int limit,
            Function<List<UserState>, List<UserChange>> decide)
            throws SQLException {
        Runs.Position claimed = runs.claim(connection, runId);
        if (claimed == null) {
            return new Outcome<>(false, Page.of(Page.Status.BUSY));
        }
        if (claimed.finished()) {
            return new Outcome<>(false, Page.of(Page.Status.FINISHED));
        }
        if (definitions.rollout(connection, migration).halted()) {
            return new Outcome<>(false, Page.of(Page.Status.HALTED));
        }
        List<UserState> users = reads.scan(connection, migration, claimed.lastUserId(), limit, claimed.sweep());
        List<CommitResult> results = List.of();
        Runs.Position reached = claimed.next();
        if (!users.isEmpty()) {
            reached = claimed.behind(users.get(users.size() - 1).user().userId());
            results = writePage(connection, migration, decide.apply(users));
        }
        if (!runs.move(connection, runId, claimed, reached)) {
            throw new Writes.StaleException("the position of run " + runId + " has moved", null);
        }
        boolean over = reached.finished();
        return new Outcome<>(true, over ? Page.of(Page.Status.FINISHED) : Page.advanced(claimed.sweep(), results));
    }

    /**
     * Where somebody has something that cannot be skipped, an account that is just being opened, the page is not waited for
     * either: everybody is answered LOCKED, to be migrated alone.
     */
    private List<CommitResult> writePage(Connection connection, Migration migration, List<UserChange> changes)
            throws SQLException {
        Savepoint before = connection.setSavepoint();
        try {
            return write(connection, migration, changes, false);
        } catch (SQLException e) {
            if (SqlErrors.meaning(e) != SqlErrors.Meaning.LOCKED) {
                throw e;
            }
            try {
                connection.rollback(before);
            } catch (SQLException also) {
                e.addSuppressed(also);
                throw e;
            }
            return Collections.nCopies(changes.size(), CommitResult.of(CommitResult.Status.LOCKED));
        }
    }

    /** Only changes that may be written are; the others are answered as the migration's row says now. */
    private List<CommitResult> write(
            Connection connection, Migration migration, List<UserChange> changes, boolean waits) throws SQLException {
        Rollout rollout = definitions.admit(connection, migration);
        IdentityHashMap<UserChange, CommitResult> results = new IdentityHashMap<>();
        List<UserChange> admitted = new ArrayList<>();
        for (UserChange change : changes) {
            boolean migrates = change.kind() == UserChange.Kind.MIGRATE;
            if (migrates && rollout.halted()) {
                results.put(change, CommitResult.of(CommitResult.Status.HALTED));
            } else if (migrates
                    && !rollout.includes(migration.id(), change.record().userId())) {
                results.put(change, CommitResult.of(CommitResult.Status.OUTSIDE_ROLLOUT));
            } else {
                admitted.add(change);
            }
        }
        List<CommitResult> written =
                admitted.isEmpty() ? List.of() : writes.write(connection, migration, admitted, waits);
        for (int i = 0; i < written.size(); i++) {
            results.put(admitted.get(i), written.get(i));
        }
        return changes.stream().map(results::get).toList();
    }

    /** A joined transaction waits as long as its host has it wait. */
    private <T> Transactions.Work<T> boundingWaits(int millisMax, Transactions.Work<T> work) {
        return transactions.joins() ? work : connection -> mapping.dialect.boundingWaits(connection, millisMax, work);
    }

    private static StoreException passing(Writes.StaleException e) {
        return new StoreException(StoreException.Kind.TRANSIENT, "Another writer was faster: " + e.getMessage(), e);
    }

    private static String unqualified(String table) {
        return table.substring(table.lastIndexOf('.') + 1);
    }
}
