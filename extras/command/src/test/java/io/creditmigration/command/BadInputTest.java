package io.creditmigration.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.creditmigration.command.Command.Ended;
import io.creditmigration.jdbc.LibraryTables;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is wrong is said in one line with what to do, has its exit code, shows no stack trace and writes nothing. */
final class BadInputTest {

    private static final int USERS = 100;

    @TempDir
    Path folder;

    /** One with the library's tables, and one without. */
    private static Server installed;

    private static Server bare;

    private Server shop = installed;
    private Command command;

    @BeforeAll
    static void twoApplications() {
        installed = Server.database("bad_input");
        ShopTables.create(installed, USERS);
        try (HikariDataSource database = new HikariDataSource()) {
            database.setJdbcUrl(installed.url());
            database.setUsername(installed.user());
            database.setPassword(installed.password());
            LibraryTables.defaults().install(database);
        }
        bare = Server.database("bad_input_bare");
        ShopTables.create(bare, USERS);
    }

    @BeforeEach
    void configured() {
        command = new Command(folder);
        command.write("password", shop.password() + "\n");
        write(shop.url(), shop.user());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            jdbc:postgresql://127.0.0.1:1/shop | cannot be reached; check database.url
            jdbc:postgresql://no.such.host.invalid/shop | cannot be reached; check database.url
            """)
    void an_unreachable_database(String url, String advice) {
        write(url, "anybody");

        assertOneLine(command.run("plan"), 8, advice);
    }

    @Test
    void a_database_that_is_not_there() {
        write(shop.url().replace("bad_input", "no_such_database"), shop.user());

        assertOneLine(command.run("plan"), 8, "there is no such database");
    }

    @Test
    void a_wrong_password_is_refused_and_not_repeated() {
        String h2 = "jdbc:h2:file:" + folder.resolve("shop");
        shop(h2).execute("CREATE TABLE users (id INT PRIMARY KEY)");
        write(h2, "sa");

        command.write("password", "hunter2");

        Ended ended = command.run("plan", "--debug");

        assertThat(ended.exitCode()).isEqualTo(8);
        assertThat(ended.err()).contains("the database refuses user or password; see database.user");
        assertThat(ended.out() + ended.err()).doesNotContain("hunter2");
    }

    @Test
    void a_password_that_is_nowhere() {
        write(bare.url(), bare.user());
        command.write(
                "credit-migration.yaml",
                command.text("credit-migration.yaml").replaceFirst("file:.*", "env:NO_SUCH_VARIABLE"));
        assertOneLine(command.run("plan"), 2, "the environment variable NO_SUCH_VARIABLE, which has");

        command.write(
                "credit-migration.yaml", command.text("credit-migration.yaml").replaceFirst("password-from: .*", ""));
        assertOneLine(
                command.run("plan"), 2, "is asked for on a terminal, and there is none; set CREDIT_MIGRATION_PASSWORD");
        assertThat(command.with("CREDIT_MIGRATION_PASSWORD", shop.password())
                        .run("migrate")
                        .exitCode())
                .describedAs("no schema yet")
                .isEqualTo(8);
    }

    @Test
    void a_misspelt_h2_database_is_not_created() {
        write("jdbc:h2:file:" + folder.resolve("misspelt"), "sa");

        assertOneLine(command.run("plan"), 8, "cannot be reached");
        assertThat(folder.resolve("misspelt.mv.db")).doesNotExist();
    }

    @Test
    void no_schema() {
        shop = bare;
        write(shop.url(), shop.user());

        assertOneLine(
                command.run("migrate", "--apply", "--yes"), 8, "create them with 'credit-migration schema --apply'");
        assertThat(untouched()).isTrue();
    }

    @Test
    void missing_privileges_leave_nothing_half_written() {
        shop.execute("""
                DO $$ BEGIN CREATE ROLE reader LOGIN PASSWORD 'reader'; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
                GRANT USAGE ON SCHEMA "My Shop" TO reader;
                GRANT SELECT ON ALL TABLES IN SCHEMA "My Shop" TO reader;
                GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO reader;
                GRANT SELECT, USAGE, UPDATE ON ALL SEQUENCES IN SCHEMA public TO reader;
                """);
        write(shop.url(), "reader");
        command.write("password", "reader");

        assertThat(command.run("plan").exitCode()).isZero();
        assertOneLine(
                command.run("migrate", "--apply", "--yes"), 8, "lacks a privilege; grant it and run the command again");
        assertThat(untouched()).isTrue();
        assertThat(shop.value("SELECT COUNT(*) FROM credit_migration_journal")).isEqualTo("0");
    }

    @Test
    void unknown_users_and_runs() {
        assertOneLine(command.inThisProcess("explain", "4711"), 2, "there is no user '4711'");
        assertOneLine(command.inThisProcess("confirm", "4711", "--apply", "--yes"), 2, "there is no user '4711'");
        assertOneLine(command.inThisProcess("rollback", "4711", "--apply", "--yes"), 2, "there is no user '4711'");
        assertOneLine(command.inThisProcess("explain", "bob"), 2, "user id is 'bob'");
        assertOneLine(command.inThisProcess("pause", "no-such-run"), 2, "run is 'no-such-run'");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            migrate --aply | Unknown option: '--aply'; did you mean '--apply'?
            migrat | Unmatched argument at index 0: 'migrat'; did you mean 'migrate'?
            migrate --threads many | Invalid value for option '--threads'
            migrate --threads 65 | threads is '65'; allowed: 1 to 64
            migrate --stages 5,3 | allowed: growing percentages
            migrate --yes | --yes is of no use without --apply
            migrate --apply | add --yes in scripts
            migrate --plan no-such.json | there is no plan at no-such.json
            migrate --users no-such.txt | there is no list of users at no-such.txt
            migrate --zero-credits-only --users ids.txt | exclude each other
            rollout 101 | rollout percentage is '101'
            plan -c no-such.yaml | there is no configuration at no-such.yaml
            init --url jdbc:postgresql://x/y --out /dev/null | is there already
            init --url jdbc:oracle:thin:@x --out new.yaml | --url must begin as one of
            init --url jdbc:postgresql://x/y?password=hunter2 --out new.yaml | has a password in it
            failed --apply --yes | --apply is of no use without --retry
            status --interval 0 | --interval is 0
            demo --users 3 | --users is 3; allowed: 500 to 100000
            """)
    void arguments_that_are_none(String args, String problem) {
        Ended ended = command.inThisProcess(args.split(" "));

        assertOneLine(ended, 2, problem);
        assertThat(ended.err()).doesNotContain("hunter2");
        assertThat(untouched()).isTrue();
    }

