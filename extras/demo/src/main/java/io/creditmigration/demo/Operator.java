package io.creditmigration.demo;

import io.creditmigration.Actor;
import io.creditmigration.Credits;
import io.creditmigration.JournalLine;
import io.creditmigration.MigrationPlan;
import io.creditmigration.MigrationResult.Status;
import io.creditmigration.MigrationRun;
import io.creditmigration.MigrationService;
import io.creditmigration.RollbackResult;
import io.creditmigration.RunOptions;
import io.creditmigration.UserMigration;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What somebody who runs an application does on the day of a migration: plan, run, look at a user, take one back. */
final class Operator {

    private static final Actor ANN = Actor.operator("ann from support");
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss 'UTC'").withZone(ZoneOffset.UTC);
    private static final int PAGES = 40;
    private static final int PAGE_USERS_MIN = 10;
    private static final int PAGE_USERS_MAX = 500;

    private final Screen screen;
    private final Database database;
    private final MigrationService migrations;

    Operator(Screen screen, Database database, MigrationService migrations) {
        this.screen = screen;
        this.database = database;
        this.migrations = migrations;
    }

    /** Finds out what a run would do, by the same reading and deciding, and writes nothing. */
    MigrationPlan plan() {
        screen.heading("The plan: what a run would do (a dry run, nothing is written)");
        long started = System.nanoTime();
        MigrationPlan plan = migrations.plan(RunOptions.defaults());
        screen.outcomes(plan.outcomes());
        screen.figure("credits of those migrated, before", plan.tally().creditsBefore(), "");
        screen.figure("credits of those migrated, after", plan.tally().creditsAfter(), "");
        screen.say("  Found out in " + Screen.since(started) + ".");
        return plan;
    }

    /** Runs over everybody, with progress. */
    MigrationRun run(long users) {
        int page = (int) Math.min(PAGE_USERS_MAX, Math.max(PAGE_USERS_MIN, users / PAGES));
        return screen.progress(
                users,
                listener ->
                        migrations.run(RunOptions.defaults().withPageSize(page).withListener(listener)));
    }

    /** Runs once more, and shows that this changed nothing in these tables. */
    void runAgain(Checks checks, String... tables) {
        screen.heading("Run it again: nothing changes");
        String before = database.checksum(tables);
        MigrationRun run = migrations.run(RunOptions.defaults());
        String after = database.checksum(tables);
        screen.outcomes(run.outcomes());
        screen.figure("checksum of all tables before", before, "users, balances, history,");
        screen.figure("checksum of all tables after", after, "and journal");
        checks.that("running again changed nothing", before.equals(after) && run.count(Status.MIGRATED) == 0);
    }

    /** Tells what the journal says of one user: each line, and where the user stands after the last. */
    void show(String userId) {
        for (JournalLine line : migrations.log(userId)) {
            screen.say("  log       %s  %s by %s (%s)"
                    .formatted(
                            TIME.format(line.at()),
                            line.kind(),
                            line.actor().name(),
                            line.actor().kind().name().toLowerCase(Locale.ROOT)));
            screen.say("            %s -> %s credits: \"%s\""
                    .formatted(credits(line.oldCredits()), credits(line.newCredits()), line.reason()));
            if (line.oldRate() != null && line.newRate() != null) {
                screen.say("            exactly: %s x %s VND = %s x %s VND %s %s VND of rounding"
                        .formatted(
                                credits(line.oldCredits()),
                                Screen.amount(line.oldRate().perCredit()),
                                credits(line.newCredits()),
                                Screen.amount(line.newRate().perCredit()),
                                line.residual().signum() < 0 ? "-" : "+",
                                Screen.amount(line.residual().abs())));
            }
        }
        UserMigration record = migrations.find(userId).orElseThrow();
        String granted = record.creditsGranted().signum() == 0 ? "" : credits(record.creditsGranted()) + " granted, ";
        screen.say("  record    %s, %sattempt %d, since %s"
                .formatted(record.status(), granted, record.attempt(), TIME.format(record.changedAt())));
        if (record.historicalOperations() > 0) {
            screen.say("  history   %s operations, now entries of the credit history at 0 credits"
                    .formatted(Screen.number(record.historicalOperations())));
        }
    }

    /** Takes one user back; answers whether that worked and the next trigger leaves the user alone. */
    boolean rollBack(String userId, String reason) {
        RollbackResult result = migrations.rollback(userId, ANN, reason);
        screen.say("  rollback  " + result.status() + ": "
                + (result.credits() == null ? "the account is closed" : credits(result.credits()) + " credits"));
        show(userId);
        Status next = migrations.autoMigrateIfZeroCredits(userId).status();
        screen.say("  later     the next automatic trigger answers " + next + " and leaves the user alone");
        return result.status() == RollbackResult.Status.ROLLED_BACK && next == Status.ROLLED_BACK;
    }

    private static String credits(@Nullable Credits credits) {
        return credits == null ? "none" : Screen.amount(credits.amount());
    }
}
