package io.creditmigration.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.Mockito.RETURNS_DEEP_STUBS;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import com.zaxxer.hikari.HikariDataSource;
import io.creditmigration.Actor;
import io.creditmigration.CreditPolicy;
import io.creditmigration.CreditRate;
import io.creditmigration.Credits;
import io.creditmigration.DefinitionConflictException;
import io.creditmigration.InvalidValueException;
import io.creditmigration.Migration;
import io.creditmigration.MigrationResult.Status;
import io.creditmigration.MigrationService;
import io.creditmigration.PaidCredits;
import io.creditmigration.RollbackResult;
import io.creditmigration.RunOptions;
import java.sql.Connection;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Map;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a mapping accepts, and what it refuses before anything is written. */
final class MappingTest {

    private static final Migration RATE_2500 = conversion("rate-2500", "2026-01-06T00:00:00Z");

    private static final Actor OPERATOR = Actor.operator("olga");

    private HikariDataSource dataSource;
    private TestSql sql;

    @BeforeEach
    void open() {
        dataSource = TestDatabase.H2.create();
        sql = new TestSql(dataSource);
        LibraryTables.defaults().install(dataSource);
        sql.run(
                "CREATE TABLE users (id VARCHAR(40) PRIMARY KEY, email VARCHAR(40), credits NUMERIC(19, 4),"
                        + " worth DOUBLE PRECISION, migrated BOOLEAN DEFAULT FALSE NOT NULL, state VARCHAR(10), joined TIMESTAMP)");
        sql.run("INSERT INTO users VALUES ('ann', 'a@x', 50, 1, FALSE, 'old', TIMESTAMP '2020-01-01 00:00:00')");
    }

