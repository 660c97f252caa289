package io.creditmigration.engine.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.creditmigration.Actor;
import io.creditmigration.Consent;
import io.creditmigration.Credits;
import io.creditmigration.FakeStore;
import io.creditmigration.Fixture;
import io.creditmigration.Health;
import io.creditmigration.HealthSignal;
import io.creditmigration.Migration;
import io.creditmigration.MigrationOptions;
import io.creditmigration.MigrationResult.Status;
import io.creditmigration.MigrationRun;
import io.creditmigration.MigrationStatus;
import io.creditmigration.PaidCredits;
import io.creditmigration.RollbackResult;
import io.creditmigration.RunScope;
import io.creditmigration.RunSettings;
import io.creditmigration.Tally;
import io.creditmigration.engine.LatencyHistogram;
import io.creditmigration.spi.Cause;
import io.creditmigration.spi.Totals;
import java.math.BigDecimal;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When a run pauses itself, and what slows it. */
final class RunLimitsTest {

    private static final Migration MIGRATION = Fixture.conversion(Consent.NONE);
    private static final RunSettings SETTINGS = RunSettings.defaults();
    private static final RunSettings ONE_IN_A_HUNDRED = SETTINGS.withFailureRateMax(new BigDecimal("0.01"));

    private final FakeStore store = new FakeStore();
    private final LatencyHistogram pages = new LatencyHistogram();

    @ParameterizedTest
    @CsvSource({"10, 0, RUNNING", "11, 0, PAUSED", "20, 1980, RUNNING", "21, 1979, PAUSED", "21, 2079, RUNNING"})
    void too_large_a_share_of_failures_pauses_the_run(long failed, long migrated, MigrationRun.State state) {
        guard(() -> Health.GO).pageDone(null, tally(failed, migrated, "0"), Streak.NONE, 1, 1, ONE_IN_A_HUNDRED);

        assertThat(store.run.state()).isEqualTo(state);
    }

    @Test
    void what_pauses_a_run_says_so() {
        guard(() -> Health.GO).pageDone(null, tally(11, 89, "0"), Streak.NONE, 100, 1, ONE_IN_A_HUNDRED);

        assertThat(store.causes)
                .containsExactly(new Cause(
                        Actor.automatic("guardrail"),
                        "11 of 100 users failed, more than the share of 0.01 allowed",
                        Fixture.NOW));
    }

    @Test
    void failures_add_up_over_pages() {
        RunLimits guard = guard(() -> Health.GO);

        guard.pageDone(null, tally(10, 0, "0"), Streak.NONE, 10, 1, ONE_IN_A_HUNDRED);
        assertThat(store.run.state()).isEqualTo(MigrationRun.State.RUNNING);
        guard.pageDone(null, tally(1, 0, "0"), Streak.NONE, 1, 1, ONE_IN_A_HUNDRED);
        assertThat(store.run.state()).isEqualTo(MigrationRun.State.PAUSED);
    }

    @ParameterizedTest
    @CsvSource({"99.9999, RUNNING", "100, RUNNING", "100.0001, PAUSED"})
    void too_many_credits_granted_pause_the_run(String granted, MigrationRun.State state) {
        guard(() -> Health.GO)
                .pageDone(null, tally(0, 5, granted), Streak.NONE, 5, 1, SETTINGS.withGrantedMax(Credits.of(100)));

        assertThat(store.run.state()).isEqualTo(state);
        assertThat(store.causes)
                .extracting(Cause::reason)
                .allMatch("100.0001 credits granted, more than the 100 allowed"::equals);
    }

    @Test
    void without_limits_nothing_pauses_a_run() {
        MigrationOptions unlimited =
                MigrationOptions.defaults().withClock(Fixture.CLOCK).withFailureLimit(0, BigDecimal.ONE);
        new RunLimits(MIGRATION, store, store.run, () -> Health.GO, unlimited, pages)
                .pageDone(null, tally(1_000_000, 0, "1000000"), Streak.NONE, 1, 1, SETTINGS);

        assertThat(store.causes).isEmpty();
    }

    @Test
    void what_other_triggers_did_counts_from_the_beginning() {
        store.totals =
                new Totals(Map.of(MigrationStatus.FAILED, 50L, MigrationStatus.COMPLETED, 950L), new BigDecimal("7"));

        guard(() -> Health.GO).awaitTurn(ONE_IN_A_HUNDRED);

        assertThat(store.causes)
                .extracting(Cause::reason)
                .containsExactly("50 of 1000 users failed, more than the share of 0.01 allowed");
    }

