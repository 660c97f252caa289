package io.creditmigration.spring;

import io.creditmigration.Dispatched;
import io.creditmigration.GateDecision;
import io.creditmigration.Migration;
import io.creditmigration.MigrationListener;
import io.creditmigration.MigrationResult;
import io.creditmigration.MigrationRun;
import io.creditmigration.RollbackResult;
import io.creditmigration.Tally;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells all listeners of an application; one that fails keeps nothing from the others. */
record Listeners(List<MigrationListener> all) implements MigrationListener {

    private static final Logger LOG = LoggerFactory.getLogger(MigrationListener.class);

    static MigrationListener of(List<MigrationListener> listeners) {
        return listeners.size() == 1 ? listeners.get(0) : new Listeners(List.copyOf(listeners));
    }

    @Override
    public void onUser(Migration migration, MigrationResult.Status status, Duration took) {
        tell(listener -> listener.onUser(migration, status, took));
    }

    @Override
    public void onRollback(Migration migration, RollbackResult.Status status) {
        tell(listener -> listener.onRollback(migration, status));
    }

    @Override
    public void onGate(Migration migration, GateDecision decision) {
        tell(listener -> listener.onGate(migration, decision));
    }

    @Override
    public void onPage(Migration migration, Tally users, Duration took) {
        tell(listener -> listener.onPage(migration, users, took));
    }

    @Override
    public void onRun(Migration migration, MigrationRun run) {
        tell(listener -> listener.onRun(migration, run));
    }

    @Override
    public void onNotices(Dispatched batch) {
        tell(listener -> listener.onNotices(batch));
    }

    private void tell(Consumer<MigrationListener> event) {
        for (MigrationListener listener : all) {
            try {
                event.accept(listener);
            } catch (RuntimeException e) {
                LOG.warn("A listener failed, which changes nothing", e);
            }
        }
    }
}
