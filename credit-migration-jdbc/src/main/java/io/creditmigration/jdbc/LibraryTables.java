package io.creditmigration.jdbc;

import io.creditmigration.InvalidValueException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The library's own tables: where they are, and the shipped DDL that makes them.
 *
 * <pre>{@code
 * LibraryTables.defaults().install(dataSource);      // on every start, before the store is opened
 * }</pre>
 *
 * <p>Nothing is created unless the host asks, by {@link #install} or by pointing a Flyway with a history table of its own at
 * {@code classpath:db/credit-migration/h2} (or {@code postgresql}, or {@code mariadb}) with a placeholder {@code prefix}.
 * Immutable.
 *
 * @param schema the schema they are in (on MariaDB: the database); null for the connection's own
 * @param prefix what their names begin with: 1 to 30 lower-case letters, digits and underscores
 */
public record LibraryTables(@Nullable String schema, String prefix) {

    private static final Pattern PREFIX = Pattern.compile("[a-z][a-z0-9_]{0,29}");
    private static final List<String> TABLES = List.of(
            "population",
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

    /** What {@link #install} did. */
    public enum Installation {
        /** Nothing was there; this call has created everything. */
        INSTALLED,
        /** Something was missing, and this call has created it. Other nodes may have created the rest at the same time. */
        COMPLETED,
        /** Nothing was missing, or other nodes have created it at the same time. */
        ALREADY_THERE
    }

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

    /**
     * Creates those of the tables that are missing, with the shipped DDL. Call it on every start, on every node: it is safe
     * when several do so together, and completes what a crash has left. Tables that are there stay as they are.
     *
     * @return what it did, which it logs too
     * @throws io.creditmigration.StoreException if the database refuses a statement or does not answer; H2 and MariaDB keep the tables created
     *     before that, and the next call creates the others
     */
    public Installation install(DataSource dataSource) {
        return new TableInstaller(this).install(HostTables.given("data source", dataSource));
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

    /** The shipped DDL for this database, with the prefix filled in. */
    String ddl(Dialect dialect) {
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
}
