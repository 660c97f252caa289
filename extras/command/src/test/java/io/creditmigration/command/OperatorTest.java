package io.creditmigration.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.creditmigration.command.Command.Ended;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** What operators do between a plan and a report, on H2. */
final class OperatorTest {

    private static final String USERS = """
            CREATE TABLE users (
                id INT PRIMARY KEY,
                credits DECIMAL(12, 4),
                migrated BOOLEAN DEFAULT FALSE NOT NULL,
                created_at TIMESTAMP WITH TIME ZONE NOT NULL,
                role VARCHAR(10) DEFAULT 'member' NOT NULL
            );
            INSERT INTO users (id, credits, created_at)
            SELECT n, CASE WHEN n <= 40 THEN 0 ELSE n END, TIMESTAMP WITH TIME ZONE '2025-06-01 00:00:00+00'
            FROM SYSTEM_RANGE(1, 60) AS t(n);
            UPDATE users SET role = 'admin', credits = 7 WHERE id = 60;
            """;

    @TempDir
    Path folder;

    private Command command;
    private Server shop;

    @BeforeEach
    void anApplication(TestInfo test) {
        String url = "jdbc:h2:mem:" + test.getTestMethod().orElseThrow().getName() + ";DB_CLOSE_DELAY=-1";
        shop = new Server(url, "sa", "");
        shop.execute(USERS);
        command = new Command(folder);
        configure("confirm-positive", "");
        assertThat(run("schema", "--apply", "--yes").exitCode()).isZero();
    }

    @Test
    void the_one_time_script_migrates_users_without_credits_and_nobody_else() {
        Ended dry = run("migrate", "--zero-credits-only", "--json");
        Ended done = run("migrate", "--zero-credits-only", "--apply", "--yes", "--json");

        assertThat(dry.exitCode()).isZero();
        assertThat(dry.json().get("applied").asBoolean()).isFalse();
        assertThat(done.json().get("run").get("outcomes").toString()).isEqualTo("{\"MIGRATED\":40}");
        assertThat(shop.value("SELECT COUNT(*) FROM users WHERE migrated AND id <= 40"))
                .isEqualTo("40");
        assertThat(shop.value("SELECT COUNT(*) FROM users WHERE migrated AND id > 40"))
                .isEqualTo("0");
        assertThat(run("migrate", "--zero-credits-only", "--apply", "--yes").exitCode())
                .isEqualTo(3);
    }

    @Test
    void a_user_confirms_is_taken_back_and_allowed_again() {
        Ended quote = run("confirm", "50", "--json");
        assertThat(quote.exitCode()).isZero();
        assertThat(quote.json().get("quote").get("newCredits").asText()).isEqualTo("20");
        assertThat(credits(50)).isEqualTo("50.0000");

        assertThat(run("confirm", "50", "--apply", "--yes", "--actor", "ann").exitCode())
                .isZero();
        assertThat(credits(50)).isEqualTo("20.0000");
        assertThat(run("confirm", "50", "--apply", "--yes").exitCode()).isEqualTo(3);
        JsonNode story = run("explain", "50", "--json").json();
        assertThat(story.get("status").asText()).isEqualTo("COMPLETED");
        assertThat(story.get("log").get(0).get("actor").asText()).isEqualTo("ann");

        assertThat(run("rollback", "50").exitCode()).describedAs("dry").isZero();
        assertThat(credits(50)).isEqualTo("20.0000");
        assertThat(run("rollback", "50", "--apply", "--yes", "--reason", "asked for it")
                        .exitCode())
                .isZero();
        assertThat(credits(50)).isEqualTo("50.0000");
        assertThat(run("rollback", "50", "--apply", "--yes").exitCode()).isEqualTo(3);
        assertThat(run("reopen", "50").exitCode()).isZero();
        assertThat(run("reopen", "50").exitCode()).isEqualTo(3);
        assertThat(run("confirm", "50", "--json")
                        .json()
                        .get("quote")
                        .get("attempt")
                        .asInt())
                .isEqualTo(2);
    }

