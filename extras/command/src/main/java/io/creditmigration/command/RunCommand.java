package io.creditmigration.command;

import io.creditmigration.MigrationRun;
import io.creditmigration.MigrationRuns;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Parameters;

/** A command that does something to one run. */
abstract class RunCommand extends OperatorCommand {

    @Parameters(paramLabel = "RUN", arity = "0..1", description = "Which; the newest.")
    private @Nullable String run;

    /** Does it to an unfinished run; answers the run afterwards, or the same one where there was nothing to do. */
    abstract MigrationRun change(MigrationRuns runs, MigrationRun before);

    @Override
    final ExitCode work(Application application, Output output, Interruption interruption) {
        MigrationRuns runs = application.migrations().runs();
        MigrationRun before = Pass.named(runs, run);
        MigrationRun after = Pass.isUnfinished(before) ? change(runs, before) : before;
        output.field("run", Views.run(after));
        if (after.equals(before)) {
            output.say("Run " + before.id() + " is " + Words.of(before.state()) + " already.");
            return ExitCode.NOTHING_TO_DO;
        }
        output.say("Run " + after.id() + " is " + Words.of(after.state()) + ": " + Progress.words(after));
        return ExitCode.DONE;
    }
}
