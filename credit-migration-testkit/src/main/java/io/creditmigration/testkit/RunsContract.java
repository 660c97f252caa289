package io.creditmigration.testkit;

import static io.creditmigration.testkit.SeedUser.user;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.creditmigration.Allocation;
import io.creditmigration.Credits;
import io.creditmigration.Health;
import io.creditmigration.HealthSignal;
import io.creditmigration.InvalidValueException;
import io.creditmigration.Migration;
import io.creditmigration.MigrationOptions;
import io.creditmigration.MigrationResult.Status;
import io.creditmigration.MigrationRun;
import io.creditmigration.MigrationRun.State;
import io.creditmigration.MigrationRuns;
import io.creditmigration.MigrationService;
import io.creditmigration.MigrationStatus;
import io.creditmigration.Rollout;
import io.creditmigration.RunEvent;
import io.creditmigration.RunOptions;
import io.creditmigration.RunScope;
import io.creditmigration.Stages;
import io.creditmigration.UserMigration;
import io.creditmigration.spi.Page;
import io.creditmigration.spi.RunStore;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Runs over whole populations: cut, shared, controlled, limited, and accounted for. */
abstract class RunsContract extends ContractGroup {

    private static final int USERS = 24;

    RunsContract(MigrationStoreContract contract) {
        super(contract);
    }

    @Test
    final void a_run_is_cut_into_ranges_that_meet_everybody_once() {
        grant(users(USERS));
        RunStore store = runStore();
        MigrationRun run = openRun(store, GRANT, 1);
        OnlyLooking looking = new OnlyLooking();
        Set<Integer> ranges = new TreeSet<>();

        Page page;
        do {
            page = store.page(GRANT, run.id(), null, 5, CUT_OFF, looking);
            if (page.range() != null) {
                ranges.add(page.range());
            }
        } while (page.status() == Page.Status.ADVANCED);

        assertEquals(USERS / RunStore.RANGE_PAGES_MIN, run.progress().ranges());
        assertEquals(run.progress().ranges(), ranges.size());
        assertEquals(USERS, run.progress().users());
        assertEquals(ids(USERS), looking.first);
        assertEquals(ids(USERS), looking.sweep);
        assertEquals(Page.Status.FINISHED, page.status());
    }

    @Test
    final void many_threads_of_many_nodes_share_a_run_and_all_know_its_figures() {
        grant(users(USERS));
        runStore();
        List<MigrationService> nodes = List.of(node(GRANT), node(GRANT), node(GRANT));

        List<MigrationRun> runs = atOnce(nodes.stream()
                .map(node -> (Callable<MigrationRun>) () -> node.run(pagesOf(1).withThreads(3)))
                .toList());

        // Who came when the run was over has opened another, which found everybody migrated.
        long migrated = node(GRANT).runs().list().stream()
                .mapToLong(run -> run.count(Status.MIGRATED))
                .sum();
        assertEquals(USERS, migrated);
        runs.forEach(run -> assertEquals(State.FINISHED, run.state()));
        ids(USERS).forEach(id -> assertCredits("20", id));
    }

    @Test
    final void a_run_that_was_paused_writes_nothing_until_it_is_resumed() {
        grant(users(USERS));
        runStore();
        MigrationService migrations = node(GRANT);
        MigrationRuns runs = migrations.runs();
        AtomicBoolean paused = new AtomicBoolean();

        MigrationRun stopped = migrations.run(pagesOf(2).withListener(run -> {
            if (!paused.getAndSet(true)) {
                node(GRANT).runs().pause(run.id(), OPERATOR, "too fast");
            }
        }));
        assertEquals(State.PAUSED, stopped.state());
        assertEquals("too fast", stopped.reason());
        assertEquals(2, stopped.count(Status.MIGRATED), stopped::toString);
        assertNothingChanges(() ->
                assertEquals(MigrationRuns.Step.STOPPED, node(GRANT).runs().step(stopped.id())));
        assertNothingChanges(
                () -> assertEquals(State.PAUSED, node(GRANT).run(pagesOf(2)).state()));

        runs.resume(stopped.id(), OPERATOR, "gently");
        MigrationRun finished = node(GRANT).run(pagesOf(2));

        assertEquals(stopped.id(), finished.id());
        assertEquals(State.FINISHED, finished.state());
        assertEquals(USERS, finished.count(Status.MIGRATED), finished::toString);
        assertEquals(
                List.of("FINISHED", "RUNNING", "PAUSED", "OPENED", "REGISTERED"),
                runs.events().stream().map(RunEvent::what).toList());
        assertEquals(OPERATOR, runs.events().get(2).actor());
        assertEquals("too fast", runs.events().get(2).reason());
        assertThrows(InvalidValueException.class, () -> runs.pause(finished.id(), OPERATOR, "too late"));
    }

