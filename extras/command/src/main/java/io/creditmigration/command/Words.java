package io.creditmigration.command;

import io.creditmigration.Migration;
import io.creditmigration.MigrationPlan;
import io.creditmigration.MigrationResult.Status;
import io.creditmigration.MigrationRun;
import io.creditmigration.RollbackPlan;
import io.creditmigration.RollbackResult;
import io.creditmigration.Rollout;
import io.creditmigration.Tally;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Figures of the library in lines for people. */
final class Words {

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);

    private static final int SHOWN_MAX = 5;

    private Words() {}

    static String of(Status status) {
        return switch (status) {
            case UNKNOWN_USER -> "no such user";
            case ALREADY_MIGRATED -> "under the new rules already";
            case ROLLED_BACK -> "taken back; left alone until reopened";
            case FAILED_BEFORE -> "failed before; 'failed' lists them";
            case NOT_SUBJECT -> "registered since the cut-off";
            case EXEMPT -> "exempt; see --include-exempt";
            case HALTED -> "the halt switch is on";
            case OUTSIDE_ROLLOUT -> "not their turn; see 'rollout'";
            case ABSENT_BALANCE -> "no balance, which is not zero";
            case NEGATIVE_BALANCE -> "below zero; for a person to look at";
            case HAS_CREDITS -> "have credits; must confirm, or not this run's";
            case QUOTE_CHANGED -> "shown a new quote";
            case MIGRATED -> "migrated";
            case FAILED -> "work on under the old rules; 'failed' lists them";
            case FAILED_UNRECORDED -> "failed, and the mark could not be written";
            case CONTENDED -> "changed by others all the time; the next run";
        };
    }

    static String of(RollbackResult.Status status) {
        return switch (status) {
            case UNKNOWN_USER -> "no such user";
            case ALREADY_ROLLED_BACK -> "taken back before";
            case NOT_COMPLETED -> "not migrated by us";
            case NOT_LATEST -> "a later migration has to be taken back first";
            case NO_ROLLBACK_DATA -> "no rollback data available";
            case MOVED_SINCE -> "moved since, and what was paid for is not known";
            case PAID_CREDITS -> "have paid credits; see --keep-paid";
            case ROLLED_BACK -> "taken back";
            case REJECTED -> "the database refuses what would be written";
            case CONTENDED -> "changed by others all the time; run it again";
        };
    }

    static String time(Instant instant) {
        return TIME.format(instant) + " UTC";
    }

    static String of(Rollout rollout) {
        return rollout.percent() + " % of the users" + (rollout.halted() ? ", and the halt switch is on" : "");
    }

    static void outcomes(Output output, Tally tally) {
        List<List<String>> rows = new ArrayList<>();
        tally.outcomes().forEach((status, users) -> rows.add(List.of(status.name(), Output.number(users), of(status))));
        output.table(rows);
    }

    static void plan(Output output, Migration migration, MigrationPlan plan) {
        output.say("Plan of migration " + migration.id() + " for "
                + plan.scope().name() + ": " + Output.number(plan.users()) + " users");
        outcomes(output, plan.tally());
        List<List<String>> amounts = new ArrayList<>(amounts(migration, plan.tally()));
        if (plan.toConfirm() > 0) {
            amounts.add(List.of("users who must confirm", Output.number(plan.toConfirm())));
            amounts.add(List.of("their credits", Output.amount(plan.creditsToConfirm())));
        }
        output.heading("Credits");
        output.table(amounts);
        changes(output, plan.largestChanges(), plan.warnings());
    }

    static void plan(Output output, Migration migration, RollbackPlan plan) {
        output.say("Plan of taking back migration " + migration.id() + " for "
                + plan.scope().name() + ": " + Output.number(plan.tally().users()) + " users");
        outcomes(output, plan.tally());
        output.heading("Credits of who is taken back");
        List<List<String>> amounts = new ArrayList<>();
        amounts.add(List.of("before", Output.amount(plan.creditsBefore())));
        amounts.add(List.of("after", Output.amount(plan.creditsAfter())));
        if (migration.conversion().isEmpty()) {
            amounts.add(List.of("withdrawn of grants", Output.amount(plan.withdrawn())));
        }
        output.table(amounts);
        if (!plan.paid().isEmpty()) {
            output.heading("Paid credits on the account");
            output.table(plan.paid().stream()
                    .limit(SHOWN_MAX)
                    .map(user -> List.of(
                            "user " + user.userId(),
                            Output.amount(user.credits().amount())))
                    .toList());
        }
        changes(output, plan.largestChanges(), plan.warnings());
    }

    private static void changes(Output output, List<MigrationPlan.Change> changes, List<String> warnings) {
        if (!changes.isEmpty()) {
            output.heading("Largest changes");
            output.table(changes.stream()
                    .limit(SHOWN_MAX)
                    .map(change -> List.of(
                            "user " + change.userId(),
                            Views.orNone(change.oldCredits()),
                            "->",
                            Output.amount(change.newCredits().amount())))
                    .toList());
        }
        if (!warnings.isEmpty()) {
            output.heading("Look at first");
            warnings.forEach(warning -> output.say("  " + warning));
        }
    }

    static List<List<String>> amounts(Migration migration, Tally tally) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("before", Output.amount(tally.creditsBefore())));
        rows.add(List.of("after", Output.amount(tally.creditsAfter())));
        if (tally.withdrawn().signum() > 0) {
            rows.add(List.of("withdrawn of grants", Output.amount(tally.withdrawn())));
        } else if (migration.conversion().isEmpty()) {
            rows.add(List.of("granted", Output.amount(tally.granted())));
        } else {
            rows.add(List.of("money's worth left over by rounding", Output.amount(tally.residual())));
        }
        return rows;
    }

    static void run(Output output, Migration migration, MigrationRun run) {
        output.say("Run " + run.id() + " for " + run.scope().name()
                + (run.stage() == null ? "" : ", stage of " + run.stage() + " %") + " is " + run.state()
                + (run.reason().isEmpty() ? "" : ": " + run.reason()));
        outcomes(output, run.tally());
        output.heading("Credits");
        output.table(amounts(migration, run.tally()));
    }
}
