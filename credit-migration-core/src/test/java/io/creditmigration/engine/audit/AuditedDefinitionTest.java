package io.creditmigration.engine.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.creditmigration.Allocation;
import io.creditmigration.Consent;
import io.creditmigration.CreditPolicy;
import io.creditmigration.CreditRate;
import io.creditmigration.Credits;
import io.creditmigration.Fixture;
import io.creditmigration.Migration;
import io.creditmigration.Usage;
import io.creditmigration.UsageTiers;
import io.creditmigration.UserSnapshot;
import io.creditmigration.engine.audit.AuditedDefinition.Conversion;
import java.math.BigDecimal;
import java.math.RoundingMode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a verification reads from the text of a definition. */
final class AuditedDefinitionTest {

    @Test
    void a_conversion_says_rates_decimals_and_rounding() {
        Migration migration = Migration.named("rate")
                .cutOff(Fixture.CUT_OFF)
                .policy(CreditPolicy.convert(CreditRate.of("1000.5"), CreditRate.of(2_500))
                        .scale(2)
                        .rounding(RoundingMode.FLOOR))
                .build();

        AuditedDefinition definition = AuditedDefinition.of(migration);

        assertThat(definition.conversion())
                .isEqualTo(new Conversion(new BigDecimal("1000.5"), new BigDecimal("2500"), 2, RoundingMode.FLOOR));
        assertThat(definition.converts()).isTrue();
        assertThat(definition.oldRate()).isEqualTo(new BigDecimal("1000.5"));
        assertThat(definition.newRate()).isEqualTo(new BigDecimal("2500"));
        assertThat(definition.allocated(1, 1)).isNull();
    }

    @ParameterizedTest
    @CsvSource({"0, 1", "0, 30", "10, 1", "11, 1", "20, 1", "21, 1", "300, 30", "301, 30", "600, 30", "601, 30"})
    void the_built_in_grant_allocates_what_its_policy_does(long operations, int days) {
        UsageTiers policy = CreditPolicy.initialGrant().above(20, Credits.of("77.5"));
        AuditedDefinition definition = AuditedDefinition.of(Fixture.grant(policy, Consent.NONE));

        Usage usage = new Usage(operations, days, 0, operations);

        assertThat(definition.converts()).isFalse();
        assertThat(definition.allocated(operations, days))
                .isEqualByComparingTo(policy.allocate(UserSnapshot.of("ann").withUsage(usage))
                        .credits()
                        .amount());
    }

    @Test
    void a_policy_of_the_hosts_own_says_nothing_that_could_be_computed_again() {
        CreditPolicy seven = user -> Allocation.of(Credits.of(7), "seven");

        assertThat(AuditedDefinition.of(Fixture.grant(seven, Consent.NONE)).allocated(1, 1))
                .isNull();
        assertThat(AuditedDefinition.of(Fixture.grant(seven, Consent.NONE)).newRate())
                .isNull();
    }
}
