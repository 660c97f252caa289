package io.creditmigration.jdbc;

import io.creditmigration.CreditRate;
import io.creditmigration.Credits;
import io.creditmigration.JournalLine;
import io.creditmigration.Migration;
import io.creditmigration.RollbackData;
import io.creditmigration.UserMigration;
import io.creditmigration.jdbc.Mapping.Mark;
import io.creditmigration.jdbc.Mapping.Marked;
import io.creditmigration.spi.CommitResult;
import io.creditmigration.spi.UserChange;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What is written for users, in JDBC batches: one per table and kind of change. */
final class BatchWrites implements Writes {

    private static final String MOVE_BALANCE = """
            UPDATE {holder} SET {set} WHERE {holder_key} = :holder_key AND {guarded_balance} {same} :expected{guard}
            """;

    private static final String OPEN_ACCOUNT = "INSERT INTO {holder} ({columns}) VALUES ({values})";

    private static final String SET_USER = "UPDATE {users} SET {set} WHERE {key} = :key{guard}";

    private static final String UNSET_USER = "UPDATE {users} SET {set} WHERE {key} = :key";

    private static final String CLAIM_HOLDERS =
            "SELECT {holder_id} AS user_id FROM {holder} WHERE {holder_key} IN ({keys}) {row_lock} SKIP LOCKED";

    private static final String CLAIM_USERS =
            "SELECT {user_id} AS user_id FROM {users} u WHERE {id} IN ({keys}) {row_lock} SKIP LOCKED";

    private static final String COPY_HISTORY = """
            INSERT INTO {our_entry} (migration_id, user_id, attempt, kind, operation_id, amount, entered_at)
            SELECT :migration, :user_id, :attempt, 'OPERATION', {operation_id}, 0, {operation_entered_at}
            FROM {operations} o
            WHERE {operation_user} = :operation_user AND {operation_entered_at} < :before
              AND NOT EXISTS (SELECT 1 FROM {our_entry} e
                              WHERE e.migration_id = :migration AND e.operation_id = {operation_id})
            """;

    private static final String INSERT_ENTRY = """
            INSERT INTO {our_entry} (migration_id, user_id, attempt, kind, operation_id, amount, entered_at)
            VALUES (:migration, :user_id, :attempt, :kind, NULL, :amount, :at)
            """;

    /** A node's clock may be slow: what follows a seal is not from before it. */
    private static final String INSERT_LINE = """
            INSERT INTO {our_journal} (at, migration, run, line, attempt, kind, status, cause, is_last, user_id, old_credits,
                                       new_credits, host_state, figures_line, granted, consumed, copied, operations, days,
                                       old_rate, new_rate, actor_kind, actor, reason, error)
            VALUES (GREATEST(:at, COALESCE((SELECT MAX(sealed_at) FROM {our_seal} WHERE migration_id = :migration), :at)), :number, :run, :line, :attempt, :kind, :status, :cause, TRUE, :user_id, :old_credits,
                    :new_credits, :host_state, :figures_line, :granted, :consumed, :copied, :operations, :days,
                    :old_rate, :new_rate, :actor_kind, :actor, :reason, :error)
            """;

    /** The line that was the user's last of this migration is it no more. */
    private static final String UNMARK_LINE = """
            UPDATE {our_journal} SET is_last = FALSE
            WHERE user_id = :user_id AND migration = :number AND is_last = TRUE AND line < :line
            """;

    /** Where no balance is written, the row that holds it is locked all the same, so that lines are written in turn. */
    private static final String LOCK_HOLDER = "SELECT 1 FROM {holder} WHERE {holder_key} = :holder_key {row_lock}";

    private static final String READ_BACK = """
            SELECT {holder_id} AS user_id, {balance} AS balance, {second_balance} AS second_balance, {version} AS version,
                   {holder_marks}
            FROM {holder} WHERE {holder_key} IN ({keys})
            """;

    private static final String READ_BACK_USERS =
            "SELECT {user_id} AS user_id, {user_marks} FROM {users} u WHERE {id} IN ({keys})";

