package io.creditmigration.testkit;

import static io.creditmigration.testkit.SeedUser.user;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.creditmigration.Actor;
import io.creditmigration.Allocation;
import io.creditmigration.CreditRate;
import io.creditmigration.Credits;
import io.creditmigration.JournalLine;
import io.creditmigration.JournalLine.Kind;
import io.creditmigration.MigrationResult;
import io.creditmigration.MigrationService;
import io.creditmigration.MigrationStatus;
import io.creditmigration.PaidCredits;
import io.creditmigration.Quote;
import io.creditmigration.RollbackResult;
import io.creditmigration.RollbackResult.Status;
import io.creditmigration.UserMigration;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The rollback of one user: each case, with the balance that it leaves. */
abstract class RollbackContract extends ContractGroup {

    /** Of each seed. */
    private static final int LIVES = 4;

    private static final int STEPS = 30;

    RollbackContract(MigrationStoreContract contract) {
        super(contract);
    }

    /**
     * One row of the table.
     *
     * @param steps what happens, one after the other: {@code buy 5}, {@code spend 5}, {@code migrate}, {@code rollback},
     *     {@code keep} (a rollback that keeps paid credits), {@code reopen}
     * @param status of the last rollback
     * @param credits stored in the end
     */
    private record Row(String before, String steps, Status status, String credits) {

        @Override
        public String toString() {
            return (before.isEmpty() ? "no account" : before) + ", " + steps + ": " + status + " with " + credits;
        }
    }

    private static Stream<Row> grants() {
        return Stream.of(
                new Row("", "migrate, rollback", Status.ROLLED_BACK, "0"),
                new Row("5", "migrate, rollback", Status.ROLLED_BACK, "5"),
                new Row("", "migrate, rollback, rollback", Status.ALREADY_ROLLED_BACK, "0"),
                new Row("", "rollback", Status.NOT_COMPLETED, "0"),
                // What is free counts as spent first, and is never a debt.
                new Row("", "migrate, spend 5, rollback", Status.ROLLED_BACK, "0"),
                new Row("", "migrate, spend 20, rollback", Status.ROLLED_BACK, "0"),
                new Row("", "migrate, spend 5, spend -5, rollback", Status.ROLLED_BACK, "0"),
                // What was paid for.
                new Row("", "migrate, buy 20, rollback", Status.PAID_CREDITS, "40"),
                new Row("", "migrate, spend 20, buy 20, rollback", Status.PAID_CREDITS, "20"),
                new Row("", "migrate, spend 20, buy 20, keep", Status.ROLLED_BACK, "20"),
                new Row("", "migrate, buy 20, spend 20, keep", Status.ROLLED_BACK, "20"),
                new Row("", "migrate, buy 20, spend 30, keep", Status.ROLLED_BACK, "10"),
                new Row("", "migrate, buy 20, spend 40, rollback", Status.ROLLED_BACK, "0"),
                new Row("", "migrate, spend 0.0001, buy 0.0001, keep", Status.ROLLED_BACK, "0.0001"),
                new Row("5", "migrate, spend 1, rollback", Status.PAID_CREDITS, "24"),
                new Row("5", "migrate, spend 1, keep", Status.ROLLED_BACK, "5"),
                new Row("5", "migrate, spend 22, keep", Status.ROLLED_BACK, "3"),
                new Row("5", "migrate, spend 25, rollback", Status.ROLLED_BACK, "0"),
                new Row("", "buy 5, spend 2, migrate, spend 1, keep", Status.ROLLED_BACK, "3"),
                new Row("", "buy 5, migrate, buy -5, rollback", Status.ROLLED_BACK, "0"),
                // Again and again it is one grant.
                new Row("", "migrate, spend 15, rollback, reopen, migrate", Status.ROLLED_BACK, "5"),
                new Row("", "migrate, spend 20, rollback, reopen, migrate", Status.ROLLED_BACK, "0"),
                new Row("", "migrate, spend 15, rollback, reopen, migrate, spend 3, rollback", Status.ROLLED_BACK, "0"),
                new Row(
                        "",
                        "migrate, spend 15, rollback, reopen, migrate, spend 3, rollback, reopen, migrate",
                        Status.ROLLED_BACK,
                        "2"),
                new Row("", "migrate, rollback, reopen, migrate", Status.ROLLED_BACK, "20"),
                new Row("", "migrate, spend 20, buy 20, keep, reopen, migrate", Status.ROLLED_BACK, "20"),
                new Row("", "migrate, spend 5, buy 20, keep, reopen, migrate, keep", Status.ROLLED_BACK, "20"),
                // A payment that arrives on an inactive account.
                new Row("", "migrate, rollback, buy 5", Status.ROLLED_BACK, "5"),
                new Row("", "migrate, rollback, buy 5, rollback", Status.ALREADY_ROLLED_BACK, "5"),
                new Row("", "migrate, rollback, buy 5, reopen, migrate", Status.ROLLED_BACK, "25"),
                new Row("", "migrate, rollback, buy 5, reopen, migrate, rollback", Status.ROLLED_BACK, "5"),
                new Row("", "migrate, rollback, buy 5, reopen, migrate, spend 21, rollback", Status.PAID_CREDITS, "4"),
                new Row("", "migrate, rollback, buy 5, reopen, migrate, spend 21, keep", Status.ROLLED_BACK, "4"),
                new Row(
                        "",
                        "migrate, spend 20, rollback, buy 5, reopen, migrate, spend 2, keep",
                        Status.ROLLED_BACK,
                        "3"));
    }

