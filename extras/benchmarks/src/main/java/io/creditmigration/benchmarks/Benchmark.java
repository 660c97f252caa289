package io.creditmigration.benchmarks;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures everything, and writes a report and a plot. */
@Command(
        name = "credit-migration benchmark",
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        description = "Measures the library beside a giant statement, Spring Batch and a loop, on the same tables.")
public final class Benchmark implements Callable<Integer> {

    /** What can be measured by itself. */
    enum Part {
        POPULATION,
        LATENCY,
        HEAP,
        GATE
    }

    /** Where it is measured. */
    enum Database {
        POSTGRESQL,
        MARIADB,
        H2;

        Engine start() throws Exception {
            return switch (this) {
                case POSTGRESQL -> Postgres.start();
                case MARIADB -> Mariadb.start();
                case H2 -> new H2();
            };
        }
    }

    @Option(names = "--users", split = ",", description = "Users, from few to many.", defaultValue = "100000,1000000")
    private List<Integer> users = List.of();

    @Option(names = "--repetitions", description = "Rounds after the warm-up.", defaultValue = "3")
    private int repetitions;

    @Option(
            names = "--jobs",
            split = ",",
            description = "Some of: ${COMPLETION-CANDIDATES}.",
            defaultValue = "GRANT,GRANT_WITH_HISTORY,ZERO_CREDITS,EVERYBODY")
    private List<Job> jobs = List.of();

    @Option(
            names = "--contenders",
            description =
                    "Only contenders whose name matches this regular expression; the giant statement always runs.",
            defaultValue = ".*")
    private String contenders = "";

    @Option(
            names = "--databases",
            split = ",",
            description = "Some of: ${COMPLETION-CANDIDATES}.",
            defaultValue = "POSTGRESQL,MARIADB,H2")
    private List<Database> databases = List.of();

    @Option(
            names = "--parts",
            split = ",",
            description = "Some of: ${COMPLETION-CANDIDATES}.",
            defaultValue = "POPULATION,LATENCY,HEAP,GATE")
    private List<Part> parts = List.of();

    @Option(
            names = "--output",
            description = "Folder of report and plot.",
            defaultValue = "extras/benchmarks/target/benchmark")
    private Path output = Path.of("");

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private final List<List<String>> gateCosts = new ArrayList<>(List.of(List.of("user", "p50", "p99", "max")));

    private Benchmark() {}

    /** Runs the command: {@code benchmark --users 100000 --repetitions 3}. */
    public static void main(String[] args) {
        System.exit(new CommandLine(new Benchmark())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .execute(args));
    }

    @Override
    public Integer call() throws Exception {
        Report report = new Report();
        List<Comparison> comparisons = new ArrayList<>();
        for (Database database : databases) {
            try (Engine engine = database.start()) {
                report.engine(engine.words());
                measure(database, engine, comparisons, report);
            }
        }
        report.comparisons(comparisons);
        if (parts.contains(Part.GATE)) {
            report.table("The gate, asking the database", "Microseconds per check.", gateCosts);
            report.table("The gate, for users known to be migrated", "By JMH.", GateBenchmark.table());
        }
        Files.createDirectories(output);
        Files.writeString(output.resolve("benchmark.md"), report.text());
        if (!comparisons.isEmpty()) {
            Files.writeString(output.resolve("benchmark.svg"), Plot.of(comparisons));
        }
        say("Written to " + output.toAbsolutePath());
        return comparisons.stream()
                        .allMatch(comparison -> comparison.disqualified().isEmpty())
                ? 0
                : 1;
    }

    private void measure(Database database, Engine engine, List<Comparison> comparisons, Report report)
            throws Exception {
        List<Contender> all = contendersOn(database);
        // The giant statement is on PostgreSQL; elsewhere the fewest users tell the throughput.
        List<Integer> sizes = database == Database.POSTGRESQL ? users : users.subList(0, 1);
        if (parts.contains(Part.POPULATION)) {
            for (int size : sizes) {
                for (Job job : jobs) {
                    if (database == Database.POSTGRESQL || !job.grants()) {
                        comparisons.add(Comparison.of(database.name(), engine, job, size, repetitions, all, this::say));
                    }
                }
            }
        }
        if (parts.contains(Part.GATE)) {
            gateCosts.addAll(GateCost.rows(database.name(), engine));
        }
        if (database != Database.POSTGRESQL) {
            return;
        }
        int most = users.get(users.size() - 1);
        if (parts.contains(Part.LATENCY)) {
            report.table(
                    String.format(Locale.ROOT, "Spends while %,d users are converted", most),
                    "From when a spend was due. Each contender has its quiet figures from just before.",
                    Latency.table(engine, most, all, this::say));
        }
        if (parts.contains(Part.HEAP)) {
            report.table("Heap", "The library in a process of its own.", SmallHeap.table(engine, most, jobs));
        }
    }

    private List<Contender> contendersOn(Database database) {
        Contender reference = switch (database) {
            case POSTGRESQL -> new GiantStatement();
            case MARIADB -> WholeTable.ON_MARIADB;
            case H2 -> WholeTable.ON_H2;
        };
        List<Contender> others = database == Database.POSTGRESQL
                ? List.of(
                        new SpringBatch(1),
                        new SpringBatch(2),
                        new Loop(Loop.SAMPLE_USERS),
                        new Library(1),
                        new Library(2),
                        new Library(4))
                : List.of(new Library(1), new Library(2), new Library(4));
        List<Contender> chosen = new ArrayList<>(List.of(reference));
        others.stream()
                .filter(contender -> contender.name().matches(contenders))
                .forEach(chosen::add);
        return chosen;
    }

    private void say(String line) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(line);
        out.flush();
    }
}
