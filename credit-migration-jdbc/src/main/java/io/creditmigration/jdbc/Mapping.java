package io.creditmigration.jdbc;

import io.creditmigration.Credits;
import io.creditmigration.InvalidValueException;
import io.creditmigration.Migration;
import io.creditmigration.RateConversion;
import io.creditmigration.jdbc.Metadata.Table;
import io.creditmigration.spi.HostShape;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TimeZone;
import org.jspecify.annotations.Nullable;

/** {@link HostTables} checked against the database: true names, types, and the SQL expressions that come of them. */
final class Mapping {

    private static final int HOUR_SECONDS = 3_600;
    private static final int DAY_SECONDS = 86_400;
    private static final int WIDEST_SCALE = Credits.SCALE_MAX;

    /** As the library's own tables have room for. */
    private static final int ID_LENGTH_MAX = 255;

    /** What a marked column is for, which says what a migration writes there. */
    enum Mark {
        FLAG,
        RATE,
        ACTIVE,
        SETTING,
        VERSION
    }

    /**
     * A column that belongs to the guard and to the rollback data.
     *
     * @param inAccount whether it is in the account table rather than the users table
     * @param newValue what a migration writes; null for NULL, and where the migration tells (a rate, a version)
     */
    record Marked(
            Mark mark,
            Column column,
            boolean inAccount,
            @Nullable String newValue) {}

    final Dialect dialect;
    final HostTables host;
    final Table users;
    final Column id;
    final @Nullable Table accounts;
    final @Nullable Column accountUser;
    final Column balance;
    final @Nullable Column secondBalance;
    final @Nullable Column reserved;
    final @Nullable Column registeredAt;
    final @Nullable Column exempt;
    final @Nullable Table operations;
    final @Nullable Column operationId;
    final @Nullable Column operationUser;
    final @Nullable Column operationAt;
    final @Nullable Table purchases;
    final @Nullable Column purchaseUser;
    final @Nullable Column purchaseCredits;
    final List<Marked> marked = new ArrayList<>();
    final int balanceScale;

    /** Whether operations become entries of the credit history. */
    final boolean copiesHistory;

    /** What works and is not as it should be; logged when the store is opened. */
    final List<String> warnings = new ArrayList<>();

    /** The table that has the users, and the column that has the balance, as the database names them. */
    final String usersName;

    final String balanceName;

    private final @Nullable ZoneId zone;
    private final Map<Column, List<String>> filters = new LinkedHashMap<>();

