package io.creditmigration.command;

import io.creditmigration.RunOptions;
import io.creditmigration.RunSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Whom a run is for. */
final class Whom {

    @Option(names = "--zero-credits-only", description = "Only users without credits: the one-time script.")
    private boolean zeroCreditsOnly;

    @Option(names = "--include-exempt", description = "Exempt users too, admins for example.")
    private boolean includeExempt;

    @Option(names = "--users", paramLabel = "FILE", description = "Only these users: one id on each line.")
    private @Nullable Path users;

    void check() {
        if (zeroCreditsOnly && users != null) {
            throw CommandFailure.usage("--zero-credits-only and --users exclude each other; keep one");
        }
    }

    RunOptions options(RunSettings settings) {
        RunOptions options = RunOptions.defaults().withSettings(settings);
        if (includeExempt) {
            options = options.withExempt();
        }
        if (zeroCreditsOnly) {
            return options.withZeroCreditsOnly();
        }
        return users == null ? options : options.withUsers(idsIn(users));
    }

    static List<String> idsIn(Path file) {
        try {
            return Files.readAllLines(file).stream()
                    .map(line -> line.replace("\uFEFF", "").strip())
                    .filter(line -> !line.isEmpty())
                    .toList();
        } catch (IOException e) {
            throw CommandFailure.usage(
                    "there is no list of users at " + file + "; give a file with one id on each line");
        }
    }
}
