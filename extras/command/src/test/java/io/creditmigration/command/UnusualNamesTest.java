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
        assertThat(command.run("plan").exitCode()).describedAs("no tables yet").isEqualTo(8);
        assertThat(command.run("schema", "--apply", "--yes").exitCode()).isZero();
        assertThat(command.run("schema", "--apply", "--yes").exitCode()).isEqualTo(3);

        Ended plan = command.run("plan", "--save", "plan.json", "--json");
        assertThat(plan.exitCode()).isZero();
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

        Ended drifted = command.run("migrate", "--apply", "--yes", "--plan", "plan.json", "--json");
        assertThat(drifted.exitCode()).isEqualTo(6);
        assertThat(drifted.json().get("outcome").asText()).isEqualTo("DRIFT");

        Ended report = command.run("report", "--plan", "plan.json", "--json");
        assertThat(report.exitCode()).isZero();
        assertThat(command.text("credit-migration-report.html"))
                .contains("</html>")
                .doesNotContain("http://", "https://");

        assertThat(command.run("explain", "4", "--json").json().get("status").asText())
                .isEqualTo("COMPLETED");
        assertThat(command.run("halt", "--reason", "a look").exitCode()).isZero();
        assertThat(command.run("halt").exitCode()).isEqualTo(3);
        assertThat(command.run("status", "--json")
                        .json()
                        .get("rollout")
                        .get("halted")
                        .asBoolean())
                .isTrue();
        assertThat(command.run("rollback", "4", "--apply", "--yes").exitCode()).isZero();
        assertThat(changed(shop)).isEqualTo(String.valueOf(USERS - 4));
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
