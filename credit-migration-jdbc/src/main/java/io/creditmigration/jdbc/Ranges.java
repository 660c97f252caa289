package io.creditmigration.jdbc;

import io.creditmigration.Migration;
import io.creditmigration.MigrationResult.Status;
import io.creditmigration.MigrationRun;
import io.creditmigration.RollbackResult;
import io.creditmigration.RunProgress;
import io.creditmigration.RunScope;
import io.creditmigration.Tally;
import io.creditmigration.spi.PageWork.Counted;
import io.creditmigration.spi.RunRequest;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The ranges that a run is cut into: a page claims one by its row lock, and moves its position. */
final class Ranges {

    /** Through how many users a page of the sweep looks: most have a record, and are passed by. */
    private static final int SWEPT_USERS_MAX = 5_000;

    private static final String INSERT = """
            INSERT INTO {our_range} (run_id, number, after_user_id, upto_user_id, pass, last_user_id, finished, done,
                                     left_users, outcomes, credits_before, credits_after, granted, withdrawn, residual, moved_at)
            VALUES (:run, :number, :after, :upto, 0, :after, FALSE, 0, 0, :outcomes, 0, 0, 0, 0, 0, :now)
            """;

    private static final String OPEN = """
            SELECT number, pass FROM {our_range} WHERE run_id = :run AND finished = FALSE ORDER BY pass, number
            """;

    private static final String CLAIM = """
            SELECT number, after_user_id, upto_user_id, pass, last_user_id, done, left_users, outcomes, credits_before,
                   credits_after, granted, withdrawn, residual
            FROM {our_range} WHERE run_id = :run AND number = :number AND pass = :pass AND finished = FALSE
            FOR UPDATE SKIP LOCKED
            """;

    private static final String MOVE = """
            UPDATE {our_range} SET pass = :pass, last_user_id = :last, finished = :finished, done = :done,
                left_users = :left, outcomes = :outcomes, credits_before = :before, credits_after = :after,
                granted = :granted, withdrawn = :withdrawn, residual = :residual, moved_at = :now
            WHERE run_id = :run AND number = :number AND pass = :was_pass AND last_user_id {same} :was_last
              AND finished = FALSE
            """;

    private static final String PROGRESS = """
            SELECT number, after_user_id, upto_user_id, pass, last_user_id, finished, done, left_users, outcomes,
                   credits_before, credits_after, granted, withdrawn, residual, moved_at
            FROM {our_range} WHERE run_id = :run
            """;

    private static final String OF_MIGRATION = """
            SELECT g.run_id, g.outcomes, g.credits_before, g.credits_after, g.granted, g.withdrawn, g.residual
            FROM {our_run} u JOIN {our_range} g ON g.run_id = u.id WHERE u.migration_id = :migration
            """;

    private static final String NAME_USER = """
            INSERT INTO {our_run_user} (run_id, kind, user_id, range_number) VALUES (:run, :kind, :user_id, :number)
            """;

    private static final String COUNT_LISTED =
            "SELECT COUNT(*) AS listed FROM {our_run_user} WHERE run_id = :run AND kind = 'LISTED'";

    private static final String FORGET_USERS = "DELETE FROM {our_run_user} WHERE run_id = :run";

    private static final String LEFT = """
            SELECT user_id FROM {our_run_user} WHERE run_id = :run AND kind = 'LEFT' AND range_number = :number
            """;

    private static final String BACK = "back:";

    /** Where a range is: in its first pass (0) or its sweep (1), behind this user, with so much done. */
    record Position(
            int number,
            @Nullable String after,
            @Nullable String upto,
            int pass,
            @Nullable String last,
            boolean finished,
            long done,
            long left,
            Tally tally) {

        boolean sweep() {
            return pass > 0;
        }

        Position behind(String userId, int users, Counted counted) {
            checkForward(userId);
            return new Position(
                    number,
                    after,
                    upto,
                    pass,
                    userId,
                    false,
                    done + (sweep() ? 0 : users),
                    left + counted.left().size(),
                    tally.plus(counted.tally()));
        }

        /** The same, having looked through users up to this one and found nobody to take. */
        Position behind(String userId) {
            checkForward(userId);
            return new Position(number, after, upto, pass, userId, false, done, left, tally);
        }

        private void checkForward(String userId) {
            if (userId.equals(last)) {
                throw new IllegalStateException("Range " + number + " stands still at user " + userId
                        + ", so that the run would have no end; the database does not compare ids as it shows them");
            }
        }

        /** The sweep follows the first pass, and nothing follows the sweep. */
        Position next() {
            return sweep()
                    ? new Position(number, after, upto, pass, last, true, done, left, tally)
                    : new Position(number, after, upto, 1, after, false, done, left, tally);
        }
    }

