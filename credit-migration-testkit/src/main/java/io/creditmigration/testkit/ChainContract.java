package io.creditmigration.testkit;

import static io.creditmigration.testkit.SeedUser.user;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.creditmigration.ChainResult;
import io.creditmigration.Consent;
import io.creditmigration.CreditPolicy;
import io.creditmigration.CreditRate;
import io.creditmigration.Credits;
import io.creditmigration.DefinitionConflictException;
import io.creditmigration.GateDecision;
import io.creditmigration.Migration;
import io.creditmigration.MigrationGate;
import io.creditmigration.MigrationResult.Status;
import io.creditmigration.MigrationService;
import io.creditmigration.MigrationStatus;
import io.creditmigration.RollbackOptions;
import io.creditmigration.RollbackResult;
import io.creditmigration.Rollout;
import io.creditmigration.Schedule;
import io.creditmigration.Verification.Check;
import io.creditmigration.spi.AuditStore;
import io.creditmigration.spi.StoredDefinition;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The migrations of a population are a chain, and the row says what its balance is worth. Begun is what the clock of the store
 * says: instants here are long ago, or in the year 2100.
 */
abstract class ChainContract extends ContractGroup {

    private static final Instant FAR = Instant.parse("2100-01-01T00:00:00Z");

    /** The usual conversion under another id, as a node of a rolling deployment might bring it. */
    private static final Migration RENAMED =
            unasked("rate-2500-v2", CUT_OFF, HostApplication.OLD_RATE, HostApplication.NEW_RATE);

    /** Follows the usual conversion, and has not begun. */
    private static final Migration IN_2100 = Migration.named("rate-in-2100")
            .after(RATE_2500.id())
            .cutOff(CUT_OFF.plus(MONTH))
            .newcomersFrom(FAR)
            .beginsAt(FAR)
            .policy(CreditPolicy.convert(HostApplication.NEW_RATE, CreditRate.of(1_500)))
            .consent(Consent.NONE)
            .build();

    ChainContract(MigrationStoreContract contract) {
        super(contract);
    }

    // Who is refused.

    @Test
    final void the_same_conversion_under_another_id_is_refused_before_it_has_written() {
        conversion(
                user("ann").credits("0"), user("bob").credits("50"), user("cem").credits("0"));
        MigrationService first = node(RATE_2500_UNASKED);
        MigrationService renamed = node(RENAMED);
        first.migrate("ann");

        assertNothingChanges(() -> {
            DefinitionConflictException refused =
                    assertThrows(DefinitionConflictException.class, () -> renamed.migrate("bob"));
            assertTrue(String.valueOf(refused.getMessage()).contains("after("), refused::getMessage);
            GateDecision.StoreFailed passed = assertInstanceOf(
                    GateDecision.StoreFailed.class,
                    MigrationGate.closedOnFailure(node(
                                    asked("rate-2500-v2", CUT_OFF, HostApplication.OLD_RATE, HostApplication.NEW_RATE)))
                            .check("cem"));
            assertTrue(passed.passes(), "the gate passes");
        });
        assertEquals(Status.MIGRATED, node(RATE_2500_UNASKED).migrate("bob").status());
        assertCredits("20", "bob");
    }

    @Test
    final void a_second_grant_that_names_nobody_grants_nothing() {
        grant(user("ann"));
        node(GRANT).migrate("ann");
        Migration second = Migration.named("grant-v2")
                .cutOff(CUT_OFF)
                .policy(CreditPolicy.initialGrant())
                .build();

        assertThrows(DefinitionConflictException.class, () -> node(second).migrate("ann"));

        assertCredits("20", "ann");
    }

