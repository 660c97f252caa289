package io.creditmigration.micrometer;

import io.creditmigration.Dispatched;
import io.creditmigration.GateDecision;
import io.creditmigration.GateDecision.Allowed;
import io.creditmigration.GateDecision.StoreFailed;
import io.creditmigration.InvalidValueException;
import io.creditmigration.Migration;
import io.creditmigration.MigrationListener;
import io.creditmigration.MigrationResult;
import io.creditmigration.MigrationRun;
import io.creditmigration.MigrationService;
import io.creditmigration.MigrationStatus;
import io.creditmigration.NoticeDispatcher;
import io.creditmigration.RollbackResult;
import io.creditmigration.Tally;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Keeps meters of migrations in a {@link MeterRegistry}.
 *
 * <pre>{@code
 * MigrationMeters meters = MigrationMeters.of(registry);
 * MigrationService migrations = MigrationService.of(migration, store, MigrationOptions.defaults().withListener(meters));
 * meters.watch(migrations);
 * }</pre>
 *
 * <p>Counters and timers are of this node and begin with {@code credit.migration}; their tags are the migration and statuses,
 * never a user or a run. Gauges are read from the store, of all nodes, at most every ten seconds, when the registry asks; where
 * the store does not answer they are NaN. Thread-safe.
 */
public final class MigrationMeters implements MigrationListener {

    private static final String MIGRATION = "migration";
    private static final String STATUS = "status";
    private static final String RUN_USERS = "credit.migration.run.users";

    private final MeterRegistry registry;
    private final Map<String, GateMeters> gates = new ConcurrentHashMap<>();

    private MigrationMeters(MeterRegistry registry) {
        this.registry = registry;
    }

    /** Meters in this registry. */
    public static MigrationMeters of(MeterRegistry registry) {
        return new MigrationMeters(given("registry", registry));
    }

    /** Adds gauges of users by status, of the newest run, and of the rollout. */
    public void watch(MigrationService migrations) {
        String id = given("migrations", migrations).migration().id();
        Remembered<Standing> standing = new Remembered<>(() -> Standing.of(migrations));
        for (MigrationStatus status : MigrationStatus.values()) {
            gauge("credit.migration.users", "Users by where they stand", standing, now -> now.users(status))
                    .tag(MIGRATION, id)
                    .tag(STATUS, name(status))
                    .register(registry);
        }
        for (MigrationRun.State state : MigrationRun.State.values()) {
            gauge("credit.migration.run.state", "1 for the state of the newest run", standing, now -> now.isRun(state))
                    .tag(MIGRATION, id)
                    .tag("state", name(state))
                    .register(registry);
        }
        gauge("credit.migration.run.progress", "How much of the newest run is done, 0 to 1", standing, Standing::done)
                .tag(MIGRATION, id)
                .register(registry);
        gauge("credit.migration.run.left", "Users that the newest run has still to look at", standing, Standing::left)
                .tag(MIGRATION, id)
                .register(registry);
        gauge("credit.migration.run.rate", "Users per second that the newest run looks at", standing, Standing::rate)
                .tag(MIGRATION, id)
                .register(registry);
        gauge("credit.migration.rollout", "The share of users that may migrate, 0 to 1", standing, Standing::rollout)
                .tag(MIGRATION, id)
                .register(registry);
        gauge("credit.migration.halted", "1 while the halt switch is on", standing, Standing::halted)
                .tag(MIGRATION, id)
                .register(registry);
    }

    /** Adds gauges of notices that wait, of all migrations in the dispatcher's store. */
    public void watch(NoticeDispatcher dispatcher) {
        given("dispatcher", dispatcher);
        var backlog = new Remembered<>(dispatcher::backlog);
        String waiting = "credit.migration.notices.waiting";
        String description = "Notices that are due, wait for their time, or were given up";
        gauge(waiting, description, backlog, now -> now.due())
                .tag("state", "due")
                .register(registry);
        gauge(waiting, description, backlog, now -> now.later())
                .tag("state", "later")
                .register(registry);
        gauge(waiting, description, backlog, now -> now.dead())
                .tag("state", "dead")
                .register(registry);
    }

