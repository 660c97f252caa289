package io.creditmigration.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.creditmigration.Actor;
import io.creditmigration.Consent;
import io.creditmigration.CreditPolicy;
import io.creditmigration.CreditRate;
import io.creditmigration.Migration;
import io.creditmigration.MigrationResult;
import io.creditmigration.MigrationRun;
import io.creditmigration.MigrationService;
import io.creditmigration.RunOptions;
import io.creditmigration.Stages;
import io.creditmigration.Verification;
import io.creditmigration.Verification.Check;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every kind of damage that {@code verify} claims to find, done by plain SQL, each to a user of its own, and found in exactly
 * the checks that it breaks.
 */
@Timeout(300)
final class CorruptionTest {

    private static final Instant CUT_OFF = Instant.parse("2026-01-06T00:00:00Z");
    private static final Migration RATE_2500 = Migration.named("rate-2500")
            .cutOff(CUT_OFF)
            .policy(CreditPolicy.convert(CreditRate.of(1_000), CreditRate.of(2_500)))
            .consent(Consent.NONE)
            .build();
    private static final Migration GRANT = Migration.named("grant")
            .cutOff(CUT_OFF)
            .policy(CreditPolicy.initialGrant())
            .build();
    private static final Actor OPERATOR = Actor.operator("olga");

    /** Where a user stands when the damage is done. */
    private enum Stand {
        UNTOUCHED,
        MIGRATED,
        ROLLED_BACK,
        REOPENED,
        AGAIN
    }

    /** Damage to one user, {@code :id} in its statements, and what is said of it. */
    private record Damage(
            String id, Migration migration, Stand stand, String words, Set<Check> found, List<String> sql) {

        /** Done by these statements. */
        void by(String... statements) {
            ALL.add(new Damage(id, migration, stand, words, found, List.of(statements)));
        }
    }

    private static final List<Damage> ALL = new ArrayList<>();

