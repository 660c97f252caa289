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
                Arguments.of("a\nb\r\nc\td", "a\\nb\\r\\nc\\td"),
                Arguments.of("\u001B[31mred", "\\u001b[31mred"),
                Arguments.of("\u009B31m", "\\u009b31m"),
                Arguments.of("a\0b\u007F", "a\\u0000b\\u007f"),
                Arguments.of("a\u2028b\u2029c\u0085d", "a\\u2028b\\u2029c\\u0085d"),
                Arguments.of("nna\u202E", "nna\\u202e"),
                Arguments.of("half \uD83D", "half \\ud83d"),
                Arguments.of("tag \uDB40\uDC01", "tag \\udb40\\udc01"),
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
