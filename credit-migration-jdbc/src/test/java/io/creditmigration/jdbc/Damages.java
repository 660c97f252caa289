package io.creditmigration.jdbc;

import static io.creditmigration.jdbc.SettledHost.Layout.ACCOUNTS;
import static io.creditmigration.jdbc.SettledHost.Layout.CONVERSION;
import static io.creditmigration.jdbc.SettledHost.Layout.GRANT;
import static io.creditmigration.jdbc.SettledHost.Layout.GRANT_INTO_ACCOUNTS;

import io.creditmigration.Verification.Check;
import io.creditmigration.jdbc.SettledHost.Layout;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Every kind of damage to what is stored of the users of a {@link SettledHost}, and what {@code verify} finds of it. */
final class Damages {

    /** What is found of nobody in particular. */
    static final String NOBODY = "nobody";

    /** Damage by plain SQL, and all that is found of it. */
    static final class Damage {

        final Layout layout;
        final List<String> sql;
        final List<Finding> findings = new ArrayList<>();
        private final String name;

        private Damage(Layout layout, String name, List<String> sql) {
            this.layout = layout;
            this.name = name;
            this.sql = sql;
        }

        private Damage isFound(Check check, String user, String words) {
            findings.add(new Finding(check, user, words));
            return this;
        }

        @Override
        public String toString() {
            return layout.name().toLowerCase(Locale.ROOT) + ": " + name;
        }
    }

    /** It is found by this check, of this user, in words that have these in them. */
    record Finding(Check check, String user, String words) {}

    static final List<Damage> ALL = new ArrayList<>();

    static {
        alteredLines();
        missingLines();
        numbers();
        forgedLines();
        hosts();
        definitionAndRuns();
        accounts();
        grantsIntoAccounts();
        grants();
    }

    private Damages() {}

