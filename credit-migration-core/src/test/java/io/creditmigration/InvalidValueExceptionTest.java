package io.creditmigration;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The one form of every refusal: what, its value, what is allowed. */
final class InvalidValueExceptionTest {

    @Test
    void the_message_names_the_thing_its_value_and_what_is_allowed() {
        InvalidValueException refused = new InvalidValueException("page size", 0, "1 to 10000 users");

        assertThat(refused)
                .hasMessage("page size is '0'; allowed: 1 to 10000 users")
                .hasNoCause();
        assertThat(refused.what()).isEqualTo("page size");
        assertThat(refused.value()).isEqualTo("'0'");
        assertThat(refused.allowed()).isEqualTo("1 to 10000 users");
    }

    @Test
    void a_value_of_80_characters_is_shown_whole() {
        assertThat(new InvalidValueException("text", "x".repeat(80), "less").value())
                .isEqualTo("'" + "x".repeat(80) + "'");
    }

    @Test
    void a_longer_value_is_cut_and_its_length_said() {
        InvalidValueException refused = new InvalidValueException("text", "x".repeat(80) + "y", "less");

        assertThat(refused.value()).isEqualTo("'" + "x".repeat(80) + "…' (81 characters)");
        assertThat(refused).hasMessage("text is '" + "x".repeat(80) + "…' (81 characters); allowed: less");
    }

    @Test
    void a_megabyte_of_a_value_does_not_reach_the_log() {
        assertThat(new InvalidValueException("text", "x".repeat(1_000_000), "less").getMessage())
                .hasSizeLessThan(200);
    }

    @Test
    void a_value_cannot_write_a_line_of_its_own_into_a_log() {
        assertThat(new InvalidValueException("user id", "ann\n2026-01-06 INFO paid", "less").value())
                .isEqualTo("'ann\\u{A}2026-01-06 INFO paid'");
    }
}
