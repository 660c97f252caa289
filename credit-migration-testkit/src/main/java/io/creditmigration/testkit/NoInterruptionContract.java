package io.creditmigration.testkit;

import static io.creditmigration.testkit.SeedUser.user;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.creditmigration.Allocation;
import io.creditmigration.Credits;
import io.creditmigration.Migration;
import io.creditmigration.MigrationOptions;
import io.creditmigration.MigrationResult.Status;
import io.creditmigration.MigrationRun;
import io.creditmigration.MigrationRuns;
import io.creditmigration.MigrationService;
import io.creditmigration.MigrationStatus;
import io.creditmigration.Regime;
import io.creditmigration.RollbackResult;
import io.creditmigration.Rollout;
import io.creditmigration.RunOptions;
import io.creditmigration.spi.RunStore;
import io.creditmigration.testkit.FaultyStore.Call;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

abstract class NoInterruptionContract extends ContractGroup {

    NoInterruptionContract(MigrationStoreContract contract) {
        super(contract);
    }

    @Test
    final void nothing_that_reads_waits_for_a_row_that_the_host_has_locked() {
        conversion(user("ann").credits("0"), user("bob").credits("50"));
        MigrationService migrations = node(RATE_2500);

        whileLocked("bob", () -> {
            assertEquals(
                    Credits.of(20),
                    promptly(() -> migrations.quote("bob")).orElseThrow().newCredits());
            assertTrue(promptly(() -> migrations.find("bob")).isEmpty());
            assertEquals(
                    MigrationStatus.PENDING,
                    promptly(() -> migrations.status("bob")).orElseThrow());
            assertEquals(Regime.CREDITS, promptly(() -> migrations.regime("bob")));
            assertEquals(
                    Status.HAS_CREDITS,
                    promptly(() -> migrations.autoMigrateIfZeroCredits("bob")).status());
            if (host().store() instanceof RunStore) {
                assertEquals(
                        2,
                        promptly(() -> migrations.plan(RunOptions.defaults())).users());
            }
        });
    }

    @Test
    final void nobody_waits_for_a_row_of_somebody_else() {
        conversion(user("ann").credits("0"), user("bob").credits("50"));
        MigrationService migrations = node(RATE_2500);

        whileLocked("bob", () -> {
            assertEquals(
                    Status.MIGRATED,
                    promptly(() -> migrations.autoMigrateIfZeroCredits("ann")).status());
        });
    }

    @Test
    final void a_page_waits_for_nobodys_row() {
        conversion(
                user("ann").credits("50"),
                user("bob").credits("50"),
                user("cem").credits("50"));
        RunStore store = runStore();
        MigrationService impatient = MigrationService.of(
                RATE_2500_UNASKED,
                store,
                MigrationOptions.defaults().withClock(clock).withAttempts(1));

        whileLocked("bob", () -> {
            MigrationRun run = promptly(() -> impatient.run(pagesOf(10)));
            assertEquals(MigrationRun.State.FINISHED, run.state());
            assertEquals(2, run.count(Status.MIGRATED), run::toString);
            assertCredits("20", "ann");
            assertCredits("20", "cem");
            assertFalse(host().flagged("bob"));
        });
        MigrationRun again = impatient.run(pagesOf(10));

        assertEquals(1, again.count(Status.MIGRATED), again::toString);
        assertEquals(2, again.count(Status.ALREADY_MIGRATED), again::toString);
        assertCredits("20", "bob");
    }

    @Test
    final void a_commit_waits_a_bounded_time_and_writes_nothing() {
        conversion(user("ann").credits("0"));
        MigrationService impatient = MigrationService.of(
                RATE_2500,
                host().store(),
                MigrationOptions.defaults().withClock(clock).withAttempts(1));

        whileLocked("ann", () -> {
            assertEquals(
                    Status.CONTENDED,
                    promptly(() -> impatient.autoMigrateIfZeroCredits("ann")).status());
        });
        assertFalse(host().flagged("ann"));
        assertEquals(Status.MIGRATED, impatient.autoMigrateIfZeroCredits("ann").status());
    }

