package io.creditmigration.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.creditmigration.MigrationRun.State;
import io.creditmigration.MigrationRuns;
import io.creditmigration.MigrationService;
import io.creditmigration.RunOptions;
import io.creditmigration.StoreException;
import io.creditmigration.testkit.HostApplication.Setting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A server that comes back from a backup older than its last commits, and one whose disk fills up in a run. */
@Tag("long")
@Timeout(300)
final class RestoredServersTest {

    private static final int USERS = 400;
    private static final RunOptions PAGES = RunOptions.defaults().withPageSize(20);

    @ParameterizedTest
    @EnumSource(names = {"POSTGRESQL", "MARIADB"})
    void a_run_goes_on_from_where_a_backup_older_than_the_last_commits_stands(TestDatabase on) throws Exception {
        Path backup = Files.createTempDirectory("credit-migration-backup");
        try (KillableServer server = KillableServer.start(on)) {
            server.run("CREATE DATABASE restored");
            try (HikariDataSource pool = pool(server)) {
                Bank bank = new Bank(pool, on, Setting.CONVERSION, USERS);
                MigrationService migrations =
                        MigrationService.of(bank.migration(), JdbcMigrationStore.owning(pool, bank.tables()));
                MigrationRuns runs = migrations.runs();
                String run = runs.open(PAGES).id();
                step(runs, run, 5);
                String before = completed(bank);
                server.kill();
                copy(server.data(), backup);
                server.restart();
                again(() -> step(runs, run, 5));
                assertThat(completed(bank)).as("migrated after the backup").isNotEqualTo(before);
                server.kill();
                delete(server.data());
                copy(backup, server.data());
                server.restart();

                again(() -> assertThat(completed(bank)).isEqualTo(before));
                assertThat(migrations.verify().isClean())
                        .as("right after the restore")
                        .isTrue();
                assertThat(migrations.run(PAGES).state()).isEqualTo(State.FINISHED);
                assertThat(runs.latest().orElseThrow().id()).as("the same run").isEqualTo(run);
                bank.assertEverybodyIsMigratedOnce();
                assertThat(migrations.verify().isClean()).isTrue();
            }
        } finally {
            delete(backup);
        }
    }

    @ParameterizedTest
    @EnumSource(names = "POSTGRESQL")
    void a_disk_that_fills_up_ends_the_run_and_marks_nobody(TestDatabase on) throws Exception {
        Path disk = Files.createTempDirectory("credit-migration-disk");
        assumeTrue(
                run("mount", "-t", "tmpfs", "-o", "size=160m", "tmpfs", disk.toString()), "may not mount a small disk");
        try (KillableServer server = KillableServer.start(on, Files.createDirectory(disk.resolve("data")))) {
            server.run("CREATE DATABASE restored");
            try (HikariDataSource pool = pool(server)) {
                Bank bank = new Bank(pool, on, Setting.CONVERSION, USERS);
                MigrationService migrations =
                        MigrationService.of(bank.migration(), JdbcMigrationStore.owning(pool, bank.tables()));
                MigrationRuns runs = migrations.runs();
                String run = runs.open(PAGES).id();
                step(runs, run, 2);
                Path filler = disk.resolve("filler");
                run("dd", "if=/dev/zero", "of=" + filler, "bs=64k");

                assertThatThrownBy(() -> migrations.run(PAGES)).isInstanceOf(StoreException.class);

                Files.delete(filler);
                again(() -> assertThat(runs.failed(null, 10))
                        .as("marked for a full disk")
                        .isEmpty());
                again(() -> assertThat(migrations.run(PAGES).state()).isEqualTo(State.FINISHED));
                bank.assertEverybodyIsMigratedOnce();
                assertThat(migrations.verify().isClean()).isTrue();
            }
        } finally {
            run("umount", "-l", disk.toString());
            Files.delete(disk);
        }
    }

    private static void step(MigrationRuns runs, String run, int pages) {
        for (int page = 0; page < pages; page++) {
            assertThat(runs.step(run)).isEqualTo(MigrationRuns.Step.WORKED);
        }
    }

    private static String completed(Bank bank) {
        return bank.sql.text("SELECT COUNT(*) FROM credit_migration_record WHERE migration_status = 'COMPLETED'");
    }

    /** Connections of the pool that the server has forgotten fail once each. */
    private static void again(Runnable action) throws InterruptedException {
        for (int attempt = 1; ; attempt++) {
            try {
                action.run();
                return;
            } catch (StoreException | TestSql.Failure e) {
                if (attempt == 100) {
                    throw e;
                }
                TimeUnit.MILLISECONDS.sleep(100);
            }
        }
    }

    private static void copy(Path from, Path to) throws Exception {
        assertThat(run("cp", "-a", from + "/.", to.toString())).isTrue();
    }

    private static void delete(Path directory) throws Exception {
        assertThat(run("find", directory.toString(), "-mindepth", "1", "-delete"))
                .isTrue();
    }

    private static boolean run(String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start()
                        .waitFor()
                == 0;
    }

    private static HikariDataSource pool(KillableServer server) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(server.url("restored"));
        config.setUsername(server.user());
        config.setPassword("");
        config.setMinimumIdle(1);
        config.setMaximumPoolSize(8);
        config.setConnectionTimeout(1_000);
        return new HikariDataSource(config);
    }
}
