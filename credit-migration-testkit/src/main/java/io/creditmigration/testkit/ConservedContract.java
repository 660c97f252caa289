package io.creditmigration.testkit;

import static io.creditmigration.testkit.SeedUser.user;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.creditmigration.CreditRate;
import io.creditmigration.Credits;
import io.creditmigration.JournalLine;
import io.creditmigration.JournalLine.Kind;
import io.creditmigration.Migration;
import io.creditmigration.MigrationService;
import io.creditmigration.RollbackData;
import io.creditmigration.UserMigration;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

abstract class ConservedContract extends ContractGroup {

    private static final CreditRate AT_1000 = CreditRate.of(1_000);
    private static final CreditRate AT_1500 = CreditRate.of(1_500);
    private static final CreditRate AT_2000 = CreditRate.of(2_000);
    private static final CreditRate AT_2500 = CreditRate.of(2_500);

    ConservedContract(MigrationStoreContract contract) {
        super(contract);
    }

    @Test
    final void fifty_credits_at_1000_become_twenty_at_2500() {
        conversion(user("bob").credits("50.00"));

        confirm(node(RATE_2500), "bob");

        assertCredits("20.0000", "bob");
    }

    @Test
    final void ties_are_rounded_to_the_even_neighbour() {
        conversion(
                user("one").credits("0.0001"),
                user("two").credits("0.0002"),
                user("three").credits("0.0003"),
                user("five").credits("0.0005"));
        Migration halves = unasked("halves", CUT_OFF, AT_1000, AT_2000);

        migrateAll(halves, List.of("one", "two", "three", "five"));

        assertCredits("0.0000", "one");
        assertCredits("0.0001", "two");
        assertCredits("0.0002", "three");
        assertCredits("0.0002", "five");
        assertConserved(halves, "one", "0.0001", "0.1");
        assertConserved(halves, "two", "0.0002", "0");
        assertConserved(halves, "three", "0.0003", "-0.1");
        assertConserved(halves, "five", "0.0005", "0.1");
    }

    @Test
    final void what_everybody_had_is_what_everybody_has_and_the_residual() {
        assertConservedForMany(AT_1000, AT_2500);
    }

    @Test
    final void a_rate_that_divides_nothing_evenly_conserves_too() {
        assertConservedForMany(AT_1000, CreditRate.of(3_000));
    }

    @Test
    final void a_rate_with_decimals_conserves_too() {
        assertConservedForMany(CreditRate.of("1000.125"), CreditRate.of("700.000001"));
    }

    @Test
    final void large_balances_are_exact() {
        conversion(user("bob").credits("1234567890.1234"));
        Migration thirds = unasked("thirds", CUT_OFF, AT_1000, CreditRate.of(3_000));

        migrateAll(thirds, List.of("bob"));

        assertCredits("411522630.0411", "bob");
        assertConserved(thirds, "bob", "1234567890.1234", "0.1");
    }

    @Test
    final void a_chain_of_conversions_conserves_at_each_step() {
        conversion(
                user("ann").credits("33.3333"),
                user("bob").credits("0.0007"),
                user("cem").credits("0"));
        assumeConvertsAgain();
        List<String> ids = List.of("ann", "bob", "cem");
        List<Migration> chain = List.of(
                unasked("first", CUT_OFF, AT_1000, AT_2500),
                following("first", "second", CUT_OFF.plus(MONTH), AT_2500, AT_1500),
                following("second", "third", CUT_OFF.plus(MONTH.multipliedBy(2)), AT_1500, CreditRate.of(2_000)));

        for (Migration step : chain) {
            clock.set(step.cutOff().plusSeconds(1));
            List<Credits> before = ids.stream().map(this::credits).toList();
            migrateAll(step, ids);
            for (int i = 0; i < ids.size(); i++) {
                assertConserved(step, ids.get(i), before.get(i));
            }
        }
        assertCredits("16.6666", "ann");
        assertCredits("0", "cem");
    }

