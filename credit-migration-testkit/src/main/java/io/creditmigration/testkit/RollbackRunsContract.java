package io.creditmigration.testkit;

import static io.creditmigration.testkit.SeedUser.user;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.creditmigration.Actor;
import io.creditmigration.Credits;
import io.creditmigration.InvalidValueException;
import io.creditmigration.JournalLine;
import io.creditmigration.JournalLine.Kind;
import io.creditmigration.MigrationGate;
import io.creditmigration.MigrationResult;
import io.creditmigration.MigrationRun;
import io.creditmigration.MigrationRun.State;
import io.creditmigration.MigrationRuns;
import io.creditmigration.MigrationService;
import io.creditmigration.MigrationStatus;
import io.creditmigration.PaidCredits;
import io.creditmigration.Regime;
import io.creditmigration.RollbackOptions;
import io.creditmigration.RollbackPlan;
import io.creditmigration.RollbackResult.Status;
import io.creditmigration.Rollout;
import io.creditmigration.RunOptions;
import io.creditmigration.Stages;
import io.creditmigration.StoreException;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Rollbacks of many users. */
abstract class RollbackRunsContract extends ContractGroup {

    private static final int USERS = 24;

    RollbackRunsContract(MigrationStoreContract contract) {
        super(contract);
    }

    @Test
    final void a_run_takes_everybody_back_in_the_name_of_who_has_asked() {
        open(HostApplication.Setting.GRANT_WITH_PURCHASES, users(USERS));
        runStore();
        MigrationService migrations = node(GRANT);
        migrations.run(pagesOf(4));
        host().topUpCredits(id(1), Credits.of(-5));
        host().buy(id(2), Credits.of(7));
        migrations.halt(OPERATOR, "wrong day");
        clock.advance(Duration.ofMinutes(1));

        RollbackPlan plan = migrations.planRollback();
        MigrationRun run = migrations.rollbackAll(backInPagesOf(4), OPERATOR, "wrong tariff");

        assertEquals(State.FINISHED, run.state());
        assertEquals(Map.of(Status.PAID_CREDITS, 1L, Status.ROLLED_BACK, USERS - 1L), run.rollbacks());
        assertEquals(plan.tally(), run.tally());
        assertSameValue(BigDecimal.valueOf(20 * (USERS - 1) - 5), run.tally().withdrawn());
        assertSameValue(BigDecimal.ZERO, run.tally().creditsAfter());
        assertEquals(List.of(new RollbackPlan.PaidUser(id(2), Credits.of(7))), plan.paid());
        assertCredits("27", id(2));
        for (int i = 0; i < USERS; i++) {
            if (i != 2) {
                assertStatus(MigrationStatus.ROLLED_BACK, migrations, id(i));
                assertEquals(Credits.ZERO, host().storedCredits(id(i)));
                assertEquals(10, host().rateLimit(id(i)));
            }
        }
        JournalLine line = migrations.log(id(0)).get(1);
        assertEquals(OPERATOR, line.actor());
        assertEquals("wrong tariff", line.reason());
        assertEquals(OPERATOR, migrations.runs().latest().orElseThrow().openedBy());
        assertTrue(migrations.rollout().halted(), "the switch is left on");
    }

    @Test
    final void a_run_that_keeps_paid_credits_leaves_them_on_an_active_account() {
        open(HostApplication.Setting.GRANT_WITH_PURCHASES, users(4));
        runStore();
        MigrationService migrations = node(GRANT);
        migrations.run(pagesOf(4));
        host().topUpCredits(id(2), Credits.of(-20));
        host().buy(id(2), Credits.of(20));
        migrations.halt(OPERATOR, "wrong day");
        RollbackOptions keeping = backInPagesOf(4).withPaidCredits(PaidCredits.KEEP);

        RollbackPlan plan = migrations.planRollback(keeping);
        MigrationRun run = migrations.rollbackAll(keeping, OPERATOR, "wrong tariff");

        assertEquals(List.of(new RollbackPlan.PaidUser(id(2), Credits.of(20))), plan.paid());
        assertEquals(plan.tally(), run.tally());
        assertEquals(4, run.count(Status.ROLLED_BACK), run::toString);
        assertCredits("20", id(2));
        assertSameValue(BigDecimal.valueOf(60), run.tally().withdrawn());
    }

