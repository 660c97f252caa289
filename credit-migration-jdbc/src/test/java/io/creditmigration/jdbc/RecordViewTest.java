package io.creditmigration.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.creditmigration.MigrationStatus;
import io.creditmigration.RollbackData;
import io.creditmigration.UserMigration;
import io.creditmigration.jdbc.SettledHost.Layout;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The record of each user as people and other programs read it, by plain SQL from the view. */
final class RecordViewTest {

    private static final String EIGHT_COLUMNS = """
            SELECT id, user_id, migration_status, initial_credits_granted, historical_operations, migration_date,
                   rollback_data, error_message
            FROM credit_migration_record ORDER BY id
            """;

    private static final Pattern MEMBER = Pattern.compile(
            "\\G\\s*\"(\\w+)\"\\s*:\\s*(null|-?\\d+(?:\\.\\d+)?(?:[eE][+-]?\\d+)?|\"[^\"\\\\]*\")\\s*(,|$)");

    static Stream<Arguments> hosts() {
        return Stream.of(TestDatabase.values())
                .flatMap(database -> Stream.of(Layout.values()).map(layout -> Arguments.of(database, layout)));
    }

    @ParameterizedTest
    @MethodSource("hosts")
    void eight_columns_say_where_each_user_stands(TestDatabase database, Layout layout) throws SQLException {
        Set<MigrationStatus> statuses = new HashSet<>();
        try (SettledHost host = new SettledHost(database, layout);
                Connection connection = host.dataSource.getConnection();
                PreparedStatement statement = connection.prepareStatement(EIGHT_COLUMNS);
                ResultSet row = statement.executeQuery()) {
            while (row.next()) {
                UserMigration expected =
                        host.migrations.find(row.getString("user_id")).orElseThrow();
                statuses.add(expected.status());
                assertThat(row.getString("id")).isEqualTo("1:" + expected.userId());
                assertThat(row.getString("migration_status"))
                        .isEqualTo(expected.status().name());
                assertThat(row.getBigDecimal("initial_credits_granted"))
                        .isEqualByComparingTo(expected.creditsGranted().amount());
                assertThat(row.getLong("historical_operations")).isEqualTo(expected.historicalOperations());
                assertThat(time(database, row)).isEqualTo(expected.changedAt());
                assertThat(row.getString("error_message")).isEqualTo(expected.error());
                same(row.getString("rollback_data"), expected.rollbackData());
            }
        }
        assertThat(statuses)
                .containsExactlyInAnyOrder(
                        MigrationStatus.PENDING,
                        MigrationStatus.COMPLETED,
                        MigrationStatus.FAILED,
                        MigrationStatus.ROLLED_BACK);
    }

    /** A store that cannot do a user in one transaction writes it. */
    @ParameterizedTest
    @EnumSource
    void in_progress_is_one_of_the_statuses(TestDatabase database) {
        try (SettledHost host = new SettledHost(database, Layout.CONVERSION)) {
            host.sql.run("UPDATE credit_migration_journal SET status = 'I' WHERE user_id = 'failed'");

            assertThat(host.sql.text("SELECT migration_status FROM credit_migration_record WHERE user_id = 'failed'"))
                    .isEqualTo(MigrationStatus.IN_PROGRESS.name());
        }
    }

    private static void same(String json, RollbackData expected) {
        assertThat(json == null).isEqualTo(expected == null);
        if (json == null) {
            return;
        }
        Map<String, String> members = members(json);
        assertThat(members).containsOnlyKeys("oldCredits", "newCredits", "oldRate", "newRate", "hostState");
        sameNumber(
                members.get("oldCredits"),
                expected.oldCredits() == null ? null : expected.oldCredits().amount());
        sameNumber(members.get("newCredits"), expected.newCredits().amount());
        sameNumber(
                members.get("oldRate"),
                expected.oldRate() == null ? null : expected.oldRate().perCredit());
        sameNumber(
                members.get("newRate"),
                expected.newRate() == null ? null : expected.newRate().perCredit());
        assertThat(members.get("hostState")).isEqualTo('"' + expected.hostState() + '"');
    }

    private static void sameNumber(String json, BigDecimal expected) {
        if (expected == null) {
            assertThat(json).isEqualTo("null");
        } else {
            assertThat(new BigDecimal(json)).isEqualByComparingTo(expected);
        }
    }

    /** The members of a flat object of numbers, texts and nulls. */
    private static Map<String, String> members(String json) {
        assertThat(json.strip()).startsWith("{").endsWith("}");
        String inside = json.strip().substring(1, json.strip().length() - 1).strip();
        Map<String, String> members = new LinkedHashMap<>();
        Matcher member = MEMBER.matcher(inside);
        int end = 0;
        while (end < inside.length() && member.find()) {
            members.put(member.group(1), member.group(2));
            end = member.end();
        }
        assertThat(end).as("where %s ceases to be one", json).isEqualTo(inside.length());
        return members;
    }

    private static Instant time(TestDatabase database, ResultSet row) throws SQLException {
        return database == TestDatabase.MARIADB
                ? row.getObject("migration_date", LocalDateTime.class).toInstant(ZoneOffset.UTC)
                : row.getObject("migration_date", OffsetDateTime.class).toInstant();
    }
}
