package io.creditmigration.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.creditmigration.Actor;
import io.creditmigration.CreditPolicy;
import io.creditmigration.CreditRate;
import io.creditmigration.Migration;
import io.creditmigration.MigrationOptions;
import io.creditmigration.MigrationService;
import io.creditmigration.Rollout;
import io.creditmigration.Seal;
import io.creditmigration.jdbc.SettledHost.Layout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The statements of {@code docs/sealed-log.md}, as they stand there. */
@Timeout(300)
final class SealedLogDocumentTest {

    private static final Path DOCUMENT = Path.of("../docs/sealed-log.md");
    private static final Actor OPERATOR = Actor.operator("olga, Đà Nẵng");

    /** So that a run has outcomes of more than one range to add up. */
    private static final String SECOND_RANGE = """
            INSERT INTO credit_migration_range (run_id, number, pass, finished, done, left_users, outcomes, credits_before,
                                                credits_after, granted, withdrawn, residual, moved_at)
            SELECT run_id, 99, 1, TRUE, 3, 0, 'CONTENDED=1 MIGRATED=2 FAILED=10', 0.10, 0, 0, 0, -0.1, moved_at
            FROM credit_migration_range WHERE run_id = ?
            """;

    private static final String TEXT_OF_LINE = """
            SELECT string_agg(COALESCE(octet_length(convert_to(field, 'UTF8')) || ':' || field, '-') || ',', '' ORDER BY place)
            FROM field WHERE kind = 2 AND name = 'bob'
            """;

    @ParameterizedTest
    @EnumSource
    void the_query_answers_the_digest_of_each_seal_and_names_rows_that_were_altered(Layout layout) throws Exception {
        try (SettledHost host = new SettledHost(TestDatabase.POSTGRESQL, layout)) {
            host.add("zoë 日本");
            host.migrations.migrate("zoë 日本");
            assertThat(host.sql.run(SECOND_RANGE, host.run.id())).isEqualTo(1);
            Seal first = seal(host.migrations);
            host.migrations.rollback("single", OPERATOR, "asked for it:\n1,000 a day");
            Seal second = seal(host.migrations);

            for (Seal seal : List.of(first, second)) {
                assertThat(host.sql.rows(query(layout.migration, seal)))
                        .containsExactly(List.of(seal.digest(), seal.digest()));
                assertThat(host.sql.rows(altered(layout.migration, seal))).isEmpty();
            }
            host.sql.run("UPDATE credit_migration_journal SET error = 'null' WHERE user_id = 'single' AND line = 1");
            host.sql.run("DELETE FROM credit_migration_run WHERE number = 2");

            assertThat(host.sql.rows(query(layout.migration, first)).get(0).get(1))
                    .isNotEqualTo(first.digest());
            assertThat(host.sql.rows(altered(layout.migration, first)))
                    .extracting(row -> row.get(1))
                    .contains("single")
                    .hasSizeGreaterThanOrEqualTo(2);
            assertThat(host.sql.rows(altered(layout.migration, second))).isEmpty();
        }
    }

    @Test
    void the_line_of_bob_is_written_as_in_the_example() throws Exception {
        try (HikariDataSource dataSource = TestDatabase.POSTGRESQL.create()) {
            TestSql sql = new TestSql(dataSource);
            sql.run(
                    "CREATE TABLE users (id TEXT PRIMARY KEY, credits NUMERIC(19, 4), migrated BOOLEAN DEFAULT FALSE NOT NULL)");
            sql.run("INSERT INTO users (id, credits) VALUES ('bob', 50.0001)");
            LibraryTables.defaults().install(dataSource);
            Migration migration = Migration.named("rate-2500")
                    .cutOff(Instant.parse("2026-01-06T00:00:00Z"))
                    .policy(CreditPolicy.convert(CreditRate.of(1_000), CreditRate.of(2_500)))
                    .build();
            Clock clock = Clock.fixed(Instant.parse("2026-01-06T01:00:00Z"), ZoneOffset.UTC);
            MigrationService migrations = MigrationService.of(
                    migration,
                    JdbcMigrationStore.owning(
                            dataSource,
                            HostTables.users("users").balance("credits").flag("migrated")),
                    MigrationOptions.defaults().withClock(clock));
            migrations.confirm("bob", migrations.quote("bob").orElseThrow(), Actor.user("bob"));
            Seal seal = seal(migrations);

            String query = query(migration, seal);
            String text =
                    sql.text(query.substring(0, query.lastIndexOf("SELECT (SELECT digest FROM seal)")) + TEXT_OF_LINE);

            assertThat(Files.readString(DOCUMENT)).contains("```\n" + text + "\n```");
        }
    }

    private static Seal seal(MigrationService migrations) {
        migrations.halt(OPERATOR, "to seal");
        Seal seal = migrations.seal(OPERATOR);
        migrations.rollout(Rollout.EVERYBODY, OPERATOR, "sealed");
        return seal;
    }

    private static String query(Migration migration, Seal seal) throws IOException {
        return statements(migration, seal).get(0);
    }

    /** The same with the second statement instead of the last part of the first. */
    private static String altered(Migration migration, Seal seal) throws IOException {
        List<String> statements = statements(migration, seal);
        String query = statements.get(0);
        return query.substring(0, query.lastIndexOf("SELECT (SELECT digest FROM seal)")) + statements.get(1);
    }

    private static List<String> statements(Migration migration, Seal seal) throws IOException {
        List<String> statements = new ArrayList<>();
        Matcher blocks = Pattern.compile("(?ms)^```sql\\n(.*?)^```$").matcher(Files.readString(DOCUMENT));
        while (blocks.find()) {
            statements.add(blocks.group(1)
                    .replace("'rate-2500'", "'" + migration.id() + "'")
                    .replace("number = 1", "number = " + seal.number()));
        }
        assertThat(statements).hasSize(2);
        return statements;
    }
}
