package io.creditmigration.testkit;

import io.creditmigration.CreditRate;
import io.creditmigration.Credits;
import io.creditmigration.JournalLine;
import io.creditmigration.Migration;
import io.creditmigration.Notice;
import io.creditmigration.Seal;
import io.creditmigration.spi.StoredDefinition;
import io.creditmigration.spi.UserChange;
import io.creditmigration.spi.UserState;
import java.math.BigDecimal;
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

    /** Takes a place in the chain; answers whether the migration was new. */
    boolean register(ChainBook chain, Migration migration) {
        return chain.register(migration);
    }

    /** Whether this is the definition that is stored under its id. */
    void checkDefinition(Collection<StoredDefinition> stored, Migration migration) {
        stored.forEach(definition -> definition.check(migration));
    }

    /** The guard of what changes a balance: balance by value, marker and captured columns. */
    boolean accountMatches(Migration migration, Account found, UserChange change) {
        if (!change.kind().movesBalance()) {
            return true;
        }
        UserState expected = change.expected();
        return Objects.equals(found.credits, expected.user().credits())
                && AccountReader.hostState(migration, found).equals(expected.hostState());
    }

    /** The guard of every change: the line is the user's next one. */
    boolean lineIsNext(Account found, UserChange change) {
        return change.line().number() == found.lastNumber() + 1;
    }

    void writeBalance(Account draft, UserChange change, int balanceScale) throws RejectedException {
        if (!change.kind().movesBalance()) {
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
            draft.rate =
                    draft.rate == null || grants ? draft.rate : change.line().newRate();
            draft.rateLimit = grants ? null : draft.rateLimit;
        } else if (change.kind().isRollback()) {
            String[] captured = Objects.requireNonNull(change.record().rollbackData(), "rollback data")
                    .hostState()
                    .split("\\|", -1);
            draft.marker = captured[0].isEmpty() ? null : captured[0];
            if (grants) {
                draft.rateLimit = captured[1].isEmpty() ? null : Integer.valueOf(captured[1]);
            } else {
                draft.rate = captured[1].isEmpty() ? null : CreditRate.of(new BigDecimal(captured[1]));
            }
        }
    }

    /** The history, which only grants have. Answers how many operations became entries of it by this change. */
    long writeHistory(Account draft, Migration migration, UserChange change) {
        if (migration.conversion().isPresent()) {
            return 0;
        }
        return switch (change.kind()) {
            case MIGRATE -> {
                enter(draft, HistoryEntry.Kind.GRANT, change);
                yield copyOperations(draft, migration.id(), change.line().at());
            }
            case ROLL_BACK, ROLL_BACK_KEEPING_PAID -> {
                enter(draft, HistoryEntry.Kind.REVERSAL, change);
                yield 0;
            }
            case CATCH_UP -> {
                StoredLine migrated = Objects.requireNonNull(draft.migrated(migration.id()), "MIGRATED line");
                yield copyOperations(draft, migration.id(), migrated.line().at());
            }
            case LINE_ONLY -> 0;
        };
    }

    private static void enter(Account draft, HistoryEntry.Kind kind, UserChange change) {
        Credits amount = orZero(change.newCredits())
                .minus(orZero(change.expected().user().credits()));
        draft.history.add(new HistoryEntry(
                change.line().migrationId(), kind, amount, change.line().at()));
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

    /** The line as it is to be written behind this seal. A node's clock may be slow. */
    JournalLine behind(@Nullable Seal last, JournalLine line) {
        return last == null ? line : line.notBefore(last.at());
    }

    /** The line, with what was copied by its change. */
    void writeLine(Account draft, JournalLine line, long copied, @Nullable String runId) {
        JournalLine all = line.withCopied(line.standing().copied() + copied);
        draft.journal.add(new StoredLine(all, runId, draft.writes));
    }

    /**
     * The notice of the change, once; what was queued before and is not sent is cancelled, also by a rollback of which nobody
     * is told.
     */
    void writeNotice(Account draft, UserChange change, @Nullable String runId) {
        Notice notice = change.notice();
        if (notice == null && !change.kind().isRollback()) {
            return;
        }
        String migrationId = change.line().migrationId();
        String id = notice == null ? "" : notice.id();
        draft.notices.replaceAll((key, other) ->
                key.equals(id) || !other.notice().migrationId().equals(migrationId) ? other : other.cancelled());
        if (notice != null) {
            draft.notices.putIfAbsent(
                    id, StoredNotice.queued(notice, Objects.requireNonNull(change.noticeDue(), "due"), runId));
        }
    }

    static Credits orZero(@Nullable Credits credits) {
        return credits == null ? Credits.ZERO : credits;
    }
}
