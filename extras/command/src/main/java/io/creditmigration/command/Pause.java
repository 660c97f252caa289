package io.creditmigration.command;

import io.creditmigration.MigrationRun;
import io.creditmigration.MigrationRuns;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Stops a run after the pages in hand, until somebody resumes it. */
@Command(
        name = "pause",
        abbreviateSynopsis = true,
        description = "Stops a run after the pages in hand, until somebody resumes it.",
        footer = {"", "Example: credit-migration pause --reason 'replication lag'"})
final class Pause extends OperatorCommand {

    @Parameters(paramLabel = "RUN", arity = "0..1", description = "Which; the newest.")
    private @Nullable String run;

    @Override
    ExitCode work(Application application, Output output, Interruption interruption) {
        MigrationRuns runs = application.migrations().runs();
        MigrationRun before = Pass.named(runs, run);
        output.field("run", Views.run(before));
        if (before.state() == MigrationRun.State.PAUSED || !Pass.isUnfinished(before)) {
            output.say("Run " + before.id() + " is " + before.state() + " already.");
            return ExitCode.NOTHING_TO_DO;
        }
        MigrationRun after = runs.pause(before.id(), actor(), reason());
        output.field("run", Views.run(after));
        output.say("Run " + after.id() + " is " + after.state() + ": " + Progress.words(after));
        return ExitCode.DONE;
    }
}
