package io.creditmigration.testkit;

import static io.creditmigration.testkit.SeedUser.user;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.creditmigration.Barrier;
import io.creditmigration.InFlight;
import io.creditmigration.InvalidValueException;
import io.creditmigration.Migration;
import io.creditmigration.MigrationOptions;
import io.creditmigration.MigrationResult;
import io.creditmigration.MigrationResult.Status;
import io.creditmigration.MigrationRun;
import io.creditmigration.MigrationService;
import io.creditmigration.MigrationStatus;
import io.creditmigration.RollbackOptions;
import io.creditmigration.RollbackResult;
import io.creditmigration.Rollout;
import io.creditmigration.StoreException;
import io.creditmigration.spi.AuditStore;
import io.creditmigration.spi.MigrationStore;
import io.creditmigration.spi.RunStore;
import io.creditmigration.testkit.FaultyStore.Call;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

abstract class BarrierContract extends ContractGroup {

    /** Long enough for a broken store to be seen; one that is not broken passes whatever it is. */
    private static final int UNDER_WAY_MILLIS = 50;

    BarrierContract(MigrationStoreContract contract) {
        super(contract);
    }

    /** A node whose halts wait for a short time only. */
    private MigrationService impatient(Migration migration, MigrationStore store) {
        return MigrationService.of(
                migration, store, MigrationOptions.defaults().withClock(clock).withHaltWait(Duration.ofMillis(100)));
    }

    private void haltUntilSettled(MigrationService migrations) {
        Barrier barrier = migrations.halt(OPERATOR, "wrong rate");
        for (int i = 0; i < 100 && !barrier.isSettled(); i++) {
            barrier = migrations.halt(OPERATOR, "wrong rate");
        }
        assertTrue(barrier.isSettled(), barrier::toString);
    }

    @Test
    final void a_commit_in_hand_is_waited_for_or_writes_nothing() throws Exception {
        conversion(user("ann").credits("0"));
        node(RATE_2500).rollout(Rollout.EVERYBODY, OPERATOR, "open");
        FaultyStore faulty = FaultyStore.around(host().store());
        CountDownLatch underWay = new CountDownLatch(1);
        faulty.before(Call.COMMIT, underWay::countDown);
        ExecutorService thread = Executors.newSingleThreadExecutor();
        List<Future<MigrationResult>> requests = new ArrayList<>();
        try {
            whileLocked("ann", () -> {
                requests.add(thread.submit(() -> node(RATE_2500, faulty).autoMigrateIfZeroCredits("ann")));
                await(underWay);
                promptly(() -> {
                    haltUntilSettled(node(RATE_2500));
                    return "halted";
                });
            });
            for (Future<MigrationResult> request : requests) {
                assertNotEquals(
                        Status.MIGRATED,
                        request.get(30, TimeUnit.SECONDS).status(),
                        "migrated after the halt was settled");
            }
        } finally {
            thread.shutdownNow();
        }
        assertFalse(host().flagged("ann"));
    }

