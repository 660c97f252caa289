package io.creditmigration.command;

import io.creditmigration.RunSettings;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How fast a run goes, as arguments say: for a new run in place of the configuration, and for one that is there already. */
final class Pace {

    @Option(names = "--threads", paramLabel = "N", description = "Workers of each process, 1 to 64.")
    private @Nullable Integer threads;

    @Option(names = "--page-size", paramLabel = "N", description = "Users per transaction, 1 to 10000.")
    private @Nullable Integer pageSize;

    @Option(names = "--users-per-second", paramLabel = "N", description = "No faster than this; 0 is no limit.")
    private @Nullable Integer usersPerSecond;

    /** These settings, changed as the arguments say. */
    RunSettings tuned(RunSettings settings) {
        RunSettings tuned = threads == null ? settings : settings.withThreads(threads);
        tuned = pageSize == null ? tuned : tuned.withPageSize(pageSize);
        return usersPerSecond == null ? tuned : tuned.withUsersPerSecond(usersPerSecond);
    }
}