    @TestFactory
    final Stream<DynamicTest> a_grant_is_taken_back_as_the_table_says() {
        open(HostApplication.Setting.GRANT_WITH_PURCHASES);
        List<Row> rows = grants().toList();
        return IntStream.range(0, rows.size())
                .mapToObj(i -> dynamicTest(rows.get(i).toString(), () -> {
                    Row row = rows.get(i);
                    SeedUser seed = user(id(i)).rateLimit(25);
                    add(row.before().isEmpty() ? seed : seed.credits(row.before()));

                    RollbackResult last = play(node(GRANT), id(i), row.steps());

                    assertEquals(row.status(), last == null ? null : last.status());
                    assertEquals(Credits.of(row.credits()), host().storedCredits(id(i)));
                    if (row.steps().endsWith("keep")) {
                        assertCredits(row.credits(), id(i));
                    }
                    boolean migrated = node(GRANT).status(id(i)).orElseThrow() == MigrationStatus.COMPLETED;
                    assertEquals(migrated ? null : 25, host().rateLimit(id(i)));
                    assertNothingWrong(node(GRANT));
                }));
    }

    /** Steps in money: 0.1 is one credit of 0.0001 at 1,000, and 0.25 at 2,500. */
    private static Stream<Row> conversions() {
        return Stream.of(
                new Row("50.0001", "migrate, rollback", Status.ROLLED_BACK, "50.0001"),
                new Row("0", "migrate, rollback", Status.ROLLED_BACK, "0"),
                new Row("0.0001", "migrate, rollback", Status.ROLLED_BACK, "0.0001"),
                new Row("50", "migrate, spend 5000, rollback", Status.ROLLED_BACK, "45"),
                new Row("50", "migrate, spend 50000, rollback", Status.ROLLED_BACK, "0"),
                new Row("50", "migrate, spend 50000, buy 20000, rollback", Status.ROLLED_BACK, "20"),
                new Row("50", "migrate, buy 20000, spend 50000, rollback", Status.ROLLED_BACK, "20"),
                new Row("50", "migrate, spend 49999.75, rollback", Status.ROLLED_BACK, "0.0003"),
                new Row("0.0004", "migrate, rollback", Status.ROLLED_BACK, "0.0004"),
                new Row("0.0004", "migrate, spend 0.25, rollback", Status.ROLLED_BACK, "0.0002"),
                new Row("0.0004", "migrate, spend 0.5, rollback", Status.ROLLED_BACK, "0"),
                new Row("0", "migrate, buy 5000, rollback", Status.ROLLED_BACK, "5"),
                new Row("50", "migrate, rollback, buy 1000, reopen, migrate", Status.ROLLED_BACK, "20.4"),
                new Row("50", "migrate, rollback, rollback", Status.ALREADY_ROLLED_BACK, "50"),
                new Row("50", "migrate, buy 5000, keep", Status.ROLLED_BACK, "55"),
                new Row("50", "rollback", Status.NOT_COMPLETED, "50"));
    }

