package io.creditmigration.testkit;

import static io.creditmigration.testkit.SeedUser.user;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import io.creditmigration.Allocation;
import io.creditmigration.Credits;
import io.creditmigration.DeadLetter;
import io.creditmigration.DefinitionConflictException;
import io.creditmigration.DispatchOptions;
import io.creditmigration.Dispatched;
import io.creditmigration.Migration;
import io.creditmigration.MigrationOptions;
import io.creditmigration.MigrationResult;
import io.creditmigration.MigrationRun;
import io.creditmigration.MigrationService;
import io.creditmigration.MigrationStatus;
import io.creditmigration.Notice;
import io.creditmigration.NoticeDispatcher;
import io.creditmigration.NoticeKind;
import io.creditmigration.NoticeMessage;
import io.creditmigration.NoticeTemplates;
import io.creditmigration.Rollout;
import io.creditmigration.RunScope;
import io.creditmigration.StoreException;
import io.creditmigration.spi.MigrationStore;
import io.creditmigration.spi.NoticeStore;
import io.creditmigration.spi.NoticeStore.Leased;
import io.creditmigration.spi.NoticeStore.Settlement;
import io.creditmigration.spi.NoticeStore.State;
import io.creditmigration.testkit.FaultyStore.Call;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

abstract class NoticesContract extends ContractGroup {

    private static final String PAGE = "https://example.com/credits";
    private static final Duration LEASE = Duration.ofMinutes(5);
    private static final Duration FAILURE_DELAY = MigrationOptions.defaults().failureNoticeDelay();

    private static final Migration BROKEN = grantBy(user -> {
        throw new IllegalStateException("no tariff");
    });

    private final RecordingNotifier notifier = new RecordingNotifier();

    NoticesContract(MigrationStoreContract contract) {
        super(contract);
    }

    @Test
    final void who_did_not_ask_for_notices_gets_none() {
        grant(user("ann"), user("bob"));
        noticeStore();
        MigrationService migrations = node(GRANT);

        migrations.migrate("ann");
        migrations.rollback("ann", OPERATOR, "too early");
        migrations.migrate("bob");

        assertEquals(List.of(), leased());
    }

    @Test
    final void a_grant_tells_its_figures() {
        grant(user("ann").credits("5"));

        telling(GRANT).migrate("ann");

        assertEquals(
                List.of(new Notice(
                        "grant",
                        "ann",
                        1,
                        NoticeKind.COMPLETE,
                        Credits.of(5),
                        Credits.of(25),
                        null,
                        null,
                        clock.instant())),
                leased());
    }

    @Test
    final void a_grant_to_who_had_no_account_tells_that() {
        grant(user("ann"));

        telling(GRANT).migrate("ann");

        Notice notice = leased().get(0);
        assertEquals(null, notice.oldCredits());
        assertEquals(Credits.of(20), notice.newCredits());
    }

    @Test
    final void a_conversion_tells_both_balances_and_both_rates() {
        conversion(user("bob").credits("50.5"));

        confirm(telling(RATE_2500), "bob");

        assertEquals(
                List.of(new Notice(
                        "rate-2500",
                        "bob",
                        1,
                        NoticeKind.COMPLETE,
                        Credits.of("50.5"),
                        Credits.of("20.2"),
                        HostApplication.OLD_RATE,
                        HostApplication.NEW_RATE,
                        clock.instant())),
                leased());
    }

    @Test
    final void a_conversion_of_nothing_tells_nobody() {
        conversion(user("ann").credits("0"), user("zoe").credits("0"));
        MigrationService migrations = telling(RATE_2500);

        assertEquals(
                MigrationResult.Status.MIGRATED,
                migrations.autoMigrateIfZeroCredits("ann").status());
        migrations.rollback("ann", OPERATOR, "too early");
        runStore();
        migrations.run(pagesOf(10));

        assertEquals(List.of(), leased());
    }

