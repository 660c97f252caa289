package io.creditmigration.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.creditmigration.Actor;
import io.creditmigration.Allocation;
import io.creditmigration.CreditPolicy;
import io.creditmigration.Credits;
import io.creditmigration.JournalLine;
import io.creditmigration.Migration;
import io.creditmigration.MigrationService;
import io.creditmigration.MigrationStatus;
import io.creditmigration.RunOptions;
import io.creditmigration.Trigger;
import io.creditmigration.UserMigration;
import io.creditmigration.jdbc.JoiningHost.Style;
import io.creditmigration.jdbc.jpa.JournalLineEntity;
import io.creditmigration.jdbc.jpa.UserMigrationEntity;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.PersistenceConfiguration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** The library's views as JPA sees them are what the shipped DDL makes and the library writes. */
@ParameterizedClass
@MethodSource("io.creditmigration.jdbc.JoiningHost#everywhereWithJpa")
final class JpaEntitiesTest {

    private final JoiningHost host;

    JpaEntitiesTest(JoiningHost host) {
        this.host = host;
    }

    @Test
    void records_and_lines_are_read_as_they_were_written() {
        String user = host.user("50");
        host.migrations.confirm(user, host.migrations.quote(user).orElseThrow(), Actor.user(user));
        UserMigration completed = host.migrations.find(user).orElseThrow();

        try (EntityManagerFactory factory = open(configuration -> {})) {
            try (EntityManager entityManager = factory.createEntityManager()) {
                UserMigrationEntity found = record(entityManager, user);
                same(found, completed);
                assertThat(entityManager.find(UserMigrationEntity.class, found.getId()))
                        .isSameAs(found);
                assertThat(found.getMigrationStatus()).isEqualTo(MigrationStatus.COMPLETED);
                assertThat(found.getRollbackData()).contains("\"oldCredits\"").contains("\"hostState\"");
            }
            host.migrations.rollback(user, Actor.operator("ann"), "asked for it");
            host.migrations.reopen(user, Actor.operator("ann"), "asked for it again");
            List<JournalLine> log = host.migrations.log(user);
            try (EntityManager entityManager = factory.createEntityManager()) {
                same(record(entityManager, user), host.migrations.find(user).orElseThrow());
                List<JournalLineEntity> lines = entityManager
                        .createQuery(
                                "SELECT l FROM JournalLineEntity l WHERE l.userId = :user ORDER BY l.line",
                                JournalLineEntity.class)
                        .setParameter("user", user)
                        .getResultList();
                assertThat(lines).hasSize(3);
                for (int i = 0; i < 3; i++) {
                    same(lines.get(i), log.get(i));
                }
                assertThat(entityManager.find(JournalLineEntity.class, new JournalLineEntity.Key(user, 1)))
                        .isSameAs(lines.get(0));
            }
        }
    }

    @Test
    void grants_and_failures_are_found_by_status() {
        Migration grant = Migration.named("grant-" + host.style)
                .beside(JoiningHost.RATE_2500.id())
                .cutOff(Instant.parse("2026-01-07T00:00:00Z"))
                .policy(((CreditPolicy) user -> user.userId().equals("rich")
                                ? Allocation.of(Credits.of("7.5"), "is rich")
                                : plan(user.userId()))
                        .named("failing", 1))
                .build();
        MigrationService grants = MigrationService.of(grant, host.store);
        String user = host.user("50");
        host.sql.run("INSERT INTO users (id, credits) VALUES ('rich', 50)");
        grants.migrate(user);
        grants.migrate("rich");

        try (EntityManagerFactory factory = open(configuration -> {});
                EntityManager entityManager = factory.createEntityManager()) {
            UserMigrationEntity failed = only(entityManager, grant, MigrationStatus.FAILED);
            same(failed, grants.find(user).orElseThrow());
            assertThat(failed.getErrorMessage()).isEqualTo("no plan for " + user);
            assertThat(failed.getRollbackData()).isNull();
            UserMigrationEntity rich = only(entityManager, grant, MigrationStatus.COMPLETED);
            same(rich, grants.find("rich").orElseThrow());
            assertThat(rich.getInitialCreditsGranted()).isEqualTo("7.5");
            JournalLineEntity line = entityManager.find(JournalLineEntity.class, new JournalLineEntity.Key("rich", 1));
            same(line, grants.log("rich").get(0));
            assertThat(line.getReason()).isEqualTo("is rich");
            assertThat(line.getNewRate()).isNull();
        }
    }

