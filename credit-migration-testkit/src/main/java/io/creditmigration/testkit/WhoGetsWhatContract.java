package io.creditmigration.testkit;

import static io.creditmigration.testkit.SeedUser.user;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.creditmigration.Actor;
import io.creditmigration.CreditRate;
import io.creditmigration.Credits;
import io.creditmigration.JournalLine;
import io.creditmigration.Migration;
import io.creditmigration.MigrationResult;
import io.creditmigration.MigrationResult.Status;
import io.creditmigration.MigrationRun;
import io.creditmigration.MigrationService;
import io.creditmigration.MigrationStatus;
import io.creditmigration.Quote;
import io.creditmigration.Regime;
import io.creditmigration.RunScope;
import io.creditmigration.Usage;
import io.creditmigration.UserMigration;
import io.creditmigration.spi.RunStore;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

abstract class WhoGetsWhatContract extends ContractGroup {

    private static final Duration HOUR = Duration.ofHours(1);
    private static final Instant WINDOW_START = CUT_OFF.minus(MONTH);
    private static final Instant MICRO_BEFORE_CUT_OFF = CUT_OFF.minus(1, ChronoUnit.MICROS);

    WhoGetsWhatContract(MigrationStoreContract contract) {
        super(contract);
    }

    // From rate limits to credits.

    @Test
    final void who_joined_today_and_made_15_operations_gets_more_than_20_and_a_history() {
        Instant joined = CUT_OFF.minus(Duration.ofHours(10));
        grant(user("ann").registeredAt(joined).operations(operations(15, joined, Duration.ofMinutes(30))));

        MigrationResult result = node(GRANT).autoMigrateIfZeroCredits("ann");

        assertEquals(Status.MIGRATED, result.status());
        assertCredits("50", "ann");
        assertEquals(15, Objects.requireNonNull(result.record()).historicalOperations());
        assertEquals(16, host().history("ann").size(), "15 operations and the grant");
    }

    @Test
    final void who_made_15_operations_in_a_month_gets_20() {
        grant(
                user("bob").registeredAt(LONG_AGO).operations(operations(15, WINDOW_START, Duration.ofDays(2))),
                user("cem").operations(operations(15, WINDOW_START, Duration.ofDays(2))));

        node(GRANT).migrate("bob");
        node(GRANT).migrate("cem");

        assertCredits("20", "bob");
        assertCredits("20", "cem");
        assertEquals(16, host().history("bob").size());
    }

    @Test
    final void every_trigger_sees_the_same_usage() {
        Instant joined = CUT_OFF.minus(Duration.ofDays(2));
        Instant[] twentyOne = operations(21, joined, HOUR);
        grant(
                user("ann").registeredAt(joined).operations(twentyOne),
                user("bob").registeredAt(joined).operations(twentyOne),
                user("cem").registeredAt(joined).operations(operations(20, joined, HOUR)));
        runStore();
        clock.advance(Duration.ofDays(100));

        node(GRANT).autoMigrateIfZeroCredits("ann");
        node(GRANT).run(pagesOf(1));

        assertCredits("50", "ann");
        assertCredits("50", "bob");
        assertCredits("20", "cem");
    }

    @Test
    final void usage_is_counted_in_the_window_and_in_clock_hours() {
        Instant hour = CUT_OFF.minus(Duration.ofDays(3));
        grant(
                user("ann")
                        .registeredAt(LONG_AGO)
                        .operations(
                                WINDOW_START.minus(1, ChronoUnit.MICROS),
                                WINDOW_START,
                                hour.minus(1, ChronoUnit.MICROS),
                                hour,
                                hour.plusSeconds(1),
                                hour.plus(HOUR).minus(1, ChronoUnit.MICROS),
                                hour.plus(HOUR),
                                MICRO_BEFORE_CUT_OFF,
                                CUT_OFF,
                                CUT_OFF.plus(HOUR)),
                user("bob").registeredAt(hour.plusSeconds(1)),
                user("cem"),
                user("dan").registeredAt(MICRO_BEFORE_CUT_OFF).operations(hour, hour));

        assertEquals(new Usage(7, 30, 3, 10), usage("ann"));
        assertEquals(new Usage(0, 3, 0, 0), usage("bob"));
        assertEquals(new Usage(0, 30, 0, 0), usage("cem"));
        assertEquals(new Usage(2, 1, 2, 2), usage("dan"));
    }

