package io.creditmigration.testkit;

import static io.creditmigration.testkit.SeedUser.user;
import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.creditmigration.Actor;
import io.creditmigration.CreditPolicy;
import io.creditmigration.DeadLetter;
import io.creditmigration.Migration;
import io.creditmigration.MigrationRun;
import io.creditmigration.Notice;
import io.creditmigration.NoticeKind;
import io.creditmigration.Rollout;
import io.creditmigration.RunScope;
import io.creditmigration.RunSettings;
import io.creditmigration.Seal;
import io.creditmigration.StoreException;
import io.creditmigration.spi.Cause;
import io.creditmigration.spi.NoticeStore.Leased;
import io.creditmigration.spi.NoticeStore.Settlement;
import io.creditmigration.spi.NoticeStore.State;
import io.creditmigration.spi.Page;
import io.creditmigration.spi.RunRequest;
import io.creditmigration.spi.SealWork;
import io.creditmigration.spi.StoredRow;
import io.creditmigration.testkit.FaultyStore.Call;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class FaultyStoreTest {

    private static final Migration GRANT = Migration.named("grant")
            .cutOff(Instant.EPOCH)
            .policy(CreditPolicy.initialGrant())
            .build();

    private static final Cause CAUSE = new Cause(Actor.operator("test"), "again", Instant.EPOCH);

    private static final Notice NOTICE =
            new Notice("grant", "ann", 1, NoticeKind.PRE_ANNOUNCEMENT, null, null, null, null, Instant.EPOCH);

    private final InMemoryMigrationStore tables = InMemoryMigrationStore.with(user("ann"));
    private final FaultyStore store = FaultyStore.around(tables);

    /** One way to make each call, but for a commit, whose change only a service can make. */
    private final Map<Call, Runnable> calls = Map.ofEntries(
            entry(Call.DEFINITIONS, store::definitions),
            entry(Call.FIND, () -> store.find(GRANT, "ann")),
            entry(Call.ROLLOUT, () -> store.rollout(GRANT)),
            entry(Call.SET_ROLLOUT, () -> store.setRollout(GRANT, Rollout.EVERYBODY, Rollout.EVERYBODY, CAUSE)),
            entry(Call.DRAIN, () -> store.drain(GRANT, Duration.ZERO)),
            entry(Call.EPOCH, () -> store.epoch(GRANT)),
            entry(Call.LOG, () -> store.log(GRANT, "ann")),
            entry(
                    Call.OPEN_RUN,
                    () -> store.openRun(
                            GRANT,
                            new RunRequest(RunScope.everyone(), null, List.of(), RunSettings.defaults()),
                            CAUSE)),
            entry(Call.FIND_RUN, () -> store.runs(GRANT, 1)),
            entry(Call.CHANGE_RUN, this::resume),
            entry(Call.REPORT, () -> store.events(GRANT, 1)),
            entry(Call.TOTALS, () -> store.totals(GRANT)),
            entry(Call.SCAN, () -> store.scan(GRANT, RunScope.everyone(), null, 1)),
            entry(Call.PAGE, this::page),
            entry(Call.DECIDE, this::page),
            entry(Call.QUEUE, () -> store.queue(GRANT, List.of(NOTICE), Instant.EPOCH)),
            entry(Call.LEASE, () -> store.lease(1, Instant.EPOCH, Instant.MAX)),
            entry(Call.HOLDS, () -> store.holds(new Leased(NOTICE, "lease", 1))),
            entry(
                    Call.SETTLE,
                    () -> store.settle(
                            new Leased(NOTICE, "lease", 1), new Settlement(State.SENT, 1, Instant.EPOCH, null))),
            entry(Call.DEAD_LETTERS, () -> store.deadLetters(1)),
            entry(Call.REQUEUE, () -> store.requeue(new DeadLetter(NOTICE, 1, "down"), Instant.EPOCH)),
            entry(Call.AUDIT, () -> store.evidence(GRANT, "ann")),
            entry(Call.REGISTER, () -> store.register(GRANT, new Cause(Actor.operator("olga"), "test", Instant.EPOCH))),
            entry(Call.SEAL, this::seal));

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "COMMIT")
    void each_call_can_fail_once_before_and_once_after(Call call) {
        StoreException fault = new StoreException(StoreException.Kind.UNAVAILABLE, "no connection", null);
        store.before(call, fault);
        store.after(call, fault);
        Runnable make = calls.get(call);

        assertThatThrownBy(make::run).isSameAs(fault);
        assertThatThrownBy(make::run).isSameAs(fault);
        make.run();

        assertThat(store.calls(call)).isEqualTo(3);
        assertThat(store.calls()).isEqualTo(3);
    }

    @Test
    void what_is_asked_for_several_times_happens_at_as_many_calls_in_order() {
        List<String> happened = new ArrayList<>();
        store.before(Call.FIND, () -> happened.add("first"));
        store.before(Call.FIND, () -> happened.add("second"));
        store.after(Call.FIND, () -> happened.add("after first"));

        store.find(GRANT, "ann");
        store.find(GRANT, "ann");
        store.find(GRANT, "ann");

        assertThat(happened).containsExactly("first", "after first", "second");
    }

    @Test
    void the_shape_is_no_round_trip() {
        assertThat(store.shape().balanceScale()).isEqualTo(4);
        assertThat(store.calls()).isZero();
    }

    private void seal() {
        store.seal(GRANT, new SealWork() {
            @Override
            public void begin(@Nullable Seal last) {
                assertThat(last).isNull();
            }

            @Override
            public String add(StoredRow row) {
                return row.key().name();
            }

            @Override
            public Seal end() {
                return new Seal(1, 1, null, "digest", Instant.EPOCH, CAUSE.actor());
            }
        });
    }

    private void resume() {
        store.changeRun(GRANT, "run-1", MigrationRun.State.PAUSED, MigrationRun.State.RUNNING, CAUSE);
    }

    private void page() {
        String runId = ContractGroup.openRun(tables, GRANT, 1).id();
        Page page = store.page(GRANT, runId, null, 1, Instant.EPOCH, new OnlyLooking());
        assertThat(page.status()).isEqualTo(Page.Status.ADVANCED);
    }
}
