package io.creditmigration.jdbc;

import io.creditmigration.InvalidValueException;
import io.creditmigration.jdbc.Transactions.Work;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The databases that are known, and all that differs between them outside whole statements. */
enum Dialect {
    H2("h2", '"', "IS NOT DISTINCT FROM"),
    POSTGRESQL("postgresql", '"', "IS NOT DISTINCT FROM"),
    MARIADB("mariadb", '`', "<=>");

    /** A level of its own, which JDBC has no name for. */
    private static final int SNAPSHOT_ON_H2 = 6;

    private static final String KNOWN = "H2, PostgreSQL and MariaDB";

    private static final String IS_STRICT =
            "SELECT @@sql_mode LIKE '%STRICT_TRANS_TABLES%' OR @@sql_mode LIKE '%STRICT_ALL_TABLES%'";

    private static final String HAS_MODE = "SELECT FIND_IN_SET(?, @@sql_mode) > 0";

    /** The limit that stands for none. */
    private static final String READS_ALL_ROWS = "SELECT @@sql_select_limit = 18446744073709551615";

    /** No row for what is no base table, a view for one. */
    private static final String IS_TRANSACTIONAL = """
            SELECT e.transactions = 'YES' FROM information_schema.tables t
            JOIN information_schema.engines e ON e.engine = t.engine
            WHERE t.table_schema = ? AND t.table_name = ?
            """;

    private static final String KEEPS_FLOATS = "SELECT CAST(current_setting('extra_float_digits') AS INTEGER) > 0";

    private static final String KNOWS_LIMIT = """
            SELECT SETTING_VALUE IN ('REGULAR', 'LEGACY', 'PostgreSQL', 'MariaDB', 'MySQL', 'DB2', 'HSQLDB')
            FROM INFORMATION_SCHEMA.SETTINGS WHERE SETTING_NAME = 'MODE'
            """;

    private static final Pattern ZEROS = Pattern.compile("0000-|\\d{4}-00|\\d{4}-\\d\\d-00");

    private static final String KNOWS_ZONE = "SELECT CONVERT_TZ('2026-01-01 00:00:00', ?, '+00:00') IS NOT NULL";

    private final String folder;
    private final char quote;
    private final String same;

    Dialect(String folder, char quote, String same) {
        this.folder = folder;
        this.quote = quote;
        this.same = same;
    }

    /** The dialect of the database at the other end; an unknown one is refused, never guessed. */
    static Dialect of(Connection connection) throws SQLException {
        String product = connection.getMetaData().getDatabaseProductName();
        return switch (product) {
            case "H2" -> H2;
            case "PostgreSQL" -> POSTGRESQL;
            case "MariaDB" -> MARIADB;
            default -> throw new InvalidValueException("database", product, KNOWN);
        };
    }

    /** Refuses a connection that would round amounts in silence, does not count rows matched, or reads SQL differently. */
    void check(Connection connection) throws SQLException {
        if (this == H2 && !isTrue(connection, KNOWS_LIMIT)) {
            throw new MappingException(
                    "H2's MODE", "has no LIMIT; allowed: REGULAR, LEGACY, PostgreSQL, MariaDB, MySQL, DB2 and HSQLDB");
        }
        if (this != MARIADB) {
            return;
        }
        if (!isTrue(connection, IS_STRICT)) {
            throw new MappingException("sql_mode", "is not strict; add STRICT_TRANS_TABLES");
        }
        for (String mode : List.of("EMPTY_STRING_IS_NULL", "PAD_CHAR_TO_FULL_LENGTH")) {
            if (isTrue(connection, HAS_MODE, mode)) {
                throw new MappingException(
                        "sql_mode", "has " + mode + ", under which a text is read or kept as another; take it out");
            }
        }
        if (!isTrue(connection, READS_ALL_ROWS)) {
            throw new MappingException(
                    "sql_select_limit",
                    "cuts off what is read; SET GLOBAL sql_select_limit = DEFAULT, and in the pool");
        }
        String url = String.valueOf(connection.getMetaData().getURL()).toLowerCase(Locale.ROOT);
        if (url.contains("useaffectedrows=true")) {
            throw new MappingException(
                    "driver option useAffectedRows",
                    "counts rows changed; the guards need rows matched, so leave it false");
        }
    }