    @Test
    void the_users_of_one_run_are_taken_back() {
        run("migrate", "--zero-credits-only", "--apply", "--yes");
        run("confirm", "50", "--apply", "--yes");
        JsonNode status = run("status", "--json").json();
        String id = status.get("latestRun").get("id").asText();

        assertThat(run("rollback", "--run", id, "--apply", "--yes").exitCode()).isEqualTo(2);
        run("halt");
        assertThat(run("rollback", "--run", "no-such-run").exitCode()).isEqualTo(2);
        Ended back = run("rollback", "--run", id, "--apply", "--yes", "--json");

        assertThat(back.exitCode()).describedAs(back.toString()).isZero();
        assertThat(back.json().get("run").get("rollbacks").toString()).isEqualTo("{\"ROLLED_BACK\":40}");
        assertThat(shop.value("SELECT COUNT(*) FROM users WHERE migrated")).isEqualTo("1");
        assertThat(credits(50)).isEqualTo("20.0000");
    }

    @Test
    void exempt_users_are_left_alone_unless_asked_for() {
        configure("none", "");

        run("migrate", "--apply", "--yes");
        assertThat(credits(60)).isEqualTo("7.0000");

        assertThat(run("migrate", "--include-exempt", "--apply", "--yes").exitCode())
                .isZero();
        assertThat(credits(60)).isEqualTo("2.8000");
    }

    @Test
    void a_list_of_users() {
        configure("none", "");
        command.write("users.txt", "41\n\n 42 \n4711\n");

        Ended done = run("migrate", "--users", command.file("users.txt").toString(), "--apply", "--yes", "--json");

        assertThat(done.json().get("plan").get("outcomes").toString()).isEqualTo("{\"UNKNOWN_USER\":1,\"MIGRATED\":2}");
        assertThat(done.json().get("run").get("outcomes").toString()).isEqualTo("{\"MIGRATED\":2}");
        assertThat(shop.value("SELECT COUNT(*) FROM users WHERE migrated")).isEqualTo("2");
    }

    @Test
    void who_fails_is_listed_and_tried_again() {
        configure("none", "");
        shop.execute("ALTER TABLE users ADD CONSTRAINT not_17 CHECK (NOT (migrated AND credits = 20))");

        Ended some = run("migrate", "--apply", "--yes");
        Ended listed = run("failed", "--json");
        shop.execute("ALTER TABLE users DROP CONSTRAINT not_17");
        Ended dry = run("failed", "--retry");
        Ended retried = run("failed", "--retry", "--apply", "--yes", "--json");

        assertThat(some.exitCode()).isEqualTo(4);
        assertThat(listed.exitCode()).isEqualTo(4);
        assertThat(listed.json().get("failed").get(0).get("userId").asText()).isEqualTo("50");
        assertThat(listed.json().get("failed").get(0).get("error").asText()).containsIgnoringCase("not_17");
        assertThat(dry.exitCode()).isZero();
        assertThat(retried.exitCode()).describedAs(retried.toString()).isZero();
        assertThat(credits(50)).isEqualTo("20.0000");
        assertThat(run("failed").exitCode()).isEqualTo(3);
    }

    @Test
    void a_limit_pauses_the_run_until_somebody_resumes_it() {
        command.write("credit-migration.yaml", """
                database: { url: '%s', user: sa, password-from: none }
                users: { table: users, registered-at: created_at }
                accounts: { own: true }
                migration:
                  id: credits
                  cut-off: 2026-01-06T00:00:00Z
                  grant: { base: 20 }
                run: { page-size: 5, granted-max: 10 }
                """.formatted(shop.url()));

        Ended tripped = run("migrate", "--apply", "--yes", "--json");
        Ended again = run("migrate", "--apply", "--yes");

        assertThat(tripped.exitCode()).describedAs(tripped.toString()).isEqualTo(5);
        assertThat(tripped.json().get("run").get("reason").asText())
                .contains("credits granted, more than the 10 allowed");
        assertThat(tripped.err()).contains("To go on: credit-migration resume");
        assertThat(again.exitCode()).isEqualTo(5);
        assertThat(run("cancel", "--reason", "too much").exitCode()).isZero();
        assertThat(run("cancel").exitCode()).isEqualTo(3);
        assertThat(run("resume").exitCode()).isEqualTo(3);
    }

    @Test
    void stages_wait_for_approval() {
        configure("none", "");

        Ended first = run("migrate", "--stages", "50,100", "--approve", "--apply", "--yes", "--json");
        Ended notYet = run("migrate", "--stages", "50,100", "--approve", "--apply", "--yes");
        assertThat(run("rollout", "100", "--reason", "looks well").exitCode()).isZero();
        Ended second = run("migrate", "--stages", "50,100", "--approve", "--apply", "--yes");

        assertThat(first.exitCode()).describedAs(first.toString()).isEqualTo(9);
        assertThat(first.json().get("run").get("state").asText()).isEqualTo("AWAITING_APPROVAL");
        assertThat(notYet.exitCode()).isEqualTo(9);
        assertThat(second.exitCode()).isZero();
        assertThat(shop.value("SELECT COUNT(*) FROM users WHERE migrated")).isEqualTo("59");
    }

