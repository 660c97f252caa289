package io.creditmigration.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.creditmigration.command.Command.Ended;
import io.creditmigration.command.Command.Running;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A run that is ended in the middle, by Ctrl-C and by SIGKILL, and gone on with. What became of the users is asked in plain SQL.
 * {@code CREDIT_MIGRATION_TEST_USERS=200000} makes the population large.
 */
final class InterruptedRunTest {

    private static final int USERS =
            Integer.parseInt(System.getenv().getOrDefault("CREDIT_MIGRATION_TEST_USERS", "4000"));

    @TempDir
    Path folder;

    @Test
    void a_run_ended_by_ctrl_c_and_killed_later_comes_to_the_exact_end() {
        Server shop = Server.database("interrupted");
        ShopTables.create(shop, USERS);
        Command command = new Command(folder).with("CREDIT_MIGRATION_PASSWORD", shop.password());
        command.run(
                "init",
                "--url",
                shop.url(),
                "--user",
                shop.user(),
                "--schema",
                "My Shop",
                "--users-table",
                "App \"Users\" 1");
        command.write(
                "credit-migration.yaml",
                ShopTables.edited(command.text("credit-migration.yaml"), "none")
                        .replace("page-size: 1000", "page-size: 50"));
        command.run("schema", "--apply", "--yes");
        String pace = String.valueOf(USERS / 8);

        Running first = command.start("migrate", "--apply", "--yes", "--json", "--users-per-second", pace);
        Command.await(() -> migrated(shop) > 0);
        first.signal("INT");
        Ended stopped = first.ended();
        long afterInterrupt = migrated(shop);

        assertThat(stopped.exitCode()).describedAs(stopped.toString()).isEqualTo(130);
        assertThat(stopped.json().get("outcome").asText()).isEqualTo("INTERRUPTED");
        assertThat(stopped.json().get("run").get("state").asText()).isEqualTo("RUNNING");
        assertThat(stopped.json().get("run").get("outcomes").get("MIGRATED").asLong())
                .isEqualTo(afterInterrupt);
        assertThat(stopped.err())
                .contains("Stopped after the page in hand", "To go on: credit-migration migrate --apply --yes --json");
        assertThat(afterInterrupt).isPositive().isLessThan(USERS);
        assertWholeUsers(shop);

        Running second = command.start("migrate", "--apply", "--yes");
        Command.await(() -> migrated(shop) > afterInterrupt);
        second.process().destroyForcibly();
        assertThat(second.ended().exitCode()).isEqualTo(137);
        assertThat(migrated(shop)).isLessThan(USERS);

        Ended last = command.run("migrate", "--apply", "--yes", "--json");
        assertThat(last.exitCode()).describedAs(last.toString()).isZero();
        assertThat(last.json().get("run").get("id"))
                .isEqualTo(stopped.json().get("run").get("id"));
        assertThat(last.json().get("run").get("outcomes").get("MIGRATED").asLong())
                .isEqualTo(USERS - 3);
        assertThat(migrated(shop)).isEqualTo(USERS - 3);
        assertWholeUsers(shop);
    }

    /** Whoever has a record has a line in the log, the flag, and the converted balance; nobody else has any of it. */
    private static void assertWholeUsers(Server shop) {
        assertThat(shop.value("""
                SELECT COUNT(*) FROM "My Shop"."App ""Users"" 1" u
                JOIN before_migration b ON b."user" = u."user"
                LEFT JOIN credit_migration_record r ON r.user_id = CAST(u."user" AS VARCHAR) COLLATE "C"
                LEFT JOIN credit_migration_log l ON l.user_id = CAST(u."user" AS VARCHAR) COLLATE "C"
                WHERE NOT CASE WHEN r.user_id IS NULL
                    THEN l.user_id IS NULL AND NOT u."order" AND u."Credit Balance" = b."Credit Balance"
                    ELSE r.migration_status = 'COMPLETED' AND l.kind = 'MIGRATED' AND u."order"
                        AND l.old_credits = b."Credit Balance" AND l.new_credits = u."Credit Balance"
                        AND ABS(l.old_credits * 1000 - l.new_credits * 2500) <= 12.5
                    END
                """)).isEqualTo("0");
        assertThat(shop.value("SELECT COUNT(*) FROM credit_migration_journal"))
                .isEqualTo(shop.value("SELECT COUNT(DISTINCT user_id) FROM credit_migration_record"));
    }

    private static long migrated(Server shop) {
        return Long.parseLong(
                shop.value("SELECT COUNT(*) FROM credit_migration_record WHERE migration_status = 'COMPLETED'"));
    }
}
