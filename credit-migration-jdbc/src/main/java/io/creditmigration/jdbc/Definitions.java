package io.creditmigration.jdbc;

import io.creditmigration.ChainResult;
import io.creditmigration.CreditRate;
import io.creditmigration.Migration;
import io.creditmigration.Rollout;
import io.creditmigration.RunScope;
import io.creditmigration.Schedule;
import io.creditmigration.spi.Registration;
import io.creditmigration.spi.Registration.Place;
import io.creditmigration.spi.StoredDefinition;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The row per migration: definition and rollout. */
final class Definitions {

    private static final String ALL = """
            SELECT d.id, d.number, d.fingerprint, d.follows, d.beside, d.row_filter, d.cut_off, d.newcomers_from, d.begins_at,
                   d.old_rate, d.also_from, d.new_rate, d.withdrawn, d.percent, d.halted, {switch} AS switched,
                   CASE WHEN d.begins_at <= {now} THEN 1 ELSE 0 END AS begun,
                   CASE WHEN EXISTS (
                       SELECT 1 FROM {our_definition} s
                       WHERE s.follows = d.id AND s.withdrawn = FALSE AND s.begins_at <= {now}) THEN 1 ELSE 0 END AS ended
            FROM {our_definition} d
            """;

    private static final String ONE = ALL + "WHERE d.id = :id";

    private static final String INSERT = """
            INSERT INTO {our_definition} (id, fingerprint, place, follows, beside, row_filter, cut_off, newcomers_from, begins_at,
                                          old_rate, also_from, new_rate)
            VALUES (:id, :fingerprint, :place, :follows, :beside, :row_filter, :cut_off, :newcomers_from, :begins_at,
                    :old_rate, :also_from, :new_rate)
            """;

    private static final String POSTPONE = """
            UPDATE {our_definition} SET cut_off = :cut_off, newcomers_from = :newcomers_from, begins_at = :begins_at
            WHERE id = :id
            """;

    private static final String WITHDRAW = "UPDATE {our_definition} SET withdrawn = TRUE, place = NULL WHERE id = :id";

    private static final String NOW = "SELECT {now} AS now_at";

    private static final String SEALS = "SELECT COUNT(*) AS seals FROM {our_seal} WHERE migration_id = :id";

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
    private final Sql postpone;
    private final Sql withdraw;
    private final Sql now;
    private final Sql seals;
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
        this.postpone = new Sql(dialect, POSTPONE, names);
        this.withdraw = new Sql(dialect, WITHDRAW, names);
        this.now = new Sql(dialect, NOW, names);
        this.seals = new Sql(dialect, SEALS, names);
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

    /**
     * Takes a place in the chain; nothing where the migration is registered. Answers whether it was new. Those who register are
     * kept apart by a row of the barrier, and two who want one place by its unique key.
     */
    boolean register(Connection connection, Migration migration) throws SQLException {
        barrier.hold(connection, HaltBarrier.Role.OPENING);
        List<StoredDefinition> stored = all(connection);
        for (StoredDefinition definition : stored) {
            definition.check(migration);
            if (definition.id().equals(migration.id())) {
                return false;
            }
        }
        String rows = mapping.rows();
        String place = StoredDefinition.placeOf(migration, rows, mapping.shape().rates(), stored);
        StoredDefinition definition = StoredDefinition.of(migration, rows);
        Map<String, @Nullable Object> values = schedule(definition.id(), definition.schedule());
        values.put("fingerprint", definition.fingerprint());
        values.put("place", place);
        values.put("follows", definition.follows());
        values.put("beside", definition.beside());
        values.put("row_filter", rows);
        values.put("old_rate", perCredit(definition.oldRate()));
        values.put("also_from", definition.oldRates().size() < 2 ? null : alsoFrom(definition));
        values.put("new_rate", perCredit(definition.newRate()));
        try {
            insert.update(connection, values);
        } catch (SQLException e) {
            // Two first writers: the slower one reads again. It is nobody's data, so no user must be marked for it.
            if (SqlErrors.isDuplicate(e)) {
                throw new Writes.StaleException("Somebody else has registered: " + SqlErrors.words(e), e);
            }
            throw e;
        }
        return true;
    }

    private static Map<String, @Nullable Object> schedule(String id, Schedule schedule) {
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        values.put("id", id);
        values.put("cut_off", schedule.cutOff());
        values.put("newcomers_from", schedule.newcomersFrom());
        values.put("begins_at", schedule.beginsAt());
        return values;
    }

    private static String alsoFrom(StoredDefinition definition) {
        return definition.oldRates().stream().skip(1).map(CreditRate::toString).collect(Collectors.joining(" "));
    }

    /** Moves the instants that are still to come; answers what stands in the way. */
    ChainResult postpone(Connection connection, Migration migration, Duration by) throws SQLException {
        barrier.hold(connection, HaltBarrier.Role.OPENING);
        Admitted admitted = stored(connection, migration);
        if (admitted == null) {
            return ChainResult.of(ChainResult.Status.NOT_REGISTERED);
        }
        if (admitted.place() == Place.WITHDRAWN) {
            return ChainResult.of(ChainResult.Status.WITHDRAWN_BEFORE);
        }
        if (admitted.begun()) {
            return new ChainResult(
                    ChainResult.Status.BEGUN,
                    "it began at " + admitted.schedule().beginsAt());
        }
        if (count(connection, seals, migration, "seals") > 0) {
            return ChainResult.of(ChainResult.Status.SEALED);
        }
        postpone.update(connection, schedule(migration.id(), admitted.schedule().postponed(by, now(connection))));
        return ChainResult.of(ChainResult.Status.DONE);
    }

