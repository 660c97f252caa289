package io.creditmigration.testkit.simulation;

import io.creditmigration.testkit.SeedUser;
import io.creditmigration.testkit.simulation.Person.Track;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;

/** The model's own arithmetic of rates, grants and buckets, from the documentation and not from the library. */
final class Arithmetic {

    static final int SCALE = 4;
    private static final int WINDOW_DAYS = 30;

    private Arithmetic() {}

    static Instant cutOff(int migration) {
        return migration == 0 ? Scenario.CUT_OFF : Scenario.SECOND_CUT_OFF;
    }

    static boolean isBornIn(int migration, Person person) {
        Instant registered = person.seed.registeredAt();
        return registered != null && !registered.isBefore(cutOff(migration));
    }

    static BigDecimal newRate(int migration) {
        return migration == 0 ? BigDecimal.valueOf(2_500) : BigDecimal.valueOf(1_500);
    }

    static BigDecimal firstRate(SeedUser seed) {
        Instant registered = seed.registeredAt();
        if (registered != null && !registered.isBefore(Scenario.SECOND_CUT_OFF)) {
            return BigDecimal.valueOf(1_500);
        }
        boolean isNew = registered != null && !registered.isBefore(Scenario.CUT_OFF);
        return isNew || seed.isFlagged() ? BigDecimal.valueOf(2_500) : BigDecimal.valueOf(1_000);
    }

    static BigDecimal converted(int migration, Person person) {
        return person.creditsOrZero().multiply(person.rate).divide(newRate(migration), SCALE, RoundingMode.HALF_EVEN);
    }

    /** What the user had, and the money's worth of what has come and gone since. */
    static BigDecimal takenBack(int migration, Person person) {
        Track track = person.in(migration);
        BigDecimal had = track.oldCredits == null ? BigDecimal.ZERO : track.oldCredits;
        BigDecimal since = person.creditsOrZero()
                .subtract(track.newCredits)
                .multiply(newRate(migration))
                .divide(track.oldRate, SCALE, RoundingMode.CEILING);
        BigDecimal restored = had.add(since);
        return person.creditsOrZero().signum() >= 0 ? restored.max(BigDecimal.ZERO) : restored;
    }

    /** 20, or 50 for more than ten operations a day in the thirty days before the cut-off. */
    static BigDecimal allocated(int migration, Person person) {
        Instant to = cutOff(migration);
        Instant from = to.minus(Duration.ofDays(WINDOW_DAYS));
        Instant registered = person.seed.registeredAt();
        Instant begin = registered == null || registered.isBefore(from) ? from : registered;
        long seconds = Math.max(1, Duration.between(begin, to).toSeconds());
        long daySeconds = Duration.ofDays(1).toSeconds();
        long days = Math.min(WINDOW_DAYS, (seconds + daySeconds - 1) / daySeconds);
        long made = person.operations.stream()
                .filter(at -> !at.isBefore(from) && at.isBefore(to))
                .count();
        return BigDecimal.valueOf(made > 10 * days ? 50 : 20);
    }

    static int bucket(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return new BigInteger(1, Arrays.copyOf(digest, 8))
                    .mod(BigInteger.valueOf(10_000))
                    .intValue();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
