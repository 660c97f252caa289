package io.creditmigration.command;

import io.creditmigration.Barrier;
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
            "Acts at once, waits for migrations in flight, and names those that do not end.",
            "A rollback of many needs it."
        })
final class Halt extends OperatorCommand {

    @Option(names = "--off", description = "Switch it off again.")
    private boolean off;

    @Override
    ExitCode work(Application application, Output output, Interruption interruption) {
        Rollout before = application.migrations().rollout();
        Rollout after = new Rollout(before.percent(), !off);
        // A halt that is on already goes on waiting for what was in flight.
        Barrier barrier = after.equals(before) && off
                ? Barrier.SETTLED
                : application.migrations().rollout(after, actor(), reason());
        output.field("rollout", Views.sorted("percent", after.percent(), "halted", after.halted()));
        output.say(
                "The halt switch is " + (after.halted() ? "on" : "off") + (after.equals(before) ? " already." : "."));
        output.field("inFlight", barrier.inFlight());
        if (!barrier.isSettled()) {
            output.say("Migrations are in flight that may still commit. End these, or call this again to wait on:");
            barrier.inFlight().forEach(holder -> output.say("  " + holder));
            return ExitCode.SOME_FAILED;
        }
        return after.equals(before) ? ExitCode.NOTHING_TO_DO : ExitCode.DONE;
    }
}