    Mapping(Connection connection, HostTables host, LibraryTables ours) throws SQLException {
        this.dialect = Dialect.of(connection);
        this.host = host;
        this.zone = host.zone;
        this.copiesHistory = host.operations != null && !host.withoutHistory;
        dialect.check(connection);
        Metadata metadata = new Metadata(connection, dialect, host.schema);
        this.users = metadata.table("users table", host.users);
        this.id = keyed("id column", users.column("id column", host.id));
        if (!metadata.isUnique(users, id)) {
            throw new MappingException(
                    "id column '" + host.id + "'", "has no unique key of its own; users would be doubled");
        }
        if (host.ownAccounts) {
            Table own = connection.isWrapperFor(EmptyTables.class)
                    ? EmptyTables.account(ours)
                    : new Metadata(connection, dialect, ours.schema())
                            .table("own account table", ours.prefix() + "account");
            this.accounts = own;
            this.accountUser = own.column("user column", "user_id");
            this.balance = own.column("balance column", "balance");
            Column ownActive = own.column("active column", "active");
            mark(connection, Mark.ACTIVE, ownActive, true, trueOf(ownActive));
            mark(connection, Mark.VERSION, own.column("version column", "version"), true, null);
        } else if (host.balance == null) {
            throw new MappingException("balance", "missing; call balance(…), accounts(…) or ownAccounts()");
        } else if (host.accounts != null && host.accountUser != null) {
            Table theirs = metadata.table("account table", host.accounts);
            this.accounts = theirs;
            this.accountUser = keyed(
                    "user column of the account table",
                    theirs.column("user column of the account table", host.accountUser));
            this.balance = theirs.column("balance column", host.balance);
            String owner = metadata.referenced(theirs, accountUser);
            if (owner != null && !owner.equals(users.name() + "." + id.name()) && !host.accountsOfOthers) {
                throw new MappingException(
                        "user column '" + host.accountUser + "' of the account table",
                        "refers to " + owner + ", and users have the ids " + users.name() + "." + id.name()
                                + "; join by the user's id, or declare it with accountsOfOthers() if they are the same");
            }
            if (!metadata.isUnique(theirs, accountUser)) {
                throw new MappingException(
                        "user column '" + host.accountUser + "'",
                        "has no unique key of its own; a user has one account");
            }
        } else {
            this.accounts = null;
            this.accountUser = null;
            this.balance = users.column("balance column", host.balance);
        }
        Table holder = accounts == null ? users : accounts;
        String home = new Metadata(connection, dialect, ours.schema()).qualifier();
        this.usersName = users.nameIn(home);
        this.balanceName = holder.nameIn(home) + "." + balance.name();
        boolean inAccount = accounts != null;
        this.secondBalance = optional(holder, "second balance column", host.secondBalance);
        if (secondBalance != null && inAccount) {
            throw new MappingException("second balance column '" + host.secondBalance + "'", "only in the users table");
        }
        this.reserved = optional(holder, "reservations column", host.reserved);
        if (host.flag != null) {
            Column flag = holder.column("flag column", host.flag);
            mark(connection, Mark.FLAG, flag, inAccount, host.flagValue == null ? trueOf(flag) : host.flagValue);
        }
        if (host.rate != null) {
            mark(
                    connection,
                    Mark.RATE,
                    exact("rate column '" + host.rate + "'", holder.column("rate column", host.rate)),
                    inAccount,
                    null);
        }
        if (host.active != null) {
            Column active = holder.column("active column", host.active);
            mark(connection, Mark.ACTIVE, active, inAccount, trueOf(active));
        }
        if (host.version != null) {
            mark(connection, Mark.VERSION, counted(holder.column("version column", host.version)), inAccount, null);
        }
        for (HostTables.Setting setting : host.settings) {
            mark(connection, Mark.SETTING, users.column("column to set", setting.column()), false, setting.value());
        }
        written("balance column", balance);
        if (secondBalance != null) {
            written("second balance column", secondBalance);
        }
        if (reserved != null) {
            scaleOf("reservations column '" + reserved.name() + "'", reserved);
        }
        this.registeredAt = timed(optional(users, "registration column", host.registeredAt));
        this.exempt = optional(users, "exempt column", host.exempt);
        if (host.operations != null) {
            this.operations = metadata.table("operations table", host.operations);
            this.operationId = keyed(
                    "id column of the operations table",
                    operations.column("id column of the operations table", String.valueOf(host.operationId)));
            if (copiesHistory) {
                checkOperationId(metadata, operations, operationId);
            }
            this.operationUser = keyed(
                    "user column of the operations table",
                    operations.column("user column of the operations table", String.valueOf(host.operationUser)));
            this.operationAt =
                    timed(operations.column("time column of the operations table", String.valueOf(host.operationAt)));
            if (!metadata.isIndexed(operations, operationUser)) {
                warnings.add(
                        "No index leads to a user's operations, so each user is a read of the whole table: create one"
                                + " on " + operations.sql() + " (" + quoted(operationUser) + ", "
                                + quoted(operations.column(
                                        "time column of the operations table", String.valueOf(host.operationAt)))
                                + ")");
            }
            ZoneId local = operationAt == null ? null : localZone(operationAt);
            if (local != null) {
                dialect.checkZone(connection, local);
            }
        } else {
            this.operations = null;
            this.operationId = null;
            this.operationUser = null;
            this.operationAt = null;
        }
        for (HostTables.Filter filter : host.filters) {
            filters.put(
                    users.column("filter column", filter.column()),
                    filter.value() == null ? List.of() : List.of(filter.value()));
        }
        int scale = scaleOf(balance);
        this.balanceScale = secondBalance == null ? scale : Math.min(scale, scaleOf(secondBalance));
        if (host.purchases == null) {
            this.purchases = null;
            this.purchaseUser = null;
            this.purchaseCredits = null;
        } else {
            this.purchases = metadata.table("purchases table", host.purchases);
            this.purchaseUser =
                    purchases.column("user column of the purchases table", String.valueOf(host.purchaseUser));
            this.purchaseCredits =
                    purchases.column("credits column of the purchases table", String.valueOf(host.purchaseCredits));
            checkPurchases(metadata, purchases, purchaseUser, purchaseCredits);
        }
    }

