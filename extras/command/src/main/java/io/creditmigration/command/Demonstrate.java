package io.creditmigration.command;

import io.creditmigration.demo.Demo;
import java.io.PrintStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The demo, which brings its own database. */
@Command(
        name = "demo",
        abbreviateSynopsis = true,
        description = "Migrates two sample populations on an embedded database, and checks them.",
        footer = {"", "Example: credit-migration demo --users 1000"})
final class Demonstrate extends Subcommand {

    @Option(names = "--users", paramLabel = "N", description = "Users of each sample, 500 to 100000; 10000.")
    private int users = 10_000;

    @Option(names = "--seed", paramLabel = "N", description = "What the sample data is made from; 42.")
    private long seed = 42;

    @Override
    ExitCode work(Output output, Interruption interruption) {
        if (users < Demo.USERS_MIN || users > Demo.USERS_MAX) {
            throw usage("--users is " + users + "; allowed: " + Demo.USERS_MIN + " to " + Demo.USERS_MAX);
        }
        // It prints for people; what it logs would only come between the lines.
        System.setProperty("org.slf4j.simpleLogger.log.io.creditmigration", "error");
        output.field("users", users);
        output.field("seed", seed);
        PrintStream lines = output.isJson() ? System.err : System.out;
        return Demo.tell(lines, users, seed) ? ExitCode.DONE : ExitCode.VERIFICATION_FAILED;
    }
}
