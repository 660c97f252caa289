package io.creditmigration.benchmarks;

import io.creditmigration.Consent;
import io.creditmigration.CreditPolicy;
import io.creditmigration.CreditRate;
import io.creditmigration.Migration;
import io.creditmigration.RunScope;
import io.creditmigration.jdbc.HostTables;
import java.time.Instant;

/** What every contender is to do. */
enum Job {
    GRANT("A", "grant 20 or 50 credits by usage"),
    GRANT_WITH_HISTORY("A+history", "grant, and operations become entries"),
    ZERO_CREDITS("B", "new rate, users without credits only"),
    EVERYBODY("B2", "new rate, everybody");

    static final Instant CUT_OFF = Instant.parse("2026-01-06T00:00:00Z");

    private static final HostTables GRANTED = HostTables.users("users")
            .id("id")
            .ownAccounts()
            .registeredAt("registered_at")
            .operations("operations", "id", "user_id", "made_at");
    private static final HostTables CONVERTED = HostTables.users("users")
            .id("id")
            .balance("credits")
            .flag("migrated")
            .registeredAt("registered_at")
            .exempt("role", "admin");

    private final String label;
    private final String words;

    Job(String label, String words) {
        this.label = label;
        this.words = words;
    }

    /** The name in tables and plots. */
    String label() {
        return label;
    }

    String words() {
        return words;
    }

    boolean grants() {
        return this == GRANT || this == GRANT_WITH_HISTORY;
    }

    HostTables tables() {
        return switch (this) {
            case GRANT -> GRANTED.withoutHistory();
            case GRANT_WITH_HISTORY -> GRANTED;
            case ZERO_CREDITS, EVERYBODY -> CONVERTED;
        };
    }

    Migration migration() {
        Migration.Builder builder = Migration.named(migrationId()).cutOff(CUT_OFF);
        return grants()
                ? builder.policy(CreditPolicy.initialGrant()).build()
                : builder.policy(CreditPolicy.convert(CreditRate.of(1_000), CreditRate.of(2_500)))
                        .consent(this == EVERYBODY ? Consent.NONE : Consent.CONFIRM_POSITIVE)
                        .build();
    }

    RunScope scope() {
        return this == ZERO_CREDITS ? RunScope.zeroCreditsOnly() : RunScope.everyone();
    }

    /** The same in everybody's records. */
    String migrationId() {
        return grants() ? "credits" : "rate-2500";
    }
}
