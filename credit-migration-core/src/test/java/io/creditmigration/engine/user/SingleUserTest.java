package io.creditmigration.engine.user;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.creditmigration.Actor;
import io.creditmigration.Consent;
import io.creditmigration.FakeStore;
import io.creditmigration.Fixture;
import io.creditmigration.Migration;
import io.creditmigration.MigrationResult;
import io.creditmigration.MigrationResult.Status;
import io.creditmigration.MigrationStatus;
import io.creditmigration.PaidCredits;
import io.creditmigration.ReconcileResult;
import io.creditmigration.RollbackResult;
import io.creditmigration.States;
import io.creditmigration.StoreException;
import io.creditmigration.StoreException.Kind;
import io.creditmigration.Trigger;
import io.creditmigration.UserMigration;
import io.creditmigration.engine.LatencyHistogram;
import io.creditmigration.engine.decide.Intent;
import io.creditmigration.engine.decide.RollbackDecider;
import io.creditmigration.spi.CommitResult;
import io.creditmigration.spi.UserChange;
import io.creditmigration.spi.UserState;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What is done about one user when others are faster, or the store fails. */
final class SingleUserTest {

    private static final int ATTEMPTS = 4;
    private static final Migration MIGRATION = Fixture.fitted(Fixture.conversion(Consent.NONE));

    private final LatencyHistogram commits = new LatencyHistogram();
    private final FakeStore store = new FakeStore();

    @Test
    void a_change_is_written_once_and_its_time_is_kept() {
        MigrationResult result = migrate(store);

        assertThat(result.status()).isEqualTo(Status.MIGRATED);
        assertThat(store.asked).hasSize(1);
        assertThat(store.finds).isEqualTo(1);
        assertThat(commits.latency().commits()).isEqualTo(1);
    }

    @Test
    void the_answer_counts_the_operations_that_the_store_has_copied() {
        store.answers.add(change -> CommitResult.committed(3));

        assertThat(migrate(store).record().historicalOperations()).isEqualTo(3);
    }