    /** Lines of conversions, column by column. */
    private static void alteredLines() {
        damage(CONVERSION, "the balance before is altered", line("single", 1, "old_credits = 60"))
                .isFound(Check.CONSERVATION, "single", "60 at 1000 became 20 at 2500 and leaves 10000");
        damage(CONVERSION, "the balance before is gone", line("single", 1, "old_credits = NULL"))
                .isFound(Check.CONSERVATION, "single", "goes from none at 1000 to 20 at 2500");
        damage(
                        CONVERSION,
                        "the balance before is altered within a rounding",
                        line("single", 1, "old_credits = 50.0002"))
                .isFound(Check.CONSERVATION, "single", "50.0002 at 1000 became 20 at 2500 and leaves 0.2");
        damage(CONVERSION, "the balance before of a line of a run is altered", line("run-a", 1, "old_credits = 60"))
                .isFound(Check.CONSERVATION, "run-a", "60 at 1000 became 20 at 2500 and leaves 10000")
                .isFound(Check.RUN_FIGURES, NOBODY, "150.0003 credits before, its lines in the journal say 160.0002");
        damage(CONVERSION, "the balance after is altered", line("single", 1, "new_credits = 21"))
                .isFound(Check.CONSERVATION, "single", "50.0001 at 1000 became 21 at 2500 and leaves -2499.9")
                .isFound(Check.BALANCE, "single", "the balance is 20, the journal says 21");
        damage(CONVERSION, "the balance after is gone", line("single", 1, "new_credits = NULL"))
                .isFound(Check.CONSERVATION, "single", "goes from 50.0001 at 1000 to none at 2500")
                .isFound(Check.BALANCE, "single", "the balance is 20, the journal says none");
        damage(
                        CONVERSION,
                        "it was rounded twice",
                        line("single", 1, "new_credits = 19.9999"),
                        user("single", "credits = 19.9999"))
                .isFound(Check.CONSERVATION, "single", "50.0001 at 1000 became 19.9999 at 2500 and leaves 0.35");
        damage(CONVERSION, "the rate before is altered", line("single", 1, "old_rate = 2000"))
                .isFound(Check.RATES, "single", "is at the rates 2000 and 2500")
                .isFound(Check.CONSERVATION, "single", "50.0001 at 2000 became 20 at 2500 and leaves 50000.2");
        damage(CONVERSION, "the rate before is another known one", line("single", 1, "old_rate = 2500"))
                .isFound(Check.CONSERVATION, "single", "50.0001 at 2500 became 20 at 2500 and leaves 75000.25");
        damage(CONVERSION, "the rate after is altered", line("single", 1, "new_rate = 2000"))
                .isFound(Check.RATES, "single", "is at the rates 1000 and 2000")
                .isFound(Check.CONSERVATION, "single", "50.0001 at 1000 became 20 at 2000 and leaves 10000.1")
                .isFound(
                        Check.OUT_OF_STEP,
                        "single",
                        "the balance is at the rate 2500, the last line of a conversion left it at 2000");
        damage(
                        CONVERSION,
                        "the rates are altered so that they conserve",
                        line("single", 1, "old_rate = 2000, new_rate = 5000"))
                .isFound(Check.RATES, "single", "is at the rates 2000 and 5000")
                .isFound(Check.CONSERVATION, "single", "50.0001 at 2000 became 20 at 5000 and leaves 0.2")
                .isFound(
                        Check.OUT_OF_STEP,
                        "single",
                        "the balance is at the rate 2500, the last line of a conversion left it at 5000");
        damage(CONVERSION, "something is granted", line("single", 1, "granted = 5"))
                .isFound(Check.AMOUNTS, "single", "says 5 granted, and goes from 50.0001 to 20");
        damage(CONVERSION, "something is granted to one who failed", line("failed", 1, "granted = 5"))
                .isFound(Check.AMOUNTS, "failed", "says 5 granted, and goes from none to none");
        damage(CONVERSION, "something is granted by a rollback", line("back", 2, "granted = 5"))
                .isFound(Check.AMOUNTS, "back", "says 5 granted, and goes from 20 to 50.0001");
        damage(CONVERSION, "something is granted by reopening", line("reopened", 3, "granted = 5"))
                .isFound(Check.AMOUNTS, "reopened", "says 5 granted, and goes from 50.0001 to 50.0001");
        damage(CONVERSION, "something is consumed", line("single", 1, "consumed = 5"))
                .isFound(
                        Check.STANDING, "single", "says 5 consumed in attempts rolled back, the lines before it say 0");
        damage(CONVERSION, "something is consumed by one who failed", line("failed", 1, "consumed = 5"))
                .isFound(
                        Check.STANDING, "failed", "says 5 consumed in attempts rolled back, the lines before it say 0");
        damage(CONVERSION, "something is consumed by a rollback", line("back", 2, "consumed = 5"))
                .isFound(Check.STANDING, "back", "says 5 consumed in attempts rolled back, the lines before it say 0");
        damage(CONVERSION, "something was copied", line("single", 1, "copied = 3"))
                .isFound(
                        Check.HISTORY,
                        "single",
                        "the journal says 3 operations, the history has 0 entries of 0 operations at 0 credits");
        damage(CONVERSION, "something was copied by reopening", line("reopened", 3, "copied = 3"))
                .isFound(Check.STANDING, "reopened", "says 3 operations copied, the lines before it say 0")
                .isFound(
                        Check.HISTORY,
                        "reopened",
                        "the journal says 3 operations, the history has 0 entries of 0 operations at 0 credits");
        damage(CONVERSION, "the figures are elsewhere", line("single", 1, "figures_line = 7"))
                .isFound(Check.STANDING, "single", "has the figures of line 7, not 1");
        damage(CONVERSION, "the figures are of an earlier attempt", line("again", 4, "figures_line = 1"))
                .isFound(Check.STANDING, "again", "has the figures of line 1, not 4");
        damage(CONVERSION, "a rollback has no figures", line("back", 2, "figures_line = NULL"))
                .isFound(Check.STANDING, "back", "has the figures of line 0, not 1")
                .isFound(Check.CONSERVATION, "back", "goes from 20 at 2500 to 50.0001 at 1000");
        damage(CONVERSION, "a failure has figures", line("failed", 1, "figures_line = 1"))
                .isFound(Check.STANDING, "failed", "has the figures of line 1, not 0");
        damage(CONVERSION, "reopening has figures", line("reopened", 3, "figures_line = 1"))
                .isFound(Check.STANDING, "reopened", "has the figures of line 1, not 0");
        damage(CONVERSION, "the attempt is altered", line("single", 1, "attempt = 2"))
                .isFound(Check.ATTEMPTS, "single", "MIGRATED in attempt 2 (line 1) follows nothing");
        damage(CONVERSION, "the attempt of a rollback is altered", line("back", 2, "attempt = 2"))
                .isFound(
                        Check.ATTEMPTS,
                        "back",
                        "ROLLED_BACK in attempt 2 (line 2) follows MIGRATED in attempt 1 (line 1)");
        damage(CONVERSION, "the attempt of reopening is altered", line("reopened", 3, "attempt = 1"))
                .isFound(
                        Check.ATTEMPTS,
                        "reopened",
                        "REOPENED in attempt 1 (line 3) follows ROLLED_BACK in attempt 1 (line 2)");
        damage(CONVERSION, "the attempt of a failure is altered", line("failed", 1, "attempt = 3"))
                .isFound(Check.ATTEMPTS, "failed", "FAILED in attempt 3 (line 1) follows nothing");
        damage(CONVERSION, "a migration is made a failure", line("single", 1, "kind = 'F'"))
                .isFound(Check.STANDING, "single", "leaves the user COMPLETED, not FAILED")
                .isFound(Check.CONSERVATION, "single", "goes from 50.0001 to 20")
                .isFound(Check.TOTALS, NOBODY, "5 users COMPLETED, the last lines say 6");
        damage(CONVERSION, "a migration is made a rollback", line("single", 1, "kind = 'B'"))
                .isFound(Check.ATTEMPTS, "single", "ROLLED_BACK in attempt 1 (line 1) follows nothing")
                .isFound(Check.STANDING, "single", "has rollback data, as only MIGRATED has")
                .isFound(Check.CONSERVATION, "single", "goes from 50.0001 at 2500 to 20 at 1000")
                .isFound(Check.TOTALS, NOBODY, "4 users COMPLETED, the last lines say 6");
        damage(CONVERSION, "a migration is made a catch-up", line("single", 1, "kind = 'U'"))
                .isFound(Check.ATTEMPTS, "single", "CAUGHT_UP in attempt 1 (line 1) follows nothing")
                .isFound(Check.STANDING, "single", "says 0 operations copied, the lines before it say 0")
                .isFound(Check.CONSERVATION, "single", "goes from 50.0001 to 20")
                .isFound(Check.BALANCE, "single", "the balance is 20, the journal says none")
                .isFound(Check.TOTALS, NOBODY, "5 users COMPLETED, the last lines say 6");
        damage(CONVERSION, "a failure is made a migration", line("failed", 1, "kind = 'M'"))
                .isFound(Check.STANDING, "failed", "leaves the user FAILED, not COMPLETED")
                .isFound(Check.CONSERVATION, "failed", "goes from none at 1000 to none at 2500")
                .isFound(Check.TOTALS, NOBODY, "7 users COMPLETED, the last lines say 6");
        damage(CONVERSION, "a rollback is made a failure", line("back", 2, "kind = 'F'"))
                .isFound(Check.ATTEMPTS, "back", "FAILED in attempt 1 (line 2) follows MIGRATED in attempt 1 (line 1)")
                .isFound(Check.STANDING, "back", "has the figures of line 1, not 0")
                .isFound(Check.CONSERVATION, "back", "goes from 20 to 50.0001")
                .isFound(Check.TOTALS, NOBODY, "7 users COMPLETED, the last lines say 6")
                .isFound(
                        Check.OUT_OF_STEP,
                        "back",
                        "the balance is at the rate 1000, the last line of a conversion left it at 2500");
        damage(CONVERSION, "a migration is made a reconciliation", line("single", 1, "kind = 'X'"))
                .isFound(Check.STANDING, "single", "has rollback data, as only MIGRATED has")
                .isFound(Check.CONSERVATION, "single", "goes from 50.0001 to 20");
        damage(CONVERSION, "a kind that nothing writes", line("single", 1, "kind = 'L'"))
                .isFound(Check.UNREADABLE, "single", "line 1: kind is L")
                .isFound(Check.TOTALS, NOBODY, "5 users COMPLETED, the last lines say 6");
        damage(CONVERSION, "a kind that nothing writes, of a run", line("run-a", 1, "kind = 'H'"))
                .isFound(Check.UNREADABLE, "run-a", "line 1: kind is H")
                .isFound(Check.RUN_FIGURES, NOBODY, "3 users MIGRATED, its lines in the journal say 2");
        damage(CONVERSION, "the status is rolled back", line("single", 1, "status = 'R'"))
                .isFound(Check.STANDING, "single", "leaves the user ROLLED_BACK, not COMPLETED")
                .isFound(
                        Check.OUT_OF_STEP,
                        "single",
                        "the balance is at the rate 2500, the last line of a conversion left it at 1000")
                .isFound(Check.TOTALS, NOBODY, "6 users COMPLETED, the last lines say 5");
        damage(CONVERSION, "the status is failed", line("single", 1, "status = 'F'"))
                .isFound(Check.STANDING, "single", "leaves the user FAILED, not COMPLETED")
                .isFound(Check.TOTALS, NOBODY, "6 users COMPLETED, the last lines say 5")
                .isFound(
                        Check.OUT_OF_STEP,
                        "single",
                        "the balance is at the rate 2500, the last line of a conversion left it at 1000");
        damage(CONVERSION, "the status is pending", line("single", 1, "status = 'P'"))
                .isFound(Check.STANDING, "single", "leaves the user PENDING, not COMPLETED")
                .isFound(Check.TOTALS, NOBODY, "6 users COMPLETED, the last lines say 5")
                .isFound(
                        Check.OUT_OF_STEP,
                        "single",
                        "the balance is at the rate 2500, the last line of a conversion left it at 1000");
        damage(CONVERSION, "the status is in progress", line("single", 1, "status = 'I'"))
                .isFound(Check.STANDING, "single", "leaves the user IN_PROGRESS, not COMPLETED")
                .isFound(Check.TOTALS, NOBODY, "6 users COMPLETED, the last lines say 5")
                .isFound(
                        Check.OUT_OF_STEP,
                        "single",
                        "the balance is at the rate 2500, the last line of a conversion left it at 1000");
        damage(CONVERSION, "the status of a rollback is completed", line("back", 2, "status = 'C'"))
                .isFound(Check.STANDING, "back", "leaves the user COMPLETED, not ROLLED_BACK")
                .isFound(
                        Check.OUT_OF_STEP,
                        "back",
                        "the balance is at the rate 1000, the last line of a conversion left it at 2500")
                .isFound(Check.TOTALS, NOBODY, "6 users COMPLETED, the last lines say 7");
        damage(CONVERSION, "the status of a failure is completed", line("failed", 1, "status = 'C'"))
                .isFound(Check.STANDING, "failed", "leaves the user COMPLETED, not FAILED")
                .isFound(Check.OUT_OF_STEP, "failed", "the user is COMPLETED, the marker says not migrated")
                .isFound(Check.TOTALS, NOBODY, "6 users COMPLETED, the last lines say 7");
        damage(CONVERSION, "the status of an earlier line is altered", line("again", 1, "status = 'F'"))
                .isFound(
                        Check.ATTEMPTS,
                        "again",
                        "ROLLED_BACK in attempt 1 (line 2) follows MIGRATED in attempt 1 (line 1)")
                .isFound(Check.STANDING, "again", "leaves the user FAILED, not COMPLETED");
        damage(CONVERSION, "the rollback data is gone", line("single", 1, "host_state = NULL"))
                .isFound(Check.STANDING, "single", "has no rollback data");
        damage(
                        CONVERSION,
                        "the rollback data cannot be read",
                        line("single", 1, "host_state = REPLACE(host_state, '=0', '=%zz')"))
                .isFound(Check.UNREADABLE, "single", "the rollback data is RATE&VERSION=%zz");
        damage(
                        CONVERSION,
                        "the version in the rollback data is none",
                        line("single", 1, "host_state = REPLACE(host_state, '=0', '=two')"))
                .isFound(Check.UNREADABLE, "single", "the rollback data is RATE&VERSION=two");
        damage(CONVERSION, "a rollback has rollback data", line("back", 2, "host_state = 'rate&version=0'"))
                .isFound(Check.STANDING, "back", "has rollback data, as only MIGRATED has");
        damage(CONVERSION, "the run is gone", line("run-a", 1, "run = NULL"))
                .isFound(Check.RUN_FIGURES, NOBODY, "3 users MIGRATED, its lines in the journal say 2")
                .isFound(Check.TOTALS, NOBODY, "7 users COMPLETED, the last lines say 6");
        damage(CONVERSION, "the run is one that there is not", line("run-a", 1, "run = 99"))
                .isFound(Check.RUN_FIGURES, NOBODY, "3 users MIGRATED, its lines in the journal say 2");
        damage(CONVERSION, "a single line is of a run", line("single", 1, "run = 1"))
                .isFound(Check.RUN_FIGURES, NOBODY, "3 users MIGRATED, its lines in the journal say 4")
                .isFound(Check.TOTALS, NOBODY, "5 users COMPLETED, the last lines say 6");
        damage(CONVERSION, "the migration is one that there is not", line("single", 1, "migration = 99"))
                .isFound(Check.LINES, "single", "line 1 is of a migration of which no definition is stored");
        damage(CONVERSION, "the user is another", line("single", 1, "user_id = 'untouched'"))
                .isFound(
                        Check.OUT_OF_STEP,
                        "untouched",
                        "the balance is at the rate 1000, the last line of a conversion left it at 2500")
                .isFound(Check.BALANCE, "untouched", "the balance is 50.0001, the journal says 20");
        damage(CONVERSION, "the actor has no kind", line("back", 2, "actor_kind = NULL"))
                .isFound(Check.UNREADABLE, "back", "line 2: actor_kind is NULL");
        damage(CONVERSION, "the balance after a rollback is altered", line("back", 2, "new_credits = 49"))
                .isFound(Check.CONSERVATION, "back", "20 at 2500 became 49 at 1000, which gives -1000.1")
                .isFound(Check.BALANCE, "back", "the balance is 50.0001, the journal says 49");
        damage(CONVERSION, "the balance before a rollback is altered", line("back", 2, "old_credits = 30"))
                .isFound(Check.CONSERVATION, "back", "30 at 2500 became 50.0001 at 1000, which gives -25000");
        damage(CONVERSION, "the rates of a rollback are altered", line("back", 2, "new_rate = 900"))
                .isFound(Check.RATES, "back", "is at the rates 2500 and 900")
                .isFound(
                        Check.OUT_OF_STEP,
                        "back",
                        "the balance is at the rate 1000, the last line of a conversion left it at 900");
        damage(CONVERSION, "the new rate of a rollback is altered", line("back", 2, "old_rate = 900"))
                .isFound(Check.RATES, "back", "is at the rates 900 and 1000");
        damage(CONVERSION, "reopening moves credits", line("reopened", 3, "new_credits = 49"))
                .isFound(Check.CONSERVATION, "reopened", "goes from 50.0001 to 49");
        damage(CONVERSION, "a failure moves credits", line("failed", 1, "new_credits = 49"))
                .isFound(Check.CONSERVATION, "failed", "goes from none to 49");
    }

