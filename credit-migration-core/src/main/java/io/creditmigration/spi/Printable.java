package io.creditmigration.spi;

import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Makes a text of the host's fit for a line of a log or a terminal: ids, names and error messages may contain anything. A
 * line break would begin a line that the library has not written, and an escape sequence changes what a terminal shows.
 */
public final class Printable {

    private Printable() {}

    /**
     * The text on one line: line breaks, other control characters, invisible formatting and halves of characters as
     * {@code \n}, {@code \r}, {@code \t} or {@code \}{@code uXXXX}. A text without them is answered as it is.
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
            switch (point) {
                case '\n' -> line.append("\\n");
                case '\r' -> line.append("\\r");
                case '\t' -> line.append("\\t");
                default -> {
                    for (char half : Character.toChars(point)) {
                        line.append("\\u").append(HexFormat.of().toHexDigits(half));
                    }
                }
            }
        });
        return line.toString();
    }

    private static boolean isEscaped(int point) {
        return switch (Character.getType(point)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE -> true;
            default -> false;
        };
    }
}