    @Test
    final void a_scan_of_a_grant_reads_what_a_find_reads() {
        grant(
                user("c").operations(LONG_AGO, WINDOW_START),
                user("a").credits("5").registeredAt(LONG_AGO),
                user("d").exempt().registeredAt(CUT_OFF),
                user("b").rateLimit(25));
        node(GRANT).migrate("c");

        assertScanReadsWhatFindReads(GRANT);
    }

    @Test
    final void a_scan_of_a_conversion_reads_what_a_find_reads() {
        conversion(
                user("c").operations(LONG_AGO, WINDOW_START).credits("0"),
                user("a").credits("5").reserved("1").registeredAt(LONG_AGO),
                user("d").exempt().registeredAt(CUT_OFF),
                user("b").credits("50").flagged());
        node(RATE_2500).autoMigrateIfZeroCredits("c");

        assertScanReadsWhatFindReads(RATE_2500);
        assertScanReadsWhatFindReads(
                asked("rate-1500", CUT_OFF.plus(MONTH), HostApplication.NEW_RATE, CreditRate.of(1_500)));
    }

    @Test
    final void every_operation_of_before_becomes_an_entry_of_zero() {
        grant(user("ann")
                .operations(
                        LONG_AGO,
                        WINDOW_START,
                        WINDOW_START,
                        CUT_OFF,
                        clock.instant(),
                        clock.instant().plusSeconds(1)));

        MigrationResult result = node(GRANT).migrate("ann");

        assertEquals(4, Objects.requireNonNull(result.record()).historicalOperations());
        assertEquals(
                List.of("0", "0", "0", "0", "20"),
                host().history("ann").stream().sorted().map(Credits::toString).toList());
    }

    @Test
    final void an_absent_account_is_the_normal_case_of_a_grant() {
        grant(user("ann"));

        MigrationResult result = node(GRANT).autoMigrateIfZeroCredits("ann");

        assertEquals(Status.MIGRATED, result.status());
        assertCredits("20", "ann");
    }

    @Test
    final void an_early_purchase_is_left_to_the_run_which_adds_to_it() {
        grant(user("ann").credits("5"));
        runStore();
        MigrationService migrations = node(GRANT);

        assertNothingChanges(() -> {
            MigrationResult result = migrations.autoMigrateIfZeroCredits("ann");
            assertEquals(Status.HAS_CREDITS, result.status());
            assertNull(result.quote());
        });
        migrations.run(pagesOf(10));

        assertCredits("25", "ann");
    }

    @Test
    final void exempt_users_are_granted_like_others() {
        grant(user("root").exempt());

        assertEquals(
                Status.MIGRATED, node(GRANT).autoMigrateIfZeroCredits("root").status());
        assertCredits("20", "root");
    }

    @Test
    final void the_regime_is_the_rate_limit_until_the_user_is_completed() {
        grant(user("ann"), user("bob").registeredAt(CUT_OFF));
        MigrationService migrations = node(GRANT);

        assertEquals(Regime.RATE_LIMIT, migrations.regime("ann"));
        assertEquals(Regime.CREDITS, migrations.regime("bob"));
        assertEquals(Regime.RATE_LIMIT, migrations.regime("nobody"));
        migrations.migrate("ann");
        assertEquals(Regime.CREDITS, migrations.regime("ann"));
        assertNull(host().rateLimit("ann"), "rate limit");
        migrations.rollback("ann", OPERATOR, "too early");
        assertEquals(Regime.RATE_LIMIT, migrations.regime("ann"));
    }

    // From an old rate to a new one.

