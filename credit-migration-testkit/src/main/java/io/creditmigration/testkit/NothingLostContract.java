package io.creditmigration.testkit;

import static io.creditmigration.testkit.SeedUser.user;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.creditmigration.Credits;
import io.creditmigration.JournalLine;
import io.creditmigration.Migration;
import io.creditmigration.MigrationResult;
import io.creditmigration.MigrationResult.Status;
import io.creditmigration.MigrationRun;
import io.creditmigration.MigrationService;
import io.creditmigration.MigrationStatus;
import io.creditmigration.RollbackResult;
import io.creditmigration.testkit.FaultyStore.Call;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

abstract class NothingLostContract extends ContractGroup {

    private static final int USERS = 12;
    private static final int HOST_THREADS = 3;
    private static final int ROUNDS_PER_THREAD = 5;
    private static final int ROLLBACKS_MAX = 50;

    /** Buys 5 credits at the old rate and 2 at the new one. */
    private static final BigDecimal MONEY = BigDecimal.valueOf(5_000);

    NothingLostContract(MigrationStoreContract contract) {
        super(contract);
    }

    @Test
    final void a_top_up_between_read_and_write_is_not_lost() {
        conversion(user("ann").credits("0"));
        FaultyStore faulty = FaultyStore.around(host().store());
        faulty.before(Call.COMMIT, () -> host().topUp("ann", MONEY));

        MigrationResult result = node(RATE_2500, faulty).autoMigrateIfZeroCredits("ann");

        assertEquals(Status.HAS_CREDITS, result.status());
        assertCredits("5", "ann");
        assertFalse(host().flagged("ann"));
        assertEquals(Credits.of(2), node(RATE_2500).quote("ann").orElseThrow().newCredits());
    }

    @Test
    final void a_top_up_between_read_and_write_is_converted_with_the_rest() {
        conversion(user("bob").credits("50"));
        FaultyStore faulty = FaultyStore.around(host().store());
        faulty.before(Call.COMMIT, () -> host().topUp("bob", MONEY));

        assertEquals(
                Status.MIGRATED, node(RATE_2500_UNASKED, faulty).migrate("bob").status());
        assertCredits("22", "bob");
        assertEquals(Credits.of(55), onlyLine(RATE_2500_UNASKED, "bob").oldCredits());
    }

    @Test
    final void a_spend_between_read_and_write_is_not_undone() {
        conversion(user("bob").credits("50"));
        FaultyStore faulty = FaultyStore.around(host().store());
        faulty.before(Call.COMMIT, () -> assertTrue(host().spend("bob", MONEY)));

        assertEquals(
                Status.MIGRATED, node(RATE_2500_UNASKED, faulty).migrate("bob").status());
        assertCredits("18", "bob");
    }

    @Test
    final void a_top_up_while_a_page_is_decided_is_converted_with_the_rest() {
        conversion(
                user("ann").credits("10"),
                user("bob").credits("50"),
                user("cem").credits("10"));
        runStore();
        FaultyStore faulty = FaultyStore.around(host().store());
        faulty.after(Call.DECIDE, () -> host().topUp("bob", MONEY));

        MigrationRun run = node(RATE_2500_UNASKED, faulty).run(pagesOf(10));

        assertEquals(3, run.count(Status.MIGRATED), run::toString);
        assertCredits("4", "ann");
        assertCredits("22", "bob");
        assertCredits("4", "cem");
    }

    @Test
    final void money_that_moved_and_came_back_is_the_same_money() {
        conversion(user("bob").credits("50"));
        FaultyStore faulty = FaultyStore.around(host().store());
        faulty.before(Call.COMMIT, () -> {
            host().topUp("bob", MONEY);
            assertTrue(host().spend("bob", MONEY));
        });

        assertEquals(
                Status.MIGRATED, node(RATE_2500_UNASKED, faulty).migrate("bob").status());
        assertCredits("20", "bob");
    }

    @Test
    final void a_rate_that_changes_between_read_and_write_is_noticed_even_at_zero() {
        conversion(user("ann").credits("0"), user("bob").credits("50"));
        assumeConvertsAgain();
        confirm(node(RATE_2500), "bob");
        FaultyStore faulty = FaultyStore.around(host().store());
        faulty.before(Call.COMMIT, () -> host().restoreByHand("ann", Credits.ZERO, true));

        assertEquals(
                Status.MIGRATED,
                node(RATE_1500, faulty).autoMigrateIfZeroCredits("ann").status());
        assertEquals(
                HostApplication.NEW_RATE,
                onlyLine(RATE_1500, "ann").oldRate(),
                "the rate that the balance had by then");
    }

