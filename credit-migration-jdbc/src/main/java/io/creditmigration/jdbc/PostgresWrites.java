package io.creditmigration.jdbc;

import io.creditmigration.Credits;
import io.creditmigration.Migration;
import io.creditmigration.Notice;
import io.creditmigration.jdbc.ChangeColumns.Change;
import io.creditmigration.jdbc.ChangeColumns.Input;
import io.creditmigration.jdbc.Dialect.Untyped;
import io.creditmigration.jdbc.Mapping.Mark;
import io.creditmigration.jdbc.Mapping.Marked;
import io.creditmigration.jdbc.PageColumns.Layout;
import io.creditmigration.spi.CommitResult;
import io.creditmigration.spi.UserChange;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What is written for users on PostgreSQL: one statement for a whole page, however many tables it touches. The changes are
 * arrays; the guarded update comes first, and the rest is written for the users whom it returns.
 */
final class PostgresWrites implements Writes {

    /**
     * Conversions in place or into a second column, and account tables: {@code stood} are the users whose guard held. Rows are
     * claimed without waiting where a page writes ({@code free}). The keys are named again on each target, or the planner
     * reads whole tables at a million users. It answers with the counts, and with those users of whom there is more to say
     * than that they were written.
     */
    private static final String WRITE = """
            WITH given AS MATERIALIZED (
                SELECT * FROM UNNEST({arrays}) WITH ORDINALITY AS g ({array_columns}, n)
            ), change AS NOT MATERIALIZED (
                SELECT g.n, {columns} FROM given g
            ), free AS (
                {claim}
            ), moved AS (
                {move}
            ), opening AS (
                {open}
            ), opened AS (
                SELECT c.n, {kept_opened} AS kept, o.version_left
                FROM change c JOIN opening o ON o.holder_key = c.holder_key
            ), stood AS (
                SELECT n, kept, version_left FROM moved UNION ALL SELECT n, kept, version_left FROM opened
            ), settings AS (
                {settings}
            ), copied AS (
                {copy}
            ), counts AS (
                SELECT user_id, COUNT(*) AS copied FROM copied GROUP BY user_id
            ), journal AS (
                INSERT INTO {our_journal} (at, migration, run, line, attempt, kind, status, cause, is_last, user_id,
                                           old_credits, new_credits, host_state, figures_line, granted, consumed, copied,
                                           operations, days, old_rate, new_rate, actor_kind, actor, reason)
                SELECT GREATEST(c.at, (SELECT MAX(sealed_at) FROM {our_seal} WHERE migration_id = :migration)), :number,
                       CAST(:run AS INTEGER), c.line, c.attempt, CAST(c.kind AS "char"),
                       CAST(c.status AS "char"), CAST(c.cause AS "char"), TRUE, c.user_id, c.old_credits, c.new_credits,
                       c.host_state || s.version_left, c.figures_line, c.granted, c.consumed,
                       NULLIF(c.copied_before + COALESCE(k.copied, 0), 0), c.operations, c.days, c.old_rate, c.new_rate,
                       CAST(c.actor_kind AS "char"), c.actor, c.reason
                FROM change c JOIN stood s ON s.n = c.n LEFT JOIN counts k ON k.user_id = c.user_id
                RETURNING 1
            ), earlier AS (
                {unmark}
            ), entries AS (
                {entries}
            ), cancelled AS (
                {cancel}
            ), noticed AS (
                {notice}
            )
            SELECT totals.*, other.*
            FROM (SELECT (SELECT COUNT(*) FROM stood) AS stood_in_all, (SELECT COUNT(*) FROM journal) AS lines_in_all,
                         (SELECT COUNT(*) FROM settings) AS settings_in_all,
                         EXISTS ({after_triggers}) AS read_again) totals
            LEFT JOIN (
                SELECT c.n, s.n IS NOT NULL AS stood, s.kept AND t.kept AS kept, f.n IS NOT NULL AS free, k.copied
                FROM change c LEFT JOIN stood s ON s.n = c.n LEFT JOIN free f ON f.n = c.n
                LEFT JOIN settings t ON t.n = c.n LEFT JOIN counts k ON k.user_id = c.user_id AND s.n IS NOT NULL
                WHERE s.n IS NULL OR s.kept IS NOT TRUE OR t.kept IS NOT TRUE OR k.copied IS NOT NULL) other ON TRUE
            """;