    static {
        conversion("line-gone", Stand.MIGRATED, "the log ends with nothing", Check.RECORD)
                .by("DELETE FROM credit_migration_log WHERE user_id = :id");
        conversion("record-gone", Stand.MIGRATED, "and no record", Check.RECORD)
                .by("DELETE FROM credit_migration_user WHERE user_id = :id");
        conversion("attempt-skipped", Stand.MIGRATED, "MIGRATED in attempt 3 behind nothing", Check.ATTEMPTS)
                .by(
                        "UPDATE credit_migration_user SET attempt = 3 WHERE user_id = :id",
                        "UPDATE credit_migration_log SET attempt = 3 WHERE user_id = :id");
        conversion(
                        "never-reopened",
                        Stand.AGAIN,
                        "MIGRATED in attempt 2 behind ROLLED_BACK in attempt 1",
                        Check.ATTEMPTS)
                .by("DELETE FROM credit_migration_log WHERE user_id = :id AND kind = 'REOPENED'");
        conversion(
                        "never-rolled-back",
                        Stand.AGAIN,
                        "REOPENED in attempt 2 behind MIGRATED in attempt 1",
                        Check.ATTEMPTS)
                .by("DELETE FROM credit_migration_log WHERE user_id = :id AND kind = 'ROLLED_BACK'");
        conversion("other-attempt", Stand.MIGRATED, "COMPLETED in attempt 2", Check.RECORD)
                .by("UPDATE credit_migration_user SET attempt = 2 WHERE user_id = :id");
        conversion("other-status", Stand.MIGRATED, "the record is ROLLED_BACK", Check.RECORD, Check.MARKER)
                .by("UPDATE credit_migration_user SET status = 'ROLLED_BACK' WHERE user_id = :id");
        conversion("other-time", Stand.MIGRATED, "2026-01-01T00:00:00Z", Check.RECORD)
                .by("UPDATE credit_migration_user SET changed_at = :time WHERE user_id = :id");
        conversion("pending-for-no-reason", Stand.UNTOUCHED, "the record is PENDING", Check.RECORD)
                .by("""
                        INSERT INTO credit_migration_user (migration_id, user_id, status, attempt, credits_granted,
                            historical_operations, changed_at) VALUES ('rate-2500', :id, 'PENDING', 1, 0, 0, :time)
                        """);
        conversion("failed-and-granted", Stand.UNTOUCHED, "FAILED and says 5 granted", Check.AMOUNTS)
                .by("""
                        INSERT INTO credit_migration_user (migration_id, user_id, status, attempt, credits_granted,
                            historical_operations, changed_at, error)
                        VALUES ('rate-2500', :id, 'FAILED', 1, 5, 0, :time, 'broken')
                        """);
        conversion("reversal-line-gone", Stand.ROLLED_BACK, "the log ends with MIGRATED", Check.RECORD, Check.BALANCE)
                .by("DELETE FROM credit_migration_log WHERE user_id = :id AND kind = 'ROLLED_BACK'");
        conversion(
                        "line-with-more",
                        Stand.MIGRATED,
                        "50.0001 × 1000 is not 21 × 2500 + 0.1: -2500 is lost",
                        Check.CONSERVATION,
                        Check.AMOUNTS,
                        Check.BALANCE)
                .by("UPDATE credit_migration_log SET new_credits = new_credits + 1 WHERE user_id = :id");
        conversion("line-with-residual", Stand.MIGRATED, "+ 0.2: -0.1 is lost", Check.CONSERVATION)
                .by("UPDATE credit_migration_log SET residual = 0.2 WHERE user_id = :id");
        conversion("rounded-twice", Stand.MIGRATED, "rounding once leaves less than 0.25", Check.CONSERVATION)
                .by(
                        "UPDATE credit_migration_log SET new_credits = 19.9999, residual = 0.35 WHERE user_id = :id",
                        "UPDATE credit_migration_user SET new_credits = 19.9999, credits_granted = 19.9999 WHERE user_id = :id",
                        "UPDATE users SET credits = 19.9999 WHERE id = :id");
        conversion("line-at-old-rate", Stand.MIGRATED, "50.0001 × 2000 is not", Check.CONSERVATION, Check.AMOUNTS)
                .by("UPDATE credit_migration_log SET old_rate = 2000 WHERE user_id = :id");
        conversion("line-at-other-rate", Stand.MIGRATED, "is at 2000", Check.CONSERVATION, Check.AMOUNTS)
                .by("UPDATE credit_migration_log SET new_rate = 2000, residual = 10000.1 WHERE user_id = :id");
        conversion("line-without-rate", Stand.MIGRATED, "goes from 50.0001 to 20", Check.CONSERVATION, Check.AMOUNTS)
                .by("UPDATE credit_migration_log SET old_rate = NULL WHERE user_id = :id");
        conversion("reversal-with-residual", Stand.ROLLED_BACK, "ROLLED_BACK in attempt 1", Check.CONSERVATION)
                .by("UPDATE credit_migration_log SET residual = 5 WHERE user_id = :id AND kind = 'ROLLED_BACK'");
        conversion("reopened-with-less", Stand.REOPENED, "from 50.0001 to 49", Check.CONSERVATION)
                .by("UPDATE credit_migration_log SET new_credits = 49 WHERE user_id = :id AND kind = 'REOPENED'");
        conversion("record-with-more", Stand.MIGRATED, "the record says 21 granted", Check.AMOUNTS)
                .by("UPDATE credit_migration_user SET credits_granted = 21 WHERE user_id = :id");
        conversion("other-old-balance", Stand.MIGRATED, "go from 500 at 1000", Check.AMOUNTS)
                .by("UPDATE credit_migration_user SET old_credits = 500 WHERE user_id = :id");
        conversion("other-old-rate", Stand.ROLLED_BACK, "go from 50.0001 at 100 ", Check.AMOUNTS)
                .by("UPDATE credit_migration_user SET old_rate = 100 WHERE user_id = :id");
        conversion("marker-lost", Stand.MIGRATED, "COMPLETED, the marker says not migrated", Check.MARKER)
                .by("UPDATE users SET rate = NULL WHERE id = :id");
        conversion("marker-left", Stand.ROLLED_BACK, "ROLLED_BACK, the marker says migrated", Check.MARKER)
                .by("UPDATE users SET rate = 2500 WHERE id = :id");
        conversion("balance-written", Stand.MIGRATED, "the balance is 21, the log says 20", Check.BALANCE)
                .by("UPDATE users SET credits = 21 WHERE id = :id");
        conversion("balance-lost", Stand.ROLLED_BACK, "the balance is none, the log says 50.0001", Check.BALANCE)
                .by("UPDATE users SET credits = NULL WHERE id = :id");
        conversion("entry-of-conversion", Stand.MIGRATED, "1 entries GRANT of 5", Check.ENTRIES)
                .by(entry(RATE_2500, 1, "GRANT", 5));

        grant("grant-gone", Stand.MIGRATED, "MIGRATED in attempt 1 by 20 has no entry", Check.ENTRIES)
                .by("DELETE FROM credit_migration_entry WHERE user_id = :id AND kind = 'GRANT'");
        grant("grant-raised", Stand.MIGRATED, "by 20 has 1 entries of 25", Check.ENTRIES, Check.ENTRY_SUM)
                .by("UPDATE credit_migration_entry SET amount = 25 WHERE user_id = :id AND kind = 'GRANT'");
        grant("grant-twice", Stand.MIGRATED, "by 20 has 2 entries of 40", Check.ENTRIES)
                .by(entry(GRANT, 1, "GRANT", 20));
        grant("grant-of-no-attempt", Stand.MIGRATED, "in attempt 7 have no line", Check.ENTRIES)
                .by(entry(GRANT, 7, "GRANT", 20));
        grant("grant-of-nobody", Stand.UNTOUCHED, "0 lines in the log and 1 entries", Check.RECORD, Check.ENTRIES)
                .by(entry(GRANT, 1, "GRANT", 20));
        grant("reversal-gone", Stand.ROLLED_BACK, "ROLLED_BACK in attempt 1 by -20 has no entry", Check.ENTRIES)
                .by("DELETE FROM credit_migration_entry WHERE user_id = :id AND kind = 'REVERSAL'");
        grant("operation-gone", Stand.MIGRATED, "says 2 operations, the history has 1 entries", Check.HISTORY)
                .by("DELETE FROM credit_migration_entry WHERE kind = 'OPERATION' AND operation_id ="
                        + " (SELECT CAST(MIN(id) AS CHAR(9)) FROM operations WHERE owner = :id)");
        grant("operation-twice", Stand.MIGRATED, "has 3 entries of 2 operations", Check.HISTORY)
                .by(
                        entry(GRANT, 1, "OPERATION", 0),
                        "UPDATE credit_migration_user SET historical_operations = 3 WHERE user_id = :id");
        grant("operation-with-credits", Stand.MIGRATED, "of 2 operations at 2 credits", Check.HISTORY)
                .by("UPDATE credit_migration_entry SET amount = 1 WHERE user_id = :id AND kind = 'OPERATION'");
        grant("operations-miscounted", Stand.MIGRATED, "the record says 9 operations", Check.HISTORY)
                .by("UPDATE credit_migration_user SET historical_operations = 9 WHERE user_id = :id");
        grant(
                        "more-consumed",
                        Stand.ROLLED_BACK,
                        "says 5 consumed in attempts taken back, the log says 0",
                        Check.AMOUNTS)
                .by("UPDATE credit_migration_user SET credits_consumed = 5 WHERE user_id = :id");
        grant(
                        "account-written",
                        Stand.MIGRATED,
                        "the balance is 21, the entries make it 20",
                        Check.BALANCE,
                        Check.ENTRY_SUM)
                .by("UPDATE credit_migration_account SET balance = 21 WHERE user_id = :id");
        grant("account-gone", Stand.MIGRATED, "the balance is none, the log says 20", Check.BALANCE)
                .by("DELETE FROM credit_migration_account WHERE user_id = :id");
        grant(
                        "granted-more-by-log-and-record",
                        Stand.MIGRATED,
                        "the balance is 20, the log says 25",
                        Check.ENTRIES,
                        Check.BALANCE)
                .by(
                        "UPDATE credit_migration_log SET new_credits = 25 WHERE user_id = :id",
                        "UPDATE credit_migration_user SET new_credits = 25, credits_granted = 25 WHERE user_id = :id");
        grant("grant-with-residual", Stand.MIGRATED, "and leaves 1", Check.CONSERVATION)
                .by("UPDATE credit_migration_log SET residual = 1 WHERE user_id = :id");
        grant("payment-on-inactive", Stand.ROLLED_BACK, "5 credits are on an inactive account", Check.PAID_ON_INACTIVE)
                .by("UPDATE credit_migration_account SET balance = 5, version = version + 1 WHERE user_id = :id");
    }