    private static final int KEYS_AT_ONCE = 100;

    private final Mapping mapping;
    private final Sql migrate;
    private final Sql rollBack;
    private final Sql openAccount;
    private final @Nullable Sql setUser;
    private final @Nullable Sql unsetUser;
    private final Map<String, String> names;
    private final @Nullable Sql copyHistory;
    private final Sql insertEntry;
    private final Sql insertLine;
    private final Sql unmarkLine;
    private final Sql lockHolder;
    private final Notices notices;

    BatchWrites(Mapping mapping, LibraryTables ours) {
        this.mapping = mapping;
        this.names = mapping.names(ours);
        names.put("version", mapping.version().map(mapping::quoted).orElse("NULL"));
        names.put("row_lock", mapping.dialect.rowLock());
        boolean inAccount = mapping.accounts != null;
        names.put("holder_marks", readMarks(inAccount, ""));
        names.put("user_marks", readMarks(false, "u."));
        boolean second = mapping.secondBalance != null;
        this.migrate = host(
                MOVE_BALANCE,
                second ? "{balance} = 0, {second_balance} = :moved_into" : "{balance} = :new_balance",
                "{balance}",
                inAccount);
        this.rollBack = host(
                MOVE_BALANCE,
                second ? "{second_balance} = 0, {balance} = :moved_into" : "{balance} = :new_balance",
                "{second_balance}",
                inAccount);
        this.openAccount = openAccount();
        boolean setsUsers = inAccount && mapping.marked.stream().anyMatch(mark -> !mark.inAccount());
        this.setUser = setsUsers ? host(SET_USER, "", "", false) : null;
        this.unsetUser = setsUsers ? unsetUser() : null;
        this.copyHistory = mapping.copiesHistory ? sql(COPY_HISTORY) : null;
        this.insertEntry = sql(INSERT_ENTRY);
        this.insertLine = sql(INSERT_LINE);
        this.unmarkLine = sql(UNMARK_LINE);
        this.lockHolder = sql(LOCK_HOLDER);
        this.notices = new Notices(mapping.dialect, ours);
    }

    @Override
    public List<CommitResult> write(
            Connection connection, Migration migration, int number, List<UserChange> changes, Terms terms)
            throws SQLException {
        CommitResult[] results = new CommitResult[changes.size()];
        List<Integer> free = new ArrayList<>();
        Set<String> claimed = terms.waits() ? Set.of() : claim(connection, changes);
        for (int i = 0; i < results.length; i++) {
            if (terms.waits() || claimed.contains(changes.get(i).line().userId())) {
                free.add(i);
            } else {
                results[i] = CommitResult.of(CommitResult.Status.LOCKED);
            }
        }
        if (terms.waits()) {
            lockHolders(connection, changes);
        }
        boolean[] matched = writeHost(connection, at(changes, free));
        List<Integer> stood = new ArrayList<>();
        for (int i = 0; i < matched.length; i++) {
            if (matched[i]) {
                stood.add(free.get(i));
            } else {
                results[free.get(i)] = CommitResult.of(CommitResult.Status.STALE);
            }
        }
        Map<String, String> versions = readBack(connection, at(changes, stood));
        long[] copied = writeOwn(connection, migration, number, at(changes, stood), versions, terms.run());
        for (int i = 0; i < copied.length; i++) {
            results[stood.get(i)] = CommitResult.committed(copied[i]);
        }
        return List.of(results);
    }

    private static List<UserChange> at(List<UserChange> changes, List<Integer> places) {
        return places.stream().map(changes::get).toList();
    }

