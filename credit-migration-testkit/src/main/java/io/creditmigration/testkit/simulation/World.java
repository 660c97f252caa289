package io.creditmigration.testkit.simulation;

import static io.creditmigration.testkit.simulation.Violation.unless;

import io.creditmigration.Actor;
import io.creditmigration.Credits;
import io.creditmigration.InvalidValueException;
import io.creditmigration.Migration;
import io.creditmigration.MigrationGate;
import io.creditmigration.MigrationOptions;
import io.creditmigration.MigrationPlan;
import io.creditmigration.MigrationResult.Status;
import io.creditmigration.MigrationRun;
import io.creditmigration.MigrationRuns;
import io.creditmigration.MigrationService;
import io.creditmigration.PaidCredits;
import io.creditmigration.Quote;
import io.creditmigration.Regime;
import io.creditmigration.RollbackOptions;
import io.creditmigration.Rollout;
import io.creditmigration.RunOptions;
import io.creditmigration.RunScope;
import io.creditmigration.StoreException;
import io.creditmigration.Verification;
import io.creditmigration.spi.RunStore;
import io.creditmigration.testkit.FaultyStore;
import io.creditmigration.testkit.FaultyStore.Call;
import io.creditmigration.testkit.HostApplication;
import io.creditmigration.testkit.HostApplication.Setting;
import io.creditmigration.testkit.SettableClock;
import io.creditmigration.testkit.simulation.Step.Fault;
import io.creditmigration.testkit.simulation.Step.Kind;
import io.creditmigration.testkit.simulation.Step.Meanwhile;
import io.creditmigration.testkit.simulation.Step.Nested;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Runs a scenario on one thread: some nodes on one store, of which each call can be the moment for somebody else's step or for
 * a fault. After each step the model looks at the tables, and answers are compared with what the model expects.
 */
final class World {

    /** A node that dies. Nothing catches it on its way out, as nothing would run any more. */
    private static final class Crash extends Error {
        private static final long serialVersionUID = 1L;

        Crash() {
            super("the node dies", null, false, false);
        }
    }

    /** One process of the application: what it remembers is gone when it dies. */
    private final class Node {
        private final List<MigrationService> services = new ArrayList<>();
        private final List<MigrationGate> gates = new ArrayList<>();
        private int life;

        void start() {
            life++;
            services.clear();
            gates.clear();
            for (Migration migration : scenario.migrations()) {
                MigrationService service = MigrationService.of(migration, watched, options);
                services.add(service);
                gates.add(MigrationGate.of(service));
            }
        }
    }

    /** A step under way. */
    private static final class Frame {
        private final Step step;
        private final int life;
        private final Deque<Integer> open = new ArrayDeque<>();
        private final Deque<Call> openCalls = new ArrayDeque<>();
        private int calls;
        private boolean disturbed;
        private boolean faulted;
        private @Nullable String runId;
        private @Nullable Quote confirmed;
        private final boolean haltedAtBegin;

        Frame(Step step, int life, boolean halted) {
            this.step = step;
            this.life = life;
            this.haltedAtBegin = halted;
        }

        Model.Work work() {
            return new Model.Work(step, haltedAtBegin, runId, confirmed);
        }
    }

    private static final Actor OPERATOR = Actor.operator("olga");
    private static final int PAGES_MAX = 300;
    private static final int RUNS_MAX = 100;

    private final Scenario scenario;
    private final HostApplication host;
    private final RunStore store;
    private final FaultyStore watched;
    private final SettableClock clock = SettableClock.at(Scenario.CUT_OFF.plus(Duration.ofDays(41)));
    private final MigrationOptions options;
    private final Model model;
    private final List<Node> nodes = new ArrayList<>();
    private final Deque<Frame> frames = new ArrayDeque<>();
    private final Map<String, Quote> seen = new HashMap<>();
    /** By migration, the run that was opened last. */
    private final Map<Integer, String> runs = new HashMap<>();

    private final List<String> told = new ArrayList<>();
    private long steps;

    World(Scenario scenario, HostApplication host, UnaryOperator<MigrationOptions> change) {
        this.scenario = scenario;
        this.host = host;
        this.store = (RunStore) host.store();
        this.watched = FaultyStore.around(store);
        // Users are remembered for so short a time that no thread has to look for rollbacks on other nodes.
        this.options = change.apply(
                MigrationOptions.defaults().withClock(clock).withKnownUsers(100_000, Duration.ofSeconds(2)));
        this.model = new Model(scenario, host, store, clock);
        // Of definitions that are read again once a second nobody can say when.
        Set<Call> calls = EnumSet.complementOf(EnumSet.of(Call.DEFINITIONS));
        calls.forEach(call -> {
            watch(call, false);
            watch(call, true);
        });
    }

