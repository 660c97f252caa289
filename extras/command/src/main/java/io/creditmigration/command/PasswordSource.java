package io.creditmigration.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where a password is: never in an argument, in the configuration, or in a log.
 *
 * @param kind what kind of place
 * @param name the variable or file; empty for the others
 */
record PasswordSource(Kind kind, String name) {

    /** Kinds of places. */
    enum Kind {
        ENVIRONMENT,
        FILE,
        PROMPT,
        NONE
    }

    static final String ALLOWED = "env:VARIABLE, file:PATH, prompt or none";
    static final String DATABASE = "database";
    static final String USUAL_VARIABLE = "CREDIT_MIGRATION_PASSWORD";

    /** The usual variable where it is set, otherwise a question. */
    static PasswordSource usual() {
        return System.getenv(USUAL_VARIABLE) == null
                ? new PasswordSource(Kind.PROMPT, "")
                : new PasswordSource(Kind.ENVIRONMENT, USUAL_VARIABLE);
    }

    /** As it is written; the message does not repeat what may be a password. */
    static PasswordSource parse(String text) {
        if (text.equals("prompt")) {
            return new PasswordSource(Kind.PROMPT, "");
        }
        if (text.equals("none")) {
            return new PasswordSource(Kind.NONE, "");
        }
        if (text.startsWith("env:") && text.length() > 4) {
            return new PasswordSource(Kind.ENVIRONMENT, text.substring(4));
        }
        if (text.startsWith("file:") && text.length() > 5) {
            return new PasswordSource(Kind.FILE, text.substring(5));
        }
        throw CommandFailure.usage("password-from says where the password is; allowed: " + ALLOWED);
    }

    /** As it is written in a configuration. */
    String written() {
        return switch (kind) {
            case ENVIRONMENT -> "env:" + name;
            case FILE -> "file:" + name;
            case PROMPT -> "prompt";
            case NONE -> "none";
        };
    }

    /**
     * The password; null where there is none.
     *
     * @param whose what it is for, the database or the mail server
     */
    @Nullable
    String read(String whose, @Nullable String user) {
        return switch (kind) {
            case NONE -> null;
            case ENVIRONMENT -> {
                String value = System.getenv(name);
                if (value == null) {
                    throw CommandFailure.usage("the environment variable " + name + ", which has the " + whose
                            + "'s password, is not set; set it, or see password-from");
                }
                yield value;
            }
            case FILE -> fromFile(whose);
            case PROMPT -> {
                if (!Terminal.isThere()) {
                    throw CommandFailure.usage(
                            "the " + whose + "'s password is asked for on a terminal, and there is none; "
                                    + (whose.equals(DATABASE) ? "set " + USUAL_VARIABLE + ", or " : "")
                                    + "see password-from");
                }
                yield Terminal.secret("Password of " + whose + " user " + (user == null ? "(none)" : user));
            }
        };
    }

    private String fromFile(String whose) {
        try {
            return Files.readString(Path.of(name)).lines().findFirst().orElse("");
        } catch (IOException e) {
            throw CommandFailure.usage("the file " + name + ", which has the " + whose + "'s password, cannot be read");
        }
    }
}