    @AfterEach
    void close() {
        dataSource.close();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            userz | id      | credits | migrated | users table 'userz': not found among the tables of schema PUBLIC: CREDIT_MIGRATION_ACCOUNT
            users | nr      | credits | migrated | id column 'nr': not found among the columns of USERS: CREDITS, EMAIL, ID
            users | email   | credits | migrated | id column 'email': has no unique key
            users | id      | credit  | migrated | balance column 'credit': not found
            users | id      | worth   | migrated | balance column 'WORTH': is DOUBLE PRECISION, which does not hold amounts exactly
            users | id      | email   | migrated | balance column 'EMAIL': is CHARACTER VARYING
            users | id      | credits | flagged  | flag column 'flagged': not found
            users | id      | credits | state    | column 'STATE': is CHARACTER VARYING; say which of its values is meant
            """)
    void what_is_not_there_or_cannot_hold_amounts_is_refused(
            String table, String id, String balance, String flag, String message) {
        assertThatThrownBy(() -> JdbcMigrationStore.owning(
                        dataSource,
                        HostTables.users(table).id(id).balance(balance).flag(flag)))
                .isInstanceOf(MappingException.class)
                .hasMessageContaining(message);
    }

    @Test
    void a_mapping_without_balance_says_what_to_call() {
        assertThatThrownBy(() -> JdbcMigrationStore.owning(dataSource, HostTables.users("users")))
                .hasMessageContaining("balance: missing; call balance(…), accounts(…) or ownAccounts()");
    }

    @Test
    void a_version_that_is_no_number_is_refused() {
        HostTables tables = HostTables.users("users").balance("credits").version("joined");

        assertThatThrownBy(() -> JdbcMigrationStore.owning(dataSource, tables))
                .isInstanceOf(MappingException.class)
                .hasMessageContaining("version column 'JOINED'")
                .hasMessageContaining("is TIMESTAMP, not a number that every write increments");
    }

    @Test
    void a_timestamp_without_zone_needs_one_declared() {
        HostTables tables =
                HostTables.users("users").balance("credits").flag("migrated").registeredAt("joined");

        assertThatThrownBy(() -> JdbcMigrationStore.owning(dataSource, tables))
                .hasMessageContaining("time column 'JOINED'")
                .hasMessageContaining("zone(…)");
        assertThat(service(RATE_2500, tables.zone(ZoneId.of("Asia/Ho_Chi_Minh")))
                        .migrate("ann")
                        .status())
                .isEqualTo(Status.HAS_CREDITS);
    }

    @Test
    void a_zone_says_which_side_of_the_cut_off_a_registration_is() {
        sql.run("UPDATE users SET credits = 0, joined = TIMESTAMP '2026-01-06 06:59:59'");
        HostTables tables =
                HostTables.users("users").balance("credits").flag("migrated").registeredAt("joined");

        assertThat(service(RATE_2500, tables.zone(ZoneId.of("UTC")))
                        .migrate("ann")
                        .status())
                .isEqualTo(Status.NOT_SUBJECT);
        assertThat(service(RATE_2500, tables.zone(ZoneId.of("Asia/Ho_Chi_Minh")))
                        .migrate("ann")
                        .status())
                .isEqualTo(Status.MIGRATED);
    }

    @Test
    void a_conversion_of_a_balance_without_marker_is_refused() {
        assertThatThrownBy(() -> service(RATE_2500, HostTables.users("users").balance("credits")))
                .isInstanceOf(MappingException.class)
                .hasMessageContaining("no marker");
    }

    @Test
    void a_rate_column_that_cannot_hold_the_new_rate_is_refused() {
        sql.run("ALTER TABLE users ADD rate NUMERIC(10, 0)");
        Migration cents = Migration.named("cents")
                .cutOff(RATE_2500.cutOff())
                .policy(CreditPolicy.convert(CreditRate.of(1_000), CreditRate.of("2500.5")))
                .build();

        assertThatThrownBy(() -> service(
                        cents, HostTables.users("users").balance("credits").rate("rate")))
                .hasMessageContaining("cannot hold the new rate 2500.5");
    }

    @Test
    void a_scale_that_the_column_cannot_hold_is_refused_and_an_open_one_fits_itself() {
        sql.run("ALTER TABLE users ALTER COLUMN credits NUMERIC(10, 2)");
        HostTables tables = HostTables.users("users").balance("credits").flag("migrated");
        Migration exact = Migration.named("exact")
                .cutOff(RATE_2500.cutOff())
                .policy(CreditPolicy.convert(CreditRate.of(1_000), CreditRate.of(2_500))
                        .scale(4))
                .build();

        assertThatThrownBy(() -> service(exact, tables))
                .isInstanceOf(InvalidValueException.class)
                .hasMessageContaining("at most 2 decimals");
        assertThat(service(RATE_2500, tables).migration().fingerprint()).contains("scale=2");
    }

    @Test
    void a_second_conversion_needs_a_rate_column_and_a_place() {
        HostTables tables = HostTables.users("users").balance("credits").flag("migrated");
        sql.run("UPDATE users SET credits = 0");
        service(RATE_2500, tables).migrate("ann");

        Migration second = conversion("rate-1500", "2026-06-01T00:00:00Z");
        Migration placed = Migration.named("rate-1500")
                .after("rate-2500")
                .cutOff(second.cutOff())
                .policy(CreditPolicy.convert(CreditRate.of(2_500), CreditRate.of(1_500)))
                .build();
        assertThatThrownBy(() -> service(second, tables).register(OPERATOR, "cheaper"))
                .isInstanceOf(DefinitionConflictException.class)
                .hasMessageContaining(
                        "migration 'rate-2500' is registered for the same users; say after(…) or beside(…)");
        assertThatThrownBy(() -> service(placed, tables).register(OPERATOR, "cheaper"))
                .isInstanceOf(DefinitionConflictException.class)
                .hasMessageContaining("a second conversion needs a rate column");

        sql.runAll("ALTER TABLE users ADD rate NUMERIC(18, 6)", "UPDATE users SET rate = 2500");
        service(placed, tables.rate("rate")).register(OPERATOR, "cheaper");
    }

    @Test
    void without_a_rate_a_user_is_left_alone_unless_the_host_says_what_none_means() {
        sql.runAll("ALTER TABLE users ADD rate NUMERIC(18, 6)", "UPDATE users SET credits = 0");
        HostTables tables = HostTables.users("users").balance("credits").rate("rate");

        assertThat(service(RATE_2500, tables).migrate("ann").status()).isEqualTo(Status.UNKNOWN_RATE);
        assertThat(sql.rows("SELECT user_id FROM credit_migration_journal")).isEmpty();

        MigrationService migrations = service(RATE_2500, tables.rateIfAbsent(CreditRate.of(1_000)));
        assertThat(migrations.migrate("ann").status()).isEqualTo(Status.MIGRATED);
        assertThat(sql.text("SELECT rate FROM users")).isEqualTo("2500.000000");
        assertThat(migrations.rollback("ann", OPERATOR, "asked for it").status())
                .isEqualTo(RollbackResult.Status.ROLLED_BACK);
        assertThat(sql.one("SELECT rate FROM users")).isNull();
    }

    @Test
    void without_a_registration_a_user_is_left_alone_unless_the_host_says_that_all_are_old() {
        sql.run("UPDATE users SET credits = 0, joined = NULL");
        HostTables tables = HostTables.users("users")
                .balance("credits")
                .flag("migrated")
                .registeredAt("joined")
                .zone(ZoneId.of("UTC"));

        assertThat(service(RATE_2500, tables).migrate("ann").status()).isEqualTo(Status.UNKNOWN_REGISTRATION);
        assertThat(service(RATE_2500, tables.existingIfUnregistered())
                        .migrate("ann")
                        .status())
                .isEqualTo(Status.MIGRATED);
    }

    @Test
    void a_version_is_no_marker_of_a_conversion() {
        sql.run("ALTER TABLE users ADD version BIGINT DEFAULT 0 NOT NULL");

        assertThatThrownBy(() -> service(
                        RATE_2500, HostTables.users("users").balance("credits").version("version")))
                .isInstanceOf(MappingException.class)
                .hasMessageContaining("a version tells only that it moved; map rate(…) or flag(…)");
    }

    @Test
    void a_flag_is_whatever_the_host_says_it_is() {
        sql.run("UPDATE users SET credits = 0");
        HostTables tables = HostTables.users("users").balance("credits").flag("state", "new");

        assertThat(service(RATE_2500, tables).migrate("ann").status()).isEqualTo(Status.MIGRATED);

        assertThat(sql.one("SELECT state FROM users")).isEqualTo("new");
        assertThat(service(RATE_2500, tables).migrate("ann").status()).isEqualTo(Status.ALREADY_MIGRATED);
    }

    @Test
    void a_value_that_the_column_cannot_have_is_refused() {
        assertThatThrownBy(() -> JdbcMigrationStore.owning(
                        dataSource, HostTables.users("users").balance("credits").flag("migrated", "yes")))
                .isInstanceOf(MappingException.class)
                .hasMessageContaining("is BOOLEAN and cannot have the value 'yes'");
    }

    @Test
    void names_that_differ_only_in_case_are_found_and_ambiguous_ones_refused() {
        sql.run(
                "CREATE TABLE \"Users\" (\"Id\" BIGINT PRIMARY KEY, \"Credits\" BIGINT, \"CREDITS\" BIGINT, \"M\" BOOLEAN)");

        assertThatThrownBy(() -> JdbcMigrationStore.owning(
                        dataSource, HostTables.users("uSERS").balance("credits")))
                .hasMessageContaining("differ only in case: [USERS, Users]");
        assertThatThrownBy(() -> JdbcMigrationStore.owning(
                        dataSource, HostTables.users("Users").balance("credits")))
                .hasMessageContaining("differ only in case");
        JdbcMigrationStore.owning(
                dataSource,
                HostTables.users("Users").id("id").balance("Credits").flag("m"));
    }

    @Test
    void hostile_names_are_only_names() {
        sql.runAll(
                "CREATE SCHEMA \"select \"\"; --\"",
                "CREATE TABLE \"select \"\"; --\".\"us{users}'s :id ?\" (\"where\" VARCHAR(20) PRIMARY KEY,"
                        + " \"cre\"\"dits; DROP TABLE users\" NUMERIC(19, 4), \"{key}\" BOOLEAN, \":expected\" INTEGER)",
                "INSERT INTO \"select \"\"; --\".\"us{users}'s :id ?\" VALUES ('ann', 0, FALSE, 10)");
        HostTables tables = HostTables.users("us{users}'s :id ?")
                .schema("select \"; --")
                .id("where")
                .balance("cre\"dits; DROP TABLE users")
                .flag("{key}")
                .onMigrationSet(":expected", null);

        assertThat(service(RATE_2500, tables).migrate("ann").status()).isEqualTo(Status.MIGRATED);

        assertThat(sql.rows("SELECT * FROM \"select \"\"; --\".\"us{users}'s :id ?\"")
                        .get(0))
                .extracting(String::valueOf)
                .containsExactly("ann", "0.0000", "true", "null");
        assertThat(sql.text("SELECT COUNT(*) FROM users")).isEqualTo("1");
    }

    @Test
    void a_warning_names_the_index_that_the_usage_query_wants() throws Exception {
        sql.run("CREATE TABLE ops (id BIGINT PRIMARY KEY, user_id VARCHAR(40), made_at TIMESTAMP WITH TIME ZONE)");
        HostTables tables = HostTables.users("users").ownAccounts().operations("ops", "id", "user_id", "made_at");

        try (Connection connection = dataSource.getConnection()) {
            assertThat(new Mapping(connection, tables, LibraryTables.defaults()).warnings)
                    .singleElement()
                    .asString()
                    .endsWith("create one on \"PUBLIC\".\"OPS\" (\"USER_ID\", \"MADE_AT\")");
            sql.run("CREATE INDEX ops_by_user ON ops (user_id, made_at)");
            assertThat(new Mapping(connection, tables, LibraryTables.defaults()).warnings)
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            orders    | buyer | credits | version | purchases table 'orders': not found
            purchases | payer | credits | version | user column of the purchases table 'payer': not found
            purchases | buyer | about   | version | is DOUBLE PRECISION, which does not hold amounts exactly
            purchases | buyer | exactly | version | has 6 decimals, more than the 4 of the balance
            purchases | buyer | credits |         | no version that would tell of a purchase in between
            """)
    void purchases_that_would_not_tell_what_was_paid_for_are_refused(
            String table, String user, String credits, String version, String message) {
        createPurchases("NUMERIC(19, 4)");
        HostTables grants = accounts().purchases(table, user, credits);

        assertThatThrownBy(
                        () -> JdbcMigrationStore.owning(dataSource, version == null ? grants : grants.version(version)))
                .isInstanceOf(MappingException.class)
                .hasMessageContaining(message);
    }

