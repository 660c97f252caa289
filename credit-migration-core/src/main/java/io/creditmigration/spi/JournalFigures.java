package io.creditmigration.spi;

import io.creditmigration.MigrationStatus;
import io.creditmigration.Tally;
import java.util.List;
import java.util.Map;

/**
 * The figures of a migration counted twice, all read in one snapshot: from the lines of the journal one by one, and as runs
 * have summed them up.
 *
 * @param totals as {@link RunStore#totals} counts
 * @param lastLines users by the status of their last line, by reading all lines
 * @param runs the runs beside what the journal has of them
 * @param strays the first lines of the whole journal, at most {@value #STRAYS_MAX}, of migrations that are not stored
 */
public record JournalFigures(
        Totals totals, Map<MigrationStatus, Long> lastLines, List<Run> runs, List<StoredRow.Key> strays) {

    /** How many strays are named. */
    public static final int STRAYS_MAX = 20;

    /**
     * What the ranges of a run say that it did, beside what the journal has of it.
     *
     * @param id the run
     * @param tally what its ranges have summed up
     * @param lines what the lines that its pages wrote come to: users MIGRATED, FAILED and ROLLED_BACK, and all amounts
     */
    public record Run(String id, Tally tally, Tally lines) {}
}
