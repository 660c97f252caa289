package io.creditmigration.demo;

import io.creditmigration.MigrationResult.Status;
import io.creditmigration.MigrationRun;
import java.time.Duration;
import java.util.Locale;

/**
 * What became of one story, for the last screen.
 *
 * @param run the run over everybody
 * @param migrated users who are migrated, by whatever trigger
 * @param rolledBack users who were rolled back
 * @param users the users of the application
 * @param requests what the application served meanwhile
 * @param checks what was checked
 */
record Outcome(MigrationRun run, long migrated, long rolledBack, long users, long requests, Checks checks) {

    private static final String STANDING = "SELECT COUNT(*) FROM credit_migration_record WHERE migration_status = ?";

    static Outcome of(Database database, MigrationRun run, long users, Traffic traffic, Checks checks) {
        return new Outcome(
                run,
                database.count(STANDING, "COMPLETED"),
                database.count(STANDING, "ROLLED_BACK"),
                users,
                traffic.requests(),
                checks);
    }

    boolean reconciles() {
        return checks.passed();
    }

    /** Both stories side by side, on less than a screen of 80 columns and 24 lines. */
    static void show(Screen screen, Outcome first, Outcome second) {
        row(screen, "", "rate limits", "old price");
        row(screen, "", "to credits", "to a new one");
        row(screen, "users", number(first.users), number(second.users));
        row(screen, "migrated", number(first.migrated), number(second.migrated));
        row(screen, "  by the run", number(first.byRun()), number(second.byRun()));
        row(screen, "  by requests, purchases and clicks", number(first.byOthers()), number(second.byOthers()));
        row(screen, "rolled back, to show that it works", number(first.rolledBack), number(second.rolledBack));
        row(screen, "left alone, each for its reason", number(first.leftAlone()), number(second.leftAlone()));
        row(screen, "requests served during the run", number(first.requests), number(second.requests));
        row(screen, "time of the run", first.took(), second.took());
        row(screen, "checks by plain SQL that hold", first.checks.held(), second.checks.held());
    }

    private long byRun() {
        return run.count(Status.MIGRATED);
    }

    /** Who was rolled back was migrated before. */
    private long byOthers() {
        return migrated + rolledBack - byRun();
    }

    private long leftAlone() {
        return users - migrated - rolledBack;
    }

    private String took() {
        Duration took =
                Duration.between(run.progress().startedAt(), run.progress().movedAt());
        return String.format(Locale.ROOT, "%d.%d s", took.toSeconds(), took.toMillisPart() / 100);
    }

    private static String number(long number) {
        return Screen.number(number);
    }

    private static void row(Screen screen, String what, String first, String second) {
        screen.say(String.format(Locale.ROOT, "  %-40s %15s %15s", what, first, second));
    }
}
