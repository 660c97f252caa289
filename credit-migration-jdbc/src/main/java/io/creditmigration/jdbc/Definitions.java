package io.creditmigration.jdbc;

import io.creditmigration.CreditRate;
import io.creditmigration.Migration;
import io.creditmigration.Rollout;
import io.creditmigration.RunScope;
import io.creditmigration.spi.StoredDefinition;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The row per migration: definition and rollout. */
final class Definitions {

    private static final String ALL = """
            SELECT id, number, fingerprint, cut_off, old_rate, new_rate, trace, percent, halted, {switch} AS switched,
                   CASE WHEN begins_at <= {now} THEN 1 ELSE 0 END AS begun FROM {our_definition}
            """;

    private static final String ONE = ALL + "WHERE id = :id";

    private static final String INSERT = """
            INSERT INTO {our_definition} (id, fingerprint, cut_off, begins_at, old_rate, new_rate, trace)
            VALUES (:id, :fingerprint, :cut_off, :begins_at, :old_rate, :new_rate, :trace)
            """;

    private static final String SET_ROLLOUT =
            "UPDATE {our_definition} SET percent = :percent, halted = :halted WHERE id = :id";

    private static final String HALTED = "SELECT halted FROM {our_definition} WHERE number = :number";

    private static final String RAISE_EPOCH = "INSERT INTO {our_epoch} (migration) VALUES (:number)";

    private static final String EPOCH = "SELECT COUNT(*) AS raised FROM {our_epoch} WHERE migration = {number}";

    private final Dialect dialect;
    private final Mapping mapping;
    private final HaltBarrier barrier;
    private final Sql all;
    private final Sql one;
    private final Sql entering;
    private final Sql insert;
    private final Sql setRollout;
    private final Sql halted;
    private final Sql raiseEpoch;
    private final Sql epoch;

    Definitions(Mapping mapping, LibraryTables ours, HaltBarrier barrier) {
        this.mapping = mapping;
        this.dialect = mapping.dialect;
        this.barrier = barrier;
        Map<String, String> names = barrier.names();
        names.put("now", dialect.statementTime());
        this.all = new Sql(dialect, ALL, names);
        this.one = new Sql(dialect, ONE, names);
        this.entering = new Sql(dialect, barrier.entering(ONE), names);
        this.insert = new Sql(dialect, INSERT, names);
        this.setRollout = new Sql(dialect, SET_ROLLOUT, names);
        this.halted = new Sql(dialect, HALTED, names);
        this.raiseEpoch = new Sql(dialect, RAISE_EPOCH, names);
        this.epoch = new Sql(dialect, EPOCH, names);
    }

    List<StoredDefinition> all(Connection connection) throws SQLException {
        List<StoredDefinition> definitions = new ArrayList<>();
        try (PreparedStatement statement = all.prepare(connection);
                ResultSet row = statement.executeQuery()) {
            while (row.next()) {
                definitions.add(definition(row));
            }
        }
        return definitions;
    }

    /** Refuses a conversion that leaves what another one leaves: nothing would tell which of them a user has had. */
    void checkTrace(Connection connection, Migration migration) throws SQLException {
        String trace = mapping.trace();
        if (migration.conversion().isEmpty() || trace.isEmpty()) {
            return;
        }
        try (PreparedStatement statement = all.prepare(connection);
                ResultSet row = statement.executeQuery()) {
            while (row.next()) {
                if (!row.getString("id").equals(migration.id()) && trace.equals(row.getString("trace"))) {
                    throw new MappingException(
                            trace,
                            "it is what migration '" + row.getString("id")
                                    + "' leaves; map another column or value for '" + migration.id()
                                    + "', or a rate column instead");
                }
            }
        }
    }

    /** Whether no other migration has written anything. */
    boolean isAlone(Connection connection, Migration migration) throws SQLException {
        return all(connection).stream().allMatch(definition -> definition.id().equals(migration.id()));
    }

