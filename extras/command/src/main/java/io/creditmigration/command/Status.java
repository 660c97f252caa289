package io.creditmigration.command;

import io.creditmigration.MigrationRun;
import io.creditmigration.MigrationRun.State;
import io.creditmigration.MigrationRuns;
import io.creditmigration.Rollout;
import io.creditmigration.RunEvent;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Where the migration stands. */
@Command(
        name = "status",
        abbreviateSynopsis = true,
        description = "Shows rollout, users and runs; --watch follows the newest run to its end.",
        footer = {"", "Example: credit-migration status --watch"})
final class Status extends MigrationCommand {

    private static final int SHOWN_MAX = 10;

    /** How often a run is seen to stand still before watching ends. */
    private static final int STILL_MAX = 2;

    @Option(names = "--watch", description = "Follow the newest run until it stands still.")
    private boolean watch;

    @Option(names = "--interval", paramLabel = "SECONDS", description = "With --watch: 1 to 3600; 1.")
    private int interval = 1;

    @Override
    void check() {
        if (interval < 1 || interval > 3600) {
            throw usage("--interval is " + interval + "; allowed: 1 to 3600 seconds");
        }
    }

    @Override
    ExitCode work(Application application, Output output, Interruption interruption) throws Exception {
        MigrationRuns runs = application.migrations().runs();
        if (watch) {
            watch(application, output);
        }
        Rollout rollout = application.migrations().rollout();
        List<RunEvent> events = runs.events().stream().limit(SHOWN_MAX).toList();
        List<MigrationRun> list = runs.list().stream().limit(SHOWN_MAX).toList();
        Optional<MigrationRun> latest = runs.latest();
        Map<String, Long> users = users(application);
        output.field("rollout", Views.sorted("percent", rollout.percent(), "halted", rollout.halted()));
        output.field("users", users);
        output.field("latestRun", latest.map(Views::run).orElse(null));
        output.field("runs", list.stream().map(Views::run).toList());
        output.field("events", events.stream().map(Views::event).toList());

        output.say("Migration " + application.migrationId() + ", rollout " + Words.of(rollout));
        output.table(users.entrySet().stream()
                .map(entry -> List.of(entry.getKey(), Output.number(entry.getValue())))
                .toList());
        if (latest.isEmpty()) {
            output.heading("No run yet.");
        } else {
            output.heading(Progress.words(latest.get()));
            Words.run(output, application.migrations().migration(), latest.get());
        }
        if (list.size() > 1) {
            output.heading("Runs");
            output.table(list.stream().map(Status::row).toList());
        }
        if (!events.isEmpty()) {
            output.heading("Events");
            events.forEach(event -> output.item(Words.of(event)));
        }
        return ExitCode.DONE;
    }

    /** Follows the newest run, and the one after it where a stage follows a stage. */
    private void watch(Application application, Output output) throws InterruptedException {
        MigrationRuns runs = application.migrations().runs();
        boolean isScreen = Terminal.isThere() && !"dumb".equals(System.getenv("TERM"));
        Progress progress = new Progress(output, /* terminal= */ false);
        LiveScreen screen = new LiveScreen(output);
        int still = 0;
        for (Optional<MigrationRun> run = runs.latest(); run.isPresent() && still < STILL_MAX; run = runs.latest()) {
            still = run.get().state() == State.RUNNING ? 0 : still + 1;
            if (isScreen) {
                screen.show(new LiveScreen.Picture(
                        application.migrationId(),
                        Instant.now(),
                        application.migrations().rollout(),
                        application.users(),
                        run.get(),
                        runs.events()));
            } else if (still == 0) {
                progress.show(run.get());
            }
            if (still < STILL_MAX) {
                TimeUnit.SECONDS.sleep(interval);
            }
        }
    }

    private static Map<String, Long> users(Application application) {
        return Views.counts(application.users());
    }

    private static List<String> row(MigrationRun run) {
        return List.of(
                Words.time(run.progress().startedAt()),
                run.id(),
                Words.of(run.scope()),
                run.stage() == null ? "" : run.stage() + " %",
                Words.of(run.state()),
                Output.number(run.users()));
    }
}
