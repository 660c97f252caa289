package io.creditmigration;

import io.creditmigration.engine.LatencyHistogram;
import io.creditmigration.engine.Reasons;
import io.creditmigration.engine.audit.Auditor;
import io.creditmigration.engine.audit.StoryTeller;
import io.creditmigration.engine.decide.Chain;
import io.creditmigration.engine.decide.ChangeNotices;
import io.creditmigration.engine.decide.Intent;
import io.creditmigration.engine.decide.MigrationDecider;
import io.creditmigration.engine.decide.RollbackDecider;
import io.creditmigration.engine.run.Announcement;
import io.creditmigration.engine.run.MigrationPlanner;
import io.creditmigration.engine.run.PopulationAnalyzer;
import io.creditmigration.engine.run.RollbackPlanner;
import io.creditmigration.engine.run.RunEngine;
import io.creditmigration.engine.run.StagedRun;
import io.creditmigration.engine.user.RecentUsers;
import io.creditmigration.engine.user.RememberedQuotes;
import io.creditmigration.engine.user.Rescheduled;
import io.creditmigration.engine.user.RollbackWatch;
import io.creditmigration.engine.user.SingleUser;
import io.creditmigration.internal.Arguments;
import io.creditmigration.internal.Backoff;
import io.creditmigration.internal.SafeListener;
import io.creditmigration.internal.Timestamps;
import io.creditmigration.spi.AuditStore;
import io.creditmigration.spi.Cause;
import io.creditmigration.spi.HostShape;
import io.creditmigration.spi.MigrationStore;
import io.creditmigration.spi.NoticeStore;
import io.creditmigration.spi.Printable;
import io.creditmigration.spi.RunStore;
import io.creditmigration.spi.StoredDefinition;
import io.creditmigration.spi.UserState;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves users from one credit regime to another, exactly once.
 *
 * <pre>{@code
 * MigrationService migrations = MigrationService.of(rate2500, store);
 * migrations.autoMigrateIfZeroCredits(userId);                  // on a request: users without credits, no question asked
 * migrations.confirm(userId, quote, Actor.user(userId));        // on a click: users with credits
 * migrations.run(RunOptions.defaults());                        // once: everybody else
 * }</pre>
 *
 * <p>However these race, on however many nodes, a user gets one grant or one conversion and one line in the journal; running
 * anything again changes nothing. Thread-safe; one instance per migration and store is enough for an application.
 *
 * <p>Every method that takes a user id throws {@link InvalidValueException} for an id that no user can have, before
 * anything is read, and {@link StoreException} when the store fails; no user is marked for that.
 */
public final class MigrationService {

    private static final Logger LOG = LoggerFactory.getLogger(MigrationService.class);

    private static final int REASON_LENGTH_MAX = 500;

    /** All that is made for one definition, and made anew when the stored instants turn out to be others. */
    private record Engine(
            Migration migration,
            MigrationDecider decider,
            RollbackDecider reversal,
            SingleUser oneUser,
            @Nullable MigrationRuns runs) {}

    private final MigrationStore store;
    private final MigrationOptions options;
    private final LatencyHistogram commits;
    private final LatencyHistogram pages;
    private final RecentUsers known;
    private final RollbackWatch watch;
    private final RecentUsers news;
    private volatile Engine engine;
    private final SafeListener<MigrationListener> listener;
    private final RememberedQuotes quotes;

    private MigrationService(
            Migration migration, MigrationStore store, List<StoredDefinition> stored, MigrationOptions options) {
        this.store = store;
        this.listener = new SafeListener<>(options.listener(), MigrationListener.NONE);
        this.options = options;
        this.commits = new LatencyHistogram();
        this.pages = new LatencyHistogram();
        this.engine = engine(migration, stored);
        this.known = new RecentUsers(options.knownUsersMax(), options.knownFor(), options.clock());
        this.quotes = new RememberedQuotes(options.knownUsersMax(), options.blockedFor(), options.clock());
        this.watch = new RollbackWatch(migration, store, known, options);
        this.news = new RecentUsers(options.knownUsersMax(), options.knownFor(), options.clock());
    }

    private MigrationService(MigrationService opened, MigrationStore joined) {
        this.store = joined;
        this.options = opened.options;
        this.commits = opened.commits;
        this.pages = opened.pages;
        this.known = opened.known;
        this.watch = opened.watch;
        this.news = opened.news;
        this.quotes = opened.quotes;
        this.listener = new SafeListener<>(MigrationListener.NONE, MigrationListener.NONE);
        Engine same = opened.engine;
        this.engine = new Engine(
                same.migration(),
                same.decider(),
                same.reversal(),
                new SingleUser(same.migration(), joined, same.decider(), same.reversal(), options.attempts(), commits),
                null);
    }

