package io.creditmigration.benchmarks;

import io.creditmigration.jdbc.LibraryTables;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.util.Iterator;
import javax.sql.DataSource;

/** The host's tables: users and what they did. */
final class SampleTables {

    static final String USERS = """
            CREATE TABLE users (
                id BIGINT PRIMARY KEY,
                role VARCHAR(10) NOT NULL,
                credits NUMERIC(19, 4) NOT NULL,
                migrated BOOLEAN NOT NULL,
                registered_at {timestamp} NOT NULL
            )
            """;

    static final String OPERATIONS = """
            CREATE TABLE operations (
                id BIGINT PRIMARY KEY,
                user_id BIGINT NOT NULL,
                made_at {timestamp} NOT NULL
            )
            """;

    static final String OPERATIONS_INDEX = "CREATE INDEX operations_by_user ON operations (user_id, made_at)";

    private static final String USER = "INSERT INTO users VALUES (?, ?, ?, ?, ?)";
    private static final String OPERATION = "INSERT INTO operations VALUES (?, ?, ?)";
    private static final int BATCH_ROWS = 10_000;

    private SampleTables() {}

    /** Creates the tables, and the library's; whoever fills them adds {@link #OPERATIONS_INDEX}. */
    static void create(DataSource database, String timestampType) throws SQLException {
        Jdbc.execute(
                database,
                USERS.replace("{timestamp}", timestampType),
                OPERATIONS.replace("{timestamp}", timestampType));
        LibraryTables.defaults().install(database);
    }

    /** Fills the tables by batches. */
    static void fill(DataSource database, SampleUsers sample) throws SQLException {
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            try (PreparedStatement insert = connection.prepareStatement(USER)) {
                Iterator<SampleUsers.User> users = sample.all().iterator();
                for (int row = 1; users.hasNext(); row++) {
                    SampleUsers.User user = users.next();
                    insert.setLong(1, user.id());
                    insert.setString(2, user.role());
                    insert.setBigDecimal(3, user.credits());
                    insert.setBoolean(4, false);
                    insert.setTimestamp(5, Timestamp.from(user.registeredAt()));
                    add(insert, row);
                }
                insert.executeBatch();
            }
            try (PreparedStatement insert = connection.prepareStatement(OPERATION)) {
                Iterator<SampleUsers.Operation> operations = sample.operations().iterator();
                for (int row = 1; operations.hasNext(); row++) {
                    SampleUsers.Operation operation = operations.next();
                    insert.setLong(1, operation.id());
                    insert.setLong(2, operation.userId());
                    insert.setTimestamp(3, Timestamp.from(operation.madeAt()));
                    add(insert, row);
                }
                insert.executeBatch();
            }
            connection.commit();
            connection.setAutoCommit(true);
        }
        Jdbc.execute(database, OPERATIONS_INDEX);
    }

    private static void add(PreparedStatement insert, int row) throws SQLException {
        insert.addBatch();
        if (row % BATCH_ROWS == 0) {
            insert.executeBatch();
        }
    }
}