    @Test
    final void a_run_takes_conversions_back_with_their_residual() {
        conversion(
                user(id(0)).credits("50"),
                user(id(1)).credits("0.0004"),
                user(id(2)).credits("0"));
        runStore();
        MigrationService migrations = node(RATE_2500_UNASKED);
        migrations.run(pagesOf(2));
        assertTrue(host().spend(id(1), new BigDecimal("0.25")));
        migrations.halt(OPERATOR, "wrong rate");

        RollbackPlan plan = migrations.planRollback();
        MigrationRun run = migrations.rollbackAll(backInPagesOf(2), OPERATOR, "wrong rate");

        assertEquals(3, run.count(Status.ROLLED_BACK), run::toString);
        assertEquals(plan.tally(), run.tally());
        assertEquals(id(0), plan.largestChanges().get(0).userId());
        assertSameValue(new BigDecimal("0.05"), run.tally().residual());
        assertSameValue(BigDecimal.ZERO, run.tally().withdrawn());
        assertCredits("50", id(0));
        assertCredits("0.0002", id(1));
        assertCredits("0", id(2));
        assertFalse(host().flagged(id(0)));
    }

    @Test
    final void only_the_latest_of_several_conversions_is_taken_back_by_a_run() {
        conversion(user("ann").credits("50"), user("bob").credits("50"));
        assumeConvertsAgain();
        runStore();
        node(RATE_2500_UNASKED).run(pagesOf(5));
        node(RATE_1500).migrate("ann");
        MigrationService first = node(RATE_2500_UNASKED);
        first.halt(OPERATOR, "wrong rate");

        MigrationRun run = first.rollbackAll(backInPagesOf(5), OPERATOR, "wrong rate");

        assertEquals(Map.of(Status.NOT_LATEST, 1L, Status.ROLLED_BACK, 1L), run.rollbacks());
        assertCredits("33.3333", "ann");
        assertCredits("50", "bob");
    }

    @Test
    final void a_run_needs_the_halt_switch_on_and_stands_still_while_it_is_off() {
        grant(users(6));
        runStore();
        MigrationService migrations = node(GRANT);
        migrations.run(pagesOf(6));

        assertNothingChanges(() -> {
            InvalidValueException refused = assertThrows(
                    InvalidValueException.class, () -> migrations.rollbackAll(backInPagesOf(2), OPERATOR, "wrong day"));
            assertTrue(String.valueOf(refused.getMessage()).contains("halt switch is 'off'"), refused::toString);
            RollbackPlan plan = migrations.planRollback();
            assertEquals(6, plan.count(Status.ROLLED_BACK));
            assertEquals(List.of("The halt switch is off: a rollback of many needs it on"), plan.warnings());
        });
        assertEquals(1, migrations.runs().list().size());

        migrations.halt(OPERATOR, "wrong day");
        AtomicBoolean lifted = new AtomicBoolean();
        MigrationRun halted = migrations.rollbackAll(
                backInPagesOf(2).withListener(run -> {
                    if (!lifted.getAndSet(true)) {
                        node(GRANT).rollout(Rollout.EVERYBODY, OPERATOR, "by mistake");
                    }
                }),
                OPERATOR,
                "wrong day");
        assertEquals(State.HALTED, halted.state());
        assertEquals(2, halted.count(Status.ROLLED_BACK), halted::toString);
        assertEquals(State.HALTED, migrations.runs().find(halted.id()).state());
        assertEquals(MigrationRuns.Step.STOPPED, migrations.runs().step(halted.id()));

        migrations.halt(OPERATOR, "go on");
        MigrationRun finished = migrations.rollbackAll(backInPagesOf(2), Actor.operator("bob"), "go on");
        assertEquals(halted.id(), finished.id());
        assertEquals(State.FINISHED, finished.state());
        assertEquals(6, finished.count(Status.ROLLED_BACK), finished::toString);
        // Whoever goes on with it, it is what the first one has asked for.
        assertEquals(OPERATOR, migrations.log(id(5)).get(1).actor());
        assertEquals("wrong day", migrations.log(id(5)).get(1).reason());
    }