    /** What decides and works by the instants that are stored, or by the migration's own where none are. */
    private Engine engine(Migration given, List<StoredDefinition> stored) {
        Migration migration = stored.stream()
                .filter(definition -> definition.id().equals(given.id()))
                .findFirst()
                .map(definition -> given.at(definition.schedule()))
                .orElse(given);
        HostShape shape = store.shape();
        Chain chain = new Chain(migration, shape, stored);
        ChangeNotices notices = new ChangeNotices(migration, options.notices(), options.failureNoticeDelay());
        MigrationDecider decider = new MigrationDecider(migration, shape, chain, options.clock(), notices);
        RollbackDecider reversal =
                new RollbackDecider(migration, shape.balanceScale(), chain, options.clock(), notices);
        SingleUser oneUser = new SingleUser(migration, store, decider, reversal, options.attempts(), commits);
        MigrationRuns runs = store instanceof RunStore population && !store.joins()
                ? new MigrationRuns(
                        migration,
                        population,
                        new RunEngine(
                                migration, population, decider, reversal, this::forgetKnown, options, pages, listener),
                        this::registered,
                        options,
                        listener)
                : null;
        return new Engine(migration, decider, reversal, oneUser, runs);
    }

    /** Reads the chain again, and works by what is stored from now on. */
    private Engine refreshed() {
        Engine before = engine;
        List<StoredDefinition> stored = store.definitions();
        stored.forEach(definition -> definition.check(before.migration()));
        Engine now = engine(before.migration(), stored);
        engine = now;
        return now;
    }

    /** The same, with the migration registered. */
    private void registered() {
        if (store.definitions().stream()
                .noneMatch(
                        definition -> definition.id().equals(engine.migration().id()))) {
            Cause cause = cause(Actor.automatic("register"), "first use");
            Backoff.retrying(options.attempts(), () -> {
                store.register(engine.migration(), cause);
                return true;
            });
        }
    }

    /** Opens a migration with {@link MigrationOptions#defaults()}. */
    public static MigrationService of(Migration migration, MigrationStore store) {
        return of(migration, store, MigrationOptions.defaults());
    }

    /**
     * Opens a migration. Reads what is registered and writes nothing: the first call that is about to write registers the
     * migration, or {@link #register}. Instants that are stored rule over those given; a warning says where they differ.
     *
     * @throws InvalidValueException when the policy's figures do not fit the balance column
     * @throws DefinitionConflictException when another definition is stored under the same id
     */
    public static MigrationService of(Migration migration, MigrationStore store, MigrationOptions options) {
        Arguments.require("migration", migration);
        Arguments.require("store", store);
        if (Arguments.require("options", options).notices()) {
            noticesOf(store);
        }
        Migration fitted = migration.atScale(store.shape().balanceScale());
        store.check(fitted);
        List<StoredDefinition> stored = store.definitions();
        for (StoredDefinition definition : stored) {
            definition.check(fitted);
            if (definition.id().equals(fitted.id()) && !definition.schedule().equals(fitted.schedule())) {
                LOG.warn(
                        "Migration {}: the stored instants rule, {}; it was opened with {}",
                        fitted.id(),
                        definition.schedule(),
                        fitted.schedule());
            }
        }
        return new MigrationService(fitted, store, stored, options);
    }

    /**
     * The same migration within a transaction of the host's: a purchase by a user not yet migrated, say. Nothing takes effect
     * before the host commits; until then one attempt is made, nobody is marked FAILED or remembered, and what breaks the
     * transaction is thrown. The answer is for that transaction only and costs nothing to make.
     *
     * @param joined a store that {@linkplain MigrationStore#joins() joins} a transaction
     * @throws InvalidValueException when it does not
     */
    public MigrationService joining(MigrationStore joined) {
        if (!Arguments.require("store", joined).joins()) {
            throw new InvalidValueException(
                    "store", joined.getClass().getName(), "one that joins a transaction of the host's");
        }
        if (options.notices()) {
            noticesOf(joined);
        }
        return new MigrationService(this, joined);
    }

    /** The migration, its policy fitted to the balance column, with the stored instants where it is registered. */
    public Migration migration() {
        return engine.migration();
    }

    /**
     * Registers the migration: stores its definition, instants and place in the chain. The first call that is about to write
     * does the same; call it on start where users are migrated within the host's transactions only, which register nothing.
     * Registering again changes nothing.
     *
     * @param actor who wants it, for the events
     * @param reason why: 1 to 500 characters
     * @throws DefinitionConflictException when its place in the chain is taken, or it names a migration that is not there
     */
    public void register(Actor actor, String reason) {
        Cause cause = given(actor, reason);
        owning("to register");
        Backoff.retrying(options.attempts(), () -> {
            store.register(engine.migration(), cause);
            return true;
        });
        refreshed();
    }

