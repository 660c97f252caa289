package io.creditmigration.command;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Writes a configuration with a comment on everything, in which what was guessed says so. */
final class ConfigurationText {

    private static final Pattern PLAIN = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
    private static final Set<String> WORDS =
            Set.of("true", "false", "null", "yes", "no", "on", "off", "True", "False", "Null", "NULL", "TRUE", "FALSE");

    /** What an operator has to fill in: no instant and no rate, so that it is refused as it is. */
    static final String TO_DO = "TODO";

    private final StringBuilder text = new StringBuilder();
    private final Set<String> guesses = new TreeSet<>();

    private ConfigurationText() {}

    /**
     * What is written.
     *
     * @param text the configuration
     * @param guesses the keys whose values were guessed
     */
    record Written(String text, List<String> guesses) {}

    static Written of(ConnectionSettings connection, HostGuess guess, boolean fromRateLimits, String id) {
        ConfigurationText writing = new ConfigurationText();
        writing.head();
        writing.database(connection);
        writing.users(guess, fromRateLimits, connection);
        if (fromRateLimits) {
            writing.operations(guess);
        }
        writing.migration(fromRateLimits, id);
        writing.rest();
        return new Written(writing.text.toString(), List.copyOf(writing.guesses));
    }

    /** A scalar as YAML has it; JSON's texts are YAML's. */
    static String scalar(String value) {
        return PLAIN.matcher(value).matches() && !WORDS.contains(value) ? value : Output.json(value);
    }

    private void head() {
        line("# What credit-migration works on. Written by 'credit-migration init': look at every line marked");
        line("# GUESSED, and fill in what is " + TO_DO + ". Then: credit-migration schema --apply, analyze, plan.");
    }

    private void database(ConnectionSettings connection) {
        line("");
        line("database:");
        line("  url: " + scalar(connection.url()));
        line(connection.user() == null ? "  # user: shop" : "  user: " + scalar(connection.user()));
        line("  # Where the password is: env:VARIABLE, file:PATH, prompt or none. Never the password itself.");
        line("  password-from: " + connection.password().written());
        line("");
        line("# Where the library's own tables are; these are the defaults.");
        line("# library-tables:");
        line("#   schema: public");
        line("#   prefix: credit_migration_");
    }

    private void users(HostGuess guess, boolean fromRateLimits, ConnectionSettings connection) {
        HostGuess.Table users = guess.users();
        line("");
        line("# Your tables. They stay yours: nothing but balance, marker and what on-migration-set names is written.");
        line("users:");
        line("  schema: " + scalar(guess.schema()));
        guessed(
                "users.table",
                "  table: ",
                users.name(),
                guess.tables().stream()
                        .filter(name -> !name.equals(users.name()))
                        .limit(5)
                        .toList());
        column("users.id", "  id: ", users.ids());
        if (!fromRateLimits) {
            line(
                    "  # Converted in place. With a second column, balance-moves-to, users may buy at the new rate before they");
            line("  # confirm. Whole numbers of the smallest unit: minor-units: 2.");
            column("users.balance", "  balance: ", users.balances());
            line("  # What tells that a balance is at the new rate: a flag, a rate or a version in the same row.");
            if (users.flags().isEmpty()
                    && users.rates().isEmpty()
                    && users.versions().isEmpty()) {
                line("  flag: " + TO_DO + "  # a boolean column; 'flag-value' names another value than true");
            }
            optionalColumn("users.flag", "  flag: ", users.flags(), "migrated");
            optionalColumn("users.rate", "  rate: ", users.rates(), "credit_rate");
        }
        optionalColumn("users.version", "  version: ", users.versions(), "version");
        optionalColumn("users.registered-at", "  registered-at: ", users.registrations(), "created_at");
        zone(guess, connection);
        line("  # Who is never converted and never blocked; asked for with --include-exempt.");
        exempt(users);
        line("  # Only some rows: one tenant's, or those not deleted.");
        line("  # only-with: { tenant: acme }");
        if (users.deletions().isEmpty()) {
            line("  # only-without: [deleted_at]");
        } else {
            guesses.add("users.only-without");
            line("  only-without: [" + scalar(users.deletions().get(0).name()) + "]  # GUESSED: rows deleted softly");
        }
        line("  # Set when a user is migrated, put back on rollback; ~ is NULL.");
        line("  # on-migration-set: { "
                + (users.limits().isEmpty()
                        ? "rate_limit"
                        : scalar(users.limits().get(0).name())) + ": ~ }");
        if (fromRateLimits) {
            line("");
            line(
                    "# Where credits are from now on. own: the library's table; or a table of yours: table, user, balance, active.");
            line("accounts:");
            line("  own: true");
        }
    }

