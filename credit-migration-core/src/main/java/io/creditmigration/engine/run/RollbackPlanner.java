package io.creditmigration.engine.run;

import io.creditmigration.Actor;
import io.creditmigration.Credits;
import io.creditmigration.Migration;
import io.creditmigration.MigrationPlan;
import io.creditmigration.MigrationStatus;
import io.creditmigration.RollbackOptions;
import io.creditmigration.RollbackPlan;
import io.creditmigration.RollbackResult;
import io.creditmigration.RollbackResult.Status;
import io.creditmigration.RunScope;
import io.creditmigration.Tally;
import io.creditmigration.Trigger;
import io.creditmigration.engine.decide.Decision;
import io.creditmigration.engine.decide.RollbackDecider;
import io.creditmigration.spi.RunStore;
import io.creditmigration.spi.UserChange;
import io.creditmigration.spi.UserState;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Decides for everyone of a rollback and writes nothing. */
public final class RollbackPlanner {

    private final Migration migration;
    private final RunStore store;
    private final RollbackDecider rollbacks;

    public RollbackPlanner(Migration migration, RunStore store, RollbackDecider rollbacks) {
        this.migration = migration;
        this.store = store;
        this.rollbacks = rollbacks;
    }

    public RollbackPlan plan(RollbackOptions options) {
        RunScope scope = options.scope();
        Planning planning =
                new Planning(new RollbackDecider.Request(Trigger.RUN, scope.paid(), Actor.automatic("plan"), "plan"));
        if (scope.isListed()) {
            for (String userId : options.userIds()) {
                store.find(migration, userId).ifPresentOrElse(planning::add, planning::addUnknown);
            }
        } else {
            MigrationPlanner.forEach(store, migration, scope, planning::add);
        }
        return planning.plan(scope);
    }

    /** Decides for one user after the other, and keeps sums and a bounded number of users. */
    private final class Planning {

        private final RollbackDecider.Request request;
        private final TallySum sum = new TallySum();
        private final LargestChanges largest = new LargestChanges();
        private final List<RollbackPlan.PaidUser> paid = new ArrayList<>();
        private final List<RollbackPlan.LeftUser> left = new ArrayList<>();
        private final List<String> warnings = new ArrayList<>();
        private long kept;

        Planning(RollbackDecider.Request request) {
            this.request = request;
        }

        void add(UserState state) {
            Decision<RollbackResult> decision = rollbacks.rollback(state, request);
            if (decision instanceof Decision.Write<RollbackResult> write) {
                add(write.change());
                return;
            }
            RollbackResult result = ((Decision.Answer<RollbackResult>) decision).result();
            sum.add(result.status());
            boolean isMigrated = state.record() != null && state.record().status() == MigrationStatus.COMPLETED;
            if (isMigrated && left.size() < RollbackPlan.PAID_MAX) {
                left.add(new RollbackPlan.LeftUser(result.userId(), result.status()));
            }
            if (result.status() == Status.PAID_CREDITS) {
                addPaid(result.userId(), Objects.requireNonNull(result.credits(), "paid credits"));
            }
        }

        private void add(UserChange change) {
            String userId = change.line().userId();
            Credits restored = change.newCredits() == null ? Credits.ZERO : change.newCredits();
            sum.add(change);
            largest.add(
                    new MigrationPlan.Change(userId, change.expected().user().credits(), restored));
            if (change.kind() == UserChange.Kind.ROLL_BACK_KEEPING_PAID) {
                kept++;
                addPaid(userId, restored);
            }
        }

        private void addPaid(String userId, Credits credits) {
            if (paid.size() < RollbackPlan.PAID_MAX) {
                paid.add(new RollbackPlan.PaidUser(userId, credits));
            }
        }

        void addUnknown() {
            sum.add(Status.UNKNOWN_USER);
        }

        RollbackPlan plan(RunScope scope) {
            Tally tally = sum.tally();
            warn(
                    tally.count(Status.PAID_CREDITS),
                    "has paid credits on the account and is left for a person to look at",
                    "have paid credits on the account and are left for a person to look at");
            warn(
                    tally.count(Status.OUT_OF_STEP),
                    "is out of step: row and journal disagree about the unit of the balance, and reconcile(…) settles it",
                    "are out of step: row and journal disagree about the unit of the balance, and reconcile(…) settles it");
            warn(
                    kept,
                    "has paid credits, which stay on an active account",
                    "have paid credits, which stay on an active account");
            warn(
                    tally.count(Status.MOVED_SINCE),
                    "has moved credits since, and it is not known what the user has paid for",
                    "have moved credits since, and it is not known what they have paid for");
            warn(
                    tally.count(Status.NOT_LATEST),
                    "has completed a later migration, which has to be rolled back first",
                    "have completed a later migration, which has to be rolled back first");
            warn(tally.count(Status.NO_ROLLBACK_DATA), "has no rollback data", "have no rollback data");
            warn(
                    tally.count(Status.REJECTED),
                    "has something stored that cannot be read",
                    "have something stored that cannot be read");
            warn(tally.count(Status.UNKNOWN_USER), "of the list is not known", "of the list are not known");
            if (scope.isHeldUpBy(store.rollout(migration))) {
                warnings.add("The halt switch is off: a rollback of many needs it on");
            }
            return new RollbackPlan(scope, tally, paid, left, largest.list(), warnings);
        }

        private void warn(long users, String one, String many) {
            if (users > 0) {
                warnings.add(users == 1 ? "1 user " + one : users + " users " + many);
            }
        }
    }
}