    @Test
    final void zero_credits_are_migrated_with_no_question_and_referral_credits_stay() {
        conversion(user("ann").credits("0.00").refCredits("7.5"));

        MigrationResult result = node(RATE_2500).autoMigrateIfZeroCredits("ann");

        assertEquals(Status.MIGRATED, result.status());
        assertCredits("0", "ann");
        assertEquals(Credits.of("7.5"), host().refCredits("ann"));
        assertTrue(host().flagged("ann"));
        JournalLine line = node(RATE_2500).log("ann").get(0);
        assertEquals(Credits.ZERO, line.oldCredits());
        assertEquals(Credits.ZERO, line.newCredits());
        assertEquals(HostApplication.OLD_RATE, line.oldRate());
        assertEquals(HostApplication.NEW_RATE, line.newRate());
        assertSameValue(BigDecimal.ZERO, line.residual());
        assertTrue(line.automatic(), "automatic");
        assertEquals(clock.instant(), line.at());
        UserMigration record = Objects.requireNonNull(result.record());
        assertEquals(record, node(RATE_2500).find("ann").orElseThrow());
        assertEquals(MigrationStatus.COMPLETED, record.status());
    }

    @Test
    final void the_smallest_balance_is_one_and_has_a_quote() {
        conversion(user("ann").credits("0.0001").refCredits("7.5"));

        assertNothingChanges(() -> {
            MigrationResult result = node(RATE_2500).autoMigrateIfZeroCredits("ann");
            assertEquals(Status.HAS_CREDITS, result.status());
            Quote quote = Objects.requireNonNull(result.quote());
            assertEquals(Credits.of("0.0001"), quote.oldCredits());
            assertEquals(Credits.ZERO, quote.newCredits());
        });
    }

    @Test
    final void open_reservations_are_credits_and_not_zero() {
        conversion(user("ann").credits("0").reserved("1"));

        assertNothingChanges(() -> {
            MigrationResult result = node(RATE_2500).autoMigrateIfZeroCredits("ann");
            assertEquals(Status.HAS_CREDITS, result.status());
            assertNull(result.quote());
            assertTrue(node(RATE_2500).quote("ann").isEmpty(), "a quote");
        });
    }

    @Test
    final void negative_and_absent_balances_are_left_to_people() {
        conversion(user("ann"), user("bob").credits("-0.0001"));
        MigrationService migrations = node(RATE_2500);

        assertNothingChanges(() -> {
            assertEquals(
                    Status.ABSENT_BALANCE,
                    migrations.autoMigrateIfZeroCredits("ann").status());
            assertEquals(Status.ABSENT_BALANCE, migrations.migrate("ann").status());
            assertEquals(
                    Status.NEGATIVE_BALANCE,
                    migrations.autoMigrateIfZeroCredits("bob").status());
            assertEquals(Status.NEGATIVE_BALANCE, migrations.migrate("bob").status());
        });
    }

    @Test
    final void exempt_users_are_converted_only_when_asked_for() {
        conversion(user("root").credits("0").exempt());
        runStore();
        MigrationService migrations = node(RATE_2500);
        migrations.run(pagesOf(10));
        assertFalse(host().flagged("root"));

        assertNothingChanges(() -> {
            assertEquals(
                    Status.EXEMPT, migrations.autoMigrateIfZeroCredits("root").status());
            MigrationRun run = migrations.run(pagesOf(10));
            assertEquals(1, run.count(Status.EXEMPT), run::toString);
            assertTrue(migrations.status("root").isEmpty(), "a status");
        });
        MigrationRun run = migrations.run(pagesOf(10).withExempt());
        assertEquals(1, run.count(Status.MIGRATED), run::toString);
    }

    @Test
    final void a_run_for_users_without_credits_does_not_look_at_the_others() {
        conversion(
                user("ann").credits("0"),
                user("bob").credits("50"),
                user("cem").credits("0").reserved("1"),
                user("dan"));
        runStore();

        MigrationRun run = node(RATE_2500_UNASKED).run(pagesOf(10).withZeroCreditsOnly());

        assertEquals(1, run.count(Status.MIGRATED), run::toString);
        assertEquals(1, run.count(Status.ABSENT_BALANCE), run::toString);
        assertEquals(2, run.users(), run::toString);
        assertCredits("50", "bob");
        assertCredits("0", "cem");
    }

