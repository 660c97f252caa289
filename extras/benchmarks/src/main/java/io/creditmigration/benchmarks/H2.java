package io.creditmigration.benchmarks;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.SQLException;
import org.h2.engine.Constants;

/** H2 in memory, within this process; filled anew each time. */
final class H2 implements Engine {

    private static final int CONNECTIONS_MAX = 24;

    private int databases;

    @Override
    public HikariDataSource create(int users) throws SQLException {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl("jdbc:h2:mem:benchmark" + ++databases + ";LOCK_TIMEOUT=10000;TIME ZONE=UTC");
        config.setMaximumPoolSize(CONNECTIONS_MAX);
        HikariDataSource database = new HikariDataSource(config);
        SampleTables.create(database, "TIMESTAMP(6) WITH TIME ZONE");
        SampleTables.fill(database, new SampleUsers(users));
        Jdbc.execute(database, "ANALYZE");
        return database;
    }

    @Override
    public String words() {
        return "H2 " + Constants.VERSION + ", in memory";
    }

    @Override
    public void close() {}
}
