package io.creditmigration.command;

import io.creditmigration.MigrationResult.Status;
import io.creditmigration.MigrationRun;
import io.creditmigration.RunProgress;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Consumer;

/** How far a run came, in a bar and in words. */
final class Progress implements Consumer<MigrationRun> {

    private final ProgressLine line;

    Progress(Output output) {
        this(output, Terminal.isThere());
    }

    Progress(Output output, boolean terminal) {
        this.line = new ProgressLine(output, terminal);
    }

    @Override
    public void accept(MigrationRun run) {
        line.offer(run.progress().percent(), words(run));
    }

    /** Shows this state whenever the last one was shown. */
    void show(MigrationRun run) {
        line.show(run.progress().percent(), words(run));
    }

    /** Leaves the last line standing. */
    void end() {
        line.end();
    }

    static String words(MigrationRun run) {
        RunProgress progress = run.progress();
        StringBuilder words =
                new StringBuilder().append(progress.percent()).append(" % of ").append(Words.users(progress.users()));
        if (progress.sweeping()) {
            words.append(", sweeping");
        } else if (run.state() == MigrationRun.State.RUNNING) {
            words.append(", ").append(Output.number(progress.usersPerSecond())).append("/s");
            progress.eta()
                    .ifPresent(eta -> words.append(", ").append(words(eta)).append(" left"));
        } else {
            words.append(", ").append(Words.of(run.state()));
        }
        long failed = run.count(Status.FAILED);
        if (failed > 0) {
            words.append(", ").append(Output.number(failed)).append(" failed");
        }
        if (run.slowness() != null) {
            words.append(", ").append(run.slowness());
        }
        return words.toString();
    }

    static String words(Duration time) {
        return time.toHours() > 0
                ? String.format(Locale.ROOT, "%d:%02d:%02d", time.toHours(), time.toMinutesPart(), time.toSecondsPart())
                : String.format(Locale.ROOT, "%d:%02d", time.toMinutes(), time.toSecondsPart());
    }
}