    @Test
    final void who_registered_at_the_cut_off_is_not_subject_and_a_microsecond_before_is() {
        conversion(
                user("ann").credits("50").registeredAt(CUT_OFF).rate("2500"),
                user("bob").credits("50").registeredAt(MICRO_BEFORE_CUT_OFF));
        MigrationService migrations = node(RATE_2500);

        assertEquals(
                Status.NOT_SUBJECT, migrations.autoMigrateIfZeroCredits("ann").status());
        assertTrue(migrations.status("ann").isEmpty(), "a status");
        assertEquals(
                Status.HAS_CREDITS, migrations.autoMigrateIfZeroCredits("bob").status());
        assertStatus(MigrationStatus.PENDING, migrations, "bob");
    }

    @Test
    final void whom_the_host_flagged_itself_is_migrated_and_never_converted() {
        conversion(user("bob").credits("50").flagged());
        runStore();
        MigrationService migrations = node(RATE_2500_UNASKED);
        Credits before = host().credits("bob");
        migrations.run(pagesOf(10));
        assertEquals(before, host().credits("bob"));

        assertNothingChanges(() -> {
            assertEquals(
                    Status.ALREADY_MIGRATED,
                    migrations.autoMigrateIfZeroCredits("bob").status());
            assertEquals(Status.ALREADY_MIGRATED, migrations.migrate("bob").status());
            assertStatus(MigrationStatus.COMPLETED, migrations, "bob");
            assertTrue(migrations.find("bob").isEmpty(), "a record");
            MigrationRun run = migrations.run(pagesOf(10));
            assertEquals(1, run.count(Status.ALREADY_MIGRATED), run::toString);
        });
    }

    @Test
    final void one_migration_does_not_count_for_the_next() {
        conversion(user("ann").credits("0"));
        assumeConvertsAgain();
        node(RATE_2500).autoMigrateIfZeroCredits("ann");
        assertEquals(
                Status.MIGRATED, node(RATE_1500).autoMigrateIfZeroCredits("ann").status());
        assertEquals(1, node(RATE_2500).log("ann").size());
        assertEquals(1, node(RATE_1500).log("ann").size());
    }

    // Consent.

    @Test
    final void migrate_never_goes_round_a_confirmation() {
        conversion(user("bob").credits("50"));
        runStore();
        MigrationService migrations = node(RATE_2500);
        migrations.run(pagesOf(10));
        assertCredits("50", "bob");

        assertNothingChanges(() -> {
            MigrationResult result = migrations.migrate("bob");
            assertEquals(Status.HAS_CREDITS, result.status());
            assertNotNull(result.quote());
            MigrationRun run = migrations.run(pagesOf(10));
            assertEquals(1, run.count(Status.HAS_CREDITS), run::toString);
        });
    }

    @Test
    final void what_was_confirmed_is_what_is_written_and_the_log_keeps_who() {
        conversion(user("bob").credits("50").refCredits("7.5"));
        MigrationService migrations = node(RATE_2500);
        Quote quote = migrations.quote("bob").orElseThrow();
        assertEquals(Credits.of(50), quote.oldCredits());
        assertEquals(Credits.of(20), quote.newCredits());
        clock.advance(Duration.ofDays(3));

        assertEquals(
                Status.MIGRATED,
                migrations.confirm("bob", quote, Actor.user("bob")).status());

        assertCredits("20", "bob");
        assertEquals(Credits.of("7.5"), host().refCredits("bob"));
        JournalLine line = migrations.log("bob").get(0);
        assertEquals(Actor.user("bob"), line.actor());
        assertFalse(line.automatic(), "automatic");
        assertEquals(clock.instant(), line.at());
        assertEquals("50 credits at 1000 are 20 at 2500", line.reason());
    }