    /**
     * Moves every instant of the migration that is still to come by as much. Other nodes work by the new instants from their
     * next call on.
     *
     * @param by more than zero, in whole microseconds
     * @param actor who wants it, for the events
     * @param reason why: 1 to 500 characters
     */
    public ChainResult postpone(Duration by, Actor actor, String reason) {
        if (Arguments.require("duration", by).isNegative() || by.isZero() || by.toNanosPart() % 1_000 != 0) {
            throw new InvalidValueException("duration", by, "more than zero, in whole microseconds");
        }
        Cause cause = given(actor, reason);
        owning("to postpone a migration");
        ChainResult result = Backoff.retrying(options.attempts(), () -> store.postpone(engine.migration(), by, cause));
        refreshed();
        return result;
    }

    /**
     * Withdraws the migration: its id is spent, its place in the chain is free, and the migration that it follows goes on. It
     * needs the halt switch on, and nobody COMPLETED in it.
     *
     * @param actor who wants it, for the events
     * @param reason why: 1 to 500 characters
     */
    public ChainResult withdraw(Actor actor, String reason) {
        Cause cause = given(actor, reason);
        owning("to withdraw a migration");
        if (store.definitions().stream()
                .noneMatch(
                        definition -> definition.id().equals(engine.migration().id()))) {
            return ChainResult.of(ChainResult.Status.NOT_REGISTERED);
        }
        if (!rollout().halted()) {
            return new ChainResult(ChainResult.Status.NOT_HALTED, "the halt switch is off; call halt(…) first");
        }
        Barrier barrier = store.drain(engine.migration(), options.haltWait());
        if (!barrier.isSettled()) {
            return new ChainResult(ChainResult.Status.NOT_HALTED, "in flight: " + barrier.inFlight());
        }
        ChainResult result = Backoff.retrying(options.attempts(), () -> store.withdraw(engine.migration(), cause));
        known.clear();
        refreshed();
        return result;
    }

    private void owning(String what) {
        if (store.joins()) {
            throw new InvalidValueException(
                    "store", store.getClass().getName(), "one with transactions of its own, " + what);
        }
    }

    private Cause given(Actor actor, String reason) {
        Arguments.requireText("reason", reason, REASON_LENGTH_MAX);
        Arguments.require("actor", actor);
        return cause(actor, reason);
    }

    private Cause cause(Actor actor, String reason) {
        return new Cause(actor, reason, Timestamps.now(options.clock()));
    }

    /**
     * Migrates a user who has no credits, and nobody else. For requests, dashboards, and purchases by users not yet
     * migrated.
     */
    public MigrationResult autoMigrateIfZeroCredits(String userId) {
        return autoMigrateIfZeroCredits(userId, Trigger.REQUEST);
    }

    /**
     * The same for a caller that is no request: a dashboard that is loaded, say. A service that {@linkplain #joining joins} a
     * transaction of the host's logs PURCHASE whatever it is told.
     *
     * @param trigger REQUEST, DASHBOARD or PURCHASE, for the journal
     */
    public MigrationResult autoMigrateIfZeroCredits(String userId, Trigger trigger) {
        Arguments.requireUserId(userId);
        switch (Arguments.require("trigger", trigger)) {
            case REQUEST, DASHBOARD, PURCHASE -> {
                Trigger known = store.joins() ? Trigger.PURCHASE : trigger;
                return migrating(userId, Intent.automatic(known));
            }
            default -> throw new InvalidValueException("trigger", trigger, "REQUEST, DASHBOARD or PURCHASE");
        }
    }

    /**
     * Migrates a user whatever the credits, and tries again who failed before. It never goes round a confirmation that the
     * definition demands: such a user is answered HAS_CREDITS with a quote.
     */
    public MigrationResult migrate(String userId) {
        Arguments.requireUserId(userId);
        return migrating(userId, Intent.explicit());
    }

    /**
     * What the user can confirm now; empty where there is nothing to confirm. A dashboard shows the migration exactly when
     * a quote exists. Reads only.
     */
    public Optional<Quote> quote(String userId) {
        return quote(userId, Trigger.DASHBOARD.automatic());
    }

    /**
     * What this actor can confirm now for the user: an operator also for exempt users, who are never asked themselves. Reads
     * only.
     */
    public Optional<Quote> quote(String userId, Actor actor) {
        Arguments.require("actor", actor);
        return state(userId).map(state -> engine.decider().quote(state, actor));
    }

