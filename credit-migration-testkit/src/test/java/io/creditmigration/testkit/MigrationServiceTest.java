package io.creditmigration.testkit;

import static io.creditmigration.testkit.SeedUser.user;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.creditmigration.Actor;
import io.creditmigration.Allocation;
import io.creditmigration.Consent;
import io.creditmigration.CreditPolicy;
import io.creditmigration.CreditRate;
import io.creditmigration.Credits;
import io.creditmigration.InvalidValueException;
import io.creditmigration.JournalLine;
import io.creditmigration.Migration;
import io.creditmigration.MigrationGate;
import io.creditmigration.MigrationOptions;
import io.creditmigration.MigrationResult;
import io.creditmigration.MigrationResult.Status;
import io.creditmigration.MigrationRun;
import io.creditmigration.MigrationService;
import io.creditmigration.MigrationStatus;
import io.creditmigration.Quote;
import io.creditmigration.Regime;
import io.creditmigration.RollbackResult;
import io.creditmigration.RunOptions;
import io.creditmigration.StoreException;
import io.creditmigration.StoreException.Kind;
import io.creditmigration.UserMigration;
import io.creditmigration.Verification;
import io.creditmigration.spi.CommitResult;
import io.creditmigration.spi.MigrationStore;
import io.creditmigration.spi.Page;
import io.creditmigration.spi.PageWork;
import io.creditmigration.spi.UserChange;
import io.creditmigration.spi.UserState;
import io.creditmigration.testkit.FaultyStore.Call;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What a service does whatever its store is: seen with the store in memory, and faults before it. */
final class MigrationServiceTest {

    private static final Instant CUT_OFF = Instant.parse("2026-01-06T00:00:00Z");
    private static final Actor OPERATOR = Actor.operator("test");
    private static final int ATTEMPTS = 3;
    private static final Migration RATE_2500 = Migration.named("rate-2500")
            .cutOff(CUT_OFF)
            .policy(CreditPolicy.convert(CreditRate.of(1_000), CreditRate.of(2_500)))
            .build();
    private static final Migration GRANT = Migration.named("grant")
            .cutOff(CUT_OFF)
            .policy(CreditPolicy.initialGrant())
            .build();

    private final SettableClock clock = SettableClock.at(CUT_OFF.plus(Duration.ofDays(90)));
    private final InMemoryMigrationStore tables =
            InMemoryMigrationStore.with(user("ann").credits("0"), user("bob").credits("50"), user("cem"));
    private final FaultyStore store = FaultyStore.around(tables);
    private final MigrationService migrations = service(RATE_2500, store);

    // The regime.

    @Test
    void the_regime_is_the_rate_limit_until_the_user_is_completed() {
        MigrationService grants = service(GRANT, store);

        assertThat(grants.regime("cem")).isEqualTo(Regime.RATE_LIMIT);
        grants.migrate("cem");
        assertThat(grants.regime("cem")).isEqualTo(Regime.CREDITS);
        grants.rollback("cem", OPERATOR, "too early");
        assertThat(grants.regime("cem")).isEqualTo(Regime.RATE_LIMIT);
        grants.reopen("cem", OPERATOR, "now");
        assertThat(grants.regime("cem")).isEqualTo(Regime.RATE_LIMIT);
        grants.migrate("cem");
        assertThat(grants.regime("cem")).isEqualTo(Regime.CREDITS);
    }

    @Test
    void the_regime_of_failed_and_unknown_users_is_the_rate_limit() {
        MigrationService grants = service(GRANT, store);
        tables.refuseChangesOf("cem");

        assertThat(grants.migrate("cem").status()).isEqualTo(Status.FAILED);

        assertThat(grants.regime("cem")).isEqualTo(Regime.RATE_LIMIT);
        assertThat(grants.regime("nobody")).isEqualTo(Regime.RATE_LIMIT);
    }

    @Test
    void the_regime_of_users_who_came_with_the_new_one_or_were_flagged_is_credits() {
        tables.add(user("new").registeredAt(CUT_OFF), user("flagged").flagged());
        MigrationService grants = service(GRANT, store);

        assertThat(grants.regime("new")).isEqualTo(Regime.CREDITS);
        assertThat(grants.regime("flagged")).isEqualTo(Regime.CREDITS);
    }

