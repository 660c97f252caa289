package io.creditmigration.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import io.creditmigration.CreditRate;
import io.creditmigration.MigrationService;
import io.creditmigration.StoreException;
import io.creditmigration.jdbc.LibraryTables.Installation;
import io.creditmigration.jdbc.TableInstaller.Create;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Installing the library's tables again, on several nodes together, and after a crash. */
@ParameterizedClass
@EnumSource
final class InstallTest {

    private static final int RACES = 5;
    private static final int NODES = 4;

    private final TestDatabase on;
    private final HikariDataSource dataSource;
    private final TestSql sql;

    InstallTest(TestDatabase on) {
        this.on = on;
        this.dataSource = on.create();
        this.sql = new TestSql(dataSource);
        sql.runAll(
                "CREATE TABLE users (id VARCHAR(20) PRIMARY KEY, credits NUMERIC(19, 4), rate NUMERIC(18, 6))",
                "INSERT INTO users VALUES ('ann', 0, NULL)");
    }

    @AfterEach
    void drop() {
        dataSource.close();
    }

    @Test
    void the_second_time_everything_is_there() throws SQLException {
        LibraryTables ours = LibraryTables.defaults();

        assertThat(ours.install(dataSource)).isEqualTo(Installation.INSTALLED);
        List<String> installed = objects("credit_migration_");
        assertThat(ours.install(dataSource)).isEqualTo(Installation.ALREADY_THERE);

        assertThat(objects("credit_migration_")).isEqualTo(installed);
        opens(ours);
    }

    @Test
    void rows_that_are_there_stay() {
        LibraryTables ours = LibraryTables.defaults();
        ours.install(dataSource);
        opens(ours).migrate("ann");
        String before = sql.rows("SELECT * FROM credit_migration_definition").toString();

        ours.install(dataSource);

        assertThat(sql.rows("SELECT * FROM credit_migration_definition")).hasToString(before);
    }

    @Test
    void whatever_a_crash_has_left_is_completed() throws SQLException {
        LibraryTables whole = new LibraryTables(null, "whole_");
        whole.install(dataSource);
        int statements = statements(whole).size();

        for (int left = 0; left <= statements; left++) {
            LibraryTables ours = new LibraryTables(null, "cm" + left + "_");
            statements(ours).subList(0, left).forEach(create -> sql.run(create.sql()));

            assertThat(ours.install(dataSource))
                    .as("%s of %s statements", left, statements)
                    .isEqualTo(answer(left, statements));
            assertThat(objects(ours.prefix())).hasSize(objects("whole_").size());
        }
    }

    @Test
    void rows_that_are_missing_are_added_and_no_others() {
        LibraryTables ours = LibraryTables.defaults();
        ours.install(dataSource);
        String rows = "SELECT id FROM credit_migration_barrier ORDER BY id";
        List<List<Object>> all = sql.rows(rows);
        sql.run("DELETE FROM credit_migration_barrier WHERE id = 2");

        ours.install(dataSource);

        assertThat(sql.rows(rows)).isEqualTo(all).hasSizeGreaterThan(2);
        assertThat(sql.run("DELETE FROM credit_migration_barrier")).isEqualTo(all.size());
    }

    private static Installation answer(int left, int statements) {
        if (left == 0) {
            return Installation.INSTALLED;
        }
        return left == statements ? Installation.ALREADY_THERE : Installation.COMPLETED;
    }

    @Test
    void nodes_that_start_together_install_once() throws Exception {
        ExecutorService nodes = Executors.newFixedThreadPool(NODES);
        try {
            for (int race = 0; race < RACES; race++) {
                LibraryTables ours = new LibraryTables(null, "race" + race + "_");
                CyclicBarrier together = new CyclicBarrier(NODES);
                Callable<Installation> node = () -> {
                    together.await();
                    return ours.install(dataSource);
                };
                Set<Installation> answers = EnumSet.noneOf(Installation.class);
                for (Future<Installation> answer : nodes.invokeAll(Collections.nCopies(NODES, node))) {
                    answers.add(answer.get());
                }

                assertThat(answers).as("somebody has").containsAnyOf(Installation.INSTALLED, Installation.COMPLETED);
                assertThat(ours.install(dataSource)).isEqualTo(Installation.ALREADY_THERE);
                opens(ours);
            }
        } finally {
            nodes.shutdownNow();
        }
    }