    /** An operation enters the history once by its id: one of another user with the same id, or one without, would be lost. */
    private static void checkOperationId(Metadata metadata, Table operations, Column id) throws SQLException {
        String what = "id column '" + id.name() + "' of the operations table";
        String otherwise = ", or map withoutHistory()";
        if (!metadata.isUnique(operations, id)) {
            throw new MappingException(
                    what,
                    "has no unique key of its own, so that operations with the same id would enter the history as one; map a"
                            + " column that has one" + otherwise);
        }
        if (metadata.isNullable(operations, id)) {
            throw new MappingException(
                    what,
                    "may be NULL, and an operation without an id would enter the history each time; make it NOT NULL"
                            + otherwise);
        }
    }

    /** What was paid for is taken off balances, so it must be as exact, and nothing may be bought unseen in between. */
    private void checkPurchases(Metadata metadata, Table table, Column user, Column credits) throws SQLException {
        String what = "credits column '" + credits.name() + "' of the purchases table";
        int scale = scaleOf(what, credits);
        if (scale > balanceScale) {
            throw new MappingException(
                    what, "has " + scale + " decimals, more than the " + balanceScale + " of the balance");
        }
        if (marked.stream().noneMatch(mark -> mark.mark() == Mark.VERSION)) {
            throw new MappingException(
                    "purchases table '" + table.name() + "'",
                    "the balance's row has no version that would tell of a purchase in between; map version(…)");
        }
        if (!metadata.isIndexed(table, user)) {
            warnings.add(
                    "No index leads to a user's purchases, so each user is a read of the whole table: create one on "
                            + table.sql() + " (" + quoted(user) + ")");
        }
    }

    /**
     * Refuses a grant that could open no account, and a conversion whose balances could be counted in the wrong unit: nothing
     * tells how a row is priced, or the rate column cannot hold the new rate.
     */
    void check(Migration migration) {
        BigDecimal newRate = newRate(migration);
        if (newRate == null) {
            checkOpening();
            return;
        }
        if (!hasMarker()) {
            throw new MappingException(
                    "balance column '" + balance.name() + "'",
                    "its row has no marker that tells which rate it is priced at, and a version tells only that it moved; map"
                            + " rate(…) or flag(…)");
        }
        for (Marked mark : marked) {
            boolean holds = mark.column().kind() == Column.Kind.WHOLE
                    ? newRate.scale() <= 0
                    : mark.column().type().size() == 0
                            || newRate.scale() <= mark.column().type().scale();
            if (mark.mark() == Mark.RATE && !holds) {
                throw new MappingException(
                        "rate column '" + mark.column().name() + "'",
                        "its type " + mark.column().typeName() + " with "
                                + mark.column().type().scale() + " decimals cannot hold the new rate "
                                + newRate.toPlainString());
            }
        }
    }

    /** A grant opens an account for who has none, with what is mapped and nothing else. */
    private void checkOpening() {
        if (accounts == null || host.ownAccounts) {
            return;
        }
        for (Column column : accounts.columns().values()) {
            boolean mapped = column.equals(accountUser)
                    || column.equals(balance)
                    || marked.stream().anyMatch(mark -> mark.column().equals(column));
            if (column.required() && !mapped) {
                throw new MappingException(
                        "account table '" + accounts.name() + "'",
                        "its column '" + column.name()
                                + "' is NOT NULL and has no default, so that a grant cannot open an account; give it one");
            }
        }
    }

    /** The rows of the users table that are mapped, in words; empty where all are. */
    String rows() {
        return filters.isEmpty() ? "" : String.valueOf(host.filters);
    }

    /** What balances the tables can hold, and what their rows tell. */
    HostShape shape() {
        boolean rates = marked.stream().anyMatch(mark -> mark.mark() == Mark.RATE);
        return new HostShape(
                balanceScale,
                secondBalance == null
                        ? wholeDigits(balance)
                        : Math.min(wholeDigits(balance), wholeDigits(secondBalance)),
                rates,
                registeredAt != null && !host.existingIfUnregistered);
    }

