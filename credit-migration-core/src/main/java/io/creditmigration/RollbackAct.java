package io.creditmigration;

import io.creditmigration.RollbackResult.Status;
import io.creditmigration.spi.UserState;
import java.time.Instant;

/** Takes a run's users back, in the name of who opened the run. */
final class RollbackAct implements RunAct<RollbackResult> {

    private final Reversal reversal;
    private final Reversal.Request request;
    private final Runnable forget;

    /**
     * Takes back what this run was opened for.
     *
     * @param forget forgets who was known to be migrated
     */
    RollbackAct(Reversal reversal, MigrationRun run, Runnable forget) {
        this.reversal = reversal;
        this.request = new Reversal.Request(Trigger.RUN, run.scope().paid(), run.openedBy(), run.openedFor());
        this.forget = forget;
    }

    @Override
    public void begin() {}

    @Override
    public Decision<RollbackResult> decide(UserState user, Instant now) {
        return reversal.rollback(user, request, now);
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
    public void count(RollbackResult answer, Tally.Sum sum) {
        sum.add(answer.status());
    }

    @Override
    public void countContended(Tally.Sum sum) {
        sum.add(Status.CONTENDED);
    }

    @Override
    public void end() {
        forget.run();
    }
}
