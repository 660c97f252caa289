package io.creditmigration.testkit;

import static io.creditmigration.testkit.SeedUser.user;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.creditmigration.Actor;
import io.creditmigration.CreditPolicy;
import io.creditmigration.DeadLetter;
import io.creditmigration.DispatchOptions;
import io.creditmigration.Dispatched;
import io.creditmigration.InvalidValueException;
import io.creditmigration.Migration;
import io.creditmigration.MigrationOptions;
import io.creditmigration.MigrationService;
import io.creditmigration.NoticeDispatcher;
import io.creditmigration.NoticeKind;
import io.creditmigration.NoticeMessage;
import io.creditmigration.NoticeTemplates;
import io.creditmigration.Notifier;
import io.creditmigration.StoreException;
import io.creditmigration.testkit.FaultyStore.Call;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Leases, pauses and the end of patience, by a clock that stands still. */
final class NoticeDispatcherTest {

    private static final Migration GRANT = Migration.named("grant")
            .cutOff(Instant.parse("2026-01-06T00:00:00Z"))
            .policy(CreditPolicy.initialGrant())
            .build();
    private static final Duration LEASE = Duration.ofMinutes(5);
    private final RuntimeException down = new IllegalStateException("the server is down");

    private final SettableClock clock = SettableClock.at(Instant.parse("2026-01-06T01:00:00Z"));
    private final InMemoryMigrationStore store = InMemoryMigrationStore.with(
            IntStream.range(0, 10).mapToObj(i -> user("u" + i)).toArray(SeedUser[]::new));
    private final RecordingNotifier notifier = new RecordingNotifier();
    private final DispatchOptions options = DispatchOptions.defaults()
            .withClock(clock)
            .withBatches(4, LEASE)
            .withRetries(6, Duration.ofSeconds(10), Duration.ofSeconds(60));

    @Test
    void pauses_double_up_to_the_longest_and_at_least_half_of_each_is_certain() {
        migrate(1);
        NoticeDispatcher dispatcher = dispatcher(notifier);

        for (int seconds : new int[] {10, 20, 40, 60, 60}) {
            notifier.fail(down);
            assertThat(dispatcher.dispatch()).isEqualTo(new Dispatched(1, 0, 1, 0));
            clock.advance(Duration.ofMillis(seconds * 500L - 1));
            assertThat(dispatcher.dispatch().leased())
                    .as("before half of %s s", seconds)
                    .isZero();
            clock.advance(Duration.ofMillis(seconds * 500L + 1));
        }
        notifier.fail(down);

        assertThat(dispatcher.dispatch()).isEqualTo(new Dispatched(1, 0, 0, 1));
        clock.advance(Duration.ofDays(1));
        assertThat(dispatcher.dispatch().leased()).isZero();
        assertThat(dispatcher.deadLetters(1))
                .extracting(DeadLetter::deliveries, DeadLetter::error)
                .containsExactly(tuple(6, "the server is down"));
    }

    @Test
    void pauses_of_many_are_spread() {
        migrate(4);
        IntStream.range(0, 4).forEach(i -> notifier.fail(down));
        dispatcher(notifier).dispatch();
        List<Integer> dueAfter = new ArrayList<>();

        for (int half = 0; half < 5_000; half++) {
            clock.advance(Duration.ofMillis(2));
            int due = dispatcher(notifier).dispatch().leased();
            if (due > 0) {
                dueAfter.add(half);
            }
        }

        assertThat(dueAfter).hasSizeGreaterThan(1);
    }

    @Test
    void a_batch_that_has_taken_half_its_lease_gives_the_rest_back_untried() {
        migrate(4);
        List<String> told = new ArrayList<>();
        Notifier slow = message -> {
            told.add(message.userId());
            clock.advance(Duration.ofSeconds(80));
            return Notifier.Delivery.accepted();
        };

        assertThat(dispatcher(slow).dispatch()).isEqualTo(new Dispatched(4, 2, 0, 0));
        Dispatched rest = dispatcher(slow).dispatch();

        assertThat(rest).as("at once, and not after the lease").isEqualTo(new Dispatched(2, 2, 0, 0));
        assertThat(told).containsExactlyInAnyOrder("u0", "u1", "u2", "u3");
    }

    @Test
    void what_was_given_back_untried_is_not_counted() {
        migrate(2);
        for (int i = 0; i < 20; i++) {
            Notifier slowAndDown = message -> {
                clock.advance(LEASE);
                throw down;
            };
            dispatcher(
                            slowAndDown,
                            options.withBatches(2, LEASE).withRetries(100, Duration.ofDays(1), Duration.ofDays(7)))
                    .dispatch();
        }

        assertThat(store.lease(
                        10,
                        clock.instant().plus(Duration.ofDays(9)),
                        clock.instant().plus(Duration.ofDays(10))))
                .allSatisfy(leased -> assertThat(leased.deliveries()).isLessThanOrEqualTo(3));
    }

