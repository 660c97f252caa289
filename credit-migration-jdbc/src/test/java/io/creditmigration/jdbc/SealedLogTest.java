package io.creditmigration.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.creditmigration.Actor;
import io.creditmigration.Consent;
import io.creditmigration.CreditPolicy;
import io.creditmigration.CreditRate;
import io.creditmigration.Migration;
import io.creditmigration.MigrationOptions;
import io.creditmigration.MigrationService;
import io.creditmigration.Seal;
import io.creditmigration.Verification;
import io.creditmigration.Verification.Check;
import io.creditmigration.testkit.SettableClock;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Seals, computed again from plain JDBC as {@code docs/sealed-log.md} tells, and broken by plain SQL. */
@Timeout(120)
final class SealedLogTest {

    private static final Instant CUT_OFF = Instant.parse("2026-01-06T00:00:00Z");
    private static final Migration RATE_2500 = Migration.named("rate-2500")
            .cutOff(CUT_OFF)
            .policy(CreditPolicy.convert(CreditRate.of(1_000), CreditRate.of(2_500)))
            .consent(Consent.NONE)
            .build();
    private static final Actor OPERATOR = Actor.operator("olga, Đà Nẵng");
    private static final List<String> USERS = List.of("B", "a", "ann,7:", "bob", "đan", "zoë 日本");

    private final SettableClock clock =
            SettableClock.at(CUT_OFF.plus(Duration.ofHours(1)).plusNanos(123_000));
    private HikariDataSource dataSource;
    private TestSql sql;
    private MigrationService migrations;

