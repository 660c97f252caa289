package io.creditmigration.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.creditmigration.command.Command.Ended;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A new user walks through the README: each command is taken from its text and given to a shell, in the order of the text. How
 * long each took stands in {@code target/walk}.
 */
final class WalkTest {

    private static final Pattern WRITTEN =
            Pattern.compile("(?m)(?:`|^ *)(credit-migration [^`\n#]+|ALTER TABLE [^`\n]+)");

    private static final String USERS = """
            CREATE TABLE users (
                id BIGINT PRIMARY KEY,
                email TEXT NOT NULL,
                credits NUMERIC(14, 4) NOT NULL,
                rate_limit INTEGER,
                role TEXT DEFAULT 'member' NOT NULL,
                created_at TIMESTAMPTZ NOT NULL
            );
            INSERT INTO users SELECT n, 'user' || n || '@example.com', CASE WHEN n % 3 = 0 THEN n ELSE 0 END, 10, 'member',
                TIMESTAMPTZ '2025-06-01 00:00:00Z' FROM generate_series(4001, 5000) AS g(n);
            INSERT INTO users VALUES (4711711, 'newcomer@example.com', 5, 10, 'member', TIMESTAMPTZ '2026-02-01 00:00:00Z');
            UPDATE users SET credits = 50 WHERE id = 4711;
            """;

    private static final String OPERATIONS = """
            CREATE TABLE operations (id BIGINT PRIMARY KEY, user_id BIGINT NOT NULL, made_at TIMESTAMPTZ NOT NULL);
            CREATE INDEX operations_by_user ON operations (user_id, made_at);
            INSERT INTO operations SELECT u * 1000 + o, u, TIMESTAMPTZ '2026-01-05 00:00:00Z' - o * INTERVAL '5 minutes'
            FROM generate_series(4001, 5000) AS u, LATERAL generate_series(1, CASE WHEN u % 20 = 0 THEN 320 ELSE u % 12 END) AS o;
            ALTER TABLE users DROP COLUMN credits;
            """;

    @TempDir
    Path folder;

    private Command command;
    private Server shop;
    private final List<String> diary = new ArrayList<>();

    @Test
    void from_an_old_rate_to_a_new_one() throws IOException {
        begin("walk_rate", USERS);

        int walked = walk("## From an old rate to a new one");

        assertThat(walked).isEqualTo(21);
        assertThat(shop.value("SELECT credits FROM users WHERE id = 4711"))
                .describedAs("rolled back by the last command, with everybody")
                .isEqualTo("50.0000");
        assertThat(shop.value("SELECT COUNT(*) FROM credit_migration_log WHERE kind = 'MIGRATED'"))
                .isEqualTo("667");
        assertThat(shop.value("SELECT COUNT(*) FROM users WHERE migrated")).isEqualTo("0");
        assertThat(command.text("credit-migration-report.html")).contains("Migration new-rate");
    }

    @Test
    void from_rate_limits_to_credits() throws IOException {
        begin("walk_limits", USERS + OPERATIONS);

        int walked = walk("## From rate limits to credits");

        assertThat(walked).isEqualTo(11);
        assertThat(shop.value("SELECT COUNT(*) FROM credit_migration_account WHERE balance = 50"))
                .isEqualTo("50");
        assertThat(shop.value("SELECT COUNT(*) FROM credit_migration_account WHERE balance = 20"))
                .isEqualTo("950");
        assertThat(command.text("high.txt").lines()).isNotEmpty();
        assertThat(command.text("credit-migration-report.html")).contains("Migration credits");
    }

    private void begin(String database, String tables) throws IOException {
        shop = Server.database(database);
        shop.execute(tables);
        command = new Command(folder)
                .with("CREDIT_MIGRATION_PASSWORD", shop.password())
                .installed();
    }

    /** Does what a section says, as a person who reads it would. */
    private int walk(String heading) throws IOException {
        String readme = Files.readString(Path.of("README.md"));
        String section = readme.substring(readme.indexOf(heading)).split("\n## ", 2)[0];
        Matcher written = WRITTEN.matcher(section);
        int commands = 0;
        long begun = System.nanoTime();
        while (written.find()) {
            follow(written.group(1).strip());
            commands++;
        }
        diary.add("in all " + Duration.ofNanos(System.nanoTime() - begun).toMillis() + " ms");
        Path kept = Path.of("target", "walk", shop.url().replaceFirst(".*/", "") + ".txt");
        Files.createDirectories(kept.getParent());
        Files.write(kept, diary);
        return commands;
    }

    private void follow(String text) {
        if (text.startsWith("ALTER TABLE")) {
            shop.execute(text);
            return;
        }
        String line = text.replace("jdbc:postgresql://localhost:5432/shop", shop.url())
                .replace("--user shop", "--user " + shop.user())
                .replace("USER", "4711")
                .replace("FILE", "high.txt")
                .replace("--apply", "--apply --yes");
        long begun = System.nanoTime();
        Ended ended = command.inShell(line);
        diary.add(String.format(
                "%6d ms  exit %d  %s",
                Duration.ofNanos(System.nanoTime() - begun).toMillis(), ended.exitCode(), text));
        assertThat(ended.exitCode()).describedAs(line + ended).isIn(0, 3);
        if (text.startsWith("credit-migration init")) {
            fillIn();
        }
    }

    /** Fills in what is to be filled in, and nothing else. */
    private void fillIn() {
        String configuration = command.text("credit-migration.yaml")
                .replaceFirst("cut-off: TODO", "cut-off: 2026-01-06T00:00:00Z")
                .replaceFirst("from: TODO", "from: 1000")
                .replaceFirst("to: TODO", "to: 2500")
                .replaceFirst("flag: TODO", "flag: migrated")
                .replaceFirst("# on-migration-set", "on-migration-set");
        assertThat(configuration.lines().filter(line -> line.matches(" *[a-z-]+: TODO.*")))
                .isEmpty();
        command.write("credit-migration.yaml", configuration);
    }
}
