package io.creditmigration.jdbc;

import io.creditmigration.Barrier;
import io.creditmigration.jdbc.Transactions.Outcome;
import io.creditmigration.spi.Printable;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What holds a halt against migrations that were decided before it: a lock that each migrating transaction takes in share
 * mode, a switch that no snapshot hides, and a wait for those who hold the lock.
 *
 * <ol>
 *   <li>The migrating transaction {@linkplain #enter takes the lock} before each write, and reads the switch in a later
 *       statement. It never remembers that it has the lock: a savepoint may have dropped it.
 *   <li>A halt commits the switch, and then {@linkplain #drain waits} for those who hold the lock. It never queues for it, so
 *       that nobody waits behind the halt.
 *   <li>Lifting a halt writes the same things, the definition's row first and the switch last.
 * </ol>
 *
 * <p>PostgreSQL: an advisory lock, and a sequence. MariaDB: a row, and a sequence. H2: any free one of a few rows, which have
 * the switch themselves.
 */
final class HaltBarrier {

    /** Rows of the barrier that one transaction at a time may hold. */
    enum Role {
        SWITCHING(1),
        SEALING(2),
        OPENING(3);

        private final int row;

        Role(int row) {
            this.row = row;
        }
    }

    /** How many migrations have a bit of their own in the switch; what is left of 63 bits counts eight million changes. */
    private static final int BITS = 40;

    private static final String WAITING = "Waiting for migrations in flight";

    private static final int POLL_MILLIS = 10;

    private static final int ROW_MIN = 10;
    private static final int ROWS_ON_H2 = 32;

    /** How many holders are named. */
    private static final int NAMED_MAX = 20;

    private static final String HOLD = "SELECT id FROM {our_barrier} WHERE id = :id FOR UPDATE";

    /** The key is the table's own number, so that no two populations have the same, and a number that stands for this library. */
    private static final String ENTER_ON_POSTGRESQL = """
            SELECT pg_advisory_xact_lock_shared(CAST(CAST(CAST('{barrier_literal}' AS regclass) AS oid) AS integer), 1668441444)""";

    private static final String ENTER_ON_MARIADB = "SELECT id FROM {our_barrier} WHERE id = :id LOCK IN SHARE MODE";

    /** An own row is not skipped, so that a transaction that writes twice has one. */
    private static final String ENTER_ON_H2 = """
            SELECT halted FROM {our_barrier} WHERE id >= 10 FETCH FIRST 1 ROW ONLY FOR UPDATE SKIP LOCKED
            """;

    private static final String ENTER_BUSY_ON_H2 = "SELECT halted FROM {our_barrier} WHERE id = :id FOR UPDATE";

    /** A prepared transaction has no process; its own number tells which it is. */
    private static final String HOLDERS_ON_POSTGRESQL = """
            SELECT l.virtualtransaction, l.pid, a.application_name, a.state, a.xact_start, p.gid, p.prepared
            FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid
            LEFT JOIN pg_locks x ON l.pid IS NULL AND x.pid IS NULL AND x.locktype = 'transactionid'
                AND x.virtualtransaction = l.virtualtransaction
            LEFT JOIN pg_prepared_xacts p ON p.transaction = x.transactionid
            WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 2 AND l.objid = 1668441444
              AND l.classid = CAST(CAST('{barrier_literal}' AS regclass) AS oid)
              AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
            """;

    private static final String TRY_ON_MARIADB = "SELECT id FROM {our_barrier} WHERE id = 10 FOR UPDATE NOWAIT";

    /** Who holds which row the database does not tell; who hold locks longest are the likeliest. */
    private static final String HOLDERS_ON_MARIADB = """
            SELECT t.trx_mysql_thread_id, p.user, p.command, t.trx_started
            FROM information_schema.INNODB_TRX t
            LEFT JOIN information_schema.PROCESSLIST p ON p.id = t.trx_mysql_thread_id
            WHERE t.trx_lock_structs > 0 AND t.trx_mysql_thread_id <> CONNECTION_ID()
            ORDER BY t.trx_started LIMIT 20
            """;

    private static final String TRY_ON_H2 = "SELECT halted FROM {our_barrier} WHERE id = :id FOR UPDATE SKIP LOCKED";

    private static final String WRITE_ON_H2 = "UPDATE {our_barrier} SET halted = :halted WHERE id = :id";

    private static final String HOLDERS_ON_H2 = """
            SELECT SESSION_ID, USER_NAME, SESSION_STATE, SESSION_START FROM INFORMATION_SCHEMA.SESSIONS
            WHERE CONTAINS_UNCOMMITTED AND SESSION_ID <> SESSION_ID()
            """;

    private static final String READ = "SELECT {switch} AS switched";

    private static final String SET_ON_POSTGRESQL = "SELECT setval('{halted_literal}', :value)";

    /** MariaDB takes nothing but a literal, and does nothing for a lower value. */
    private static final String SET_ON_MARIADB = "SELECT SETVAL({our_halted}, {value})";

    private final Dialect dialect;
    private final Map<String, String> names;
    private final Sql hold;
    private final Sql read;
    private final Sql enterOnMariaDb;
    private final Sql tryOnMariaDb;
    private final Sql holdersOnPostgresql;
    private final Sql enterOnH2;
    private final Sql enterBusyOnH2;
    private final Sql tryOnH2;
    private final Sql writeOnH2;

    HaltBarrier(Dialect dialect, LibraryTables ours) {
        this.dialect = dialect;
        this.names = ours.names(dialect);
        names.put("barrier_literal", String.valueOf(names.get("our_barrier")).replace("'", "''"));
        names.put("halted_literal", String.valueOf(names.get("our_halted")).replace("'", "''"));
        names.put("switch", switchRead());
        this.hold = new Sql(dialect, HOLD, names);
        this.read = new Sql(dialect, READ, names);
        this.enterOnMariaDb = new Sql(dialect, ENTER_ON_MARIADB, names);
        this.tryOnMariaDb = new Sql(dialect, TRY_ON_MARIADB, names);
        this.holdersOnPostgresql = new Sql(dialect, HOLDERS_ON_POSTGRESQL, names);
        this.enterOnH2 = new Sql(dialect, ENTER_ON_H2, names);
        this.enterBusyOnH2 = new Sql(dialect, ENTER_BUSY_ON_H2, names);
        this.tryOnH2 = new Sql(dialect, TRY_ON_H2, names);
        this.writeOnH2 = new Sql(dialect, WRITE_ON_H2, names);
    }

    /** The switch as an expression, for statements that read other things besides. */
    private String switchRead() {
        return Sql.replaced(
                switch (dialect) {
                    case POSTGRESQL -> "(SELECT last_value FROM {our_halted})";
                    // It tells the value that would come next.
                    case MARIADB -> "(SELECT next_not_cached_value - 1 FROM {our_halted})";
                    case H2 -> "(SELECT BIT_OR_AGG(halted) FROM {our_barrier})";
                },
                names);
    }

    /** The names that statements use, with the switch besides. */
    Map<String, String> names() {
        return new HashMap<>(names);
    }

    /** Whether the switch is on for the migration of this number. */
    static boolean isOn(long switched, int number) {
        return (switched & bit(number)) != 0;
    }

    private static long bit(int number) {
        return 1L << (number % BITS);
    }

    /** Holds a row until the transaction ends. */
    void hold(Connection connection, Role role) throws SQLException {
        lock(connection, hold, role.row);
    }

    /** Locks a row, and answers its first number. */
    private static long lock(Connection connection, Sql locking, int id) throws SQLException {
        try (PreparedStatement statement = locking.prepare(connection)) {
            locking.bind(statement, Map.of("id", id));
            try (ResultSet row = statement.executeQuery()) {
                if (!row.next()) {
                    throw new IllegalStateException("The barrier's table has lost its row " + id
                            + ", without which a halt holds nobody; insert the"
                            + " rows again as the shipped DDL has them");
                }
                return row.getLong(1);
            }
        }
    }

    /** The statement that reads the switch, behind the one that takes the lock where one round trip can have both. */
    String entering(String reading) {
        return dialect == Dialect.POSTGRESQL ? ENTER_ON_POSTGRESQL + ";\n" + reading : reading;
    }

    /**
     * Takes the lock in share mode, until the transaction ends or a savepoint before this is rolled back, where {@link
     * #entering} does not. Answers the switch as the locked row has it; what is read later has to be judged together with it.
     */
    long enter(Connection connection) throws SQLException {
        return switch (dialect) {
            case POSTGRESQL -> 0;
            case MARIADB -> {
                lock(connection, enterOnMariaDb, ROW_MIN);
                yield 0;
            }
            case H2 -> enterOnH2(connection);
        };
    }

    private long enterOnH2(Connection connection) throws SQLException {
        try (PreparedStatement statement = enterOnH2.prepare(connection);
                ResultSet row = statement.executeQuery()) {
            if (row.next()) {
                return row.getLong("halted");
            }
        }
        return lock(
                connection, enterBusyOnH2, ROW_MIN + ThreadLocalRandom.current().nextInt(ROWS_ON_H2));
    }

    /** The rows that {@link #entering} has read. */
    ResultSet rows(PreparedStatement entering) throws SQLException {
        entering.execute();
        if (dialect == Dialect.POSTGRESQL) {
            entering.getMoreResults();
        }
        return entering.getResultSet();
    }

    /** Turns the switch on or off at once, whatever becomes of the transaction, which has to hold {@link Role#SWITCHING}. */
    void turn(Connection connection, int number, boolean on) throws SQLException {
        switch (dialect) {
            case POSTGRESQL -> {
                Sql set = new Sql(dialect, SET_ON_POSTGRESQL, names);
                try (PreparedStatement statement = set.prepare(connection)) {
                    set.bind(statement, Map.of("value", turned(connection, number, on)));
                    statement.executeQuery().close();
                }
            }
            case MARIADB -> {
                Map<String, String> withValue = new HashMap<>(names);
                withValue.put("value", String.valueOf(turned(connection, number, on)));
                try (PreparedStatement statement = new Sql(dialect, SET_ON_MARIADB, withValue).prepare(connection)) {
                    statement.executeQuery().close();
                }
            }
            case H2 -> {
                // The rows that migrations lock have it; each is written by itself.
            }
        }
    }

    private long turned(Connection connection, int number, boolean on) throws SQLException {
        try (PreparedStatement statement = read.prepare(connection);
                ResultSet row = statement.executeQuery()) {
            row.next();
            long before = row.getLong("switched");
            long changes = (before >>> BITS) + 1;
            long halted = before & ((1L << BITS) - 1);
            return (changes << BITS) | (on ? halted | bit(number) : halted & ~bit(number));
        }
    }

    /**
     * Waits until those have ended whom the switch had let pass before it was turned, and for nobody who comes later. On H2 this
     * writes the switch besides, each row in a transaction of its own, so that no two are held at once.
     *
     * @param on whether the definition says that the migration is halted, asked again before each row is written
     */
    Barrier drain(Transactions transactions, int number, Asked on, Duration max) {
        long deadlineNanos = System.nanoTime() + max.toNanos();
        Set<String> waitedFor = new HashSet<>();
        BitSet written = new BitSet();
        for (boolean first = true; ; first = false) {
            boolean begins = first;
            boolean isOver = switch (dialect) {
                case POSTGRESQL -> transactions.read(WAITING, connection -> haveEnded(connection, waitedFor, begins));
                case MARIADB -> transactions.write(WAITING, this::isFreeOnMariaDb, HaltBarrier::notYet);
                case H2 -> isWrittenOnH2(transactions, number, on, written);
            };
            if (isOver) {
                return Barrier.SETTLED;
            }
            if (System.nanoTime() >= deadlineNanos || !paused()) {
                return new Barrier(transactions.read(WAITING, connection -> holders(connection, waitedFor)));
            }
        }
    }

    /** Whether something is so. */
    interface Asked {
        boolean in(Connection connection) throws SQLException;
    }

    /** False where the thread was interrupted. */
    private static boolean paused() {
        try {
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static @Nullable Boolean notYet(SQLException error) {
        return SqlErrors.meaning(error) == SqlErrors.Meaning.LOCKED ? Boolean.FALSE : null;
    }

    private boolean haveEnded(Connection connection, Set<String> waitedFor, boolean begins) throws SQLException {
        Set<String> now = new HashSet<>();
        try (PreparedStatement statement = holdersOnPostgresql.prepare(connection);
                ResultSet row = statement.executeQuery()) {
            while (row.next()) {
                now.add(row.getString("virtualtransaction"));
            }
        }
        if (begins) {
            waitedFor.addAll(now);
        } else {
            waitedFor.retainAll(now);
        }
        return waitedFor.isEmpty();
    }

    private Outcome<Boolean> isFreeOnMariaDb(Connection connection) throws SQLException {
        try (PreparedStatement statement = tryOnMariaDb.prepare(connection)) {
            statement.executeQuery().close();
        }
        return new Outcome<>(false, true);
    }

    private boolean isWrittenOnH2(Transactions transactions, int number, Asked on, BitSet written) {
        for (int row = written.nextClearBit(0); row < ROWS_ON_H2; row = written.nextClearBit(row + 1)) {
            int id = ROW_MIN + row;
            if (transactions.write(WAITING, connection -> write(connection, id, number, on), HaltBarrier::notYet)) {
                written.set(row);
            }
        }
        return written.cardinality() == ROWS_ON_H2;
    }

    private Outcome<Boolean> write(Connection connection, int id, int number, Asked on) throws SQLException {
        try (PreparedStatement statement = tryOnH2.prepare(connection)) {
            tryOnH2.bind(statement, Map.of("id", id));
            try (ResultSet row = statement.executeQuery()) {
                if (!row.next()) {
                    return new Outcome<>(false, false);
                }
                long halted = row.getLong("halted");
                long now = on.in(connection) ? halted | bit(number) : halted & ~bit(number);
                if (now != halted) {
                    writeOnH2.update(connection, Map.of("id", id, "halted", now));
                }
                return new Outcome<>(true, true);
            }
        }
    }

    private List<String> holders(Connection connection, Set<String> waitedFor) throws SQLException {
        List<String> words = new ArrayList<>();
        try {
            switch (dialect) {
                case POSTGRESQL -> nameOnPostgresql(connection, waitedFor, words);
                case MARIADB ->
                    name(
                            connection,
                            HOLDERS_ON_MARIADB,
                            words,
                            row -> "one of those that hold locks, oldest first: connection " + row.getLong(1) + " of "
                                    + row.getString(2) + " (" + row.getString(3) + ", since " + row.getString(4) + ")");
                case H2 ->
                    name(
                            connection,
                            HOLDERS_ON_H2,
                            words,
                            row -> "one of those that hold locks: session " + row.getLong(1) + " of " + row.getString(2)
                                    + " (" + row.getString(3) + ", connected since " + row.getString(4) + ")");
            }
        } catch (SQLException e) {
            words.add("transactions that this user may not see: " + Printable.of(SqlErrors.words(e)));
        }
        return words.isEmpty()
                ? List.of("a transaction that is not shown to this user, or that ended just now; ask again")
                : List.copyOf(words);
    }

    private void nameOnPostgresql(Connection connection, Set<String> waitedFor, List<String> words)
            throws SQLException {
        try (PreparedStatement statement = holdersOnPostgresql.prepare(connection);
                ResultSet row = statement.executeQuery()) {
            while (row.next() && words.size() < NAMED_MAX) {
                if (!waitedFor.contains(row.getString("virtualtransaction"))) {
                    continue;
                }
                String gid = row.getString("gid");
                words.add(Printable.of(
                        gid == null
                                ? "connection " + row.getInt("pid") + " of '" + row.getString("application_name")
                                        + "' (" + row.getString("state") + ", since " + row.getString("xact_start")
                                        + ")"
                                : "prepared transaction '" + gid + "' (since " + row.getString("prepared") + ")"));
            }
        }
    }

    private interface Named {
        String words(ResultSet row) throws SQLException;
    }

    private static void name(Connection connection, String query, List<String> words, Named named) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(query);
                ResultSet row = statement.executeQuery()) {
            while (row.next() && words.size() < NAMED_MAX) {
                words.add(Printable.of(named.words(row)));
            }
        }
    }
}
