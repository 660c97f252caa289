package io.creditmigration.command;

import io.creditmigration.CreditRate;
import io.creditmigration.MigrationResult;
import io.creditmigration.MigrationService;
import io.creditmigration.Quote;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Confirms for a user who said yes to a person. */
@Command(
        name = "confirm",
        abbreviateSynopsis = true,
        description = "Shows a user's quote, and confirms it for the user with --apply.",
        footer = {
            "",
            "Example: credit-migration confirm 4711 --reason 'said yes by phone' --apply",
            "For a user who has said yes to you. The log keeps who confirmed, and why."
        })
final class Confirm extends OperatorCommand {

    @Parameters(paramLabel = "USER", description = "The user's id.")
    private String user = "";

    @Mixin
    private Applying applying = new Applying();

    @Override
    void check() {
        applying.check();
    }

    @Override
    ExitCode work(Application application, Output output, Interruption interruption) {
        One.known(application, user);
        Optional<Quote> found = application.migrations().quote(user);
        output.field("quote", Views.quote(found.orElse(null)));
        output.field("applied", false);
        if (found.isEmpty()) {
            output.say("User " + user + " has nothing to confirm; see 'credit-migration explain " + user + "'.");
            return ExitCode.NOTHING_TO_DO;
        }
        Quote quote = found.get();
        output.say("User " + quote.userId() + " is offered, in attempt " + quote.attempt() + ":");
        output.table(List.of(
                List.of("credits now", Output.amount(quote.oldCredits().amount()), "at rate", rate(quote.oldRate())),
                List.of(
                        "credits after",
                        Output.amount(quote.newCredits().amount()),
                        "at rate",
                        rate(quote.newRate()))));
        if (applying.isDry()) {
            output.onlyShown();
            return ExitCode.DONE;
        }
        if (!applying.isAgreed("Confirm this for user " + quote.userId() + "?")) {
            output.note("Nothing was written.");
            return ExitCode.STOPPED;
        }
        MigrationService migrations = application.migrations();
        String reason = givenReason();
        return ended(
                reason == null
                        ? migrations.confirm(user, quote, actor())
                        : migrations.confirm(user, quote, actor(), reason),
                output);
    }

    private static ExitCode ended(MigrationResult result, Output output) {
        output.field("applied", result.status() == MigrationResult.Status.MIGRATED);
        output.field("status", result.status().name());
        output.field("record", Views.record(result.record()));
        output.say("User " + result.userId() + ": " + Words.of(result.status())
                + (result.message() == null ? "" : ", " + result.message()));
        return switch (result.status()) {
            case MIGRATED -> ExitCode.DONE;
            case ALREADY_MIGRATED -> ExitCode.NOTHING_TO_DO;
            case QUOTE_CHANGED -> ExitCode.DRIFT;
            case HALTED, OUTSIDE_ROLLOUT -> ExitCode.STOPPED;
            default -> ExitCode.SOME_FAILED;
        };
    }

    private static String rate(@Nullable CreditRate rate) {
        return rate == null ? "none" : rate.toString();
    }
}
