package io.creditmigration.testkit.simulation;

import static io.creditmigration.testkit.SeedUser.user;

import io.creditmigration.Consent;
import io.creditmigration.CreditPolicy;
import io.creditmigration.CreditRate;
import io.creditmigration.Migration;
import io.creditmigration.testkit.HostApplication;
import io.creditmigration.testkit.HostApplication.Setting;
import io.creditmigration.testkit.SeedUser;
import io.creditmigration.testkit.simulation.Step.Fault;
import io.creditmigration.testkit.simulation.Step.Kind;
import io.creditmigration.testkit.simulation.Step.Meanwhile;
import io.creditmigration.testkit.simulation.Step.Nested;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * An application, its users, and what happens to them: all of it drawn from one seed, before anything is run.
 *
 * @param seed the seed
 * @param setting which regime the users move from
 * @param migrations one migration, or two of which the later one follows
 * @param users the users; the last {@code late} of them register while the history goes on
 * @param late how many register later
 * @param refused the place of a user whose changes the store refuses; −1 where there is none
 * @param steps what happens, in order
 */
record Scenario(
        long seed,
        Setting setting,
        List<Migration> migrations,
        List<SeedUser> users,
        int late,
        int refused,
        List<Step> steps) {

    static final Instant CUT_OFF = Instant.parse("2026-01-06T00:00:00Z");
    static final Instant SECOND_CUT_OFF = CUT_OFF.plus(Duration.ofDays(30));
    static final CreditRate LAST_RATE = CreditRate.of(1_500);
    static final int NODES = 3;

    private static final List<String> NAMES = List.of("ann", "bob", "cem", "dan", "eve", "flo", "gus");
    private static final List<String> AMOUNTS =
            List.of("0", "0", "0.0000", "50", "50.0001", "0.0004", "0.0001", "7.5", "123456789.4321", "-3");
    private static final int DEPTH_MAX = 3;
    private static final int WEIGHTS =
            List.of(Kind.values()).stream().mapToInt(kind -> kind.weight).sum();

    /** The same application with other users' steps, as far as they go. */
    Scenario with(List<Step> otherSteps) {
        return new Scenario(seed, setting, migrations, users, late, refused, otherSteps);
    }

    /** What happens under this seed where the host can convert once, or again. */
    static Scenario of(long seed, boolean canConvertAgain, Setting setting) {
        return new Drawing(seed).scenario(setting, canConvertAgain);
    }

    /** Which regime the users of this seed move from. */
    static Setting setting(long seed) {
        return new SplittableRandom(seed).nextInt(3) == 0 ? Setting.GRANT : Setting.CONVERSION;
    }

    private static final class Drawing {

        private final long seed;
        private final SplittableRandom random;
        private boolean again;

        /** Whether the second migration is registered by now, which ends the first. */
        private boolean hasSecond;

        private int users;

        Drawing(long seed) {
            this.seed = seed;
            this.random = new SplittableRandom(~seed);
        }

        Scenario scenario(Setting setting, boolean canConvertAgain) {
            again = canConvertAgain && setting == Setting.CONVERSION && random.nextBoolean();
            List<Migration> migrations = setting == Setting.GRANT ? grants() : conversions();
            users = 3 + random.nextInt(3);
            List<SeedUser> people = new ArrayList<>();
            for (int i = 0; i < users; i++) {
                people.add(person(NAMES.get(i), setting));
            }
            int late = random.nextInt(2);
            int refused = random.nextInt(5) == 0 ? random.nextInt(users) : -1;
            List<Step> steps = new ArrayList<>();
            int count = 10 + random.nextInt(25);
            for (int i = 0; i < count; i++) {
                hasSecond = again && i >= count / 3;
                steps.add(step(0, random.nextInt(users), random.nextInt(2)));
            }
            return new Scenario(seed, setting, migrations, people, late, refused, steps);
        }

        private List<Migration> grants() {
            List<Migration> grants = new ArrayList<>();
            grants.add(Migration.named("grant")
                    .cutOff(CUT_OFF)
                    .policy(CreditPolicy.initialGrant())
                    .build());
            return grants;
        }

        private List<Migration> conversions() {
            List<Migration> conversions = new ArrayList<>();
            conversions.add(conversion("rate-2500", CUT_OFF, HostApplication.OLD_RATE, HostApplication.NEW_RATE)
                    .build());
            if (again) {
                conversions.add(conversion("rate-1500", SECOND_CUT_OFF, HostApplication.NEW_RATE, LAST_RATE)
                        .after("rate-2500")
                        .build());
            }
            return conversions;
        }

        private Migration.Builder conversion(String id, Instant cutOff, CreditRate from, CreditRate to) {
            return Migration.named(id)
                    .cutOff(cutOff)
                    .policy(CreditPolicy.convert(from, to))
                    .consent(random.nextBoolean() ? Consent.CONFIRM_POSITIVE : Consent.NONE);
        }

        private SeedUser person(String name, Setting setting) {
            SeedUser person = user(name).refCredits(oneOf(List.of("0", "7.5")));
            int registered = random.nextInt(8);
            if (registered < 6) {
                Instant at = registered < 4
                        ? CUT_OFF.minus(Duration.ofHours(random.nextInt(24 * 50)))
                        : CUT_OFF.plus(Duration.ofDays(random.nextInt(40)));
                person = person.registeredAt(at);
            }
            if (random.nextInt(setting == Setting.GRANT ? 2 : 10) > 0) {
                person = person.credits(oneOf(AMOUNTS));
            }
            if (setting == Setting.GRANT) {
                return person.rateLimit(5 + random.nextInt(3)).operations(operations());
            }
            if (random.nextInt(8) == 0) {
                person = person.reserved("2.5");
            }
            if (random.nextInt(8) == 0) {
                person = person.exempt();
            }
            // What a host's own flag means to a second migration depends on where the host keeps it.
            person = !again && random.nextInt(8) == 0 ? person.flagged() : person;
            return person.rate(Arithmetic.firstRate(person).toPlainString());
        }

        /** None, a few, or so many in so few days that it is more than ten a day. */
        private Instant[] operations() {
            int count = oneOf(List.of(0, 3, 20, 31));
            int hours = oneOf(List.of(20, 24 * 2, 24 * 40));
            Instant[] at = new Instant[count];
            for (int i = 0; i < count; i++) {
                at[i] = CUT_OFF.minus(Duration.ofMinutes(1 + random.nextInt(hours * 60)));
            }
            return at;
        }

        /** Most of what happens meanwhile concerns the same user in the same migration: that is where it can do harm. */
        private Step step(int depth, int aboutUser, int aboutMigration) {
            int user = random.nextInt(10) < 7 ? aboutUser : random.nextInt(users);
            int migration = !hasSecond ? 0 : random.nextInt(10) < 7 ? aboutMigration : random.nextInt(2);
            Kind kind = kind();
            List<Meanwhile> meanwhile = new ArrayList<>();
            if (!kind.isHosts() && depth < DEPTH_MAX && random.nextInt(3 + depth) < 2) {
                for (int left = 1 + random.nextInt(3); left > 0; left--) {
                    meanwhile.add(meanwhile(depth, kind, user, migration));
                }
            }
            return new Step(kind, random.nextInt(NODES), migration, user, random.nextInt(1_000), meanwhile);
        }

        private Meanwhile meanwhile(int depth, Kind during, int user, int migration) {
            int call = oneOf(List.of(1, 2, 2, 2, 3, 4, 5, 8));
            boolean after = random.nextInt(3) == 0;
            // Who is locked is not done anything to until the lock is gone: that would be a deadlock.
            boolean nested = random.nextInt(10) < 6 && during != Kind.PAGE_WHILE_LOCKED;
            return new Meanwhile(
                    call,
                    after,
                    nested ? new Nested(step(depth + 1, user, migration)) : oneOf(List.of(Fault.values())));
        }

        private Kind kind() {
            int at = random.nextInt(WEIGHTS);
            for (Kind kind : Kind.values()) {
                at -= kind.weight;
                if (at < 0) {
                    return kind;
                }
            }
            throw new IllegalStateException("The weights do not add up");
        }

        private <T> T oneOf(List<T> choices) {
            return choices.get(random.nextInt(choices.size()));
        }
    }
}