    /** Lines that are gone. */
    private static void missingLines() {
        damage(CONVERSION, "the only line is gone, of a run", without("run-a", 1))
                .isFound(Check.RUN_FIGURES, NOBODY, "3 users MIGRATED, its lines in the journal say 2")
                .isFound(Check.TOTALS, NOBODY, "6 users COMPLETED, the last lines say 5");
        damage(CONVERSION, "the first line is gone", without("back", 1))
                .isFound(Check.LINES, "back", "there are 1 lines, and the last has the number 2")
                .isFound(Check.ATTEMPTS, "back", "ROLLED_BACK in attempt 1 (line 2) follows nothing")
                .isFound(Check.STANDING, "back", "has the figures of line 1, not 0")
                .isFound(Check.CONSERVATION, "back", "goes from 20 at 2500 to 50.0001 at 1000")
                .isFound(Check.TOTALS, NOBODY, "5 users COMPLETED, the last lines say 6");
        damage(CONVERSION, "a line in the middle is gone", without("again", 2))
                .isFound(Check.LINES, "again", "there are 3 lines, and the last has the number 4")
                .isFound(
                        Check.ATTEMPTS,
                        "again",
                        "REOPENED in attempt 2 (line 3) follows MIGRATED in attempt 1 (line 1)")
                .isFound(Check.TOTALS, NOBODY, "7 users COMPLETED, the last lines say 6");
        damage(CONVERSION, "the last line is gone", without("again", 4))
                .isFound(Check.LINES, "again", "the last line is [3], marked as the last are []")
                .isFound(
                        Check.OUT_OF_STEP,
                        "again",
                        "the balance is at the rate 2500, the last line of a conversion left it at 1000")
                .isFound(Check.TOTALS, NOBODY, "1 users PENDING, the last lines say 2");
        damage(
                        CONVERSION,
                        "the last line is gone and the one before it is marked",
                        without("again", 4),
                        line("again", 3, "is_last = TRUE"))
                .isFound(
                        Check.OUT_OF_STEP,
                        "again",
                        "the balance is at the rate 2500, the last line of a conversion left it at 1000");
        damage(
                        CONVERSION,
                        "lines in the middle are gone and the others renumbered",
                        without("again", 2),
                        without("again", 3),
                        line("again", 4, "line = 2"))
                .isFound(
                        Check.ATTEMPTS,
                        "again",
                        "MIGRATED in attempt 2 (line 2) follows MIGRATED in attempt 1 (line 1)")
                .isFound(Check.TOTALS, NOBODY, "7 users COMPLETED, the last lines say 6");
        damage(CONVERSION, "the line that rolled back is gone", without("back", 2), line("back", 1, "is_last = TRUE"))
                .isFound(
                        Check.OUT_OF_STEP,
                        "back",
                        "the balance is at the rate 1000, the last line of a conversion left it at 2500");
    }