    /**
     * RETURNING does not show what these make of a row: triggers of the tables that are written, of their partitions and
     * children, and of what stands behind a view.
     */
    private static final String AFTER_TRIGGERS = """
            WITH RECURSIVE tree (oid) AS (
                    SELECT oid FROM pg_class WHERE oid IN ({written_tables})
                    UNION SELECT i.inhrelid FROM tree t JOIN pg_inherits i ON i.inhparent = t.oid)
                SELECT 1 FROM tree t JOIN pg_class r ON r.oid = t.oid
                WHERE r.relkind IN ('v', 'f') OR EXISTS (
                    SELECT 1 FROM pg_trigger g WHERE g.tgrelid = t.oid AND NOT g.tgisinternal AND g.tgtype & 66 = 0)""";

    /** The line that was the user's last of this migration is it no more. */
    private static final String UNMARK = """
            UPDATE {our_journal} j SET is_last = FALSE
                FROM change c JOIN stood s ON s.n = c.n
                WHERE j.user_id = c.user_id AND j.user_id = ANY (ARRAY(SELECT user_id FROM change))
                  AND j.migration = :number AND j.is_last AND j.line < c.line
                RETURNING c.n""";

    private static final String MOVE = """
            UPDATE {holder} h SET {set}
                FROM change c JOIN free f ON f.n = c.n
                WHERE h.{holder_key} = c.holder_key AND h.{holder_key} = ANY (ARRAY(SELECT holder_key FROM change))
                  AND h.{guarded_balance} IS NOT DISTINCT FROM c.expected{guard}
                RETURNING c.n, {kept} AS kept, {version_left} AS version_left""";

    /**
     * The same for rows that the claim has found: by their places, since a plan that looks up each key would go through all
     * the keys for each. A row that somebody moved in between is not at its place, and is met again by the sweep.
     */
    private static final String MOVE_CLAIMED = """
            UPDATE {holder} h SET {set}
                FROM change c JOIN free f ON f.n = c.n
                WHERE h.ctid = f.place AND h.{holder_key} = c.holder_key
                  AND h.{guarded_balance} IS NOT DISTINCT FROM c.expected{guard}
                RETURNING c.n, {kept} AS kept, {version_left} AS version_left""";

    private static final String MOVE_NOTHING = "SELECT n, TRUE AS kept, '' AS version_left FROM change WHERE FALSE";

    private static final String CLAIM_NOBODY = "SELECT n FROM change";

    private static final String CLAIM_HOLDERS = """
            SELECT n, place FROM (
                    SELECT c.n, h.ctid AS place FROM change c JOIN {holder} h ON h.{holder_key} = c.holder_key
                    WHERE h.{holder_key} = ANY (ARRAY(SELECT holder_key FROM change))
                    FOR NO KEY UPDATE OF h SKIP LOCKED) held""";

    /** The guard of the users' rows holds from here on, so that an account is never written without them. */
    private static final String CLAIM_USERS_WAITING = """
            SELECT c.n FROM change c JOIN {users} u ON u.{key} = c.user_key
                WHERE u.{key} = ANY (ARRAY(SELECT user_key FROM change)){guard_users} FOR NO KEY UPDATE OF u""";

    private static final String CLAIM_USERS = """
            SELECT n FROM (
                    SELECT c.n FROM change c JOIN {users} u ON u.{key} = c.user_key
                    WHERE u.{key} = ANY (ARRAY(SELECT user_key FROM change)){guard_users}
                    FOR NO KEY UPDATE OF u SKIP LOCKED) users_held""";

    private static final String CLAIM_HOLDERS_AND_USERS = CLAIM_USERS + """

                WHERE n IN (
                    SELECT n FROM (
                        SELECT c.n FROM change c JOIN {holder} h ON h.{holder_key} = c.holder_key
                        WHERE h.{holder_key} = ANY (ARRAY(SELECT holder_key FROM change))
                        FOR NO KEY UPDATE OF h SKIP LOCKED) held)""";

    private static final String OPEN_NOTHING = "SELECT holder_key, '' AS version_left FROM change WHERE FALSE";