    /**
     * Migrates a user who has seen this quote and said yes. The quote is computed again: if balance, rates or attempt are
     * no longer those of the quote, or it is another user's or was altered, nothing is written and the answer is
     * QUOTE_CHANGED with a new one.
     *
     * @param actor who said yes, for the journal
     */
    public MigrationResult confirm(String userId, Quote quote, Actor actor) {
        return migrating(userId, confirmation(userId, quote, actor));
    }

    /**
     * The same with the words of the person who confirms for the user: they stand in the journal's line, after the policy's.
     *
     * @param actor who said yes, for the log
     * @param reason why, for the log: 1 to 500 characters
     */
    public MigrationResult confirm(String userId, Quote quote, Actor actor, String reason) {
        Arguments.requireText("reason", reason, REASON_LENGTH_MAX);
        return migrating(userId, confirmation(userId, quote, actor).withReason(reason));
    }

    private static Intent confirmation(String userId, Quote quote, Actor actor) {
        Arguments.requireUserId(userId);
        Arguments.require("quote", quote);
        Arguments.require("actor", actor);
        return Intent.confirmation(quote, actor);
    }

    /** The user's record; empty where there is none. */
    public Optional<UserMigration> find(String userId) {
        return state(userId).map(UserState::record);
    }

    /**
     * Where the user stands. PENDING where there is no record; empty where there is no such user, or where the user is not
     * subject.
     */
    public Optional<MigrationStatus> status(String userId) {
        return state(userId).flatMap(state -> {
            if (state.record() != null) {
                return Optional.of(state.record().status());
            }
            if (engine.decider().isMarked(state)) {
                return Optional.of(MigrationStatus.COMPLETED);
            }
            return engine.decider().isSubject(state) ? Optional.of(MigrationStatus.PENDING) : Optional.empty();
        });
    }

    /**
     * The rules that a limiter applies to this user now. In a move from rate limits: RATE_LIMIT until the user is
     * COMPLETED; FAILED and ROLLED_BACK users, and unknown ones, are RATE_LIMIT, so that nobody is ever without service.
     * Users who registered at or after the cut-off began with credits. In a move between rates everybody has CREDITS.
     *
     * <p>A user who is remembered as migrated costs no round trip. A rollback is seen at once on the node that does it, and within
     * two seconds on others: a daemon thread of a service in use looks for rollbacks once a second.
     */
    public Regime regime(String userId) {
        if (isKnownMigrated(userId) || engine.migration().conversion().isPresent()) {
            return Regime.CREDITS;
        }
        return state(userId)
                        .filter(state -> engine.decider().isInNewRegime(state))
                        .isPresent()
                ? Regime.CREDITS
                : Regime.RATE_LIMIT;
    }

    /**
     * Takes one user back to the old regime. Rolling back twice is the same as once; afterwards automatic triggers leave
     * the user alone. Who has paid credits on the account is refused.
     *
     * @param actor who wants it, for the journal
     * @param reason why, for the journal: 1 to 500 characters
     */
    public RollbackResult rollback(String userId, Actor actor, String reason) {
        return rollback(userId, PaidCredits.REFUSE, actor, reason);
    }

    /**
     * The same, doing this about credits on the account that the user has paid for.
     *
     * @param actor who wants it, for the journal
     * @param reason why, for the journal: 1 to 500 characters
     */
    public RollbackResult rollback(String userId, PaidCredits paid, Actor actor, String reason) {
        Arguments.requireText("reason", reason, REASON_LENGTH_MAX);
        Arguments.requireUserId(userId);
        Arguments.require("actor", actor);
        Arguments.require("paid credits", paid);
        try {
            RollbackResult result = engine.oneUser()
                    .rollback(userId, new RollbackDecider.Request(Trigger.OPERATOR, paid, actor, reason));
            forget(result.userId());
            listener.tell(told -> told.onRollback(migration(), result.status()));
            return result;
        } finally {
            // Also where the outcome is unknown.
            forget(userId);
        }
    }

    /**
     * Allows a new attempt for a user who was rolled back: the user is PENDING again, and every trigger applies. Empty,
     * with nothing written, where the user is not rolled back.
     *
     * @param actor who wants it, for the journal
     * @param reason why, for the journal: 1 to 500 characters
     */
    public Optional<UserMigration> reopen(String userId, Actor actor, String reason) {
        Arguments.requireText("reason", reason, REASON_LENGTH_MAX);
        Arguments.requireUserId(userId);
        Arguments.require("actor", actor);
        return engine.oneUser().reopen(userId, actor, reason);
    }