    @Test
    final void of_many_who_want_one_place_one_gets_it() {
        conversion(user("ann").credits("0"));
        assumeConvertsAgain();
        registered(RATE_2500);
        List<Migration> successors = Stream.of("a", "b", "c", "d")
                .map(id -> following(
                        RATE_2500.id(), id, CUT_OFF.plus(MONTH), HostApplication.NEW_RATE, CreditRate.of(1_500)))
                .toList();

        List<Boolean> got = atOnce(successors.stream()
                .<Callable<Boolean>>map(migration -> () -> {
                    try {
                        registered(migration);
                        return true;
                    } catch (DefinitionConflictException e) {
                        return false;
                    }
                })
                .toList());

        assertEquals(1, got.stream().filter(one -> one).count(), got::toString);
        assertEquals(2, host().store().definitions().size());
    }

    @Test
    final void a_migration_may_follow_one_that_was_never_here_where_it_is_the_first() {
        conversion(user("ann").credits("50").rate("2500"));
        assumeConvertsAgain();

        assertEquals(Status.MIGRATED, node(RATE_1500).migrate("ann").status());

        assertCredits("83.3333", "ann");
        assertThrows(
                DefinitionConflictException.class, () -> node(RATE_2500_UNASKED).migrate("ann"));
    }

    @Test
    final void nobody_follows_a_migration_that_is_not_registered() {
        conversion(user("ann").credits("0"));
        assumeConvertsAgain();
        registered(RATE_2500);

        assertThrows(
                DefinitionConflictException.class,
                () -> registered(following(
                        "rate-1", "rate-2", CUT_OFF.plus(MONTH), HostApplication.NEW_RATE, CreditRate.of(1_500))));
    }

    @Test
    final void two_conversions_do_not_run_beside_each_other_and_a_grant_does() {
        conversion(user("ann").credits("0"));
        registered(RATE_2500);
        Migration beside = Migration.named("beside")
                .beside(RATE_2500.id())
                .cutOff(CUT_OFF)
                .policy(CreditPolicy.convert(HostApplication.OLD_RATE, CreditRate.of(3_000)))
                .build();

        assertThrows(DefinitionConflictException.class, () -> registered(beside));
        registered(Migration.named("bonus")
                .beside(RATE_2500.id())
                .cutOff(CUT_OFF)
                .policy(CreditPolicy.initialGrant())
                .build());

        assertEquals(Status.MIGRATED, node(RATE_2500).migrate("ann").status());
    }

    @Test
    final void a_second_conversion_without_a_rate_in_the_rows_is_refused() {
        conversion(user("ann").credits("50"), user("hosted").credits("20").flagged());
        assumeFalse(host().canConvertAgain(), "the rows name the rate");
        registered(RATE_2500);

        DefinitionConflictException refused =
                assertThrows(DefinitionConflictException.class, () -> registered(RATE_1500));

        assertTrue(String.valueOf(refused.getMessage()).contains("rate column"), refused::getMessage);
        assertCredits("20", "hosted");
    }

    @Test
    final void registering_again_changes_nothing_and_the_stored_instants_rule() {
        conversion(user("ann").credits("0"));
        registered(RATE_2500);

        assertNothingChanges(() -> registered(RATE_2500));
        MigrationService other =
                node(asked(RATE_2500.id(), CUT_OFF.plus(MONTH), HostApplication.OLD_RATE, HostApplication.NEW_RATE));

        assertEquals(CUT_OFF, other.migration().cutOff());
    }

    // What a row says.

    @Test
    final void whom_the_host_flagged_is_at_the_rate_that_the_row_names() {
        conversion(user("hosted").credits("20").flagged());
        assumeConvertsAgain();
        registered(RATE_2500);

        assertEquals(Status.ALREADY_MIGRATED, node(RATE_2500).migrate("hosted").status());
        assertEquals(Status.MIGRATED, node(RATE_1500).migrate("hosted").status());
        assertCredits("33.3333", "hosted");
    }

