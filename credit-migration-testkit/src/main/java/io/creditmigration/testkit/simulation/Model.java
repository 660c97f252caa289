package io.creditmigration.testkit.simulation;

import static io.creditmigration.testkit.simulation.Violation.unless;

import io.creditmigration.Consent;
import io.creditmigration.CreditRate;
import io.creditmigration.Credits;
import io.creditmigration.JournalLine;
import io.creditmigration.Migration;
import io.creditmigration.MigrationResult.Status;
import io.creditmigration.MigrationRun;
import io.creditmigration.MigrationStatus;
import io.creditmigration.Quote;
import io.creditmigration.RollbackResult;
import io.creditmigration.Rollout;
import io.creditmigration.Trigger;
import io.creditmigration.UserMigration;
import io.creditmigration.spi.RunStore;
import io.creditmigration.spi.UserState;
import io.creditmigration.testkit.HostApplication;
import io.creditmigration.testkit.HostApplication.Setting;
import io.creditmigration.testkit.SeedUser;
import io.creditmigration.testkit.simulation.Person.Track;
import io.creditmigration.testkit.simulation.Step.Kind;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What has to be true, computed again from what the host did and from the lines of the journal, by arithmetic of its own: it calls
 * nothing of the library that decides. After each step it reads all tables and compares.
 */
final class Model {

    /** Who is at work while something changes, and what they were told to do. */
    record Work(
            Step step,
            boolean haltedAtBegin,
            @Nullable String runId,
            @Nullable Quote confirmed) {}

    private static final int RUNS_MAX = 100;
    private static final long REMEMBERED_SECONDS = 2;

    private final Scenario scenario;
    private final HostApplication host;
    private final RunStore store;
    private final Clock clock;
    private final List<Person> people = new ArrayList<>();
    private final List<Rollout> rollouts = new ArrayList<>();
    private final Map<String, Long> migratedByRun = new HashMap<>();
    private final Map<String, Long> rolledBackByRun = new HashMap<>();
    private final Map<String, Long> failedByRun = new HashMap<>();
    private final Map<String, Long> runOpenedAtLook = new HashMap<>();
    private boolean clockWentBack;
    private boolean hasSecond;
    private long looks;

    Model(Scenario scenario, HostApplication host, RunStore store, Clock clock) {
        this.scenario = scenario;
        this.host = host;
        this.store = store;
        this.clock = clock;
        scenario.migrations().forEach(migration -> rollouts.add(Rollout.EVERYBODY));
    }

    Person person(int place) {
        return people.get(place);
    }

    /** The user at this place of the scenario; null where none is registered yet. */
    @Nullable
    Person registered(int place) {
        return place < people.size() ? people.get(place) : null;
    }

    boolean isHalted(int migration) {
        return rollouts.get(migration).halted();
    }

    int people() {
        return people.size();
    }

    void register(SeedUser seed) {
        Person person = new Person(seed, scenario.migrations().size(), Arithmetic.firstRate(seed));
        if (seed.isFlagged()) {
            // Where a host has a second column for new credits, that of users it has flagged itself may be empty.
            Credits credits = host.credits(person.id());
            person.credits = credits == null ? null : credits.amount();
        }
        people.add(person);
    }

    void clockWentBack() {
        clockWentBack = true;
    }

    void runOpened(String runId) {
        runOpenedAtLook.putIfAbsent(runId, looks);
    }

    // What the host does.

    /** Credits that this money is for the user now; null where they would not fit a balance. */
    BigDecimal priced(Person person, BigDecimal money) {
        return scenario.setting() == Setting.GRANT
                ? money.movePointLeft(3)
                : money.divide(person.rate, Arithmetic.SCALE, RoundingMode.UNNECESSARY);
    }

    void moved(Person person, BigDecimal credits, boolean isRefund) {
        person.credits = person.creditsOrZero().add(credits);
        for (Track track : person.tracks) {
            track.moved = true;
            if (credits.signum() < 0) {
                track.spent = track.spent.subtract(credits);
            } else if (!isRefund) {
                track.bought = track.bought.add(credits);
            }
        }
    }

    // What is to be expected of the library.

