package io.creditmigration.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.creditmigration.command.Command.Ended;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What the doctor says of databases that are well and of others, line by line: the lines are files in {@code
 * src/test/resources/doctor}. What it said stands in {@code target/doctor}.
 */
final class DoctorFilesTest {

    /** What is wrong. */
    enum Case {
        WELL,
        NO_TABLES,
        NO_PRIVILEGE_TO_CREATE,
        READ_ONLY_ROLE,
        MISSING_INDEX,
        WRONG_ZONE,
        CONFLICTING_DEFINITION,
        OTHER_TABLES
    }

    private static final String LOCAL_TIME = "%1$s";

    private static final List<String> TABLES = List.of(
            "CREATE TABLE users (id BIGINT PRIMARY KEY, credits DECIMAL(12, 4) NOT NULL, migrated BOOLEAN DEFAULT FALSE"
                    + " NOT NULL, registered " + LOCAL_TIME + " NOT NULL)",
            "CREATE TABLE operations (id BIGINT PRIMARY KEY, user_id BIGINT NOT NULL, made_at " + LOCAL_TIME
                    + " NOT NULL)",
            "CREATE INDEX operations_by_user ON operations (user_id, made_at)",
            "INSERT INTO users (id, credits, registered) VALUES (1, 10, '2025-06-01 00:00:00')",
            "INSERT INTO users (id, credits, registered) VALUES (2, 0, '2025-06-01 00:00:00')");

    @TempDir
    static Path engineFolder;

    private static MariaDbEngine mariaDb;

    @TempDir
    Path folder;

    private Command command;

    @BeforeAll
    static void start() {
        mariaDb = MariaDbEngine.started(engineFolder);
    }

    @AfterAll
    static void stop() {
        if (mariaDb != null) {
            mariaDb.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void on_postgresql(Case what) {
        Server shop = Server.database("doctor_" + name(what));
        Server looker = shop.as("doctor_looker", "looker");
        examine("postgresql", what, shop, looker, "TIMESTAMP", () -> shop.execute("""
                DO $$ BEGIN CREATE ROLE doctor_looker LOGIN PASSWORD 'looker';
                EXCEPTION WHEN duplicate_object THEN NULL; END $$;
                REVOKE CREATE ON SCHEMA public FROM PUBLIC;
                GRANT SELECT ON ALL TABLES IN SCHEMA public TO doctor_looker;
                """));
    }

    @ParameterizedTest
    @EnumSource
    void on_mariadb(Case what) {
        String database = "doctor_" + name(what);
        Server shop = mariaDb.database(database);
        examine("mariadb", what, shop, shop.as("looker", "looker"), "DATETIME", () -> {
            shop.execute("CREATE USER IF NOT EXISTS looker@localhost IDENTIFIED BY 'looker'");
            shop.execute("GRANT SELECT ON " + database + ".* TO looker@localhost");
        });
    }

    @ParameterizedTest
    @EnumSource
    void on_h2(Case what) {
        Server shop = new Server("jdbc:h2:mem:doctor_" + name(what) + ";DB_CLOSE_DELAY=-1", "sa", "");
        Server looker = new Server(shop.url().replace(";DB_CLOSE_DELAY=-1", ""), "looker", "looker");
        examine("h2", what, shop, looker, "TIMESTAMP", () -> {
            shop.execute("CREATE USER looker PASSWORD 'looker'");
            shop.execute("GRANT SELECT ON SCHEMA PUBLIC TO looker");
        });
    }

    private void examine(
            String database, Case what, Server shop, Server looker, String localTime, Runnable createLooker) {
        TABLES.forEach(statement -> shop.execute(statement.formatted(localTime)));
        command = new Command(folder);
        configure(shop, "credit_migration_", 2500);
        if (what != Case.NO_TABLES && what != Case.NO_PRIVILEGE_TO_CREATE) {
            schema();
        }
        switch (what) {
            case WELL, NO_TABLES -> {}
            case NO_PRIVILEGE_TO_CREATE, READ_ONLY_ROLE -> {
                createLooker.run();
                configure(looker, "credit_migration_", 2500);
            }
            case MISSING_INDEX ->
                shop.execute("DROP INDEX operations_by_user" + (database.equals("mariadb") ? " ON operations" : ""));
            case WRONG_ZONE ->
                shop.execute("INSERT INTO users (id, credits, registered) VALUES (3, 0, '2999-01-01 00:00:00')");
            case CONFLICTING_DEFINITION -> {
                assertThat(command.inThisProcess("migrate", "--apply", "--yes").exitCode())
                        .isZero();
                configure(shop, "credit_migration_", 3000);
            }
            case OTHER_TABLES -> {
                configure(shop, "old_", 2500);
                schema();
                configure(shop, "credit_migration_", 2500);
            }
        }

        Ended ended = command.inThisProcess("doctor");

        String file = database + "/" + name(what) + ".txt";
        String said = plain(ended.out());
        keep(file, said);
        assertThat(said).isEqualTo(expected(file));
        assertThat(ended.exitCode()).isEqualTo(said.lines().anyMatch(line -> line.startsWith("  error")) ? 8 : 0);
    }

    private void schema() {
        assertThat(command.inThisProcess("schema", "--apply", "--yes").exitCode())
                .isZero();
    }

    private void configure(Server server, String prefix, int newRate) {
        command.write("password", server.password() + "\n");
        command.write("credit-migration.yaml", """
                database: { url: '%s', user: '%s', password-from: 'file:%s' }
                library-tables: { prefix: %s }
                users: { table: users, balance: credits, flag: migrated, registered-at: registered, zone: UTC }
                operations: { table: operations, id: id, user: user_id, at: made_at, history: false }
                migration: { id: new-rate, cut-off: 2026-01-06T00:00:00Z, convert: { from: 1000, to: %d }, consent: none }
                """.formatted(
                        server.url(), server.user(), command.file("password"), prefix, newRate));
    }

    /** A line for each check, without what differs from machine to machine. */
    private static String plain(String said) {
        return said.replaceAll("\n    (?=\\S)", " ")
                .replaceAll("connection      \\S+ .*", "connection      VERSION")
                .replaceAll("clock is \\S+ ms (ahead|behind)", "clock is N ms off")
                .replaceAll("[0-9,]+ MB free", "N MB free")
                .replaceAll("\\S+ hours in the future", "N hours in the future");
    }

    private static void keep(String file, String said) {
        try {
            Path kept = Path.of("target", "doctor").resolve(file);
            Files.createDirectories(kept.getParent());
            Files.writeString(kept, said);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String expected(String file) {
        try {
            return Files.readString(
                    Path.of("src", "test", "resources", "doctor").resolve(file));
        } catch (IOException e) {
            return "There is no file " + file;
        }
    }

    private static String name(Case what) {
        return what.name().toLowerCase(Locale.ROOT);
    }
}