    private static final String OPEN_ACCOUNTS = """
            INSERT INTO {holder} ({holder_key}, {balance}{open_columns})
                SELECT c.holder_key, c.new_balance{open_values} FROM change c JOIN free f ON f.n = c.n
                ON CONFLICT DO NOTHING RETURNING {holder_key} AS holder_key, {balance} AS stored{opened_marks},
                                              {version_opened} AS version_left""";

    private static final String WRITE_NOTHING = "SELECT n, TRUE AS kept FROM stood";

    private static final String SET_USERS = """
            UPDATE {users} u SET {set_users}
                FROM change c JOIN stood s ON s.n = c.n
                WHERE u.{key} = c.user_key AND u.{key} = ANY (ARRAY(SELECT user_key FROM change)){guard_users}
                RETURNING c.n, {kept_users} AS kept""";

    private static final String COPY_NOTHING = "SELECT user_id FROM change WHERE FALSE";

    private static final String COPY_OPERATIONS = """
            INSERT INTO {our_entry} (migration_id, user_id, attempt, kind, operation_id, amount, entered_at)
                SELECT :migration, c.user_id, c.attempt, 'OPERATION', {operation_id}, 0, {operation_entered_at}
                FROM {operations} o JOIN change c ON {operation_user} = c.operation_user JOIN stood s ON s.n = c.n
                WHERE {operation_entered_at} < c.at
                ON CONFLICT (operation_id, migration_id) WHERE operation_id IS NOT NULL DO NOTHING
                RETURNING user_id""";

    private static final String ENTER_AMOUNTS = """
            INSERT INTO {our_entry} (migration_id, user_id, attempt, kind, amount, entered_at)
                SELECT :migration, c.user_id, c.attempt, :entry_kind, c.amount, c.at
                FROM change c JOIN stood s ON s.n = c.n""";

    /**
     * Each user's notices are looked up by key: the limit keeps PostgreSQL from reading all that are queued for a page, and
     * the words for QUEUED from using the index of what is due, which it does while it has no statistics.
     */
    private static final String CANCEL_ALL = """
            UPDATE {our_notice} t SET state = 'CANCELLED'
                FROM change c JOIN stood s ON s.n = c.n CROSS JOIN LATERAL (
                    SELECT q.attempt, q.kind FROM {our_notice} q
                    WHERE q.migration_id = :migration AND q.user_id = c.user_id
                      AND q.state NOT IN ('SENT', 'DEAD', 'CANCELLED')
                    LIMIT 1000) queued
                WHERE t.migration_id = :migration AND t.user_id = c.user_id AND t.attempt = queued.attempt
                  AND t.kind = queued.kind AND t.state NOT IN ('SENT', 'DEAD', 'CANCELLED')""";

    private static final String CANCEL_OTHERS = CANCEL_ALL + " AND c.notice_kind IS NOT NULL";

    private static final String QUEUE_NOTICES = """
            INSERT INTO {our_notice} (migration_id, user_id, attempt, kind, old_credits, new_credits, old_rate, new_rate,
                                          happens_at, state, state_at, deliveries, run)
                SELECT :migration, c.user_id, c.attempt, c.notice_kind, c.notice_old_credits, c.notice_new_credits,
                       c.notice_old_rate, c.notice_new_rate, c.happens_at, 'QUEUED', c.notice_due, 0, CAST(:run AS INTEGER)
                FROM change c JOIN stood s ON s.n = c.n WHERE c.notice_kind IS NOT NULL
                ON CONFLICT DO NOTHING""";

    /**
     * What statements differ in. Users whose accounts are to be opened have a statement of their own: in one with the others
     * PostgreSQL, which has no statistics of accounts on the day of the migration, would look for theirs too, in all there are.
     * Of notices the whole page is asked: who has none among others that have costs no statement more.
     */
    private record Shape(
            UserChange.Kind kind, boolean opens, boolean isNew, boolean grants, boolean waits, boolean tells) {}

    /** A statement of this shape for changes whose columns are laid out so. */
    private record Laid(Shape shape, Layout layout) {}

    /** Pages of a run have a few; the bound is for changes that no two of are alike. */
    private static final int STATEMENTS_MAX = 256;