    /**
     * Makes the journal follow the row of a user who is OUT_OF_STEP: a balance that support has restored by hand, or an id that
     * another person has now. The operator says where the user stands; it is refused where the row's marker says otherwise.
     * Moves no money, and writes nothing where both agree. A user reconciled to the old regime stays there until
     * {@link #reopen}; one reconciled to the new regime has no rollback data; a grant counts as wholly consumed.
     *
     * @param standing COMPLETED for a balance in the new regime, ROLLED_BACK for one in the old regime
     * @param actor who says so, for the journal
     * @param reason why, for the journal: 1 to 500 characters
     */
    public ReconcileResult reconcile(String userId, MigrationStatus standing, Actor actor, String reason) {
        Arguments.requireText("reason", reason, REASON_LENGTH_MAX);
        Arguments.requireUserId(userId);
        Arguments.require("actor", actor);
        if (Arguments.require("standing", standing) != MigrationStatus.COMPLETED
                && standing != MigrationStatus.ROLLED_BACK) {
            throw new InvalidValueException("standing", standing, "COMPLETED or ROLLED_BACK");
        }
        try {
            ReconcileResult result = engine.oneUser().reconcile(userId, standing, actor, reason);
            forget(result.userId());
            return result;
        } finally {
            // Also where the outcome is unknown.
            forget(userId);
        }
    }

    /** What the population is like, read in pages, before anything is decided about it. */
    public PopulationAnalysis analyze() {
        return analyze(user -> {});
    }

    /**
     * The same, naming the high-usage users.
     *
     * @param highUsage is told each user with more than 8 operations in some clock hour of the window, in the order of ids
     */
    public PopulationAnalysis analyze(Consumer<UserSnapshot> highUsage) {
        Arguments.require("listener", highUsage);
        RunStore population = population();
        Engine now = refreshed();
        return new PopulationAnalyzer(now.migration(), population, now.decider(), highUsage).analyze();
    }

    /** What {@link #run()} would do now, with {@link RunOptions#defaults()}. */
    public MigrationPlan plan() {
        return plan(RunOptions.defaults());
    }

    /** What {@link #run(RunOptions)} would do now, found out by the same reading and deciding, without writing. */
    public MigrationPlan plan(RunOptions options) {
        Arguments.require("options", options);
        RunStore population = population();
        Engine now = refreshed();
        return new MigrationPlanner(now.migration(), population, now.decider()).plan(options);
    }

    /** Migrates everybody whom no other rule leaves alone, with {@link RunOptions#defaults()}. */
    public MigrationRun run() {
        return run(RunOptions.defaults());
    }

    /**
     * Migrates everybody whom no other rule leaves alone, page by page, and returns when that is done, or when the run stands
     * still: paused, halted, cancelled. A run that was interrupted goes on where it was, and one that other threads or
     * processes work on is joined; a run after a finished one finds everybody migrated and changes nothing.
     *
     * <p>Interrupting the calling thread ends the work of this process after the pages in hand; the run stays as it is.
     *
     * @throws InvalidValueException when the store cannot walk a population, or joins a transaction of the host's
     */
    public MigrationRun run(RunOptions runOptions) {
        MigrationRuns all = runs();
        Stages stages = Arguments.require("options", runOptions).stages();
        if (stages.percents().isEmpty()) {
            return all.work(all.open(runOptions), runOptions.health(), runOptions.listener());
        }
        if (stages.verified()) {
            auditStore();
        }
        registered();
        StagedRun.Reached reached = new StagedRun(
                        migration(),
                        population(),
                        stage -> all.work(all.open(runOptions, stage), runOptions.health(), runOptions.listener()),
                        runOptions,
                        options,
                        this::verify)
                .run();
        return reached.run().withState(reached.state());
    }

    /**
     * The same for a plan that somebody has approved: plans again, and refuses if the population is too far from the plan's.
     * How far rollout and runs have come makes no difference, so the same call joins a run, or continues one.
     *
     * @param tolerance the share by which a figure may differ, 0 to 1; at 0 nothing may have changed at all
     * @throws DriftException when it is; nothing was written
     */
    public MigrationRun run(MigrationPlan approved, BigDecimal tolerance, RunOptions options) {
        if (Arguments.require("tolerance", tolerance).signum() < 0 || tolerance.compareTo(BigDecimal.ONE) >= 0) {
            throw new InvalidValueException("tolerance", tolerance, "0 or more and below 1");
        }
        Drift drift = drift(approved, options);
        if (!drift.isWithin(tolerance)) {
            throw new DriftException(drift, tolerance);
        }
        return run(options);
    }

    /** How the population differs now from the one of a plan that was approved. Reads only. */
    public Drift drift(MigrationPlan approved, RunOptions options) {
        Arguments.require("plan", approved);
        return plan(options).driftFrom(approved);
    }