    @Test
    final void a_run_tells_each_user_once_however_often_it_runs() {
        grant(users(25));
        runStore();
        MigrationService migrations = telling(GRANT);

        migrations.run(pagesOf(10));
        migrations.run(pagesOf(10));

        List<Notice> notices = leased();
        assertEquals(25, notices.size());
        assertEquals(25, notices.stream().map(Notice::id).distinct().count());
        assertTrue(notices.stream().allMatch(notice -> notice.kind() == NoticeKind.COMPLETE));
    }

    @Test
    final void a_dry_run_queues_nothing() {
        grant(users(5));
        runStore();
        MigrationService migrations = telling(GRANT);

        assertNothingChanges(migrations::plan);

        assertEquals(List.of(), leased());
    }

    @Test
    final void a_page_tells_whom_it_writes_and_who_was_locked_is_told_later() {
        conversion(user("a").credits("50"), user("b").credits("50"), user("c").credits("50"));
        runStore();
        MigrationService migrations = telling(RATE_2500_UNASKED);

        whileLocked("b", () -> migrations.run(pagesOf(10)));

        assertEquals(
                List.of("a", "c"),
                leased().stream().map(Notice::userId).sorted().toList());
        migrations.run(pagesOf(10));
        assertEquals(List.of("b"), leased().stream().map(Notice::userId).toList());
    }

    @Test
    final void a_refused_change_tells_of_the_issue_only_and_only_once() {
        grant(user("ann"));
        refuseChangesOf("ann");
        MigrationService migrations = telling(GRANT);

        migrations.migrate("ann");
        migrations.migrate("ann");

        assertEquals(
                List.of(new Notice("grant", "ann", 1, NoticeKind.ISSUE, null, null, null, null, clock.instant())),
                leased());
        assertStatus(MigrationStatus.FAILED, migrations, "ann");
    }

    @Test
    final void an_issue_of_a_conversion_is_told_to_who_has_credits() {
        conversion(user("bob").credits("50"), user("zoe").credits("0"));
        refuseChangesOf("bob");
        refuseChangesOf("zoe");
        MigrationService migrations = telling(RATE_2500_UNASKED);

        migrations.migrate("bob");
        migrations.migrate("zoe");

        List<Notice> notices = leased();
        assertEquals(List.of("bob"), notices.stream().map(Notice::userId).toList());
        assertEquals(NoticeKind.ISSUE, notices.get(0).kind());
        assertTrue(notices.get(0).isOfConversion());
    }

    @Test
    final void a_page_that_dies_queues_nothing() {
        grant(users(5));
        runStore();
        FaultyStore faulty = FaultyStore.around(host().store());
        faulty.after(Call.DECIDE, new IllegalStateException("killed"));

        assertThrows(IllegalStateException.class, () -> telling(GRANT, faulty).run(pagesOf(10)));

        assertEquals(List.of(), leased());
    }

    @Test
    final void a_user_in_a_rejected_page_is_told_of_the_issue_and_the_others_of_theirs() {
        grant(user("a"), user("b"), user("c"));
        runStore();
        refuseChangesOf("b");

        telling(GRANT).run(pagesOf(10));
        clock.advance(FAILURE_DELAY);

        assertEquals(
                List.of("a COMPLETE", "b ISSUE", "c COMPLETE"),
                leased().stream()
                        .map(notice -> notice.userId() + " " + notice.kind())
                        .sorted()
                        .toList());
    }

    @Test
    final void who_is_migrated_after_all_is_not_told_of_the_issue() {
        grant(user("ann"));
        MigrationService migrations = telling(grantBy(user -> {
            throw new IllegalStateException("no tariff");
        }));
        migrations.migrate("ann");

        telling(grantBy(user -> Allocation.of(Credits.of(7), "mended"))).migrate("ann");

        assertEquals(
                List.of(NoticeKind.COMPLETE),
                leased().stream().map(Notice::kind).toList());
    }