    private void zone(HostGuess guess, ConnectionSettings connection) {
        boolean mariaDb = connection.isMariaDb();
        boolean local = guess.users().registrations().stream().limit(1).anyMatch(column -> isLocal(column, mariaDb))
                || (guess.operations() != null && isLocal(guess.operations().at(), mariaDb));
        if (local) {
            guesses.add("users.zone");
            line("  zone: UTC  # GUESSED: your times have no zone; say which one is meant, such as Asia/Saigon");
        } else {
            line("  # zone: UTC   # mandatory where times have no zone");
        }
    }

    private static boolean isLocal(HostGuess.Column column, boolean mariaDb) {
        return switch (column.typeName()) {
            case "timestamptz", "timestamp with time zone" -> false;
            case "timestamp" -> !mariaDb;
            default -> true;
        };
    }

    private void exempt(HostGuess.Table users) {
        if (users.exempts().isEmpty()) {
            line("  # exempt: { column: role, values: [admin] }");
            return;
        }
        HostGuess.Column column = users.exempts().get(0);
        boolean truth =
                column.typeName().startsWith("bool") || column.typeName().equals("tinyint");
        guesses.add("users.exempt");
        line("  exempt: { column: " + scalar(column.name()) + (truth ? "" : ", values: [admin]")
                + " }  # GUESSED, the values too");
    }

    private void operations(HostGuess guess) {
        line("");
        line("# What users did: for their usage, and for their credit history unless history is false.");
        HostGuess.Operations found = guess.operations();
        if (found == null) {
            line("# operations: { table: operations, id: id, user: user_id, at: created_at, history: true }");
            purchases();
            return;
        }
        line("operations:");
        guessed("operations.table", "  table: ", found.table().name(), List.of());
        column("operations.id", "  id: ", found.table().ids());
        guessed("operations.user", "  user: ", found.user(), List.of());
        guessed("operations.at", "  at: ", found.at().name(), List.of());
        line("  history: true");
        purchases();
    }

    private void purchases() {
        line("");
        line("# What users have paid for, so that a grant can be taken back that has been spent from.");
        line("# purchases: { table: purchases, user: user_id, credits: credits }");
    }

    private void migration(boolean fromRateLimits, String id) {
        line("");
        line("# The first change stores this; another definition under the same id is refused from then on.");
        line("migration:");
        line("  id: " + scalar(id));
        line("  # Users registered from this instant on are not concerned.");
        line("  cut-off: " + TO_DO + "  # such as 2026-01-06T00:00:00Z");
        if (fromRateLimits) {
            line("  # Everybody gets the base; who made more operations a day, over the last 30 days, gets the other.");
            line("  grant:");
            line("    base: 20");
            line("    above: { 10: 50 }");
        } else {
            line("  # What one credit cost, and costs from now on: balances are multiplied by from and divided by to.");
            line("  convert:");
            line("    from: " + TO_DO + "  # such as 1000");
            line("    to: " + TO_DO + "    # such as 2500");
            line("  # Users with credits must confirm; 'none' migrates them without asking.");
            line("  consent: confirm-positive");
        }
    }

    private void rest() {
        line("");
        line("# Whether users are told. Agree on it with your application, which delivers the notices.");
        line("notices: false");
        line("");
        line("# How fast and how far runs may go.");
        line("run:");
        line("  page-size: 1000         # users in each transaction");
        line("  threads: 1              # workers");
        line("  users-per-second: 0     # 0 is no limit");
        line("  failure-rate-max: 0.01  # pauses the run when more than one in a hundred has failed");
        line("  # granted-max: 1000000  # pauses the run when more credits are granted");
    }

    private void column(String key, String prefix, List<HostGuess.Column> found) {
        if (found.isEmpty()) {
            line(prefix + TO_DO);
        } else {
            guessed(key, prefix, found.get(0).name(), names(found.subList(1, found.size())));
        }
    }

    private void optionalColumn(String key, String prefix, List<HostGuess.Column> found, String example) {
        if (found.isEmpty()) {
            line("  # " + prefix.strip() + " " + example);
        } else {
            column(key, prefix, found);
        }
    }

    private void guessed(String key, String prefix, @Nullable String value, List<String> others) {
        guesses.add(key);
        line(prefix + scalar(String.valueOf(value)) + "  # GUESSED"
                + (others.isEmpty()
                        ? ""
                        : "; or "
                                + others.stream()
                                        .map(ConfigurationText::oneLine)
                                        .collect(Collectors.joining(", "))));
    }

    private static String oneLine(String name) {
        return name.replaceAll("\\R", " ");
    }

    private static List<String> names(List<HostGuess.Column> columns) {
        return columns.stream().map(HostGuess.Column::name).limit(5).toList();
    }

    private void line(String line) {
        text.append(line.stripTrailing()).append('\n');
    }
}
