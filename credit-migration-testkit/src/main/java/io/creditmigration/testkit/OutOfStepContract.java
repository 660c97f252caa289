package io.creditmigration.testkit;

import static io.creditmigration.testkit.SeedUser.user;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.creditmigration.Actor;
import io.creditmigration.Credits;
import io.creditmigration.GateDecision;
import io.creditmigration.JournalLine;
import io.creditmigration.MigrationGate;
import io.creditmigration.MigrationResult;
import io.creditmigration.MigrationService;
import io.creditmigration.MigrationStatus;
import io.creditmigration.ReconcileResult;
import io.creditmigration.RollbackOptions;
import io.creditmigration.RollbackResult;
import io.creditmigration.Verification.Check;
import io.creditmigration.spi.AuditStore;
import io.creditmigration.spi.RunStore;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A balance whose unit is in doubt is never multiplied: where row and journal disagree, nothing moves. */
abstract class OutOfStepContract extends ContractGroup {

    OutOfStepContract(MigrationStoreContract contract) {
        super(contract);
    }

    private MigrationService confirmed(String userId) {
        conversion(user(userId).credits("50"), user("other").credits("50"));
        MigrationService migrations = node(RATE_2500);
        for (String id : List.of(userId, "other")) {
            migrations.confirm(id, migrations.quote(id).orElseThrow(), Actor.user(id));
        }
        return migrations;
    }

    @Test
    final void a_balance_that_support_restored_is_not_multiplied_by_a_rollback() {
        MigrationService migrations = confirmed("ann");
        host().restoreByHand("ann", Credits.of(50), false);

        assertNothingChanges(() -> {
            assertEquals(
                    RollbackResult.Status.OUT_OF_STEP,
                    migrations.rollback("ann", OPERATOR, "wrong rate").status());
            assertEquals(
                    MigrationResult.Status.OUT_OF_STEP,
                    migrations.migrate("ann").status());
            assertEquals(
                    MigrationResult.Status.OUT_OF_STEP,
                    migrations.autoMigrateIfZeroCredits("ann").status());
            assertTrue(migrations.quote("ann").isEmpty());
            GateDecision gate = MigrationGate.of(node(RATE_2500)).check("ann");
            assertEquals(new GateDecision.Allowed(MigrationResult.Status.OUT_OF_STEP), gate);
        });
        assertEquals(Credits.of(50), host().credits("ann"));
    }

    @Test
    final void a_rollback_of_many_leaves_who_is_out_of_step_alone_and_says_so() {
        MigrationService migrations = confirmed("ann");
        assumeTrue(host().store() instanceof RunStore, "the store has no runs");
        host().restoreByHand("ann", Credits.of(50), false);
        migrations.halt(OPERATOR, "wrong rate");

        assertEquals(1, migrations.planRollback().tally().count(RollbackResult.Status.OUT_OF_STEP));
        assertTrue(
                migrations.planRollback().warnings().stream().anyMatch(words -> words.contains("out of step")),
                () -> migrations.planRollback().warnings().toString());
        assertEquals(
                1,
                migrations
                        .rollbackAll(RollbackOptions.defaults(), OPERATOR, "wrong rate")
                        .count(RollbackResult.Status.OUT_OF_STEP));

        assertEquals(Credits.of(50), host().credits("ann"));
        assertEquals(Credits.of(50), host().credits("other"));
    }

    @Test
    final void a_user_whom_support_put_into_the_new_regime_after_a_rollback_is_out_of_step() {
        MigrationService migrations = confirmed("ann");
        migrations.rollback("ann", OPERATOR, "wrong rate");
        host().restoreByHand("ann", Credits.of(20), true);

        assertNothingChanges(() -> {
            assertEquals(
                    RollbackResult.Status.OUT_OF_STEP,
                    migrations.rollback("ann", OPERATOR, "again").status());
            assertEquals(
                    MigrationResult.Status.OUT_OF_STEP,
                    migrations.migrate("ann").status());
            assertTrue(migrations.reopen("ann", OPERATOR, "again").isEmpty());
        });
    }