    /**
     * Of these users, those whose rows nobody else holds, and those whose rows are not touched; held rows are ours until
     * the transaction ends. Nobody is waited for.
     */
    private Set<String> claim(Connection connection, List<UserChange> changes) throws SQLException {
        Set<String> free = new HashSet<>();
        List<String> held = new ArrayList<>();
        for (UserChange change : changes) {
            boolean noRow = mapping.accounts != null && change.expected().user().credits() == null;
            if (noRow) {
                free.add(change.line().userId());
            } else {
                held.add(change.line().userId());
            }
        }
        free.addAll(claim(connection, CLAIM_HOLDERS, held, mapping::holderKey));
        if (setUser != null) {
            free.retainAll(claim(connection, CLAIM_USERS, List.copyOf(free), mapping.id::key));
        }
        return free;
    }

    /**
     * Refuses what is not stored as it was decided: a balance, or what marks the row. Answers, by user, what the host's state is
     * to say besides of versions that somebody else has counted up too.
     */
    Map<String, String> readBack(Connection connection, List<UserChange> changes) throws SQLException {
        Map<String, UserChange> written = new LinkedHashMap<>();
        for (UserChange change : changes) {
            if (change.kind().movesBalance()) {
                written.put(change.line().userId(), change);
            }
        }
        Map<String, UserChange> unread = new LinkedHashMap<>(written);
        Map<String, String> versions = new HashMap<>();
        forEach(connection, READ_BACK, List.copyOf(written.keySet()), mapping::holderKey, row -> {
            UserChange change = unread.remove(row.getString("user_id"));
            if (change != null) {
                requireStored(row, change);
                noteVersion(row, change, versions);
            }
        });
        // A host whose keys ignore case may write a user's account in other letters than the user's own row.
        for (UserChange other : List.copyOf(unread.values())) {
            String userId = other.line().userId();
            forEach(connection, READ_BACK, List.of(userId), mapping::holderKey, row -> {
                requireStored(row, other);
                noteVersion(row, other, versions);
                unread.remove(userId);
            });
        }
        for (UserChange gone : unread.values()) {
            throw AlteredException.balance(null, moved(gone).into());
        }
        if (setUser != null) {
            forEach(connection, READ_BACK_USERS, List.copyOf(written.keySet()), mapping.id::key, row -> {
                UserChange change = written.get(row.getString("user_id"));
                if (change != null) {
                    requireMarks(row, change, false);
                }
            });
        }
        return versions;
    }

    private void noteVersion(ResultSet row, UserChange change, Map<String, String> versions) throws SQLException {
        BigDecimal version = row.getBigDecimal("version");
        BigDecimal written =
                mapping.versionLeft(HostState.decoded(change.expected().hostState()));
        if (version != null && version.compareTo(written) != 0) {
            versions.put(change.line().userId(), HostState.VERSION_LEFT_ENCODED + version.toPlainString());
        }
    }

    /**
     * The column that a balance is moved into: what it had, and what it has to have; null and the new balance where there is
     * but one.
     */
    record Moved(@Nullable BigDecimal other, @Nullable BigDecimal into) {}

    Moved moved(UserChange change) {
        BigDecimal decided = mapping.stored(change.newCredits() == null ? Credits.ZERO : change.newCredits());
        Column other = mapping.other(change.kind() == UserChange.Kind.MIGRATE);
        if (other == null || decided == null) {
            return new Moved(null, decided);
        }
        String found = HostState.decoded(change.expected().hostState()).get(other.name());
        BigDecimal before = found == null ? null : new BigDecimal(found);
        return new Moved(before, before == null ? decided : before.add(decided));
    }

    private void requireStored(ResultSet row, UserChange change) throws SQLException {
        boolean forward = change.kind() == UserChange.Kind.MIGRATE;
        requireAmount(
                row.getBigDecimal(forward ? "second_balance" : "balance"),
                moved(change).into());
        if (mapping.secondBalance != null) {
            requireAmount(row.getBigDecimal(forward ? "balance" : "second_balance"), BigDecimal.ZERO);
        }
        requireMarks(row, change, mapping.accounts != null);
    }

    private static void requireAmount(@Nullable BigDecimal stored, @Nullable BigDecimal decided) {
        if (stored == null || decided == null || stored.compareTo(decided) != 0) {
            throw AlteredException.balance(stored, decided);
        }
    }