    private final Dialect dialect;
    private final Reads reads;
    private final Sql insert;
    private final Sql open;
    private final Sql claim;
    private final Sql move;
    private final Sql progress;
    private final Sql nameUser;
    private final Sql countListed;
    private final Sql forgetUsers;
    private final Sql left;
    private final Sql ofMigration;

    Ranges(Mapping mapping, LibraryTables ours, Reads reads) {
        this.dialect = mapping.dialect;
        this.reads = reads;
        Map<String, String> names = mapping.names(ours);
        this.insert = new Sql(dialect, INSERT, names);
        this.open = new Sql(dialect, OPEN, names);
        this.claim = new Sql(dialect, CLAIM, names);
        this.move = new Sql(dialect, MOVE, names);
        this.progress = new Sql(dialect, PROGRESS, names);
        this.nameUser = new Sql(dialect, NAME_USER, names);
        this.countListed = new Sql(dialect, COUNT_LISTED, names);
        this.forgetUsers = new Sql(dialect, FORGET_USERS, names);
        this.left = new Sql(dialect, LEFT, names);
        this.ofMigration = new Sql(dialect, OF_MIGRATION, names);
    }

    /**
     * The ranges of a run that is still to be opened: how many users there are, how many of a list are
     * unknown, and the ids that the ranges end with.
     */
    record Cut(String runId, long users, long unknown, List<@Nullable String> ends) {}

    /**
     * Keeps the users of a list under the number of a run that is still to be opened, by their ids as they are stored. Ids that
     * nobody has are kept as they are given, to be counted.
     */
    void nameListed(Connection connection, String runId, RunRequest request) throws SQLException {
        Set<String> stored = new LinkedHashSet<>();
        for (String userId : request.userIds()) {
            stored.add(reads.storedId(connection, userId).orElse(userId));
        }
        nameUsers(connection, runId, "LISTED", stored, 0);
    }

    /** Forgets the users of a run that is not opened. */
    void forget(Connection connection, String runId) throws SQLException {
        forgetUsers.update(connection, Map.of("run", runId));
    }

    /**
     * Cuts the users of a scope into ranges of as many users each, by walking their keys once: a key space may be as skewed
     * as it likes. Reads only.
     */
    Cut cut(Connection connection, String migrationId, String runId, RunRequest request) throws SQLException {
        RunScope scope = request.scope();
        long users = reads.count(connection, migrationId, scope, runId);
        int count = request.ranges(users);
        int each = Math.toIntExact((users + count - 1) / count);
        List<@Nullable String> ends = new ArrayList<>();
        String after = null;
        for (int number = 0; number < count; number++) {
            boolean isLast = number == count - 1;
            String upto = isLast ? null : reads.keyAt(connection, migrationId, scope, runId, after, null, each);
            ends.add(upto);
            if (upto == null) {
                break;
            }
            if (upto.equals(after)) {
                throw new IllegalStateException("Range " + number + " would end with user " + upto
                        + ", after whom it begins; the database does not compare ids as it shows them");
            }
            after = upto;
        }
        long listed = scope.kind() == RunScope.Kind.LISTED ? listed(connection, runId) : users;
        return new Cut(runId, users, Math.max(0, listed - users), ends);
    }

    private long listed(Connection connection, String runId) throws SQLException {
        long[] listed = {0};
        Audit.each(connection, countListed, Map.of("run", runId), row -> listed[0] = row.getLong("listed"));
        return listed[0];
    }

