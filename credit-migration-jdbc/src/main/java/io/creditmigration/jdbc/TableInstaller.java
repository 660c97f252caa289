package io.creditmigration.jdbc;

import io.creditmigration.InvalidValueException;
import io.creditmigration.jdbc.LibraryTables.Installation;
import io.creditmigration.jdbc.Transactions.Outcome;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Executes those statements of the shipped DDL whose tables, indexes, views and sequences are missing.
 *
 * <p>No lock keeps two nodes from doing so together. The second one waits for the database or is refused what the first one
 * has made; then it looks again and goes on with what is still missing. On PostgreSQL all statements are one transaction;
 * H2 and MariaDB commit each, so a crash can leave some of them, and the next call makes the others.
 */
final class TableInstaller {

    private static final String ON_H2 = """
            SELECT TABLE_NAME FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_SCHEMA = CURRENT_SCHEMA
            UNION ALL SELECT INDEX_NAME FROM INFORMATION_SCHEMA.INDEXES WHERE INDEX_SCHEMA = CURRENT_SCHEMA
            UNION ALL SELECT SEQUENCE_NAME FROM INFORMATION_SCHEMA.SEQUENCES WHERE SEQUENCE_SCHEMA = CURRENT_SCHEMA
            """;

    private static final String ON_POSTGRESQL = """
            SELECT c.relname FROM pg_catalog.pg_class c
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = current_schema()
            """;

    private static final String ON_MARIADB = """
            SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE()
            UNION ALL SELECT index_name FROM information_schema.statistics WHERE table_schema = DATABASE()
            """;

    private static final String SCHEMA_ON_POSTGRESQL = "SELECT pg_catalog.set_config('search_path', ?, true)";

    private static final Pattern PART = Pattern.compile("'[^']*'|--[^\\n]*|.", Pattern.DOTALL);
    private static final Pattern CREATE = Pattern.compile(
            "CREATE\\s+(?:OR\\s+REPLACE\\s+)?(?:UNIQUE\\s+|UNLOGGED\\s+)?(?:TABLE|INDEX|VIEW|SEQUENCE)\\s+"
                    + "(?:IF\\s+NOT\\s+EXISTS\\s+)?([a-z0-9_]+)\\b.*",
            Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    private static final int WAIT_MILLIS_MAX = 60_000;
    private static final Logger LOG = LoggerFactory.getLogger(LibraryTables.class);

    /** A statement, and the name of what it creates: null if it adds rows, where they are missing. */
    record Create(@Nullable String name, String sql) {}

    private final LibraryTables ours;
    private final List<String> created = new ArrayList<>();
    private List<Create> statements = List.of();
    private @Nullable Create current;

    TableInstaller(LibraryTables ours) {
        this.ours = ours;
    }

    Installation install(DataSource dataSource) {
        OwnTransactions transactions = new OwnTransactions(dataSource, ReadTimeouts.DEFAULTS);
        boolean complete = false;
        while (!complete) {
            Create failed = current;
            complete = transactions.write(
                    "Installing the tables " + ours.prefix() + "…",
                    connection -> new Outcome<>(true, complete(connection)),
                    // The same statement failing twice is no race with another node.
                    error -> Objects.equals(current, failed) ? null : false);
        }
        return told();
    }

    private boolean complete(Connection connection) throws SQLException {
        Dialect dialect = Dialect.of(connection);
        if (dialect == Dialect.POSTGRESQL) {
            // An attempt before this one was rolled back.
            created.clear();
        }
        statements = statements(ours.ddl(dialect));
        if (dialect == Dialect.MARIADB && ours.schema() != null && !isInDatabase(connection)) {
            throw new InvalidValueException(
                    "database of the connection",
                    "none",
                    "a database named in the JDBC URL, since MariaDB cannot switch a session back from '"
                            + ours.schema() + "' to none");
        }
        return dialect.boundingWaits(connection, WAIT_MILLIS_MAX, bounded -> inSchema(bounded, dialect));
    }

    private boolean inSchema(Connection connection, Dialect dialect) throws SQLException {
        if (ours.schema() == null) {
            return createMissing(connection, dialect);
        }
        String before = dialect == Dialect.MARIADB ? connection.getCatalog() : connection.getSchema();
        use(connection, dialect, ours.schema());
        try {
            return createMissing(connection, dialect);
        } finally {
            // PostgreSQL forgets it with the transaction.
            if (before != null && dialect != Dialect.POSTGRESQL) {
                use(connection, dialect, before);
            }
        }
    }

    private static boolean isInDatabase(Connection connection) throws SQLException {
        String name = connection.getCatalog();
        return name != null && !name.isEmpty();
    }

    private boolean createMissing(Connection connection, Dialect dialect) throws SQLException {
        current = null;
        Set<String> there = there(connection, dialect);
        try (Statement statement = connection.createStatement()) {
            for (Create create : statements) {
                if (create.name() == null || !there.contains(create.name())) {
                    current = create;
                    statement.execute(create.sql());
                }
                if (create.name() != null && !there.contains(create.name())) {
                    created.add(create.name());
                }
            }
        }
        return true;
    }

    /** The names in the schema that is in use, in lower case: those of the library have no other. */
    private static Set<String> there(Connection connection, Dialect dialect) throws SQLException {
        String query = switch (dialect) {
            case H2 -> ON_H2;
            case POSTGRESQL -> ON_POSTGRESQL;
            case MARIADB -> ON_MARIADB;
        };
        Set<String> names = new HashSet<>();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            while (row.next()) {
                names.add(row.getString(1).toLowerCase(Locale.ROOT));
            }
        }
        return names;
    }

    private static void use(Connection connection, Dialect dialect, String name) throws SQLException {
        switch (dialect) {
            case H2 -> connection.setSchema(name);
            case POSTGRESQL -> {
                // For this transaction only: what stays on a connection reaches the next one who borrows it.
                try (PreparedStatement statement = connection.prepareStatement(SCHEMA_ON_POSTGRESQL)) {
                    statement.setString(1, dialect.quoted(name));
                    statement.execute();
                }
            }
            case MARIADB -> connection.setCatalog(name);
        }
    }

    private Installation told() {
        if (created.isEmpty()) {
            LOG.info("The tables {}… are there already", ours.prefix());
            return Installation.ALREADY_THERE;
        }
        if (created.size()
                < statements.stream().filter(create -> create.name() != null).count()) {
            LOG.info("Completed the tables {}…: {} were missing", ours.prefix(), created);
            return Installation.COMPLETED;
        }
        LOG.info("Installed the tables {}…: {}", ours.prefix(), created);
        return Installation.INSTALLED;
    }

    /** The statements of a file that has comments, CREATE statements, and INSERT statements that may be run again. */
    static List<Create> statements(String ddl) {
        List<Create> statements = new ArrayList<>();
        StringBuilder statement = new StringBuilder();
        Matcher part = PART.matcher(ddl + ";");
        while (part.find()) {
            if (!part.group().equals(";")) {
                statement.append(part.group().startsWith("--") ? "" : part.group());
            } else if (!statement.toString().isBlank()) {
                statements.add(create(statement.toString().strip()));
                statement.setLength(0);
            }
        }
        return statements;
    }

    private static Create create(String sql) {
        if (sql.startsWith("INSERT ")) {
            return new Create(null, sql);
        }
        Matcher matcher = CREATE.matcher(sql);
        if (!matcher.matches()) {
            throw new IllegalStateException("The shipped DDL has a statement that creates nothing by name: " + sql);
        }
        return new Create(matcher.group(1).toLowerCase(Locale.ROOT), sql);
    }
}
