package io.creditmigration.micrometer;

import static io.creditmigration.testkit.SeedUser.user;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.creditmigration.Actor;
import io.creditmigration.CreditPolicy;
import io.creditmigration.CreditRate;
import io.creditmigration.DispatchOptions;
import io.creditmigration.Migration;
import io.creditmigration.MigrationGate;
import io.creditmigration.MigrationOptions;
import io.creditmigration.MigrationService;
import io.creditmigration.NoticeDispatcher;
import io.creditmigration.NoticeTemplates;
import io.creditmigration.RunOptions;
import io.creditmigration.StoreException;
import io.creditmigration.testkit.FaultyStore;
import io.creditmigration.testkit.InMemoryMigrationStore;
import io.creditmigration.testkit.RecordingNotifier;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What a scrape has, beside what has happened. */
final class MigrationMetersTest {

    private static final Migration CONVERSION = Migration.named("rate-2500")
            .cutOff(Instant.parse("2026-01-06T00:00:00Z"))
            .policy(CreditPolicy.convert(CreditRate.of(1_000), CreditRate.of(2_500)))
            .build();

    private final InMemoryMigrationStore store = InMemoryMigrationStore.with(
            user("zero-1").credits("0"),
            user("zero-2").credits("0"),
            user("zero-3").credits("0"),
            user("ann").credits("100"),
            user("bob").credits("50"));

    /** One of everything that is counted. */
    private static void work(MigrationService migrations, NoticeDispatcher dispatcher, RecordingNotifier notifier) {
        MigrationGate gate = MigrationGate.of(migrations);
        gate.check("zero-1");
        gate.check("zero-1");
        gate.check("ann");
        gate.check("ann");
        gate.check("nobody");
        migrations.confirm("ann", migrations.quote("ann").orElseThrow(), Actor.user("ann"));
        migrations.run(RunOptions.defaults());
        notifier.fail(new IllegalStateException("the server is down"));
        dispatcher.run();
        migrations.rollback("ann", Actor.operator("op"), "asked for it");
    }

    @Test
    void a_scrape_has_what_has_happened() {
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        String scraped = scrapeAfterWork(registry);

        assertThat(scraped.lines())
                .contains(
                        decisions("blocked", "has_credits", 2),
                        decisions("passed", "migrated", 1),
                        decisions("passed", "already_migrated", 1),
                        decisions("passed", "unknown_user", 1),
                        decisions("passed", "store_failed", 0),
                        "credit_migration_users{migration=\"rate-2500\",status=\"completed\"} 3.0",
                        "credit_migration_users{migration=\"rate-2500\",status=\"rolled_back\"} 1.0",
                        "credit_migration_rollbacks_total{migration=\"rate-2500\",status=\"rolled_back\"} 1.0",
                        "credit_migration_run_users_total{action=\"migrate\",migration=\"rate-2500\",status=\"migrated\"} 2.0",
                        "credit_migration_run_users_total{action=\"migrate\",migration=\"rate-2500\",status=\"has_credits\"} 1.0",
                        "credit_migration_run_state{migration=\"rate-2500\",state=\"finished\"} 1.0",
                        "credit_migration_run_progress{migration=\"rate-2500\"} 1.0",
                        "credit_migration_rollout{migration=\"rate-2500\"} 1.0",
                        "credit_migration_halted{migration=\"rate-2500\"} 0.0");
        assertThat(registry.get("credit.migration.run.page").timer().count()).isPositive();
    }

    @Test
    void no_meter_has_a_tag_that_grows_with_users_or_runs() {
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        scrapeAfterWork(registry);

        assertThat(registry.getMeters())
                .allSatisfy(meter -> assertThat(meter.getId().getName()).matches("credit\\.migration(\\.[a-z]+)+"))
                .flatExtracting(meter -> meter.getId().getTags())
                .extracting(Tag::getKey)
                .containsOnly("migration", "status", "decision", "action", "state", "outcome");
        assertThat(registry.getMeters())
                .flatExtracting(meter -> meter.getId().getTags())
                .extracting(Tag::getValue)
                .doesNotContain("ann", "bob", "zero-1", "nobody");
    }

    @Test
    void each_name_in_the_dashboard_is_in_a_scrape() throws IOException {
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        Set<String> scraped = names(scrapeAfterWork(registry)
                .lines()
                .filter(line -> !line.startsWith("#"))
                .map(line -> line.replaceFirst("[{ ].*", ""))
                .collect(Collectors.joining(" ")));
        JsonNode dashboard;
        try (InputStream json = MigrationMeters.class.getResourceAsStream("grafana-dashboard.json")) {
            dashboard = new ObjectMapper().readTree(json);
        }

        List<String> expressions = dashboard.findValuesAsText("expr");
        expressions.addAll(dashboard.get("templating").findValuesAsText("query"));

        assertThat(expressions).hasSizeGreaterThan(15);
        Set<String> shown = names(String.join(" ", expressions));
        assertThat(scraped).containsAll(shown);
        assertThat(shown).as("families that no panel shows").containsAll(scraped);
    }

    @Test
    void a_store_that_fails_leaves_gauges_without_a_value() {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        FaultyStore faulty = FaultyStore.around(store);
        MigrationMeters meters = MigrationMeters.of(registry);
        MigrationService migrations = MigrationService.of(
                CONVERSION, faulty, MigrationOptions.defaults().withListener(meters));
        meters.watch(migrations);
        StoreException down = new StoreException(StoreException.Kind.UNAVAILABLE, "the database is down", null);
        faulty.before(FaultyStore.Call.FIND, down);
        faulty.before(FaultyStore.Call.TOTALS, down);

        assertThat(MigrationGate.closedOnFailure(migrations).check("ann").passes())
                .isFalse();

        assertThat(registry.get("credit.migration.users")
                        .tag("status", "completed")
                        .gauge()
                        .value())
                .isNaN();
        assertThat(registry.get("credit.migration.gate.decisions")
                        .tags("decision", "blocked", "status", "store_failed")
                        .counter()
                        .count())
                .isEqualTo(1);
    }

    private String scrapeAfterWork(PrometheusMeterRegistry registry) {
        MigrationMeters meters = MigrationMeters.of(registry);
        RecordingNotifier notifier = new RecordingNotifier();
        MigrationService migrations = MigrationService.of(
                CONVERSION, store, MigrationOptions.defaults().withNotices().withListener(meters));
        NoticeDispatcher dispatcher = NoticeDispatcher.of(
                store,
                notifier,
                NoticeTemplates.shipped("https://shop.example"),
                DispatchOptions.defaults().withListener(meters));
        work(migrations, dispatcher, notifier);
        meters.watch(migrations);
        meters.watch(dispatcher);
        return registry.scrape();
    }

    private static String decisions(String decision, String status, int count) {
        return "credit_migration_gate_decisions_total{decision=\"" + decision + "\",migration=\"rate-2500\",status=\""
                + status + "\"} " + count + ".0";
    }

    private static Set<String> names(String text) {
        Set<String> names = new TreeSet<>();
        Matcher matcher = Pattern.compile("\\bcredit_migration_[a-z_]+").matcher(text);
        while (matcher.find()) {
            names.add(matcher.group());
        }
        return names;
    }
}