    @Test
    final void who_skipped_a_migration_is_converted_from_the_own_rate() {
        conversion(user("ann").credits("30"), user("dan").credits("30"));
        assumeConvertsAgain();
        Migration first = asked("first", CUT_OFF, AT_1000, AT_2500);
        Migration second = following("first", "second", CUT_OFF.plus(MONTH), AT_2500, AT_1500);
        confirm(node(first), "ann");

        migrateAll(second, List.of("ann", "dan"));

        assertCredits("20", "ann");
        assertCredits("20", "dan");
        assertEquals(AT_2500, migrated(second, "ann").oldRate());
        assertEquals(AT_1000, migrated(second, "dan").oldRate());
        assertConserved(second, "ann", Credits.of(12));
        assertConserved(second, "dan", Credits.of(30));
    }

    @Test
    final void a_run_converts_everybody_from_the_own_rate() {
        conversion(user("ann").credits("30"), user("dan").credits("30"));
        assumeConvertsAgain();
        runStore();
        confirm(node(asked("first", CUT_OFF, AT_1000, AT_2500)), "ann");
        Migration second = following("first", "second", CUT_OFF.plus(MONTH), AT_2500, AT_1500);

        node(second).run(pagesOf(10));

        assertCredits("20", "ann");
        assertCredits("20", "dan");
    }

    @Test
    final void who_came_after_a_migration_is_converted_from_its_new_rate() {
        conversion(
                user("ann").credits("30"),
                user("eve").credits("30").registeredAt(CUT_OFF).rate("2500"));
        assumeConvertsAgain();
        confirm(node(asked("first", CUT_OFF, AT_1000, AT_2500)), "ann");
        Migration second = following("first", "second", CUT_OFF.plus(MONTH), AT_2500, AT_1500);

        migrateAll(second, List.of("eve"));

        assertCredits("50", "eve");
        assertConserved(second, "eve", Credits.of(30));
    }

    @Test
    final void who_was_taken_back_is_converted_from_the_rate_of_before() {
        conversion(user("ann").credits("30"));
        assumeConvertsAgain();
        Migration first = unasked("first", CUT_OFF, AT_1000, AT_2500);
        migrateAll(first, List.of("ann"));
        node(first).rollback("ann", OPERATOR, "wrong rate");
        Migration second = following("first", "second", CUT_OFF.plus(MONTH), AT_2500, AT_1500);

        migrateAll(second, List.of("ann"));

        assertCredits("20", "ann");
        assertConserved(second, "ann", Credits.of(30));
    }

    @Test
    final void the_line_and_what_is_read_of_it_tell_the_same_as_the_balance() {
        conversion(user("bob").credits("50.0001"));
        Migration migration = unasked("rate-2500", CUT_OFF, AT_1000, AT_2500);

        migrateAll(migration, List.of("bob"));

        UserMigration record = node(migration).find("bob").orElseThrow();
        RollbackData data = Objects.requireNonNull(record.rollbackData());
        assertEquals(Credits.ZERO, record.creditsGranted());
        assertEquals(Credits.of("50.0001"), data.oldCredits());
        assertEquals(Credits.of(20), data.newCredits());
        assertEquals(AT_1000, data.oldRate());
        assertEquals(AT_2500, data.newRate());
        JournalLine line = migrated(migration, "bob");
        assertEquals(
                List.of(data.oldCredits(), data.newCredits(), data.oldRate(), data.newRate()),
                List.of(
                        Objects.requireNonNull(line.oldCredits()),
                        Objects.requireNonNull(line.newCredits()),
                        Objects.requireNonNull(line.oldRate()),
                        Objects.requireNonNull(line.newRate())));
        assertEquals(line.number(), data.line());
        assertEquals(clock.instant(), line.at());
        assertEquals(clock.instant(), record.changedAt());
        assertEquals(1, line.attempt());
    }

    @Test
    final void a_grant_adds_what_the_policy_allocated() {
        grant(
                user("ann").registeredAt(CUT_OFF.minusSeconds(36_000)).operations(elevenOperations()),
                user("bob").credits("7.1234"),
                user("cem"));

        migrateAll(GRANT, List.of("ann", "bob", "cem"));

        assertGranted("ann", null, "50", "50");
        assertGranted("bob", "7.1234", "20", "27.1234");
        assertGranted("cem", null, "20", "20");
    }