    private int wholeDigits(Column column) {
        boolean bounded = column.kind() == Column.Kind.DECIMAL && column.type().size() > 0;
        return bounded
                ? column.type().size() - column.type().scale() - Math.max(0, host.minorUnits)
                : HostShape.UNBOUNDED;
    }

    /**
     * The captured columns that rollback data has.
     *
     * @throws InvalidValueException where they cannot be put back: somebody has written them
     */
    Map<String, @Nullable String> captured(String rollbackData) {
        try {
            Map<String, @Nullable String> values = HostState.decoded(rollbackData);
            marked.forEach(mark -> mark.column().value(values.get(mark.column().name())));
            HostState.versionLeft(values);
            return values;
        } catch (IllegalArgumentException | MappingException e) {
            throw new InvalidValueException("rollback data", rollbackData, "values that the captured columns can have");
        }
    }

    /** The version that a write has left of which this was captured: one more than before, unless a trigger counted too. */
    BigDecimal versionLeft(Map<String, @Nullable String> captured) {
        BigDecimal left = HostState.versionLeft(captured);
        if (left != null) {
            return left;
        }
        String was = version().map(column -> captured.get(column.name())).orElse(null);
        return was == null ? BigDecimal.ONE : new BigDecimal(was).add(BigDecimal.ONE);
    }

    /** The column that each write counts up; empty where none is mapped. */
    Optional<Column> version() {
        return marked.stream()
                .filter(mark -> mark.mark() == Mark.VERSION)
                .map(Marked::column)
                .findFirst();
    }

    /** Where a second column is mapped, the one that a balance is moved into, forth or back; otherwise null. */
    @Nullable
    Column other(boolean forward) {
        return secondBalance == null ? null : forward ? secondBalance : balance;
    }

    /** What a migration writes into marked columns, for everybody the same. */
    Map<String, @Nullable Object> newValues() {
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        for (int i = 0; i < marked.size(); i++) {
            Marked mark = marked.get(i);
            values.put("new_value_" + i, mark.column().value(mark.newValue()));
        }
        return values;
    }

    /**
     * Why a user with this rollback data cannot be rolled back: the flag was mapped later, and to leave it would say migrated
     * of who is not. Null where the flag was captured, or there is none.
     */
    @Nullable
    String lostFlag(String rollbackData) {
        Map<String, @Nullable String> captured = HostState.decoded(rollbackData);
        return marked.stream()
                .filter(mark -> mark.mark() == Mark.FLAG
                        && !captured.containsKey(mark.column().name()))
                .map(mark -> "flag column '" + mark.column().name()
                        + "' was mapped after the user was migrated, so that its value before is not known; roll back with"
                        + " the mapping of that day, and set the flag by hand")
                .findFirst()
                .orElse(null);
    }

    private boolean hasMarker() {
        return marked.stream()
                .anyMatch(mark -> mark.mark() == Mark.FLAG
                        || mark.mark() == Mark.RATE
                        || (secondBalance != null && mark.mark() == Mark.VERSION));
    }