    @Test
    void lines_name_their_run() {
        String user = host.user("0");
        String run = host.migrations
                .run(RunOptions.defaults().withUsers(List.of(user)))
                .id();

        try (EntityManagerFactory factory = open(configuration -> {});
                EntityManager entityManager = factory.createEntityManager()) {
            List<JournalLineEntity> lines = entityManager
                    .createQuery("SELECT l FROM JournalLineEntity l WHERE l.runId = :run", JournalLineEntity.class)
                    .setParameter("run", run)
                    .getResultList();

            assertThat(lines).singleElement().satisfies(line -> {
                assertThat(line.getUserId()).isEqualTo(user);
                assertThat(line.getCause()).isEqualTo(Trigger.RUN);
                assertThat(line.getActor()).isEqualTo("run");
            });
        }
    }

    @Test
    void they_are_read_only() {
        String user = host.user("0");
        host.migrations.autoMigrateIfZeroCredits(user);

        try (EntityManagerFactory factory = open(configuration -> {});
                EntityManager entityManager = factory.createEntityManager()) {
            for (Object found : List.of(
                    record(entityManager, user),
                    entityManager.find(JournalLineEntity.class, new JournalLineEntity.Key(user, 1)))) {
                entityManager.getTransaction().begin();
                assertThatThrownBy(() -> {
                            entityManager.remove(entityManager.contains(found) ? found : entityManager.merge(found));
                            entityManager.flush();
                        })
                        .hasStackTraceContaining("read only here");
                entityManager.getTransaction().rollback();
            }
        }
        assertThat(host.traces(user)).isEqualTo(1);
    }

    @Test
    void views_of_another_prefix_are_named_in_a_mapping_file() {
        LibraryTables ours = new LibraryTables(null, "cm_");
        ours.install(host.dataSource);
        String user = host.user("0");
        MigrationService.of(
                        JoiningHost.RATE_2500, JdbcMigrationStore.owning(host.dataSource, JoiningHost.tables(), ours))
                .autoMigrateIfZeroCredits(user);

        try (EntityManagerFactory factory =
                        open(configuration -> configuration.mappingFile("META-INF/migrations-under-cm.xml"));
                EntityManager entityManager = factory.createEntityManager()) {
            List<String> users = entityManager
                    .createQuery(
                            "SELECT u.userId FROM UserMigrationEntity u, JournalLineEntity l WHERE u.userId = l.userId",
                            String.class)
                    .getResultList();
            assertThat(users).containsExactly(user);
        }
    }

    private static Allocation plan(String user) {
        throw new IllegalStateException("no plan for " + user);
    }

    private static UserMigrationEntity record(EntityManager entityManager, String user) {
        return entityManager
                .createQuery(
                        "SELECT u FROM UserMigrationEntity u WHERE u.migrationId = :id AND u.userId = :user",
                        UserMigrationEntity.class)
                .setParameter("id", JoiningHost.RATE_2500.id())
                .setParameter("user", user)
                .getSingleResult();
    }

    private static UserMigrationEntity only(EntityManager entityManager, Migration migration, MigrationStatus status) {
        return entityManager
                .createQuery(
                        "SELECT u FROM UserMigrationEntity u WHERE u.migrationId = :id AND u.migrationStatus = :status",
                        UserMigrationEntity.class)
                .setParameter("id", migration.id())
                .setParameter("status", status)
                .getSingleResult();
    }