    /** What becomes of the user if this trigger comes now and nothing interferes. */
    Status expected(int migration, Person person, Kind trigger, @Nullable Quote confirmed) {
        Track track = person.in(migration);
        boolean automatic = trigger == Kind.REQUEST || trigger == Kind.DASHBOARD;
        boolean retries = trigger == Kind.MIGRATE || trigger == Kind.CONFIRM || trigger == Kind.CONFIRM_ALTERED;
        if (person.deleted) {
            return Status.UNKNOWN_USER;
        }
        boolean born = Arithmetic.isBornIn(migration, person);
        if (track.completed() || (isInNewUnit(migration, person) && !(track.linesSeen == 0 && born))) {
            return Status.ALREADY_MIGRATED;
        }
        if (track.status == MigrationStatus.ROLLED_BACK) {
            return Status.ROLLED_BACK;
        }
        if (migration == 0 && hasSecond) {
            return Status.ENDED;
        }
        if (born) {
            return Status.NOT_SUBJECT;
        }
        if (converts() && person.seed.isExempt()) {
            return Status.EXEMPT;
        }
        if (track.status == MigrationStatus.FAILED && !retries) {
            return Status.FAILED_BEFORE;
        }
        if (rollouts.get(migration).halted()) {
            return Status.HALTED;
        }
        if (!isInside(migration, person)) {
            return Status.OUTSIDE_ROLLOUT;
        }
        BigDecimal credits = person.credits;
        if (credits == null && converts()) {
            return Status.ABSENT_BALANCE;
        }
        if (credits != null && credits.signum() < 0) {
            return Status.NEGATIVE_BALANCE;
        }
        boolean hasCredits = credits != null && credits.signum() > 0;
        boolean positive = hasCredits || person.seed.reserved().signum() > 0;
        boolean asks = consent(migration) == Consent.CONFIRM_POSITIVE;
        if (confirmed == null && positive && (asks || automatic)) {
            return Status.HAS_CREDITS;
        }
        if (confirmed != null && !(asks && hasCredits && isQuoteOf(migration, person, confirmed))) {
            return Status.QUOTE_CHANGED;
        }
        return isRefused(person) ? Status.FAILED : Status.MIGRATED;
    }

    /** By the row alone: by its rate, or by the host's flag where rows name none. */
    private boolean isInNewUnit(int migration, Person person) {
        if (!converts()) {
            return false;
        }
        if (!host.canConvertAgain()) {
            return person.seed.isFlagged();
        }
        return person.rate.compareTo(Arithmetic.newRate(migration)) == 0
                || (hasSecond && person.rate.compareTo(Arithmetic.newRate(1)) == 0);
    }

    /** The second migration is registered, and has begun: the first has ended. */
    void secondRegistered() {
        hasSecond = true;
    }

    boolean hasSecond() {
        return hasSecond;
    }

    /** Whether the user has something to confirm now. */
    boolean hasQuote(int migration, Person person) {
        return expected(migration, person, Kind.DASHBOARD, null) == Status.HAS_CREDITS
                && consent(migration) == Consent.CONFIRM_POSITIVE
                && person.creditsOrZero().signum() > 0;
    }

    boolean isQuoteOf(int migration, Person person, Quote quote) {
        return quote.userId().equals(person.id())
                && quote.attempt() == person.in(migration).attempt
                && isSame(quote.oldCredits(), person.credits)
                && isSame(quote.newCredits(), Arithmetic.converted(migration, person))
                && isSame(quote.oldRate(), person.rate)
                && isSame(quote.newRate(), Arithmetic.newRate(migration));
    }

    /** Whether a node may still take the user for one who is migrated, because it remembers. */
    boolean mayBeRemembered(int migration, Person person) {
        Track track = person.in(migration);
        if (track.settled || track.unsettledInThisStep) {
            return true;
        }
        return track.unsettledAt != null
                && (clockWentBack
                        || Duration.between(track.unsettledAt, clock.instant()).toSeconds() < REMEMBERED_SECONDS);
    }