    /** Numbers and marks of lines. */
    private static void numbers() {
        damage(CONVERSION, "the only line has another number", line("single", 1, "line = 2"))
                .isFound(Check.LINES, "single", "there are 1 lines, and the last has the number 2");
        damage(CONVERSION, "the last line has another number", line("back", 2, "line = 3"))
                .isFound(Check.LINES, "back", "there are 2 lines, and the last has the number 3");
        damage(CONVERSION, "no line is marked as the last", line("single", 1, "is_last = FALSE"))
                .isFound(Check.LINES, "single", "the last line is [1], marked as the last are []");
        damage(CONVERSION, "no line of one who failed is marked as the last", line("failed", 1, "is_last = FALSE"))
                .isFound(Check.LINES, "failed", "the last line is [1], marked as the last are []")
                .isFound(Check.TOTALS, NOBODY, "1 users FAILED, the last lines say 2");
        damage(CONVERSION, "two lines are marked as the last", line("back", 1, "is_last = TRUE"))
                .isFound(Check.LINES, "back", "the last line is [2], marked as the last are [1, 2]");
        damage(
                        CONVERSION,
                        "the wrong line is marked as the last",
                        line("back", 1, "is_last = TRUE"),
                        line("back", 2, "is_last = FALSE"))
                .isFound(Check.LINES, "back", "the last line is [2], marked as the last are [1]")
                .isFound(Check.TOTALS, NOBODY, "1 users ROLLED_BACK, the last lines say 2");
    }

    /** Lines that nobody has written. */
    private static void forgedLines() {
        damage(CONVERSION, "migrated twice", line("single", 1, "is_last = FALSE"), forged("single", 1, "line = 2"))
                .isFound(
                        Check.ATTEMPTS,
                        "single",
                        "MIGRATED in attempt 1 (line 2) follows MIGRATED in attempt 1 (line 1)")
                .isFound(Check.TOTALS, NOBODY, "7 users COMPLETED, the last lines say 6");
        damage(
                        CONVERSION,
                        "migrated twice, with a balance that says so",
                        line("single", 1, "is_last = FALSE"),
                        forged("single", 1, "line = 2", "old_credits = 20", "new_credits = 8"),
                        user("single", "credits = 8"))
                .isFound(
                        Check.ATTEMPTS,
                        "single",
                        "MIGRATED in attempt 1 (line 2) follows MIGRATED in attempt 1 (line 1)")
                .isFound(Check.TOTALS, NOBODY, "7 users COMPLETED, the last lines say 6");
        damage(
                        CONVERSION,
                        "migrated in a second attempt that nobody opened",
                        line("single", 1, "is_last = FALSE"),
                        forged("single", 1, "line = 2", "attempt = 2"))
                .isFound(
                        Check.ATTEMPTS,
                        "single",
                        "MIGRATED in attempt 2 (line 2) follows MIGRATED in attempt 1 (line 1)")
                .isFound(Check.TOTALS, NOBODY, "7 users COMPLETED, the last lines say 6");
        damage(
                        CONVERSION,
                        "migrated, rolled back, reopened and migrated again",
                        line("single", 1, "is_last = FALSE"),
                        forged("again", 2, "line = 2", "user_id = 'single'", "is_last = FALSE"),
                        forged("again", 3, "line = 3", "user_id = 'single'", "is_last = FALSE"),
                        forged("again", 4, "line = 4", "user_id = 'single'", "new_credits = 21", "old_credits = 52.5"))
                .isFound(Check.BALANCE, "single", "the balance is 20, the journal says 21");
        damage(
                        CONVERSION,
                        "failed after completing",
                        line("single", 1, "is_last = FALSE"),
                        forged("failed", 1, "line = 2", "user_id = 'single'"))
                .isFound(
                        Check.ATTEMPTS, "single", "FAILED in attempt 1 (line 2) follows MIGRATED in attempt 1 (line 1)")
                .isFound(Check.TOTALS, NOBODY, "6 users COMPLETED, the last lines say 5");
        damage(
                        CONVERSION,
                        "reopened without a rollback",
                        line("single", 1, "is_last = FALSE"),
                        forged("reopened", 3, "line = 2", "user_id = 'single'", "is_last = TRUE"))
                .isFound(
                        Check.ATTEMPTS,
                        "single",
                        "REOPENED in attempt 2 (line 2) follows MIGRATED in attempt 1 (line 1)")
                .isFound(Check.TOTALS, NOBODY, "6 users COMPLETED, the last lines say 5");
        damage(
                        CONVERSION,
                        "rolled back without the balance",
                        line("single", 1, "is_last = FALSE"),
                        forged("back", 2, "line = 2", "user_id = 'single'"))
                .isFound(
                        Check.OUT_OF_STEP,
                        "single",
                        "the balance is at the rate 2500, the last line of a conversion left it at 1000");
        damage(CONVERSION, "rolled back without a migration", forged("back", 2, "line = 1", "user_id = 'untouched'"))
                .isFound(Check.ATTEMPTS, "untouched", "ROLLED_BACK in attempt 1 (line 1) follows nothing")
                .isFound(Check.STANDING, "untouched", "has the figures of line 1, not 0")
                .isFound(Check.RATES, "untouched", "is at the rates 2500 and 1000")
                .isFound(Check.CONSERVATION, "untouched", "20 at 2500 became 50.0001 at 1000, which gives 105000.35")
                .isFound(Check.TOTALS, NOBODY, "5 users COMPLETED, the last lines say 6");
        damage(CONVERSION, "rolled back twice", line("back", 2, "is_last = FALSE"), forged("back", 2, "line = 3"))
                .isFound(
                        Check.ATTEMPTS,
                        "back",
                        "ROLLED_BACK in attempt 1 (line 3) follows ROLLED_BACK in attempt 1 (line 2)")
                .isFound(Check.TOTALS, NOBODY, "5 users COMPLETED, the last lines say 6");
        damage(
                        CONVERSION,
                        "caught up without a history",
                        line("single", 1, "is_last = FALSE"),
                        forged(
                                "single",
                                1,
                                "line = 2",
                                "kind = 'U'",
                                "figures_line = 1",
                                "old_credits = NULL",
                                "new_credits = NULL",
                                "host_state = NULL"))
                .isFound(Check.STANDING, "single", "says 0 operations copied, the lines before it say 0");
        damage(CONVERSION, "migrated by the journal alone", forged("single", 1, "user_id = 'untouched'"))
                .isFound(
                        Check.OUT_OF_STEP,
                        "untouched",
                        "the balance is at the rate 1000, the last line of a conversion left it at 2500")
                .isFound(Check.BALANCE, "untouched", "the balance is 50.0001, the journal says 20");
        damage(CONVERSION, "migrated by the journal alone, by a run", forged("run-a", 1, "user_id = 'untouched'"))
                .isFound(
                        Check.OUT_OF_STEP,
                        "untouched",
                        "the balance is at the rate 1000, the last line of a conversion left it at 2500")
                .isFound(Check.BALANCE, "untouched", "the balance is 50.0001, the journal says 20")
                .isFound(Check.RUN_FIGURES, NOBODY, "3 users MIGRATED, its lines in the journal say 4")
                .isFound(Check.TOTALS, NOBODY, "6 users COMPLETED, the last lines say 7");
        damage(
                        CONVERSION,
                        "a line beyond the next",
                        line("single", 1, "is_last = FALSE"),
                        forged("single", 1, "line = 5"))
                .isFound(Check.LINES, "single", "there are 2 lines, and the last has the number 5")
                .isFound(
                        Check.ATTEMPTS,
                        "single",
                        "MIGRATED in attempt 1 (line 5) follows MIGRATED in attempt 1 (line 1)")
                .isFound(Check.TOTALS, NOBODY, "7 users COMPLETED, the last lines say 6");
        damage(CONVERSION, "an entry of a conversion", entry("single", 1, "GRANT", 5))
                .isFound(Check.ENTRIES, "single", "1 entries GRANT of 5 in attempt 1 have no line in the journal");
    }

