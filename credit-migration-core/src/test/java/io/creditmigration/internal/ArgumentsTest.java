package io.creditmigration.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.creditmigration.InvalidValueException;
import io.creditmigration.spi.Printable;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which names, user ids and texts are accepted. */
final class ArgumentsTest {

    static Stream<String> userIds() {
        return Stream.of(
                "7",
                "007",
                "-1",
                "ann@example.org",
                "0b9b2c1e-4f4d-4a52-8f0a-2f0f4b1d8a11",
                "😀🧾",
                "دانا",
                "\u202Eright to left",
                "o'brien",
                "\"quoted\"; DROP TABLE users; --",
                "back\\slash",
                "tab\tand\nline",
                "%_*?",
                " ",
                " padded ",
                "x".repeat(255));
    }

    @ParameterizedTest
    @MethodSource("userIds")
    void a_user_id_is_taken_as_it_is(String userId) {
        assertThat(Arguments.requireUserId(userId)).isSameAs(userId);
    }

    @Test
    void a_user_id_of_no_or_too_many_characters_is_refused() {
        assertThatThrownBy(() -> Arguments.requireUserId(null))
                .isInstanceOf(InvalidValueException.class)
                .hasMessage("user id is 'null'; allowed: 1 to 255 characters");
        assertThatThrownBy(() -> Arguments.requireUserId(""))
                .isInstanceOf(InvalidValueException.class)
                .hasMessage("user id is ''; allowed: 1 to 255 characters, none of them NUL or half of a pair");
        assertThatThrownBy(() -> Arguments.requireUserId("x".repeat(256)))
                .isInstanceOf(InvalidValueException.class)
                .hasMessageContaining("(256 characters); allowed: 1 to 255 characters");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"\0", "\0ann", "an\0n", "ann\0", "\uD83D", "\uDE00", "a\uD83Dn", "\uDE00\uD83D", "ann\uD83D"})
    void a_user_id_with_a_nul_or_half_of_a_pair_is_refused(String userId) {
        assertThatThrownBy(() -> Arguments.requireUserId(userId)).isInstanceOf(InvalidValueException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a",
                "7",
                "rate-2500",
                "v1.2_final",
                "Z.",
                "0123456789012345678901234567890123456789012345678901234567890123"
            })
    void a_name_of_letters_digits_and_a_few_signs_is_accepted(String name) {
        assertThat(Arguments.requireName("migration id", name)).isSameAs(name);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "a b",
                ".hidden",
                "-x",
                "_x",
                "a/b",
                "a;b",
                "a'b",
                "é",
                "a\n",
                "01234567890123456789012345678901234567890123456789012345678901234"
            })
    void any_other_name_is_refused(String name) {
        assertThatThrownBy(() -> Arguments.requireName("migration id", name))
                .isInstanceOf(InvalidValueException.class)
                .hasMessage("migration id is '" + Printable.of(name)
                        + "'; allowed: 1 to 64 letters, digits, '.', '_' and '-',"
                        + " beginning with a letter or digit");
    }

    @Test
    void what_is_missing_is_refused_by_name() {
        Arguments.require("quote", "anything");

        assertThatThrownBy(() -> Arguments.require("quote", null))
                .isInstanceOf(InvalidValueException.class)
                .hasMessage("quote is 'null'; allowed: a value");
    }

    @Test
    void a_text_has_to_say_something_and_to_fit() {
        assertThat(Arguments.requireText("reason", "why", 3)).isEqualTo("why");
        for (String text : new String[] {"", "  ", "\n", "long", "a\0b", "\0a"}) {
            assertThatThrownBy(() -> Arguments.requireText("reason", text, 3))
                    .isInstanceOf(InvalidValueException.class)
                    .hasMessage("reason is '" + Printable.of(text)
                            + "'; allowed: 1 to 3 characters, not blank, none of them NUL");
        }
    }

    @Test
    void a_text_in_a_message_obeys_nobody() {
        assertThat(Printable.of("ann\r\n2026 INFO forged \u001b[2J\u202e\u2028\ud83d"))
                .isEqualTo("ann\\u{D}\\u{A}2026 INFO forged \\u{1B}[2J\\u{202E}\\u{2028}\\u{D83D}");
        assertThat(Printable.of("Ánn 安 😀")).isEqualTo("Ánn 安 😀");
    }
}