    @Override
    public void onUser(Migration migration, MigrationResult.Status status, Duration took) {
        Timer.builder("credit.migration.user")
                .description("Users who were asked about one by one, by what became of them")
                .tag(MIGRATION, migration.id())
                .tag(STATUS, name(status))
                .register(registry)
                .record(took);
    }

    @Override
    public void onRollback(Migration migration, RollbackResult.Status status) {
        Counter.builder("credit.migration.rollbacks")
                .description("Users who were to be rolled back one by one, by what became of them")
                .tag(MIGRATION, migration.id())
                .tag(STATUS, name(status))
                .register(registry)
                .increment();
    }

    @Override
    public void onGate(Migration migration, GateDecision decision) {
        // On every request: the counters are looked up by the registry once.
        gates.computeIfAbsent(migration.id(), id -> new GateMeters(registry, id))
                .count(decision);
    }

    @Override
    public void onPage(Migration migration, Tally users, Duration took) {
        Timer.builder("credit.migration.run.page")
                .description("Pages that runs have written")
                .tag(MIGRATION, migration.id())
                .register(registry)
                .record(took);
        users.outcomes().forEach((status, count) -> runUsers(migration, "migrate", status, count));
        users.rollbacks().forEach((status, count) -> runUsers(migration, "rollback", status, count));
    }

    @Override
    public void onNotices(Dispatched batch) {
        notices("sent", batch.sent());
        notices("postponed", batch.postponed());
        notices("dead", batch.dead());
    }

    private void runUsers(Migration migration, String action, Enum<?> status, long count) {
        Counter.builder(RUN_USERS)
                .description("Users whom runs have looked at, by what became of them")
                .tag(MIGRATION, migration.id())
                .tag("action", action)
                .tag(STATUS, name(status))
                .register(registry)
                .increment((double) count);
    }

    private void notices(String outcome, int count) {
        Counter.builder("credit.migration.notices")
                .description("Deliveries of notices, by what became of them")
                .tag("outcome", outcome)
                .register(registry)
                .increment((double) count);
    }

    private static <T> Gauge.Builder<Remembered<T>> gauge(
            String name, String description, Remembered<T> of, ToDoubleFunction<T> value) {
        return Gauge.builder(name, of, remembered -> remembered.read(value))
                .description(description)
                .strongReference(true);
    }

    private static String name(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    private static <T> T given(String what, @Nullable T value) {
        if (value == null) {
            throw new InvalidValueException(what, "null", "a value");
        }
        return value;
    }

    /** The counters of one migration's gates: all there from the beginning, so that no first increase is missed. */
    private static final class GateMeters {

        private final Map<MigrationResult.Status, Counter> passed = new ConcurrentHashMap<>();
        private final Counter blocked;
        private final Counter open;
        private final Counter closed;

        GateMeters(MeterRegistry registry, String migration) {
            for (MigrationResult.Status status : MigrationResult.Status.values()) {
                passed.put(status, counter(registry, migration, "passed", name(status)));
            }
            blocked = counter(registry, migration, "blocked", "has_credits");
            open = counter(registry, migration, "passed", "store_failed");
            closed = counter(registry, migration, "blocked", "store_failed");
        }

        void count(GateDecision decision) {
            if (decision instanceof Allowed allowed) {
                Objects.requireNonNull(passed.get(allowed.status())).increment();
            } else if (decision instanceof StoreFailed failed) {
                (failed.passes() ? open : closed).increment();
            } else {
                blocked.increment();
            }
        }

        private static Counter counter(MeterRegistry registry, String migration, String decision, String status) {
            return Counter.builder("credit.migration.gate.decisions")
                    .description("Requests that a gate has decided about, by where their users stand")
                    .tag(MIGRATION, migration)
                    .tag("decision", decision)
                    .tag(STATUS, status)
                    .register(registry);
        }
    }
}
