package io.creditmigration;

import io.creditmigration.engine.decide.Chain;
import io.creditmigration.engine.decide.ChangeNotices;
import io.creditmigration.engine.decide.Decision;
import io.creditmigration.engine.decide.MigrationDecider;
import io.creditmigration.engine.decide.RollbackDecider;
import io.creditmigration.spi.HostShape;
import io.creditmigration.spi.StoredDefinition;
import io.creditmigration.spi.UserState;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;

/** Ann, the migrations that concern her, and what is decided about her at one moment. */
public final class Fixture {

    public static final Instant CUT_OFF = Instant.parse("2026-01-06T00:00:00Z");
    public static final Instant EARLIER = Instant.parse("2026-01-06T01:02:03Z");
    public static final Instant NOW = Instant.parse("2026-01-07T08:09:10.123456Z");

    /** Tells more than the microseconds that databases keep. */
    public static final Clock CLOCK = Clock.fixed(NOW.plusNanos(789), ZoneOffset.UTC);

    public static final int SCALE = 4;

    /** Rows name rate and registration, and hold balances of six digits before the point. */
    public static final HostShape RATED = new HostShape(SCALE, 6, true, true);

    public static final CreditRate AT_1000 = CreditRate.of(1_000);
    public static final CreditRate AT_1500 = CreditRate.of(1_500);
    public static final CreditRate AT_2500 = CreditRate.of(2_500);

    public static final UserState ANN = States.of(UserSnapshot.of("ann")
            .withCredits(Credits.ZERO)
            .withRegisteredAt(Instant.parse("2025-01-01T00:00:00Z"))
            .withUsage(new Usage(15, 30, 2, 40)));

    private Fixture() {}

    /** From 1,000 to 2,500. */
    public static Migration conversion(Consent consent) {
        return conversion(AT_1000, AT_2500, consent);
    }

    public static Migration conversion(CreditRate oldRate, CreditRate newRate, Consent consent) {
        return Migration.named("rate-" + newRate)
                .cutOff(CUT_OFF)
                .policy(CreditPolicy.convert(oldRate, newRate))
                .consent(consent)
                .build();
    }

    public static Migration grant(CreditPolicy policy, Consent consent) {
        boolean unnamed = policy.definition().equals(CreditPolicy.UNNAMED);
        return Migration.named("to-credits")
                .cutOff(CUT_OFF)
                .policy(unnamed ? policy.named("custom", 1) : policy)
                .consent(consent)
                .build();
    }

    /** The migration with its policy fitted to the balance column. */
    public static Migration fitted(Migration migration) {
        return migration.atScale(SCALE);
    }

    /** What decides in this migration, with nothing stored before it. */
    public static MigrationDecider decider(Migration migration) {
        return decider(migration, SCALE);
    }

    public static MigrationDecider decider(Migration migration, int balanceScale) {
        return decider(migration, HostShape.ofScale(balanceScale));
    }

    public static MigrationDecider decider(Migration migration, HostShape shape, StoredDefinition... stored) {
        Migration fitted = migration.atScale(shape.balanceScale());
        return new MigrationDecider(
                fitted, shape, chain(fitted, shape, stored), CLOCK, new ChangeNotices(fitted, false));
    }

    public static RollbackDecider reversal(Migration migration, int balanceScale, boolean notices) {
        Chain chain = chain(migration, HostShape.ofScale(balanceScale));
        return new RollbackDecider(
                migration.atScale(balanceScale), balanceScale, chain, CLOCK, new ChangeNotices(migration, notices));
    }

    public static Chain chain(Migration migration, HostShape shape, StoredDefinition... stored) {
        return new Chain(migration, shape, List.of(stored));
    }

    /** A record of Ann's first attempt. */
    public static UserMigration record(MigrationStatus status) {
        return new UserMigration("rate-2500", "ann", status, 1, Credits.ZERO, Credits.ZERO, 0, EARLIER, null, null);
    }

    /** The decision to write, where there has to be one. */
    public static <R> Decision.Write<R> write(Decision<R> decision) {
        if (decision instanceof Decision.Write<R> write) {
            return write;
        }
        throw new AssertionError("Nothing is written: " + decision);
    }

    /** What is answered in the end, if the store commits what there is to write. */
    public static <R> R result(Decision<R> decision) {
        if (decision instanceof Decision.Write<R> write) {
            return write.committed().apply(write.change().record());
        }
        return ((Decision.Answer<R>) decision).result();
    }
}
