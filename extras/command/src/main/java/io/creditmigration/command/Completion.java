package io.creditmigration.command;

import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Completion of commands and options by the shell. */
@Command(
        name = "completion",
        abbreviateSynopsis = true,
        description = "Prints a script with which bash and zsh complete commands and options.",
        footer = {
            "",
            "Example: credit-migration completion > ~/.credit-migration-completion",
            "Then, in ~/.bashrc or ~/.zshrc: source ~/.credit-migration-completion"
        })
final class Completion extends Subcommand {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    ExitCode work(Output output, Interruption interruption) {
        String script = AutoComplete.bash(spec.root().name(), spec.root().commandLine());
        output.field("script", script);
        output.say(script);
        return ExitCode.DONE;
    }
}