    @TestFactory
    final Stream<DynamicTest> a_conversion_is_taken_back_as_the_table_says() {
        conversion();
        List<Row> rows = conversions().toList();
        return IntStream.range(0, rows.size())
                .mapToObj(i -> dynamicTest(rows.get(i).toString(), () -> {
                    Row row = rows.get(i);
                    add(user(id(i)).credits(row.before()));

                    RollbackResult last = play(node(RATE_2500_UNASKED), id(i), row.steps());

                    assertEquals(row.status(), last == null ? null : last.status());
                    assertEquals(Credits.of(row.credits()), host().storedCredits(id(i)));
                    assertConserved(id(i));
                    assertNothingWrong(node(RATE_2500_UNASKED));
                }));
    }

    /** Takes the steps; answers what became of the last rollback. */
    private @Nullable RollbackResult play(MigrationService migrations, String userId, String steps) {
        @Nullable RollbackResult last = null;
        boolean converts = migrations.migration().conversion().isPresent();
        for (String step : steps.split(", ", -1)) {
            String[] words = step.split(" ", -1);
            clock.advance(Duration.ofSeconds(1));
            switch (words[0]) {
                case "buy" -> {
                    if (converts) {
                        host().topUp(userId, new BigDecimal(words[1]));
                    } else {
                        host().buy(userId, Credits.of(words[1]));
                    }
                }
                case "spend" -> {
                    if (converts) {
                        assertTrue(host().spend(userId, new BigDecimal(words[1])), step);
                    } else {
                        host().topUpCredits(userId, Credits.of(new BigDecimal(words[1]).negate()));
                    }
                }
                case "migrate" ->
                    assertEquals(
                            MigrationResult.Status.MIGRATED,
                            migrations.migrate(userId).status());
                case "rollback" -> last = migrations.rollback(userId, OPERATOR, "wrong day");
                case "keep" -> last = migrations.rollback(userId, PaidCredits.KEEP, OPERATOR, "wrong day");
                case "reopen" ->
                    assertTrue(migrations.reopen(userId, OPERATOR, "right day").isPresent(), step);
                default -> throw new IllegalArgumentException(step);
            }
        }
        return last;
    }

    private void assertConserved(String userId) {
        for (JournalLine line : host().store().log(RATE_2500_UNASKED, userId)) {
            if (line.kind() != Kind.REOPENED) {
                assertSameValue(
                        worth(line.oldCredits(), line.oldRate()),
                        worth(line.newCredits(), line.newRate()).add(line.residual()));
            }
        }
    }

    private static BigDecimal worth(@Nullable Credits credits, @Nullable CreditRate rate) {
        return Objects.requireNonNull(credits, "credits").worthAt(Objects.requireNonNull(rate, "rate"));
    }

    @Test
    final void what_a_second_grant_is_smaller_by_is_kept_with_the_record_and_told_in_the_log() {
        open(HostApplication.Setting.GRANT_WITH_PURCHASES, user("ann"));
        MigrationService migrations = node(GRANT);
        play(migrations, "ann", "migrate, spend 15, rollback");

        UserMigration rolledBack = migrations.find("ann").orElseThrow();
        assertEquals(Credits.of(15), rolledBack.creditsConsumed());
        assertEquals(Credits.of(20), rolledBack.creditsGranted());
        play(migrations, "ann", "reopen, migrate");

        UserMigration again = migrations.find("ann").orElseThrow();
        assertEquals(Credits.of(15), again.creditsConsumed());
        assertEquals(Credits.of(5), again.creditsGranted());
        List<JournalLine> log = migrations.log("ann");
        assertEquals(
                "0 operations in 30 days: 20 credits, less 15 consumed in earlier attempts",
                log.get(log.size() - 1).reason());
        // 20 granted, 5 of them taken back, 5 granted.
        assertEquals(Credits.of(20), host().history("ann").stream().reduce(Credits.ZERO, Credits::plus));
    }

