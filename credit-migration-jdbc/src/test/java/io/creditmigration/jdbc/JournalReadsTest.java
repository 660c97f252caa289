package io.creditmigration.jdbc;

import static io.creditmigration.jdbc.SmallHost.JANUARY;
import static io.creditmigration.jdbc.SmallHost.OLGA;
import static io.creditmigration.jdbc.SmallHost.clean;
import static io.creditmigration.jdbc.SmallHost.conversion;
import static io.creditmigration.jdbc.SmallHost.grant;
import static io.creditmigration.jdbc.SmallHost.host;
import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.creditmigration.JournalLine;
import io.creditmigration.Migration;
import io.creditmigration.MigrationOptions;
import io.creditmigration.MigrationResult;
import io.creditmigration.MigrationRun;
import io.creditmigration.MigrationService;
import io.creditmigration.RollbackResult;
import io.creditmigration.RunOptions;
import io.creditmigration.RunScope;
import io.creditmigration.UserStory;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is read of the journal, by whoever asks: by the numbers of the lines, and each line for itself. */
final class JournalReadsTest {

    @ParameterizedTest
    @EnumSource
    void a_lost_mark_grants_nothing_twice(TestDatabase database) {
        try (HikariDataSource dataSource = database.create()) {
            TestSql sql =
                    host(dataSource, "CREATE TABLE users (id BIGINT PRIMARY KEY)", "INSERT INTO users (id) VALUES (1)");
            MigrationService service = MigrationService.of(
                    grant("grant"),
                    JdbcMigrationStore.owning(
                            dataSource, HostTables.users("users").ownAccounts()));
            service.migrate("1");
            sql.run("UPDATE credit_migration_journal SET is_last = FALSE");
            MigrationService other = MigrationService.of(
                    grant("grant"),
                    JdbcMigrationStore.owning(
                            dataSource, HostTables.users("users").ownAccounts()));

            MigrationResult again = other.migrate("1");

            assertThat(again.status()).isNotEqualTo(MigrationResult.Status.MIGRATED);
            assertThat((BigDecimal) sql.one("SELECT balance FROM credit_migration_account"))
                    .isEqualByComparingTo("20");
        }
    }