    /** The expressions that stand for names in {@link Reads} and {@link Writes}. */
    Map<String, String> names(LibraryTables ours) {
        Map<String, String> names = new LinkedHashMap<>(ours.names(dialect));
        names.put("same", dialect.same());
        names.put("users", users.sql());
        names.put("id", "u." + quoted(id));
        names.put("user_id", dialect.asText(id, "u." + quoted(id)));
        names.put("key", quoted(id));
        names.put(
                "registered_at",
                registeredAt == null ? "NULL" : dialect.time(registeredAt, "u." + quoted(registeredAt)));
        names.put(
                "exempt",
                exempt == null
                        ? "0"
                        : "CASE WHEN u." + quoted(exempt) + " IN (" + exemptParameters() + ") THEN 1 ELSE 0 END");
        names.put("filter", filterConditions());
        String holder = accounts == null ? "u." : "a.";
        names.put("holder", accounts == null ? users.sql() : accounts.sql());
        Column holderKey = accountUser == null ? id : accountUser;
        names.put("holder_key", quoted(holderKey));
        names.put("holder_id", dialect.asText(holderKey, quoted(holderKey)));
        names.put("balance", quoted(balance));
        names.put("read_balance", holder + quoted(balance));
        names.put("second_balance", quoted(secondBalance == null ? balance : secondBalance));
        names.put("read_second_balance", holder + quoted(secondBalance == null ? balance : secondBalance));
        names.put("reserved", reserved == null ? "0" : "COALESCE(" + holder + quoted(reserved) + ", 0)");
        names.put("account", accountJoin());
        for (int i = 0; i < marked.size(); i++) {
            Marked mark = marked.get(i);
            names.put(mark.mark() == Mark.SETTING ? "SETTING" + i : mark.mark().name(), read(mark));
        }
        if (names.containsKey("RATE")) {
            String rate = names.get("RATE");
            names.put(
                    "read_rate",
                    host.rateIfAbsent == null
                            ? rate
                            : "COALESCE(" + rate + ", "
                                    + host.rateIfAbsent.perCredit().toPlainString() + ")");
        }
        if (operations != null && operationUser != null && operationId != null && operationAt != null) {
            names.put("operations", operations.sql());
            names.put("operation_user", "o." + quoted(operationUser));
            names.put("operation_id", dialect.asText(operationId, "o." + quoted(operationId)));
            String operationTime = dialect.time(operationAt, "o." + quoted(operationAt));
            names.put("operation_at", operationTime);
            names.put(
                    "operation_entered_at",
                    dialect.entryOf(operationTime, localZone(operationAt), names.get("operation_id")));
            names.put("operation_hour", operationHour(operationTime, operationAt));
        }
        if (purchases != null && purchaseUser != null && purchaseCredits != null) {
            names.put("purchases", purchases.sql());
            names.put("purchase_user", "p." + quoted(purchaseUser));
            names.put("purchase_credits", "p." + quoted(purchaseCredits));
        }
        return names;
    }

    /** A marked column in a query that reads. */
    String read(Marked mark) {
        return (mark.inAccount() ? "a." : "u.") + quoted(mark.column());
    }

    /** The marked columns as text, {@code state_0} and so on, in a query that reads. */
    String readHostState() {
        if (marked.isEmpty()) {
            return "NULL AS state_0";
        }
        List<String> columns = new ArrayList<>();
        for (int i = 0; i < marked.size(); i++) {
            columns.add(dialect.asText(marked.get(i).column(), read(marked.get(i))) + " AS state_" + i);
        }
        return String.join(", ", columns);
    }

    String quoted(Column column) {
        return dialect.quoted(column.name());
    }

    /** Values of the filters and of the exempt rule, for every query that reads users. */
    Map<String, @Nullable Object> parameters() {
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        List<String> exempts = exemptValues();
        for (int i = 0; i < exempts.size(); i++) {
            values.put("exempt_" + i, exempt == null ? null : exempt.value(exempts.get(i)));
        }
        int i = 0;
        for (Map.Entry<Column, List<String>> filter : filters.entrySet()) {
            if (!filter.getValue().isEmpty()) {
                values.put(
                        "filter_" + i, filter.getKey().value(filter.getValue().get(0)));
            }
            i++;
        }
        return values;
    }

    /** A stored balance as credits. */
    @Nullable
    Credits credits(@Nullable BigDecimal stored) {
        return stored == null ? null : Credits.of(host.minorUnits < 0 ? stored : stored.movePointLeft(host.minorUnits));
    }

    /** Credits as they are stored, exactly. */
    @Nullable
    BigDecimal stored(@Nullable Credits credits) {
        if (credits == null || host.minorUnits < 0) {
            return credits == null ? null : credits.amount();
        }
        return credits.amount().movePointRight(host.minorUnits).setScale(0, RoundingMode.UNNECESSARY);
    }

    @Nullable
    ZoneId zone() {
        return zone;
    }

    /** The key of the row that holds the balance of the user with this stored id. */
    Object holderKey(String storedUserId) {
        return (accountUser == null ? id : accountUser).key(storedUserId);
    }

    /** The new rate, for conversions. */
    static @Nullable BigDecimal newRate(Migration migration) {
        return migration
                .conversion()
                .map(RateConversion::newRate)
                .map(rate -> rate.perCredit())
                .orElse(null);
    }

