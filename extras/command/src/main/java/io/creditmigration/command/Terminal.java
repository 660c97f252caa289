package io.creditmigration.command;

import java.io.Console;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Whoever sits before the command, if anybody does. */
final class Terminal {

    private Terminal() {}

    /** Whether input and output are a terminal. Since JDK 22 there may be a console where there is none; it tells. */
    @SuppressWarnings("SystemConsoleNull")
    static boolean isThere() {
        Console console = System.console();
        if (console == null) {
            return false;
        }
        try {
            return (boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (ReflectiveOperationException e) {
            return true;
        }
    }

    /** Whether colours are wanted, by the convention of no-color.org. */
    static boolean hasColours() {
        String noColor = System.getenv("NO_COLOR");
        return isThere() && (noColor == null || noColor.isEmpty()) && !"dumb".equals(System.getenv("TERM"));
    }

    /**
     * Whether the answer to this question is yes.
     *
     * @throws CommandFailure when the terminal is gone
     */
    static boolean agrees(String question) {
        String answer = console().readLine("%s [y/N] ", question);
        return switch (answered(answer).strip().toLowerCase(Locale.ROOT)) {
            case "y", "yes" -> true;
            default -> false;
        };
    }

    /** A secret, typed without an echo. */
    static String secret(String prompt) {
        char[] typed = console().readPassword("%s: ", prompt);
        return answered(typed == null ? null : new String(typed));
    }

    private static String answered(@Nullable String answer) {
        if (answer == null) {
            throw CommandFailure.usage("the terminal ended before it answered; nothing was written");
        }
        return answer;
    }

    @SuppressWarnings("SystemConsoleNull")
    private static Console console() {
        Console console = System.console();
        if (console == null) {
            throw CommandFailure.usage("there is no terminal to ask");
        }
        return console;
    }
}
