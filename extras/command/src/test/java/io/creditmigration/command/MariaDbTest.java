package io.creditmigration.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.creditmigration.command.Command.Ended;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** MariaDB has databases where others have schemas, and times without a zone: here it goes from rate limits to credits. */
final class MariaDbTest {

    private static final String TABLES = """
            CREATE TABLE shop.`my users` (
                id BIGINT PRIMARY KEY,
                `rate limit` INT,
                created_at DATETIME NOT NULL
            );
            CREATE TABLE shop.`user requests` (
                id BIGINT PRIMARY KEY,
                user_id BIGINT NOT NULL,
                made_at DATETIME NOT NULL,
                INDEX (user_id, made_at)
            );
            INSERT INTO shop.`my users` SELECT seq, 10, '2025-06-01 00:00:00' FROM shop.seq_1_to_100;
            INSERT INTO shop.`user requests`
            SELECT seq, 1 + seq % 5, '2026-01-01 00:00:00' + INTERVAL seq SECOND FROM shop.seq_1_to_2000;
            """;

    @TempDir
    Path folder;

    private MariaDbEngine engine;
    private Server server;

    @BeforeEach
    void start() {
        engine = MariaDbEngine.started(folder);
        server = engine.database("shop");
        for (String statement : TABLES.split(";\n(?=.)", -1)) {
            server.execute(statement);
        }
    }

    @AfterEach
    void stop() {
        if (engine != null) {
            engine.close();
        }
    }

    @Test
    void from_rate_limits_to_credits_and_back() {
        Command command = new Command(folder);
        Ended init = command.inThisProcess(
                "init",
                "--url",
                server.url(),
                "--user",
                "root",
                "--password-from",
                "none",
                "--json",
                "--out",
                command.file("credit-migration.yaml").toString());
        assertThat(init.exitCode()).describedAs(init.toString()).isZero();
        assertThat(init.json().get("regime").asText()).isEqualTo("RATE_LIMITS");
        assertThat(command.text("credit-migration.yaml"))
                .contains(
                        "table: \"my users\"", "table: \"user requests\"", "user: user_id", "at: made_at", "zone: UTC");
        command.write(
                "credit-migration.yaml",
                command.text("credit-migration.yaml")
                        .replaceFirst("cut-off: TODO.*", "cut-off: 2026-01-06T00:00:00Z")
                        .replaceFirst("# on-migration-set", "on-migration-set"));

        Ended missing = command.inThisProcess("migrate");
        assertThat(missing.exitCode()).describedAs(missing.toString()).isEqualTo(8);
        Ended analysis = command.inThisProcess("analyze", "--json");
        assertThat(analysis.exitCode()).describedAs(analysis.toString()).isZero();
        assertThat(analysis.json().get("users").asInt()).isEqualTo(100);
        Ended early = command.inThisProcess("plan", "--json");
        assertThat(early.exitCode()).describedAs(early.toString()).isZero();
        assertThat(early.json().get("plan").get("granted").asText()).isEqualTo("2150");
        assertThat(command.inThisProcess("schema", "--apply", "--yes").exitCode())
                .isZero();
        assertThat(command.inThisProcess("schema", "--apply", "--yes").exitCode())
                .isEqualTo(3);
        Ended doctor = command.inThisProcess("doctor");
        assertThat(doctor.exitCode()).describedAs(doctor.toString()).isZero();
        assertThat(doctor.out()).doesNotContain("warning ", "error ").contains("operations are found by user and time");
        Ended migrated = command.inThisProcess("migrate", "--apply", "--yes", "--json");
        assertThat(migrated.exitCode()).describedAs(migrated.toString()).isZero();
        assertThat(migrated.json().get("run").get("granted").asText()).isEqualTo("2150");
        assertThat(server.value("SELECT COUNT(*) FROM `my users` WHERE `rate limit` IS NULL"))
                .isEqualTo("100");
        assertThat(command.inThisProcess("verify").exitCode()).isZero();
        Path page = command.file("report.html");
        assertThat(command.inThisProcess("report", "--out", page.toString()).exitCode())
                .isZero();
        assertThat(command.text("report.html")).contains("50 credits", "nothing is wrong");
        assertThat(command.inThisProcess("halt").exitCode()).isZero();
        Ended back = command.inThisProcess("rollback", "--all", "--apply", "--yes");
        assertThat(back.exitCode()).describedAs(back.toString()).isZero();
        assertThat(server.value("SELECT COUNT(*) FROM `my users` WHERE `rate limit` = 10"))
                .isEqualTo("100");
        assertThat(command.inThisProcess("verify").exitCode()).isZero();
    }
}
