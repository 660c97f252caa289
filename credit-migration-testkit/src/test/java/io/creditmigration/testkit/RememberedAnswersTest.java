package io.creditmigration.testkit;

import static io.creditmigration.testkit.SeedUser.user;
import static org.assertj.core.api.Assertions.assertThat;

import io.creditmigration.Actor;
import io.creditmigration.CreditPolicy;
import io.creditmigration.CreditRate;
import io.creditmigration.Credits;
import io.creditmigration.GateDecision;
import io.creditmigration.GateDecision.MigrationRequired;
import io.creditmigration.Migration;
import io.creditmigration.MigrationGate;
import io.creditmigration.MigrationOptions;
import io.creditmigration.MigrationResult.Status;
import io.creditmigration.MigrationService;
import io.creditmigration.Quote;
import io.creditmigration.StoreException;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** A gate that repeats its answer to users with credits for a second. */
final class RememberedAnswersTest {

    private static final Migration CONVERSION = Migration.named("rate-2500")
            .cutOff(Instant.parse("2026-01-06T00:00:00Z"))
            .policy(CreditPolicy.convert(CreditRate.of(1_000), CreditRate.of(2_500)))
            .build();

    private final SettableClock clock = SettableClock.at(Instant.parse("2026-01-06T01:00:00Z"));
    private final InMemoryMigrationStore tables = InMemoryMigrationStore.with(
            user("ann").credits("100"), user("bob").credits("50"), user("zero").credits("0"));
    private final FaultyStore store = FaultyStore.around(tables);

    private MigrationService service(Duration blockedFor) {
        return MigrationService.of(
                CONVERSION, store, MigrationOptions.defaults().withClock(clock).withBlockedFor(blockedFor));
    }

    @Test
    void each_request_of_a_user_with_credits_is_a_read_unless_asked_otherwise() {
        MigrationGate gate = MigrationGate.of(service(Duration.ZERO));
        gate.check("ann");
        long before = store.calls(FaultyStore.Call.FIND);

        for (int request = 0; request < 5; request++) {
            assertThat(gate.check("ann").passes()).isFalse();
        }

        assertThat(store.calls(FaultyStore.Call.FIND) - before).isEqualTo(5);
    }

    @Test
    void a_client_that_retries_costs_one_read_a_second() {
        MigrationGate gate = MigrationGate.of(service(Duration.ofSeconds(1)));
        long before = store.calls(FaultyStore.Call.FIND);

        for (int request = 0; request < 300; request++) {
            assertThat(gate.check("ann").passes()).isFalse();
            clock.advance(Duration.ofMillis(10));
        }

        assertThat(store.calls(FaultyStore.Call.FIND) - before).isEqualTo(3);
        assertThat(gate.blocked()).isEqualTo(300);
    }

    @Test
    void a_user_who_has_confirmed_passes_at_once() {
        MigrationService migrations = service(Duration.ofSeconds(1));
        MigrationGate gate = MigrationGate.of(migrations);
        Quote quote = ((MigrationRequired) gate.check("ann")).quote();
        assertThat(gate.check("bob").passes()).isFalse();

        assertThat(migrations.confirm("ann", quote, Actor.user("ann")).status()).isEqualTo(Status.MIGRATED);

        assertThat(gate.check("ann").passes()).isTrue();
        assertThat(gate.check("bob").passes()).isFalse();
    }

    @Test
    void a_balance_that_has_moved_is_quoted_anew_after_the_time() {
        MigrationGate gate = MigrationGate.of(service(Duration.ofSeconds(1)));
        gate.check("ann");
        assertThat(tables.move("ann", Credits.of(-40), null)).isTrue();

        assertThat(((MigrationRequired) gate.check("ann")).quote().oldCredits()).isEqualTo(Credits.of(100));
        clock.advance(Duration.ofSeconds(1));
        assertThat(((MigrationRequired) gate.check("ann")).quote().oldCredits()).isEqualTo(Credits.of(60));
    }

    @Test
    void hosts_make_decisions_for_tests_of_their_own() {
        Quote quote = service(Duration.ZERO).quote("ann").orElseThrow();
        StoreException down = new StoreException(StoreException.Kind.UNAVAILABLE, "the database is down", null);

        assertThat(GateDecision.migrationRequired(quote)).isEqualTo(new MigrationRequired(quote));
        assertThat(GateDecision.allowed(Status.ALREADY_MIGRATED).passes()).isTrue();
        assertThat(GateDecision.storeFailed(false, down).passes()).isFalse();
        assertThat(GateDecision.storeFailed(true, down).passes()).isTrue();
    }
}