    /** How many steps were made, those in between included. */
    long steps() {
        return steps;
    }

    /** What has happened, line by line. */
    List<String> told() {
        return told;
    }

    /** Runs all of it, and then in quiet to the end. */
    void run() {
        for (int place = 0; place < scenario.users().size() - scenario.late(); place++) {
            host.add(scenario.users().get(place));
            model.register(scenario.users().get(place));
        }
        if (scenario.refused() >= 0 && scenario.refused() < model.people()) {
            host.refuseChangesOf(model.person(scenario.refused()).id());
        }
        for (int i = 0; i < Scenario.NODES; i++) {
            Node node = new Node();
            nodes.add(node);
            node.start();
        }
        nodes.get(0).services.get(0).register(OPERATOR, "it begins");
        nodes.forEach(Node::start);
        model.look(new Model.Work(page(0), false, null, null));
        for (Step step : scenario.steps()) {
            if (step.isOfSecond() && !model.hasSecond()) {
                nodes.get(0).services.get(1).register(OPERATOR, "the next one begins");
                model.secondRegistered();
                // Nodes with the new version are started anew.
                nodes.forEach(Node::start);
            }
            perform(step);
        }
        end();
    }

    private void perform(Step step) {
        steps++;
        Node node = nodes.get(step.node());
        Frame frame = new Frame(step, node.life, model.isHalted(step.migration()));
        int line = told.size();
        String indent = "  ".repeat(frames.size());
        told.add(indent + describe(step));
        frames.push(frame);
        boolean confirms = step.kind() == Kind.CONFIRM || step.kind() == Kind.CONFIRM_ALTERED;
        Quote quote = confirms ? seen.get(tab(step)) : null;
        Expectation expected = new Expectation(scenario.setting(), model, step, quote);
        Object answer;
        try {
            answer = act(step, frame, node);
        } catch (Crash e) {
            frame.disturbed = true;
            answer = "the node has died";
        } catch (StoreException e) {
            unless(frame.disturbed || frame.faulted, 6, "nothing was in the way, and the answer is %s", e);
            frame.disturbed = true;
            answer = e;
        } catch (InvalidValueException | IllegalStateException e) {
            // A run that is not in the state for this; a store that throws something of its own.
            unless(isOfRuns(step.kind()) || frame.faulted, 9, "refused for no reason: %s", e);
            frame.disturbed = true;
            answer = e;
        } finally {
            frames.pop();
            Thread.interrupted();
        }
        told.set(line, told.get(line) + (answer == null ? "" : ": " + answer));
        model.look(frame.work());
        if (!frame.disturbed && answer != null) {
            expected.compareWith(answer, frame.faulted);
        }
        if (frames.isEmpty()) {
            model.stepIsOver();
        }
    }

    private static boolean isOfRuns(Kind kind) {
        return switch (kind) {
            case OPEN_RUN, OPEN_ROLLBACK, RUN_PAGE, PAGE_WHILE_LOCKED, PAUSE_RUN, RESUME_RUN, CANCEL_RUN -> true;
            default -> false;
        };
    }

    // What happens at a call of the store.

    private void watch(Call call, boolean after) {
        Runnable moment = () -> {
            watch(call, after);
            reached(call, after);
        };
        if (after) {
            watched.after(call, moment);
        } else {
            watched.before(call, moment);
        }
    }

    private void reached(Call call, boolean after) {
        // What the last fault has left, so that nobody sleeps where time is a clock's.
        Thread.interrupted();
        Frame frame = frames.peek();
        if (frame == null) {
            return;
        }
        int number = after ? closed(frame, call) : opened(frame, call);
        for (Meanwhile meanwhile : frame.step.meanwhile()) {
            if (meanwhile.call() == number && meanwhile.after() == after) {
                if (meanwhile.happening() instanceof Nested nested) {
                    frame.disturbed = true;
                    model.look(frame.work());
                    tell((after ? "after " : "before ") + "its call " + number + ", " + call + ":");
                    perform(nested.step());
                } else {
                    strike((Fault) meanwhile.happening(), frame, call, after, number);
                }
            }
        }
        if (nodes.get(frame.step.node()).life != frame.life) {
            throw new Crash();
        }
    }

    private static int opened(Frame frame, Call call) {
        frame.calls++;
        frame.open.push(frame.calls);
        frame.openCalls.push(call);
        return frame.calls;
    }

    /** Calls that have failed are open still; those inside are closed with the one outside. */
    private static int closed(Frame frame, Call call) {
        while (frame.openCalls.pop() != call) {
            frame.open.pop();
        }
        return frame.open.pop();
    }