    @Test
    final void a_purchase_after_the_conversion_is_priced_at_the_new_rate() {
        conversion(user("ann").credits("0"));
        node(RATE_2500).autoMigrateIfZeroCredits("ann");

        host().topUp("ann", MONEY);

        assertCredits("2", "ann");
    }

    @Test
    final void an_account_that_appears_between_read_and_write_gets_the_grant_added() {
        grant(user("ann"));
        FaultyStore faulty = FaultyStore.around(host().store());
        faulty.before(Call.COMMIT, () -> host().topUpCredits("ann", Credits.of(5)));

        assertEquals(Status.MIGRATED, node(GRANT, faulty).migrate("ann").status());
        assertCredits("25", "ann");
        assertEquals(Credits.of(20), node(GRANT).find("ann").orElseThrow().creditsGranted());
    }

    @Test
    final void an_account_that_appears_while_a_page_is_decided_gets_the_grant_added() {
        grant(user("ann"), user("bob"), user("cem"));
        runStore();
        FaultyStore faulty = FaultyStore.around(host().store());
        faulty.after(Call.DECIDE, () -> host().topUpCredits("bob", Credits.of(5)));

        MigrationRun run = node(GRANT, faulty).run(pagesOf(10));

        assertEquals(3, run.count(Status.MIGRATED), run::toString);
        assertCredits("20", "ann");
        assertCredits("25", "bob");
    }

    @Test
    final void an_account_of_zero_is_not_an_absent_one() {
        grant(user("ann"));
        FaultyStore faulty = FaultyStore.around(host().store());
        faulty.before(Call.COMMIT, () -> host().topUpCredits("ann", Credits.ZERO));

        assertEquals(Status.MIGRATED, node(GRANT, faulty).migrate("ann").status());
        assertEquals(
                Credits.ZERO, onlyLine(GRANT, "ann").oldCredits(), "the account that was there when it was written");
        assertCredits("20", "ann");
    }

    @Test
    final void a_top_up_between_read_and_write_of_a_rollback_is_kept() {
        conversion(user("bob").credits("50"));
        confirm(node(RATE_2500), "bob");
        FaultyStore faulty = FaultyStore.around(host().store());
        faulty.before(Call.COMMIT, () -> host().topUp("bob", MONEY));

        assertEquals(
                RollbackResult.Status.ROLLED_BACK,
                node(RATE_2500, faulty).rollback("bob", OPERATOR, "wrong rate").status());
        assertCredits("55", "bob");
    }

    @Test
    final void money_is_conserved_while_the_host_moves_and_users_are_converted() {
        conversion(tradingUsers());
        runStore();
        Map<String, BigDecimal> before = worths();
        Traffic traffic = new Traffic();
        MigrationService pages = node(RATE_2500_UNASKED, traffic.between());
        MigrationService single = node(RATE_2500_UNASKED, traffic.between());

        List<Callable<Object>> actions = new ArrayList<>(traffic.threads());
        actions.add(() -> pages.run(pagesOf(4)));
        actions.add(() -> tradingIds().map(single::migrate).toList());
        atOnce(actions);
        node(RATE_2500_UNASKED).run(pagesOf(4));

        tradingIds().forEach(id -> assertStatus(MigrationStatus.COMPLETED, single, id));
        assertMoneyIsConserved(before, traffic);
    }

    @Test
    final void money_is_conserved_while_the_host_moves_and_users_are_taken_back() {
        conversion(tradingUsers());
        Map<String, BigDecimal> before = worths();
        MigrationService plain = node(RATE_2500_UNASKED);
        tradingIds().forEach(plain::migrate);
        Traffic traffic = new Traffic();
        MigrationService migrations = node(RATE_2500_UNASKED, traffic.between());

        List<Callable<Object>> actions = new ArrayList<>(traffic.threads());
        actions.add(() -> tradingIds()
                .map(id -> migrations.rollback(id, OPERATOR, "wrong rate"))
                .toList());
        atOnce(actions);
        tradingIds().forEach(id -> rollBackAtLast(plain, id));

        tradingIds().forEach(id -> assertStatus(MigrationStatus.ROLLED_BACK, plain, id));
        assertMoneyIsConserved(before, traffic);
    }