    void insert(Connection connection, Cut cut, Instant now) throws SQLException {
        List<Map<String, @Nullable Object>> rows = new ArrayList<>();
        String after = null;
        for (String upto : cut.ends()) {
            Map<String, @Nullable Object> row = new LinkedHashMap<>();
            row.put("run", cut.runId());
            row.put("number", rows.size());
            row.put("after", after);
            row.put("upto", upto);
            row.put("outcomes", rows.isEmpty() && cut.unknown() > 0 ? Status.UNKNOWN_USER + "=" + cut.unknown() : "");
            row.put("now", now);
            rows.add(row);
            after = upto;
        }
        insert.insert(connection, rows);
    }

    /** What a worker may claim: the ranges that are not done, of the earlier pass while there are any. */
    List<Position> open(Connection connection, String runId, @Nullable Integer first) throws SQLException {
        List<Position> positions = new ArrayList<>();
        try (PreparedStatement statement = open.prepare(connection)) {
            open.bind(statement, Map.of("run", runId));
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    Position position = new Position(
                            row.getInt("number"), null, null, row.getInt("pass"), null, false, 0, 0, Tally.NOBODY);
                    if (!positions.isEmpty() && positions.get(0).pass() < position.pass()) {
                        break;
                    }
                    boolean preferred = first != null && position.number() == first;
                    positions.add(preferred ? 0 : positions.size(), position);
                }
            }
        }
        return positions;
    }

    /** The range's position, its row locked until the transaction ends; null where somebody else has it or it is elsewhere. */
    @Nullable
    Position claim(Connection connection, String runId, int number, int pass) throws SQLException {
        try (PreparedStatement statement = claim.prepare(connection)) {
            claim.bind(statement, Map.of("run", runId, "number", number, "pass", pass));
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? position(row, false) : null;
            }
        }
    }

    /** The stored id up to which a page of the sweep looks for users to take; null where it reaches the end of the range. */
    @Nullable
    String sweptUpTo(Connection connection, Migration migration, MigrationRun run, Position claimed)
            throws SQLException {
        // Whom a rollback has taken back is of its scope no more, so that nobody would be counted.
        if (run.scope().kind().isRollback()) {
            return null;
        }
        return reads.keyAt(
                connection, migration.id(), run.scope(), run.id(), claimed.last(), claimed.upto(), SWEPT_USERS_MAX);
    }

    /** Whether the position was still where it was claimed. */
    boolean move(
            Connection connection, String runId, Position was, Position reached, Set<String> newlyLeft, Instant now)
            throws SQLException {
        nameUsers(connection, runId, "LEFT", newlyLeft, was.number());
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        values.put("run", runId);
        values.put("number", was.number());
        values.put("pass", reached.pass());
        values.put("last", reached.last());
        values.put("finished", reached.finished());
        values.put("done", reached.done());
        values.put("left", reached.left());
        values.put("outcomes", text(reached.tally()));
        values.put("before", reached.tally().creditsBefore());
        values.put("after", reached.tally().creditsAfter());
        values.put("granted", reached.tally().granted());
        values.put("withdrawn", reached.tally().withdrawn());
        values.put("residual", reached.tally().residual());
        values.put("was_pass", was.pass());
        values.put("was_last", was.last());
        values.put("now", now);
        return move.update(connection, values) == 1;
    }

    /** The stored ids of the range's users whom the first pass had to leave. */
    Set<String> left(Connection connection, String runId, int number) throws SQLException {
        Set<String> ids = new HashSet<>();
        try (PreparedStatement statement = left.prepare(connection)) {
            left.bind(statement, Map.of("run", runId, "number", number));
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    ids.add(row.getString("user_id"));
                }
            }
        }
        return ids;
    }

    /** The run with what its ranges have come to. */
    MigrationRun withProgress(Connection connection, MigrationRun run) throws SQLException {
        RunProgress own = run.progress();
        Tally tally = Tally.NOBODY;
        Instant movedAt = own.resumedAt();
        long done = 0;
        long leftUsers = 0;
        int count = 0;
        int swept = 0;
        boolean sweeping = true;
        try (PreparedStatement statement = progress.prepare(connection)) {
            progress.bind(statement, Map.of("run", run.id()));
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    Position position = position(row, row.getBoolean("finished"));
                    Instant moved = Objects.requireNonNull(dialect.instant(row, "moved_at"), "moved_at");
                    movedAt = moved.isAfter(movedAt) ? moved : movedAt;
                    tally = tally.plus(position.tally());
                    done += position.done();
                    leftUsers += position.left();
                    count++;
                    swept += position.finished() ? 1 : 0;
                    sweeping &= position.sweep();
                }
            }
        }
        return new MigrationRun(
                run.id(),
                run.scope(),
                run.stage(),
                run.state(),
                run.reason(),
                run.settings(),
                run.openedBy(),
                run.openedFor(),
                new RunProgress(
                        own.users(),
                        done,
                        leftUsers,
                        count,
                        swept,
                        sweeping && swept < count,
                        own.startedAt(),
                        own.resumedAt(),
                        own.measuredFrom(),
                        own.doneBefore(),
                        movedAt),
                tally,
                run.slowness());
    }

    private void nameUsers(Connection connection, String runId, String kind, Iterable<String> ids, int number)
            throws SQLException {
        List<Map<String, @Nullable Object>> rows = new ArrayList<>();
        for (String id : ids) {
            rows.add(Map.of("run", runId, "kind", kind, "user_id", id, "number", number));
        }
        nameUser.insert(connection, rows);
    }

    private static Position position(ResultSet row, boolean finished) throws SQLException {
        return new Position(
                row.getInt("number"),
                row.getString("after_user_id"),
                row.getString("upto_user_id"),
                row.getInt("pass"),
                row.getString("last_user_id"),
                finished,
                row.getLong("done"),
                row.getLong("left_users"),
                tally(row));
    }

    private static Tally tally(ResultSet row) throws SQLException {
        return new Tally(
                outcomes(Status.class, "", row.getString("outcomes")),
                outcomes(RollbackResult.Status.class, BACK, row.getString("outcomes")),
                row.getBigDecimal("credits_before"),
                row.getBigDecimal("credits_after"),
                row.getBigDecimal("granted"),
                row.getBigDecimal("withdrawn"),
                row.getBigDecimal("residual"));
    }

    /** What the ranges of each run of a migration have come to, by the run's id. */
    Map<String, Tally> tallies(Connection connection, Migration migration) throws SQLException {
        Map<String, Tally> tallies = new TreeMap<>();
        try (PreparedStatement statement = ofMigration.prepare(connection)) {
            ofMigration.bind(statement, Map.of("migration", migration.id()));
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    tallies.merge(row.getString("run_id"), readable(row), Tally::plus);
                }
            }
        }
        return tallies;
    }

    /** A range that somebody has made unreadable counts as nothing, which verification finds. */
    private static Tally readable(ResultSet row) throws SQLException {
        try {
            return tally(row);
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            return Tally.NOBODY;
        } catch (SQLException e) {
            if (SqlErrors.meaning(e) != SqlErrors.Meaning.DATA) {
                throw e;
            }
            return Tally.NOBODY;
        }
    }

    /** Such as {@code MIGRATED=5 HAS_CREDITS=2}; what became of users to be taken back as {@code back:ROLLED_BACK=5}. */
    static String text(Tally tally) {
        return Stream.concat(
                        tally.outcomes().entrySet().stream()
                                .map(outcome -> outcome.getKey() + "=" + outcome.getValue()),
                        tally.rollbacks().entrySet().stream()
                                .map(outcome -> BACK + outcome.getKey() + "=" + outcome.getValue()))
                .collect(Collectors.joining(" "));
    }

    private static <S extends Enum<S>> Map<S, Long> outcomes(Class<S> type, String prefix, String text) {
        Map<S, Long> outcomes = new EnumMap<>(type);
        for (String outcome : text.isEmpty() ? new String[0] : text.split(" ")) {
            int equals = outcome.indexOf('=');
            if (outcome.startsWith(BACK) == prefix.equals(BACK)) {
                outcomes.put(
                        Enum.valueOf(type, outcome.substring(prefix.length(), equals)),
                        Long.valueOf(outcome.substring(equals + 1)));
            }
        }
        return outcomes;
    }
}
