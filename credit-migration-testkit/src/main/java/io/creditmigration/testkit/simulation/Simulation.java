package io.creditmigration.testkit.simulation;

import io.creditmigration.InvalidValueException;
import io.creditmigration.MigrationOptions;
import io.creditmigration.testkit.HostApplication;
import io.creditmigration.testkit.HostApplication.Setting;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * Runs whole histories of an application, each drawn from a seed: requests, dashboards, confirmations, purchases, runs on
 * several nodes, rollbacks, second migrations, halts and clock jumps, interleaved at the calls of the store, with crashes,
 * deadlocks and lost answers at any of them. After each step an independent model compares all tables with what has to be true.
 *
 * <pre>{@code
 * Simulation.on(MyHost::new).seeds(1, 10_000).check();     // throws with seed and history where a guarantee does not hold
 * Simulation.on(MyHost::new).seed(4711).check();           // replays one, exactly
 * }</pre>
 *
 * <p>A history runs on one thread, and what happens in it depends on its seed alone. A failing one is cut down to the steps that
 * it takes to fail. Time is a clock's that the history moves: nothing sleeps. Immutable.
 */
public final class Simulation {

    private static final int THREADS = 2;
    private static final int SEEDS_MAX = 10_000_000;

    private final Function<Setting, HostApplication> hosts;
    private final UnaryOperator<MigrationOptions> options;
    private final long first;
    private final int count;

    private Simulation(
            Function<Setting, HostApplication> hosts, UnaryOperator<MigrationOptions> options, long first, int count) {
        this.hosts = hosts;
        this.options = options;
        this.first = first;
        this.count = count;
    }

    /**
     * Simulates applications of this kind; a new one without users is opened for each history, and closed after it. Its store
     * has to walk populations.
     */
    public static Simulation on(Function<Setting, HostApplication> hosts) {
        return new Simulation(hosts, UnaryOperator.identity(), 1, 1_000);
    }

    /** The same with this history alone. */
    public Simulation seed(long seed) {
        return new Simulation(hosts, options, seed, 1);
    }

    /** The same with so many histories, 1 to 10,000,000, the first of them of this seed; 1,000 from 1 on unless said otherwise. */
    public Simulation seeds(long firstSeed, int seeds) {
        if (seeds < 1 || seeds > SEEDS_MAX) {
            throw new InvalidValueException("seeds", seeds, "1 to " + SEEDS_MAX);
        }
        return new Simulation(hosts, options, firstSeed, seeds);
    }

    /** The same with nodes of other options than the default; the clock they are given is the history's. */
    public Simulation options(UnaryOperator<MigrationOptions> change) {
        return new Simulation(hosts, change, first, count);
    }

    /**
     * Runs them, on two threads, and answers how many steps were made.
     *
     * @throws AssertionError for the first seed under which something is not as it has to be, with the shortest history found
     *     under which it is so
     */
    public long check() {
        AtomicLong steps = new AtomicLong();
        Optional<Failure> failure = failure(steps);
        if (failure.isPresent()) {
            throw failure.get().error();
        }
        return steps.get();
    }

    /** The failure of the lowest failing seed; empty where all hold. */
    Optional<Failure> failure(AtomicLong steps) {
        AtomicLong next = new AtomicLong(first);
        AtomicBoolean failed = new AtomicBoolean();
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            List<Future<Optional<Failure>>> workers = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                workers.add(threads.submit(() -> work(next, failed, steps)));
            }
            List<Failure> failures = new ArrayList<>();
            for (Future<Optional<Failure>> worker : workers) {
                worker.get().ifPresent(failures::add);
            }
            return failures.stream()
                    .min((one, other) -> Long.compare(one.seed(), other.seed()))
                    .map(this::shrunk);
        } catch (Exception e) {
            throw new IllegalStateException("A simulation has broken down", e);
        } finally {
            threads.shutdownNow();
        }
    }

    /** Takes seeds until there are none, or one has failed: the lower ones are all taken by then. */
    private Optional<Failure> work(AtomicLong next, AtomicBoolean failed, AtomicLong steps) {
        while (!failed.get()) {
            long seed = next.getAndIncrement();
            if (seed >= first + count) {
                break;
            }
            Optional<Failure> failure = run(seed, steps);
            if (failure.isPresent()) {
                failed.set(true);
                return failure;
            }
        }
        return Optional.empty();
    }

    private Optional<Failure> run(long seed, AtomicLong steps) {
        Setting setting = Scenario.setting(seed);
        try (HostApplication host = hosts.apply(setting)) {
            return run(Scenario.of(seed, setting == Setting.GRANT || host.canConvertAgain(), setting), host, steps);
        }
    }

    private Optional<Failure> run(Scenario scenario, HostApplication host, AtomicLong steps) {
        World world = new World(scenario, host, options);
        try {
            world.run();
            return Optional.empty();
        } catch (RuntimeException | AssertionError e) {
            return Optional.of(new Failure(scenario, e, world.told()));
        } finally {
            steps.addAndGet(world.steps());
        }
    }

    private Failure shrunk(Failure failure) {
        return new Shrinking(scenario -> {
                    try (HostApplication host = hosts.apply(scenario.setting())) {
                        return run(scenario, host, new AtomicLong());
                    }
                })
                .shrink(failure);
    }
}
