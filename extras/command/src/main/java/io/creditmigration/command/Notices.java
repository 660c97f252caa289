package io.creditmigration.command;

import io.creditmigration.DeadLetter;
import io.creditmigration.DispatchOptions;
import io.creditmigration.NoticeDispatcher;
import io.creditmigration.NoticeTemplates;
import io.creditmigration.Notifier;
import io.creditmigration.RunOptions;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What users were told, and what did not reach them. */
@Command(
        name = "notices",
        abbreviateSynopsis = true,
        description = "Counts what users were told, and lists what could not be delivered.",
        footer = {
            "",
            "Example: credit-migration notices --requeue --apply",
            "Delivering is for the application's own NoticeDispatcher: it has the addresses."
        })
final class Notices extends MigrationCommand {

    private static final int DEAD_LETTERS_MAX = 10_000;
    private static final int LISTED_MAX = 20;

    @Mixin
    private Applying applying = new Applying();

    @Option(names = "--requeue", description = "Have dead letters delivered again.")
    private boolean requeue;

    @Option(names = "--announce", description = "Queue an announcement for everybody concerned.")
    private boolean announce;

    @Override
    void check() {
        applying.check();
        if (requeue && announce) {
            throw usage("--requeue and --announce exclude each other");
        }
        if (!applying.isDry() && !requeue && !announce) {
            throw usage("--apply is of no use without --requeue or --announce");
        }
    }

    @Override
    ExitCode work(Application application, Output output, Interruption interruption) throws SQLException {
        List<Records.NoticeCount> counts = new Records(application.pool(), application.configuration()).notices();
        NoticeDispatcher dispatcher = NoticeDispatcher.of(
                application.store(),
                Notifier.logging(),
                NoticeTemplates.shipped("https://example.com"),
                DispatchOptions.defaults());
        List<DeadLetter> dead = dispatcher.deadLetters(DEAD_LETTERS_MAX).stream()
                .filter(letter -> letter.notice().migrationId().equals(application.migrationId()))
                .toList();
        output.field(
                "counts",
                counts.stream()
                        .map(count -> new TreeMap<>(
                                Map.of("kind", count.kind(), "state", count.state(), "notices", count.notices())))
                        .toList());
        output.field("deadLetters", dead.stream().map(Notices::view).toList());
        output.say(counts.isEmpty() ? "No notices." : "Notices of migration " + application.migrationId());
        output.table(counts.stream()
                .map(count -> List.of(count.kind(), count.state(), Output.number(count.notices())))
                .toList());
        if (!dead.isEmpty()) {
            output.heading("Dead letters");
            output.table(dead.stream()
                    .limit(LISTED_MAX)
                    .map(letter -> List.of(
                            "user " + letter.notice().userId(),
                            letter.notice().kind().name(),
                            letter.error()))
                    .toList());
        }
        output.field("applied", false);
        if (requeue) {
            return requeue(dispatcher, dead, output);
        }
        return announce ? announce(application, output) : ExitCode.DONE;
    }

    private ExitCode requeue(NoticeDispatcher dispatcher, List<DeadLetter> dead, Output output) {
        if (dead.isEmpty()) {
            output.heading("There are no dead letters.");
            return ExitCode.NOTHING_TO_DO;
        }
        if (!isAgreed("Have " + Output.count(dead.size(), "dead letter") + " delivered again?", output)) {
            return applying.isDry() ? ExitCode.DONE : ExitCode.STOPPED;
        }
        long requeued = dead.stream().filter(dispatcher::requeue).count();
        output.field("applied", true);
        output.field("requeued", requeued);
        output.heading(Output.count(requeued, "notice") + (requeued == 1 ? " is" : " are") + " queued again.");
        return ExitCode.DONE;
    }

    private ExitCode announce(Application application, Output output) {
        if (!application.configuration().notices()) {
            throw usage("notices are off in the configuration; set notices: true, here and in the application");
        }
        if (!isAgreed("Queue an announcement for everybody whom the migration concerns?", output)) {
            return applying.isDry() ? ExitCode.DONE : ExitCode.STOPPED;
        }
        long queued = application
                .migrations()
                .announce(RunOptions.defaults()
                        .withSettings(application.configuration().settings()));
        output.field("applied", true);
        output.field("queued", queued);
        output.heading(Output.count(queued, "announcement") + (queued == 1 ? " is queued." : " are queued."));
        return queued == 0 ? ExitCode.NOTHING_TO_DO : ExitCode.DONE;
    }

    private boolean isAgreed(String question, Output output) {
        if (applying.isDry()) {
            output.onlyShown();
            return false;
        }
        return applying.isAgreed(question);
    }

    private static Map<String, @Nullable Object> view(DeadLetter letter) {
        Map<String, @Nullable Object> view = new LinkedHashMap<>();
        view.put("userId", letter.notice().userId());
        view.put("kind", letter.notice().kind().name());
        view.put("attempt", letter.notice().attempt());
        view.put("deliveries", letter.deliveries());
        view.put("error", letter.error());
        return view;
    }
}