    /**
     * Copies operations that were committed after their user's migration though made before it: a host transaction that was
     * open meanwhile. The sweep of every run does the same at its end. Safe to repeat. A run of its own, which
     * {@link #runs()} shows.
     *
     * @throws InvalidValueException when this migration is no grant, or the store cannot walk a population
     */
    public MigrationRun catchUp() {
        if (migration().conversion().isPresent()) {
            throw new InvalidValueException(
                    "migration " + migration().id(), "a conversion", "a grant: conversions copy no history");
        }
        MigrationRuns all = runs();
        RunOptions catchingUp = RunOptions.defaults().withScope(RunScope.lateOperations());
        return all.work(all.open(catchingUp), catchingUp.health(), catchingUp.listener());
    }

    /** What {@link #rollbackAll} would do now, with {@link RollbackOptions#defaults()}. */
    public RollbackPlan planRollback() {
        return planRollback(RollbackOptions.defaults());
    }

    /**
     * What {@link #rollbackAll} would do now, found out by the same reading and deciding, without writing; the halt switch may
     * still be off.
     *
     * @throws InvalidValueException when the store cannot walk a population, or the users of a run are meant that there is not
     */
    public RollbackPlan planRollback(RollbackOptions rollbackOptions) {
        if (Arguments.require("options", rollbackOptions).scope().kind() == RunScope.Kind.MIGRATED_BY_RUN) {
            runs().find(rollbackOptions.scope().which());
        }
        return new RollbackPlanner(migration(), population(), engine.reversal()).plan(rollbackOptions);
    }

    /**
     * Takes back everybody whom this migration has migrated, page by page: a run as any other, which {@link #runs()} shows,
     * pauses, resumes and steps, and which goes on where it was interrupted, under the actor and reason that it was opened
     * with. It needs the halt switch on, stands still while it is off, and leaves it on.
     *
     * @param actor who wants it, for the journal line of each user
     * @param reason why, for the journal: 1 to 500 characters
     * @throws InvalidValueException when the halt switch is off, when migrations that it could not wait for are in flight ({@link
     *     RollbackOptions#withInFlight} overrides), the users of a run are meant that there is not, or the store cannot walk a population or joins a transaction of the host's
     */
    public MigrationRun rollbackAll(RollbackOptions rollbackOptions, Actor actor, String reason) {
        MigrationRuns all = runs();
        return all.work(all.open(rollbackOptions, actor, reason), rollbackOptions.health(), rollbackOptions.listener());
    }

    /**
     * The runs of this migration, to be watched and controlled from any process.
     *
     * @throws InvalidValueException when the store cannot walk a population, or joins a transaction of the host's
     */
    public MigrationRuns runs() {
        MigrationRuns runs = engine.runs();
        if (runs == null) {
            throw new InvalidValueException(
                    "store",
                    store.getClass().getName(),
                    "one that implements RunStore, with transactions of its own, for runs: a page is one");
        }
        return runs;
    }

    /** Tells users of the migration before it comes, with {@link RunOptions#defaults()}. */
    public long announce() {
        return announce(RunOptions.defaults());
    }

    /**
     * Queues a pre-announcement for everybody who would be migrated, or asked to confirm, if this were the day: whatever the
     * rollout says, so it can be done while everything is halted. Works page by page, each a transaction, and returns at the
     * end. To resume one that was interrupted, call it again: nobody gets a second one.
     *
     * @param runOptions of these, the scope and the page size
     * @return how many notices this call has queued
     * @throws InvalidValueException when the store cannot walk a population or keep notices, or joins a transaction of the
     *     host's
     */
    public long announce(RunOptions runOptions) {
        Announcement announcement = announcement(runOptions);
        registered();
        return announcement.to(runOptions);
    }

    /**
     * Counts the users whom {@link #announce(RunOptions)} would tell, those told before among them. Writes nothing.
     *
     * @param runOptions of these, the scope and the page size
     */
    public long countAnnouncements(RunOptions runOptions) {
        return announcement(runOptions).count(runOptions);
    }

    private Announcement announcement(RunOptions runOptions) {
        Arguments.require("options", runOptions);
        owning("for announcements");
        RunStore population = population();
        NoticeStore notices = noticesOf(store);
        Engine now = refreshed();
        return new Announcement(now.migration(), population, notices, now.decider(), options.attempts());
    }

    /** Who may migrate now. */
    public Rollout rollout() {
        return store.rollout(migration());
    }

    /**
     * Changes who may migrate, for all triggers on all nodes from the next commit on. A percentage that grows keeps
     * everybody who was inside. Where it halts, it then waits for migrations in flight, as {@link #halt} does.
     *
     * @param actor who wants it
     * @param reason why: 1 to 500 characters
     * @return what a halt could not wait for; settled where nothing is halted
     * @throws StoreException when it is not changed, TRANSIENT where it may be in a while
     */
    public Barrier rollout(Rollout rollout, Actor actor, String reason) {
        Arguments.require("rollout", rollout);
        Cause cause = given(actor, reason);
        owning("to change the rollout");
        registered();
        return rollout.halted() ? halt(rollout, cause) : set(rollout, cause);
    }

