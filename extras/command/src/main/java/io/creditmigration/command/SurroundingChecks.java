package io.creditmigration.command;

import io.creditmigration.command.Checkup.Finding;
import io.creditmigration.command.Checkup.State;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** What is around a migration: a pooler, the disk, the zone of times, other tables of the library's. Nothing is written. */
final class SurroundingChecks {

    private static final Pattern H2_FILE = Pattern.compile("(?i)jdbc:h2:(?:file:)?((?!mem:|tcp:|ssl:|zip:)[^;]+).*");
    private static final Pattern LOCAL = Pattern.compile("(?i)jdbc:[a-z]+://(localhost|127\\.0\\.0\\.1|\\[::1])[:/].*");
    private static final Duration FUTURE_MAX = Duration.ofMinutes(5);
    private static final int SECONDS_MAX = 5;
    private static final long USER_BYTES = 500;
    private static final long OPERATION_BYTES = 200;
    private static final long MEGABYTE = 1_000_000;

    private final Configuration configuration;
    private final Connection connection;
    private final DataSource dataSource;
    private final DatabaseNames names;

    SurroundingChecks(Configuration configuration, Connection connection, DataSource dataSource, DatabaseNames names) {
        this.configuration = configuration;
        this.connection = connection;
        this.dataSource = dataSource;
        this.names = names;
    }

    /** Whether two sessions are served by one of the server's: only a pooler between them does that. */
    Finding pooler() throws SQLException {
        if (configuration.connection().isMariaDb() || configuration.connection().isH2()) {
            return Checkup.ok("pooler", "none that matters to this database");
        }
        try (Connection other = dataSource.getConnection()) {
            other.setAutoCommit(false);
            try {
                int first = process(connection);
                int second = process(other);
                if (first != second && process(connection) != second) {
                    return Checkup.ok("pooler", "each connection keeps its session");
                }
            } finally {
                other.rollback();
                other.setAutoCommit(true);
            }
        }
        String what = "connections are lent for a transaction, as PgBouncer does in transaction mode";
        return configuration.connection().url().contains("prepareThreshold=0")
                ? Checkup.ok("pooler", what + "; prepareThreshold=0 is set")
                : new Finding(
                        "pooler",
                        State.WARNING,
                        what,
                        "add prepareThreshold=0 to database.url, or set max_prepared_statements in PgBouncer 1.21 or newer");
    }

    private static int process(Connection session) throws SQLException {
        try (Statement statement = session.createStatement();
                ResultSet row = statement.executeQuery("SELECT pg_backend_pid()")) {
            row.next();
            return row.getInt(1);
        }
    }

    /** Whether the newest times are in the future, which a wrong zone makes of them. */
    Finding zone() throws SQLException {
        HostNames host = configuration.names();
        ZoneId zone = host.zone();
        if (zone == null) {
            return Checkup.ok("zone", "none is needed where times carry their own");
        }
        HostNames.Table operations = host.operations();
        List<@Nullable Instant> newest = new ArrayList<>();
        if (host.registeredAt() != null) {
            newest.add(newest(host.users().name(), host.registeredAt(), zone));
        }
        if (operations != null) {
            newest.add(newest(operations.name(), operations.columns().get(1), zone));
        }
        Instant now = Instant.now();
        for (Instant time : newest) {
            if (time != null && Duration.between(now, time).compareTo(FUTURE_MAX) > 0) {
                return new Finding(
                        "zone",
                        State.WARNING,
                        "in zone " + zone + " the newest time is " + Progress.words(Duration.between(now, time))
                                + " hours in the future",
                        "check users.zone: it has to be the zone in which your application writes times without one");
            }
        }
        return Checkup.ok("zone", "in zone " + zone + " no time is in the future");
    }

    private @Nullable Instant newest(String table, String column, ZoneId zone) throws SQLException {
        String schema = configuration.names().schema();
        Optional<String> found = DatabaseNames.find(names.tables(schema), table);
        Optional<String> at =
                found.isEmpty() ? Optional.empty() : DatabaseNames.find(names.columns(schema, found.get()), column);
        if (found.isEmpty() || at.isEmpty()) {
            return null;
        }
        String query = "SELECT MAX(" + names.quoted(at.get()) + ") FROM " + names.qualified(schema, found.get());
        try (Statement statement = connection.createStatement()) {
            statement.setQueryTimeout(SECONDS_MAX);
            try (ResultSet row = statement.executeQuery(query)) {
                String type = row.getMetaData().getColumnTypeName(1).toLowerCase(Locale.ROOT);
                boolean isLocal = row.getMetaData().getColumnType(1) == Types.TIMESTAMP
                        && !type.equals("timestamptz")
                        && !(type.equals("timestamp")
                                && configuration.connection().isMariaDb());
                row.next();
                LocalDateTime local = isLocal ? row.getObject(1, LocalDateTime.class) : null;
                return local == null ? null : local.atZone(zone).toInstant();
            }
        }
    }

    /** Whether there is room for the journal and the history. */
    Finding disk() throws SQLException {
        HostNames host = configuration.names();
        HostNames.Table operations = host.operations();
        long needed = count(host.users().name()) * USER_BYTES
                + (operations == null || !host.history() ? 0 : count(operations.name()) * OPERATION_BYTES);
        return disk(needed, free());
    }

