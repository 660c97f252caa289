package io.creditmigration.command;

import io.creditmigration.command.Command.Ended;
import java.nio.file.Path;

/** A report of a migration in which all that a report can tell has happened. */
final class SampleReport {

    private static final int USERS = 2_000;

    private static final String TABLES = """
            CREATE TABLE users (
                id BIGINT PRIMARY KEY,
                credits NUMERIC(14, 4),
                created_at TIMESTAMPTZ NOT NULL,
                rate_limit INTEGER,
                version BIGINT DEFAULT 0 NOT NULL
            );
            CREATE TABLE operations (id BIGINT PRIMARY KEY, user_id BIGINT NOT NULL, made_at TIMESTAMPTZ NOT NULL);
            CREATE INDEX operations_by_user ON operations (user_id, made_at);
            INSERT INTO users (id, credits, created_at, rate_limit)
            SELECT n, CASE WHEN n %% 4 = 0 THEN NULL ELSE n %% 7 * n / 10.0 END,
                TIMESTAMPTZ '2025-06-01 00:00:00Z', 10 FROM generate_series(1, %1$d) AS n;
            INSERT INTO operations SELECT u * 1000 + o, u, TIMESTAMPTZ '2026-01-05 00:00:00Z' - o * INTERVAL '10 minutes'
            FROM generate_series(1, %1$d) AS u, LATERAL generate_series(1, CASE WHEN u %% 20 = 0 THEN 320 ELSE u %% 12 END) AS o;
            UPDATE users SET credits = 9999999999 WHERE id %% 400 = 13;
            UPDATE users SET credits = -1 WHERE id = 33;
            """;

    private static final String CONFIGURATION = """
            database: { url: '%s', user: '%s' }
            users:
              table: users
              balance: credits
              version: version
              registered-at: created_at
              on-migration-set: { rate_limit: ~ }
            operations: { table: operations, id: id, user: user_id, at: made_at }
            migration:
              id: credits-2026
              cut-off: 2026-01-06T00:00:00Z
              grant: { base: 20, above: { 10: 50 } }
            run: { page-size: 50 }
            """;

    private final Command command;

    SampleReport(Path folder) {
        this.command = new Command(folder);
    }

    Path write() {
        Server shop = Server.database("sample_report");
        shop.execute(TABLES.formatted(USERS));
        command.with("CREDIT_MIGRATION_PASSWORD", shop.password());
        command.write("credit-migration.yaml", CONFIGURATION.formatted(shop.url(), shop.user()));
        run("schema", "--apply", "--yes");
        run("plan", "--save", "plan.json");
        run("migrate", "--apply", "--yes", "--stages", "5,25,100", "--users-per-second", "400");
        run("rollback", "7", "--reason", "asked <script>alert(1)</script> for it", "--apply", "--yes");
        run("seal", "--actor", "ann");
        run("report", "--plan", "plan.json");
        return command.file("credit-migration-report.html");
    }

    private void run(String... args) {
        Ended ended = command.run(args);
        System.out.println(String.join(" ", args) + ": " + ended);
    }
}