    @Test
    void the_regime_between_two_rates_is_credits_for_everybody_and_costs_no_round_trip() {
        long calls = store.calls();

        assertThat(migrations.regime("ann")).isEqualTo(Regime.CREDITS);
        assertThat(migrations.regime("nobody")).isEqualTo(Regime.CREDITS);
        assertThat(store.calls()).isEqualTo(calls);
    }

    // What was learnt later.

    @Test
    void a_successor_that_was_registered_later_has_its_say_in_rates() throws Exception {
        InMemoryMigrationStore rated = InMemoryMigrationStore.withRates(
                user("ann").credits("0").rate("1000"), user("bob").credits("50").rate("1500"));
        Migration next = Migration.named("rate-1500")
                .after("rate-2500")
                .cutOff(CUT_OFF.plus(Duration.ofDays(30)))
                .newcomersFrom(CUT_OFF.plus(Duration.ofDays(30)))
                .beginsAt(Instant.parse("2100-01-01T00:00:00Z"))
                .policy(CreditPolicy.convert(CreditRate.of(2_500), CreditRate.of(1_500)))
                .consent(Consent.NONE)
                .build();
        rated.withClock(clock);
        MigrationService earlier = service(RATE_2500, rated);
        earlier.autoMigrateIfZeroCredits("ann");
        service(next, rated).register(OPERATOR, "next year");
        // The chain is read again once a second at most.
        Thread.sleep(1_100);

        assertThat(earlier.migrate("bob").status()).isEqualTo(Status.ALREADY_MIGRATED);

        assertThat(rated.credits("bob")).isEqualTo(Credits.of(50));
    }

    @Test
    void a_policy_that_overflows_the_stack_concerns_only_its_user() {
        Migration endless = Migration.named("endless")
                .cutOff(CUT_OFF)
                .policy(((CreditPolicy) user -> {
                            throw new StackOverflowError("too deep");
                        })
                        .named("endless", 1))
                .build();

        MigrationResult result = service(endless, store).migrate("cem");

        assertThat(result.status()).isEqualTo(Status.FAILED);
        assertThat(result.message()).isEqualTo("too deep");
    }

    @Test
    void nulls_are_refused_by_name() {
        Quote quote = migrations.quote("bob").orElseThrow();

        assertThatThrownBy(() -> migrations.confirm("bob", null, Actor.user("bob")))
                .hasMessage("quote is 'null'; allowed: a value");
        assertThatThrownBy(() -> migrations.confirm("bob", quote, null))
                .hasMessage("actor is 'null'; allowed: a value");
        assertThatThrownBy(() -> migrations.rollback("bob", null, "why")).hasMessageContaining("actor is 'null'");
        assertThat(tables.logCount("rate-2500")).isZero();
    }

    // Faults of the store.

