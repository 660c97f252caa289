package io.creditmigration.command;

import io.creditmigration.command.HostGuess.Column;
import io.creditmigration.command.HostGuess.Part;
import io.creditmigration.command.HostGuess.Sureness;
import io.creditmigration.command.HostGuess.Table;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A configuration with a comment on everything, in which what was guessed says so, and how sure it is. */
final class ConfigurationText {

    private static final Pattern PLAIN = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
    private static final Set<String> WORDS =
            Set.of("true", "false", "null", "yes", "no", "on", "off", "True", "False", "Null", "NULL", "TRUE", "FALSE");
    private static final int OTHERS_MAX = 5;

    private final Map<String, @Nullable Object> values = new LinkedHashMap<>();
    private final Map<String, Sureness> guesses = new TreeMap<>();

    private ConfigurationText() {}

    /**
     * What is written.
     *
     * @param text the configuration
     * @param guesses the keys whose values were guessed, with how sure that is
     */
    record Written(String text, Map<String, Sureness> guesses) {}

    static Written of(ConnectionSettings connection, HostGuess guess, boolean fromRateLimits, String id) {
        ConfigurationText writing = new ConfigurationText();
        Map<String, @Nullable Object> values = writing.values;
        values.put("url", scalar(connection.url()));
        values.put("user", connection.user() == null ? null : scalar(connection.user()));
        values.put("passwordFrom", connection.password().written());
        values.put("fromRateLimits", fromRateLimits);
        values.put("id", scalar(id));
        values.put("schema", scalar(guess.schema()));
        writing.users(guess, fromRateLimits, connection.isMariaDb());
        writing.parts(guess, fromRateLimits);
        return new Written(Template.of("configuration.yaml").plain(values), writing.guesses);
    }

    /** A scalar as YAML has it; JSON's texts are YAML's. */
    static String scalar(String value) {
        return PLAIN.matcher(value).matches() && !WORDS.contains(value) ? value : Output.json(value);
    }

    private void users(HostGuess guess, boolean fromRateLimits, boolean mariaDb) {
        Table users = guess.users();
        List<String> otherTables = guess.tables().stream()
                .filter(name -> !name.equals(users.name()))
                .limit(OTHERS_MAX)
                .toList();
        values.put("usersTable", guessed("users.table", users.name(), guess.usersSureness(), otherTables));
        values.put("usersId", column("users.id", users.ids(), users.key() != null));
        if (!fromRateLimits) {
            values.put("balance", column("users.balance", users.balances(), false));
            values.put("flag", column("users.flag", users.flags(), false));
            values.put("rate", column("users.rate", users.rates(), false));
        }
        values.put("version", column("users.version", users.versions(), false));
        values.put(
                "noMarker",
                users.flags().isEmpty()
                        && users.rates().isEmpty()
                        && users.versions().isEmpty());
        values.put("registeredAt", column("users.registered-at", users.registrations(), false));
        Part operations = guess.operations();
        if (users.registrations().stream().limit(1).anyMatch(column -> isLocal(column, mariaDb))
                || (operations != null && isLocal(operations.columns().get(0), mariaDb))) {
            guesses.put("users.zone", Sureness.UNSURE);
            values.put("zone", true);
        }
        users.exempts().stream().findFirst().ifPresent(column -> {
            boolean truth =
                    column.typeName().startsWith("bool") || column.typeName().equals("tinyint");
            guesses.put("users.exempt", Sureness.UNSURE);
            values.put("exempt", "{ column: " + scalar(column.name()) + (truth ? "" : ", values: [admin]") + " }");
        });
        users.deletions().stream().findFirst().ifPresent(column -> {
            guesses.put("users.only-without", Sureness.LIKELY);
            values.put("onlyWithout", scalar(column.name()));
        });
        values.put(
                "limit",
                users.limits().isEmpty()
                        ? "rate_limit"
                        : scalar(users.limits().get(0).name()));
    }

    private void parts(HostGuess guess, boolean fromRateLimits) {
        Part operations = guess.operations();
        if (fromRateLimits && operations != null) {
            values.put(
                    "operations",
                    Map.of(
                            "table", guessed("operations.table", operations),
                            "id",
                                    orToDo(column(
                                            "operations.id", operations.table().ids(), true)),
                            "user", guessed("operations.user", operations.user(), operations.sureness(), List.of()),
                            "at", orToDo(column("operations.at", operations.columns(), false))));
        }
        Part accounts = guess.accounts();
        if (accounts != null && (fromRateLimits || guess.users().balances().isEmpty())) {
            values.put(
                    "accounts",
                    Map.of(
                            "table", guessed("accounts.table", accounts),
                            "user", guessed("accounts.user", accounts.user(), accounts.sureness(), List.of()),
                            "balance", orToDo(column("accounts.balance", accounts.columns(), false))));
        }
        Part purchases = guess.purchases();
        if (purchases != null) {
            values.put(
                    "purchases",
                    Map.of(
                            "table", guessed("purchases.table", purchases),
                            "user", guessed("purchases.user", purchases.user(), purchases.sureness(), List.of()),
                            "credits", orToDo(column("purchases.credits", purchases.columns(), false))));
        }
    }

    private static boolean isLocal(Column column, boolean mariaDb) {
        return switch (column.typeName()) {
            case "timestamptz", "timestamp with time zone" -> false;
            case "timestamp" -> !mariaDb;
            default -> true;
        };
    }

    private String guessed(String key, Part part) {
        return guessed(key, part.table().name(), part.sureness(), List.of());
    }

    /** The first of these columns, with the others beside it; null where there is none. */
    private @Nullable String column(String key, List<Column> found, boolean isKey) {
        if (found.isEmpty()) {
            return null;
        }
        Sureness sureness = isKey || found.size() == 1 ? Sureness.SURE : Sureness.LIKELY;
        return guessed(
                key,
                found.get(0).name(),
                sureness,
                found.stream().skip(1).limit(OTHERS_MAX).map(Column::name).toList());
    }

    private static String orToDo(@Nullable String value) {
        return value == null ? "TODO" : value;
    }

    private String guessed(String key, String value, Sureness sureness, List<String> others) {
        guesses.put(key, sureness);
        return scalar(value) + "  # GUESSED, " + sureness.name().toLowerCase(Locale.ROOT)
                + (others.isEmpty()
                        ? ""
                        : "; or "
                                + others.stream()
                                        .map(name -> name.replaceAll("\\R", " "))
                                        .collect(Collectors.joining(", ")));
    }
}
