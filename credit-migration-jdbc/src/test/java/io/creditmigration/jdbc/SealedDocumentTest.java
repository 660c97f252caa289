package io.creditmigration.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.creditmigration.Actor;
import io.creditmigration.CreditPolicy;
import io.creditmigration.CreditRate;
import io.creditmigration.Migration;
import io.creditmigration.MigrationOptions;
import io.creditmigration.MigrationService;
import io.creditmigration.RunOptions;
import io.creditmigration.testkit.SettableClock;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What {@code docs/sealed-log.md} says is so: its example is a line, and its queries answer what they promise. */
@Timeout(120)
final class SealedDocumentTest {

    private static final Actor OPERATOR = Actor.operator("olga, Đà Nẵng");
    private static final Pattern QUERY = Pattern.compile("```sql\\n(.*?)```", Pattern.DOTALL);

    private HikariDataSource dataSource;
    private TestSql sql;
    private MigrationService migrations;

    @BeforeEach
    void open() {
        dataSource = TestDatabase.POSTGRESQL.create();
        sql = new TestSql(dataSource);
        LibraryTables.defaults().install(dataSource);
        sql.run("CREATE TABLE users (id VARCHAR(40) PRIMARY KEY, credits NUMERIC(19, 4), migrated BOOLEAN NOT NULL)");
        for (String user : List.of("B", "a", "ann,7:", "bob", "đan", "zoë 日本")) {
            sql.run("INSERT INTO users VALUES (?, ?, FALSE)", user, user.equals("a") ? 0 : 50.0001);
        }
        migrations = MigrationService.of(
                Migration.named("rate-2500")
                        .cutOff(Instant.parse("2026-01-06T00:00:00Z"))
                        .policy(CreditPolicy.convert(CreditRate.of(1_000), CreditRate.of(2_500)))
                        .build(),
                JdbcMigrationStore.owning(
                        dataSource, HostTables.users("users").balance("credits").flag("migrated")),
                MigrationOptions.defaults().withClock(SettableClock.at(Instant.parse("2026-01-06T01:00:00Z"))));
    }

    @AfterEach
    void close() {
        dataSource.close();
    }

    @Test
    void the_example_is_a_line() throws Exception {
        confirm("bob");
        migrations.halt(OPERATOR, "to seal");
        migrations.seal(OPERATOR);

        String example = document()
                .lines()
                .filter(line -> line.startsWith("9:rate-2500,4:LINE,3:bob,"))
                .findFirst()
                .orElseThrow();

        assertThat(sql.text("SELECT digest FROM credit_migration_sealed WHERE name = 'bob'"))
                .isEqualTo(sha256(example));
    }

    @Test
    void its_queries_compute_each_seal_again_and_name_what_is_not_as_it_was() throws Exception {
        migrations.run(RunOptions.defaults());
        List.of("B", "ann,7:", "bob", "đan", "zoë 日本").forEach(this::confirm);
        migrations.halt(OPERATOR, "to seal");
        migrations.seal(OPERATOR);
        migrations.rollback("bob", OPERATOR, "asked for it:\n1,000 a day");
        migrations.seal(OPERATOR);
        Matcher query = QUERY.matcher(document());
        assertThat(query.find()).isTrue();
        String whole = query.group(1).strip().replaceAll(";$", "");
        assertThat(query.find()).isTrue();
        String instead = query.group(1).strip().replaceAll(";$", "");
        String others = whole.substring(0, whole.lastIndexOf("\nSELECT (")) + "\n" + instead;

        for (int number : List.of(1, 2)) {
            assertThat(sql.rows(whole.replace("number = 1", "number = " + number)))
                    .singleElement()
                    .satisfies(row -> assertThat(row.get(0)).isEqualTo(row.get(1)));
            assertThat(sql.rows(others.replace("number = 1", "number = " + number)))
                    .isEmpty();
        }

        sql.run("UPDATE credit_migration_journal SET reason = 'null' WHERE user_id = 'zoë 日本'");
        sql.run("UPDATE credit_migration_range SET credits_after = credits_after + 1");
        sql.run("UPDATE credit_migration_definition SET trace = ''");
        sql.run("DELETE FROM credit_migration_journal WHERE user_id = 'a'");
        assertThat(sql.rows(whole))
                .singleElement()
                .satisfies(row -> assertThat(row.get(0)).isNotEqualTo(row.get(1)));
        assertThat(sql.rows(others).stream().map(row -> row.get(0) + " " + row.get(1) + " " + (row.get(4) == null)))
                .containsExactlyInAnyOrder(
                        "0 rate-2500 false",
                        "1 " + migrations.runs().list().get(0).id() + " false",
                        "2 a true",
                        "2 zoë 日本 false");
    }

    private void confirm(String user) {
        migrations.confirm(user, migrations.quote(user).orElseThrow(), Actor.user(user));
    }

    private static String document() throws IOException {
        return Files.readString(Path.of("../docs/sealed-log.md"));
    }

    private static String sha256(String text) throws Exception {
        return HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    }
}
