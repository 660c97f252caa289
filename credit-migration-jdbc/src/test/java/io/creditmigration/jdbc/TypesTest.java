package io.creditmigration.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.creditmigration.Actor;
import io.creditmigration.Consent;
import io.creditmigration.CreditPolicy;
import io.creditmigration.CreditRate;
import io.creditmigration.Migration;
import io.creditmigration.MigrationRun;
import io.creditmigration.MigrationService;
import io.creditmigration.RollbackResult;
import io.creditmigration.RunOptions;
import io.creditmigration.RunSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The tables of docs/types.md, each cell of them: what is supported comes back as the same value, what is not is refused. */
final class TypesTest {

    private static final Path DOCUMENT = Path.of(System.getProperty("basedir", "."), "..", "docs", "types.md");
    private static final Actor OPERATOR = Actor.operator("test");
    private static final Map<TestDatabase, HikariDataSource> DATABASES = new EnumMap<>(TestDatabase.class);
    private static final AtomicInteger NUMBER = new AtomicInteger();

    private final int number = NUMBER.incrementAndGet();
    private final String table = "t" + number;

    static Stream<Arguments> types() throws IOException {
        List<Arguments> rows = new ArrayList<>();
        TestDatabase database = TestDatabase.H2;
        for (String line : Files.readAllLines(DOCUMENT)) {
            if (line.startsWith("## ")) {
                database = TestDatabase.valueOf(line.substring(3).toUpperCase(Locale.ROOT));
            } else if (line.startsWith("| ") && !line.startsWith("| type")) {
                String[] cells = line.split("\\|", -1);
                String type = cells[1].strip().replaceFirst(" \\((a domain|an enum).*", "");
                List<String> values =
                        Stream.of(cells[2].split(";", -1)).map(String::strip).toList();
                rows.add(arguments(database, type, values, cells[3].strip(), cells[4].strip(), cells[5].strip()));
            }
        }
        return rows.stream();
    }