    private final Mapping mapping;
    private final Map<String, String> names;
    private final String journalKey;
    private final BatchWrites lines;
    private final List<Input> inputs;
    private final List<Input> inputsWithNotices;
    private final Map<Laid, Sql> statements = new ConcurrentHashMap<>();

    PostgresWrites(Mapping mapping, LibraryTables ours) {
        this.mapping = mapping;
        this.names = mapping.names(ours);
        this.journalKey = ours.prefix() + "journal_pkey";
        this.lines = new BatchWrites(mapping, ours);
        this.inputs = inputs();
        this.inputsWithNotices = Stream.concat(inputs.stream(), notices()).toList();
    }

    @Override
    public List<CommitResult> write(
            Connection connection, Migration migration, int number, List<UserChange> changes, Terms terms)
            throws SQLException {
        boolean grants = migration.conversion().isEmpty();
        boolean tells = changes.stream().anyMatch(change -> change.notice() != null);
        Map<Shape, List<UserChange>> byShape = changes.stream()
                .collect(Collectors.groupingBy(
                        change -> new Shape(
                                change.kind(),
                                opens(change),
                                change.expected().record() == null,
                                grants,
                                terms.waits(),
                                tells),
                        LinkedHashMap::new,
                        Collectors.toList()));
        IdentityHashMap<UserChange, CommitResult> results = new IdentityHashMap<>();
        for (Map.Entry<Shape, List<UserChange>> some : byShape.entrySet()) {
            List<CommitResult> answers = some.getKey().kind().movesBalance()
                    ? write(connection, migration, number, some.getKey(), some.getValue(), terms.run())
                    : lines.write(connection, migration, number, some.getValue(), terms);
            for (int i = 0; i < answers.size(); i++) {
                results.put(some.getValue().get(i), answers.get(i));
            }
        }
        return changes.stream().map(results::get).toList();
    }

    private boolean opens(UserChange change) {
        return mapping.accounts != null && change.kind() == UserChange.Kind.MIGRATE && before(change) == null;
    }

    private List<CommitResult> write(
            Connection connection,
            Migration migration,
            int number,
            Shape shape,
            List<UserChange> changes,
            @Nullable Integer run)
            throws SQLException {
        PageColumns columns = new PageColumns(
                inputs(shape),
                changes.stream().map(change -> new Change(migration, change)).toList());
        Sql statement = statement(new Laid(shape, columns.layout()));
        Map<String, @Nullable Object> values = values(migration, shape);
        columns.bindTo(values, connection);
        List<CommitResult> results = new ArrayList<>(Collections.nCopies(changes.size(), CommitResult.committed(0)));
        long stood = 0;
        long others = 0;
        boolean readAgain = false;
        UserChange altered = null;
        try (PreparedStatement prepared = statement.prepare(connection)) {
            values.put("run", run);
            values.put("number", number);
            statement.bind(prepared, values);
            try (ResultSet row = prepared.executeQuery()) {
                while (row.next()) {
                    stood = row.getLong("stood_in_all");
                    readAgain = row.getBoolean("read_again");
                    if (stood != row.getLong("lines_in_all") || stood != row.getLong("settings_in_all")) {
                        throw new StaleException(
                                "Of " + stood + " users whose balance matched some did not match elsewhere", null);
                    }
                    int change = row.getInt("n") - 1;
                    if (row.wasNull()) {
                        continue;
                    }
                    if (row.getBoolean("stood")) {
                        if (!row.getBoolean("kept")) {
                            altered = changes.get(change);
                        }
                        results.set(change, CommitResult.committed(row.getLong("copied")));
                    } else {
                        boolean free = row.getBoolean("free");
                        results.set(
                                change, CommitResult.of(free ? CommitResult.Status.STALE : CommitResult.Status.LOCKED));
                        others++;
                    }
                }
            }
        } catch (SQLException e) {
            if (SqlErrors.isDuplicate(e) && SqlErrors.words(e).contains(journalKey)) {
                throw new StaleException("Somebody else has written a line: " + SqlErrors.words(e), e);
            }
            throw e;
        }
        if (stood + others != changes.size()) {
            throw new IllegalStateException(
                    "Of " + changes.size() + " changes " + stood + " were written and " + others + " were not");
        }
        if (altered != null) {
            // What is stored, and of which column, is read where it is told from what was decided.
            lines.readBack(connection, List.of(altered));
            throw AlteredException.column("of the row", null, null);
        }
        if (readAgain) {
            lines.readBack(
                    connection,
                    IntStream.range(0, changes.size())
                            .filter(i -> results.get(i).status() == CommitResult.Status.COMMITTED)
                            .mapToObj(changes::get)
                            .toList());
        }
        return results;
    }

