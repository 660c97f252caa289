package io.creditmigration.demo;

import io.creditmigration.Actor;
import io.creditmigration.CreditPolicy;
import io.creditmigration.CreditRate;
import io.creditmigration.GateDecision;
import io.creditmigration.GateDecision.MigrationRequired;
import io.creditmigration.Migration;
import io.creditmigration.MigrationGate;
import io.creditmigration.MigrationOptions;
import io.creditmigration.MigrationResult;
import io.creditmigration.MigrationResult.Status;
import io.creditmigration.MigrationRun;
import io.creditmigration.MigrationService;
import io.creditmigration.Quote;
import io.creditmigration.RateConversion;
import io.creditmigration.jdbc.HostTables;
import io.creditmigration.jdbc.JdbcMigrationStore;
import io.creditmigration.jdbc.LibraryTables;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The second story: the price of a credit goes from 1,000 to 2,500 VND, and users who have credits must confirm. */
final class FromOldRate {

    private static final RateConversion RATES = CreditPolicy.convert(CreditRate.of(1_000), CreditRate.of(2_500));

    /** A conversion asks users with credits unless it is told not to. */
    private static final Migration RATE_2500 = Migration.named("rate-2500")
            .cutOff(SampleUsers.CUT_OFF)
            .policy(RATES)
            .build();

    /** The rate column tells how each balance is priced: it is the marker that library and {@link Shop} both name. */
    private static final HostTables TABLES = HostTables.users("users")
            .id("id")
            .balance("credits")
            .rate("vnd_per_credit")
            .registeredAt("registered_at")
            .exempt("role", "admin");

    private static final String[] ALL_TABLES = {"users", "credit_migration_definition", "credit_migration_journal"};

    private static final List<String> BALANCE_KINDS = List.of(
            "zero",
            "above zero",
            "dust: below 0.001",
            "below zero",
            "none at all",
            "admins",
            "at 2,500 already, by the host itself",
            "at 2,500, registered since the cut-off");

    /** The place of a user's kind in the list above. */
    private static final String BALANCES = """
            SELECT CASE WHEN vnd_per_credit = 2500 AND registered_at >= ? THEN 7
                        WHEN vnd_per_credit = 2500 THEN 6
                        WHEN role = 'admin' THEN 5
                        WHEN credits IS NULL THEN 4
                        WHEN credits < 0 THEN 3
                        WHEN credits = 0 THEN 0
                        WHEN credits < 0.001 THEN 2
                        ELSE 1 END AS kind,
                   COUNT(*), COALESCE(SUM(credits), 0), COALESCE(SUM(credits * vnd_per_credit), 0)
            FROM users GROUP BY kind ORDER BY kind
            """;

    private static final String USER_WITH_BALANCE = """
            SELECT MIN(id) FROM users
            WHERE vnd_per_credit = 1000 AND role = 'user' AND credits >= ? AND credits <= ?
            """;

    private static final String WAITING = """
            SELECT id FROM users WHERE vnd_per_credit = 1000 AND role = 'user' AND credits > 0 ORDER BY id
            """;

    private static final String BY_TRIGGER = """
            SELECT CASE cause WHEN 'CONFIRMATION' THEN 'confirmed by the user'
                              WHEN 'RUN' THEN 'zero, by the run'
                              WHEN 'PURCHASE' THEN 'zero, before a top-up'
                              ELSE 'zero, on a request' END AS who,
                   COUNT(*), SUM(old_credits), SUM(new_credits)
            FROM credit_migration_log WHERE kind = 'MIGRATED' GROUP BY who ORDER BY who
            """;

    /** Somebody who confirmed, and has spent or paid since if there is one. */
    private static final String CONFIRMED = """
            SELECT u.id FROM users u JOIN credit_migration_log l ON u.id = CAST(l.user_id AS BIGINT)
            WHERE l.actor_kind = 'USER' AND u.credits > 1
            ORDER BY u.credits = l.new_credits, u.id LIMIT 1
            """;

    private static final BigDecimal STEP = BigDecimal.valueOf(500);
    private static final int CLICKS_MAX = 20;
    private static final long LOOKING_NANOS = TimeUnit.MICROSECONDS.toNanos(200);

    private final Screen screen;
    private final Database database;
    private final MigrationService migrations;
    private final MigrationGate gate;
    private final Operator operator;
    private final Checks checks;
    private final Shop shop;
    private final Traffic traffic = new Traffic();
    private final int users;
    private final long seed;

