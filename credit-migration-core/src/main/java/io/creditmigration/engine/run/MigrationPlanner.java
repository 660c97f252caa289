package io.creditmigration.engine.run;

import io.creditmigration.Credits;
import io.creditmigration.JournalLine;
import io.creditmigration.Migration;
import io.creditmigration.MigrationPlan;
import io.creditmigration.MigrationResult;
import io.creditmigration.MigrationResult.Status;
import io.creditmigration.MigrationStatus;
import io.creditmigration.RollbackData;
import io.creditmigration.Rollout;
import io.creditmigration.RunOptions;
import io.creditmigration.RunScope;
import io.creditmigration.Tally;
import io.creditmigration.UserMigration;
import io.creditmigration.UserSnapshot;
import io.creditmigration.engine.decide.Decision;
import io.creditmigration.engine.decide.Intent;
import io.creditmigration.engine.decide.MigrationDecider;
import io.creditmigration.internal.Keyset;
import io.creditmigration.internal.Sha256;
import io.creditmigration.spi.RunStore;
import io.creditmigration.spi.UserState;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Plans a run: reads the population in pages, decides about each user as a run would, and writes nothing. */
public final class MigrationPlanner {

    private static final int PAGE_USERS = 1_000;

    private final Migration migration;
    private final RunStore store;
    private final MigrationDecider decider;

    public MigrationPlanner(Migration migration, RunStore store, MigrationDecider decider) {
        this.migration = migration;
        this.store = store;
        this.decider = decider;
    }

    public MigrationPlan plan(RunOptions options) {
        RunScope scope = options.scope();
        Planning planning = new Planning(Intent.run(scope));
        if (scope.kind() == RunScope.Kind.LISTED) {
            for (String userId : options.userIds()) {
                store.find(migration, userId).ifPresentOrElse(planning::add, planning::addUnknown);
            }
        } else if (scope.kind() == RunScope.Kind.ZERO_CREDITS) {
            // A migrated user may have credits by now, and had none when the plan was made.
            forEach(store, migration, scope, planning::addNow);
            forEach(store, migration, RunScope.everyone(), planning::addIfWithoutCredits);
        } else {
            forEach(store, migration, scope, planning::add);
        }
        return planning.plan(scope);
    }

    /** Everybody of a scope that is no list, in key order. */
    static void forEach(RunStore store, Migration migration, RunScope scope, Consumer<UserState> user) {
        String cursor = null;
        List<UserState> users;
        do {
            users = store.scan(migration, scope, cursor, PAGE_USERS);
            users.forEach(user);
            cursor = Keyset.after(users, state -> state.user().userId(), cursor);
        } while (users.size() == PAGE_USERS);
    }

    /** Decides for one user after the other, and keeps sums and a bounded number of the largest. */
    private final class Planning {

        private final Intent intent;
        private final Sum now = new Sum();
        private final Sum before = new Sum();
        private final Sha256 digest = new Sha256();
        private final LargestChanges largest = new LargestChanges();
        private final List<String> warnings = new ArrayList<>();
        private long vanishing;
        private String firstFailure = "";

        Planning(Intent intent) {
            this.intent = intent;
        }

        void add(UserState state) {
            UserState untouched = untouched(state);
            Decision<MigrationResult> decision = addNow(state);
            addBefore(
                    untouched,
                    untouched.equals(state) ? decision : decider.decide(untouched, intent, decider.onceBegun()));
        }

        void addIfWithoutCredits(UserState state) {
            UserState untouched = untouched(state);
            Credits credits = untouched.user().credits();
            boolean isWithout = credits == null || credits.signum() == 0;
            if (isWithout && untouched.user().reserved().signum() <= 0 && untouched.defect() == null) {
                addBefore(untouched, decider.decide(untouched, intent, decider.onceBegun()));
            }
        }

        private Decision<MigrationResult> addNow(UserState state) {
            Decision<MigrationResult> decision = decider.decide(state, intent, decider.onceBegun());
            now.add(decision);
            if (decision instanceof Decision.Write<MigrationResult> write) {
                JournalLine line = write.change().line();
                if (line.error() != null) {
                    keepFailure(state, line.error());
                } else if (line.newCredits() != null) {
                    keep(new MigrationPlan.Change(line.userId(), line.oldCredits(), line.newCredits()));
                }
            } else if (decision instanceof Decision.Answer<MigrationResult> answer
                    && answer.result().status() == Status.FAILED) {
                keepFailure(state, answer.result().message());
            }
            return decision;
        }

        private void keepFailure(UserState state, @Nullable String error) {
            firstFailure = firstFailure.isEmpty() ? state.user().userId() + ": " + error : firstFailure;
        }

        private void addBefore(UserState untouched, Decision<MigrationResult> decision) {
            Status status = Status.MIGRATED;
            Credits credits = null;
            if (decision instanceof Decision.Write<MigrationResult> write) {
                credits = write.change().newCredits();
            } else {
                MigrationResult result = ((Decision.Answer<MigrationResult>) decision).result();
                status = result.status();
                credits = result.quote() == null ? null : result.quote().newCredits();
            }
            if (status == Status.NOT_SUBJECT || status == Status.ALREADY_MIGRATED) {
                return;
            }
            before.add(decision);
            digest.add(untouched.user().userId())
                    .add(untouched.user().credits())
                    .add(status)
                    .add(credits);
        }