    @Test
    final void a_cancelled_run_is_over_and_the_next_one_begins_anew() {
        grant(users(3));
        runStore();
        MigrationRuns runs = node(GRANT).runs();
        MigrationRun run = runs.open(pagesOf(1));
        runs.step(run.id());

        assertEquals(
                State.CANCELLED, runs.cancel(run.id(), OPERATOR, "wrong day").state());
        assertEquals(MigrationRuns.Step.STOPPED, runs.step(run.id()));
        MigrationRun next = node(GRANT).run(pagesOf(1));

        assertNotEquals(run.id(), next.id());
        assertEquals(1, next.count(Status.ALREADY_MIGRATED), next::toString);
        assertEquals(2, next.count(Status.MIGRATED), next::toString);
    }

    @Test
    final void pages_and_threads_change_while_a_run_goes_on_and_nobody_is_skipped() {
        grant(users(USERS));
        runStore();
        List<Integer> done = Collections.synchronizedList(new ArrayList<>());

        MigrationRun run = node(GRANT).run(pagesOf(1).withListener(now -> {
            if (done.isEmpty()) {
                node(GRANT)
                        .runs()
                        .retune(now.id(), now.settings().withPageSize(5).withThreads(2), OPERATOR, "faster");
            }
            done.add((int) now.progress().done());
        }));

        assertEquals(5, run.settings().pageSize());
        assertEquals(2, run.settings().threads());
        assertEquals(USERS, run.count(Status.MIGRATED), run::toString);
        assertTrue(done.size() < USERS, () -> "pages of several users: " + done);
        ids(USERS).forEach(id -> assertCredits("20", id));
    }

    @Test
    final void a_page_is_cut_behind_the_user_with_whom_it_has_operations_enough() {
        SeedUser[] busy = IntStream.range(0, 4)
                .mapToObj(i -> user(id(i)).operations(LONG_AGO, LONG_AGO.plusSeconds(1), LONG_AGO.plusSeconds(2)))
                .toArray(SeedUser[]::new);
        grant(busy);
        runStore();
        List<Long> done = new ArrayList<>();

        RunOptions options = pagesOf(10);
        MigrationRun run = node(GRANT)
                .run(options.withSettings(options.settings().withPageOperations(7))
                        .withListener(now -> done.add(now.progress().done())));

        assertEquals(4, run.count(Status.MIGRATED), run::toString);
        assertEquals(List.of(2L, 4L), done.subList(0, 2));
    }

    @Test
    final void users_who_appear_behind_the_position_are_migrated_and_those_deleted_or_flagged_are_accounted_for() {
        conversion(users(8, "50"));
        runStore();
        FaultyStore faulty = FaultyStore.around(host().store());
        // Between read and write of the first page of four, and then behind it.
        faulty.after(FaultyStore.Call.DECIDE, () -> {
            host().deleteUser(id(0));
            node(RATE_2500_UNASKED).migrate(id(1));
        });
        faulty.before(FaultyStore.Call.DECIDE, () -> add(user(id(0) + "-late").credits("50")));

        MigrationRun run = node(RATE_2500_UNASKED, faulty).run(pagesOf(4));

        assertEquals(State.FINISHED, run.state());
        assertEquals(8, run.progress().done(), run::toString);
        assertEquals(2, run.progress().left(), run::toString);
        // Six of the first pass and the late one; one who was migrated meanwhile; the deleted one came to nothing.
        assertEquals(7, run.count(Status.MIGRATED), run::toString);
        assertEquals(1, run.count(Status.ALREADY_MIGRATED), run::toString);
        assertEquals(8, run.users(), run::toString);
        assertCredits("20", id(0) + "-late");
        assertCredits("20", id(1));
    }

