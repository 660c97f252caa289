package io.creditmigration.testkit;

import io.creditmigration.Notice;
import io.creditmigration.spi.NoticeStore.Leased;
import io.creditmigration.spi.NoticeStore.Settlement;
import io.creditmigration.spi.NoticeStore.State;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A notice as the store in memory keeps it.
 *
 * @param state where it stands; null once cancelled
 * @param at when it is due; when it was settled, unless it is queued
 * @param lease the last one; null where there was none
 * @param run whose page has queued it; null where none has
 */
record StoredNotice(
        Notice notice,
        @Nullable State state,
        int deliveries,
        Instant at,
        @Nullable String lease,
        @Nullable String error,
        @Nullable String run) {

    static StoredNotice queued(Notice notice, Instant due, @Nullable String run) {
        return new StoredNotice(notice, State.QUEUED, 0, due, null, null, run);
    }

    boolean isDue(Instant now) {
        return state == State.QUEUED && !at.isAfter(now);
    }

    StoredNotice leased(String newLease, Instant until) {
        return new StoredNotice(notice, state, deliveries + 1, until, newLease, error, run);
    }

    StoredNotice cancelled() {
        return state == State.QUEUED ? new StoredNotice(notice, null, deliveries, at, lease, error, run) : this;
    }

    StoredNotice settled(Leased leased, Settlement settlement) {
        return new StoredNotice(
                notice,
                settlement.state(),
                settlement.deliveries(),
                settlement.at(),
                leased.lease(),
                settlement.error(),
                run);
    }
}