    @Test
    void errors_are_json_where_json_is_asked_for() {
        write(bare.url(), bare.user());

        Ended ended = command.run("explain", "4711", "--json");

        assertThat(ended.exitCode()).isEqualTo(8);
        assertThat(ended.json().get("outcome").asText()).isEqualTo("INFRASTRUCTURE");
        assertThat(ended.json().get("exitCode").asInt()).isEqualTo(8);
        assertThat(ended.json().get("error").asText()).contains("schema --apply");
    }

    @Test
    void a_plan_that_is_none() {
        command.write("plan.json", "{\"scope\": \"everyone\"}");

        assertOneLine(command.run("migrate", "--plan", "plan.json"), 2, "plan.json is not a plan");
    }

    @Test
    void a_terminal_that_says_no_or_goes_away_writes_nothing() {
        Ended no = command.onTerminal("n\n", "migrate", "--apply");
        Ended gone = command.onTerminal("\4", "migrate", "--apply");

        assertThat(no.exitCode()).describedAs(no.toString()).isEqualTo(9);
        assertThat(no.out()).contains("Migrate 97 users of migration new-rate now? [y/N]", "Nothing was written.");
        assertThat(gone.exitCode()).describedAs(gone.toString()).isEqualTo(2);
        assertThat(gone.out()).contains("the terminal ended before it answered; nothing was written");
        assertThat(untouched()).isTrue();
    }

    @Test
    void a_terminal_that_says_yes_sees_a_bar_and_colours_only_if_it_wants_them() {
        shop = Server.database("bad_input_yes");
        ShopTables.create(shop, USERS);
        write(shop.url(), shop.user());
        command.inThisProcess("schema", "--apply", "--yes");

        Ended yes = command.with("TERM", "xterm").onTerminal("y\n", "migrate", "--apply");

        assertThat(yes.exitCode()).describedAs(yes.toString()).isZero();
        assertThat(yes.out()).contains("\r[").contains("finished");
        assertThat(command.onTerminal("", "migrate", "--help").out()).contains("\u001b[");
        assertThat(command.with("NO_COLOR", "1")
                        .onTerminal("", "migrate", "--help")
                        .out())
                .doesNotContain("\u001b[");
        assertThat(command.run("migrate", "--help").out()).doesNotContain("\u001b[");
    }

    private boolean untouched() {
        return shop.value("""
                SELECT COUNT(*) FROM "My Shop"."App ""Users"" 1" u JOIN before_migration b ON b."user" = u."user"
                WHERE u."Credit Balance" IS DISTINCT FROM b."Credit Balance" OR u."order" <> b."order"
                """).equals("0");
    }

    private static void assertOneLine(Ended ended, int exitCode, String problem) {
        assertThat(ended.exitCode()).describedAs(ended.toString()).isEqualTo(exitCode);
        assertThat(ended.err().strip().lines()).describedAs(ended.err()).hasSize(1);
        assertThat(ended.err()).startsWith("credit-migration").contains(problem).doesNotContain("\tat ");
    }

    private static Server shop(String h2) {
        return new Server(h2, "sa", "right");
    }

    private void write(String url, String user) {
        command.write("credit-migration.yaml", """
                database:
                  url: %s
                  user: %s
                  password-from: file:%s
                users:
                  schema: My Shop
                  table: App "Users" 1
                  id: user
                  balance: Credit Balance
                  flag: order
                  registered-at: created At
                  zone: UTC
                  exempt: { column: select, values: [admin] }
                migration:
                  id: new-rate
                  cut-off: 2026-01-06T00:00:00Z
                  convert: { from: 1000, to: 2500 }
                  consent: none
                """.formatted(url, user, command.file("password")));
    }
}
