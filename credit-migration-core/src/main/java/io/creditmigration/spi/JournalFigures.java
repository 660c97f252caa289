package io.creditmigration.spi;

import io.creditmigration.JournalLine;
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
 */
public record JournalFigures(Totals totals, Map<MigrationStatus, Long> lastLines, List<Run> runs) {

    /**
     * What the ranges of a run say that it did, beside what the journal has of it.
     *
     * @param id the run
     * @param tally what its ranges have summed up
     * @param lines the lines that its pages wrote, counted by kind
     */
    public record Run(String id, Tally tally, Map<JournalLine.Kind, Long> lines) {

        /** How many lines of this kind it wrote. */
        public long count(JournalLine.Kind kind) {
            return lines.getOrDefault(kind, 0L);
        }
    }
}