    private final LongAdder confirmed = new LongAdder();
    private final LongAdder quotesChanged = new LongAdder();
    /** Who has a quote on the screen right now; such users do other things at the same time. */
    private final AtomicLong clicking = new AtomicLong(1);

    private FromOldRate(Screen screen, Database database, int users, long seed) {
        JdbcMigrationStore store = JdbcMigrationStore.owning(database.dataSource(), TABLES);
        this.screen = screen;
        this.database = database;
        this.users = users;
        this.seed = seed;
        this.migrations = MigrationService.of(
                RATE_2500, store, MigrationOptions.defaults().withClock(Demo.clock()));
        this.gate = MigrationGate.of(migrations);
        // Users who buy are migrated in the application's own transactions, which register nothing.
        migrations.register(Actor.automatic("demo"), "the application starts");
        this.operator = new Operator(screen, database, migrations);
        this.checks = new Checks(screen, database);
        this.shop = new Shop(database, migrations, store);
    }

    /** Tells the story, and answers what became of it. */
    static Outcome tell(Screen screen, int users, long seed, Consumer<Database> beforeChecks) {
        screen.title("2. FROM AN OLD PRICE TO A NEW ONE: a credit costs 2,500 VND instead of 1,000");
        screen.say("""
                Credits keep their worth in money, so 50 of them become 20. Who has none is migrated
                without a question; who has some sees a quote and must confirm; referral credits are
                left alone; admins are exempt; who registered since 6 January began at the new price.""");
        try (Database database = Database.open("old_rate")) {
            SampleUsers.atOldRate(database, users, seed);
            LibraryTables.defaults().install(database.dataSource());
            FromOldRate story = new FromOldRate(screen, database, users, seed);
            story.analyse();
            story.operator.plan();
            story.knockAtTheGate();
            MigrationRun run = story.migrate();
            story.rollOneBack();
            story.operator.runAgain(story.checks, ALL_TABLES);
            beforeChecks.accept(database);
            story.reconcile();
            return Outcome.of(database, run, users, story.traffic, story.checks);
        }
    }

    private void analyse() {
        database.copy("users", "users_before", "id");
        screen.heading("What there is, by plain SQL");
        screen.row("balance", "users", "credits", "worth in VND");
        for (List<@Nullable Object> row : database.rows(BALANCES, SampleUsers.CUT_OFF)) {
            String kind = BALANCE_KINDS.get(((Number) row.get(0)).intValue());
            screen.row(kind, row.subList(1, row.size()));
        }
        screen.figure("referral credits", database.number("SELECT SUM(ref_credits) FROM users"), "a separate pot");
    }

    /** Shows what a middleware does on the requests of two users, and how one of them confirms. */
    private void knockAtTheGate() {
        screen.heading("At the gate, and one user's story");
        String zero = idOfUserWith("0", "0");
        screen.say("  User %s has no credits and makes a request.".formatted(zero));
        GateDecision passes = gate.check(zero);
        screen.say(
                "  gate      " + (passes.passes() ? "200, the same request passes; migrated on the way" : "blocked"));
        operator.show(zero);
        checks.that("a user without credits passes in the same request", passes.passes());

        String asked = idOfUserWith("12", "90");
        screen.say("\n  User %s has credits and makes a request.".formatted(asked));
        if (!(gate.check(asked) instanceof MigrationRequired required)) {
            checks.that("a user with credits is asked", false);
            return;
        }
        Quote quote = required.quote();
        screen.say("  gate      403 %s: %s credits at %s VND would be %s at %s VND"
                .formatted(
                        MigrationRequired.CODE,
                        quote.oldCredits(),
                        Screen.amount(RATES.oldRate().perCredit()),
                        quote.newCredits(),
                        Screen.amount(RATES.newRate().perCredit())));
        MigrationResult result = migrations.confirm(asked, quote, Actor.user(asked));
        screen.say("  confirm   the user clicks \"migrate my credits\": " + result.status());
        operator.show(asked);
        Status again = migrations.confirm(asked, quote, Actor.user(asked)).status();
        screen.say("  confirm   a second click answers %s and changes nothing".formatted(again));
        screen.say("  gate      the next request: " + (gate.check(asked).passes() ? "200" : "403"));
        checks.that(
                "a user with credits passes once confirmed", gate.check(asked).passes());
    }