        void addUnknown() {
            now.users.add(Status.UNKNOWN_USER);
            before.users.add(Status.UNKNOWN_USER);
        }

        private void keep(MigrationPlan.Change change) {
            boolean wasPositive =
                    change.oldCredits() != null && change.oldCredits().signum() > 0;
            if (wasPositive && change.newCredits().signum() == 0) {
                vanishing++;
            }
            largest.add(change);
        }

        MigrationPlan plan(RunScope scope) {
            Tally tally = now.users.tally();
            warn(
                    tally.count(Status.FAILED),
                    "would be marked FAILED: " + firstFailure,
                    "would be marked FAILED, the first of them " + firstFailure);
            warn(
                    tally.count(Status.OUT_OF_STEP),
                    "is out of step: row and journal disagree about the unit of the balance, and reconcile(…) settles it",
                    "are out of step: row and journal disagree about the unit of the balance, and reconcile(…) settles it");
            warn(
                    tally.count(Status.NEGATIVE_BALANCE),
                    "has a balance below zero and is left for a person to look at",
                    "have a balance below zero and are left for a person to look at");
            warn(
                    tally.count(Status.ABSENT_BALANCE),
                    "has no balance to convert, which is not zero",
                    "have no balance to convert, which is not zero");
            warn(
                    vanishing,
                    "has so little that rounding leaves nothing of it",
                    "have so little that rounding leaves nothing of it");
            warn(tally.count(Status.UNKNOWN_USER), "of the list is not known", "of the list are not known");
            Rollout rollout = store.rollout(migration);
            if (rollout.halted()) {
                warnings.add("The halt switch is on: nobody migrates until it is off");
            }
            if (decider.now().isBefore(migration.beginsAt())) {
                warnings.add(
                        "The migration begins at " + migration.beginsAt() + ": this speaks of now, not of that day");
            }
            if (rollout.percent() < 100) {
                warnings.add("The rollout admits " + rollout.percent() + " % of the users");
            }
            return new MigrationPlan(
                    scope,
                    tally,
                    now.toConfirm,
                    now.creditsToConfirm,
                    largest.list(),
                    warnings,
                    migration.fingerprint(),
                    store.mapping(),
                    new MigrationPlan.Population(
                            before.users.tally(), before.toConfirm, before.creditsToConfirm, digest.hex()));
        }

        private void warn(long users, String one, String many) {
            if (users > 0) {
                warnings.add(users == 1 ? "1 user " + one : users + " users " + many);
            }
        }
    }

    /** Users by what is decided about them, and those of them who must confirm. */
    private static final class Sum {

        private final TallySum users = new TallySum();
        private long toConfirm;
        private BigDecimal creditsToConfirm = BigDecimal.ZERO;

        void add(Decision<MigrationResult> decision) {
            if (decision instanceof Decision.Write<MigrationResult> write) {
                users.add(write.change());
                return;
            }
            MigrationResult result = ((Decision.Answer<MigrationResult>) decision).result();
            users.add(result.status());
            if (result.quote() != null) {
                toConfirm++;
                creditsToConfirm =
                        creditsToConfirm.add(result.quote().oldCredits().amount());
            }
        }
    }

    /**
     * The user as before this migration, and admitted by the rollout. Users who were rolled back stay so: runs leave them
     * alone.
     */
    private UserState untouched(UserState state) {
        UserMigration record = state.record();
        if (record == null || decider.isOutOfStep(state) || record.status() == MigrationStatus.ROLLED_BACK) {
            return admitted(state, record);
        }
        if (record.status() != MigrationStatus.COMPLETED) {
            return admitted(state, pending(record));
        }
        RollbackData was = record.rollbackData();
        if (was == null) {
            return admitted(state, record);
        }
        UserSnapshot user = state.user()
                .withCredits(was.oldCredits())
                .withReserved(Credits.ZERO)
                .withRate(was.oldRate());
        return new UserState(
                user,
                state.lastLine(),
                pending(record),
                0,
                state.flagged() == null ? null : Boolean.FALSE,
                null,
                state.hostState(),
                state.registration().forEverybody(),
                state.bought(),
                null);
    }

    private static UserState admitted(UserState state, @Nullable UserMigration record) {
        if (Objects.equals(record, state.record()) && state.rollout().equals(Rollout.EVERYBODY)) {
            return state;
        }
        return new UserState(
                state.user(),
                state.lastLine(),
                record,
                state.lateOperations(),
                state.flagged(),
                state.unitLine(),
                state.hostState(),
                state.registration().forEverybody(),
                state.bought(),
                state.defect());
    }

    /** The record as it was when this attempt began. */
    private static UserMigration pending(UserMigration record) {
        return new UserMigration(
                record.migrationId(),
                record.userId(),
                MigrationStatus.PENDING,
                record.attempt(),
                Credits.ZERO,
                record.creditsConsumed(),
                record.historicalOperations(),
                record.changedAt(),
                null,
                null);
    }
}
