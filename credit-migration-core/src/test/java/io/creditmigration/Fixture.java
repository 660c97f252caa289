package io.creditmigration;

import io.creditmigration.spi.HostShape;
import io.creditmigration.spi.StoredDefinition;
import io.creditmigration.spi.UserState;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;

/** Ann, the migrations that concern her, and what is decided about her at one moment. */
final class Fixture {

    static final Instant CUT_OFF = Instant.parse("2026-01-06T00:00:00Z");
    static final Instant EARLIER = Instant.parse("2026-01-06T01:02:03Z");
    static final Instant NOW = Instant.parse("2026-01-07T08:09:10.123456Z");

    /** Tells more than the microseconds that databases keep. */
    static final Clock CLOCK = Clock.fixed(NOW.plusNanos(789), ZoneOffset.UTC);

    static final int SCALE = 4;

    /** Rows name rate and registration, and hold balances of six digits before the point. */
    static final HostShape RATED = new HostShape(SCALE, 6, true, true);

    static final CreditRate AT_1000 = CreditRate.of(1_000);
    static final CreditRate AT_1500 = CreditRate.of(1_500);
    static final CreditRate AT_2500 = CreditRate.of(2_500);

    static final UserState ANN = States.of(UserSnapshot.of("ann")
            .withCredits(Credits.ZERO)
            .withRegisteredAt(Instant.parse("2025-01-01T00:00:00Z"))
            .withUsage(new Usage(15, 30, 2, 40)));

    private Fixture() {}

    /** From 1,000 to 2,500. */
    static Migration conversion(Consent consent) {
        return conversion(AT_1000, AT_2500, consent);
    }

    static Migration conversion(CreditRate oldRate, CreditRate newRate, Consent consent) {
        return Migration.named("rate-" + newRate)
                .cutOff(CUT_OFF)
                .policy(CreditPolicy.convert(oldRate, newRate))
                .consent(consent)
                .build();
    }

    static Migration grant(CreditPolicy policy, Consent consent) {
        boolean unnamed = policy.definition().equals(CreditPolicy.UNNAMED);
        return Migration.named("to-credits")
                .cutOff(CUT_OFF)
                .policy(unnamed ? policy.named("custom", 1) : policy)
                .consent(consent)
                .build();
    }

    /** What decides in this migration, with nothing stored before it. */
    static Decider decider(Migration migration) {
        return decider(migration, SCALE);
    }

    static Decider decider(Migration migration, int balanceScale) {
        return decider(migration, HostShape.ofScale(balanceScale));
    }

    static Decider decider(Migration migration, HostShape shape, StoredDefinition... stored) {
        Migration fitted = migration.atScale(shape.balanceScale());
        return new Decider(fitted, shape, chain(fitted, shape, stored), CLOCK, new Notices(fitted, false));
    }

    static Reversal reversal(Migration migration, int balanceScale, boolean notices) {
        Chain chain = chain(migration, HostShape.ofScale(balanceScale));
        return new Reversal(migration, balanceScale, chain, CLOCK, new Notices(migration, notices));
    }

    static Chain chain(Migration migration, HostShape shape, StoredDefinition... stored) {
        return new Chain(migration, shape, List.of(stored));
    }

    /** A record of Ann's first attempt. */
    static UserMigration record(MigrationStatus status) {
        return new UserMigration("rate-2500", "ann", status, 1, Credits.ZERO, Credits.ZERO, 0, EARLIER, null, null);
    }

    /** The decision to write, where there has to be one. */
    static <R> Decision.Write<R> write(Decision<R> decision) {
        if (decision instanceof Decision.Write<R> write) {
            return write;
        }
        throw new AssertionError("Nothing is written: " + decision);
    }

    /** What is answered in the end, if the store commits what there is to write. */
    static <R> R result(Decision<R> decision) {
        if (decision instanceof Decision.Write<R> write) {
            return write.committed().apply(write.change().record());
        }
        return ((Decision.Answer<R>) decision).result();
    }
}
