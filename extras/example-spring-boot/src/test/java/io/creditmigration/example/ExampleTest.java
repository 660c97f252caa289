package io.creditmigration.example;

import static org.assertj.core.api.Assertions.assertThat;

import io.creditmigration.Actor;
import io.creditmigration.MigrationService;
import io.creditmigration.RunOptions;
import io.creditmigration.RunScope;
import io.creditmigration.jdbc.JdbcMigrationStore;
import java.math.BigDecimal;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;

/** The shop over HTTP, on both instances at once. What it has done is reconciled by plain SQL. */
final class ExampleTest {

    private static final int PEOPLE = 40;
    private static final int THREADS = 4;
    private static final long TRAFFIC_SECONDS = 10;

    /** Money that went in and out of an account, beside what its credits are worth. */
    private static final String WRONG = """
            SELECT COUNT(*) FROM users u
            WHERE u.credits * CASE WHEN u.migrated THEN 2500 ELSE 1000 END
                  <> (SELECT COALESCE(SUM(l.money), 0) FROM ledger l WHERE l.user_id = u.id)
            """;

    private static Example example;
    private static JdbcTemplate sql;

    @BeforeAll
    static void start() throws Exception {
        example = Example.start(0);
        sql = new JdbcTemplate(example.bean(DataSource.class));
    }

    @AfterAll
    static void stop() {
        example.close();
    }

    private static String address(int instance) {
        return example.addresses().get(instance);
    }

    private static void addPerson(String login, int credits) {
        sql.update(
                "INSERT INTO users (id, login, password, credits, created_at)"
                        + " VALUES (gen_random_uuid(), ?, '{noop}shop', ?, '2024-01-01Z')",
                login,
                credits);
        sql.update(
                "INSERT INTO ledger (user_id, money) SELECT id, credits * 1000 FROM users WHERE login = ? AND credits > 0",
                login);
    }

    @Test
    void a_user_without_credits_never_sees_the_migration() throws Exception {
        addPerson("without", 0);
        Visitor visitor = Visitor.signIn(address(0), "without");

        assertThat(visitor.get("/api/balance").statusCode()).isEqualTo(200);
        assertThat(visitor.dashboard()).doesNotContain("Migrate Credits").contains("2,500");
        visitor.topUp(5_000);
        assertThat(visitor.operate()).isEqualTo(200);
        assertThat(visitor.get("/api/balance").body()).contains("1.6");
    }

    @Test
    void a_user_with_credits_is_blocked_until_what_was_shown_is_confirmed() throws Exception {
        addPerson("with", 100);
        Visitor tab = Visitor.signIn(address(0), "with");
        Visitor otherTab = Visitor.signIn(address(1), "with");

        HttpResponse<String> blocked = tab.post("/api/operations");
        assertThat(blocked.statusCode()).isEqualTo(403);
        assertThat(blocked.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        assertThat(blocked.body()).contains("migration_required");
        String shown = Visitor.quoteIn(tab.dashboard()).orElseThrow();

        otherTab.topUp(10_000);
        String answer = tab.confirm(shown).body();
        assertThat(answer)
                .contains("Your balance has changed")
                .contains("Migrate Credits")
                .contains(">110<")
                .contains(">44<");

        assertThat(tab.confirm(Visitor.quoteIn(answer).orElseThrow()).body()).contains("Your credits are migrated.");
        assertThat(tab.operate()).isEqualTo(200);
        assertThat(otherTab.operate()).isEqualTo(200);
        assertThat(otherTab.get("/api/balance").body()).contains("43.2");
        assertThat(tab.confirm(shown).body()).contains("Your credits were migrated already.");
    }

    @Test
    void a_top_up_that_was_priced_before_the_migration_committed_is_priced_again() throws Exception {
        addPerson("racing", 100);
        Visitor visitor = Visitor.signIn(address(0), "racing");
        String id = sql.queryForObject("SELECT CAST(id AS TEXT) FROM users WHERE login = 'racing'", String.class);
        MigrationService migrations = example.bean(MigrationService.class);
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try (Connection connection = DriverManager.getConnection(example.jdbcUrl())) {
            connection.setAutoCommit(false);
            migrations
                    .joining(example.bean(JdbcMigrationStore.class).joining(connection))
                    .confirm(id, migrations.quote(id).orElseThrow(), Actor.user(id));
            Future<HttpResponse<String>> topUp = thread.submit(() -> visitor.topUp(10_000));
            awaitSomebodyWhoWaitsForTheRow();
            connection.commit();

            assertThat(topUp.get().statusCode()).isEqualTo(200);
        } finally {
            thread.shutdown();
        }
        assertThat(sql.queryForObject("SELECT credits FROM users WHERE login = 'racing'", BigDecimal.class))
                .isEqualByComparingTo("44");
        assertThat(sql.queryForObject(WRONG, Long.class)).isZero();
    }

    private static void awaitSomebodyWhoWaitsForTheRow() throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (sql.queryForObject("SELECT COUNT(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'", Long.class)
                == 0) {
            assertThat(System.nanoTime() - end).as("nobody waits for the row").isNegative();
            Thread.sleep(20);
        }
    }