    @Test
    void purchases_are_in_the_unit_of_the_balance_and_want_an_index() throws Exception {
        createPurchases("BIGINT");
        HostTables grants = accounts().version("version").minorUnits(2).purchases("purchases", "buyer", "credits");
        MigrationService migrations = service(
                Migration.named("grant")
                        .cutOff(RATE_2500.cutOff())
                        .policy(CreditPolicy.initialGrant())
                        .build(),
                grants);
        migrations.migrate("ann");
        sql.runAll(
                "UPDATE accounts SET amount = amount - 500 + 750, version = version + 1",
                "INSERT INTO purchases (buyer, credits) VALUES ('ann', 750)");

        RollbackResult result = migrations.rollback("ann", PaidCredits.KEEP, Actor.operator("test"), "test");

        assertThat(result.credits()).isEqualTo(Credits.of("7.5"));
        assertThat(sql.text("SELECT amount FROM accounts")).isEqualTo("750");
        assertThat(migrations.find("ann").orElseThrow().creditsConsumed()).isEqualTo(Credits.of(5));
        try (Connection connection = dataSource.getConnection()) {
            assertThat(new Mapping(connection, grants, LibraryTables.defaults()).warnings)
                    .singleElement()
                    .asString()
                    .endsWith("create one on \"PUBLIC\".\"PURCHASES\" (\"BUYER\")");
        }
    }

