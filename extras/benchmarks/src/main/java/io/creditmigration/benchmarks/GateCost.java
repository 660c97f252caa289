package io.creditmigration.benchmarks;

import com.zaxxer.hikari.HikariDataSource;
import io.creditmigration.GateDecision;
import io.creditmigration.GateDecision.MigrationRequired;
import io.creditmigration.MigrationGate;
import io.creditmigration.MigrationService;
import io.creditmigration.jdbc.JdbcMigrationStore;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** What the gate costs requests that the database must be asked about. One request after the other. */
final class GateCost {

    private static final int USERS = 20_000;
    private static final int WARM_UP = 1_000;
    private static final int CHECKS = 4_000;
    private static final double P50 = 50;
    private static final double P99 = 99;

    private static final String WITH = "SELECT id FROM users WHERE credits > 0 AND " + subject();
    private static final String WITHOUT = "SELECT id FROM users WHERE credits = 0 AND " + subject();

    private GateCost() {}

    /** Rows of a table, without a head. */
    static List<List<String>> rows(String engineName, Engine engine) throws Exception {
        try (HikariDataSource database = engine.create(USERS)) {
            MigrationGate gate = MigrationGate.of(MigrationService.of(
                    Job.ZERO_CREDITS.migration(), JdbcMigrationStore.owning(database, Job.ZERO_CREDITS.tables())));
            return List.of(
                    row(engineName + ", zero credits: migrated on the way", gate, ids(database, WITHOUT), false),
                    row(engineName + ", with credits: answered with a quote", gate, ids(database, WITH), true));
        }
    }

    private static List<String> row(String what, MigrationGate gate, List<String> ids, boolean asks) {
        Histogram micros = new Histogram(3);
        for (int i = 0; i < WARM_UP + CHECKS; i++) {
            long started = System.nanoTime();
            GateDecision decision = gate.check(ids.get(i));
            long nanos = System.nanoTime() - started;
            if (decision instanceof MigrationRequired != asks) {
                throw new IllegalStateException("User " + ids.get(i) + " is answered " + decision);
            }
            if (i >= WARM_UP) {
                micros.recordValue(TimeUnit.NANOSECONDS.toMicros(nanos));
            }
        }
        return List.of(
                what,
                Report.number(micros.getValueAtPercentile(P50)),
                Report.number(micros.getValueAtPercentile(P99)),
                Report.number(micros.getMaxValue()));
    }

    static List<String> ids(HikariDataSource database, String query) throws SQLException {
        List<String> ids = new ArrayList<>();
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement(query);
                ResultSet row = statement.executeQuery()) {
            while (row.next()) {
                ids.add(row.getString(1));
            }
        }
        return ids;
    }

    private static String subject() {
        return "role <> 'admin' AND registered_at < TIMESTAMP '2026-01-06 00:00:00' ORDER BY id LIMIT "
                + (WARM_UP + CHECKS);
    }
}