    /** What was found in a database after all the damage of a migration was done at once. */
    private record Damaged(Map<String, Set<Check>> checks, Map<String, String> words, Verification before) {}

    private static final Map<TestDatabase, Map<Migration, Damaged>> DAMAGED = new EnumMap<>(TestDatabase.class);

    @AfterAll
    static void forget() {
        DAMAGED.clear();
    }

    static Stream<Arguments> damages() {
        return Stream.of(TestDatabase.values())
                .flatMap(database -> ALL.stream().map(damage -> Arguments.of(damage.id(), database)));
    }

    @ParameterizedTest
    @MethodSource("damages")
    void damage_is_found_and_named(String id, TestDatabase database) {
        Damage damage =
                ALL.stream().filter(one -> one.id().equals(id)).findFirst().orElseThrow();

        Damaged damaged = damaged(database, damage.migration());

        assertThat(damaged.checks().get(id)).isEqualTo(damage.found());
        assertThat(damaged.words().get(id)).contains(damage.words());
    }

    @ParameterizedTest
    @EnumSource
    void nothing_is_found_before_and_nobody_else_afterwards(TestDatabase database) {
        for (Migration migration : List.of(RATE_2500, GRANT)) {
            Damaged damaged = damaged(database, migration);

            assertThat(damaged.before().found()).isEmpty();
            assertThat(damaged.before().users().checked()).isGreaterThan(10);
            assertThat(damaged.checks()).hasSize((int) ALL.stream()
                    .filter(damage -> damage.migration() == migration)
                    .count());
        }
    }

