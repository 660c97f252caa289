package io.creditmigration.spi;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Makes a text of the host's fit for a line of a log or a terminal: ids, names and error messages may contain anything. A
 * line break would begin a line that the library has not written, and an escape sequence changes what a terminal shows.
 */
public final class Printable {

    private Printable() {}

    /**
     * The text on one line: line breaks, other control characters, invisible formatting and halves of characters by their
     * number, a line feed as {@code \}{@code u{A}}. A text without them is answered as it is.
     */
    public static String of(@Nullable Object text) {
        String given = String.valueOf(text);
        return given.codePoints().anyMatch(Printable::isEscaped) ? escaped(given) : given;
    }

    private static String escaped(String text) {
        StringBuilder line = new StringBuilder(text.length() + 16);
        text.codePoints().forEach(point -> {
            if (!isEscaped(point)) {
                line.appendCodePoint(point);
                return;
            }
            line.append("\\u{")
                    .append(Integer.toHexString(point).toUpperCase(Locale.ROOT))
                    .append('}');
        });
        return line.toString();
    }

    private static boolean isEscaped(int point) {
        return switch (Character.getType(point)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE,
                    Character.UNASSIGNED -> true;
            default -> false;
        };
    }
}
