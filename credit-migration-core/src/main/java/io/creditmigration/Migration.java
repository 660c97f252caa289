package io.creditmigration;

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
 * <p>Users registered at or after the cut-off are not subject: they began in the new regime. Migrations are ordered by
 * their cut-offs; who completed a later one is not subject to an earlier one.
 */
public final class Migration {

    private static final int USUAL_WINDOW_DAYS = 30;
    private static final int WINDOW_DAYS_MAX = 366;
    private static final int DEFINITION_LENGTH_MAX = 1_000;

    private final String id;
    private final Instant cutOff;
    private final int usageWindowDays;
    private final CreditPolicy policy;
    private final Consent consent;

    private Migration(String id, Instant cutOff, int usageWindowDays, CreditPolicy policy, Consent consent) {
        this.id = id;
        this.cutOff = cutOff;
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
        return new Builder(Names.check("migration id", id));
    }

    /** The migration's name, and the key of all its records. */
    public String id() {
        return id;
    }

    /** Users registered from this instant on are not subject; the usage window ends here. */
    public Instant cutOff() {
        return cutOff;
    }

    /** The window over which usage is counted: {@code [cutOff − 30 days, cutOff)} unless said otherwise. */
    public UsageWindow usageWindow() {
        return new UsageWindow(cutOff.minus(Duration.ofDays(usageWindowDays)), cutOff);
    }

    /** What decides the credits. */
    public CreditPolicy policy() {
        return policy;
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
     * All that decides what users get, in one readable line. First use stores it; the same id with another fingerprint is
     * refused.
     */
    public String fingerprint() {
        return policy.definition() + "; cutOff=" + cutOff + "; window=" + usageWindowDays + "d; consent=" + consent;
    }

    /** This migration for balances of at most so many decimals. */
    Migration atScale(int balanceScale) {
        return new Migration(id, cutOff, usageWindowDays, policy.atScale(balanceScale), consent);
    }

    /** Collects a definition; {@link #build} refuses an incomplete one. */
    public static final class Builder {

        private final String id;
        private @Nullable Instant cutOff;
        private @Nullable CreditPolicy policy;
        private @Nullable Consent consent;
        private int usageWindowDays = USUAL_WINDOW_DAYS;

        private Builder(String id) {
            this.id = id;
        }

        /** Mandatory: when the new regime begins for new users. At most microseconds. */
        public Builder cutOff(Instant newCutOff) {
            Names.given("cut-off", newCutOff);
            if (!newCutOff.equals(newCutOff.truncatedTo(ChronoUnit.MICROS))) {
                throw new InvalidValueException("cut-off", newCutOff, "an instant of whole microseconds");
            }
            this.cutOff = newCutOff;
            return this;
        }

        /** Mandatory: what decides the credits. */
        public Builder policy(CreditPolicy newPolicy) {
            this.policy = Names.given("policy", newPolicy);
            return this;
        }

        /** Whether users with credits must confirm; unless said otherwise, conversions ask and grants do not. */
        public Builder consent(Consent newConsent) {
            this.consent = Names.given("consent", newConsent);
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
            return new Migration(id, cutOff, usageWindowDays, policy, rule);
        }
    }
}
