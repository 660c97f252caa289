package io.creditmigration;

import io.creditmigration.MigrationResult.Status;
import io.creditmigration.spi.CommitResult;
import io.creditmigration.spi.Page;
import io.creditmigration.spi.RunStore;
import io.creditmigration.spi.UserChange;
import io.creditmigration.spi.UserState;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Read → decide → write for everybody, in pages. */
final class Population {

    private static final Logger LOG = LoggerFactory.getLogger(MigrationService.class);
    private static final int PLAN_PAGE_USERS = 1_000;

    private final Migration migration;
    private final RunStore store;
    private final Decider decider;
    private final OneUser oneUser;
    private final int attempts;

    Population(Migration migration, RunStore store, Decider decider, OneUser oneUser, int attempts) {
        this.migration = migration;
        this.store = store;
        this.decider = decider;
        this.oneUser = oneUser;
        this.attempts = attempts;
    }

    MigrationPlan plan(RunOptions options) {
        Intent intent = Intent.run(options);
        Map<Status, Long> outcomes = new EnumMap<>(Status.class);
        BigDecimal before = BigDecimal.ZERO;
        BigDecimal after = BigDecimal.ZERO;
        BigDecimal residual = BigDecimal.ZERO;
        String cursor = null;
        List<UserState> users;
        do {
            users = store.scan(migration, cursor, PLAN_PAGE_USERS);
            for (UserState state : users) {
                cursor = state.user().userId();
                Decision<MigrationResult> decision = decider.decide(state, intent);
                outcomes.merge(statusOf(decision), 1L, Long::sum);
                MigrationLogEntry log = decision instanceof Decision.Write<MigrationResult> write
                        ? write.change().log()
                        : null;
                if (log != null) {
                    before = before.add(amountOf(log.oldCredits()));
                    after = after.add(amountOf(log.newCredits()));
                    residual = residual.add(log.residual());
                }
            }
        } while (users.size() == PLAN_PAGE_USERS);
        return new MigrationPlan(Collections.unmodifiableMap(outcomes), before, after, residual);
    }

    MigrationRun run(RunOptions options) {
        String runId = store.openRun(migration, options.scope());
        LOG.info("Migration {}: run {} over {}", migration.id(), runId, options.scope());
        Map<Status, Long> outcomes = new EnumMap<>(Status.class);
        Pager pager = new Pager(runId, options);
        MigrationRun.State state = MigrationRun.State.RUNNING;
        while (state == MigrationRun.State.RUNNING) {
            state = pager.next(outcomes);
            options.listener().accept(figures(runId, state, outcomes));
        }
        MigrationRun run = figures(runId, state, outcomes);
        LOG.info("Migration {}: run {} is {}: {}", migration.id(), runId, run.state(), run.outcomes());
        return run;
    }

    private static MigrationRun figures(String runId, MigrationRun.State state, Map<Status, Long> outcomes) {
        return new MigrationRun(runId, state, Collections.unmodifiableMap(new EnumMap<>(outcomes)));
    }

    private static Status statusOf(Decision<MigrationResult> decision) {
        if (decision instanceof Decision.Answer<MigrationResult> answer) {
            return answer.result().status();
        }
        UserChange change = ((Decision.Write<MigrationResult>) decision).change();
        return change.kind() == UserChange.Kind.MIGRATE ? Status.MIGRATED : Status.FAILED;
    }

    private static BigDecimal amountOf(@Nullable Credits credits) {
        return credits == null ? BigDecimal.ZERO : credits.amount();
    }

    /** Asks for one page after the other, smaller ones while the store refuses somebody, and counts what came of them. */
    private final class Pager {

        private final String runId;
        private final RunOptions options;
        private final Intent intent;
        private int limit;
        private int faults;
        private @Nullable String refusedUser;
        private @Nullable String refusedMessage;

        /** What was decided on the page in hand; replaced whole when a page is asked for again. */
        private List<Decision<MigrationResult>> decisions = List.of();

        Pager(String runId, RunOptions options) {
            this.runId = runId;
            this.options = options;
            this.intent = Intent.run(options);
            this.limit = options.pageSize();
        }

