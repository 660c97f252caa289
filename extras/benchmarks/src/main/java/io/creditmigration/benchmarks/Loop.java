package io.creditmigration.benchmarks;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/**
 * A loop as an application developer writes it: one user after the other, a transaction each. It would take all day, so it
 * does a sample of the users.
 */
record Loop(int sampleUsers) implements Contender {

    /** Enough for a steady figure: some seconds at a millisecond or two per user. */
    static final int SAMPLE_USERS = 2_000;

    @Override
    public String name() {
        return "loop";
    }

    @Override
    public int sampleOf(int users) {
        return Math.max(1, users / sampleUsers);
    }

    @Override
    public Run prepare(Job job, DataSource database) throws SQLException {
        int users = Integer.parseInt(Jdbc.text(database, "SELECT COUNT(*) FROM users"));
        String ids = "SELECT id FROM users WHERE id % " + sampleOf(users) + " = 0 AND " + UserRow.condition(job);
        String user = "SELECT " + UserRow.columns(job) + " FROM users WHERE id = ? AND " + UserRow.condition(job)
                + " FOR UPDATE";
        return () -> {
            for (long id : ids(database, ids)) {
                try (Connection connection = database.getConnection()) {
                    connection.setAutoCommit(false);
                    migrate(connection, user, job, id);
                    connection.commit();
                }
            }
        };
    }

    private static void migrate(Connection connection, String query, Job job, long id) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(query)) {
            select.setLong(1, id);
            try (ResultSet row = select.executeQuery()) {
                if (row.next()) {
                    write(connection, Change.writes(job), Change.of(job, UserRow.of(row)));
                }
            }
        }
    }

    private static void write(Connection connection, List<Change.Write> writes, Change change) throws SQLException {
        for (Change.Write write : writes) {
            try (PreparedStatement statement = connection.prepareStatement(write.sql())) {
                write.parameters().set(statement, change);
                if (statement.executeUpdate() == 0 && write.guards()) {
                    connection.rollback();
                    return;
                }
            }
        }
    }

    private static List<Long> ids(DataSource database, String query) throws SQLException {
        List<Long> ids = new ArrayList<>();
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement(query);
                ResultSet row = statement.executeQuery()) {
            while (row.next()) {
                ids.add(row.getLong(1));
            }
        }
        return ids;
    }
}