    Rollout rollout(Connection connection, Migration migration) throws SQLException {
        try (PreparedStatement statement = one.prepare(connection)) {
            one.bind(statement, Map.of("id", migration.id()));
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? rollout(row, 0) : Rollout.EVERYBODY;
            }
        }
    }

    /**
     * Who may migrate now.
     *
     * @param rollout the rollout
     * @param begun whether the migration has begun by the clock of the database
     * @param number the number under which the journal has the migration
     */
    record Admitted(Rollout rollout, boolean begun, int number) {}

    /** In the transaction of a change: stores the definition if it is the first, refuses another, tells who may migrate. */
    Admitted admit(Connection connection, Migration migration) throws SQLException {
        Admitted admitted = stored(connection, migration);
        if (admitted == null) {
            store(connection, migration);
            admitted = stored(connection, migration);
        }
        return Objects.requireNonNull(admitted, "definition");
    }

    /** The same in the transaction of a migration, each time before it writes: behind the barrier. */
    Admitted admitMigrating(Connection connection, Migration migration) throws SQLException {
        Admitted admitted = entered(connection, migration);
        if (admitted == null) {
            store(connection, migration);
            admitted = entered(connection, migration);
        }
        return Objects.requireNonNull(admitted, "definition");
    }

    private @Nullable Admitted entered(Connection connection, Migration migration) throws SQLException {
        long switched = barrier.enter(connection);
        try (PreparedStatement statement = entering.prepare(connection)) {
            entering.bind(statement, Map.of("id", migration.id()));
            try (ResultSet row = barrier.rows(statement)) {
                return admitted(row, migration, switched);
            }
        }
    }

    private void store(Connection connection, Migration migration) throws SQLException {
        StoredDefinition definition = StoredDefinition.of(migration);
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        values.put("id", definition.id());
        values.put("fingerprint", definition.fingerprint());
        values.put("cut_off", definition.cutOff());
        values.put("begins_at", migration.beginsAt());
        values.put("old_rate", perCredit(definition.oldRate()));
        values.put("new_rate", perCredit(definition.newRate()));
        values.put("trace", migration.conversion().isPresent() ? mapping.trace() : "");
        try {
            insert.update(connection, values);
        } catch (SQLException e) {
            // Two first writers: the slower one reads again. It is nobody's data, so no user must be marked for it.
            if (SqlErrors.isDuplicate(e)) {
                throw new Writes.StaleException("Somebody else has stored the definition: " + SqlErrors.words(e), e);
            }
            throw e;
        }
    }

    /** Whether a run of this scope stands still: halted, not halted for a rollback, or not begun. */
    boolean isHeldUp(Connection connection, Migration migration, RunScope scope) throws SQLException {
        Admitted stored = stored(connection, migration);
        return stored != null && (scope.isHeldUpBy(stored.rollout()) || (!scope.isRollback() && !stored.begun()));
    }

    private @Nullable Admitted stored(Connection connection, Migration migration) throws SQLException {
        try (PreparedStatement statement = one.prepare(connection)) {
            one.bind(statement, Map.of("id", migration.id()));
            try (ResultSet row = statement.executeQuery()) {
                return admitted(row, migration, 0);
            }
        }
    }

    private @Nullable Admitted admitted(ResultSet row, Migration migration, long switched) throws SQLException {
        if (!row.next()) {
            return null;
        }
        definition(row).check(migration);
        return new Admitted(rollout(row, switched), row.getInt("begun") == 1, row.getInt("number"));
    }

    /** Stores the definition if it is the first, and keeps others from this role until the transaction ends. */
    void hold(Connection connection, Migration migration, HaltBarrier.Role role) throws SQLException {
        admit(connection, migration);
        barrier.hold(connection, role);
    }

    /**
     * Whether it was still as expected. A halt holds from here on, whatever becomes of the transaction; that it is lifted
     * holds only when the transaction has committed and {@link #lift} after it.
     */
    boolean setRollout(Connection connection, Migration migration, Rollout expected, Rollout rollout)
            throws SQLException {
        hold(connection, migration, HaltBarrier.Role.SWITCHING);
        Admitted now = admit(connection, migration);
        if (!now.rollout().equals(expected)) {
            return false;
        }
        if (rollout.halted()) {
            barrier.turn(connection, now.number(), true);
        }
        return setRollout.update(
                        connection,
                        Map.of("percent", rollout.percent(), "halted", rollout.halted(), "id", migration.id()))
                == 1;
    }

    /** Turns the switch off, unless somebody has halted again. */
    boolean lift(Connection connection, Migration migration) throws SQLException {
        hold(connection, migration, HaltBarrier.Role.SWITCHING);
        int number = admit(connection, migration).number();
        boolean lifted = !isHalted(connection, number);
        if (lifted) {
            barrier.turn(connection, number, false);
        }
        return lifted;
    }

    /** Whether the definition's own row says that it is halted. */
    boolean isHalted(Connection connection, int number) throws SQLException {
        try (PreparedStatement statement = halted.prepare(connection)) {
            halted.bind(statement, Map.of("number", number));
            try (ResultSet row = statement.executeQuery()) {
                return row.next() && row.getBoolean("halted");
            }
        }
    }

    /** The number under which the journal has the migration; 0 while nothing is stored. */
    int number(Connection connection, Migration migration) throws SQLException {
        Admitted stored = stored(connection, migration);
        return stored == null ? 0 : stored.number();
    }

    /** In the transaction that takes users out of the new regime: nodes hear of it. */
    void raiseEpoch(Connection connection, int number) throws SQLException {
        raiseEpoch.update(connection, Map.of("number", number));
    }

    long epoch(Connection connection, Migration migration) throws SQLException {
        try (PreparedStatement statement = epoch.prepare(connection)) {
            epoch.bind(statement, Map.of("migration", migration.id()));
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? row.getLong("raised") : 0;
            }
        }
    }

    /** Halted is a migration where its row says so, or the switch, which no snapshot hides. */
    private static Rollout rollout(ResultSet row, long switched) throws SQLException {
        boolean halted =
                row.getBoolean("halted") || HaltBarrier.isOn(row.getLong("switched") | switched, row.getInt("number"));
        return new Rollout(row.getInt("percent"), halted);
    }

    private StoredDefinition definition(ResultSet row) throws SQLException {
        return new StoredDefinition(
                row.getString("id"),
                row.getString("fingerprint"),
                Objects.requireNonNull(dialect.instant(row, "cut_off"), "cut_off"),
                rate(row.getBigDecimal("old_rate")),
                rate(row.getBigDecimal("new_rate")));
    }

    private static @Nullable BigDecimal perCredit(@Nullable CreditRate rate) {
        return rate == null ? null : rate.perCredit();
    }

    private static @Nullable CreditRate rate(@Nullable BigDecimal perCredit) {
        return perCredit == null ? null : CreditRate.of(perCredit);
    }
}