    private void strike(Fault fault, Frame frame, Call call, boolean after, int number) {
        boolean writes = call != Call.FIND && call != Call.DECIDE && call != Call.SCAN && call != Call.ROLLOUT;
        RuntimeException failure = switch (fault) {
            case CRASH -> null;
            case TRANSIENT -> after && writes ? unknown() : failure(StoreException.Kind.TRANSIENT);
            case UNAVAILABLE -> after && writes ? unknown() : failure(StoreException.Kind.UNAVAILABLE);
            case OUTCOME_UNKNOWN -> writes ? unknown() : failure(StoreException.Kind.TRANSIENT);
            case REFUSED -> new IllegalStateException("refused by the store itself");
        };
        if (fault == Fault.REFUSED && (after || call != Call.COMMIT)) {
            return;
        }
        tell((after ? "after " : "before ") + "its call " + number + ", " + call + ": " + fault);
        frame.faulted = true;
        if (failure == null) {
            nodes.get(frame.step.node()).start();
            throw new Crash();
        }
        if (fault == Fault.REFUSED || fault == Fault.UNAVAILABLE) {
            frame.disturbed = true;
        }
        if (fault == Fault.REFUSED) {
            Person person = model.registered(frame.step.user());
            if (person != null) {
                person.mayFail = true;
            }
        }
        Thread.currentThread().interrupt();
        throw failure;
    }

    private static StoreException unknown() {
        return failure(StoreException.Kind.OUTCOME_UNKNOWN);
    }

    private static StoreException failure(StoreException.Kind kind) {
        return new StoreException(kind, "injected: " + kind, null);
    }

    // What is done.

    private @Nullable Object act(Step step, Frame frame, Node node) {
        MigrationService service = node.services.get(step.migration());
        String userId = scenario.users().get(step.user()).userId();
        return switch (step.kind()) {
            case REQUEST -> node.gates.get(step.migration()).check(userId);
            case DASHBOARD -> dashboard(step, service, userId);
            case CONFIRM, CONFIRM_ALTERED -> confirm(step, frame, service, userId);
            case MIGRATE -> service.migrate(userId);
            case OPEN_RUN -> openRun(step, service);
            case OPEN_ROLLBACK -> openRollback(step, service);
            case RUN_PAGE -> page(step, frame, service);
            case PAGE_WHILE_LOCKED -> pageWhileLocked(step, frame, service);
            case PAUSE_RUN ->
                latest(step)
                        .map(run -> service.runs()
                                .pause(run.id(), OPERATOR, "pause")
                                .state());
            case RESUME_RUN ->
                latest(step)
                        .map(run -> service.runs()
                                .resume(run.id(), OPERATOR, "go on")
                                .state());
            case CANCEL_RUN ->
                latest(step)
                        .map(run -> service.runs()
                                .cancel(run.id(), OPERATOR, "enough")
                                .state());
            case ROLL_BACK -> service.rollback(userId, paid(step), OPERATOR, "as it was");
            case REOPEN -> service.reopen(userId, OPERATOR, "again");
            case SET_ROLLOUT ->
                rollout(service, new Rollout(List.of(0, 5, 25, 60, 100, 100).get(step.amount() % 6), false));
            case HALT -> rollout(service, new Rollout(100, true));
            case PLAN -> plan(service);
            case RESTART -> {
                node.start();
                yield null;
            }
            default -> asHost(step);
        };
    }

    private @Nullable Object asHost(Step step) {
        if (step.kind() == Kind.CLOCK) {
            List<Integer> seconds = List.of(1, 59, 61, 3_600, 86_400, -30, -3_600);
            int jump = seconds.get(step.amount() % seconds.size());
            clock.advance(Duration.ofSeconds(jump));
            if (jump < 0) {
                model.clockWentBack();
            }
            return jump + " s";
        }
        Person person = model.registered(step.user());
        if (step.kind() == Kind.REGISTER) {
            return register();
        }
        if (person == null || person.deleted) {
            return "no such user";
        }
        // Whole credits at each of the rates, large or small.
        BigDecimal money = new BigDecimal(step.amount() % 2 == 0 ? "7500" : "7.5")
                .multiply(BigDecimal.valueOf(1 + step.amount() / 2 % 4));
        return switch (step.kind()) {
            case TOP_UP -> move(person, money, false);
            case SPEND -> move(person, money.negate(), false);
            case HOLD -> {
                boolean held = move(person, money.negate(), false);
                if (held) {
                    person.holds.push(money);
                }
                yield held;
            }
            case REFUND -> !person.holds.isEmpty() && move(person, person.holds.pop(), true);
            case OPERATE -> {
                host.addOperation(person.id(), clock.instant());
                person.operations.add(clock.instant());
                yield null;
            }
            case DELETE -> {
                host.deleteUser(person.id());
                person.deleted = true;
                yield null;
            }
            default -> throw new IllegalStateException("The host does not " + step.kind());
        };
    }