    @ParameterizedTest
    @EnumSource
    void the_view_has_whom_the_store_finds(TestDatabase database) {
        try (HikariDataSource dataSource = database.create()) {
            TestSql sql = host(
                    dataSource,
                    "CREATE TABLE users (id BIGINT PRIMARY KEY, credits NUMERIC(19, 4), rate NUMERIC(18, 6))",
                    "INSERT INTO users (id, credits, rate) VALUES (1, 100, 1000)");
            MigrationService service = MigrationService.of(
                    conversion("rate-2500", JANUARY, 1_000, 2_500),
                    JdbcMigrationStore.owning(
                            dataSource,
                            HostTables.users("users").balance("credits").rate("rate")));
            service.migrate("1");
            sql.run("UPDATE credit_migration_journal SET is_last = FALSE");

            assertThat(service.find("1").isPresent())
                    .isEqualTo(!sql.rows("SELECT user_id FROM credit_migration_record")
                            .isEmpty());
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_line_that_cannot_be_read_hides_no_other_line_of_the_log(TestDatabase database) {
        try (HikariDataSource dataSource = database.create()) {
            TestSql sql = host(
                    dataSource,
                    "CREATE TABLE users (id BIGINT PRIMARY KEY, credits NUMERIC(19, 4), rate NUMERIC(18, 6))",
                    "INSERT INTO users (id, credits, rate) VALUES (1, 100, 1000)");
            MigrationService service = MigrationService.of(
                    conversion("rate-2500", JANUARY, 1_000, 2_500),
                    JdbcMigrationStore.owning(
                            dataSource,
                            HostTables.users("users").balance("credits").rate("rate")));
            service.migrate("1");
            service.rollback("1", OLGA, "asked for it");
            sql.run("UPDATE credit_migration_journal SET old_rate = 0 WHERE line = 1");

            assertThat(service.story("1").text()).contains("rolled back");
            assertThat(service.log("1"))
                    .extracting(JournalLine::kind)
                    .containsExactly(JournalLine.Kind.MIGRATED, JournalLine.Kind.ROLLED_BACK);
            assertThat(service.log("1").get(0).error())
                    .startsWith("Cannot be read: ")
                    .contains("'0");
            assertThat(service.log("1").get(0).figures()).isNull();
            assertThat(service.log("1").get(1).error()).isNull();
        }
    }

    @ParameterizedTest
    @EnumSource
    void the_log_of_a_deleted_user_is_kept(TestDatabase database) {
        try (HikariDataSource dataSource = database.create()) {
            TestSql sql = host(
                    dataSource,
                    "CREATE TABLE users (id BIGINT PRIMARY KEY, credits NUMERIC(19, 4), rate NUMERIC(18, 6))",
                    "INSERT INTO users (id, credits, rate) VALUES (1, 100, 1000)");
            JdbcMigrationStore store = JdbcMigrationStore.owning(
                    dataSource, HostTables.users("users").balance("credits").rate("rate"));
            MigrationService service = MigrationService.of(conversion("rate-2500", JANUARY, 1_000, 2_500), store);
            service.migrate("1");
            sql.run("DELETE FROM users");

            assertThat(service.story("1").steps()).isNotEmpty();
            assertThat(service.log("1")).hasSize(1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_story_is_told_in_the_order_of_the_lines(TestDatabase database) {
        try (HikariDataSource dataSource = database.create()) {
            host(
                    dataSource,
                    "CREATE TABLE users (id BIGINT PRIMARY KEY, credits NUMERIC(19, 4), rate NUMERIC(18, 6))",
                    "INSERT INTO users (id, credits, rate) VALUES (1, 100, 1000)");
            JdbcMigrationStore store = JdbcMigrationStore.owning(
                    dataSource, HostTables.users("users").balance("credits").rate("rate"));
            Migration migration = conversion("rate-2500", JANUARY, 1_000, 2_500);
            Instant now = Instant.parse("2026-11-01T10:00:00Z");
            MigrationService fast = MigrationService.of(
                    migration,
                    store,
                    MigrationOptions.defaults().withClock(Clock.fixed(now.plusSeconds(5), ZoneOffset.UTC)));
            MigrationService slow = MigrationService.of(
                    migration, store, MigrationOptions.defaults().withClock(Clock.fixed(now, ZoneOffset.UTC)));
            fast.migrate("1");
            slow.rollback("1", OLGA, "asked for it");

            UserStory story = slow.story("1");

            assertThat(story.steps())
                    .extracting(UserStory.Step::what)
                    .containsExactly(UserStory.What.MIGRATED, UserStory.What.ROLLED_BACK, UserStory.What.STANDS);
            clean(slow.verify());
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_user_who_failed_ever_so_often_is_migrated_when_the_cause_is_gone(TestDatabase database) {
        try (HikariDataSource dataSource = database.create()) {
            TestSql sql = host(
                    dataSource,
                    "CREATE TABLE users (id BIGINT PRIMARY KEY, credits NUMERIC(19, 4), rate NUMERIC(18, 6),"
                            + " CONSTRAINT refused CHECK (rate < 2000))",
                    "INSERT INTO users (id, credits, rate) VALUES (1, 100, 1000)");
            MigrationService service = MigrationService.of(
                    conversion("rate-2500", JANUARY, 1_000, 2_500),
                    JdbcMigrationStore.owning(
                            dataSource,
                            HostTables.users("users").balance("credits").rate("rate")));
            service.migrate("1");
            service.migrate("1");
            assertThat(sql.text("SELECT MAX(line) FROM credit_migration_journal"))
                    .isEqualTo("1");
            sql.run("UPDATE credit_migration_journal SET line = 32767");
            sql.run("ALTER TABLE users DROP CONSTRAINT refused");

            MigrationResult result = service.migrate("1");

            assertThat(result.status()).isEqualTo(MigrationResult.Status.MIGRATED);
            assertThat(service.rollback("1", OLGA, "asked for it").status())
                    .isEqualTo(RollbackResult.Status.ROLLED_BACK);
            assertThat(service.log("1")).extracting(JournalLine::number).containsExactly(32_767, 32_768, 32_769);
        }
    }

    @ParameterizedTest
    @EnumSource
    void the_same_failure_again_writes_no_further_line_and_another_does(TestDatabase database) {
        try (HikariDataSource dataSource = database.create()) {
            TestSql sql = host(
                    dataSource,
                    "CREATE TABLE users (id BIGINT PRIMARY KEY, credits NUMERIC(19, 4), rate NUMERIC(18, 6),"
                            + " CONSTRAINT refused CHECK (rate < 2000))",
                    "INSERT INTO users (id, credits, rate) VALUES (1, 100, 1000)");
            MigrationService service = MigrationService.of(
                    conversion("rate-2500", JANUARY, 1_000, 2_500),
                    JdbcMigrationStore.owning(
                            dataSource,
                            HostTables.users("users").balance("credits").rate("rate")));
            service.migrate("1");

            MigrationResult again = service.migrate("1");
            MigrationRun run = service.run(RunOptions.defaults().withScope(RunScope.failedOnly()));

            assertThat(again.status()).isEqualTo(MigrationResult.Status.FAILED);
            assertThat(again.message()).isNotEmpty();
            assertThat(run.outcomes()).isEqualTo(Map.of(MigrationResult.Status.FAILED, 1L));
            assertThat(service.log("1")).hasSize(1);
            sql.run("ALTER TABLE users DROP CONSTRAINT refused");
            sql.run("ALTER TABLE users ADD CONSTRAINT otherwise CHECK (credits > 90)");
            service.migrate("1");
            assertThat(service.log("1"))
                    .extracting(JournalLine::kind)
                    .containsExactly(JournalLine.Kind.FAILED, JournalLine.Kind.FAILED);
        }
    }
}
