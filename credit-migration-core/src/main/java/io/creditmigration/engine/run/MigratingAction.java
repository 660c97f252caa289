package io.creditmigration.engine.run;

import io.creditmigration.Migration;
import io.creditmigration.MigrationResult;
import io.creditmigration.MigrationResult.Status;
import io.creditmigration.RunScope;
import io.creditmigration.Schedule;
import io.creditmigration.StoreException;
import io.creditmigration.engine.decide.Decision;
import io.creditmigration.engine.decide.Intent;
import io.creditmigration.engine.decide.MigrationDecider;
import io.creditmigration.spi.MigrationStore;
import io.creditmigration.spi.UserState;
import java.time.Instant;

/** Migrates a run's users. */
final class MigratingAction implements RunAction<MigrationResult> {

    private final Migration migration;
    private final MigrationStore store;
    private final MigrationDecider decider;
    private final Intent intent;

    MigratingAction(Migration migration, MigrationStore store, MigrationDecider decider, RunScope scope) {
        this.migration = migration;
        this.store = store;
        this.decider = decider;
        this.intent = Intent.run(scope);
    }

    @Override
    public void begin() {}

    @Override
    public Decision<MigrationResult> decide(UserState user, Instant now) {
        Schedule stored = user.registration().schedule();
        if (stored != null && !stored.equals(migration.schedule())) {
            throw new StoreException(
                    StoreException.Kind.UNAVAILABLE,
                    "Migration " + migration.id() + " was postponed meanwhile, to " + stored + "; call run again",
                    null);
        }
        decider.learn(user, store::definitions);
        Decision<MigrationResult> late = decider.catchUp(user, intent, now);
        return late == null ? decider.decide(user, intent, now) : late;
    }

    @Override
    public Decision<MigrationResult> refused(UserState user, String message) {
        return decider.failed(user, intent, message);
    }

    @Override
    public boolean isHalted(MigrationResult answer) {
        return answer.status() == Status.HALTED;
    }

    @Override
    public boolean isFailure(MigrationResult answer) {
        return answer.status() == Status.FAILED || answer.status() == Status.FAILED_UNRECORDED;
    }

    @Override
    public boolean isContended(MigrationResult answer) {
        return answer.status() == Status.CONTENDED;
    }

    @Override
    public void count(MigrationResult answer, TallySum sum) {
        sum.add(answer.status());
    }

    @Override
    public void countContended(TallySum sum) {
        sum.add(Status.CONTENDED);
    }

    @Override
    public void end() {}
}