    @Test
    final void the_host_moves_a_users_credits_while_the_policy_decides() {
        Migration migration = grantThatWaitsForATopUp("ann");
        grant(user("ann").credits("1"));

        assertEquals(
                Status.MIGRATED, promptly(() -> node(migration).migrate("ann")).status());
        assertCredits("26", "ann");
    }

    @Test
    final void the_host_moves_a_users_credits_while_a_page_is_decided() {
        Migration migration = grantThatWaitsForATopUp("bob");
        grant(user("ann"), user("bob"), user("cem"));
        runStore();

        MigrationRun run = promptly(() -> node(migration).run(pagesOf(10)));

        assertEquals(3, run.count(Status.MIGRATED), run::toString);
        assertCredits("20", "ann");
        assertCredits("25", "bob");
        assertCredits("20", "cem");
    }

    @Test
    final void requests_are_served_while_a_page_is_decided() {
        grant(user("ann"), user("bob"), user("cem"));
        runStore();
        FaultyStore faulty = FaultyStore.around(host().store());
        faulty.after(
                Call.DECIDE,
                () -> promptly(() -> {
                    assertEquals(Status.MIGRATED, node(GRANT).migrate("ann").status());
                    assertEquals(Status.MIGRATED, node(GRANT).migrate("bob").status());
                    assertEquals(
                            RollbackResult.Status.ROLLED_BACK,
                            node(GRANT).rollback("bob", OPERATOR, "on request").status());
                    return "served";
                }));

        MigrationRun run = promptly(() -> node(GRANT, faulty).run(pagesOf(10)));

        assertEquals(1, run.count(Status.MIGRATED), run::toString);
        assertStatus(MigrationStatus.ROLLED_BACK, node(GRANT), "bob");
    }

    @Test
    final void the_halt_switch_can_be_thrown_while_a_page_is_decided() {
        grant(user("a"), user("b"), user("c"), user("d"));
        runStore();
        FaultyStore faulty = FaultyStore.around(host().store());
        faulty.after(
                Call.DECIDE,
                () -> promptly(() -> {
                    node(GRANT).rollout(new Rollout(100, true), OPERATOR, "stop");
                    return "halted";
                }));

        MigrationRun run = promptly(() -> node(GRANT, faulty).run(pagesOf(2)));

        assertEquals(MigrationRun.State.HALTED, run.state());
        assertTrue(node(GRANT).find("c").isEmpty(), "a record of a page after the halt");
        node(GRANT).rollout(Rollout.EVERYBODY, OPERATOR, "go on");
        node(GRANT).run(pagesOf(2));
        node(GRANT).run(pagesOf(2));
        for (String id : new String[] {"a", "b", "c", "d"}) {
            assertCredits("20", id);
        }
    }

    @Test
    final void a_second_worker_on_the_same_range_is_told_so_and_does_not_wait() {
        grant(user("a"), user("b"));
        runStore();
        FaultyStore faulty = FaultyStore.around(host().store());
        faulty.after(Call.DECIDE, () -> {
            MigrationRuns other = node(GRANT).runs();
            assertEquals(
                    MigrationRuns.Step.BUSY,
                    promptly(() -> other.step(other.latest().orElseThrow().id())));
        });

        assertEquals(
                MigrationRun.State.FINISHED,
                node(GRANT, faulty).run(pagesOf(10)).state());
    }

    @Test
    final void a_user_who_failed_keeps_working_under_the_old_regime() {
        grant(user("ann").rateLimit(25));
        Migration broken = grantBy(user -> {
            throw new IllegalStateException("no tariff");
        });

        assertEquals(Status.FAILED, node(broken).migrate("ann").status());

        assertEquals(Regime.RATE_LIMIT, node(broken).regime("ann"));
        assertEquals(25, host().rateLimit("ann"));
        assertFalse(host().flagged("ann"));
        host().addOperation("ann", clock.instant());
    }

    /** Grants 20, after a request of the same user has gone through; on the first decision only. */
    private Migration grantThatWaitsForATopUp(String userId) {
        AtomicBoolean first = new AtomicBoolean(true);
        return grantBy(user -> {
            if (user.userId().equals(userId) && first.getAndSet(false)) {
                promptly(() -> {
                    host().topUpCredits(userId, Credits.of(5));
                    return "bought";
                });
            }
            return Allocation.of(Credits.of(20), "initial credits");
        });
    }
}
