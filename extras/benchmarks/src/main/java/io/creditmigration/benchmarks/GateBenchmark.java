package io.creditmigration.benchmarks;

import com.zaxxer.hikari.HikariDataSource;
import io.creditmigration.GateDecision;
import io.creditmigration.MigrationGate;
import io.creditmigration.MigrationOptions;
import io.creditmigration.MigrationService;
import io.creditmigration.jdbc.JdbcMigrationStore;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/** What the gate costs a request of a user who is known to be migrated, which in the end is everybody. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(2)
public class GateBenchmark {

    private static final int USERS = 10_000;
    private static final String MIGRATED = "SELECT id FROM users WHERE migrated ORDER BY id LIMIT " + USERS;
    private static final MigrationOptions OPTIONS = MigrationOptions.defaults();

    private final String[] ids = new String[USERS];
    private int next;
    private @Nullable HikariDataSource database;
    private @Nullable MigrationGate gate;

    /** Migrates everybody, and lets the service come to know it. */
    @Setup(Level.Trial)
    public void migrate() throws SQLException {
        HikariDataSource filled = new H2().create(2 * USERS);
        MigrationService migrations = MigrationService.of(
                Job.EVERYBODY.migration(),
                JdbcMigrationStore.owning(filled, Job.EVERYBODY.tables()),
                OPTIONS.withKnownUsers(OPTIONS.knownUsersMax(), Duration.ofDays(1)));
        migrations.run();
        MigrationGate warm = MigrationGate.of(migrations);
        GateCost.ids(filled, MIGRATED).toArray(ids);
        for (String id : ids) {
            warm.check(id);
        }
        database = filled;
        gate = warm;
    }

    /** Closes the database. */
    @TearDown(Level.Trial)
    public void close() {
        if (database != null) {
            database.close();
        }
    }

    /** One request. */
    @Benchmark
    public GateDecision knownMigrated() {
        next = next + 1 == USERS ? 0 : next + 1;
        return Objects.requireNonNull(gate).check(ids[next]);
    }

    /** Rows of a table, its head first. */
    static List<List<String>> table() throws RunnerException {
        Collection<RunResult> results = new Runner(new OptionsBuilder()
                        .include(GateBenchmark.class.getName())
                        .addProfiler(GCProfiler.class)
                        .build())
                .run();
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("gate check", "figure", "error", "unit"));
        for (RunResult result : results) {
            rows.add(row("known migrated, " + USERS + " users", result.getPrimaryResult()));
            rows.add(row(
                    "allocated",
                    Objects.requireNonNull(result.getSecondaryResults().get("gc.alloc.rate.norm"))));
        }
        return rows;
    }

    private static List<String> row(String what, Result<?> result) {
        return List.of(
                what, Report.number(result.getScore()), Report.number(result.getScoreError()), result.getScoreUnit());
    }
}