    @Test
    final void who_is_locked_when_his_page_comes_is_left_to_the_sweep() {
        conversion(users(4, "50"));
        runStore();
        FaultyStore faulty = FaultyStore.around(host().store());
        AutoCloseable[] lock = new AutoCloseable[1];
        faulty.after(FaultyStore.Call.DECIDE, () -> lock[0] = host().lock(id(2)));
        faulty.after(FaultyStore.Call.PAGE, () -> release(lock[0]));

        MigrationRun run = node(RATE_2500_UNASKED, faulty).run(pagesOf(10));

        assertEquals(1, run.progress().left(), run::toString);
        assertEquals(4, run.count(Status.MIGRATED), run::toString);
        assertEquals(4, run.users(), run::toString);
        ids(4).forEach(id -> assertCredits("20", id));
    }

    @Test
    final void who_failed_is_listed_and_tried_again_by_a_run_for_the_failed_alone() {
        grant(users(6));
        runStore();
        AtomicBoolean broken = new AtomicBoolean(true);
        Migration migration = grantBy(user -> {
            if (broken.get() && (user.userId().equals(id(1)) || user.userId().equals(id(4)))) {
                throw new IllegalStateException("no tariff for " + user.userId());
            }
            return new Allocation(Credits.of(20), "fixed");
        });
        MigrationRun first = node(migration).run(pagesOf(10));
        assertEquals(2, first.count(Status.FAILED), first::toString);
        List<UserMigration> failed = node(migration).runs().failed(null, 1);
        assertEquals(List.of(id(1)), failed.stream().map(UserMigration::userId).toList());
        assertEquals("no tariff for " + id(1), failed.get(0).error());
        assertEquals(
                List.of(id(4)),
                node(migration).runs().failed(id(1), 10).stream()
                        .map(UserMigration::userId)
                        .toList());

        broken.set(false);
        RunOptions again = pagesOf(10).withScope(RunScope.failedOnly());
        assertEquals(2, node(migration).plan(again).count(Status.MIGRATED));
        MigrationRun second = node(migration).run(again);

        assertEquals(2, second.progress().users(), second::toString);
        assertEquals(2, second.count(Status.MIGRATED), second::toString);
        assertEquals(List.of(), node(migration).runs().failed(null, 10));
    }

    @Test
    final void a_run_for_a_list_is_for_nobody_else() {
        grant(users(8));
        runStore();
        RunOptions listed = pagesOf(2).withUsers(List.of(id(6), id(1), "nobody", id(3)));
        assertEquals(3, node(GRANT).plan(listed).count(Status.MIGRATED));
        assertEquals(1, node(GRANT).plan(listed).count(Status.UNKNOWN_USER));

        MigrationRun run = node(GRANT).run(listed);

        assertEquals(3, run.count(Status.MIGRATED), run::toString);
        assertEquals(3, run.progress().users(), run::toString);
        for (int i = 0; i < 8; i++) {
            boolean isListed = i == 1 || i == 3 || i == 6;
            assertEquals(isListed, node(GRANT).find(id(i)).isPresent(), id(i));
        }
    }