    @ParameterizedTest
    @EnumSource(names = {"TRANSIENT", "OUTCOME_UNKNOWN"})
    void a_fault_that_may_pass_is_tried_again_within_the_bound(Kind kind) {
        migrations.register(OPERATOR, "on start");
        store.before(Call.FIND, new StoreException(kind, "deadlock", null));
        store.before(Call.COMMIT, new StoreException(kind, "deadlock", null));

        assertThat(migrations.autoMigrateIfZeroCredits("ann").status()).isEqualTo(Status.MIGRATED);

        assertThat(store.calls(Call.FIND)).isEqualTo(ATTEMPTS);
        assertThat(store.calls(Call.COMMIT)).isEqualTo(2);
        assertThat(tables.logCount("rate-2500")).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(names = {"TRANSIENT", "OUTCOME_UNKNOWN"})
    void a_fault_that_does_not_pass_is_thrown_at_the_bound_and_marks_nobody(Kind kind) {
        StoreException last = new StoreException(kind, "deadlock", null);
        for (int i = 1; i < ATTEMPTS; i++) {
            store.before(Call.COMMIT, new StoreException(kind, "deadlock", null));
        }
        store.before(Call.COMMIT, last);

        assertThatThrownBy(() -> migrations.autoMigrateIfZeroCredits("ann")).isSameAs(last);

        assertThat(store.calls(Call.COMMIT)).isEqualTo(ATTEMPTS);
        assertThat(tables.recordCount("rate-2500")).isZero();
    }

    @Test
    void a_store_that_is_not_there_is_asked_once_and_marks_nobody() {
        StoreException down = new StoreException(Kind.UNAVAILABLE, "no connection", null);
        store.before(Call.FIND, down);
        assertThatThrownBy(() -> migrations.autoMigrateIfZeroCredits("ann")).isSameAs(down);
        assertThat(store.calls(Call.FIND)).isEqualTo(1);

        store.before(Call.COMMIT, down);
        assertThatThrownBy(() -> migrations.autoMigrateIfZeroCredits("ann")).isSameAs(down);
        assertThat(store.calls(Call.COMMIT)).isEqualTo(1);

        assertThat(tables.recordCount("rate-2500")).isZero();
        assertThat(migrations.autoMigrateIfZeroCredits("ann").status()).isEqualTo(Status.MIGRATED);
    }

    @Test
    void an_answer_that_was_lost_is_found_out_by_reading() {
        migrations.register(OPERATOR, "on start");
        store.after(Call.COMMIT, new StoreException(Kind.OUTCOME_UNKNOWN, "cut off", null));

        MigrationResult result = migrations.autoMigrateIfZeroCredits("ann");

        assertThat(result.status()).isEqualTo(Status.MIGRATED);
        assertThat(store.calls(Call.COMMIT)).isEqualTo(1);
        assertThat(store.calls(Call.FIND)).isEqualTo(2);
        assertThat(migrations.find("ann")).contains(result.record());
        assertThat(tables.logCount("rate-2500")).isEqualTo(1);
    }

    @Test
    void an_answer_that_was_lost_is_found_out_even_when_the_next_read_fails_too() {
        migrations.register(OPERATOR, "on start");
        store.after(Call.COMMIT, new StoreException(Kind.OUTCOME_UNKNOWN, "cut off", null));
        store.before(Call.FIND, () -> {});
        store.before(Call.FIND, new StoreException(Kind.TRANSIENT, "still away", null));

        assertThat(migrations.autoMigrateIfZeroCredits("ann").status()).isEqualTo(Status.MIGRATED);
        assertThat(tables.logCount("rate-2500")).isEqualTo(1);
    }

    static Stream<RuntimeException> failuresOfTheSecondReading() {
        return Stream.of(
                new StoreException(Kind.UNAVAILABLE, "no connection", null), new IllegalStateException("pool closed"));
    }

    @ParameterizedTest
    @MethodSource("failuresOfTheSecondReading")
    void after_a_lost_answer_a_failed_reading_does_not_say_that_nothing_was_written(RuntimeException second) {
        migrations.register(OPERATOR, "on start");
        store.after(Call.COMMIT, new StoreException(Kind.OUTCOME_UNKNOWN, "cut off", null));
        store.before(Call.FIND, () -> {});
        store.before(Call.FIND, second);

        assertThatThrownBy(() -> migrations.autoMigrateIfZeroCredits("ann"))
                .isInstanceOfSatisfying(
                        StoreException.class, e -> assertThat(e.kind()).isEqualTo(Kind.OUTCOME_UNKNOWN))
                .hasMessage("cut off; whether it was written could not be read: " + second.getMessage())
                .hasCause(second);
        assertThat(tables.logCount("rate-2500")).isEqualTo(1);
    }

    @Test
    void after_a_lost_answer_the_bound_of_attempts_does_not_say_that_nothing_was_written() {
        store.after(Call.COMMIT, new StoreException(Kind.OUTCOME_UNKNOWN, "cut off", null));
        store.before(Call.FIND, () -> {});
        for (int i = 1; i < ATTEMPTS; i++) {
            store.before(Call.FIND, new StoreException(Kind.TRANSIENT, "still away", null));
        }

        assertThatThrownBy(() -> migrations.autoMigrateIfZeroCredits("ann"))
                .isInstanceOfSatisfying(
                        StoreException.class, e -> assertThat(e.kind()).isEqualTo(Kind.OUTCOME_UNKNOWN));
    }

    @Test
    void a_rollback_and_a_reopening_whose_answers_are_lost_do_not_say_that_nothing_was_written() {
        migrations.autoMigrateIfZeroCredits("ann");
        for (Runnable act : List.<Runnable>of(
                () -> migrations.rollback("ann", OPERATOR, "wrong rate"),
                () -> migrations.reopen("ann", OPERATOR, "right after all"))) {
            store.after(Call.COMMIT, new StoreException(Kind.OUTCOME_UNKNOWN, "cut off", null));
            store.before(Call.FIND, () -> {});
            store.before(Call.FIND, new StoreException(Kind.UNAVAILABLE, "no connection", null));

            assertThatThrownBy(act::run)
                    .isInstanceOfSatisfying(
                            StoreException.class, e -> assertThat(e.kind()).isEqualTo(Kind.OUTCOME_UNKNOWN));
        }
        assertThat(tables.logCount("rate-2500")).isEqualTo(3);
    }

    @Test
    void a_run_whose_page_has_lost_its_answer_does_not_say_that_nothing_was_written() {
        store.after(Call.PAGE, new StoreException(Kind.OUTCOME_UNKNOWN, "cut off", null));
        store.before(Call.PAGE, () -> {});
        store.before(Call.PAGE, new StoreException(Kind.UNAVAILABLE, "no connection", null));

        assertThatThrownBy(() -> migrations.run(RunOptions.defaults()))
                .isInstanceOfSatisfying(
                        StoreException.class, e -> assertThat(e.kind()).isEqualTo(Kind.OUTCOME_UNKNOWN));
        assertThat(tables.logCount("rate-2500")).isPositive();
    }

    @Test
    void an_answer_that_was_lost_and_rolled_back_by_others_since_is_rolled_back() {
        store.after(Call.COMMIT, () -> {
            service(RATE_2500, tables).rollback("ann", OPERATOR, "wrong rate");
            throw new StoreException(Kind.OUTCOME_UNKNOWN, "cut off", null);
        });

        assertThat(migrations.autoMigrateIfZeroCredits("ann").status()).isEqualTo(Status.ROLLED_BACK);
    }

    @Test
    void a_store_that_throws_something_of_its_own_fails_the_user_with_its_words() {
        store.before(Call.COMMIT, new IllegalStateException("credit system down"));

        MigrationResult result = migrations.autoMigrateIfZeroCredits("ann");

        assertThat(result.status()).isEqualTo(Status.FAILED);
        assertThat(result.message()).isEqualTo("credit system down");
        assertThat(migrations.find("ann")).hasValueSatisfying(record -> {
            assertThat(record.status()).isEqualTo(MigrationStatus.FAILED);
            assertThat(record.error()).isEqualTo("credit system down");
        });
    }

    @Test
    void a_failure_without_words_is_told_by_its_name() {
        store.before(Call.COMMIT, new UnsupportedOperationException());

        assertThat(migrations.autoMigrateIfZeroCredits("ann").message())
                .isEqualTo("java.lang.UnsupportedOperationException");
    }

    @Test
    void a_failure_that_cannot_be_marked_is_told_and_the_next_request_tries_again() {
        store.before(Call.COMMIT, new IllegalStateException("credit system down"));
        store.before(Call.COMMIT, new StoreException(Kind.UNAVAILABLE, "no connection", null));

        MigrationResult result = migrations.autoMigrateIfZeroCredits("ann");

        assertThat(result.status()).isEqualTo(Status.FAILED_UNRECORDED);
        assertThat(result.message()).isEqualTo("credit system down");
        assertThat(result.record()).isNull();
        assertThat(tables.recordCount("rate-2500")).isZero();
        assertThat(migrations.autoMigrateIfZeroCredits("ann").status()).isEqualTo(Status.MIGRATED);
    }

    @Test
    void a_mark_that_comes_too_late_does_not_replace_what_others_have_completed() {
        store.before(Call.COMMIT, () -> {
            service(RATE_2500, tables).autoMigrateIfZeroCredits("ann");
            throw new IllegalStateException("credit system down");
        });

        assertThat(migrations.autoMigrateIfZeroCredits("ann").status()).isEqualTo(Status.FAILED_UNRECORDED);
        assertThat(migrations.status("ann")).contains(MigrationStatus.COMPLETED);
    }

    @Test
    void a_long_error_is_cut() {
        store.before(Call.COMMIT, new IllegalStateException("x".repeat(5_000)));

        migrations.autoMigrateIfZeroCredits("ann");

        assertThat(migrations.find("ann").map(UserMigration::error)).contains("x".repeat(JournalLine.ERROR_LENGTH_MAX));
    }

    @Test
    void a_user_whom_others_keep_changing_is_contended_after_the_bound() {
        MigrationService grants = service(GRANT, store);
        for (int i = 0; i < ATTEMPTS; i++) {
            store.before(
                    Call.COMMIT,
                    () -> assertThat(tables.move("cem", Credits.of(1), null)).isTrue());
        }

        assertThat(grants.migrate("cem").status()).isEqualTo(Status.CONTENDED);
        assertThat(store.calls(Call.COMMIT)).isEqualTo(ATTEMPTS);
        assertThat(grants.migrate("cem").status()).isEqualTo(Status.MIGRATED);
        assertThat(tables.credits("cem")).isEqualTo(Credits.of(20 + ATTEMPTS));
    }

    @Test
    void a_locked_user_is_waited_for_within_the_bound() throws Exception {
        AutoCloseable lock = tables.lock("ann");
        assertThat(migrations.autoMigrateIfZeroCredits("ann").status()).isEqualTo(Status.CONTENDED);
        assertThat(store.calls(Call.COMMIT)).isEqualTo(ATTEMPTS);
        lock.close();

        assertThat(migrations.autoMigrateIfZeroCredits("ann").status()).isEqualTo(Status.MIGRATED);
    }

    @Test
    void a_rollback_that_the_store_refuses_with_an_exception_of_its_own_is_rejected() {
        migrations.autoMigrateIfZeroCredits("ann");
        store.before(Call.COMMIT, new IllegalStateException("credit system down"));

        RollbackResult result = migrations.rollback("ann", OPERATOR, "wrong rate");

        assertThat(result.status()).isEqualTo(RollbackResult.Status.REJECTED);
        assertThat(result.message()).isEqualTo("credit system down");
        assertThat(migrations.status("ann")).contains(MigrationStatus.COMPLETED);
    }

    @Test
    void a_rollback_that_others_keep_overtaking_is_contended() {
        migrations.autoMigrateIfZeroCredits("ann");
        for (int i = 0; i < ATTEMPTS; i++) {
            store.before(
                    Call.COMMIT,
                    () -> assertThat(tables.move("ann", Credits.of(1), "rate-2500"))
                            .isTrue());
        }

        RollbackResult result = migrations.rollback("ann", OPERATOR, "wrong rate");

        assertThat(result.status()).isEqualTo(RollbackResult.Status.CONTENDED);
        assertThat(result.record()).isEqualTo(migrations.find("ann").orElseThrow());
        assertThat(tables.credits("ann")).isEqualTo(Credits.of(ATTEMPTS));
    }

    // Runs.

    @Test
    void a_run_tries_a_page_again_when_the_fault_may_pass() {
        store.before(Call.PAGE, new StoreException(Kind.TRANSIENT, "deadlock", null));
        store.after(Call.DECIDE, new StoreException(Kind.TRANSIENT, "deadlock", null));

        MigrationRun run = migrations.run(RunOptions.defaults());

        assertThat(run.state()).isEqualTo(MigrationRun.State.FINISHED);
        assertThat(run.count(Status.MIGRATED)).isEqualTo(1);
        assertThat(run.count(Status.HAS_CREDITS)).isEqualTo(1);
        assertThat(run.count(Status.ABSENT_BALANCE)).isEqualTo(1);
        assertThat(run.users()).isEqualTo(3);
    }

    @Test
    void a_run_gives_up_at_the_bound_and_goes_on_later() {
        for (int i = 0; i < ATTEMPTS; i++) {
            store.before(Call.PAGE, new StoreException(Kind.TRANSIENT, "deadlock", null));
        }

        assertThatThrownBy(() -> migrations.run(RunOptions.defaults().withPageSize(1)))
                .isInstanceOf(StoreException.class);
        assertThat(store.calls(Call.PAGE)).isEqualTo(ATTEMPTS);
        assertThat(migrations.run(RunOptions.defaults()).count(Status.MIGRATED)).isEqualTo(1);
    }

    @Test
    void a_run_leaves_to_the_sweep_whom_it_could_not_migrate_alone() {
        store.after(Call.DECIDE, () -> tables.move("cem", Credits.of(5), null));
        store.before(Call.COMMIT, new StoreException(Kind.UNAVAILABLE, "no connection", null));

        MigrationRun run = service(GRANT, store).run(RunOptions.defaults());

        assertThat(run.state()).isEqualTo(MigrationRun.State.FINISHED);
        assertThat(tables.credits("cem")).isEqualTo(Credits.of(25));
        assertThat(tables.logCount("grant")).isEqualTo(3);
    }

    @Test
    void a_run_stops_at_once_when_the_store_is_not_there() {
        StoreException down = new StoreException(Kind.UNAVAILABLE, "no connection", null);
        store.before(Call.PAGE, down);

        assertThatThrownBy(() -> migrations.run(RunOptions.defaults())).isSameAs(down);
        assertThat(store.calls(Call.PAGE)).isEqualTo(1);
    }

    @Test
    void pages_that_the_store_ends_get_smaller_and_mark_nobody_who_was_not_read() {
        List<Integer> limits = new ArrayList<>();
        MigrationStore ending = new DelegatingStore(tables) {
            @Override
            public Page page(Migration migration, String runId, Integer range, int limit, Instant now, PageWork work) {
                limits.add(limit);
                return Page.ended("lock timeout");
            }
        };
        MigrationService impatient = MigrationService.of(
                RATE_2500, ending, MigrationOptions.defaults().withAttempts(2).withPatience(Duration.ZERO));

        assertThatThrownBy(() -> impatient.run(RunOptions.defaults().withPageSize(4)))
                .isInstanceOf(StoreException.class)
                .hasMessage("A page of one user cannot be read: lock timeout");
        assertThat(limits).containsExactly(4, 2, 1, 1);
        assertThat(tables.recordCount("rate-2500")).isZero();
    }

    @Test
    void a_run_tells_its_listener_after_each_page() {
        List<MigrationRun> told = new ArrayList<>();

        MigrationRun run = migrations.run(RunOptions.defaults().withPageSize(1).withListener(told::add));

        assertThat(told.get(0).users()).isEqualTo(1);
        assertThat(told.get(0).state()).isEqualTo(MigrationRun.State.RUNNING);
        assertThat(told.get(told.size() - 1)).isEqualTo(run);
        assertThat(told).extracting(MigrationRun::id).containsOnly(run.id());
    }

    @Test
    void a_store_that_cannot_run_is_named() {
        MigrationStore users = (MigrationStore) Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {MigrationStore.class},
                (proxy, method, arguments) -> method.invoke(tables, arguments));
        MigrationService plain = service(RATE_2500, users);

        assertThat(plain.autoMigrateIfZeroCredits("ann").status()).isEqualTo(Status.MIGRATED);
        assertThatThrownBy(() -> plain.run(RunOptions.defaults()))
                .isInstanceOf(InvalidValueException.class)
                .hasMessageContaining("RunStore");
        assertThatThrownBy(() -> plain.plan(RunOptions.defaults())).isInstanceOf(InvalidValueException.class);
    }