    @Test
    final void who_failed_in_a_run_is_told_after_a_while_and_who_failed_alone_at_once() {
        grant(user("a"), user("b"));
        runStore();
        MigrationService migrations = telling(BROKEN);
        migrations.migrate("b");
        assertEquals(List.of("b"), leased().stream().map(Notice::userId).toList());

        migrations.run(pagesOf(10));

        clock.advance(FAILURE_DELAY.minusMillis(1));
        assertEquals(List.of("b"), leased().stream().map(Notice::userId).toList(), "nobody settled it");
        clock.advance(Duration.ofMillis(1));
        assertEquals(List.of("a"), leased().stream().map(Notice::userId).toList());
    }

    @Test
    final void a_run_that_pauses_holds_what_it_would_tell_of_failures() {
        grant(users(30));
        runStore();
        MigrationService migrations = telling(BROKEN);
        MigrationRun run = migrations.run(pagesOf(10));
        assertEquals(MigrationRun.State.PAUSED, run.state());
        clock.advance(Duration.ofDays(1));

        assertEquals(List.of(), leased());

        migrations.runs().resume(run.id(), OPERATOR, "they are to know");
        List<Leased> all =
                noticeStore().lease(1_000, clock.instant(), clock.instant().plus(LEASE));
        assertEquals(20, all.size());
        assertTrue(noticeStore().holds(all.get(0)));
        migrations.runs().pause(run.id(), OPERATOR, "they are not");
        assertFalse(noticeStore().holds(all.get(0)), "in hand when the run was paused");
    }

    @Test
    final void who_is_retried_in_time_is_told_of_the_success_alone() {
        grant(users(30));
        runStore();
        MigrationRun run = telling(BROKEN).run(pagesOf(10));
        clock.advance(Duration.ofHours(1));
        MigrationService mended = telling(grantBy(user -> Allocation.of(Credits.of(7), "mended")));

        mended.runs().retryFailed(OPERATOR, "mended");
        mended.runs().cancel(run.id(), OPERATOR, "the rest another day");
        clock.advance(Duration.ofDays(1));

        List<Notice> told = leased();
        assertEquals(20, told.size());
        assertTrue(told.stream().allMatch(notice -> notice.kind() == NoticeKind.COMPLETE), told::toString);
    }

    @Test
    final void a_rollback_cancels_what_was_not_sent_and_tells_of_itself() {
        grant(user("ann"));
        MigrationService migrations = telling(GRANT);
        migrations.migrate("ann");

        migrations.rollback("ann", OPERATOR, "too early");

        assertEquals(
                List.of(NoticeKind.ROLLED_BACK),
                leased().stream().map(Notice::kind).toList());
    }

    @Test
    final void a_rollback_by_a_node_that_tells_nobody_cancels_too() {
        conversion(user("bob").credits("50"));
        telling(RATE_2500_UNASKED).migrate("bob");

        node(RATE_2500_UNASKED).rollback("bob", OPERATOR, "too early");

        assertEquals(List.of(), leased());
    }

    @Test
    final void a_rollback_leaves_what_other_users_are_told() {
        grant(user("ann"), user("bob"));
        MigrationService migrations = telling(GRANT);
        migrations.migrate("ann");
        migrations.migrate("bob");

        migrations.rollback("ann", OPERATOR, "too early");

        assertEquals(
                List.of("ann ROLLED_BACK", "bob COMPLETE"),
                leased().stream()
                        .map(notice -> notice.userId() + " " + notice.kind())
                        .sorted()
                        .toList());
    }

