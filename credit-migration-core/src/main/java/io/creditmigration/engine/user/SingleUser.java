package io.creditmigration.engine.user;

import io.creditmigration.Actor;
import io.creditmigration.CreditMigrationException;
import io.creditmigration.Migration;
import io.creditmigration.MigrationResult;
import io.creditmigration.MigrationStatus;
import io.creditmigration.ReconcileResult;
import io.creditmigration.RollbackResult;
import io.creditmigration.Schedule;
import io.creditmigration.StoreException;
import io.creditmigration.UserMigration;
import io.creditmigration.engine.LatencyHistogram;
import io.creditmigration.engine.decide.Answers;
import io.creditmigration.engine.decide.Decision;
import io.creditmigration.engine.decide.Intent;
import io.creditmigration.engine.decide.MigrationDecider;
import io.creditmigration.engine.decide.RollbackDecider;
import io.creditmigration.internal.Backoff;
import io.creditmigration.internal.Failures;
import io.creditmigration.spi.Cause;
import io.creditmigration.spi.CommitResult;
import io.creditmigration.spi.MigrationStore;
import io.creditmigration.spi.Printable;
import io.creditmigration.spi.Registration.Place;
import io.creditmigration.spi.UserChange;
import io.creditmigration.spi.UserState;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Read → decide → write for one user, again when others were faster, within a bound; once in a host's transaction. */
public final class SingleUser {

    private static final Logger LOG = LoggerFactory.getLogger(SingleUser.class);

    /** What is wanted of one user: the answers that differ between migrating, taking back and reopening. */
    private interface UserOperation<R> {

        Decision<R> decide(UserState state);

        R unknownUser();

        /** Nothing is registered, and a host's transaction registers nothing. */
        R notRegistered(UserState state);

        /** The store has refused the change for what it is, and nothing was written. */
        R refused(UserState state, CommitResult refusal);

        R contended(@Nullable UserState state);
    }

    private final Migration migration;
    private final MigrationStore store;
    private final MigrationDecider decider;
    private final RollbackDecider rollbacks;
    private final int attempts;
    private final LatencyHistogram commits;

    public SingleUser(
            Migration migration,
            MigrationStore store,
            MigrationDecider decider,
            RollbackDecider rollbacks,
            int attempts,
            LatencyHistogram commits) {
        this.commits = commits;
        this.migration = migration;
        this.store = store;
        this.decider = decider;
        this.rollbacks = rollbacks;
        this.attempts = store.joins() ? 1 : attempts;
    }

    public MigrationResult migrate(String userId, Intent intent) {
        return settle(userId, new UserOperation<MigrationResult>() {
            @Override
            public Decision<MigrationResult> decide(UserState state) {
                requireSchedule(migration, state);
                decider.learn(state, store::definitions);
                return decider.decide(state, intent);
            }

            @Override
            public MigrationResult unknownUser() {
                return Answers.of(MigrationResult.Status.UNKNOWN_USER, userId, null);
            }

            @Override
            public MigrationResult notRegistered(UserState state) {
                LOG.warn(
                        "Migration {} is not registered, and a transaction of the host's does not register it; call"
                                + " register(…) on start",
                        migration.id());
                return Answers.of(
                        MigrationResult.Status.NOT_REGISTERED, state.user().userId(), state.record());
            }

            @Override
            public MigrationResult refused(UserState state, CommitResult refusal) {
                String stored = state.user().userId();
                return switch (refusal.status()) {
                    case NOT_REGISTERED -> Answers.of(MigrationResult.Status.NOT_REGISTERED, stored, state.record());
                    case WITHDRAWN -> Answers.of(MigrationResult.Status.WITHDRAWN, stored, state.record());
                    case ENDED -> Answers.of(MigrationResult.Status.ENDED, stored, state.record());
                    case HALTED -> Answers.of(MigrationResult.Status.HALTED, stored, state.record());
                    case NOT_BEGUN -> Answers.of(MigrationResult.Status.NOT_BEGUN, stored, state.record());
                    case OUTSIDE_ROLLOUT -> Answers.of(MigrationResult.Status.OUTSIDE_ROLLOUT, stored, state.record());
                    default -> markFailed(state, intent, String.valueOf(refusal.message()));
                };
            }

            @Override
            public MigrationResult contended(@Nullable UserState state) {
                return Answers.of(MigrationResult.Status.CONTENDED, userId, state == null ? null : state.record());
            }
        });
    }

    public RollbackResult rollback(String userId, RollbackDecider.Request request) {
        return settle(userId, new UserOperation<RollbackResult>() {
            @Override
            public Decision<RollbackResult> decide(UserState state) {
                return rollbacks.rollback(state, request);
            }

            @Override
            public RollbackResult unknownUser() {
                return Answers.of(RollbackResult.Status.UNKNOWN_USER, userId, null);
            }

            @Override
            public RollbackResult notRegistered(UserState state) {
                return contended(state);
            }

            @Override
            public RollbackResult refused(UserState state, CommitResult refusal) {
                return new RollbackResult(
                        RollbackResult.Status.REJECTED, state.user().userId(), state.record(), null, refusal.message());
            }

            @Override
            public RollbackResult contended(@Nullable UserState state) {
                return Answers.of(RollbackResult.Status.CONTENDED, userId, state == null ? null : state.record());
            }
        });
    }

    public Optional<UserMigration> reopen(String userId, Actor actor, String reason) {
        return settle(userId, new UserOperation<Optional<UserMigration>>() {
            @Override
            public Decision<Optional<UserMigration>> decide(UserState state) {
                return rollbacks.reopen(state, actor, reason);
            }

            @Override
            public Optional<UserMigration> unknownUser() {
                return Optional.empty();
            }

            @Override
            public Optional<UserMigration> notRegistered(UserState state) {
                return Optional.empty();
            }

            @Override
            public Optional<UserMigration> refused(UserState state, CommitResult refusal) {
                return Optional.empty();
            }

            @Override
            public Optional<UserMigration> contended(@Nullable UserState state) {
                return Optional.empty();
            }
        });
    }

