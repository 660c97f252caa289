package io.creditmigration.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.creditmigration.command.Command.Ended;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command in other locales, zones and shells, as a process. */
final class SurroundingsTest {

    @TempDir
    Path folder;

    private Command command;

    @BeforeEach
    void anApplication() {
        String url = "jdbc:h2:file:" + folder.resolve("shop");
        new Server(url, "sa", "").execute("""
                CREATE TABLE users (id VARCHAR(20) PRIMARY KEY, credits DECIMAL(12, 4), migrated BOOLEAN NOT NULL,
                    created_at TIMESTAMP NOT NULL);
                INSERT INTO users VALUES ('ann', 0, FALSE, '2025-06-01 00:00:00'), ('bob', 1234.5, FALSE, '2026-01-05 23:30:00');
                """);
        command = new Command(folder);
        command.write("credit-migration.yaml", """
                database: { url: '%s', user: sa, password-from: none }
                users:
                  { table: users, balance: credits, flag: migrated, registered-at: created_at, zone: UTC }
                migration:
                  id: rate-2500
                  cut-off: 2026-01-06T00:00:00Z
                  convert: { from: 1000, to: 2500 }
                  consent: none
                """.formatted(url).replace("\n", "\r\n"));
        assertThat(command.run("schema", "--apply", "--yes").exitCode()).isZero();
    }

    @Test
    void locale_zone_and_colours_make_no_difference() {
        Ended here = command.run("plan");
        Ended elsewhere = command.with("LC_ALL", "C")
                .with("LANG", "C")
                .with("TZ", "Asia/Saigon")
                .with("NO_COLOR", "1")
                .run("plan");

        assertThat(here.exitCode()).describedAs(here.toString()).isZero();
        assertThat(here.out()).contains("1,234.5").contains("2 users");
        assertThat(elsewhere).isEqualTo(here);
    }

    @Test
    void letters_that_the_locale_cannot_have_are_refused_and_not_taken_for_others() {
        Ended refused = command.with("LC_ALL", "C").run("explain", "đỗ");

        assertThat(refused.exitCode()).describedAs(refused.toString()).isEqualTo(2);
        assertThat(refused.err()).contains("set LC_ALL=C.UTF-8");
        assertThat(command.with("LC_ALL", "C.UTF-8").run("explain", "đỗ").err()).contains("there is no user 'đỗ'");
    }

    @Test
    void a_reader_that_goes_away_is_no_error() {
        Ended ended = command.inShell("\"$@\" | head -n 1", "schema");

        assertThat(ended.out().lines()).hasSize(1);
        assertThat(ended.err()).isEmpty();
    }

    @Test
    void quiet_says_errors_and_json_alone() {
        Ended done = command.run("migrate", "--apply", "--yes", "--quiet");
        Ended again = command.run("migrate", "--apply", "--yes", "-q", "--json");
        Ended wrong = command.run("explain", "nobody", "--quiet");

        assertThat(done).isEqualTo(new Ended(0, "", ""));
        assertThat(again.json().get("outcome").asText()).isEqualTo("NOTHING_TO_DO");
        assertThat(again.err()).isEmpty();
        assertThat(wrong.err()).contains("there is no user 'nobody'");
    }

    @Test
    void the_environment_stands_for_the_file() {
        command.with("CREDIT_MIGRATION_DATABASE_URL", "jdbc:h2:file:" + folder.resolve("shop"))
                .with("CREDIT_MIGRATION_DATABASE_USER", "sa")
                .with("CREDIT_MIGRATION_DATABASE_PASSWORD_FROM", "none")
                .with("CREDIT_MIGRATION_USERS_TABLE", "users")
                .with("CREDIT_MIGRATION_USERS_BALANCE", "credits")
                .with("CREDIT_MIGRATION_USERS_FLAG", "migrated")
                .with("CREDIT_MIGRATION_MIGRATION_ID", "rate-2500")
                .with("CREDIT_MIGRATION_MIGRATION_CUT_OFF", "2026-01-06T00:00:00Z")
                .with("CREDIT_MIGRATION_MIGRATION_CONVERT_FROM", "1000")
                .with("CREDIT_MIGRATION_MIGRATION_CONVERT_TO", "2500")
                .with("CREDIT_MIGRATION_CONFIG", "no-such.yaml");

        Ended plan = command.run("plan");

        assertThat(plan.exitCode()).describedAs(plan.toString()).isZero();
        assertThat(plan.out()).contains("users who must confirm");
    }

    @Test
    void the_completion_is_a_script_that_bash_and_zsh_understand() {
        Ended bash = command.inShell(
                "\"$@\" > completion && bash -c '. ./completion; COMP_WORDS=(credit-migration mig); COMP_CWORD=1;"
                        + " _complete_credit-migration; echo \"${COMPREPLY[@]}\"'",
                "completion");

        assertThat(bash.exitCode()).describedAs(bash.toString()).isZero();
        assertThat(bash.out().strip()).isEqualTo("migrate");
        assertThat(command.text("completion")).contains("bashcompinit");
    }

    @Test
    void the_manual_has_every_command_and_every_option() {
        String page = command.run("manual").out();

        assertThat(page).startsWith(".TH CREDIT\\-MIGRATION 1").contains(".SH EXIT STATUS", "DRIFT");
        CreditMigration.commandLine().getSubcommands().forEach((name, subcommand) -> {
            assertThat(page).contains(".SS credit\\-migration " + name.replace("-", "\\-"));
            subcommand
                    .getCommandSpec()
                    .options()
                    .forEach(option ->
                            assertThat(page).contains(option.longestName().replace("-", "\\-")));
        });
        assertThat(page.lines()).noneMatch(line -> line.startsWith("'") || line.isBlank());
    }
}
