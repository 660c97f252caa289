package io.creditmigration.command;

import io.creditmigration.MigrationRun;
import io.creditmigration.MigrationRuns;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Gives a run up after the pages in hand; who was migrated stays migrated. */
@Command(
        name = "cancel",
        abbreviateSynopsis = true,
        description = "Gives a run up after the pages in hand; who was migrated stays migrated.",
        footer = {"", "Example: credit-migration cancel --reason 'wrong page size'"})
final class Cancel extends OperatorCommand {

    @Parameters(paramLabel = "RUN", arity = "0..1", description = "Which; the newest.")
    private @Nullable String run;

    @Override
    ExitCode work(Application application, Output output, Interruption interruption) {
        MigrationRuns runs = application.migrations().runs();
        MigrationRun before = Pass.named(runs, run);
        output.field("run", Views.run(before));
        if (before.state() == MigrationRun.State.CANCELLED || !Pass.isUnfinished(before)) {
            output.say("Run " + before.id() + " is " + before.state() + " already.");
            return ExitCode.NOTHING_TO_DO;
        }
        MigrationRun after = runs.cancel(before.id(), actor(), reason());
        output.field("run", Views.run(after));
        output.say("Run " + after.id() + " is " + after.state() + ": " + Progress.words(after));
        return ExitCode.DONE;
    }
}