    @Test
    void an_interrupted_thread_gives_its_batch_back() {
        migrate(4);
        Notifier interrupted = message -> {
            Thread.currentThread().interrupt();
            return Notifier.Delivery.accepted();
        };

        Dispatched batch = dispatcher(interrupted).dispatch();

        assertThat(Thread.interrupted()).isTrue();
        assertThat(batch).isEqualTo(new Dispatched(4, 1, 0, 0));
        assertThat(dispatcher(notifier).dispatch()).isEqualTo(new Dispatched(3, 3, 0, 0));
    }

    @Test
    void a_notice_whose_every_delivery_kills_its_node_is_given_up_untried() {
        migrate(1);
        Notifier deadly = message -> {
            throw new OutOfMemoryError("as a test has asked for");
        };
        for (int i = 0; i < 6; i++) {
            assertThatThrownBy(() -> dispatcher(deadly).dispatch()).isInstanceOf(OutOfMemoryError.class);
            clock.advance(LEASE);
        }

        assertThat(dispatcher(notifier).dispatch()).isEqualTo(new Dispatched(1, 0, 0, 1));
        assertThat(notifier.messages()).isEmpty();
        assertThat(dispatcher(notifier).deadLetters(1).get(0).error()).contains("given up after 6 deliveries");
    }

    @Test
    void a_notifier_that_lacks_a_class_postpones_its_notice_alone() {
        migrate(2);
        Notifier broken = message -> {
            if (message.userId().equals("u0")) {
                throw new NoClassDefFoundError("com/acme/Mail");
            }
            return notifier.deliver(message);
        };

        assertThat(dispatcher(broken).dispatch()).isEqualTo(new Dispatched(2, 1, 1, 0));
        assertThat(notifier.messagesTo("u1")).hasSize(1);
    }

    @Test
    void a_scheduled_run_outlives_whatever_the_store_throws() {
        migrate(1);
        FaultyStore faulty = FaultyStore.around(store);
        faulty.before(Call.LEASE, new IllegalStateException("circuit open"));
        NoticeDispatcher dispatcher = NoticeDispatcher.of(faulty, notifier, NoticeTemplates.shipped("here"), options);

        dispatcher.run();
        dispatcher.run();

        assertThat(notifier.messages()).hasSize(1);
    }

    @Test
    void a_scheduled_run_delivers_all_that_is_due_and_outlives_a_failing_store() {
        migrate(10);
        FaultyStore faulty = FaultyStore.around(store);
        faulty.before(Call.LEASE, new StoreException(StoreException.Kind.UNAVAILABLE, "no connection", null));
        NoticeDispatcher dispatcher = NoticeDispatcher.of(faulty, notifier, NoticeTemplates.shipped("here"), options);

        dispatcher.run();
        assertThat(notifier.messages()).isEmpty();
        dispatcher.run();

        assertThat(notifier.messages()).hasSize(10);
    }

    @Test
    void who_is_taken_back_while_the_batch_is_delivered_is_not_welcomed_any_more() {
        migrate(2);
        MigrationService migrations = MigrationService.of(
                GRANT, store, MigrationOptions.defaults().withClock(clock).withNotices());
        Notifier slow = message -> {
            migrations.rollback("u1", Actor.operator("test"), "while u0 was told");
            return notifier.deliver(message);
        };

        dispatcher(slow).dispatch();
        dispatcher(notifier).dispatch();

        assertThat(notifier.messagesTo("u1")).extracting(NoticeMessage::kind).containsExactly(NoticeKind.ROLLED_BACK);
    }

    @Test
    void each_user_is_told_in_the_users_language() {
        migrate(2);

        dispatcher(notifier, options.withLocales(id -> id.equals("u1") ? Locale.forLanguageTag("vi") : Locale.ENGLISH))
                .dispatch();

        assertThat(notifier.messagesTo("u0").get(0).title()).startsWith("Welcome to Credits!");
        assertThat(notifier.messagesTo("u1").get(0).title()).startsWith("Chào mừng");
    }

    @Test
    void a_host_that_cannot_tell_the_language_is_asked_again() {
        migrate(1);

        assertThat(dispatcher(notifier, options.withLocales(id -> {
                            throw down;
                        }))
                        .dispatch())
                .isEqualTo(new Dispatched(1, 0, 1, 0));
    }

