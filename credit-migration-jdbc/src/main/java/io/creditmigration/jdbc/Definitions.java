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
            SELECT id, number, fingerprint, cut_off, old_rate, new_rate, trace, percent, halted,
                   CASE WHEN begins_at <= {now} THEN 1 ELSE 0 END AS begun FROM {our_definition}
            """;

    private static final String ONE = ALL + "WHERE id = :id";

    private static final String INSERT = """
            INSERT INTO {our_definition} (id, fingerprint, cut_off, begins_at, old_rate, new_rate, trace)
            VALUES (:id, :fingerprint, :cut_off, :begins_at, :old_rate, :new_rate, :trace)
            """;

    private static final String HOLD = "SELECT id FROM {our_definition} WHERE id = :id FOR UPDATE";

    private static final String SET_ROLLOUT = """
            UPDATE {our_definition} SET percent = :percent, halted = :halted
            WHERE id = :id AND percent = :was_percent AND halted = :was_halted
            """;

    private final Dialect dialect;
    private final Mapping mapping;
    private final Sql all;
    private final Sql one;
    private final Sql insert;
    private final Sql hold;
    private final Sql setRollout;

    Definitions(Mapping mapping, LibraryTables ours) {
        this.mapping = mapping;
        this.dialect = mapping.dialect;
        Map<String, String> names = ours.names(dialect);
        names.put("now", dialect.statementTime());
        this.all = new Sql(dialect, ALL, names);
        this.one = new Sql(dialect, ONE, names);
        this.insert = new Sql(dialect, INSERT, names);
        this.hold = new Sql(dialect, HOLD, names);
        this.setRollout = new Sql(dialect, SET_ROLLOUT, names);
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
                return row.next() ? rollout(row) : Rollout.EVERYBODY;
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
        if (admitted != null) {
            return admitted;
        }
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
        return Objects.requireNonNull(stored(connection, migration), "definition");
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
                if (!row.next()) {
                    return null;
                }
                definition(row).check(migration);
                return new Admitted(rollout(row), row.getInt("begun") == 1, row.getInt("number"));
            }
        }
    }

    /** Keeps others from holding the migration's row too until the transaction ends; who only reads it is not kept waiting. */
    void hold(Connection connection, Migration migration) throws SQLException {
        admit(connection, migration);
        try (PreparedStatement statement = hold.prepare(connection)) {
            hold.bind(statement, Map.of("id", migration.id()));
            statement.executeQuery().close();
        }
    }

    /** Whether it was still as expected. */
    boolean setRollout(Connection connection, Migration migration, Rollout expected, Rollout rollout)
            throws SQLException {
        admit(connection, migration);
        return setRollout.update(
                        connection,
                        Map.of(
                                "percent", rollout.percent(),
                                "halted", rollout.halted(),
                                "was_percent", expected.percent(),
                                "was_halted", expected.halted(),
                                "id", migration.id()))
                == 1;
    }

    private static Rollout rollout(ResultSet row) throws SQLException {
        return new Rollout(row.getInt("percent"), row.getBoolean("halted"));
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
