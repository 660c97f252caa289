package io.creditmigration.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.creditmigration.Actor;
import io.creditmigration.CreditMigrationException;
import io.creditmigration.CreditPolicy;
import io.creditmigration.CreditRate;
import io.creditmigration.Migration;
import io.creditmigration.MigrationGate;
import io.creditmigration.MigrationOptions;
import io.creditmigration.MigrationResult.Status;
import io.creditmigration.MigrationService;
import io.creditmigration.NoticeDispatcher;
import io.creditmigration.NoticeMessage;
import io.creditmigration.Notifier;
import io.creditmigration.RunOptions;
import io.creditmigration.RunSettings;
import io.creditmigration.jdbc.HostTables;
import io.creditmigration.jdbc.JdbcMigrationStore;
import io.creditmigration.spi.MigrationStore;
import io.creditmigration.testkit.InMemoryMigrationStore;
import io.creditmigration.testkit.SeedUser;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What the properties make, and what steps back. */
final class StarterTest {

    @Configuration(proxyBeanMethods = false)
    static class Metrics {
        @Bean
        MeterRegistry registry() {
            return new SimpleMeterRegistry();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Telling {

        private static final List<NoticeMessage> TOLD = new CopyOnWriteArrayList<>();

        @Bean
        Notifier notifier() {
            return message -> {
                TOLD.add(message);
                return Notifier.Delivery.accepted();
            };
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnBeans {

        private static final Migration MIGRATION = Migration.named("my-own")
                .cutOff(Instant.EPOCH)
                .policy(CreditPolicy.convert(CreditRate.of(1), CreditRate.of(2)))
                .build();

        @Bean
        Migration migration() {
            return MIGRATION;
        }

        @Bean
        MigrationStore store() {
            return InMemoryMigrationStore.with(
                    SeedUser.user("mine").credits("4").registeredAt(Instant.EPOCH.minusSeconds(1)));
        }

        @Bean
        MigrationOptions options() {
            return MigrationOptions.defaults().withAttempts(7);
        }
    }

    @Test
    void the_store_opens_after_flyway_and_installs_its_tables() {
        Shop.application().run(context -> {
            MigrationService migrations = context.getBean(MigrationService.class);
            MigrationGate gate = context.getBean(MigrationGate.class);

            assertThat(migrations.quote("ann").orElseThrow().newCredits()).hasToString("40");
            assertThat(gate.check("zero").passes()).isTrue();
            assertThat(gate.check("bob").passes()).isFalse();
            assertThat(migrations.verify().isClean()).isTrue();
        });
    }

    @Test
    void without_the_tables_the_start_fails_and_says_which_property_creates_them() {
        Shop.application()
                .withPropertyValues("credit-migration.library-tables.on-start=check")
                .run(context -> {
                    FailureAnalysis analysis =
                            new CreditMigrationFailureAnalyzer().analyze(context.getStartupFailure());

                    assertThat(analysis.getDescription()).contains("credit_migration_");
                    assertThat(analysis.getAction())
                            .contains("credit-migration.library-tables.on-start=install")
                            .contains("Flyway");
                });
    }

    @Test
    void a_wrong_column_fails_the_start_with_what_to_compare() {
        Shop.application()
                .withPropertyValues("credit-migration.users.flag=flagged")
                .run(context -> {
                    FailureAnalysis analysis =
                            new CreditMigrationFailureAnalyzer().analyze(context.getStartupFailure());

                    assertThat(analysis.getDescription()).contains("flagged");
                    assertThat(analysis.getAction()).contains("credit-migration.users");
                });
    }

    @Test
    void another_definition_under_the_same_id_fails_the_start_with_what_to_do() {
        var shop = Shop.application();
        shop.run(context -> context.getBean(MigrationGate.class).check("zero"));

        shop.withPropertyValues("credit-migration.migration.convert.to=3000").run(context -> {
            FailureAnalysis analysis = new CreditMigrationFailureAnalyzer().analyze(context.getStartupFailure());

            assertThat(analysis.getDescription()).contains("3000");
            assertThat(analysis.getAction()).contains("another id");
        });
    }

    @Test
    void a_definition_without_a_policy_is_refused_with_what_is_allowed() {
        Shop.application()
                .withPropertyValues("credit-migration.migration.grant.base=20")
                .run(context -> assertThat(context.getStartupFailure())
                        .rootCause()
                        .isInstanceOf(CreditMigrationException.class)
                        .hasMessageContaining("one of 'convert' and 'grant'"));
    }

    @Test
    void beans_of_the_application_come_first() {
        Shop.application().withUserConfiguration(OwnBeans.class).run(context -> {
            assertThat(context).hasSingleBean(MigrationStore.class).doesNotHaveBean(JdbcMigrationStore.class);
            assertThat(context.getBean(MigrationService.class).migration().id()).isEqualTo("my-own");
            assertThat(context.getBean(MigrationService.class).quote("mine")).isPresent();
            assertThat(context.getBean(MigrationOptions.class).attempts()).isEqualTo(7);
            assertThat(context).doesNotHaveBean(JoinedMigrations.class);
        });
    }

    @Test
    void nothing_is_set_up_where_it_is_off_or_nothing_is_mapped() {
        Shop.application()
                .withPropertyValues("credit-migration.enabled=false")
                .run(context -> assertThat(context)
                        .doesNotHaveBean(MigrationService.class)
                        .doesNotHaveBean(HostTables.class));
    }

    @Test
    void all_keys_of_the_mapping_arrive() {
        Shop.application()
                .withPropertyValues(
                        "credit-migration.run.page-size=77",
                        "credit-migration.run.failure-rate-max=0.01",
                        "credit-migration.gate.repeat-answer-for=1s",
                        "credit-migration.migration.begins-at=2026-01-07T00:00:00Z",
                        "credit-migration.migration.newcomers-from=2026-01-08T00:00:00Z",
                        "credit-migration.migration.consent=none",
                        "credit-migration.users.exempt.column=id",
                        "credit-migration.users.exempt.values=bob")
                .run(context -> {
                    Migration migration = context.getBean(Migration.class);
                    assertThat(context.getBean(RunSettings.class).pageSize()).isEqualTo(77);
                    assertThat(context.getBean(RunSettings.class).failureRateMax())
                            .isEqualByComparingTo("0.01");
                    assertThat(context.getBean(MigrationOptions.class).blockedFor())
                            .isEqualTo(Duration.ofSeconds(1));
                    assertThat(migration.beginsAt()).isEqualTo("2026-01-07T00:00:00Z");
                    assertThat(migration.consent()).hasToString("NONE");
                    MigrationService migrations = context.getBean(MigrationService.class);
                    assertThat(migrations.autoMigrateIfZeroCredits("bob").status())
                            .isEqualTo(Status.EXEMPT);
                });
    }

    @Test
    void notices_are_delivered_while_the_application_runs() {
        Telling.TOLD.clear();
        Shop.application()
                .withUserConfiguration(Telling.class)
                .withPropertyValues(
                        "credit-migration.notices=true",
                        "credit-migration.mail.page=https://shop.example/credits",
                        "credit-migration.dispatcher.every=20ms")
                .run(context -> {
                    MigrationService migrations = context.getBean(MigrationService.class);
                    DispatcherLifecycle lifecycle = context.getBean(DispatcherLifecycle.class);

                    migrations.confirm("ann", migrations.quote("ann").orElseThrow(), Actor.user("ann"));
                    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
                    while (Telling.TOLD.isEmpty() && System.nanoTime() < end) {
                        Thread.sleep(10);
                    }
                    assertThat(Telling.TOLD).hasSize(1);
                    assertThat(lifecycle.isRunning()).isTrue();
                    context.close();
                    assertThat(lifecycle.isRunning()).isFalse();
                });
    }

    @Test
    void a_node_that_does_not_deliver_queues_all_the_same() {
        Shop.application()
                .withUserConfiguration(Telling.class)
                .withPropertyValues(
                        "credit-migration.notices=true",
                        "credit-migration.mail.page=https://shop.example/credits",
                        "credit-migration.dispatcher.enabled=false")
                .run(context -> {
                    assertThat(context).doesNotHaveBean(DispatcherLifecycle.class);
                    MigrationService migrations = context.getBean(MigrationService.class);
                    migrations.confirm("ann", migrations.quote("ann").orElseThrow(), Actor.user("ann"));
                    assertThat(context.getBean(NoticeDispatcher.class).backlog().due())
                            .isEqualTo(1);
                });
    }

    @Test
    void meters_are_kept_where_there_is_a_registry() {
        Shop.application().withUserConfiguration(Metrics.class).run(context -> {
            context.getBean(MigrationGate.class).check("bob");
            MeterRegistry registry = context.getBean(MeterRegistry.class);

            assertThat(registry.get("credit.migration.gate.decisions")
                            .tags("decision", "blocked", "status", "has_credits")
                            .counter()
                            .count())
                    .isEqualTo(1);
            assertThat(registry.get("credit.migration.rollout").gauge().value()).isEqualTo(1);
        });
    }

    @Test
    void a_paused_run_and_a_halt_leave_the_application_up() {
        Shop.application().run(context -> {
            MigrationService migrations = context.getBean(MigrationService.class);
            HealthIndicator health = context.getBean(HealthIndicator.class);
            var run = migrations.runs().open(RunOptions.defaults());
            migrations.runs().pause(run.id(), Actor.operator("op"), "a test");
            migrations.halt(Actor.operator("op"), "a test");

            assertThat(health.health().getStatus().getCode()).isEqualTo("UP");
            assertThat(health.health().getDetails())
                    .containsEntry("halted", true)
                    .extractingByKey("run")
                    .hasToString("PAUSED");
        });
    }

    @Test
    void the_endpoint_tells_where_the_migration_stands_and_names_no_user() {
        Shop.application()
                .withPropertyValues("management.endpoints.web.exposure.include=creditmigration")
                .withBean(org.springframework.boot.actuate.autoconfigure.endpoint.web.WebEndpointProperties.class)
                .run(context -> {
                    context.getBean(MigrationGate.class).check("zero");
                    context.getBean(MigrationGate.class).check("bob");
                    context.getBean(MigrationService.class).run(RunOptions.defaults());

                    Map<String, Object> view =
                            context.getBean(CreditMigrationEndpoint.class).migration();

                    assertThat(view).containsEntry("id", "rate-2500").containsEntry("halted", false);
                    assertThat(view.get("users")).asString().contains("COMPLETED=1");
                    assertThat(view.get("gate")).asString().contains("blocked=1");
                    assertThat(view.get("run")).asString().contains("FINISHED");
                    assertThat(view.toString()).doesNotContain("zero").doesNotContain("bob");
                });
    }

    @Test
    void the_endpoint_is_not_there_unless_it_is_exposed() {
        Shop.application().run(context -> assertThat(context).doesNotHaveBean(CreditMigrationEndpoint.class));
    }
}