    /**
     * Lets nobody migrate any more, by any trigger on any node, and waits for migrations in flight, {@link
     * MigrationOptions#haltWait} at most. Once it is settled, no migration that was decided before can still commit. To go on
     * waiting, call it again.
     *
     * @return settled, or what may still commit a migration
     * @throws StoreException when the switch is not set
     */
    public Barrier halt(Actor actor, String reason) {
        return rollout(new Rollout(rollout().percent(), true), actor, reason);
    }

    private Barrier halt(Rollout rollout, Cause cause) {
        try {
            set(rollout, cause);
        } catch (StoreException e) {
            if (e.kind() != StoreException.Kind.TRANSIENT) {
                throw e;
            }
            if (!store.rollout(migration()).halted()) {
                throw new StoreException(
                        e.kind(),
                        "The halt switch is not set, try again: " + e.getMessage() + "; in flight: "
                                + store.drain(migration(), Duration.ZERO).inFlight(),
                        e);
            }
            // It holds, though somebody who may be in flight keeps it from being written everywhere.
            List<String> inFlight =
                    new ArrayList<>(store.drain(migration(), options.haltWait()).inFlight());
            inFlight.add("whoever holds the definition's row, so that the halt is not written there: "
                    + Printable.of(e.getMessage()));
            return new Barrier(inFlight);
        }
        return store.drain(migration(), options.haltWait());
    }

    private Barrier set(Rollout rollout, Cause cause) {
        for (int attempt = 1; attempt <= options.attempts(); attempt++) {
            Rollout expected = store.rollout(migration());
            if (Backoff.retrying(options.attempts(), () -> store.setRollout(migration(), expected, rollout, cause))) {
                return Barrier.SETTLED;
            }
        }
        throw new StoreException(
                StoreException.Kind.TRANSIENT, "The rollout was changed by others all the time; try again", null);
    }

    /**
     * The user's lines of the journal in this migration, oldest first, with their reasons in words; also of a user whom the
     * host has deleted since, by the id as it was stored. A line whose figures cannot be read stands without them, and its
     * {@link JournalLine#error} says why.
     */
    public List<JournalLine> log(String userId) {
        Reasons reasons = new Reasons(migration());
        return store.log(migration(), storedId(userId)).stream()
                .map(reasons::render)
                .toList();
    }

    /**
     * What happened to this user, from journal and entries, for operators; without steps where nothing has.
     *
     * @throws InvalidValueException when the store cannot be audited
     */
    public UserStory story(String userId) {
        Arguments.requireUserId(userId);
        return new StoryTeller(migration()).story(auditStore().evidence(migration(), storedId(userId)));
    }

    /**
     * Checks all that the migration has kept, by reading it and nothing else: journal, entries, markers, balances and
     * seals, with an arithmetic of its own. Users may go on spending meanwhile: balances are proved of those who have not moved
     * them, and the others counted. Reads a page of users in one snapshot, and writes nothing.
     *
     * @throws InvalidValueException when the store cannot be audited, or joins a transaction of the host's
     */
    public Verification verify() {
        return auditor().verify();
    }

    /**
     * Seals the definition, the finished runs and the lines of the journal that no seal has yet. Keep the digest elsewhere; from
     * then on {@link #verify} finds and names what was altered, taken away or added. Where nothing is new, the last seal is
     * answered and nothing written.
     *
     * @param actor who seals
     * @throws InvalidValueException when the migration is neither halted nor finished (a run has ended, and none is under way), or
     *     when migrations are in flight that have not ended within {@link MigrationOptions#haltWait}
     */
    public Seal seal(Actor actor) {
        return seal(actor, InFlight.REFUSE);
    }

    /**
     * The same, doing this where migrations are in flight that have not ended in time.
     *
     * @param actor who seals
     */
    public Seal seal(Actor actor, InFlight inFlight) {
        Arguments.require("actor", actor);
        Arguments.require("in flight", inFlight);
        Auditor auditor = auditor();
        MigrationRuns runs = engine.runs();
        if (!rollout().halted() && (runs == null || !runs.isOver())) {
            throw new InvalidValueException(
                    "migration " + migration().id(), "under way", "finished by a run, or halted, to be sealed");
        }
        if (inFlight == InFlight.REFUSE) {
            store.drain(migration(), options.haltWait()).require("seal(actor, InFlight.IGNORE)");
        }
        return auditor.seal(actor);
    }

    /** The seals, oldest first. */
    public List<Seal> seals() {
        return auditor().seals();
    }