    /** The outermost step is over: what a node remembers is no younger than this. */
    void stepIsOver() {
        for (Person person : people) {
            for (Track track : person.tracks) {
                if (track.unsettledInThisStep) {
                    track.unsettledInThisStep = false;
                    track.unsettledAt = clock.instant();
                }
            }
        }
    }

    /** How many users a run of everybody would bring to this now. */
    long due(int migration, Status status) {
        return people.stream()
                .filter(person -> expected(migration, person, Kind.RUN_PAGE, null) == status)
                .count();
    }

    /** Whether an operation of a user who is migrated should be in the history and is not. */
    boolean hasLateOperations(int migration) {
        return !converts()
                && people.stream()
                        .anyMatch(person -> !person.deleted && person.hasLateOperations(person.in(migration)));
    }

    // What is compared with the tables.

    /** Reads everything; what has changed since the last look was done by this work. */
    void look(Work work) {
        looks++;
        for (int migration = 0; migration < scenario.migrations().size(); migration++) {
            Migration definition = scenario.migrations().get(migration);
            for (Person person : people) {
                lookAtJournal(migration, definition, person, work);
            }
            rollouts.set(migration, store.rollout(definition));
        }
        for (Person person : people) {
            lookAtNumbers(person);
            if (!person.deleted) {
                lookAtTables(person);
            }
            for (int migration = 0; migration < person.tracks.size(); migration++) {
                lookAtStanding(migration, person);
            }
        }
        lookAtRuns();
    }

    private void lookAtJournal(int migration, Migration definition, Person person, Work work) {
        List<JournalLine> lines = store.log(definition, person.id());
        Track track = person.in(migration);
        unless(lines.size() >= track.linesSeen, 3, "lines of %s have gone from the journal", person.id());
        for (JournalLine line : lines.subList(track.linesSeen, lines.size())) {
            track.linesSeen++;
            unless(!person.deleted, 3, "%s is deleted, and the journal says %s", person.id(), line);
            switch (line.kind()) {
                case MIGRATED -> migrated(migration, person, line, work);
                case FAILED -> failed(migration, person, line, work);
                case ROLLED_BACK -> rolledBack(migration, person, line, work);
                case REOPENED -> reopened(migration, person, line, work);
                case CAUGHT_UP -> caughtUp(migration, person, line, work);
                case RECONCILED ->
                    unless(false, 3, "nobody has reconciled %s, and the journal says %s", person.id(), line);
            }
            lookAtLine(migration, person, line, work);
            unless(person.numbers.add(line.number()), 1, "two lines of %s have the number of %s", person.id(), line);
        }
        if (person.deleted) {
            return;
        }
        UserState state = store.find(definition, person.id()).orElse(null);
        unless(state != null, 3, "%s cannot be found", person.id());
        UserMigration record = state == null ? null : state.record();
        unless(
                record == null ? track.linesSeen == 0 : isWhatLinesSay(record, track),
                3,
                "the journal leaves %s %s in attempt %d, and what is read is %s",
                person.id(),
                track.status,
                track.attempt,
                record);
    }

    /** What a line carries, whatever it was written for. */
    private void lookAtLine(int migration, Person person, JournalLine line, Work work) {
        Track track = person.in(migration);
        JournalLine.Standing standing = line.standing();
        unless(
                standing.status() == track.status
                        && standing.attempt() == track.attempt
                        && standing.copied() == track.copied.size()
                        && standing.figuresLine() == track.figuresLine
                        && isSame(standing.consumed(), track.consumed),
                3,
                "%s is %s in attempt %d, has consumed %s, copied %d and the figures of line %d, and the line says %s",
                person.id(),
                track.status,
                track.attempt,
                track.consumed,
                track.copied.size(),
                track.figuresLine,
                line);
        unless(
                line.trigger() == trigger(work),
                9,
                "%s has written %s",
                work.step().kind(),
                line);
    }

    private static Trigger trigger(Work work) {
        return switch (work.step().kind()) {
            case REQUEST -> Trigger.REQUEST;
            case CONFIRM, CONFIRM_ALTERED -> Trigger.CONFIRMATION;
            case MIGRATE, ROLL_BACK, REOPEN -> Trigger.OPERATOR;
            default -> Trigger.RUN;
        };
    }

