package io.creditmigration.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.creditmigration.command.Command.Ended;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An operator's day, as processes against a real PostgreSQL whose application has named its tables as it liked. */
final class UnusualNamesTest {

    private static final int USERS = 500;

    @TempDir
    Path folder;

    @Test
    void an_operator_goes_from_init_to_the_report() {
        Server shop = Server.database("unusual_names");
        ShopTables.create(shop, USERS);
        Command command = new Command(folder).with("SHOP_PASSWORD", shop.password());

        Ended init = command.run(
                "init",
                "--url",
                shop.url(),
                "--user",
                shop.user(),
                "--password-from",
                "env:SHOP_PASSWORD",
                "--schema",
                "My Shop",
                "--users-table",
                "App \"Users\" 1",
                "--json");
        assertThat(init.exitCode()).describedAs(init.toString()).isZero();
        assertThat(init.json().get("guesses").toString())
                .contains("users.table", "users.id", "users.balance", "users.registered-at");
        assertThat(command.text("credit-migration.yaml"))
                .contains("table: \"App \\\"Users\\\" 1\"", "balance: \"Credit Balance\"", "id: user  # GUESSED")
                .doesNotContain(" password: ");
        assertThat(command.run("plan").exitCode())
                .describedAs("what is TODO is refused")
                .isEqualTo(2);

        command.write("credit-migration.yaml", ShopTables.edited(command.text("credit-migration.yaml"), "none"));
        assertThat(command.run("migrate").exitCode())
                .describedAs("no tables yet")
                .isEqualTo(8);
        Ended early = command.run("plan", "--json");
        assertThat(early.exitCode()).describedAs(early.toString()).isZero();
        assertThat(command.run("schema", "--apply", "--yes").exitCode()).isZero();
        assertThat(command.run("schema", "--apply", "--yes").exitCode()).isEqualTo(3);

        Ended plan = command.run("plan", "--save", "plan.json", "--json");
        assertThat(plan.exitCode()).isZero();
        assertThat(plan.json().get("plan"))
                .describedAs("the plan is the same as before there were tables")
                .isEqualTo(early.json().get("plan"));
        JsonNode outcomes = plan.json().get("plan").get("outcomes");
        assertThat(outcomes.get("MIGRATED").asInt()).isEqualTo(USERS - 3);
        assertThat(outcomes.get("EXEMPT").asInt()).isOne();
        assertThat(outcomes.get("NEGATIVE_BALANCE").asInt()).isOne();
        assertThat(outcomes.get("NOT_SUBJECT").asInt()).isOne();

        assertThat(command.run("migrate").exitCode()).describedAs("dry").isZero();
        assertThat(command.run("migrate", "--apply").exitCode())
                .describedAs("nobody to ask")
                .isEqualTo(2);
        assertThat(changed(shop)).isEqualTo("0");

        Ended migrate = command.run("migrate", "--apply", "--yes", "--plan", "plan.json", "--tolerance", "0", "--json");
        assertThat(migrate.exitCode()).describedAs(migrate.toString()).isZero();
        assertThat(migrate.json().get("run").get("state").asText()).isEqualTo("FINISHED");
        assertThat(migrate.json().get("run").get("outcomes").get("MIGRATED").asInt())
                .isEqualTo(USERS - 3);
        assertThat(converted(shop)).isEqualTo(String.valueOf(USERS - 3));
        assertThat(command.run("migrate", "--apply", "--yes").exitCode())
                .describedAs("again")
                .isEqualTo(3);

        Ended approved =
                command.run("migrate", "--apply", "--yes", "--plan", "plan.json", "--tolerance", "0", "--json");
        assertThat(approved.exitCode()).describedAs(approved.toString()).isEqualTo(3);
        assertThat(approved.json().get("drift").asText()).isEqualTo("0");

        Ended verified = command.run("verify", "--json");
        assertThat(verified.exitCode()).describedAs(verified.toString()).isZero();
        assertThat(verified.json().get("clean").asBoolean()).isTrue();
        assertThat(verified.json().get("figures").get("balancesProved").asInt()).isEqualTo(USERS - 3);
        Ended sealed = command.run("seal", "--actor", "ann", "--json");
        assertThat(sealed.exitCode()).isZero();
        assertThat(sealed.json().get("seals").get(0).get("entries").asInt())
                .describedAs("lines, the definition and the run")
                .isEqualTo(USERS - 3 + 2);
        String digest = sealed.json().get("seals").get(0).get("digest").asText();

        Ended report = command.run("report", "--plan", "plan.json", "--json");
        assertThat(report.exitCode()).isZero();
        assertThat(command.text("credit-migration-report.html"))
                .contains("</html>", "nothing is wrong", digest)
                .doesNotContain("http://", "https://", "<script");

        Ended explained = command.run("explain", "4", "--json");
        assertThat(explained.json().get("status").asText()).isEqualTo("COMPLETED");
        assertThat(explained.json().get("story").toString()).contains("migrated to", "COMPLETED since then");

        assertThat(command.run("rollback", "--all", "--apply", "--yes").exitCode())
                .describedAs("not halted")
                .isEqualTo(2);
        assertThat(command.run("halt", "--reason", "wrong rate").exitCode()).isZero();
        assertThat(command.run("status", "--json")
                        .json()
                        .get("rollout")
                        .get("halted")
                        .asBoolean())
                .isTrue();
        Ended dry = command.run("rollback", "--all", "--json");
        assertThat(dry.exitCode()).isZero();
        assertThat(dry.json().get("applied").asBoolean()).isFalse();
        assertThat(changed(shop)).isEqualTo(String.valueOf(USERS - 3));
        Ended back = command.run("rollback", "--all", "--reason", "wrong rate", "--apply", "--yes", "--json");
        assertThat(back.exitCode()).describedAs(back.toString()).isZero();
        assertThat(back.json().get("run").get("rollbacks").get("ROLLED_BACK").asInt())
                .isEqualTo(USERS - 3);
        assertThat(different(shop)).isEqualTo("0");
        assertThat(command.run("rollback", "--all", "--apply", "--yes").exitCode())
                .isEqualTo(3);

        Ended again = command.run("verify", "--json");
        assertThat(again.exitCode()).describedAs(again.toString()).isZero();
        assertThat(again.json().get("users").get("records").get("ROLLED_BACK").asInt())
                .isEqualTo(USERS - 3);
    }

