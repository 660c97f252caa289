package io.creditmigration.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The benchmark in small: catches a library that has become half as fast, beside whatever else the machine does. What is
 * compared ran within the same seconds, and the margins are about half of what is seen: for so few users, most of whom come
 * before the library's code is compiled, a sixth of the giant statement's speed and a quarter as fast again as Spring Batch.
 */
@Timeout(300)
final class SmallBenchmarkTest {

    private static final int USERS = 10_000;
    private static final int REPETITIONS = 2;

    private static Engine postgres;

    @BeforeAll
    static void start() throws Exception {
        assumeTrue(
                (System.getProperty("os.name") + " " + System.getProperty("os.arch")).equals("Linux amd64"),
                "the embedded server is for Linux on amd64");
        postgres = Postgres.start();
    }

    @AfterAll
    static void stop() {
        if (postgres != null) {
            postgres.close();
        }
    }

    @ParameterizedTest
    @CsvSource({"GRANT, 0.08, 0.65", "EVERYBODY, 0.07, 0.55"})
    void the_library_is_not_slower_than_it_was(Job job, double ofGiant, double ofBatch) throws Exception {
        Contender giant = new GiantStatement();
        Contender batch = new SpringBatch(1);
        Contender library = new Library(1);

        Comparison comparison = Comparison.of(
                "PostgreSQL", postgres, job, USERS, REPETITIONS, List.of(giant, batch, library), System.out::println);

        assertThat(comparison.disqualified()).isEmpty();
        assertThat(comparison
                        .timesAsFastAs(giant.name(), library.name())
                        .orElseThrow()
                        .median())
                .isGreaterThan(ofGiant);
        assertThat(comparison
                        .timesAsFastAs(batch.name(), library.name())
                        .orElseThrow()
                        .median())
                .isGreaterThan(ofBatch);
    }
}