    @Test
    final void credits_bought_while_grants_are_given_are_kept() {
        SeedUser[] users = tradingIds()
                .map(id -> id.hashCode() % 2 == 0 ? user(id) : user(id).credits("0.5"))
                .toArray(SeedUser[]::new);
        grant(users);
        MigrationService migrations = node(GRANT);
        runStore();

        List<Callable<Object>> actions = new ArrayList<>();
        for (int i = 0; i < HOST_THREADS; i++) {
            actions.add(() -> {
                for (int round = 0; round < ROUNDS_PER_THREAD; round++) {
                    tradingIds().forEach(id -> host().topUpCredits(id, Credits.of("0.0001")));
                }
                return "bought";
            });
        }
        actions.add(() -> migrations.run(pagesOf(4)));
        atOnce(actions);
        migrations.run(pagesOf(4));

        Credits bought = Credits.of(
                new BigDecimal("0.0001").multiply(BigDecimal.valueOf((long) HOST_THREADS * ROUNDS_PER_THREAD)));
        for (SeedUser user : users) {
            Credits before = user.credits() == null ? Credits.ZERO : user.credits();
            assertCredits(before.plus(bought).plus(Credits.of(20)).toString(), user.userId());
        }
    }

    private static Stream<String> tradingIds() {
        return IntStream.range(0, USERS).mapToObj("user-%02d"::formatted);
    }

    /** Balances of which some leave a residual: 50.0001 becomes 20.0000. */
    private static SeedUser[] tradingUsers() {
        return tradingIds()
                .map(id -> user(id).credits(id.endsWith("3") || id.endsWith("7") ? "50.0001" : "50"))
                .toArray(SeedUser[]::new);
    }

    private Map<String, BigDecimal> worths() {
        return tradingIds().collect(Collectors.toMap(Function.identity(), this::worth));
    }

    private BigDecimal worth(String userId) {
        return credits(userId).worthAt(host().flagged(userId) ? HostApplication.NEW_RATE : HostApplication.OLD_RATE);
    }

    /** Of each user, so that what one has lost is not made up for by another. */
    private void assertMoneyIsConserved(Map<String, BigDecimal> before, Traffic traffic) {
        before.forEach((id, worth) -> {
            BigDecimal residual = host().store().log(RATE_2500_UNASKED, id).stream()
                    .map(JournalLine::residual)
                    .reduce(BigDecimal.ZERO, BigDecimal::add);
            BigDecimal expected = worth.add(traffic.net(id)).subtract(residual);
            assertEquals(0, expected.compareTo(worth(id)), () -> id + " has " + worth(id) + " instead of " + expected);
        });
    }

    private static void rollBackAtLast(MigrationService migrations, String userId) {
        RollbackResult result = migrations.rollback(userId, OPERATOR, "wrong rate");
        for (int i = 0; i < ROLLBACKS_MAX && result.status() == RollbackResult.Status.CONTENDED; i++) {
            result = migrations.rollback(userId, OPERATOR, "wrong rate");
        }
    }

    private JournalLine onlyLine(Migration migration, String userId) {
        List<JournalLine> lines = host().store().log(migration, userId);
        assertEquals(1, lines.size(), lines::toString);
        return lines.get(0);
    }

    /** The host at work, adding up what each user paid in and spent. */
    private final class Traffic {

        private final Random random = new Random(20_260_106);
        private final Map<String, BigDecimal> net = new ConcurrentHashMap<>();

        BigDecimal net(String userId) {
            return net.getOrDefault(userId, BigDecimal.ZERO);
        }

        void move(String userId) {
            BigDecimal money = MONEY.multiply(BigDecimal.valueOf(1 + random.nextInt(3)));
            if (random.nextBoolean()) {
                host().topUp(userId, money);
                net.merge(userId, money, BigDecimal::add);
            } else if (host().spend(userId, money)) {
                net.merge(userId, money.negate(), BigDecimal::add);
            }
        }

        /** The store, with everybody moving between every other read and write, so that second attempts succeed. */
        FaultyStore between() {
            FaultyStore faulty = FaultyStore.around(host().store());
            for (int i = 0; i < USERS; i++) {
                faulty.before(Call.COMMIT, () -> tradingIds().forEach(this::move));
                faulty.before(Call.COMMIT, () -> {});
                faulty.after(Call.DECIDE, () -> tradingIds().forEach(this::move));
            }
            return faulty;
        }

        List<Callable<Object>> threads() {
            List<Callable<Object>> threads = new ArrayList<>();
            for (int i = 0; i < HOST_THREADS; i++) {
                threads.add(() -> {
                    for (int round = 0; round < ROUNDS_PER_THREAD; round++) {
                        tradingIds().forEach(this::move);
                    }
                    return "moved";
                });
            }
            return threads;
        }
    }
}