    // In a transaction of the host's.

    @Test
    void a_service_that_joins_makes_one_attempt_and_marks_nobody() {
        migrations.register(OPERATOR, "on start");
        MigrationService joined = migrations.joining(joining());
        store.before(Call.COMMIT, new IllegalStateException("credit system down"));

        MigrationResult result = joined.autoMigrateIfZeroCredits("ann");

        assertThat(result.status()).isEqualTo(Status.FAILED_UNRECORDED);
        assertThat(result.message()).isEqualTo("credit system down");
        assertThat(store.calls(Call.COMMIT)).isEqualTo(1);
        assertThat(tables.recordCount("rate-2500")).isZero();
    }

    @Test
    void a_service_that_joins_answers_contended_at_once_and_throws_what_breaks_the_transaction() {
        migrations.register(OPERATOR, "on start");
        MigrationService joined = migrations.joining(joining());
        store.before(Call.COMMIT, () -> tables.move("ann", Credits.of(1), null));
        assertThat(joined.autoMigrateIfZeroCredits("ann").status()).isEqualTo(Status.CONTENDED);
        assertThat(store.calls(Call.COMMIT)).isEqualTo(1);

        StoreException deadlock = new StoreException(Kind.TRANSIENT, "deadlock", null);
        store.before(Call.FIND, deadlock);
        assertThatThrownBy(() -> joined.autoMigrateIfZeroCredits("ann")).isSameAs(deadlock);
    }