    /**
     * How well the migration went, by the figures of a verification and the commits of this process. The goal for support
     * tickets does not apply.
     */
    public SuccessMetrics metrics(Verification verification) {
        Arguments.require("verification", verification);
        return SuccessMetrics.of(migration(), verification, commits.latency(), pages.latency(), null);
    }

    /**
     * The same, judging the number of support tickets too.
     *
     * @param supportTickets tickets about the migration, as the host counts them, 0 or more
     */
    public SuccessMetrics metrics(Verification verification, long supportTickets) {
        Arguments.require("verification", verification);
        if (supportTickets < 0) {
            throw new InvalidValueException("support tickets", supportTickets, "0 or more");
        }
        return SuccessMetrics.of(migration(), verification, commits.latency(), pages.latency(), supportTickets);
    }

    MigrationOptions options() {
        return options;
    }

    boolean isKnownMigrated(String userId) {
        // Whoever is known has an id that was checked; their requests do not pay for it again.
        if (userId != null && known.contains(userId)) {
            watch.use();
            return true;
        }
        Arguments.requireUserId(userId);
        return false;
    }

    /** What the gate answered this user a moment ago; null where it has to ask. */
    @Nullable
    Quote rememberedQuote(String userId) {
        return quotes.find(userId);
    }

    /** Whether this user was not the subject of a warning lately; bounds what a gate logs. */
    boolean shouldWarn(String userId) {
        return news.add(userId);
    }

    /** For the gate, which decides for a service. */
    <D extends GateDecision> D told(D decision) {
        if (!listener.isNone()) {
            listener.tell(told -> told.onGate(migration(), decision));
        }
        return decision;
    }

    private MigrationResult migrating(String userId, Intent intent) {
        long begunNanos = System.nanoTime();
        long forgotten = known.forgotten();
        long dropped = quotes.dropped();
        MigrationResult result;
        try {
            result = scheduled(() -> engine.oneUser().migrate(userId, intent));
        } finally {
            if (intent.trigger() != Trigger.REQUEST) {
                // Also where the outcome is unknown.
                quotes.drop(userId);
            }
        }
        listener.tell(told -> told.onUser(migration(), result.status(), SafeListener.since(begunNanos)));
        boolean settled = switch (result.status()) {
            case ALREADY_MIGRATED, NOT_SUBJECT, EXEMPT, ENDED, WITHDRAWN -> true;
            default -> false;
        };
        if (intent.trigger() == Trigger.REQUEST && result.quote() != null) {
            quotes.add(result.quote(), dropped);
        }
        // In a transaction of the host's even what was read may be rolled back.
        if (settled && !store.joins()) {
            known.add(result.userId(), forgotten);
            watch.use();
        }
        return result;
    }

    private void forget(String userId) {
        known.remove(userId);
        quotes.drop(userId);
    }

    private void forgetKnown() {
        known.clear();
    }

    /** Does it, once more where the migration turns out to be postponed. */
    private MigrationResult scheduled(Supplier<MigrationResult> work) {
        try {
            return work.get();
        } catch (Rescheduled e) {
            refreshed();
            try {
                return work.get();
            } catch (Rescheduled again) {
                throw new StoreException(
                        StoreException.Kind.TRANSIENT, "The migration is being postponed; try again", null);
            }
        }
    }

    /** The id as it is stored; of a user whom the host has deleted, as it is given. */
    private String storedId(String userId) {
        return state(userId).map(state -> state.user().userId()).orElse(userId);
    }

    private Optional<UserState> state(String userId) {
        Arguments.requireUserId(userId);
        Optional<UserState> state = store.find(engine.migration(), userId);
        state.ifPresent(found -> {
            Schedule stored = found.registration().schedule();
            if (stored != null && !stored.equals(engine.migration().schedule())) {
                refreshed();
            }
            engine.decider().learn(found, store::definitions);
        });
        return state;
    }

    private RunStore population() {
        if (store instanceof RunStore population) {
            return population;
        }
        throw new InvalidValueException("store", store.getClass().getName(), "one that implements RunStore, for runs");
    }

    private Auditor auditor() {
        if (store.joins()) {
            throw new InvalidValueException(
                    "store", store.getClass().getName(), "one with transactions of its own, for verifying and sealing");
        }
        return new Auditor(migration(), auditStore(), options.clock());
    }

    private AuditStore auditStore() {
        if (store instanceof AuditStore audit) {
            return audit;
        }
        throw new InvalidValueException(
                "store", store.getClass().getName(), "one that implements AuditStore, to be verified");
    }

    private static NoticeStore noticesOf(MigrationStore store) {
        if (store instanceof NoticeStore notices) {
            return notices;
        }
        throw new InvalidValueException(
                "store", store.getClass().getName(), "one that implements NoticeStore, for notices");
    }
}
