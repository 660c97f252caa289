package io.creditmigration.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.creditmigration.command.Command.Ended;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the doctor finds in a database that is well, and in others. */
final class DoctorTest {

    private static final String OPERATIONS =
            "operations: { table: API Requests, id: where, user: user, at: made At, history: false }";

    private static Server shop;

    @TempDir
    Path folder;

    private Command command;

    @BeforeAll
    static void anApplication() {
        shop = Server.database("doctor");
        ShopTables.create(shop, 10);
    }

    @BeforeEach
    void configured() {
        command = new Command(folder);
        shop.execute("CREATE INDEX IF NOT EXISTS \"from\" ON \"My Shop\".\"API Requests\" (\"user\", \"made At\")");
        configure(shop, 50);
        command.inThisProcess("schema", "--apply", "--yes");
    }

    @Test
    void a_database_that_is_well() {
        Ended ended = command.run("doctor");

        assertThat(ended.exitCode()).describedAs(ended.toString()).isZero();
        assertThat(ended.out()
                        .lines()
                        .filter(line -> !line.startsWith("   "))
                        .map(line -> line.substring(0, 27).strip()))
                .containsExactly(
                        "ok       connection",
                        "ok       clock",
                        "ok       zone",
                        "ok       isolation",
                        "ok       pooler",
                        "ok       disk",
                        "ok       other tables",
                        "ok       library tables",
                        "ok       mapping",
                        "ok       privileges",
                        "ok       indexes");
        assertThat(command.inThisProcess("doctor", "--json")
                        .json()
                        .get("checks")
                        .size())
                .isEqualTo(11);
    }

    @Test
    void a_role_that_may_only_read() {
        shop.execute("""
                DO $$ BEGIN CREATE ROLE looker LOGIN PASSWORD 'looker'; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
                GRANT USAGE ON SCHEMA "My Shop" TO looker;
                GRANT SELECT ON ALL TABLES IN SCHEMA "My Shop" TO looker;
                GRANT SELECT ON ALL TABLES IN SCHEMA public TO looker;
                """);
        configure(shop.as("looker", "looker"), 50);

        Ended ended = command.inThisProcess("doctor");

        assertThat(ended.exitCode()).isEqualTo(8);
        assertThat(plain(ended))
                .contains(
                        "error privileges the database user lacks UPDATE ON \"My Shop\".\"App \"\"Users\"\" 1\"",
                        "INSERT ON \"credit_migration_event\"",
                        "; grant that, and check that the connection is not read-only")
                .doesNotContain("SELECT ON");
    }

    @Test
    void an_index_that_is_missing() {
        shop.execute("DROP INDEX \"My Shop\".\"from\"");

        Ended ended = command.inThisProcess("doctor");

        assertThat(ended.exitCode()).isZero();
        assertThat(plain(ended))
                .contains(
                        "warning indexes no index of the operations begins with their user",
                        "CREATE INDEX operations_by_user_and_time ON \"My Shop\".\"API Requests\" (\"user\", \"made At\")");
    }

    @Test
    void a_definition_that_conflicts() {
        assertThat(command.inThisProcess("migrate", "--apply", "--yes").exitCode())
                .isZero();
        configure(shop, 60);

        Ended ended = command.inThisProcess("doctor");

        assertThat(ended.exitCode()).isEqualTo(8);
        assertThat(plain(ended)).contains("error definition", "use the stored definition");
    }

    @Test
    void no_tables_of_the_library_and_no_database() {
        Server bare = Server.database("doctor_bare");
        ShopTables.create(bare, 10);
        configure(bare, 50);
        Ended noTables = command.inThisProcess("doctor");
        configure(new Server("jdbc:postgresql://127.0.0.1:1/shop", "nobody", ""), 50);
        Ended noDatabase = command.inThisProcess("doctor");

        assertThat(noTables.exitCode()).isEqualTo(8);
        assertThat(plain(noTables))
                .contains("error library tables are missing; create them with 'credit-migration schema --apply'")
                .contains("warning mapping not checked");
        assertThat(noDatabase.exitCode()).isEqualTo(8);
        assertThat(plain(noDatabase)).startsWith("error connection the database cannot be reached; check database.url");
    }

