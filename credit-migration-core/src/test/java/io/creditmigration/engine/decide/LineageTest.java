package io.creditmigration.engine.decide;

import static org.assertj.core.api.Assertions.assertThat;

import io.creditmigration.CreditRate;
import io.creditmigration.UserSnapshot;
import io.creditmigration.spi.StoredDefinition;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** 1,000 → 2,500 in January, 2,500 → 1,500 in June, and now 1,500 → 2,000: who still has which rate? */
final class LineageTest {

    private static final StoredDefinition TO_2500 = conversion("rate-2500", "2025-01-01T00:00:00Z", 1_000, 2_500);
    private static final StoredDefinition TO_1500 = conversion("rate-1500", "2025-06-01T00:00:00Z", 2_500, 1_500);
    private static final StoredDefinition TO_2000 = conversion("rate-2000", "2026-01-06T00:00:00Z", 1_500, 2_000);
    private static final StoredDefinition TO_3000 = conversion("rate-3000", "2026-06-01T00:00:00Z", 2_000, 3_000);
    private static final StoredDefinition SAME_DAY = conversion("same-day", "2026-01-06T00:00:00Z", 7, 8);
    private static final StoredDefinition GRANT =
            new StoredDefinition("to-credits", "grant", Instant.parse("2024-01-01T00:00:00Z"), null, null);
    private static final CreditRate OTHERWISE = CreditRate.of(1_500);

    @ParameterizedTest(name = "registered {0}: {1}")
    @CsvSource({
        ", 1000",
        "2020-01-01T00:00:00Z, 1000",
        "2024-12-31T23:59:59.999999Z, 1000",
        "2025-01-01T00:00:00Z, 2500",
        "2025-05-31T23:59:59.999999Z, 2500",
        "2025-06-01T00:00:00Z, 1500",
        "2026-01-05T23:59:59.999999Z, 1500",
        "2030-01-01T00:00:00Z, 1500"
    })
    void who_has_completed_nothing_has_the_old_rate_of_the_first_conversion_that_came(
            Instant registeredAt, CreditRate rate) {
        List<StoredDefinition> stored = new ArrayList<>(List.of(TO_3000, SAME_DAY, TO_2000, TO_1500, GRANT, TO_2500));
        for (int order = 0; order < 20; order++) {
            Collections.shuffle(stored, new Random(order));

            assertThat(new Lineage(TO_2000, stored).rateOf(user().withRegisteredAt(registeredAt), OTHERWISE))
                    .isEqualTo(rate);
        }
    }

    @Test
    void a_rate_that_is_known_of_the_user_wins() {
        UserSnapshot user = user().withRegisteredAt(Instant.EPOCH).withRate(CreditRate.of(1_234));

        assertThat(new Lineage(TO_2000, List.of(TO_2500, TO_1500)).rateOf(user, OTHERWISE))
                .isEqualTo(CreditRate.of(1_234));
    }

    @Test
    void without_earlier_conversions_it_is_the_definitions_own_rate() {
        assertThat(new Lineage(TO_2000, List.of()).rateOf(user(), OTHERWISE)).isEqualTo(OTHERWISE);
        assertThat(new Lineage(TO_2000, List.of(TO_2000, TO_3000, SAME_DAY, GRANT)).rateOf(user(), OTHERWISE))
                .isEqualTo(OTHERWISE);
    }

    @Test
    void a_grant_before_every_conversion_knows_no_rate() {
        assertThat(new Lineage(GRANT, List.of(TO_2500, TO_1500)).rateOf(user(), null))
                .isNull();
    }

    @Test
    void what_is_stored_later_is_taken_up_but_not_asked_for_more_than_once_a_second() throws Exception {
        long began = System.nanoTime();
        Lineage lineage = new Lineage(TO_2000, List.of());
        assertThat(lineage.rateOf(user(), OTHERWISE)).isEqualTo(OTHERWISE);
        AtomicInteger asked = new AtomicInteger();

        TimeUnit.MILLISECONDS.sleep(1_050);
        for (int i = 0; i < 10_000; i++) {
            lineage.refresh(() -> {
                asked.incrementAndGet();
                return List.of(TO_2500, TO_3000);
            });
        }
        long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - began);

        assertThat(asked.get()).isPositive().isLessThanOrEqualTo((int) seconds);
        assertThat(lineage.rateOf(user(), OTHERWISE)).isEqualTo(CreditRate.of(1_000));
    }

    @Test
    void a_grant_never_asks_what_else_is_stored() throws Exception {
        Lineage lineage = new Lineage(GRANT, List.of());
        AtomicInteger asked = new AtomicInteger();

        TimeUnit.MILLISECONDS.sleep(1_050);
        lineage.refresh(() -> {
            asked.incrementAndGet();
            return List.of(TO_2500);
        });

        assertThat(asked).hasValue(0);
    }

    private static UserSnapshot user() {
        return UserSnapshot.of("ann");
    }

    private static StoredDefinition conversion(String id, String cutOff, long oldRate, long newRate) {
        return new StoredDefinition(
                id, "fingerprint", Instant.parse(cutOff), CreditRate.of(oldRate), CreditRate.of(newRate));
    }
}
