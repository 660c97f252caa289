package io.creditmigration.engine.decide;

import io.creditmigration.Actor;
import io.creditmigration.Allocation;
import io.creditmigration.Consent;
import io.creditmigration.CreditPolicy;
import io.creditmigration.CreditRate;
import io.creditmigration.Credits;
import io.creditmigration.InvalidValueException;
import io.creditmigration.JournalLine;
import io.creditmigration.JournalLine.Figures;
import io.creditmigration.JournalLine.Standing;
import io.creditmigration.Migration;
import io.creditmigration.MigrationResult;
import io.creditmigration.MigrationResult.Status;
import io.creditmigration.MigrationStatus;
import io.creditmigration.Notice;
import io.creditmigration.Quote;
import io.creditmigration.RateConversion;
import io.creditmigration.Trigger;
import io.creditmigration.Usage;
import io.creditmigration.UserMigration;
import io.creditmigration.UserSnapshot;
import io.creditmigration.engine.Reasons;
import io.creditmigration.engine.decide.Chain.Unit;
import io.creditmigration.internal.Failures;
import io.creditmigration.internal.Texts;
import io.creditmigration.internal.Timestamps;
import io.creditmigration.spi.HostShape;
import io.creditmigration.spi.Registration.Place;
import io.creditmigration.spi.StoredDefinition;
import io.creditmigration.spi.UserChange;
import io.creditmigration.spi.UserState;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The pure middle of read → decide → write for migrations: from what was read of a user to what is to be written. */
public final class MigrationDecider {

    /** What the user would get if migrated now. */
    private record Offer(
            @Nullable Credits oldCredits,
            Credits newCredits,
            Credits allocated,
            @Nullable CreditRate oldRate,
            @Nullable CreditRate newRate,
            String reason) {}

    private final Migration migration;
    private final HostShape shape;
    private final Chain chain;
    private final Clock clock;
    private final ChangeNotices notices;
    private final Reasons reasons;
    private final Agreement agreement;

    public MigrationDecider(Migration migration, HostShape shape, Chain chain, Clock clock, ChangeNotices notices) {
        this.migration = migration;
        this.shape = shape;
        this.chain = chain;
        this.clock = clock;
        this.notices = notices;
        this.reasons = new Reasons(migration);
        this.agreement = new Agreement(migration, chain);
    }

    /** Reads the chain again where it may explain what a user's row says. */
    public void learn(UserState state, Supplier<List<StoredDefinition>> stored) {
        chain.learn(state, stored);
    }

    public Decision<MigrationResult> decide(UserState state, Intent intent) {
        return decide(state, intent, now());
    }

