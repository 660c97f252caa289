package io.creditmigration.command;

import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What all commands have in common: how they answer, and how they end. */
abstract class Subcommand implements Callable<Integer> {

    @Option(names = "--json", description = "Answer with a JSON object.")
    private boolean json;

    @Option(
            names = {"-q", "--quiet"},
            description = "Say nothing but errors, and JSON.")
    private boolean quiet;

    @Option(names = "--debug", description = "Log, and show stack traces.")
    private boolean debug;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    boolean help;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    /** Does the work. What it throws is told in one line. */
    abstract ExitCode work(Output output, Interruption interruption) throws Exception;

    @Override
    public final Integer call() {
        if (debug) {
            // Read by the logger when it is first used, which is after this.
            System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "debug");
        }
        CommandLine commandLine = spec.commandLine();
        Output output = new Output(json, quiet, commandLine.getOut(), commandLine.getErr());
        try (Interruption interruption = new Interruption()) {
            return answer(output, interruption).number();
        }
    }

    private ExitCode answer(Output output, Interruption interruption) {
        try {
            ExitCode exitCode = work(output, interruption);
            output.end(spec.name(), exitCode, null);
            return exitCode;
        } catch (Exception e) {
            Failures failure = Failures.of(e);
            if (debug) {
                e.printStackTrace(spec.commandLine().getErr());
            }
            output.error("credit-migration " + spec.name() + ": " + failure.line());
            output.end(spec.name(), failure.exitCode(), failure.line());
            return failure.exitCode();
        }
    }

    /** Refuses arguments that do not go together. */
    final CommandFailure usage(String message) {
        return CommandFailure.usage(message + "; see 'credit-migration " + spec.name() + " --help'");
    }
}
