package io.creditmigration.demo;

import io.creditmigration.Actor;
import io.creditmigration.CreditPolicy;
import io.creditmigration.Migration;
import io.creditmigration.MigrationOptions;
import io.creditmigration.MigrationRun;
import io.creditmigration.MigrationService;
import io.creditmigration.Regime;
import io.creditmigration.Trigger;
import io.creditmigration.jdbc.HostTables;
import io.creditmigration.jdbc.JdbcMigrationStore;
import io.creditmigration.jdbc.LibraryTables;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/** The first story: 10 operations an hour for everybody become credits, and nobody is asked. */
final class FromRateLimits {

    private static final Migration TO_CREDITS = Migration.named("to-credits")
            .cutOff(SampleUsers.CUT_OFF)
            .policy(CreditPolicy.initialGrant())
            .build();

    /** The rate limit is cleared on migration: it is the marker that library and {@link Meter} both name. */
    private static final HostTables TABLES = HostTables.users("users")
            .id("id")
            .registeredAt("registered_at")
            .operations("operations", "id", "user_id", "made_at")
            .ownAccounts()
            .onMigrationSet("rate_limit", null);

    private static final String[] ALL_TABLES = {
        "users",
        "operations",
        "credit_migration_definition",
        "credit_migration_journal",
        "credit_migration_account",
        "credit_migration_entry"
    };

    private static final String USERS = "SELECT COUNT(*) FROM users";
    private static final String LATE = "SELECT COUNT(*) FROM users WHERE registered_at >= ?";
    private static final String ADMINS = "SELECT COUNT(*) FROM users WHERE role = 'admin'";
    private static final String OPERATIONS = "SELECT COUNT(*) FROM operations";
    private static final String ACTIVE = "SELECT COUNT(DISTINCT user_id) FROM operations WHERE made_at >= ?";
    private static final String HIGH_USAGE = """
            SELECT COUNT(DISTINCT user_id) FROM (
                SELECT user_id FROM operations WHERE made_at >= ?
                GROUP BY user_id, DATE_TRUNC('HOUR', made_at) HAVING COUNT(*) > 8)
            """;
    private static final String ACCOUNTS = """
            SELECT CASE SIGN(balance) WHEN 1 THEN 'bought credits early, some left' WHEN 0 THEN 'bought credits early, all spent'
                                      ELSE 'bought credits early, below zero' END AS kind,
                   COUNT(*)
            FROM credit_migration_account a JOIN users u ON CAST(u.id AS VARCHAR) = a.user_id
            WHERE u.registered_at < ? GROUP BY kind ORDER BY kind
            """;

    private static final String BY_GRANT = """
            SELECT CASE granted WHEN 50 THEN 'granted 50' ELSE 'granted 20' END
                   || CASE cause WHEN 'RUN' THEN ', by the run'
                                 WHEN 'PURCHASE' THEN ', before a purchase'
                                 ELSE ', on the dashboard' END AS who,
                   COUNT(*), COALESCE(SUM(old_credits), 0), SUM(new_credits)
            FROM credit_migration_log WHERE kind = 'MIGRATED' GROUP BY who ORDER BY who
            """;

    /** The most active of those who were granted most. */
    private static final String POWER_USER = """
            SELECT CAST(user_id AS BIGINT) FROM credit_migration_record WHERE migration_status = 'COMPLETED'
            ORDER BY initial_credits_granted DESC, historical_operations DESC, user_id LIMIT 1
            """;

    /** The most active of those who have neither spent nor bought since the grant. */
    private static final String UNMOVED = """
            SELECT CAST(l.user_id AS BIGINT) AS id FROM credit_migration_log l
            JOIN credit_migration_account a ON a.user_id = l.user_id
            WHERE l.kind = 'MIGRATED' AND l.granted = 20 AND l.old_credits IS NULL AND a.balance = 20 AND a.version = 1
            ORDER BY l.copied DESC, id LIMIT 1
            """;

    private static final String ACCOUNT = "SELECT balance FROM credit_migration_account WHERE user_id = ?";

    private static final BigDecimal PACK = BigDecimal.TEN;

    private final Screen screen;
    private final Database database;
    private final MigrationService migrations;
    private final Operator operator;
    private final Checks checks;
    private final Meter meter;
    private final Traffic traffic = new Traffic();
    private final int users;
    private final long seed;

    private final LongAdder servedUnderRateLimit = new LongAdder();

    private FromRateLimits(Screen screen, Database database, int users, long seed) {
        Clock clock = Demo.clock();
        JdbcMigrationStore store = JdbcMigrationStore.owning(database.dataSource(), TABLES);
        this.screen = screen;
        this.database = database;
        this.users = users;
        this.seed = seed;
        this.migrations = MigrationService.of(
                TO_CREDITS, store, MigrationOptions.defaults().withClock(clock));
        // Users who buy are migrated in the application's own transactions, which register nothing.
        migrations.register(Actor.automatic("demo"), "the application starts");
        this.operator = new Operator(screen, database, migrations);
        this.checks = new Checks(screen, database);
        this.meter = new Meter(database, migrations, store, clock);
    }