        MigrationRun.State next(Map<Status, Long> outcomes) {
            Page page;
            decisions = List.of();
            try {
                page = store.page(migration, runId, limit, this::decide);
                faults = 0;
            } catch (StoreException e) {
                // The position tells whether the page was written, so an unknown outcome is asked again like a
                // deadlock.
                if (e.kind() == StoreException.Kind.UNAVAILABLE || (limit == 1 && ++faults >= attempts)) {
                    throw e;
                }
                Backoff.pause(Math.max(1, faults));
                // Fewer users meet fewer other writers; only a page of one that fails counts towards giving up.
                limit = Math.max(1, limit / 2);
                return MigrationRun.State.RUNNING;
            }
            switch (page.status()) {
                case ADVANCED -> {
                    count(page, outcomes);
                    refusedUser = null;
                    limit = Math.min(options.pageSize(), limit * 2);
                    return MigrationRun.State.RUNNING;
                }
                case REJECTED -> {
                    narrow(String.valueOf(page.message()));
                    return MigrationRun.State.RUNNING;
                }
                case FINISHED -> {
                    return MigrationRun.State.FINISHED;
                }
                case HALTED -> {
                    return MigrationRun.State.HALTED;
                }
                default -> {
                    return MigrationRun.State.BUSY;
                }
            }
        }

        private List<UserChange> decide(List<UserState> users) {
            decisions = new ArrayList<>(users.size());
            List<UserChange> changes = new ArrayList<>(users.size());
            for (UserState user : users) {
                Decision<MigrationResult> decision = decider.decide(user, intent);
                if (decision instanceof Decision.Write<MigrationResult>
                        && user.user().userId().equals(refusedUser)) {
                    decision = decider.fail(user, String.valueOf(refusedMessage));
                }
                decisions.add(decision);
                if (decision instanceof Decision.Write<MigrationResult> write) {
                    changes.add(write.change());
                }
            }
            return changes;
        }

        private void narrow(String message) {
            if (limit > 1) {
                limit = limit / 2;
                return;
            }
            String alone = ((Decision.Write<MigrationResult>) decisions.get(0))
                    .change()
                    .record()
                    .userId();
            if (alone.equals(refusedUser)) {
                throw new StoreException(
                        StoreException.Kind.UNAVAILABLE,
                        "User " + alone + " can neither be migrated nor marked FAILED: " + message,
                        null);
            }
            LOG.warn("Migration {}: user {} will be marked FAILED: {}", migration.id(), alone, message);
            refusedUser = alone;
            refusedMessage = message;
        }

        private void count(Page page, Map<Status, Long> outcomes) {
            int written = 0;
            for (Decision<MigrationResult> decision : decisions) {
                Status status = decision instanceof Decision.Write<MigrationResult> write
                        ? settled(write, page.results().get(written++), page.sweep())
                        : statusOf(decision);
                // The sweep meets again whom the first pass has refused, and settles whom it left; each counts once.
                boolean isLeft = !page.sweep() && status == Status.CONTENDED;
                boolean isKnown = page.sweep() && decision instanceof Decision.Answer;
                if (!isLeft && !isKnown) {
                    outcomes.merge(status, 1L, Long::sum);
                }
            }
        }

        /** Who could not be written with the page, because the row was locked or has moved, is tried alone, once. */
        private Status settled(Decision.Write<MigrationResult> write, CommitResult result, boolean sweep) {
            return switch (result.status()) {
                case COMMITTED -> statusOf(write);
                case HALTED -> Status.HALTED;
                case OUTSIDE_ROLLOUT -> Status.OUTSIDE_ROLLOUT;
                default -> alone(write.change().record().userId(), sweep);
            };
        }

        private Status alone(String userId, boolean sweep) {
            try {
                return (sweep ? oneUser : oneUser.once())
                        .migrate(userId, intent)
                        .status();
            } catch (StoreException e) {
                LOG.warn("Migration {}: user {} is left to the sweep", migration.id(), userId, e);
                return Status.CONTENDED;
            }
        }
    }
}
