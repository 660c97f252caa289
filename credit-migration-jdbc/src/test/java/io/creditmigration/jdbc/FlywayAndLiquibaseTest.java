package io.creditmigration.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.creditmigration.CreditRate;
import io.creditmigration.MigrationResult.Status;
import io.creditmigration.MigrationService;
import io.creditmigration.jdbc.LibraryTables.Installation;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.Locale;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import javax.sql.DataSource;
import liquibase.Liquibase;
import liquibase.Scope;
import liquibase.UpdateSummaryEnum;
import liquibase.database.jvm.JdbcConnection;
import liquibase.resource.ClassLoaderResourceAccessor;
import liquibase.resource.CompositeResourceAccessor;
import liquibase.resource.DirectoryResourceAccessor;
import liquibase.ui.LoggerUIService;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What docs/flyway-and-liquibase.md says, done as it stands there: on an empty database, and on one with a history. */
@ParameterizedClass
@EnumSource
final class FlywayAndLiquibaseTest {

    private static final Path DOCUMENT =
            Path.of(System.getProperty("basedir", "."), "..", "docs", "flyway-and-liquibase.md");
    private static final String HOST_DDL =
            "CREATE TABLE users (id VARCHAR(20) PRIMARY KEY, credits NUMERIC(19, 4), rate NUMERIC(18, 6));\n";
    private static final String HOST_CHANGES = """
            --liquibase formatted sql
            --changeset host:1
            """ + HOST_DDL;

    private static final Logger LIQUIBASE_LOG = Logger.getLogger("liquibase");

    private final TestDatabase on;
    private final HikariDataSource dataSource;

    @TempDir
    private Path folder;

    FlywayAndLiquibaseTest(TestDatabase on) {
        this.on = on;
        this.dataSource = on.create();
    }

    @AfterEach
    void drop() {
        dataSource.close();
    }

    @Test
    void a_second_flyway_in_an_empty_database_and_the_hosts_own_after_it() throws Exception {
        secondFlyway();
        hostFlyway();
        secondFlyway();

        works();
    }

    @Test
    void a_second_flyway_beside_the_history_of_the_host() throws Exception {
        hostFlyway();
        secondFlyway();
        hostFlyway();

        works();
    }

    @Test
    void a_second_flyway_takes_over_what_was_installed() throws Exception {
        hostFlyway();
        LibraryTables.defaults().install(dataSource);
        secondFlyway(document("java").replace("baselineVersion(\"0\")", "baselineVersion(\"1\")"));
        secondFlyway();

        works();
    }

    @Test
    void a_copy_under_a_number_of_the_hosts_in_an_empty_database() throws IOException {
        copyUnderNumber();
        hostFlyway();

        works();
    }

    @Test
    void a_copy_under_a_number_of_the_hosts_after_its_others() throws IOException {
        hostFlyway();
        copyUnderNumber();
        hostFlyway();

        works();
    }

    @Test
    void a_change_set_of_liquibase_in_an_empty_database() throws Exception {
        liquibase("credit-migration.xml", document("xml"));
        liquibase("host.sql", HOST_CHANGES);
        liquibase("credit-migration.xml", document("xml"));

        works();
    }

    @Test
    void a_change_set_of_liquibase_after_those_of_the_host() throws Exception {
        liquibase("host.sql", HOST_CHANGES);
        liquibase("credit-migration.xml", document("xml"));

        works();
    }

    /** Everything is there for a store, and nothing is left to install. */
    private void works() {
        TestSql sql = new TestSql(dataSource);
        sql.run("INSERT INTO users VALUES ('ann', 0, NULL)");
        assertThat(LibraryTables.defaults().install(dataSource)).isEqualTo(Installation.ALREADY_THERE);
        MigrationService migrations = MigrationService.of(
                WorkerProcess.RATE_2500,
                JdbcMigrationStore.owning(
                        dataSource,
                        HostTables.users("users")
                                .balance("credits")
                                .rate("rate")
                                .rateIfAbsent(CreditRate.of(1_000))));

        assertThat(migrations.migrate("ann").status()).isEqualTo(Status.MIGRATED);
    }

    private void hostFlyway() throws IOException {
        Files.writeString(Files.createDirectories(folder.resolve("host")).resolve("V1__users.sql"), HOST_DDL);
        Flyway.configure()
                .dataSource(dataSource)
                .locations("filesystem:" + folder.resolve("host"))
                // What a host without a history has to say when the library's tables are there first.
                .baselineOnMigrate(true)
                .baselineVersion("0")
                .load()
                .migrate();
    }

    private void copyUnderNumber() throws IOException {
        Files.writeString(
                Files.createDirectories(folder.resolve("host")).resolve("V20260106.1__credit_migration.sql"),
                LibraryTables.defaults().ddl(dataSource));
    }

    private void secondFlyway() throws Exception {
        secondFlyway(document("java"));
    }

    private void secondFlyway(String java) throws Exception {
        Path source = Files.writeString(folder.resolve("CreditMigrationTables.java"), java);
        StringWriter said = new StringWriter();
        int result = ToolProvider.findFirst("javac")
                .orElseThrow()
                .run(
                        new PrintWriter(said),
                        new PrintWriter(said),
                        "-proc:none",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "-d",
                        folder.toString(),
                        source.toString());
        assertThat(result).as(said.toString()).isZero();
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {folder.toUri().toURL()})) {
            loader.loadClass("CreditMigrationTables")
                    .getMethod("migrate", DataSource.class, String.class)
                    .invoke(null, dataSource, on.name().toLowerCase(Locale.ROOT));
        }
    }

    private void liquibase(String name, String changes) throws Exception {
        Files.writeString(folder.resolve(name), changes);
        LIQUIBASE_LOG.setLevel(Level.WARNING);
        Scope.child(Scope.Attr.ui, new LoggerUIService(), () -> update(name));
    }

    private void update(String name) throws Exception {
        try (Connection connection = dataSource.getConnection();
                Liquibase liquibase = new Liquibase(
                        name,
                        new CompositeResourceAccessor(
                                new DirectoryResourceAccessor(folder), new ClassLoaderResourceAccessor()),
                        new JdbcConnection(connection))) {
            liquibase.setShowSummary(UpdateSummaryEnum.OFF);
            liquibase.update();
        }
    }

    /** The one block of the document in this language. */
    private static String document(String language) throws IOException {
        Matcher block =
                Pattern.compile("(?ms)^```" + language + "\\n(.*?)^```$").matcher(Files.readString(DOCUMENT));
        assertThat(block.find()).isTrue();
        String found = block.group(1);
        assertThat(block.find()).isFalse();
        return found;
    }
}
