package io.creditmigration.engine.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.creditmigration.Consent;
import io.creditmigration.Credits;
import io.creditmigration.FakeStore;
import io.creditmigration.Fixture;
import io.creditmigration.Health;
import io.creditmigration.Migration;
import io.creditmigration.MigrationListener;
import io.creditmigration.MigrationOptions;
import io.creditmigration.MigrationResult;
import io.creditmigration.MigrationResult.Status;
import io.creditmigration.RunScope;
import io.creditmigration.RunSettings;
import io.creditmigration.States;
import io.creditmigration.StoreException;
import io.creditmigration.Tally;
import io.creditmigration.Usage;
import io.creditmigration.UserSnapshot;
import io.creditmigration.engine.LatencyHistogram;
import io.creditmigration.internal.SafeListener;
import io.creditmigration.spi.CommitResult;
import io.creditmigration.spi.Page;
import io.creditmigration.spi.PageWork;
import io.creditmigration.spi.UserChange;
import io.creditmigration.spi.UserState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** How a worker asks for pages, and what it counts of them. */
final class RunWorkerTest {

    private static final Migration MIGRATION = Fixture.fitted(Fixture.conversion(Consent.NONE));
    private static final RunSettings PAGES_OF_8 = RunSettings.defaults().withPageSize(8);

    /** Hands out the same users page after page, unless it is told to answer something else. */
    private static final class Pages extends FakeStore {

        private final Deque<Supplier<Page>> next = new ArrayDeque<>();
        private final Map<String, CommitResult> results = new HashMap<>();
        private final List<Integer> limits = new ArrayList<>();
        private List<UserState> users = users(8);
        private Set<String> left = Set.of();
        private boolean sweep;
        private Tally counted = Tally.NOBODY;
        private Set<String> leftNow = Set.of();
        private List<UserChange> changes = List.of();

        @Override
        public Page page(
                Migration migration, String runId, @Nullable Integer range, int limit, Instant now, PageWork work) {
            limits.add(limit);
            List<UserState> read = users.subList(0, Math.min(limit, users.size()));
            if (!next.isEmpty()) {
                Page answer = next.poll().get();
                if (answer.status() == Page.Status.REJECTED || answer.status() == Page.Status.ENDED) {
                    work.decide(new PageWork.Users(read, left, sweep));
                }
                return answer;
            }
            PageWork.Decided decided = work.decide(new PageWork.Users(read, left, sweep));
            changes = decided.changes();
            Optional<PageWork.Counted> sums = work.count(changes.stream()
                    .map(change -> results.getOrDefault(change.line().userId(), CommitResult.committed(0)))
                    .toList());
            counted = sums.map(PageWork.Counted::tally).orElse(Tally.NOBODY);
            leftNow = sums.map(PageWork.Counted::left).orElse(Set.of());
            return Page.of(sums.isPresent() ? Page.Status.ADVANCED : Page.Status.CONTENDED, 0, run.settings());
        }
    }

    private final Pages store = new Pages();

    @Test
    void a_page_is_written_and_counted() {
        store.results.put("u3", CommitResult.of(CommitResult.Status.OUTSIDE_ROLLOUT));

        assertThat(worker(PAGES_OF_8).step()).isEqualTo(Page.Status.ADVANCED);

        assertThat(store.counted.outcomes()).isEqualTo(Map.of(Status.MIGRATED, 7L, Status.OUTSIDE_ROLLOUT, 1L));
        assertThat(store.leftNow).isEmpty();
    }

    @Test
    void who_was_held_or_changed_by_others_is_left_to_the_sweep() {
        store.results.put("u1", CommitResult.of(CommitResult.Status.LOCKED));
        store.results.put("u2", CommitResult.of(CommitResult.Status.STALE));

        worker(PAGES_OF_8).step();

        assertThat(store.leftNow).containsExactlyInAnyOrder("u1", "u2");
        assertThat(store.counted.outcomes()).isEqualTo(Map.of(Status.MIGRATED, 6L));
    }