    private Object register() {
        int place = scenario.users().size() - scenario.late();
        if (scenario.late() == 0 || model.people() > place) {
            return "nobody is left to register";
        }
        host.add(scenario.users().get(place));
        model.register(scenario.users().get(place));
        if (scenario.refused() == place) {
            host.refuseChangesOf(model.person(place).id());
        }
        return model.person(place).id();
    }

    /** The host's part: money is priced at the rate that the user's credits are at, and nobody spends what is not there. */
    private boolean move(Person person, BigDecimal money, boolean isRefund) {
        BigDecimal credits = model.priced(person, money);
        boolean overdrawn =
                credits.signum() < 0 && person.creditsOrZero().add(credits).signum() < 0;
        // Under the rate limit there is no account to buy into once it was closed.
        boolean isClosed = scenario.setting() == Setting.GRANT
                && host.credits(person.id()) == null
                && person.tracks.stream().anyMatch(track -> track.linesSeen > 0);
        if (overdrawn || isClosed) {
            return false;
        }
        host.topUpCredits(person.id(), Credits.of(credits));
        model.moved(person, credits, isRefund);
        return true;
    }

    private Object dashboard(Step step, MigrationService service, String userId) {
        List<String> before = step.meanwhile().isEmpty() ? host.dump() : List.of();
        Optional<Quote> quote = service.quote(userId);
        quote.ifPresent(shown -> seen.put(tab(step), shown));
        Regime regime = service.regime(userId);
        unless(before.isEmpty() || before.equals(host.dump()), 8, "a dashboard has written something");
        return new Expectation.Shown(quote, regime);
    }

    private @Nullable Object confirm(Step step, Frame frame, MigrationService service, String userId) {
        Quote quote = seen.get(tab(step));
        if (quote == null) {
            return null;
        }
        if (step.kind() == Kind.CONFIRM_ALTERED) {
            quote = new Quote(
                    quote.migrationId(),
                    quote.userId(),
                    quote.attempt(),
                    quote.oldCredits(),
                    quote.newCredits().plus(Credits.of(1)),
                    quote.oldRate(),
                    quote.newRate(),
                    quote.takenAt());
        }
        frame.confirmed = quote;
        return service.confirm(userId, quote, Actor.user(userId));
    }

    private Optional<MigrationRun> latest(Step step) {
        return Optional.ofNullable(runs.get(step.migration()))
                .flatMap(id -> store.findRun(scenario.migrations().get(step.migration()), id));
    }

    private Object openRun(Step step, MigrationService service) {
        RunScope scope = List.of(
                        RunScope.everyone(),
                        RunScope.everyone(),
                        RunScope.zeroCreditsOnly(),
                        RunScope.failedOnly(),
                        RunScope.of("late-operations"))
                .get(step.amount() % 5);
        RunOptions terms = RunOptions.defaults().withScope(scope).withPageSize(1 + step.amount() % 3);
        MigrationRun run = service.runs().open(terms);
        model.runOpened(run.id());
        runs.put(step.migration(), run.id());
        return scope;
    }

    /** A run that takes back needs the halt switch on; whoever opens it has thought of that, or not. */
    private Object openRollback(Step step, MigrationService service) {
        if (step.amount() % 3 > 0) {
            service.halt(OPERATOR, "to be taken back");
        }
        RollbackOptions terms =
                RollbackOptions.defaults().withPaidCredits(paid(step)).withPageSize(1 + step.amount() % 3);
        MigrationRun run = service.runs().open(terms, OPERATOR, "all as it was");
        runs.put(step.migration(), run.id());
        return run.scope();
    }

    private static PaidCredits paid(Step step) {
        return step.amount() % 2 == 0 ? PaidCredits.REFUSE : PaidCredits.KEEP;
    }

    private Object page(Step step, Frame frame, MigrationService service) {
        MigrationRun run = latest(step)
                .filter(found ->
                        found.state() == MigrationRun.State.RUNNING || found.state() == MigrationRun.State.PAUSED)
                .orElse(null);
        if (run == null) {
            openRun(step, service);
            run = latest(step).orElseThrow();
        }
        frame.runId = run.id();
        return service.runs().step(run.id());
    }