    /** What the host has beside the journal. */
    private static void hosts() {
        damage(CONVERSION, "the balance was written", user("single", "credits = 21"))
                .isFound(Check.BALANCE, "single", "the balance is 21, the journal says 20");
        damage(CONVERSION, "the balance is gone", user("single", "credits = NULL"))
                .isFound(Check.BALANCE, "single", "the balance is none, the journal says 20");
        damage(CONVERSION, "the balance after a rollback was written", user("back", "credits = 51"))
                .isFound(Check.BALANCE, "back", "the balance is 51, the journal says 50.0001");
        damage(CONVERSION, "the marker is gone", user("single", "rate = NULL"))
                .isFound(
                        Check.OUT_OF_STEP,
                        "single",
                        "the balance is at the rate 1000, the last line of a conversion left it at 2500");
        damage(CONVERSION, "the marker is left by a rollback", user("back", "rate = 2500"))
                .isFound(
                        Check.OUT_OF_STEP,
                        "back",
                        "the balance is at the rate 2500, the last line of a conversion left it at 1000");
    }

    /** The definition, and what runs have summed up. */
    private static void definitionAndRuns() {
        damage(CONVERSION, "the new rate of the definition is altered", definition("new_rate = 3000"))
                .isFound(
                        Check.DEFINITION,
                        NOBODY,
                        "stored is 'convert v1 1000->2500 scale=4 rounding=HALF_EVEN; window=30d; consent=NONE' from rates [1000] to 3000, the migration is 'convert v1 1000->2500 scale=4 rounding=HALF_EVEN; window=30d; consent=NONE' from rates [1000] to 2500")
                .isFound(
                        Check.OUT_OF_STEP,
                        "again",
                        "the balance is at the rate 2500, the last line of a conversion left it at 3000")
                .isFound(
                        Check.OUT_OF_STEP,
                        "retried",
                        "the balance is at the rate 2500, the last line of a conversion left it at 3000")
                .isFound(
                        Check.OUT_OF_STEP,
                        "run-a",
                        "the balance is at the rate 2500, the last line of a conversion left it at 3000")
                .isFound(
                        Check.OUT_OF_STEP,
                        "run-b",
                        "the balance is at the rate 2500, the last line of a conversion left it at 3000")
                .isFound(
                        Check.OUT_OF_STEP,
                        "single",
                        "the balance is at the rate 2500, the last line of a conversion left it at 3000")
                .isFound(
                        Check.OUT_OF_STEP,
                        "twin",
                        "the balance is at the rate 2500, the last line of a conversion left it at 3000");
        damage(CONVERSION, "the old rate of the definition is altered", definition("old_rate = 900"))
                .isFound(
                        Check.DEFINITION,
                        NOBODY,
                        "stored is 'convert v1 1000->2500 scale=4 rounding=HALF_EVEN; window=30d; consent=NONE' from rates [900] to 2500, the migration is 'convert v1 1000->2500 scale=4 rounding=HALF_EVEN; window=30d; consent=NONE' from rates [1000] to 2500")
                .isFound(
                        Check.OUT_OF_STEP,
                        "back",
                        "the balance is at the rate 1000, the last line of a conversion left it at 900")
                .isFound(
                        Check.OUT_OF_STEP,
                        "reopened",
                        "the balance is at the rate 1000, the last line of a conversion left it at 900")
                .isFound(
                        Check.OUT_OF_STEP,
                        "run-back",
                        "the balance is at the rate 1000, the last line of a conversion left it at 900");
        damage(CONVERSION, "the rates of the definition are gone", definition("old_rate = NULL, new_rate = NULL"))
                .isFound(
                        Check.DEFINITION,
                        NOBODY,
                        "stored is 'convert v1 1000->2500 scale=4 rounding=HALF_EVEN; window=30d; consent=NONE' from rates [] to null, the migration is 'convert v1 1000->2500 scale=4 rounding=HALF_EVEN; window=30d; consent=NONE' from rates [1000] to 2500");
        damage(CONVERSION, "the fingerprint is altered", definition("fingerprint = 'convert'"))
                .isFound(
                        Check.DEFINITION,
                        NOBODY,
                        "stored is 'convert' from rates [1000] to 2500, the migration is 'convert v1 1000->2500 scale=4 rounding=HALF_EVEN; window=30d; consent=NONE' from rates [1000] to 2500");
        damage(CONVERSION, "a range says more migrated", ranges("outcomes = 'MIGRATED=4 FAILED=1'"))
                .isFound(Check.RUN_FIGURES, NOBODY, "4 users MIGRATED, its lines in the journal say 3")
                .isFound(Check.TOTALS, NOBODY, "7 users COMPLETED, the last lines say 6");
        damage(CONVERSION, "a range says nobody failed", ranges("outcomes = 'MIGRATED=3'"))
                .isFound(Check.RUN_FIGURES, NOBODY, "0 users FAILED, its lines in the journal say 1");
        damage(CONVERSION, "the outcomes of a range cannot be read", ranges("outcomes = 'many'"))
                .isFound(Check.RUN_FIGURES, NOBODY, "0 users MIGRATED, its lines in the journal say 3")
                .isFound(Check.TOTALS, NOBODY, "3 users COMPLETED, the last lines say 6");
        damage(CONVERSION, "a range says more credits before", ranges("credits_before = credits_before + 1"))
                .isFound(Check.RUN_FIGURES, NOBODY, "151.0003 credits before, its lines in the journal say 150.0003");
        damage(CONVERSION, "a range says more credits after", ranges("credits_after = credits_after + 1"))
                .isFound(Check.RUN_FIGURES, NOBODY, "61 credits after, its lines in the journal say 60");
        damage(CONVERSION, "a range says something granted", ranges("granted = 1"))
                .isFound(Check.RUN_FIGURES, NOBODY, "1 credits granted, its lines in the journal say 0");
        damage(CONVERSION, "a range says something withdrawn", ranges("withdrawn = 1"))
                .isFound(Check.RUN_FIGURES, NOBODY, "1 credits withdrawn, its lines in the journal say 0");
        damage(CONVERSION, "a range says another residual", ranges("residual = 0"))
                .isFound(Check.RUN_FIGURES, NOBODY, "0 left over by rounding, its lines in the journal say 0.3");
        damage(CONVERSION, "the ranges of runs are gone", "DELETE FROM credit_migration_range")
                .isFound(Check.TOTALS, NOBODY, "4 users COMPLETED, the last lines say 6");
        damage(CONVERSION, "the runs are gone", "DELETE FROM credit_migration_run")
                .isFound(Check.TOTALS, NOBODY, "4 users COMPLETED, the last lines say 6");
        damage(
                        CONVERSION,
                        "a run of another migration",
                        "UPDATE credit_migration_run SET migration_id = 'other' WHERE number = 1")
                .isFound(Check.TOTALS, NOBODY, "3 users COMPLETED, the last lines say 6");
    }

