package io.creditmigration.testkit;

import static io.creditmigration.testkit.SeedUser.user;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.creditmigration.Actor;
import io.creditmigration.Credits;
import io.creditmigration.MigrationService;
import io.creditmigration.MigrationStatus;
import io.creditmigration.PaidCredits;
import io.creditmigration.UserMigration;
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
    private static final Credits GRANT = Credits.of(20);

    /** Half a unit of a balance at the new rate: what rounding takes from a conversion at most. */
    private static final BigDecimal HALF_UNIT = new BigDecimal("0.125");

    /** That, and a unit of a balance at the old rate: what an attempt leaves the user with at most, beyond what is due. */
    private static final BigDecimal FAVOUR = new BigDecimal("0.225");

    private final HostApplication host;
    private final MigrationService migrations;
    private final String userId;
    private final Random random;
    private final StringBuilder told = new StringBuilder();
    private BigDecimal initial = BigDecimal.ZERO;
    private BigDecimal bought = BigDecimal.ZERO;
    private BigDecimal spent = BigDecimal.ZERO;

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

    /** Never more free credits than one grant, and never less than what was paid for. */
    void ofGrants(int steps) {
        if (random.nextBoolean()) {
            host.add(user(userId));
        } else {
            initial = amount();
            host.add(user(userId).credits(initial.toPlainString()));
        }
        for (int step = 0; step < steps; step++) {
            switch (random.nextInt(8)) {
                case 0, 1 -> buy(amount());
                case 2, 3 -> spend(amount());
                default -> operate();
            }
            BigDecimal balance = host.storedCredits(userId).amount();
            BigDecimal free = balance.add(spent).subtract(bought).subtract(initial);
            assertTrue(free.signum() >= 0, this::toString);
            assertTrue(free.compareTo(GRANT.amount()) <= 0, this::toString);
            assertEquals(granted(), Credits.of(free), this::toString);
        }
    }

    /** What the record says that the user has had for nothing, in all attempts together. */
    private Credits granted() {
        UserMigration record = migrations.find(userId).orElse(null);
        if (record == null) {
            return Credits.ZERO;
        }
        boolean completed = record.status() == MigrationStatus.COMPLETED;
        return completed ? record.creditsConsumed().plus(record.creditsGranted()) : record.creditsConsumed();
    }

    /** Never less money's worth than was paid; and never more than rounding gives. */
    void ofConversions(int steps) {
        BigDecimal credits = amount();
        initial = credits.multiply(HostApplication.OLD_RATE.perCredit());
        host.add(user(userId).credits(credits.toPlainString()));
        int attempts = 1;
        for (int step = 0; step < steps; step++) {
            switch (random.nextInt(8)) {
                case 0, 1 -> {
                    BigDecimal money = money();
                    host.topUp(userId, money);
                    bought = bought.add(money);
                    told.append(" buy ").append(money);
                }
                case 2, 3 -> {
                    BigDecimal money = money();
                    boolean done = host.spend(userId, money);
                    spent = done ? spent.add(money) : spent;
                    told.append(done ? " spend " : " cannot spend ").append(money);
                }
                default -> attempts += operate() ? 1 : 0;
            }
            boolean converted = host.flagged(userId);
            BigDecimal worth =
                    host.storedCredits(userId).worthAt(converted ? HostApplication.NEW_RATE : HostApplication.OLD_RATE);
            BigDecimal due = initial.add(bought).subtract(spent);
            BigDecimal least = converted ? due.subtract(HALF_UNIT) : due;
            BigDecimal most = due.add(FAVOUR.multiply(BigDecimal.valueOf(attempts)));
            assertTrue(worth.compareTo(least) >= 0, this::toString);
            assertTrue(worth.compareTo(most) <= 0, this::toString);
        }
    }

    /** What the library is asked for; whether it was for another attempt. */
    private boolean operate() {
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
        return answer.equals(true);
    }

    private void buy(BigDecimal credits) {
        host.buy(userId, Credits.of(credits));
        bought = bought.add(credits);
        told.append(" buy ").append(credits);
    }

    /** What the host lets nobody spend more of than there is. */
    private void spend(BigDecimal most) {
        Credits balance = host.credits(userId);
        if (balance != null && balance.signum() > 0) {
            BigDecimal credits = most.min(balance.amount());
            host.topUpCredits(userId, Credits.of(credits.negate()));
            spent = spent.add(credits);
            told.append(" spend ").append(credits);
        }
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
        return userId + " began with " + initial + ":" + told + "; now " + host.storedCredits(userId) + ", "
                + migrations.find(userId).orElse(null);
    }
}
