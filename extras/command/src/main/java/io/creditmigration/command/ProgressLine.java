package io.creditmigration.command;

import java.util.concurrent.TimeUnit;

/** How far something came: a bar that is written over on a terminal, and now and then a line elsewhere. */
final class ProgressLine {

    private static final int BAR = 20;
    private static final int WIDTH = 79;
    private static final int HUNDRED = 100;
    private static final long BAR_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final long LINE_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final Output output;
    private final boolean terminal;
    private long shownNanos;
    private boolean shown;

    ProgressLine(Output output, boolean terminal) {
        this.output = output;
        this.terminal = terminal;
    }

    /** Shows this, unless something was shown a moment ago. */
    synchronized void offer(int percent, String words) {
        long now = System.nanoTime();
        if (!shown || now - shownNanos >= (terminal ? BAR_NANOS : LINE_NANOS)) {
            shownNanos = now;
            show(percent, words);
        }
    }

    /** Shows this, whenever the last one was shown. */
    synchronized void show(int percent, String words) {
        shown = true;
        if (terminal) {
            String line = bar(percent, BAR) + "  " + words;
            output.overwrite("\r"
                    + (line.length() > WIDTH ? line.substring(0, WIDTH) : line + " ".repeat(WIDTH - line.length())));
        } else {
            output.note(words);
        }
    }

    /** Leaves the last line standing. */
    synchronized void end() {
        if (terminal && shown) {
            output.note("");
        }
    }

    static String bar(int percent, int width) {
        int filled = percent * width / HUNDRED;
        return "[" + "#".repeat(filled) + ".".repeat(width - filled) + "]";
    }
}
