package io.creditmigration.engine.decide;

import io.creditmigration.Actor;
import io.creditmigration.CreditRate;
import io.creditmigration.Credits;
import io.creditmigration.JournalLine;
import io.creditmigration.JournalLine.Figures;
import io.creditmigration.JournalLine.Standing;
import io.creditmigration.Migration;
import io.creditmigration.MigrationStatus;
import io.creditmigration.PaidCredits;
import io.creditmigration.RateConversion;
import io.creditmigration.ReconcileResult;
import io.creditmigration.RollbackData;
import io.creditmigration.RollbackResult;
import io.creditmigration.RollbackResult.Status;
import io.creditmigration.Trigger;
import io.creditmigration.UserMigration;
import io.creditmigration.engine.decide.Chain.Unit;
import io.creditmigration.internal.Timestamps;
import io.creditmigration.spi.UnitLine;
import io.creditmigration.spi.UserChange;
import io.creditmigration.spi.UserState;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Clock;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Decides about rollbacks, new attempts and reconciliations: the pure middle of read → decide → write. */
public final class RollbackDecider {

    /** What a rollback is asked for with. */
    public record Request(Trigger trigger, PaidCredits paid, Actor actor, String reason) {}

    /** The balance after a rollback, null where there is none, and the consumed part of the grant. */
    private record Outcome(UserChange.Kind kind, @Nullable Credits restored, Credits consumed) {}

    private final Migration migration;
    private final int balanceScale;
    private final Chain chain;
    private final Clock clock;
    private final ChangeNotices notices;
    private final Agreement agreement;

    public RollbackDecider(Migration migration, int balanceScale, Chain chain, Clock clock, ChangeNotices notices) {
        this.migration = migration;
        this.balanceScale = balanceScale;
        this.chain = chain;
        this.clock = clock;
        this.notices = notices;
        this.agreement = new Agreement(migration, chain);
    }

    public Decision<RollbackResult> rollback(UserState state, Request request) {
        return rollback(state, request, now());
    }

    /** Goes through {@link Status} in its order of precedence. */
    public Decision<RollbackResult> rollback(UserState state, Request request, Instant now) {
        UserMigration record = state.record();
        if (agreement.isOutOfStep(state)) {
            return refuse(Status.OUT_OF_STEP, state);
        }
        if (record != null && record.status() == MigrationStatus.ROLLED_BACK) {
            return refuse(Status.ALREADY_ROLLED_BACK, state);
        }
        if (record == null || record.status() != MigrationStatus.COMPLETED) {
            return refuse(Status.NOT_COMPLETED, state);
        }
        if (hasGoneOn(state, record)) {
            return refuse(Status.NOT_LATEST, state);
        }
        RollbackData data = record.rollbackData();
        if (data == null) {
            return refuse(Status.NO_ROLLBACK_DATA, state);
        }
        if (state.defect() != null) {
            return new Decision.Answer<>(
                    new RollbackResult(Status.REJECTED, state.user().userId(), record, null, state.defect()));
        }
        if (!isConserving(data, record.creditsGranted())) {
            String words = "line " + data.line() + " of the journal goes from " + data.oldCredits() + " to "
                    + data.newCredits() + " credits, which its rates and grant do not give: somebody has altered it,"
                    + " and nothing is restored from it; verify() says more";
            return new Decision.Answer<>(
                    new RollbackResult(Status.REJECTED, state.user().userId(), record, null, words));
        }
        Credits current = state.user().credits();
        if (current == null) {
            return refuse(Status.MOVED_SINCE, state);
        }
        Credits old = data.oldCredits();
        CreditRate oldRate = data.oldRate();
        CreditRate newRate = data.newRate();
        if (old != null && oldRate != null && newRate != null) {
            Credits restored = restored(current, old, data.newCredits(), oldRate, newRate);
            Outcome outcome = new Outcome(UserChange.Kind.ROLL_BACK, restored, Credits.ZERO);
            return write(state, outcome, request, now);
        }
        // A balance that is the same again may be another: credits spent, and others bought.
        if (state.bought() == null) {
            return refuse(Status.MOVED_SINCE, state);
        }
        return withdraw(state, current, state.bought(), request, now);
    }