    @Test
    void a_page_that_a_halt_has_met_is_not_counted() {
        store.results.put("u1", CommitResult.of(CommitResult.Status.HALTED));
        assertThat(worker(PAGES_OF_8).step()).isEqualTo(Page.Status.CONTENDED);

        store.results.put("u1", CommitResult.of(CommitResult.Status.NOT_BEGUN));
        assertThat(worker(PAGES_OF_8).step()).isEqualTo(Page.Status.CONTENDED);
        assertThat(store.counted).isEqualTo(Tally.NOBODY);
    }

    @Test
    void a_page_is_cut_after_the_user_with_whom_it_has_too_many_operations() {
        store.users = store.users.stream().map(user -> using(user, 40)).toList();

        worker(PAGES_OF_8.withPageOperations(100)).step();
        assertThat(store.changes).hasSize(2);

        worker(PAGES_OF_8.withPageOperations(1)).step();
        assertThat(store.changes).as("one user is always whole").hasSize(1);
    }

    @Test
    void after_a_transient_failure_pages_are_smaller_and_then_grow_again() {
        store.next.add(RunWorkerTest::deadlock);
        store.next.add(RunWorkerTest::deadlock);
        RunWorker<MigrationResult> worker = worker(PAGES_OF_8);

        for (int page = 0; page < 5; page++) {
            worker.step();
        }

        assertThat(store.limits).containsExactly(8, 4, 2, 4, 8);
        assertThat(worker.slowness()).isNull();
    }

    @Test
    void a_single_user_who_keeps_failing_ends_the_worker_after_the_attempts() {
        for (int i = 0; i < 20; i++) {
            store.next.add(RunWorkerTest::deadlock);
        }
        RunWorker<MigrationResult> worker = worker(RunSettings.defaults().withPageSize(1));

        assertThat(worker.step()).isEqualTo(Page.Status.CONTENDED);
        assertThat(worker.step()).isEqualTo(Page.Status.CONTENDED);
        assertThatThrownBy(worker::step).isInstanceOf(StoreException.class).hasMessageContaining("deadlock");
    }

    @Test
    void a_store_that_is_not_there_ends_the_worker_at_once() {
        store.next.add(() -> {
            throw new StoreException(StoreException.Kind.UNAVAILABLE, "no connection", null);
        });

        assertThatThrownBy(worker(PAGES_OF_8)::step).hasMessage("no connection");
    }

    @Test
    void who_is_refused_alone_is_marked_failed() {
        for (int i = 0; i < 4; i++) {
            store.next.add(() -> Page.rejected("value out of range"));
        }
        RunWorker<MigrationResult> worker = worker(PAGES_OF_8);

        for (int page = 0; page < 5; page++) {
            worker.step();
        }

        assertThat(store.limits).containsExactly(8, 4, 2, 1, 1);
        assertThat(store.counted.outcomes()).isEqualTo(Map.of(Status.FAILED, 1L));
        assertThat(store.changes.get(0).line().error()).isEqualTo("value out of range");
    }

    @Test
    void who_can_be_neither_written_nor_marked_ends_the_worker() {
        for (int i = 0; i < 5; i++) {
            store.next.add(() -> Page.rejected("value out of range"));
        }
        RunWorker<MigrationResult> worker = worker(PAGES_OF_8);
        for (int page = 0; page < 4; page++) {
            worker.step();
        }

        assertThatThrownBy(worker::step)
                .isInstanceOf(StoreException.class)
                .hasMessage("User u0 can neither be written nor marked FAILED: value out of range");
    }

    @Test
    void what_the_database_ends_is_asked_for_in_smaller_pages_that_stay_small_for_a_while() {
        store.next.add(() -> Page.ended("lock timeout"));
        RunWorker<MigrationResult> worker = worker(PAGES_OF_8);

        worker.step();
        assertThat(worker.slowness()).isEqualTo("pages of 4 users: lock timeout");
        for (int page = 0; page < 10; page++) {
            worker.step();
        }

        assertThat(store.limits).containsExactly(8, 4, 4, 4, 4, 4, 4, 4, 4, 4, 8);
    }

    @Test
    void what_is_ended_for_one_user_beyond_the_patience_is_that_users() {
        for (int i = 0; i < 3; i++) {
            store.next.add(() -> Page.ended("lock timeout"));
        }
        RunWorker<MigrationResult> worker = worker(RunSettings.defaults().withPageSize(1));

        for (int page = 0; page < 4; page++) {
            worker.step();
        }

        assertThat(store.counted.outcomes()).isEqualTo(Map.of(Status.FAILED, 1L));
        assertThat(store.changes.get(0).line().error()).isEqualTo("lock timeout");
    }