    /** Goes through {@link Status} in its order of precedence. */
    public Decision<MigrationResult> decide(UserState state, Intent intent, Instant now) {
        UserMigration record = state.record();
        UserSnapshot user = state.user();
        MigrationStatus status = record == null ? MigrationStatus.PENDING : record.status();
        Place place = state.registration().place();
        if (place == Place.WITHDRAWN) {
            return refuse(Status.WITHDRAWN, state);
        }
        if (now.isBefore(migration.beginsAt())) {
            return refuse(Status.NOT_BEGUN, state);
        }
        if (agreement.isOutOfStep(state)) {
            return refuse(Status.OUT_OF_STEP, state);
        }
        boolean newcomer = isNewcomer(user);
        Unit unit = chain.unit(state);
        if (status == MigrationStatus.COMPLETED || (unit == Unit.NEW && !(record == null && newcomer))) {
            return refuse(Status.ALREADY_MIGRATED, state);
        }
        if (status == MigrationStatus.ROLLED_BACK) {
            return refuse(Status.ROLLED_BACK, state);
        }
        if (place == Place.ENDED) {
            return refuse(Status.ENDED, state);
        }
        if (newcomer && !isReopened(record)) {
            return refuse(Status.NOT_SUBJECT, state);
        }
        boolean converts = migration.conversion().isPresent();
        if (converts && user.exempt() && !intent.includeExempt()) {
            return refuse(Status.EXEMPT, state);
        }
        if (status == MigrationStatus.FAILED && !intent.retryFailed()) {
            return refuse(Status.FAILED_BEFORE, state);
        }
        if (state.rollout().halted()) {
            return refuse(Status.HALTED, state);
        }
        if (!state.rollout().includes(migration.id(), user.userId())) {
            return refuse(Status.OUTSIDE_ROLLOUT, state);
        }
        if (status == MigrationStatus.IN_PROGRESS) {
            return refuse(Status.CONTENDED, state);
        }
        if (state.defect() != null) {
            return failed(state, intent, state.defect(), now);
        }
        if (unit == Unit.NO_RATE) {
            return refuse(Status.UNKNOWN_RATE, state);
        }
        if (converts && shape.registrations() && user.registeredAt() == null) {
            return refuse(Status.UNKNOWN_REGISTRATION, state);
        }
        if (unit == Unit.OTHER) {
            return failed(
                    state,
                    intent,
                    "the balance is at the rate " + user.rate() + "; known are " + chain.knownRates()
                            + ": name it with alsoFrom(…), or correct the row",
                    now);
        }
        Credits credits = user.credits();
        if (credits == null && converts) {
            return refuse(Status.ABSENT_BALANCE, state);
        }
        if (credits != null && credits.signum() < 0) {
            return refuse(Status.NEGATIVE_BALANCE, state);
        }
        boolean hasCredits = credits != null && credits.signum() > 0;
        // Reservations alone keep a user from counting as one without credits, but are no reason to ask: there would be
        // nothing to show, and they close by themselves.
        boolean positive = hasCredits || user.reserved().signum() > 0;
        // Exempt users are never asked: a run that includes them is an operator's word.
        boolean asked = !(user.exempt() && intent.trigger() == Trigger.RUN);
        boolean mustConfirm = positive && asked && migration.consent() == Consent.CONFIRM_POSITIVE;
        boolean mayNot = intent.confirmed() == null && (mustConfirm || (positive && intent.zeroCreditsOnly()));
        Offer offer;
        try {
            offer = offer(state);
        } catch (Throwable e) {
            Failures.rethrowFatal(e);
            return mayNot ? refuse(Status.HAS_CREDITS, state) : failed(state, intent, Failures.describe(e), now);
        }
        Quote quote = mustConfirm && hasCredits ? quote(state, offer, now) : null;
        if (mayNot) {
            return refuse(Status.HAS_CREDITS, state, quote);
        }
        if (intent.confirmed() != null && (quote == null || !quote.offersSameAs(intent.confirmed()))) {
            return refuse(Status.QUOTE_CHANGED, state, quote);
        }
        return migrate(state, offer, intent, now);
    }

    /**
     * Marks a user FAILED, unless the last line says the same failure already: a job that tries every minute would fill the
     * journal.
     */
    public Decision<MigrationResult> failed(UserState state, Intent intent, String error) {
        return failed(state, intent, error, now());
    }

    private Decision<MigrationResult> failed(UserState state, Intent intent, String error, Instant now) {
        UserMigration record = state.record();
        String words = Texts.storable(error, JournalLine.ERROR_LENGTH_MAX);
        return record != null && record.status() == MigrationStatus.FAILED && words.equals(record.error())
                ? new Decision.Answer<>(
                        new MigrationResult(Status.FAILED, state.user().userId(), record, null, words))
                : fail(state, intent, error, now);
    }

    /** Marks a user FAILED; whoever is COMPLETED or ROLLED_BACK by now has a further line, and stays. */
    public Decision.Write<MigrationResult> fail(UserState state, Intent intent, String error) {
        return fail(state, intent, error, now());
    }

    private Decision.Write<MigrationResult> fail(UserState state, Intent intent, String error, Instant now) {
        String words = Texts.storable(error, JournalLine.ERROR_LENGTH_MAX);
        Standing standing = new Standing(
                MigrationStatus.FAILED,
                attempt(state),
                consumedBefore(state),
                copiedBefore(state),
                /* figuresLine= */ 0);
        JournalLine line = new JournalLine(
                migration.id(),
                state.user().userId(),
                state.nextLine(),
                JournalLine.Kind.FAILED,
                intent.trigger(),
                intent.actor(),
                now,
                standing,
                null,
                null,
                words);
        return new Decision.Write<>(
                notices.with(new UserChange(UserChange.Kind.LINE_ONLY, state, null, line)),
                written -> new MigrationResult(Status.FAILED, written.userId(), written, null, words));
    }

