package io.creditmigration.command;

import io.creditmigration.PopulationAnalysis;
import io.creditmigration.PopulationAnalysis.BalanceClass;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What the population is like. */
@Command(
        name = "analyze",
        abbreviateSynopsis = true,
        description = "Counts users, usage and balances, and what the policy would grant.",
        footer = {
            "",
            "Example: credit-migration analyze",
            "Writes nothing. Reads every user, and the operations of the usage window."
        })
final class Analyze extends MigrationCommand {

    @Option(
            names = "--high-usage",
            paramLabel = "FILE",
            description = "List users with more than 8 operations in an hour.")
    private @Nullable Path highUsage;

    @Override
    boolean looksBeforeInstall() {
        return true;
    }

    @Override
    ExitCode work(Application application, Output output, Interruption interruption) {
        StringBuilder ids = new StringBuilder();
        PopulationAnalysis analysis = application
                .migrations()
                .analyze(user -> ids.append(user.userId()).append('\n'));
        output.field("users", analysis.users());
        output.field("activeUsers", analysis.activeUsers());
        output.field("highUsageUsers", analysis.highUsageUsers());
        output.field("windowOperations", analysis.windowOperations());
        output.field("averageOperations", analysis.averageOperations().toPlainString());
        output.field("operationsToMigrate", analysis.operationsToMigrate());
        output.field("windowFrom", analysis.window().from().toString());
        output.field("windowTo", analysis.window().to().toString());
        output.field("operationsPerDay", analysis.operationsPerDay());
        Map<String, Long> balances = new LinkedHashMap<>();
        for (BalanceClass balance : BalanceClass.values()) {
            balances.put(balance.name(), analysis.balances(balance));
        }
        output.field("balances", balances);
        output.field(
                "allocations",
                analysis.allocations().stream()
                        .map(tier -> Views.sorted("credits", tier.credits().toString(), "users", tier.users()))
                        .toList());
        output.field("otherAllocations", analysis.otherAllocations());
        PopulationAnalysis.Others others = analysis.others();
        Map<String, Long> apart = new LinkedHashMap<>();
        apart.put("exempt", others.exempt());
        apart.put("newcomers", others.newcomers());
        apart.put("byHost", others.byHost());
        apart.put("operations", others.operations());
        output.field("others", apart);
        show(analysis, application, output);
        if (highUsage != null) {
            PlanFile.writeWhole(highUsage, ids.toString());
            output.field("file", highUsage.toString());
            output.heading(Words.users(analysis.highUsageUsers()) + " of high usage listed in " + highUsage + ".");
        }
        return analysis.users() == 0 ? ExitCode.NOTHING_TO_DO : ExitCode.DONE;
    }

    private static void show(PopulationAnalysis analysis, Application application, Output output) {
        output.say("Population of migration " + application.migrationId());
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("users whom it concerns", Output.number(analysis.users())));
        for (BalanceClass balance : BalanceClass.values()) {
            rows.add(List.of("  " + words(balance), Output.number(analysis.balances(balance))));
        }
        if (application.migrations().migration().conversion().isEmpty()) {
            rows.add(List.of("active in the usage window", Output.number(analysis.activeUsers())));
            rows.add(List.of("with more than 8 operations in an hour", Output.number(analysis.highUsageUsers())));
            rows.add(List.of("operations in the window", Output.number(analysis.windowOperations())));
            rows.add(List.of("  for each user", Output.amount(analysis.averageOperations())));
            rows.add(List.of("operations to migrate", Output.number(analysis.operationsToMigrate())));
        }
        PopulationAnalysis.Others others = analysis.others();
        if (others.users() > 0) {
            rows.add(List.of("users whom it does not concern", Output.number(others.users())));
            rows.add(List.of("  exempt", Output.number(others.exempt())));
            rows.add(List.of("  registered since the cut-off", Output.number(others.newcomers())));
            rows.add(List.of("  migrated by your application", Output.number(others.byHost())));
            rows.add(List.of("  their operations", Output.number(others.operations())));
        }
        output.table(rows);
        if (!analysis.allocations().isEmpty()) {
            output.heading("What the policy would grant");
            output.table(analysis.allocations().stream()
                    .map(tier -> List.of(
                            Output.amount(tier.credits().amount()),
                            "credits to",
                            Output.number(tier.users()),
                            tier.users() == 1 ? "user" : "users"))
                    .toList());
        }
    }

    private static String words(BalanceClass balance) {
        return switch (balance) {
            case ABSENT -> "without a balance";
            case NEGATIVE -> "below zero";
            case ZERO -> "exactly zero";
            case DUST -> "above zero, below 0.01";
            case POSITIVE -> "0.01 or more";
        };
    }
}
