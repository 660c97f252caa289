package io.creditmigration.benchmarks;

import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * What a contender has left in the tables: counts, sums, and sums weighted by the user's id, so that the right amounts at the
 * wrong users show. Two contenders did the same work exactly when these are equal.
 */
record Checksum(List<String> figures) {

    /** All columns. Times and the numbers of migration and run differ from one contender to the next: the same, or not. */
    private static final String JOURNAL = """
            SELECT 'journal', COUNT(*), COUNT(at) AS at, COUNT(migration) AS migration, COUNT(DISTINCT migration) AS migrations,
                   COUNT(run) AS run, COUNT(DISTINCT run) AS runs, SUM(line) AS line, SUM(attempt) AS attempt,
                   MIN(kind) AS kind_min, MAX(kind) AS kind_max, MIN(status) AS status_min, MAX(status) AS status_max,
                   MIN(cause) AS cause_min, MAX(cause) AS cause_max, SUM(CASE WHEN is_last THEN 1 ELSE 0 END) AS is_last,
                   SUM(old_credits) AS old_credits, SUM(old_credits * CAST(user_id AS DECIMAL(19))) AS old_credits_weighted,
                   SUM(new_credits) AS new_credits, SUM(new_credits * CAST(user_id AS DECIMAL(19))) AS new_credits_weighted,
                   COUNT(host_state) AS host_state, MIN(host_state) AS host_state_min, MAX(host_state) AS host_state_max,
                   SUM(granted) AS granted, SUM(granted * CAST(user_id AS DECIMAL(19))) AS granted_weighted,
                   SUM(copied) AS copied, SUM(copied * CAST(user_id AS DECIMAL(19))) AS copied_weighted,
                   SUM(operations) AS operations, SUM(operations * CAST(user_id AS DECIMAL(19))) AS operations_weighted,
                   SUM(days) AS days, SUM(days * CAST(user_id AS DECIMAL(19))) AS days_weighted,
                   COUNT(figures_line) AS figures_line, COUNT(hold) AS hold, COUNT(answer) AS answer,
                   COUNT(granted) AS granted_not_null, COUNT(consumed) AS consumed, COUNT(copied) AS copied_not_null,
                   COUNT(operations) AS operations_not_null, COUNT(days) AS days_not_null, COUNT(old_rate) AS old_rate,
                   COUNT(new_rate) AS new_rate, COUNT(unit) AS unit, COUNT(unit_at) AS unit_at,
                   COUNT(actor_kind) AS actor_kind, COUNT(actor) AS actor, COUNT(reason) AS reason,
                   COUNT(attributes) AS attributes, COUNT(bonus) AS bonus, COUNT(error) AS error
            FROM credit_migration_journal WHERE MOD(CAST(user_id AS DECIMAL(19)), ?) = 0
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

    private static final List<String> AFTER_GRANTS = List.of(JOURNAL, ACCOUNTS, ENTRIES);
    private static final List<String> AFTER_CONVERSIONS = List.of(JOURNAL, BALANCES);

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
                String label = row.getMetaData().getColumnLabel(i).toLowerCase(Locale.ROOT);
                figures.add(row.getString(1) + " " + label + " = " + text(row.getObject(i)));
            }
        }
        return figures;
    }

    private static String text(@Nullable Object figure) {
        return figure instanceof BigDecimal number
                ? number.stripTrailingZeros().toPlainString()
                : String.valueOf(figure);
    }
}
