package io.creditmigration.command;

import java.nio.file.Path;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** A command that works on the migration of a configuration. */
abstract class MigrationCommand extends Subcommand {

    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            defaultValue = "${env:CREDIT_MIGRATION_CONFIG:-credit-migration.yaml}",
            description = "Configuration; credit-migration.yaml.")
    private Path config = Path.of("credit-migration.yaml");

    @Spec
    private CommandSpec spec = CommandSpec.create();

    /** Does the work on the migration. */
    abstract ExitCode work(Application application, Output output, Interruption interruption) throws Exception;

    /** Refuses arguments that do not go together, before anything is opened. */
    void check() {}

    @Override
    final ExitCode work(Output output, Interruption interruption) throws Exception {
        check();
        try (Application application = Application.open(configuration(), looksBeforeInstall())) {
            output.field("migration", application.migrationId());
            return work(application, output, interruption);
        }
    }

    /** Whether it works before the library's tables are there, as if they were empty. */
    boolean looksBeforeInstall() {
        return false;
    }

    /** What the operator has written down. */
    Configuration configuration() {
        return ConfigurationFile.read(config);
    }

    /** The words that run this again. */
    final String again() {
        return "credit-migration "
                + spec.root().commandLine().getParseResult().originalArgs().stream()
                        .map(arg -> arg.isEmpty() || arg.contains(" ") ? "'" + arg + "'" : arg)
                        .collect(Collectors.joining(" "));
    }
}