    private Map<String, @Nullable Object> values(Migration migration, Shape shape) {
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        boolean forward = shape.kind() == UserChange.Kind.MIGRATE;
        values.put("migration", migration.id());
        values.put("entry_kind", forward ? "GRANT" : "REVERSAL");
        return values;
    }

    /** The columns of the changes, in the order of the arrays. */
    private List<Input> inputs(Shape shape) {
        return shape.tells() ? inputsWithNotices : inputs;
    }

    private List<Input> inputs() {
        List<Input> list = new ArrayList<>();
        Column holderKey = mapping.accountUser == null ? mapping.id : mapping.accountUser;
        list.add(new Input("holder_key", type(holderKey), change -> element(mapping.holderKey(userId(change)))));
        list.add(new Input("user_key", type(mapping.id), change -> element(mapping.id.key(userId(change)))));
        Column operationUser = mapping.operationUser;
        if (operationUser != null) {
            list.add(new Input(
                    "operation_user", type(operationUser), change -> element(operationUser.key(userId(change)))));
        }
        list.addAll(ChangeColumns.JOURNAL);
        list.add(new Input("expected", "numeric", change -> mapping.stored(before(change.change()))));
        list.add(new Input("new_balance", "numeric", change -> mapping.stored(after(change.change()))));
        if (mapping.secondBalance != null) {
            list.add(new Input(
                    "other", "numeric", change -> lines.moved(change.change()).other()));
            list.add(new Input(
                    "moved_into",
                    "numeric",
                    change -> lines.moved(change.change()).into()));
        }
        list.add(new Input("amount", "numeric", change -> BatchWrites.amountOf(change.change())));
        for (int i = 0; i < mapping.marked.size(); i++) {
            Marked mark = mapping.marked.get(i);
            String column = mark.column().name();
            list.add(new Input(
                    "expected_" + i,
                    "text",
                    change -> HostState.decoded(change.change().expected().hostState())
                            .get(column)));
            list.add(new Input("written_" + i, "text", change -> BatchWrites.written(mark, change.change())));
        }
        return list;
    }

    private static Stream<Input> notices() {
        return Stream.of(
                notice("notice_kind", "text", notice -> notice.kind().name()),
                notice("notice_old_credits", "numeric", notice -> ChangeColumns.amount(notice.oldCredits())),
                notice("notice_new_credits", "numeric", notice -> ChangeColumns.amount(notice.newCredits())),
                notice("notice_old_rate", "numeric", notice -> ChangeColumns.rate(notice.oldRate())),
                notice("notice_new_rate", "numeric", notice -> ChangeColumns.rate(notice.newRate())),
                notice("happens_at", "timestamptz", Notice::at),
                new Input("notice_due", "timestamptz", change -> change.change().noticeDue()));
    }

    private static Input notice(String name, String type, Function<Notice, @Nullable Object> value) {
        return new Input(name, type, change -> {
            Notice notice = change.change().notice();
            return notice == null ? null : value.apply(notice);
        });
    }

    /** One that was made before, if there is room for all that are made. */
    private Sql statement(Laid laid) {
        Sql known = statements.get(laid);
        if (known != null) {
            return known;
        }
        Sql made = made(laid);
        if (statements.size() < STATEMENTS_MAX) {
            statements.put(laid, made);
        }
        return made;
    }

