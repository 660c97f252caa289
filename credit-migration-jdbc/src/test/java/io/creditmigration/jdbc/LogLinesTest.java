package io.creditmigration.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.creditmigration.Allocation;
import io.creditmigration.CreditPolicy;
import io.creditmigration.Credits;
import io.creditmigration.Migration;
import io.creditmigration.MigrationGate;
import io.creditmigration.MigrationService;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Ids and messages of the host's begin no line of their own in a log, and command no terminal. */
final class LogLinesTest {

    @Test
    void an_id_stays_on_its_line() {
        String id = "eve\n[main] WARN all is well\u001B[2J";
        try (HikariDataSource dataSource = TestDatabase.H2.create()) {
            LibraryTables.defaults().install(dataSource);
            TestSql sql = new TestSql(dataSource);
            sql.run("CREATE TABLE users (id VARCHAR(255) PRIMARY KEY, credits NUMERIC(19, 4) CHECK (credits < 1),"
                    + " migrated BOOLEAN DEFAULT FALSE NOT NULL)");
            sql.run("INSERT INTO users (id, credits) VALUES (?, 0)", id);
            CreditPolicy one = user -> Allocation.of(Credits.of(1), "for everybody");
            Migration migration = Migration.named("grant")
                    .cutOff(WorkerProcess.RATE_2500.cutOff())
                    .policy(one.named("one", 1))
                    .build();
            MigrationService migrations = MigrationService.of(
                    migration,
                    JdbcMigrationStore.owning(
                            dataSource,
                            HostTables.users("users")
                                    .id("id")
                                    .balance("credits")
                                    .flag("migrated")));
            ByteArrayOutputStream log = new ByteArrayOutputStream();
            PrintStream before = System.err;
            System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
            try {
                MigrationGate.of(migrations).check(id);
            } finally {
                System.setErr(before);
            }

            assertThat(log.toString(StandardCharsets.UTF_8).lines())
                    .hasSize(2)
                    .allMatch(line -> line.contains("user eve\\n[main] WARN all is well\\u001b[2J "));
        }
    }
}