    private void requireMarks(ResultSet row, UserChange change, boolean inAccount) throws SQLException {
        for (int i = 0; i < mapping.marked.size(); i++) {
            Marked mark = mapping.marked.get(i);
            if (mark.inAccount() == inAccount) {
                requireMark(row, change, i);
            }
        }
    }

    private void requireMark(ResultSet row, UserChange change, int i) throws SQLException {
        Marked mark = mapping.marked.get(i);
        String column = mark.column().name();
        String stored = row.getString("state_" + i);
        if (mark.mark() == Mark.VERSION) {
            requireVersion(
                    column,
                    stored,
                    HostState.decoded(change.expected().hostState()).get(column));
            return;
        }
        String decided = written(mark, change);
        boolean kept;
        if (change.kind() == UserChange.Kind.MIGRATE && isConstant(mark)) {
            // The database compares as it does for the guard of a flag; what it cannot compare is not looked at.
            kept = !mark.column().isComparable() || row.getInt("is_new_" + i) == 1;
        } else {
            kept = mark.column().isSame(decided, stored);
        }
        if (!kept) {
            throw AlteredException.column(column, stored, decided);
        }
    }

    /** A trigger may count it up too, and nothing counts it back. */
    private static void requireVersion(String column, @Nullable String stored, @Nullable String before) {
        BigDecimal written = (before == null ? BigDecimal.ZERO : new BigDecimal(before)).add(BigDecimal.ONE);
        if (stored == null || new BigDecimal(stored).compareTo(written) < 0) {
            throw AlteredException.column(column, stored, written.toPlainString());
        }
    }

    /** Whether a migration writes the same for everybody. */
    private static boolean isConstant(Marked mark) {
        return mark.mark() != Mark.RATE && mark.mark() != Mark.VERSION;
    }

    /** The marked columns of a table as they are, and whether they are what a migration writes. */
    private String readMarks(boolean inAccount, String alias) {
        List<String> columns = new ArrayList<>(List.of("1 AS found"));
        for (int i = 0; i < mapping.marked.size(); i++) {
            Marked mark = mapping.marked.get(i);
            if (mark.inAccount() == inAccount) {
                String column = alias + mapping.quoted(mark.column());
                columns.add(mapping.dialect.asText(mark.column(), column) + " AS state_" + i);
                if (isConstant(mark) && mark.column().isComparable()) {
                    columns.add("CASE WHEN " + column + " " + mapping.dialect.same() + " :new_value_" + i
                            + " THEN 1 ELSE 0 END AS is_new_" + i);
                }
            }
        }
        return String.join(", ", columns);
    }

    private Set<String> claim(
            Connection connection, String template, List<String> userIds, Function<String, Object> key)
            throws SQLException {
        Set<String> claimed = new HashSet<>();
        forEach(connection, template, userIds, key, row -> claimed.add(row.getString("user_id")));
        return claimed;
    }

    /** Queries the rows with these keys, some at a time. */
    private void forEach(
            Connection connection, String template, List<String> userIds, Function<String, Object> key, Audit.Take take)
            throws SQLException {
        for (int from = 0; from < userIds.size(); from += KEYS_AT_ONCE) {
            List<String> some = userIds.subList(from, Math.min(userIds.size(), from + KEYS_AT_ONCE));
            List<String> parameters = new ArrayList<>();
            Map<String, @Nullable Object> values = mapping.newValues();
            for (int i = 0; i < some.size(); i++) {
                parameters.add(":key_" + i);
                values.put("key_" + i, key.apply(some.get(i)));
            }
            Map<String, String> withKeys = new LinkedHashMap<>(names);
            withKeys.put("keys", String.join(", ", parameters));
            Audit.each(connection, new Sql(mapping.dialect, template, withKeys), values, take);
        }
    }

