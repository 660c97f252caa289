package io.creditmigration.engine.run;

import io.creditmigration.Migration;
import io.creditmigration.Notice;
import io.creditmigration.RunOptions;
import io.creditmigration.RunScope;
import io.creditmigration.engine.decide.Intent;
import io.creditmigration.engine.decide.MigrationDecider;
import io.creditmigration.internal.Backoff;
import io.creditmigration.internal.Keyset;
import io.creditmigration.spi.NoticeStore;
import io.creditmigration.spi.RunStore;
import io.creditmigration.spi.UserState;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Queues the pre-announcement for everyone of a scope, in pages. No position is kept: who has one is left alone by its key,
 * so going over a page again costs reading it and writes nothing.
 */
public final class Announcement {

    private static final Logger LOG = LoggerFactory.getLogger(Announcement.class);

    private final Migration migration;
    private final RunStore users;
    private final NoticeStore notices;
    private final MigrationDecider decider;
    private final int attempts;

    public Announcement(
            Migration migration, RunStore users, NoticeStore notices, MigrationDecider decider, int attempts) {
        this.migration = migration;
        this.users = users;
        this.notices = notices;
        this.decider = decider;
        this.attempts = attempts;
    }

    /** Answers how many notices were queued. */
    public long to(RunOptions options) {
        long queued = options.scope().kind() == RunScope.Kind.LISTED ? toListed(options) : toEverybodyOf(options);
        LOG.info("Migration {}: {} users are told of it", migration.id(), queued);
        return queued;
    }

    private long toListed(RunOptions options) {
        int pageSize = options.settings().pageSize();
        List<String> ids = options.userIds();
        long queued = 0;
        for (int from = 0; from < ids.size(); from += pageSize) {
            List<UserState> page = ids.subList(from, Math.min(ids.size(), from + pageSize)).stream()
                    .map(userId -> users.find(migration, userId))
                    .flatMap(Optional::stream)
                    .toList();
            queued += toPage(page, options);
        }
        return queued;
    }

    private long toEverybodyOf(RunOptions options) {
        int pageSize = options.settings().pageSize();
        long queued = 0;
        String cursor = null;
        List<UserState> page;
        do {
            page = users.scan(migration, options.scope(), cursor, pageSize);
            queued += toPage(page, options);
            cursor = Keyset.after(page, state -> state.user().userId(), cursor);
        } while (page.size() == pageSize);
        return queued;
    }

    private int toPage(List<UserState> page, RunOptions options) {
        Intent intent = Intent.run(options.scope());
        List<Notice> told = page.stream()
                .map(user -> decider.announcement(user, intent))
                .filter(Objects::nonNull)
                .toList();
        return told.isEmpty() ? 0 : Backoff.repeating(attempts, () -> notices.queue(migration, told, decider.now()));
    }
}