    private Instant now(Connection connection) throws SQLException {
        try (PreparedStatement statement = now.prepare(connection);
                ResultSet row = statement.executeQuery()) {
            row.next();
            return Objects.requireNonNull(dialect.instant(row, "now_at"), "now");
        }
    }

    /** Takes a migration out of the chain, unless somebody follows it. */
    ChainResult withdraw(Connection connection, Migration migration) throws SQLException {
        for (StoredDefinition other : all(connection)) {
            boolean names =
                    migration.id().equals(other.follows()) || migration.id().equals(other.beside());
            if (names && !other.withdrawn()) {
                return new ChainResult(ChainResult.Status.FOLLOWED, "migration '" + other.id() + "' names it");
            }
        }
        withdraw.update(connection, Map.of("id", migration.id()));
        for (StoredDefinition other : all(connection)) {
            // Nodes remember whom its predecessor had ended for.
            if (other.id().equals(migration.follows().orElse(null))) {
                raiseEpoch(connection, number(connection, other.id()));
            }
        }
        return ChainResult.of(ChainResult.Status.DONE);
    }

    private static long count(Connection connection, Sql query, Migration migration, String label) throws SQLException {
        try (PreparedStatement statement = query.prepare(connection)) {
            query.bind(statement, Map.of("id", migration.id()));
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? row.getLong(label) : 0;
            }
        }
    }

    /** How the migration stands in the chain. */
    Registration registration(Connection connection, Migration migration) throws SQLException {
        Admitted admitted = stored(connection, migration);
        return admitted == null
                ? Registration.NONE
                : new Registration(admitted.place(), admitted.schedule(), admitted.rollout());
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
     * @param place how it stands in the chain
     * @param schedule its instants
     * @param number the number under which the journal has the migration
     */
    record Admitted(Rollout rollout, boolean begun, Place place, Schedule schedule, int number) {}

    /** In the transaction of a change: refuses another definition, tells who may migrate; null where nothing is registered. */
    @Nullable
    Admitted admit(Connection connection, Migration migration) throws SQLException {
        return stored(connection, migration);
    }

    /** The same in the transaction of a migration, each time before it writes: behind the barrier. */
    @Nullable
    Admitted admitMigrating(Connection connection, Migration migration) throws SQLException {
        long switched = barrier.enter(connection);
        try (PreparedStatement statement = entering.prepare(connection)) {
            entering.bind(statement, Map.of("id", migration.id()));
            try (ResultSet row = barrier.rows(statement)) {
                return admitted(row, migration, switched);
            }
        }
    }

    /** Refuses another definition under the id, and one that is not registered. */
    void requireSame(Connection connection, Migration migration) throws SQLException {
        registered(connection, migration);
    }

    boolean hasBegun(Connection connection, Migration migration) throws SQLException {
        return registered(connection, migration).begun();
    }

    private Admitted registered(Connection connection, Migration migration) throws SQLException {
        Admitted admitted = stored(connection, migration);
        if (admitted == null) {
            throw new IllegalStateException("Migration " + migration.id() + " is not registered; register it first");
        }
        return admitted;
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
        Place place =
                row.getBoolean("withdrawn") ? Place.WITHDRAWN : row.getInt("ended") == 1 ? Place.ENDED : Place.CURRENT;
        return new Admitted(
                rollout(row, switched), row.getInt("begun") == 1, place, schedule(row), row.getInt("number"));
    }

    /** Keeps others from this role until the transaction ends. */
    void hold(Connection connection, Migration migration, HaltBarrier.Role role) throws SQLException {
        registered(connection, migration);
        barrier.hold(connection, role);
    }

    /**
     * Whether it was still as expected. A halt holds from here on, whatever becomes of the transaction; that it is lifted
     * holds only when the transaction has committed and {@link #lift} after it.
     */
    boolean setRollout(Connection connection, Migration migration, Rollout expected, Rollout rollout)
            throws SQLException {
        hold(connection, migration, HaltBarrier.Role.SWITCHING);
        Admitted now = registered(connection, migration);
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
        int number = registered(connection, migration).number();
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

    private int number(Connection connection, String id) throws SQLException {
        try (PreparedStatement statement = one.prepare(connection)) {
            one.bind(statement, Map.of("id", id));
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? row.getInt("number") : 0;
            }
        }
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
        List<CreditRate> oldRates = new ArrayList<>();
        CreditRate usual = rate(row.getBigDecimal("old_rate"));
        if (usual != null) {
            oldRates.add(usual);
        }
        String alsoFrom = row.getString("also_from");
        if (alsoFrom != null) {
            for (String rate : alsoFrom.split(" ", -1)) {
                oldRates.add(CreditRate.of(new BigDecimal(rate)));
            }
        }
        return new StoredDefinition(
                row.getString("id"),
                row.getString("fingerprint"),
                schedule(row),
                row.getString("follows"),
                row.getString("beside"),
                row.getString("row_filter"),
                oldRates,
                rate(row.getBigDecimal("new_rate")),
                row.getBoolean("withdrawn"));
    }

    private Schedule schedule(ResultSet row) throws SQLException {
        return new Schedule(
                Objects.requireNonNull(dialect.instant(row, "cut_off"), "cut_off"),
                Objects.requireNonNull(dialect.instant(row, "newcomers_from"), "newcomers_from"),
                Objects.requireNonNull(dialect.instant(row, "begins_at"), "begins_at"));
    }

    private static @Nullable BigDecimal perCredit(@Nullable CreditRate rate) {
        return rate == null ? null : rate.perCredit();
    }

    private static @Nullable CreditRate rate(@Nullable BigDecimal perCredit) {
        return perCredit == null ? null : CreditRate.of(perCredit);
    }
}
