package io.creditmigration.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.creditmigration.command.Command.Ended;
import io.creditmigration.command.Command.Running;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run watched on a terminal of 80 columns and 24 lines, which tmux plays. What it showed stands in {@code target/terminal}. */
final class LiveScreenTest {

    private static final int USERS = 2_000;

    @TempDir
    Path folder;

    @Test
    void a_run_is_watched_on_one_screen() throws IOException {
        assumeTrue(run("tmux", "-V").exitCode() == 0, "tmux is not there");
        Server shop = Server.database("live_screen");
        ShopTables.create(shop, USERS);
        Command command = new Command(folder)
                .with("CREDIT_MIGRATION_PASSWORD", shop.password())
                .with("TERM", "xterm")
                .installed();
        command.run("init", "--url", shop.url(), "--user", shop.user(), "--schema", "My Shop");
        command.write(
                "credit-migration.yaml",
                ShopTables.edited(command.text("credit-migration.yaml"), "none")
                        .replace("page-size: 1000", "page-size: 20"));
        command.run("schema", "--apply", "--yes");

        Running migrating =
                command.start("migrate", "--apply", "--yes", "--users-per-second", "100", "--reason", "Monday");
        Command.await(() -> migrating.said().contains(" % of "));
        String socket = folder.resolve("tmux").toString();
        Ended opened = command.inShell(
                "tmux -S '" + socket + "' new-session -d -x 80 -y 24 'credit-migration status --watch; sleep 60'");
        assertThat(opened.exitCode()).describedAs(opened.toString()).isZero();
        try {
            Command.await(() -> screen(socket).contains("time left"));
            String first = screen(socket);
            Command.await(() -> !percent(screen(socket)).equals(percent(first)));
            String second = screen(socket);
            keep("watch.txt", second);
            assertThat(command.run("pause", "--reason", "lunch").exitCode()).isZero();
            migrating.ended();
            Command.await(() -> screen(socket).contains("paused by"));
            keep("watch-ended.txt", screen(socket));

            assertThat(second.lines()).allSatisfy(line -> assertThat(line).hasSizeLessThan(80));
            assertThat(second.lines().filter(line -> line.startsWith("Run "))).hasSize(1);
            assertThat(second)
                    .startsWith("Migration ")
                    .contains(
                            "% ",
                            "of 2,000 done",
                            "users a second, of at most 100",
                            "% of the users, of at most 1 %",
                            "1 worker in each process, 20 users a page; last page",
                            "Last events");
        } finally {
            run("tmux", "-S", socket, "kill-server");
            migrating.process().destroyForcibly();
        }
    }

    private static String percent(String screen) {
        return screen.lines().filter(line -> line.startsWith("[")).findFirst().orElse("");
    }

    private String screen(String socket) {
        return run("tmux", "-S", socket, "capture-pane", "-p").out();
    }

    private static void keep(String name, String screen) throws IOException {
        Path folder = Files.createDirectories(Path.of("target", "terminal"));
        Files.writeString(folder.resolve(name), screen);
    }

    private Ended run(String... words) {
        try {
            Process process =
                    new ProcessBuilder(List.of(words)).redirectErrorStream(true).start();
            String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Ended(process.waitFor(), out, "");
        } catch (IOException e) {
            return new Ended(127, "", e.getMessage());
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