    @Test
    final void a_row_without_a_rate_is_left_alone_whatever_the_balance() {
        conversion(user("ann").credits("0"), user("bob").credits("50"));
        assumeConvertsAgain();
        host().changeRate("ann", null);
        host().changeRate("bob", null);
        MigrationService migrations = registered(RATE_2500);

        assertNothingChanges(() -> {
            assertEquals(
                    Status.UNKNOWN_RATE,
                    migrations.autoMigrateIfZeroCredits("ann").status());
            assertEquals(
                    Status.UNKNOWN_RATE,
                    migrations.autoMigrateIfZeroCredits("bob").status());
            assertTrue(migrations.quote("bob").isEmpty(), "a quote");
            assertEquals(
                    new GateDecision.Allowed(Status.UNKNOWN_RATE),
                    MigrationGate.of(node(RATE_2500)).check("bob"));
        });
        host().changeRate("bob", HostApplication.OLD_RATE);
        assertEquals(Status.MIGRATED, confirm(migrations, "bob").status());
    }

    @Test
    final void a_rate_that_nobody_knows_is_that_users_failure() {
        conversion(user("ann").credits("50").rate("777"), user("bob").credits("50"));
        assumeConvertsAgain();
        MigrationService migrations = node(RATE_2500_UNASKED);

        assertEquals(Status.FAILED, migrations.migrate("ann").status());
        assertEquals(Status.MIGRATED, migrations.migrate("bob").status());

        assertCredits("50", "ann");
        assertTrue(
                String.valueOf(migrations.find("ann").orElseThrow().error()).contains("777"),
                () -> migrations.find("ann").toString());
        assertEquals(
                Status.MIGRATED,
                node(Migration.named("again")
                                .after(RATE_2500.id())
                                .cutOff(CUT_OFF)
                                .policy(CreditPolicy.convert(HostApplication.NEW_RATE, CreditRate.of(1_000))
                                        .alsoFrom(CreditRate.of(777)))
                                .consent(Consent.NONE)
                                .build())
                        .migrate("ann")
                        .status());
        assertCredits("38.85", "ann");
    }

    @Test
    final void who_signed_up_at_a_rate_that_was_left_before_is_out_of_step() {
        conversion(
                user("late").credits("50").registeredAt(CUT_OFF.plusSeconds(1)).rate("1000"));
        assumeConvertsAgain();
        MigrationService migrations = registered(RATE_2500_UNASKED);

        assertNothingChanges(() ->
                assertEquals(Status.OUT_OF_STEP, migrations.migrate("late").status()));
        if (host().store() instanceof AuditStore) {
            assertFalse(migrations.verify().first(Check.OUT_OF_STEP).isEmpty(), "verify says so");
        }
        migrations.reconcile("late", MigrationStatus.ROLLED_BACK, OPERATOR, "an old app version");
        migrations.reopen("late", OPERATOR, "to be converted");
        assertEquals(Status.MIGRATED, migrations.migrate("late").status());
        assertCredits("20", "late");
        assertNothingWrong(migrations);
    }

    @Test
    final void a_user_of_unknown_registration_is_converted_by_nobody_and_granted_as_an_existing_one() {
        conversion(user("ann").credits("0").registeredAtUnknownTime());
        MigrationService migrations = registered(RATE_2500);

        assertNothingChanges(() -> assertEquals(
                Status.UNKNOWN_REGISTRATION,
                migrations.autoMigrateIfZeroCredits("ann").status()));
    }

    @Test
    final void another_person_under_the_same_id_is_out_of_step() {
        conversion(user("ann").credits("50"));
        MigrationService migrations = node(RATE_2500_UNASKED);
        migrations.migrate("ann");
        host().deleteUser("ann");
        add(user("ann")
                .credits("50")
                .registeredAt(clock.instant().plus(Duration.ofDays(1)))
                .rate("2500"));

        assertNothingChanges(() -> {
            assertEquals(
                    RollbackResult.Status.OUT_OF_STEP,
                    migrations.rollback("ann", OPERATOR, "wrong rate").status());
            assertEquals(Status.OUT_OF_STEP, migrations.migrate("ann").status());
        });
        assertCredits("50", "ann");
        if (host().store() instanceof AuditStore) {
            assertEquals(1, migrations.verify().first(Check.OUT_OF_STEP).size());
        }
    }

    // Beginning and end.