    @Test
    void a_service_that_joins_remembers_nobody() {
        migrations.register(OPERATOR, "on start");
        MigrationService joined = migrations.joining(joining());
        assertThat(joined.autoMigrateIfZeroCredits("ann").status()).isEqualTo(Status.MIGRATED);
        assertThat(joined.autoMigrateIfZeroCredits("ann").status()).isEqualTo(Status.ALREADY_MIGRATED);
        long calls = store.calls(Call.FIND);

        assertThat(MigrationGate.of(migrations).check("ann").passes()).isTrue();

        assertThat(store.calls(Call.FIND)).isEqualTo(calls + 1);
    }

    @Test
    void a_store_that_joins_nothing_is_named() {
        assertThatThrownBy(() -> migrations.joining(store))
                .isInstanceOf(InvalidValueException.class)
                .hasMessageContaining("FaultyStore");
    }

    // What is refused before anything is read.

    @Test
    void a_policy_whose_figures_do_not_fit_the_balance_is_refused_when_the_migration_is_opened() {
        MigrationStore cents = InMemoryMigrationStore.ofScale(2);
        Migration fine = Migration.named("fine")
                .cutOff(CUT_OFF)
                .policy(CreditPolicy.convert(CreditRate.of(1_000), CreditRate.of(2_500))
                        .scale(4))
                .build();

        assertThatThrownBy(() -> MigrationService.of(fine, cents))
                .isInstanceOf(InvalidValueException.class)
                .hasMessageContaining("4")
                .hasMessageContaining("2 decimals");
    }