    @Test
    void stages_wait_until_nothing_is_wrong() {
        configure("none", "");

        assertThat(run("migrate", "--stages", "50", "--apply", "--yes").exitCode())
                .isZero();
        shop.execute("UPDATE credit_migration_journal SET new_credits = new_credits + 1");
        Ended wrong = run("migrate", "--stages", "50,100", "--verify", "--apply", "--yes", "--json");
        shop.execute("UPDATE credit_migration_journal SET new_credits = new_credits - 1");
        Ended right = run("migrate", "--stages", "50,100", "--verify", "--apply", "--yes");

        assertThat(wrong.exitCode()).describedAs(wrong.toString()).isEqualTo(7);
        assertThat(wrong.json().get("run").get("state").asText()).isEqualTo("UNVERIFIED");
        assertThat(right.exitCode()).isZero();
        assertThat(shop.value("SELECT COUNT(*) FROM users WHERE migrated")).isEqualTo("59");
    }

    @Test
    void a_halt_stops_everything_and_is_taken_back() {
        assertThat(run("rollout", "25").exitCode()).isZero();
        assertThat(run("rollout", "25").exitCode()).isEqualTo(3);
        assertThat(run("halt", "--reason", "wrong rate").exitCode()).isZero();
        assertThat(run("halt").exitCode()).isEqualTo(3);
        assertThat(run("migrate", "--apply", "--yes").exitCode()).isEqualTo(9);

        JsonNode status = run("status", "--json").json();
        assertThat(status.get("rollout").toString()).contains("\"percent\":25", "\"halted\":true");
        assertThat(status.get("events").get(0).get("reason").asText()).isEqualTo("wrong rate");
        assertThat(run("halt", "--off").exitCode()).isZero();
        assertThat(run("rollout", "--json").json().get("rollout").get("halted").asBoolean())
                .isFalse();
    }

    @Test
    void notices_are_counted_and_announced() {
        assertThat(run("notices", "--announce", "--apply", "--yes").exitCode()).isEqualTo(2);
        configure("none", "notices: true");

        Ended dry = run("notices", "--announce", "--json");
        Ended announced = run("notices", "--announce", "--apply", "--yes", "--json");
        Ended again = run("notices", "--announce", "--apply", "--yes");
        run("migrate", "--apply", "--yes");

        assertThat(dry.json().get("applied").asBoolean()).isFalse();
        assertThat(announced.json().get("queued").asInt()).isEqualTo(19);
        assertThat(again.exitCode()).isEqualTo(3);
        assertThat(run("notices", "--json").json().get("counts").toString())
                .contains("{\"kind\":\"COMPLETE\",\"notices\":19,\"state\":\"QUEUED\"}");
        assertThat(run("notices", "--requeue", "--apply", "--yes").exitCode()).isEqualTo(3);
    }

    @Test
    void before_the_first_run_there_is_none_to_pause() {
        Ended paused = run("pause");

        assertThat(paused.exitCode()).isEqualTo(2);
        assertThat(paused.err()).contains("there is no run yet; see 'credit-migration migrate'");
        assertThat(run("status").out()).contains("No run yet.");
    }

    @Test
    void the_population_is_analysed() {
        Ended analysis = run("analyze", "--json");

        assertThat(analysis.exitCode()).isZero();
        assertThat(analysis.json().get("balances").toString())
                .isEqualTo("{\"ABSENT\":0,\"NEGATIVE\":0,\"ZERO\":40,\"DUST\":0,\"POSITIVE\":20}");
    }

    private Ended run(String... args) {
        return command.inThisProcess(args);
    }

    private String credits(int user) {
        return shop.value("SELECT credits FROM users WHERE id = " + user);
    }

    private void configure(String consent, String more) {
        command.write("credit-migration.yaml", """
                database: { url: '%s', user: sa, password-from: none }
                users:
                  table: users
                  balance: credits
                  flag: migrated
                  registered-at: created_at
                  exempt: { column: role, values: admin }
                migration:
                  id: rate-2500
                  cut-off: 2026-01-06T00:00:00Z
                  convert: { from: 1000, to: 2500 }
                  consent: %s
                %s
                """.formatted(shop.url(), consent, more));
    }
}