    private boolean isWhatLinesSay(UserMigration record, Track track) {
        BigDecimal granted = converts() || track.figuresLine == 0 ? BigDecimal.ZERO : track.granted;
        return track.linesSeen > 0
                && record.status() == track.status
                && record.attempt() == track.attempt
                && record.historicalOperations() == track.copied.size()
                && isSame(record.creditsConsumed(), track.consumed)
                && isSame(record.creditsGranted(), granted)
                && (!track.completed() || record.changedAt().equals(track.migratedAt));
    }

    /** Lines are numbered over all migrations. */
    private static void lookAtNumbers(Person person) {
        int last = person.numbers.stream().max(Integer::compareTo).orElse(0);
        unless(last == person.numbers.size(), 1, "the lines of %s have the numbers %s", person.id(), person.numbers);
    }

    private void failed(int migration, Person person, JournalLine line, Work work) {
        Track track = person.in(migration);
        unless(
                track.status == MigrationStatus.PENDING || track.status == MigrationStatus.FAILED,
                7,
                "%s was %s, and the journal says %s",
                person.id(),
                track.status,
                line);
        unless(person.mayFail || isRefused(person), 7, "%s is FAILED for no reason: %s", person.id(), line);
        track.status = MigrationStatus.FAILED;
        track.figuresLine = 0;
        if (work.runId() != null) {
            failedByRun.merge(work.runId(), 1L, Long::sum);
        }
    }

    private static void caughtUp(int migration, Person person, JournalLine line, Work work) {
        Track track = person.in(migration);
        unless(
                track.completed() && work.runId() != null && person.copyOperations(track) > 0,
                1,
                "%s is %s, all of %s's operations are in the history, and %s has written %s",
                person.id(),
                track.status,
                person.id(),
                work.step().kind(),
                line);
    }

    private void migrated(int migration, Person person, JournalLine line, Work work) {
        Track track = person.in(migration);
        unless(
                (track.status == MigrationStatus.PENDING || track.status == MigrationStatus.FAILED)
                        && line.attempt() == track.attempt,
                1,
                "%s is %s in attempt %d, and the journal says %s",
                person.id(),
                track.status,
                track.attempt,
                line);
        Kind trigger = work.step().kind();
        // Who failed before is tried again where an operator has asked for it: by a run of failed users, for one.
        Kind as = trigger == Kind.RUN_PAGE || trigger == Kind.PAGE_WHILE_LOCKED ? Kind.MIGRATE : trigger;
        Status allowed = expected(migration, person, as, work.confirmed());
        unless(
                allowed == Status.MIGRATED,
                guarantee(allowed),
                "%s was migrated by %s, where the answer should have been %s: %s",
                person.id(),
                trigger,
                allowed,
                line);
        unless(
                isSame(line.oldCredits(), person.credits),
                2,
                "%s had %s, and the journal says %s",
                person.id(),
                person.credits,
                line);
        BigDecimal after;
        if (converts()) {
            after = Arithmetic.converted(migration, person);
            unless(
                    isSame(line.oldRate(), person.rate) && isSame(line.newRate(), Arithmetic.newRate(migration)),
                    2,
                    "the credits of %s were at %s, and the journal says %s",
                    person.id(),
                    person.rate,
                    line);
            BigDecimal residual = person.creditsOrZero()
                    .multiply(person.rate)
                    .subtract(after.multiply(Arithmetic.newRate(migration)));
            unless(line.residual().compareTo(residual) == 0, 4, "the residual is %s, not as in %s", residual, line);
            track.oldRate = person.rate;
            person.rate = Arithmetic.newRate(migration);
        } else {
            BigDecimal granted = amount(line.newCredits()).subtract(person.creditsOrZero());
            BigDecimal allocated = Arithmetic.allocated(migration, person);
            unless(
                    granted.signum() >= 0 && track.kept.add(granted).compareTo(allocated) <= 0,
                    5,
                    "%s has kept %s of earlier attempts and is granted %s; one grant is %s",
                    person.id(),
                    track.kept,
                    granted,
                    allocated);
            unless(
                    granted.compareTo(allocated.subtract(track.kept).max(BigDecimal.ZERO)) == 0,
                    4,
                    "%s is granted %s, has kept %s, and the policy says %s",
                    person.id(),
                    granted,
                    track.kept,
                    allocated);
            after = person.creditsOrZero().add(granted);
            track.granted = granted;
            track.nothing += granted.signum() == 0 ? 1 : 0;
            track.kept = track.kept.add(granted);
        }
        unless(isSame(line.newCredits(), after), 4, "%s should have %s after %s", person.id(), after, line);
        track.oldCredits = person.credits;
        track.newCredits = after;
        track.bought = BigDecimal.ZERO;
        track.spent = BigDecimal.ZERO;
        track.moved = false;
        track.status = MigrationStatus.COMPLETED;
        track.migratedAt = line.at();
        track.figuresLine = line.number();
        if (!converts()) {
            person.copyOperations(track);
        }
        person.credits = after;
        movedForOthers(person, track);
        if (work.runId() != null) {
            migratedByRun.merge(work.runId(), 1L, Long::sum);
        }
    }

