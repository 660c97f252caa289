package io.creditmigration.command;

import java.nio.file.Path;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** One page about everything. */
@Command(
        name = "report",
        abbreviateSynopsis = true,
        description = "Writes what was planned and what happened as one page of HTML.",
        footer = {
            "",
            "Example: credit-migration report --plan rate-2500.plan.json --out report.html",
            "The page needs no network. It names users only where something is wrong."
        })
final class Report extends MigrationCommand {

    @Option(names = "--out", paramLabel = "FILE", description = "credit-migration-report.html.")
    private Path out = Path.of("credit-migration-report.html");

    @Option(names = "--plan", paramLabel = "FILE", description = "The plan that was approved.")
    private @Nullable Path plan;

    @Option(names = "--quick", description = "Leave out what reads every user.")
    private boolean quick;

    @Override
    ExitCode work(Application application, Output output, Interruption interruption) throws SQLException {
        ReportData data = ReportData.of(application, !quick, plan == null ? null : PlanFile.read(plan));
        PlanFile.writeWhole(out, ReportPage.of(data));
        output.field("file", out.toString());
        output.say("Wrote " + out + ".");
        return data.log().migrated == 0 ? ExitCode.NOTHING_TO_DO : ExitCode.DONE;
    }
}