    /** Writes the host's rows; answers which changes found what they expected. */
    private boolean[] writeHost(Connection connection, List<UserChange> changes) throws SQLException {
        boolean[] matched = new boolean[changes.size()];
        Arrays.fill(matched, true);
        for (boolean back : new boolean[] {false, true}) {
            List<Integer> opened = new ArrayList<>();
            List<Integer> moved = new ArrayList<>();
            for (int i = 0; i < changes.size(); i++) {
                UserChange.Kind kind = changes.get(i).kind();
                if (back ? kind.isRollback() : kind == UserChange.Kind.MIGRATE) {
                    boolean absent = mapping.accounts != null
                            && changes.get(i).expected().user().credits() == null;
                    (absent ? opened : moved).add(i);
                }
            }
            if (setUser != null) {
                List<Integer> both = new ArrayList<>(opened);
                both.addAll(moved);
                write(connection, setUser, changes, both, matched);
                opened.removeIf(i -> !matched[i]);
                moved.removeIf(i -> !matched[i]);
            }
            write(connection, back ? rollBack : migrate, changes, moved, matched);
            insert("an account", connection, openAccount, hostValues(changes, opened));
            if (unsetUser != null) {
                // The account has moved meanwhile: the user's row is put back as it was found, which is still locked.
                List<Integer> undone = moved.stream().filter(i -> !matched[i]).toList();
                unsetUser.batch(connection, hostValues(changes, undone));
            }
        }
        return matched;
    }

    private void lockHolders(Connection connection, List<UserChange> changes) throws SQLException {
        for (UserChange change : changes) {
            if (!change.kind().movesBalance()) {
                try (PreparedStatement statement = lockHolder.prepare(connection)) {
                    lockHolder.bind(
                            statement,
                            Map.of("holder_key", mapping.holderKey(change.line().userId())));
                    statement.executeQuery().close();
                }
            }
        }
    }

    /** Copies history, writes entries, lines and notices; answers operations copied, in order. */
    private long[] writeOwn(
            Connection connection,
            Migration migration,
            int number,
            List<UserChange> changes,
            Map<String, String> versions,
            @Nullable Integer run)
            throws SQLException {
        long[] copied = new long[changes.size()];
        List<Map<String, @Nullable Object>> entries = new ArrayList<>();
        List<Map<String, @Nullable Object>> lines = new ArrayList<>();
        List<Map<String, @Nullable Object>> laterLines = new ArrayList<>();
        boolean grants = migration.conversion().isEmpty();
        if (grants && copyHistory != null) {
            copyHistory(connection, copyHistory, changes, copied);
        }
        for (int i = 0; i < changes.size(); i++) {
            UserChange change = changes.get(i);
            if (change.kind() == UserChange.Kind.CATCH_UP && copied[i] == 0) {
                continue;
            }
            Map<String, @Nullable Object> line = line(new ChangeColumns.Change(migration, change), copied[i]);
            line.put("number", number);
            line.put("migration", migration.id());
            line.put("run", run);
            line.computeIfPresent(
                    "host_state",
                    (name, state) -> state + versions.getOrDefault(change.line().userId(), ""));
            lines.add(line);
            if (change.expected().record() != null) {
                laterLines.add(line);
            }
            if (grants && change.kind().movesBalance()) {
                entries.add(entry(change));
            }
        }
        insert("credit entries", connection, insertEntry, entries);
        insert("lines", connection, insertLine, lines);
        unmarkLine.batch(connection, laterLines);
        notices.write(connection, changes, run);
        return copied;
    }

    private static Map<String, @Nullable Object> line(ChangeColumns.Change change, long copied) {
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        ChangeColumns.JOURNAL.forEach(
                input -> values.put(input.name(), input.value().apply(change)));
        long inAll = change.line().standing().copied() + copied;
        values.put("copied", inAll == 0 ? null : inAll);
        return values;
    }