    @Test
    final void a_successor_ends_its_predecessor_when_it_begins_and_not_before() {
        conversion(
                user("ann").credits("0"), user("bob").credits("50"), user("cem").credits("0"));
        assumeConvertsAgain();
        MigrationService first = node(RATE_2500);
        first.migrate("ann");
        registered(IN_2100);

        assertEquals(Status.NOT_BEGUN, node(IN_2100).migrate("ann").status());
        assertEquals(Status.MIGRATED, confirm(first, "bob").status());
        withdrawn(IN_2100);
        registered(RATE_1500);

        assertNothingChanges(() -> {
            assertEquals(Status.ENDED, first.autoMigrateIfZeroCredits("cem").status());
            assertEquals(Status.ENDED, node(RATE_2500).migrate("cem").status());
            assertEquals(
                    new GateDecision.Allowed(Status.ENDED),
                    MigrationGate.of(node(RATE_2500)).check("cem"));
        });
        assertEquals(
                RollbackResult.Status.ROLLED_BACK,
                first.rollback("bob", OPERATOR, "still possible").status());
        assertCredits("50", "bob");
    }

    @Test
    final void a_commit_that_was_decided_before_the_successor_began_is_answered_ended() {
        conversion(user("ann").credits("0"));
        assumeConvertsAgain();
        registered(RATE_2500);
        FaultyStore faulty = FaultyStore.around(host().store());
        faulty.before(FaultyStore.Call.COMMIT, () -> registered(RATE_1500));

        assertEquals(
                Status.ENDED,
                node(RATE_2500, faulty).autoMigrateIfZeroCredits("ann").status());
        assertEquals(List.of(), host().store().log(RATE_2500, "ann"));
    }

    @Test
    final void what_has_not_begun_is_postponed_and_every_node_goes_by_it() {
        conversion(user("ann").credits("0"));
        Migration later = Migration.named("later")
                .cutOff(CUT_OFF)
                .newcomersFrom(FAR)
                .beginsAt(FAR)
                .policy(CreditPolicy.convert(HostApplication.OLD_RATE, HostApplication.NEW_RATE))
                .build();
        MigrationService migrations = registered(later);
        MigrationService other = node(later);
        Duration week = Duration.ofDays(7);

        assertTrue(migrations.postpone(week, OPERATOR, "the press").isDone());

        assertEquals(
                new Schedule(CUT_OFF, FAR.plus(week), FAR.plus(week)),
                migrations.migration().schedule());
        assertEquals(Status.NOT_BEGUN, other.migrate("ann").status());
        other.quote("ann");
        assertEquals(migrations.migration().schedule(), other.migration().schedule());
        assertEquals(
                ChainResult.Status.NOT_REGISTERED,
                node(RENAMED).postpone(week, OPERATOR, "no such").status());
    }

    @Test
    final void what_has_begun_is_not_postponed() {
        conversion(user("ann").credits("0"));
        MigrationService migrations = registered(RATE_2500);

        assertEquals(
                ChainResult.Status.BEGUN,
                migrations.postpone(Duration.ofDays(1), OPERATOR, "too late").status());
        assertEquals(CUT_OFF, node(RATE_2500).migration().beginsAt());
    }

    // Withdrawing.

