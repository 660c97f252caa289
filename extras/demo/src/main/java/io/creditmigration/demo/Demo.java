package io.creditmigration.demo;

import java.io.PrintStream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Iterator;
import java.util.function.Consumer;

/**
 * Shows two migrations of live users, one after the other, and checks what became of everybody by plain SQL.
 *
 * <p>Start reading at {@link FromOldRate}, and at {@link Shop} for what an application has to do itself.
 */
public final class Demo {

    private static final String USAGE = """
            Usage: credit-migration demo [--users N] [--seed S]

            Migrates the users of two sample applications on an embedded database while the
            applications go on serving them: from rate limits to credits, and from an old
            price of a credit to a new one. Exit status 0 only if the figures reconcile.

              --users N   users of each application, 500 to 100,000; 10,000 unless given
              --seed S    a whole number that the sample data is made from; 42 unless given
            """;

    /** The fewest users that a story can be told with. */
    public static final int USERS_MIN = 500;

    /** The most users of each story. */
    public static final int USERS_MAX = 100_000;

    private static final int USAGE_ERROR = 2;

    private Demo() {}

    /** Runs the demo: {@code demo [--users N] [--seed S]}. */
    public static void main(String[] args) {
        System.exit(run(Screen.ofProcess(), System.err, args));
    }

    /** As the command does, with its exit status: 0 if all figures reconcile, 1 if not, 2 for arguments that are none. */
    static int run(Screen screen, PrintStream errors, String... args) {
        int users = 10_000;
        long seed = 42;
        try {
            Iterator<String> rest = Arrays.asList(args).iterator();
            require(rest.hasNext() && rest.next().equals("demo"));
            while (rest.hasNext()) {
                String option = rest.next();
                require(rest.hasNext());
                switch (option) {
                    case "--users" -> users = Integer.parseInt(rest.next());
                    case "--seed" -> seed = Long.parseLong(rest.next());
                    default -> require(false);
                }
            }
            require(users >= USERS_MIN && users <= USERS_MAX);
        } catch (IllegalArgumentException e) {
            errors.print(USAGE);
            return USAGE_ERROR;
        }
        return tell(screen, users, seed, database -> {});
    }

    /** Tells both stories of so many users to whoever reads these lines. Returns whether all figures reconcile. */
    public static boolean tell(PrintStream lines, int users, long seed) {
        return tell(new Screen(lines, Screen.isTerminal() && lines == System.out), users, seed, database -> {}) == 0;
    }

    /**
     * Tells both stories. Returns 0 if all figures reconcile, otherwise 1.
     *
     * @param beforeChecks is given each story's database just before it is checked
     */
    static int tell(Screen screen, int users, long seed, Consumer<Database> beforeChecks) {
        long started = System.nanoTime();
        screen.say("Credit migration demo: two applications with %s users each, seed %d."
                .formatted(Screen.number(users), seed));
        Outcome first = FromRateLimits.tell(screen, users, seed, beforeChecks);
        Outcome second = FromOldRate.tell(screen, users, seed, beforeChecks);
        boolean reconciles = first.reconciles() && second.reconciles();
        screen.title("RESULT");
        Outcome.show(screen, first, second);
        screen.say("");
        screen.say(
                reconciles
                        ? "All figures reconcile, in both applications. It took " + Screen.since(started) + "."
                        : "FAILED: some figures do not reconcile, see the lines marked FAILED above.");
        screen.say("");
        screen.say("Your own tables: ./credit-migration init --url jdbc:postgresql://localhost/shop");
        return reconciles ? 0 : 1;
    }

    /** A clock that began at nine in the morning of the day of the migration, when this was called. */
    static Clock clock() {
        Instant nine = SampleUsers.CUT_OFF.plus(Duration.ofHours(9));
        return Clock.offset(Clock.systemUTC(), Duration.between(Instant.now(), nine));
    }

    private static void require(boolean holds) {
        if (!holds) {
            throw new IllegalArgumentException("not as the usage says");
        }
    }
}
