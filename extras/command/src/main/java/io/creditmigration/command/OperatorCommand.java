package io.creditmigration.command;

import io.creditmigration.Actor;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** A command of which the library keeps who gave it, and why. */
abstract class OperatorCommand extends MigrationCommand {

    @Option(names = "--actor", paramLabel = "NAME", description = "Who does it; the login name.")
    private String actor = System.getProperty("user.name", "unknown");

    @Option(names = "--reason", paramLabel = "TEXT", description = "Why, for the records.")
    private @Nullable String reason;

    final Actor actor() {
        return Actor.operator(actor);
    }

    final String reason() {
        return reason == null ? "no reason given" : reason;
    }

    /** The same; null where none was given. */
    final @Nullable String givenReason() {
        return reason;
    }
}