    @Test
    void a_grant_is_not_taken_back_from_a_balance_that_was_written_without_counting_the_version_up() {
        createPurchases("NUMERIC(19, 4)");
        Migration grant = Migration.named("grant")
                .cutOff(RATE_2500.cutOff())
                .policy(CreditPolicy.initialGrant())
                .build();
        MigrationService migrations = service(grant, accounts().version("version"));
        migrations.migrate("ann");
        sql.run("UPDATE accounts SET amount = amount + 5");

        assertThat(migrations.rollback("ann", Actor.operator("test"), "test").status())
                .isEqualTo(RollbackResult.Status.MOVED_SINCE);
        assertThat(sql.text("SELECT amount FROM accounts")).isEqualTo("25.0000");
    }

    private void createPurchases(String amount) {
        sql.runAll(
                "CREATE TABLE accounts (owner VARCHAR(40) PRIMARY KEY, amount " + amount + ", version BIGINT)",
                "CREATE TABLE purchases (buyer VARCHAR(40), credits " + amount
                        + ", about DOUBLE PRECISION, exactly NUMERIC(19, 6))");
    }

    private static HostTables accounts() {
        return HostTables.users("users").accounts("accounts", "owner", "amount");
    }

    @Test
    void missing_library_tables_say_how_to_install_them() {
        LibraryTables elsewhere = new LibraryTables(null, "cm_");

        assertThatThrownBy(() -> JdbcMigrationStore.owning(
                        dataSource, HostTables.users("users").balance("credits"), elsewhere))
                .isInstanceOf(MappingException.class)
                .hasMessageContaining("LibraryTables.install")
                .hasMessageContaining("cm_population");
    }

    @Test
    void the_library_tables_live_in_the_schema_and_under_the_prefix_of_the_host() {
        sql.run("CREATE SCHEMA \"Billing\"");
        LibraryTables ours = new LibraryTables("Billing", "cm_");
        ours.install(dataSource);
        sql.run("UPDATE users SET credits = 0");

        MigrationService migrations = MigrationService.of(
                RATE_2500,
                JdbcMigrationStore.owning(
                        dataSource, HostTables.users("users").balance("credits").flag("migrated"), ours));

        assertThat(migrations.migrate("ann").status()).isEqualTo(Status.MIGRATED);
        assertThat(sql.text("SELECT COUNT(*) FROM \"Billing\".cm_record")).isEqualTo("1");
        assertThat(sql.text("SELECT COUNT(*) FROM credit_migration_record")).isEqualTo("0");
    }

