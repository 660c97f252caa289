package io.creditmigration.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Plain SQL for tests: what they look at is not read through the library. */
record TestSql(DataSource dataSource) {

    /** What plain SQL ran into. */
    static final class Failure extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Failure(SQLException cause) {
            super(cause);
        }

        boolean isDuplicate() {
            return SqlErrors.isDuplicate((SQLException) getCause());
        }
    }

    /** Executes one statement; answers rows. */
    int run(String sql, @Nullable Object... parameters) {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            bind(statement, parameters);
            return statement.executeUpdate();
        } catch (SQLException e) {
            throw new Failure(e);
        }
    }

    /** Executes several statements without parameters. */
    void runAll(String... statements) {
        for (String statement : statements) {
            run(statement);
        }
    }

    /** The first column of the first row; null where there is no row. */
    @Nullable
    Object one(String sql, @Nullable Object... parameters) {
        List<List<@Nullable Object>> rows = rows(sql, parameters);
        return rows.isEmpty() ? null : rows.get(0).get(0);
    }

    /** The first column of the first row, as text. */
    String text(String sql, @Nullable Object... parameters) {
        return String.valueOf(one(sql, parameters));
    }

    /** All rows. */
    List<List<@Nullable Object>> rows(String sql, @Nullable Object... parameters) {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            bind(statement, parameters);
            List<List<@Nullable Object>> rows = new ArrayList<>();
            try (ResultSet row = statement.executeQuery()) {
                int columns = row.getMetaData().getColumnCount();
                while (row.next()) {
                    List<@Nullable Object> values = new ArrayList<>();
                    for (int i = 1; i <= columns; i++) {
                        values.add(row.getObject(i));
                    }
                    rows.add(values);
                }
            }
            return rows;
        } catch (SQLException e) {
            throw new Failure(e);
        }
    }

    private static void bind(PreparedStatement statement, @Nullable Object... parameters) throws SQLException {
        for (int i = 0; i < parameters.length; i++) {
            statement.setObject(i + 1, parameters[i]);
        }
    }
}