    private MigrationRun migrate() {
        screen.heading("Migrating, while %d threads of the shop serve and users confirm".formatted(Traffic.THREADS));
        long started = System.nanoTime();
        MigrationRun run = traffic.during(
                () -> {
                    CompletableFuture<Void> clicks = CompletableFuture.runAsync(this::usersConfirm);
                    MigrationRun done = operator.run(users);
                    clicks.join();
                    return done;
                },
                seed,
                this::request);
        screen.say("  The run is %s; all took %s.".formatted(run.state(), Screen.since(started)));
        screen.heading("What the run found and did, and who was migrated");
        screen.outcomes(run.outcomes());
        screen.say("");
        screen.row("migrated, by whatever trigger", "users", "credits before", "credits after");
        database.rows(BY_TRIGGER).forEach(row -> screen.row(row.get(0), row.subList(1, row.size())));
        screen.say("");
        screen.figure("confirmed meanwhile", confirmed.sum(), "users");
        screen.figure("quotes that had changed", quotesChanged.sum(), "nothing written, a new one shown");
        screen.figure("requests at the gate: blocked", gate.blocked(), "403 " + MigrationRequired.CODE);
        screen.figure(
                "requests at the gate: passed",
                gate.passed().values().stream().mapToLong(Long::longValue).sum(),
                "200");
        screen.figure("spends", traffic.spends(), Screen.amount(traffic.totalSpent()) + " VND");
        screen.figure("top-ups and refunds", traffic.payments(), Screen.amount(traffic.totalPaidIn()) + " VND");
        screen.figure("priced again, at the new rate", shop.pricedAgain(), "the host's part, kept");
        return run;
    }

    /** One step of a thread that plays users: a spend, a top-up, a refund, or a request at the gate. */
    private void request(SplittableRandom random) {
        long user = random.nextInt(3) == 0 ? clicking.get() : random.nextLong(1, users + 1L);
        BigDecimal money = STEP.multiply(BigDecimal.valueOf(random.nextLong(1, 20)));
        switch (random.nextInt(8)) {
            case 0, 1, 2 -> {
                if (shop.spend(user, money)) {
                    traffic.spent(user, money);
                }
            }
            case 3 -> {
                if (shop.spend(user, money)) {
                    traffic.spent(user, money);
                    if (shop.refund(user, money)) {
                        traffic.paidIn(user, money);
                    }
                }
            }
            case 4, 5 -> {
                if (shop.topUp(user, money)) {
                    traffic.paidIn(user, money);
                }
            }
            default -> gate.check(String.valueOf(user));
        }
    }

    /** Two of three users who are asked look at their quote for a moment and click; a quote that has changed is shown anew. */
    private void usersConfirm() {
        List<Long> waiting = new ArrayList<>();
        database.rows(WAITING).forEach(row -> waiting.add((Long) row.get(0)));
        Collections.shuffle(waiting, new Random(seed));
        for (Long user : waiting.subList(0, waiting.size() * 2 / 3)) {
            clicking.set(user);
            String id = user.toString();
            Optional<Quote> quote = migrations.quote(id);
            for (int click = 1; click <= CLICKS_MAX && quote.isPresent(); click++) {
                LockSupport.parkNanos(LOOKING_NANOS);
                MigrationResult result = migrations.confirm(id, quote.get(), Actor.user(id));
                if (result.status() == Status.MIGRATED) {
                    confirmed.increment();
                } else if (result.status() == Status.QUOTE_CHANGED) {
                    quotesChanged.increment();
                }
                quote = Optional.ofNullable(result.quote());
            }
        }
    }

    private void rollOneBack() {
        long id = database.count(CONFIRMED);
        String user = String.valueOf(id);
        screen.heading("One user taken back");
        screen.say("  User %s confirmed, went on spending, and complains; has %s credits at 2,500 VND now."
                .formatted(user, Screen.amount(database.number("SELECT credits FROM users WHERE id = ?", id))));
        boolean back = operator.rollBack(user, "complaint 4711");
        boolean passes = gate.check(user).passes();
        screen.say("  gate      the next request: " + (passes ? "200" : "403"));
        checks.that("taken back, until an operator reopens it; the gate is open", back && passes);
    }

    private String idOfUserWith(String creditsMin, String creditsMax) {
        return database.number(USER_WITH_BALANCE, new BigDecimal(creditsMin), new BigDecimal(creditsMax))
                .toString();
    }

    private void reconcile() {
        screen.heading("Do the figures reconcile? By plain SQL, against the shop's own tally");
        traffic.writeTo(database);
        Reconciliation.ofOldRate(database, checks);
    }
}
