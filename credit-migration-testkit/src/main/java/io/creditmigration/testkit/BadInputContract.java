package io.creditmigration.testkit;

import static io.creditmigration.testkit.SeedUser.user;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.creditmigration.Actor;
import io.creditmigration.CreditRate;
import io.creditmigration.Credits;
import io.creditmigration.DefinitionConflictException;
import io.creditmigration.InvalidValueException;
import io.creditmigration.Migration;
import io.creditmigration.MigrationResult;
import io.creditmigration.MigrationResult.Status;
import io.creditmigration.MigrationRun;
import io.creditmigration.MigrationService;
import io.creditmigration.Quote;
import io.creditmigration.RollbackResult;
import io.creditmigration.Rollout;
import io.creditmigration.spi.RunStore;
import io.creditmigration.testkit.FaultyStore.Call;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

abstract class BadInputContract extends ContractGroup {

    private static final Rollout NOBODY = new Rollout(0, false);
    private static final Rollout HALTED = new Rollout(100, true);
    private static final Migration OTHER_RATE =
            asked("rate-2500", CUT_OFF, HostApplication.OLD_RATE, CreditRate.of(3_000));

    BadInputContract(MigrationStoreContract contract) {
        super(contract);
    }

    @Test
    @SuppressWarnings("NullAway") // A caller that does not read the documentation.
    final void an_id_that_no_user_can_have_is_refused_by_every_trigger() {
        conversion(user("bob").credits("50"));
        MigrationService migrations = node(RATE_2500);
        Quote quote = migrations.quote("bob").orElseThrow();
        List<Consumer<String>> triggers = List.of(
                migrations::autoMigrateIfZeroCredits,
                migrations::migrate,
                migrations::quote,
                id -> migrations.confirm(id, quote, Actor.user("bob")),
                migrations::find,
                migrations::status,
                migrations::regime,
                migrations::log,
                id -> migrations.rollback(id, OPERATOR, "wrong rate"),
                id -> migrations.reopen(id, OPERATOR, "wrong rate"));

        assertNothingChanges(() -> {
            for (Consumer<String> trigger : triggers) {
                for (String id : Arrays.asList(null, "", "x".repeat(256), "b\0b")) {
                    InvalidValueException refused = assertThrows(InvalidValueException.class, () -> trigger.accept(id));
                    assertEquals("user id", refused.what());
                }
            }
        });
        assertEquals(List.of(), host().store().definitions());
    }

    @Test
    final void an_unknown_user_is_answered_as_such_and_nothing_is_written() {
        conversion(user("bob").credits("50"));
        MigrationService migrations = node(RATE_2500);
        Quote quote = migrations.quote("bob").orElseThrow();

        assertNothingChanges(() -> {
            for (String id : List.of("nobody", "bo", "bobb", " bob", "%", "b_b", "' OR '1'='1", "x".repeat(255))) {
                assertEquals(
                        Status.UNKNOWN_USER,
                        migrations.autoMigrateIfZeroCredits(id).status(),
                        id);
                assertEquals(Status.UNKNOWN_USER, migrations.migrate(id).status(), id);
                assertEquals(
                        Status.UNKNOWN_USER,
                        migrations.confirm(id, quote, Actor.user(id)).status(),
                        id);
                assertEquals(Optional.empty(), migrations.quote(id), id);
                assertEquals(Optional.empty(), migrations.status(id), id);
                assertEquals(Optional.empty(), migrations.find(id), id);
                assertEquals(List.of(), migrations.log(id), id);
            }
        });
        assertEquals(List.of(), host().store().definitions());
    }

    @Test
    final void ids_with_strange_characters_are_users_like_others() {
        List<String> ids = List.of(
                "o'brien",
                "a\"b",
                "100%",
                "semi;colon--",
                "back\\slash",
                "a|b",
                "ünïcödé",
                "用户",
                "🙂",
                "a b",
                "?",
                "{}");
        grant(ids.stream().map(SeedUser::user).toArray(SeedUser[]::new));
        for (String id : ids) {
            assertEquals(Status.MIGRATED, node(GRANT).migrate(id).status(), id);
            assertEquals(Status.ALREADY_MIGRATED, node(GRANT).migrate(id).status(), id);
            assertCredits("20", id);
            assertEquals(id, node(GRANT).log(id).get(0).userId());
        }
    }

