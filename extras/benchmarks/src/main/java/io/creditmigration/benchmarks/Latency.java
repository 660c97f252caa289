package io.creditmigration.benchmarks;

import com.zaxxer.hikari.HikariDataSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.HdrHistogram.Histogram;

/** How long users wait for their spends, while nothing else happens and while somebody converts everybody. */
final class Latency {

    private static final long QUIET_MILLIS = TimeUnit.SECONDS.toMillis(10);
    private static final long WARM_UP_MILLIS = TimeUnit.SECONDS.toMillis(3);
    private static final double P50 = 50;
    private static final double P99 = 99;

    private Latency() {}

    /** Rows of a table, its head first. A loop would be converting for hours and is left out. */
    static List<List<String>> table(
            Engine engine, int users, List<? extends Contender> contenders, Consumer<String> progress)
            throws Exception {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("during", "spends", "p50 ms", "p99 ms", "max ms", "p99 × quiet"));
        for (Contender contender : contenders) {
            if (contender.sampleOf(users) > 1) {
                continue;
            }
            try (HikariDataSource database = engine.create(users);
                    Contender.Run run = contender.prepare(Job.EVERYBODY, database)) {
                Histogram quiet;
                Histogram busy;
                try (Spends spends = new Spends(database, users)) {
                    Thread.sleep(WARM_UP_MILLIS);
                    spends.latencies();
                    Thread.sleep(QUIET_MILLIS);
                    quiet = spends.latencies();
                    run.work();
                    busy = spends.latencies();
                }
                rows.add(row("quiet, before " + contender.name(), quiet, quiet));
                rows.add(row(contender.name(), busy, quiet));
                progress.accept("Latency: " + rows.get(rows.size() - 1));
            }
        }
        return rows;
    }

    private static List<String> row(String during, Histogram micros, Histogram quiet) {
        return List.of(
                during,
                Report.number(micros.getTotalCount()),
                Report.number(micros.getValueAtPercentile(P50) / 1e3),
                Report.number(micros.getValueAtPercentile(P99) / 1e3),
                Report.number(micros.getMaxValue() / 1e3),
                Report.number(micros.getValueAtPercentile(P99) / (double) quiet.getValueAtPercentile(P99)));
    }
}