    private static void await(CountDownLatch latch) {
        try {
            assertTrue(latch.await(30, TimeUnit.SECONDS));
            TimeUnit.MILLISECONDS.sleep(UNDER_WAY_MILLIS);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    final void a_page_that_was_decided_before_the_halt_writes_nothing_after_it() {
        grant(user("ann"), user("bob"));
        runStore();
        FaultyStore faulty = FaultyStore.around(host().store());
        faulty.after(
                Call.DECIDE,
                () -> promptly(() -> {
                    haltUntilSettled(node(GRANT));
                    return "halted";
                }));

        MigrationRun run = promptly(() -> node(GRANT, faulty).run(pagesOf(10)));

        assertEquals(MigrationRun.State.HALTED, run.state());
        assertTrue(node(GRANT).find("ann").isEmpty());
        assertTrue(node(GRANT).find("bob").isEmpty());
    }

    @Test
    final void a_halt_that_is_lifted_lets_everybody_go_on() {
        conversion(user("ann").credits("0"));
        MigrationService migrations = node(RATE_2500);
        haltUntilSettled(migrations);
        assertEquals(Status.HALTED, migrations.autoMigrateIfZeroCredits("ann").status());

        assertTrue(migrations.rollout(Rollout.EVERYBODY, OPERATOR, "go on").isSettled());

        assertEquals(Rollout.EVERYBODY, migrations.rollout());
        assertEquals(Status.MIGRATED, migrations.autoMigrateIfZeroCredits("ann").status());
    }

    @Test
    final void an_open_transaction_of_the_host_is_told_of_and_holds_up_nothing_else() throws Exception {
        conversion(user("ann").credits("0"), user("bob").credits("0"));
        MigrationService migrations = impatient(RATE_2500, host().store());
        migrations.rollout(Rollout.EVERYBODY, OPERATOR, "open");
        try (HostApplication.Transaction open = begin()) {
            assertEquals(
                    Status.MIGRATED,
                    migrations
                            .joining(open.store())
                            .autoMigrateIfZeroCredits("ann")
                            .status());

            Barrier barrier = promptly(() -> migrations.halt(OPERATOR, "wrong rate"));

            assertFalse(barrier.isSettled());
            assertFalse(barrier.inFlight().get(0).isBlank());
            assertEquals(
                    Status.HALTED,
                    promptly(() -> migrations.autoMigrateIfZeroCredits("bob")).status());
            open.commit();
        }
        haltUntilSettled(migrations);
        assertStatus(MigrationStatus.COMPLETED, migrations, "ann");
        assertStatus(MigrationStatus.PENDING, migrations, "bob");
    }

    @Test
    final void rolling_back_everybody_begins_behind_the_halt() throws Exception {
        conversion(user("ann").credits("0"), user("bob").credits("0"));
        runStore();
        MigrationService migrations = impatient(RATE_2500, host().store());
        migrations.autoMigrateIfZeroCredits("bob");
        try (HostApplication.Transaction open = begin()) {
            migrations.joining(open.store()).autoMigrateIfZeroCredits("ann");
            migrations.halt(OPERATOR, "wrong rate");

            InvalidValueException refused = assertThrows(
                    InvalidValueException.class,
                    () -> migrations.rollbackAll(RollbackOptions.defaults(), OPERATOR, "wrong rate"));
            assertTrue(String.valueOf(refused.getMessage()).contains("in flight"), refused::getMessage);
            if (host().store() instanceof AuditStore) {
                assertThrows(InvalidValueException.class, () -> migrations.seal(OPERATOR));
            }
            MigrationRun overridden = migrations.rollbackAll(
                    RollbackOptions.defaults().withInFlight(InFlight.IGNORE), OPERATOR, "wrong rate");
            assertEquals(1, overridden.count(RollbackResult.Status.ROLLED_BACK), overridden::toString);
            open.commit();
        }
        haltUntilSettled(migrations);
        migrations.rollbackAll(RollbackOptions.defaults(), OPERATOR, "wrong rate");

        assertStatus(MigrationStatus.ROLLED_BACK, migrations, "ann");
        assertStatus(MigrationStatus.ROLLED_BACK, migrations, "bob");
        assertNothingWrong(migrations);
    }

    @Test
    final void a_transaction_of_the_host_that_began_before_the_halt_migrates_nobody_after_it() throws Exception {
        conversion(user("ann").credits("0"));
        MigrationService migrations = node(RATE_2500);
        migrations.rollout(Rollout.EVERYBODY, OPERATOR, "open");
        try (HostApplication.Transaction open = begin()) {
            assertTrue(migrations.joining(open.store()).find("ann").isEmpty());
            haltUntilSettled(migrations);
            try {
                assertNotEquals(
                        Status.MIGRATED,
                        migrations
                                .joining(open.store())
                                .autoMigrateIfZeroCredits("ann")
                                .status());
                open.commit();
            } catch (StoreException e) {
                assertEquals(StoreException.Kind.TRANSIENT, e.kind());
            }
        }
        assertFalse(host().flagged("ann"));
    }

    @Test
    final void every_rollback_raises_the_epoch_and_nothing_else_does() {
        conversion(user("ann").credits("0"), user("bob").credits("0"));
        MigrationService migrations = node(RATE_2500);
        long begun = host().store().epoch(migrations.migration());
        migrations.autoMigrateIfZeroCredits("ann");
        migrations.autoMigrateIfZeroCredits("bob");
        assertEquals(begun, host().store().epoch(migrations.migration()), "of migrations");

        migrations.rollback("ann", OPERATOR, "on request");

        long once = host().store().epoch(migrations.migration());
        assertNotEquals(begun, once, "of a rollback");
        migrations.rollback("ann", OPERATOR, "on request");
        assertEquals(once, host().store().epoch(migrations.migration()), "of a rollback that did nothing");
        if (host().store() instanceof RunStore) {
            haltUntilSettled(migrations);
            migrations.rollbackAll(RollbackOptions.defaults(), OPERATOR, "wrong rate");
            assertNotEquals(once, host().store().epoch(migrations.migration()), "of a run");
        }
    }
}