    /** Needed bytes beside those that are free, if anybody can tell. */
    static Finding disk(long needed, @Nullable Long free) {
        String what = "journal and history take about " + Output.number(Math.max(1, needed / MEGABYTE)) + " MB";
        if (free == null) {
            return Checkup.ok("disk", what + "; the database does not tell how much is free");
        }
        String both = what + ", of " + Output.number(free / MEGABYTE) + " MB free";
        if (free < needed) {
            return new Finding("disk", State.ERROR, both, "make room, or the run ends in the middle");
        }
        return free < 3 * needed
                ? new Finding("disk", State.WARNING, both, "make room: logs and dead rows of your tables need some too")
                : Checkup.ok("disk", both);
    }

    private long count(String table) throws SQLException {
        String schema = configuration.names().schema();
        Optional<String> found = DatabaseNames.find(names.tables(schema), table);
        if (found.isEmpty()) {
            return 0;
        }
        try (Statement statement = connection.createStatement()) {
            statement.setQueryTimeout(SECONDS_MAX);
            try (ResultSet row =
                    statement.executeQuery("SELECT COUNT(*) FROM " + names.qualified(schema, found.get()))) {
                row.next();
                return row.getLong(1);
            }
        }
    }

    /** The room where the database keeps its files, if that is on this machine. */
    private @Nullable Long free() throws SQLException {
        String folder = null;
        String url = configuration.connection().url();
        Matcher file = H2_FILE.matcher(url);
        if (configuration.connection().isH2()) {
            if (file.matches()) {
                folder = String.valueOf(Path.of(file.group(1).replaceFirst("^~", System.getProperty("user.home")))
                        .toAbsolutePath()
                        .getParent());
            }
        } else if (LOCAL.matcher(url).matches()) {
            folder = value(
                    configuration.connection().isMariaDb()
                            ? "SELECT @@datadir"
                            : "SELECT setting FROM pg_settings WHERE name = 'data_directory'");
        }
        try {
            return folder == null || !Files.isDirectory(Path.of(folder))
                    ? null
                    : Files.getFileStore(Path.of(folder)).getUsableSpace();
        } catch (IOException e) {
            return null;
        }
    }

    private @Nullable String value(String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            return row.next() ? row.getString(1) : null;
        }
    }

    /** Other sets of the library's tables, which would migrate the same users once more. */
    Finding neighbours() throws SQLException {
        boolean isMariaDb = configuration.connection().isMariaDb();
        String ours = configuration.ours().prefix();
        String here = isMariaDb
                ? names.catalog(configuration.ours().schema())
                : names.schema(configuration.ours().schema());
        String users = names.catalog(configuration.names().schema());
        TreeSet<String> all = new TreeSet<>();
        try (ResultSet rows = connection
                .getMetaData()
                .getTables(
                        isMariaDb ? null : connection.getCatalog(), null, "%", new String[] {"TABLE", "BASE TABLE"})) {
            while (rows.next()) {
                all.add(rows.getString(isMariaDb ? "TABLE_CAT" : "TABLE_SCHEM") + "."
                        + rows.getString("TABLE_NAME").toLowerCase(Locale.ROOT));
            }
        }
        if (isMariaDb) {
            // A server has databases of many applications; of interest are those of this one.
            all.removeIf(name -> !name.startsWith(here + ".") && !name.startsWith(users + "."));
        }
        List<String> others = all.stream()
                .filter(name -> name.endsWith("_definition"))
                .map(name -> name.substring(0, name.length() - "definition".length()))
                .filter(prefix -> all.contains(prefix + "journal") && all.contains(prefix + "barrier"))
                .filter(prefix -> !prefix.equals(here + "." + ours))
                .toList();
        return others.isEmpty()
                ? Checkup.ok("other tables", "no other set of the library's tables in this database")
                : new Finding(
                        "other tables",
                        State.WARNING,
                        "there is another set of the library's tables: " + String.join("…, ", others) + "…",
                        "if it is for the same users, use it: see library-tables. Two sets would migrate a user twice");
    }

    /** Whether the database user may create the library's tables; null where it may. */
    @Nullable
    String hinderedFromCreating() throws SQLException {
        String query;
        if (configuration.connection().isMariaDb()) {
            query = """
                    SELECT COUNT(*) FROM (
                        SELECT grantee FROM information_schema.user_privileges WHERE privilege_type = 'CREATE'
                        UNION ALL
                        SELECT grantee FROM information_schema.schema_privileges
                        WHERE privilege_type = 'CREATE' AND ? LIKE table_schema
                    ) g WHERE REPLACE(g.grantee, '''', '') = CURRENT_USER()
                    """;
        } else if (configuration.connection().isH2()) {
            query =
                    "SELECT COUNT(*) FROM information_schema.users WHERE user_name = CURRENT_USER AND is_admin AND ? <> ''";
        } else {
            query = "SELECT CASE WHEN has_schema_privilege(?, 'CREATE') THEN 1 ELSE 0 END";
        }
        String schema = configuration.connection().isMariaDb()
                ? names.catalog(configuration.ours().schema())
                : names.schema(configuration.ours().schema());
        try (PreparedStatement statement = connection.prepareStatement(query)) {
            statement.setString(1, schema);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getLong(1) > 0
                        ? null
                        : "have somebody who may create tables in " + schema
                                + " run what 'credit-migration schema' prints, and grant this user all rights on them";
            }
        }
    }
}