    @Test
    void a_quote_that_was_altered_is_a_bad_request() throws Exception {
        addPerson("altering", 10);
        Visitor visitor = Visitor.signIn(address(0), "altering");

        assertThat(visitor.confirm("q1.altered").statusCode()).isEqualTo(400);
        assertThat(visitor.topUp(-1_000).statusCode()).isEqualTo(400);
        assertThat(visitor.operate()).isEqualTo(403);
    }

    @Test
    void under_traffic_on_both_instances_no_money_is_lost_or_made() throws Exception {
        List<Visitor> visitors = new ArrayList<>();
        for (int person = 0; person < PEOPLE; person++) {
            addPerson("person-" + person, person % 2 == 0 ? 0 : person);
            visitors.add(Visitor.signIn(address(0), "person-" + person));
            visitors.add(Visitor.signIn(address(1), "person-" + person));
        }
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(TRAFFIC_SECONDS);
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        List<Future<Integer>> requests = new ArrayList<>();
        for (int seed = 0; seed < THREADS; seed++) {
            Random random = new Random(seed);
            requests.add(threads.submit(traffic(visitors, random, end)));
        }
        MigrationService migrations = example.bean(MigrationService.class);
        migrations.run(RunOptions.defaults().withScope(RunScope.zeroCreditsOnly()));

        int sent = 0;
        for (Future<Integer> done : requests) {
            sent += done.get();
        }
        threads.shutdown();

        assertThat(sent).isGreaterThan(PEOPLE);
        assertThat(sql.queryForObject(WRONG, Long.class))
                .as("accounts whose credits are not their money's worth")
                .isZero();
        assertThat(sql.queryForObject(
                        "SELECT COUNT(*) FROM (SELECT user_id FROM credit_migration_log WHERE kind = 'MIGRATED'"
                                + " GROUP BY user_id HAVING COUNT(*) > 1) twice",
                        Long.class))
                .as("users migrated twice")
                .isZero();
        assertThat(migrations.verify().isClean()).isTrue();
        assertThat(
                        scraped("credit_migration_user_seconds_count{migration=\"rate-2500\",status=\"migrated\"}")
                                + scraped(
                                        "credit_migration_run_users_total{action=\"migrate\",migration=\"rate-2500\",status=\"migrated\"}"))
                .as("migrated by their own requests or by the run; purchases join transactions and are not told")
                .isEqualTo(sql.queryForObject(
                        "SELECT COUNT(*) FROM credit_migration_log WHERE kind = 'MIGRATED' AND cause <> 'PURCHASE'",
                        Long.class));
    }

    private static Callable<Integer> traffic(List<Visitor> visitors, Random random, long end) {
        return () -> {
            int sent = 0;
            for (; System.nanoTime() - end < 0; sent++) {
                Visitor visitor = visitors.get(random.nextInt(visitors.size()));
                int status = switch (random.nextInt(8)) {
                    case 0 -> visitor.topUp(1_000L * (1 + random.nextInt(20))).statusCode();
                    case 1 -> {
                        var quote = Visitor.quoteIn(visitor.dashboard());
                        yield quote.isEmpty()
                                ? 200
                                : visitor.confirm(quote.get()).statusCode();
                    }
                    case 2 -> visitor.get("/api/balance").statusCode();
                    default -> visitor.operate();
                };
                assertThat(status).isIn(200, 402, 403);
            }
            return sent;
        };
    }

    /** The sum over both instances. */
    private static long scraped(String series) throws Exception {
        double sum = 0;
        for (String address : example.addresses()) {
            String text = HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(URI.create(address + "/actuator/prometheus"))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body();
            Matcher value =
                    Pattern.compile(Pattern.quote(series) + " ([0-9.E]+)").matcher(text);
            sum += value.find() ? Double.parseDouble(value.group(1)) : 0;
        }
        return Math.round(sum);
    }
}
