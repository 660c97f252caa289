package io.creditmigration.command;

import io.creditmigration.Actor;
import io.creditmigration.Migration;
import io.creditmigration.MigrationPlan;
import io.creditmigration.MigrationResult.Status;
import io.creditmigration.MigrationRun;
import io.creditmigration.PaidCredits;
import io.creditmigration.RollbackPlan;
import io.creditmigration.RollbackResult;
import io.creditmigration.Rollout;
import io.creditmigration.RunEvent;
import io.creditmigration.RunScope;
import io.creditmigration.SuccessMetrics.Goal;
import io.creditmigration.Tally;
import io.creditmigration.Verification.Check;
import java.math.BigDecimal;
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
            case NOT_REGISTERED -> "not registered yet; the first change does it";
            case WITHDRAWN -> "the migration was withdrawn";
            case NOT_BEGUN -> "the migration begins later";
            case OUT_OF_STEP -> "row and journal disagree; left alone";
            case ALREADY_MIGRATED -> "under the new rules already";
            case ROLLED_BACK -> "rolled back; left alone until reopened";
            case FAILED_BEFORE -> "failed before; 'failed' lists them";
            case ENDED -> "the migration after this one has begun";
            case NOT_SUBJECT -> "registered since the cut-off";
            case EXEMPT -> "exempt; see --include-exempt";
            case HALTED -> "the halt switch is on";
            case OUTSIDE_ROLLOUT -> "outside the rollout; see 'rollout'";
            case UNKNOWN_RATE -> "no rate; see users.rate-if-absent";
            case UNKNOWN_REGISTRATION -> "no registration; see users.existing-if-unregistered";
            case ABSENT_BALANCE -> "no balance, which is not zero";
            case NEGATIVE_BALANCE -> "below zero; for a person to look at";
            case HAS_CREDITS -> "with credits; must confirm, or are not this run's";
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
            case OUT_OF_STEP -> "row and journal disagree; left alone";
            case ALREADY_ROLLED_BACK -> "rolled back before";
            case NOT_COMPLETED -> "not migrated by us";
            case NOT_LATEST -> "a later migration has to be rolled back first";
            case NO_ROLLBACK_DATA -> "no rollback data available";
            case MOVED_SINCE -> "moved since, and what was paid for is not known";
            case PAID_CREDITS -> "paid credits on the account; see --keep-paid";
            case ROLLED_BACK -> "rolled back";
            case REJECTED -> "the database refuses what would be written";
            case CONTENDED -> "changed by others all the time; run it again";
        };
    }

    static String of(MigrationRun.State state) {
        return switch (state) {
            case RUNNING -> "running";
            case PAUSED -> "paused";
            case HALTED -> "halted";
            case FINISHED -> "finished";
            case CANCELLED -> "cancelled";
            case AWAITING_APPROVAL -> "finished; the next stage needs approval";
            case UNVERIFIED -> "finished; verification has found errors";
        };
    }

    static String time(Instant instant) {
        return TIME.format(instant) + " UTC";
    }

    static String of(Rollout rollout) {
        return rollout.percent() + " % of the users" + (rollout.halted() ? ", and the halt switch is on" : "");
    }

    static String users(long users) {
        return Output.count(users, "user");
    }

    static String of(RunScope scope) {
        String users = switch (scope.kind()) {
            case EVERYONE -> "everybody";
            case ZERO_CREDITS -> "users without credits";
            case FAILED -> "users who failed";
            case LISTED -> "the users of a list";
            case LATE_OPERATIONS -> "operations that came late";
            case MIGRATED -> "everybody migrated";
            case MIGRATED_BY_RUN -> "users migrated by run " + scope.which();
            case MIGRATED_IN_STAGE -> "users migrated in the stage of " + scope.which() + " %";
            case MIGRATED_BETWEEN -> "users migrated from " + time(scope.from()) + " to " + time(scope.to());
            case MIGRATED_AND_LISTED -> "the migrated users of a list";
        };
        return users
                + (scope.includeExempt() ? ", exempt ones too" : "")
                + (scope.paid() == PaidCredits.KEEP ? ", keeping paid credits" : "");
    }

    static String of(Goal goal) {
        return switch (goal) {
            case EVERYBODY_MIGRATED -> "everybody is migrated";
            case FAILURES_BELOW_1_PERCENT -> "fewer than 1 % have failed";
            case HISTORY_PRESERVED -> "the history is preserved";
            case AVERAGE_ABOVE_20 -> "more than 20 credits on average";
            case SUPPORT_TICKETS_BELOW_1_PERCENT -> "support tickets below 1 %";
        };
    }

    /** What was done, by whom and why. */
    static String of(RunEvent event) {
        String by = event.actor().kind() == Actor.Kind.AUTOMATIC
                ? " automatically (" + event.actor().name() + ")"
                : " by " + event.actor().name();
        return time(event.at()) + "  " + what(event) + by + ": " + event.reason();
    }

    static String what(RunEvent event) {
        return event.what().toLowerCase(Locale.ROOT);
    }

    static String of(Check check) {
        return switch (check) {
            case DEFINITION -> "the stored definition is another one";
            case UNREADABLE -> "values that cannot be read";
            case LINES -> "lines of the journal missing or out of order";
            case ATTEMPTS -> "attempts that do not follow each other";
            case STANDING -> "lines that contradict the lines before them";
            case AMOUNTS -> "amounts that the policy does not give";
            case RATES -> "rates that are not those of the definition";
            case CONSERVATION -> "money gained or lost";
            case ENTRIES -> "entries of the credit history that do not fit";
            case HISTORY -> "operations missing from the history, or in it twice";
            case OUT_OF_STEP -> "row and journal disagree";
            case BALANCE -> "balances that are not what the journal says";
            case ENTRY_SUM -> "accounts that are not the sum of their entries";
            case RUN_FIGURES -> "runs whose figures do not add up";
            case TOTALS -> "counts by status that do not add up";
            case SEALED_LINE_ALTERED -> "altered after it was sealed";
            case SEALED_LINE_MISSING -> "gone after it was sealed";
            case SEALED_LINE_ADDED -> "added before the seal, after it was made";
            case SEAL -> "seals that do not fit what they seal";
            case PAID_ON_INACTIVE -> "payments on inactive accounts, to look at";
            case CAPTURED -> "columns changed since the migration, to look at";
        };
    }

    static void outcomes(Output output, Tally tally) {
        List<List<String>> rows = new ArrayList<>();
        tally.outcomes().forEach((status, users) -> rows.add(List.of(status.name(), Output.number(users), of(status))));
        tally.rollbacks()
                .forEach((status, users) -> rows.add(List.of(status.name(), Output.number(users), of(status))));
        output.table(rows);
    }

    static void plan(Output output, Migration migration, MigrationPlan plan) {
        output.say("Plan of migration " + migration.id() + " for " + of(plan.scope()) + ": " + users(plan.users()));
        outcomes(output, plan.tally());
        List<List<String>> amounts = new ArrayList<>(amounts(migration, plan.tally()));
        amounts.addAll(toConfirm(plan.toConfirm(), plan.creditsToConfirm()));
        output.heading("Credits");
        output.table(amounts);
        if (plan.count(Status.MIGRATED) != plan.population().tally().count(Status.MIGRATED)) {
            output.heading("In all, with users migrated already and when the rollout admits everybody");
            population(output, migration, plan.population());
        }
        changes(output, plan.largestChanges(), plan.warnings());
    }

    /** What somebody has approved, or is to. */
    static void population(Output output, Migration migration, MigrationPlan.Population population) {
        outcomes(output, population.tally());
        List<List<String>> amounts = new ArrayList<>(amounts(migration, population.tally()));
        amounts.addAll(toConfirm(population.toConfirm(), population.creditsToConfirm()));
        output.table(amounts);
    }

    private static List<List<String>> toConfirm(long users, BigDecimal credits) {
        return users == 0
                ? List.of()
                : List.of(
                        List.of("users who must confirm", Output.number(users)),
                        List.of("their credits", Output.amount(credits)));
    }

    static void plan(Output output, Migration migration, RollbackPlan plan) {
        output.say("Plan of rolling back migration " + migration.id() + " for " + of(plan.scope()) + ": "
                + users(plan.tally().users()));
        rollback(output, migration, plan);
        changes(output, plan.largestChanges(), plan.warnings());
    }

    /** The same for one user, who needs no run and no halt switch. */
    static void plan(Output output, Migration migration, RollbackPlan plan, String userId) {
        output.say("Plan of rolling back user " + userId + " of migration " + migration.id());
        rollback(output, migration, plan);
    }

    private static void rollback(Output output, Migration migration, RollbackPlan plan) {
        outcomes(output, plan.tally());
        output.heading("Credits of users who are rolled back");
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
            more(output, plan.paid().size());
        }
        leftAlone(output, plan);
    }

    /** Users who are migrated and stay so. */
    static void leftAlone(Output output, RollbackPlan plan) {
        if (plan.leftAlone().isEmpty()) {
            return;
        }
        output.heading("Left alone");
        output.table(plan.leftAlone().stream()
                .limit(SHOWN_MAX)
                .map(user -> List.of("user " + user.userId(), of(user.status())))
                .toList());
        more(output, plan.leftAlone().size());
    }

    private static void more(Output output, int listed) {
        if (listed > SHOWN_MAX) {
            output.say(
                    "  and " + (listed == RollbackPlan.PAID_MAX ? "more" : Output.number(listed - SHOWN_MAX) + " more")
                            + "; --json lists them");
        }
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
            warnings.forEach(output::item);
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
        output.wrapped("Run " + run.id() + " for " + of(run.scope())
                + (run.stage() == null ? "" : ", stage of " + run.stage() + " %") + ": " + of(run.state())
                + (run.reason().isEmpty() ? "" : ": " + run.reason()));
        output.item("opened by " + run.openedBy().name() + ": " + run.openedFor());
        outcomes(output, run.tally());
        output.heading("Credits");
        output.table(amounts(migration, run.tally()));
    }
}
