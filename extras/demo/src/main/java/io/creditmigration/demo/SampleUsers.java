package io.creditmigration.demo;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;

/** Fills the databases of the two sample applications. The same seed gives the same users. */
final class SampleUsers {

    /** When the new regime begins for new users, in both applications. */
    static final Instant CUT_OFF = Instant.parse("2026-01-06T00:00:00Z");

    private static final List<String> RATE_LIMIT_TABLES =
            List.of("""
            CREATE TABLE users (
                id BIGINT PRIMARY KEY,
                role VARCHAR(10) NOT NULL,
                rate_limit INTEGER,
                seen BIGINT DEFAULT 0 NOT NULL,
                registered_at TIMESTAMP(6) WITH TIME ZONE NOT NULL
            )
            """, """
            CREATE TABLE operations (
                id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                user_id BIGINT NOT NULL,
                made_at TIMESTAMP(6) WITH TIME ZONE NOT NULL
            )
            """, "CREATE INDEX operations_by_user ON operations (user_id, made_at)");

    private static final List<String> OLD_RATE_TABLES = List.of("""
            CREATE TABLE users (
                id BIGINT PRIMARY KEY,
                role VARCHAR(10) NOT NULL,
                credits NUMERIC(19, 4),
                ref_credits NUMERIC(19, 4) NOT NULL,
                vnd_per_credit NUMERIC(12, 2) NOT NULL,
                registered_at TIMESTAMP(6) WITH TIME ZONE NOT NULL
            )
            """);

    private static final String LIMITED_USER =
            "INSERT INTO users (id, role, rate_limit, registered_at) VALUES (?, ?, ?, ?)";
    private static final String OPERATION = "INSERT INTO operations (user_id, made_at) VALUES (?, ?)";
    private static final String ACCOUNT =
            "INSERT INTO credit_migration_account (user_id, balance, active) VALUES (?, ?, TRUE)";
    private static final String RATED_USER = "INSERT INTO users VALUES (?, ?, ?, ?, ?, ?)";

    private static final int OPERATIONS_PER_HOUR = 10;
    private static final int OPERATIONS_MAX = 900;
    private static final int HISTORY_DAYS = 60;
    private static final BigDecimal OLD_RATE = new BigDecimal("1000");
    private static final BigDecimal NEW_RATE = new BigDecimal("2500");

    /** Users of the first application, so many of each hundred. */
    private enum Limited {
        WITHOUT_ACCOUNT(85),
        BOUGHT_EARLY(6),
        BOUGHT_AND_SPENT(2),
        BELOW_ZERO(1),
        ADMIN(2),
        REGISTERED_LATE(4);

        private final int ofHundred;

        Limited(int ofHundred) {
            this.ofHundred = ofHundred;
        }
    }

    /** Users of the second application, so many of each hundred. */
    private enum Rated {
        ZERO(44),
        POSITIVE(36),
        DUST(3),
        BELOW_ZERO(1),
        ABSENT(2),
        ADMIN(2),
        REGISTERED_LATE(6),
        MIGRATED_BY_HOST(6);

        private final int ofHundred;

        Rated(int ofHundred) {
            this.ofHundred = ofHundred;
        }
    }

    private final SplittableRandom random;

    private SampleUsers(long seed) {
        this.random = new SplittableRandom(seed);
    }

    /** Users who may do 10 operations an hour, what they did, and the accounts of those who bought credits early. */
    static void underRateLimit(Database database, int users, long seed) {
        RATE_LIMIT_TABLES.forEach(database::update);
        new SampleUsers(seed).fillRateLimit(database, users);
    }

    /** Users with credits at 1,000 VND each. */
    static void atOldRate(Database database, int users, long seed) {
        OLD_RATE_TABLES.forEach(database::update);
        new SampleUsers(seed).fillOldRate(database, users);
    }

