package io.creditmigration.command;

import io.creditmigration.PaidCredits;
import io.creditmigration.RollbackOptions;
import io.creditmigration.RollbackPlan;
import io.creditmigration.RollbackResult;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Takes users back to the old regime. */
@Command(
        name = "rollback",
        customSynopsis = "@|bold credit-migration rollback|@ USER | --run=RUN | --all | … [OPTIONS]",
        description = "Takes users back to the old regime; many of them while the halt switch is on.",
        footer = {
            "",
            "Example: credit-migration rollback --all --reason 'wrong rate' --apply",
            "Paid credits are never taken. Who was taken back is left alone until 'reopen'."
        })
final class Rollback extends OperatorCommand {

    /** Whom: one of these. */
    static final class Chosen {

        @Parameters(paramLabel = "USER", description = "One user's id.")
        @Nullable
        String user;

        @Option(names = "--run", paramLabel = "RUN", description = "Whom this run has migrated.")
        @Nullable
        String run;

        @Option(names = "--stage", paramLabel = "PERCENT", description = "Whom the runs of this stage have migrated.")
        @Nullable
        Integer stage;

        @Option(names = "--users", paramLabel = "FILE", description = "These users: one id on each line.")
        @Nullable
        Path users;

        @Option(names = "--all", description = "Everybody who is migrated.")
        boolean all;
    }

    @ArgGroup(multiplicity = "1")
    private Chosen chosen = new Chosen();

    @Option(names = "--keep-paid", description = "Who has paid too; their accounts stay active.")
    private boolean keepPaid;

    @Mixin
    private Applying applying = new Applying();

    @Override
    void check() {
        applying.check();
    }

    @Override
    ExitCode work(Application application, Output output, Interruption interruption) {
        RollbackOptions options = RollbackOptions.defaults()
                .withSettings(application.configuration().settings())
                .withPaidCredits(paid());
        if (chosen.user != null) {
            One.known(application, chosen.user);
            return one(application, output, chosen.user, options.withUsers(List.of(chosen.user)));
        }
        if (chosen.run != null) {
            options = options.withRun(chosen.run);
        } else if (chosen.stage != null) {
            options = options.withStage(chosen.stage);
        } else if (chosen.users != null) {
            options = options.withUsers(Whom.idsIn(chosen.users));
        }
        return new Pass(application.migrations(), output, interruption, again(), new Pace())
                .goBack(options, applying, actor(), reason());
    }

    /** One user needs no halt switch, and no run. */
    private ExitCode one(Application application, Output output, String user, RollbackOptions options) {
        RollbackPlan plan = application.migrations().planRollback(options);
        Words.plan(output, application.migrations().migration(), plan, user);
        Map<String, @Nullable Object> view = Views.plan(plan);
        // They are about many users, and the halt switch that those need.
        view.put("warnings", List.of());
        output.field("plan", view);
        output.field("applied", false);
        if (applying.isDry()) {
            output.onlyShown();
            return Pass.exitCode(plan.outcomes());
        }
        if (plan.count(RollbackResult.Status.ROLLED_BACK) > 0 && !applying.isAgreed("Roll user " + user + " back?")) {
            output.note("Nothing was written.");
            return ExitCode.STOPPED;
        }
        RollbackResult result = application.migrations().rollback(user, paid(), actor(), reason());
        output.field("applied", result.status() == RollbackResult.Status.ROLLED_BACK);
        output.field("status", result.status().name());
        output.field("credits", Views.text(result.credits()));
        output.field("record", Views.record(result.record()));
        output.heading("User " + result.userId() + ": " + Words.of(result.status())
                + (result.credits() == null
                        ? ""
                        : ", credits " + Output.amount(result.credits().amount()))
                + (result.message() == null ? "" : ", " + result.message()));
        return Pass.exitCode(Map.of(result.status(), 1L));
    }

    private PaidCredits paid() {
        return keepPaid ? PaidCredits.KEEP : PaidCredits.REFUSE;
    }
}
