package io.creditmigration.benchmarks;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The library in a process of its own with hardly any heap. */
final class SmallHeap {

    private static final String HEAP = "64m";

    private SmallHeap() {}

    /** Does one job on the database at this URL: {@code SmallHeap <url> <job>}. */
    public static void main(String[] args) throws Exception {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(args[0]);
        try (HikariDataSource database = new HikariDataSource(config);
                Contender.Run run = new Library(1).prepare(Job.valueOf(args[1]), database)) {
            run.work();
        }
    }

    /** Rows of a table, its head first: whether each job came to its end. */
    static List<List<String>> table(Engine engine, int users, List<Job> jobs) throws Exception {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("job", "heap", "users", "result"));
        for (Job job : jobs) {
            try (HikariDataSource database = engine.create(users)) {
                Process process = new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java")
                                        .toString(),
                                "-Xmx" + HEAP,
                                "-cp",
                                System.getProperty("java.class.path"),
                                SmallHeap.class.getName(),
                                database.getJdbcUrl(),
                                job.name())
                        .inheritIO()
                        .start();
                boolean done = process.waitFor() == 0;
                rows.add(List.of(job.label(), HEAP, Report.number((long) users), done ? "done" : "FAILED"));
            }
        }
        return rows;
    }
}