    @Test
    final void a_run_that_takes_back_is_paused_resumed_stepped_and_cancelled_as_any_other() {
        grant(users(6));
        runStore();
        node(GRANT).run(pagesOf(6));
        node(GRANT).halt(OPERATOR, "wrong day");
        // Runs are listed by when they began.
        clock.advance(Duration.ofSeconds(1));
        MigrationRuns runs = node(GRANT).runs();
        String runId = runs.open(backInPagesOf(2), OPERATOR, "wrong day").id();

        assertEquals(MigrationRuns.Step.WORKED, node(GRANT).runs().step(runId));
        runs.pause(runId, OPERATOR, "lunch");
        assertEquals(MigrationRuns.Step.STOPPED, node(GRANT).runs().step(runId));
        assertEquals(
                State.PAUSED,
                node(GRANT).rollbackAll(backInPagesOf(2), OPERATOR, "wrong day").state());
        runs.retune(runId, runs.find(runId).settings().withPageSize(1), OPERATOR, "gently");
        runs.resume(runId, OPERATOR, "back");
        assertEquals(MigrationRuns.Step.WORKED, node(GRANT).runs().step(runId));
        assertEquals(3, runs.find(runId).count(Status.ROLLED_BACK));
        runs.cancel(runId, OPERATOR, "enough");
        assertEquals(MigrationRuns.Step.STOPPED, node(GRANT).runs().step(runId));
        assertStatus(MigrationStatus.COMPLETED, node(GRANT), id(5));

        clock.advance(Duration.ofSeconds(1));
        MigrationRun rest = node(GRANT).rollbackAll(backInPagesOf(2), OPERATOR, "after all");
        assertEquals(3, rest.count(Status.ROLLED_BACK), rest::toString);
        assertEquals(3, rest.progress().users(), rest::toString);
        assertEquals(
                List.of(rest.id(), runId),
                runs.list().stream().limit(2).map(MigrationRun::id).toList());
    }

    @Test
    final void many_threads_of_many_nodes_take_back_once() {
        grant(users(USERS));
        runStore();
        node(GRANT).run(pagesOf(10));
        node(GRANT).halt(OPERATOR, "wrong day");
        List<MigrationService> nodes = List.of(node(GRANT), node(GRANT), node(GRANT));

        atOnce(nodes.stream()
                .map(node -> (Callable<MigrationRun>)
                        () -> node.rollbackAll(backInPagesOf(1).withThreads(2), OPERATOR, "wrong day"))
                .toList());

        long takenBack = node(GRANT).runs().list().stream()
                .mapToLong(run -> run.count(Status.ROLLED_BACK))
                .sum();
        assertEquals(USERS, takenBack);
        ids(USERS).forEach(id -> {
            assertEquals(1, logLines(GRANT, id, Kind.ROLLED_BACK));
            assertEquals(Credits.ZERO, host().storedCredits(id));
        });
    }

    @Test
    final void a_run_may_be_for_the_users_of_one_run_of_a_stage_of_a_time_or_of_a_list() {
        grant(users(60));
        runStore();
        MigrationService migrations = node(GRANT);
        for (int i = 0; i < 4; i++) {
            migrations.autoMigrateIfZeroCredits(id(i));
        }
        clock.advance(Duration.ofHours(1));
        Instant stages = clock.instant();
        MigrationRun first = migrations.run(pagesOf(10).withStages(Stages.of(30)));
        MigrationRun second = migrations.run(pagesOf(10).withStages(Stages.of(30, 100)));
        long inFirst = first.count(MigrationResult.Status.MIGRATED);
        long inSecond = second.count(MigrationResult.Status.MIGRATED);
        assertEquals(60, 4 + inFirst + inSecond);
        clock.advance(Duration.ofHours(1));
        migrations.halt(OPERATOR, "wrong day");
        RollbackOptions all = backInPagesOf(7);

        assertEquals(inFirst, planned(all.withRun(first.id())));
        assertEquals(inSecond, planned(all.withRun(second.id())));
        assertEquals(inFirst, planned(all.withStage(30)));
        assertEquals(4, planned(all.withMigratedBetween(CUT_OFF, stages)));
        assertEquals(56, planned(all.withMigratedBetween(stages, clock.instant())));
        assertEquals(2, planned(all.withUsers(List.of(id(0), id(50), "nobody"))));
        assertEquals(60, planned(all));
        assertEquals(
                0,
                planned(all.withMigratedBetween(clock.instant(), clock.instant().plusSeconds(1))));
        assertThrows(InvalidValueException.class, () -> planned(all.withRun("none")));
        assertThrows(
                InvalidValueException.class, () -> migrations.rollbackAll(all.withRun("none"), OPERATOR, "wrong day"));

        assertTakesBack(inFirst, all.withRun(first.id()));
        assertTakesBack(0, all.withStage(30));
        assertTakesBack(4, all.withMigratedBetween(CUT_OFF, stages));
        assertTakesBack(inSecond, all.withStage(100));
        MigrationRun listed =
                migrations.rollbackAll(all.withUsers(List.of(id(0), id(50), "nobody")), OPERATOR, "wrong day");
        assertEquals(Map.of(Status.ALREADY_ROLLED_BACK, 2L), listed.rollbacks());
        assertEquals(2, listed.progress().users(), listed::toString);
    }

