package io.creditmigration.command;

import io.creditmigration.MigrationService;
import io.creditmigration.MigrationStatus;
import io.creditmigration.Quote;
import io.creditmigration.UserMigration;
import io.creditmigration.UserStory;
import io.creditmigration.spi.UserState;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** What a user had, what was decided and why, and by whom. */
@Command(
        name = "explain",
        abbreviateSynopsis = true,
        description = "Tells what a user had, what was decided and why, and by whom.",
        footer = {"", "Example: credit-migration explain 4711", "For support. What it says is not for users to read."})
final class Explain extends MigrationCommand {

    @Parameters(paramLabel = "USER", description = "The user's id.")
    private String user = "";

    @Override
    ExitCode work(Application application, Output output, Interruption interruption) {
        UserState state = One.known(application, user);
        MigrationService migrations = application.migrations();
        String status = migrations.status(user).map(MigrationStatus::name).orElse("NOT_SUBJECT");
        Quote quote = migrations.quote(user).orElse(null);
        UserStory story = migrations.story(user);
        UserMigration record = state.record();
        output.field("userId", state.user().userId());
        output.field("status", status);
        output.field("regime", migrations.regime(user).name());
        output.field("credits", Views.text(state.user().credits()));
        output.field("registeredAt", Views.text(state.user().registeredAt()));
        output.field("exempt", state.user().exempt());
        output.field("record", Views.record(record));
        output.field("quote", Views.quote(quote));
        output.field("log", Views.log(migrations.log(user)));
        output.field("story", Views.story(story));

        output.say("User " + state.user().userId() + " of migration " + application.migrationId() + ": " + status
                + ", under the rules of " + migrations.regime(user));
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("credits now", Views.orNone(state.user().credits())));
        if (state.user().registeredAt() != null) {
            rows.add(List.of("registered", Words.time(state.user().registeredAt())));
        }
        if (state.user().exempt()) {
            rows.add(List.of("exempt", "from conversions"));
        }
        if (record != null && record.error() != null) {
            rows.add(List.of("failed because", record.error()));
        }
        if (quote != null) {
            rows.add(List.of("can confirm", Output.amount(quote.newCredits().amount()) + " credits"));
        }
        output.table(rows);
        output.heading(story.steps().isEmpty() ? "Nothing has happened." : "What happened");
        for (UserStory.Step step : story.steps()) {
            output.say("  " + Words.time(step.at()) + ", attempt " + step.attempt());
            output.say("    " + step.words());
        }
        return ExitCode.DONE;
    }
}
