package io.creditmigration.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.creditmigration.command.Command.Ended;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What init makes of tables whose names say little, by their shape. */
final class InitTest {

    private static final String KEYED = """
            CREATE TABLE people (
                id UUID PRIMARY KEY, login TEXT NOT NULL, joined_on DATE NOT NULL, is_admin BOOLEAN, rate_limit INTEGER
            );
            CREATE TABLE wallets (person UUID PRIMARY KEY REFERENCES people, points BIGINT NOT NULL);
            CREATE TABLE things_done (
                seq BIGINT PRIMARY KEY, who UUID NOT NULL REFERENCES people, happened TIMESTAMPTZ NOT NULL
            );
            CREATE TABLE invoices (
                id BIGINT PRIMARY KEY, person UUID NOT NULL REFERENCES people, amount NUMERIC(12, 2), paid_at TIMESTAMPTZ
            );
            CREATE TABLE countries (code CHAR(2) PRIMARY KEY, name TEXT, created_at TIMESTAMPTZ);
            """;

    private static final String UNKEYED = """
            CREATE TABLE members (id BIGINT PRIMARY KEY, credits NUMERIC(12, 2), migrated BOOLEAN, created_at TIMESTAMPTZ);
            CREATE TABLE payments (id BIGINT PRIMARY KEY, member_id BIGINT, credits NUMERIC(12, 2), created_at TIMESTAMPTZ);
            CREATE TABLE api_requests (id BIGINT PRIMARY KEY, member_id BIGINT, at TIMESTAMPTZ);
            CREATE TABLE member_settings (member_id BIGINT PRIMARY KEY, theme TEXT);
            """;

    @TempDir
    Path folder;

    @Test
    void foreign_keys_and_shapes_tell_what_names_do_not() {
        Server shop = Server.database("init_keyed");
        shop.execute(KEYED);

        JsonNode init = init(shop, "--users-table", "people", "--from", "rate-limits");

        String written = text();
        assertThat(written)
                .contains(
                        "table: people  # GUESSED, sure",
                        "  registered-at: joined_on  # GUESSED",
                        "  table: wallets  # GUESSED, sure\n  user: person",
                        "  balance: points  # GUESSED",
                        "  table: things_done  # GUESSED, likely\n  id: seq  # GUESSED, sure\n  user: who",
                        "#   table: invoices  # GUESSED, sure\n#   user: person");
        assertThat(init.get("sureness").get("operations.table").asText()).isEqualTo("LIKELY");
        assertThat(init.get("sureness").get("users.id").asText()).isEqualTo("SURE");
    }

    @Test
    void names_and_types_tell_it_where_there_are_no_foreign_keys() {
        Server shop = Server.database("init_unkeyed");
        shop.execute(UNKEYED);

        JsonNode init = init(shop, "--from", "old-rate");

        assertThat(text())
                .contains(
                        "  table: members  # GUESSED, sure; or api_requests, member_settings, payments",
                        "  balance: credits  # GUESSED, sure",
                        "  flag: migrated  # GUESSED, sure",
                        "#   table: payments  # GUESSED, likely\n#   user: member_id")
                .doesNotContain("accounts:");
        assertThat(init.get("sureness").has("operations.table")).isFalse();
    }

    @Test
    void what_it_writes_is_read_once_it_is_filled_in() {
        Server shop = Server.database("init_filled");
        shop.execute(UNKEYED);
        init(shop, "--from", "rate-limits");

        Command command = new Command(folder);
        command.write("credit-migration.yaml", text().replaceFirst("cut-off: TODO.*", "cut-off: 2026-01-06T00:00:00Z"));
        Ended doctor =
                command.with("CREDIT_MIGRATION_PASSWORD", shop.password()).run("doctor");

        assertThat(doctor.out()).contains("library tables  are missing").doesNotContain("TODO");
        assertThat(text()).contains("  table: api_requests  # GUESSED, likely\n  id: id  # GUESSED, sure");
    }

    private JsonNode init(Server shop, String... more) {
        String[] args = {
            "init", "--url", shop.url(), "--user", shop.user(), "--password-from", "none", "--json", "--out", file()
        };
        String[] all = new String[args.length + more.length];
        System.arraycopy(args, 0, all, 0, args.length);
        System.arraycopy(more, 0, all, args.length, more.length);
        Ended ended = new Command(folder).inThisProcess(all);
        assertThat(ended.exitCode()).describedAs(ended.toString()).isZero();
        return ended.json();
    }

    private String file() {
        return folder.resolve("credit-migration.yaml").toString();
    }

    private String text() {
        return new Command(folder).text("credit-migration.yaml");
    }
}
