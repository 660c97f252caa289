package io.creditmigration.command;

import io.creditmigration.MigrationPlan;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What a run would do. */
@Command(
        name = "plan",
        abbreviateSynopsis = true,
        description = "Shows what 'migrate' would do to whom, by the same reading and deciding.",
        footer = {
            "",
            "Example: credit-migration plan --save rate-2500.plan.json",
            "Writes nothing to the database. A saved plan can be approved, and handed to",
            "'migrate --plan', which refuses a population that has drifted from it."
        })
final class Plan extends MigrationCommand {

    @Mixin
    private Whom whom = new Whom();

    @Option(names = "--save", paramLabel = "FILE", description = "Keep the plan in this file.")
    private @Nullable Path save;

    @Override
    void check() {
        whom.check();
    }

    @Override
    boolean looksBeforeInstall() {
        return true;
    }

    @Override
    ExitCode work(Application application, Output output, Interruption interruption) {
        MigrationPlan plan = application
                .migrations()
                .plan(whom.options(application.configuration().settings()));
        Words.plan(output, application.migrations().migration(), plan);
        output.field("plan", Views.plan(plan));
        if (save != null) {
            PlanFile.write(save, plan);
            output.field("file", save.toString());
            output.heading("Kept in " + save + ".");
        }
        return Pass.exitCode(plan);
    }
}