    /** Whether another conversion has the balance now: it is in another unit than this migration left it in. */
    private boolean hasGoneOn(UserState state, UserMigration record) {
        UnitLine line = state.unitLine();
        RollbackData data = record.rollbackData();
        return line != null
                && line.isNew()
                && !line.migrationId().equals(migration.id())
                && (migration.conversion().isPresent() || data == null || line.number() > data.line());
    }

    /** Whether a conversion leaves less over than one unit of its last decimal, and a grant has added what was granted. */
    private boolean isConserving(RollbackData data, Credits granted) {
        Credits old = data.oldCredits() == null ? Credits.ZERO : data.oldCredits();
        RateConversion conversion = migration.conversion().orElse(null);
        CreditRate oldRate = data.oldRate();
        CreditRate newRate = data.newRate();
        if (conversion == null || oldRate == null || newRate == null) {
            return data.newCredits().minus(old).equals(granted);
        }
        BigDecimal left = old.worthAt(oldRate).subtract(data.newCredits().worthAt(newRate));
        return left.abs().compareTo(newRate.perCredit().movePointLeft(conversion.decimals())) < 0;
    }

    /** Free credits count as spent first: of the grant, only what exceeds the paid credits is withdrawn. */
    private Decision<RollbackResult> withdraw(
            UserState state, Credits current, Credits bought, Request request, Instant now) {
        UserMigration record = Objects.requireNonNull(state.record());
        RollbackData data = Objects.requireNonNull(record.rollbackData());
        Credits old = data.oldCredits() == null ? Credits.ZERO : data.oldCredits();
        Credits granted = data.newCredits().minus(old);
        Credits unspent = within(granted, current.minus(max(Credits.ZERO, old.plus(bought))));
        Credits left = current.minus(unspent);
        Credits consumed = granted.minus(unspent);
        boolean untouched = bought.signum() == 0 && current.equals(data.newCredits());
        if (untouched || left.signum() <= 0) {
            boolean hadNoAccount = data.oldCredits() == null && left.signum() == 0;
            Outcome outcome = new Outcome(UserChange.Kind.ROLL_BACK, hadNoAccount ? null : left, consumed);
            return write(state, outcome, request, now);
        }
        if (request.paid() == PaidCredits.REFUSE) {
            return new Decision.Answer<>(
                    new RollbackResult(Status.PAID_CREDITS, state.user().userId(), record, left, null));
        }
        Outcome outcome = new Outcome(UserChange.Kind.ROLL_BACK_KEEPING_PAID, left, consumed);
        return write(state, outcome, request, now);
    }

    /** A new attempt after a rollback; empty where the record is not rolled back. */
    public Decision<Optional<UserMigration>> reopen(UserState state, Actor actor, String reason) {
        UserMigration record = state.record();
        if (record == null || record.status() != MigrationStatus.ROLLED_BACK || agreement.isOutOfStep(state)) {
            return new Decision.Answer<>(Optional.empty());
        }
        Credits credits = state.user().credits();
        JournalLine line = new JournalLine(
                migration.id(),
                record.userId(),
                state.nextLine(),
                JournalLine.Kind.REOPENED,
                Trigger.OPERATOR,
                actor,
                now(),
                new Standing(
                        MigrationStatus.PENDING,
                        record.attempt() + 1,
                        record.creditsConsumed(),
                        record.historicalOperations(),
                        /* figuresLine= */ 0),
                figures(credits, credits, null, null),
                reason,
                null);
        return new Decision.Write<>(new UserChange(UserChange.Kind.LINE_ONLY, state, null, line), Optional::of);
    }