    private Object pageWhileLocked(Step step, Frame frame, MigrationService service) {
        Person person = model.registered(step.user());
        if (person == null || person.deleted) {
            return page(step, frame, service);
        }
        try (AutoCloseable lock = host.lock(person.id())) {
            Object answer = page(step, frame, service);
            // Who was locked all the time may be given up for this run.
            person.in(step.migration()).dueSince = Long.MAX_VALUE;
            person.in(step.migration()).dueAtZeroSince = Long.MAX_VALUE;
            person.in(step.migration()).lateSince = Long.MAX_VALUE;
            return answer + " with " + person.id() + " locked by "
                    + lock.getClass().getSimpleName().length();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static Object rollout(MigrationService service, Rollout rollout) {
        service.rollout(rollout, OPERATOR, "as planned");
        return rollout;
    }

    private Object plan(MigrationService service) {
        List<String> before = host.dump();
        Frame frame = frames.element();
        MigrationPlan plan = service.plan(RunOptions.defaults().withPageSize(2));
        unless(frame.disturbed || before.equals(host.dump()), 8, "a plan has written something");
        return plan.tally();
    }

    /** Faults end, everything is switched on, and all that is left is done; then nothing changes any more. */
    private void end() {
        tell("and then in quiet:");
        Node node = nodes.get(0);
        node.start();
        for (int migration = 0; migration < scenario.migrations().size(); migration++) {
            endRuns(node, migration);
        }
        for (int migration = 0; migration < scenario.migrations().size(); migration++) {
            everybody(node, migration);
            perform(new Step(Kind.OPEN_RUN, 0, migration, 0, 0, List.of()));
            finish(page(migration));
            long left = model.due(migration, Status.MIGRATED);
            unless(left == 0, 1, "everything is done, and %d users are left", left);
            unless(!model.hasLateOperations(migration), 1, "everything is done, and operations are left");
        }
        for (Migration migration : scenario.migrations()) {
            Verification verification = MigrationService.of(migration, store).verify();
            unless(verification.isClean(), 4, "verification of %s finds %s", migration.id(), verification.found());
        }
        List<String> before = host.dump();
        for (int migration = 0; migration < scenario.migrations().size(); migration++) {
            perform(new Step(Kind.OPEN_RUN, 0, migration, 0, 0, List.of()));
            finish(page(migration));
        }
        unless(before.equals(host.dump()), 1, "running it again has changed something");
    }

    /** The runs that are under way come to their end; of those that take back, half are given up, so that something is left. */
    private void endRuns(Node node, int migration) {
        MigrationRuns all = node.services.get(migration).runs();
        for (MigrationRun run : store.runs(scenario.migrations().get(migration), RUNS_MAX)) {
            boolean takesBack = run.scope().isRollback();
            node.services.get(migration).rollout(new Rollout(100, takesBack), OPERATOR, "to its end");
            model.look(new Model.Work(page(migration), false, null, null));
            if (run.state() == MigrationRun.State.RUNNING && takesBack && scenario.seed() % 2 == 0) {
                all.cancel(run.id(), OPERATOR, "enough");
            } else if (run.state() == MigrationRun.State.PAUSED) {
                all.resume(run.id(), OPERATOR, "go on");
            }
            runs.put(migration, run.id());
            finish(page(migration));
        }
    }

    private void everybody(Node node, int migration) {
        node.services.get(migration).rollout(Rollout.EVERYBODY, OPERATOR, "everybody");
        model.look(new Model.Work(page(migration), false, null, null));
    }

    private static Step page(int migration) {
        return new Step(Kind.RUN_PAGE, 0, migration, 0, 0, List.of());
    }

    private void finish(Step step) {
        for (int page = 0; page < PAGES_MAX; page++) {
            boolean open = latest(step)
                    .filter(run -> run.state() == MigrationRun.State.RUNNING)
                    .isPresent();
            if (!open) {
                return;
            }
            perform(step);
        }
        throw new Violation(3, "a run does not come to its end");
    }

    /** Where a user's browser keeps the quote that was shown. */
    private static String tab(Step step) {
        return step.migration() + "/" + step.user();
    }

    // The story.

    private void tell(String line) {
        told.add("  ".repeat(frames.size()) + line);
    }

    private String describe(Step step) {
        String what = step.kind().name().toLowerCase(java.util.Locale.ROOT).replace('_', ' ');
        String whom =
                step.kind().hasUser() ? " " + scenario.users().get(step.user()).userId() : "";
        String where = step.kind().isHosts()
                ? step.kind() == Kind.RESTART ? " node " + step.node() : ""
                : " in " + scenario.migrations().get(step.migration()).id() + ", node " + step.node();
        return what + whom + where;
    }
}
