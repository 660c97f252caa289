package io.creditmigration.command;

import io.creditmigration.SuccessMetrics;
import io.creditmigration.Verification;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Proves that the tables say what the log says. */
@Command(
        name = "verify",
        abbreviateSynopsis = true,
        description = "Recomputes everything from the tables: records, log, balances, history, seals.",
        footer = {
            "",
            "Example: credit-migration verify",
            "Writes nothing, and users may go on spending meanwhile. Ends with 7 if",
            "anything is wrong; names the first offenders of each kind."
        })
final class Verify extends MigrationCommand {

    private static final int SHOWN_MAX = 5;

    @Option(names = "--support-tickets", paramLabel = "N", description = "For the metrics: as you count them.")
    private @Nullable Long supportTickets;

    @Override
    void check() {
        if (supportTickets != null && supportTickets < 0) {
            throw usage("--support-tickets is " + supportTickets + "; allowed: 0 or more");
        }
    }

    @Override
    ExitCode work(Application application, Output output, Interruption interruption) {
        Verification verification = application.migrations().verify();
        SuccessMetrics metrics = supportTickets == null
                ? application.migrations().metrics(verification)
                : application.migrations().metrics(verification, supportTickets);
        output.field("clean", verification.isClean());
        output.field("found", Views.found(verification));
        output.field("users", Views.users(verification.users()));
        output.field("figures", Views.figures(verification.figures()));
        output.field("metrics", Views.metrics(metrics));

        output.say("Migration " + application.migrationId() + ", "
                + Words.users(verification.users().checked()) + " checked: "
                + (verification.isClean() ? "nothing is wrong." : "SOMETHING IS WRONG."));
        output.table(rows(verification, metrics));
        verification.found().forEach((check, found) -> {
            output.heading(check + ", " + Words.of(check) + ": " + Output.number(found.count()));
            found.first().stream()
                    .limit(SHOWN_MAX)
                    .forEach(offender -> output.say("  "
                            + (offender.userId() == null ? "" : "user " + offender.userId() + ": ") + offender.what()));
        });
        return verification.isClean() ? ExitCode.DONE : ExitCode.VERIFICATION_FAILED;
    }

    /** What was checked and how it went, in words and figures; the report has it too. */
    static List<List<String>> rows(Verification verification, SuccessMetrics metrics) {
        Verification.Figures figures = verification.figures();
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of(
                "users with a record", Output.number(verification.users().checked())));
        rows.add(List.of(
                "users still waiting", Output.number(verification.users().waiting())));
        rows.add(List.of("balances proved", Output.number(figures.balancesProved())));
        rows.add(List.of("balances moved since", Output.number(figures.moved())));
        rows.add(List.of("operations in the history", Output.number(figures.operations())));
        rows.add(List.of("operations that came late", Output.number(figures.lateOperations())));
        rows.add(List.of("credits granted", Output.amount(figures.granted())));
        rows.add(List.of("money's worth before", Output.amount(figures.worthBefore())));
        rows.add(List.of("money's worth after", Output.amount(figures.worthAfter())));
        rows.add(List.of("left over by rounding", Output.amount(figures.residual())));
        rows.add(List.of("lines of the log sealed", Output.number(figures.sealedLines())));
        rows.add(List.of("lines not sealed yet", Output.number(figures.unsealedLines())));
        rows.add(List.of("share migrated", metrics.shareMigrated().toPlainString()));
        rows.add(List.of("failure rate", metrics.failureRate().toPlainString()));
        if (metrics.goals().contains(SuccessMetrics.Goal.HISTORY_PRESERVED)) {
            rows.add(List.of("history preserved", metrics.historyPreserved().toPlainString()));
        }
        if (metrics.averageGranted() != null) {
            rows.add(List.of("credits granted on average", Output.amount(metrics.averageGranted())));
        }
        for (SuccessMetrics.Goal goal : metrics.goals()) {
            rows.add(List.of("goal: " + Words.of(goal), metrics.isMet(goal) ? "met" : "missed"));
        }
        return rows;
    }
}