    /** Which guarantee is broken by migrating a user who should have been answered this. */
    private static int guarantee(Status allowed) {
        return switch (allowed) {
            case HAS_CREDITS, QUOTE_CHANGED -> 2;
            case FAILED -> 3;
            default -> 9;
        };
    }

    private void rolledBack(int migration, Person person, JournalLine line, Work work) {
        Track track = person.in(migration);
        unless(
                isTakingBack(work, migration) && track.completed() && line.attempt() == track.attempt,
                1,
                "%s is %s, and %s has written %s",
                person.id(),
                track.status,
                work.step().kind(),
                line);
        unless(!person.isSuperseded(migration), 5, "a conversion that is not the latest was taken back: %s", line);
        unless(
                isSame(line.oldCredits(), person.credits),
                2,
                "%s had %s, and the journal says %s",
                person.id(),
                person.credits,
                line);
        BigDecimal restored = line.newCredits() == null ? null : amount(line.newCredits());
        if (converts()) {
            unless(
                    restored != null && restored.compareTo(Arithmetic.takenBack(migration, person)) == 0,
                    5,
                    "%s should be taken back to %s, not as in %s",
                    person.id(),
                    Arithmetic.takenBack(migration, person),
                    line);
            BigDecimal residual = person.creditsOrZero()
                    .multiply(person.rate)
                    .subtract(amount(line.newCredits()).multiply(track.oldRate));
            unless(line.residual().compareTo(residual) == 0, 4, "the residual is %s, not as in %s", residual, line);
            person.rate = track.oldRate;
        } else {
            checkGrantTakenBack(person, track, restored, line);
        }
        if (work.runId() != null) {
            rolledBackByRun.merge(work.runId(), 1L, Long::sum);
        }
        person.credits = restored;
        track.status = MigrationStatus.ROLLED_BACK;
        movedForOthers(person, track);
    }

    /** A balance that another migration has written is no longer as this one left it. */
    private static void movedForOthers(Person person, Track written) {
        for (Track track : person.tracks) {
            track.moved |= track != written;
        }
    }

    /** What is withdrawn is free, and part of the grant; what was bought stays, where free credits are spent first. */
    private void checkGrantTakenBack(Person person, Track track, @Nullable BigDecimal restored, JournalLine line) {
        if (!track.moved) {
            unless(
                    isSame(restored, track.oldCredits),
                    5,
                    "%s is untouched and had %s, not as in %s",
                    person.id(),
                    track.oldCredits,
                    line);
        }
        BigDecimal left = restored == null ? BigDecimal.ZERO : restored;
        BigDecimal withdrawn = person.creditsOrZero().subtract(left);
        BigDecimal beyondGrant = track.spent.subtract(track.granted).max(BigDecimal.ZERO);
        BigDecimal paid = (track.oldCredits == null ? BigDecimal.ZERO : track.oldCredits)
                .add(track.bought)
                .subtract(beyondGrant);
        unless(
                withdrawn.signum() >= 0 && withdrawn.compareTo(track.granted) <= 0,
                5,
                "%s is withdrawn from %s, of a grant of %s",
                withdrawn,
                person.id(),
                track.granted);
        unless(left.compareTo(paid) >= 0, 5, "%s has paid for %s and is left %s", person.id(), paid, left);
        track.nothing += withdrawn.signum() == 0 ? 1 : 0;
        track.kept = track.kept.subtract(withdrawn);
        track.consumed = track.kept;
    }