    @Test
    final void who_was_migrated_when_and_by_which_run_is_not_changed_by_what_was_caught_up() {
        grant(users(3));
        runStore();
        MigrationService migrations = node(GRANT);
        MigrationRun run = migrations.run(pagesOf(10));
        Instant migrated = clock.instant();
        clock.advance(Duration.ofHours(1));
        host().addOperation(id(1), LONG_AGO);
        MigrationRun late = migrations.catchUp();
        assertEquals(1, logLines(GRANT, id(1), Kind.CAUGHT_UP));
        migrations.halt(OPERATOR, "wrong day");
        RollbackOptions all = backInPagesOf(7);

        assertEquals(3, planned(all.withRun(run.id())));
        assertEquals(0, planned(all.withRun(late.id())));
        assertEquals(3, planned(all.withMigratedBetween(migrated, migrated.plusSeconds(1))));
        assertEquals(
                0,
                planned(all.withMigratedBetween(
                        migrated.plusSeconds(1), clock.instant().plusSeconds(1))));
        assertTakesBack(3, all.withRun(run.id()));
        assertNothingWrong(migrations);
    }

    private long planned(RollbackOptions options) {
        return node(GRANT).planRollback(options).count(Status.ROLLED_BACK);
    }

    private void assertTakesBack(long users, RollbackOptions options) {
        MigrationRun run = node(GRANT).rollbackAll(options, OPERATOR, "wrong day");
        assertEquals(State.FINISHED, run.state());
        assertEquals(users, run.count(Status.ROLLED_BACK), run::toString);
        assertEquals(users, run.progress().users(), run::toString);
    }

    @Test
    final void one_refused_user_is_isolated_and_the_others_are_taken_back() {
        grant(users(8));
        runStore();
        MigrationService migrations = node(GRANT);
        migrations.run(pagesOf(8));
        migrations.halt(OPERATOR, "wrong day");
        refuseChangesOf(id(3));

        MigrationRun run = migrations.rollbackAll(backInPagesOf(8), OPERATOR, "wrong day");

        assertEquals(State.FINISHED, run.state());
        assertEquals(Map.of(Status.ROLLED_BACK, 7L, Status.REJECTED, 1L), run.rollbacks());
        assertStatus(MigrationStatus.COMPLETED, migrations, id(3));
        assertCredits("20", id(3));
        assertNull(host().rateLimit(id(3)), "rate limit");
    }

    @Test
    final void a_run_pauses_itself_when_the_store_refuses_too_many() {
        grant(users(8));
        runStore();
        MigrationService migrations = node(GRANT);
        migrations.run(pagesOf(8));
        migrations.halt(OPERATOR, "wrong day");
        for (int i = 0; i < 4; i++) {
            refuseChangesOf(id(i));
        }
        RollbackOptions careful = backInPagesOf(1);

        MigrationRun run = migrations.rollbackAll(
                careful.withSettings(careful.settings().withFailureRateMax(new BigDecimal("0.002"))),
                OPERATOR,
                "wrong day");

        assertEquals(State.PAUSED, run.state());
        assertEquals(3, run.count(Status.REJECTED), run::toString);
    }

