package io.creditmigration.command;

import io.creditmigration.MigrationStatus;
import io.creditmigration.RollbackResult;
import io.creditmigration.UserMigration;
import io.creditmigration.spi.UserState;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Takes users back to the old regime. */
@Command(
        name = "rollback",
        abbreviateSynopsis = true,
        description = "Takes users back to the old regime; paid credits are never taken.",
        footer = {
            "",
            "Example: credit-migration rollback 4711 --reason 'asked for it' --apply",
            "Who was taken back is left alone until 'reopen'."
        })
final class Rollback extends OperatorCommand {

    @Parameters(paramLabel = "USER", description = "One user's id.")
    private String user = "";

    @Mixin
    private Applying applying = new Applying();

    @Override
    void check() {
        applying.check();
    }

    @Override
    ExitCode work(Application application, Output output, Interruption interruption) {
        UserState state = One.known(application, user);
        UserMigration record = state.record();
        output.field("record", Views.record(record));
        output.field("applied", false);
        if (record == null || record.status() != MigrationStatus.COMPLETED) {
            output.say("User " + state.user().userId() + " is "
                    + (record == null ? "not migrated by us" : record.status().name())
                    + "; there is nothing to take back.");
            return ExitCode.NOTHING_TO_DO;
        }
        output.say("User " + state.user().userId() + " was migrated " + Words.time(record.changedAt()) + " and has "
                + Views.orNone(state.user().credits()) + " credits.");
        if (applying.isDry()) {
            output.heading("Nothing was written. To do it, add --apply.");
            return ExitCode.DONE;
        }
        if (!applying.isAgreed("Take user " + state.user().userId() + " back?")) {
            output.note("Nothing was written.");
            return ExitCode.STOPPED;
        }
        return ended(application.migrations().rollback(user, actor(), reason()), output);
    }

    private static ExitCode ended(RollbackResult result, Output output) {
        output.field("applied", result.status() == RollbackResult.Status.ROLLED_BACK);
        output.field("status", result.status().name());
        output.field("credits", Views.text(result.credits()));
        output.field("record", Views.record(result.record()));
        output.say("User " + result.userId() + ": " + result.status()
                + (result.status() == RollbackResult.Status.ROLLED_BACK
                        ? ", credits now " + Views.orNone(result.credits())
                        : "")
                + (result.message() == null ? "" : ", " + result.message()));
        return switch (result.status()) {
            case ROLLED_BACK -> ExitCode.DONE;
            case ALREADY_ROLLED_BACK, NOT_COMPLETED -> ExitCode.NOTHING_TO_DO;
            default -> ExitCode.SOME_FAILED;
        };
    }
}
