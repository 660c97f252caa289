package io.creditmigration;

import io.creditmigration.internal.Arguments;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One named move of the population: what is decided, for whom, and whether they are asked. Immutable.
 *
 * <pre>{@code
 * Migration rate2500 = Migration.named("rate-2500")
 *     .cutOff(Instant.parse("2026-01-06T00:00:00Z"))
 *     .policy(CreditPolicy.convert(CreditRate.of(1_000), CreditRate.of(2_500)))
 *     .build();
 * }</pre>
 *
 * <p>Users registered at or after {@link #newcomersFrom} are not subject: they began in the new regime.
 *
 * <p>The migrations of a population are a chain. The first one names no other; each later one says which one it {@linkplain
 * Builder#after follows}, or runs {@linkplain Builder#beside beside}. A migration ends when the one that follows it begins.
 */
public final class Migration {

    private static final int USUAL_WINDOW_DAYS = 30;
    private static final int WINDOW_DAYS_MAX = 366;
    private static final int DEFINITION_LENGTH_MAX = 1_000;

    private final String id;
    private final Schedule schedule;
    private final int usageWindowDays;
    private final MigrationPolicy policy;
    private final Consent consent;
    private final @Nullable String follows;
    private final @Nullable String beside;

    private Migration(
            String id,
            Schedule schedule,
            int usageWindowDays,
            MigrationPolicy policy,
            Consent consent,
            @Nullable String follows,
            @Nullable String beside) {
        this.id = id;
        this.schedule = schedule;
        this.follows = follows;
        this.beside = beside;
        this.usageWindowDays = usageWindowDays;
        this.policy = policy;
        this.consent = consent;
        if (fingerprint().length() > DEFINITION_LENGTH_MAX) {
            throw new InvalidValueException(
                    "definition",
                    fingerprint(),
                    "at most " + DEFINITION_LENGTH_MAX + " characters; shorten the policy's");
        }
    }

    /** Begins a definition under this id: 1 to 64 letters, digits, {@code .}, {@code _} and {@code -}. */
    public static Builder named(String id) {
        return new Builder(Arguments.requireName("migration id", id));
    }

    /** The migration's name, and the key of all its records. */
    public String id() {
        return id;
    }

    /** The usage window ends here. */
    public Instant cutOff() {
        return schedule.cutOff();
    }

    /** Users registered from this instant on began in the new regime and are not subject; the cut-off unless said otherwise. */
    public Instant newcomersFrom() {
        return schedule.newcomersFrom();
    }

    /**
     * Before this instant every trigger answers NOT_BEGUN and writes nothing; the cut-off unless said otherwise. It has come
     * when the clocks of the node and of the database say so.
     */
    public Instant beginsAt() {
        return schedule.beginsAt();
    }

    /** The window over which usage is counted: {@code [cutOff − 30 days, cutOff)} unless said otherwise. */
    public UsageWindow usageWindow() {
        return new UsageWindow(cutOff().minus(Duration.ofDays(usageWindowDays)), cutOff());
    }

    /** What decides the credits. */
    public MigrationPolicy policy() {
        return policy;
    }

    /** The instants together. */
    public Schedule schedule() {
        return schedule;
    }

    /** The migration that this one follows; empty for the first of a population. */
    public Optional<String> follows() {
        return Optional.ofNullable(follows);
    }

    /** The migration that this one runs beside; empty where it runs beside none. */
    public Optional<String> runsBeside() {
        return Optional.ofNullable(beside);
    }

    /** Whether users with credits must confirm. */
    public Consent consent() {
        return consent;
    }

    /** The policy where this migration converts balances to another rate; empty where it grants. */
    public Optional<RateConversion> conversion() {
        return policy instanceof RateConversion conversion ? Optional.of(conversion) : Optional.empty();
    }

    /**
     * All that decides what users get but the {@linkplain #schedule instants}, in one readable line. Registering stores it; the
     * same id with another fingerprint is refused.
     */
    public String fingerprint() {
        return policy.definition() + "; window=" + usageWindowDays + "d; consent=" + consent
                + (follows == null ? "" : "; after=" + follows)
                + (beside == null ? "" : "; beside=" + beside);
    }

    /** This migration for balances of at most so many decimals. */
    Migration atScale(int balanceScale) {
        return new Migration(id, schedule, usageWindowDays, policy.atScale(balanceScale), consent, follows, beside);
    }

    /** This migration with these instants. */
    Migration at(Schedule stored) {
        return new Migration(id, stored, usageWindowDays, policy, consent, follows, beside);
    }

    /** Collects a definition; {@link #build} refuses an incomplete one. */
    public static final class Builder {

        private final String id;
        private @Nullable Instant cutOff;
        private @Nullable Instant newcomersFrom;
        private @Nullable Instant beginsAt;
        private @Nullable MigrationPolicy policy;
        private @Nullable Consent consent;
        private @Nullable String follows;
        private @Nullable String beside;
        private int usageWindowDays = USUAL_WINDOW_DAYS;

        private Builder(String id) {
            this.id = id;
        }

        /** Mandatory: when the usage window ends, and, unless said otherwise, the new regime begins. At most microseconds. */
        public Builder cutOff(Instant newCutOff) {
            this.cutOff = micros("cut-off", newCutOff);
            return this;
        }

        /** Users registered from here on begin in the new regime; the cut-off unless said otherwise. At most microseconds. */
        public Builder newcomersFrom(Instant instant) {
            this.newcomersFrom = micros("newcomers from", instant);
            return this;
        }

        /**
         * Nobody migrates before this instant; the cut-off unless it is later. Where it is later, {@link #newcomersFrom} has
         * to be said: sign-ups in between are of the old regime or of the new one. At most microseconds.
         */
        public Builder beginsAt(Instant instant) {
            this.beginsAt = micros("beginning", instant);
            return this;
        }

        private static Instant micros(String what, Instant instant) {
            if (!Arguments.require(what, instant).equals(instant.truncatedTo(ChronoUnit.MICROS))) {
                throw new InvalidValueException(what, instant, "an instant of whole microseconds");
            }
            return instant;
        }

        /** Mandatory, this or a conversion: a grant, whose credits are added. Of the host's own, it has a name. */
        public Builder policy(CreditPolicy grant) {
            if (Arguments.require("policy", grant).definition().equals(CreditPolicy.UNNAMED)) {
                throw new InvalidValueException(
                        "policy of migration " + id,
                        CreditPolicy.UNNAMED,
                        "one with a name and version, so that two nodes with two rules are told apart: call named(\"…\", 1)");
            }
            this.policy = grant;
            return this;
        }

        /** Mandatory, this or a grant: a conversion, which replaces the balance. */
        public Builder policy(RateConversion conversion) {
            this.policy = Arguments.require("policy", conversion);
            return this;
        }

        /**
         * This migration follows the one of this id, and ends it when it begins. Of a population's migrations only the first
         * names none. Where nothing is registered yet, any id is accepted.
         */
        public Builder after(String migrationId) {
            this.follows = Arguments.requireName("migration to follow", migrationId);
            return this;
        }

        /**
         * This migration runs beside the one of this id, and ends nothing: a grant beside a conversion, or the rows of another
         * tenant in the same table.
         */
        public Builder beside(String migrationId) {
            this.beside = Arguments.requireName("migration to run beside", migrationId);
            return this;
        }

        /** Whether users with credits must confirm; unless said otherwise, conversions ask and grants do not. */
        public Builder consent(Consent newConsent) {
            this.consent = Arguments.require("consent", newConsent);
            return this;
        }

        /** The length of the usage window in days, 1 to 366; 30 unless said otherwise. */
        public Builder usageWindowDays(int days) {
            if (days < 1 || days > WINDOW_DAYS_MAX) {
                throw new InvalidValueException("usage window in days", days, "1 to " + WINDOW_DAYS_MAX);
            }
            this.usageWindowDays = days;
            return this;
        }

        /**
         * The definition.
         *
         * @throws InvalidValueException when the cut-off or the policy is missing
         */
        public Migration build() {
            if (cutOff == null) {
                throw new InvalidValueException("cut-off of migration " + id, "missing", "an instant; it is mandatory");
            }
            if (policy == null) {
                throw new InvalidValueException(
                        "policy of migration " + id, "missing", "a CreditPolicy; it is mandatory");
            }
            Consent rule = consent;
            if (rule == null) {
                rule = policy instanceof RateConversion ? Consent.CONFIRM_POSITIVE : Consent.NONE;
            }
            Instant begins = beginsAt == null ? cutOff : beginsAt;
            if (begins.isBefore(cutOff)) {
                throw new InvalidValueException(
                        "beginning of migration " + id, begins, "the cut-off " + cutOff + " or later");
            }
            if (newcomersFrom == null && !begins.equals(cutOff)) {
                throw new InvalidValueException(
                        "newcomersFrom of migration " + id,
                        "missing",
                        "an instant; it must be said where the migration begins later than the cut-off");
            }
            if (follows != null && beside != null) {
                throw new InvalidValueException(
                        "place of migration " + id, "after " + follows + " and beside " + beside, "one of the two");
            }
            if (id.equals(follows) || id.equals(beside)) {
                throw new InvalidValueException("place of migration " + id, id, "the id of another migration");
            }
            Schedule schedule = new Schedule(cutOff, newcomersFrom == null ? cutOff : newcomersFrom, begins);
            return new Migration(id, schedule, usageWindowDays, policy, rule, follows, beside);
        }
    }
}