    @AfterAll
    static void close() {
        DATABASES.values().forEach(HikariDataSource::close);
        DATABASES.clear();
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("types")
    void captured_columns_come_back_or_are_refused(
            TestDatabase database, String type, List<String> values, String captured, String id, String amount) {
        TestSql sql = forAnotherPopulation(database);
        sql.run("CREATE TABLE " + table
                + " (id INTEGER PRIMARY KEY, credits NUMERIC(19, 4) DEFAULT 50, migrated BOOLEAN," + " x "
                + nullable(type) + ", kept " + nullable(type) + ")");
        HostTables tables =
                HostTables.users(table).balance("credits").flag("migrated").onMigrationSet("x", null);
        if (captured.equals("refused")) {
            assertRefused(sql, tables, "column 'x'");
            return;
        }
        for (int i = 0; i < values.size(); i++) {
            String value = values.get(i);
            sql.run("INSERT INTO " + table + " (id, x, kept) VALUES (" + i + ", " + value + ", " + value + ")");
        }

        assertThat(run(sql, tables)).isEqualTo("{MIGRATED=" + values.size() + "}");
        assertThat(sql.text("SELECT COUNT(x) FROM " + table)).isEqualTo("0");
        try (HikariDataSource elsewhere = elsewhere(database)) {
            MigrationService migrations = service(elsewhere, tables);
            for (int i = 0; i < values.size(); i++) {
                assertThat(migrations
                                .rollback(String.valueOf(i), OPERATOR, "test")
                                .status())
                        .isEqualTo(RollbackResult.Status.ROLLED_BACK);
            }
        }

        String same = switch (database) {
            case H2 -> "x IS NOT DISTINCT FROM kept";
            case POSTGRESQL -> "CAST(x AS text) = CAST(kept AS text)";
            case MARIADB -> "x <=> kept AND CAST(x AS BINARY) <=> CAST(kept AS BINARY)";
        };
        assertThat(sql.text("SELECT COUNT(*) FROM " + table + " WHERE " + same))
                .isEqualTo(String.valueOf(values.size()));
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("types")
    void ids_are_found_by_their_text_or_are_refused(
            TestDatabase database, String type, List<String> values, String captured, String id, String amount) {
        TestSql sql = forAnotherPopulation(database);
        String create = "CREATE TABLE " + table + " (x " + type.replace(" NULL", "")
                + " NOT NULL PRIMARY KEY, credits NUMERIC(19, 4) DEFAULT 50, migrated BOOLEAN)";
        if (id.equals("–")) {
            assertThatThrownBy(() -> sql.run(create)).isInstanceOf(TestSql.Failure.class);
            return;
        }
        sql.run(create);
        HostTables tables = HostTables.users(table).id("x").balance("credits").flag("migrated");
        if (id.equals("refused")) {
            assertRefused(sql, tables, "id column 'x'");
            return;
        }
        for (String value : values) {
            sql.run("INSERT INTO " + table + " (x) VALUES (" + value + ")");
        }

        assertThat(run(sql, tables)).isEqualTo("{MIGRATED=" + values.size() + "}");
        List<List<Object>> ids = sql.rows(
                "SELECT user_id FROM credit_migration_record WHERE migration_id = ?",
                migration().id());
        assertThat(ids).hasSameSizeAs(values);
        MigrationService migrations = service(sql.dataSource(), tables);
        for (List<Object> row : ids) {
            assertThat(migrations
                            .rollback((String) row.get(0), OPERATOR, "test")
                            .status())
                    .isEqualTo(RollbackResult.Status.ROLLED_BACK);
        }
        assertThat(sql.text("SELECT COUNT(*) FROM " + table + " WHERE credits = 50"))
                .isEqualTo(String.valueOf(values.size()));
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("types")
    void balances_rates_and_versions_are_exact_or_refused(
            TestDatabase database, String type, List<String> values, String captured, String id, String amount) {
        TestSql sql = forAnotherPopulation(database);
        String columns = "x %1$s, rate %1$s, version %1$s, y NUMERIC(19, 4)".formatted(nullable(type));
        sql.run("CREATE TABLE " + table + " (id INTEGER PRIMARY KEY, " + columns + ")");
        HostTables rated = HostTables.users(table).balance("y").rate("rate");
        HostTables tables = HostTables.users(table).balance("x").rate("rate").version("version");
        if (amount.equals("refused")) {
            assertRefused(sql, HostTables.users(table).balance("x"), "balance column 'x'");
            assertThatThrownBy(() -> service(sql.dataSource(), rated))
                    .isInstanceOf(MappingException.class)
                    .hasMessageContaining("rate column");
            return;
        }
        sql.run("INSERT INTO " + table + " VALUES (1, 50, 10, 6, 0)");

        assertThat(run(sql, tables)).isEqualTo("{MIGRATED=1}");
        assertThat(sql.text("SELECT COUNT(*) FROM " + table + " WHERE x = 20 AND rate = 25 AND version = 7"))
                .isEqualTo("1");
        service(sql.dataSource(), tables).rollback("1", OPERATOR, "test");
        assertThat(sql.text("SELECT COUNT(*) FROM " + table + " WHERE x = 50 AND rate = 10 AND version = 8"))
                .isEqualTo("1");
    }

    private static void assertRefused(TestSql sql, HostTables tables, String column) {
        assertThatThrownBy(() -> JdbcMigrationStore.owning(sql.dataSource(), tables))
                .isInstanceOf(MappingException.class)
                .hasMessageContainingAll(column.substring(0, column.length() - 3), "is ")
                .message()
                .containsIgnoringCase(column);
    }

    private String run(TestSql sql, HostTables tables) {
        MigrationRun run = service(sql.dataSource(), tables)
                .run(RunOptions.defaults().withSettings(RunSettings.defaults().withPageSize(2)));
        assertThat(run.state()).isEqualTo(MigrationRun.State.FINISHED);
        return run.outcomes().toString();
    }

    private MigrationService service(DataSource dataSource, HostTables tables) {
        return MigrationService.of(migration(), JdbcMigrationStore.owning(dataSource, tables));
    }

    private Migration migration() {
        return Migration.named("rate-" + number)
                .cutOff(Instant.parse("2026-01-06T00:00:00Z"))
                .policy(CreditPolicy.convert(CreditRate.of(10), CreditRate.of(25)))
                .consent(Consent.NONE)
                .build();
    }

    /** What PostgreSQL makes of a serial has a NOT NULL of its own. */
    private static String nullable(String type) {
        return type.equals("bigserial") ? "bigint" : type;
    }

    /** Each table is another population: the library's tables forget whom they served. */
    private static TestSql forAnotherPopulation(TestDatabase database) {
        TestSql sql = new TestSql(opened(database));
        sql.runAll("DELETE FROM credit_migration_definition", "DELETE FROM credit_migration_population");
        return sql;
    }

    private static HikariDataSource opened(TestDatabase database) {
        return DATABASES.computeIfAbsent(database, engine -> {
            HikariDataSource dataSource = engine.create();
            TestSql sql = new TestSql(dataSource);
            LibraryTables.defaults().install(dataSource);
            switch (engine) {
                case H2 -> sql.run("CREATE DOMAIN \"Amount\" AS NUMERIC(19, 4)");
                case POSTGRESQL ->
                    sql.runAll(
                            "CREATE EXTENSION citext",
                            "CREATE TYPE \"MigrationState\" AS ENUM ('Old One', 'new')",
                            "CREATE SCHEMA \"Other Place\"",
                            "CREATE TYPE \"Other Place\".\"State\" AS ENUM ('Old One', 'new')",
                            "CREATE DOMAIN \"UserId\" AS uuid",
                            "CREATE DOMAIN \"Amount\" AS numeric(19, 4) CHECK (value > -1000)",
                            "CREATE DOMAIN \"Bonus\" AS \"Amount\"");
                case MARIADB -> {
                    // It has no types of a host's own.
                }
            }
            return dataSource;
        });
    }

    /** The same database in sessions that show times and bytes differently. */
    private static HikariDataSource elsewhere(TestDatabase database) {
        HikariDataSource here = opened(database);
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(here.getJdbcUrl());
        config.setUsername(here.getUsername());
        config.setPassword(here.getPassword());
        config.setMaximumPoolSize(2);
        config.setConnectionInitSql(
                switch (database) {
                    case H2 -> "SET TIME ZONE '+09:00'";
                    case POSTGRESQL -> "SET TimeZone = 'Asia/Tokyo'; SET bytea_output = 'escape'";
                    case MARIADB -> "SET time_zone = '+09:00'";
                });
        return new HikariDataSource(config);
    }
}
