package io.creditmigration.testkit.simulation;

import static io.creditmigration.testkit.simulation.Violation.unless;

import io.creditmigration.GateDecision;
import io.creditmigration.MigrationResult;
import io.creditmigration.MigrationResult.Status;
import io.creditmigration.MigrationStatus;
import io.creditmigration.Quote;
import io.creditmigration.Regime;
import io.creditmigration.RollbackResult;
import io.creditmigration.Tally;
import io.creditmigration.UserMigration;
import io.creditmigration.testkit.HostApplication.Setting;
import io.creditmigration.testkit.simulation.Step.Kind;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the model says before a step of what it will answer, if nobody interferes. */
final class Expectation {

    /** What a dashboard shows. */
    record Shown(Optional<Quote> quote, Regime regime) {}

    private final Setting setting;
    private final Model model;
    private final Step step;
    private final @Nullable Person person;
    private final Status status;
    private final boolean quoted;
    private final boolean remembered;
    private final RollbackResult.@Nullable Status rolledBack;
    private final boolean reopens;
    private final long due;

    /** Of this step as things are now; with the quote that the user has seen, where it is to confirm one. */
    Expectation(Setting setting, Model model, Step step, @Nullable Quote quote) {
        this.setting = setting;
        this.model = model;
        this.step = step;
        this.person = model.registered(step.user());
        Kind kind = step.kind();
        boolean altered = kind == Kind.CONFIRM_ALTERED;
        this.status = person == null ? Status.UNKNOWN_USER : model.expected(step.migration(), person, kind, quote);
        this.quoted = person != null && !altered && model.hasQuote(step.migration(), person);
        this.remembered = person != null && model.mayBeRemembered(step.migration(), person);
        this.rolledBack = kind == Kind.ROLL_BACK ? rollback() : null;
        this.reopens = kind == Kind.REOPEN
                && person != null
                && !person.deleted
                && person.in(step.migration()).status == MigrationStatus.ROLLED_BACK;
        // That the store will refuse a user is nothing that can be planned.
        this.due = kind == Kind.PLAN
                ? model.due(step.migration(), Status.MIGRATED) + model.due(step.migration(), Status.FAILED)
                : 0;
    }

    /** Null where more than one answer is right. */
    private RollbackResult.@Nullable Status rollback() {
        if (person == null || person.deleted) {
            return RollbackResult.Status.UNKNOWN_USER;
        }
        Person.Track track = person.in(step.migration());
        if (track.status == MigrationStatus.ROLLED_BACK) {
            return RollbackResult.Status.ALREADY_ROLLED_BACK;
        }
        if (!track.completed()) {
            return RollbackResult.Status.NOT_COMPLETED;
        }
        if (person.isSuperseded(step.migration())) {
            return RollbackResult.Status.NOT_LATEST;
        }
        boolean mayBeRefused = setting == Setting.GRANT && track.moved;
        return mayBeRefused ? null : RollbackResult.Status.ROLLED_BACK;
    }

    void compareWith(Object answer, boolean faulted) {
        if (answer instanceof GateDecision.Allowed allowed) {
            boolean asRemembered = remembered && allowed.status() == Status.ALREADY_MIGRATED;
            unless(asRemembered || (!quoted && isExpected(allowed.status(), faulted)), 9, wrong(), status, answer);
        } else if (answer instanceof GateDecision.MigrationRequired required) {
            unless(quoted && isRight(required.quote()), 6, "somebody is blocked who should be %s: %s", status, answer);
        } else if (answer instanceof MigrationResult result) {
            boolean right = step.kind() == Kind.CONFIRM_ALTERED
                    ? result.status() != Status.MIGRATED
                    : isExpected(result.status(), faulted);
            unless(right, 9, wrong(), status, answer);
        } else if (answer instanceof RollbackResult result) {
            unless(rolledBack == null || result.status() == rolledBack, 5, wrong(), rolledBack, answer);
        } else if (answer instanceof Shown shown) {
            compareShown(shown);
        } else if (answer instanceof Optional<?> optional && step.kind() == Kind.REOPEN) {
            unless(
                    optional.isPresent() == reopens && optional.stream().allMatch(UserMigration.class::isInstance),
                    5,
                    wrong(),
                    reopens,
                    answer);
        } else if (answer instanceof Tally plan) {
            unless(plan.count(Status.MIGRATED) == due, 8, wrong(), due + " to migrate", plan.outcomes());
        }
        // What a page does to users is seen in the tables.
    }

    private void compareShown(Shown shown) {
        unless(
                shown.quote().isPresent() == quoted && shown.quote().stream().allMatch(this::isRight),
                9,
                "a quote should be shown: %s, and it is %s",
                quoted,
                shown.quote());
        if (setting == Setting.CONVERSION) {
            unless(shown.regime() == Regime.CREDITS, 6, "a conversion leaves everybody with credits");
        } else if (person != null && !person.deleted && !person.isSuperseded(step.migration())) {
            Person.Track track = person.in(step.migration());
            Regime regime = track.completed() || (status == Status.NOT_SUBJECT && track.linesSeen == 0)
                    ? Regime.CREDITS
                    : Regime.RATE_LIMIT;
            unless(
                    shown.regime() == regime || (remembered && shown.regime() == Regime.CREDITS),
                    6,
                    "the rules for %s are %s, and should be %s",
                    person.id(),
                    shown.regime(),
                    regime);
        }
    }

    private boolean isRight(Quote quote) {
        return person != null && model.isQuoteOf(step.migration(), person, quote);
    }

    private boolean isExpected(Status answered, boolean faulted) {
        boolean unmarked = faulted && status == Status.FAILED && answered == Status.FAILED_UNRECORDED;
        return answered == status || unmarked;
    }

    private String wrong() {
        return "the answer should be %s and is %s";
    }
}
