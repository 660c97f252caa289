package io.creditmigration.testkit;

import io.creditmigration.Actor;
import io.creditmigration.Migration;
import io.creditmigration.MigrationLogEntry;
import io.creditmigration.Rollout;
import io.creditmigration.spi.CommitResult;
import io.creditmigration.spi.Page;
import io.creditmigration.spi.RunStore;
import io.creditmigration.spi.StoredDefinition;
import io.creditmigration.spi.UserChange;
import io.creditmigration.spi.UserState;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A store that does what another one does, but for what a test overrides. */
class DelegatingStore implements RunStore {

    final RunStore store;

    DelegatingStore(RunStore store) {
        this.store = store;
    }

    @Override
    public boolean joins() {
        return store.joins();
    }

    @Override
    public int balanceScale() {
        return store.balanceScale();
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
    public void setRollout(Migration migration, Rollout rollout, Actor actor, String reason) {
        store.setRollout(migration, rollout, actor, reason);
    }

    @Override
    public List<MigrationLogEntry> log(Migration migration, String storedUserId) {
        return store.log(migration, storedUserId);
    }

    @Override
    public String openRun(Migration migration, String scope) {
        return store.openRun(migration, scope);
    }

    @Override
    public List<UserState> scan(Migration migration, @Nullable String afterUserId, int limit) {
        return store.scan(migration, afterUserId, limit);
    }

    @Override
    public Page page(Migration migration, String runId, int limit, Function<List<UserState>, List<UserChange>> decide) {
        return store.page(migration, runId, limit, decide);
    }
}
