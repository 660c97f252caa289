package io.creditmigration.command;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command: each of its subcommands is a class of its own, which says what it is for. */
@Command(
        name = "credit-migration",
        customSynopsis = "@|bold credit-migration|@ COMMAND [OPTIONS]",
        description = "Moves every user from one credit regime to another, exactly once.",
        subcommands = {
            Init.class,
            Schema.class,
            Doctor.class,
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
            Demonstrate.class,
            Completion.class,
            Manual.class
        })
public final class CreditMigration {

    private static final String COMMANDS = """
              Prepare   init, schema, doctor, analyze, plan
              Migrate   migrate, status, pause, resume, cancel, rollout, halt
              Users     confirm, rollback, reopen, explain, failed, notices
              Prove     verify, seal, report
              Try       demo, benchmark (the latter in a source tree alone)
              Shell     completion, manual
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
        System.exit(execute(args));
    }

    /** In a locale such as C, Java cannot read letters beyond ASCII, and puts this mark in their place. */
    private static int execute(String... args) {
        CommandLine commandLine = commandLine();
        for (String arg : args) {
            if (arg.indexOf('\uFFFD') >= 0) {
                return refuse(
                        new ParameterException(
                                commandLine,
                                "'" + arg + "' has letters that this locale cannot have; set LC_ALL=C.UTF-8"),
                        args);
            }
        }
        return commandLine.execute(args);
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
        Output output = new Output(json, false, commandLine.getOut(), commandLine.getErr());
        String line = String.valueOf(e.getMessage()).lines().findFirst().orElse("these arguments are not understood");
        output.error(name + ": " + line + suggestion(e) + " See '" + name + " --help'.");
        output.end(commandLine.getCommandName(), ExitCode.USAGE, line + suggestion(e));
        return ExitCode.USAGE.number();
    }

    private static String suggestion(ParameterException e) {
        if (e instanceof UnmatchedArgumentException unmatched
                && !unmatched.getUnmatched().isEmpty()) {
            String word = unmatched.getUnmatched().get(0).replaceFirst("=.*", "");
            CommandSpec spec = e.getCommandLine().getCommandSpec();
            boolean isOption = word.startsWith("-");
            if (isOption || !spec.subcommands().isEmpty()) {
                return Suggestion.of(
                        word,
                        isOption
                                ? spec.optionsMap().keySet()
                                : spec.subcommands().keySet());
            }
        }
        return ".";
    }

    private static String version() {
        String version = CreditMigration.class.getPackage().getImplementationVersion();
        return version == null ? "(not packaged)" : version;
    }
}