    /** What can be captured of an account table. */
    private static void accounts() {
        damage(ACCOUNTS, "the flag is left by a rollback", account("back", "migrated = TRUE"))
                .isFound(Check.OUT_OF_STEP, "back", "the user is ROLLED_BACK, the marker says migrated");
        damage(ACCOUNTS, "the rate is another", account("single", "rate = 3000"))
                .isFound(
                        Check.OUT_OF_STEP,
                        "single",
                        "the balance is at the rate 3000, the last line of a conversion left it at 2500");
        damage(ACCOUNTS, "the rate is gone", account("single", "rate = NULL"))
                .isFound(
                        Check.OUT_OF_STEP,
                        "single",
                        "the balance is at the rate 1000, the last line of a conversion left it at 2500");
        damage(ACCOUNTS, "the account is inactive", account("single", "active = FALSE"))
                .isFound(Check.PAID_ON_INACTIVE, "single", "20 credits are on an inactive account")
                .isFound(Check.CAPTURED, "single", "active is ");
        damage(ACCOUNTS, "the rate limit is back", user("single", "rate_limit = 10"))
                .isFound(Check.CAPTURED, "single", "rate_limit is 10, the migration left null");
        damage(ACCOUNTS, "a setting is another", user("single", "tier = 'gold'"))
                .isFound(Check.CAPTURED, "single", "tier is gold, the migration left credits");
        damage(ACCOUNTS, "the balance was written", account("single", "balance = 21"))
                .isFound(Check.BALANCE, "single", "the balance is 21, the journal says 20");
        damage(ACCOUNTS, "the account is gone", "DELETE FROM accounts WHERE owner = 'single'")
                .isFound(
                        Check.OUT_OF_STEP,
                        "single",
                        "the balance is at the rate 1000, the last line of a conversion left it at 2500")
                .isFound(Check.CAPTURED, "single", "active is null, the migration left ");
    }

    /** Grants into an account table of the host. */
    private static void grantsIntoAccounts() {
        damage(GRANT_INTO_ACCOUNTS, "the rate is another", account("single", "rate = 3000"));
        damage(GRANT_INTO_ACCOUNTS, "a setting is another", user("single", "tier = 'gold'"))
                .isFound(Check.CAPTURED, "single", "tier is gold, the migration left credits");
        damage(GRANT_INTO_ACCOUNTS, "the balance before is altered", line("single", 1, "old_credits = 5"))
                .isFound(Check.AMOUNTS, "single", "says 20 granted, and goes from 5 to 20")
                .isFound(Check.ENTRIES, "single", "MIGRATED in attempt 1 (line 1) by 15 has 1 entries of 20");
        damage(GRANT_INTO_ACCOUNTS, "the balance was written", account("single", "balance = 21"))
                .isFound(Check.BALANCE, "single", "the balance is 21, the journal says 20");
        damage(
                        GRANT_INTO_ACCOUNTS,
                        "the account of one rolled back is paid into",
                        account("back", "balance = 5, version = version + 1"))
                .isFound(Check.PAID_ON_INACTIVE, "back", "5 credits are on an inactive account");
    }

