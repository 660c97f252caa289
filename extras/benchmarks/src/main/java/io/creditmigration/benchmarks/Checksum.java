package io.creditmigration.benchmarks;

import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;

/**
 * What a contender has left in the tables: counts, sums, and sums weighted by the user's id, so that the right amounts at the
 * wrong users show. Two contenders did the same work exactly when these are equal.
 */
record Checksum(List<String> figures) {

    private static final String RECORDS = """
            SELECT 'record', COUNT(*), SUM(credits_granted), SUM(credits_granted * CAST(user_id AS DECIMAL(19))),
                   SUM(historical_operations), SUM(new_credits * CAST(user_id AS DECIMAL(19))),
                   SUM(old_credits * CAST(user_id AS DECIMAL(19))), SUM(new_rate), COUNT(host_state)
            FROM credit_migration_user WHERE status = 'COMPLETED' AND MOD(CAST(user_id AS DECIMAL(19)), ?) = 0
            """;

    private static final String LOG = """
            SELECT 'log', COUNT(*), SUM(old_credits), SUM(new_credits * CAST(user_id AS DECIMAL(19))), SUM(residual),
                   SUM(old_rate), SUM(new_rate), COUNT(reason)
            FROM credit_migration_log WHERE kind = 'MIGRATED' AND MOD(CAST(user_id AS DECIMAL(19)), ?) = 0
            """;

    private static final String ACCOUNTS = """
            SELECT 'account', COUNT(*), SUM(balance), SUM(balance * CAST(user_id AS DECIMAL(19))), SUM(version)
            FROM credit_migration_account WHERE active = TRUE AND MOD(CAST(user_id AS DECIMAL(19)), ?) = 0
            """;

    private static final String ENTRIES = """
            SELECT 'entry', COUNT(*), SUM(amount), SUM(amount * CAST(user_id AS DECIMAL(19))), COUNT(operation_id),
                   SUM(CAST(operation_id AS DECIMAL(19)) * CAST(user_id AS DECIMAL(19)))
            FROM credit_migration_entry WHERE MOD(CAST(user_id AS DECIMAL(19)), ?) = 0
            """;

    private static final String BALANCES = """
            SELECT 'user', COUNT(*), SUM(credits), SUM(credits * id), SUM(CASE WHEN migrated THEN 1 ELSE 0 END),
                   SUM(CASE WHEN migrated THEN id ELSE 0 END)
            FROM users WHERE MOD(id, ?) = 0
            """;

    private static final List<String> AFTER_GRANTS = List.of(RECORDS, LOG, ACCOUNTS, ENTRIES);
    private static final List<String> AFTER_CONVERSIONS = List.of(RECORDS, LOG, BALANCES);

    /** Reads the tables, of users whose id is a multiple of this. */
    static Checksum of(DataSource database, Job job, int sample) throws SQLException {
        List<String> figures = new ArrayList<>();
        try (Connection connection = database.getConnection()) {
            for (String query : job.grants() ? AFTER_GRANTS : AFTER_CONVERSIONS) {
                try (PreparedStatement statement = connection.prepareStatement(query)) {
                    statement.setLong(1, sample);
                    figures.addAll(figures(statement));
                }
            }
        }
        return new Checksum(figures);
    }

    /** Where this one differs first; empty where it does not. */
    Optional<String> differenceTo(Checksum expected) {
        for (int i = 0; i < figures.size(); i++) {
            if (!figures.get(i).equals(expected.figures.get(i))) {
                return Optional.of(figures.get(i) + " instead of " + expected.figures.get(i));
            }
        }
        return Optional.empty();
    }

    private static List<String> figures(PreparedStatement statement) throws SQLException {
        List<String> figures = new ArrayList<>();
        try (ResultSet row = statement.executeQuery()) {
            row.next();
            for (int i = 2; i <= row.getMetaData().getColumnCount(); i++) {
                BigDecimal number = row.getBigDecimal(i);
                String value =
                        number == null ? "nothing" : number.stripTrailingZeros().toPlainString();
                figures.add(row.getString(1) + "[" + (i - 1) + "]=" + value);
            }
        }
        return figures;
    }
}
