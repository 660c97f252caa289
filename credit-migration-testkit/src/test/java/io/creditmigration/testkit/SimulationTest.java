package io.creditmigration.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.creditmigration.testkit.HostApplication.Setting;
import io.creditmigration.testkit.simulation.Simulation;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Simulated histories on the store in memory, and what they find where something is broken. {@code CREDIT_MIGRATION_TEST_SEEDS}
 * in the environment says how many, and {@code CREDIT_MIGRATION_TEST_SEED} from which one on.
 */
final class SimulationTest {

    private static final int SEEDS = Integer.parseInt(setting("CREDIT_MIGRATION_TEST_SEEDS", "10000"));
    private static final long FIRST_SEED = Long.parseLong(setting("CREDIT_MIGRATION_TEST_SEED", "1"));

    @Test
    void every_guarantee_holds_in_every_history() {
        long begun = System.nanoTime();
        long steps =
                Simulation.on(SimulationTest::whole).seeds(FIRST_SEED, SEEDS).check();
        System.out.printf(
                "in memory: %d histories from seed %d on, %d steps, %d ms%n",
                SEEDS, FIRST_SEED, steps, (System.nanoTime() - begun) / 1_000_000);
        assertThat(steps).isGreaterThan(SEEDS);
    }

    static Stream<Arguments> broken() {
        return Stream.of(
                arguments("no compare-and-set", on(new BrokenStoresTest.WithoutCompareAndSet()), 1),
                arguments("guard without balance", on(new BrokenStoresTest.WithGuardWithoutBalance()), 2),
                arguments(
                        "line written outside the transaction",
                        on(new BrokenHistories.WithLineOutsideTheTransaction()),
                        3),
                arguments("checkpoint before commit", on(new BrokenHistories.WithCheckpointBeforeCommit()), 3),
                arguments(
                        "line in a transaction of its own",
                        on(new BrokenStoresTest.WithLineInATransactionOfItsOwn()),
                        3),
                arguments("late operations copied twice", on(new BrokenStoresTest.WithLateOperationsCopiedTwice()), 1),
                arguments("late operations never copied", on(new BrokenStoresTest.WithSweepsThatSeeNothingLate()), 3),
                arguments("FAILED over COMPLETED", on(new BrokenStoresTest.WithFailedOverCompleted()), 7),
                arguments("rollback by inverse rate", on(new BrokenHistories.WithRollbackByInverseRate()), 5),
                arguments(
                        "cache never invalidated",
                        Simulation.on(SimulationTest::whole)
                                .options(options -> options.withClock(BrokenHistories.standingStill(options.clock()))),
                        9));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("broken")
    void what_is_broken_is_found_within_the_seeds_of_every_build(String what, Simulation simulation, int guarantee) {
        Throwable found = catchThrowable(() -> simulation.seeds(1, 10_000).check());

        assertThat(found).isInstanceOf(AssertionError.class);
        System.out.println(what + ": " + firstLine(found));
        assertThat(found.getMessage()).startsWith("Seed ").contains("Guarantee " + guarantee);
    }

    @Test
    void a_seed_replays_exactly() {
        Simulation broken = on(new BrokenHistories.WithLineOutsideTheTransaction());
        String found = catchThrowable(() -> broken.seeds(1, 10_000).check()).getMessage();
        long seed = Long.parseLong(found.substring("Seed ".length(), found.indexOf(',')));

        assertThat(catchThrowable(() -> broken.seed(seed).check())).hasMessage(found);
        assertThat(catchThrowable(() -> broken.seed(seed).check())).hasMessage(found);
        assertThat(Simulation.on(SimulationTest::whole).seed(seed).check())
                .isEqualTo(Simulation.on(SimulationTest::whole).seed(seed).check());
    }

    @Test
    void a_failing_history_is_cut_down_to_what_it_takes() {
        String found = catchThrowable(() -> on(new BrokenStoresTest.WithFailedOverCompleted())
                        .seeds(711, 10_000)
                        .check())
                .getMessage();

        // Somebody migrates; before that is committed somebody else has done it, and then the commit is refused.
        assertThat(found).contains("COMMIT: REFUSED");
        assertThat(found.lines().filter(line -> line.startsWith("    "))).hasSizeBetween(3, 8);
    }

    private static Simulation on(BrokenStoresTest.Broken broken) {
        Function<Setting, HostApplication> open = broken::open;
        return Simulation.on(open);
    }

    private static HostApplication whole(Setting setting) {
        InMemoryMigrationStore tables = InMemoryMigrationStore.with();
        if (setting == Setting.CONVERSION) {
            tables.nameRates();
        }
        return new InMemoryHost(tables, tables);
    }

    private static String firstLine(Throwable found) {
        return found.getMessage().lines().findFirst().orElse("");
    }

    private static String setting(String name, String otherwise) {
        return System.getenv().getOrDefault(name, otherwise);
    }
}