    /** Tells the story, and answers what became of it. */
    static Outcome tell(Screen screen, int users, long seed, Consumer<Database> beforeChecks) {
        screen.title("1. FROM RATE LIMITS TO CREDITS: 10 operations an hour become an account");
        screen.say("""
                Everybody gets 20 credits, or 50 for more than 10 operations a day over the last 30
                days. What they did becomes their credit history, at zero credits each. Nobody has to
                do anything, nobody is without service. Who registered since 6 January has credits.""");
        try (Database database = Database.open("rate_limits")) {
            LibraryTables.defaults().install(database.dataSource());
            SampleUsers.underRateLimit(database, users, seed);
            FromRateLimits story = new FromRateLimits(screen, database, users, seed);
            story.analyse();
            story.operator.plan();
            MigrationRun run = story.migrate();
            story.tellOfOne();
            story.rollOneBack();
            story.operator.runAgain(story.checks, ALL_TABLES);
            beforeChecks.accept(database);
            story.reconcile();
            return Outcome.of(database, run, users, story.traffic, story.checks);
        }
    }

    private void analyse() {
        database.copy("users", "users_before", "id");
        database.copy("credit_migration_account", "account_before", "user_id");
        Object cutOff = TO_CREDITS.cutOff().atOffset(ZoneOffset.UTC);
        Object window = TO_CREDITS.usageWindow().from().atOffset(ZoneOffset.UTC);
        long operations = database.count(OPERATIONS);
        String average = BigDecimal.valueOf(operations)
                .divide(BigDecimal.valueOf(users), 1, RoundingMode.HALF_EVEN)
                .toPlainString();
        screen.heading("What there is, by plain SQL");
        screen.figure("users", database.count(USERS), "");
        screen.figure("registered since the cut-off", database.count(LATE, cutOff), "users");
        screen.figure("admins", database.count(ADMINS), "users");
        screen.figure("operations in 60 days", operations, average + " per user on average");
        screen.figure("active in the last 30 days", database.count(ACTIVE, window), "users");
        screen.figure("high usage: more than 8 in some hour", database.count(HIGH_USAGE, window), "users");
        database.rows(ACCOUNTS, cutOff)
                .forEach(row -> screen.figure(String.valueOf(row.get(0)), (Long) row.get(1), "users"));
    }

    private MigrationRun migrate() {
        screen.heading("Migrating, while %d threads of the application serve operations and sell credits"
                .formatted(Traffic.THREADS));
        long started = System.nanoTime();
        MigrationRun run = traffic.during(() -> operator.run(users), seed, this::request);
        screen.say("  The run is %s and took %s.".formatted(run.state(), Screen.since(started)));
        screen.heading("What the run found and did, and who was migrated");
        screen.outcomes(run.outcomes());
        screen.say("");
        screen.row("migrated, by whatever trigger", "users", "credits before", "credits after");
        database.rows(BY_GRANT).forEach(row -> screen.row(row.get(0), row.subList(1, row.size())));
        screen.say("");
        screen.figure("requests meanwhile", traffic.requests(), "");
        screen.figure("operations under the rate limit", servedUnderRateLimit.sum(), "free of charge");
        screen.figure("operations for credits", traffic.spends(), Screen.amount(traffic.totalSpent()) + " credits");
        screen.figure("purchases", traffic.payments(), Screen.amount(traffic.totalPaidIn()) + " credits");
        return run;
    }

    /** One step of a thread that plays users: an operation, a purchase, or a look at the dashboard. */
    private void request(SplittableRandom random) {
        long user = random.nextLong(1, users + 1L);
        switch (random.nextInt(8)) {
            case 0, 1 -> {
                if (meter.buy(user, PACK)) {
                    traffic.paidIn(user, PACK);
                }
            }
            case 2 -> migrations.autoMigrateIfZeroCredits(String.valueOf(user), Trigger.DASHBOARD);
            default -> {
                switch (meter.operate(user)) {
                    case UNDER_RATE_LIMIT -> servedUnderRateLimit.increment();
                    case FOR_CREDITS -> traffic.spent(user, Meter.PRICE);
                    case REFUSED -> {}
                }
            }
        }
    }

    private void tellOfOne() {
        String user = String.valueOf(database.count(POWER_USER));
        screen.heading("One user's story");
        screen.say("  User %s was under a limit of 10 operations an hour.".formatted(user));
        operator.show(user);
        screen.say("  now       the limiter asks and hears: %s; %s credits are left"
                .formatted(migrations.regime(user), Screen.amount(database.number(ACCOUNT, user))));
    }

    private void rollOneBack() {
        String user = String.valueOf(database.count(UNMOVED));
        screen.heading("One user taken back");
        screen.say("  User %s has not spent yet and wants the old rules: %s.".formatted(user, migrations.regime(user)));
        boolean back = operator.rollBack(user, "asked for it");
        screen.say("  now       the limiter asks and hears: " + migrations.regime(user));
        checks.that("taken back, until an operator reopens it", back && migrations.regime(user) == Regime.RATE_LIMIT);
    }

    private void reconcile() {
        screen.heading("Do the figures reconcile? By plain SQL, against the application's own tally");
        traffic.writeTo(database);
        Reconciliation.ofRateLimits(database, checks);
    }
}