    @Test
    final void a_mistake_is_rolled_back_withdrawn_and_made_good_under_a_new_id() {
        conversion(user("ann").credits("50"), user("bob").credits("0"));
        runStore();
        Migration wrong = unasked("rate-25000", CUT_OFF, HostApplication.OLD_RATE, CreditRate.of(25_000));
        MigrationService mistake = node(wrong);
        mistake.run(pagesOf(10));
        assertCredits("2", "ann");
        assertEquals(
                ChainResult.Status.NOT_HALTED,
                mistake.withdraw(OPERATOR, "wrong rate").status());
        mistake.halt(OPERATOR, "wrong rate");
        assertEquals(
                ChainResult.Status.HAS_MIGRATED_USERS,
                mistake.withdraw(OPERATOR, "wrong rate").status());
        mistake.rollbackAll(RollbackOptions.defaults(), OPERATOR, "wrong rate");

        assertTrue(mistake.withdraw(OPERATOR, "wrong rate").isDone());

        assertEquals(Status.WITHDRAWN, mistake.migrate("ann").status());
        assertEquals(
                Status.WITHDRAWN, node(wrong).autoMigrateIfZeroCredits("bob").status());
        assertEquals(
                new GateDecision.Allowed(Status.WITHDRAWN),
                MigrationGate.of(node(wrong)).check("ann"));
        assertEquals(
                ChainResult.Status.WITHDRAWN_BEFORE,
                mistake.withdraw(OPERATOR, "again").status());
        assertEquals(Status.MIGRATED, node(RATE_2500_UNASKED).migrate("ann").status());
        assertEquals(Status.MIGRATED, node(RATE_2500_UNASKED).migrate("bob").status());
        assertCredits("20", "ann");
        assertNothingWrong(mistake);
        assertNothingWrong(node(RATE_2500_UNASKED));
    }

    @Test
    final void nobody_withdraws_a_migration_that_another_one_follows() {
        conversion(user("ann").credits("0"));
        assumeConvertsAgain();
        registered(RATE_2500);
        registered(IN_2100);
        MigrationService first = node(RATE_2500);
        first.halt(OPERATOR, "second thoughts");

        assertEquals(
                ChainResult.Status.FOLLOWED,
                first.withdraw(OPERATOR, "second thoughts").status());

        withdrawn(IN_2100);
        assertTrue(first.withdraw(OPERATOR, "second thoughts").isDone());
        assertEquals(
                Set.of(true),
                host().store().definitions().stream()
                        .map(StoredDefinition::withdrawn)
                        .collect(Collectors.toSet()));
    }

    @Test
    final void a_predecessor_goes_on_when_its_successor_is_withdrawn() {
        conversion(user("ann").credits("0"), user("bob").credits("0"));
        assumeConvertsAgain();
        MigrationService first = registered(RATE_2500);
        registered(RATE_1500);
        assertEquals(Status.ENDED, first.autoMigrateIfZeroCredits("ann").status());

        withdrawn(RATE_1500);

        assertEquals(
                Status.MIGRATED, node(RATE_2500).autoMigrateIfZeroCredits("ann").status());
    }

    @Test
    final void without_a_rate_nothing_is_withdrawn_while_rows_may_be_in_the_new_unit() {
        conversion(user("hosted").credits("20").flagged());
        assumeFalse(host().canConvertAgain(), "the rows name the rate");
        MigrationService migrations = registered(RATE_2500);
        migrations.halt(OPERATOR, "second thoughts");

        assertEquals(
                ChainResult.Status.ROWS_IN_NEW_UNIT,
                migrations.withdraw(OPERATOR, "second thoughts").status());
    }

    @Test
    final void a_grant_is_not_rolled_back_over_a_later_conversion() {
        conversion(user("ann").credits("100"));
        assumeConvertsAgain();
        registered(RATE_2500_UNASKED);
        Migration bonus = Migration.named("bonus")
                .beside(RATE_2500.id())
                .cutOff(CUT_OFF)
                .policy(CreditPolicy.initialGrant())
                .build();
        assertEquals(Status.MIGRATED, node(bonus).migrate("ann").status());
        assertCredits("120", "ann");
        assertEquals(Status.MIGRATED, node(RATE_2500_UNASKED).migrate("ann").status());
        assertCredits("48", "ann");

        assertNothingChanges(() -> assertEquals(
                RollbackResult.Status.NOT_LATEST,
                node(bonus).rollback("ann", OPERATOR, "no bonus").status()));
        assertEquals(Credits.of(48), credits("ann"));
    }

    private void withdrawn(Migration migration) {
        MigrationService migrations = node(migration);
        migrations.rollout(new Rollout(100, true), OPERATOR, "contract");
        ChainResult result = migrations.withdraw(OPERATOR, "contract");
        assertTrue(result.isDone(), result::toString);
    }
}
