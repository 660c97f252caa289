package io.creditmigration.testkit;

import static io.creditmigration.testkit.SeedUser.user;
import static org.assertj.core.api.Assertions.assertThat;

import io.creditmigration.Actor;
import io.creditmigration.CreditPolicy;
import io.creditmigration.CreditRate;
import io.creditmigration.DispatchOptions;
import io.creditmigration.Dispatched;
import io.creditmigration.GateDecision;
import io.creditmigration.Migration;
import io.creditmigration.MigrationGate;
import io.creditmigration.MigrationListener;
import io.creditmigration.MigrationOptions;
import io.creditmigration.MigrationResult;
import io.creditmigration.MigrationRun;
import io.creditmigration.MigrationService;
import io.creditmigration.MigrationStatus;
import io.creditmigration.NoticeDispatcher;
import io.creditmigration.NoticeTemplates;
import io.creditmigration.RollbackResult;
import io.creditmigration.RunOptions;
import io.creditmigration.Tally;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A listener is told what happens on its node, and can break nothing. */
final class MigrationListenerTest {

    private static final Migration CONVERSION = Migration.named("rate-2500")
            .cutOff(Instant.parse("2026-01-06T00:00:00Z"))
            .policy(CreditPolicy.convert(CreditRate.of(1_000), CreditRate.of(2_500)))
            .build();

    private final InMemoryMigrationStore store = InMemoryMigrationStore.with(
            user("zero").credits("0"),
            user("ann").credits("100"),
            user("bob").credits("0"),
            user("cid").credits("0"));

    /** Keeps in words what it was told. */
    private static final class Told implements MigrationListener {

        private final List<String> events = new ArrayList<>();

        @Override
        public void onUser(Migration migration, MigrationResult.Status status, Duration took) {
            assertThat(took).isPositive();
            events.add("user " + status);
        }

        @Override
        public void onRollback(Migration migration, RollbackResult.Status status) {
            events.add("rollback " + status);
        }

        @Override
        public void onGate(Migration migration, GateDecision decision) {
            events.add("gate " + decision.getClass().getSimpleName());
        }

        @Override
        public void onPage(Migration migration, Tally users, Duration took) {
            assertThat(took).isPositive();
            events.add("page " + users.outcomes());
        }

        @Override
        public void onRun(Migration migration, MigrationRun run) {
            events.add("run " + run.state());
        }

        @Override
        public void onNotices(Dispatched batch) {
            events.add("notices " + batch.sent());
        }
    }

    @Test
    void a_listener_is_told_of_users_decisions_pages_runs_and_notices() {
        Told told = new Told();
        MigrationService migrations = MigrationService.of(
                CONVERSION, store, MigrationOptions.defaults().withNotices().withListener(told));
        MigrationGate gate = MigrationGate.of(migrations);

        gate.check("ann");
        gate.check("zero");
        migrations.confirm("ann", migrations.quote("ann").orElseThrow(), Actor.user("ann"));
        migrations.rollback("ann", Actor.operator("op"), "by mistake");
        assertThat(told.events)
                .containsExactly(
                        "user HAS_CREDITS",
                        "gate MigrationRequired",
                        "user MIGRATED",
                        "gate Allowed",
                        "user MIGRATED",
                        "rollback ROLLED_BACK");
        told.events.clear();

        migrations.run(RunOptions.defaults());
        assertThat(told.events)
                .contains("page {ALREADY_MIGRATED=1, ROLLED_BACK=1, MIGRATED=2}")
                .endsWith("run FINISHED");
        assertThat(migrations.runs().usersByStatus())
                .containsEntry(MigrationStatus.COMPLETED, 3L)
                .containsEntry(MigrationStatus.ROLLED_BACK, 1L);
        told.events.clear();

        NoticeDispatcher dispatcher = NoticeDispatcher.of(
                store,
                new RecordingNotifier(),
                NoticeTemplates.shipped("https://shop.example"),
                DispatchOptions.defaults().withListener(told));
        dispatcher.run();
        assertThat(told.events).containsExactly("notices 1");
    }

    @Test
    void a_listener_that_throws_changes_nothing() {
        MigrationListener broken = new MigrationListener() {
            @Override
            public void onUser(Migration migration, MigrationResult.Status status, Duration took) {
                throw new IllegalStateException("broken");
            }

            @Override
            public void onGate(Migration migration, GateDecision decision) {
                throw new AssertionError("broken");
            }

            @Override
            public void onPage(Migration migration, Tally users, Duration took) {
                throw new NoClassDefFoundError("broken");
            }

            @Override
            public void onRun(Migration migration, MigrationRun run) {
                throw new StackOverflowError("broken");
            }
        };
        MigrationService migrations = MigrationService.of(
                CONVERSION, store, MigrationOptions.defaults().withListener(broken));

        assertThat(MigrationGate.of(migrations).check("zero"))
                .isEqualTo(new GateDecision.Allowed(MigrationResult.Status.MIGRATED));
        assertThat(migrations.run(RunOptions.defaults()).state()).isEqualTo(MigrationRun.State.FINISHED);
        assertThat(migrations.verify().isClean()).isTrue();
    }
}
