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
import java.util.function.ToIntFunction;
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
        long queued =
                each(options, told -> Backoff.repeating(attempts, () -> notices.queue(migration, told, decider.now())));
        LOG.info("Migration {}: {} users are told of it", migration.id(), queued);
        return queued;
    }

    /** Answers how many users would be told, whether they were told before or not. Writes nothing. */
    public long count(RunOptions options) {
        return each(options, List::size);
    }

    private long each(RunOptions options, ToIntFunction<List<Notice>> work) {
        return options.scope().kind() == RunScope.Kind.LISTED ? eachListed(options, work) : everybodyOf(options, work);
    }

    private long eachListed(RunOptions options, ToIntFunction<List<Notice>> work) {
        int pageSize = options.settings().pageSize();
        List<String> ids = options.userIds();
        long done = 0;
        for (int from = 0; from < ids.size(); from += pageSize) {
            List<UserState> page = ids.subList(from, Math.min(ids.size(), from + pageSize)).stream()
                    .map(userId -> users.find(migration, userId))
                    .flatMap(Optional::stream)
                    .toList();
            done += page(page, options, work);
        }
        return done;
    }

    private long everybodyOf(RunOptions options, ToIntFunction<List<Notice>> work) {
        int pageSize = options.settings().pageSize();
        long done = 0;
        String cursor = null;
        List<UserState> page;
        do {
            page = users.scan(migration, options.scope(), cursor, pageSize);
            done += page(page, options, work);
            cursor = Keyset.after(page, state -> state.user().userId(), cursor);
        } while (page.size() == pageSize);
        return done;
    }

    private int page(List<UserState> page, RunOptions options, ToIntFunction<List<Notice>> work) {
        Intent intent = Intent.run(options.scope());
        List<Notice> told = page.stream()
                .map(user -> decider.announcement(user, intent))
                .filter(Objects::nonNull)
                .toList();
        return told.isEmpty() ? 0 : work.applyAsInt(told);
    }
}