    @ParameterizedTest
    @CsvSource({"PT0.5S, OK, ahead", "PT-1.9S, OK, behind", "PT2S, WARNING, ahead", "PT-61S, ERROR, behind"})
    void a_clock_that_is_wrong(Duration ahead, Checkup.State state, String direction) {
        Checkup.Finding finding = Checkup.clock(ahead);

        assertThat(finding.state()).isEqualTo(state);
        assertThat(finding.what()).endsWith(" ms " + direction);
    }

    /** PgBouncer in transaction mode, which Debian's package of that name has. */
    @Test
    void a_pooler_that_lends_connections_for_a_transaction() throws Exception {
        Path binary = Path.of("/usr/sbin/pgbouncer");
        assumeTrue(Files.isExecutable(binary), "No pgbouncer here; install Debian's package of that name");
        URI address = URI.create(shop.url().substring("jdbc:".length()));
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        Path place = Files.createTempDirectory("doctor-pgbouncer");
        Files.setPosixFilePermissions(place, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path users = Files.writeString(place.resolve("users.txt"), "\"" + shop.user() + "\" \"\"\n");
        Path settings = Files.writeString(place.resolve("pgbouncer.ini"), """
                [databases]
                * = host=%s port=%d user=%s
                [pgbouncer]
                listen_addr = 127.0.0.1
                listen_port = %d
                unix_socket_dir =
                auth_type = trust
                auth_file = %s
                pool_mode = transaction
                ignore_startup_parameters = extra_float_digits
                """.formatted(
                        address.getHost(), address.getPort(), shop.user(), port, users));
        // It refuses to run as root.
        List<String> pooler = System.getProperty("user.name").equals("root")
                ? List.of(binary.toString(), "-u", "nobody", settings.toString())
                : List.of(binary.toString(), settings.toString());
        Process process = new ProcessBuilder(pooler)
                .redirectErrorStream(true)
                .redirectOutput(place.resolve("log").toFile())
                .start();
        try {
            Command.await(() -> isListening(port));
            String through = shop.url().replaceFirst("//[^/]+/", "//127.0.0.1:" + port + "/");
            configure(new Server(through, shop.user(), ""), 50);
            Ended warned = command.inThisProcess("doctor");
            configure(new Server(through + "?prepareThreshold=0", shop.user(), ""), 50);
            Ended told = command.inThisProcess("doctor");

            assertThat(plain(warned))
                    .contains("warning pooler connections are lent for a transaction", "add prepareThreshold=0");
            assertThat(plain(told)).contains("ok pooler connections are lent for a transaction");
        } finally {
            process.destroyForcibly();
        }
    }

    private static boolean isListening(int port) {
        try {
            new Socket(InetAddress.getLoopbackAddress(), port).close();
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    @ParameterizedTest
    @CsvSource({"1000000, 500000, ERROR", "1000000, 2000000, WARNING", "1000000, 3000000, OK", "1000000, , OK"})
    void a_disk_that_is_too_small(long needed, Long free, Checkup.State state) {
        assertThat(SurroundingChecks.disk(needed, free).state()).isEqualTo(state);
    }

    /** The lines as one, with single spaces. */
    private static String plain(Ended ended) {
        return ended.out().strip().replaceAll("\\s+", " ");
    }

    private void configure(Server server, int above) {
        command.write("password", server.password() + "\n");
        command.write("credit-migration.yaml", """
                database: { url: '%s', user: '%s', password-from: 'file:%s' }
                users:
                  schema: My Shop
                  table: App "Users" 1
                  id: user
                  balance: Credit Balance
                  flag: order
                  registered-at: created At
                  zone: UTC
                migration: { id: credits, cut-off: 2026-01-06T00:00:00Z, grant: { base: 20, above: { 10: %d } } }
                %s
                """.formatted(
                        server.url(), server.user(), command.file("password"), above, OPERATIONS));
    }
}
