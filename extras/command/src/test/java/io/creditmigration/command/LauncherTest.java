package io.creditmigration.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the launcher of a source tree builds, and what it says of that. Maven is stood in for: it would take minutes. */
final class LauncherTest {

    private static final String MAVEN = """
            #!/bin/sh
            echo "$@" > asked
            echo "[INFO] Scanning for projects..."
            echo "[INFO] Building Credit Migration 0.1.0-SNAPSHOT                                  [1/2]"
            echo "[INFO] --- enforcer:3.6.2:enforce (default) @ credit-migration-parent ---"
            echo "[INFO] Building Credit Migration Core 0.1.0-SNAPSHOT                             [2/2]"
            echo "[INFO] --- compiler:3.16.0:compile (default-compile) @ credit-migration-core ---"
            echo "[ERROR] no space left"
            exit 1
            """;

    @TempDir
    Path tree;

    @BeforeEach
    void aSourceTreeThatWasNeverBuilt() throws IOException {
        Path launcher = Path.of("..", "..", "credit-migration");
        assumeTrue(Files.exists(launcher) && Files.isExecutable(Path.of("/bin/sh")), "needs a shell");
        Files.copy(launcher, tree.resolve("credit-migration"));
        Files.writeString(tree.resolve("mvnw"), MAVEN);
        assertThat(tree.resolve("mvnw").toFile().setExecutable(true)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "demo, demo",
        "demo --users 500, demo",
        "demo --json, command",
        "demo --users, command",
        "plan, command",
        "--help, command",
        "benchmark --users 5, benchmarks",
        "example, example-spring-boot"
    })
    void it_builds_what_the_subcommand_needs_and_says_what_it_does(String arguments, String module) throws Exception {
        List<String> command = new ArrayList<>(List.of("sh", "credit-migration"));
        command.addAll(List.of(arguments.split(" ")));
        Path said = tree.resolve("said");
        Process process = new ProcessBuilder(command)
                .directory(tree.toFile())
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();

        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isOne();
        assertThat(Files.readString(tree.resolve("asked"))).contains("-pl extras/" + module + " -am");
        assertThat(Files.readString(said)).isEqualTo("""
                Building the %s from source. The first time Maven fetches what that needs, which may take minutes.
                  Parent [1/2]: enforce
                  Core [2/2]: compile
                [ERROR] no space left
                credit-migration: the build failed, see above
                """.formatted(module));
    }
}
