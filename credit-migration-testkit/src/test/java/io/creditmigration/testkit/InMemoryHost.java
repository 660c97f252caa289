package io.creditmigration.testkit;

import io.creditmigration.CreditRate;
import io.creditmigration.Credits;
import io.creditmigration.spi.MigrationStore;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The host's part around the store in memory, or around something broken that stands before it. */
final class InMemoryHost implements HostApplication {

    private final InMemoryMigrationStore tables;
    private final MigrationStore underTest;

    InMemoryHost(InMemoryMigrationStore tables, MigrationStore underTest) {
        this.tables = tables;
        this.underTest = underTest;
    }

    @Override
    public MigrationStore store() {
        return underTest;
    }

    @Override
    public boolean canConvertAgain() {
        return tables.shape().rates();
    }

    /** Where rows name the rate, each has one: the old one, or the new one where the host has flagged the user. */
    @Override
    public void add(SeedUser... users) {
        tables.add(Stream.of(users).map(this::rated).toArray(SeedUser[]::new));
    }

    private SeedUser rated(SeedUser user) {
        if (!tables.shape().rates()) {
            return user;
        }
        CreditRate usual = user.isFlagged() ? NEW_RATE : OLD_RATE;
        return user.rate(String.valueOf(user.rate() == null ? usual : user.rate()));
    }

    @Override
    public void deleteUser(String userId) {
        tables.deleteUser(userId);
    }

    @Override
    public void addOperation(String userId, Instant at) {
        tables.addOperation(userId, at);
    }

    @Override
    public @Nullable Credits credits(String userId) {
        return tables.credits(userId);
    }

    @Override
    public Credits refCredits(String userId) {
        return tables.refCredits(userId);
    }

    @Override
    public boolean flagged(String userId) {
        return tables.isFlagged(userId);
    }

    @Override
    public @Nullable Integer rateLimit(String userId) {
        return tables.rateLimit(userId);
    }

    @Override
    public List<Credits> history(String userId) {
        return tables.entries(userId).stream().map(HistoryEntry::amount).toList();
    }

    @Override
    public List<String> dump() {
        return tables.dump();
    }

    @Override
    public void topUp(String userId, BigDecimal money) {
        String marker = tables.marker(userId);
        while (!tables.move(userId, price(userId, money, marker), marker)) {
            marker = tables.marker(userId);
        }
    }

    @Override
    public boolean spend(String userId, BigDecimal money) {
        String marker;
        do {
            marker = tables.marker(userId);
            if (tables.move(userId, price(userId, money.negate(), marker), marker)) {
                return true;
            }
        } while (!Objects.equals(marker, tables.marker(userId)));
        return false;
    }

    @Override
    public void topUpCredits(String userId, Credits credits) {
        String marker;
        do {
            marker = tables.marker(userId);
            if (tables.move(userId, credits, marker)) {
                return;
            }
        } while (!Objects.equals(marker, tables.marker(userId)));
        throw new IllegalStateException("User " + userId + " has less than " + credits + " to take off");
    }

    @Override
    public void buy(String userId, Credits credits) {
        tables.buy(userId, credits);
    }

    @Override
    public Credits storedCredits(String userId) {
        return AccountWriter.orZero(tables.credits(userId));
    }

    @Override
    public AutoCloseable lock(String userId) {
        return tables.lock(userId);
    }

    @Override
    public void restoreByHand(String userId, Credits credits, boolean flagged) {
        if (tables.shape().rates()) {
            tables.restoreByHand(userId, credits, flagged, flagged ? NEW_RATE : OLD_RATE);
        } else {
            tables.restoreByHand(userId, credits, flagged);
        }
    }

    @Override
    public void changeRate(String userId, @Nullable CreditRate rate) {
        if (!tables.shape().rates()) {
            throw new UnsupportedOperationException("its rows name no rate");
        }
        tables.changeRate(userId, rate);
    }

    @Override
    public void changeRateLimit(String userId, @Nullable Integer rateLimit) {
        tables.changeRateLimit(userId, rateLimit);
    }

    @Override
    public void refuseChangesOf(String userId) {
        tables.refuseChangesOf(userId);
    }

    @Override
    public void close() {}

    private Credits price(String userId, BigDecimal money, @Nullable String marker) {
        CreditRate named = tables.rate(userId);
        CreditRate rate = named != null ? named : marker == null ? OLD_RATE : NEW_RATE;
        return Credits.of(money.divide(rate.perCredit()));
    }
}
