package io.creditmigration.command;

/** An application with tables of unusual names: capitals, spaces, quotes, reserved words. */
final class ShopTables {

    private static final String USERS = """
            CREATE SCHEMA "My Shop";
            CREATE TABLE "My Shop"."App ""Users"" 1" (
                "user" BIGINT PRIMARY KEY,
                "Credit Balance" NUMERIC(12, 2),
                "order" BOOLEAN DEFAULT FALSE NOT NULL,
                "select" VARCHAR(20) DEFAULT 'member' NOT NULL,
                "created At" TIMESTAMP NOT NULL,
                "Rate Limit" INTEGER DEFAULT 10
            );
            CREATE TABLE "My Shop"."group" ("key" BIGINT PRIMARY KEY, "table" VARCHAR(20));
            CREATE TABLE "My Shop"."API Requests" (
                "where" BIGINT PRIMARY KEY,
                "user" BIGINT NOT NULL,
                "made At" TIMESTAMPTZ NOT NULL
            );
            CREATE INDEX "from" ON "My Shop"."API Requests" ("user", "made At");
            """;

    /** Every tenth has nothing, one is an admin, one is in debt, one registered since. */
    private static final String BALANCES = """
            INSERT INTO "My Shop"."App ""Users"" 1" ("user", "Credit Balance", "select", "created At")
            SELECT n, CASE WHEN n %% 10 = 0 THEN 0 ELSE (n * 37 %% 100000) / 100.0 + 0.01 END,
                'member', TIMESTAMP '2025-06-01 12:00:00'
            FROM generate_series(1, %1$d) AS n;
            UPDATE "My Shop"."App ""Users"" 1" SET "select" = 'admin' WHERE "user" = 1;
            UPDATE "My Shop"."App ""Users"" 1" SET "Credit Balance" = -5 WHERE "user" = 2;
            UPDATE "My Shop"."App ""Users"" 1" SET "created At" = TIMESTAMP '2026-01-07 00:00:00' WHERE "user" = 3;
            CREATE TABLE before_migration AS SELECT * FROM "My Shop"."App ""Users"" 1";
            """;

    private ShopTables() {}

    static void create(Server server, int users) {
        server.execute(USERS);
        server.execute(BALANCES.formatted(users));
    }

    /** What an operator makes of the configuration that init has written. */
    static String edited(String configuration, String consent) {
        return configuration
                .replaceFirst("flag: TODO.*", "flag: order")
                .replaceFirst("  # exempt: .*", "  exempt: { column: select, values: [admin] }")
                .replaceFirst("cut-off: TODO.*", "cut-off: 2026-01-06T00:00:00Z")
                .replaceFirst("from: TODO.*", "from: 1000")
                .replaceFirst("to: TODO.*", "to: 2500")
                .replaceFirst("consent: confirm-positive", "consent: " + consent);
    }
}
