package io.creditmigration;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class StoreCircuitTest {

    private static final Duration REST = Duration.ofSeconds(2);
    private final StoreException down = new StoreException(StoreException.Kind.UNAVAILABLE, "down", null);

    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5);
    private final StoreCircuit circuit = circuit(3);

    @Test
    void so_many_failures_in_a_row_begin_a_rest() {
        assertThat(circuit.failed(down)).isFalse();
        assertThat(circuit.failed(down)).isFalse();
        assertThat(circuit.rests()).isNull();

        assertThat(circuit.failed(down)).as("the one with which it begins").isTrue();

        assertThat(circuit.rests()).isSameAs(down);
    }

    @Test
    void an_answer_in_between_begins_the_count_anew() {
        circuit.failed(down);
        circuit.failed(down);
        circuit.answered();
        circuit.failed(down);
        circuit.failed(down);

        assertThat(circuit.rests()).isNull();
    }

    @Test
    void when_the_rest_is_over_one_asks_and_the_others_rest_on() {
        rest();
        pass(REST.minusNanos(1));
        assertThat(circuit.rests()).isSameAs(down);

        pass(Duration.ofNanos(1));

        assertThat(circuit.rests()).as("the one who asks").isNull();
        assertThat(circuit.rests()).as("another one").isSameAs(down);
        circuit.answered();
        assertThat(circuit.rests()).isNull();
        assertThat(circuit.failed(down)).as("the first failure after an answer").isFalse();
    }

    @Test
    void a_store_that_is_still_down_rests_again_at_once() {
        rest();
        pass(REST);
        circuit.rests();

        assertThat(circuit.failed(down)).as("it rests already").isFalse();

        pass(REST.minusNanos(1));
        assertThat(circuit.rests()).isSameAs(down);
    }

    @Test
    void one_who_asked_and_never_came_back_holds_nobody_up_for_longer_than_a_rest() {
        rest();
        pass(REST);
        circuit.rests();
        pass(REST);

        assertThat(circuit.rests()).isNull();
    }

    @Test
    void without_a_bound_it_is_always_asked() {
        StoreCircuit unbounded = circuit(0);
        for (int i = 0; i < 100; i++) {
            assertThat(unbounded.failed(down)).isFalse();
        }

        assertThat(unbounded.rests()).isNull();
    }

    @Test
    void of_many_at_once_one_asks() throws Exception {
        rest();
        pass(REST);
        int threads = 16;
        CountDownLatch start = new CountDownLatch(threads);
        AtomicInteger asked = new AtomicInteger();
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        for (int i = 0; i < threads; i++) {
            pool.execute(() -> {
                start.countDown();
                while (start.getCount() > 0) {
                    Thread.onSpinWait();
                }
                if (circuit.rests() == null) {
                    asked.incrementAndGet();
                }
            });
        }
        pool.shutdown();

        assertThat(pool.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
        assertThat(asked).hasValue(1);
    }

    private void rest() {
        for (int i = 0; i < 3; i++) {
            circuit.failed(down);
        }
    }

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    private StoreCircuit circuit(int failures) {
        return new StoreCircuit(new MigrationOptions.StoreRest(failures, REST), nanos::get);
    }
}