    @Test
    final void a_user_who_was_told_hears_of_the_rollback_and_of_the_second_attempt() {
        conversion(user("bob").credits("50"));
        MigrationService migrations = telling(RATE_2500);
        confirm(migrations, "bob");
        dispatcher().dispatch();

        migrations.rollback("bob", OPERATOR, "asked for it");
        dispatcher().dispatch();
        migrations.reopen("bob", OPERATOR, "asked for it again");
        confirm(migrations, "bob");
        dispatcher().dispatch();

        List<NoticeMessage> told = notifier.messagesTo("bob");
        assertEquals(
                List.of(NoticeKind.COMPLETE, NoticeKind.ROLLED_BACK, NoticeKind.COMPLETE),
                told.stream().map(NoticeMessage::kind).toList());
        assertEquals(
                3, told.stream().map(NoticeMessage::idempotencyKey).distinct().count());
        assertEquals(
                "Your credits are back at the earlier rate: 50 credits",
                told.get(1).title());
    }

    @Test
    final void a_rollback_that_is_refused_cancels_nothing() {
        grant(user("ann"));
        MigrationService migrations = telling(GRANT);
        migrations.migrate("ann");
        refuseChangesOf("ann");

        assertNothingChanges(() -> migrations.rollback("ann", OPERATOR, "too early"));

        assertEquals(
                List.of(NoticeKind.COMPLETE),
                leased().stream().map(Notice::kind).toList());
    }

    @Test
    final void a_leased_notice_is_nobody_elses_until_the_lease_runs_out() {
        grant(user("ann"));
        telling(GRANT).migrate("ann");

        Leased first = leaseOne();
        assertEquals(List.of(), leased());
        clock.advance(LEASE.minusMillis(1));
        assertEquals(List.of(), leased());
        clock.advance(Duration.ofMillis(1));
        Leased second = leaseOne();

        assertEquals(first.notice(), second.notice());
        assertEquals(1, first.deliveries());
        assertEquals(2, second.deliveries());
        assertNotEquals(first.lease(), second.lease());
    }

    @Test
    final void a_lease_that_has_run_out_settles_nothing() {
        grant(user("ann"));
        telling(GRANT).migrate("ann");
        Leased late = leaseOne();
        clock.advance(LEASE);
        Leased last = leaseOne();

        assertFalse(noticeStore().holds(late), "another one's by now");
        assertTrue(noticeStore().holds(last));
        assertNothingChanges(() -> assertFalse(noticeStore().settle(late, as(late, State.SENT))));

        assertTrue(noticeStore().settle(last, as(last, State.SENT)));
        assertTrue(noticeStore().settle(last, as(last, State.SENT)), "settled again, after a lost answer");
    }

    @Test
    final void what_was_sent_is_never_leased_again() {
        grant(user("ann"));
        telling(GRANT).migrate("ann");

        assertEquals(new Dispatched(1, 1, 0, 0), dispatcher().dispatch());
        clock.advance(Duration.ofDays(365));

        assertEquals(new Dispatched(0, 0, 0, 0), dispatcher().dispatch());
        assertEquals(1, notifier.messages().size());
    }

    @Test
    final void several_nodes_deliver_each_notice_once() {
        grant(users(60));
        MigrationService migrations = telling(GRANT);
        for (SeedUser user : users(60)) {
            migrations.migrate(user.userId());
        }
        Callable<Integer> node = () -> {
            int sent = 0;
            Dispatched batch;
            do {
                batch = dispatcher().dispatch();
                sent += batch.sent();
            } while (batch.leased() > 0);
            return sent;
        };

        int sent = atOnce(Collections.nCopies(4, node)).stream()
                .mapToInt(Integer::intValue)
                .sum();
        // Rows that others had in hand were left out; a last look finds them.
        sent += leaseAndSendTheRest();

        assertEquals(60, sent);
        assertEquals(60, notifier.messages().size());
        assertEquals(
                60,
                notifier.messages().stream()
                        .map(NoticeMessage::idempotencyKey)
                        .distinct()
                        .count());
    }