    @Test
    void the_scale_of_a_conversion_is_that_of_the_balance_where_it_is_smaller() {
        InMemoryMigrationStore cents =
                InMemoryMigrationStore.ofScale(2, user("bob").credits("33.33"));
        MigrationService service = service(RATE_2500, cents);

        service.confirm("bob", service.quote("bob").orElseThrow(), Actor.user("bob"));

        assertThat(cents.credits("bob")).isEqualTo(Credits.of("13.33"));
        assertThat(service.migration().fingerprint()).contains("scale=2");
    }

    @Test
    void reasons_that_say_nothing_or_too_much_are_refused() {
        migrations.autoMigrateIfZeroCredits("ann");
        for (String reason : List.of("", " ", "x".repeat(501), "a\0b")) {
            assertThatThrownBy(() -> migrations.rollback("ann", OPERATOR, reason))
                    .isInstanceOf(InvalidValueException.class)
                    .hasMessageContaining("reason");
            assertThatThrownBy(() -> migrations.reopen("ann", OPERATOR, reason))
                    .isInstanceOf(InvalidValueException.class);
            assertThatThrownBy(() -> migrations.rollout(migrations.rollout(), OPERATOR, reason))
                    .isInstanceOf(InvalidValueException.class);
        }
        assertThat(migrations.status("ann")).contains(MigrationStatus.COMPLETED);
    }

