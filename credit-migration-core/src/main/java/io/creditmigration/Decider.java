package io.creditmigration;

import io.creditmigration.JournalLine.Figures;
import io.creditmigration.JournalLine.Standing;
import io.creditmigration.MigrationResult.Status;
import io.creditmigration.spi.StoredDefinition;
import io.creditmigration.spi.UserChange;
import io.creditmigration.spi.UserState;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The pure middle of read → decide → write for migrations: from what was read of a user to what is to be written. */
final class Decider {

    /** What the user would get if migrated now. */
    private record Offer(
            @Nullable Credits oldCredits,
            Credits newCredits,
            Credits allocated,
            @Nullable CreditRate oldRate,
            @Nullable CreditRate newRate,
            String reason) {}

    private final Migration migration;
    private final int balanceScale;
    private final Lineage lineage;
    private final Clock clock;
    private final Notices notices;
    private final Reasons reasons;
    private final Agreement agreement;

    Decider(Migration migration, int balanceScale, Lineage lineage, Clock clock, Notices notices) {
        this.migration = migration;
        this.balanceScale = balanceScale;
        this.lineage = lineage;
        this.clock = clock;
        this.notices = notices;
        this.reasons = new Reasons(migration);
        this.agreement = new Agreement(migration);
    }

    /** Takes up definitions that were stored lately, where they matter. */
    void learn(Supplier<List<StoredDefinition>> stored) {
        lineage.refresh(stored);
    }

    Decision<MigrationResult> decide(UserState state, Intent intent) {
        return decide(state, intent, now());
    }