    /** By an operator's act on this user, or by a run that takes many back: its pages begin only with the halt switch on. */
    private boolean isTakingBack(Work work, int migration) {
        boolean byRun = work.runId() != null
                && (work.haltedAtBegin() || isHalted(migration))
                && store.findRun(scenario.migrations().get(migration), work.runId())
                        .orElseThrow()
                        .scope()
                        .isRollback();
        return work.step().kind() == Kind.ROLL_BACK || byRun;
    }

    private static void reopened(int migration, Person person, JournalLine line, Work work) {
        Track track = person.in(migration);
        unless(
                work.step().kind() == Kind.REOPEN
                        && track.status == MigrationStatus.ROLLED_BACK
                        && line.attempt() == track.attempt + 1,
                1,
                "%s is %s in attempt %d, and %s has written %s",
                person.id(),
                track.status,
                track.attempt,
                work.step().kind(),
                line);
        track.status = MigrationStatus.PENDING;
        track.attempt++;
        track.figuresLine = 0;
    }

    private void lookAtTables(Person person) {
        Credits credits = host.credits(person.id());
        unless(
                isSame(credits == null ? null : credits.amount(), person.credits),
                2,
                "%s should have %s and has %s",
                person.id(),
                person.credits,
                credits);
        boolean flagged = person.isMigrated() || person.seed.isFlagged();
        // Of who signed up at a later rate, that rate is the marker where rows name it.
        unless(
                host.flagged(person.id()) == flagged || (!flagged && person.seed.rate() != null),
                3,
                "the marker of %s should be set: %s",
                person.id(),
                flagged);
        unless(
                host.refCredits(person.id()).equals(person.seed.refCredits()),
                2,
                "the referral credits of %s are %s",
                person.id(),
                host.refCredits(person.id()));
        Integer limit = converts() || !person.isMigrated() ? (Integer) person.seed.rateLimit() : null;
        unless(
                Objects.equals(host.rateLimit(person.id()), limit),
                5,
                "the rate limit of %s should be %s and is %s",
                person.id(),
                limit,
                host.rateLimit(person.id()));
        if (!converts()) {
            lookAtHistory(person);
        }
    }

    private void lookAtHistory(Person person) {
        List<Credits> entries = host.history(person.id());
        long copied = entries.stream().filter(entry -> entry.signum() == 0).count();
        long expected =
                person.tracks.stream().mapToLong(track -> track.copied.size()).sum();
        // A grant of nothing has an entry of zero as well.
        long nothing = person.tracks.stream().mapToLong(track -> track.nothing).sum();
        unless(
                copied == expected + nothing,
                1,
                "%d operations of %s should be in the history, and %d are",
                expected,
                person.id(),
                copied - nothing);
        BigDecimal sum = entries.stream().map(Credits::amount).reduce(BigDecimal.ZERO, BigDecimal::add);
        BigDecimal kept = person.tracks.stream().map(track -> track.kept).reduce(BigDecimal.ZERO, BigDecimal::add);
        unless(sum.compareTo(kept) == 0, 4, "the history of %s adds up to %s, not %s", person.id(), sum, kept);
    }

    private void lookAtStanding(int migration, Person person) {
        Track track = person.in(migration);
        Status byRun = expected(migration, person, Kind.RUN_PAGE, null);
        track.dueSince = byRun == Status.MIGRATED ? Math.min(track.dueSince, looks) : Long.MAX_VALUE;
        boolean dueAtZero = byRun == Status.MIGRATED
                && person.creditsOrZero().signum() == 0
                && person.seed.reserved().signum() <= 0;
        track.dueAtZeroSince = dueAtZero ? Math.min(track.dueAtZeroSince, looks) : Long.MAX_VALUE;
        boolean isLate = !converts() && !person.deleted && person.hasLateOperations(track);
        track.lateSince = isLate ? Math.min(track.lateSince, looks) : Long.MAX_VALUE;
        boolean settled = switch (byRun) {
            case ALREADY_MIGRATED, NOT_SUBJECT, EXEMPT, ENDED -> true;
            default -> false;
        };
        track.unsettledInThisStep |= track.settled && !settled;
        track.settled = settled;
    }

