package io.creditmigration.command;

import io.creditmigration.MigrationRun;
import io.creditmigration.MigrationRun.State;
import io.creditmigration.MigrationRuns;
import picocli.CommandLine.Command;

/** Stops a run after the pages in hand, until somebody resumes it. */
@Command(
        name = "pause",
        abbreviateSynopsis = true,
        description = "Stops a run after the pages in hand, until somebody resumes it.",
        footer = {"", "Example: credit-migration pause --reason 'replication lag'"})
final class Pause extends RunCommand {

    @Override
    MigrationRun change(MigrationRuns runs, MigrationRun before) {
        return before.state() == State.PAUSED ? before : runs.pause(before.id(), actor(), reason());
    }
}
