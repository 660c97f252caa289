package io.creditmigration.internal;

import io.creditmigration.InvalidValueException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Checks what callers hand in. An error names the argument, its value and what is allowed. */
public final class Arguments {

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
    private static final int USER_ID_LENGTH_MAX = 255;

    private Arguments() {}

    /** Returns the name if it may stand in tables, logs and messages. */
    public static String requireName(String what, String name) {
        require(what, name);
        if (!NAME.matcher(name).matches()) {
            throw new InvalidValueException(
                    what, name, "1 to 64 letters, digits, '.', '_' and '-', beginning with a letter or digit");
        }
        return name;
    }

    /** Returns the id if a user can have it. */
    public static String requireUserId(String userId) {
        if (userId == null) {
            throw new InvalidValueException("user id", "null", "1 to " + USER_ID_LENGTH_MAX + " characters");
        }
        if (userId.isEmpty()
                || userId.length() > USER_ID_LENGTH_MAX
                || userId.indexOf('\0') >= 0
                || hasUnpairedSurrogate(userId)) {
            throw new InvalidValueException(
                    "user id",
                    userId,
                    "1 to " + USER_ID_LENGTH_MAX + " characters, none of them NUL or half of a pair");
        }
        return userId;
    }

    /** An unpaired surrogate encodes as '?', which could match another user's id. */
    private static boolean hasUnpairedSurrogate(String text) {
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

    /** Returns the value. Null is refused with an error that names the argument. */
    public static <T> T require(String what, @Nullable T value) {
        if (value == null) {
            throw new InvalidValueException(what, "null", "a value");
        }
        return value;
    }

    /** Returns the text if it is not blank and not too long. */
    public static String requireText(String what, String text, int lengthMax) {
        require(what, text);
        if (text.isBlank() || text.length() > lengthMax || text.indexOf('\0') >= 0) {
            throw new InvalidValueException(
                    what, text, "1 to " + lengthMax + " characters, not blank, none of them NUL");
        }
        return text;
    }
}
