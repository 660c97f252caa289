package io.creditmigration.command;

import picocli.CommandLine.Command;

/** One page about everything. */
@Command(name = "report", abbreviateSynopsis = true, description = "Writes a page.", footer = {"", "Example: credit-migration report"})
final class Report extends MigrationCommand {

    @Override
    ExitCode work(Application application, Output output, Interruption interruption) {
        return ExitCode.DONE;
    }
}