    // Consent and policies.

    @Test
    void a_confirmation_keeps_trying_while_the_balance_stays() {
        Quote quote = migrations.quote("bob").orElseThrow();
        store.before(Call.COMMIT, new StoreException(Kind.TRANSIENT, "deadlock", null));

        assertThat(migrations.confirm("bob", quote, Actor.user("bob")).status()).isEqualTo(Status.MIGRATED);
        assertThat(tables.credits("bob")).isEqualTo(Credits.of(20));
    }

    @Test
    void a_quote_that_went_through_a_browser_is_confirmed() {
        String token = migrations.quote("bob").orElseThrow().token();

        assertThat(migrations
                        .confirm("bob", Quote.parse(token), Actor.user("bob"))
                        .status())
                .isEqualTo(Status.MIGRATED);
        assertThat(tables.credits("bob")).isEqualTo(Credits.of(20));
    }

    @Test
    void a_token_of_a_better_price_or_of_somebody_else_changes_nothing() {
        tables.add(user("dan").credits("50"));
        Quote quote = migrations.quote("bob").orElseThrow();
        Quote better = new Quote(
                quote.migrationId(),
                quote.userId(),
                quote.attempt(),
                quote.oldCredits(),
                Credits.of(50),
                quote.oldRate(),
                quote.newRate(),
                quote.takenAt());

        assertThat(migrations.confirm("bob", Quote.parse(better.token()), Actor.user("bob")))
                .matches(changed -> changed.status() == Status.QUOTE_CHANGED && quote.offersSameAs(changed.quote()));
        assertThat(migrations.confirm("dan", Quote.parse(quote.token()), Actor.user("dan")))
                .matches(changed -> changed.status() == Status.QUOTE_CHANGED
                        && changed.quote().userId().equals("dan"));
        assertThat(tables.credits("bob")).isEqualTo(Credits.of(50));
        assertThat(tables.credits("dan")).isEqualTo(Credits.of(50));
    }

    @Test
    void a_confirmation_that_the_balance_overtakes_between_read_and_write_is_renewed() {
        Quote quote = migrations.quote("bob").orElseThrow();
        store.before(Call.COMMIT, () -> tables.move("bob", Credits.of(5), null));

        MigrationResult result = migrations.confirm("bob", quote, Actor.user("bob"));

        assertThat(result.status()).isEqualTo(Status.QUOTE_CHANGED);
        assertThat(result.quote()).isNotNull();
        assertThat(result.quote().oldCredits()).isEqualTo(Credits.of(55));
        assertThat(tables.isFlagged("bob")).isFalse();
    }

