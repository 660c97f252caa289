package io.creditmigration.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.creditmigration.command.Command.Ended;
import io.creditmigration.command.Command.Running;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The day of a migration, each command a process of its own, beside plain SQL. */
final class OperatorsDayTest {

    private static final String USERS = """
            CREATE TABLE users (
                id BIGINT PRIMARY KEY,
                credits NUMERIC(14, 4) NOT NULL,
                migrated BOOLEAN DEFAULT FALSE NOT NULL,
                version BIGINT DEFAULT 0 NOT NULL,
                created_at TIMESTAMPTZ NOT NULL
            );
            CREATE TABLE operations (id BIGINT PRIMARY KEY, user_id BIGINT NOT NULL, made_at TIMESTAMPTZ NOT NULL);
            CREATE INDEX operations_by_user ON operations (user_id, made_at);
            INSERT INTO users (id, credits, created_at)
            SELECT n, 0, CASE WHEN n > 90 THEN TIMESTAMPTZ '2026-01-07 00:00:00Z' ELSE TIMESTAMPTZ '2025-06-01 00:00:00Z' END
            FROM generate_series(1, 100) AS g(n);
            INSERT INTO operations SELECT u * 1000 + o, u, TIMESTAMPTZ '2026-01-05 00:00:00Z' - o * INTERVAL '5 minutes'
            FROM generate_series(1, 90) AS u, LATERAL generate_series(1, CASE WHEN u % 30 = 0 THEN 12 ELSE u % 3 END) AS o;
            INSERT INTO operations SELECT u * 1000 + o, u, TIMESTAMPTZ '2026-01-08 00:00:00Z' + o * INTERVAL '5 minutes'
            FROM generate_series(91, 100) AS u, generate_series(1, 20) AS o;
            """;

    private static final String CONCERNED = "registered.created_at < '2026-01-06T00:00:00Z'";

    @TempDir
    Path folder;

    private Command command;
    private Server shop;

    @Test
    void from_rate_limits_to_credits() {
        begin("operators_day_limits", "grant: { base: 20, above: { 10: 50 } }");

        JsonNode analysis = json("analyze", "--high-usage", "high.txt", "--json");
        JsonNode plan = json("plan", "--json").get("plan");
        String concerned = shop.value("SELECT COUNT(*) FROM users registered WHERE " + CONCERNED);
        String operations =
                shop.value("SELECT COUNT(*) FROM operations o JOIN users registered ON registered.id = o.user_id WHERE "
                        + CONCERNED);
        assertThat(analysis.get("users").asText()).isEqualTo(concerned).isEqualTo("90");
        assertThat(analysis.get("operationsToMigrate").asText()).isEqualTo(operations);
        assertThat(analysis.get("others").get("newcomers").asInt()).isEqualTo(10);
        assertThat(analysis.get("others").get("operations").asInt()).isEqualTo(200);
        assertThat(plan.get("outcomes").get("MIGRATED").asText()).isEqualTo(concerned);
        assertThat(command.text("high.txt")).isEqualTo("30\n60\n90\n");

        Running slow = command.start(
                "migrate", "--apply", "--yes", "--users-per-second", "5", "--actor", "ann", "--reason", "Monday");
        Command.await(() ->
                !shop.value("SELECT COUNT(*) FROM credit_migration_journal").equals("0"));
        slow.process().destroyForcibly();
        slow.ended();
        Ended rest = command.run("migrate", "--apply", "--yes", "--users-per-second", "1000");
        assertThat(rest.exitCode()).describedAs(rest.toString()).isZero();
        assertThat(rest.err()).contains("goes on with pages of 5 users", "1000 users per second");
        assertThat(rest.out()).contains("opened by ann: Monday", ": finished");
        Ended status = command.run("status");
        assertThat(status.out()).doesNotContain("RunSettings[", "1 users");
        assertThat(status.out().lines()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
        assertThat(json("status", "--json").get("users").get("COMPLETED").asText())
                .isEqualTo(concerned);

        shop.execute("UPDATE users SET credits = credits - 1, version = version + 1 WHERE id = 7");
        Ended one = command.run("rollback", "8", "--apply", "--yes");
        assertThat(one.exitCode()).describedAs(one.toString()).isZero();
        assertThat(one.out()).doesNotContain("halt", "migrated-and-listed");
        assertThat(command.run("halt", "--reason", "wrong grant").exitCode()).isZero();
        Ended all = command.run("rollback", "--all", "--apply", "--yes");
        assertThat(all.exitCode()).describedAs(all.toString()).isEqualTo(4);
        assertThat(all.out().substring(all.out().indexOf("\nRun ")))
                .containsPattern("ROLLED_BACK +88 ")
                .contains("MOVED_SINCE", "Left alone", "user 7 ");
    }

    @Test
    void from_an_old_rate_to_a_new_one() {
        begin("operators_day_rate", "convert: { from: 1000, to: 2500 }");
        shop.execute("UPDATE users SET credits = 50 WHERE id = 50");

        Ended confirmed =
                command.run("confirm", "50", "--actor", "ann", "--reason", "said yes on the phone", "--apply", "--yes");
        Ended migrated = command.run("migrate", "--apply", "--yes");
        Ended verified = command.run("verify");
        JsonNode complaints = json("verify", "--support-tickets", "2", "--json");

        assertThat(confirmed.exitCode()).describedAs(confirmed.toString()).isZero();
        assertThat(shop.value("SELECT actor || ': ' || reason FROM credit_migration_log WHERE user_id = '50'"))
                .startsWith("ann: ")
                .endsWith("; said yes on the phone");
        assertThat(migrated.out()).doesNotContain("Largest changes");
        assertThat(verified.exitCode()).describedAs(verified.toString()).isZero();
        assertThat(verified.out())
                .contains("goal: everybody is migrated")
                .doesNotContain("20 credits", "history preserved", "support tickets");
        assertThat(complaints.get("metrics").get("missed").toString())
                .isEqualTo("[\"SUPPORT_TICKETS_BELOW_1_PERCENT\"]");
    }

    private JsonNode json(String... args) {
        Ended ended = command.run(args);
        assertThat(ended.exitCode()).describedAs(ended.toString()).isZero();
        return ended.json();
    }

    private void begin(String database, String policy) {
        shop = Server.database(database);
        shop.execute(USERS);
        command = new Command(folder).with("CREDIT_MIGRATION_PASSWORD", shop.password());
        command.write("credit-migration.yaml", """
                database: { url: '%s', user: '%s' }
                users:
                  { table: users, balance: credits, flag: migrated, version: version, registered-at: created_at }
                operations: { table: operations, id: id, user: user_id, at: made_at }
                migration: { id: day, cut-off: 2026-01-06T00:00:00Z, %s }
                run: { page-size: 5 }
                """.formatted(shop.url(), shop.user(), policy));
        assertThat(command.run("schema", "--apply", "--yes").exitCode()).isZero();
    }
}
