package io.creditmigration.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.creditmigration.Actor;
import io.creditmigration.CreditPolicy;
import io.creditmigration.Migration;
import io.creditmigration.MigrationLogEntry;
import io.creditmigration.MigrationService;
import io.creditmigration.MigrationStatus;
import io.creditmigration.UserMigration;
import io.creditmigration.jdbc.JoiningHost.Style;
import io.creditmigration.jdbc.jpa.MigrationLogEntity;
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

/** The library's tables as JPA sees them are what the shipped DDL makes and the library writes. */
@ParameterizedClass
@MethodSource("io.creditmigration.jdbc.JoiningHost#everywhereWithJpa")
final class JpaEntitiesTest {

    private final JoiningHost host;

    JpaEntitiesTest(JoiningHost host) {
        this.host = host;
    }

    @Test
    void records_and_log_are_read_as_they_were_written() {
        String user = host.user("50");
        host.migrations.confirm(user, host.migrations.quote(user).orElseThrow(), Actor.user(user));
        host.migrations.rollback(user, Actor.operator("ann"), "asked for it");
        UserMigration expected = host.migrations.find(user).orElseThrow();
        List<MigrationLogEntry> log = host.migrations.log(user);

        try (EntityManagerFactory factory = open(configuration -> {});
                EntityManager entityManager = factory.createEntityManager()) {
            UserMigrationEntity found = entityManager.find(
                    UserMigrationEntity.class, new UserMigrationEntity.Key(JoiningHost.RATE_2500.id(), user));
            assertThat(found.getMigrationId()).isEqualTo(expected.migrationId());
            assertThat(found.getUserId()).isEqualTo(user);
            assertThat(found.getStatus()).isEqualTo(MigrationStatus.ROLLED_BACK);
            assertThat(found.getAttempt()).isEqualTo(expected.attempt());
            assertThat(found.getCreditsGranted())
                    .isEqualTo(expected.creditsGranted().amount());
            assertThat(found.getHistoricalOperations()).isZero();
            assertThat(found.getChangedAt()).isEqualTo(asRead(expected.changedAt()));
            assertThat(found.getOldRate()).isEqualTo("1000");
            assertThat(found.getNewRate()).isEqualTo("2500");
            assertThat(found.getError()).isNull();

            List<MigrationLogEntity> lines = entityManager
                    .createQuery(
                            "SELECT l FROM MigrationLogEntity l WHERE l.userId = :user ORDER BY l.loggedAt",
                            MigrationLogEntity.class)
                    .setParameter("user", user)
                    .getResultList();
            assertThat(lines).hasSize(2);
            for (int i = 0; i < 2; i++) {
                same(lines.get(i), log.get(i));
            }
            assertThat(entityManager.find(
                            MigrationLogEntity.class,
                            new MigrationLogEntity.Key(
                                    JoiningHost.RATE_2500.id(), user, 1, MigrationLogEntry.Kind.MIGRATED)))
                    .isSameAs(lines.get(0));
        }
    }

    @Test
    void grants_and_failures_are_found_by_status() {
        Migration grant = Migration.named("grant-" + host.style)
                .cutOff(Instant.parse("2026-01-07T00:00:00Z"))
                .policy(((CreditPolicy) user -> {
                            throw new IllegalStateException("no plan for " + user.userId());
                        })
                        .named("failing", 1))
                .build();
        String user = host.user("50");
        MigrationService.of(grant, host.store).migrate(user);

        try (EntityManagerFactory factory = open(configuration -> {});
                EntityManager entityManager = factory.createEntityManager()) {
            List<UserMigrationEntity> failed = entityManager
                    .createQuery(
                            "SELECT u FROM UserMigrationEntity u WHERE u.migrationId = :id AND u.status = :status",
                            UserMigrationEntity.class)
                    .setParameter("id", grant.id())
                    .setParameter("status", MigrationStatus.FAILED)
                    .getResultList();
            assertThat(failed).hasSize(1);
            assertThat(failed.get(0).getError()).isEqualTo("no plan for " + user);
            assertThat(failed.get(0).getOldCredits()).isNull();
            assertThat(failed.get(0).getNewRate()).isNull();
            assertThat(failed.get(0).getCreditsGranted()).isEqualTo("0");
        }
    }

    @Test
    void they_are_read_only() {
        String user = host.user("0");
        host.migrations.autoMigrateIfZeroCredits(user);
        UserMigrationEntity.Key key = new UserMigrationEntity.Key(JoiningHost.RATE_2500.id(), user);

        try (EntityManagerFactory factory = open(configuration -> {});
                EntityManager entityManager = factory.createEntityManager()) {
            entityManager.getTransaction().begin();
            UserMigrationEntity found = entityManager.find(UserMigrationEntity.class, key);

            assertThatThrownBy(() -> {
                        entityManager.remove(found);
                        entityManager.flush();
                    })
                    .hasStackTraceContaining("A record of a migration is read only here");
            entityManager.getTransaction().rollback();
        }
        assertThat(host.traces(user)).isEqualTo(2);
    }

    @Test
    void tables_of_another_prefix_are_named_in_a_mapping_file() {
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
                            "SELECT u.userId FROM UserMigrationEntity u, MigrationLogEntity l"
                                    + " WHERE u.userId = l.userId",
                            String.class)
                    .getResultList();
            assertThat(users).containsExactly(user);
        }
    }

    /** Hibernate compares each column with the table's; EclipseLink has no such check. */
    private EntityManagerFactory open(Consumer<PersistenceConfiguration> more) {
        Class<?>[] entities = {UserMigrationEntity.class, MigrationLogEntity.class};
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

    private void same(MigrationLogEntity line, MigrationLogEntry entry) {
        assertThat(line.getMigrationId()).isEqualTo(entry.migrationId());
        assertThat(line.getAttempt()).isEqualTo(entry.attempt());
        assertThat(line.getKind()).isEqualTo(entry.kind());
        assertThat(line.getOldCredits()).isEqualTo(entry.oldCredits().amount());
        assertThat(line.getNewCredits()).isEqualTo(entry.newCredits().amount());
        assertThat(line.getOldRate()).isEqualTo(entry.oldRate().perCredit());
        assertThat(line.getNewRate()).isEqualTo(entry.newRate().perCredit());
        assertThat(line.getResidual()).isEqualTo(entry.residual());
        assertThat(line.getActorKind()).isEqualTo(entry.actor().kind());
        assertThat(line.getActor()).isEqualTo(entry.actor().name());
        assertThat(line.getLoggedAt()).isEqualTo(asRead(entry.at()));
        assertThat(line.getReason()).isEqualTo(entry.reason());
    }
}
