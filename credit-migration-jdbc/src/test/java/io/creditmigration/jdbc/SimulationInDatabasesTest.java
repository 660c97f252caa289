package io.creditmigration.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.creditmigration.jdbc.JdbcHostApplication.Layout;
import io.creditmigration.testkit.simulation.Simulation;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The histories that are simulated on the store in memory, on databases: a few in every build, others by
 * {@code CREDIT_MIGRATION_TEST_DATABASE_SEEDS} (how many) and {@code CREDIT_MIGRATION_TEST_SEED} (from which one on).
 */
@Timeout(3_600)
final class SimulationInDatabasesTest {

    private static final int SEEDS = Integer.parseInt(TestServer.setting("DATABASE_SEEDS", "3"));
    private static final long FIRST_SEED = Long.parseLong(TestServer.setting("SEED", "1"));

    @ParameterizedTest
    @CsvSource({
        "H2, IN_PLACE",
        "H2, ELSEWHERE",
        "POSTGRESQL, IN_PLACE",
        "POSTGRESQL, ELSEWHERE",
        "MARIADB, IN_PLACE",
        "MARIADB, ELSEWHERE"
    })
    void every_guarantee_holds_in_every_history(TestDatabase on, Layout layout) {
        long begun = System.nanoTime();
        long steps = Simulation.on(setting -> new JdbcHostApplication(on, setting, layout))
                .seeds(FIRST_SEED, SEEDS)
                .check();
        System.out.printf(
                "%s, %s: %d histories from seed %d on, %d steps, %d ms%n",
                on, layout, SEEDS, FIRST_SEED, steps, (System.nanoTime() - begun) / 1_000_000);
        assertThat(steps).isGreaterThan(SEEDS);
    }
}