    @Test
    final void who_moves_between_read_and_write_of_a_page_or_is_locked_is_left_to_the_sweep() {
        open(HostApplication.Setting.GRANT_WITH_PURCHASES, users(4));
        runStore();
        node(GRANT).run(pagesOf(4));
        node(GRANT).halt(OPERATOR, "wrong day");
        FaultyStore faulty = FaultyStore.around(host().store());
        List<AutoCloseable> locks = new ArrayList<>();
        faulty.after(FaultyStore.Call.DECIDE, () -> {
            host().topUpCredits(id(0), Credits.of(-5));
            host().buy(id(1), Credits.of(5));
            node(GRANT).rollback(id(3), OPERATOR, "asked for it");
            locks.add(host().lock(id(2)));
        });
        faulty.after(FaultyStore.Call.PAGE, () -> locks.forEach(RollbackRunsContract::release));

        MigrationRun run = node(GRANT, faulty).rollbackAll(backInPagesOf(4), OPERATOR, "wrong day");

        assertEquals(
                Map.of(Status.ROLLED_BACK, 2L, Status.PAID_CREDITS, 1L, Status.ALREADY_ROLLED_BACK, 1L),
                run.rollbacks());
        assertEquals(4, run.progress().left(), run::toString);
        assertCredits("25", id(1));
        assertEquals(Credits.ZERO, host().storedCredits(id(0)));
        assertEquals(Credits.ZERO, host().storedCredits(id(2)));
        assertEquals("asked for it", node(GRANT).log(id(3)).get(1).reason());
    }

    @Test
    final void a_page_that_fails_behind_its_write_is_written_again_whole() {
        grant(users(6));
        runStore();
        node(GRANT).run(pagesOf(6));
        node(GRANT).halt(OPERATOR, "wrong day");
        FaultyStore faulty = FaultyStore.around(host().store());
        faulty.after(FaultyStore.Call.PAGE, new StoreException(StoreException.Kind.OUTCOME_UNKNOWN, "cut off", null));

        MigrationRun run = node(GRANT, faulty).rollbackAll(backInPagesOf(3), OPERATOR, "wrong day");

        assertEquals(Map.of(Status.ROLLED_BACK, 6L), run.rollbacks());
        ids(6).forEach(id -> assertEquals(1, logLines(GRANT, id, Kind.ROLLED_BACK)));
    }

    @Test
    final void whom_a_run_has_taken_back_no_trigger_migrates_and_no_gate_remembers() {
        grant(users(3));
        runStore();
        MigrationService migrations = node(GRANT);
        MigrationGate gate = MigrationGate.of(migrations);
        ids(3).forEach(gate::check);
        ids(3).forEach(gate::check);
        migrations.halt(OPERATOR, "wrong day");
        assertEquals(Regime.CREDITS, migrations.regime(id(0)));

        migrations.rollbackAll(backInPagesOf(3), OPERATOR, "wrong day");

        assertEquals(Regime.RATE_LIMIT, migrations.regime(id(0)));
        migrations.rollout(Rollout.EVERYBODY, OPERATOR, "on again");
        assertNothingChanges(() -> {
            assertEquals(
                    MigrationResult.Status.ROLLED_BACK,
                    migrations.autoMigrateIfZeroCredits(id(0)).status());
            MigrationRun run = migrations.run(pagesOf(3));
            assertEquals(3, run.count(MigrationResult.Status.ROLLED_BACK), run::toString);
        });
    }

    @Test
    final void a_plan_writes_nothing_and_needs_nobodys_leave() {
        open(HostApplication.Setting.GRANT_WITH_PURCHASES, users(3));
        runStore();
        node(GRANT).run(pagesOf(3));
        host().buy(id(1), Credits.of(5));

        assertNothingChanges(() -> {
            node(GRANT).planRollback();
            node(GRANT).planRollback(RollbackOptions.defaults().withPaidCredits(PaidCredits.KEEP));
            node(GRANT).planRollback(RollbackOptions.defaults().withUsers(List.of(id(1))));
        });
    }

    @Test
    final void users_to_be_migrated_and_users_to_be_taken_back_are_not_confused() {
        grant(users(1));
        runStore();
        MigrationService migrations = node(GRANT);
        migrations.run(pagesOf(3));
        migrations.halt(OPERATOR, "wrong day");
        MigrationRun back = migrations.rollbackAll(backInPagesOf(3), OPERATOR, "wrong day");

        assertThrows(InvalidValueException.class, () -> RunOptions.defaults().withScope(back.scope()));
    }

    private static RollbackOptions backInPagesOf(int users) {
        return RollbackOptions.defaults().withPageSize(users);
    }

    private static SeedUser[] users(int count) {
        return ids(count).stream().map(SeedUser::user).toArray(SeedUser[]::new);
    }
}
