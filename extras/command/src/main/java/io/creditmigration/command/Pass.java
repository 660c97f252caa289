package io.creditmigration.command;

import io.creditmigration.Actor;
import io.creditmigration.Drift;
import io.creditmigration.DriftException;
import io.creditmigration.MigrationPlan;
import io.creditmigration.MigrationResult.Status;
import io.creditmigration.MigrationRun;
import io.creditmigration.MigrationRun.State;
import io.creditmigration.MigrationRuns;
import io.creditmigration.MigrationService;
import io.creditmigration.RollbackOptions;
import io.creditmigration.RollbackPlan;
import io.creditmigration.RollbackResult;
import io.creditmigration.RunEvent;
import io.creditmigration.RunOptions;
import io.creditmigration.RunScope;
import io.creditmigration.RunSettings;
import java.math.BigDecimal;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** One pass over the population: shown, agreed to, and watched. */
final class Pass {

    private final MigrationService migrations;
    private final Output output;
    private final Interruption interruption;
    private final String again;
    private final Pace pace;

    /**
     * A pass of this migration.
     *
     * @param again the words that go on with a run that was interrupted
     * @param pace what was asked for of a run that is there already
     */
    Pass(MigrationService migrations, Output output, Interruption interruption, String again, Pace pace) {
        this.migrations = migrations;
        this.output = output;
        this.interruption = interruption;
        this.again = again;
        this.pace = pace;
    }

    /** Shows what a run would do, and does it if that is wanted and agreed to. */
    ExitCode go(RunOptions options, Applying applying) {
        MigrationPlan plan = migrations.plan(options);
        Words.plan(output, migrations.migration(), plan);
        output.field("plan", Views.plan(plan));
        if (applying.isDry()) {
            output.field("applied", false);
            output.onlyShown();
            return exitCode(plan, options);
        }
        if (isVain(plan, options)) {
            output.field("applied", false);
            return nothing(plan);
        }
        return agreed(applying, plan, options)
                ? watched(options, progress -> migrations.run(options.withListener(progress)))
                : declined();
    }

    /** The same for a plan that somebody has approved before. */
    ExitCode go(RunOptions options, Applying applying, MigrationPlan approved, BigDecimal tolerance) {
        MigrationPlan plan = migrations.plan(options);
        Drift drift = plan.driftFrom(approved);
        output.field("plan", Views.plan(plan));
        output.field("drift", drift.share().stripTrailingZeros().toPlainString());
        output.field("differences", drift.differences());
        output.say("Approved for migration " + migrations.migration().id() + " and " + Words.of(approved.scope()) + ": "
                + Words.users(approved.population().tally().users()));
        Words.population(output, migrations.migration(), approved.population());
        output.heading("A share of " + drift.share().stripTrailingZeros().toPlainString()
                + " of the population has changed since; " + tolerance.toPlainString() + " is tolerated.");
        drift.differences().forEach(output::item);
        if (!drift.isWithin(tolerance)) {
            throw new CommandFailure(
                    ExitCode.DRIFT,
                    "the population is no longer as approved: " + String.join("; ", drift.differences())
                            + ". Plan and approve again, or tolerate more");
        }
        output.say("");
        Words.plan(output, migrations.migration(), plan);
        if (applying.isDry()) {
            output.field("applied", false);
            output.onlyShown();
            return exitCode(plan, options);
        }
        if (isVain(plan, options)) {
            output.field("applied", false);
            return nothing(plan);
        }
        return agreed(applying, plan, options)
                ? watched(options, progress -> migrations.run(approved, tolerance, options.withListener(progress)))
                : declined();
    }