    @Test
    final void a_run_in_stages_goes_on_by_itself_or_waits_for_an_operator() {
        grant(users(60));
        runStore();
        MigrationService migrations = node(GRANT);
        RunOptions staged = pagesOf(10).withStages(Stages.of(20, 60, 100).approvedByOperator());

        MigrationRun first = migrations.run(staged);
        long inside = ids(60).stream()
                .filter(id -> new Rollout(20, false).includes("grant", id))
                .count();
        assertEquals(State.AWAITING_APPROVAL, first.state());
        assertEquals(20, first.stage());
        assertEquals(inside, first.count(Status.MIGRATED), first::toString);
        assertEquals(20, migrations.rollout().percent());
        assertEquals(State.AWAITING_APPROVAL, node(GRANT).run(staged).state());

        migrations.rollout(new Rollout(60, false), OPERATOR, "looks good");
        assertEquals(State.AWAITING_APPROVAL, node(GRANT).run(staged).state());
        MigrationRun last = node(GRANT).run(pagesOf(10).withStages(Stages.of(20, 60, 100)));

        assertEquals(State.FINISHED, last.state());
        assertEquals(100, last.stage());
        assertEquals(100, migrations.rollout().percent());
        ids(60).forEach(id -> assertCredits("20", id));
    }

    @Test
    final void a_stage_obeys_the_halt_and_does_not_lift_it() {
        grant(users(10));
        runStore();
        node(GRANT).halt(OPERATOR, "not today");

        MigrationRun run = node(GRANT).run(pagesOf(10).withStages(Stages.of(50, 100)));

        assertEquals(State.HALTED, run.state());
        assertTrue(node(GRANT).rollout().halted());
        assertEquals(0, run.users());
    }

    @Test
    final void a_run_pauses_itself_when_too_many_fail() {
        grant(users(40));
        runStore();
        Migration migration = grantBy(user -> {
            throw new IllegalStateException("no tariff");
        });

        MigrationRun run = node(migration).run(pagesOf(1).withFailureRateMax(new BigDecimal("0.002")));

        // Fewer than a thousand count as a thousand: the third is one too many.
        assertEquals(State.PAUSED, run.state());
        assertEquals(3, run.count(Status.FAILED), run::toString);
        assertTrue(run.reason().contains("3 of 3 users failed"), run.reason());
        assertEquals("guardrail", node(migration).runs().events().get(0).actor().name());
    }

    @Test
    final void a_run_pauses_itself_after_twenty_failures_in_a_row_and_the_failed_are_retried_as_one_act() {
        grant(users(60));
        runStore();
        AtomicBoolean broken = new AtomicBoolean(true);
        Migration migration = grantBy(user -> {
            if (broken.get() && user.userId().compareTo(id(15)) >= 0) {
                throw new IllegalStateException("no tariff");
            }
            return new Allocation(Credits.of(20), "fixed");
        });
        MigrationRuns runs = node(migration).runs();

        MigrationRun run = node(migration).run(pagesOf(10));

        // From the sixteenth user on everybody fails; the page with the twentieth of them is the last.
        assertEquals(State.PAUSED, run.state());
        assertEquals(15, run.count(Status.MIGRATED), run::toString);
        assertEquals(25, run.count(Status.FAILED), run::toString);
        assertTrue(run.reason().startsWith("25 users failed in a row, of 20 allowed"), run.reason());
        assertEquals("guardrail", runs.events().get(0).actor().name());

        broken.set(false);
        MigrationRun retried = runs.retryFailed(OPERATOR, "the tariff is there");
        assertEquals(25, retried.count(Status.MIGRATED), retried::toString);
        assertEquals(OPERATOR, retried.openedBy());
        assertEquals("the tariff is there", retried.openedFor());
        assertEquals(List.of(), runs.failed(null, 10));
        runs.resume(run.id(), OPERATOR, "mended");
        assertEquals(State.FINISHED, node(migration).run(pagesOf(10)).state());
        ids(60).forEach(id -> assertCredits("20", id));
    }