    @Test
    final void another_definition_under_a_used_id_is_refused_at_the_door() {
        conversion(user("ann").credits("0"), user("bob").credits("50"));
        node(RATE_2500).autoMigrateIfZeroCredits("ann");

        assertNothingChanges(() -> {
            DefinitionConflictException refused =
                    assertThrows(DefinitionConflictException.class, () -> node(OTHER_RATE));
            assertEquals("rate-2500", refused.migrationId());
            assertTrue(refused.stored().contains("2500"), refused::stored);
            assertTrue(refused.given().contains("3000"), refused::given);
        });
    }

    @Test
    final void a_node_that_was_open_with_another_definition_cannot_write() {
        conversion(
                user("ann").credits("0"), user("bob").credits("50"), user("cem").credits("0"));
        MigrationService other = node(OTHER_RATE);
        Quote quote = other.quote("bob").orElseThrow();
        node(RATE_2500).autoMigrateIfZeroCredits("ann");

        assertNothingChanges(() -> {
            assertThrows(DefinitionConflictException.class, () -> other.autoMigrateIfZeroCredits("cem"));
            assertThrows(DefinitionConflictException.class, () -> other.migrate("cem"));
            assertThrows(DefinitionConflictException.class, () -> other.confirm("bob", quote, Actor.user("bob")));
            assertRefusedOrOutOfStep(() -> other.rollback("ann", OPERATOR, "contract"));
            if (host().store() instanceof RunStore) {
                assertThrows(DefinitionConflictException.class, () -> other.run(pagesOf(10)));
            }
        });
    }

    /** With other rates the row is at a rate that this definition does not leave, which is answered before anything is written. */
    private static void assertRefusedOrOutOfStep(Supplier<RollbackResult> rollback) {
        try {
            assertEquals(RollbackResult.Status.OUT_OF_STEP, rollback.get().status());
        } catch (DefinitionConflictException e) {
            assertTrue(String.valueOf(e.getMessage()).contains(RATE_2500.id()), e::getMessage);
        }
    }

    @Test
    final void the_first_to_write_settles_the_definition() {
        conversion(user("ann").credits("0"), user("bob").credits("50"));
        MigrationService first = node(RATE_2500);
        MigrationService other = node(OTHER_RATE);

        other.autoMigrateIfZeroCredits("ann");

        assertThrows(DefinitionConflictException.class, () -> confirm(first, "bob"));
        assertEquals(1, host().store().definitions().size());
        assertEquals(CreditRate.of(3_000), host().store().definitions().get(0).newRate());
        assertEquals(CUT_OFF, host().store().definitions().get(0).schedule().cutOff());
    }

    @Test
    final void nobody_is_migrated_while_the_halt_switch_is_on() {
        assertRefusedByEveryTrigger(HALTED, Status.HALTED);
    }

    @Test
    final void nobody_outside_the_percentage_is_migrated() {
        assertRefusedByEveryTrigger(NOBODY, Status.OUTSIDE_ROLLOUT);
    }

    @Test
    final void a_halt_between_read_and_write_is_obeyed() {
        assertObeyedBetweenReadAndWrite(HALTED, Status.HALTED);
    }

    @Test
    final void a_percentage_between_read_and_write_is_obeyed() {
        assertObeyedBetweenReadAndWrite(NOBODY, Status.OUTSIDE_ROLLOUT);
    }

    @Test
    final void a_rollback_goes_on_while_the_halt_switch_is_on() {
        conversion(user("bob").credits("50"));
        confirm(node(RATE_2500), "bob");
        node(RATE_2500).rollout(HALTED, OPERATOR, "stop");

        node(RATE_2500).rollback("bob", OPERATOR, "wrong rate");

        assertCredits("50", "bob");
    }

    @Test
    final void a_run_stops_at_the_halt_switch_and_goes_on_after_it() {
        grant(user("a"), user("b"), user("c"));
        runStore();
        MigrationService migrations = node(GRANT);
        List<String> runIds = new ArrayList<>();

        MigrationRun halted = migrations.run(pagesOf(1).withListener(run -> {
            if (runIds.isEmpty()) {
                migrations.rollout(HALTED, OPERATOR, "stop");
            }
            runIds.add(run.id());
        }));
        assertEquals(MigrationRun.State.HALTED, halted.state());
        assertEquals(1, halted.count(Status.MIGRATED), halted::toString);
        migrations.rollout(Rollout.EVERYBODY, OPERATOR, "go on");
        MigrationRun resumed = migrations.run(pagesOf(1));

        assertEquals(halted.id(), resumed.id());
        assertEquals(MigrationRun.State.FINISHED, resumed.state());
        assertEquals(3, resumed.count(Status.MIGRATED), resumed::toString);
    }

