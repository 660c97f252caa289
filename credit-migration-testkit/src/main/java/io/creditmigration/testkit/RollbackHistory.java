package io.creditmigration.testkit;

import static io.creditmigration.testkit.SeedUser.user;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.creditmigration.Actor;
import io.creditmigration.Credits;
import io.creditmigration.MigrationResult;
import io.creditmigration.MigrationService;
import io.creditmigration.PaidCredits;
import io.creditmigration.RollbackResult;
import java.math.BigDecimal;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;

/**
 * A random life of one user, step by step the same for the same seed: buying, spending, being migrated, taken back and let try
 * again, in any order. After each step the books are balanced without asking the library what it did.
 */
final class RollbackHistory {

    private static final Actor OPERATOR = Actor.operator("history");
    private static final BigDecimal GRANT = BigDecimal.valueOf(20);

    /** Half a unit of a balance at the new rate: what rounding takes from a conversion at most. */
    private static final BigDecimal HALF_UNIT = new BigDecimal("0.125");

    /** That, and a unit of a balance at the old rate: what an attempt leaves the user with at most, beyond what is due. */
    private static final BigDecimal FAVOUR = new BigDecimal("0.225");

    private final HostApplication host;
    private final MigrationService migrations;
    private final String userId;
    private final Random random;
    private final StringBuilder told = new StringBuilder();

    RollbackHistory(HostApplication host, MigrationService migrations, String userId, long seed) {
        this.host = host;
        this.migrations = migrations;
        this.userId = userId;
        this.random = new Random(seed);
    }

    /** One that is always the same and one that is new in every run; {@code -Dproperty.seed=…} replays a single one. */
    static LongStream seeds() {
        Long replayed = Long.getLong("property.seed");
        return replayed == null
                ? LongStream.of(20_260_106L, new Random().nextLong(1_000_000_000_000L))
                : LongStream.of(replayed);
    }

    /**
     * Never more free credits than one grant, and never less than what was paid for: the balance is always what a book says in
     * which free credits are spent first.
     */
    void ofGrants(int steps) {
        BigDecimal paid = BigDecimal.ZERO;
        BigDecimal free = BigDecimal.ZERO;
        BigDecimal freeSpent = BigDecimal.ZERO;
        if (random.nextBoolean()) {
            host.add(user(userId));
        } else {
            paid = amount();
            host.add(user(userId).credits(paid.toPlainString()));
        }
        told.append(" had ").append(paid);
        for (int step = 0; step < steps; step++) {
            switch (random.nextInt(8)) {
                case 0, 1 -> {
                    BigDecimal credits = amount();
                    host.buy(userId, Credits.of(credits));
                    told.append(" buy ").append(credits);
                    paid = paid.add(credits);
                }
                case 2, 3 -> {
                    BigDecimal credits = spent(amount());
                    BigDecimal ofGrant = credits.min(free);
                    free = free.subtract(ofGrant);
                    freeSpent = freeSpent.add(ofGrant);
                    paid = paid.subtract(credits.subtract(ofGrant));
                }
                default -> {
                    Object answer = operate();
                    if (answer == MigrationResult.Status.MIGRATED) {
                        free = GRANT.subtract(freeSpent);
                    } else if (answer == RollbackResult.Status.ROLLED_BACK) {
                        free = BigDecimal.ZERO;
                    } else if (answer == RollbackResult.Status.PAID_CREDITS) {
                        assertTrue(paid.signum() > 0, this::toString);
                    }
                }
            }
            assertEquals(Credits.of(paid.add(free)), host.storedCredits(userId), this::toString);
        }
        assertTrue(freeSpent.compareTo(GRANT) <= 0, this::toString);
    }

    /** Never less money's worth than was paid; and never more than rounding gives. */
    void ofConversions(int steps) {
        BigDecimal credits = amount();
        BigDecimal due = credits.multiply(HostApplication.OLD_RATE.perCredit());
        told.append(" had ").append(credits);
        host.add(user(userId).credits(credits.toPlainString()));
        int attempts = 1;
        for (int step = 0; step < steps; step++) {
            switch (random.nextInt(8)) {
                case 0, 1 -> {
                    BigDecimal money = money();
                    host.topUp(userId, money);
                    due = due.add(money);
                    told.append(" buy ").append(money);
                }
                case 2, 3 -> {
                    BigDecimal money = money();
                    boolean done = host.spend(userId, money);
                    due = done ? due.subtract(money) : due;
                    told.append(done ? " spend " : " cannot spend ").append(money);
                }
                default -> attempts += operate().equals(true) ? 1 : 0;
            }
            boolean converted = host.flagged(userId);
            BigDecimal worth =
                    host.storedCredits(userId).worthAt(converted ? HostApplication.NEW_RATE : HostApplication.OLD_RATE);
            BigDecimal least = converted ? due.subtract(HALF_UNIT) : due;
            BigDecimal most = due.add(FAVOUR.multiply(BigDecimal.valueOf(attempts)));
            assertTrue(worth.compareTo(least) >= 0, this::toString);
            assertTrue(worth.compareTo(most) <= 0, this::toString);
        }
    }

    /** The library is asked for something; what it has answered. */
    private Object operate() {
        List<String> acts = List.of("migrate", "rollback", "keep", "reopen");
        String act = acts.get(random.nextInt(acts.size()));
        Object answer = switch (act) {
            case "migrate" -> migrations.migrate(userId).status();
            case "rollback" -> migrations.rollback(userId, OPERATOR, "history").status();
            case "keep" ->
                migrations
                        .rollback(userId, PaidCredits.KEEP, OPERATOR, "history")
                        .status();
            default -> migrations.reopen(userId, OPERATOR, "history").isPresent();
        };
        told.append(' ').append(act).append(" (").append(answer).append(')');
        return answer;
    }

    /** What the user could spend of this: no host lets anybody spend more than there is. */
    private BigDecimal spent(BigDecimal most) {
        Credits balance = host.credits(userId);
        if (balance == null || balance.signum() <= 0) {
            return BigDecimal.ZERO;
        }
        BigDecimal credits = most.min(balance.amount());
        host.topUpCredits(userId, Credits.of(credits.negate()));
        told.append(" spend ").append(credits);
        return credits;
    }

    /** Small and large ones are equally likely. */
    private BigDecimal amount() {
        return BigDecimal.valueOf(random.nextInt(random.nextBoolean() ? 10 : 300_000), 4);
    }

    /** Of any size, and exact credits at both rates. */
    private BigDecimal money() {
        return BigDecimal.valueOf(random.nextInt(random.nextBoolean() ? 4 : 60_000))
                .movePointLeft(1)
                .multiply(BigDecimal.valueOf(5));
    }

    @Override
    public String toString() {
        return userId + told + "; now " + host.storedCredits(userId) + ", "
                + migrations.find(userId).orElse(null);
    }
}
