package io.creditmigration.command;

import io.creditmigration.MigrationRun;
import io.creditmigration.MigrationRuns;
import picocli.CommandLine.Command;

/** Gives a run up after the pages in hand; who was migrated stays migrated. */
@Command(
        name = "cancel",
        abbreviateSynopsis = true,
        description = "Gives a run up after the pages in hand; who was migrated stays migrated.",
        footer = {"", "Example: credit-migration cancel --reason 'wrong page size'"})
final class Cancel extends RunCommand {

    @Override
    MigrationRun change(MigrationRuns runs, MigrationRun before) {
        return runs.cancel(before.id(), actor(), reason());
    }
}