    /** Shows what rolling back would do, and does it if that is wanted and agreed to. */
    ExitCode goBack(RollbackOptions options, Applying applying, Actor actor, String reason) {
        RollbackPlan plan = migrations.planRollback(options);
        Words.plan(output, migrations.migration(), plan);
        output.field("plan", Views.plan(plan));
        if (applying.isDry()) {
            output.field("applied", false);
            output.onlyShown();
            return exitCode(plan.outcomes());
        }
        if (!migrations.rollout().halted()) {
            throw CommandFailure.usage(
                    "the halt switch is off, and users would be migrated while others are rolled back;"
                            + " first run 'credit-migration halt'");
        }
        if (plan.count(RollbackResult.Status.ROLLED_BACK) == 0 && isOver(options.scope())) {
            output.field("applied", false);
            output.heading("Nothing was written: there is nobody to roll back.");
            return exitCode(plan.outcomes());
        }
        if (!applying.isAgreed("Roll " + Words.users(plan.count(RollbackResult.Status.ROLLED_BACK)) + " of migration "
                + migrations.migration().id() + " back now?")) {
            return declined();
        }
        tune(options.scope(), options.settings(), actor, reason);
        ExitCode exitCode = watched(progress -> migrations.rollbackAll(options.withListener(progress), actor, reason));
        RollbackPlan left = migrations.planRollback(options);
        output.field("leftAlone", Views.leftAlone(left));
        Words.leftAlone(output, left);
        return exitCode;
    }

    /** What a rollback came to, or would. */
    static ExitCode exitCode(Map<RollbackResult.Status, Long> rollbacks) {
        boolean refused = rollbacks.keySet().stream().anyMatch(status -> switch (status) {
            case ROLLED_BACK, ALREADY_ROLLED_BACK, NOT_COMPLETED -> false;
            case UNKNOWN_USER,
                    OUT_OF_STEP,
                    NOT_LATEST,
                    NO_ROLLBACK_DATA,
                    MOVED_SINCE,
                    PAID_CREDITS,
                    REJECTED,
                    CONTENDED -> true;
        });
        if (refused) {
            return ExitCode.SOME_FAILED;
        }
        return rollbacks.containsKey(RollbackResult.Status.ROLLED_BACK) ? ExitCode.DONE : ExitCode.NOTHING_TO_DO;
    }

    static ExitCode exitCode(MigrationPlan plan) {
        if (plan.count(Status.FAILED) > 0) {
            return ExitCode.SOME_FAILED;
        }
        return plan.count(Status.MIGRATED) > 0 ? ExitCode.DONE : ExitCode.NOTHING_TO_DO;
    }

    /** The same for what later stages will do too. */
    private static ExitCode exitCode(MigrationPlan plan, RunOptions options) {
        ExitCode now = exitCode(plan);
        boolean later = !options.stages().percents().isEmpty() && plan.count(Status.OUTSIDE_ROLLOUT) > 0;
        return now == ExitCode.NOTHING_TO_DO && later ? ExitCode.DONE : now;
    }

    private boolean agreed(Applying applying, MigrationPlan plan, RunOptions options) {
        String ofMigration = " of migration " + migrations.migration().id();
        long users = plan.count(Status.MIGRATED);
        if (options.stages().percents().isEmpty()) {
            return applying.isAgreed("Migrate " + Words.users(users) + ofMigration + " now?");
        }
        long most = users + plan.count(Status.OUTSIDE_ROLLOUT);
        return applying.isAgreed("Migrate at most " + Words.users(most) + ofMigration + " in stages?");
    }

    private ExitCode declined() {
        output.field("applied", false);
        output.note("Nothing was written.");
        return ExitCode.STOPPED;
    }

    /** Whether a run would find nobody: unless one is to be gone on with, or stages let others in. */
    private boolean isVain(MigrationPlan plan, RunOptions options) {
        boolean found = plan.count(Status.MIGRATED) + plan.count(Status.FAILED) > 0;
        return !found && options.stages().percents().isEmpty() && isOver(options.scope());
    }

    /** Whether there is no run of this scope to be gone on with. */
    private boolean isOver(RunScope scope) {
        return migrations.runs().list().stream().noneMatch(run -> run.scope().equals(scope) && isUnfinished(run));
    }

    private ExitCode nothing(MigrationPlan plan) {
        if (plan.count(Status.HALTED) > 0) {
            output.heading("Nothing was written: the halt switch is on. See 'credit-migration halt --off'.");
            return ExitCode.STOPPED;
        }
        output.heading("Nothing was written: there is nobody to migrate.");
        return ExitCode.NOTHING_TO_DO;
    }

