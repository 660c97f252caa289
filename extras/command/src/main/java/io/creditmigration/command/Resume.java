package io.creditmigration.command;

import io.creditmigration.MigrationRun;
import io.creditmigration.MigrationRun.State;
import io.creditmigration.MigrationRuns;
import io.creditmigration.RunSettings;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Lets a paused run go on, faster or slower if that is wanted. */
@Command(
        name = "resume",
        abbreviateSynopsis = true,
        description = "Lets a paused run go on, or changes the pace of one that runs.",
        footer = {
            "",
            "Example: credit-migration resume --users-per-second 500",
            "Who still works on the run goes on; if nobody does, 'migrate --apply' does."
        })
final class Resume extends RunCommand {

    @Mixin
    private Pace pace = new Pace();

    @Override
    MigrationRun change(MigrationRuns runs, MigrationRun before) {
        RunSettings settings = pace.tuned(before.settings());
        MigrationRun after =
                settings.equals(before.settings()) ? before : runs.retune(before.id(), settings, actor(), reason());
        return after.state() == State.PAUSED ? runs.resume(after.id(), actor(), reason()) : after;
    }
}
