package io.creditmigration.jdbc;

import io.creditmigration.InvalidValueException;
import io.creditmigration.StoreException;
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

    /** Creates the tables with the shipped DDL. */
    public void install(DataSource dataSource) {
        try (Connection connection = HostTables.given("data source", dataSource).getConnection();
                Statement statement = connection.createStatement()) {
            Dialect dialect = Dialect.of(connection);
            OwnTransactions.refuseOpenWork(connection);
            String before = null;
            if (schema != null) {
                before = dialect == Dialect.MARIADB ? connection.getCatalog() : connection.getSchema();
                use(connection, dialect, schema);
            }
            try {
                for (String ddl : statements(dialect)) {
                    statement.execute(ddl);
                }
                if (!connection.getAutoCommit()) {
                    connection.commit();
                }
            } finally {
                if (before != null) {
                    use(connection, dialect, before);
                }
            }
        } catch (SQLException e) {
            throw new StoreException(
                    StoreException.Kind.UNAVAILABLE,
                    "Installing the tables " + prefix + "… failed: " + SqlErrors.words(e),
                    e);
        }
    }

    /** The shipped DDL for the database at the other end, with the prefix filled in. */
    public String ddl(DataSource dataSource) {
        try (Connection connection = HostTables.given("data source", dataSource).getConnection()) {
            return ddl(Dialect.of(connection));
        } catch (SQLException e) {
            throw new StoreException(
                    StoreException.Kind.UNAVAILABLE, "No connection to ask for its database: " + SqlErrors.words(e), e);
        }
    }

    /** The names that statements use for the tables. */
    Map<String, String> names(Dialect dialect) {
        Map<String, String> names = new LinkedHashMap<>();
        String qualifier = schema == null ? "" : dialect.quoted(schema) + ".";
        TABLES.forEach(table -> names.put("our_" + table, qualifier + prefix + table));
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
