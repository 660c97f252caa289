package io.creditmigration.command;

import io.creditmigration.Migration;
import io.creditmigration.MigrationPlan;
import io.creditmigration.MigrationResult.Status;
import io.creditmigration.MigrationRun;
import io.creditmigration.MigrationStatus;
import io.creditmigration.Verification;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A report in a few sentences: whether it is done, whether it is proved, what money is at stake, what needs attention.
 *
 * @param mood good, open or bad
 * @param headline the shortest true sentence
 * @param sentences what is behind it
 * @param attention what somebody has to look at; empty where there is nothing
 */
record Verdict(String mood, String headline, List<String> sentences, List<String> attention) {

    private static final List<Status> STILL_TO_COME =
            List.of(Status.MIGRATED, Status.OUTSIDE_ROLLOUT, Status.HALTED, Status.NOT_BEGUN, Status.CONTENDED);

    static Verdict of(ReportData data) {
        Judge judge = new Judge(data);
        List<String> attention = judge.attention();
        boolean isWrong = data.verification() != null && !data.verification().isClean();
        boolean isDone = judge.isDone();
        String mood = isWrong ? "bad" : isDone && attention.isEmpty() && data.verification() != null ? "good" : "open";
        return new Verdict(
                mood,
                judge.headline() + (isWrong ? " Verification has found errors." : ""),
                List.of(judge.done(), judge.proof(), judge.money()),
                attention);
    }

    /** Puts the figures of a report into words. */
    private static final class Judge {

        private final ReportData data;
        private final Migration migration;
        private final long migrated;
        private final long failed;
        private final long toConfirm;
        private final long toCome;

        Judge(ReportData data) {
            this.data = data;
            this.migration = data.migration();
            this.migrated = users(MigrationStatus.COMPLETED);
            this.failed = users(MigrationStatus.FAILED);
            MigrationPlan now = data.now();
            this.toConfirm = now == null ? 0 : now.toConfirm();
            this.toCome = now == null
                    ? 0
                    : STILL_TO_COME.stream().mapToLong(now::count).sum();
        }

        private long users(MigrationStatus status) {
            return data.users().getOrDefault(status, 0L);
        }

        boolean isDone() {
            return data.now() != null && migrated > 0 && toCome + toConfirm == 0;
        }

        String headline() {
            if (data.rollout().halted()) {
                return "The migration is halted.";
            }
            if (migrated == 0) {
                return "The migration has migrated nobody yet.";
            }
            if (data.now() == null) {
                return Words.users(migrated) + " migrated so far.";
            }
            if (!isDone()) {
                return "The migration is under way.";
            }
            return failed == 0
                    ? "The migration is done."
                    : "The migration is done, except for " + Words.users(failed) + " who failed.";
        }

        String done() {
            String done = Words.users(migrated) + (migrated == 1 ? " works" : " work") + " under the new rules.";
            if (data.now() == null) {
                return done + " Nobody was asked how many are left.";
            }
            List<String> left = new ArrayList<>();
            if (toCome > 0) {
                left.add(Words.users(toCome) + " can be migrated without asking");
            }
            if (toConfirm > 0) {
                left.add(Words.users(toConfirm) + " must confirm first");
            }
            return left.isEmpty() ? done + " Nobody is left." : done + " " + String.join(", and ", left) + ".";
        }

        String proof() {
            Verification verification = data.verification();
            if (verification == null) {
                return "Nothing is proved: the tables were not verified for this report.";
            }
            long moved = verification.figures().moved();
            String checked = Output.count(verification.figures().balancesProved(), "balance")
                    + " recomputed from the tables"
                    + (moved == 0 ? "." : ", and " + Output.count(moved, "other") + " moved by their users since.");
            return verification.isClean()
                    ? "It is proved: " + checked + " Nothing is wrong."
                    : "It is not proved: " + checked + " " + Output.count(wrong(verification), "error")
                            + " found, see below.";
        }

        private static long wrong(Verification verification) {
            return verification.found().entrySet().stream()
                    .filter(found -> found.getKey().isError())
                    .mapToLong(found -> found.getValue().count())
                    .sum();
        }

        String money() {
            LogSummary log = data.log();
            String credits = Output.amount(log.creditsBefore) + " credits became " + Output.amount(log.creditsAfter);
            if (migration.conversion().isEmpty()) {
                return credits + ": " + Output.amount(log.creditsAfter.subtract(log.creditsBefore)) + " were granted.";
            }
            Verification verification = data.verification();
            if (verification == null) {
                return credits + ", at the new rate.";
            }
            Verification.Figures figures = verification.figures();
            return credits + ", worth " + Output.amount(figures.worthBefore()) + " before and "
                    + Output.amount(figures.worthAfter()) + " after; rounding has left "
                    + Output.amount(figures.residual()) + " over.";
        }

        List<String> attention() {
            List<String> attention = new ArrayList<>();
            Verification verification = data.verification();
            if (verification != null) {
                verification
                        .found()
                        .forEach((check, found) ->
                                attention.add(Words.of(check) + ": " + Output.number(found.count()) + ", see below."));
            }
            if (data.rollout().halted()) {
                attention.add("The halt switch is on: nobody can migrate.");
            }
            add(attention, failed, "failed and works on under the old rules", "failed and work on under the old rules");
            add(
                    attention,
                    now(Status.OUT_OF_STEP),
                    "has a row that disagrees with the journal",
                    "have rows that disagree with the journal");
            add(attention, now(Status.NEGATIVE_BALANCE), "has a balance below zero", "have a balance below zero");
            add(attention, now(Status.ABSENT_BALANCE), "has no balance", "have no balance");
            add(attention, now(Status.UNKNOWN_RATE), "has no rate", "have no rate");
            add(attention, now(Status.UNKNOWN_REGISTRATION), "has no registration time", "have no registration time");
            MigrationRun latest = data.runs().isEmpty() ? null : data.runs().get(0);
            if (latest != null && Pass.isUnfinished(latest) && latest.state() != MigrationRun.State.RUNNING) {
                attention.add("The newest run is " + Words.of(latest.state())
                        + (latest.reason().isEmpty() ? "" : ": " + latest.reason()) + ".");
            }
            if (migrated > 0 && data.seals().isEmpty()) {
                attention.add("The journal is not sealed; 'credit-migration seal' does it.");
            } else if (verification != null && verification.figures().unsealedLines() > 0) {
                attention.add(Output.count(verification.figures().unsealedLines(), "line")
                        + " of the journal came after the last seal.");
            }
            return attention;
        }

        private long now(Status status) {
            @Nullable MigrationPlan now = data.now();
            return now == null ? 0 : now.count(status);
        }

        private static void add(List<String> attention, long users, String one, String many) {
            if (users > 0) {
                attention.add(Words.users(users) + " " + (users == 1 ? one : many) + ".");
            }
        }
    }
}