    /**
     * Makes the journal follow the row: the user stands COMPLETED without rollback data, or ROLLED_BACK until an operator
     * reopens. A grant counts as wholly consumed.
     */
    public Decision<ReconcileResult> reconcile(UserState state, MigrationStatus standing, Actor actor, String reason) {
        UserMigration record = state.record();
        String userId = state.user().userId();
        if (!agreement.isOutOfStep(state)) {
            return new Decision.Answer<>(new ReconcileResult(ReconcileResult.Status.IN_STEP, userId, record));
        }
        Unit unit = chain.unit(state);
        boolean otherwise = unit == (standing == MigrationStatus.COMPLETED ? Unit.OLD : Unit.NEW);
        if (otherwise || unit == Unit.NO_RATE || unit == Unit.OTHER) {
            return new Decision.Answer<>(
                    new ReconcileResult(ReconcileResult.Status.ROW_SAYS_OTHERWISE, userId, record));
        }
        Credits credits = state.user().credits();
        JournalLine line = new JournalLine(
                migration.id(),
                userId,
                state.nextLine(),
                JournalLine.Kind.RECONCILED,
                Trigger.OPERATOR,
                actor,
                now(),
                new Standing(
                        standing,
                        record == null ? 1 : record.attempt(),
                        record == null ? Credits.ZERO : consumedIfReconciled(record),
                        record == null ? 0 : record.historicalOperations(),
                        /* figuresLine= */ 0),
                figures(credits, credits, null, /* newRate= */ unitOf(state, standing)),
                reason,
                null);
        return new Decision.Write<>(
                new UserChange(UserChange.Kind.LINE_ONLY, state, null, line),
                written -> new ReconcileResult(ReconcileResult.Status.RECONCILED, userId, written));
    }

    /** A grant counts as wholly consumed: what of it was spent nobody can tell. */
    private static Credits consumedIfReconciled(UserMigration record) {
        return record.creditsConsumed()
                .plus(record.status() == MigrationStatus.COMPLETED ? record.creditsGranted() : Credits.ZERO);
    }

    /** The rate that the operator says the balance is at; null for grants. */
    private @Nullable CreditRate unitOf(UserState state, MigrationStatus standing) {
        RateConversion conversion = migration.conversion().orElse(null);
        if (conversion == null) {
            return null;
        }
        CreditRate rate = state.user().rate();
        return rate != null
                ? rate
                : standing == MigrationStatus.COMPLETED ? conversion.newRate() : conversion.oldRate();
    }

    /**
     * {@code old + (current − new) × newRate ÷ oldRate}, rounded in the user's favour and never below zero where the
     * current balance is not: the same whatever was spent or bought since.
     */
    private Credits restored(Credits current, Credits old, Credits converted, CreditRate oldRate, CreditRate newRate) {
        BigDecimal moved = current.minus(converted)
                .worthAt(newRate)
                .divide(oldRate.perCredit(), balanceScale, RoundingMode.CEILING);
        Credits restored = old.plus(Credits.of(moved));
        return restored.signum() < 0 && current.signum() >= 0 ? Credits.ZERO : restored;
    }

    private Decision<RollbackResult> write(UserState state, Outcome outcome, Request request, Instant now) {
        UserMigration record = Objects.requireNonNull(state.record());
        RollbackData data = Objects.requireNonNull(record.rollbackData());
        Credits restored = outcome.restored();
        JournalLine line = new JournalLine(
                migration.id(),
                record.userId(),
                state.nextLine(),
                JournalLine.Kind.ROLLED_BACK,
                request.trigger(),
                request.actor(),
                now,
                new Standing(
                        MigrationStatus.ROLLED_BACK,
                        record.attempt(),
                        record.creditsConsumed().plus(outcome.consumed()),
                        record.historicalOperations(),
                        data.line()),
                figures(state.user().credits(), restored, /* oldRate= */ data.newRate(), /* newRate= */ data.oldRate()),
                request.reason(),
                null);
        return new Decision.Write<>(
                notices.with(new UserChange(outcome.kind(), state, restored, line)),
                written -> new RollbackResult(Status.ROLLED_BACK, written.userId(), written, restored, null));
    }

    /** Balances of an act that grants nothing and of which nothing has to be undone. */
    private static Figures figures(
            @Nullable Credits oldCredits,
            @Nullable Credits newCredits,
            @Nullable CreditRate oldRate,
            @Nullable CreditRate newRate) {
        return new Figures(oldCredits, newCredits, oldRate, newRate, Credits.ZERO, null, null);
    }

    private static Credits within(Credits most, Credits credits) {
        return credits.compareTo(most) > 0 ? most : max(Credits.ZERO, credits);
    }

    private static Credits max(Credits one, Credits other) {
        return one.compareTo(other) < 0 ? other : one;
    }

    private static Decision<RollbackResult> refuse(Status status, UserState state) {
        return new Decision.Answer<>(Answers.of(status, state.user().userId(), state.record()));
    }

    private Instant now() {
        return Timestamps.now(clock);
    }
}
