package io.creditmigration.command;

import io.creditmigration.Rollout;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The halt switch. */
@Command(
        name = "halt",
        abbreviateSynopsis = true,
        description = "Lets nobody migrate any more, by any trigger on any node; --off ends that.",
        footer = {
            "",
            "Example: credit-migration halt --reason 'wrong rate'",
            "Acts at once. A rollback of many needs it."
        })
final class Halt extends OperatorCommand {

    @Option(names = "--off", description = "Switch it off again.")
    private boolean off;

    @Override
    ExitCode work(Application application, Output output, Interruption interruption) {
        Rollout before = application.migrations().rollout();
        Rollout after = new Rollout(before.percent(), !off);
        if (!after.equals(before)) {
            application.migrations().rollout(after, actor(), reason());
        }
        output.field("rollout", Views.sorted("percent", after.percent(), "halted", after.halted()));
        output.say(
                "The halt switch is " + (after.halted() ? "on" : "off") + (after.equals(before) ? " already." : "."));
        return after.equals(before) ? ExitCode.NOTHING_TO_DO : ExitCode.DONE;
    }
}
