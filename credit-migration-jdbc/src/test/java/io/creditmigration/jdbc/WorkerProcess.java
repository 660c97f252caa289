package io.creditmigration.jdbc;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.creditmigration.Actor;
import io.creditmigration.Consent;
import io.creditmigration.CreditPolicy;
import io.creditmigration.CreditRate;
import io.creditmigration.Migration;
import io.creditmigration.MigrationRun;
import io.creditmigration.MigrationService;
import io.creditmigration.RollbackOptions;
import io.creditmigration.RunOptions;
import io.creditmigration.RunSettings;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import javax.sql.DataSource;

/**
 * A node of an application: a JVM of its own, of 64 MB, that works on the run of everybody, or takes everybody back. It may be told to stop dead in the
 * middle of a page, everything written and nothing committed, and to wait there for its end.
 */
final class WorkerProcess implements AutoCloseable {

    /** Followed by two numbers of milliseconds: said at 5 % of the work, and taken. */
    static final String PREDICTION = "predicted and taken: ";

    static final String IN_PAGE = "in the middle of a page";

    static final Migration RATE_2500 = Migration.named("rate-2500")
            .cutOff(Instant.parse("2026-01-06T00:00:00Z"))
            .policy(CreditPolicy.convert(CreditRate.of(1_000), CreditRate.of(2_500)))
            .consent(Consent.NONE)
            .build();

    /** What a {@link Bank} grants. */
    static final Migration CREDITS = Migration.named("grant")
            .cutOff(RATE_2500.cutOff())
            .policy(CreditPolicy.initialGrant())
            .build();

    static final Actor OPERATOR = Actor.operator("olga");

    static final String WRONG_RATE = "wrong rate";

    private static final String MIGRATE = "migrate";
    private static final String GRANT = "grant";
    private static final String TAKE_BACK = "take back";
    private static final int STOPS_NEVER = Integer.MAX_VALUE;

    private final Process process;
    private final BufferedReader output;

