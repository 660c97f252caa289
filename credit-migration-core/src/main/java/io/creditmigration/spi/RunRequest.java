package io.creditmigration.spi;

import io.creditmigration.RunScope;
import io.creditmigration.RunSettings;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a run is opened with.
 *
 * @param scope whom it is for
 * @param stage the percentage of the stage that it is; null where it is none
 * @param userIds the users of a listed scope; empty otherwise
 * @param settings how fast and how far it may go
 */
public record RunRequest(RunScope scope, @Nullable Integer stage, List<String> userIds, RunSettings settings) {

    /** Into how many ranges a run over so many users is cut; each has about as many users as any other. */
    public int ranges(long users) {
        long pages = users / ((long) settings.pageSize() * RunStore.RANGE_PAGES_MIN);
        return (int) Math.max(1, Math.min(RunStore.RANGES_MAX, pages));
    }
}
