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
                role VARCHAR(10) DEFAULT 'member' NOT NULL,
                version BIGINT DEFAULT 0 NOT NULL
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
        grant("run: { page-size: 5, granted-max: 10 }");

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
        assertThat(run("migrate", "--stages", "50,100").exitCode())
                .describedAs("dry, with a stage to come")
                .isZero();
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
        assertThat(status.get("events").findValuesAsText("reason")).contains("wrong rate");
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
    void the_doctor_finds_names_in_capitals_too() {
        Ended ended = run("doctor");

        assertThat(ended.exitCode()).describedAs(ended.toString()).isZero();
        assertThat(ended.out())
                .contains("reads and writes what a migration needs", "none is needed but the users' key");
    }

    @Test
    void the_population_is_analysed() {
        Ended analysis = run("analyze", "--json");

        assertThat(analysis.exitCode()).isZero();
        assertThat(analysis.json().get("balances").toString())
                .isEqualTo("{\"ABSENT\":0,\"NEGATIVE\":0,\"ZERO\":40,\"DUST\":0,\"POSITIVE\":19}");
        assertThat(analysis.json().get("users").asInt()).isEqualTo(59);
        assertThat(analysis.json().get("others").toString())
                .isEqualTo("{\"exempt\":1,\"newcomers\":0,\"byHost\":0,\"operations\":0}");
    }

    @Test
    void high_usage_users_are_listed_and_newcomers_are_counted_apart() {
        shop.execute("""
                CREATE TABLE operations (id INT PRIMARY KEY, user_id INT, made_at TIMESTAMP WITH TIME ZONE);
                INSERT INTO operations SELECT n, 7, TIMESTAMP WITH TIME ZONE '2026-01-05 10:00:00+00' FROM SYSTEM_RANGE(1, 9) AS t(n);
                INSERT INTO operations SELECT 9 + n, 8, TIMESTAMP WITH TIME ZONE '2026-01-06 10:00:00+00' FROM SYSTEM_RANGE(1, 9) AS t(n);
                UPDATE users SET created_at = TIMESTAMP WITH TIME ZONE '2026-01-06 09:00:00+00' WHERE id = 8;
                """);
        grant("operations: { table: operations, id: id, user: user_id, at: made_at, history: false }");

        Ended analysis = run("analyze", "--high-usage", command.file("high.txt").toString(), "--json");

        assertThat(analysis.json().get("highUsageUsers").asInt()).isOne();
        assertThat(analysis.json().get("operationsToMigrate").asInt()).isEqualTo(9);
        assertThat(analysis.json().get("others").get("newcomers").asInt()).isOne();
        assertThat(analysis.json().get("others").get("operations").asInt()).isEqualTo(9);
        assertThat(command.text("high.txt")).isEqualTo("7\n");
    }

    @Test
    void what_an_operator_says_is_kept_with_the_run_and_with_each_stage() {
        configure("none", "");

        Ended done = run(
                "migrate",
                "--stages",
                "50,100",
                "--actor",
                "ann",
                "--reason",
                "approved on Monday",
                "--apply",
                "--yes",
                "--json");

        assertThat(done.json().get("run").get("openedBy").asText()).isEqualTo("ann");
        assertThat(done.json().get("run").get("openedFor").asText()).isEqualTo("approved on Monday");
        assertThat(run("status").out())
                .contains("rollout 50 % by ann: approved on Monday", "opened by ann: approved on Monday");
    }

    @Test
    void a_pace_that_is_asked_for_is_applied_to_the_run_that_is_there() {
        grant("run: { page-size: 5, granted-max: 10 }");
        assertThat(run("migrate", "--apply", "--yes").exitCode()).isEqualTo(5);
        grant("run: { page-size: 7 }");

        Ended kept = run("migrate", "--apply", "--yes");
        Ended tuned = run("migrate", "--apply", "--yes", "--users-per-second", "1", "--actor", "ann");

        assertThat(kept.err()).contains("goes on with its own settings: pages of 5 users");
        assertThat(tuned.err()).contains("goes on with pages of 5 users", "1 user per second");
        Ended status = run("status");
        assertThat(status.out()).contains("retuned: pages of 5 users").doesNotContain("RunSettings[");
        assertThat(status.out().lines()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
        assertThat(run("status", "--json")
                        .json()
                        .get("latestRun")
                        .get("settings")
                        .get("usersPerSecond")
                        .asInt())
                .isOne();
    }

    @Test
    void a_rollback_names_its_outcomes_and_the_users_that_it_left_alone() {
        grant("");
        assertThat(run("migrate", "--apply", "--yes").exitCode()).isZero();
        shop.execute("UPDATE users SET credits = credits - 1, version = version + 1 WHERE id = 5");

        Ended one = run("rollback", "6", "--apply", "--yes");
        run("halt");
        Ended all = run("rollback", "--all", "--apply", "--yes");

        assertThat(one.out())
                .startsWith("Plan of rolling back user 6 of migration credits")
                .doesNotContain("halt", "migrated-and-listed");
        assertThat(all.exitCode()).describedAs(all.toString()).isEqualTo(4);
        String summary = all.out().substring(all.out().indexOf("\nRun "));
        assertThat(summary)
                .contains("for everybody migrated, is FINISHED", "MOVED_SINCE", "Left alone", "user 5 ")
                .containsPattern("ROLLED_BACK +58 ");
    }

    @Test
    void goals_that_do_not_apply_are_not_shown_and_support_tickets_are_judged() {
        configure("none", "");
        run("migrate", "--apply", "--yes");

        Ended verified = run("verify");
        Ended complaints = run("verify", "--support-tickets", "1", "--json");

        assertThat(verified.out())
                .contains("goal: everybody is migrated")
                .doesNotContain("20 credits", "history preserved", "support tickets");
        assertThat(complaints.json().get("metrics").get("missed").toString())
                .isEqualTo("[\"SUPPORT_TICKETS_BELOW_1_PERCENT\"]");
    }

    @Test
    void one_is_one_and_nothing_to_nothing_is_no_change() {
        shop.execute("DELETE FROM users WHERE id <> 1");

        Ended plan = run("plan");
        shop.execute("UPDATE users SET credits = -1");
        Ended negative = run("plan");

        assertThat(plan.out()).contains("for everybody: 1 user\n").doesNotContain("Largest changes");
        assertThat(negative.out()).contains("1 user has a balance below zero");
    }

    private Ended run(String... args) {
        return command.inThisProcess(args);
    }

    private String credits(int user) {
        return shop.value("SELECT credits FROM users WHERE id = " + user);
    }

    private void grant(String more) {
        command.write("credit-migration.yaml", """
                database: { url: '%s', user: sa, password-from: none }
                users:
                  { table: users, balance: credits, flag: migrated, version: version, registered-at: created_at }
                migration: { id: credits, cut-off: 2026-01-06T00:00:00Z, grant: { base: 20, above: { 10: 50 } } }
                %s
                """.formatted(shop.url(), more));
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
