package io.creditmigration.command;

import com.zaxxer.hikari.HikariDataSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Writes a configuration to begin with. */
@Command(
        name = "init",
        abbreviateSynopsis = true,
        description = "Writes a commented configuration from what your database says of its tables.",
        footer = {
            "",
            "Example: credit-migration init --url jdbc:postgresql://localhost/shop",
            "Reads names and types alone, no rows. Guesses are marked; no rate is guessed."
        })
final class Init extends Subcommand {

    /** What users come from. */
    enum Regime {
        RATE_LIMITS,
        OLD_RATE;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    @Option(names = "--url", required = true, paramLabel = "URL", description = "JDBC URL, without a password.")
    private String url = "";

    @Option(names = "--user", paramLabel = "NAME", description = "The database's user.")
    private @Nullable String user;

    @Option(names = "--password-from", paramLabel = "PLACE", description = "env:VARIABLE, file:PATH, prompt or none.")
    private @Nullable String passwordFrom;

    @Option(names = "--schema", paramLabel = "NAME", description = "Where your tables are.")
    private @Nullable String schema;

    @Option(names = "--users-table", paramLabel = "NAME", description = "The table with a row for each user.")
    private @Nullable String usersTable;

    @Option(names = "--from", paramLabel = "REGIME", description = "${COMPLETION-CANDIDATES}; guessed.")
    private @Nullable Regime from;

    @Option(names = "--id", paramLabel = "ID", description = "The migration's id.")
    private @Nullable String id;

    @Option(names = "--out", paramLabel = "FILE", description = "credit-migration.yaml.")
    private Path out = Path.of("credit-migration.yaml");

    @Option(names = "--force", description = "Replace a file that is there.")
    private boolean force;

    @Override
    ExitCode work(Output output, Interruption interruption) throws SQLException {
        if (Files.exists(out) && !force) {
            throw usage(out + " is there already; name another with --out, or replace it with --force");
        }
        Optional<String> problem = ConnectionSettings.problemOf(url);
        if (problem.isPresent()) {
            throw usage("--url " + problem.get());
        }
        ConnectionSettings connection = new ConnectionSettings(
                url, user, passwordFrom == null ? PasswordSource.usual() : PasswordSource.parse(passwordFrom));
        HostGuess guess = guess(connection);
        boolean fromRateLimits = from == null
                ? guess.users().balances().isEmpty() && guess.accounts() == null && guess.operations() != null
                : from == Regime.RATE_LIMITS;
        ConfigurationText.Written written = ConfigurationText.of(
                connection, guess, fromRateLimits, id != null ? id : fromRateLimits ? "credits" : "new-rate");
        PlanFile.writeWhole(out, written.text());
        output.field("file", out.toString());
        output.field("regime", (fromRateLimits ? Regime.RATE_LIMITS : Regime.OLD_RATE).name());
        output.field("usersTable", guess.users().name());
        output.field("guesses", List.copyOf(written.guesses().keySet()));
        output.field("sureness", Views.named(written.guesses()));
        output.say("Wrote " + out + ", for a migration from "
                + (fromRateLimits ? "rate limits to credits" : "an old rate to a new one") + ", with the users in '"
                + guess.users().name() + "'.");
        show(written.guesses(), output);
        output.say("Look at the lines marked GUESSED, and fill in what is TODO. Then: credit-migration schema --apply");
        return ExitCode.DONE;
    }

    private static void show(Map<String, HostGuess.Sureness> guesses, Output output) {
        for (HostGuess.Sureness sureness : HostGuess.Sureness.values()) {
            String keys = guesses.entrySet().stream()
                    .filter(guess -> guess.getValue() == sureness)
                    .map(Map.Entry::getKey)
                    .collect(Collectors.joining(", "));
            if (!keys.isEmpty()) {
                output.item(
                        String.format(Locale.ROOT, "%-7s %s", sureness.name().toLowerCase(Locale.ROOT), keys));
            }
        }
    }

    private HostGuess guess(ConnectionSettings connection) throws SQLException {
        try (HikariDataSource pool = Database.open(connection);
                Connection opened = pool.getConnection()) {
            return HostGuess.of(opened, schema, usersTable, "credit_migration_");
        }
    }
}
