package io.creditmigration.jdbc;

import io.creditmigration.CreditRate;
import io.creditmigration.Credits;
import io.creditmigration.Migration;
import io.creditmigration.MigrationLogEntry;
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
            "SELECT {holder_id} AS user_id FROM {holder} WHERE {holder_key} IN ({keys}) FOR UPDATE SKIP LOCKED";

    private static final String CLAIM_USERS =
            "SELECT {user_id} AS user_id FROM {users} u WHERE {id} IN ({keys}) FOR UPDATE SKIP LOCKED";

    private static final String COPY_HISTORY = """
            INSERT INTO {our_entry} (migration_id, user_id, attempt, kind, operation_id, amount, entered_at)
            SELECT :migration, :user_id, :attempt, 'OPERATION', {operation_id}, 0, {operation_entered_at}
            FROM {operations} o
            WHERE {operation_user} = :operation_user AND {operation_at} < :before
              AND NOT EXISTS (SELECT 1 FROM {our_entry} e
                              WHERE e.migration_id = :migration AND e.operation_id = {operation_id})
            """;

    private static final String INSERT_ENTRY = """
            INSERT INTO {our_entry} (migration_id, user_id, attempt, kind, operation_id, amount, entered_at)
            VALUES (:migration, :user_id, :attempt, :kind, NULL, :amount, :at)
            """;

    private static final String INSERT_RECORD = """
            INSERT INTO {our_user} (migration_id, user_id, status, attempt, credits_granted, historical_operations,
                                    changed_at, old_credits, new_credits, old_rate, new_rate, host_state, error,
                                    run_id)
            VALUES (:migration, :user_id, :status, :attempt, :granted, :historical_operations,
                    :at, :old_credits, :new_credits, :old_rate, :new_rate, :host_state, :error, :run)
            """;

    private static final String UPDATE_RECORD = """
            UPDATE {our_user}
            SET status = :status, attempt = :attempt, credits_granted = :granted,
                historical_operations = :historical_operations, changed_at = :at, old_credits = :old_credits,
                new_credits = :new_credits, old_rate = :old_rate, new_rate = :new_rate, host_state = :host_state,
                error = :error, credits_consumed = :consumed, run_id = :run
            WHERE migration_id = :migration AND user_id = :user_id AND status = :was_status AND attempt = :was_attempt
            """;

    private static final String INSERT_LOG = """
            INSERT INTO {our_log} (migration_id, user_id, attempt, kind, old_credits, new_credits, old_rate, new_rate,
                                   residual, actor_kind, actor, logged_at, reason)
            VALUES (:migration, :user_id, :attempt, :kind, :old_credits, :new_credits, :old_rate, :new_rate,
                    :residual, :actor_kind, :actor, :at, :reason)
            """;

    private static final int CLAIMED_AT_ONCE = 100;

    private final Mapping mapping;
    private final Sql migrate;
    private final Sql rollBack;
    private final Sql openAccount;
    private final @Nullable Sql setUser;
    private final @Nullable Sql unsetUser;
    private final Map<String, String> names;
    private final @Nullable Sql copyHistory;
    private final Sql insertEntry;
    private final Sql insertRecord;
    private final Sql updateRecord;
    private final Sql insertLog;
    private final Notices notices;

    BatchWrites(Mapping mapping, LibraryTables ours) {
        this.mapping = mapping;
        this.names = mapping.names(ours);
        boolean inAccount = mapping.accounts != null;
        boolean second = mapping.secondBalance != null;
        String add = "{second_balance} = COALESCE({second_balance}, 0) + :new_balance";
        this.migrate = host(
                MOVE_BALANCE, second ? "{balance} = 0, " + add : "{balance} = :new_balance", "{balance}", inAccount);
        this.rollBack = host(
                MOVE_BALANCE,
                second
                        ? "{second_balance} = 0, {balance} = COALESCE({balance}, 0) + :new_balance"
                        : "{balance} = :new_balance",
                "{second_balance}",
                inAccount);
        this.openAccount = openAccount();
        boolean setsUsers = inAccount && mapping.marked.stream().anyMatch(mark -> !mark.inAccount());
        this.setUser = setsUsers ? host(SET_USER, "", "", false) : null;
        this.unsetUser = setsUsers ? unsetUser() : null;
        this.copyHistory = mapping.copiesHistory ? sql(COPY_HISTORY) : null;
        this.insertEntry = sql(INSERT_ENTRY);
        this.insertRecord = sql(INSERT_RECORD);
        this.updateRecord = sql(UPDATE_RECORD);
        this.insertLog = sql(INSERT_LOG);
        this.notices = new Notices(mapping.dialect, ours);
    }

    @Override
    public List<CommitResult> write(Connection connection, Migration migration, List<UserChange> changes, Terms terms)
            throws SQLException {
        CommitResult[] results = new CommitResult[changes.size()];
        List<Integer> free = new ArrayList<>();
        Set<String> claimed = terms.waits() ? Set.of() : claim(connection, changes);
        for (int i = 0; i < results.length; i++) {
            if (terms.waits() || claimed.contains(changes.get(i).record().userId())) {
                free.add(i);
            } else {
                results[i] = CommitResult.of(CommitResult.Status.LOCKED);
            }
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
        long[] copied = writeOwn(connection, migration, at(changes, stood), terms.runId());
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
            if (noRow || change.kind() == UserChange.Kind.RECORD_ONLY) {
                free.add(change.record().userId());
            } else {
                held.add(change.record().userId());
            }
        }
        free.addAll(claim(connection, CLAIM_HOLDERS, held, mapping::holderKey));
        if (setUser != null) {
            free.retainAll(claim(connection, CLAIM_USERS, List.copyOf(free), mapping.id::key));
        }
        return free;
    }

    private Set<String> claim(
            Connection connection, String template, List<String> userIds, Function<String, Object> key)
            throws SQLException {
        Set<String> claimed = new HashSet<>();
        for (int from = 0; from < userIds.size(); from += CLAIMED_AT_ONCE) {
            List<String> some = userIds.subList(from, Math.min(userIds.size(), from + CLAIMED_AT_ONCE));
            List<String> parameters = new ArrayList<>();
            Map<String, @Nullable Object> values = new LinkedHashMap<>();
            for (int i = 0; i < some.size(); i++) {
                parameters.add(":key_" + i);
                values.put("key_" + i, key.apply(some.get(i)));
            }
            Map<String, String> withKeys = new LinkedHashMap<>(names);
            withKeys.put("keys", String.join(", ", parameters));
            Sql query = new Sql(mapping.dialect, template, withKeys);
            try (PreparedStatement statement = query.prepare(connection)) {
                query.bind(statement, values);
                try (ResultSet row = statement.executeQuery()) {
                    while (row.next()) {
                        claimed.add(row.getString("user_id"));
                    }
                }
            }
        }
        return claimed;
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

    /** Copies history, writes entries, records, log and notices; answers operations copied, in order. */
    private long[] writeOwn(
            Connection connection, Migration migration, List<UserChange> changes, @Nullable String runId)
            throws SQLException {
        long[] copied = new long[changes.size()];
        List<Map<String, @Nullable Object>> entries = new ArrayList<>();
        List<Map<String, @Nullable Object>> inserts = new ArrayList<>();
        List<Map<String, @Nullable Object>> updates = new ArrayList<>();
        List<Map<String, @Nullable Object>> logs = new ArrayList<>();
        boolean grants = migration.conversion().isEmpty();
        if (grants && copyHistory != null) {
            copyHistory(connection, copyHistory, changes, copied);
        }
        for (int i = 0; i < changes.size(); i++) {
            UserChange change = changes.get(i);
            Map<String, @Nullable Object> record = record(change, copied[i]);
            record.put("run", runId);
            (change.expected().record() == null ? inserts : updates).add(record);
            MigrationLogEntry log = change.log();
            if (log != null) {
                logs.add(log(log));
            }
            if (grants && change.kind() != UserChange.Kind.RECORD_ONLY) {
                entries.add(entry(change));
            }
        }
        insert("credit entries", connection, insertEntry, entries);
        insert("records", connection, insertRecord, inserts);
        for (int matched : updateRecord.batch(connection, updates)) {
            if (matched != 1) {
                throw new StaleException("A record is not as it was read", null);
            }
        }
        insert("the log", connection, insertLog, logs);
        notices.write(connection, changes);
        return copied;
    }

    private void copyHistory(Connection connection, Sql copy, List<UserChange> changes, long[] copied)
            throws SQLException {
        List<Map<String, @Nullable Object>> rows = new ArrayList<>();
        List<Integer> places = new ArrayList<>();
        for (int i = 0; i < changes.size(); i++) {
            UserMigration record = changes.get(i).record();
            if (changes.get(i).kind() == UserChange.Kind.MIGRATE
                    && mapping.operationUser != null
                    && mapping.operationAt != null) {
                Map<String, @Nullable Object> values = new LinkedHashMap<>();
                values.put("migration", record.migrationId());
                values.put("user_id", record.userId());
                values.put("attempt", record.attempt());
                values.put("operation_user", mapping.operationUser.key(record.userId()));
                values.put("before", mapping.operationAt.time(record.changedAt(), mapping.zone()));
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
        String userId = change.record().userId();
        Map<String, @Nullable String> expected =
                HostState.decoded(change.expected().hostState());
        Credits newCredits = change.newCredits();
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
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
        if (change.kind().isRollback()) {
            String before = data == null
                    ? null
                    : HostState.decoded(data.hostState()).get(mark.column().name());
            // There was no account before; one that is left without a grant is inactive.
            return mark.mark() == Mark.ACTIVE && before == null ? "0" : before;
        }
        if (mark.mark() != Mark.RATE) {
            return mark.newValue();
        }
        CreditRate newRate = data == null ? null : data.newRate();
        return newRate == null
                ? HostState.decoded(change.expected().hostState())
                        .get(mark.column().name())
                : newRate.toString();
    }

    private Map<String, @Nullable Object> record(UserChange change, long copied) {
        UserMigration record = change.record();
        UserMigration was = change.expected().record();
        RollbackData data = record.rollbackData();
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        values.put("migration", record.migrationId());
        values.put("user_id", record.userId());
        values.put("status", record.status().name());
        values.put("attempt", record.attempt());
        values.put("granted", record.creditsGranted().amount());
        values.put("consumed", record.creditsConsumed().amount());
        values.put("historical_operations", record.historicalOperations() + copied);
        values.put("at", record.changedAt());
        values.put("old_credits", data == null ? null : amount(data.oldCredits()));
        values.put("new_credits", data == null ? null : amount(data.newCredits()));
        values.put(
                "old_rate",
                data == null || data.oldRate() == null ? null : data.oldRate().perCredit());
        values.put(
                "new_rate",
                data == null || data.newRate() == null ? null : data.newRate().perCredit());
        values.put("host_state", data == null ? null : data.hostState());
        values.put("error", record.error());
        values.put("was_status", was == null ? null : was.status().name());
        values.put("was_attempt", was == null ? null : was.attempt());
        return values;
    }

    private static Map<String, @Nullable Object> log(MigrationLogEntry log) {
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        values.put("migration", log.migrationId());
        values.put("user_id", log.userId());
        values.put("attempt", log.attempt());
        values.put("kind", log.kind().name());
        values.put("old_credits", amount(log.oldCredits()));
        values.put("new_credits", amount(log.newCredits()));
        values.put("old_rate", log.oldRate() == null ? null : log.oldRate().perCredit());
        values.put("new_rate", log.newRate() == null ? null : log.newRate().perCredit());
        values.put("residual", log.residual());
        values.put("actor_kind", log.actor().kind().name());
        values.put("actor", log.actor().name());
        values.put("at", log.at());
        values.put("reason", log.reason());
        return values;
    }

    private static Map<String, @Nullable Object> entry(UserChange change) {
        UserMigration record = change.record();
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        values.put("migration", record.migrationId());
        values.put("user_id", record.userId());
        values.put("attempt", record.attempt());
        values.put("kind", change.kind() == UserChange.Kind.MIGRATE ? "GRANT" : "REVERSAL");
        values.put("amount", amountOf(change));
        values.put("at", record.changedAt());
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

    private static @Nullable BigDecimal amount(@Nullable Credits credits) {
        return credits == null ? null : credits.amount();
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
