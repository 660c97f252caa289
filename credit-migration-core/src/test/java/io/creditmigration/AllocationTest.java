package io.creditmigration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a policy may answer. */
final class AllocationTest {

    @Test
    void nothing_may_be_given_and_a_long_reason_too() {
        Allocation allocation = Allocation.of(Credits.ZERO, "x".repeat(500));

        assertThat(allocation.credits()).isEqualTo(Credits.ZERO);
        assertThat(allocation.reason()).hasSize(Allocation.REASON_LENGTH_MAX);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "-0.0001"})
    void less_than_nothing_is_refused(String credits) {
        assertThatThrownBy(() -> Allocation.of(Credits.of(credits), "why"))
                .isInstanceOf(InvalidValueException.class)
                .hasMessage("allocated credits is '" + credits + "'; allowed: zero or more");
    }

    @Test
    void no_reason_and_an_over_long_one_are_refused() {
        for (String reason : new String[] {"", " \n", "x".repeat(501)}) {
            assertThatThrownBy(() -> Allocation.of(Credits.of(1), reason))
                    .isInstanceOf(InvalidValueException.class)
                    .hasMessageStartingWith("reason of an allocation is '")
                    .hasMessageEndingWith("allowed: 1 to 500 characters, not blank");
        }
    }
}
