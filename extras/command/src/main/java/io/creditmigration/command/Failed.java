package io.creditmigration.command;

import io.creditmigration.RunOptions;
import io.creditmigration.RunScope;
import io.creditmigration.UserMigration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Users who could not be migrated. */
@Command(
        name = "failed",
        abbreviateSynopsis = true,
        description = "Lists users who could not be migrated, and why; --retry tries them again.",
        footer = {"", "Example: credit-migration failed --retry --apply", "They work on under the old rules meanwhile."
        })
final class Failed extends OperatorCommand {

    @Mixin
    private Applying applying = new Applying();

    @Option(names = "--retry", description = "Show what another try would do.")
    private boolean retry;

    @Option(names = "--after", paramLabel = "USER", description = "List those behind this id.")
    private @Nullable String after;

    @Option(names = "--limit", paramLabel = "N", description = "How many to list, 1 to 10000; 100.")
    private int limit = 100;

    @Override
    void check() {
        applying.check();
        if (!applying.isDry() && !retry) {
            throw usage("--apply is of no use without --retry");
        }
    }

    @Override
    ExitCode work(Application application, Output output, Interruption interruption) {
        List<UserMigration> failed = application.migrations().runs().failed(after, limit);
        output.field("failed", failed.stream().map(Views::record).toList());
        if (failed.isEmpty()) {
            output.say("Nobody has failed" + (after == null ? "." : " behind user " + after + "."));
            return ExitCode.NOTHING_TO_DO;
        }
        if (retry) {
            RunOptions options = RunOptions.defaults()
                    .withSettings(application.configuration().settings())
                    .withScope(RunScope.failedOnly().withExempt())
                    .withReason(actor(), reason());
            return new Pass(application.migrations(), output, interruption, again(), new Pace()).go(options, applying);
        }
        output.table(failed.stream()
                .map(user ->
                        List.of("user " + user.userId(), Words.time(user.changedAt()), String.valueOf(user.error())))
                .toList());
        if (failed.size() == limit) {
            output.say("There may be more: --after '"
                    + failed.get(failed.size() - 1).userId() + "'");
        }
        return ExitCode.SOME_FAILED;
    }
}
