package io.creditmigration.command;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.Spec;

/** The manual page, made from what the commands say of themselves. */
@Command(
        name = "manual",
        abbreviateSynopsis = true,
        description = "Prints the manual page, for man.",
        footer = {"", "Example: credit-migration manual > credit-migration.1", "Then: man ./credit-migration.1"})
final class Manual extends Subcommand {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    ExitCode work(Output output, Interruption interruption) {
        String page = String.join("\n", page(spec.root()));
        output.field("page", page);
        output.say(page);
        return ExitCode.DONE;
    }

    private static List<String> page(CommandSpec root) {
        List<String> lines = new ArrayList<>();
        lines.add(".TH " + text(root.name().toUpperCase(Locale.ROOT)) + " 1");
        lines.add(".SH NAME");
        lines.add(text(root.name()) + " \\- " + text(root.usageMessage().description()[0]));
        lines.add(".SH SYNOPSIS");
        lines.add(".B " + text(root.name() + " COMMAND [OPTIONS]"));
        lines.add(".SH COMMANDS");
        for (CommandLine command : root.subcommands().values()) {
            addCommand(lines, command.getCommandSpec());
        }
        lines.add(".SH EXIT STATUS");
        for (ExitCode exitCode : ExitCode.values()) {
            lines.add(".TP");
            lines.add(".B " + exitCode.number());
            lines.add(text(exitCode.name()));
        }
        lines.add(".SH ENVIRONMENT");
        lines.add("Each key of the configuration has a variable that goes before the file: run.page\\-size is");
        lines.add(".BR CREDIT_MIGRATION_RUN_PAGE_SIZE .");
        lines.add(".B CREDIT_MIGRATION_PASSWORD");
        lines.add("has the database's password,");
        lines.add(".B CREDIT_MIGRATION_CONFIG");
        lines.add("names the file. With");
        lines.add(".B NO_COLOR");
        lines.add("there are no colours.");
        return lines;
    }

    private static void addCommand(List<String> lines, CommandSpec command) {
        lines.add(".SS " + text(command.qualifiedName()));
        for (String line : command.usageMessage().description()) {
            lines.add(text(line));
        }
        for (PositionalParamSpec parameter : command.positionalParameters()) {
            addTerm(lines, parameter.paramLabel(), parameter);
        }
        for (OptionSpec option : command.options()) {
            String label = option.arity().max() == 0 ? "" : " " + option.paramLabel();
            addTerm(lines, String.join(", ", option.names()) + label, option);
        }
        for (String line : command.usageMessage().footer()) {
            if (!line.isBlank()) {
                lines.add(line.startsWith("Example:") ? ".PP" : ".br");
                lines.add(text(line));
            }
        }
    }

    private static void addTerm(List<String> lines, String term, ArgSpec argument) {
        lines.add(".TP");
        lines.add(".B " + text(term));
        lines.add(text(String.join(" ", argument.description())));
    }

    /** As it has to be written in a manual page; in help texts a percent sign is written twice. */
    private static String text(String words) {
        String escaped = words.replace("%%", "%").replace("\\", "\\e").replace("-", "\\-");
        return escaped.startsWith(".") || escaped.startsWith("'") ? "\\&" + escaped : escaped;
    }
}