    @Test
    void a_page_is_never_larger_than_what_a_second_allows() {
        worker(PAGES_OF_8.withUsersPerSecond(3)).step();

        assertThat(store.limits).containsExactly(3);
    }

    @Test
    void where_nobody_of_a_page_could_be_had_the_next_one_is_smaller() {
        store.users.forEach(
                user -> store.results.put(user.user().userId(), CommitResult.of(CommitResult.Status.LOCKED)));
        RunWorker<MigrationResult> worker = worker(PAGES_OF_8);

        worker.step();
        worker.step();

        assertThat(store.limits).containsExactly(8, 4);
        assertThat(worker.slowness()).isEqualTo("pages of 2 users: users are being written by others");
    }

    @Test
    void the_sweep_counts_only_whom_the_first_pass_has_left() {
        store.sweep = true;
        store.left = Set.of("u1");
        store.users = store.users.stream()
                .map(user -> States.withUser(user, user.user().withCredits(null)))
                .toList();

        worker(PAGES_OF_8).step();

        assertThat(store.counted.outcomes()).isEqualTo(Map.of(Status.ABSENT_BALANCE, 1L));
    }

    @Test
    void in_the_sweep_who_is_held_is_met_alone_and_counted_as_contended_in_the_end() {
        store.sweep = true;
        store.results.put("u0", CommitResult.of(CommitResult.Status.LOCKED));
        RunWorker<MigrationResult> worker = worker(PAGES_OF_8);

        assertThat(worker.step()).isEqualTo(Page.Status.CONTENDED);
        assertThat(worker.step()).isEqualTo(Page.Status.CONTENDED);
        assertThat(worker.step()).isEqualTo(Page.Status.CONTENDED);
        assertThat(worker.step()).isEqualTo(Page.Status.ADVANCED);

        assertThat(store.limits).containsExactly(8, 1, 1, 1);
        assertThat(store.counted.outcomes()).isEqualTo(Map.of(Status.CONTENDED, 1L));
    }

    @Test
    void where_a_run_stands_still_the_worker_says_so() {
        for (Page.Status status :
                List.of(Page.Status.BUSY, Page.Status.STOPPED, Page.Status.HALTED, Page.Status.FINISHED)) {
            store.next.add(() -> Page.of(status, null, PAGES_OF_8.withThreads(7)));
            RunWorker<MigrationResult> worker = worker(PAGES_OF_8);

            assertThat(worker.step()).isEqualTo(status);
            assertThat(worker.settings().threads()).isEqualTo(7);
            assertThat(worker.slowness())
                    .isEqualTo(status == Page.Status.BUSY ? "others work on all the ranges that are left" : null);
        }
    }

    private static Page deadlock() {
        throw new StoreException(StoreException.Kind.TRANSIENT, "deadlock", null);
    }

    private RunWorker<MigrationResult> worker(RunSettings settings) {
        store.run = FakeStore.run(RunScope.everyone(), settings, Tally.NOBODY);
        MigrationOptions options = MigrationOptions.defaults()
                .withClock(Fixture.CLOCK)
                .withAttempts(3)
                .withPatience(Duration.ofMillis(1));
        return new RunWorker<>(
                MIGRATION,
                store,
                new MigratingAction(MIGRATION, store, Fixture.decider(MIGRATION), RunScope.everyone()),
                options,
                store.run,
                new RunLimits(MIGRATION, store, store.run, () -> Health.GO, options, new LatencyHistogram()),
                new SafeListener<>(MigrationListener.NONE, MigrationListener.NONE));
    }

    private static UserState using(UserState user, long operations) {
        return States.withUser(user, user.user().withUsage(new Usage(0, 1, 0, operations)));
    }

    private static List<UserState> users(int users) {
        return IntStream.range(0, users)
                .mapToObj(i -> States.of(
                        UserSnapshot.of("u" + i).withCredits(Credits.ZERO).withRegisteredAt(Instant.EPOCH)))
                .toList();
    }
}