    @Test
    final void batches_are_bounded_and_the_longest_due_come_first() {
        grant(user("a"), user("b"), user("c"));
        MigrationService migrations = telling(GRANT);
        for (String id : List.of("c", "a", "b")) {
            clock.advance(Duration.ofSeconds(1));
            migrations.migrate(id);
        }

        List<Leased> batch =
                noticeStore().lease(2, clock.instant(), clock.instant().plus(LEASE));

        assertEquals(
                List.of("c", "a"),
                batch.stream().map(leased -> leased.notice().userId()).toList());
    }

    @Test
    final void a_failed_delivery_is_due_again_after_its_pause() {
        grant(user("ann"));
        telling(GRANT).migrate("ann");
        notifier.fail(new IllegalStateException("the server is down"));
        Instant before = clock.instant();

        assertEquals(new Dispatched(1, 0, 1, 0), dispatcher().dispatch());
        assertEquals(new Dispatched(0, 0, 0, 0), dispatcher().dispatch());
        clock.set(before.plus(Duration.ofSeconds(30)));

        assertEquals(new Dispatched(1, 1, 0, 0), dispatcher().dispatch());
    }

    @Test
    final void a_dead_letter_is_listed_and_delivered_when_requeued_under_the_same_key() {
        grant(user("ann"), user("bob"));
        MigrationService migrations = telling(GRANT);
        migrations.migrate("ann");
        migrations.migrate("bob");
        notifier.refuse("bob");

        assertEquals(new Dispatched(2, 1, 0, 1), dispatcher().dispatch());
        List<DeadLetter> dead = dispatcher().deadLetters(10);

        assertEquals(new NoticeStore.Backlog(0, 0, 1), dispatcher().backlog());
        assertEquals(1, dead.size());
        assertEquals("bob", dead.get(0).notice().userId());
        assertEquals(Credits.of(20), dead.get(0).notice().newCredits());
        assertEquals(1, dead.get(0).deliveries());
        assertEquals("user bob is refused, as a test has asked for", dead.get(0).error());
        assertTrue(dispatcher().requeue(dead.get(0)));
        assertFalse(dispatcher().requeue(dead.get(0)), "dead no longer");
        assertEquals(new NoticeStore.Backlog(1, 0, 0), dispatcher().backlog());
        assertEquals(List.of(), dispatcher().deadLetters(10));
        Leased again = leaseOne();
        assertEquals(new NoticeStore.Backlog(0, 1, 0), dispatcher().backlog());
        assertEquals(dead.get(0).notice(), again.notice());
        assertEquals(1, again.deliveries());
    }

    @Test
    final void what_was_cancelled_while_leased_is_not_tried_again() {
        grant(user("ann"));
        MigrationService migrations = telling(GRANT);
        migrations.migrate("ann");
        Leased leased = leaseOne();

        migrations.rollback("ann", OPERATOR, "too early");

        assertFalse(noticeStore().holds(leased), "cancelled");
        assertFalse(noticeStore().settle(leased, as(leased, State.QUEUED)));
        assertFalse(noticeStore().settle(leased, as(leased, State.DEAD)));
        assertEquals(
                List.of(NoticeKind.ROLLED_BACK),
                leased().stream().map(Notice::kind).toList());
        assertTrue(noticeStore().settle(leased, as(leased, State.SENT)), "it was sent, whatever was wanted");
    }

    @Test
    final void what_cannot_be_marked_is_delivered_again_under_the_same_key() {
        grant(user("ann"));
        telling(GRANT).migrate("ann");
        FaultyStore faulty = FaultyStore.around(host().store());
        faulty.before(Call.SETTLE, new StoreException(StoreException.Kind.UNAVAILABLE, "gone", null));

        assertThrows(StoreException.class, () -> dispatcher(faulty).dispatch());
        assertEquals(new Dispatched(0, 0, 0, 0), dispatcher().dispatch());
        clock.advance(LEASE);
        dispatcher().dispatch();

        List<NoticeMessage> told = notifier.messagesTo("ann");
        assertEquals(2, told.size());
        assertEquals(told.get(0).idempotencyKey(), told.get(1).idempotencyKey());
    }

