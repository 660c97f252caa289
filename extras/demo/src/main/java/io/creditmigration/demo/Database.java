package io.creditmigration.demo;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.creditmigration.StoreException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTransactionRollbackException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.jspecify.annotations.Nullable;

/** An embedded database with a connection pool, and the little JDBC that the demo needs. */
final class Database implements AutoCloseable {

    private static final int CONNECTIONS_MAX = 8;
    private static final int TRANSACTION_ATTEMPTS = 5;
    private static final int BATCH_ROWS_MAX = 5_000;

    /** Some statements on one connection. */
    interface Work<T> {
        T with(Connection connection) throws SQLException;
    }

    private final HikariDataSource pool;

    private Database(HikariDataSource pool) {
        this.pool = pool;
    }

    /** An empty database in memory, which is gone when its last connection is closed. */
    static Database open(String name) {
        JdbcDataSource h2 = new JdbcDataSource();
        h2.setURL("jdbc:h2:mem:" + name + ";LOCK_TIMEOUT=10000");
        HikariConfig config = new HikariConfig();
        config.setDataSource(h2);
        config.setMaximumPoolSize(CONNECTIONS_MAX);
        return new Database(new HikariDataSource(config));
    }

    DataSource dataSource() {
        return pool;
    }

    /** Runs one statement in a transaction of its own; answers rows matched. */
    int update(String sql, Object... parameters) {
        return with(connection -> update(connection, sql, parameters));
    }

    /** Keeps a table as it is now under another name. */
    void copy(String table, String name, String key) {
        update("CREATE TABLE %s AS SELECT * FROM %s".formatted(name, table));
        update("CREATE UNIQUE INDEX %s_key ON %s (%s)".formatted(name, name, key));
    }

    /** Runs the same statement for many rows of parameters. */
    void batch(String sql, List<Object[]> rows) {
        with(connection -> {
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                int waiting = 0;
                for (Object[] row : rows) {
                    bind(statement, row);
                    statement.addBatch();
                    if (++waiting == BATCH_ROWS_MAX) {
                        statement.executeBatch();
                        waiting = 0;
                    }
                }
                return statement.executeBatch().length;
            }
        });
    }

    /** Runs several statements in one transaction; all of it again, a few times, where a deadlock has ended it. */
    <T> T inTransaction(Work<T> work) {
        for (int attempt = 1; ; attempt++) {
            try {
                return with(connection -> inTransaction(connection, work));
            } catch (RuntimeException e) {
                if (!isDeadlock(e) || attempt == TRANSACTION_ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    /** The rows of a query, as the driver gives their values. */
    List<List<@Nullable Object>> rows(String sql, Object... parameters) {
        return with(connection -> rows(connection, sql, parameters));
    }

    /** The first column of the first row, which must be there and be a number. */
    BigDecimal number(String sql, Object... parameters) {
        return with(connection -> number(connection, sql, parameters));
    }

    /** As {@link #number}, for whole numbers. */
    long count(String sql, Object... parameters) {
        return number(sql, parameters).longValueExact();
    }

    /** One value for all rows of these tables, in whatever order: if some row differs, the value does. */
    String checksum(String... tables) {
        MessageDigest sha256;
        try {
            sha256 = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform must have SHA-256", e);
        }
        long sum = 0;
        for (String table : tables) {
            for (List<@Nullable Object> row : rows("SELECT * FROM " + table)) {
                byte[] hash = sha256.digest((table + row).getBytes(StandardCharsets.UTF_8));
                sum += ByteBuffer.wrap(hash).getLong();
            }
        }
        return HexFormat.of().toHexDigits(sum);
    }

    @Override
    public void close() {
        pool.close();
    }

    static int update(Connection connection, String sql, Object... parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            bind(statement, parameters);
            return statement.executeUpdate();
        }
    }

    static BigDecimal number(Connection connection, String sql, Object... parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            bind(statement, parameters);
            try (ResultSet row = statement.executeQuery()) {
                BigDecimal number = row.next() ? row.getBigDecimal(1) : null;
                if (number == null) {
                    throw new IllegalStateException("No number from " + sql);
                }
                return number;
            }
        }
    }

    /** In a statement of the library's, or in one of the host's. */
    private static boolean isDeadlock(RuntimeException e) {
        return e instanceof StoreException store
                ? store.kind() == StoreException.Kind.TRANSIENT
                : e.getCause() instanceof SQLTransactionRollbackException;
    }

    private static <T> T inTransaction(Connection connection, Work<T> work) throws SQLException {
        connection.setAutoCommit(false);
        try {
            T result = work.with(connection);
            connection.commit();
            return result;
        } catch (SQLException | RuntimeException e) {
            connection.rollback();
            throw e;
        } finally {
            connection.setAutoCommit(true);
        }
    }

    private static List<List<@Nullable Object>> rows(Connection connection, String sql, Object... parameters)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            bind(statement, parameters);
            try (ResultSet row = statement.executeQuery()) {
                List<List<@Nullable Object>> rows = new ArrayList<>();
                int columns = row.getMetaData().getColumnCount();
                while (row.next()) {
                    List<@Nullable Object> values = new ArrayList<>(columns);
                    for (int column = 1; column <= columns; column++) {
                        values.add(row.getObject(column));
                    }
                    rows.add(values);
                }
                return rows;
            }
        }
    }

    private static void bind(PreparedStatement statement, Object... parameters) throws SQLException {
        for (int i = 0; i < parameters.length; i++) {
            statement.setObject(i + 1, parameters[i]);
        }
    }

    private <T> T with(Work<T> work) {
        try (Connection connection = pool.getConnection()) {
            return work.with(connection);
        } catch (SQLException e) {
            throw new IllegalStateException("The database says: " + e.getMessage(), e);
        }
    }
}