    /** A run's figures are those of its pages, and a finished run has skipped nobody. */
    private void lookAtRuns() {
        for (int migration = 0; migration < scenario.migrations().size(); migration++) {
            for (MigrationRun run : store.runs(scenario.migrations().get(migration), RUNS_MAX)) {
                long migrated = migratedByRun.getOrDefault(run.id(), 0L);
                unless(
                        run.count(Status.MIGRATED) == migrated,
                        3,
                        "a run has migrated %d users, and its figures say %s",
                        migrated,
                        run.outcomes());
                long rolledBack = rolledBackByRun.getOrDefault(run.id(), 0L);
                long failed = failedByRun.getOrDefault(run.id(), 0L);
                // Who fails again as before gets no further line.
                unless(
                        run.count(Status.FAILED) >= failed,
                        3,
                        "%d users have failed in a run, and its figures say %s",
                        failed,
                        run.outcomes());
                unless(
                        run.count(RollbackResult.Status.ROLLED_BACK) == rolledBack,
                        3,
                        "a run has taken back %d users, and its figures say %s",
                        rolledBack,
                        run.tally());
                if (run.state() == MigrationRun.State.FINISHED) {
                    checkNobodySkipped(migration, run);
                }
            }
        }
    }

    private void checkNobodySkipped(int migration, MigrationRun run) {
        Long opened = runOpenedAtLook.remove(run.id());
        if (opened == null) {
            return;
        }
        for (Person person : people) {
            Track track = person.in(migration);
            long since = switch (run.scope().kind()) {
                case EVERYONE -> track.dueSince;
                case ZERO_CREDITS -> track.dueAtZeroSince;
                default -> Long.MAX_VALUE;
            };
            unless(since > opened, 3, "a run over %s is finished and has skipped %s", run.scope(), person.id());
            boolean catchesUp = switch (run.scope().kind()) {
                case EVERYONE, LATE_OPERATIONS -> true;
                default -> false;
            };
            unless(
                    !catchesUp || track.lateSince > opened,
                    3,
                    "a run over %s is finished and has left operations of %s out of the history",
                    run.scope(),
                    person.id());
        }
    }

    // Arithmetic of its own.

    private boolean converts() {
        return scenario.setting() == Setting.CONVERSION;
    }

    private Consent consent(int migration) {
        return scenario.migrations().get(migration).consent();
    }

    private boolean isRefused(Person person) {
        return scenario.refused() >= 0
                && scenario.users().get(scenario.refused()).userId().equals(person.id());
    }

    private boolean isInside(int migration, Person person) {
        int percent = rollouts.get(migration).percent();
        String migrationId = scenario.migrations().get(migration).id();
        return percent == 100 || Arithmetic.bucket(migrationId + '\0' + person.id()) < percent * 100;
    }

    private static BigDecimal amount(@Nullable Credits credits) {
        return credits == null ? BigDecimal.ZERO : credits.amount();
    }

    private boolean isSame(@Nullable Credits one, @Nullable BigDecimal other) {
        return isSame(one == null ? null : one.amount(), other);
    }

    private static boolean isSame(@Nullable CreditRate one, BigDecimal other) {
        return one != null && one.perCredit().compareTo(other) == 0;
    }

    /** A conversion tells no balance from zero; to a grant an account that was closed is as good as none, or as an empty one. */
    private boolean isSame(@Nullable BigDecimal one, @Nullable BigDecimal other) {
        if (one == null || other == null) {
            return (one == null && other == null)
                    || (!converts() && (one == null || one.signum() == 0) && (other == null || other.signum() == 0));
        }
        return one.compareTo(other) == 0;
    }
}
