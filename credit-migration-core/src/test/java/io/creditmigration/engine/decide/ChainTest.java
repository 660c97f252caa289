package io.creditmigration.engine.decide;

import static org.assertj.core.api.Assertions.assertThat;

import io.creditmigration.CreditPolicy;
import io.creditmigration.CreditRate;
import io.creditmigration.Fixture;
import io.creditmigration.Migration;
import io.creditmigration.Schedule;
import io.creditmigration.States;
import io.creditmigration.UserSnapshot;
import io.creditmigration.engine.decide.Chain.Unit;
import io.creditmigration.spi.HostShape;
import io.creditmigration.spi.StoredDefinition;
import io.creditmigration.spi.UserState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a rate is to a migration of a chain: 1,000 to 2,500, to 1,500, to 2,000, back to 1,000. */
final class ChainTest {

    private static final StoredDefinition TO_2500 = stored("rate-2500", null, 1_000, 2_500, "2025-01-01T00:00:00Z");
    private static final StoredDefinition TO_1500 =
            stored("rate-1500", "rate-2500", 2_500, 1_500, "2025-06-01T00:00:00Z");
    private static final StoredDefinition TO_2000 =
            stored("rate-2000", "rate-1500", 1_500, 2_000, "2026-01-06T00:00:00Z");
    private static final StoredDefinition BACK = stored("back", "rate-2000", 2_000, 1_000, "2026-06-01T00:00:00Z");
    private static final StoredDefinition BESIDE = new StoredDefinition(
            "to-credits", "grant", schedule("2025-01-01T00:00:00Z"), null, "rate-2500", "", List.of(), null, false);
    private static final List<StoredDefinition> ALL = List.of(BACK, BESIDE, TO_1500, TO_2500, TO_2000);

    @ParameterizedTest(name = "{0} at {1}: {2}")
    @CsvSource({
        "rate-2500, 1000, OLD",
        "rate-2500, 2500, NEW",
        "rate-2500, 1500, NEW",
        "rate-2500, 2000, NEW",
        "rate-2500, 777,  OTHER",
        "rate-2000, 1500, OLD",
        "rate-2000, 2500, OLD",
        "rate-2000, 2000, NEW",
        "rate-2000, 1000, NEW",
        "back,      1000, NEW",
        "back,      2000, OLD",
        "back,      2500, OLD",
        "back,      777,  OTHER"
    })
    void a_predecessors_rate_is_old_and_a_successors_is_new(String id, long rate, Unit unit) {
        List<StoredDefinition> stored = new ArrayList<>(ALL);
        for (int seed = 0; seed < 10; seed++) {
            Collections.shuffle(stored, new Random(seed));
            assertThat(chain(id, stored).unit(at(rate))).isEqualTo(unit);
        }
    }

    @Test
    void a_rate_that_the_policy_names_besides_is_old() {
        Migration migration = Migration.named("rate-2500")
                .cutOff(Fixture.CUT_OFF)
                .policy(CreditPolicy.convert(Fixture.AT_1000, Fixture.AT_2500).alsoFrom(CreditRate.of(777)))
                .build();

        assertThat(Fixture.chain(migration, Fixture.RATED).unit(at(777))).isEqualTo(Unit.OLD);
    }

    @Test
    void what_was_withdrawn_names_no_rate() {
        StoredDefinition withdrawn = new StoredDefinition(
                TO_2500.id(),
                TO_2500.fingerprint(),
                TO_2500.schedule(),
                null,
                null,
                "",
                TO_2500.oldRates(),
                TO_2500.newRate(),
                true);

        assertThat(chain("rate-1500", List.of(withdrawn, TO_1500)).unit(at(1_000)))
                .isEqualTo(Unit.OTHER);
    }

    @Test
    void a_row_without_a_rate_and_a_host_without_the_column_are_told_apart() {
        assertThat(chain("rate-2500", ALL).unit(Fixture.ANN)).isEqualTo(Unit.NO_RATE);
        Chain byFlag = Fixture.chain(migration("rate-2500"), HostShape.ofScale(Fixture.SCALE));
        assertThat(byFlag.unit(Fixture.ANN)).isEqualTo(Unit.OLD);
        assertThat(byFlag.unit(States.flagged(Fixture.ANN))).isEqualTo(Unit.NEW);
        assertThat(byFlag.unit(States.marked(Fixture.ANN, null))).isEqualTo(Unit.UNMARKED);
        assertThat(byFlag.rateOf(Fixture.ANN.user())).isEqualTo(Fixture.AT_1000);
    }

    @ParameterizedTest(name = "registered {0} at {1}: {2}")
    @CsvSource({
        "2024-12-31T00:00:00Z, 1000, false",
        "2025-01-01T00:00:00Z, 1000, true",
        "2025-01-01T00:00:00Z, 2500, false",
        "2025-06-01T00:00:00Z, 2500, true",
        "2025-06-01T00:00:00Z, 1500, false",
        "2026-01-06T00:00:00Z, 1500, true"
    })
    void nobody_signs_up_at_a_rate_that_a_conversion_of_the_chain_had_left(
            Instant registeredAt, long rate, boolean leftBehind) {
        UserSnapshot user = at(rate).user().withRegisteredAt(registeredAt);

        assertThat(chain("rate-2000", ALL).isLeftBehind(user)).isEqualTo(leftBehind);
    }

    @Test
    void a_rate_that_is_not_known_is_looked_up_once_a_second() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        Chain chain = chain("rate-2500", List.of(TO_2500));
        Thread.sleep(1_050);
        for (int i = 0; i < 3; i++) {
            chain.learn(at(1_000), () -> {
                throw new AssertionError("1,000 is known");
            });
            chain.learn(at(1_500), () -> {
                asked.incrementAndGet();
                return listOf(TO_2500, TO_1500);
            });
        }

        assertThat(asked).hasValue(1);
        assertThat(chain.unit(at(1_500))).isEqualTo(Unit.NEW);
    }

    private static List<StoredDefinition> listOf(StoredDefinition... definitions) {
        return List.of(definitions);
    }

    private static Chain chain(String id, List<StoredDefinition> stored) {
        return Fixture.chain(migration(id), Fixture.RATED, stored.toArray(new StoredDefinition[0]));
    }

    private static Migration migration(String id) {
        StoredDefinition definition = ALL.stream()
                .filter(stored -> stored.id().equals(id))
                .findFirst()
                .orElseThrow();
        Migration.Builder builder = Migration.named(id)
                .cutOff(definition.schedule().cutOff())
                .policy(CreditPolicy.convert(definition.oldRates().get(0), definition.newRate()));
        return definition.follows() == null
                ? builder.build()
                : builder.after(definition.follows()).build();
    }

    private static UserState at(long rate) {
        return States.withUser(Fixture.ANN, Fixture.ANN.user().withRate(CreditRate.of(rate)));
    }

    private static StoredDefinition stored(
            String id, @Nullable String follows, long oldRate, long newRate, String cutOff) {
        return new StoredDefinition(
                id,
                id,
                schedule(cutOff),
                follows,
                null,
                "",
                List.of(CreditRate.of(oldRate)),
                CreditRate.of(newRate),
                false);
    }

    private static Schedule schedule(String at) {
        Instant instant = Instant.parse(at);
        return new Schedule(instant, instant, instant);
    }
}