    /** Copies what was committed after the user's migration; null where there is nothing to copy. */
    public Decision.@Nullable Write<MigrationResult> catchUp(UserState state, Intent intent, Instant now) {
        UserMigration record = state.record();
        if (record == null
                || record.status() != MigrationStatus.COMPLETED
                || state.lateOperations() == 0
                || agreement.isOutOfStep(state)) {
            return null;
        }
        int figuresLine =
                record.rollbackData() == null ? 0 : record.rollbackData().line();
        JournalLine line = new JournalLine(
                migration.id(),
                record.userId(),
                state.nextLine(),
                JournalLine.Kind.CAUGHT_UP,
                intent.trigger(),
                intent.actor(),
                now,
                new Standing(
                        record.status(),
                        record.attempt(),
                        record.creditsConsumed(),
                        record.historicalOperations(),
                        figuresLine),
                null,
                null,
                null);
        return new Decision.Write<>(
                new UserChange(UserChange.Kind.CATCH_UP, state, null, line),
                written -> Answers.of(Status.ALREADY_MIGRATED, written.userId(), written));
    }

    /** What this actor can confirm now for the user. */
    public @Nullable Quote quote(UserState state, Actor actor) {
        return decide(state, Intent.asking(actor)) instanceof Decision.Answer<MigrationResult> answer
                ? answer.result().quote()
                : null;
    }

    /** What the policy would give the user today; empty where it cannot say. */
    public Optional<Credits> allocation(UserState state) {
        try {
            return state.defect() == null ? Optional.of(offer(state).allocated()) : Optional.empty();
        } catch (Throwable e) {
            Failures.rethrowFatal(e);
            return Optional.empty();
        }
    }

    /**
     * What the user can be told before the migration: of who would be migrated, or asked, if it were for everybody now. Null
     * for everybody else.
     */
    public @Nullable Notice announcement(UserState state, Intent intent) {
        UserState admitted = new UserState(
                state.user(),
                state.lastLine(),
                state.record(),
                state.lateOperations(),
                state.flagged(),
                state.unitLine(),
                state.hostState(),
                state.registration().forEverybody(),
                state.bought(),
                state.defect());
        return notices.announcement(decide(admitted, intent, onceBegun()));
    }

    /** Whether row and journal disagree about the unit of the balance. */
    public boolean isOutOfStep(UserState state) {
        return agreement.isOutOfStep(state);
    }

    /** Whether this migration concerns the user at all. */
    public boolean isSubject(UserState state) {
        boolean exempt = migration.conversion().isPresent() && state.user().exempt();
        return !isNewcomer(state.user()) && !exempt;
    }

    /** Whether the user works under the new regime: migrated by us or by the host, or there from the beginning. */
    public boolean isInNewRegime(UserState state) {
        Unit unit = chain.unit(state);
        if (agreement.isOutOfStep(state) && unit != Unit.UNMARKED) {
            return unit == Unit.NEW;
        }
        if (state.record() != null) {
            return state.record().status() == MigrationStatus.COMPLETED;
        }
        return unit == Unit.NEW || isNewcomer(state.user());
    }

    /** Whether the row says that the user is migrated, and did not begin so. */
    public boolean isMarked(UserState state) {
        return chain.unit(state) == Unit.NEW && !isNewcomer(state.user());
    }

    /** After a rollback or a reconciliation, an operator has opened a new attempt. */
    private static boolean isReopened(@Nullable UserMigration record) {
        return record != null && record.attempt() > 1;
    }

    private boolean isNewcomer(UserSnapshot user) {
        return user.registeredAt() != null && !user.registeredAt().isBefore(migration.newcomersFrom());
    }

