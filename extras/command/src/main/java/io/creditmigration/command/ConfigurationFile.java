package io.creditmigration.command;

import io.creditmigration.Consent;
import io.creditmigration.CreditPolicy;
import io.creditmigration.CreditRate;
import io.creditmigration.Credits;
import io.creditmigration.InvalidValueException;
import io.creditmigration.Migration;
import io.creditmigration.NoticeTemplates;
import io.creditmigration.RateConversion;
import io.creditmigration.RunSettings;
import io.creditmigration.UsageTiers;
import io.creditmigration.jdbc.HostTables;
import io.creditmigration.jdbc.LibraryTables;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntUnaryOperator;

/** Reads a configuration, and refuses what it does not understand: with the line, and what is allowed there. */
final class ConfigurationFile {

    private static final List<String> SECTIONS = List.of(
            "database",
            "library-tables",
            "users",
            "accounts",
            "operations",
            "purchases",
            "migration",
            "notices",
            "mail",
            "run");

    private static final List<String> USERS = List.of(
            "schema",
            "table",
            "id",
            "balance",
            "balance-moves-to",
            "minor-units",
            "reserved",
            "flag",
            "flag-value",
            "rate",
            "rate-if-absent",
            "version",
            "registered-at",
            "existing-if-unregistered",
            "zone",
            "exempt",
            "only-with",
            "only-without",
            "on-migration-set");

    private static final List<String> ACCOUNTS = List.of("own", "table", "user", "balance", "active");
    private static final List<String> OPERATIONS = List.of("table", "id", "user", "at", "history");

    private static final List<String> MIGRATION = List.of(
            "id",
            "cut-off",
            "newcomers-from",
            "begins-at",
            "after",
            "beside",
            "convert",
            "grant",
            "consent",
            "usage-window-days");

    private static final List<String> MAIL = List.of(
            "host", "port", "security", "user", "password-from", "from", "page", "address", "language", "consent");

    private static final List<String> RUN =
            List.of("page-size", "page-operations", "threads", "users-per-second", "failure-rate-max", "granted-max");

    private ConfigurationFile() {}

    static Configuration read(Path path) {
        Map<String, String> environment = System.getenv();
        String text;
        try {
            text = Files.readString(path, StandardCharsets.UTF_8);
        } catch (IOException e) {
            if (!Files.exists(path) && environment.containsKey(YamlSection.variable("database.url"))) {
                return of("environment", YamlSection.of("environment", SECTIONS, environment));
            }
            throw CommandFailure.usage("there is no configuration at " + path
                    + "; write one with 'credit-migration init', or name it with --config");
        }
        return parse(path.toString(), text, environment);
    }

    /** Reads a file of this text; a mark that some editors put first is left out. */
    static Configuration parse(String file, String text, Map<String, String> environment) {
        return of(
                file,
                YamlSection.of(file, text.startsWith("\uFEFF") ? text.substring(1) : text, SECTIONS, environment));
    }

    private static Configuration of(String file, YamlSection root) {
        return new Configuration(
                file,
                connection(root.section("database", List.of("url", "user", "password-from"))),
                root.optionalSection("library-tables", List.of("schema", "prefix"))
                        .map(ConfigurationFile::ours)
                        .orElse(LibraryTables.defaults()),
                host(root),
                names(root),
                migration(root.section("migration", MIGRATION)),
                settings(root),
                root.truth("notices", false),
                root.optionalSection("mail", MAIL).map(ConfigurationFile::mail).orElse(null));
    }

    private static ConnectionSettings connection(YamlSection database) {
        String url = database.text("url");
        Optional<String> problem = ConnectionSettings.problemOf(url);
        if (problem.isPresent()) {
            throw database.refused("url", "database.url " + problem.get());
        }
        PasswordSource password =
                database.has("password-from") ? password(database, "database") : PasswordSource.usual();
        return new ConnectionSettings(url, database.optionalText("user").orElse(null), password);
    }

