package io.creditmigration.testkit;

import io.creditmigration.Credits;
import io.creditmigration.Migration;
import io.creditmigration.MigrationLogEntry;
import io.creditmigration.Notice;
import io.creditmigration.UserMigration;
import io.creditmigration.spi.StoredDefinition;
import io.creditmigration.spi.UserChange;
import io.creditmigration.spi.UserState;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The steps of a transaction of the store in memory: its guards, and what it writes to the draft of one account.
 *
 * <p>It is a class of its own, and open, so that the tests of this module can break one step at a time and see the contract
 * fail.
 */
class AccountWriter {

    /** Ends the transaction in hand because of one user's data. */
    static final class RejectedException extends Exception {

        private static final long serialVersionUID = 1L;

        RejectedException(String message) {
            super(message, null, false, false);
        }
    }

    /** Whether this is the definition that is stored, or the first of its id. */
    void checkDefinition(Collection<StoredDefinition> stored, Migration migration) {
        stored.forEach(definition -> definition.check(migration));
    }

    /** The guard of what changes a balance: balance by value, marker and captured columns. */
    boolean accountMatches(Migration migration, Account found, UserChange change) {
        if (change.kind() == UserChange.Kind.RECORD_ONLY) {
            return true;
        }
        UserState expected = change.expected();
        return Objects.equals(found.credits, expected.user().credits())
                && AccountReader.hostState(migration, found).equals(expected.hostState());
    }

    /** The guard of every change: no record as before, or one of the same status and attempt. */
    boolean recordMatches(Migration migration, Account found, UserChange change) {
        UserMigration now = found.records.get(migration.id());
        UserMigration expected = change.expected().record();
        if (now == null || expected == null) {
            return now == null && expected == null;
        }
        return now.status() == expected.status() && now.attempt() == expected.attempt();
    }

    void writeBalance(Account draft, UserChange change, int balanceScale) throws RejectedException {
        if (change.kind() == UserChange.Kind.RECORD_ONLY) {
            return;
        }
        Credits credits = change.newCredits();
        if (credits != null && credits.scale() > balanceScale) {
            throw new RejectedException(
                    "balance is '" + credits + "'; allowed: at most " + balanceScale + " decimals, as the column has");
        }
        draft.credits = credits;
        draft.writes++;
    }

    /** Marker and rate limit, of which a conversion touches only the marker. */
    void writeHostState(Account draft, Migration migration, UserChange change) {
        boolean grants = migration.conversion().isEmpty();
        if (change.kind() == UserChange.Kind.MIGRATE) {
            draft.marker = migration.id();
            draft.rateLimit = grants ? null : draft.rateLimit;
        } else if (change.kind().isRollback()) {
            String[] captured = Objects.requireNonNull(change.record().rollbackData(), "rollback data")
                    .hostState()
                    .split("\\|", -1);
            draft.marker = captured[0].isEmpty() ? null : captured[0];
            if (grants) {
                draft.rateLimit = captured[1].isEmpty() ? null : Integer.valueOf(captured[1]);
            }
        }
    }

    /** The history, which only grants have. Answers how many operations became entries of it by this change. */
    long writeHistory(Account draft, Migration migration, UserChange change) {
        if (migration.conversion().isPresent() || change.kind() == UserChange.Kind.RECORD_ONLY) {
            return 0;
        }
        boolean migrates = change.kind() == UserChange.Kind.MIGRATE;
        draft.history.add(new HistoryEntry(
                migration.id(),
                migrates ? HistoryEntry.Kind.GRANT : HistoryEntry.Kind.REVERSAL,
                orZero(change.newCredits())
                        .minus(orZero(change.expected().user().credits())),
                change.record().changedAt()));
        return migrates ? copyOperations(draft, migration.id(), change.record().changedAt()) : 0;
    }

    private static long copyOperations(Account draft, String migrationId, Instant before) {
        Set<Integer> copied = draft.operationsCopied.computeIfAbsent(migrationId, none -> new HashSet<>());
        long inserted = 0;
        for (int place = 0; place < draft.operations.size(); place++) {
            Instant at = draft.operations.get(place);
            if (at.isBefore(before) && copied.add(place)) {
                draft.history.add(new HistoryEntry(migrationId, HistoryEntry.Kind.OPERATION, Credits.ZERO, at));
                inserted++;
            }
        }
        return inserted;
    }

    void writeRecord(Account draft, Migration migration, UserMigration record) {
        draft.records.put(migration.id(), record);
        draft.writesAtRecord.put(migration.id(), draft.writes);
    }

    /** The run whose page wrote the record; null where none did. */
    void writeRun(Account draft, Migration migration, @Nullable String runId) {
        draft.runs.put(migration.id(), runId);
    }

    /** One line per migration, user, attempt and kind: a second one would be a bug of the library's. */
    void writeLog(Account draft, @Nullable MigrationLogEntry line) {
        if (line == null) {
            return;
        }
        if (draft.log.stream()
                .anyMatch(other -> other.migrationId().equals(line.migrationId())
                        && other.attempt() == line.attempt()
                        && other.kind() == line.kind())) {
            throw new IllegalStateException("The log has such a line already: " + line);
        }
        draft.log.add(line);
    }

    /**
     * The notice of the change, once; what was queued before and is not sent is cancelled, also by a rollback of which nobody
     * is told.
     */
    void writeNotice(Account draft, UserChange change) {
        Notice notice = change.notice();
        if (notice == null && !change.kind().isRollback()) {
            return;
        }
        String migrationId = change.record().migrationId();
        String id = notice == null ? "" : notice.id();
        draft.notices.replaceAll((key, other) ->
                key.equals(id) || !other.notice().migrationId().equals(migrationId) ? other : other.cancelled());
        if (notice != null) {
            draft.notices.putIfAbsent(
                    id, StoredNotice.queued(notice, change.record().changedAt()));
        }
    }

    static Credits orZero(@Nullable Credits credits) {
        return credits == null ? Credits.ZERO : credits;
    }
}