    @Test
    final void who_fails_in_between_keeps_what_was_consumed() {
        open(HostApplication.Setting.GRANT_WITH_PURCHASES, user("ann"));
        AtomicBoolean broken = new AtomicBoolean();
        MigrationService migrations = node(grantBy(user -> {
            if (broken.get()) {
                throw new IllegalStateException("no tariff");
            }
            return Allocation.of(Credits.of(20), "fixed");
        }));
        play(migrations, "ann", "migrate, spend 15, rollback, reopen");
        broken.set(true);
        assertEquals(MigrationResult.Status.FAILED, migrations.migrate("ann").status());
        broken.set(false);

        assertEquals(MigrationResult.Status.MIGRATED, migrations.migrate("ann").status());
        assertCredits("5", "ann");
    }

    @Test
    final void a_purchase_between_read_and_write_of_a_rollback_is_not_taken() {
        open(HostApplication.Setting.GRANT_WITH_PURCHASES, user("ann"));
        node(GRANT).migrate("ann");
        FaultyStore faulty = FaultyStore.around(host().store());
        // The balance is the same again, but what is there is paid for.
        faulty.before(FaultyStore.Call.COMMIT, () -> {
            host().topUpCredits("ann", Credits.of(-20));
            host().buy("ann", Credits.of(20));
        });

        RollbackResult result = node(GRANT, faulty).rollback("ann", OPERATOR, "wrong day");

        assertEquals(Status.PAID_CREDITS, result.status());
        assertEquals(Credits.of(20), result.credits());
        assertCredits("20", "ann");
    }

    @Test
    final void a_confirmation_replayed_after_a_rollback_writes_nothing() {
        conversion(user("bob").credits("50"));
        MigrationService migrations = node(RATE_2500);
        Quote quote = migrations.quote("bob").orElseThrow();
        migrations.confirm("bob", quote, Actor.user("bob"));
        migrations.rollback("bob", OPERATOR, "wrong day");

        assertNothingChanges(() -> assertEquals(
                MigrationResult.Status.ROLLED_BACK,
                migrations.confirm("bob", quote, Actor.user("bob")).status()));
        migrations.reopen("bob", OPERATOR, "right day");
        assertNothingChanges(() -> assertEquals(
                MigrationResult.Status.QUOTE_CHANGED,
                migrations.confirm("bob", quote, Actor.user("bob")).status()));
        assertCredits("50", "bob");
    }

    @TestFactory
    final Stream<DynamicTest> whatever_happens_it_is_one_grant_and_what_was_paid_for_stays() {
        open(HostApplication.Setting.GRANT_WITH_PURCHASES);
        return RollbackHistory.seeds()
                .mapToObj(seed -> dynamicTest("seed " + seed, () -> {
                    for (int i = 0; i < LIVES; i++) {
                        new RollbackHistory(host(), node(GRANT), seed + "-" + i, seed + i).ofGrants(STEPS);
                    }
                    assertNothingWrong(node(GRANT));
                }));
    }

    @TestFactory
    final Stream<DynamicTest> whatever_happens_what_was_paid_is_worth_what_it_was() {
        conversion();
        return RollbackHistory.seeds()
                .mapToObj(seed -> dynamicTest("seed " + seed, () -> {
                    for (int i = 0; i < LIVES; i++) {
                        new RollbackHistory(host(), node(RATE_2500_UNASKED), seed + "-" + i, seed + i)
                                .ofConversions(STEPS);
                    }
                    assertNothingWrong(node(RATE_2500_UNASKED));
                }));
    }
}