    @Test
    final void a_run_pauses_itself_when_at_least_twenty_and_more_than_one_in_twenty_have_failed() {
        grant(users(300));
        runStore();
        Migration migration = everyFailing(10);

        MigrationRun run = node(migration).run(pagesOf(10));

        assertEquals(State.PAUSED, run.state());
        assertEquals(20, run.count(Status.FAILED), run::toString);
        assertTrue(run.reason().startsWith("20 of 20"), run.reason());
        assertTrue(run.reason().contains(" users failed, more than the share of 0.05 allowed"), run.reason());

        // What an operator has resumed begins to be counted anew.
        node(migration).runs().resume(run.id(), OPERATOR, "they are as bad as that");
        MigrationRun finished = node(migration).run(pagesOf(10));
        assertEquals(State.FINISHED, finished.state());
        assertEquals(30, finished.count(Status.FAILED), finished::toString);
    }

    @Test
    final void failures_that_are_few_or_are_not_to_be_counted_pause_nothing() {
        grant(users(420));
        runStore();
        MigrationRun few = node(everyFailing(21)).run(pagesOf(100));
        assertEquals(State.FINISHED, few.state(), few::toString);
        assertEquals(20, few.count(Status.FAILED), few::toString);

        add(IntStream.range(500, 540).mapToObj(i -> user(id(i))).toArray(SeedUser[]::new));
        MigrationService boundless = MigrationService.of(
                everyFailing(1),
                host().store(),
                MigrationOptions.defaults().withClock(clock).withFailureLimit(0, BigDecimal.ZERO));
        MigrationRun all = boundless.run(pagesOf(100));
        assertEquals(State.FINISHED, all.state(), all::toString);
        assertEquals(40, all.count(Status.FAILED), all::toString);
    }

    @Test
    final void pages_that_a_scheduler_steps_are_counted_over_all_its_steps() {
        grant(users(60));
        runStore();
        MigrationRuns runs = node(everyFailing(1)).runs();
        MigrationRun run = runs.open(pagesOf(3));

        int steps = 0;
        while (runs.step(run.id()) == MigrationRuns.Step.WORKED) {
            steps++;
        }

        assertTrue(steps < 10, "it stands still after some of twenty pages");
        assertEquals(State.PAUSED, runs.find(run.id()).state());
        long failed = runs.find(run.id()).count(Status.FAILED);
        assertTrue(failed >= 20 && failed < 20 + 3, () -> failed + " failed");
    }

    /** A grant that fails for the last of each so many users. */
    private static Migration everyFailing(int every) {
        return grantBy(user -> {
            int number = Integer.parseInt(user.userId().substring("user-".length()));
            if (number % every == every - 1) {
                throw new IllegalStateException("no tariff");
            }
            return new Allocation(Credits.of(20), "fixed");
        });
    }

    @Test
    final void what_requests_have_granted_counts_towards_the_limit_of_a_run() {
        grant(users(10));
        runStore();
        for (int i = 0; i < 4; i++) {
            node(GRANT).autoMigrateIfZeroCredits(id(i));
        }

        MigrationRun run = node(GRANT).run(pagesOf(1).withGrantedMax(Credits.of(100)));

        assertEquals(State.PAUSED, run.state());
        assertEquals(2, run.count(Status.MIGRATED), run::toString);
        assertTrue(run.reason().contains("120 credits granted, more than the 100 allowed"), run.reason());
    }

    @Test
    final void a_host_that_is_not_well_pauses_a_run_and_one_that_cannot_say_slows_it_down() {
        grant(users(4));
        runStore();
        HealthSignal ill = () -> Health.stop("replication lag of 40 s");
        MigrationRun stopped = node(GRANT).run(pagesOf(1).withHealth(ill));
        assertEquals(State.PAUSED, stopped.state());
        assertEquals("replication lag of 40 s", stopped.reason());
        assertEquals(0, stopped.users());

        node(GRANT).runs().resume(stopped.id(), OPERATOR, "lag is gone");
        Set<String> slowness = new TreeSet<>();
        MigrationRun slow = node(GRANT)
                .run(pagesOf(1)
                        .withHealth(() -> {
                            throw new IllegalStateException("no metrics");
                        })
                        .withListener(run -> slowness.add(String.valueOf(run.slowness()))));

        assertEquals(State.FINISHED, slow.state());
        assertTrue(slowness.contains("slowed down: the health signal cannot be read"), slowness::toString);
    }