    private void mark(Connection connection, Mark mark, Column column, boolean inAccount, @Nullable String newValue)
            throws SQLException {
        if (!column.type().comesBack()) {
            throw new MappingException(
                    "column '" + column.name() + "'",
                    "is " + column.typeName() + ", whose values a rollback could not put back as they were; "
                            + "docs/types.md lists the types that it can");
        }
        if (mark == Mark.FLAG && !column.isComparable()) {
            throw new MappingException(
                    "flag column '" + column.name() + "'",
                    "is " + column.typeName() + ", in which no value can be looked for; map a column of another type");
        }
        if (column.kind() == Column.Kind.INEXACT) {
            dialect.checkFloat(connection, column);
        }
        written("column", column);
        column.value(newValue);
        marked.add(new Marked(mark, column, inAccount, newValue));
    }

    private static @Nullable Column optional(Table table, String role, @Nullable String name) {
        return name == null ? null : table.column(role, name);
    }

    /** Refuses a column whose text does not lead back to the same value, or not in every session. */
    private static Column keyed(String role, Column column) {
        if (!column.isKey()) {
            throw new MappingException(
                    role + " '" + column.name() + "'",
                    "is " + column.typeName() + "; allowed: whole and exact numbers, texts, UUID, BINARY");
        }
        return column;
    }

    private static void written(String role, Column column) {
        if (column.generated()) {
            throw new MappingException(
                    role + " '" + column.name() + "'",
                    "is generated by the database, so that a migration cannot write it; map one that it can");
        }
    }

    private static Column exact(String what, Column column) {
        if (column.kind() != Column.Kind.WHOLE && column.kind() != Column.Kind.DECIMAL) {
            throw new MappingException(
                    what, "is " + column.typeName() + ", which does not hold amounts exactly; allowed: exact numbers");
        }
        return column;
    }

    private static Column counted(Column column) {
        if (column.kind() != Column.Kind.WHOLE && column.kind() != Column.Kind.DECIMAL) {
            throw new MappingException(
                    "version column '" + column.name() + "'",
                    "is " + column.typeName() + ", not a number that every write increments");
        }
        return column;
    }

    private @Nullable Column timed(@Nullable Column column) {
        if (column == null || column.kind() == Column.Kind.INSTANT) {
            return column;
        }
        if (column.kind() != Column.Kind.LOCAL_TIME && column.kind() != Column.Kind.DATE) {
            throw new MappingException(
                    "time column '" + column.name() + "'", "is " + column.typeName() + ", not a time");
        }
        if (zone == null) {
            throw new MappingException(
                    "time column '" + column.name() + "'",
                    "its type " + column.typeName() + " has no zone; say which one is meant with zone(…)");
        }
        return column;
    }

    private int scaleOf(Column column) {
        return scaleOf("balance column '" + column.name() + "'", column);
    }

    private int scaleOf(String what, Column column) {
        if (column.type().scale() < 0) {
            throw new MappingException(
                    what,
                    "is " + column.typeName() + ", which rounds whole credits away; give it a scale of 0 or more");
        }
        if (host.minorUnits >= 0) {
            if (column.kind() != Column.Kind.WHOLE
                    && !(column.kind() == Column.Kind.DECIMAL && column.type().scale() == 0)) {
                throw new MappingException(what, "is " + column.typeName() + "; minor units are whole numbers");
            }
            return host.minorUnits;
        }
        exact(what, column);
        // A NUMERIC without precision holds any number of decimals.
        return column.kind() == Column.Kind.WHOLE
                ? 0
                : column.type().size() == 0
                        ? WIDEST_SCALE
                        : Math.min(column.type().scale(), WIDEST_SCALE);
    }

    private static String trueOf(Column column) {
        return switch (column.kind()) {
            case BOOLEAN -> "true";
            case WHOLE, DECIMAL -> "1";
            default ->
                throw new MappingException(
                        "column '" + column.name() + "'",
                        "is " + column.typeName() + "; say which of its values is meant, such as flag(column, value)");
        };
    }

    private List<String> exemptValues() {
        if (exempt == null) {
            return List.of();
        }
        return host.exemptValues.isEmpty() ? List.of(trueOf(exempt)) : host.exemptValues;
    }

    private String exemptParameters() {
        List<String> parameters = new ArrayList<>();
        for (int i = 0; i < exemptValues().size(); i++) {
            parameters.add(":exempt_" + i);
        }
        return String.join(", ", parameters);
    }

