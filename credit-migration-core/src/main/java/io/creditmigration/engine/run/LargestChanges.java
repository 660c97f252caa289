package io.creditmigration.engine.run;

import io.creditmigration.MigrationPlan.Change;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/** The ten largest changes of many. */
final class LargestChanges {

    private static final int MOST = 10;

    private static final Comparator<Change> BY_SIZE = Comparator.comparing(LargestChanges::size);

    private final PriorityQueue<Change> largest = new PriorityQueue<>(BY_SIZE);

    /** Keeps this change if it is one: 0 → 0 is none. */
    void add(Change change) {
        if (size(change).signum() == 0) {
            return;
        }
        largest.add(change);
        if (largest.size() > MOST) {
            largest.remove();
        }
    }

    /** The largest first. */
    List<Change> list() {
        List<Change> changes = new ArrayList<>(largest);
        changes.sort(BY_SIZE.reversed().thenComparing(Change::userId));
        return changes;
    }

    private static BigDecimal size(Change change) {
        BigDecimal before = change.oldCredits() == null
                ? BigDecimal.ZERO
                : change.oldCredits().amount();
        return change.newCredits().amount().subtract(before).abs();
    }
}