    private Sql made(Laid laid) {
        Shape shape = laid.shape();
        List<Input> inputs = inputs(shape);
        boolean forward = shape.kind() == UserChange.Kind.MIGRATE;
        boolean inAccount = mapping.accounts != null;
        boolean setsUsers = inAccount && mapping.marked.stream().anyMatch(mark -> !mark.inAccount());
        Map<String, String> all = new LinkedHashMap<>(names);
        all.put("arrays", laid.layout().arrays(inputs));
        all.put("array_columns", laid.layout().arrayColumns(inputs));
        all.put("columns", laid.layout().columns(inputs, "g"));
        all.put(
                "set",
                Stream.concat(Stream.of(setBalance(forward)), set(inAccount, "h"))
                        .collect(Collectors.joining(", ")));
        all.put("guard", guardOther(forward) + guard(inAccount, "h"));
        all.put(
                "kept",
                Stream.concat(keptBalance(forward), kept(inAccount, "h")).collect(Collectors.joining(" AND ")));
        all.put("kept_users", kept(false, "u").collect(Collectors.joining(" AND ")));
        all.put("kept_opened", shape.opens() ? keptOpened() : "TRUE");
        all.put(
                "opened_marks",
                opened(mark -> mapping.quoted(mark.column()) + " AS mark_" + mapping.marked.indexOf(mark)));
        all.put("written_tables", setsUsers ? regclass("holder") + ", " + regclass("users") : regclass("holder"));
        all.put("version_left", versionLeft("h.", this::expectedVersion));
        all.put("version_opened", versionLeft("", mark -> "0"));
        all.put("after_triggers", Sql.replaced(AFTER_TRIGGERS, all));
        all.put("set_users", set(false, "u").collect(Collectors.joining(", ")));
        all.put("guard_users", guard(false, "u"));
        all.put("guarded_balance", names.get(forward ? "balance" : "second_balance"));
        all.put("open_columns", opened(mark -> mapping.quoted(mark.column())));
        all.put("open_values", opened(mark -> mark.mark() == Mark.VERSION ? "1" : value(mark)));
        String claim = claim(shape, setsUsers);
        String move = claim.equals(CLAIM_HOLDERS) ? MOVE_CLAIMED : MOVE;
        all.put("claim", Sql.replaced(claim, all));
        all.put("move", shape.opens() ? MOVE_NOTHING : Sql.replaced(move, all));
        all.put("open", Sql.replaced(shape.opens() ? OPEN_ACCOUNTS : OPEN_NOTHING, all));
        all.put("settings", Sql.replaced(setsUsers ? SET_USERS : WRITE_NOTHING, all));
        all.put(
                "copy",
                Sql.replaced(shape.grants() && forward && mapping.copiesHistory ? COPY_OPERATIONS : COPY_NOTHING, all));
        all.put("unmark", shape.isNew() ? WRITE_NOTHING : Sql.replaced(UNMARK, all));
        all.put("entries", shape.grants() ? Sql.replaced(ENTER_AMOUNTS, all) : WRITE_NOTHING);
        String cancel = forward ? shape.tells() ? CANCEL_OTHERS : WRITE_NOTHING : CANCEL_ALL;
        all.put("cancel", Sql.replaced(cancel, all));
        all.put("notice", Sql.replaced(shape.tells() ? QUEUE_NOTICES : WRITE_NOTHING, all));
        return new Sql(mapping.dialect, WRITE, all);
    }

    private static String claim(Shape shape, boolean setsUsers) {
        if (setsUsers) {
            String skipping = shape.opens() ? CLAIM_USERS : CLAIM_HOLDERS_AND_USERS;
            return shape.waits() ? CLAIM_USERS_WAITING : skipping;
        }
        return shape.waits() || shape.opens() ? CLAIM_NOBODY : CLAIM_HOLDERS;
    }

    private String setBalance(boolean forward) {
        String balance = names.get("balance");
        String second = names.get("second_balance");
        if (mapping.secondBalance == null) {
            return balance + " = c.new_balance";
        }
        return (forward ? balance : second) + " = 0, " + (forward ? second : balance) + " = c.moved_into";
    }

    private String regclass(String table) {
        return "CAST('" + String.valueOf(names.get(table)).replace("'", "''") + "' AS regclass)";
    }

    private Stream<String> keptBalance(boolean forward) {
        String balance = "h." + names.get("balance");
        String second = "h." + names.get("second_balance");
        return mapping.secondBalance == null
                ? Stream.of(balance + " IS NOT DISTINCT FROM c.new_balance")
                : Stream.of(
                        (forward ? balance : second) + " IS NOT DISTINCT FROM 0",
                        (forward ? second : balance) + " IS NOT DISTINCT FROM c.moved_into");
    }

