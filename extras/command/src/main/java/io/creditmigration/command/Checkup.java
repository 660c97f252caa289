package io.creditmigration.command;

import io.creditmigration.DefinitionConflictException;
import io.creditmigration.MigrationService;
import io.creditmigration.jdbc.JdbcMigrationStore;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** What has to be so before a migration can begin, one thing after the other. Nothing is written. */
final class Checkup {

    /** How a check ended. */
    enum State {
        OK,
        /** For the operator to judge. */
        WARNING,
        /** The migration would fail. */
        ERROR
    }

    /**
     * How a check ended.
     *
     * @param check what was checked
     * @param state how it is
     * @param what what was found
     * @param advice what to do; null where there is nothing to do
     */
    record Finding(
            String check,
            State state,
            String what,
            @Nullable String advice) {

        String line() {
            return String.format(
                    Locale.ROOT,
                    "  %-8s %-15s %s%s",
                    state.name().toLowerCase(Locale.ROOT),
                    check,
                    what,
                    advice == null ? "" : "; " + advice);
        }
    }

    private static final Duration CLOCK_WARNING = Duration.ofSeconds(2);
    private static final Duration CLOCK_ERROR = Duration.ofMinutes(1);

    private final Configuration configuration;
    private final Connection connection;
    private final DataSource dataSource;
    private final DatabaseNames names;
    private final SurroundingChecks surroundings;

    Checkup(Configuration configuration, Connection connection, DataSource dataSource) {
        this.configuration = configuration;
        this.connection = connection;
        this.dataSource = dataSource;
        this.names = new DatabaseNames(connection, configuration.connection());
        this.surroundings = new SurroundingChecks(configuration, connection, dataSource, names);
    }

    /** A check that could not be made, or that failed as a run would. */
    static Finding failed(String check, Exception e) {
        return new Finding(check, State.ERROR, Failures.of(e).line(), null);
    }

    Finding connection() throws SQLException {
        DatabaseMetaData database = connection.getMetaData();
        return ok(
                "connection",
                database.getDatabaseProductName() + " " + database.getDatabaseProductVersion() + " as "
                        + database.getUserName());
    }

    List<Finding> all() {
        List<Finding> findings = new ArrayList<>();
        findings.add(of("clock", this::clock));
        findings.add(of("zone", surroundings::zone));
        findings.add(of("isolation", this::isolation));
        findings.add(of("pooler", surroundings::pooler));
        findings.add(of("disk", surroundings::disk));
        findings.add(of("other tables", surroundings::neighbours));
        findings.add(of("library tables", this::libraryTables));
        boolean areThere = findings.get(findings.size() - 1).state() != State.ERROR;
        findings.add(
                areThere
                        ? of("definition", this::definition)
                        : new Finding(
                                "mapping",
                                State.WARNING,
                                "not checked, because the library's tables are missing",
                                "run 'credit-migration doctor' again when they are there"));
        findings.add(of("privileges", this::privileges));
        findings.add(of("indexes", this::indexes));
        return findings;
    }

    private interface Check {
        Finding find() throws SQLException;
    }

    private Finding of(String check, Check look) {
        try {
            return look.find();
        } catch (SQLException | RuntimeException e) {
            return failed(check, e);
        }
    }

    private Finding clock() throws SQLException {
        boolean isMariaDb = configuration.connection().isMariaDb();
        String now = isMariaDb
                ? "SELECT UTC_TIMESTAMP(6)"
                : configuration.connection().isH2() ? "SELECT CURRENT_TIMESTAMP" : "SELECT clock_timestamp()";
        try (Statement statement = connection.createStatement()) {
            Instant before = Instant.now();
            try (ResultSet row = statement.executeQuery(now)) {
                row.next();
                Instant there = isMariaDb
                        ? row.getObject(1, LocalDateTime.class).toInstant(ZoneOffset.UTC)
                        : row.getObject(1, OffsetDateTime.class).toInstant();
                Instant after = Instant.now();
                return clock(Duration.between(
                        before.plus(Duration.between(before, after).dividedBy(2)), there));
            }
        }
    }

    /** The database's clock, which is ahead of this machine's by this much. */
    static Finding clock(Duration ahead) {
        String millis = Output.number(Math.abs(ahead.toMillis()));
        String what = "the database's clock is " + millis + " ms " + (ahead.isNegative() ? "behind" : "ahead");
        Duration size = ahead.abs();
        if (size.compareTo(CLOCK_WARNING) < 0) {
            return ok("clock", what);
        }
        return new Finding(
                "clock",
                size.compareTo(CLOCK_ERROR) < 0 ? State.WARNING : State.ERROR,
                what,
                "set both by a time server: a cut-off passes at one time here and at another there");
    }

    private Finding isolation() throws SQLException {
        return switch (connection.getTransactionIsolation()) {
            case Connection.TRANSACTION_READ_COMMITTED -> ok("isolation", "READ COMMITTED");
            case Connection.TRANSACTION_REPEATABLE_READ ->
                ok("isolation", "REPEATABLE READ here; the library uses READ COMMITTED in its own transactions");
            case Connection.TRANSACTION_SERIALIZABLE ->
                new Finding(
                        "isolation",
                        State.WARNING,
                        "SERIALIZABLE here; the library uses READ COMMITTED in its own transactions",
                        "an application that migrates users in its own transactions has to retry them");
            default ->
                new Finding(
                        "isolation",
                        State.WARNING,
                        "READ UNCOMMITTED here",
                        "use READ COMMITTED at least; the library does in its own transactions");
        };
    }

