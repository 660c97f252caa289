package io.creditmigration.engine.run;

import io.creditmigration.MigrationRun;
import io.creditmigration.RollbackResult;
import io.creditmigration.RollbackResult.Status;
import io.creditmigration.Trigger;
import io.creditmigration.engine.decide.Decision;
import io.creditmigration.engine.decide.RollbackDecider;
import io.creditmigration.spi.UserState;
import java.time.Instant;

/** Takes a run's users back, in the name of who opened the run. */
final class RollbackAction implements RunAction<RollbackResult> {

    private final RollbackDecider rollbacks;
    private final RollbackDecider.Request request;
    private final Runnable forget;

    /**
     * Takes back what this run was opened for.
     *
     * @param forget forgets who was known to be migrated
     */
    RollbackAction(RollbackDecider rollbacks, MigrationRun run, Runnable forget) {
        this.rollbacks = rollbacks;
        this.request = new RollbackDecider.Request(Trigger.RUN, run.scope().paid(), run.openedBy(), run.openedFor());
        this.forget = forget;
    }

    @Override
    public void begin() {}

    @Override
    public Decision<RollbackResult> decide(UserState user, Instant now) {
        return rollbacks.rollback(user, request, now);
    }

    @Override
    public Decision<RollbackResult> refused(UserState user, String message) {
        return new Decision.Answer<>(
                new RollbackResult(Status.REJECTED, user.user().userId(), user.record(), null, message));
    }

    @Override
    public boolean isHalted(RollbackResult answer) {
        return false;
    }

    @Override
    public boolean isFailure(RollbackResult answer) {
        return answer.status() == Status.REJECTED;
    }

    @Override
    public boolean isContended(RollbackResult answer) {
        return answer.status() == Status.CONTENDED;
    }

    @Override
    public void count(RollbackResult answer, TallySum sum) {
        sum.add(answer.status());
    }

    @Override
    public void countContended(TallySum sum) {
        sum.add(Status.CONTENDED);
    }

    @Override
    public void end() {
        forget.run();
    }
}