    /** Refuses to capture a number that the session rounds where it shows it. */
    void checkFloat(Connection connection, Column column) throws SQLException {
        if (this == POSTGRESQL && !isTrue(connection, KEEPS_FLOATS)) {
            throw new MappingException(
                    "column '" + column.name() + "'",
                    "is " + column.typeName() + ", shown rounded in this session; set extra_float_digits to 1 or more");
        }
    }

    /** Refuses a table whose changes cannot be rolled back. */
    void checkTable(Connection connection, @Nullable String catalog, String table) throws SQLException {
        if (this == MARIADB && !isTrue(connection, IS_TRANSACTIONAL, String.valueOf(catalog), table)) {
            throw new MappingException("table '" + table + "'", "its engine has no transactions; InnoDB has");
        }
    }

    /** Refuses a zone that the database cannot convert from. */
    void checkZone(Connection connection, ZoneId zone) throws SQLException {
        if (this == MARIADB && !isTrue(connection, KNOWS_ZONE, zoneName(zone))) {
            throw new MappingException(
                    "zone '" + zone + "'",
                    "unknown to the database; load its time zone tables, or declare an offset such as +07:00");
        }
    }

    /** The name of the folder under {@code db/credit-migration} that has the DDL. */
    String folder() {
        return folder;
    }

    /** The identifier, quoted, whatever is in it. */
    String quoted(String identifier) {
        return quote + identifier.replace(String.valueOf(quote), String.valueOf(quote) + quote) + quote;
    }

    /** The isolation level at which all that a transaction reads is of one moment. */
    int snapshotIsolation() {
        return switch (this) {
            case H2 -> SNAPSHOT_ON_H2;
            case POSTGRESQL, MARIADB -> Connection.TRANSACTION_REPEATABLE_READ;
        };
    }

    /** Whether an isolation level can be given to the session only, which has to be put back. */
    boolean isolatesSessions() {
        return this == H2;
    }

    /**
     * Sets the isolation of the transaction that begins with it, and of no other: what JDBC sets would stay on the
     * session, and behind a pooler that lends connections for a transaction others would get it.
     */
    void isolateTransaction(Connection connection, int isolation) throws SQLException {
        if (!isolatesSessions()) {
            execute(
                    connection,
                    isolation == Connection.TRANSACTION_READ_COMMITTED
                            ? "SET TRANSACTION ISOLATION LEVEL READ COMMITTED"
                            : "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");
        }
    }

    /** The comparison that holds between two NULLs too. */
    String same() {
        return same;
    }

    /** The time of the statement, by the clock of the database; H2 has only that of the transaction. */
    String statementTime() {
        return switch (this) {
            case H2 -> "CURRENT_TIMESTAMP";
            case POSTGRESQL -> "statement_timestamp()";
            case MARIADB -> "UTC_TIMESTAMP(6)";
        };
    }

    /** Whether a line of the journal is a last one that needs attention, in the words of the index over those. */
    String isOpen(String journal) {
        return this == POSTGRESQL
                ? "(" + journal + ".is_last AND (" + journal + ".status <> 'C' OR " + journal + ".hold IS NOT NULL))"
                : journal + ".is_open = 1";
    }

    /** The lock on a row that holds a balance: on PostgreSQL one that does not hinder inserts that refer to the row. */
    String rowLock() {
        return this == POSTGRESQL ? "FOR NO KEY UPDATE" : "FOR UPDATE";
    }

    /** A number, or NULL where it is none: PostgreSQL's NUMERIC can be NaN or infinite. */
    String finite(String number) {
        return this == POSTGRESQL ? "NULLIF(NULLIF(NULLIF(" + number + ", 'NaN'), 'Infinity'), '-Infinity')" : number;
    }