    @Test
    void a_corrupted_balance_and_a_line_altered_after_the_seal_are_found() {
        Server shop = Server.database("corrupted");
        ShopTables.create(shop, 50);
        Command command = new Command(folder);
        command.write("password", shop.password());
        command.run(
                "init",
                "--password-from",
                "file:" + command.file("password"),
                "--url",
                shop.url(),
                "--user",
                shop.user(),
                "--schema",
                "My Shop",
                "--users-table",
                "App \"Users\" 1");
        command.write("credit-migration.yaml", ShopTables.edited(command.text("credit-migration.yaml"), "none"));
        command.run("schema", "--apply", "--yes");
        command.run("migrate", "--apply", "--yes");
        command.run("seal");
        shop.execute("UPDATE credit_migration_journal SET new_credits = new_credits + 1 WHERE user_id = '7'");

        Ended verified = command.inThisProcess("verify", "--json");

        assertThat(verified.exitCode()).isEqualTo(7);
        assertThat(verified.json().get("outcome").asText()).isEqualTo("VERIFICATION_FAILED");
        assertThat(verified.json()
                        .get("found")
                        .get("SEALED_LINE_ALTERED")
                        .get("first")
                        .get(0)
                        .get("userId")
                        .asText())
                .isEqualTo("7");
        assertThat(command.inThisProcess("verify").out()).contains("SOMETHING IS WRONG", "user 7: ");
    }

    private static String different(Server shop) {
        return shop.value("""
                SELECT COUNT(*) FROM (
                    SELECT * FROM "My Shop"."App ""Users"" 1" EXCEPT SELECT * FROM before_migration
                ) AS changed
                """);
    }

    private static String changed(Server shop) {
        return shop.value("""
                SELECT COUNT(*) FROM "My Shop"."App ""Users"" 1" u JOIN before_migration b ON b."user" = u."user"
                WHERE u."order" <> b."order"
                """);
    }

    private static String converted(Server shop) {
        return shop.value("""
                SELECT COUNT(*) FROM "My Shop"."App ""Users"" 1" u JOIN before_migration b ON b."user" = u."user"
                WHERE u."order" AND NOT b."order" AND u."Rate Limit" = 10
                    AND abs(u."Credit Balance" * 2500 - b."Credit Balance" * 1000) <= 12.5
                """);
    }
}