    @Test
    final void a_mark_whose_answer_is_lost_is_made_again() {
        grant(user("ann"));
        telling(GRANT).migrate("ann");
        FaultyStore faulty = FaultyStore.around(host().store());
        faulty.after(Call.SETTLE, new StoreException(StoreException.Kind.OUTCOME_UNKNOWN, "cut off", null));

        assertEquals(new Dispatched(1, 1, 0, 0), dispatcher(faulty).dispatch());
        clock.advance(LEASE);

        assertEquals(new Dispatched(0, 0, 0, 0), dispatcher().dispatch());
    }

    @Test
    final void an_announcement_reaches_whom_the_migration_will_concern() {
        conversion(
                user("absent"),
                user("exempt").credits("50").exempt(),
                user("new").credits("50").registeredAt(CUT_OFF),
                user("rich").credits("50"),
                user("zero").credits("0"));
        runStore();
        MigrationService migrations = telling(RATE_2500);
        migrations.rollout(new Rollout(0, true), OPERATOR, "not yet");

        assertEquals(1, migrations.announce());

        assertEquals(
                List.of(new Notice(
                        "rate-2500",
                        "rich",
                        1,
                        NoticeKind.PRE_ANNOUNCEMENT,
                        Credits.of(50),
                        Credits.of(20),
                        HostApplication.OLD_RATE,
                        HostApplication.NEW_RATE,
                        CUT_OFF)),
                leased());
    }

    @Test
    final void an_announcement_reaches_only_whom_its_scope_names() {
        grant(user("ann"), user("bob").credits("50"), user("cem"), user("dan").credits("5"));
        runStore();
        MigrationService migrations = telling(GRANT);

        assertEquals(0, migrations.announce(pagesOf(1).withScope(RunScope.failedOnly())));
        assertEquals(2, migrations.announce(pagesOf(1).withUsers(List.of("nobody", "cem", "bob"))));
        assertEquals(
                List.of("bob", "cem"),
                leased().stream().map(Notice::userId).sorted().toList());
        assertEquals(1, migrations.announce(pagesOf(2).withZeroCreditsOnly()));
        assertEquals(List.of("ann"), leased().stream().map(Notice::userId).toList());
    }

    @Test
    final void an_announcement_that_was_interrupted_goes_on_and_tells_each_user_once() {
        grant(users(25));
        runStore();
        FaultyStore faulty = FaultyStore.around(host().store());
        faulty.before(Call.QUEUE, () -> {});
        faulty.before(Call.QUEUE, () -> {});
        faulty.before(Call.QUEUE, new IllegalStateException("killed"));
        assertThrows(IllegalStateException.class, () -> telling(GRANT, faulty).announce(pagesOf(5)));

        assertEquals(15, telling(GRANT).announce(pagesOf(5)));
        assertNothingChanges(() -> assertEquals(0, telling(GRANT).announce(pagesOf(10))));

        List<Notice> notices = leased();
        assertEquals(25, notices.stream().map(Notice::userId).distinct().count());
        assertEquals(25, notices.size());
    }

    @Test
    final void nodes_that_announce_at_once_tell_each_user_once() {
        grant(users(40));
        runStore();
        Callable<Long> announce = () -> telling(GRANT).announce(pagesOf(7));

        long told = atOnce(Collections.nCopies(3, announce)).stream()
                .mapToLong(Long::longValue)
                .sum();

        assertEquals(40, told);
        assertEquals(40, leased().size());
    }

    @Test
    final void who_was_migrated_meanwhile_is_not_told_that_it_is_coming() {
        grant(user("ann"), user("bob"));
        runStore();
        FaultyStore faulty = FaultyStore.around(host().store());
        faulty.before(Call.QUEUE, () -> node(GRANT).migrate("ann"));

        assertEquals(1, telling(GRANT, faulty).announce());

        assertEquals(List.of("bob"), leased().stream().map(Notice::userId).toList());
    }

