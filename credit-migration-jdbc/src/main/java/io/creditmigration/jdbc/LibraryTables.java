package io.creditmigration.jdbc;

import io.creditmigration.InvalidValueException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The library's own tables: where they are, and the shipped DDL that makes them. Nothing is created unless the host asks,
 * by {@link #install} or by pointing Flyway at {@code classpath:db/credit-migration/h2} (or {@code postgresql}, or
 * {@code mariadb}) with a placeholder {@code prefix}. Immutable.
 *
 * @param schema the schema they are in (on MariaDB: the database); null for the connection's own
 * @param prefix what their names begin with: 1 to 30 lower-case letters, digits and underscores
 */
public record LibraryTables(@Nullable String schema, String prefix) {

    private static final Pattern PREFIX = Pattern.compile("[a-z][a-z0-9_]{0,29}");
    private static final List<String> TABLES = List.of(
            "definition",
            "barrier",
            "epoch",
            "journal",
            "seal",
            "sealed",
            "account",
            "entry",
            "run",
            "range",
            "run_user",
            "event",
            "notice");

    /** Refuses a prefix that would need quoting. */
    public LibraryTables {
        if (!PREFIX.matcher(HostTables.given("table prefix", prefix)).matches()) {
            throw new InvalidValueException(
                    "table prefix", prefix, "1 to 30 lower-case letters, digits and underscores, a letter first");
        }
    }

    /** In the connection's own schema, with names that begin with {@code credit_migration_}. */
    public static LibraryTables defaults() {
        return new LibraryTables(null, "credit_migration_");
    }

    /** Creates the tables with the shipped DDL, and leaves the connection as it was. */
    public void install(DataSource dataSource) {
        HostTables.given("data source", dataSource);
        String what = "Installing the tables " + prefix + "…";
        Connection connection = OwnTransactions.connection(what, dataSource);
        try {
            OwnTransactions.refuseOpenWork(connection);
            Dialect dialect = Dialect.of(connection);
            if (dialect == Dialect.POSTGRESQL) {
                installInTransaction(connection);
            } else {
                installInSession(connection, dialect);
            }
        } catch (Throwable e) {
            throw SqlErrors.translated(what, e);
        } finally {
            OwnTransactions.quietly("closed", connection::close);
        }
    }

    /** A search path has several schemas, and only what is set for a transaction is put back as it was. */
    private void installInTransaction(Connection connection) throws SQLException {
        boolean autoCommit = connection.getAutoCommit();
        connection.setAutoCommit(false);
        try {
            if (schema != null) {
                execute(connection, "SET LOCAL search_path TO " + Dialect.POSTGRESQL.quoted(schema));
            }
            create(connection, Dialect.POSTGRESQL);
            connection.commit();
        } catch (Throwable e) {
            connection.rollback();
            throw e;
        } finally {
            connection.setAutoCommit(autoCommit);
        }
    }

    /** DDL ends transactions here. */
    private void installInSession(Connection connection, Dialect dialect) throws SQLException {
        if (schema == null) {
            create(connection, dialect);
            return;
        }
        String before = dialect == Dialect.MARIADB ? connection.getCatalog() : connection.getSchema();
        try {
            use(connection, dialect, schema);
            create(connection, dialect);
        } finally {
            if (before == null || before.isEmpty()) {
                // MariaDB goes back to no database on a new connection only: a pool makes one.
                connection.abort(Runnable::run);
            } else {
                use(connection, dialect, before);
            }
        }
    }

    private void create(Connection connection, Dialect dialect) throws SQLException {
        for (String ddl : statements(dialect)) {
            execute(connection, ddl);
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** The shipped DDL for the database at the other end, with the prefix filled in. */
    public String ddl(DataSource dataSource) {
        String what = "Asking for the database";
        Connection connection = OwnTransactions.connection(what, HostTables.given("data source", dataSource));
        try {
            return ddl(Dialect.of(connection));
        } catch (Throwable e) {
            throw SqlErrors.translated(what, e);
        } finally {
            OwnTransactions.quietly("closed", connection::close);
        }
    }

    /** The names that statements use for the tables. */
    Map<String, String> names(Dialect dialect) {
        Map<String, String> names = new LinkedHashMap<>();
        String qualifier = schema == null ? "" : dialect.quoted(schema) + ".";
        TABLES.forEach(table -> names.put("our_" + table, qualifier + prefix + table));
        names.put("our_halted", qualifier + prefix + "halted");
        names.put("number", "(SELECT d.number FROM " + names.get("our_definition") + " d WHERE d.id = :migration)");
        return names;
    }

    /** The names of the tables, without their schema. */
    List<String> tables() {
        return TABLES.stream().map(table -> prefix + table).toList();
    }

    private String ddl(Dialect dialect) {
        String resource = "/db/credit-migration/" + dialect.folder() + "/V1__credit_migration.sql";
        try (InputStream in = LibraryTables.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException("The jar lacks " + resource);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).replace("${prefix}", prefix);
        } catch (IOException e) {
            throw new IllegalStateException("The jar's " + resource + " cannot be read", e);
        }
    }

    private List<String> statements(Dialect dialect) {
        String withoutComments = ddl(dialect).replaceAll("(?m)^\\s*--.*$", "");
        return Arrays.stream(withoutComments.split(";"))
                .map(String::strip)
                .filter(statement -> !statement.isEmpty())
                .toList();
    }

    private static void use(Connection connection, Dialect dialect, String name) throws SQLException {
        if (dialect == Dialect.MARIADB) {
            connection.setCatalog(name);
        } else {
            connection.setSchema(name);
        }
    }
}
