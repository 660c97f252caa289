package io.creditmigration.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.creditmigration.Actor;
import io.creditmigration.MigrationResult;
import io.creditmigration.MigrationRun;
import io.creditmigration.Regime;
import io.creditmigration.RollbackOptions;
import io.creditmigration.RollbackResult;
import io.creditmigration.RunOptions;
import io.creditmigration.RunScope;
import io.creditmigration.UserMigration;
import io.creditmigration.Verification;
import io.creditmigration.Verification.Check;
import io.creditmigration.jdbc.SettledHost.Layout;
import io.creditmigration.spi.Totals;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What cannot be read of one user is found, and stops nothing: neither what is told of everybody nor anybody else's migration.
 * And it migrates nobody a second time.
 */
@Tag("long")
@Timeout(300)
final class UnreadableRowsTest {

    private static final Actor OPERATOR = Actor.operator("olga");

    private static final Map<TestDatabase, Map<Layout, SettledHost>> HOSTS = new EnumMap<>(TestDatabase.class);

    @AfterAll
    static void close() {
        HOSTS.values().forEach(hosts -> hosts.values().forEach(SettledHost::close));
        HOSTS.clear();
    }

    /** Database, layout, user, statement that makes something of the user's unreadable. */
    static Stream<Arguments> rows() {
        List<Arguments> rows = new ArrayList<>();
        // On PostgreSQL a NUMERIC without a precision has all of them, and any other has NaN.
        for (String number : List.of("NaN", "Infinity", "-Infinity")) {
            for (String column : List.of("old_credits", "new_credits", "old_rate", "new_rate", "granted", "consumed")) {
                for (String user : List.of("single", "run-a", "again", "back", "failed")) {
                    int line = user.equals("again") ? 4 : user.equals("back") ? 2 : 1;
                    rows.add(Arguments.of(
                            TestDatabase.POSTGRESQL,
                            Layout.CONVERSION,
                            user,
                            "UPDATE credit_migration_journal SET " + column + " = '" + number + "' WHERE user_id = '"
                                    + user + "' AND line = " + line));
                }
            }
            for (String user : List.of("single", "back", "failed")) {
                rows.add(Arguments.of(
                        TestDatabase.POSTGRESQL,
                        Layout.CONVERSION,
                        user,
                        "UPDATE users SET credits = '" + number + "' WHERE id = '" + user + "'"));
                rows.add(Arguments.of(
                        TestDatabase.POSTGRESQL,
                        Layout.ACCOUNTS,
                        user,
                        "UPDATE accounts SET balance = '" + number + "' WHERE owner = '" + user + "'"));
            }
        }
        for (String user : List.of("single", "run-a", "again", "back")) {
            rows.add(Arguments.of(
                    TestDatabase.POSTGRESQL,
                    Layout.GRANT,
                    user,
                    "UPDATE credit_migration_journal SET granted = 'NaN' WHERE kind = 'M' AND user_id = '" + user
                            + "'"));
            rows.add(Arguments.of(
                    TestDatabase.POSTGRESQL,
                    Layout.GRANT,
                    user,
                    "UPDATE credit_migration_account SET balance = 'NaN' WHERE user_id = '" + user + "'"));
            rows.add(Arguments.of(
                    TestDatabase.POSTGRESQL,
                    Layout.GRANT,
                    user,
                    "UPDATE credit_migration_entry SET amount = 'NaN' WHERE kind <> 'OPERATION' AND user_id = '" + user
                            + "'"));
        }
        for (TestDatabase database : TestDatabase.values()) {
            for (Layout layout : Layout.values()) {
                for (String value : List.of("%zz=1", "version=two", "version=1.5", "rate=many")) {
                    if (layout == Layout.GRANT && value.startsWith("rate")) {
                        continue;
                    }
                    // Of a column that is there twice the last one counts. H2 has names in capitals.
                    String named = database == TestDatabase.H2
                            ? value.substring(0, value.indexOf('=')).toUpperCase(Locale.ROOT)
                                    + value.substring(value.indexOf('='))
                            : value;
                    rows.add(Arguments.of(
                            database,
                            layout,
                            "single",
                            "UPDATE credit_migration_journal SET host_state = CONCAT(host_state, '&" + named
                                    + "') WHERE user_id = 'single'"));
                }
            }
        }
        return rows.stream();
    }

