package io.creditmigration.command;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The command: each of its subcommands is a class of its own, which says what it is for. */
@Command(
        name = "credit-migration",
        customSynopsis = "@|bold credit-migration|@ COMMAND [OPTIONS]",
        description = "Moves every user from one credit regime to another, exactly once.",
        subcommands = {
            Init.class,
            Schema.class,
            Analyze.class,
            Plan.class,
            Migrate.class,
            Status.class,
            Pause.class,
            Resume.class,
            Cancel.class,
            RolloutTo.class,
            Halt.class,
            Confirm.class,
            Rollback.class,
            Reopen.class,
            Explain.class,
            Verify.class,
            SealLog.class,
            Failed.class,
            Notices.class,
            Report.class,
            Demonstrate.class
        })
public final class CreditMigration {

    private static final String COMMANDS = """
              Prepare   init, schema, analyze, plan
              Migrate   migrate, status, pause, resume, cancel, rollout, halt
              Users     confirm, rollback, reopen, explain, failed, notices
              Prove     verify, seal, report
              Try       demo, benchmark (the latter in a source tree alone)
            """;

    private static final String FOOTER = """

            What changes users shows what it would do, and does it with --apply.
            Each command has a --help with an example, and --json for scripts.

            Example: credit-migration init --url jdbc:postgresql://localhost/shop
            """;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    boolean help;

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "Show the version.")
    boolean version;

    private CreditMigration() {}

    /** Runs the command and ends the process with its exit code. */
    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }

    static CommandLine commandLine() {
        CommandLine commandLine = new CommandLine(new CreditMigration())
                .setOut(new PrintWriter(System.out, true, StandardCharsets.UTF_8))
                .setErr(new PrintWriter(System.err, true, StandardCharsets.UTF_8))
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpAutoWidth(false)
                .setColorScheme(CommandLine.Help.defaultColorScheme(Terminal.hasColours() ? Ansi.ON : Ansi.OFF))
                .setParameterExceptionHandler(CreditMigration::refuse);
        commandLine.getCommandSpec().version("credit-migration " + version());
        commandLine.getCommandSpec().usageMessage().footer(FOOTER.lines().toArray(String[]::new));
        commandLine
                .getHelpSectionMap()
                .put(CommandLine.Model.UsageMessageSpec.SECTION_KEY_COMMAND_LIST, help -> COMMANDS);
        return commandLine;
    }

    private static int refuse(ParameterException e, String[] args) {
        CommandLine commandLine = e.getCommandLine();
        String name = commandLine.getCommandSpec().qualifiedName();
        boolean json = Arrays.asList(args).contains("--json");
        Output output = new Output(json, commandLine.getOut(), commandLine.getErr());
        String line = String.valueOf(e.getMessage()).lines().findFirst().orElse("these arguments are not understood");
        output.note(name + ": " + line + "; see '" + name + " --help'");
        output.end(commandLine.getCommandName(), ExitCode.USAGE, line);
        return ExitCode.USAGE.number();
    }

    private static String version() {
        String version = CreditMigration.class.getPackage().getImplementationVersion();
        return version == null ? "(not packaged)" : version;
    }
}