    private Finding libraryTables() throws SQLException {
        boolean areThere = new Records(dataSource, configuration).areInstalled();
        String hindered = areThere ? null : surroundings.hinderedFromCreating();
        return areThere
                ? ok(
                        "library tables",
                        "are there, named " + configuration.ours().prefix() + "…")
                : new Finding(
                        "library tables",
                        State.ERROR,
                        "are missing",
                        hindered == null ? "create them with 'credit-migration schema --apply'" : hindered);
    }

    /** Opens the migration as any other command does: mapping, then definition. */
    private Finding definition() {
        try {
            MigrationService.of(
                    configuration.migration(),
                    JdbcMigrationStore.owning(dataSource, configuration.host(), configuration.ours()));
            return ok(
                    "mapping",
                    "fits the tables, and the definition of "
                            + configuration.migration().id() + " is accepted");
        } catch (DefinitionConflictException e) {
            return failed("definition", e);
        }
    }

    private Finding privileges() throws SQLException {
        List<String> lacking = new ArrayList<>();
        HostNames host = configuration.names();
        check(lacking, host.schema(), host.users(), true);
        check(lacking, host.schema(), host.accounts(), true);
        check(lacking, host.schema(), host.operations(), false);
        for (String table : names.tables(configuration.ours().schema())) {
            if (table.toLowerCase(Locale.ROOT).startsWith(configuration.ours().prefix())) {
                String name = names.qualified(configuration.ours().schema(), table);
                String columns = names.columns(configuration.ours().schema(), table).stream()
                        .map(names::quoted)
                        .collect(Collectors.joining(", "));
                lack(
                        lacking,
                        "INSERT ON " + name,
                        "INSERT INTO " + name + " (" + columns + ") SELECT " + columns + " FROM " + name
                                + " WHERE 1 = 0");
            }
        }
        return lacking.isEmpty()
                ? ok("privileges", "reads and writes what a migration needs")
                : new Finding(
                        "privileges",
                        State.ERROR,
                        "the database user lacks " + String.join(", ", lacking),
                        "grant that, and check that the connection is not read-only");
    }

    private void check(
            List<String> lacking, @Nullable String schema, HostNames.@Nullable Table table, boolean isWritten)
            throws SQLException {
        Optional<String> found =
                table == null ? Optional.empty() : DatabaseNames.find(names.tables(schema), table.name());
        if (table == null || found.isEmpty()) {
            return;
        }
        String name = names.qualified(schema, found.get());
        List<String> there = names.columns(schema, found.get());
        List<String> columns = table.columns().stream()
                .flatMap(column -> DatabaseNames.find(there, column).stream())
                .map(names::quoted)
                .toList();
        if (isWritten && !columns.isEmpty()) {
            String set = columns.stream().map(column -> column + " = " + column).collect(Collectors.joining(", "));
            lack(lacking, "UPDATE ON " + name, "UPDATE " + name + " SET " + set + " WHERE 1 = 0");
        }
        lack(lacking, "SELECT ON " + name, "SELECT 1 FROM " + name + " WHERE 1 = 0");
    }

    /** Asks the database by a statement that concerns no row, and takes it back. */
    private void lack(List<String> lacking, String privilege, String statement) throws SQLException {
        connection.setAutoCommit(false);
        try (Statement asked = connection.createStatement()) {
            asked.execute(statement);
        } catch (SQLException e) {
            if (!Failures.isDenied(e)) {
                throw e;
            }
            lacking.add(privilege);
        } finally {
            connection.rollback();
            connection.setAutoCommit(true);
        }
    }

    private Finding indexes() throws SQLException {
        HostNames host = configuration.names();
        HostNames.Table operations = host.operations();
        Optional<String> table = operations == null
                ? Optional.empty()
                : DatabaseNames.find(names.tables(host.schema()), operations.name());
        if (operations == null || table.isEmpty()) {
            return ok("indexes", "none is needed but the users' key");
        }
        List<String> there = names.columns(host.schema(), table.get());
        String user = DatabaseNames.find(there, operations.columns().get(0))
                .orElse(operations.columns().get(0));
        String at = DatabaseNames.find(there, operations.columns().get(1))
                .orElse(operations.columns().get(1));
        List<String> indexed = indexesOf(host.schema(), table.get());
        String wanted = (user + "," + at).toLowerCase(Locale.ROOT);
        if (indexed.stream().anyMatch(columns -> columns.startsWith(wanted))) {
            return ok("indexes", "operations are found by user and time");
        }
        boolean isByUser =
                indexed.stream().anyMatch(columns -> columns.split(",", -1)[0].equals(user.toLowerCase(Locale.ROOT)));
        return new Finding(
                "indexes",
                State.WARNING,
                isByUser
                        ? "operations are found by user, but not by time"
                        : "no index of the operations begins with their user: each page reads them all",
                "CREATE INDEX operations_by_user_and_time ON " + names.qualified(host.schema(), table.get()) + " ("
                        + names.quoted(user) + ", " + names.quoted(at) + ")");
    }

    /** The columns of each index, in their order and in lower case, separated by commas. */
    private List<String> indexesOf(@Nullable String schema, String table) throws SQLException {
        List<String> indexes = new ArrayList<>();
        try (ResultSet rows = connection
                .getMetaData()
                .getIndexInfo(names.catalog(schema), names.schema(schema), table, false, true)) {
            while (rows.next()) {
                String column = rows.getString("COLUMN_NAME");
                if (column == null) {
                    continue;
                }
                String plain = column.replace(names.quote(), "").toLowerCase(Locale.ROOT);
                if (rows.getInt("ORDINAL_POSITION") == 1) {
                    indexes.add(plain);
                } else if (!indexes.isEmpty()) {
                    int last = indexes.size() - 1;
                    indexes.set(last, indexes.get(last) + "," + plain);
                }
            }
        }
        return indexes;
    }

    static Finding ok(String check, String what) {
        return new Finding(check, State.OK, what, null);
    }
}