    private void copyHistory(Connection connection, Sql copy, List<UserChange> changes, long[] copied)
            throws SQLException {
        List<Map<String, @Nullable Object>> rows = new ArrayList<>();
        List<Integer> places = new ArrayList<>();
        for (int i = 0; i < changes.size(); i++) {
            UserChange change = changes.get(i);
            UserMigration record = change.record();
            if ((change.kind() == UserChange.Kind.MIGRATE || change.kind() == UserChange.Kind.CATCH_UP)
                    && mapping.operationUser != null
                    && mapping.operationAt != null) {
                Map<String, @Nullable Object> values = new LinkedHashMap<>();
                values.put("migration", record.migrationId());
                values.put("user_id", record.userId());
                values.put("attempt", record.attempt());
                values.put("operation_user", mapping.operationUser.key(record.userId()));
                // Of a COMPLETED user, when that was.
                values.put("before", record.changedAt());
                rows.add(values);
                places.add(i);
            }
        }
        int[] counts = copy.batch(connection, rows);
        for (int i = 0; i < counts.length; i++) {
            copied[places.get(i)] = counts[i];
        }
    }

    private static void insert(
            String what, Connection connection, Sql statement, List<Map<String, @Nullable Object>> rows)
            throws SQLException {
        try {
            statement.insert(connection, rows);
        } catch (SQLException e) {
            if (SqlErrors.isDuplicate(e)) {
                throw new StaleException("Somebody else has written " + what + ": " + SqlErrors.words(e), e);
            }
            throw e;
        }
    }

    private void write(
            Connection connection, Sql statement, List<UserChange> changes, List<Integer> places, boolean[] matched)
            throws SQLException {
        int[] counts = statement.batch(connection, hostValues(changes, places));
        for (int i = 0; i < counts.length; i++) {
            matched[places.get(i)] = counts[i] == 1;
        }
    }

    private List<Map<String, @Nullable Object>> hostValues(List<UserChange> changes, List<Integer> places) {
        List<Map<String, @Nullable Object>> rows = new ArrayList<>();
        for (int place : places) {
            rows.add(hostValues(changes.get(place)));
        }
        return rows;
    }

    private Map<String, @Nullable Object> hostValues(UserChange change) {
        String userId = change.line().userId();
        Map<String, @Nullable String> expected =
                HostState.decoded(change.expected().hostState());
        Credits newCredits = change.newCredits();
        Moved moved = moved(change);
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        values.put("other", moved.other());
        values.put("moved_into", moved.into());
        values.put("key", mapping.id.key(userId));
        values.put("holder_key", mapping.holderKey(userId));
        values.put("expected", mapping.stored(change.expected().user().credits()));
        values.put("new_balance", newCredits == null ? BigDecimal.ZERO : mapping.stored(newCredits));
        for (int i = 0; i < mapping.marked.size(); i++) {
            Marked mark = mapping.marked.get(i);
            String column = mark.column().name();
            values.put("expected_" + i, expected.get(column));
            values.put("kept_" + i, mark.column().value(expected.get(column)));
            values.put("written_" + i, mark.column().value(written(mark, change)));
        }
        return values;
    }

    /** What a change writes into a marked column, as text. */
    static @Nullable String written(Marked mark, UserChange change) {
        RollbackData data = change.record().rollbackData();
        if (mark.mark() == Mark.ACTIVE && change.kind() == UserChange.Kind.ROLL_BACK_KEEPING_PAID) {
            return mark.newValue();
        }
        String column = mark.column().name();
        String found = HostState.decoded(change.expected().hostState()).get(column);
        boolean rated = mark.mark() == Mark.RATE;
        CreditRate newRate = data == null ? null : data.newRate();
        if (rated && newRate == null) {
            // A grant writes no rate, and so has none to put back.
            return found;
        }
        if (!change.kind().isRollback()) {
            return rated ? String.valueOf(newRate) : mark.newValue();
        }
        Map<String, @Nullable String> captured = data == null ? Map.of() : HostState.decoded(data.hostState());
        if (!captured.containsKey(column)) {
            // Mapped after the user was migrated: the line knows the rate of those days, and of others nothing.
            return rated && data != null ? String.valueOf(data.oldRate()) : found;
        }
        String before = captured.get(column);
        // There was no account before; one that is left without a grant is inactive.
        return mark.mark() == Mark.ACTIVE && before == null ? "0" : before;
    }

