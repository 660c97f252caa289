package io.creditmigration.command;

import io.creditmigration.UserMigration;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Allows a new attempt for a user who was taken back. */
@Command(
        name = "reopen",
        abbreviateSynopsis = true,
        description = "Allows a new attempt for a user who was rolled back.",
        footer = {
            "",
            "Example: credit-migration reopen 4711 --reason 'changed her mind'",
            "Changes no credits; the user is pending again, and every trigger applies."
        })
final class Reopen extends OperatorCommand {

    @Parameters(paramLabel = "USER", description = "The user's id.")
    private String user = "";

    @Override
    ExitCode work(Application application, Output output, Interruption interruption) {
        One.known(application, user);
        Optional<UserMigration> record = application.migrations().reopen(user, actor(), reason());
        output.field("record", Views.record(record.orElse(null)));
        output.say("User " + user + (record.isPresent() ? " is pending again." : " is not rolled back."));
        return record.isPresent() ? ExitCode.DONE : ExitCode.NOTHING_TO_DO;
    }
}
