package io.creditmigration.testkit;

import static io.creditmigration.testkit.SeedUser.user;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.creditmigration.Credits;
import io.creditmigration.Migration;
import io.creditmigration.MigrationResult;
import io.creditmigration.MigrationResult.Status;
import io.creditmigration.MigrationService;
import io.creditmigration.MigrationStatus;
import io.creditmigration.RollbackResult;
import io.creditmigration.UserMigration;
import io.creditmigration.testkit.FaultyStore.Call;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

abstract class AllOrNothingContract extends ContractGroup {

    AllOrNothingContract(MigrationStoreContract contract) {
        super(contract);
    }

    @Test
    final void a_conversion_that_the_store_refuses_leaves_nothing_but_the_mark() {
        conversion(user("bob").credits("50").rateLimit(25));
        refuseChangesOf("bob");

        MigrationResult result = node(RATE_2500_UNASKED).migrate("bob");

        assertOnlyMarked(RATE_2500_UNASKED, result);
        assertCredits("50", "bob");
        assertFalse(host().flagged("bob"));
        assertEquals(25, host().rateLimit("bob"));
    }

    @Test
    final void a_user_without_credits_whom_the_store_refuses_keeps_working() {
        conversion(user("ann").credits("0"));
        refuseChangesOf("ann");

        MigrationResult result = node(RATE_2500).autoMigrateIfZeroCredits("ann");

        assertOnlyMarked(RATE_2500, result);
        assertFalse(host().flagged("ann"));
        host().topUp("ann", HostApplication.OLD_RATE.perCredit());
        assertCredits("1", "ann");
    }

    @Test
    final void a_grant_that_the_store_refuses_leaves_nothing_but_the_mark() {
        grant(user("ann").rateLimit(25).operations(LONG_AGO));
        refuseChangesOf("ann");

        MigrationResult result = node(GRANT).migrate("ann");

        assertOnlyMarked(GRANT, result);
        assertNull(host().credits("ann"));
        assertFalse(host().flagged("ann"));
        assertEquals(25, host().rateLimit("ann"));
        assertEquals(List.of(), host().history("ann"));
    }

    @Test
    final void what_is_written_is_written_whole() {
        grant(user("ann").rateLimit(25).operations(LONG_AGO));
        List<String> before = host().dump();

        MigrationResult result = node(GRANT).migrate("ann");

        assertEquals(Status.MIGRATED, result.status());
        assertNotEquals(before, host().dump(), "a dump that shows nothing");
        assertCredits("20", "ann");
        assertTrue(host().flagged("ann"));
        assertNull(host().rateLimit("ann"), "rate limit");
        assertEquals(2, host().history("ann").size());
        assertEquals(1, host().store().log(GRANT, "ann").size());
        UserMigration record = node(GRANT).find("ann").orElseThrow();
        assertEquals(result.record(), record);
        assertEquals(MigrationStatus.COMPLETED, record.status());
        assertEquals(Credits.of(20), record.creditsGranted());
        assertEquals(1, record.historicalOperations());
        assertEquals(clock.instant(), record.changedAt());
    }

    @Test
    final void a_page_with_a_refused_user_writes_the_others_whole_and_nothing_of_him() {
        grant(user("a"), user("b").operations(LONG_AGO), user("c"), user("d"));
        runStore();
        refuseChangesOf("b");

        node(GRANT).run(pagesOf(10));

        for (String id : List.of("a", "c", "d")) {
            assertCredits("20", id);
            assertTrue(host().flagged(id));
            assertEquals(1, host().history(id).size());
            assertEquals(1, host().store().log(GRANT, id).size());
        }
        assertStatus(MigrationStatus.FAILED, node(GRANT), "b");
        assertNull(host().credits("b"));
        assertFalse(host().flagged("b"));
        assertEquals(List.of(), host().history("b"));
        assertOnlyFailed(GRANT, "b");
    }

    @Test
    final void a_rejected_page_leaves_nothing() {
        grant(user("a"), user("b"), user("c"), user("d"));
        runStore();
        refuseChangesOf("c");
        node(GRANT).runs().open(pagesOf(4));
        List<String> before = host().dump();
        List<String> after = new ArrayList<>();
        FaultyStore faulty = FaultyStore.around(host().store());
        faulty.after(Call.PAGE, () -> after.addAll(host().dump()));

        node(GRANT, faulty).run(pagesOf(4));

        assertEquals(String.join("\n", before), String.join("\n", after));
    }

    @Test
    final void a_page_that_dies_leaves_nothing() {
        grant(user("a"), user("b"), user("c"));
        runStore();
        FaultyStore faulty = FaultyStore.around(host().store());
        faulty.after(Call.DECIDE, new IllegalStateException("killed"));
        MigrationService migrations = node(GRANT, faulty);
        migrations.runs().open(pagesOf(10));

        assertNothingChanges(() -> assertThrows(IllegalStateException.class, () -> migrations.run(pagesOf(10))));
    }

    @Test
    final void a_rollback_that_the_store_refuses_leaves_everything_as_it_was() {
        grant(user("ann").rateLimit(25).operations(LONG_AGO));
        MigrationService migrations = node(GRANT);
        migrations.migrate("ann");
        refuseChangesOf("ann");

        assertNothingChanges(() -> {
            RollbackResult result = migrations.rollback("ann", OPERATOR, "too early");
            assertEquals(RollbackResult.Status.REJECTED, result.status());
            assertNotNull(result.message());
        });
        assertStatus(MigrationStatus.COMPLETED, migrations, "ann");
    }

    @Test
    final void a_stale_change_writes_nothing() {
        grant(user("ann").operations(LONG_AGO));
        FaultyStore faulty = FaultyStore.around(host().store());
        for (int i = 1; i <= 5; i++) {
            faulty.before(Call.COMMIT, () -> host().topUpCredits("ann", Credits.of(1)));
        }

        MigrationResult result = node(GRANT, faulty).migrate("ann");

        assertEquals(Status.CONTENDED, result.status());
        assertCredits("5", "ann");
        assertFalse(host().flagged("ann"));
        assertEquals(10, host().rateLimit("ann"));
        assertEquals(List.of(), host().history("ann"));
        assertEquals(List.of(), host().store().log(GRANT, "ann"));
        assertTrue(node(GRANT).find("ann").isEmpty(), "a record");
    }

    private void assertOnlyMarked(Migration migration, MigrationResult result) {
        assertEquals(Status.FAILED, result.status(), result::toString);
        UserMigration record = node(migration).find(result.userId()).orElseThrow();
        assertEquals(MigrationStatus.FAILED, record.status());
        assertEquals(result.message(), record.error());
        assertNotNull(record.error(), "why it failed");
        assertNull(record.rollbackData(), "rollback data");
        assertEquals(Credits.ZERO, record.creditsGranted());
        assertEquals(
                result.message(), assertOnlyFailed(migration, result.userId()).error());
    }
}