    /** A column as the database renders it in characters, to be compared byte by byte. */
    String asText(Column column, String expression) {
        boolean binary = column.kind() == Column.Kind.BINARY;
        return switch (this) {
            case H2 -> binary ? "RAWTOHEX(" + expression + ")" : "CAST(" + expression + " AS VARCHAR)";
            case POSTGRESQL -> "CAST(" + expression + " AS VARCHAR) COLLATE \"C\"";
            case MARIADB -> {
                String rendered = switch (column.type().sql()) {
                    // Rendered as a control character, its number as a number.
                    case "bit" -> expression + " + 0";
                    // Rendered with six digits, which are not all that it has.
                    case "float" -> "CAST(" + expression + " AS DOUBLE)";
                    default -> binary ? "LOWER(HEX(" + expression + "))" : expression;
                };
                yield "CAST(" + rendered + " AS CHAR CHARACTER SET utf8mb4) COLLATE utf8mb4_nopad_bin";
            }
        };
    }

    /** A column of the host's with a time, to be read and compared: MariaDB's instants in UTC, not in the session's zone. */
    String time(Column column, String expression) {
        return this == MARIADB && column.kind() == Column.Kind.INSTANT
                ? "(TIMESTAMP'1970-01-01 00:00:00' + INTERVAL UNIX_TIMESTAMP(" + expression + ") SECOND)"
                : expression;
    }

    /** Whether it is one of MariaDB's dates with zeros. As a TIMESTAMP that is second 0, which it has no other use for. */
    boolean isNoTime(ResultSet row, String label) throws SQLException {
        String text = this == MARIADB ? row.getString(label) : null;
        return text != null && (ZEROS.matcher(text).lookingAt() || text.startsWith("1970-01-01 00:00:00"));
    }

    /** A host's timestamp as one of the library's own; the zone is null where the timestamp has one itself. */
    String instantOf(String timestamp, @Nullable ZoneId zone) {
        if (zone == null) {
            return timestamp;
        }
        return switch (this) {
            case H2 ->
                "CAST(CAST(CAST(" + timestamp + " AS TIMESTAMP(6)) AS VARCHAR) || ' " + zoneName(zone)
                        + "' AS TIMESTAMP(6) WITH TIME ZONE)";
            case POSTGRESQL -> "CAST(" + timestamp + " AS TIMESTAMP) AT TIME ZONE " + postgresqlZone(zone);
            case MARIADB -> "CONVERT_TZ(" + timestamp + ", '" + zoneName(zone) + "', '+00:00')";
        };
    }

    /** The same of an operation. MariaDB's dates with zeros become none: the error that it raises then names the operation. */
    String entryOf(String timestamp, @Nullable ZoneId zone, String operationId) {
        String instant = instantOf(timestamp, zone);
        return this == MARIADB
                ? "COALESCE(NULLIF(" + instant
                        + ", TIMESTAMP'1970-01-01 00:00:00'), CAST(CONCAT('0000-00-00 of operation ', " + operationId
                        + ", ' is no time') AS DATETIME(6)))"
                : instant;
    }

    /** How many whole periods of so many seconds have passed since this second of 1970. */
    String periodOf(String timestamp, long fromSecond, int periodSeconds) {
        String seconds = this == MARIADB
                ? "TIMESTAMPDIFF(SECOND, TIMESTAMP'1970-01-01 00:00:00', " + timestamp + ")"
                : "EXTRACT(EPOCH FROM " + timestamp + ")";
        return "FLOOR((" + seconds + " - (" + fromSecond + ")) / " + periodSeconds + ")";
    }

    /** Does the work of a transaction, waiting so long at most for each lock that somebody else has. */
    <T> T boundingWaits(Connection connection, int millisMax, Work<T> work) throws SQLException {
        boundWaits(connection, millisMax);
        T answer;
        try {
            answer = work.with(connection);
        } catch (Throwable e) {
            try {
                restoreWaits(connection);
            } catch (SQLException | RuntimeException also) {
                e.addSuppressed(also);
            }
            throw e;
        }
        restoreWaits(connection);
        return answer;
    }

    /**
     * Until the transaction ends, plans go by indexes where there are any. PostgreSQL keeps a plan that it made while tables were
     * small, and would read them whole when they are large: those of the library grow from nothing in the run itself.
     */
    void avoidWholeTables(Connection connection) throws SQLException {
        if (this == POSTGRESQL) {
            execute(connection, "SET LOCAL enable_seqscan = off");
        }
    }

