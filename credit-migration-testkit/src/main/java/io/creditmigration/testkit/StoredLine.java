package io.creditmigration.testkit;

import io.creditmigration.JournalLine;
import org.jspecify.annotations.Nullable;

/**
 * A line of the journal of the store in memory.
 *
 * @param line the line
 * @param runId the run whose page wrote it; null where none did
 * @param writes how often the balance had been written when the line was, by whomever
 */
record StoredLine(JournalLine line, @Nullable String runId, int writes) {

    boolean isOf(String migrationId) {
        return line.migrationId().equals(migrationId);
    }
}
