package io.creditmigration.testkit;

import io.creditmigration.Barrier;
import io.creditmigration.ChainResult;
import io.creditmigration.JournalLine;
import io.creditmigration.Migration;
import io.creditmigration.Rollout;
import io.creditmigration.spi.Cause;
import io.creditmigration.spi.CommitResult;
import io.creditmigration.spi.HostShape;
import io.creditmigration.spi.MigrationStore;
import io.creditmigration.spi.StoredDefinition;
import io.creditmigration.spi.UserChange;
import io.creditmigration.spi.UserState;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** A store with the required role alone. */
class WithoutNotices implements MigrationStore {

    private final MigrationStore store;

    WithoutNotices(MigrationStore store) {
        this.store = store;
    }

    @Override
    public HostShape shape() {
        return store.shape();
    }

    @Override
    public void register(Migration migration, Cause cause) {
        store.register(migration, cause);
    }

    @Override
    public ChainResult postpone(Migration migration, Duration by, Cause cause) {
        return store.postpone(migration, by, cause);
    }

    @Override
    public ChainResult withdraw(Migration migration, Cause cause) {
        return store.withdraw(migration, cause);
    }

    @Override
    public String mapping() {
        return store.mapping();
    }

    @Override
    public List<StoredDefinition> definitions() {
        return store.definitions();
    }

    @Override
    public Optional<UserState> find(Migration migration, String userId) {
        return store.find(migration, userId);
    }

    @Override
    public CommitResult commit(Migration migration, UserChange change) {
        return store.commit(migration, change);
    }

    @Override
    public Rollout rollout(Migration migration) {
        return store.rollout(migration);
    }

    @Override
    public boolean setRollout(Migration migration, Rollout expected, Rollout rollout, Cause cause) {
        return store.setRollout(migration, expected, rollout, cause);
    }

    @Override
    public Barrier drain(Migration migration, Duration max) {
        return store.drain(migration, max);
    }

    @Override
    public long epoch(Migration migration) {
        return store.epoch(migration);
    }

    @Override
    public List<JournalLine> log(Migration migration, String storedUserId) {
        return store.log(migration, storedUserId);
    }
}
