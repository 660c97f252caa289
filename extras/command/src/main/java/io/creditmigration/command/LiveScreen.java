package io.creditmigration.command;

import io.creditmigration.MigrationResult.Status;
import io.creditmigration.MigrationRun;
import io.creditmigration.MigrationStatus;
import io.creditmigration.Rollout;
import io.creditmigration.RunEvent;
import io.creditmigration.RunProgress;
import io.creditmigration.RunSettings;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** A run on one screen of at most 80 columns and 22 lines, which is written over as it goes on. */
final class LiveScreen {

    static final int COLUMNS = 79;
    static final int LINES = 22;

    private static final int BAR = 60;
    private static final int EVENTS = 4;
    private static final int SILENT_SECONDS = 10;
    private static final int HUNDRED = 100;
    private static final int NEAR_PERCENT = 95;
    private static final String CLEAR_TO_END_OF_LINE = "\033[K";
    private static final String CLEAR_BELOW = "\033[J";

    private final Output output;
    private int shown;

    LiveScreen(Output output) {
        this.output = output;
    }

    /**
     * What is shown.
     *
     * @param migrationId the migration
     * @param now when it was read
     * @param rollout who may migrate
     * @param users users by where they stand
     * @param run the newest run
     * @param events what was done, newest first
     */
    record Picture(
            String migrationId,
            Instant now,
            Rollout rollout,
            Map<MigrationStatus, Long> users,
            MigrationRun run,
            List<RunEvent> events) {

        List<String> lines() {
            RunProgress progress = run.progress();
            List<String> lines = new ArrayList<>();
            lines.add(apart("Migration " + migrationId + ", open to " + Words.of(rollout), Words.time(now)));
            lines.add("Run " + run.id() + " for " + Words.of(run.scope())
                    + (run.stage() == null ? "" : ", stage of " + run.stage() + " %") + ": " + Words.of(run.state()));
            lines.add("");
            lines.add(ProgressLine.bar(progress.percent(), BAR)
                    + String.format(Locale.ROOT, " %3d %%", progress.percent()));
            lines.add(figure(
                    "users",
                    Output.number(progress.done()) + " of " + Output.number(progress.users()) + " done"
                            + (progress.sweeping() ? ", sweeping for those who came meanwhile" : "")));
            lines.add(figure("rate", rate()));
            lines.add(figure("time left", progress.eta().map(Progress::words).orElse("not known yet")));
            lines.add(figure("failures", failures()));
            if (run.settings().grantedMax() != null) {
                lines.add(figure("granted", granted(run.settings().grantedMax().amount())));
            }
            lines.add(figure("workers", workers()));
            lines.add(figure("why slow", slowness()));
            lines.add("");
            lines.add(figure(
                    "so far",
                    run.tally().outcomes().entrySet().stream()
                            .map(entry -> Output.number(entry.getValue()) + " " + name(entry.getKey()))
                            .collect(Collectors.joining(", "))));
            lines.add(figure(
                    "in all",
                    users.entrySet().stream()
                            .map(entry -> Output.number(entry.getValue()) + " "
                                    + entry.getKey().name().toLowerCase(Locale.ROOT))
                            .collect(Collectors.joining(", "))));
            lines.add("");
            lines.add("Last events");
            events.stream().limit(EVENTS).forEach(event -> lines.add("  " + Words.of(event)));
            lines.add("");
            lines.add("Ctrl-C ends watching, not the run. In another terminal: pause, resume, halt.");
            return lines.stream().map(LiveScreen::cut).toList();
        }

        private String rate() {
            int limit = run.settings().usersPerSecond();
            return Output.number(run.progress().usersPerSecond()) + " users a second, "
                    + (limit == 0 ? "no limit" : "of at most " + Output.number(limit));
        }

        private String failures() {
            long failed = run.count(Status.FAILED) + run.count(Status.FAILED_UNRECORDED);
            BigDecimal most = run.settings().failureRateMax();
            long users = Math.max(1, run.users());
            BigDecimal share = BigDecimal.valueOf(failed)
                    .multiply(BigDecimal.valueOf(HUNDRED))
                    .divide(BigDecimal.valueOf(users), 2, RoundingMode.HALF_UP);
            return Output.number(failed) + ", " + share.toPlainString() + " % of the users, "
                    + (most == null
                            ? "no limit"
                            : "of at most "
                                    + most.multiply(BigDecimal.valueOf(HUNDRED))
                                            .stripTrailingZeros()
                                            .toPlainString()
                                    + " %");
        }

        private String granted(BigDecimal most) {
            return Output.amount(run.tally().granted()) + " credits, of at most " + Output.amount(most);
        }

        private String workers() {
            RunSettings settings = run.settings();
            long silent = Duration.between(run.progress().movedAt(), now).toSeconds();
            return Output.count(settings.threads(), "worker") + " in each process, "
                    + Output.count(settings.pageSize(), "user") + " a page; "
                    + (silent < SILENT_SECONDS || run.state() != MigrationRun.State.RUNNING
                            ? "last page " + Math.max(0, silent) + " s ago"
                            : "NOBODY HAS WORKED FOR " + Output.number(silent) + " s");
        }

        private String slowness() {
            int limit = run.settings().usersPerSecond();
            if (run.slowness() != null) {
                return run.slowness();
            }
            if (limit > 0 && run.progress().usersPerSecond() * HUNDRED >= (long) limit * NEAR_PERCENT) {
                return "held at its limit; 'resume --users-per-second N' changes it";
            }
            return "nothing holds it";
        }

        private static String name(Status status) {
            return status.name().toLowerCase(Locale.ROOT).replace('_', ' ');
        }
    }

    /** Writes over what was shown before. */
    void show(Picture picture) {
        List<String> lines = picture.lines();
        StringBuilder text = new StringBuilder();
        if (shown > 0) {
            text.append("\033[").append(shown).append("A\r");
        }
        lines.forEach(line -> text.append(line).append(CLEAR_TO_END_OF_LINE).append("\r\n"));
        output.overwrite(text.append(CLEAR_BELOW).toString());
        shown = lines.size();
    }

    private static String figure(String name, String words) {
        return String.format(Locale.ROOT, "  %-10s %s", name, words);
    }

    private static String apart(String left, String right) {
        int gap = COLUMNS - left.length() - right.length();
        return gap < 1 ? left : left + " ".repeat(gap) + right;
    }

    private static String cut(String line) {
        return line.length() <= COLUMNS ? line : line.substring(0, COLUMNS - 1) + "~";
    }
}