    @Test
    final void a_quote_that_the_balance_has_left_behind_writes_nothing_and_is_renewed() {
        conversion(user("bob").credits("50"));
        MigrationService migrations = node(RATE_2500);
        Quote quote = migrations.quote("bob").orElseThrow();
        host().topUp("bob", BigDecimal.valueOf(5_000));

        assertRefusedWithNewQuote(migrations, quote, Credits.of(55), Credits.of(22));
    }

    @Test
    final void an_altered_quote_writes_nothing_and_is_renewed() {
        conversion(user("bob").credits("50"), user("eve").credits("5"));
        MigrationService migrations = node(RATE_2500);
        Quote quote = migrations.quote("bob").orElseThrow();
        CreditRate oldRate = quote.oldRate();
        CreditRate newRate = quote.newRate();
        Instant takenAt = quote.takenAt();

        Stream.of(
                        new Quote("rate-2500", "bob", 1, Credits.of(50), Credits.of(50), oldRate, newRate, takenAt),
                        new Quote("rate-2500", "bob", 1, Credits.of(60), Credits.of(20), oldRate, newRate, takenAt),
                        new Quote("rate-2500", "bob", 2, Credits.of(50), Credits.of(20), oldRate, newRate, takenAt),
                        new Quote("rate-2500", "bob", 1, Credits.of(50), Credits.of(20), newRate, newRate, takenAt),
                        new Quote("rate-2500", "bob", 1, Credits.of(50), Credits.of(20), oldRate, oldRate, takenAt),
                        new Quote("rate-9999", "bob", 1, Credits.of(50), Credits.of(20), oldRate, newRate, takenAt),
                        migrations.quote("eve").orElseThrow())
                .forEach(altered -> assertRefusedWithNewQuote(migrations, altered, Credits.of(50), Credits.of(20)));
    }

    @Test
    final void a_quote_that_was_spent_has_no_successor() {
        conversion(user("bob").credits("50"));
        MigrationService migrations = node(RATE_2500);
        Quote quote = migrations.quote("bob").orElseThrow();
        assertTrue(host().spend("bob", BigDecimal.valueOf(50_000)));

        assertNothingChanges(() -> {
            MigrationResult result = migrations.confirm("bob", quote, Actor.user("bob"));
            assertEquals(Status.QUOTE_CHANGED, result.status());
            assertNull(result.quote());
        });
        assertEquals(Status.MIGRATED, migrations.autoMigrateIfZeroCredits("bob").status());
    }

    private void assertRefusedWithNewQuote(MigrationService migrations, Quote quote, Credits old, Credits converted) {
        assertNothingChanges(() -> {
            MigrationResult result = migrations.confirm("bob", quote, Actor.user("bob"));
            assertEquals(Status.QUOTE_CHANGED, result.status(), quote::toString);
            Quote renewed = Objects.requireNonNull(result.quote());
            assertEquals("bob", renewed.userId());
            assertEquals(old, renewed.oldCredits());
            assertEquals(converted, renewed.newCredits());
        });
    }

    private void assertScanReadsWhatFindReads(Migration migration) {
        RunStore store = runStore();
        assertEquals(
                Stream.of("a", "b", "c", "d")
                        .map(id -> store.find(migration, id).orElseThrow())
                        .toList(),
                store.scan(migration, RunScope.everyone(), null, 10));
        assertEquals(
                List.of("b", "c"),
                store.scan(migration, RunScope.everyone(), "a", 2).stream()
                        .map(state -> state.user().userId())
                        .toList());
        assertEquals(List.of(), store.scan(migration, RunScope.everyone(), "d", 2));
    }

    private Usage usage(String userId) {
        return host().store().find(GRANT, userId).orElseThrow().user().usage();
    }

    private static Instant[] operations(int count, Instant first, Duration apart) {
        List<Instant> operations = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            operations.add(first.plus(apart.multipliedBy(i)));
        }
        return operations.toArray(Instant[]::new);
    }
}
