package io.creditmigration.testkit;

import io.creditmigration.Credits;
import java.time.Instant;

/**
 * One entry of a user's credit history, as a grant or its rollback wrote it. Entries are added and never deleted.
 *
 * @param migrationId the migration that wrote it
 * @param kind what it stands for
 * @param amount what it adds to the balance; zero for operations, below zero for most reversals
 * @param at when the operation was made, the grant given or the reversal written
 */
public record HistoryEntry(String migrationId, Kind kind, Credits amount, Instant at) {

    /** What an entry stands for. */
    public enum Kind {
        /** An operation from the time of the rate limit; free. */
        OPERATION,
        /** The initial credits. */
        GRANT,
        /** What a rollback took off again. */
        REVERSAL
    }
}
