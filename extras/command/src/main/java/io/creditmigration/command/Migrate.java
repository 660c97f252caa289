package io.creditmigration.command;

import io.creditmigration.RunOptions;
import io.creditmigration.RunSettings;
import io.creditmigration.Stages;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Migrates everybody whom no other rule leaves alone. */
@Command(
        name = "migrate",
        abbreviateSynopsis = true,
        description = "Migrates everybody who need not confirm; goes on with an unfinished run.",
        footer = {"", "Example: credit-migration migrate --stages 5,25,100 --apply"})
final class Migrate extends OperatorCommand {

    @Mixin
    private Applying applying = new Applying();

    @Mixin
    private Whom whom = new Whom();

    @Option(names = "--plan", paramLabel = "FILE", description = "Only if the population is still as in this plan.")
    private @Nullable Path plan;

    @Option(names = "--tolerance", paramLabel = "SHARE", description = "With --plan: what may differ; 0.01.")
    private BigDecimal tolerance = new BigDecimal("0.01");

    @Option(
            names = "--stages",
            paramLabel = "5,25,100",
            split = ",",
            hideParamSyntax = true,
            description = "Raise the rollout step by step.")
    private List<Integer> stages = List.of();

    @Option(names = "--approve", description = "With --stages: wait for 'rollout' before each.")
    private boolean approve;

    @Option(names = "--verify", description = "With --stages: verify before each but the first.")
    private boolean verify;

    @Mixin
    private Pace pace = new Pace();

    @Override
    void check() {
        applying.check();
        whom.check();
        if ((approve || verify) && stages.isEmpty()) {
            throw usage((approve ? "--approve" : "--verify") + " is of no use without --stages");
        }
        if (tolerance.signum() < 0 || tolerance.compareTo(BigDecimal.ONE) >= 0) {
            throw usage("--tolerance is " + tolerance + "; allowed: 0 or more and below 1");
        }
        pace.tuned(RunSettings.defaults());
        stages();
    }

    @Override
    Configuration configuration() {
        Configuration written = super.configuration();
        return written.withSettings(pace.tuned(written.settings()));
    }

    @Override
    ExitCode work(Application application, Output output, Interruption interruption) {
        RunOptions options = whom.options(application.configuration().settings())
                .withStages(stages())
                .withReason(actor(), reason());
        Pass pass = new Pass(application.migrations(), output, interruption, again(), pace);
        return plan == null ? pass.go(options, applying) : pass.go(options, applying, PlanFile.read(plan), tolerance);
    }

    private Stages stages() {
        Stages all = Stages.of(stages.stream().mapToInt(Integer::intValue).toArray());
        Stages verified = verify ? all.afterVerification() : all;
        return approve ? verified.approvedByOperator() : verified;
    }
}