    @Test
    void what_another_node_creates_at_the_same_moment_is_no_error() throws SQLException {
        LibraryTables ours = LibraryTables.defaults();
        List<String> executed = new ArrayList<>();
        DataSource overtaken = LentConnections.beforeEach(dataSource, statement -> {
            if (statement.startsWith("CREATE") && executed.add(statement)) {
                sql.run(statement);
            }
        });

        assertThat(ours.install(overtaken)).isEqualTo(Installation.ALREADY_THERE);
        assertThat(executed)
                .containsExactlyElementsOf(statements(ours).stream()
                        .filter(create -> create.name() != null)
                        .map(Create::sql)
                        .toList());
        opens(ours);
    }

    @Test
    void an_error_that_is_no_race_is_thrown_and_the_next_call_goes_on() throws SQLException {
        LibraryTables ours = LibraryTables.defaults();
        String index = statements(ours).stream()
                .map(Create::sql)
                .filter(create -> create.matches("(?s)CREATE (UNIQUE )?INDEX.*"))
                .findFirst()
                .orElseThrow();
        String table = index.replaceFirst("(?s).*?\\bON\\s+(\\w+).*", "$1");
        sql.run("CREATE TABLE " + table + " (of_the_host INTEGER)");

        assertThatThrownBy(() -> ours.install(dataSource))
                .isInstanceOf(StoreException.class)
                .hasMessageStartingWith("Installing the tables credit_migration_… failed: ");

        sql.run("DROP TABLE " + table);
        assertThat(ours.install(dataSource))
                .isEqualTo(on == TestDatabase.POSTGRESQL ? Installation.INSTALLED : Installation.COMPLETED);
        opens(ours);
    }

    @Test
    void a_connection_goes_back_as_it_came() throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            DataSource lent = LentConnections.transactionAware(dataSource, connection);
            String schema = on == TestDatabase.MARIADB ? connection.getCatalog() + "_billing" : "Billing";
            String quoted = Dialect.of(connection).quoted(schema);
            sql.run("CREATE SCHEMA " + quoted);
            String before = state(connection);

            LibraryTables ours = new LibraryTables(schema, "cm_");
            assertThat(ours.install(lent)).isEqualTo(Installation.INSTALLED);
            assertThat(ours.install(lent)).isEqualTo(Installation.ALREADY_THERE);

            assertThat(state(connection)).isEqualTo(before);
            assertThat(LibraryTables.defaults().install(lent))
                    .as("the same in another schema")
                    .isEqualTo(Installation.INSTALLED);
            opens(ours);
            sql.run("DROP SCHEMA " + quoted + (on == TestDatabase.MARIADB ? "" : " CASCADE"));
        }
    }

    private String state(Connection connection) throws SQLException {
        String session = switch (on) {
            case H2 -> "SELECT LOCK_TIMEOUT()";
            case POSTGRESQL -> "SELECT current_setting('search_path') || current_setting('lock_timeout')";
            case MARIADB -> "SELECT CONCAT(@@lock_wait_timeout, ' ', @@innodb_lock_wait_timeout)";
        };
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(session)) {
            row.next();
            return row.getString(1) + " " + connection.getAutoCommit() + " " + connection.getTransactionIsolation()
                    + " " + connection.getCatalog() + " " + connection.getSchema();
        }
    }

    private List<Create> statements(LibraryTables ours) {
        return TableInstaller.statements(ours.ddl(dataSource));
    }

    private MigrationService opens(LibraryTables ours) {
        return MigrationService.of(
                WorkerProcess.RATE_2500,
                JdbcMigrationStore.owning(
                        dataSource,
                        HostTables.users("users")
                                .balance("credits")
                                .rate("rate")
                                .rateIfAbsent(CreditRate.of(1_000)),
                        ours));
    }

    /** Tables, views and indexes, as the driver tells of them. */
    private List<String> objects(String prefix) throws SQLException {
        List<String> objects = new ArrayList<>();
        try (Connection connection = dataSource.getConnection()) {
            DatabaseMetaData data = connection.getMetaData();
            List<String> tables = new ArrayList<>();
            try (ResultSet row =
                    data.getTables(connection.getCatalog(), null, "%", new String[] {"TABLE", "BASE TABLE", "VIEW"})) {
                while (row.next()) {
                    if (row.getString("TABLE_NAME").toLowerCase(Locale.ROOT).startsWith(prefix)) {
                        tables.add(row.getString("TABLE_NAME"));
                    }
                }
            }
            for (String table : tables) {
                objects.add(table);
                try (ResultSet row = data.getIndexInfo(connection.getCatalog(), null, table, false, true)) {
                    while (row.next()) {
                        objects.add(table + " " + row.getString("INDEX_NAME") + " " + row.getString("COLUMN_NAME"));
                    }
                }
            }
        }
        return objects.stream().sorted().toList();
    }
}