    @ParameterizedTest
    @EnumSource
    void no_stage_begins_while_something_is_wrong(TestDatabase database) {
        try (HikariDataSource dataSource = database.create()) {
            TestSql sql = new TestSql(dataSource);
            LibraryTables.defaults().install(dataSource);
            sql.run("CREATE TABLE users (id VARCHAR(40) PRIMARY KEY, credits NUMERIC(19, 4), rate NUMERIC(18, 6))");
            for (int i = 0; i < 40; i++) {
                sql.run("INSERT INTO users (id, credits) VALUES (?, 50)", "u" + i);
            }
            MigrationService migrations = MigrationService.of(
                    RATE_2500,
                    JdbcMigrationStore.owning(
                            dataSource,
                            HostTables.users("users").balance("credits").rate("rate")));
            long half = migrations
                    .run(RunOptions.defaults().withStages(Stages.of(50)))
                    .count(MigrationResult.Status.MIGRATED);
            RunOptions proven =
                    RunOptions.defaults().withStages(Stages.of(50, 100).afterVerification());

            sql.run("UPDATE credit_migration_user SET credits_granted = credits_granted + 1");
            MigrationRun refused = migrations.run(proven);
            String afterRefusal = sql.text("SELECT COUNT(*) FROM users WHERE credits = 20");
            int percent = migrations.rollout().percent();
            sql.run("UPDATE credit_migration_user SET credits_granted = credits_granted - 1");
            MigrationRun finished = migrations.run(proven);

            assertThat(refused.state()).isEqualTo(MigrationRun.State.UNVERIFIED);
            assertThat(refused.stage()).isEqualTo(50);
            assertThat(percent).isEqualTo(50);
            assertThat(half).isBetween(1L, 39L);
            assertThat(afterRefusal).isEqualTo(String.valueOf(half));
            assertThat(finished.state()).isEqualTo(MigrationRun.State.FINISHED);
            assertThat(finished.stage()).isEqualTo(100);
            assertThat(sql.text("SELECT COUNT(*) FROM users WHERE credits = 20"))
                    .isEqualTo("40");
        }
    }

