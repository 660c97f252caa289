package io.creditmigration.demo;

import io.creditmigration.MigrationResult.Status;
import io.creditmigration.MigrationRun;
import java.io.Console;
import java.io.PrintStream;
import java.math.BigDecimal;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** Lines of at most 90 characters for people: headings, aligned figures, progress. ASCII only, no colours. */
final class Screen {

    private static final int WIDTH = 79;
    private static final int PROGRESS_LINES_MAX = 10;
    private static final int UPDATE_INTERVAL_MILLIS = 200;
    private static final double NANOS_PER_SECOND = 1e9;

    private final PrintStream out;
    private final boolean interactive;

    /** A screen that shows a progress bar if it is interactive, and plain lines otherwise. */
    Screen(PrintStream out, boolean interactive) {
        this.out = out;
        this.interactive = interactive;
    }

    /** The standard output of this process. */
    static Screen ofProcess() {
        return new Screen(System.out, isTerminal());
    }

    static String number(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    /** An amount with thousands separators, and as many decimals as it has. */
    static String amount(BigDecimal amount) {
        DecimalFormat format = new DecimalFormat("#,##0.########", DecimalFormatSymbols.getInstance(Locale.ROOT));
        return format.format(amount);
    }

    static String since(long startedNanos) {
        return String.format(Locale.ROOT, "%.1f s", (System.nanoTime() - startedNanos) / NANOS_PER_SECOND);
    }

    void title(String title) {
        out.println();
        out.println("=".repeat(WIDTH));
        out.println(title);
        out.println("=".repeat(WIDTH));
    }

    void heading(String heading) {
        out.println();
        out.println(heading);
        out.println("-".repeat(heading.length()));
    }

    void say(String text) {
        out.println(text.stripTrailing());
    }

    void figure(String label, long number, String note) {
        figure(label, number(number), note);
    }

    void figure(String label, BigDecimal amount, String note) {
        figure(label, amount(amount), note);
    }

    void figure(String label, String value, String note) {
        say(String.format(Locale.ROOT, "  %-40s %16s  %s", label, value, note));
    }

    /** One line of a table of users with two amounts. */
    void row(String who, String users, String amount, String other) {
        say(String.format(Locale.ROOT, "  %-40s %8s %16s %18s", who, users, amount, other));
    }

    /** The same from the columns of a query. */
    void row(@Nullable Object who, List<@Nullable Object> figures) {
        List<String> texts = figures.stream()
                .map(figure -> amount(new BigDecimal(String.valueOf(figure))))
                .toList();
        row(String.valueOf(who), texts.get(0), texts.get(1), texts.get(2));
    }

    void check(boolean holds, String what, String found) {
        say(String.format(Locale.ROOT, "  %-6s  %-58s %20s", holds ? "ok" : "FAILED", what, found));
    }

    /** Users by what became or would become of them, with the words for each. */
    void outcomes(Map<Status, Long> outcomes) {
        outcomes.forEach((status, users) -> figure(status.name(), users, words(status)));
    }

    /** Does work that reports its progress over so many users, and answers with its result. */
    <T> T progress(long users, Work<T> work) {
        if (interactive) {
            try (ProgressBar bar = new ProgressBarBuilder()
                    .setTaskName("  users")
                    .setInitialMax(users)
                    .setStyle(ProgressBarStyle.ASCII)
                    .setUpdateIntervalMillis(UPDATE_INTERVAL_MILLIS)
                    .setMaxRenderedLength(WIDTH)
                    .build()) {
                return work.report(run -> bar.stepTo(run.users()));
            }
        }
        return work.report(new Lines(users));
    }

    /** Work that is given the listener to report to. */
    interface Work<T> {
        T report(Consumer<MigrationRun> listener);
    }

    /** Progress as a line for each tenth. */
    private final class Lines implements Consumer<MigrationRun> {

        private final long users;
        private long tenths;

        Lines(long users) {
            this.users = users;
        }

        @Override
        public void accept(MigrationRun run) {
            long reached = run.users() * PROGRESS_LINES_MAX / users;
            if (reached > tenths) {
                tenths = reached;
                say(String.format(
                        Locale.ROOT,
                        "  %,9d of %,d users looked at, %,d migrated by the run",
                        run.users(),
                        users,
                        run.count(Status.MIGRATED)));
            }
        }
    }

    private static String words(Status status) {
        return switch (status) {
            case UNKNOWN_USER -> "no such user";
            case NOT_REGISTERED -> "the migration is not registered yet";
            case WITHDRAWN -> "the migration was withdrawn";
            case NOT_BEGUN -> "the migration begins later";
            case OUT_OF_STEP -> "row and journal disagree; left alone";
            case ALREADY_MIGRATED -> "already under the new rules";
            case ROLLED_BACK -> "left alone until an operator reopens";
            case FAILED_BEFORE, FAILED, FAILED_UNRECORDED -> "keep working under the old rules";
            case ENDED -> "the next migration has begun";
            case NOT_SUBJECT -> "registered since the cut-off";
            case EXEMPT -> "admins";
            case HALTED -> "the halt switch is on";
            case OUTSIDE_ROLLOUT -> "not their turn yet";
            case UNKNOWN_RATE -> "no rate; never taken for the old one";
            case UNKNOWN_REGISTRATION -> "no registration time; left alone";
            case ABSENT_BALANCE -> "no balance; never taken for zero";
            case NEGATIVE_BALANCE -> "for a person to look at";
            case HAS_CREDITS -> "asked to confirm first";
            case QUOTE_CHANGED -> "shown a new quote";
            case MIGRATED -> "no question asked";
            case CONTENDED -> "the next trigger tries again";
        };
    }

    /** Since JDK 22 there may be a console where there is no terminal; it tells, by a method that is new then. */
    @SuppressWarnings("SystemConsoleNull")
    static boolean isTerminal() {
        Console console = System.console();
        if (console == null) {
            return false;
        }
        try {
            return (boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (ReflectiveOperationException e) {
            return true;
        }
    }
}
