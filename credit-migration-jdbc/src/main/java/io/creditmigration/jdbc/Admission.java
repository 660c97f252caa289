package io.creditmigration.jdbc;

import io.creditmigration.JournalLine;
import io.creditmigration.Migration;
import io.creditmigration.Rollout;
import io.creditmigration.spi.CommitResult;
import io.creditmigration.spi.Registration.Place;
import io.creditmigration.spi.UserChange;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes only the changes that may be written now; the others are answered as the migration's row says. */
final class Admission {

    private final Definitions definitions;
    private final Writes writes;

    Admission(Definitions definitions, Writes writes) {
        this.definitions = definitions;
        this.writes = writes;
    }

    List<CommitResult> write(Connection connection, Migration migration, List<UserChange> changes, Writes.Terms terms)
            throws SQLException {
        boolean migrating = changes.stream().anyMatch(change -> change.kind() == UserChange.Kind.MIGRATE);
        Definitions.@Nullable Admitted admitted = migrating
                ? definitions.admitMigrating(connection, migration)
                : definitions.admit(connection, migration);
        if (admitted == null) {
            return Collections.nCopies(changes.size(), CommitResult.of(CommitResult.Status.NOT_REGISTERED));
        }
        if (migrating && !admitted.schedule().equals(migration.schedule())) {
            return Collections.nCopies(changes.size(), CommitResult.of(CommitResult.Status.STALE));
        }
        Rollout rollout = admitted.rollout();
        IdentityHashMap<UserChange, CommitResult> results = new IdentityHashMap<>();
        List<UserChange> allowed = new ArrayList<>();
        for (UserChange change : changes) {
            boolean migrates = change.kind() == UserChange.Kind.MIGRATE;
            if (migrates && admitted.place() == Place.WITHDRAWN) {
                results.put(change, CommitResult.of(CommitResult.Status.WITHDRAWN));
            } else if (migrates && !admitted.begun()) {
                results.put(change, CommitResult.of(CommitResult.Status.NOT_BEGUN));
            } else if (migrates && admitted.place() == Place.ENDED) {
                results.put(change, CommitResult.of(CommitResult.Status.ENDED));
            } else if (migrates && rollout.halted()) {
                results.put(change, CommitResult.of(CommitResult.Status.HALTED));
            } else if (migrates
                    && !rollout.includes(migration.id(), change.line().userId())) {
                results.put(change, CommitResult.of(CommitResult.Status.OUTSIDE_ROLLOUT));
            } else {
                allowed.add(change);
            }
        }
        List<CommitResult> written =
                allowed.isEmpty() ? List.of() : writes.write(connection, migration, admitted.number(), allowed, terms);
        boolean leaves = false;
        for (int i = 0; i < written.size(); i++) {
            results.put(allowed.get(i), written.get(i));
            leaves |= leavesNewRegime(allowed.get(i)) && written.get(i).status() == CommitResult.Status.COMMITTED;
        }
        if (leaves) {
            definitions.raiseEpoch(connection, admitted.number());
        }
        return changes.stream().map(results::get).toList();
    }

    private static boolean leavesNewRegime(UserChange change) {
        return change.kind().isRollback() || change.line().kind() == JournalLine.Kind.RECONCILED;
    }
}
