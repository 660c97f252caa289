package io.creditmigration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A host's policy under its own name and version. */
final class NamedPolicyTest {

    private static final CreditPolicy FOUNDERS = user -> Allocation.of(Credits.of(100), "founder " + user.userId());

    @Test
    void a_policy_without_a_name_is_taken_by_no_migration() {
        assertThat(FOUNDERS.atScale(0)).isSameAs(FOUNDERS);
        assertThatThrownBy(() -> Migration.named("founders").policy(FOUNDERS))
                .isInstanceOf(InvalidValueException.class)
                .hasMessageContaining("call named(");
    }

    @Test
    void a_named_policy_decides_as_before_under_its_name() {
        CreditPolicy named = FOUNDERS.named("founders", 3);

        assertThat(named.definition()).isEqualTo("founders v3");
        assertThat(named.allocate(UserSnapshot.of("ann"))).isEqualTo(Allocation.of(Credits.of(100), "founder ann"));
    }

    @Test
    void a_named_policy_has_to_fit_the_balance_column_too() {
        CreditPolicy named = UsageTiers.of(Credits.of("0.5")).named("halves", 1);

        assertThat(named.atScale(1)).isEqualTo(named);
        assertThatThrownBy(() -> named.atScale(0))
                .isInstanceOf(InvalidValueException.class)
                .hasMessageStartingWith("granted credits is '0.5'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "two words", "a;b"})
    void a_name_that_is_none_is_refused(String name) {
        assertThatThrownBy(() -> FOUNDERS.named(name, 1))
                .isInstanceOf(InvalidValueException.class)
                .hasMessageStartingWith("policy name is '" + name + "'; allowed: 1 to 64 letters");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1})
    void a_version_below_1_is_refused(int version) {
        assertThatThrownBy(() -> FOUNDERS.named("founders", version))
                .isInstanceOf(InvalidValueException.class)
                .hasMessage("policy version is '" + version + "'; allowed: 1 or more");
    }
}
