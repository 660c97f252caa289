package io.creditmigration.command;

import io.creditmigration.MigrationRun;
import io.creditmigration.MigrationRun.State;
import io.creditmigration.MigrationRuns;
import io.creditmigration.RunSettings;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

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

    @Option(names = "--threads", paramLabel = "N", description = "Workers of each process, 1 to 64.")
    private @Nullable Integer threads;

    @Option(names = "--page-size", paramLabel = "N", description = "Users for each transaction, 1 to 10000.")
    private @Nullable Integer pageSize;

    @Option(names = "--users-per-second", paramLabel = "N", description = "No faster than this; 0 is no limit.")
    private @Nullable Integer usersPerSecond;

    @Override
    MigrationRun change(MigrationRuns runs, MigrationRun before) {
        RunSettings settings = tuned(before.settings());
        MigrationRun after =
                settings.equals(before.settings()) ? before : runs.retune(before.id(), settings, actor(), reason());
        return after.state() == State.PAUSED ? runs.resume(after.id(), actor(), reason()) : after;
    }

    private RunSettings tuned(RunSettings settings) {
        RunSettings tuned = threads == null ? settings : settings.withThreads(threads);
        tuned = pageSize == null ? tuned : tuned.withPageSize(pageSize);
        return usersPerSecond == null ? tuned : tuned.withUsersPerSecond(usersPerSecond);
    }
}
