package io.creditmigration.internal;

/** Cuts texts to what the tables hold. */
public final class Texts {

    private Texts() {}

    /** At most this many characters of a text that may hold anything, without NUL, which not every database can keep. */
    public static String storable(String text, int lengthMax) {
        return truncate(text.replace('\0', '\uFFFD'), lengthMax);
    }

    /** At most this many characters, never ending within a surrogate pair. */
    public static String truncate(String text, int lengthMax) {
        if (text.length() <= lengthMax) {
            return text;
        }
        return text.substring(0, Character.isHighSurrogate(text.charAt(lengthMax - 1)) ? lengthMax - 1 : lengthMax);
    }
}
