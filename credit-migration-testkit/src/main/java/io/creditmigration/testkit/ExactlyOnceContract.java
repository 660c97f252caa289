package io.creditmigration.testkit;

import static io.creditmigration.testkit.SeedUser.user;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.creditmigration.Actor;
import io.creditmigration.Credits;
import io.creditmigration.JournalLine.Kind;
import io.creditmigration.Migration;
import io.creditmigration.MigrationResult.Status;
import io.creditmigration.MigrationRun;
import io.creditmigration.MigrationService;
import io.creditmigration.MigrationStatus;
import io.creditmigration.Quote;
import io.creditmigration.StoreException;
import io.creditmigration.spi.Page;
import io.creditmigration.spi.RunStore;
import io.creditmigration.testkit.FaultyStore.Call;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;

abstract class ExactlyOnceContract extends ContractGroup {

    private static final int USERS = 24;
    private static final int NODES = 3;

    ExactlyOnceContract(MigrationStoreContract contract) {
        super(contract);
    }

    @Test
    final void all_triggers_at_once_on_several_nodes_convert_each_user_once() {
        conversion();
        List<String> ids =
                seed(i -> i % 2 == 0 ? user(id(i)).credits("0") : user(id(i)).credits("50.00"));
        runStore();
        Map<String, Quote> quotes = new TreeMap<>();
        ids.forEach(id -> node(RATE_2500).quote(id).ifPresent(quote -> quotes.put(id, quote)));

        List<Callable<Long>> triggers = new ArrayList<>();
        for (int i = 0; i < NODES; i++) {
            MigrationService node = node(RATE_2500);
            triggers.add(() ->
                    countMigrated(ids, id -> node.autoMigrateIfZeroCredits(id).status()));
            triggers.add(() -> countMigrated(ids, id -> node.migrate(id).status()));
            triggers.add(() -> countMigrated(quotes.keySet(), id -> confirm(node, quotes, id)));
            triggers.add(() -> {
                node.run(pagesOf(5));
                return 0L;
            });
        }
        long migrated = sum(atOnce(triggers));
        // Who was contended by everybody at once is still to be had, and by one only.
        migrated += countMigrated(quotes.keySet(), id -> confirm(node(RATE_2500), quotes, id));
        node(RATE_2500).run(pagesOf(5));
        migrated += migratedByRuns(RATE_2500);

        assertEquals(USERS, migrated, "answers that said MIGRATED");
        for (int i = 0; i < USERS; i++) {
            assertCredits(i % 2 == 0 ? "0" : "20", id(i));
            assertMigratedOnce(RATE_2500, id(i));
        }
    }

    @Test
    final void all_triggers_at_once_on_several_nodes_grant_each_user_once() {
        grant();
        List<String> ids = seed(i -> (i % 2 == 0 ? user(id(i)) : user(id(i)).credits("5"))
                .operations(LONG_AGO.plusSeconds(i), LONG_AGO.plusSeconds(i + 1)));
        runStore();

        List<Callable<Long>> triggers = new ArrayList<>();
        for (int i = 0; i < NODES; i++) {
            MigrationService node = node(GRANT);
            triggers.add(() ->
                    countMigrated(ids, id -> node.autoMigrateIfZeroCredits(id).status()));
            triggers.add(() -> countMigrated(ids, id -> node.migrate(id).status()));
            triggers.add(() -> {
                node.run(pagesOf(5));
                return 0L;
            });
        }
        long migrated = sum(atOnce(triggers));
        node(GRANT).run(pagesOf(5));
        migrated += migratedByRuns(GRANT);

        assertEquals(USERS, migrated, "answers that said MIGRATED");
        for (int i = 0; i < USERS; i++) {
            String id = id(i);
            assertCredits(i % 2 == 0 ? "20" : "25", id);
            assertMigratedOnce(GRANT, id);
            assertEquals(3, host().history(id).size(), () -> "one grant and two operations of " + id);
        }
    }

    @Test
    final void another_node_between_read_and_write_leaves_nothing_to_do() {
        conversion(user("ann").credits("0"));
        FaultyStore faulty = FaultyStore.around(host().store());
        faulty.before(Call.COMMIT, () -> node(RATE_2500).autoMigrateIfZeroCredits("ann"));

        assertEquals(
                Status.ALREADY_MIGRATED,
                node(RATE_2500, faulty).autoMigrateIfZeroCredits("ann").status());
        assertMigratedOnce(RATE_2500, "ann");
    }

    @Test
    final void another_node_between_read_and_write_of_a_grant_leaves_nothing_to_do() {
        grant(user("ann").operations(LONG_AGO));
        FaultyStore faulty = FaultyStore.around(host().store());
        faulty.before(Call.COMMIT, () -> node(GRANT).migrate("ann"));

        assertEquals(Status.ALREADY_MIGRATED, node(GRANT, faulty).migrate("ann").status());
        assertCredits("20", "ann");
        assertMigratedOnce(GRANT, "ann");
        assertEquals(2, host().history("ann").size());
    }