    private WorkerProcess(Process process) {
        this.process = process;
        this.output = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /** Starts a node that works until the run is over or stands still. */
    static WorkerProcess start(HikariDataSource database, RunOptions options) {
        return start(database, MIGRATE, options.settings(), STOPS_NEVER);
    }

    /** Starts a node that stops dead in this page of its own, the first one being 1. */
    static WorkerProcess stoppingInPage(HikariDataSource database, RunOptions options, int page) {
        return start(database, MIGRATE, options.settings(), page);
    }

    /** The same of a grant into the library's own accounts. */
    static WorkerProcess grantingUntilPage(HikariDataSource database, RunOptions options, int page) {
        return start(database, GRANT, options.settings(), page);
    }

    /** Starts a node that takes everybody back, and stops dead in this page of its own. */
    static WorkerProcess takingBackUntilPage(HikariDataSource database, RollbackOptions options, int page) {
        return start(database, TAKE_BACK, options.settings(), page);
    }

    private static WorkerProcess start(HikariDataSource database, String deed, RunSettings settings, int stopInPage) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-XX:+UseSerialGC",
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                WorkerProcess.class.getName(),
                database.getJdbcUrl(),
                database.getUsername(),
                String.valueOf(settings.threads()),
                String.valueOf(settings.pageSize()),
                String.valueOf(stopInPage),
                deed));
        try {
            ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
            builder.environment().put("PASSWORD", String.valueOf(database.getPassword()));
            return new WorkerProcess(builder.start());
        } catch (IOException e) {
            throw new IllegalStateException("No process could be started", e);
        }
    }

    /** Waits until it says this; answers the line. */
    String await(String line) {
        StringBuilder said = new StringBuilder();
        try {
            for (String next = output.readLine(); next != null; next = output.readLine()) {
                said.append(next).append('\n');
                if (next.contains(line)) {
                    return next;
                }
            }
        } catch (IOException e) {
            throw new IllegalStateException("The node's output cannot be read", e);
        }
        throw new AssertionError("The node ended without a word of '" + line + "': " + said);
    }

    /** SIGKILL: nothing of it runs any more, and the system closes its connections. */
    void kill() {
        process.destroyForcibly().onExit().join();
    }

    @Override
    public void close() {
        kill();
    }

    /** The node: URL, user, threads, page size, page to stop in, what to do. */
    public static void main(String[] arguments) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(arguments[0]);
        config.setUsername(arguments[1]);
        config.setPassword(System.getenv("PASSWORD"));
        config.setMaximumPoolSize(8);
        try (HikariDataSource pool = new HikariDataSource(config)) {
            int page = Integer.parseInt(arguments[4]);
            DataSource stopping = stopping(pool, pages -> {
                if (pages >= page) {
                    System.out.println(IN_PAGE);
                    while (true) {
                        pause();
                    }
                }
            });
            HostTables users = HostTables.users("users");
            boolean grants = arguments[5].equals(GRANT);
            MigrationService migrations = MigrationService.of(
                    grants ? CREDITS : RATE_2500,
                    JdbcMigrationStore.owning(
                            stopping,
                            grants
                                    ? users.ownAccounts()
                                    : users.balance("credits").rate("rate").rateIfAbsent(CreditRate.of(1_000))));
            Prediction prediction = new Prediction();
            RunSettings settings = RunSettings.defaults()
                    .withThreads(Integer.parseInt(arguments[2]))
                    .withPageSize(Integer.parseInt(arguments[3]));
            MigrationRun run = grants || arguments[5].equals(MIGRATE)
                    ? migrations.run(
                            RunOptions.defaults().withSettings(settings).withListener(prediction::look))
                    : migrations.rollbackAll(RollbackOptions.defaults().withSettings(settings), OPERATOR, WRONG_RATE);
            System.out.println(prediction);
            System.out.println("The run is " + run.state());
        }
    }

    /** What was said at 5 % of how long the first pass would still take, and how long it took. */
    private static final class Prediction {

        private long saidMillis = -1;
        private long saidNanos;
        private long tookMillis = -1;

        void look(MigrationRun run) {
            if (saidMillis < 0
                    && run.progress().percent() >= 5
                    && run.progress().eta().isPresent()) {
                saidMillis = run.progress().eta().orElseThrow().toMillis();
                saidNanos = System.nanoTime();
            }
            if (tookMillis < 0 && run.progress().toDo() == 0) {
                tookMillis = (System.nanoTime() - saidNanos) / 1_000_000;
            }
        }

        @Override
        public String toString() {
            return PREDICTION + saidMillis + " " + tookMillis;
        }
    }

    /**
     * Connections that say before a commit, everything written and nothing committed, how many pages have been written; a page that
     * writes is what sets a savepoint.
     */
    static DataSource stopping(DataSource pool, IntConsumer beforeCommit) {
        AtomicInteger pages = new AtomicInteger();
        return proxy(
                DataSource.class,
                pool,
                name -> {},
                connection -> proxy(
                        Connection.class,
                        connection,
                        name -> {
                            if (name.equals("setSavepoint")) {
                                pages.incrementAndGet();
                            } else if (name.equals("commit")) {
                                beforeCommit.accept(pages.get());
                            }
                        },
                        same -> same));
    }

    private interface Before {
        void call(String name);
    }

    private interface Answer {
        Object of(Object answered);
    }

    private static <T> T proxy(Class<T> type, Object target, Before before, Answer answer) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (self, method, values) -> {
                    before.call(method.getName());
                    try {
                        Object answered = method.invoke(target, values);
                        return answered instanceof Connection ? answer.of(answered) : answered;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                }));
    }

    private static void pause() {
        try {
            Thread.sleep(1_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Asks again and again until it is so, ten seconds at most; answers how many milliseconds it took. */
    static long millisUntil(Supplier<Boolean> isSo) {
        long begun = System.nanoTime();
        while (!isSo.get()) {
            long millis = (System.nanoTime() - begun) / 1_000_000;
            if (millis > 10_000) {
                throw new AssertionError("Not within ten seconds");
            }
            try {
                Thread.sleep(20);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        return (System.nanoTime() - begun) / 1_000_000;
    }
}