    public ReconcileResult reconcile(String userId, MigrationStatus standing, Actor actor, String reason) {
        return settle(userId, new UserOperation<ReconcileResult>() {
            @Override
            public Decision<ReconcileResult> decide(UserState state) {
                return rollbacks.reconcile(state, standing, actor, reason);
            }

            @Override
            public ReconcileResult unknownUser() {
                return new ReconcileResult(ReconcileResult.Status.UNKNOWN_USER, userId, null);
            }

            @Override
            public ReconcileResult notRegistered(UserState state) {
                return contended(state);
            }

            @Override
            public ReconcileResult refused(UserState state, CommitResult refusal) {
                return contended(state);
            }

            @Override
            public ReconcileResult contended(@Nullable UserState state) {
                return new ReconcileResult(
                        ReconcileResult.Status.CONTENDED, userId, state == null ? null : state.record());
            }
        });
    }

    private <R> R settle(String userId, UserOperation<R> operation) {
        UserState state = null;
        Decision.Write<R> write = null;
        StoreException lost = null;
        boolean registered = false;
        for (int attempt = 1; attempt <= attempts; attempt++) {
            try {
                state = store.find(migration, userId).orElse(null);
                if (state == null) {
                    return operation.unknownUser();
                }
                if (lost != null && write != null && isWritten(write.change(), state)) {
                    return write.committed().apply(state.record());
                }
                Decision<R> decision = operation.decide(state);
                if (decision instanceof Decision.Answer<R> answer) {
                    return answer.result();
                }
                write = (Decision.Write<R>) decision;
                if (state.registration().place() == Place.UNREGISTERED && !registered) {
                    if (store.joins()) {
                        return operation.notRegistered(state);
                    }
                    store.register(migration, new Cause(Actor.automatic("register"), "first use", decider.now()));
                    registered = true;
                    attempt--;
                    continue;
                }
                String error = write.change().line().error();
                CommitResult result =
                        store.joins() && error != null ? CommitResult.rejected(error) : commit(write.change());
                switch (result.status()) {
                    case COMMITTED -> {
                        return write.committed().apply(withHistory(write.change(), result));
                    }
                    case STALE -> {
                        // Read again at once.
                    }
                    case LOCKED -> Backoff.pause(attempt);
                    default -> {
                        return operation.refused(state, result);
                    }
                }
            } catch (StoreException e) {
                if (e.kind() == StoreException.Kind.UNAVAILABLE || attempt == attempts) {
                    throw Failures.since(lost, e);
                }
                lost = e.kind() == StoreException.Kind.OUTCOME_UNKNOWN ? e : lost;
                Backoff.pause(attempt);
            } catch (Rescheduled e) {
                throw e;
            } catch (RuntimeException e) {
                throw Failures.since(lost, e);
            }
        }
        return operation.contended(state);
    }

    /** What was decided by other instants than those that are stored is not to be written. */
    static void requireSchedule(Migration migration, UserState state) {
        Schedule stored = state.registration().schedule();
        if (stored != null && !stored.equals(migration.schedule())) {
            throw new Rescheduled();
        }
    }

    /** A store that throws something of its own speaks of this user's change: a credit system that refuses it, say. */
    private CommitResult commit(UserChange change) {
        long begunNanos = System.nanoTime();
        try {
            return store.commit(migration, change);
        } catch (CreditMigrationException e) {
            throw e;
        } catch (RuntimeException e) {
            return CommitResult.rejected(Failures.describe(e));
        } finally {
            commits.record(System.nanoTime() - begunNanos);
        }
    }

    private MigrationResult markFailed(UserState state, Intent intent, String error) {
        String userId = state.user().userId();
        MigrationResult unrecorded =
                new MigrationResult(MigrationResult.Status.FAILED_UNRECORDED, userId, state.record(), null, error);
        if (store.joins()) {
            // A mark in the host's transaction would go with it, or keep it from committing what it came for.
            return unrecorded;
        }
        Decision<MigrationResult> decision = decider.failed(state, intent, error);
        if (decision instanceof Decision.Answer<MigrationResult> answer) {
            return answer.result();
        }
        Decision.Write<MigrationResult> mark = (Decision.Write<MigrationResult>) decision;
        try {
            CommitResult marked = store.commit(migration, mark.change());
            if (marked.status() == CommitResult.Status.COMMITTED) {
                LOG.warn(
                        "Migration {}: user {} is marked FAILED: {}",
                        migration.id(),
                        Printable.of(userId),
                        Printable.of(error));
                return mark.committed().apply(mark.change().record());
            }
            LOG.warn(
                    "Migration {}: user {} failed ({}), mark answered {}",
                    migration.id(),
                    Printable.of(userId),
                    Printable.of(error),
                    Printable.of(marked));
        } catch (RuntimeException e) {
            LOG.warn(
                    "Migration {}: user {} failed ({}), and could not be marked",
                    migration.id(),
                    Printable.of(userId),
                    Printable.of(error),
                    e);
        }
        return unrecorded;
    }

    private static boolean isWritten(UserChange change, UserState found) {
        UserMigration record = found.record();
        return record != null && record.equals(change.record().withHistoricalOperations(record.historicalOperations()));
    }

    private static UserMigration withHistory(UserChange change, CommitResult result) {
        UserMigration record = change.record();
        return record.withHistoricalOperations(record.historicalOperations() + result.historicalOperations());
    }
}