    @Test
    final void who_is_inside_a_percentage_stays_inside_a_larger_one() {
        SeedUser[] users =
                IntStream.range(0, 60).mapToObj(i -> user("user-" + i)).toArray(SeedUser[]::new);
        grant(users);
        runStore();
        MigrationService migrations = node(GRANT);
        for (int percent : new int[] {20, 60, 100}) {
            Rollout rollout = new Rollout(percent, false);
            migrations.rollout(rollout, OPERATOR, "stage");
            assertEquals(rollout, migrations.rollout());
            migrations.run(pagesOf(7));
            for (SeedUser user : users) {
                boolean inside = rollout.includes(GRANT.id(), user.userId());
                assertEquals(inside, host().flagged(user.userId()), () -> user.userId() + " at " + percent);
            }
        }
    }

    @Test
    final void a_halted_migration_halts_no_other() {
        conversion(user("ann").credits("0"));
        assumeConvertsAgain();
        node(RATE_2500).rollout(HALTED, OPERATOR, "stop");
        Migration other =
                following(RATE_2500.id(), "other", CUT_OFF.plus(MONTH), HostApplication.NEW_RATE, CreditRate.of(1_500));

        assertEquals(Rollout.EVERYBODY, node(other).rollout());
        assertEquals(
                Status.MIGRATED, node(other).autoMigrateIfZeroCredits("ann").status());
    }

    private void assertRefusedByEveryTrigger(Rollout rollout, Status expected) {
        conversion(user("ann").credits("0"), user("bob").credits("50"));
        MigrationService migrations = node(RATE_2500);
        Quote quote = migrations.quote("bob").orElseThrow();
        migrations.rollout(rollout, OPERATOR, "contract");

        assertNothingChanges(() -> {
            assertEquals(expected, migrations.autoMigrateIfZeroCredits("ann").status());
            assertEquals(expected, migrations.autoMigrateIfZeroCredits("bob").status());
            assertEquals(expected, migrations.migrate("ann").status());
            assertEquals(
                    expected,
                    migrations.confirm("bob", quote, Actor.user("bob")).status());
            assertTrue(migrations.quote("bob").isEmpty(), "a quote");
            if (host().store() instanceof RunStore) {
                MigrationRun run = migrations.run(pagesOf(10));
                assertEquals(0, run.count(Status.MIGRATED), run::toString);
            }
        });
        migrations.rollout(Rollout.EVERYBODY, OPERATOR, "contract");
        assertEquals(Status.MIGRATED, migrations.autoMigrateIfZeroCredits("ann").status());
        assertEquals(
                Status.MIGRATED,
                migrations.confirm("bob", quote, Actor.user("bob")).status());
    }

    private void assertObeyedBetweenReadAndWrite(Rollout rollout, Status expected) {
        conversion(
                user("ann").credits("0"), user("bob").credits("50"), user("cem").credits("0"));
        List<Function<MigrationService, MigrationResult>> triggers = List.of(
                migrations -> migrations.autoMigrateIfZeroCredits("ann"),
                migrations -> confirm(migrations, "bob"),
                migrations -> migrations.migrate("cem"));
        for (Function<MigrationService, MigrationResult> trigger : triggers) {
            node(RATE_2500).rollout(Rollout.EVERYBODY, OPERATOR, "contract");
            FaultyStore faulty = FaultyStore.around(host().store());
            faulty.before(Call.COMMIT, () -> node(RATE_2500).rollout(rollout, OPERATOR, "contract"));
            assertEquals(expected, trigger.apply(node(RATE_2500, faulty)).status());
        }
        for (String id : List.of("ann", "bob", "cem")) {
            assertFalse(host().flagged(id), id);
            assertTrue(node(RATE_2500).find(id).isEmpty(), id);
            assertEquals(List.of(), host().store().log(RATE_2500, id));
        }
        assertEquals(Credits.of(50), host().credits("bob"));
    }
}