    /** Goes through {@link Status} in its order of precedence. */
    Decision<MigrationResult> decide(UserState state, Intent intent, Instant now) {
        UserMigration record = state.record();
        UserSnapshot user = state.user();
        MigrationStatus status = record == null ? MigrationStatus.PENDING : record.status();
        if (now.isBefore(migration.beginsAt())) {
            return refuse(Status.NOT_BEGUN, state);
        }
        if (agreement.isOutOfStep(state)) {
            return refuse(Status.OUT_OF_STEP, state);
        }
        if (status == MigrationStatus.COMPLETED || Boolean.TRUE.equals(state.flagged())) {
            return refuse(Status.ALREADY_MIGRATED, state);
        }
        if (status == MigrationStatus.ROLLED_BACK) {
            return refuse(Status.ROLLED_BACK, state);
        }
        if (status == MigrationStatus.FAILED && !intent.retryFailed()) {
            return refuse(Status.FAILED_BEFORE, state);
        }
        if (isBornInNewRegime(user) || state.superseded()) {
            return refuse(Status.NOT_SUBJECT, state);
        }
        boolean converts = migration.conversion().isPresent();
        if (converts && user.exempt() && !intent.includeExempt()) {
            return refuse(Status.EXEMPT, state);
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
        boolean mustConfirm = positive && migration.consent() == Consent.CONFIRM_POSITIVE;
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
    Decision<MigrationResult> failed(UserState state, Intent intent, String error) {
        return failed(state, intent, error, now());
    }

    private Decision<MigrationResult> failed(UserState state, Intent intent, String error, Instant now) {
        UserMigration record = state.record();
        String words = kept(error);
        return record != null && record.status() == MigrationStatus.FAILED && words.equals(record.error())
                ? new Decision.Answer<>(
                        new MigrationResult(Status.FAILED, state.user().userId(), record, null, words))
                : fail(state, intent, error, now);
    }

    /** Marks a user FAILED; whoever is COMPLETED or ROLLED_BACK by now has a further line, and stays. */
    Decision.Write<MigrationResult> fail(UserState state, Intent intent, String error) {
        return fail(state, intent, error, now());
    }

    private Decision.Write<MigrationResult> fail(UserState state, Intent intent, String error, Instant now) {
        String words = kept(error);
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
    Decision.@Nullable Write<MigrationResult> catchUp(UserState state, Intent intent, Instant now) {
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
                written -> MigrationResult.of(Status.ALREADY_MIGRATED, written.userId(), written));
    }

    /** What the user can confirm now. */
    @Nullable
    Quote quote(UserState state) {
        return decide(state, Intent.automatic(Trigger.DASHBOARD)) instanceof Decision.Answer<MigrationResult> answer
                ? answer.result().quote()
                : null;
    }

    /** What the policy would give the user today; empty where it cannot say. */
    Optional<Credits> allocation(UserState state) {
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
    @Nullable
    Notice announcement(UserState state, Intent intent) {
        UserState admitted = new UserState(
                state.user(),
                state.lastLine(),
                state.record(),
                state.lateOperations(),
                state.flagged(),
                state.superseded(),
                state.hostState(),
                Rollout.EVERYBODY,
                state.bought(),
                state.defect());
        return notices.announcement(decide(admitted, intent, onceBegun()));
    }

    /** Whether row and journal disagree about the unit of the balance. */
    boolean isOutOfStep(UserState state) {
        return agreement.isOutOfStep(state);
    }

    /** Whether this migration concerns the user at all. */
    boolean isSubject(UserState state) {
        boolean exempt = migration.conversion().isPresent() && state.user().exempt();
        return !isBornInNewRegime(state.user()) && !state.superseded() && !exempt;
    }

    /** Whether the user works under the new regime: migrated by us or by the host, or there from the beginning. */
    boolean isInNewRegime(UserState state) {
        if (agreement.isOutOfStep(state) && state.flagged() != null) {
            return state.flagged();
        }
        if (state.record() != null) {
            return state.record().status() == MigrationStatus.COMPLETED;
        }
        return Boolean.TRUE.equals(state.flagged()) || isBornInNewRegime(state.user()) || state.superseded();
    }

    private boolean isBornInNewRegime(UserSnapshot user) {
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
                reasons.kept(figures, consumedBefore(state), offer.reason()),
                null);
        return new Decision.Write<>(
                notices.with(new UserChange(UserChange.Kind.MIGRATE, state, offer.newCredits(), line)),
                written -> MigrationResult.of(Status.MIGRATED, userId, written));
    }

    private Offer offer(UserState state) {
        UserSnapshot read = state.user();
        CreditRate from = lineage.rateOf(
                read, migration.conversion().map(RateConversion::oldRate).orElse(null));
        Allocation allocation = migration.policy().allocate(read.withRate(from));
        if (allocation == null) {
            throw new InvalidValueException("answer of the policy", "null", "an Allocation");
        }
        Allocation remaining = migration.conversion().isPresent() ? allocation : remaining(allocation, state);
        Offer offer = offer(read.credits(), from, remaining);
        if (offer.newCredits().scale() > balanceScale) {
            throw new InvalidValueException(
                    "new balance",
                    offer.newCredits(),
                    "at most " + balanceScale + " decimals, as the balance column has");
        }
        return offer;
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

    private Offer offer(@Nullable Credits old, @Nullable CreditRate from, Allocation allocation) {
        CreditRate to = migration.conversion().map(RateConversion::newRate).orElse(null);
        if (old != null && from != null && to != null) {
            return new Offer(old, allocation.credits(), allocation.credits(), from, to, allocation.reason());
        }
        Credits sum = (old == null ? Credits.ZERO : old).plus(allocation.credits());
        return new Offer(old, sum, allocation.credits(), null, null, allocation.reason());
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
    Instant onceBegun() {
        Instant now = now();
        return now.isBefore(migration.beginsAt()) ? migration.beginsAt() : now;
    }

    /** Databases keep microseconds; what is compared after reading must not have had more. */
    Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }

    /** As much of a message as a record keeps: no half of a character, and no NUL, which not every database can have. */
    static String kept(String error) {
        return cut(error.replace('\0', '\uFFFD'), JournalLine.ERROR_LENGTH_MAX);
    }

    static String cut(String words, int end) {
        if (words.length() <= end) {
            return words;
        }
        return words.substring(0, Character.isHighSurrogate(words.charAt(end - 1)) ? end - 1 : end);
    }
}