    private void fillRateLimit(Database database, int users) {
        List<Limited> hundred = new ArrayList<>();
        for (Limited kind : Limited.values()) {
            hundred.addAll(Collections.nCopies(kind.ofHundred, kind));
        }
        List<Object[]> rows = new ArrayList<>();
        List<Object[]> accounts = new ArrayList<>();
        List<Object[]> operations = new ArrayList<>();
        for (int id = 1; id <= users; id++) {
            Limited kind = dealt(hundred, id);
            boolean late = kind == Limited.REGISTERED_LATE;
            Instant registered = registered(late);
            String role = kind == Limited.ADMIN ? "admin" : "user";
            rows.add(new Object[] {id, role, late ? null : OPERATIONS_PER_HOUR, utc(registered)});
            switch (kind) {
                case BOUGHT_EARLY ->
                    accounts.add(new Object[] {id, BigDecimal.valueOf(random.nextLong(500, 20_000), 2)});
                case BOUGHT_AND_SPENT -> accounts.add(new Object[] {id, BigDecimal.ZERO});
                case BELOW_ZERO -> accounts.add(new Object[] {id, BigDecimal.valueOf(-random.nextLong(1, 500), 2)});
                case REGISTERED_LATE -> accounts.add(new Object[] {id, BigDecimal.valueOf(20)});
                default -> {}
            }
            if (!late) {
                operate(id, registered, operations);
            }
        }
        database.batch(LIMITED_USER, rows);
        database.batch(ACCOUNT, accounts);
        database.batch(OPERATION, operations);
    }

    private void fillOldRate(Database database, int users) {
        List<Rated> hundred = new ArrayList<>();
        for (Rated kind : Rated.values()) {
            hundred.addAll(Collections.nCopies(kind.ofHundred, kind));
        }
        List<Object[]> rows = new ArrayList<>();
        for (int id = 1; id <= users; id++) {
            Rated kind = dealt(hundred, id);
            boolean late = kind == Rated.REGISTERED_LATE;
            // In ten-thousandths, odd ones, which steps of 500 VND leave odd: so nobody comes to zero by spending after
            // the run has passed, and running again has nothing left to do.
            BigDecimal credits = switch (kind) {
                case ZERO -> BigDecimal.ZERO;
                case DUST -> BigDecimal.valueOf(random.nextLong(10) | 1, 4);
                case BELOW_ZERO -> BigDecimal.valueOf(-(random.nextLong(50_000) | 1), 4);
                default -> BigDecimal.valueOf(powerLaw(10_000, 5_000_000) | 1, 4);
            };
            rows.add(new Object[] {
                id,
                kind == Rated.ADMIN ? "admin" : "user",
                kind == Rated.ABSENT ? null : credits,
                random.nextInt(5) == 0 ? BigDecimal.valueOf(random.nextLong(1, 1_000), 2) : BigDecimal.ZERO,
                late || kind == Rated.MIGRATED_BY_HOST ? NEW_RATE : OLD_RATE,
                utc(registered(late))
            });
        }
        database.batch(RATED_USER, rows);
    }

    /** Operations between registration and cut-off, their number by a power law; now and then nine or ten in one hour. */
    private void operate(int user, Instant registered, List<Object[]> operations) {
        Instant from = CUT_OFF.minus(Duration.ofDays(HISTORY_DAYS));
        Instant start = registered.isBefore(from) ? from : registered;
        long secondsMax = Duration.between(start, CUT_OFF).toSeconds();
        long left = powerLaw(3, OPERATIONS_MAX) - 3;
        if (left >= OPERATIONS_PER_HOUR && random.nextInt(4) == 0) {
            Instant hour = start.plusSeconds(random.nextLong(secondsMax)).truncatedTo(ChronoUnit.HOURS);
            for (int i = random.nextInt(2); i < OPERATIONS_PER_HOUR && hour.isAfter(start); i++) {
                operations.add(new Object[] {user, utc(hour.plusSeconds(random.nextLong(3_600)))});
                left--;
            }
        }
        for (; left > 0; left--) {
            operations.add(new Object[] {user, utc(start.plusSeconds(random.nextLong(secondsMax)))});
        }
    }

    /** A card of a deck that is shuffled for each hundred users, so that every hundred has all kinds. */
    private <T> T dealt(List<T> hundred, int id) {
        if (id % hundred.size() == 1) {
            Collections.shuffle(hundred, new Random(random.nextLong()));
        }
        return hundred.get(id % hundred.size());
    }

    private Instant registered(boolean late) {
        return late
                ? CUT_OFF.plusSeconds(random.nextLong(Duration.ofHours(8).toSeconds()))
                : CUT_OFF.minusSeconds(
                        random.nextLong(3_600, Duration.ofDays(400).toSeconds()));
    }

    /** Numbers for sample data: at least {@code min}, seldom large, at most {@code max}; Pareto's law with shape 1.2. */
    private long powerLaw(long min, long max) {
        return Math.min(max, (long) (min * StrictMath.pow(1 - random.nextDouble(), -1 / 1.2)));
    }

    private static OffsetDateTime utc(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }
}
