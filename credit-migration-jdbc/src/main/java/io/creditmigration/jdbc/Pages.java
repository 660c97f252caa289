package io.creditmigration.jdbc;

import io.creditmigration.InvalidValueException;
import io.creditmigration.Migration;
import io.creditmigration.MigrationRun;
import io.creditmigration.RunScope;
import io.creditmigration.RunSettings;
import io.creditmigration.jdbc.Ranges.Position;
import io.creditmigration.jdbc.Transactions.Outcome;
import io.creditmigration.spi.CommitResult;
import io.creditmigration.spi.Page;
import io.creditmigration.spi.PageWork;
import io.creditmigration.spi.Registration;
import io.creditmigration.spi.UserChange;
import io.creditmigration.spi.UserState;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One page of a run, in a transaction that is open: claim, read, decide, write, count, move. */
final class Pages {

    /** What is asked of a page. */
    record Asked(String runId, @Nullable Integer range, int limit, Instant now) {}

    /** What came of it, and the run's row as the page has read it; null where nothing was read. */
    record Worked(Page page, Runs.@Nullable Row row) {}

    private final Definitions definitions;
    private final Reads reads;
    private final Admission writes;
    private final Runs runs;
    private final Ranges ranges;

    Pages(Definitions definitions, Reads reads, Admission writes, Runs runs, Ranges ranges) {
        this.definitions = definitions;
        this.reads = reads;
        this.writes = writes;
        this.runs = runs;
        this.ranges = ranges;
    }

    Outcome<Worked> page(Connection connection, Migration migration, Asked asked, PageWork work) throws SQLException {
        Runs.Row row = runs.row(connection, migration, asked.runId())
                .orElseThrow(() -> new InvalidValueException(
                        "run", asked.runId(), "the id of a run of migration " + migration.id()));
        Outcome<Page> outcome = page(connection, migration, row, asked, work);
        return new Outcome<>(outcome.keep(), new Worked(outcome.answer(), row));
    }

    private Outcome<Page> page(Connection connection, Migration migration, Runs.Row row, Asked asked, PageWork work)
            throws SQLException {
        MigrationRun run = row.run();
        switch (run.state()) {
            case FINISHED -> {
                return nothing(Page.Status.FINISHED, run);
            }
            case PAUSED, CANCELLED -> {
                return nothing(Page.Status.STOPPED, run);
            }
            default -> {
                if (definitions.isHeldUp(connection, migration, run.scope())) {
                    return nothing(Page.Status.HALTED, run);
                }
            }
        }
        Position claimed = asked.range() == null ? null : ranges.claim(connection, run.id(), asked.range(), 0);
        if (claimed == null) {
            List<Position> open = ranges.open(connection, run.id(), asked.range());
            if (open.isEmpty()) {
                runs.finish(connection, migration, run.id(), asked.now());
                return new Outcome<>(true, Page.of(Page.Status.FINISHED, null, run.settings()));
            }
            for (int i = 0; i < open.size() && claimed == null; i++) {
                claimed = ranges.claim(
                        connection, run.id(), open.get(i).number(), open.get(i).pass());
            }
        }
        if (claimed == null) {
            return nothing(Page.Status.BUSY, run);
        }
        return page(connection, migration, row, claimed, asked, work);
    }

    private Outcome<Page> page(
            Connection connection, Migration migration, Runs.Row row, Position claimed, Asked asked, PageWork work)
            throws SQLException {
        MigrationRun run = row.run();
        RunSettings settings = run.settings();
        Registration registration = definitions.registration(connection, migration);
        boolean windows = claimed.sweep() || run.scope().kind() == RunScope.Kind.LATE_OPERATIONS;
        String swept = windows ? ranges.sweptUpTo(connection, migration, run, claimed) : null;
        String upto = swept == null ? claimed.upto() : swept;
        List<UserState> users = reads.page(connection, migration, registration, run, claimed, upto, asked.limit());
        Position reached = swept == null ? claimed.next() : claimed.behind(swept);
        Set<String> left = Set.of();
        if (!users.isEmpty()) {
            Set<String> wasLeft = claimed.sweep() && claimed.left() > 0
                    ? ranges.left(connection, run.id(), claimed.number())
                    : Set.of();
            PageWork.Decided decided = work.decide(new PageWork.Users(users, wasLeft, claimed.sweep()));
            Writes.Terms terms = new Writes.Terms(claimed.sweep() && asked.limit() == 1, row.number());
            Optional<PageWork.Counted> counted = work.count(written(connection, migration, decided.changes(), terms));
            if (counted.isEmpty()) {
                return new Outcome<>(false, Page.of(Page.Status.CONTENDED, claimed.number(), settings));
            }
            String last = users.get(decided.users() - 1).user().userId();
            left = counted.get().left();
            reached = claimed.behind(last, decided.users(), counted.get());
        }
        if (!ranges.move(connection, run.id(), claimed, reached, left, asked.now())) {
            throw new Writes.StaleException("the position of run " + run.id() + " has moved", null);
        }
        return new Outcome<>(true, Page.of(Page.Status.ADVANCED, claimed.number(), settings));
    }

    /**
     * Where somebody has something that cannot be skipped, an account that is just being opened, the page is not waited for
     * either: everybody is answered LOCKED, to be met again by the sweep.
     */
    private List<CommitResult> written(
            Connection connection, Migration migration, List<UserChange> changes, Writes.Terms terms)
            throws SQLException {
        if (changes.isEmpty()) {
            return List.of();
        }
        Savepoint before = connection.setSavepoint();
        try {
            return writes.write(connection, migration, changes, terms);
        } catch (SQLException e) {
            if (SqlErrors.meaning(e) != SqlErrors.Meaning.LOCKED) {
                throw e;
            }
            try {
                connection.rollback(before);
            } catch (SQLException also) {
                e.addSuppressed(also);
                throw e;
            }
            return Collections.nCopies(changes.size(), CommitResult.of(CommitResult.Status.LOCKED));
        }
    }

    private static Outcome<Page> nothing(Page.Status status, MigrationRun run) {
        return new Outcome<>(false, Page.of(status, null, run.settings()));
    }
}
