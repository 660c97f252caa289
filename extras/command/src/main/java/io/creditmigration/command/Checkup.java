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

    Checkup(Configuration configuration, Connection connection, DataSource dataSource) {
        this.configuration = configuration;
        this.connection = connection;
        this.dataSource = dataSource;
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
        findings.add(of("isolation", this::isolation));
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
        return areThere
                ? ok(
                        "library tables",
                        "are there, named " + configuration.ours().prefix() + "…")
                : new Finding(
                        "library tables",
                        State.ERROR,
                        "are missing",
                        "create them with 'credit-migration schema --apply'");
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
            return new Finding(
                    "definition",
                    State.ERROR,
                    Failures.of(e).line(),
                    "use the definition that is stored, or another migration.id");
        }
    }

    private Finding privileges() throws SQLException {
        List<String> lacking = new ArrayList<>();
        HostNames host = configuration.names();
        check(lacking, host.schema(), host.users(), true);
        check(lacking, host.schema(), host.accounts(), true);
        check(lacking, host.schema(), host.operations(), false);
        for (String table : tables(configuration.ours().schema())) {
            if (table.toLowerCase(Locale.ROOT).startsWith(configuration.ours().prefix())) {
                String name = qualified(configuration.ours().schema(), table);
                String columns = columns(configuration.ours().schema(), table).stream()
                        .map(this::quoted)
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
        Optional<String> found = table == null ? Optional.empty() : find(tables(schema), table.name());
        if (table == null || found.isEmpty()) {
            return;
        }
        String name = qualified(schema, found.get());
        List<String> there = columns(schema, found.get());
        List<String> columns = table.columns().stream()
                .flatMap(column -> find(there, column).stream())
                .map(this::quoted)
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
        Optional<String> table = operations == null ? Optional.empty() : find(tables(host.schema()), operations.name());
        if (operations == null || table.isEmpty()) {
            return ok("indexes", "none is needed but the users' key");
        }
        String user = operations.columns().get(0);
        String at = operations.columns().get(1);
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
                "CREATE INDEX ON " + qualified(host.schema(), table.get()) + " (" + quoted(user) + ", " + quoted(at)
                        + ")");
    }

    /** The columns of each index, in their order and in lower case, separated by commas. */
    private List<String> indexesOf(@Nullable String schema, String table) throws SQLException {
        List<String> indexes = new ArrayList<>();
        try (ResultSet rows =
                connection.getMetaData().getIndexInfo(catalog(schema), schema(schema), table, false, true)) {
            while (rows.next()) {
                String column = rows.getString("COLUMN_NAME");
                if (column == null) {
                    continue;
                }
                String plain = column.replace(quote(), "").toLowerCase(Locale.ROOT);
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

    private List<String> tables(@Nullable String schema) throws SQLException {
        List<String> tables = new ArrayList<>();
        try (ResultSet rows = connection
                .getMetaData()
                .getTables(catalog(schema), schema(schema), "%", new String[] {"TABLE", "BASE TABLE"})) {
            while (rows.next()) {
                tables.add(rows.getString("TABLE_NAME"));
            }
        }
        return tables;
    }

    private List<String> columns(@Nullable String schema, String table) throws SQLException {
        List<String> columns = new ArrayList<>();
        try (ResultSet rows = connection.getMetaData().getColumns(catalog(schema), schema(schema), "%", "%")) {
            while (rows.next()) {
                // A value that the database gives can be neither set nor inserted.
                boolean isGiven = "YES".equals(rows.getString("IS_AUTOINCREMENT"))
                        || "YES".equals(rows.getString("IS_GENERATEDCOLUMN"));
                if (rows.getString("TABLE_NAME").equals(table) && !isGiven) {
                    columns.add(rows.getString("COLUMN_NAME"));
                }
            }
        }
        return columns;
    }

    /** The name as the database has it: exactly, or in other capitals. */
    private static Optional<String> find(List<String> names, String name) {
        return names.contains(name)
                ? Optional.of(name)
                : names.stream().filter(name::equalsIgnoreCase).findFirst();
    }

    private @Nullable String catalog(@Nullable String schema) throws SQLException {
        return !configuration.connection().isMariaDb() || schema == null ? connection.getCatalog() : schema;
    }

    private @Nullable String schema(@Nullable String schema) throws SQLException {
        if (configuration.connection().isMariaDb()) {
            return null;
        }
        return schema == null ? connection.getSchema() : schema;
    }

    private String qualified(@Nullable String schema, String table) {
        return (schema == null ? "" : quoted(schema) + ".") + quoted(table);
    }

    private String quoted(String name) {
        return quote() + name.replace(quote(), quote() + quote()) + quote();
    }

    private String quote() {
        return configuration.connection().isMariaDb() ? "`" : "\"";
    }

    private static Finding ok(String check, String what) {
        return new Finding(check, State.OK, what, null);
    }
}