    @Test
    void nobody_is_written_who_is_not_there() {
        store.user = null;

        assertThat(migrate(store).status()).isEqualTo(Status.UNKNOWN_USER);
        assertThat(rollback(store).status()).isEqualTo(RollbackResult.Status.UNKNOWN_USER);
        assertThat(singleUser(store).reopen("ann", Actor.operator("olga"), "why"))
                .isEmpty();
        assertThat(store.asked).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(
            value = CommitResult.Status.class,
            names = {"STALE", "LOCKED"})
    void who_was_changed_or_held_by_others_is_read_and_decided_again(CommitResult.Status status) {
        store.answers.add(change -> {
            store.user = States.withCredits(Fixture.ANN, "50");
            return CommitResult.of(status);
        });

        assertThat(migrate(store).status()).isEqualTo(Status.MIGRATED);
        assertThat(store.finds).isEqualTo(2);
        assertThat(store.asked)
                .extracting(change -> change.newCredits().toString())
                .containsExactly("0", "20");
    }

    @Test
    void attempts_are_bounded() {
        for (int i = 0; i < 10; i++) {
            store.answers.add(change -> CommitResult.of(CommitResult.Status.STALE));
        }

        assertThat(migrate(store).status()).isEqualTo(Status.CONTENDED);
        assertThat(store.asked).hasSize(ATTEMPTS);
    }

    @ParameterizedTest
    @CsvSource({"HALTED, HALTED", "NOT_BEGUN, NOT_BEGUN", "OUTSIDE_ROLLOUT, OUTSIDE_ROLLOUT"})
    void what_the_store_finds_at_the_last_moment_is_answered_and_marks_nobody(
            CommitResult.Status found, Status answered) {
        store.answers.add(change -> CommitResult.of(found));

        assertThat(migrate(store).status()).isEqualTo(answered);
        assertThat(store.asked).hasSize(1);
    }

    @Test
    void data_that_the_store_refuses_marks_the_user_failed() {
        store.answers.add(change -> CommitResult.rejected("value out of range"));

        MigrationResult result = migrate(store);

        assertThat(result.status()).isEqualTo(Status.FAILED);
        assertThat(result.message()).isEqualTo("value out of range");
        assertThat(store.asked.get(1).line().status()).isEqualTo(MigrationStatus.FAILED);
    }

    @Test
    void an_exception_of_the_stores_own_is_the_users() {
        store.answers.add(change -> {
            throw new IllegalStateException("the credit system says no");
        });

        assertThat(migrate(store).message()).isEqualTo("the credit system says no");
        assertThat(store.asked).hasSize(2);
    }

    @Test
    void a_user_who_cannot_even_be_marked_is_answered_as_that() {
        store.answers.add(change -> CommitResult.rejected("no"));
        store.answers.add(change -> CommitResult.of(CommitResult.Status.STALE));
        assertThat(migrate(store).status()).isEqualTo(Status.FAILED_UNRECORDED);

        store.answers.add(change -> CommitResult.rejected("no"));
        store.answers.add(change -> {
            throw new StoreException(Kind.UNAVAILABLE, "gone", null);
        });
        assertThat(migrate(store).status()).isEqualTo(Status.FAILED_UNRECORDED);
    }

    @Test
    void a_refused_rollback_says_why_and_marks_nobody() {
        store.user = completed();
        store.answers.add(change -> CommitResult.rejected("no"));

        RollbackResult result = rollback(store);

        assertThat(result.status()).isEqualTo(RollbackResult.Status.REJECTED);
        assertThat(result.message()).isEqualTo("no");
        assertThat(store.asked).hasSize(1);
    }

    @Test
    void a_transient_failure_is_tried_again_within_the_bound() {
        store.answers.add(SingleUserTest::deadlock);
        assertThat(migrate(store).status()).isEqualTo(Status.MIGRATED);

        for (int i = 0; i < ATTEMPTS; i++) {
            store.answers.add(SingleUserTest::deadlock);
        }
        assertThat(failure(store).kind()).isEqualTo(Kind.TRANSIENT);
        assertThat(store.asked).hasSize(2 + ATTEMPTS);
    }

    @Test
    void a_store_that_is_not_there_is_not_asked_again() {
        store.answers.add(change -> {
            throw new StoreException(Kind.UNAVAILABLE, "no connection", null);
        });

        assertThat(failure(store).kind()).isEqualTo(Kind.UNAVAILABLE);
        assertThat(store.asked).hasSize(1);
    }

    @Test
    void a_commit_whose_answer_was_lost_is_looked_for_and_not_written_twice() {
        store.answers.add(change -> {
            store.user = States.withRecord(States.withCredits(Fixture.ANN, "0"), change.record());
            throw lost();
        });

        assertThat(migrate(store).status()).isEqualTo(Status.MIGRATED);
        assertThat(store.asked).hasSize(1);
    }

    @Test
    void a_lost_commit_that_was_not_written_is_written_now() {
        store.answers.add(change -> {
            throw lost();
        });

        assertThat(migrate(store).status()).isEqualTo(Status.MIGRATED);
        assertThat(store.asked).hasSize(2);
    }

    @Test
    void where_a_lost_commit_cannot_be_looked_for_its_outcome_stays_unknown() {
        store.answers.add(change -> {
            throw lost();
        });
        store.answers.add(change -> {
            throw new StoreException(Kind.UNAVAILABLE, "no connection", null);
        });

        StoreException thrown = failure(store);

        assertThat(thrown.kind()).isEqualTo(Kind.OUTCOME_UNKNOWN);
        assertThat(thrown).hasMessageContaining("no connection");
        assertThat(thrown.getSuppressed()).hasSize(1);
    }

    @Test
    void in_a_transaction_of_the_hosts_there_is_one_attempt_and_no_mark() {
        FakeStore joined = new FakeStore() {
            @Override
            public boolean joins() {
                return true;
            }
        };
        joined.answers.add(change -> CommitResult.of(CommitResult.Status.STALE));
        assertThat(migrate(joined).status()).isEqualTo(Status.CONTENDED);
        assertThat(joined.asked).hasSize(1);

        joined.answers.add(change -> CommitResult.rejected("no"));
        assertThat(migrate(joined).status()).isEqualTo(Status.FAILED_UNRECORDED);
        assertThat(joined.asked).hasSize(2);

        joined.answers.add(SingleUserTest::deadlock);
        assertThat(failure(joined).kind()).isEqualTo(Kind.TRANSIENT);
        assertThat(joined.asked).hasSize(3);
    }

    @Test
    void who_stays_contended_is_answered_with_the_record() {
        store.user = completed();
        for (int i = 0; i < 2 * ATTEMPTS; i++) {
            store.answers.add(change -> CommitResult.of(CommitResult.Status.STALE));
        }

        RollbackResult result = rollback(store);

        assertThat(result.status()).isEqualTo(RollbackResult.Status.CONTENDED);
        assertThat(result.record()).isEqualTo(store.user.record());
        assertThat(store.asked).hasSize(ATTEMPTS);
    }

    @Test
    void a_new_attempt_is_written_for_who_was_rolled_back_and_for_nobody_else() {
        store.user = completed();
        assertThat(reopen()).isEmpty();
        rollback(store);
        store.user = States.withRecord(
                States.marked(Fixture.ANN, false), store.asked.get(0).record());

        assertThat(reopen())
                .get()
                .extracting(UserMigration::status, UserMigration::attempt)
                .containsExactly(MigrationStatus.PENDING, 2);

        store.answers.add(change -> CommitResult.rejected("no"));
        assertThat(reopen()).isEmpty();
    }

    @Test
    void a_record_is_reconciled_with_the_row_that_contradicts_it() {
        assertThat(reconcile().status()).isEqualTo(ReconcileResult.Status.IN_STEP);

        store.user = States.marked(completed(), false);
        store.answers.add(change -> CommitResult.rejected("no"));
        assertThat(reconcile().status()).isEqualTo(ReconcileResult.Status.CONTENDED);
        assertThat(reconcile().status()).isEqualTo(ReconcileResult.Status.RECONCILED);

        store.user = null;
        assertThat(reconcile().status()).isEqualTo(ReconcileResult.Status.UNKNOWN_USER);
    }

    private Optional<UserMigration> reopen() {
        return singleUser(store).reopen("ann", Actor.operator("olga"), "try again");
    }

    private ReconcileResult reconcile() {
        return singleUser(store)
                .reconcile("ann", MigrationStatus.ROLLED_BACK, Actor.operator("olga"), "restored by hand");
    }

    private static CommitResult deadlock(UserChange change) {
        throw new StoreException(
                Kind.TRANSIENT, "deadlock over " + change.line().userId(), null);
    }

    private static StoreException lost() {
        return new StoreException(Kind.OUTCOME_UNKNOWN, "the answer to the commit was lost", null);
    }

    private StoreException failure(FakeStore of) {
        return catchThrowableOfType(StoreException.class, () -> migrate(of));
    }

    private MigrationResult migrate(FakeStore in) {
        return singleUser(in).migrate("ann", Intent.explicit());
    }

    private RollbackResult rollback(FakeStore in) {
        return singleUser(in)
                .rollback(
                        "ann",
                        new RollbackDecider.Request(
                                Trigger.OPERATOR, PaidCredits.REFUSE, Actor.operator("olga"), "as it was"));
    }

    private UserState completed() {
        FakeStore once = new FakeStore();
        migrate(once);
        UserChange written = once.asked.get(0);
        return States.withRecord(written.expected(), written.record());
    }

    private SingleUser singleUser(FakeStore in) {
        RollbackDecider reversal = Fixture.reversal(MIGRATION, Fixture.SCALE, /* notices= */ false);
        return new SingleUser(MIGRATION, in, Fixture.decider(MIGRATION), reversal, ATTEMPTS, commits);
    }
}
