package io.creditmigration.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.creditmigration.Consent;
import io.creditmigration.CreditPolicy;
import io.creditmigration.CreditRate;
import io.creditmigration.Migration;
import io.creditmigration.MigrationResult;
import io.creditmigration.MigrationRun;
import io.creditmigration.MigrationService;
import io.creditmigration.RunOptions;
import io.creditmigration.Stages;
import io.creditmigration.Verification;
import io.creditmigration.Verification.Check;
import io.creditmigration.jdbc.Damages.Damage;
import io.creditmigration.jdbc.SettledHost.Layout;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every kind of damage that {@code verify} claims to find, done by plain SQL, one at a time, on each database: found by exactly
 * the checks that it breaks, with the user named, and nobody else.
 */
@Tag("long")
@Timeout(300)
final class CorruptionTest {

    private static final Map<TestDatabase, Map<Layout, SettledHost>> HOSTS = new EnumMap<>(TestDatabase.class);

    @AfterAll
    static void close() {
        HOSTS.values().forEach(hosts -> hosts.values().forEach(SettledHost::close));
        HOSTS.clear();
    }

    static Stream<Arguments> damages() {
        return Stream.of(TestDatabase.values())
                .flatMap(database -> Damages.ALL.stream().map(damage -> Arguments.of(database, damage)));
    }

    @ParameterizedTest
    @MethodSource("damages")
    void damage_is_found_and_named_and_nobody_else_is(TestDatabase database, Damage damage) {
        SettledHost host = host(database, damage.layout);
        damage.sql.forEach(statement -> assertThat(host.sql.run(statement)).isPositive());

        Verification verification = host.migrations.verify();

        Map<String, String> found = found(verification);
        assertThat(found)
                .containsOnlyKeys(damage.findings.stream()
                        .map(finding -> finding.check() + " of " + finding.user())
                        .distinct()
                        .toList());
        damage.findings.forEach(finding ->
                assertThat(found.get(finding.check() + " of " + finding.user())).containsIgnoringCase(finding.words()));
        assertThat(verification.isClean())
                .isEqualTo(damage.findings.stream()
                        .noneMatch(finding -> finding.check().isError()));
    }

    @ParameterizedTest
    @EnumSource
    void without_the_definition_every_line_is_astray_and_named(TestDatabase database) {
        SettledHost host = host(database, Layout.CONVERSION);
        host.sql.run("DELETE FROM credit_migration_definition");

        Verification verification = host.migrations.verify();

        assertThat(verification.count(Check.LINES)).isEqualTo(19);
        assertThat(verification.first(Check.LINES))
                .allSatisfy(offender ->
                        assertThat(offender.what()).endsWith("is of a migration of which no definition is stored"));
        assertThat(verification.first(Check.LINES).stream().map(Verification.Offender::userId))
                .containsAll(List.of("again", "back", "failed", "run-a", "single", "twin"));
    }

    @ParameterizedTest
    @EnumSource
    void what_a_host_may_do_is_no_damage_and_is_counted(TestDatabase database) {
        SettledHost host = host(database, Layout.GRANT);
        Verification before = host.migrations.verify();
        host.sql.run("DELETE FROM operations WHERE owner = 'single'");
        host.sql.run("DELETE FROM users WHERE id = 'twin'");
        host.sql.run("UPDATE credit_migration_account SET balance = 3, version = version + 1 WHERE user_id = 'run-a'");

        Verification after = host.migrations.verify();

        assertThat(before.found()).isEmpty();
        assertThat(after.found()).isEmpty();
        assertThat(after.figures().goneOperations()).isEqualTo(2);
        assertThat(after.figures().moved()).isEqualTo(before.figures().moved() + 1);
        assertThat(after.users().gone()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource
    void no_stage_begins_while_something_is_wrong(TestDatabase database) {
        try (HikariDataSource dataSource = database.create()) {
            TestSql sql = new TestSql(dataSource);
            LibraryTables.defaults().install(dataSource);
            sql.run("CREATE TABLE users (id VARCHAR(40) PRIMARY KEY, credits NUMERIC(19, 4), rate NUMERIC(18, 6))");
            for (int i = 0; i < 40; i++) {
                sql.run("INSERT INTO users (id, credits) VALUES (?, 50)", "u" + i);
            }
            Migration migration = Migration.named("rate-2500")
                    .cutOff(Instant.parse("2026-01-06T00:00:00Z"))
                    .policy(CreditPolicy.convert(CreditRate.of(1_000), CreditRate.of(2_500)))
                    .consent(Consent.NONE)
                    .build();
            MigrationService migrations = MigrationService.of(
                    migration,
                    JdbcMigrationStore.owning(
                            dataSource,
                            HostTables.users("users")
                                    .balance("credits")
                                    .rate("rate")
                                    .rateIfAbsent(CreditRate.of(1_000))));
            long half = migrations
                    .run(RunOptions.defaults().withStages(Stages.of(50)))
                    .count(MigrationResult.Status.MIGRATED);
            RunOptions proven =
                    RunOptions.defaults().withStages(Stages.of(50, 100).afterVerification());

            sql.run("UPDATE credit_migration_journal SET granted = 1");
            MigrationRun refused = migrations.run(proven);
            String afterRefusal = sql.text("SELECT COUNT(*) FROM users WHERE credits = 20");
            int percent = migrations.rollout().percent();
            sql.run("UPDATE credit_migration_journal SET granted = NULL");
            MigrationRun finished = migrations.run(proven);

            assertThat(refused.state()).isEqualTo(MigrationRun.State.UNVERIFIED);
            assertThat(refused.stage()).isEqualTo(50);
            assertThat(percent).isEqualTo(50);
            assertThat(half).isBetween(1L, 39L);
            assertThat(afterRefusal).isEqualTo(String.valueOf(half));
            assertThat(finished.state()).isEqualTo(MigrationRun.State.FINISHED);
            assertThat(finished.stage()).isEqualTo(100);
            assertThat(sql.text("SELECT COUNT(*) FROM users WHERE credits = 20"))
                    .isEqualTo("40");
        }
    }

    /** The host of this layout, as it was when it was opened. */
    private static SettledHost host(TestDatabase database, Layout layout) {
        SettledHost host = HOSTS.computeIfAbsent(database, none -> new EnumMap<>(Layout.class))
                .computeIfAbsent(layout, none -> new SettledHost(database, layout));
        host.restore();
        return host;
    }

    /** All that was found, by check and user. */
    private static Map<String, String> found(Verification verification) {
        Map<String, String> found = new TreeMap<>();
        verification
                .found()
                .forEach((check, some) -> found.putAll(some.first().stream()
                        .collect(Collectors.toMap(
                                offender -> check + " of " + user(offender),
                                Verification.Offender::what,
                                (one, other) -> one + "; " + other))));
        return found;
    }

    private static String user(Verification.Offender offender) {
        return offender.userId() == null ? Damages.NOBODY : offender.userId();
    }
}