    @Test
    final void another_node_while_a_page_is_decided_leaves_its_users_alone() {
        grant(user("ann"), user("bob"), user("cem"));
        runStore();
        FaultyStore faulty = FaultyStore.around(host().store());
        faulty.after(Call.DECIDE, () -> node(GRANT).migrate("bob"));

        MigrationRun run = node(GRANT, faulty).run(pagesOf(10));

        assertEquals(2, run.count(Status.MIGRATED), run::toString);
        assertEquals(1, run.count(Status.ALREADY_MIGRATED), run::toString);
        for (String id : List.of("ann", "bob", "cem")) {
            assertCredits("20", id);
            assertMigratedOnce(GRANT, id);
        }
    }

    @Test
    final void doing_anything_again_changes_nothing() {
        conversion(user("ann").credits("0"), user("bob").credits("50"));
        runStore();
        MigrationService migrations = node(RATE_2500);
        Quote quote = migrations.quote("bob").orElseThrow();
        migrations.confirm("bob", quote, Actor.user("bob"));
        migrations.autoMigrateIfZeroCredits("ann");
        clock.advance(Duration.ofDays(1));

        assertNothingChanges(() -> {
            for (String id : List.of("ann", "bob")) {
                assertEquals(
                        Status.ALREADY_MIGRATED,
                        migrations.autoMigrateIfZeroCredits(id).status());
                assertEquals(Status.ALREADY_MIGRATED, migrations.migrate(id).status());
                assertEquals(
                        Status.ALREADY_MIGRATED,
                        migrations.confirm(id, quote, Actor.user(id)).status());
            }
            MigrationRun run = migrations.run(pagesOf(1));
            assertEquals(MigrationRun.State.FINISHED, run.state());
            assertEquals(2, run.count(Status.ALREADY_MIGRATED), run::toString);
            assertEquals(2, run.users(), run::toString);
        });
    }

    @Test
    final void a_second_run_after_a_grant_changes_nothing() {
        grant();
        seed(i -> user(id(i)).operations(LONG_AGO));
        runStore();
        assertEquals(USERS, node(GRANT).run(pagesOf(7)).count(Status.MIGRATED));
        clock.advance(Duration.ofDays(1));

        assertNothingChanges(
                () -> assertEquals(USERS, node(GRANT).run(pagesOf(7)).count(Status.ALREADY_MIGRATED)));
    }

    @Test
    final void a_run_that_died_in_a_page_goes_on_where_it_was() {
        grant();
        List<String> ids = seed(i -> user(id(i)));
        runStore();
        FaultyStore faulty = FaultyStore.around(host().store());
        faulty.after(Call.DECIDE, () -> {});
        faulty.after(Call.DECIDE, new KilledException());
        List<String> runIds = new ArrayList<>();

        assertThrows(
                KilledException.class,
                () -> node(GRANT, faulty).run(pagesOf(4).withListener(run -> runIds.add(run.id()))));
        assertEquals(4, countCompleted(ids), "users of the page that was written");
        MigrationRun resumed = node(GRANT).run(pagesOf(4));

        assertEquals(runIds.get(0), resumed.id(), "the id of the run that went on");
        assertEquals(MigrationRun.State.FINISHED, resumed.state());
        assertEquals(USERS, resumed.count(Status.MIGRATED), resumed::toString);
        assertEquals(USERS, resumed.users(), resumed::toString);
        ids.forEach(id -> assertMigratedOnce(GRANT, id));
    }

    @Test
    final void a_page_whose_answer_is_lost_is_not_done_twice() {
        grant();
        List<String> ids = seed(i -> user(id(i)));
        runStore();
        FaultyStore faulty = FaultyStore.around(host().store());
        faulty.after(Call.PAGE, new StoreException(StoreException.Kind.OUTCOME_UNKNOWN, "cut off", null));

        assertEquals(
                MigrationRun.State.FINISHED,
                node(GRANT, faulty).run(pagesOf(10)).state());

        for (String id : ids) {
            assertCredits("20", id);
            assertMigratedOnce(GRANT, id);
        }
    }

    @Test
    final void a_commit_whose_answer_is_lost_is_found_written() {
        conversion(user("ann").credits("50.0001"));
        FaultyStore faulty = FaultyStore.around(host().store());
        faulty.after(Call.COMMIT, new StoreException(StoreException.Kind.OUTCOME_UNKNOWN, "cut off", null));

        assertEquals(Status.MIGRATED, confirm(node(RATE_2500, faulty), "ann").status());
        assertEquals(1, faulty.calls(Call.COMMIT));
        assertMigratedOnce(RATE_2500, "ann");
    }

    @Test
    final void a_grant_whose_answer_is_lost_is_found_written() {
        grant(user("ann").operations(LONG_AGO, CUT_OFF));
        FaultyStore faulty = FaultyStore.around(host().store());
        faulty.after(Call.COMMIT, new StoreException(StoreException.Kind.OUTCOME_UNKNOWN, "cut off", null));
        MigrationService migrations = node(GRANT, faulty);

        assertEquals(Status.MIGRATED, migrations.migrate("ann").status());
        assertEquals(1, faulty.calls(Call.COMMIT));
        assertEquals(2, migrations.find("ann").orElseThrow().historicalOperations());
        assertEquals(List.of(Credits.ZERO, Credits.ZERO, Credits.of(20)), sortedHistory("ann"));
    }

