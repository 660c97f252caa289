package io.creditmigration;

import io.creditmigration.MigrationResult.Status;
import io.creditmigration.spi.MigrationStore;
import io.creditmigration.spi.UserState;
import java.time.Instant;

/** Migrates a run's users. */
final class MigratingAct implements RunAct<MigrationResult> {

    private final MigrationStore store;
    private final Decider decider;
    private final Intent intent;

    MigratingAct(MigrationStore store, Decider decider, RunScope scope) {
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
        return decider.failed(user, intent, message);
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
    public void count(MigrationResult answer, Tally.Sum sum) {
        sum.add(answer.status());
    }

    @Override
    public void countContended(Tally.Sum sum) {
        sum.add(Status.CONTENDED);
    }

    @Override
    public void end() {}
}
