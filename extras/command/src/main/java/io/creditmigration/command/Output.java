package io.creditmigration.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.math.BigDecimal;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a command has to say: lines for people, or one JSON object for scripts, of which the lines are then left out. What is
 * about the command itself, its progress and its questions, is for people in either case, and goes to standard error.
 */
final class Output {

    private static final int COLUMNS = 80;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final boolean json;
    private final boolean quiet;
    private final PrintWriter out;
    private final PrintWriter err;
    private Map<String, @Nullable Object> fields = new LinkedHashMap<>();

    Output(boolean json, boolean quiet, PrintWriter out, PrintWriter err) {
        this.json = json;
        this.quiet = quiet;
        this.out = out;
        this.err = err;
    }

    static String number(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    /** So many of something: {@code 1 user}, {@code 2,000 users}. */
    static String count(long number, String one) {
        return number(number) + " " + one + (number == 1 ? "" : "s");
    }

    /** An amount with thousands separators, and all decimals that it has. */
    static String amount(BigDecimal amount) {
        DecimalFormat format = new DecimalFormat("#,##0", DecimalFormatSymbols.getInstance(Locale.ROOT));
        format.setMaximumFractionDigits(Math.max(0, amount.stripTrailingZeros().scale()));
        return format.format(amount);
    }

    boolean isJson() {
        return json;
    }

    /** A field of the JSON object. */
    void field(String name, @Nullable Object value) {
        fields.put(name, value);
    }

    /** A line for people. */
    void say(String line) {
        if (!json && !quiet) {
            out.println(line.stripTrailing());
            out.flush();
        }
    }

    /** Says that without {@code --apply} it stays with having been shown. */
    void onlyShown() {
        heading("Nothing was written. To do it, add --apply.");
    }

    /** A line of a list for people, continued below itself where it is longer than a terminal is wide. */
    void item(String words) {
        wrapped("  " + words);
    }

    /** A line for people, continued below itself where it is longer than a terminal is wide. */
    void wrapped(String words) {
        StringBuilder line = new StringBuilder();
        for (String word : words.split("(?<=\\S) (?=\\S)", -1)) {
            if (line.length() + 1 + word.length() > COLUMNS && !line.toString().isBlank()) {
                say(line.toString());
                line = new StringBuilder("   ");
            }
            line.append(line.isEmpty() ? "" : " ").append(word);
        }
        say(line.toString());
    }

    void heading(String words) {
        say("");
        say(words);
    }

    /** Lines for people, in columns; columns after the first are aligned to the right where the row says so. */
    void table(List<List<String>> rows) {
        int columns = rows.stream().mapToInt(List::size).max().orElse(0);
        int[] widths = new int[columns];
        rows.forEach(row -> {
            for (int i = 0; i < row.size(); i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        });
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder(" ");
            for (int i = 0; i < row.size(); i++) {
                String cell = row.get(i);
                String pad = " ".repeat(widths[i] - cell.length());
                line.append(' ')
                        .append(isNumber(cell) ? pad + cell : cell + pad)
                        .append(' ');
            }
            say(line.toString());
        }
    }

    /** A line about the command itself, whoever reads. */
    void note(String line) {
        if (!quiet) {
            error(line);
        }
    }

    /** A line about what went wrong, even where nothing else is wanted. */
    void error(String line) {
        err.println(line);
        err.flush();
    }

    /** Something on the terminal that is written over by what comes next. */
    void overwrite(String line) {
        if (!quiet) {
            err.print(line);
            err.flush();
        }
    }

    /** Ends the JSON object, if that is what is wanted. */
    void end(String command, ExitCode exitCode, @Nullable String error) {
        if (!json) {
            return;
        }
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        object.put("command", command);
        object.put("outcome", exitCode.name());
        object.put("exitCode", exitCode.number());
        if (error != null) {
            object.put("error", error);
        }
        object.putAll(fields);
        out.println(json(object));
        out.flush();
        fields = new LinkedHashMap<>();
    }

    static String json(Object value) {
        try {
            return JSON.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("No JSON of " + value.getClass(), e);
        }
    }

    private static boolean isNumber(String cell) {
        return !cell.isEmpty() && cell.chars().allMatch(c -> Character.isDigit(c) || ",.-+% ".indexOf(c) >= 0);
    }
}