    /** Of each marked column in a table, whether it is what was written. */
    private Stream<String> kept(boolean inAccount, String alias) {
        return mapping.marked.stream()
                .filter(mark -> mark.inAccount() == inAccount)
                .map(mark ->
                        isStored(mark, alias + "." + mapping.quoted(mark.column()), expectedVersion(mark) + " + 1"));
    }

    private String keptOpened() {
        return Stream.concat(
                        Stream.of("o.stored IS NOT DISTINCT FROM c.new_balance"),
                        mapping.marked.stream()
                                .filter(Marked::inAccount)
                                .map(mark -> isStored(mark, "o.mark_" + mapping.marked.indexOf(mark), "1")))
                .collect(Collectors.joining(" AND "));
    }

    /** By value; types of which not all can be compared, such as json, by their text. */
    private String isStored(Marked mark, String stored, String version) {
        if (mark.mark() == Mark.VERSION) {
            // A trigger may count it up too, and nothing counts it back.
            return "COALESCE(" + stored + " >= " + version + ", FALSE)";
        }
        Column column = mark.column();
        return column.kind() == Column.Kind.OTHER
                ? mapping.dialect.asText(column, stored) + " IS NOT DISTINCT FROM "
                        + mapping.dialect.asText(column, value(mark))
                : stored + " IS NOT DISTINCT FROM " + value(mark);
    }

    /** What the host's state is to say besides where a version was counted up by somebody else too: a trigger. */
    private String versionLeft(String holder, Function<Marked, String> before) {
        return mapping.marked.stream()
                .filter(mark -> mark.mark() == Mark.VERSION)
                .map(mark -> {
                    String version = holder + mapping.quoted(mark.column());
                    return "CASE WHEN " + version + " = " + before.apply(mark) + " + 1 THEN '' ELSE '"
                            + HostState.VERSION_LEFT_ENCODED + "' || " + version + " END";
                })
                .findFirst()
                .orElse("''");
    }

    private String expectedVersion(Marked mark) {
        return "COALESCE(CAST(c.expected_" + mapping.marked.indexOf(mark) + " AS NUMERIC), 0)";
    }

    private Stream<String> set(boolean inAccount, String alias) {
        return mapping.marked.stream()
                .filter(mark -> mark.inAccount() == inAccount)
                .map(mark -> {
                    String column = mapping.quoted(mark.column());
                    return column + " = "
                            + (mark.mark() == Mark.VERSION
                                    ? "COALESCE(" + alias + "." + column + ", 0) + 1"
                                    : value(mark));
                });
    }

    private String guardOther(boolean forward) {
        Column other = mapping.other(forward);
        return other == null ? "" : " AND h." + mapping.quoted(other) + " IS NOT DISTINCT FROM c.other";
    }

    private String guard(boolean inAccount, String alias) {
        return mapping.marked.stream()
                .filter(mark -> mark.inAccount() == inAccount)
                .map(mark ->
                        " AND " + mapping.dialect.asText(mark.column(), alias + "." + mapping.quoted(mark.column()))
                                + " IS NOT DISTINCT FROM c.expected_" + mapping.marked.indexOf(mark))
                .collect(Collectors.joining());
    }

    private String opened(Function<Marked, String> part) {
        return mapping.marked.stream()
                .filter(Marked::inAccount)
                .map(mark -> ", " + part.apply(mark))
                .collect(Collectors.joining());
    }

    private String value(Marked mark) {
        return "CAST(c.written_" + mapping.marked.indexOf(mark) + " AS " + type(mark.column()) + ")";
    }

    /** The type to pass values of a column in. */
    private static String type(Column column) {
        return column.type().sql();
    }

    /** A key in an array, which says what type it takes. */
    private static Object element(Object key) {
        return key instanceof Untyped untyped ? untyped.text() : key;
    }

    private static String userId(Change change) {
        return change.line().userId();
    }

    private static @Nullable Credits before(UserChange change) {
        return change.expected().user().credits();
    }

    private static Credits after(UserChange change) {
        return change.newCredits() == null ? Credits.ZERO : change.newCredits();
    }
}