    private void boundWaits(Connection connection, int millisMax) throws SQLException {
        switch (this) {
            case H2 -> {
                execute(connection, "SET @credit_migration_wait = LOCK_TIMEOUT()");
                execute(connection, "SET LOCK_TIMEOUT " + millisMax);
            }
            case POSTGRESQL -> execute(connection, "SET LOCAL lock_timeout = " + millisMax);
            case MARIADB ->
                execute(
                        connection,
                        "SET @credit_migration_row_wait = @@innodb_lock_wait_timeout,"
                                + " @credit_migration_table_wait = @@lock_wait_timeout,"
                                + " SESSION innodb_lock_wait_timeout = " + wholeSeconds(millisMax)
                                + ", SESSION lock_wait_timeout = " + wholeSeconds(millisMax));
        }
    }

    /** At least one: with a wait of 0, MariaDB 11.4 fails a transaction that has skipped a locked row (error 1180). */
    private static int wholeSeconds(int millis) {
        return Math.max(1, millis / 1_000);
    }

    private void restoreWaits(Connection connection) throws SQLException {
        switch (this) {
            case H2 -> {
                execute(connection, "SET LOCK_TIMEOUT @credit_migration_wait");
                execute(connection, "SET @credit_migration_wait = NULL");
            }
            case POSTGRESQL -> {
                // It was set for this transaction only.
            }
            case MARIADB ->
                execute(
                        connection,
                        "SET SESSION innodb_lock_wait_timeout = @credit_migration_row_wait,"
                                + " SESSION lock_wait_timeout = @credit_migration_table_wait,"
                                + " @credit_migration_row_wait = NULL, @credit_migration_table_wait = NULL");
        }
    }

    /** A statement whose batches tell the rows of each execution: what MariaDB's driver sends in bulk it does not count. */
    PreparedStatement prepareCounting(Connection connection, String sql) throws SQLException {
        return this == MARIADB
                ? connection.prepareStatement(sql, Statement.RETURN_GENERATED_KEYS)
                : connection.prepareStatement(sql);
    }

    /** Binds one parameter; instants go to the library's own columns, or meet what {@link #time} makes of the host's. */
    void bind(PreparedStatement statement, int index, @Nullable Object value) throws SQLException {
        if (value instanceof Instant instant) {
            statement.setObject(
                    index,
                    this == MARIADB
                            ? LocalDateTime.ofInstant(instant, ZoneOffset.UTC)
                            : instant.atOffset(ZoneOffset.UTC));
        } else if (value instanceof Untyped untyped) {
            if (this == POSTGRESQL) {
                statement.setObject(index, untyped.text(), Types.OTHER);
            } else {
                statement.setString(index, untyped.text());
            }
        } else if (this == POSTGRESQL && value instanceof String text) {
            // PostgreSQL has no text with NULs; an error's may have some.
            statement.setString(index, text.replace('\0', '\uFFFD'));
        } else if (value == null) {
            statement.setNull(index, Types.NULL);
        } else {
            statement.setObject(index, value);
        }
    }

    /** An instant of one of the library's own columns, or of what {@link #time} makes of the host's. */
    @Nullable
    Instant instant(ResultSet row, String label) throws SQLException {
        if (this == MARIADB) {
            LocalDateTime utc = row.getObject(label, LocalDateTime.class);
            return utc == null ? null : utc.toInstant(ZoneOffset.UTC);
        }
        OffsetDateTime time = row.getObject(label, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }

    /** Text that takes the type of the column it meets. */
    record Untyped(String text) {}

    /** As a name, an offset would count to the west of Greenwich. */
    private static String postgresqlZone(ZoneId zone) {
        return zone.normalized() instanceof ZoneOffset offset
                ? "INTERVAL '" + offset.getTotalSeconds() + " seconds'"
                : "'" + zoneName(zone) + "'";
    }

    private static String zoneName(ZoneId zone) {
        String name = zone.normalized().getId();
        return name.equals("Z") ? "+00:00" : name;
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static boolean isTrue(Connection connection, String query, String... parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(query)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setString(i + 1, parameters[i]);
            }
            try (ResultSet row = statement.executeQuery()) {
                return !row.next() || row.getBoolean(1);
            }
        }
    }
}