    @Test
    void no_message_has_the_error_of_a_failed_user() {
        MigrationService failing = MigrationService.of(
                Migration.named("grant")
                        .cutOff(Instant.parse("2026-01-06T00:00:00Z"))
                        .policy(((CreditPolicy) user -> {
                                    throw new IllegalStateException("tariff 7 of u0 is broken");
                                })
                                .named("broken", 1))
                        .build(),
                store,
                MigrationOptions.defaults().withClock(clock).withNotices());
        failing.migrate("u0");

        dispatcher(notifier).dispatch();

        NoticeMessage message = notifier.messages().get(0);
        assertThat(message.title() + message.body()).doesNotContain("tariff").contains("We're Here to Help");
    }

    @ParameterizedTest
    @EnumSource(names = {"LEASE", "HOLDS", "SETTLE"})
    void a_passing_fault_of_the_store_is_tried_again(Call call) {
        migrate(1);
        FaultyStore faulty = FaultyStore.around(store);
        faulty.before(call, new StoreException(StoreException.Kind.TRANSIENT, "deadlock", null));

        Dispatched batch = NoticeDispatcher.of(faulty, notifier, NoticeTemplates.shipped("here"), options)
                .dispatch();

        assertThat(batch).isEqualTo(new Dispatched(1, 1, 0, 0));
        assertThat(faulty.calls(call)).isEqualTo(2);
        assertThat(notifier.messages()).hasSize(1);
    }

    @Test
    void a_store_without_notices_is_refused() {
        assertThatThrownBy(() -> NoticeDispatcher.of(
                        new WithoutNotices(store), notifier, NoticeTemplates.shipped("here"), options))
                .isInstanceOf(InvalidValueException.class)
                .hasMessageContaining("one that implements NoticeStore");
        assertThatThrownBy(() -> MigrationService.of(
                        GRANT,
                        new WithoutNotices(store),
                        MigrationOptions.defaults().withNotices()))
                .isInstanceOf(InvalidValueException.class)
                .hasMessageContaining("one that implements NoticeStore");
    }

    @Test
    void a_store_that_joins_has_to_keep_notices_where_users_are_told() {
        WithoutNotices joining = new WithoutNotices(store) {
            @Override
            public boolean joins() {
                return true;
            }
        };
        MigrationService silent = MigrationService.of(GRANT, store);
        MigrationService telling =
                MigrationService.of(GRANT, store, MigrationOptions.defaults().withNotices());

        assertThat(silent.joining(joining)).isNotNull();
        assertThatThrownBy(() -> telling.joining(joining))
                .isInstanceOf(InvalidValueException.class)
                .hasMessageContaining("one that implements NoticeStore");
    }

    @Test
    void a_store_that_joins_is_refused() {
        DelegatingStore joining = new DelegatingStore(store) {
            @Override
            public boolean joins() {
                return true;
            }
        };

        assertThatThrownBy(() -> NoticeDispatcher.of(joining, notifier, NoticeTemplates.shipped("here"), options))
                .isInstanceOf(InvalidValueException.class)
                .hasMessageContaining("transactions of its own");
        assertThatThrownBy(() -> MigrationService.of(GRANT, joining).announce())
                .isInstanceOf(InvalidValueException.class)
                .hasMessageContaining("transactions of its own");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 10_001})
    void dead_letters_are_listed_in_bounds(int limit) {
        assertThatThrownBy(() -> dispatcher(notifier).deadLetters(limit))
                .isInstanceOf(InvalidValueException.class)
                .hasMessage("limit of dead letters is '" + limit + "'; allowed: 1 to 10000");
    }

    @Test
    void an_error_is_kept_up_to_its_longest() {
        migrate(1);
        notifier.fail(new IllegalStateException("x".repeat(5_000)));

        dispatcher(notifier, options.withRetries(1, Duration.ofSeconds(1), Duration.ofSeconds(1)))
                .dispatch();

        assertThat(dispatcher(notifier).deadLetters(1).get(0).error()).hasSize(DeadLetter.ERROR_LENGTH_MAX);
    }

    private void migrate(int users) {
        MigrationService migrations = MigrationService.of(
                GRANT, store, MigrationOptions.defaults().withClock(clock).withNotices());
        IntStream.range(0, users).forEach(i -> migrations.migrate("u" + i));
    }

    private NoticeDispatcher dispatcher(Notifier to) {
        return dispatcher(to, options);
    }

    private NoticeDispatcher dispatcher(Notifier to, DispatchOptions with) {
        return NoticeDispatcher.of(store, to, NoticeTemplates.shipped("https://example.com/credits"), with);
    }
}
