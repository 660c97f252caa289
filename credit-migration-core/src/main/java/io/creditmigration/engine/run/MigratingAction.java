package io.creditmigration.engine.run;

import io.creditmigration.MigrationResult;
import io.creditmigration.MigrationResult.Status;
import io.creditmigration.RunScope;
import io.creditmigration.engine.decide.Decision;
import io.creditmigration.engine.decide.Intent;
import io.creditmigration.engine.decide.MigrationDecider;
import io.creditmigration.spi.MigrationStore;
import io.creditmigration.spi.UserState;
import java.time.Instant;

/** Migrates a run's users. */
final class MigratingAction implements RunAction<MigrationResult> {

    private final MigrationStore store;
    private final MigrationDecider decider;
    private final Intent intent;

    MigratingAction(MigrationStore store, MigrationDecider decider, RunScope scope) {
        this.store = store;
        this.decider = decider;
        this.intent = Intent.run(scope);
    }

    @Override
    public void begin() {
        decider.learn(store::definitions);
    }

    @Override
    public Decision<MigrationResult> decide(UserState user, Instant now) {
        Decision<MigrationResult> late = decider.catchUp(user, intent, now);
        return late == null ? decider.decide(user, intent, now) : late;
    }

    @Override
    public Decision<MigrationResult> refused(UserState user, String message) {
        return decider.fail(user, intent, message);
    }

    @Override
    public boolean isHalted(MigrationResult answer) {
        return answer.status() == Status.HALTED;
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