    @ParameterizedTest
    @CsvSource({"'drop table', prefix", "'', prefix", "Cm_, prefix", "abcdefghijabcdefghijabcdefghijk, prefix"})
    void a_prefix_that_would_need_quoting_is_refused(String prefix, String what) {
        assertThatThrownBy(() -> new LibraryTables(null, prefix)).hasMessageContaining(what);
    }

    @Test
    void an_unknown_database_is_refused_by_name() throws Exception {
        DataSource other = mock(DataSource.class);
        Connection connection = mock(Connection.class, RETURNS_DEEP_STUBS);
        when(other.getConnection()).thenReturn(connection);
        when(connection.getMetaData().getDatabaseProductName()).thenReturn("Oracle");

        assertThatThrownBy(() -> JdbcMigrationStore.owning(
                        other, HostTables.users("users").balance("credits")))
                .isInstanceOf(InvalidValueException.class)
                .hasMessageContaining("'Oracle'")
                .hasMessageContaining("H2, PostgreSQL and MariaDB");
    }

    @Test
    void balances_in_minor_units_are_read_and_written_exactly() {
        sql.run("ALTER TABLE users ADD cents BIGINT DEFAULT 5001");
        HostTables tables =
                HostTables.users("users").balance("cents").minorUnits(2).flag("migrated");
        MigrationService migrations = service(RATE_2500, tables);

        migrations.confirm("ann", migrations.quote("ann").orElseThrow(), Actor.user("ann"));

        assertThat(sql.text("SELECT cents FROM users")).isEqualTo("2000");
        assertThat(sql.text("SELECT old_credits * old_rate - new_credits * new_rate FROM credit_migration_log"))
                .matches("10(\\.0+)?");
        assertThatThrownBy(() -> service(
                        RATE_2500,
                        HostTables.users("users")
                                .balance("credits")
                                .minorUnits(2)
                                .flag("migrated")))
                .hasMessageContaining("minor units are whole numbers");
    }

    @Test
    void rows_outside_the_filter_do_not_exist() {
        sql.runAll(
                "ALTER TABLE users ADD tenant VARCHAR(10) DEFAULT 'acme'",
                "ALTER TABLE users ADD deleted_at TIMESTAMP",
                "INSERT INTO users (id, credits, tenant) VALUES ('bob', 0, 'other')",
                "INSERT INTO users (id, credits, deleted_at) VALUES ('cem', 0, CURRENT_TIMESTAMP)",
                "UPDATE users SET credits = 0");
        HostTables tables = HostTables.users("users")
                .balance("credits")
                .flag("migrated")
                .onlyWith("tenant", "acme")
                .onlyWithout("deleted_at");
        MigrationService migrations = service(RATE_2500, tables);

        assertThat(migrations.migrate("bob").status()).isEqualTo(Status.UNKNOWN_USER);
        assertThat(migrations.migrate("cem").status()).isEqualTo(Status.UNKNOWN_USER);
        assertThat(migrations.run(RunOptions.defaults()).outcomes()).containsExactly(Map.entry(Status.MIGRATED, 1L));
        assertThat(sql.rows("SELECT id FROM users WHERE migrated")).hasSize(1);
    }

    @Test
    void an_id_that_the_key_column_cannot_have_is_refused_before_reading() {
        sql.runAll(
                "CREATE TABLE members (id BIGINT PRIMARY KEY, credits NUMERIC(19, 4), migrated BOOLEAN)",
                "INSERT INTO members VALUES (7, 0, FALSE)");
        MigrationService migrations = service(
                RATE_2500, HostTables.users("members").balance("credits").flag("migrated"));

        assertThatThrownBy(() -> migrations.migrate("seven"))
                .isInstanceOf(InvalidValueException.class)
                .hasMessageContaining("'seven'")
                .hasMessageContaining("a value of column MEMBERS.ID, which is BIGINT");
        assertThat(migrations.migrate("007").userId()).isEqualTo("7");
        assertThat(sql.text("SELECT user_id FROM credit_migration_record")).isEqualTo("7");
    }

    private MigrationService service(Migration migration, HostTables tables) {
        return MigrationService.of(migration, JdbcMigrationStore.owning(dataSource, tables));
    }

    private static Migration conversion(String id, String cutOff) {
        return Migration.named(id)
                .cutOff(Instant.parse(cutOff))
                .policy(CreditPolicy.convert(CreditRate.of(1_000), CreditRate.of(2_500)))
                .build();
    }
}
