package io.creditmigration.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import io.creditmigration.Actor;
import io.creditmigration.Consent;
import io.creditmigration.CreditPolicy;
import io.creditmigration.CreditRate;
import io.creditmigration.Migration;
import io.creditmigration.MigrationResult.Status;
import io.creditmigration.MigrationService;
import java.time.Instant;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** One set of the library's tables serves one population: whose numbers would two be, and whose halt? */
@ParameterizedClass
@EnumSource
final class PopulationTest {

    private static final Actor OPERATOR = Actor.operator("olga");
    private static final Migration RATE_2500 = Migration.named("rate-2500")
            .cutOff(Instant.parse("2026-01-06T00:00:00Z"))
            .policy(CreditPolicy.convert(CreditRate.of(1_000), CreditRate.of(2_500)))
            .consent(Consent.NONE)
            .build();

    private final TestDatabase database;
    private HikariDataSource dataSource;
    private TestSql sql;

    PopulationTest(TestDatabase database) {
        this.database = database;
    }

    @BeforeEach
    void open() {
        dataSource = database.create();
        sql = new TestSql(dataSource);
        LibraryTables.defaults().install(dataSource);
    }

    @AfterEach
    void close() {
        dataSource.close();
    }

    @Test
    void a_second_table_of_users_needs_library_tables_of_its_own() {
        createUsers("customers");
        createUsers("partners");
        assertThat(service("customers").migrate("ann").status()).isEqualTo(Status.MIGRATED);

        assertThatThrownBy(() -> service("partners"))
                .isInstanceOf(MappingException.class)
                .message()
                .containsIgnoringCase("users table 'partners' with the balance partners.credits")
                .containsIgnoringCase(
                        "the library's tables credit_migration_… serve customers with the balance customers.credits")
                .contains("give this one a prefix or schema of its own", "call rebind(…)");
        assertThat(sql.text("SELECT COUNT(*) FROM partners WHERE migrated")).isEqualTo("0");

        LibraryTables others = new LibraryTables(null, "partners_");
        others.install(dataSource);
        MigrationService partners =
                MigrationService.of(RATE_2500, JdbcMigrationStore.owning(dataSource, tables("partners"), others));
        assertThat(partners.migrate("ann").status()).isEqualTo(Status.MIGRATED);
        assertThat(sql.rows(
                        "SELECT DISTINCT population_key FROM (SELECT population_key FROM credit_migration_population"
                                + " UNION ALL SELECT population_key FROM partners_population) t"))
                .hasSize(2);
    }

    @Test
    void another_balance_of_the_same_users_is_another_population() {
        createUsers("customers");
        sql.run("ALTER TABLE customers ADD points NUMERIC(19, 4) DEFAULT 0");
        service("customers").migrate("ann");

        assertThatThrownBy(() -> MigrationService.of(
                        RATE_2500,
                        JdbcMigrationStore.owning(
                                dataSource,
                                HostTables.users("customers").balance("points").flag("migrated"))))
                .isInstanceOf(MappingException.class)
                .message()
                .containsIgnoringCase(
                        "with the balance customers.points: the library's tables credit_migration_… serve");
    }

    @Test
    void a_schema_for_each_tenant_needs_library_tables_for_each() {
        String acme = schema("acme");
        String globex = schema("globex");
        try {
            createUsers(acme + ".users");
            createUsers(globex + ".users");
            assertThat(MigrationService.of(RATE_2500, store(tables("users").schema(acme)))
                            .migrate("ann")
                            .status())
                    .isEqualTo(Status.MIGRATED);

            assertThatThrownBy(() ->
                            MigrationService.of(RATE_2500, store(tables("users").schema(globex))))
                    .isInstanceOf(MappingException.class)
                    .message()
                    .containsIgnoringCase("serve " + acme + ".users with the balance " + acme + ".users.credits");

            LibraryTables theirs = new LibraryTables(globex, "credit_migration_");
            theirs.install(dataSource);
            assertThat(MigrationService.of(
                                    RATE_2500,
                                    JdbcMigrationStore.owning(
                                            dataSource, tables("users").schema(globex), theirs))
                            .migrate("ann")
                            .status())
                    .isEqualTo(Status.MIGRATED);
        } finally {
            drop(acme);
            drop(globex);
        }
    }