    /** Grants with a history, lines and entries. */
    private static void grants() {
        damage(GRANT, "the balance after is altered", line("single", 1, "new_credits = 25"))
                .isFound(Check.AMOUNTS, "single", "says 20 granted, and goes from none to 25")
                .isFound(Check.ENTRIES, "single", "MIGRATED in attempt 1 (line 1) by 25 has 1 entries of 20")
                .isFound(Check.BALANCE, "single", "the balance is 20, the journal says 25");
        damage(GRANT, "balance and grant are altered together", line("single", 1, "new_credits = 25, granted = 25"))
                .isFound(Check.AMOUNTS, "single", "says 25 granted, and the policy allocates 20 for its usage")
                .isFound(Check.ENTRIES, "single", "MIGRATED in attempt 1 (line 1) by 25 has 1 entries of 20")
                .isFound(Check.BALANCE, "single", "the balance is 20, the journal says 25");
        damage(GRANT, "the grant is altered", line("single", 1, "granted = 25"))
                .isFound(Check.AMOUNTS, "single", "says 25 granted, and goes from none to 20");
        damage(GRANT, "the grant is gone", line("single", 1, "granted = NULL"))
                .isFound(Check.AMOUNTS, "single", "says 0 granted, and goes from none to 20");
        damage(GRANT, "the grant of a line of a run is altered", line("run-a", 1, "granted = 25"))
                .isFound(Check.AMOUNTS, "run-a", "says 25 granted, and goes from none to 20")
                .isFound(Check.RUN_FIGURES, NOBODY, "60 credits granted, its lines in the journal say 65");
        damage(GRANT, "the balance before is altered", line("single", 1, "old_credits = 5"))
                .isFound(Check.AMOUNTS, "single", "says 20 granted, and goes from 5 to 20")
                .isFound(Check.ENTRIES, "single", "MIGRATED in attempt 1 (line 1) by 15 has 1 entries of 20")
                .isFound(Check.ENTRY_SUM, "single", "the balance is 20, the entries make it 25");
        damage(GRANT, "less was consumed", line("back", 2, "consumed = NULL"))
                .isFound(Check.STANDING, "back", "says 0 consumed in attempts rolled back, the lines before it say 5");
        damage(GRANT, "less was consumed before reopening", line("again", 3, "consumed = 1"))
                .isFound(Check.STANDING, "again", "says 1 consumed in attempts rolled back, the lines before it say 5");
        damage(GRANT, "less was consumed before the second grant", line("again", 4, "consumed = NULL"))
                .isFound(Check.STANDING, "again", "says 0 consumed in attempts rolled back, the lines before it say 5")
                .isFound(Check.AMOUNTS, "again", "says 15 granted, and the policy allocates 20 for its usage");
        damage(GRANT, "the operations copied are altered", line("single", 1, "copied = 9"))
                .isFound(
                        Check.HISTORY,
                        "single",
                        "the journal says 9 operations, the history has 2 entries of 2 operations at 0 credits");
        damage(GRANT, "the operations copied before reopening are altered", line("reopened", 3, "copied = 9"))
                .isFound(Check.STANDING, "reopened", "says 9 operations copied, the lines before it say 2")
                .isFound(
                        Check.HISTORY,
                        "reopened",
                        "the journal says 9 operations, the history has 2 entries of 2 operations at 0 credits");
        damage(GRANT, "the operations caught up with are altered", line("caught", 2, "copied = 9"))
                .isFound(
                        Check.HISTORY,
                        "caught",
                        "the journal says 9 operations, the history has 3 entries of 3 operations at 0 credits");
        damage(GRANT, "the operations caught up with are none", line("caught", 2, "copied = 2"))
                .isFound(Check.STANDING, "caught", "says 2 operations copied, the lines before it say 2")
                .isFound(
                        Check.HISTORY,
                        "caught",
                        "the journal says 2 operations, the history has 3 entries of 3 operations at 0 credits");
        damage(GRANT, "the figures of a catch-up are gone", line("caught", 2, "figures_line = NULL"))
                .isFound(Check.STANDING, "caught", "has the figures of line 0, not 1");
        damage(GRANT, "a grant has rates", line("single", 1, "old_rate = 1000, new_rate = 2500"))
                .isFound(Check.CONSERVATION, "single", "a grant goes from none at 1000 to 20 at 2500");
        damage(GRANT, "a grant takes away", line("single", 1, "new_credits = -20"))
                .isFound(Check.AMOUNTS, "single", "says 20 granted, and goes from none to -20")
                .isFound(Check.CONSERVATION, "single", "a grant goes from none to -20")
                .isFound(Check.ENTRIES, "single", "MIGRATED in attempt 1 (line 1) by -20 has 1 entries of 20")
                .isFound(Check.BALANCE, "single", "the balance is 20, the journal says -20");
        damage(GRANT, "a rollback grants", line("back", 2, "old_credits = 0, new_credits = 15"))
                .isFound(Check.STANDING, "back", "says 5 consumed in attempts rolled back, the lines before it say 35")
                .isFound(Check.CONSERVATION, "back", "a grant goes from 0 to 15")
                .isFound(Check.ENTRIES, "back", "ROLLED_BACK in attempt 1 (line 2) by 15 has 1 entries of -15");
        damage(GRANT, "the usage is altered", line("single", 1, "operations = 1000"))
                .isFound(Check.AMOUNTS, "single", "says 20 granted, and the policy allocates 50 for its usage");
        damage(
                        GRANT,
                        "grant, entry and account are altered together",
                        line("single", 1, "new_credits = 25, granted = 25"),
                        entries("single", "GRANT", "amount = 25"),
                        ownAccount("single", "balance = 25"))
                .isFound(Check.AMOUNTS, "single", "says 25 granted, and the policy allocates 20 for its usage");
        damage(GRANT, "the only line is gone", without("single", 1))
                .isFound(Check.LINES, "single", "there are 3 entries, and no line")
                .isFound(Check.ENTRIES, "single", "1 entries GRANT of 20 in attempt 1 have no line in the journal");
        damage(
                        GRANT,
                        "the grant has no entry",
                        "DELETE FROM credit_migration_entry WHERE user_id = 'single' AND kind = 'GRANT'")
                .isFound(Check.ENTRIES, "single", "MIGRATED in attempt 1 (line 1) by 20 has no entry");
        damage(GRANT, "the entry of the grant is raised", entries("single", "GRANT", "amount = 25"))
                .isFound(Check.ENTRIES, "single", "MIGRATED in attempt 1 (line 1) by 20 has 1 entries of 25")
                .isFound(Check.ENTRY_SUM, "single", "the balance is 20, the entries make it 25");
        damage(GRANT, "the entry of the grant is there twice", entry("single", 1, "GRANT", 20))
                .isFound(Check.ENTRIES, "single", "MIGRATED in attempt 1 (line 1) by 20 has 2 entries of 40");
        damage(GRANT, "a grant of an attempt that there is not", entry("single", 7, "GRANT", 20))
                .isFound(Check.ENTRIES, "single", "1 entries GRANT of 20 in attempt 7 have no line in the journal");
        damage(GRANT, "a grant of nobody", entry("untouched", 1, "GRANT", 20))
                .isFound(Check.LINES, "untouched", "there are 1 entries, and no line")
                .isFound(Check.ENTRIES, "untouched", "1 entries GRANT of 20 in attempt 1 have no line in the journal");
        damage(GRANT, "a grant to somebody unknown", entry("stranger", 1, "GRANT", 20))
                .isFound(Check.LINES, "stranger", "there are 1 entries, and no line")
                .isFound(Check.ENTRIES, "stranger", "1 entries GRANT of 20 in attempt 1 have no line in the journal");
        damage(
                        GRANT,
                        "the reversal has no entry",
                        "DELETE FROM credit_migration_entry WHERE user_id = 'back' AND kind = 'REVERSAL'")
                .isFound(Check.ENTRIES, "back", "ROLLED_BACK in attempt 1 (line 2) by -15 has no entry");
        damage(GRANT, "the entry of the reversal is altered", entries("back", "REVERSAL", "amount = -14"))
                .isFound(Check.ENTRIES, "back", "ROLLED_BACK in attempt 1 (line 2) by -15 has 1 entries of -14");
        damage(GRANT, "a reversal of one who is migrated", entry("single", 1, "REVERSAL", -20))
                .isFound(Check.ENTRIES, "single", "1 entries REVERSAL of -20 in attempt 1 have no line in the journal");
        damage(GRANT, "the entry of a grant is of another user", entries("single", "GRANT", "user_id = 'twin'"))
                .isFound(Check.ENTRIES, "single", "MIGRATED in attempt 1 (line 1) by 20 has no entry")
                .isFound(Check.ENTRIES, "twin", "MIGRATED in attempt 1 (line 1) by 20 has 2 entries of 40");
        damage(
                        GRANT,
                        "an operation is gone from the history",
                        "DELETE FROM credit_migration_entry WHERE operation_id = 'single-1'")
                .isFound(
                        Check.HISTORY,
                        "single",
                        "the journal says 2 operations, the history has 1 entries of 1 operations at 0 credits");
        damage(GRANT, "an operation without its id is in the history", entry("single", 1, "OPERATION", 0))
                .isFound(
                        Check.HISTORY,
                        "single",
                        "the journal says 2 operations, the history has 3 entries of 2 operations at 0 credits");
        damage(GRANT, "an operation that came later is in the history", later("single"), operationOf("single-9"))
                .isFound(
                        Check.HISTORY,
                        "single",
                        "the journal says 2 operations, the history has 3 entries of 3 operations at 0 credits");
        damage(GRANT, "the operations have credits", entries("single", "OPERATION", "amount = 1"))
                .isFound(
                        Check.HISTORY,
                        "single",
                        "the journal says 2 operations, the history has 2 entries of 2 operations at 2 credits");
        damage(
                        GRANT,
                        "the operations are of an attempt that there is not",
                        entries("single", "OPERATION", "attempt = 7"))
                .isFound(Check.ENTRIES, "single", "2 entries OPERATION of 0 in attempt 7 have no line in the journal");
        damage(GRANT, "an operation is of nobody", later("untouched"), operationOf("untouched-9"))
                .isFound(Check.LINES, "untouched", "there are 1 entries, and no line")
                .isFound(
                        Check.ENTRIES,
                        "untouched",
                        "1 entries OPERATION of 0 in attempt 1 have no line in the journal");
        damage(
                        GRANT,
                        "two histories are swapped",
                        "UPDATE credit_migration_entry SET user_id = CASE user_id WHEN 'single' THEN 'twin' ELSE 'single' END WHERE user_id IN ('single', 'twin') AND kind = 'OPERATION'")
                .isFound(Check.HISTORY, "single", "2 entries are of operations that other users made")
                .isFound(Check.HISTORY, "twin", "2 entries are of operations that other users made");
        damage(
                        GRANT,
                        "an operation id is forged",
                        "UPDATE credit_migration_entry SET operation_id = 'forged' WHERE operation_id = 'single-1'")
                .isFound(
                        Check.HISTORY,
                        "single",
                        "1 entries name operations that the host does not have, at the times of operations that have no entry");
        damage(
                        GRANT,
                        "all operation ids are forged",
                        entries("single", "OPERATION", "operation_id = CONCAT('forged-', operation_id)"))
                .isFound(
                        Check.HISTORY,
                        "single",
                        "2 entries name operations that the host does not have, at the times of operations that have no entry");
        damage(
                        GRANT,
                        "the host has given operations to another user",
                        "UPDATE operations SET owner = 'twin' WHERE owner = 'single'")
                .isFound(Check.HISTORY, "single", "2 entries are of operations that other users made");
        damage(GRANT, "the account was written", ownAccount("single", "balance = 21"))
                .isFound(Check.BALANCE, "single", "the balance is 21, the journal says 20")
                .isFound(Check.ENTRY_SUM, "single", "the balance is 21, the entries make it 20");
        damage(GRANT, "the account is gone", "DELETE FROM credit_migration_account WHERE user_id = 'single'")
                .isFound(Check.BALANCE, "single", "the balance is none, the journal says 20")
                .isFound(Check.CAPTURED, "single", "active is ");
        damage(GRANT, "the account is inactive", ownAccount("single", "active = FALSE"))
                .isFound(Check.PAID_ON_INACTIVE, "single", "20 credits are on an inactive account")
                .isFound(Check.CAPTURED, "single", "active is ");
        damage(GRANT, "an inactive account was paid into", ownAccount("back", "balance = 5, version = version + 1"))
                .isFound(Check.PAID_ON_INACTIVE, "back", "5 credits are on an inactive account");
        damage(GRANT, "the rate limit is back", user("single", "rate_limit = 10"))
                .isFound(Check.CAPTURED, "single", "rate_limit is 10, the migration left null");
        damage(GRANT, "migrated twice", line("single", 1, "is_last = FALSE"), forged("single", 1, "line = 2"))
                .isFound(
                        Check.ATTEMPTS,
                        "single",
                        "MIGRATED in attempt 1 (line 2) follows MIGRATED in attempt 1 (line 1)")
                .isFound(Check.TOTALS, NOBODY, "8 users COMPLETED, the last lines say 7");
        damage(
                        GRANT,
                        "granted in a second attempt",
                        line("single", 1, "is_last = FALSE"),
                        forged("single", 1, "line = 2", "attempt = 2", "old_credits = 20", "new_credits = 40"),
                        entry("single", 2, "GRANT", 20),
                        ownAccount("single", "balance = 40, version = 2"))
                .isFound(
                        Check.ATTEMPTS,
                        "single",
                        "MIGRATED in attempt 2 (line 2) follows MIGRATED in attempt 1 (line 1)")
                .isFound(Check.TOTALS, NOBODY, "8 users COMPLETED, the last lines say 7");
        damage(GRANT, "a range says more granted", ranges("granted = granted + 1"))
                .isFound(Check.RUN_FIGURES, NOBODY, "61 credits granted, its lines in the journal say 60");
        damage(GRANT, "a range says less withdrawn", ranges("withdrawn = 1"))
                .isFound(Check.RUN_FIGURES, NOBODY, "1 credits withdrawn, its lines in the journal say 0");
    }