    @Test
    final void reconciled_to_the_old_regime_a_user_stays_there_until_an_operator_reopens() {
        MigrationService migrations = confirmed("ann");
        host().restoreByHand("ann", Credits.of(50), false);

        assertEquals(
                ReconcileResult.Status.ROW_SAYS_OTHERWISE,
                migrations
                        .reconcile("ann", MigrationStatus.COMPLETED, OPERATOR, "support was wrong")
                        .status());
        assertEquals(
                ReconcileResult.Status.RECONCILED,
                migrations
                        .reconcile("ann", MigrationStatus.ROLLED_BACK, OPERATOR, "support restored it")
                        .status());

        assertEquals(Credits.of(50), host().credits("ann"));
        assertFalse(host().flagged("ann"));
        List<JournalLine> log = migrations.log("ann");
        assertEquals(JournalLine.Kind.RECONCILED, log.get(log.size() - 1).kind());
        assertEquals("support restored it", log.get(log.size() - 1).reason());
        assertNothingChanges(() -> {
            assertEquals(
                    ReconcileResult.Status.IN_STEP,
                    migrations
                            .reconcile("ann", MigrationStatus.ROLLED_BACK, OPERATOR, "again")
                            .status());
            assertEquals(
                    MigrationResult.Status.ROLLED_BACK,
                    migrations.migrate("ann").status());
            assertEquals(
                    RollbackResult.Status.ALREADY_ROLLED_BACK,
                    migrations.rollback("ann", OPERATOR, "again").status());
        });
        if (host().store() instanceof RunStore) {
            migrations.run(pagesOf(10));
        }
        assertEquals(Credits.of(50), host().credits("ann"));

        assertEquals(
                2, migrations.reopen("ann", OPERATOR, "again").orElseThrow().attempt());
        migrations.confirm("ann", migrations.quote("ann").orElseThrow(), Actor.user("ann"));
        assertEquals(Credits.of(20), host().credits("ann"));
    }

    @Test
    final void reconciled_to_the_new_regime_a_user_has_no_rollback_data() {
        MigrationService migrations = confirmed("ann");
        migrations.rollback("ann", OPERATOR, "wrong rate");
        host().restoreByHand("ann", Credits.of(20), true);

        assertEquals(
                ReconcileResult.Status.RECONCILED,
                migrations
                        .reconcile("ann", MigrationStatus.COMPLETED, OPERATOR, "support migrated it")
                        .status());

        assertEquals(Credits.of(20), host().credits("ann"));
        assertEquals(
                MigrationResult.Status.ALREADY_MIGRATED,
                migrations.autoMigrateIfZeroCredits("ann").status());
        assertEquals(
                RollbackResult.Status.NO_ROLLBACK_DATA,
                migrations.rollback("ann", OPERATOR, "again").status());
    }

    @Test
    final void verification_names_who_is_out_of_step_and_nobody_who_was_reconciled() {
        MigrationService migrations = confirmed("ann");
        assumeTrue(host().store() instanceof AuditStore, "the store is not audited");
        host().restoreByHand("ann", Credits.of(50), false);

        assertEquals(
                List.of("ann"),
                migrations.verify().first(Check.OUT_OF_STEP).stream()
                        .map(offender -> offender.userId())
                        .toList());

        migrations.reconcile("ann", MigrationStatus.ROLLED_BACK, OPERATOR, "support restored it");
        assertTrue(
                migrations.verify().isClean(), () -> migrations.verify().found().toString());
        if (host().store() instanceof RunStore runs) {
            assertEquals(1, runs.totals(RATE_2500).count(MigrationStatus.COMPLETED));
            assertEquals(1, runs.totals(RATE_2500).count(MigrationStatus.ROLLED_BACK));
        }
    }
}