    @Test
    final void a_rollback_logs_its_residual() {
        conversion(user("bob").credits("50.0001"));
        Migration migration = unasked("rate-2500", CUT_OFF, AT_1000, AT_2500);
        migrateAll(migration, List.of("bob"));

        node(migration).rollback("bob", OPERATOR, "wrong rate");

        JournalLine line = line(migration, "bob", Kind.ROLLED_BACK);
        assertEquals(Credits.of(20), line.oldCredits());
        assertEquals(Credits.of("50.0001"), line.newCredits());
        assertEquals(AT_2500, line.oldRate());
        assertEquals(AT_1000, line.newRate());
        assertSameValue(new BigDecimal("-0.1"), line.residual());
    }

    private void assertConservedForMany(CreditRate oldRate, CreditRate newRate) {
        Random random = new Random(42);
        List<SeedUser> users = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            BigDecimal credits = BigDecimal.valueOf(random.nextInt(i < 30 ? 100 : 100_000_000), 4);
            users.add(user("user-%02d".formatted(i))
                    .credits(credits.toPlainString())
                    .rate(String.valueOf(oldRate)));
        }
        conversion(users.toArray(SeedUser[]::new));
        Migration migration = unasked("many", CUT_OFF, oldRate, newRate);

        migrateAll(migration, users.stream().map(SeedUser::userId).toList());

        BigDecimal before = BigDecimal.ZERO;
        BigDecimal after = BigDecimal.ZERO;
        BigDecimal residual = BigDecimal.ZERO;
        for (SeedUser user : users) {
            Credits seeded = Objects.requireNonNull(user.credits());
            assertConserved(migration, user.userId(), seeded);
            before = before.add(seeded.worthAt(oldRate));
            after = after.add(credits(user.userId()).worthAt(newRate));
            residual = residual.add(migrated(migration, user.userId()).residual());
        }
        assertSameValue(before, after.add(residual));
    }

    private void assertConserved(Migration migration, String userId, String before, String residual) {
        assertConserved(migration, userId, Credits.of(before));
        assertSameValue(new BigDecimal(residual), migrated(migration, userId).residual());
    }

    /** What the user had, what the user has and what the log says must agree; each is read for itself. */
    private void assertConserved(Migration migration, String userId, Credits before) {
        JournalLine line = migrated(migration, userId);
        assertEquals(before, line.oldCredits(), () -> "old credits of " + userId);
        assertEquals(credits(userId), line.newCredits(), () -> "new credits of " + userId);
        BigDecimal old = before.worthAt(Objects.requireNonNull(line.oldRate()));
        BigDecimal now = credits(userId).worthAt(Objects.requireNonNull(line.newRate()));
        assertSameValue(old, now.add(line.residual()));
    }

    private void assertGranted(String userId, @Nullable String before, String granted, String after) {
        JournalLine line = migrated(GRANT, userId);
        assertCredits(after, userId);
        assertEquals(before == null ? null : Credits.of(before), line.oldCredits());
        assertEquals(Credits.of(after), line.newCredits());
        assertNull(line.oldRate());
        assertNull(line.newRate());
        assertEquals(Credits.of(granted), node(GRANT).find(userId).orElseThrow().creditsGranted());
        assertEquals(Credits.of(granted), host().history(userId).stream().reduce(Credits.ZERO, Credits::plus));
    }

    private void migrateAll(Migration migration, List<String> ids) {
        MigrationService migrations = node(migration);
        ids.forEach(migrations::migrate);
    }

    private JournalLine migrated(Migration migration, String userId) {
        return line(migration, userId, Kind.MIGRATED);
    }

    private JournalLine line(Migration migration, String userId, Kind kind) {
        return host().store().log(migration, userId).stream()
                .filter(line -> line.kind() == kind)
                .findFirst()
                .orElseThrow();
    }

    private static Instant[] elevenOperations() {
        Instant[] operations = new Instant[11];
        for (int i = 0; i < operations.length; i++) {
            operations[i] = CUT_OFF.minusSeconds(100L + i);
        }
        return operations;
    }
}