    @ParameterizedTest
    @MethodSource("rows")
    void one_row_that_cannot_be_read_stops_nothing(TestDatabase database, Layout layout, String user, String damage) {
        SettledHost host = host(database, layout);
        Totals before = host.store.totals(layout.migration);
        List<List<Object>> standing = standing(host, user);
        Regime regime = host.migrations.regime(user);
        host.add("new-one");
        host.add("new-two");

        assertThat(host.sql.run(damage)).isPositive();

        Verification verification = host.migrations.verify();
        assertThat(verification.found()).containsOnlyKeys(Check.UNREADABLE);
        assertThat(verification.first(Check.UNREADABLE))
                .allSatisfy(offender -> assertThat(offender.userId()).isEqualTo(user));
        assertThat(host.migrations.metrics(verification, 0)).isNotNull();
        assertThat(host.store.totals(layout.migration).users()).isEqualTo(before.users());
        assertThat(host.migrations.runs().failed(null, 100).stream().map(UserMigration::userId))
                .containsExactly("failed", "run-failed");
        assertThat(host.migrations.story(user).steps()).isNotEmpty();
        assertThat(host.migrations.story("twin").text()).doesNotContain("annot be read");
        assertThat(host.migrations.plan().users()).isPositive();

        assertThat(host.migrations.migrate("new-one").status()).isEqualTo(MigrationResult.Status.MIGRATED);
        MigrationRun run = host.migrations.run(RunOptions.defaults());
        assertThat(run.state()).isEqualTo(MigrationRun.State.FINISHED);
        assertThat(run.count(MigrationResult.Status.MIGRATED)).isEqualTo(3); // new-two, reopened and untouched
        assertThat(run.count(MigrationResult.Status.FAILED)).isZero();
        MigrationRun retrying = host.migrations.run(RunOptions.defaults().withScope(RunScope.failedOnly()));
        assertThat(retrying.state()).isEqualTo(MigrationRun.State.FINISHED);

        List<List<Object>> lines = standing(host, user);
        if (!user.equals("failed")) {
            assertThat(host.migrations.migrate(user).status())
                    .isEqualTo(
                            user.equals("back")
                                    ? MigrationResult.Status.ROLLED_BACK
                                    : MigrationResult.Status.ALREADY_MIGRATED);
            assertThat(host.migrations.regime(user)).isEqualTo(regime);
            assertThat(lines).isEqualTo(standing);
        }

        host.migrations.halt(OPERATOR, "to roll back");
        assertThat(host.migrations.rollback("twin", OPERATOR, "asked for it").status())
                .isEqualTo(RollbackResult.Status.ROLLED_BACK);
        host.migrations.rollback(user, OPERATOR, "asked for it");
        MigrationRun back = host.migrations.rollbackAll(RollbackOptions.defaults(), OPERATOR, "all of them");
        assertThat(back.state()).isEqualTo(MigrationRun.State.FINISHED);
        assertThat(back.tally().count(RollbackResult.Status.ROLLED_BACK)).isGreaterThanOrEqualTo(6);
        assertThat(standing(host, "run-b").get(1)).contains("ROLLED_BACK");
    }

    private static List<List<Object>> standing(SettledHost host, String user) {
        return host.sql.rows(
                "SELECT line, kind, status FROM credit_migration_log WHERE user_id = ? ORDER BY line", user);
    }

    private static SettledHost host(TestDatabase database, Layout layout) {
        SettledHost host = HOSTS.computeIfAbsent(database, none -> new EnumMap<>(Layout.class))
                .computeIfAbsent(layout, none -> new SettledHost(database, layout));
        host.restore();
        return host;
    }
}
