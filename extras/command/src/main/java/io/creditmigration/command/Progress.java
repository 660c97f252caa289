package io.creditmigration.command;

import io.creditmigration.MigrationResult.Status;
import io.creditmigration.MigrationRun;
import io.creditmigration.RunProgress;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** How far a run came: a line that is written over on a terminal, and now and then a line elsewhere. */
final class Progress implements Consumer<MigrationRun> {

    private static final int BAR = 20;
    private static final int WIDTH = 79;
    private static final int HUNDRED = 100;
    private static final long BAR_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final long LINE_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final Output output;
    private final boolean terminal;
    private long shownNanos;
    private boolean shown;

    Progress(Output output) {
        this(output, Terminal.isThere());
    }

    Progress(Output output, boolean terminal) {
        this.output = output;
        this.terminal = terminal;
    }

    @Override
    public synchronized void accept(MigrationRun run) {
        long now = System.nanoTime();
        if (shown && now - shownNanos < (terminal ? BAR_NANOS : LINE_NANOS)) {
            return;
        }
        shown = true;
        shownNanos = now;
        show(run);
    }

    /** Shows this state whenever the last one was shown. */
    void show(MigrationRun run) {
        shown = true;
        if (terminal) {
            String line = bar(run) + "  " + words(run);
            output.overwrite("\r" + (line.length() > WIDTH ? line.substring(0, WIDTH) : padded(line)));
        } else {
            output.note(words(run));
        }
    }

    /** Leaves the last line standing. */
    void end() {
        if (terminal && shown) {
            output.note("");
        }
    }

    private static String bar(MigrationRun run) {
        int filled = run.progress().percent() * BAR / HUNDRED;
        return "[" + "#".repeat(filled) + ".".repeat(BAR - filled) + "]";
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
            words.append(", ").append(run.state());
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

    private static String words(Duration time) {
        return time.toHours() > 0
                ? String.format(Locale.ROOT, "%d:%02d:%02d", time.toHours(), time.toMinutesPart(), time.toSecondsPart())
                : String.format(Locale.ROOT, "%d:%02d", time.toMinutes(), time.toSecondsPart());
    }

    private static String padded(String line) {
        return line + " ".repeat(WIDTH - line.length());
    }
}