    @Test
    final void an_announcement_that_was_not_sent_is_cancelled_by_the_migration() {
        grant(user("ann"));
        runStore();
        MigrationService migrations = telling(GRANT);
        migrations.announce();

        migrations.migrate("ann");

        assertEquals(
                List.of(NoticeKind.COMPLETE),
                leased().stream().map(Notice::kind).toList());
    }

    @Test
    final void an_announcement_of_another_definition_is_refused() {
        grant(user("ann"));
        runStore();
        MigrationService open = telling(grantBy(user -> Allocation.of(Credits.of(7), "other")));
        node(GRANT).migrate("ann");
        add(user("bob"));

        assertNothingChanges(() -> assertThrows(DefinitionConflictException.class, open::announce));
    }

    @Test
    final void a_mail_server_that_is_down_leaves_the_migration_alone() {
        grant(users(20));
        runStore();
        IntStream.range(0, 1_000).forEach(i -> notifier.fail(new IllegalStateException("down")));
        MigrationService migrations = telling(GRANT);
        List<Dispatched> meanwhile = new ArrayList<>();

        MigrationRun run = migrations.run(
                pagesOf(5).withListener(page -> meanwhile.add(dispatcher().dispatch())));

        assertEquals(20, run.count(MigrationResult.Status.MIGRATED));
        assertEquals(20, meanwhile.stream().mapToInt(Dispatched::postponed).sum());
    }

    @Test
    final void a_user_who_migrates_between_rates_again_is_told_of_each() {
        conversion(user("bob").credits("50"));
        assumeConvertsAgain();
        telling(RATE_2500_UNASKED).migrate("bob");
        telling(RATE_1500).migrate("bob");

        assertEquals(
                List.of("rate-1500", "rate-2500"),
                leased().stream().map(Notice::migrationId).sorted().toList());
    }

    private static SeedUser[] users(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> user(String.format("u%03d", i)))
                .toArray(SeedUser[]::new);
    }

    private NoticeStore noticeStore() {
        MigrationStore store = host().store();
        return store instanceof NoticeStore notices
                ? notices
                : abort(store.getClass().getName() + " is no NoticeStore");
    }

    /** A node whose users are told. */
    private MigrationService telling(Migration migration) {
        return telling(migration, noticeStore());
    }

    private MigrationService telling(Migration migration, MigrationStore store) {
        noticeStore();
        return MigrationService.of(
                migration, store, MigrationOptions.defaults().withClock(clock).withNotices());
    }

    private NoticeDispatcher dispatcher() {
        return dispatcher(host().store());
    }

    private NoticeDispatcher dispatcher(MigrationStore store) {
        noticeStore();
        return NoticeDispatcher.of(
                store,
                notifier,
                NoticeTemplates.shipped(PAGE),
                DispatchOptions.defaults().withClock(clock).withBatches(7, LEASE));
    }

    private int leaseAndSendTheRest() {
        return Stream.generate(() -> dispatcher().dispatch())
                .takeWhile(batch -> batch.leased() > 0)
                .mapToInt(Dispatched::sent)
                .sum();
    }

    /** All that is due, taken. */
    private List<Notice> leased() {
        return noticeStore().lease(1_000, clock.instant(), clock.instant().plus(LEASE)).stream()
                .map(Leased::notice)
                .toList();
    }

    private Leased leaseOne() {
        List<Leased> one =
                noticeStore().lease(10, clock.instant(), clock.instant().plus(LEASE));
        assertEquals(1, one.size());
        return one.get(0);
    }

    private Settlement as(Leased leased, State state) {
        return new Settlement(state, leased.deliveries(), clock.instant(), state == State.SENT ? null : "down");
    }
}
