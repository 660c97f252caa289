package io.creditmigration;

import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What may stand as a name or an id in tables, logs and error messages. */
final class Names {

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
    private static final int USER_ID_LENGTH_MAX = 255;

    private Names() {}

    static String check(String what, String name) {
        given(what, name);
        if (!NAME.matcher(name).matches()) {
            throw new InvalidValueException(
                    what, name, "1 to 64 letters, digits, '.', '_' and '-', beginning with a letter or digit");
        }
        return name;
    }

    static String checkUserId(String userId) {
        if (userId == null) {
            throw new InvalidValueException("user id", "null", "1 to " + USER_ID_LENGTH_MAX + " characters");
        }
        if (userId.isEmpty()
                || userId.length() > USER_ID_LENGTH_MAX
                || userId.indexOf('\0') >= 0
                || hasHalfOfACharacter(userId)) {
            throw new InvalidValueException(
                    "user id",
                    userId,
                    "1 to " + USER_ID_LENGTH_MAX + " characters, none of them NUL or half of a pair");
        }
        return userId;
    }

    /** In UTF-8 such a half becomes a question mark, and the id that of somebody else. */
    private static boolean hasHalfOfACharacter(String text) {
        for (int at = 0; at < text.length(); at++) {
            if (Character.isSurrogate(text.charAt(at))) {
                boolean whole =
                        at + 1 < text.length() && Character.isSurrogatePair(text.charAt(at), text.charAt(at + 1));
                if (!whole) {
                    return true;
                }
                at++;
            }
        }
        return false;
    }

    /** Callers without null checks of their own get an error that says what is missing. */
    static <T> T given(String what, @Nullable T value) {
        if (value == null) {
            throw new InvalidValueException(what, "null", "a value");
        }
        return value;
    }

    static String checkText(String what, String text, int lengthMax) {
        given(what, text);
        if (text.isBlank() || text.length() > lengthMax || text.indexOf('\0') >= 0) {
            throw new InvalidValueException(
                    what, text, "1 to " + lengthMax + " characters, not blank, none of them NUL");
        }
        return text;
    }

    /** The text with each character that a log or a terminal would obey, or not show, written as its number. */
    static String visible(String text) {
        StringBuilder visible = new StringBuilder(text.length());
        text.codePoints().forEach(character -> {
            switch (Character.getType(character)) {
                case Character.CONTROL,
                        Character.FORMAT,
                        Character.LINE_SEPARATOR,
                        Character.PARAGRAPH_SEPARATOR,
                        Character.SURROGATE,
                        Character.UNASSIGNED -> visible.append(String.format(Locale.ROOT, "\\u{%X}", character));
                default -> visible.appendCodePoint(character);
            }
        });
        return visible.toString();
    }
}