    private static Damage damage(Layout layout, String name, String... sql) {
        Damage damage = new Damage(layout, name, List.of(sql));
        ALL.add(damage);
        return damage;
    }

    private static String line(String user, int number, String set) {
        return "UPDATE credit_migration_journal SET " + set + where(user, number);
    }

    private static String without(String user, int number) {
        return "DELETE FROM credit_migration_journal" + where(user, number);
    }

    /** A forged line, marked as the last: this one of this user's with other values in some columns. */
    private static String forged(String user, int number, String... values) {
        Map<String, String> columns = new LinkedHashMap<>();
        for (String column : ("at migration run line attempt kind status cause is_last user_id old_credits new_credits"
                        + " host_state figures_line granted consumed copied operations days actor_kind actor reason error")
                .split(" ", -1)) {
            columns.put(column, column);
        }
        columns.put("is_last", "TRUE");
        for (String value : values) {
            int equals = value.indexOf(" = ");
            columns.put(value.substring(0, equals), value.substring(equals + 3));
        }
        return "INSERT INTO credit_migration_journal (" + String.join(", ", columns.keySet()) + ") SELECT "
                + String.join(", ", columns.values()) + " FROM credit_migration_journal" + where(user, number);
    }

    private static String where(String user, int number) {
        return " WHERE user_id = '" + user + "' AND line = " + number;
    }

    private static String user(String user, String set) {
        return "UPDATE users SET " + set + " WHERE id = '" + user + "'";
    }

    private static String account(String owner, String set) {
        return "UPDATE accounts SET " + set + " WHERE owner = '" + owner + "'";
    }

    private static String ownAccount(String user, String set) {
        return "UPDATE credit_migration_account SET " + set + " WHERE user_id = '" + user + "'";
    }

    private static String entries(String user, String kind, String set) {
        return "UPDATE credit_migration_entry SET " + set + " WHERE user_id = '" + user + "' AND kind = '" + kind + "'";
    }

    /** A forged entry without an operation. */
    private static String entry(String user, int attempt, String kind, int amount) {
        return "INSERT INTO credit_migration_entry (migration_id, user_id, attempt, kind, amount, entered_at)"
                + " SELECT id, '" + user + "', " + attempt + ", '" + kind + "', " + amount
                + ", cut_off FROM credit_migration_definition";
    }

    /** An operation of the host's of the same time as the user's first. */
    private static String later(String user) {
        return "INSERT INTO operations (id, owner, made_at) SELECT '" + user + "-9', owner, made_at FROM operations"
                + " WHERE id = '" + user + "-1'";
    }

    /** A forged entry of this operation. */
    private static String operationOf(String operation) {
        return "INSERT INTO credit_migration_entry (migration_id, user_id, attempt, kind, operation_id, amount, entered_at)"
                + " SELECT d.id, o.owner, 1, 'OPERATION', o.id, 0, d.cut_off FROM credit_migration_definition d, operations o"
                + " WHERE o.id = '" + operation + "'";
    }

    private static String definition(String set) {
        return "UPDATE credit_migration_definition SET " + set;
    }

    /** The ranges of the run that migrated. */
    private static String ranges(String set) {
        return "UPDATE credit_migration_range SET " + set
                + " WHERE run_id = (SELECT id FROM credit_migration_run WHERE number = 1)";
    }
}