    /** Nobody is found by an id that is longer than what a caller may hand in, and none is kept. */
    private static boolean canBeTooLong(Column column) {
        int charactersEach = column.kind() == Column.Kind.BINARY ? 2 : 1;
        return (column.kind() == Column.Kind.TEXT || column.kind() == Column.Kind.BINARY)
                && (column.type().size() == 0 || column.type().size() > ID_LENGTH_MAX / charactersEach);
    }

    private String filterConditions() {
        StringBuilder conditions = new StringBuilder("1 = 1");
        if (canBeTooLong(id)) {
            conditions
                    .append(" AND CHAR_LENGTH(")
                    .append(dialect.asText(id, "u." + quoted(id)))
                    .append(") <= ")
                    .append(ID_LENGTH_MAX);
        }
        int i = 0;
        for (Map.Entry<Column, List<String>> filter : filters.entrySet()) {
            conditions
                    .append(" AND u.")
                    .append(quoted(filter.getKey()))
                    .append(filter.getValue().isEmpty() ? " IS NULL" : " = :filter_" + i);
            i++;
        }
        return conditions.toString();
    }

    private String accountJoin() {
        if (accounts == null || accountUser == null) {
            return "";
        }
        String user = host.ownAccounts ? dialect.asText(id, "u." + quoted(id)) : "u." + quoted(id);
        String key = quoted(accountUser);
        // The limit keeps PostgreSQL, which has no statistics of accounts on the day of the migration, from reading
        // them all.
        return dialect == Dialect.POSTGRESQL
                ? "LEFT JOIN LATERAL (SELECT * FROM " + accounts.sql() + " b WHERE b." + key + " = " + user
                        + " LIMIT 1) a ON TRUE"
                : "LEFT JOIN " + accounts.sql() + " a ON a." + key + " = " + user;
    }

    /** The number of the 24-hour day, from this instant on, that an operation was made in. */
    String operationDay(Instant from) {
        Column at = Objects.requireNonNull(operationAt);
        ZoneId local = localZone(at);
        long second = local == null
                ? from.getEpochSecond()
                : LocalDateTime.ofInstant(from, local).toEpochSecond(ZoneOffset.UTC);
        return dialect.periodOf(dialect.time(at, "o." + quoted(at)), second, DAY_SECONDS);
    }

    /** The clock hour that an operation was made in. PostgreSQL bins in a fraction of the time that it divides or truncates in. */
    private String operationHour(String operationTime, Column at) {
        return dialect == Dialect.POSTGRESQL
                ? "date_bin('1 hour', "
                        + (at.kind() == Column.Kind.INSTANT
                                ? operationTime + ", TIMESTAMPTZ '1970-01-01 00:00Z')"
                                : "CAST(" + operationTime + " AS TIMESTAMP), TIMESTAMP '1970-01-01' + INTERVAL '"
                                        + hourShiftSeconds() + " seconds')")
                : dialect.periodOf(operationTime, hourShiftSeconds(), HOUR_SECONDS);
    }

    /** Tables and columns, with their types, as a plan keeps them. */
    String inWords() {
        List<String> words = new ArrayList<>();
        words.add(users.sql() + " of " + dialect);
        words.add("id " + id);
        words.add("balance " + balance + " at " + balanceScale + " decimals");
        words.add("second balance " + secondBalance);
        words.add("reserved " + reserved);
        words.add("marked " + marked);
        words.add("registered " + registeredAt + " in " + zone);
        words.add("exempt " + exempt + " " + host.exemptValues);
        words.add("rows " + filters);
        words.add("purchases " + (purchases == null ? null : purchases.sql()) + " " + purchaseCredits);
        words.add("operations " + (operations == null ? null : operations.sql()) + " " + operationAt);
        return String.join("; ", words);
    }

    /** The zone that a column's times are in; null where they say so themselves. */
    private @Nullable ZoneId localZone(Column column) {
        return column.kind() == Column.Kind.INSTANT ? null : zone;
    }

    /** Clock hours are hours of UTC; where the zone is half an hour off, local hours are not. */
    private int hourShiftSeconds() {
        if (zone == null || operationAt == null || operationAt.kind() == Column.Kind.INSTANT) {
            return 0;
        }
        return Math.floorMod(TimeZone.getTimeZone(zone).getRawOffset() / 1_000, HOUR_SECONDS);
    }
}