    @Test
    void a_grant_that_asks_shows_a_quote_to_who_has_credits() {
        Migration asking = Migration.named("grant")
                .cutOff(CUT_OFF)
                .policy(CreditPolicy.initialGrant())
                .consent(Consent.CONFIRM_POSITIVE)
                .build();
        MigrationService grants = service(asking, store);

        Quote quote = grants.quote("bob").orElseThrow();

        assertThat(quote.oldCredits()).isEqualTo(Credits.of(50));
        assertThat(quote.newCredits()).isEqualTo(Credits.of(70));
        assertThat(grants.confirm("bob", quote, Actor.user("bob")).status()).isEqualTo(Status.MIGRATED);
        assertThat(tables.credits("bob")).isEqualTo(Credits.of(70));
    }

    @Test
    void a_policy_is_asked_with_no_store_call_open() {
        AtomicBoolean inStore = new AtomicBoolean();
        MigrationStore watched = new DelegatingStore(tables) {
            @Override
            public Optional<UserState> find(Migration migration, String userId) {
                inStore.set(true);
                try {
                    return super.find(migration, userId);
                } finally {
                    inStore.set(false);
                }
            }

            @Override
            public CommitResult commit(Migration migration, UserChange change) {
                inStore.set(true);
                try {
                    return super.commit(migration, change);
                } finally {
                    inStore.set(false);
                }
            }
        };
        Migration watching = Migration.named("grant")
                .cutOff(CUT_OFF)
                .policy(((CreditPolicy) user -> {
                            assertThat(inStore).isFalse();
                            return Allocation.of(Credits.of(20), "initial credits");
                        })
                        .named("watching", 1))
                .build();

        assertThat(service(watching, watched).migrate("cem").status()).isEqualTo(Status.MIGRATED);
    }

    @Test
    void a_user_asked_for_by_another_spelling_is_the_user_as_stored() {
        MigrationStore spelling = new DelegatingStore(tables) {
            @Override
            public Optional<UserState> find(Migration migration, String userId) {
                return super.find(migration, userId.toLowerCase(Locale.ROOT));
            }
        };
        MigrationService service = service(RATE_2500, spelling);

        assertThat(service.autoMigrateIfZeroCredits("ANN").userId()).isEqualTo("ann");
        assertThat(service.autoMigrateIfZeroCredits("Ann").status()).isEqualTo(Status.ALREADY_MIGRATED);
        assertThat(service.log("ANN"))
                .singleElement()
                .satisfies(line -> assertThat(line.userId()).isEqualTo("ann"));
        assertThat(service.rollback("ANN", OPERATOR, "wrong rate").userId()).isEqualTo("ann");
        assertThat(service.status("ann")).contains(MigrationStatus.ROLLED_BACK);
    }

    @Test
    void a_store_that_cannot_be_audited_is_neither_verified_nor_sealed() {
        MigrationService service = service(RATE_2500, new WithoutNotices(tables));

        for (ThrowingCallable asked : List.<ThrowingCallable>of(
                service::verify, service::seals, () -> service.seal(OPERATOR), () -> service.story("ann"))) {
            assertThatThrownBy(asked).isInstanceOf(InvalidValueException.class).hasMessageContaining("AuditStore");
        }
    }

    @Test
    void within_a_transaction_of_the_hosts_nothing_is_verified_or_sealed() {
        MigrationService joined = service(RATE_2500, store).joining(joining());

        for (ThrowingCallable asked :
                List.<ThrowingCallable>of(joined::verify, joined::seals, () -> joined.seal(OPERATOR))) {
            assertThatThrownBy(asked)
                    .isInstanceOf(InvalidValueException.class)
                    .hasMessageContaining("transactions of its own");
        }
        assertThat(joined.story("ann").steps()).isEmpty();
    }

    @Test
    void fewer_support_tickets_than_none_are_refused() {
        MigrationService service = service(RATE_2500, store);
        Verification verification = service.verify();

        assertThatThrownBy(() -> service.metrics(verification, -1))
                .isInstanceOf(InvalidValueException.class)
                .hasMessageContaining("support tickets");
    }

    private MigrationStore joining() {
        return new DelegatingStore(store) {
            @Override
            public boolean joins() {
                return true;
            }
        };
    }

    private MigrationService service(Migration migration, MigrationStore around) {
        return MigrationService.of(
                migration, around, MigrationOptions.defaults().withClock(clock).withAttempts(ATTEMPTS));
    }
}
