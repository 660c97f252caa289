package io.creditmigration.spring;

import io.creditmigration.CreditPolicy;
import io.creditmigration.CreditRate;
import io.creditmigration.Credits;
import io.creditmigration.InvalidValueException;
import io.creditmigration.Migration;
import io.creditmigration.RateConversion;
import io.creditmigration.RunSettings;
import io.creditmigration.UsageTiers;
import io.creditmigration.jdbc.HostTables;
import io.creditmigration.jdbc.LibraryTables;
import io.creditmigration.spring.CreditMigrationProperties.Accounts;
import io.creditmigration.spring.CreditMigrationProperties.Convert;
import io.creditmigration.spring.CreditMigrationProperties.Definition;
import io.creditmigration.spring.CreditMigrationProperties.Grant;
import io.creditmigration.spring.CreditMigrationProperties.Operations;
import io.creditmigration.spring.CreditMigrationProperties.Purchases;
import io.creditmigration.spring.CreditMigrationProperties.Run;
import io.creditmigration.spring.CreditMigrationProperties.Users;
import java.util.TreeMap;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** What the library makes of the properties. */
final class Configured {

    private static final String PREFIX = "credit-migration.";

    private Configured() {}

    static LibraryTables libraryTables(CreditMigrationProperties properties) {
        return new LibraryTables(
                properties.libraryTables().schema(), properties.libraryTables().prefix());
    }

    static HostTables hostTables(CreditMigrationProperties properties) {
        Users users = given("users.table", properties.users());
        HostTables host = HostTables.users(given("users.table", users.table()));
        host = with(host, users.schema(), HostTables::schema);
        host = with(host, users.id(), HostTables::id);
        host = withBalance(host, users, properties.accounts());
        host = with(host, users.balanceMovesTo(), HostTables::movedInto);
        host = with(host, users.minorUnits(), HostTables::minorUnits);
        host = with(host, users.reserved(), HostTables::reserved);
        host = withFlag(host, users);
        host = with(host, users.rate(), HostTables::rate);
        host = with(host, users.rateIfAbsent(), (tables, rate) -> tables.rateIfAbsent(CreditRate.of(rate)));
        host = with(host, users.version(), HostTables::version);
        host = with(host, users.registeredAt(), HostTables::registeredAt);
        host = users.existingIfUnregistered() ? host.existingIfUnregistered() : host;
        host = with(host, users.zone(), HostTables::zone);
        host = with(
                host,
                users.exempt(),
                (tables, exempt) ->
                        tables.exempt(exempt.column(), exempt.values().toArray(String[]::new)));
        for (var filter : new TreeMap<>(users.onlyWith()).entrySet()) {
            host = host.onlyWith(filter.getKey(), filter.getValue());
        }
        for (String column : users.onlyWithout()) {
            host = host.onlyWithout(column);
        }
        for (var set : new TreeMap<>(users.onMigrationSet()).entrySet()) {
            // What stands for NULL in YAML arrives as an empty text.
            host = host.onMigrationSet(set.getKey(), set.getValue().isEmpty() ? null : set.getValue());
        }
        host = with(host, properties.operations(), Configured::withOperations);
        return with(host, properties.purchases(), Configured::withPurchases);
    }

    private static HostTables withBalance(HostTables host, Users users, @Nullable Accounts accounts) {
        if (accounts == null) {
            return host.balance(given("users.balance", users.balance()));
        }
        if (users.balance() != null) {
            throw refused("users.balance", users.balance(), "nothing where there is credit-migration.accounts");
        }
        if (accounts.own()) {
            return host.ownAccounts();
        }
        HostTables mapped = host.accounts(
                given("accounts.table", accounts.table()),
                given("accounts.user", accounts.user()),
                given("accounts.balance", accounts.balance()));
        return with(mapped, accounts.active(), HostTables::active);
    }

    private static HostTables withFlag(HostTables host, Users users) {
        String flag = users.flag();
        String value = users.flagValue();
        if (flag == null) {
            if (value != null) {
                throw refused("users.flag-value", value, "nothing without credit-migration.users.flag");
            }
            return host;
        }
        return value == null ? host.flag(flag) : host.flag(flag, value);
    }

    private static HostTables withOperations(HostTables host, Operations operations) {
        HostTables mapped = host.operations(
                given("operations.table", operations.table()),
                given("operations.id", operations.id()),
                given("operations.user", operations.user()),
                given("operations.at", operations.at()));
        return operations.history() ? mapped : mapped.withoutHistory();
    }

    private static HostTables withPurchases(HostTables host, Purchases purchases) {
        return host.purchases(
                given("purchases.table", purchases.table()),
                given("purchases.user", purchases.user()),
                given("purchases.credits", purchases.credits()));
    }

    static Migration migration(Definition definition) {
        Migration.Builder migration = Migration.named(given("migration.id", definition.id()))
                .cutOff(given("migration.cut-off", definition.cutOff()));
        withPolicy(migration, definition);
        if (definition.after() != null) {
            migration.after(definition.after());
        }
        if (definition.beside() != null) {
            migration.beside(definition.beside());
        }
        if (definition.beginsAt() != null) {
            migration.beginsAt(definition.beginsAt());
        }
        if (definition.newcomersFrom() != null) {
            migration.newcomersFrom(definition.newcomersFrom());
        }
        if (definition.consent() != null) {
            migration.consent(definition.consent());
        }
        if (definition.usageWindowDays() != null) {
            migration.usageWindowDays(definition.usageWindowDays());
        }
        return migration.build();
    }

    private static void withPolicy(Migration.Builder migration, Definition definition) {
        Convert convert = definition.convert();
        Grant grant = definition.grant();
        if ((convert == null) == (grant == null)) {
            throw refused("migration", convert == null ? "neither" : "both", "one of 'convert' and 'grant'");
        }
        if (convert != null) {
            RateConversion conversion = CreditPolicy.convert(
                    CreditRate.of(given("migration.convert.from", convert.from())),
                    CreditRate.of(given("migration.convert.to", convert.to())));
            conversion = with(conversion, convert.decimals(), RateConversion::scale);
            migration.policy(with(conversion, convert.rounding(), RateConversion::rounding));
            return;
        }
        UsageTiers tiers = UsageTiers.of(Credits.of(given("migration.grant.base", grant.base())));
        for (var tier : new TreeMap<>(grant.above()).entrySet()) {
            tiers = tiers.above(tier.getKey(), Credits.of(tier.getValue()));
        }
        migration.policy(tiers);
    }

    static RunSettings runSettings(Run run) {
        RunSettings settings = RunSettings.defaults();
        settings = with(settings, run.pageSize(), RunSettings::withPageSize);
        settings = with(settings, run.pageOperations(), RunSettings::withPageOperations);
        settings = with(settings, run.threads(), RunSettings::withThreads);
        settings = with(settings, run.usersPerSecond(), RunSettings::withUsersPerSecond);
        settings = with(settings, run.failureRateMax(), RunSettings::withFailureRateMax);
        return with(settings, run.grantedMax(), (usual, credits) -> usual.withGrantedMax(Credits.of(credits)));
    }

    private static <T, V> T with(T before, @Nullable V value, BiFunction<T, V, T> change) {
        return value == null ? before : change.apply(before, value);
    }

    static <T> T given(String key, @Nullable T value) {
        if (value == null) {
            throw refused(key, "not set", "a value");
        }
        return value;
    }

    private static InvalidValueException refused(String key, Object value, String allowed) {
        return new InvalidValueException(PREFIX + key, value, allowed);
    }
}
