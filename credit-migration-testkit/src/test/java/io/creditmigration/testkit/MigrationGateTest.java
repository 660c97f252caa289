package io.creditmigration.testkit;

import static io.creditmigration.testkit.SeedUser.user;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.creditmigration.Actor;
import io.creditmigration.Consent;
import io.creditmigration.CreditPolicy;
import io.creditmigration.CreditRate;
import io.creditmigration.Credits;
import io.creditmigration.GateDecision;
import io.creditmigration.GateDecision.Allowed;
import io.creditmigration.GateDecision.MigrationRequired;
import io.creditmigration.GateDecision.StoreFailed;
import io.creditmigration.InvalidValueException;
import io.creditmigration.JournalLine;
import io.creditmigration.Migration;
import io.creditmigration.MigrationGate;
import io.creditmigration.MigrationOptions;
import io.creditmigration.MigrationResult.Status;
import io.creditmigration.MigrationService;
import io.creditmigration.Rollout;
import io.creditmigration.StoreException;
import io.creditmigration.spi.UserState;
import io.creditmigration.testkit.FaultyStore.Call;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class MigrationGateTest {

    private static final Instant CUT_OFF = Instant.parse("2026-01-06T00:00:00Z");
    private static final Actor OPERATOR = Actor.operator("test");
    private static final Duration KNOWN_FOR = Duration.ofSeconds(60);
    private static final Migration RATE_2500 = rate2500(Consent.CONFIRM_POSITIVE);

    private final SettableClock clock = SettableClock.at(CUT_OFF.plus(Duration.ofDays(90)));
    private final InMemoryMigrationStore tables = InMemoryMigrationStore.with();
    private final FaultyStore store = FaultyStore.around(tables);

    /** One row of the table: a user, what happened before the request, and what the gate says. */
    private record Case(
            String name, SeedUser user, Migration migration, Before before, Status expected, boolean passes) {

        private interface Before {
            void happens(MigrationGateTest test, MigrationService migrations);
        }

        static Case passing(String name, SeedUser user, Status expected) {
            return new Case(name, user, RATE_2500, (test, migrations) -> {}, expected, true);
        }

        Case of(Migration other) {
            return new Case(name, user, other, before, expected, passes);
        }

        Case after(Before happening) {
            return new Case(name, user, migration, happening, expected, passes);
        }

        Case blocked() {
            return new Case(name, user, migration, before, expected, false);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Case> cases() {
        SeedUser zero = user("u").credits("0");
        SeedUser fifty = user("u").credits("50");
        return Stream.of(
                Case.passing("an unknown user", user("other"), Status.UNKNOWN_USER),
                Case.passing("migrated on a request", zero, Status.ALREADY_MIGRATED)
                        .after((test, migrations) -> migrations.autoMigrateIfZeroCredits("u")),
                Case.passing("migrated by confirming", fifty, Status.ALREADY_MIGRATED)
                        .after((test, migrations) -> confirm(migrations)),
                Case.passing("flagged by the host", fifty.flagged(), Status.ALREADY_MIGRATED),
                Case.passing("restored by hand", fifty, Status.OUT_OF_STEP).after((test, migrations) -> {
                    confirm(migrations);
                    test.tables.restoreByHand("u", Credits.of(50), false);
                }),
                Case.passing("before it begins", fifty, Status.NOT_BEGUN).of(begins(CUT_OFF.plus(Duration.ofDays(91)))),
                Case.passing("rolled back", fifty, Status.ROLLED_BACK).after((test, migrations) -> {
                    confirm(migrations);
                    migrations.rollback("u", OPERATOR, "wrong rate");
                }),
                Case.passing("rolled back, without credits", zero, Status.ROLLED_BACK)
                        .after((test, migrations) -> {
                            migrations.autoMigrateIfZeroCredits("u");
                            migrations.rollback("u", OPERATOR, "wrong rate");
                        }),
                Case.passing("reopened, with credits", fifty, Status.HAS_CREDITS)
                        .after((test, migrations) -> {
                            confirm(migrations);
                            migrations.rollback("u", OPERATOR, "wrong rate");
                            migrations.reopen("u", OPERATOR, "right after all");
                        })
                        .blocked(),
                Case.passing("failed before", zero, Status.FAILED_BEFORE).after((test, migrations) -> {
                    test.tables.refuseChangesOf("u");
                    migrations.migrate("u");
                }),
                Case.passing("failed before, with credits since", zero, Status.FAILED_BEFORE)
                        .after((test, migrations) -> {
                            test.tables.refuseChangesOf("u");
                            migrations.migrate("u");
                            test.tables.move("u", Credits.of(5), null);
                        }),
                Case.passing("registered at the cut-off", fifty.registeredAt(CUT_OFF), Status.NOT_SUBJECT),
                Case.passing("ended by the one that follows", fifty, Status.ENDED)
                        .after((test, migrations) -> {
                            migrations.register(OPERATOR, "on start");
                            MigrationService.of(following(), test.tables).register(OPERATOR, "on start");
                        }),
                Case.passing("withdrawn", fifty, Status.WITHDRAWN).after((test, migrations) -> {
                    migrations.rollout(new Rollout(100, true), OPERATOR, "second thoughts");
                    migrations.withdraw(OPERATOR, "second thoughts");
                }),
                Case.passing("no rate in the row", zero, Status.UNKNOWN_RATE)
                        .after((test, migrations) -> test.tables.nameRates()),
                Case.passing(
                        "registered nobody knows when", zero.registeredAtUnknownTime(), Status.UNKNOWN_REGISTRATION),
                Case.passing("exempt", fifty.exempt(), Status.EXEMPT),
                Case.passing("halted", fifty, Status.HALTED)
                        .after((test, migrations) -> migrations.rollout(new Rollout(100, true), OPERATOR, "stop")),
                Case.passing("halted, without credits", zero, Status.HALTED)
                        .after((test, migrations) -> migrations.rollout(new Rollout(100, true), OPERATOR, "stop")),
                Case.passing("outside the rollout", fifty, Status.OUTSIDE_ROLLOUT)
                        .after((test, migrations) -> migrations.rollout(new Rollout(0, false), OPERATOR, "stage")),
                Case.passing("no balance", user("u"), Status.ABSENT_BALANCE),
                Case.passing("a balance below zero", user("u").credits("-1"), Status.NEGATIVE_BALANCE),
                Case.passing("credits", fifty, Status.HAS_CREDITS).blocked(),
                Case.passing("the smallest balance", user("u").credits("0.0001"), Status.HAS_CREDITS)
                        .blocked(),
                Case.passing("credits that need no confirmation", fifty, Status.HAS_CREDITS)
                        .of(rate2500(Consent.NONE)),
                Case.passing("open reservations", zero.reserved("1"), Status.HAS_CREDITS),
                Case.passing("no credits", zero, Status.MIGRATED),
                Case.passing("no credits but referral credits", zero.refCredits("7.5"), Status.MIGRATED),
                Case.passing("refused by the store", zero, Status.FAILED)
                        .after((test, migrations) -> test.tables.refuseChangesOf("u")),
                Case.passing("refused by the store, which then cannot mark", zero, Status.FAILED_UNRECORDED)
                        .after((test, migrations) -> {
                            test.store.before(Call.COMMIT, new IllegalStateException("credit system down"));
                            test.store.before(Call.COMMIT, new IllegalStateException("credit system down"));
                        }),
                Case.passing("contended", zero, Status.CONTENDED).after((test, migrations) -> test.tables.lock("u")));
    }

    private static Migration begins(Instant at) {
        return Migration.named("rate-2500")
                .cutOff(CUT_OFF)
                .newcomersFrom(CUT_OFF)
                .beginsAt(at)
                .policy(CreditPolicy.convert(CreditRate.of(1_000), CreditRate.of(2_500)))
                .build();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void the_gate_blocks_only_who_has_something_to_confirm(Case row) {
        tables.add(row.user());
        MigrationService migrations = node(row.migration());
        row.before().happens(this, migrations);
        MigrationGate gate = MigrationGate.of(node(row.migration()));

        GateDecision decision = gate.check("u");

        assertThat(decision.passes()).isEqualTo(row.passes());
        if (row.passes()) {
            assertThat(decision).isEqualTo(new Allowed(row.expected()));
            assertThat(gate.passed()).containsEntry(row.expected(), 1L);
            assertThat(gate.blocked()).isZero();
        } else {
            MigrationRequired required = (MigrationRequired) decision;
            assertThat(required.quote().offersSameAs(migrations.quote("u").orElseThrow()))
                    .isTrue();
            assertThat(gate.blocked()).isEqualTo(1);
        }
    }

    @Test
    void the_table_has_a_row_for_every_answer_that_a_gate_can_get() {
        Set<Status> covered = EnumSet.noneOf(Status.class);
        cases().forEach(row -> covered.add(row.expected()));

        assertThat(covered).isEqualTo(EnumSet.complementOf(EnumSet.of(Status.QUOTE_CHANGED, Status.NOT_REGISTERED)));
    }

    @Test
    void a_user_without_credits_is_migrated_and_the_same_request_passes() {
        tables.add(user("ann").credits("0").refCredits("7.5"));

        assertThat(MigrationGate.of(node()).check("ann")).isEqualTo(new Allowed(Status.MIGRATED));

        assertThat(tables.isFlagged("ann")).isTrue();
        assertThat(tables.refCredits("ann")).isEqualTo(Credits.of("7.5"));
        assertThat(tables.log(RATE_2500, "ann")).singleElement().satisfies(line -> {
            assertThat(line.kind()).isEqualTo(JournalLine.Kind.MIGRATED);
            assertThat(line.automatic()).isTrue();
        });
    }

    @Test
    void a_blocked_user_passes_after_confirming() {
        tables.add(user("bob").credits("50"));
        MigrationService migrations = node();
        MigrationGate gate = MigrationGate.of(migrations);
        MigrationRequired required = (MigrationRequired) gate.check("bob");

        migrations.confirm("bob", required.quote(), Actor.user("bob"));

        assertThat(gate.check("bob").passes()).isTrue();
    }

    @Test
    void a_user_known_to_be_migrated_costs_no_round_trip() {
        tables.add(user("ann").credits("0"));
        MigrationGate gate = MigrationGate.of(node());
        gate.check("ann");
        gate.check("ann");
        long calls = store.calls() - store.calls(Call.EPOCH);

        for (int i = 0; i < 100; i++) {
            assertThat(gate.check("ann")).isEqualTo(new Allowed(Status.ALREADY_MIGRATED));
        }

        // A thread of its own looks for rollbacks once a second.
        assertThat(store.calls() - store.calls(Call.EPOCH)).isEqualTo(calls);
    }

    @Test
    void nobody_is_known_before_the_store_has_said_so() {
        tables.add(user("ann").credits("0"), user("bob").credits("50"));
        MigrationGate gate = MigrationGate.of(node());
        gate.check("bob");
        long calls = store.calls(Call.FIND);

        gate.check("bob");
        gate.check("nobody");

        assertThat(store.calls(Call.FIND)).isEqualTo(calls + 2);
    }

    @Test
    void a_rollback_on_the_same_node_is_seen_at_once() {
        tables.add(user("ann").credits("0"));
        MigrationService migrations = node();
        MigrationGate gate = MigrationGate.of(migrations);
        known(gate, "ann");

        migrations.rollback("ann", OPERATOR, "wrong rate");

        assertThat(gate.check("ann")).isEqualTo(new Allowed(Status.ROLLED_BACK));
    }

    @Test
    void a_rollback_on_another_node_is_seen_after_the_documented_time() {
        tables.add(user("ann").credits("0"));
        MigrationGate gate = MigrationGate.of(node());
        known(gate, "ann");
        node().rollback("ann", OPERATOR, "wrong rate");

        assertThat(gate.check("ann")).isEqualTo(new Allowed(Status.ALREADY_MIGRATED));
        clock.advance(KNOWN_FOR);
        assertThat(gate.check("ann")).isEqualTo(new Allowed(Status.ROLLED_BACK));
    }

    @Test
    void requests_of_others_keep_nobody_known_for_longer_than_the_documented_time() {
        tables.add(user("ann").credits("0"));
        MigrationGate gate = MigrationGate.of(node());
        known(gate, "ann");
        node().rollback("ann", OPERATOR, "wrong rate");

        for (int second = 1; second <= KNOWN_FOR.toSeconds(); second++) {
            String other = "user-" + second;
            tables.add(user(other).credits("0"));
            clock.advance(Duration.ofSeconds(1));
            known(gate, other);
        }

        assertThat(gate.check("ann")).isEqualTo(new Allowed(Status.ROLLED_BACK));
    }

    @Test
    void one_request_after_a_quiet_time_makes_nobody_known_again() {
        tables.add(user("ann").credits("0"), user("bob").credits("0"));
        MigrationGate gate = MigrationGate.of(node());
        known(gate, "ann");
        node().rollback("ann", OPERATOR, "wrong rate");

        clock.advance(KNOWN_FOR.minusSeconds(1));
        known(gate, "bob");
        clock.advance(Duration.ofSeconds(1));
        assertThat(gate.check("ann")).isEqualTo(new Allowed(Status.ROLLED_BACK));

        known(gate, "bob");
        clock.advance(Duration.ofDays(1));
        node().rollback("bob", OPERATOR, "wrong rate");
        tables.add(user("cem").credits("0"));
        known(gate, "cem");
        assertThat(gate.check("bob")).isEqualTo(new Allowed(Status.ROLLED_BACK));
    }

    @Test
    void a_clock_that_is_set_back_makes_nobody_known() {
        tables.add(user("ann").credits("0"));
        MigrationGate gate = MigrationGate.of(node());
        known(gate, "ann");
        long calls = store.calls(Call.FIND);

        clock.advance(Duration.ofHours(-1));
        gate.check("ann");

        assertThat(store.calls(Call.FIND)).isEqualTo(calls + 1);
    }

    @Test
    void no_more_users_are_remembered_than_allowed() {
        int max = 4;
        AtomicBoolean down = new AtomicBoolean();
        MigrationGate gate = MigrationGate.closedOnFailure(MigrationService.of(
                RATE_2500,
                new DelegatingStore(tables) {
                    @Override
                    public Optional<UserState> find(Migration migration, String userId) {
                        if (down.get()) {
                            throw new StoreException(StoreException.Kind.UNAVAILABLE, "no connection", null);
                        }
                        return super.find(migration, userId);
                    }
                },
                MigrationOptions.defaults().withClock(clock).withKnownUsers(max, KNOWN_FOR)));
        List<String> ids =
                IntStream.range(0, 5 * max).mapToObj(i -> "user-" + i).toList();
        for (String id : ids) {
            tables.add(user(id).credits("0"));
            known(gate, id);
        }

        down.set(true);

        List<String> remembered =
                ids.stream().filter(id -> gate.check(id).passes()).toList();
        assertThat(remembered).hasSizeBetween(1, max).contains(ids.get(ids.size() - 1));
    }

    @Test
    void nobody_is_remembered_where_nobody_may_be() {
        tables.add(user("ann").credits("0"));
        MigrationGate gate = MigrationGate.of(MigrationService.of(
                RATE_2500, store, MigrationOptions.defaults().withClock(clock).withKnownUsers(0, KNOWN_FOR)));
        known(gate, "ann");
        long calls = store.calls(Call.FIND);

        gate.check("ann");

        assertThat(store.calls(Call.FIND)).isEqualTo(calls + 1);
    }

    @Test
    void the_gate_is_open_when_the_store_fails() {
        tables.add(user("bob").credits("50"));
        MigrationGate gate = MigrationGate.of(node());
        StoreException down = new StoreException(StoreException.Kind.UNAVAILABLE, "no connection", null);
        store.before(Call.FIND, down);

        assertThat(gate.check("bob")).isEqualTo(new StoreFailed(true, down));
        assertThat(gate.storeFailures()).isEqualTo(1);
        assertThat(gate.check("bob").passes()).as("when the store is back").isFalse();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_store_that_fails_again_and_again_is_not_asked_for_a_while(boolean open) {
        tables.add(user("ann").credits("0"), user("bob").credits("50"));
        MigrationService migrations = MigrationService.of(
                RATE_2500, store, MigrationOptions.defaults().withClock(clock).withStoreRest(3, Duration.ofMinutes(1)));
        MigrationGate gate = open ? MigrationGate.of(migrations) : MigrationGate.closedOnFailure(migrations);
        known(gate, "ann");
        StoreException down = new StoreException(StoreException.Kind.UNAVAILABLE, "no connection", null);
        for (int i = 0; i < 3; i++) {
            store.before(Call.FIND, down);
            assertThat(gate.check("bob")).isEqualTo(new StoreFailed(open, down));
        }
        long calls = store.calls();

        assertThat(gate.check("bob")).as("though the store is back").isEqualTo(new StoreFailed(open, down));
        assertThat(gate.check("ann").passes()).as("a user known to be migrated").isTrue();

        assertThat(store.calls()).isEqualTo(calls);
        assertThat(gate.storeFailures()).isEqualTo(4);
    }

    @Test
    void a_store_that_is_back_after_its_rest_is_asked_again() throws InterruptedException {
        tables.add(user("bob").credits("50"));
        MigrationGate gate = MigrationGate.of(MigrationService.of(
                RATE_2500,
                store,
                MigrationOptions.defaults().withClock(clock).withStoreRest(1, Duration.ofMillis(20))));
        store.before(Call.FIND, new StoreException(StoreException.Kind.UNAVAILABLE, "no connection", null));
        gate.check("bob");

        Thread.sleep(21);

        assertThat(gate.check("bob")).isInstanceOf(MigrationRequired.class);
        assertThat(gate.check("bob")).isInstanceOf(MigrationRequired.class);
    }

    static Stream<Arguments> failuresOfAnyClass() {
        return Stream.of(
                        new IllegalStateException("circuit open"),
                        new NoClassDefFoundError("com/acme/Pool"),
                        new InvalidValueException("connection", "of somebody else's", "one of its own"))
                .flatMap(failure -> Stream.of(Arguments.of(failure, true), Arguments.of(failure, false)));
    }

    @ParameterizedTest
    @MethodSource("failuresOfAnyClass")
    void whatever_the_store_throws_the_gate_does_what_the_host_has_said(Throwable failure, boolean open) {
        tables.add(user("bob").credits("50"));
        MigrationService migrations = node();
        MigrationGate gate = open ? MigrationGate.of(migrations) : MigrationGate.closedOnFailure(migrations);
        store.before(Call.FIND, () -> MigrationGateTest.<RuntimeException>sneak(failure));

        assertThat(gate.check("bob")).isInstanceOfSatisfying(StoreFailed.class, failed -> {
            assertThat(failed.passes()).isEqualTo(open);
            assertThat(failed.cause()).hasMessageContaining(failure.getMessage());
        });
        assertThat(gate.storeFailures()).isEqualTo(1);
    }

    @Test
    void a_machine_that_fails_is_no_failure_of_the_store() {
        tables.add(user("bob").credits("50"));
        MigrationGate gate = MigrationGate.of(node());
        store.before(Call.FIND, () -> MigrationGateTest.<RuntimeException>sneak(new OutOfMemoryError("heap")));

        assertThatThrownBy(() -> gate.check("bob")).isInstanceOf(OutOfMemoryError.class);
    }

    /** Throws anything, declared or not, as code in other languages does. */
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <T extends Throwable> void sneak(Throwable failure) throws T {
        throw (T) failure;
    }

    @Test
    void the_gate_is_closed_when_the_store_fails_and_the_host_says_so() {
        tables.add(user("ann").credits("0"), user("bob").credits("50"));
        MigrationGate gate = MigrationGate.closedOnFailure(node());
        known(gate, "ann");
        StoreException down = new StoreException(StoreException.Kind.UNAVAILABLE, "no connection", null);
        store.before(Call.FIND, down);

        assertThat(gate.check("ann").passes()).as("a user known to be migrated").isTrue();
        assertThat(gate.check("bob")).isEqualTo(new StoreFailed(false, down));
    }

    @Test
    void an_id_that_no_user_can_have_passes_and_is_counted() {
        MigrationGate gate = MigrationGate.closedOnFailure(node());
        long calls = store.calls();

        for (String id : new String[] {"", "x".repeat(256), "a\0b", "\ud83d"}) {
            assertThat(gate.check(id)).isEqualTo(new Allowed(Status.UNKNOWN_USER));
        }

        assertThat(gate.passed()).containsEntry(Status.UNKNOWN_USER, 4L);
        assertThat(store.calls()).isEqualTo(calls);
    }

    @Test
    void a_store_that_has_no_such_ids_is_an_answer_too() {
        MigrationGate gate = MigrationGate.of(node());
        store.before(Call.FIND, new InvalidValueException("user id", "ann", "a value of column users.id, a UUID"));

        assertThat(gate.check("ann")).isEqualTo(new Allowed(Status.UNKNOWN_USER));
    }

    @Test
    void no_id_at_all_is_a_mistake_of_the_caller() {
        MigrationGate gate = MigrationGate.of(node());

        assertThatThrownBy(() -> gate.check(null)).hasMessage("user id is 'null'; allowed: a value");
    }

    @Test
    void a_failure_that_is_not_the_users_is_counted_and_not_marked() {
        tables.add(user("ann").credits("0"));
        MigrationGate gate = MigrationGate.of(node());
        store.before(Call.COMMIT, new StoreException(StoreException.Kind.UNAVAILABLE, "no connection", null));

        assertThat(gate.check("ann").passes()).isTrue();
        assertThat(tables.recordCount("rate-2500")).isZero();
        assertThat(gate.check("ann")).isEqualTo(new Allowed(Status.MIGRATED));
    }

    @Test
    void what_passed_is_counted_by_status() {
        tables.add(
                user("ann").credits("0"), user("bob").credits("50"), user("neg").credits("-1"));
        MigrationGate gate = MigrationGate.of(node());

        List.of("ann", "ann", "ann", "bob", "bob", "neg", "nobody").forEach(gate::check);

        assertThat(gate.passed())
                .containsEntry(Status.MIGRATED, 1L)
                .containsEntry(Status.ALREADY_MIGRATED, 2L)
                .containsEntry(Status.NEGATIVE_BALANCE, 1L)
                .containsEntry(Status.UNKNOWN_USER, 1L)
                .containsEntry(Status.HAS_CREDITS, 0L);
        assertThat(gate.blocked()).isEqualTo(2);
        assertThat(gate.storeFailures()).isZero();
    }

    @Test
    void concurrent_requests_of_one_user_migrate_once_and_all_pass() {
        tables.add(user("ann").credits("0"));
        MigrationGate first = MigrationGate.of(node());
        MigrationGate second = MigrationGate.of(node());
        List<Callable<GateDecision>> requests = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            MigrationGate gate = i % 2 == 0 ? first : second;
            requests.add(() -> {
                GateDecision decision = gate.check("ann");
                for (int again = 0; again < 200; again++) {
                    decision = gate.check("ann");
                }
                return decision;
            });
        }

        List<GateDecision> decisions = ContractGroup.atOnce(requests);

        assertThat(decisions).allMatch(GateDecision::passes);
        assertThat(first.passed().get(Status.MIGRATED) + second.passed().get(Status.MIGRATED))
                .isEqualTo(1);
        assertThat(first.passed().values().stream().mapToLong(Long::longValue).sum()
                        + second.passed().values().stream()
                                .mapToLong(Long::longValue)
                                .sum())
                .isEqualTo(8 * 201);
        assertThat(tables.logCount("rate-2500")).isEqualTo(1);
    }

    private MigrationService node() {
        return node(RATE_2500);
    }

    private MigrationService node(Migration migration) {
        return MigrationService.of(
                migration, store, MigrationOptions.defaults().withClock(clock).withKnownUsers(1_000, KNOWN_FOR));
    }

    /** The first answer migrates, the second one says so, and from then on it is known. */
    private static void known(MigrationGate gate, String userId) {
        gate.check(userId);
        assertThat(gate.check(userId)).isEqualTo(new Allowed(Status.ALREADY_MIGRATED));
    }

    private static void confirm(MigrationService migrations) {
        migrations.confirm("u", migrations.quote("u").orElseThrow(), Actor.user("u"));
    }

    private static Migration rate2500(Consent consent) {
        return Migration.named("rate-2500")
                .cutOff(CUT_OFF)
                .policy(CreditPolicy.convert(CreditRate.of(1_000), CreditRate.of(2_500)))
                .consent(consent)
                .build();
    }

    private static Migration following() {
        return Migration.named("to-credits")
                .after("rate-2500")
                .cutOff(CUT_OFF)
                .policy(CreditPolicy.initialGrant())
                .build();
    }
}