    @AfterEach
    void close() {
        if (dataSource != null) {
            dataSource.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void anybody_can_compute_it_again_from_the_tables(TestDatabase database) throws Exception {
        open(database);
        Seal first = migrations.seal(OPERATOR);
        clock.advance(Duration.ofDays(1));
        migrations.rollback("bob", OPERATOR, "asked for it:\n1,000 a day");
        migrations.rollback("a", OPERATOR, "too");
        Seal second = migrations.seal(Actor.automatic("nightly"));

        assertThat(first.entries()).isEqualTo(USERS.size());
        assertThat(second.entries()).isEqualTo(2);
        assertThat(computed(database, first)).isEqualTo(first.digest());
        assertThat(computed(database, second)).isEqualTo(second.digest());
    }

    /** The document's example is what a line of the log is written as. */
    @Test
    void the_example_of_the_document_is_a_line() throws Exception {
        open(TestDatabase.H2);
        sql.run("DELETE FROM credit_migration_log WHERE user_id <> 'bob'");
        sql.run("UPDATE credit_migration_log SET actor_kind = 'USER', actor = 'bob', logged_at ="
                + " TIMESTAMP WITH TIME ZONE '2026-01-06 01:00:00+00:00'");
        migrations.seal(OPERATOR);

        String line = document("```\n9:rate", "```").strip();

        assertThat(sql.text("SELECT digest FROM credit_migration_sealed")).isEqualTo(sha256(line));
    }

    @ParameterizedTest
    @CsvSource({"1", "2"})
    void the_query_of_the_document_answers_the_same(int number) throws Exception {
        open(TestDatabase.POSTGRESQL);
        migrations.seal(OPERATOR);
        clock.advance(Duration.ofDays(1));
        migrations.rollback("bob", OPERATOR, "asked for it");
        Seal seal = number == 1 ? migrations.seals().get(0) : migrations.seal(OPERATOR);

        String query = document("```sql\n", "```").replace("```sql", "").replace(";", "");
        List<List<@Nullable Object>> digests =
                sql.rows(query.replace("number = 1", "number = " + number).replace("seal = 1", "seal = " + number));

        StringBuilder text = new StringBuilder();
        digests.forEach(row -> text.append(row.get(0)).append('\n'));
        assertThat(sha256(text.toString())).isEqualTo(seal.digest());
    }

    @ParameterizedTest
    @CsvSource({
        "H2, SEALED_LINE_ALTERED, UPDATE credit_migration_log SET reason = 'because' WHERE user_id = 'bob'",
        "POSTGRESQL, SEALED_LINE_ALTERED, UPDATE credit_migration_log SET reason = 'because' WHERE user_id = 'bob'",
        "MARIADB, SEALED_LINE_ALTERED, UPDATE credit_migration_log SET reason = 'because' WHERE user_id = 'bob'",
        "H2, SEALED_LINE_ALTERED, UPDATE credit_migration_log SET old_credits = old_credits + 1 WHERE user_id = 'bob'",
        "H2, SEALED_LINE_ALTERED, UPDATE credit_migration_log SET new_credits = NULL WHERE user_id = 'bob'",
        "H2, SEALED_LINE_ALTERED, UPDATE credit_migration_log SET old_rate = -1 WHERE user_id = 'bob'",
        "H2, SEALED_LINE_ALTERED, UPDATE credit_migration_log SET new_rate = 2000 WHERE user_id = 'bob'",
        "H2, SEALED_LINE_ALTERED, UPDATE credit_migration_log SET residual = 0 WHERE user_id = 'bob'",
        "H2, SEALED_LINE_ALTERED, UPDATE credit_migration_log SET actor_kind = 'USER' WHERE user_id = 'bob'",
        "H2, SEALED_LINE_ALTERED, UPDATE credit_migration_log SET actor = 'eve' WHERE user_id = 'bob'",
        "POSTGRESQL, SEALED_LINE_ALTERED, UPDATE credit_migration_log SET logged_at = logged_at + INTERVAL '1' SECOND WHERE user_id = 'bob'",
        "H2, SEALED_LINE_MISSING, DELETE FROM credit_migration_log WHERE user_id = 'bob'",
        "POSTGRESQL, SEALED_LINE_MISSING, DELETE FROM credit_migration_log WHERE user_id = 'bob'",
        "MARIADB, SEALED_LINE_MISSING, DELETE FROM credit_migration_log WHERE user_id = 'bob'",
        "POSTGRESQL, SEALED_LINE_MISSING, UPDATE credit_migration_log SET kind = 'REOPENED' WHERE user_id = 'bob'",
        "POSTGRESQL, SEALED_LINE_MISSING, UPDATE credit_migration_log SET attempt = 2 WHERE user_id = 'bob'",
        "H2, SEALED_LINE_MISSING, UPDATE credit_migration_log SET user_id = 'eve' WHERE user_id = 'bob'",
    })
    void a_line_that_is_no_longer_as_it_was_is_named(TestDatabase database, Check check, String tampering) {
        open(database);
        migrations.seal(OPERATOR);
        clock.advance(Duration.ofDays(1));
        assertThat(migrations.verify().found()).isEmpty();

        assertThat(sql.run(tampering)).isEqualTo(1);

        Verification verification = migrations.verify();
        assertThat(verification.isClean()).isFalse();
        assertThat(verification.count(check)).isEqualTo(1);
        assertThat(verification.first(check)).singleElement().satisfies(offender -> {
            assertThat(offender.userId()).isEqualTo("bob");
            assertThat(offender.what()).contains("MIGRATED in attempt 1").contains("seal 1");
        });
        assertThat(verification.count(Check.SEAL)).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void a_line_that_is_added_behind_a_seal_is_named_even_when_sealed_again(TestDatabase database) {
        open(database);
        clock.advance(Duration.ofDays(1));
        migrations.seal(OPERATOR);
        clock.advance(Duration.ofDays(1));

        assertThat(sql.run("INSERT INTO credit_migration_log SELECT migration_id, 'eve', attempt, kind, old_credits,"
                        + " new_credits, old_rate, new_rate, residual, actor_kind, actor, logged_at, reason"
                        + " FROM credit_migration_log WHERE user_id = 'bob'"))
                .isEqualTo(1);

        assertAddedByEve(migrations.verify());
        migrations.seal(OPERATOR);
        assertAddedByEve(migrations.verify());
    }

    @ParameterizedTest
    @CsvSource({
        "H2, UPDATE credit_migration_seal SET digest = previous WHERE number = 2, seal 2 has the digest",
        "POSTGRESQL, UPDATE credit_migration_seal SET digest = previous WHERE number = 2, seal 2 has the digest",
        "MARIADB, UPDATE credit_migration_seal SET digest = previous WHERE number = 2, seal 2 has the digest",
        "H2, UPDATE credit_migration_seal SET previous = digest WHERE number = 2, seal 2 is chained to",
        "H2, UPDATE credit_migration_seal SET actor = 'eve' WHERE number = 1, seal 1 has the digest",
        "POSTGRESQL, UPDATE credit_migration_seal SET sealed_at = sealed_at - INTERVAL '1' SECOND WHERE number = 1, seal 1 has the digest",
        "H2, DELETE FROM credit_migration_seal WHERE number = 2, 'lines are kept of seal 2, which is gone'",
        "H2, DELETE FROM credit_migration_seal WHERE number = 1, seal 2 follows none",
        "H2, UPDATE credit_migration_sealed SET digest = (SELECT digest FROM credit_migration_seal WHERE number = 1) WHERE user_id = 'bob' AND kind = 'MIGRATED', seal 1 has the digest",
        "H2, DELETE FROM credit_migration_sealed WHERE user_id = 'bob' AND kind = 'MIGRATED', seal 1 has the digest",
        "H2, UPDATE credit_migration_sealed SET seal = 2 WHERE user_id = 'bob' AND kind = 'MIGRATED', seal 1 has the digest",
    })
    void a_seal_that_was_tampered_with_is_named(TestDatabase database, String tampering, String words) {
        open(database);
        migrations.seal(OPERATOR);
        clock.advance(Duration.ofDays(1));
        migrations.rollback("bob", OPERATOR, "asked for it");
        migrations.seal(OPERATOR);
        assertThat(migrations.verify().found()).isEmpty();

        assertThat(sql.run(tampering)).isEqualTo(1);

        assertThat(migrations.verify().first(Check.SEAL))
                .anySatisfy(offender -> assertThat(offender.what()).startsWith(words));
    }

    private static void assertAddedByEve(Verification verification) {
        assertThat(verification.count(Check.SEALED_LINE_ADDED)).isEqualTo(1);
        assertThat(verification.first(Check.SEALED_LINE_ADDED)).singleElement().satisfies(offender -> {
            assertThat(offender.userId()).isEqualTo("eve");
            assertThat(offender.what()).contains("before seal 1");
        });
    }

    private void open(TestDatabase database) {
        dataSource = database.create();
        sql = new TestSql(dataSource);
        LibraryTables.defaults().install(dataSource);
        sql.run("CREATE TABLE users (id VARCHAR(40) PRIMARY KEY, credits NUMERIC(19, 4), rate NUMERIC(18, 6))");
        migrations = MigrationService.of(
                RATE_2500,
                JdbcMigrationStore.owning(
                        dataSource, HostTables.users("users").balance("credits").rate("rate")),
                MigrationOptions.defaults().withClock(clock));
        for (String user : USERS) {
            sql.run("INSERT INTO users VALUES (?, 50.0001, NULL)", user);
            migrations.migrate(user);
        }
        migrations.halt(OPERATOR, "done");
    }

    /** The digest of a seal as the document has it, with nothing of the library's. */
    private String computed(TestDatabase database, Seal seal) throws Exception {
        StringBuilder text = new StringBuilder();
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            ResultSet head =
                    statement.executeQuery("SELECT * FROM credit_migration_seal WHERE number = " + seal.number());
            head.next();
            text.append(sha256(fields(
                            head.getString("migration_id"),
                            head.getString("number"),
                            head.getString("previous"),
                            time(database, head, "sealed_at"),
                            head.getString("actor_kind"),
                            head.getString("actor"))))
                    .append('\n');
            ResultSet line =
                    statement.executeQuery("SELECT l.* FROM credit_migration_log l JOIN credit_migration_sealed s"
                            + " ON s.migration_id = l.migration_id AND s.user_id = l.user_id AND s.attempt = l.attempt"
                            + " AND s.kind = l.kind WHERE s.seal = " + seal.number()
                            + " ORDER BY l.user_id, l.attempt, l.kind");
            while (line.next()) {
                text.append(sha256(fields(
                                line.getString("migration_id"),
                                line.getString("user_id"),
                                line.getString("attempt"),
                                line.getString("kind"),
                                number(line.getBigDecimal("old_credits")),
                                number(line.getBigDecimal("new_credits")),
                                number(line.getBigDecimal("old_rate")),
                                number(line.getBigDecimal("new_rate")),
                                number(line.getBigDecimal("residual")),
                                line.getString("actor_kind"),
                                line.getString("actor"),
                                time(database, line, "logged_at"),
                                line.getString("reason"))))
                        .append('\n');
            }
        }
        return sha256(text.toString());
    }

    private static String fields(@Nullable String... fields) {
        List<String> written = new ArrayList<>();
        for (String field : fields) {
            written.add(field == null ? "-," : field.getBytes(StandardCharsets.UTF_8).length + ":" + field + ",");
        }
        return String.join("", written);
    }

    private static @Nullable String number(@Nullable BigDecimal number) {
        return number == null
                ? null
                : new BigDecimal(number.stripTrailingZeros().toPlainString()).toPlainString();
    }

    private static String time(TestDatabase database, ResultSet row, String column) throws Exception {
        LocalDateTime utc = database == TestDatabase.MARIADB
                ? row.getObject(column, LocalDateTime.class)
                : row.getObject(column, OffsetDateTime.class)
                        .withOffsetSameInstant(ZoneOffset.UTC)
                        .toLocalDateTime();
        return utc.format(DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'"));
    }

    private static String sha256(String text) throws Exception {
        return HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    /** What stands in the document from here to there. */
    private static String document(String from, String to) throws Exception {
        String text = Files.readString(Path.of("../docs/sealed-log.md"));
        int begin = text.indexOf(from);
        String found = text.substring(begin, text.indexOf(to, begin + from.length()));
        return found.startsWith("```\n") ? found.substring(4) : found;
    }
}