    @Test
    final void a_run_keeps_to_its_users_per_second() {
        grant(users(30));
        runStore();
        long begun = System.nanoTime();

        MigrationRun run = node(GRANT).run(pagesOf(10).withThreads(2).withUsersPerSecond(10));

        assertEquals(30, run.count(Status.MIGRATED));
        long millis = Duration.ofNanos(System.nanoTime() - begun).toMillis();
        assertTrue(millis >= 1_800, () -> "30 users at 10 a second took " + millis + " ms");
    }

    @Test
    final void progress_never_passes_a_hundred_and_knows_how_long_it_will_take() {
        grant(users(USERS));
        runStore();
        AtomicInteger late = new AtomicInteger();
        List<Integer> percents = new ArrayList<>();

        MigrationRun run = node(GRANT).run(pagesOf(4).withListener(now -> {
            clock.advance(Duration.ofSeconds(1));
            percents.add(now.progress().percent());
            add(user("z-" + late.incrementAndGet()).registeredAt(CUT_OFF));
            if (now.progress().done() == 12) {
                // Three pages, the second and third of which took a second each.
                assertEquals(Duration.ofSeconds(2), now.progress().eta().orElseThrow());
                assertEquals(6, now.progress().usersPerSecond());
            }
        }));

        assertEquals(State.FINISHED, run.state());
        assertTrue(run.progress().done() > USERS, run::toString);
        assertEquals(100, run.progress().percent());
        assertFalse(percents.stream().anyMatch(percent -> percent > 100), percents::toString);
        assertEquals(Duration.ZERO, run.progress().eta().orElseThrow());
    }

    @Test
    final void who_interrupts_the_caller_of_a_run_ends_its_work_after_the_page_in_hand() {
        grant(users(USERS));
        runStore();
        Thread caller = Thread.currentThread();
        AtomicBoolean done = new AtomicBoolean();

        MigrationRun interrupted = node(GRANT).run(pagesOf(2).withListener(run -> {
            if (!done.getAndSet(true)) {
                caller.interrupt();
                // Until it has noticed, pages of a store in memory may be so fast that none is left.
                long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
                while (caller.isInterrupted() && System.nanoTime() < deadline) {
                    Thread.onSpinWait();
                }
            }
        }));

        assertTrue(Thread.interrupted(), "the flag is left to the caller");
        assertEquals(State.RUNNING, interrupted.state());
        assertTrue(interrupted.users() < USERS, interrupted::toString);
        MigrationRun finished = node(GRANT).run(pagesOf(2));
        assertEquals(interrupted.id(), finished.id());
        assertEquals(USERS, finished.count(Status.MIGRATED), finished::toString);
    }

    @Test
    final void a_step_works_one_page_so_that_any_scheduler_can_drive_a_run() {
        grant(users(3));
        runStore();
        String runId = node(GRANT).runs().open(pagesOf(2)).id();

        int worked = 0;
        while (node(GRANT).runs().step(runId) == MigrationRuns.Step.WORKED) {
            worked++;
        }

        assertTrue(worked >= 2 && worked <= 5, "pages: " + worked);
        assertEquals(State.FINISHED, node(GRANT).runs().find(runId).state());
        assertEquals(MigrationRuns.Step.FINISHED, node(GRANT).runs().step(runId));
        assertStatus(MigrationStatus.COMPLETED, node(GRANT), id(2));
        assertThrows(InvalidValueException.class, () -> node(GRANT).runs().find("no run"));
    }

    private static SeedUser[] users(int count) {
        return ids(count).stream().map(SeedUser::user).toArray(SeedUser[]::new);
    }

    private static SeedUser[] users(int count, String credits) {
        return ids(count).stream().map(id -> user(id).credits(credits)).toArray(SeedUser[]::new);
    }
}
