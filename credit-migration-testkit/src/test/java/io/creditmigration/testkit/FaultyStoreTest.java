package io.creditmigration.testkit;

import static io.creditmigration.testkit.SeedUser.user;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.creditmigration.Actor;
import io.creditmigration.CreditPolicy;
import io.creditmigration.Migration;
import io.creditmigration.Rollout;
import io.creditmigration.StoreException;
import io.creditmigration.spi.Page;
import io.creditmigration.testkit.FaultyStore.Call;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class FaultyStoreTest {

    private static final Migration GRANT = Migration.named("grant")
            .cutOff(Instant.EPOCH)
            .policy(CreditPolicy.initialGrant())
            .build();

    private final InMemoryMigrationStore tables = InMemoryMigrationStore.with(user("ann"));
    private final FaultyStore store = FaultyStore.around(tables);

    /** One way to make each call, but for a commit, whose change only a service can make. */
    private final Map<Call, Runnable> calls = Map.of(
            Call.DEFINITIONS, store::definitions,
            Call.FIND, () -> store.find(GRANT, "ann"),
            Call.ROLLOUT, () -> store.rollout(GRANT),
            Call.SET_ROLLOUT, () -> store.setRollout(GRANT, Rollout.EVERYBODY, Actor.operator("test"), "again"),
            Call.LOG, () -> store.log(GRANT, "ann"),
            Call.OPEN_RUN, () -> store.openRun(GRANT, "everyone"),
            Call.SCAN, () -> store.scan(GRANT, null, 1),
            Call.PAGE, this::page,
            Call.DECIDE, this::page);

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
    void the_scale_is_no_round_trip() {
        assertThat(store.balanceScale()).isEqualTo(4);
        assertThat(store.calls()).isZero();
    }

    private void page() {
        Page page = store.page(GRANT, tables.openRun(GRANT, "everyone"), 1, users -> List.of());
        assertThat(page.status()).isEqualTo(Page.Status.ADVANCED);
    }
}