    @Test
    final void a_commit_that_never_arrived_is_done_once() {
        conversion(user("ann").credits("0"));
        FaultyStore faulty = FaultyStore.around(host().store());
        faulty.before(Call.COMMIT, new StoreException(StoreException.Kind.OUTCOME_UNKNOWN, "cut off", null));

        assertEquals(
                Status.MIGRATED,
                node(RATE_2500, faulty).autoMigrateIfZeroCredits("ann").status());
        assertEquals(2, faulty.calls(Call.COMMIT));
        assertMigratedOnce(RATE_2500, "ann");
    }

    @Test
    final void a_user_who_appears_behind_the_cursor_is_met_by_the_sweep() {
        grant(user("b"), user("c"), user("d"));
        runStore();
        FaultyStore faulty = FaultyStore.around(host().store());
        faulty.after(Call.DECIDE, () -> {});
        faulty.after(Call.DECIDE, () -> add(user("a")));

        MigrationRun run = node(GRANT, faulty).run(pagesOf(1));

        assertEquals(4, run.count(Status.MIGRATED), run::toString);
        assertCredits("20", "a");
    }

    @Test
    final void the_first_pass_meets_everybody_and_the_sweep_who_has_no_record() {
        grant(user("a"), user("b"), user("c"), user("d"), user("e"));
        RunStore store = runStore();
        node(GRANT).migrate("a");
        node(GRANT).migrate("d");
        node(GRANT).rollback("d", OPERATOR, "on request");
        String runId = openRun(store, GRANT, 2).id();
        OnlyLooking looking = new OnlyLooking();

        Page.Status status = Page.Status.ADVANCED;
        for (int pages = 0; pages < 10 && status == Page.Status.ADVANCED; pages++) {
            status = store.page(GRANT, runId, null, 2, CUT_OFF, looking).status();
        }

        assertEquals(Page.Status.FINISHED, status);
        assertEquals(List.of("a", "b", "c", "d", "e"), looking.first);
        assertEquals(List.of("b", "c", "e"), looking.sweep);
        assertNotEquals(runId, openRun(store, GRANT, 2).id(), "a finished run was opened again");
    }

    @Test
    final void a_user_who_was_deleted_between_read_and_write_is_left_out() {
        grant(user("ann"), user("bob"));
        runStore();
        FaultyStore faulty = FaultyStore.around(host().store());
        faulty.after(Call.DECIDE, () -> host().deleteUser("ann"));

        MigrationRun run = node(GRANT, faulty).run(pagesOf(10));

        assertEquals(1, run.count(Status.MIGRATED), run::toString);
        assertEquals(1, run.progress().left(), run::toString);
        assertEquals(1, run.users(), run::toString);
        assertEquals(List.of(), host().store().log(GRANT, "ann"));
        assertMigratedOnce(GRANT, "bob");
    }

    /** A process that was killed; nobody catches it. */
    private static final class KilledException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        KilledException() {
            super("killed");
        }
    }

    private interface Trigger {
        Status pull(String userId);
    }

    private interface Seeding {
        SeedUser user(int i);
    }

    private List<String> seed(Seeding seeding) {
        List<String> ids = new ArrayList<>();
        SeedUser[] users = new SeedUser[USERS];
        for (int i = 0; i < USERS; i++) {
            users[i] = seeding.user(i);
            ids.add(users[i].userId());
        }
        add(users);
        return ids;
    }

    private static Status confirm(MigrationService node, Map<String, Quote> quotes, String userId) {
        return node.confirm(userId, Objects.requireNonNull(quotes.get(userId)), Actor.user(userId))
                .status();
    }

    private static long countMigrated(Iterable<String> ids, Trigger trigger) {
        long migrated = 0;
        for (String id : ids) {
            migrated += trigger.pull(id) == Status.MIGRATED ? 1 : 0;
        }
        return migrated;
    }

    private static long sum(List<Long> counts) {
        return counts.stream().mapToLong(Long::longValue).sum();
    }

    private long countCompleted(List<String> ids) {
        MigrationService migrations = node(GRANT);
        return ids.stream()
                .filter(id -> migrations.status(id).orElse(null) == MigrationStatus.COMPLETED)
                .count();
    }

    private List<Credits> sortedHistory(String userId) {
        return host().history(userId).stream().sorted().toList();
    }

    private void assertMigratedOnce(Migration migration, String userId) {
        assertStatus(MigrationStatus.COMPLETED, node(migration), userId);
        assertEquals(1, host().store().log(migration, userId).size(), () -> "lines of the log of " + userId);
        assertEquals(1, logLines(migration, userId, Kind.MIGRATED), () -> "migrations in the log of " + userId);
    }

    /** Those who joined a run are answered its figures, so each run is asked once. */
    private long migratedByRuns(Migration migration) {
        return node(migration).runs().list().stream()
                .mapToLong(run -> run.count(Status.MIGRATED))
                .sum();
    }
}