    private static PasswordSource password(YamlSection section, String name) {
        try {
            return PasswordSource.parse(section.text("password-from"));
        } catch (CommandFailure e) {
            throw section.has("password-from") ? section.refused("password-from", name + "." + e.getMessage()) : e;
        }
    }

    private static MailSettings mail(YamlSection mail) {
        MailSettings.Security security = mail.optionalValue(
                        "security", "starttls, tls or none", text -> MailSettings.Security.valueOf(constant(text)))
                .orElse(MailSettings.Security.STARTTLS);
        String user = mail.optionalText("user").orElse(null);
        String page = mail.text("page");
        mail.checked("page", () -> NoticeTemplates.shipped(page));
        return new MailSettings(
                mail.text("host"),
                mail.optionalValue("port", "1 to 65535", ConfigurationFile::port)
                        .orElse(security.port),
                security,
                user,
                user == null ? new PasswordSource(PasswordSource.Kind.NONE, "") : password(mail, "mail"),
                mail.text("from"),
                page,
                mail.text("address"),
                mail.optionalText("language").orElse(null),
                mail.optionalText("consent").orElse(null));
    }

    private static int port(String text) {
        int port = Integer.parseInt(text);
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException(text);
        }
        return port;
    }

    private static LibraryTables ours(YamlSection tables) {
        return tables.checked(
                "prefix",
                () -> new LibraryTables(
                        tables.optionalText("schema").orElse(null),
                        tables.optionalText("prefix").orElse("credit_migration_")));
    }

    private static HostTables host(YamlSection root) {
        YamlSection users = root.section("users", USERS);
        String table = users.text("table");
        HostTables host = users.checked("table", () -> HostTables.users(table));
        host = users.optionalText("schema").map(host::schema).orElse(host);
        host = users.optionalText("id").map(host::id).orElse(host);
        host = users.optionalText("balance-moves-to").map(host::movedInto).orElse(host);
        host = users.optionalText("reserved").map(host::reserved).orElse(host);
        host = users.optionalText("rate").map(host::rate).orElse(host);
        host = users.optionalValue(
                        "rate-if-absent", "what one credit costs where the rate is absent, above zero", CreditRate::of)
                .map(host::rateIfAbsent)
                .orElse(host);
        host = users.optionalText("version").map(host::version).orElse(host);
        host = users.optionalText("registered-at").map(host::registeredAt).orElse(host);
        host = users.optionalValue("minor-units", "0 to 18", Integer::valueOf)
                .map(host::minorUnits)
                .orElse(host);
        host = users.truth("existing-if-unregistered", false) ? host.existingIfUnregistered() : host;
        host = zone(users).map(host::zone).orElse(host);
        if (users.has("flag")) {
            String flag = users.text("flag");
            HostTables before = host;
            host = users.optionalText("flag-value")
                    .map(value -> before.flag(flag, value))
                    .orElseGet(() -> before.flag(flag));
        } else if (users.has("flag-value")) {
            throw users.refused("flag-value", "users.flag-value is of no use without users.flag; name the column");
        }
        Optional<YamlSection> exempt = users.optionalSection("exempt", List.of("column", "values"));
        if (exempt.isPresent()) {
            YamlSection rule = exempt.get();
            host = host.exempt(rule.text("column"), rule.texts("values").toArray(String[]::new));
        }
        for (Map.Entry<String, String> filter :
                users.optionalEntries("only-with").entrySet()) {
            if (filter.getValue() == null) {
                throw users.refused(
                        "only-with", "users.only-with has no value for '" + filter.getKey() + "'; see only-without");
            }
            host = host.onlyWith(filter.getKey(), filter.getValue());
        }
        for (String column : users.texts("only-without")) {
            host = host.onlyWithout(column);
        }
        for (Map.Entry<String, String> set :
                users.optionalEntries("on-migration-set").entrySet()) {
            host = host.onMigrationSet(set.getKey(), set.getValue());
        }
        return withPurchases(root, withOperations(root, withBalance(root, users, host)));
    }

    private static HostNames names(YamlSection root) {
        YamlSection users = root.section("users", USERS);
        List<String> written = new ArrayList<>();
        for (String key : List.of("balance", "balance-moves-to", "flag", "rate", "version")) {
            users.optionalText(key).ifPresent(written::add);
        }
        written.addAll(users.optionalEntries("on-migration-set").keySet());
        Optional<YamlSection> accounts =
                root.optionalSection("accounts", ACCOUNTS).filter(section -> section.has("table"));
        return new HostNames(
                users.optionalText("schema").orElse(null),
                users.optionalText("id").orElse("id"),
                users.optionalText("registered-at").orElse(null),
                zone(users).orElse(null),
                new HostNames.Table(users.text("table"), written),
                accounts.map(section -> new HostNames.Table(section.text("table"), List.of(section.text("balance"))))
                        .orElse(null),
                root.optionalSection("operations", OPERATIONS)
                        .map(section -> new HostNames.Table(
                                section.text("table"), List.of(section.text("user"), section.text("at"))))
                        .orElse(null),
                root.optionalSection("operations", OPERATIONS)
                        .map(section -> section.truth("history", true))
                        .orElse(false));
    }

    private static Optional<ZoneId> zone(YamlSection users) {
        return users.optionalValue("zone", "a zone such as UTC, +07:00 or Asia/Saigon", ZoneId::of);
    }

    private static HostTables withBalance(YamlSection root, YamlSection users, HostTables host) {
        Optional<YamlSection> accounts = root.optionalSection("accounts", ACCOUNTS);
        if (accounts.isEmpty()) {
            return host.balance(users.value("balance", "its column, or a section 'accounts'", column -> column));
        }
        YamlSection section = accounts.get();
        if (users.has("balance")) {
            throw users.refused("balance", "users.balance and 'accounts' exclude each other; keep the one that is so");
        }
        if (section.truth("own", false)) {
            if (section.has("table")) {
                throw section.refused("table", "accounts.table is not for accounts.own; keep one of them");
            }
            return host.ownAccounts();
        }
        HostTables mapped = host.accounts(section.text("table"), section.text("user"), section.text("balance"));
        return section.optionalText("active").map(mapped::active).orElse(mapped);
    }

    private static HostTables withOperations(YamlSection root, HostTables host) {
        Optional<YamlSection> operations = root.optionalSection("operations", OPERATIONS);
        if (operations.isEmpty()) {
            return host;
        }
        YamlSection section = operations.get();
        HostTables mapped =
                host.operations(section.text("table"), section.text("id"), section.text("user"), section.text("at"));
        return section.truth("history", true) ? mapped : mapped.withoutHistory();
    }

    private static HostTables withPurchases(YamlSection root, HostTables host) {
        return root.optionalSection("purchases", List.of("table", "user", "credits"))
                .map(section -> host.purchases(section.text("table"), section.text("user"), section.text("credits")))
                .orElse(host);
    }

    private static Migration migration(YamlSection section) {
        String id = section.text("id");
        Migration.Builder migration = section.checked("id", () -> Migration.named(id));
        Instant cutOff = section.value(
                "cut-off", "an instant such as 2026-01-06T00:00:00Z, from which on users began anew", Instant::parse);
        section.checked("cut-off", () -> migration.cutOff(cutOff));
        section.optionalValue(
                        "newcomers-from", "an instant, from which on who registers is not concerned", Instant::parse)
                .ifPresent(instant -> section.checked("newcomers-from", () -> migration.newcomersFrom(instant)));
        section.optionalValue("begins-at", "an instant, before which nothing is written", Instant::parse)
                .ifPresent(instant -> section.checked("begins-at", () -> migration.beginsAt(instant)));
        section.optionalText("after").ifPresent(other -> section.checked("after", () -> migration.after(other)));
        section.optionalText("beside").ifPresent(other -> section.checked("beside", () -> migration.beside(other)));
        if (section.hasSection("convert") == section.hasSection("grant")) {
            throw section.refused(
                    section.hasSection("convert") ? "convert" : null,
                    "migration needs one of 'convert' (to another rate) and 'grant' (from rate limits)");
        }
        if (section.hasSection("convert")) {
            migration.policy(conversion(section.section("convert", List.of("from", "to", "decimals", "rounding"))));
        } else {
            migration.policy(grant(section.section("grant", List.of("base", "above"))));
        }
        section.optionalValue("consent", "confirm-positive or none", text -> Consent.valueOf(constant(text)))
                .ifPresent(migration::consent);
        section.number("usage-window-days")
                .ifPresent(days -> section.checked("usage-window-days", () -> migration.usageWindowDays(days)));
        return section.checked(section.has("begins-at") ? "begins-at" : "id", migration::build);
    }

    private static RateConversion conversion(YamlSection section) {
        CreditRate from = section.value("from", "what one credit cost before, above zero", CreditRate::of);
        CreditRate to = section.value("to", "what one credit costs from now on, above zero", CreditRate::of);
        RateConversion conversion = section.checked("to", () -> CreditPolicy.convert(from, to));
        Optional<Integer> decimals = section.number("decimals");
        if (decimals.isPresent()) {
            RateConversion before = conversion;
            conversion = section.checked("decimals", () -> before.scale(decimals.get()));
        }
        Optional<RoundingMode> rounding = section.optionalValue(
                "rounding", "half-even, half-up, down and the like", text -> RoundingMode.valueOf(constant(text)));
        return rounding.isPresent() ? conversion.rounding(rounding.get()) : conversion;
    }

    private static CreditPolicy grant(YamlSection section) {
        UsageTiers tiers =
                section.value("base", "the credits that everybody gets", text -> UsageTiers.of(Credits.of(text)));
        for (Map.Entry<String, String> tier : section.optionalEntries("above").entrySet()) {
            try {
                tiers = tiers.above(Long.parseLong(tier.getKey()), Credits.of(String.valueOf(tier.getValue())));
            } catch (InvalidValueException | NumberFormatException e) {
                throw section.refused(
                        "above",
                        "migration.grant.above has '" + tier.getKey() + ": " + tier.getValue()
                                + "'; allowed: operations a day, growing, each with its credits, such as 10: 50");
            }
        }
        return tiers;
    }

    private static RunSettings settings(YamlSection root) {
        RunSettings usual = RunSettings.defaults();
        return root.optionalSection("run", RUN)
                .map(run -> new RunSettings(
                        whole(
                                run,
                                "page-size",
                                usual.pageSize(),
                                number -> usual.withPageSize(number).pageSize()),
                        whole(
                                run,
                                "page-operations",
                                usual.pageOperations(),
                                number -> usual.withPageOperations(number).pageOperations()),
                        whole(
                                run,
                                "threads",
                                usual.threads(),
                                number -> usual.withThreads(number).threads()),
                        whole(
                                run,
                                "users-per-second",
                                usual.usersPerSecond(),
                                number -> usual.withUsersPerSecond(number).usersPerSecond()),
                        run.optionalValue(
                                        "failure-rate-max",
                                        "0 to 1; 0.01 is one in a hundred",
                                        text -> usual.withFailureRateMax(new BigDecimal(text))
                                                .failureRateMax())
                                .orElse(null),
                        run.optionalValue(
                                        "granted-max",
                                        "credits, 0 or more",
                                        text -> usual.withGrantedMax(Credits.of(text))
                                                .grantedMax())
                                .orElse(null)))
                .orElse(usual);
    }

    /** A whole number that these settings accept. */
    private static int whole(YamlSection run, String key, int usual, IntUnaryOperator accepted) {
        return run.optionalValue(key, "a whole number", text -> accepted.applyAsInt(Integer.parseInt(text)))
                .orElse(usual);
    }

    private static String constant(String text) {
        return text.toUpperCase(Locale.ROOT).replace('-', '_');
    }
}