    private static Damaged damaged(TestDatabase database, Migration migration) {
        return DAMAGED.computeIfAbsent(database, none -> new LinkedHashMap<>())
                .computeIfAbsent(migration, none -> damageAll(database, migration));
    }

    private static Damaged damageAll(TestDatabase database, Migration migration) {
        try (HikariDataSource dataSource = database.create()) {
            TestSql sql = new TestSql(dataSource);
            LibraryTables.defaults().install(dataSource);
            sql.runAll(
                    "CREATE TABLE users (id VARCHAR(40) PRIMARY KEY, credits NUMERIC(19, 4), rate NUMERIC(18, 6),"
                            + " version INTEGER DEFAULT 0 NOT NULL)",
                    "CREATE TABLE operations (id INTEGER PRIMARY KEY, owner VARCHAR(40) NOT NULL, made_at TIMESTAMP NOT NULL)",
                    "CREATE INDEX operations_by_owner ON operations (owner, made_at)");
            HostTables users = HostTables.users("users").zone(ZoneOffset.UTC);
            HostTables tables = migration == GRANT
                    ? users.ownAccounts().operations("operations", "id", "owner", "made_at")
                    : users.balance("credits").rate("rate").version("version");
            MigrationService migrations = MigrationService.of(migration, JdbcMigrationStore.owning(dataSource, tables));
            List<Damage> all = ALL.stream()
                    .filter(damage -> damage.migration() == migration)
                    .toList();
            int operation = 0;
            for (Damage damage : all) {
                sql.run("INSERT INTO users (id, credits) VALUES (?, 50.0001)", damage.id());
                for (int i = 0; i < 2; i++) {
                    sql.run(
                            "INSERT INTO operations VALUES (?, ?, ?)",
                            ++operation,
                            damage.id(),
                            LocalDateTime.parse("2025-12-24T12:00:00").plusHours(i));
                }
                bring(migrations, damage);
            }
            Verification before = migrations.verify();
            for (Damage damage : all) {
                for (String statement : damage.sql()) {
                    sql.run(statement.replace(":id", "'" + damage.id() + "'").replace(":time", time(database)));
                }
            }
            Map<String, Set<Check>> checks = new LinkedHashMap<>();
            Map<String, String> words = new LinkedHashMap<>();
            migrations
                    .verify()
                    .found()
                    .forEach((check, found) -> found.first().forEach(offender -> {
                        String id = String.valueOf(offender.userId());
                        checks.computeIfAbsent(id, none -> new TreeSet<>()).add(check);
                        words.merge(id, offender.what(), (one, other) -> one + "; " + other);
                    }));
            return new Damaged(checks, words, before);
        }
    }

    private static void bring(MigrationService migrations, Damage damage) {
        String id = damage.id();
        if (damage.stand() != Stand.UNTOUCHED) {
            migrations.migrate(id);
        }
        if (damage.stand().compareTo(Stand.ROLLED_BACK) >= 0) {
            migrations.rollback(id, OPERATOR, "test");
        }
        if (damage.stand().compareTo(Stand.REOPENED) >= 0) {
            migrations.reopen(id, OPERATOR, "test");
        }
        if (damage.stand() == Stand.AGAIN) {
            migrations.migrate(id);
        }
    }

    private static String time(TestDatabase database) {
        return database == TestDatabase.MARIADB
                ? "TIMESTAMP'2026-01-01 00:00:00'"
                : "TIMESTAMP WITH TIME ZONE '2026-01-01 00:00:00+00:00'";
    }

    private static String entry(Migration migration, int attempt, String kind, int amount) {
        return "INSERT INTO credit_migration_entry (migration_id, user_id, attempt, kind, operation_id, amount, entered_at)"
                + " VALUES ('" + migration.id() + "', :id, " + attempt + ", '" + kind + "', NULL, " + amount
                + ", :time)";
    }

    private static Damage conversion(String id, Stand stand, String words, Check... found) {
        return damage(id, RATE_2500, stand, words, found);
    }

    private static Damage grant(String id, Stand stand, String words, Check... found) {
        return damage(id, GRANT, stand, words, found);
    }

    private static Damage damage(String id, Migration migration, Stand stand, String words, Check... found) {
        return new Damage(id, migration, stand, words, Set.of(found), List.of());
    }
}
