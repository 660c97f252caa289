package io.creditmigration.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.creditmigration.command.Command.Ended;
import io.creditmigration.command.Command.Running;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** A plan that somebody has approved is about the population, however far the rollout and the run have come. */
final class ApprovedPlanTest {

    private static final int USERS = 1_200;
    private static final String TO_GO_ON = "To go on: credit-migration resume, then credit-migration ";

    @TempDir
    Path folder;

    private Server shop;
    private Command command;

    @BeforeEach
    void anApprovedPlan(TestInfo test) {
        shop = Server.database(test.getTestMethod().orElseThrow().getName().substring(0, 20));
        ShopTables.create(shop, USERS);
        command = new Command(folder).with("CREDIT_MIGRATION_PASSWORD", shop.password());
        command.run("init", "--url", shop.url(), "--user", shop.user(), "--schema", "My Shop");
        command.write(
                "credit-migration.yaml",
                ShopTables.edited(command.text("credit-migration.yaml"), "none")
                        .replace("page-size: 1000", "page-size: 20"));
        assertThat(command.run("schema", "--apply", "--yes").exitCode()).isZero();
        assertThat(command.run("plan", "--save", "p.json").exitCode()).isZero();
        assertThat(command.run("rollout", "5", "--reason", "beforehand").exitCode())
                .isZero();
    }

    @Test
    void two_processes_a_kill_a_pause_and_a_changed_rollout_come_to_the_exact_end() {
        String[] approved = {
            "migrate",
            "--plan",
            "p.json",
            "--tolerance",
            "0",
            "--stages",
            "50,100",
            "--verify",
            "--apply",
            "--yes",
            "--actor",
            "ann",
            "--reason",
            "approved-on-Monday",
            "--users-per-second",
            "60"
        };

        Running first = command.start(approved);
        Command.await(() -> migrated() > 0);
        Running second = command.start(approved);
        Command.await(() -> second.said().contains(" % of "));
        first.process().destroyForcibly();
        first.ended();
        long afterKill = migrated();
        Command.await(() -> migrated() > afterKill);
        assertThat(command.run("pause", "--reason", "lunch").exitCode()).isZero();
        Ended paused = second.ended();

        assertThat(paused.exitCode()).describedAs(paused.toString()).isEqualTo(9);
        assertThat(paused.err()).contains(TO_GO_ON);
        assertThat(migrated()).isPositive().isLessThan(USERS - 3);
        String printed = paused.err()
                .substring(paused.err().indexOf(TO_GO_ON) + TO_GO_ON.length())
                .strip();
        assertThat(printed).startsWith("migrate --plan p.json --tolerance 0");
        assertThat(command.run("rollout", "60").exitCode()).isZero();
        assertThat(command.run("resume").exitCode()).isZero();
        Ended last = command.run(printed.split(" "));

        assertThat(last.exitCode()).describedAs(last.toString()).isZero();
        assertThat(last.out()).contains("opened by ann: approved-on-Monday").contains(": finished");
        assertThat(migrated()).isEqualTo(USERS - 3);
        assertThat(shop.value("""
                SELECT COUNT(*) FROM "My Shop"."App ""Users"" 1" u JOIN before_migration b ON b."user" = u."user"
                WHERE u."order" AND u."Credit Balance" <> ROUND(b."Credit Balance" * 0.4, 2)
                """)).isEqualTo("0");
        Ended again = command.run(approved);
        assertThat(again.exitCode()).describedAs(again.toString()).isEqualTo(3);
    }

    @Test
    void a_population_that_changed_is_refused() {
        shop.execute("""
                UPDATE "My Shop"."App ""Users"" 1" SET "Credit Balance" = "Credit Balance" + 1 WHERE "user" = 77
                """);

        Ended refused = command.run("migrate", "--plan", "p.json", "--tolerance", "0", "--apply", "--yes");

        assertThat(refused.exitCode()).describedAs(refused.toString()).isEqualTo(6);
        assertThat(refused.err()).contains("the population is no longer as approved: credits before:");
        assertThat(migrated()).isZero();
    }

    private long migrated() {
        return Long.parseLong(shop.value("SELECT COUNT(*) FROM \"My Shop\".\"App \"\"Users\"\" 1\" WHERE \"order\""));
    }
}
