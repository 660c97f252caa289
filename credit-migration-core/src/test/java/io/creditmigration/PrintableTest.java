package io.creditmigration;

import static org.assertj.core.api.Assertions.assertThat;

import io.creditmigration.spi.Printable;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a host has stored begins no line of its own in a log, and commands no terminal. */
final class PrintableTest {

    static Stream<Arguments> texts() {
        return Stream.of(
                Arguments.of("ann", "ann"),
                Arguments.of("Müller 漢字 😀 DOMAIN\\ann", "Müller 漢字 😀 DOMAIN\\ann"),
                Arguments.of("a\nb\r\nc\td", "a\\u{A}b\\u{D}\\u{A}c\\u{9}d"),
                Arguments.of("\u001B[31mred", "\\u{1B}[31mred"),
                Arguments.of("\u009B31m", "\\u{9B}31m"),
                Arguments.of("a\0b\u007F", "a\\u{0}b\\u{7F}"),
                Arguments.of("a\u2028b\u2029c\u0085d", "a\\u{2028}b\\u{2029}c\\u{85}d"),
                Arguments.of("nna\u202E", "nna\\u{202E}"),
                Arguments.of("half \uD83D", "half \\u{D83D}"),
                Arguments.of("tag \uDB40\uDC01", "tag \\u{E0001}"),
                Arguments.of("", ""));
    }

    @ParameterizedTest
    @MethodSource("texts")
    void a_text_stays_on_its_line(String text, String printed) {
        assertThat(Printable.of(text)).isEqualTo(printed);
    }

    @Test
    void nothing_is_printed_as_null() {
        assertThat(Printable.of(null)).isEqualTo("null");
    }
}
