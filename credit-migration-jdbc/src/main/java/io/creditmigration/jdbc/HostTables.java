package io.creditmigration.jdbc;

import io.creditmigration.CreditRate;
import io.creditmigration.InvalidValueException;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where the host keeps its users, balances and operations. The tables stay the host's; they are mapped, not owned.
 *
 * <pre>{@code
 * HostTables.users("users").id("id").balance("credits").flag("migrated")
 *     .registeredAt("created_at").exempt("role", "admin")
 * }</pre>
 *
 * <p>Names are those that the database shows, and quoted always; a name that differs only in case is found if there is just
 * one such. All is checked against the database's metadata when a store is opened. Immutable.
 *
 * <p>The balance is in one of four places: a column of the users table, converted in place ({@link #balance}); the same,
 * moved into a second column ({@link #movedInto}); an account table of the host's ({@link #accounts}); or the library's own
 * account table ({@link #ownAccounts}). Flag, rate and version are columns of the table that holds the balance.
 */
public final class HostTables {

    /** A column that is set when a user is migrated, and put back on rollback; a null value is NULL. */
    record Setting(String column, @Nullable String value) {}

    /** Rows to look at: those with this value, or with NULL. */
    record Filter(String column, @Nullable String value) {}

    final String users;

    @Nullable
    String schema;

    String id = "id";

    @Nullable
    String balance;

    @Nullable
    String secondBalance;

    @Nullable
    String accounts;

    @Nullable
    String accountUser;

    @Nullable
    String active;

    boolean ownAccounts;
    int minorUnits = -1;

    @Nullable
    String reserved;

    @Nullable
    String flag;

    @Nullable
    String flagValue;

    @Nullable
    String rate;

    @Nullable
    CreditRate rateIfAbsent;

    @Nullable
    String version;

    @Nullable
    String registeredAt;

    boolean existingIfUnregistered;
    boolean accountsOfOthers;

    @Nullable
    String exempt;

    List<String> exemptValues = List.of();

    @Nullable
    String operations;

    @Nullable
    String operationId;

    @Nullable
    String operationUser;

    @Nullable
    String operationAt;

    boolean withoutHistory;

    @Nullable
    String purchases;

    @Nullable
    String purchaseUser;

    @Nullable
    String purchaseCredits;

    List<Setting> settings = List.of();
    List<Filter> filters = List.of();

    @Nullable
    ZoneId zone;

    private HostTables(String users) {
        this.users = users;
    }

    private HostTables(HostTables other) {
        this.users = other.users;
        this.schema = other.schema;
        this.id = other.id;
        this.balance = other.balance;
        this.secondBalance = other.secondBalance;
        this.accounts = other.accounts;
        this.accountUser = other.accountUser;
        this.active = other.active;
        this.ownAccounts = other.ownAccounts;
        this.minorUnits = other.minorUnits;
        this.reserved = other.reserved;
        this.flag = other.flag;
        this.flagValue = other.flagValue;
        this.rate = other.rate;
        this.rateIfAbsent = other.rateIfAbsent;
        this.existingIfUnregistered = other.existingIfUnregistered;
        this.accountsOfOthers = other.accountsOfOthers;
        this.version = other.version;
        this.registeredAt = other.registeredAt;
        this.exempt = other.exempt;
        this.exemptValues = other.exemptValues;
        this.operations = other.operations;
        this.operationId = other.operationId;
        this.operationUser = other.operationUser;
        this.operationAt = other.operationAt;
        this.withoutHistory = other.withoutHistory;
        this.purchases = other.purchases;
        this.purchaseUser = other.purchaseUser;
        this.purchaseCredits = other.purchaseCredits;
        this.settings = other.settings;
        this.filters = other.filters;
        this.zone = other.zone;
    }

    /** The table with one row per user, in the connection's own schema unless {@link #schema} says otherwise. */
    public static HostTables users(String table) {
        return new HostTables(name("users table", table));
    }

    /** The schema (on MariaDB: the database) that all mapped tables are in. */
    public HostTables schema(String name) {
        return with(copy -> copy.schema = name("schema", name));
    }

    /** The users table's key; {@code id} unless said otherwise. */
    public HostTables id(String column) {
        return with(copy -> copy.id = name("id column", column));
    }

    /** The balance is in this column of the users table, and stays there. */
    public HostTables balance(String column) {
        return with(copy -> copy.balance = name("balance column", column));
    }

    /**
     * A migrated balance moves from the {@link #balance} column into this one of the same table: the first becomes zero, the
     * converted credits are added to the second. For hosts whose users can buy at the new rate before they confirm.
     */
    public HostTables movedInto(String column) {
        return with(copy -> copy.secondBalance = name("second balance column", column));
    }

    /** The balance is in this column of an account table with one row per user at most. */
    public HostTables accounts(String table, String userColumn, String balanceColumn) {
        return with(copy -> {
            copy.accounts = name("account table", table);
            copy.accountUser = name("user column of the account table", userColumn);
            copy.balance = name("balance column", balanceColumn);
        });
    }

    /**
     * The user column of the account table refers to another table than the users table, and holds the users' ids all the same.
     * Unless this is said, such a foreign key is refused: the wallet of an organisation would be joined to a user.
     */
    public HostTables accountsOfOthers() {
        return with(copy -> copy.accountsOfOthers = true);
    }

    /** A boolean column of the account table: set when an account is granted to, cleared when the grant is taken back. */
    public HostTables active(String column) {
        return with(copy -> copy.active = name("active column", column));
    }

    /** The balance is in the library's own account table. For grants in hosts that have no credits yet. */
    public HostTables ownAccounts() {
        return with(copy -> copy.ownAccounts = true);
    }

    /** Balances are whole numbers of the smallest unit, {@code 10^-decimals} credits each. */
    public HostTables minorUnits(int decimals) {
        if (decimals < 0 || decimals > 18) {
            throw new InvalidValueException("decimals of minor units", decimals, "0 to 18");
        }
        return with(copy -> copy.minorUnits = decimals);
    }

    /** Open reservations that are not in the balance, a numeric column of the balance's table. */
    public HostTables reserved(String column) {
        return with(copy -> copy.reserved = name("reservations column", column));
    }

    /** The marker: a boolean or numeric column that is true, or 1, once a user is migrated. */
    public HostTables flag(String column) {
        return with(copy -> copy.flag = name("flag column", column));
    }

    /** The marker: a column that has this value once a user is migrated. */
    public HostTables flag(String column, String migratedValue) {
        return with(copy -> {
            copy.flag = name("flag column", column);
            copy.flagValue = name("value of the flag column", migratedValue);
        });
    }

    /** A marker that tells the rate which the balance is priced at: read as the user's rate, set to the new one. */
    public HostTables rate(String column) {
        return with(copy -> copy.rate = name("rate column", column));
    }

    /**
     * What an absent rate in the {@link #rate} column means: this rate. Unless this is said, users without one are UNKNOWN_RATE and
     * left alone.
     */
    public HostTables rateIfAbsent(CreditRate perCredit) {
        return with(copy -> copy.rateIfAbsent = given("rate if absent", perCredit));
    }

    /** A numeric column that every write of the balance's row increments, as JPA's {@code @Version} does. */
    public HostTables version(String column) {
        return with(copy -> copy.version = name("version column", column));
    }

    /** When the user registered; without it nobody is too young for a migration. */
    public HostTables registeredAt(String column) {
        return with(copy -> copy.registeredAt = name("registration column", column));
    }

    /**
     * Users whose registration is not known are existing users. Unless this is said, conversions leave them alone as
     * UNKNOWN_REGISTRATION.
     */
    public HostTables existingIfUnregistered() {
        return with(copy -> copy.existingIfUnregistered = true);
    }

    /** Users with one of these values in this column of the users table are exempt from conversions. */
    public HostTables exempt(String column, String... values) {
        return with(copy -> {
            copy.exempt = name("exempt column", column);
            copy.exemptValues = Stream.of(given("exempt values", values))
                    .map(value -> given("exempt value", value))
                    .toList();
        });
    }

    /**
     * What users did: a table with a row per operation, for usage and history. Only grants read it. Where operations become
     * history, the id column is unique on its own and not NULL.
     */
    public HostTables operations(String table, String idColumn, String userColumn, String timeColumn) {
        return with(copy -> {
            copy.operations = name("operations table", table);
            copy.operationId = name("id column of the operations table", idColumn);
            copy.operationUser = name("user column of the operations table", userColumn);
            copy.operationAt = name("time column of the operations table", timeColumn);
        });
    }

    /** Operations are counted for usage and not copied into the credit history. */
    public HostTables withoutHistory() {
        return with(copy -> copy.withoutHistory = true);
    }

    /**
     * What users have paid for: a table, or a view, with a row per purchase and its credits in the unit of the balance; a refund
     * is one below zero. With it a grant can be taken back that has been spent from, since free credits count as spent first
     * and what was paid for is known. Only rollbacks of grants need it. The balance's row needs a {@link #version}, which
     * {@link #ownAccounts} has; a purchase and its credits commit in one transaction of the host's.
     */
    public HostTables purchases(String table, String userColumn, String creditsColumn) {
        return with(copy -> {
            copy.purchases = name("purchases table", table);
            copy.purchaseUser = name("user column of the purchases table", userColumn);
            copy.purchaseCredits = name("credits column of the purchases table", creditsColumn);
        });
    }

    /**
     * On migration this column of the users table is set to this value, or to NULL; on rollback it is put back as it was. To
     * clear a rate limit, say.
     */
    public HostTables onMigrationSet(String column, @Nullable String value) {
        return with(copy -> copy.settings = added(copy.settings, new Setting(name("column to set", column), value)));
    }

    /** Only users with this value in this column exist for the library: one tenant's, say. */
    public HostTables onlyWith(String column, String value) {
        return with(copy -> copy.filters =
                added(copy.filters, new Filter(name("filter column", column), given("filter value", value))));
    }

    /** Only users with NULL in this column exist for the library: those not deleted, say. */
    public HostTables onlyWithout(String column) {
        return with(copy -> copy.filters = added(copy.filters, new Filter(name("filter column", column), null)));
    }

    /** What zone the host's timestamps without one are in. Mandatory where there are such. */
    public HostTables zone(ZoneId newZone) {
        return with(copy -> copy.zone = given("zone", newZone));
    }

    private HostTables with(Consumer<HostTables> change) {
        HostTables copy = new HostTables(this);
        change.accept(copy);
        return copy;
    }

    private static <T> List<T> added(List<T> list, T element) {
        List<T> more = new ArrayList<>(list);
        more.add(element);
        return List.copyOf(more);
    }

    static <T> T given(String what, @Nullable T value) {
        if (value == null) {
            throw new InvalidValueException(what, "null", "a value");
        }
        return value;
    }

    private static String name(String what, @Nullable String name) {
        if (name == null) {
            throw new InvalidValueException(what, "null", "1 to 128 characters, none of them NUL");
        }
        if (name.isEmpty() || name.length() > 128 || name.indexOf('\0') >= 0) {
            throw new InvalidValueException(what, name, "1 to 128 characters, none of them NUL");
        }
        return name;
    }
}
