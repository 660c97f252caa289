package io.creditmigration.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.creditmigration.command.Command.Ended;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The one jar that is handed round: all that it needs is inside. */
final class CommandJarIT {

    @TempDir
    Path folder;

    @Test
    void the_jar_migrates_a_database_of_its_own() {
        String url = "jdbc:h2:file:" + folder.resolve("shop");
        new Server(url, "sa", "").execute("""
                CREATE TABLE users (id INT PRIMARY KEY, credits DECIMAL(12, 4), migrated BOOLEAN DEFAULT FALSE NOT NULL);
                INSERT INTO users (id, credits) VALUES (1, 0), (2, 50);
                """);
        Command jar = Command.jar(folder);

        Ended init = jar.run("init", "--url", url, "--user", "sa", "--password-from", "none");
        jar.write(
                "credit-migration.yaml",
                jar.text("credit-migration.yaml")
                        .replaceFirst("cut-off: TODO.*", "cut-off: 2026-01-06T00:00:00Z")
                        .replaceFirst("from: TODO.*", "from: 1000")
                        .replaceFirst("to: TODO.*", "to: 2500"));
        Ended schema = jar.run("schema", "--apply", "--yes");
        Ended migrate = jar.run("migrate", "--apply", "--yes");
        Ended report = jar.run("report");

        assertThat(init.exitCode()).describedAs(init.toString()).isZero();
        assertThat(schema.exitCode()).describedAs(schema.toString()).isZero();
        assertThat(migrate.exitCode()).describedAs(migrate.toString()).isZero();
        assertThat(migrate.out()).contains(": finished");
        assertThat(report.exitCode()).describedAs(report.toString()).isZero();
        assertThat(jar.run("--version").out()).matches("credit-migration [0-9].*\\R");
    }

    @Test
    void the_other_drivers_are_inside_and_so_is_the_demo() {
        Command jar = Command.jar(folder);

        assertThat(jar.run("init", "--url", "jdbc:postgresql://127.0.0.1:1/shop", "--password-from", "none")
                        .err())
                .contains("cannot be reached", "Connection to 127.0.0.1:1 refused");
        assertThat(jar.run("init", "--url", "jdbc:mariadb://127.0.0.1:1/shop", "--password-from", "none")
                        .err())
                .contains("cannot be reached", "Socket fail to connect");
        Ended demo = jar.run("demo", "--users", "500", "--json");
        assertThat(demo.exitCode()).describedAs(demo.toString()).isZero();
        assertThat(demo.json().get("outcome").asText()).isEqualTo("DONE");
        assertThat(demo.err()).contains("All figures reconcile");
    }
}
