package io.creditmigration.command;

import io.creditmigration.DeadLetter;
import io.creditmigration.DispatchOptions;
import io.creditmigration.NoticeDispatcher;
import io.creditmigration.NoticeKind;
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
            "Example: credit-migration notices --deliver --apply",
            "Mail goes by the section 'mail' of the configuration. An application that",
            "delivers by itself uses NoticeDispatcher; both may work at the same time."
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

    @Option(names = "--deliver", description = "Send what is due by mail, and end.")
    private boolean deliver;

    @Option(names = "--until-stopped", description = "With --deliver: go on until Ctrl-C.")
    private boolean untilStopped;

    @Override
    void check() {
        applying.check();
        int wanted = (requeue ? 1 : 0) + (announce ? 1 : 0) + (deliver ? 1 : 0);
        if (wanted > 1) {
            throw usage("--requeue, --announce and --deliver exclude each other");
        }
        if (!applying.isDry() && wanted == 0) {
            throw usage("--apply is of no use without --requeue, --announce or --deliver");
        }
        if (untilStopped && !deliver) {
            throw usage("--until-stopped is of no use without --deliver");
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
        if (deliver) {
            return deliver(application, output, interruption);
        }
        return announce ? announce(application, counts, output) : ExitCode.DONE;
    }

    private ExitCode deliver(Application application, Output output, Interruption interruption) throws SQLException {
        MailSettings mail = application.configuration().mail();
        if (mail == null) {
            throw usage("the configuration does not say how mail is sent; add a section 'mail' to it");
        }
        // Reads the columns, so that a dry run finds what is misspelt.
        AddressBook addresses = AddressBook.of(application.pool(), application.configuration(), mail);
        long due = new Records(application.pool(), application.configuration()).dueNotices();
        output.field("due", due);
        output.heading(Output.count(due, "notice") + (due == 1 ? " is" : " are") + " due, of all migrations.");
        if (due == 0 && !untilStopped) {
            return ExitCode.NOTHING_TO_DO;
        }
        if (!isAgreed("Send " + Output.count(due, "mail") + " by " + mail.host() + "?", output)) {
            return applying.isDry() ? ExitCode.DONE : ExitCode.STOPPED;
        }
        output.field("applied", true);
        return new MailRound(application.store(), mail, addresses, output, interruption).deliver(due, untilStopped);
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

    private ExitCode announce(Application application, List<Records.NoticeCount> counts, Output output) {
        if (!application.configuration().notices()) {
            throw usage("notices are off in the configuration; set notices: true, here and in the application");
        }
        RunOptions options =
                RunOptions.defaults().withSettings(application.configuration().settings());
        long concerned = application.migrations().countAnnouncements(options);
        long before = counts.stream()
                .filter(count -> count.kind().equals(NoticeKind.PRE_ANNOUNCEMENT.name())
                        && !count.state().equals("CANCELLED"))
                .mapToLong(Records.NoticeCount::notices)
                .sum();
        output.field("concerned", concerned);
        output.heading("The migration is to be announced to " + Words.users(concerned) + "; "
                + Output.count(before, "announcement") + (before == 1 ? " was" : " were")
                + " queued before, and nobody gets a second one.");
        if (!isAgreed("Queue an announcement for those who have none?", output)) {
            return applying.isDry() ? ExitCode.DONE : ExitCode.STOPPED;
        }
        long queued = application.migrations().announce(options);
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
