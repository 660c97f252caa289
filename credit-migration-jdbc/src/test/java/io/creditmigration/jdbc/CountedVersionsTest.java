package io.creditmigration.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.creditmigration.Actor;
import io.creditmigration.CreditPolicy;
import io.creditmigration.Migration;
import io.creditmigration.MigrationService;
import io.creditmigration.RollbackResult.Status;
import java.sql.Connection;
import java.time.Instant;
import org.h2.api.Trigger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A version that a trigger counts up as well as every statement does: it tells of a movement all the same. */
class CountedVersionsTest {

    private static final Actor OPERATOR = Actor.operator("olga");
    private static final Migration CREDITS = Migration.named("credits")
            .cutOff(Instant.parse("2026-01-06T00:00:00Z"))
            .policy(CreditPolicy.initialGrant())
            .build();

    /** Counts the third column up. */
    public static final class Counting implements Trigger {

        private int version;

        @Override
        public void init(Connection connection, String schema, String name, String table, boolean before, int type) {
            try (var columns = connection
                    .createStatement()
                    .executeQuery("SELECT ordinal_position FROM information_schema.columns WHERE table_name = '" + table
                            + "' AND column_name = 'VERSION'")) {
                columns.next();
                version = columns.getInt(1) - 1;
            } catch (java.sql.SQLException e) {
                throw new TestSql.Failure(e);
            }
        }

        @Override
        public void fire(Connection connection, Object[] before, Object[] after) {
            after[version] = ((Number) after[version]).longValue() + 1;
        }
    }

    private HikariDataSource dataSource;

    @AfterEach
    void close() {
        dataSource.close();
    }

    @ParameterizedTest
    @EnumSource
    void an_untouched_account_is_taken_back_and_one_that_moved_is_not(TestDatabase on) {
        dataSource = on.create();
        TestSql sql = new TestSql(dataSource);
        LibraryTables.defaults().install(dataSource);
        sql.runAll(
                "CREATE TABLE users (id VARCHAR(40) PRIMARY KEY)",
                "INSERT INTO users (id) VALUES ('ann'), ('bob'), ('cem'), ('dan')");
        count(on, sql);
        MigrationService migrations = MigrationService.of(
                CREDITS,
                JdbcMigrationStore.owning(dataSource, HostTables.users("users").ownAccounts()));
        // Bob is migrated onto an account that is there already, inactive from an attempt before.
        migrations.migrate("bob");
        migrations.rollback("bob", OPERATOR, "too early");
        migrations.reopen("bob", OPERATOR, "now");
        migrations.run();
        assertThat(sql.text("SELECT COUNT(*) FROM credit_migration_account WHERE version = 2"))
                .as("accounts that were opened, and counted up by the trigger")
                .isEqualTo("3");
        assertThat(migrations.verify().figures().moved()).isZero();

        // Spent and refunded: the balance is that of the grant, and the version tells.
        sql.run("UPDATE credit_migration_account SET version = version + 1 WHERE user_id = 'cem'");

        assertThat(migrations.verify().figures().moved()).isEqualTo(1);
        assertThat(migrations.rollback("ann", OPERATOR, "wrong day").status()).isEqualTo(Status.ROLLED_BACK);
        assertThat(migrations.rollback("bob", OPERATOR, "wrong day").status()).isEqualTo(Status.ROLLED_BACK);
        assertThat(migrations.rollback("cem", OPERATOR, "wrong day").status()).isEqualTo(Status.MOVED_SINCE);
        assertThat(migrations.verify().isClean()).isTrue();
    }

    private static void count(TestDatabase on, TestSql sql) {
        String table = "credit_migration_account";
        switch (on) {
            case H2 ->
                sql.run("CREATE TRIGGER counting BEFORE INSERT, UPDATE ON " + table + " FOR EACH ROW CALL '"
                        + Counting.class.getName() + "'");
            case POSTGRESQL ->
                sql.runAll(
                        "CREATE FUNCTION counting() RETURNS TRIGGER LANGUAGE plpgsql AS"
                                + " 'BEGIN NEW.version := NEW.version + 1; RETURN NEW; END'",
                        "CREATE TRIGGER counting BEFORE INSERT OR UPDATE ON " + table
                                + " FOR EACH ROW EXECUTE FUNCTION counting()");
            case MARIADB -> {
                for (String event : new String[] {"INSERT", "UPDATE"}) {
                    sql.run("CREATE TRIGGER counting_" + event + " BEFORE " + event + " ON " + table
                            + " FOR EACH ROW SET NEW.version = NEW.version + 1");
                }
            }
        }
    }
}