    /** Hibernate compares each column with the table's; EclipseLink has no such check. */
    private EntityManagerFactory open(Consumer<PersistenceConfiguration> more) {
        Class<?>[] entities = {UserMigrationEntity.class, JournalLineEntity.class};
        if (host.style == Style.ECLIPSELINK) {
            return JpaProvider.ECLIPSELINK.open(host.dataSource, more, entities);
        }
        Consumer<PersistenceConfiguration> validating =
                configuration -> configuration.property("hibernate.hbm2ddl.auto", "validate");
        return JpaProvider.HIBERNATE.open(host.dataSource, validating.andThen(more), entities);
    }

    /** EclipseLink reads whole milliseconds, and takes times of columns without a zone for the JVM's. */
    private Instant asRead(Instant written) {
        if (host.style == Style.HIBERNATE) {
            return written;
        }
        Instant read = host.database == TestDatabase.MARIADB
                ? LocalDateTime.ofInstant(written, ZoneOffset.UTC)
                        .atZone(ZoneId.systemDefault())
                        .toInstant()
                : written;
        return host.database == TestDatabase.H2 ? read : read.truncatedTo(ChronoUnit.MILLIS);
    }

    private void same(UserMigrationEntity entity, UserMigration expected) {
        String number =
                host.sql.text("SELECT number FROM credit_migration_definition WHERE id = ?", expected.migrationId());
        assertThat(entity.getId()).isEqualTo(number + ":" + expected.userId());
        assertThat(entity.getMigrationId()).isEqualTo(expected.migrationId());
        assertThat(entity.getUserId()).isEqualTo(expected.userId());
        assertThat(entity.getMigrationStatus()).isEqualTo(expected.status());
        assertThat(entity.getAttempt()).isEqualTo(expected.attempt());
        assertThat(entity.getInitialCreditsGranted())
                .isEqualTo(expected.creditsGranted().amount());
        assertThat(entity.getCreditsConsumed())
                .isEqualTo(expected.creditsConsumed().amount());
        assertThat(entity.getHistoricalOperations()).isEqualTo(expected.historicalOperations());
        assertThat(entity.getMigrationDate()).isEqualTo(asRead(expected.changedAt()));
        assertThat(entity.getRollbackData() == null).isEqualTo(expected.rollbackData() == null);
        assertThat(entity.getErrorMessage()).isEqualTo(expected.error());
    }

    private void same(JournalLineEntity entity, JournalLine line) {
        assertThat(entity.getMigrationId()).isEqualTo(line.migrationId());
        assertThat(entity.getUserId()).isEqualTo(line.userId());
        assertThat(entity.getLine()).isEqualTo(line.number());
        assertThat(entity.getAttempt()).isEqualTo(line.attempt());
        assertThat(entity.getKind()).isEqualTo(line.kind());
        assertThat(entity.getStatus()).isEqualTo(line.status());
        assertThat(entity.getCause()).isEqualTo(line.trigger());
        assertThat(entity.getOldCredits())
                .isEqualTo(line.oldCredits() == null ? null : line.oldCredits().amount());
        assertThat(entity.getNewCredits())
                .isEqualTo(line.newCredits() == null ? null : line.newCredits().amount());
        assertThat(entity.getOldRate())
                .isEqualTo(line.oldRate() == null ? null : line.oldRate().perCredit());
        assertThat(entity.getNewRate())
                .isEqualTo(line.newRate() == null ? null : line.newRate().perCredit());
        assertThat(entity.getGranted())
                .isEqualTo(
                        line.figures() == null ? "0" : line.figures().granted().toString());
        assertThat(entity.getConsumed()).isEqualTo(line.standing().consumed().amount());
        assertThat(entity.getCopied()).isEqualTo(line.standing().copied());
        assertThat(entity.getActorKind()).isEqualTo(line.actor().kind());
        assertThat(entity.getActor()).isEqualTo(line.actor().name());
        assertThat(entity.getLoggedAt()).isEqualTo(asRead(line.at()));
        assertThat(entity.getError()).isEqualTo(line.error());
        assertThat(entity.getRunId()).isNull();
        // The words of a built-in policy are not stored; the API gives them again.
        boolean builtIn = entity.getKind() == JournalLine.Kind.MIGRATED && entity.getReason() == null;
        assertThat(entity.getReason()).isEqualTo(builtIn ? null : line.reason());
    }
}