    private ExitCode watched(RunOptions options, Function<Progress, MigrationRun> work) {
        tune(options.scope(), options.settings(), options.actor(), options.reason());
        return watched(work);
    }

    /** Changes an unfinished run as the arguments say; what the configuration says is for new runs. */
    private void tune(RunScope scope, RunSettings configured, Actor actor, String reason) {
        MigrationRuns runs = migrations.runs();
        runs.list().stream()
                .filter(run -> run.scope().equals(scope) && isUnfinished(run))
                .findFirst()
                .ifPresent(run -> {
                    RunSettings tuned = pace.tuned(run.settings());
                    if (!tuned.equals(run.settings())) {
                        runs.retune(run.id(), tuned, actor, reason);
                        output.note("Run " + run.id() + " goes on with " + tuned + ".");
                    } else if (!tuned.equals(configured)) {
                        output.note(
                                "Run " + run.id() + " goes on with its own settings: " + tuned
                                        + ". The configuration's are for new runs; 'credit-migration resume' changes this one.");
                    }
                });
    }

    private ExitCode watched(Function<Progress, MigrationRun> work) {
        Progress progress = new Progress(output);
        interruption.waitForPages();
        output.field("applied", true);
        MigrationRun run;
        try {
            run = work.apply(progress);
        } catch (DriftException e) {
            output.field("applied", false);
            throw e;
        } finally {
            progress.end();
        }
        output.field("run", Views.run(run));
        Words.run(output, migrations.migration(), run);
        return exitCode(run);
    }

    private ExitCode exitCode(MigrationRun run) {
        switch (run.state()) {
            case RUNNING -> {
                output.note("Stopped after the page in hand, with "
                        + Output.number(run.progress().done()) + " of "
                        + Words.users(run.progress().users()) + " done. To go on: " + again);
                return interruption.isAsked() ? ExitCode.INTERRUPTED : ExitCode.STOPPED;
            }
            case FINISHED -> {
                if (run.scope().isRollback()) {
                    return exitCode(run.rollbacks());
                }
                if (run.count(Status.FAILED) + run.count(Status.FAILED_UNRECORDED) > 0) {
                    return ExitCode.SOME_FAILED;
                }
                return run.count(Status.MIGRATED) > 0 ? ExitCode.DONE : ExitCode.NOTHING_TO_DO;
            }
            case PAUSED -> {
                output.note(
                        "The run is paused: " + run.reason() + ". To go on: credit-migration resume, then " + again);
                return isByLimit(run) ? ExitCode.GUARDRAIL : ExitCode.STOPPED;
            }
            case HALTED ->
                output.note(
                        run.scope().isRollback()
                                ? "The halt switch is off. To go on: credit-migration halt, then " + again
                                : "The halt switch is on. To go on: credit-migration halt --off, then " + again);
            case CANCELLED -> output.note("The run was cancelled. To begin anew: " + again);
            case AWAITING_APPROVAL ->
                output.note(
                        "The stage is done. To approve the next one: credit-migration rollout PERCENT, then " + again);
            case UNVERIFIED -> {
                output.note("The stage is done, but something is wrong. See 'credit-migration verify', then " + again);
                return ExitCode.VERIFICATION_FAILED;
            }
        }
        return ExitCode.STOPPED;
    }

    private boolean isByLimit(MigrationRun run) {
        @Nullable
        RunEvent last = migrations.runs().events().stream()
                .filter(event -> run.id().equals(event.runId()))
                .findFirst()
                .orElse(null);
        return last != null && last.actor().kind() == Actor.Kind.AUTOMATIC;
    }

    /** Whether somebody may still go on with it. */
    static boolean isUnfinished(MigrationRun run) {
        return run.state() != State.FINISHED && run.state() != State.CANCELLED;
    }

    /** The run of this id, or the newest one where none is named. */
    static MigrationRun named(MigrationRuns runs, @Nullable String id) {
        return id == null
                ? runs.latest()
                        .orElseThrow(() -> CommandFailure.usage("there is no run yet; see 'credit-migration migrate'"))
                : runs.find(id);
    }
}
