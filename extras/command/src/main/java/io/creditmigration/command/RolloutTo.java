package io.creditmigration.command;

import io.creditmigration.Rollout;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Who may migrate now. */
@Command(
        name = "rollout",
        abbreviateSynopsis = true,
        description = "Shows or changes the share of the users that may migrate, by any trigger.",
        footer = {
            "",
            "Example: credit-migration rollout 25 --reason 'the first week was quiet'",
            "Acts at once, on all nodes. Who was inside at 5 %% is inside at 25 %%."
        })
final class RolloutTo extends OperatorCommand {

    @Parameters(paramLabel = "PERCENT", arity = "0..1", description = "0 to 100; without, it is shown.")
    private @Nullable Integer percent;

    @Override
    ExitCode work(Application application, Output output, Interruption interruption) {
        Rollout before = application.migrations().rollout();
        Rollout after = percent == null ? before : new Rollout(percent, before.halted());
        if (!after.equals(before)) {
            application.migrations().rollout(after, actor(), reason());
        }
        output.field("rollout", Views.sorted("percent", after.percent(), "halted", after.halted()));
        output.say("Migration " + application.migrationId() + " is open to " + Words.of(after) + ".");
        return percent != null && after.equals(before) ? ExitCode.NOTHING_TO_DO : ExitCode.DONE;
    }
}