    private Decision<MigrationResult> migrate(UserState state, Offer offer, Intent intent, Instant now) {
        String userId = state.user().userId();
        int number = state.nextLine();
        boolean grants = migration.conversion().isEmpty();
        Usage usage = state.user().usage();
        Figures figures = new Figures(
                offer.oldCredits(),
                offer.newCredits(),
                offer.oldRate(),
                offer.newRate(),
                grants ? offer.allocated() : Credits.ZERO,
                grants ? new Usage(usage.operations(), usage.days(), 0, usage.operations()) : null,
                state.hostState());
        JournalLine line = new JournalLine(
                migration.id(),
                userId,
                number,
                JournalLine.Kind.MIGRATED,
                intent.trigger(),
                intent.actor(),
                now,
                new Standing(
                        MigrationStatus.COMPLETED, attempt(state), consumedBefore(state), copiedBefore(state), number),
                figures,
                reasons.toStore(figures, consumedBefore(state), Reasons.withWords(offer.reason(), intent.reason())),
                null);
        return new Decision.Write<>(
                notices.with(new UserChange(UserChange.Kind.MIGRATE, state, offer.newCredits(), line)),
                written -> Answers.of(Status.MIGRATED, userId, written));
    }

    private Offer offer(UserState state) {
        UserSnapshot user = state.user();
        Offer offer = migration.policy() instanceof CreditPolicy grants
                ? grant(grants, user, state)
                : conversion(migration.conversion().orElseThrow(), user);
        if (offer.newCredits().scale() > shape.balanceScale()) {
            throw new InvalidValueException(
                    "new balance",
                    offer.newCredits(),
                    "at most " + shape.balanceScale() + " decimals, as the balance column has");
        }
        if (!shape.holds(offer.newCredits())) {
            throw new InvalidValueException(
                    "new balance",
                    offer.newCredits(),
                    "at most " + shape.wholeDigits() + " digits before the point, as the balance column has");
        }
        return offer;
    }

    private static Offer grant(CreditPolicy policy, UserSnapshot user, UserState state) {
        Allocation allocation = policy.allocate(user);
        if (allocation == null) {
            throw new InvalidValueException("answer of the policy", "null", "an Allocation");
        }
        Allocation remaining = remaining(allocation, state);
        Credits old = user.credits();
        Credits sum = (old == null ? Credits.ZERO : old).plus(remaining.credits());
        return new Offer(old, sum, remaining.credits(), null, null, remaining.reason());
    }

    private Offer conversion(RateConversion conversion, UserSnapshot user) {
        Credits old = user.credits();
        CreditRate from = chain.rateOf(user);
        if (old == null || from == null) {
            throw new InvalidValueException("balance", "absent", "a number: an absent balance is not zero");
        }
        Credits converted = conversion.convert(old, from);
        return new Offer(old, converted, converted, from, conversion.newRate(), conversion.reason(old, from));
    }

    /** Credits consumed in earlier attempts are deducted, so repeated rollback and migration never grant more than once. */
    private static Allocation remaining(Allocation allocation, UserState state) {
        Credits consumed = consumedBefore(state);
        if (consumed.signum() == 0) {
            return allocation;
        }
        Credits rest = allocation.credits().minus(consumed);
        return Allocation.of(
                rest.signum() < 0 ? Credits.ZERO : rest, Reasons.lessConsumed(allocation.reason(), consumed));
    }

    private Quote quote(UserState state, Offer offer, Instant now) {
        return new Quote(
                migration.id(),
                state.user().userId(),
                attempt(state),
                offer.oldCredits() == null ? Credits.ZERO : offer.oldCredits(),
                offer.newCredits(),
                offer.oldRate(),
                offer.newRate(),
                now);
    }

    private static Decision<MigrationResult> refuse(Status status, UserState state) {
        return refuse(status, state, null);
    }

    private static Decision<MigrationResult> refuse(Status status, UserState state, @Nullable Quote quote) {
        return new Decision.Answer<>(new MigrationResult(status, state.user().userId(), state.record(), quote, null));
    }

    private static int attempt(UserState state) {
        return state.record() == null ? 1 : state.record().attempt();
    }

    private static Credits consumedBefore(UserState state) {
        return state.record() == null ? Credits.ZERO : state.record().creditsConsumed();
    }

    private static long copiedBefore(UserState state) {
        return state.record() == null ? 0 : state.record().historicalOperations();
    }

    /** Now, or the beginning where that is still to come: what a plan or an announcement speaks of. */
    public Instant onceBegun() {
        Instant now = now();
        return now.isBefore(migration.beginsAt()) ? migration.beginsAt() : now;
    }

    /** Databases keep microseconds; what is compared after reading must not have had more. */
    public Instant now() {
        return Timestamps.now(clock);
    }
}