    @Test
    void a_renamed_table_is_bound_again() {
        createUsers("customers");
        MigrationService before = service("customers");
        before.migrate("ann");
        String key = sql.text("SELECT population_key FROM credit_migration_population");
        sql.run("ALTER TABLE customers RENAME TO clients");
        JdbcMigrationStore renamed = store(tables("clients"));
        assertThatThrownBy(() -> MigrationService.of(RATE_2500, renamed)).isInstanceOf(MappingException.class);

        renamed.rebind(OPERATOR, "customers are clients now");
        renamed.rebind(OPERATOR, "once more");

        MigrationService migrations = MigrationService.of(RATE_2500, renamed);
        assertThat(migrations.migrate("ann").status()).isEqualTo(Status.ALREADY_MIGRATED);
        assertThat(migrations.migrate("bob").status()).isEqualTo(Status.MIGRATED);
        assertThat(sql.text("SELECT population_key FROM credit_migration_population"))
                .isEqualTo(key);
        assertThat(migrations.runs().events().stream()
                        .filter(event -> event.what().startsWith("REBOUND")))
                .singleElement()
                .satisfies(event -> {
                    assertThat(event.what()).isEqualToIgnoringCase("REBOUND from customers to clients");
                    assertThat(event.actor()).isEqualTo(OPERATOR);
                    assertThat(event.reason()).isEqualTo("customers are clients now");
                });
    }

    @Test
    void wallets_of_others_than_the_users_are_refused_unless_they_have_the_same_ids() {
        sql.runAll(
                "CREATE TABLE organisations (id VARCHAR(40) PRIMARY KEY)",
                "CREATE TABLE users (id VARCHAR(40) PRIMARY KEY, organisation VARCHAR(40))",
                "CREATE TABLE wallets (owner VARCHAR(40) PRIMARY KEY, credits NUMERIC(19, 4), migrated BOOLEAN,"
                        + " FOREIGN KEY (owner) REFERENCES organisations (id))",
                "INSERT INTO organisations VALUES ('ann')",
                "INSERT INTO users VALUES ('ann', 'ann')",
                "INSERT INTO wallets VALUES ('ann', 50, FALSE)");
        HostTables tables = HostTables.users("users")
                .accounts("wallets", "owner", "credits")
                .flag("migrated");

        assertThatThrownBy(() -> store(tables))
                .isInstanceOf(MappingException.class)
                .message()
                .containsIgnoringCase("refers to organisations.id, and users have the ids users.id")
                .contains("accountsOfOthers()");
        assertThat(MigrationService.of(RATE_2500, store(tables.accountsOfOthers()))
                        .migrate("ann")
                        .status())
                .isEqualTo(Status.MIGRATED);
    }

    @Test
    void wallets_of_the_users_may_say_so() {
        sql.runAll(
                "CREATE TABLE users (id VARCHAR(40) PRIMARY KEY)",
                "CREATE TABLE wallets (owner VARCHAR(40) PRIMARY KEY, credits NUMERIC(19, 4), migrated BOOLEAN,"
                        + " FOREIGN KEY (owner) REFERENCES users (id))",
                "INSERT INTO users VALUES ('ann')",
                "INSERT INTO wallets VALUES ('ann', 50, FALSE)");
        HostTables tables = HostTables.users("users")
                .accounts("wallets", "owner", "credits")
                .flag("migrated");

        assertThat(MigrationService.of(RATE_2500, store(tables)).migrate("ann").status())
                .isEqualTo(Status.MIGRATED);
    }

    private void createUsers(String table) {
        sql.runAll(
                "CREATE TABLE " + table + " (id VARCHAR(40) PRIMARY KEY, credits NUMERIC(19, 4),"
                        + " migrated BOOLEAN DEFAULT FALSE NOT NULL)",
                "INSERT INTO " + table + " (id, credits) VALUES ('ann', 50), ('bob', 50)");
    }

    /** A schema; on MariaDB, which has none, a database beside the test's own. */
    private String schema(String tenant) {
        String name = database == TestDatabase.MARIADB ? sql.text("SELECT DATABASE()") + "_" + tenant : tenant;
        sql.run("CREATE SCHEMA " + name);
        return database == TestDatabase.H2 ? name.toUpperCase(Locale.ROOT) : name;
    }

    private void drop(String schema) {
        sql.run("DROP SCHEMA " + schema + (database == TestDatabase.MARIADB ? "" : " CASCADE"));
    }

    private MigrationService service(String table) {
        return MigrationService.of(RATE_2500, store(tables(table)));
    }

    private JdbcMigrationStore store(HostTables tables) {
        return JdbcMigrationStore.owning(dataSource, tables);
    }

    private static HostTables tables(String table) {
        return HostTables.users(table).balance("credits").flag("migrated");
    }
}
