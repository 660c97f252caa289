package io.creditmigration;

import io.creditmigration.spi.Printable;

/** A value that was refused before anything was read or written; the message names it and says what is allowed. */
public final class InvalidValueException extends CreditMigrationException {

    private static final long serialVersionUID = 1L;
    private static final int SHOWN_CHARACTERS_MAX = 80;

    private final String what;
    private final String value;
    private final String allowed;

    /**
     * Refuses a value.
     *
     * @param what the thing that has the value, such as {@code "rate"}
     * @param value the refused value; the message cuts long ones, and writes characters that cannot be seen as numbers
     * @param allowed what would be accepted, in words
     */
    public InvalidValueException(String what, Object value, String allowed) {
        super(what + " is " + shown(value) + "; allowed: " + allowed, null);
        this.what = what;
        this.value = shown(value);
        this.allowed = allowed;
    }

    /** The thing that has the value. */
    public String what() {
        return what;
    }

    /** The refused value as shown in the message: cut after 80 characters, none of them invisible. */
    public String value() {
        return value;
    }

    /** What would be accepted, in words. */
    public String allowed() {
        return allowed;
    }

    private static String shown(Object value) {
        String text = value.toString();
        return text.length() <= SHOWN_CHARACTERS_MAX
                ? "'" + Printable.of(text) + "'"
                : "'" + Printable.of(text.substring(0, SHOWN_CHARACTERS_MAX)) + "…' (" + text.length() + " characters)";
    }
}
