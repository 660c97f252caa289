package io.creditmigration.spi;

import io.creditmigration.RunScope;
import io.creditmigration.RunSettings;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a run is opened with.
 *
 * @param scope the users that it covers
 * @param stage the percentage of the stage that it is; null where it is none
 * @param userIds the users of a listed scope; empty otherwise
 * @param settings how fast and how far it may go
 */
public record RunRequest(RunScope scope, @Nullable Integer stage, List<String> userIds, RunSettings settings) {

    /** Number of equally sized ranges for this many users. */
    public int ranges(long users) {
        long pages = users / ((long) settings.pageSize() * RunStore.RANGE_PAGES_MIN);
        return (int) Math.max(1, Math.min(RunStore.RANGES_MAX, pages));
    }
}