    private static Map<String, @Nullable Object> entry(UserChange change) {
        JournalLine line = change.line();
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        values.put("migration", line.migrationId());
        values.put("user_id", line.userId());
        values.put("attempt", line.attempt());
        values.put("kind", change.kind() == UserChange.Kind.MIGRATE ? "GRANT" : "REVERSAL");
        values.put("amount", amountOf(change));
        values.put("at", line.at());
        return values;
    }

    /** The grant, or what of it was withdrawn: what the balance changes by. */
    static BigDecimal amountOf(UserChange change) {
        Credits before = change.expected().user().credits();
        BigDecimal was = before == null ? BigDecimal.ZERO : before.amount();
        return (change.newCredits() == null
                        ? BigDecimal.ZERO
                        : change.newCredits().amount())
                .subtract(was);
    }

    private Sql sql(String template) {
        return new Sql(mapping.dialect, template, names);
    }

    /** A guarded write of the host's row: what to set of the balance, and of the marked columns in that table. */
    private Sql host(String template, String setBalance, String guardedBalance, boolean inAccount) {
        List<String> set = new ArrayList<>();
        if (!setBalance.isEmpty()) {
            set.add(Sql.replaced(setBalance, names));
        }
        StringBuilder guard = new StringBuilder();
        if (mapping.secondBalance != null && !guardedBalance.isEmpty()) {
            String other = guardedBalance.equals("{balance}") ? "{second_balance}" : "{balance}";
            guard.append(Sql.replaced(" AND " + other + " {same} :other", names));
        }
        for (int i = 0; i < mapping.marked.size(); i++) {
            Marked mark = mapping.marked.get(i);
            if (mark.inAccount() == inAccount) {
                String column = mapping.quoted(mark.column());
                set.add(column + " = "
                        + (mark.mark() == Mark.VERSION ? "COALESCE(" + column + ", 0) + 1" : ":written_" + i));
                guard.append(" AND ")
                        .append(mapping.dialect.asText(mark.column(), column))
                        .append(" ")
                        .append(mapping.dialect.same())
                        .append(" :expected_")
                        .append(i);
            }
        }
        Map<String, String> all = new LinkedHashMap<>(names);
        all.put("set", String.join(", ", set));
        all.put("guarded_balance", Sql.replaced(guardedBalance, names));
        all.put("guard", guard.toString());
        return new Sql(mapping.dialect, template, all);
    }

    private Sql unsetUser() {
        List<String> set = new ArrayList<>();
        for (int i = 0; i < mapping.marked.size(); i++) {
            Marked mark = mapping.marked.get(i);
            if (!mark.inAccount()) {
                set.add(mapping.quoted(mark.column()) + " = :kept_" + i);
            }
        }
        Map<String, String> all = new LinkedHashMap<>(names);
        all.put("set", String.join(", ", set));
        return new Sql(mapping.dialect, UNSET_USER, all);
    }

    private Sql openAccount() {
        List<String> columns = new ArrayList<>(List.of("{holder_key}", "{balance}"));
        List<String> values = new ArrayList<>(List.of(":holder_key", ":new_balance"));
        for (int i = 0; i < mapping.marked.size(); i++) {
            Marked mark = mapping.marked.get(i);
            if (mark.inAccount()) {
                columns.add(mapping.quoted(mark.column()));
                values.add(mark.mark() == Mark.VERSION ? "1" : ":written_" + i);
            }
        }
        Map<String, String> all = new LinkedHashMap<>(names);
        all.put(
                "columns",
                Sql.replaced(String.join(", ", columns.subList(0, 2)), names)
                        + columns.stream().skip(2).map(column -> ", " + column).reduce("", String::concat));
        all.put("values", String.join(", ", values));
        return new Sql(mapping.dialect, OPEN_ACCOUNT, all);
    }
}