    @Test
    void a_rollback_run_is_judged_by_its_own_figures_only() {
        store.totals = new Totals(Map.of(MigrationStatus.FAILED, 5_000L), BigDecimal.ZERO);
        store.run = FakeStore.run(
                new RunScope(RunScope.Kind.MIGRATED, false, "", PaidCredits.REFUSE), SETTINGS, rejected(10));
        guard(() -> Health.GO).awaitTurn(ONE_IN_A_HUNDRED);
        assertThat(store.causes).isEmpty();

        store.run = FakeStore.run(store.run.scope(), SETTINGS, rejected(11));
        guard(() -> Health.GO).awaitTurn(ONE_IN_A_HUNDRED);
        assertThat(store.causes).hasSize(1);
    }

    @Test
    void a_host_that_says_stop_pauses_the_run_with_its_reason() {
        guard(() -> Health.stop("replication lag")).awaitTurn(SETTINGS);

        assertThat(store.causes).containsExactly(new Cause(Actor.automatic("health"), "replication lag", Fixture.NOW));
    }

    @Test
    void a_host_that_says_slow_down_is_what_slows_the_run() {
        RunLimits guard = guard(() -> Health.slowDown("busy"));

        guard.awaitTurn(SETTINGS);
        guard.pageDone(null, tally(0, 1, "0"), Streak.NONE, 1, 1, SETTINGS);

        assertThat(guard.slowness()).isEqualTo("slowed down: busy");
        assertThat(store.run.state()).isEqualTo(MigrationRun.State.RUNNING);
    }

    @Test
    void a_signal_that_fails_or_says_nothing_slows_the_run() {
        RunLimits broken = guard(() -> {
            throw new IllegalStateException("no metrics");
        });
        RunLimits silent = guard(() -> null);

        broken.awaitTurn(SETTINGS);
        silent.awaitTurn(SETTINGS);

        assertThat(broken.slowness()).isEqualTo("slowed down: the health signal cannot be read");
        assertThat(silent.slowness()).isEqualTo("slowed down: the health signal answered nothing");
    }

    @Test
    void a_signal_that_breaks_the_virtual_machine_is_thrown() {
        RunLimits guard = guard(() -> {
            throw new OutOfMemoryError("all gone");
        });

        assertThatThrownBy(() -> guard.awaitTurn(SETTINGS)).isInstanceOf(OutOfMemoryError.class);
    }

    @Test
    void a_healthy_run_is_held_by_nothing_and_asks_the_host_once_a_second() {
        int[] asked = {0};
        RunLimits guard = guard(() -> {
            asked[0]++;
            return Health.GO;
        });

        guard.awaitTurn(SETTINGS);
        guard.awaitTurn(SETTINGS);

        assertThat(guard.slowness()).isNull();
        assertThat(asked[0]).isEqualTo(1);
    }

    @Test
    void an_interrupted_signal_keeps_the_interrupt_and_goes_on() {
        RunLimits guard = guard(() -> {
            throw new InterruptedException();
        });

        guard.awaitTurn(SETTINGS);

        assertThat(Thread.interrupted()).isTrue();
        assertThat(guard.slowness()).isNull();
    }

    @Test
    void at_a_limited_speed_a_run_waits_for_its_turn() {
        RunSettings slow = SETTINGS.withUsersPerSecond(10);
        RunLimits guard = guard(() -> Health.GO);
        guard.awaitTurn(slow);
        assertThat(guard.slowness()).isNull();

        guard.pageDone(null, tally(0, 5, "0"), Streak.NONE, 5, 1, slow);
        long begun = System.nanoTime();
        guard.awaitTurn(slow);

        // Five users at ten a second are due for half a second after the first look, which is not long ago.
        assertThat(System.nanoTime() - begun).isGreaterThan(100_000_000L);
        assertThat(guard.slowness()).isEqualTo("limited to 10 users per second");
    }

    @Test
    void the_time_of_each_page_is_kept() {
        guard(() -> Health.GO).pageDone(null, tally(0, 1, "0"), Streak.NONE, 1, 5_000_000, SETTINGS);

        assertThat(pages.latency().commits()).isEqualTo(1);
    }

    private RunLimits guard(HealthSignal signal) {
        return new RunLimits(
                MIGRATION, store, store.run, signal, MigrationOptions.defaults().withClock(Fixture.CLOCK), pages);
    }

    private static Tally tally(long failed, long migrated, String granted) {
        return new Tally(
                Map.of(Status.FAILED, failed, Status.MIGRATED, migrated),
                Map.of(),
                BigDecimal.ZERO,
                BigDecimal.ZERO,
                new BigDecimal(granted),
                BigDecimal.ZERO,
                BigDecimal.ZERO);
    }

    private static Tally rejected(long users) {
        return new Tally(
                Map.of(),
                Map.of(RollbackResult.Status.REJECTED, users),
                BigDecimal.ZERO,
                BigDecimal.ZERO,
                BigDecimal.ZERO,
                BigDecimal.ZERO,
                BigDecimal.ZERO);
    }
}
