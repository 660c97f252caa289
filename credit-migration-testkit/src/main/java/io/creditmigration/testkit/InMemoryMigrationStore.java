package io.creditmigration.testkit;

import io.creditmigration.Actor;
import io.creditmigration.Barrier;
import io.creditmigration.ChainResult;
import io.creditmigration.CreditRate;
import io.creditmigration.Credits;
import io.creditmigration.DeadLetter;
import io.creditmigration.InvalidValueException;
import io.creditmigration.JournalLine;
import io.creditmigration.Migration;
import io.creditmigration.MigrationResult;
import io.creditmigration.MigrationRun;
import io.creditmigration.MigrationStatus;
import io.creditmigration.Notice;
import io.creditmigration.NoticeKind;
import io.creditmigration.RollbackResult;
import io.creditmigration.Rollout;
import io.creditmigration.RunEvent;
import io.creditmigration.RunScope;
import io.creditmigration.RunSettings;
import io.creditmigration.Seal;
import io.creditmigration.Tally;
import io.creditmigration.UsageWindow;
import io.creditmigration.UserMigration;
import io.creditmigration.spi.AuditStore;
import io.creditmigration.spi.Cause;
import io.creditmigration.spi.CommitResult;
import io.creditmigration.spi.Evidence;
import io.creditmigration.spi.HostShape;
import io.creditmigration.spi.JournalFigures;
import io.creditmigration.spi.NoticeStore;
import io.creditmigration.spi.Page;
import io.creditmigration.spi.PageWork;
import io.creditmigration.spi.Registration;
import io.creditmigration.spi.Registration.Place;
import io.creditmigration.spi.RunRequest;
import io.creditmigration.spi.RunStore;
import io.creditmigration.spi.SealWork;
import io.creditmigration.spi.SealedRow;
import io.creditmigration.spi.StoredDefinition;
import io.creditmigration.spi.StoredRow;
import io.creditmigration.spi.Totals;
import io.creditmigration.spi.Unrecorded;
import io.creditmigration.spi.UserChange;
import io.creditmigration.spi.UserState;
import io.creditmigration.testkit.AccountWriter.RejectedException;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A store in memory for the tests of a host: as honest as a database, and seeded and asserted in five lines.
 *
 * <pre>{@code
 * var store = InMemoryMigrationStore.with(user("ann").credits("0").refCredits("7.5"), user("bob").credits("50"));
 * assertThat(MigrationService.of(rate2500, store).autoMigrateIfZeroCredits("ann").status()).isEqualTo(MIGRATED);
 * assertThat(store.refCredits("ann")).isEqualTo(Credits.of("7.5"));
 * }</pre>
 *
 * <p>After the SPI comes what the host does to its own tables, and what tests look at. A user's marker is null, {@code "*"}
 * where the host flagged the user itself, or the id of the migration that set it. A grant clears the user's rate limit, which
 * a rollback puts back.
 *
 * <p>Thread-safe: one monitor stands for the database, and is never held while a caller's code runs. Users are in the order
 * of their ids' code points. A user's row can be {@linkplain #lock locked} as by a transaction of the host.
 */
public final class InMemoryMigrationStore implements RunStore, NoticeStore, AuditStore {

    private static final int USUAL_SCALE = 4;
    private static final long ROW_WAIT_MILLIS_MAX = 100;
    private static final long HOST_WAIT_MILLIS_MAX = 30_000;
    private static final Comparator<String> BY_CODE_POINT =
            (a, b) -> Arrays.compare(a.codePoints().toArray(), b.codePoints().toArray());

    private final int balanceScale;
    private final AccountWriter writer;
    private final long pageWaitMillisMax;
    private final Object database = new Object();
    private final NavigableMap<String, Account> accounts = new TreeMap<>(BY_CODE_POINT);
    private volatile @Nullable Supplier<Instant> clock;
    private final ChainBook chain = new ChainBook(this::now, () -> this.rates);
    private final AccountReader reader = new AccountReader(chain);
    private final Map<String, Rollout> rollouts = new HashMap<>();

    /** What has passed the halt switch and has not ended, each an object of its own. */
    private final Map<Object, InFlight> inFlight = new HashMap<>();

    private final Map<String, Long> epochs = new HashMap<>();
    private final Map<String, List<RunEvent>> events = new TreeMap<>();
    private final Map<String, StoredRun> runs = new LinkedHashMap<>();
    private final Set<String> lockedUsers = new HashSet<>();
    private final Set<String> refusedUsers = new HashSet<>();
    private final Outbox outbox = new Outbox();
    private boolean rates;
    private boolean knowsPurchases;
    private final AccountAudit audit = new AccountAudit(reader);
    private final Map<String, SealBook> seals = new TreeMap<>();

    private record InFlight(String migrationId, String words) {}

    /** For the tests of this module, which break a step of the writer, or let pages wait for locked users. */
    InMemoryMigrationStore(int balanceScale, AccountWriter writer, long pageWaitMillisMax) {
        if (balanceScale < 0 || balanceScale > Credits.SCALE_MAX) {
            throw new InvalidValueException("balance scale", balanceScale, "0 to " + Credits.SCALE_MAX);
        }
        this.balanceScale = balanceScale;
        this.writer = writer;
        this.pageWaitMillisMax = pageWaitMillisMax;
    }

    /** A store with these users, whose balances have 4 decimals. */
    public static InMemoryMigrationStore with(SeedUser... users) {
        return ofScale(USUAL_SCALE, users);
    }

    /** A store with these users, whose balances have so many decimals, 0 to 18. */
    public static InMemoryMigrationStore ofScale(int balanceScale, SeedUser... users) {
        InMemoryMigrationStore store = new InMemoryMigrationStore(balanceScale, new AccountWriter(), 0);
        store.add(users);
        return store;
    }

    /**
     * A store whose rows name the rate of their balance, as with a rate column that is mapped in a database. A user of whom
     * no rate is said is UNKNOWN_RATE.
     */
    public static InMemoryMigrationStore withRates(SeedUser... users) {
        InMemoryMigrationStore store = with(users);
        store.nameRates();
        return store;
    }

    /** From now on rows name the rate of their balance; before any migration is opened. */
    void nameRates() {
        rates = true;
    }

    @Override
    public String mapping() {
        return "in memory; balance at " + balanceScale + " decimals";
    }

    @Override
    public HostShape shape() {
        return new HostShape(balanceScale, HostShape.UNBOUNDED, rates, /* registrations= */ true);
    }

    @Override
    public List<StoredDefinition> definitions() {
        synchronized (database) {
            return List.copyOf(chain.all());
        }
    }

    @Override
    public void register(Migration migration, Cause cause) {
        synchronized (database) {
            if (writer.register(chain, migration)) {
                tell(migration, null, "REGISTERED", cause);
            }
        }
    }

    @Override
    public ChainResult postpone(Migration migration, Duration by, Cause cause) {
        synchronized (database) {
            ChainResult result = seals.containsKey(migration.id())
                            && !sealsOf(migration).seals().isEmpty()
                    ? ChainResult.of(ChainResult.Status.SEALED)
                    : chain.postpone(migration, by);
            if (result.isDone()) {
                tell(migration, null, "POSTPONED by " + by, cause);
            }
            return result;
        }
    }

    @Override
    public ChainResult withdraw(Migration migration, Cause cause) {
        synchronized (database) {
            long completed = lastLines(migration).getOrDefault(MigrationStatus.COMPLETED, 0L);
            if (completed > 0) {
                return new ChainResult(ChainResult.Status.HAS_MIGRATED_USERS, completed + " users are COMPLETED");
            }
            long inNewUnit = rates || migration.conversion().isEmpty() || !chain.hasBegun(migration)
                    ? 0
                    : accounts.values().stream()
                            .filter(account -> isInNewUnit(migration, account))
                            .count();
            if (inNewUnit > 0) {
                return new ChainResult(
                        ChainResult.Status.ROWS_IN_NEW_UNIT,
                        inNewUnit + " users are flagged or registered since, and have a balance");
            }
            ChainResult result = chain.withdraw(migration);
            if (result.isDone()) {
                migration.follows().ifPresent(earlier -> epochs.merge(earlier, 1L, Long::sum));
                tell(migration, null, "WITHDRAWN", cause);
            }
            return result;
        }
    }

    /** Without a rate nothing but the flag and the registration tells the unit of a row. */
    private static boolean isInNewUnit(Migration migration, Account account) {
        boolean since = account.registeredAt != null && !account.registeredAt.isBefore(migration.newcomersFrom());
        return !account.deleted
                && AccountWriter.orZero(account.credits).signum() != 0
                && (account.marker != null || since);
    }

    /** The clock of the store; unless a test says another, it stands at the latest instant that some migration waits for. */
    private Instant now() {
        Supplier<Instant> given = clock;
        return given == null
                ? chain.all().stream()
                        .map(definition -> definition.schedule().beginsAt())
                        .max(Instant::compareTo)
                        .orElse(Instant.MAX)
                : given.get();
    }

    /** From now on the store has this clock: what a database's is beside the clocks of its nodes. */
    public InMemoryMigrationStore withClock(Clock newClock) {
        clock = newClock::instant;
        return this;
    }

    @Override
    public Optional<UserState> find(Migration migration, String userId) {
        synchronized (database) {
            return Optional.ofNullable(accounts.get(userId))
                    .filter(account -> !account.deleted)
                    .map(account -> state(migration, account, false));
        }
    }

    @Override
    public CommitResult commit(Migration migration, UserChange change) {
        Object transaction = new Object();
        synchronized (database) {
            try {
                writer.checkDefinition(chain.all(), migration);
                CommitResult refusal = enter(migration, change, transaction);
                if (refusal != null) {
                    return refusal;
                }
                if (!rowIsFreeWithin(ROW_WAIT_MILLIS_MAX, change.line().userId())) {
                    return CommitResult.of(CommitResult.Status.LOCKED);
                }
                Map<String, Account> drafts = new HashMap<>();
                CommitResult result = write(migration, change, null, drafts);
                publish(migration, drafts);
                return result;
            } catch (RejectedException e) {
                return CommitResult.rejected(String.valueOf(e.getMessage()));
            } finally {
                leave(transaction);
            }
        }
    }

    /** Passes the halt switch and is in flight from then on; null, or why it may not. */
    private @Nullable CommitResult enter(Migration migration, UserChange change, Object transaction) {
        Rollout rollout = rollout(migration);
        Registration registration = chain.registration(migration, rollout);
        if (registration.place() == Place.UNREGISTERED) {
            return CommitResult.of(CommitResult.Status.NOT_REGISTERED);
        }
        if (change.kind() != UserChange.Kind.MIGRATE) {
            return null;
        }
        String userId = change.line().userId();
        if (!migration.schedule().equals(registration.schedule())) {
            return CommitResult.of(CommitResult.Status.STALE);
        }
        if (registration.place() == Place.WITHDRAWN) {
            return CommitResult.of(CommitResult.Status.WITHDRAWN);
        }
        if (!chain.hasBegun(migration)) {
            return CommitResult.of(CommitResult.Status.NOT_BEGUN);
        }
        if (registration.place() == Place.ENDED) {
            return CommitResult.of(CommitResult.Status.ENDED);
        }
        if (rollout.halted()) {
            return CommitResult.of(CommitResult.Status.HALTED);
        }
        if (!rollout.includes(migration.id(), userId)) {
            return CommitResult.of(CommitResult.Status.OUTSIDE_ROLLOUT);
        }
        inFlight.put(transaction, new InFlight(migration.id(), "a transaction that migrates user " + userId));
        return null;
    }

    private void leave(Object transaction) {
        if (inFlight.remove(transaction) != null) {
            database.notifyAll();
        }
    }

    @Override
    public Barrier drain(Migration migration, Duration max) {
        synchronized (database) {
            Map<Object, InFlight> before = new HashMap<>(inFlight);
            before.values().removeIf(other -> !other.migrationId().equals(migration.id()));
            isSoWithin(max.toMillis(), () -> {
                before.keySet().retainAll(inFlight.keySet());
                return before.isEmpty();
            });
            return new Barrier(before.values().stream().map(InFlight::words).toList());
        }
    }

    @Override
    public long epoch(Migration migration) {
        synchronized (database) {
            return epochs.getOrDefault(migration.id(), 0L);
        }
    }

    @Override
    public Rollout rollout(Migration migration) {
        synchronized (database) {
            return rollouts.getOrDefault(migration.id(), Rollout.EVERYBODY);
        }
    }

    @Override
    public boolean setRollout(Migration migration, Rollout expected, Rollout rollout, Cause cause) {
        synchronized (database) {
            writer.checkDefinition(chain.all(), migration);
            if (!rollout(migration).equals(expected)) {
                return false;
            }
            rollouts.put(migration.id(), rollout);
            tell(migration, null, "ROLLOUT " + rollout.percent() + " %" + (rollout.halted() ? ", HALTED" : ""), cause);
            return true;
        }
    }

    @Override
    public List<JournalLine> log(Migration migration, String storedUserId) {
        synchronized (database) {
            Account account = accounts.get(storedUserId);
            return account == null
                    ? List.of()
                    : account.lines(migration.id()).stream()
                            .map(StoredLine::line)
                            .toList();
        }
    }

    @Override
    public MigrationRun openRun(Migration migration, RunRequest request, Cause cause) {
        synchronized (database) {
            writer.checkDefinition(chain.all(), migration);
            for (StoredRun run : runs.values()) {
                boolean isSame = run.migrationId.equals(migration.id())
                        && run.request.scope().equals(request.scope())
                        && Objects.equals(run.request.stage(), request.stage());
                if (isSame && run.isUnfinished()) {
                    run.found(cause.at());
                    return run.seen();
                }
            }
            List<String> userIds = accountsAfter(null)
                    .filter(account -> isInScope(migration, request.scope(), request.userIds(), account))
                    .map(account -> account.userId)
                    .toList();
            StoredRun run = new StoredRun("run-" + (runs.size() + 1), migration.id(), request, userIds, cause);
            runs.put(run.id, run);
            tell(migration, run.id, "OPENED", cause);
            return run.seen();
        }
    }

    @Override
    public Optional<MigrationRun> findRun(Migration migration, String runId) {
        synchronized (database) {
            return Optional.ofNullable(runs.get(runId))
                    .filter(run -> run.migrationId.equals(migration.id()))
                    .map(StoredRun::seen);
        }
    }

    @Override
    public List<MigrationRun> runs(Migration migration, int limit) {
        synchronized (database) {
            List<MigrationRun> all = new ArrayList<>();
            runs.values().stream()
                    .filter(run -> run.migrationId.equals(migration.id()))
                    .forEach(run -> all.add(0, run.seen()));
            return all.stream().limit(limit).toList();
        }
    }

    @Override
    public boolean changeRun(
            Migration migration, String runId, MigrationRun.State from, MigrationRun.State to, Cause cause) {
        return changing(migration, runId, to.name(), cause, run -> run.change(from, to, cause.reason(), cause.at()));
    }

    @Override
    public boolean retuneRun(Migration migration, String runId, RunSettings settings, Cause cause) {
        return changing(migration, runId, "RETUNED: " + settings, cause, run -> run.retune(settings, cause.at()));
    }

    private boolean changing(Migration migration, String runId, String what, Cause cause, Predicate<StoredRun> change) {
        synchronized (database) {
            StoredRun run = runs.get(runId);
            boolean changed = run != null && run.migrationId.equals(migration.id()) && change.test(run);
            if (changed) {
                tell(migration, runId, what, cause);
            }
            return changed;
        }
    }

    @Override
    public List<RunEvent> events(Migration migration, int limit) {
        synchronized (database) {
            return events.getOrDefault(migration.id(), List.of()).stream()
                    .limit(limit)
                    .toList();
        }
    }

    @Override
    public Totals totals(Migration migration) {
        synchronized (database) {
            return new Totals(lastLines(migration), granted(migration));
        }
    }

    private Map<MigrationStatus, Long> lastLines(Migration migration) {
        Map<MigrationStatus, Long> users = new EnumMap<>(MigrationStatus.class);
        for (Account account : accounts.values()) {
            StoredLine last = account.last(migration.id());
            if (last != null) {
                users.merge(last.line().status(), 1L, Long::sum);
            }
        }
        return users;
    }

    /** What grants added, less what their rollbacks withdrew. */
    private BigDecimal granted(Migration migration) {
        BigDecimal granted = BigDecimal.ZERO;
        for (JournalLine line : lines(migration).map(StoredLine::line).toList()) {
            JournalLine.Figures figures = line.figures();
            if (figures != null && line.kind() == JournalLine.Kind.MIGRATED) {
                granted = granted.add(figures.granted().amount());
            } else if (figures != null && migration.conversion().isEmpty()) {
                granted = granted.add(AccountWriter.orZero(figures.newCredits()).amount())
                        .subtract(AccountWriter.orZero(figures.oldCredits()).amount());
            }
        }
        return granted;
    }

    @Override
    public List<UserMigration> failed(Migration migration, @Nullable String afterUserId, int limit) {
        synchronized (database) {
            return accountsAfter(afterUserId)
                    .map(account -> account.record(migration.id()))
                    .filter(record -> record != null && record.status() == MigrationStatus.FAILED)
                    .limit(limit)
                    .toList();
        }
    }

    @Override
    public List<Long> operationsPerDay(Migration migration) {
        UsageWindow window = migration.usageWindow();
        Long[] days =
                new Long[(int) Duration.between(window.from(), window.to()).toDays()];
        Arrays.fill(days, 0L);
        synchronized (database) {
            accountsAfter(null)
                    .flatMap(account -> account.operations.stream())
                    .filter(at -> !at.isBefore(window.from()) && at.isBefore(window.to()))
                    .forEach(
                            at -> days[(int) Duration.between(window.from(), at).toDays()]++);
        }
        return List.of(days);
    }

    @Override
    public List<UserState> scan(Migration migration, RunScope scope, @Nullable String afterUserId, int limit) {
        synchronized (database) {
            return accountsAfter(afterUserId)
                    .filter(account -> isInScope(migration, scope, List.of(), account))
                    .limit(limit)
                    .map(account -> state(migration, account, scope.kind() == RunScope.Kind.LATE_OPERATIONS))
                    .toList();
        }
    }

    @Override
    public Page page(
            Migration migration, String runId, @Nullable Integer range, int limit, Instant now, PageWork work) {
        StoredRun run;
        StoredRun.Range claimed;
        List<UserState> users;
        synchronized (database) {
            run = runs.get(runId);
            if (run == null || !run.migrationId.equals(migration.id())) {
                throw new InvalidValueException("run", runId, "the id of a run that was opened: " + runs.keySet());
            }
            if (!run.isRunning()) {
                return Page.of(run.isFinished() ? Page.Status.FINISHED : Page.Status.STOPPED, null, run.settings());
            }
            if (run.request.scope().isHeldUpBy(rollout(migration))) {
                return Page.of(Page.Status.HALTED, null, run.settings());
            }
            if (run.isDone()) {
                Cause cause = new Cause(Actor.automatic("run"), "every range is done", now);
                run.change(MigrationRun.State.RUNNING, MigrationRun.State.FINISHED, "", now);
                tell(migration, runId, "FINISHED", cause);
                return Page.of(Page.Status.FINISHED, null, run.settings());
            }
            claimed = run.claim(range);
            if (claimed == null) {
                return Page.of(Page.Status.BUSY, null, run.settings());
            }
            claimed.claimed = true;
            users = nextUsers(migration, run, claimed, limit);
        }
        try {
            if (users.isEmpty()) {
                synchronized (database) {
                    claimed.endPass(now);
                }
                return Page.of(Page.Status.ADVANCED, claimed.number, run.settings());
            }
            return writePage(migration, run, claimed, users, limit, now, work);
        } finally {
            synchronized (database) {
                claimed.claimed = false;
            }
        }
    }

    private static boolean isPending(@Nullable UserMigration record) {
        return record == null || record.status() == MigrationStatus.PENDING;
    }

    /** All changes or none; who is locked, or no longer as expected, is left out. */
    private Page writePage(
            Migration migration,
            StoredRun run,
            StoredRun.Range range,
            List<UserState> users,
            int limit,
            Instant now,
            PageWork work) {
        PageWork.Decided decided = work.decide(new PageWork.Users(users, Set.copyOf(range.left), range.sweep));
        long waitMillisMax = range.sweep && limit == 1 ? ROW_WAIT_MILLIS_MAX : pageWaitMillisMax;
        Object transaction = new Object();
        synchronized (database) {
            try {
                writer.checkDefinition(chain.all(), migration);
                Map<String, Account> drafts = new HashMap<>();
                List<CommitResult> results = new ArrayList<>();
                for (UserChange change : decided.changes()) {
                    CommitResult refusal = enter(migration, change, transaction);
                    if (refusal != null) {
                        results.add(refusal);
                    } else if (rowIsFreeWithin(waitMillisMax, change.line().userId())) {
                        results.add(write(migration, change, run.id, drafts));
                    } else {
                        results.add(CommitResult.of(CommitResult.Status.LOCKED));
                    }
                }
                Optional<PageWork.Counted> counted = work.count(results);
                if (counted.isEmpty()) {
                    return Page.of(Page.Status.CONTENDED, range.number, run.settings());
                }
                publish(migration, drafts);
                String last = users.get(decided.users() - 1).user().userId();
                range.moveBehind(last, decided.users(), counted.get(), now);
                run.measure(now);
                return Page.of(Page.Status.ADVANCED, range.number, run.settings());
            } catch (RejectedException e) {
                return Page.rejected(String.valueOf(e.getMessage()));
            } finally {
                leave(transaction);
            }
        }
    }

    /** One change, step by step as the protocol says, written to a draft of the user. */
    private CommitResult write(
            Migration migration, UserChange change, @Nullable String runId, Map<String, Account> drafts)
            throws RejectedException {
        String userId = change.line().userId();
        Account found = accounts.get(userId);
        if (found == null
                || found.deleted
                || !writer.accountMatches(migration, found, change)
                || !writer.lineIsNext(found, change)) {
            return CommitResult.of(CommitResult.Status.STALE);
        }
        Account draft = found.copy();
        writer.writeBalance(draft, change, balanceScale);
        writer.writeHostState(draft, migration, change);
        long copied = writer.writeHistory(draft, migration, change);
        if (change.kind() == UserChange.Kind.CATCH_UP && copied == 0) {
            return CommitResult.committed(0);
        }
        writer.writeLine(draft, writer.behind(sealsOf(migration).last(), change.line()), copied, runId);
        writer.writeNotice(draft, change, runId);
        if (change.kind().movesBalance() && refusedUsers.contains(userId)) {
            throw new RejectedException("the journal refuses user '" + userId + "', as a test has asked for");
        }
        drafts.put(userId, draft);
        return CommitResult.committed(copied);
    }

    /** The end of a transaction: all that it wrote is seen at once, and the definition if it was the first to write. */
    private void publish(Migration migration, Map<String, Account> drafts) {
        if (!drafts.isEmpty()) {
            boolean leaves = drafts.values().stream()
                    .map(draft -> Objects.requireNonNull(draft.last(migration.id()))
                            .line()
                            .kind())
                    .anyMatch(kind -> kind == JournalLine.Kind.ROLLED_BACK || kind == JournalLine.Kind.RECONCILED);
            if (leaves) {
                epochs.merge(migration.id(), 1L, Long::sum);
            }
            accounts.putAll(drafts);
        }
    }

    private boolean rowIsFreeWithin(long millisMax, String userId) {
        return isSoWithin(millisMax, () -> !lockedUsers.contains(userId));
    }

    /** Lets others in until it is so; false where the time is over before, or the thread was interrupted. */
    private boolean isSoWithin(long millisMax, BooleanSupplier condition) {
        long deadlineNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millisMax);
        while (!condition.getAsBoolean()) {
            long leftMillis = TimeUnit.NANOSECONDS.toMillis(deadlineNanos - System.nanoTime());
            if (leftMillis <= 0) {
                return false;
            }
            try {
                database.wait(leftMillis);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
        return true;
    }

    @Override
    public int queue(Migration migration, List<Notice> announcements, Instant due) {
        synchronized (database) {
            writer.checkDefinition(chain.all(), migration);
            int queued = 0;
            for (Notice notice : announcements) {
                Account account = account(notice.userId());
                boolean isNew = isPending(account.record(migration.id()))
                        && account.notices.putIfAbsent(notice.id(), StoredNotice.queued(notice, due, null)) == null;
                queued += isNew ? 1 : 0;
            }
            return queued;
        }
    }

    @Override
    public List<Leased> lease(int limit, Instant now, Instant until) {
        synchronized (database) {
            return outbox.lease(accounts, limit, now, until, this::isHeld);
        }
    }

    @Override
    public boolean holds(Leased leased) {
        synchronized (database) {
            return outbox.holds(account(leased.notice().userId()), leased, this::isHeld);
        }
    }

    /** A paused run holds what its pages would tell of failures. */
    private boolean isHeld(StoredNotice notice) {
        StoredRun run = notice.run() == null ? null : runs.get(notice.run());
        return run != null && run.isPaused() && notice.notice().kind() == NoticeKind.ISSUE;
    }

    @Override
    public boolean settle(Leased leased, Settlement settlement) {
        synchronized (database) {
            return outbox.settle(account(leased.notice().userId()), leased, settlement);
        }
    }

    @Override
    public Backlog backlog(Instant now) {
        synchronized (database) {
            return outbox.backlog(accounts, now);
        }
    }

    @Override
    public List<DeadLetter> deadLetters(int limit) {
        synchronized (database) {
            return outbox.deadLetters(accounts, limit);
        }
    }

    @Override
    public boolean requeue(DeadLetter letter, Instant due) {
        synchronized (database) {
            return outbox.requeue(account(letter.notice().userId()), letter, due);
        }
    }

    @Override
    public List<Evidence> evidence(Migration migration, @Nullable String afterUserId, int limit) {
        synchronized (database) {
            return (afterUserId == null ? accounts : accounts.tailMap(afterUserId, false))
                    .values().stream()
                            .filter(account -> AccountAudit.isKept(migration, account))
                            .limit(limit)
                            .map(account -> audit.evidence(migration, account))
                            .toList();
        }
    }

    @Override
    public Evidence evidence(Migration migration, String storedUserId) {
        synchronized (database) {
            Account account = accounts.get(storedUserId);
            return account == null
                    ? new Evidence(
                            storedUserId, List.of(), Evidence.Numbers.NONE, List.of(), 0, Evidence.Strays.NONE, null)
                    : audit.evidence(migration, account);
        }
    }

    @Override
    public List<Unrecorded> unrecorded(Migration migration) {
        synchronized (database) {
            return audit.unrecorded(migration, accounts.values());
        }
    }

    @Override
    public JournalFigures figures(Migration migration) {
        synchronized (database) {
            return new JournalFigures(
                    totals(migration),
                    lastLines(migration),
                    runs.values().stream()
                            .filter(run -> run.migrationId.equals(migration.id()))
                            .map(run -> figures(migration, run.seen()))
                            .toList(),
                    List.of());
        }
    }

    private JournalFigures.Run figures(Migration migration, MigrationRun run) {
        Tally lines = lines(migration)
                .filter(stored -> run.id().equals(stored.runId()))
                .map(stored -> tally(stored.line()))
                .reduce(Tally.NOBODY, Tally::plus);
        return new JournalFigures.Run(run.id(), run.tally(), lines);
    }

    /** What one line says of one user. */
    private static Tally tally(JournalLine line) {
        BigDecimal before = amountOf(line.oldCredits());
        BigDecimal after = amountOf(line.newCredits());
        BigDecimal granted = line.figures() == null
                ? BigDecimal.ZERO
                : line.figures().granted().amount();
        BigDecimal withdrawn = line.newRate() == null ? before.subtract(after) : BigDecimal.ZERO;
        return switch (line.kind()) {
            case MIGRATED ->
                new Tally(
                        Map.of(MigrationResult.Status.MIGRATED, 1L),
                        Map.of(),
                        before,
                        after,
                        granted,
                        BigDecimal.ZERO,
                        line.residual());
            case ROLLED_BACK ->
                new Tally(
                        Map.of(),
                        Map.of(RollbackResult.Status.ROLLED_BACK, 1L),
                        before,
                        after,
                        BigDecimal.ZERO,
                        withdrawn,
                        line.residual());
            case FAILED ->
                new Tally(
                        Map.of(MigrationResult.Status.FAILED, 1L),
                        Map.of(),
                        BigDecimal.ZERO,
                        BigDecimal.ZERO,
                        BigDecimal.ZERO,
                        BigDecimal.ZERO,
                        BigDecimal.ZERO);
            case REOPENED, CAUGHT_UP, RECONCILED -> Tally.NOBODY;
        };
    }

    private static BigDecimal amountOf(@Nullable Credits credits) {
        return credits == null ? BigDecimal.ZERO : credits.amount();
    }

    private Stream<StoredLine> lines(Migration migration) {
        return accounts.values().stream().flatMap(account -> account.lines(migration.id()).stream());
    }

    @Override
    public List<Seal> seals(Migration migration) {
        synchronized (database) {
            return sealsOf(migration).seals();
        }
    }

    @Override
    public List<SealedRow> sealed(Migration migration, StoredRow.@Nullable Key after, int limit) {
        synchronized (database) {
            return sealsOf(migration).sealed(rows(migration), after, limit);
        }
    }

    @Override
    public List<StoredRow> unsealed(Migration migration, StoredRow.@Nullable Key after, int limit) {
        synchronized (database) {
            return sealsOf(migration).unsealed(rows(migration), after, limit);
        }
    }

    @Override
    public Seal seal(Migration migration, SealWork work) {
        synchronized (database) {
            writer.checkDefinition(chain.all(), migration);
            return sealsOf(migration).seal(rows(migration), work);
        }
    }

    private SealBook sealsOf(Migration migration) {
        return seals.computeIfAbsent(migration.id(), id -> new SealBook(BY_CODE_POINT));
    }

    /** What a seal covers: the definition, the finished runs and the lines. */
    private List<StoredRow> rows(Migration migration) {
        StoredDefinition definition = chain.find(migration.id());
        return Stream.of(
                        Stream.ofNullable(definition).map(StoredRows::row),
                        runs.values().stream()
                                .filter(run -> run.migrationId.equals(migration.id()) && run.isFinished())
                                .map(run -> StoredRows.row(run.seen())),
                        lines(migration).map(stored -> StoredRows.row(migration, stored)))
                .flatMap(Function.identity())
                .toList();
    }

    private Stream<Account> accountsAfter(@Nullable String afterUserId) {
        Map<String, Account> rest = afterUserId == null ? accounts : accounts.tailMap(afterUserId, false);
        return rest.values().stream().filter(account -> !account.deleted);
    }

    private boolean isInScope(Migration migration, RunScope scope, List<String> listed, Account account) {
        UserMigration record = account.record(migration.id());
        return switch (scope.kind()) {
            case EVERYONE -> true;
            case ZERO_CREDITS -> AccountWriter.orZero(account.credits).signum() == 0 && account.reserved.signum() <= 0;
            case FAILED -> record != null && record.status() == MigrationStatus.FAILED;
            case LISTED, MIGRATED_AND_LISTED -> listed.contains(account.userId);
            case LATE_OPERATIONS -> AccountReader.lateOperations(migration, account) > 0;
            case MIGRATED, MIGRATED_BY_RUN, MIGRATED_IN_STAGE, MIGRATED_BETWEEN ->
                record != null
                        && record.status() == MigrationStatus.COMPLETED
                        && wasMigratedIn(scope, account.migrated(migration.id()));
        };
    }

    /** Asked of the line that migrated the user, whatever lines came later. */
    private boolean wasMigratedIn(RunScope scope, @Nullable StoredLine migrated) {
        String runId = migrated == null ? null : migrated.runId();
        return switch (scope.kind()) {
            case MIGRATED_BY_RUN -> scope.which().equals(runId);
            case MIGRATED_IN_STAGE -> scope.which().equals(stageOf(runId));
            case MIGRATED_BETWEEN ->
                migrated != null
                        && !migrated.line().at().isBefore(scope.from())
                        && migrated.line().at().isBefore(scope.to());
            default -> true;
        };
    }

    private @Nullable String stageOf(@Nullable String runId) {
        StoredRun run = runId == null ? null : runs.get(runId);
        return run == null || run.request.stage() == null
                ? null
                : run.request.stage().toString();
    }

    private boolean isNext(Migration migration, RunRequest request, StoredRun.Range range, Account account) {
        if (range.sweep && range.left.contains(account.userId)) {
            return true;
        }
        boolean isInScope = isInScope(migration, request.scope(), request.userIds(), account);
        return isInScope && (!range.sweep || isSwept(migration, request.scope(), account));
    }

    /** In the sweep of a rollback, those still COMPLETED; of any other, those without a line, PENDING, or with late operations. */
    private static boolean isSwept(Migration migration, RunScope scope, Account account) {
        UserMigration record = account.record(migration.id());
        return scope.isRollback()
                ? record != null && record.status() == MigrationStatus.COMPLETED
                : isPending(record) || AccountReader.lateOperations(migration, account) > 0;
    }

    private List<UserState> nextUsers(Migration migration, StoredRun run, StoredRun.Range range, int limit) {
        RunScope scope = run.request.scope();
        boolean counted = scope.kind() == RunScope.Kind.LATE_OPERATIONS || (range.sweep && !scope.isRollback());
        return accountsAfter(range.last)
                .takeWhile(account -> range.upto == null || BY_CODE_POINT.compare(account.userId, range.upto) <= 0)
                .filter(account -> isNext(migration, run.request, range, account))
                .limit(limit)
                .map(account -> state(migration, account, counted))
                .toList();
    }

    private void tell(Migration migration, @Nullable String runId, String what, Cause cause) {
        events.computeIfAbsent(migration.id(), id -> new ArrayList<>())
                .add(0, new RunEvent(cause.at(), runId, what, cause.actor(), cause.reason()));
    }

    private UserState state(Migration migration, Account account, boolean withLateOperations) {
        long late = withLateOperations ? AccountReader.lateOperations(migration, account) : 0;
        return reader.state(migration, account, rollout(migration), late);
    }

    // What the host does to its own tables.

    /** Inserts users. Under the id of a user who was deleted it is another person, with the journal of the one before. */
    public void add(SeedUser... users) {
        synchronized (database) {
            for (SeedUser user : users) {
                checkFits(AccountWriter.orZero(user.credits()));
                Account account = new Account(user);
                account.bought = knowsPurchases ? Credits.ZERO : null;
                Account before = accounts.get(user.userId());
                if (before != null && before.deleted) {
                    account.inherit(before);
                } else if (before != null) {
                    throw new InvalidValueException("user id", user.userId(), "one that is not taken yet");
                }
                accounts.put(user.userId(), account);
            }
        }
    }

    /** Deletes the user; journal and history stay. */
    public void deleteUser(String userId) {
        change(userId, account -> {
            account.deleted = true;
            return true;
        });
    }

    /** Adds an operation of the user. */
    public void addOperation(String userId, Instant at) {
        change(userId, account -> account.operations.add(at));
    }

    /**
     * Adds credits, or takes them off where the amount is below zero, if the user's marker is still this one and the balance
     * does not fall below zero: the guarded update that is the host's part. An absent balance becomes one.
     *
     * @return whether it was done; where not, read the marker and price again
     */
    public boolean move(String userId, Credits amount, @Nullable String markerPricedUnder) {
        checkFits(amount);
        return change(userId, account -> {
            Credits moved = AccountWriter.orZero(account.credits).plus(amount);
            boolean overdrawn = amount.signum() < 0 && moved.signum() < 0;
            if (overdrawn || !Objects.equals(account.marker, markerPricedUnder)) {
                return false;
            }
            account.credits = moved;
            account.writes++;
            return true;
        });
    }

    /** From now on purchases are known, of which nobody has made any yet: as with purchases that are mapped in a database. */
    public void knowPurchases() {
        synchronized (database) {
            knowsPurchases = true;
            accounts.values().forEach(account -> account.bought = Credits.ZERO);
        }
    }

    /** The user buys credits, for which an absent balance becomes one. Purchases that are not known are a move as any other. */
    public void buy(String userId, Credits amount) {
        checkFits(amount);
        change(userId, account -> {
            account.credits = AccountWriter.orZero(account.credits).plus(amount);
            account.bought = account.bought == null ? null : account.bought.plus(amount);
            account.writes++;
            return true;
        });
    }

    /** A host transaction that holds the user's row, until it is closed by any thread. */
    public AutoCloseable lock(String userId) {
        return change(userId, account -> {
            lockedUsers.add(userId);
            return () -> {
                synchronized (database) {
                    lockedUsers.remove(userId);
                    database.notifyAll();
                }
            };
        });
    }

    /** Support writes a balance with its rate, and clears or sets the marker, by hand. */
    public void restoreByHand(String userId, Credits credits, boolean flagged, @Nullable CreditRate rate) {
        restoreByHand(userId, credits, flagged);
        change(userId, account -> {
            account.rate = rate;
            return true;
        });
    }

    /** Support writes a balance and clears or sets the marker by hand. */
    public void restoreByHand(String userId, Credits credits, boolean flagged) {
        checkFits(credits);
        change(userId, account -> {
            account.credits = credits;
            account.marker = flagged ? Account.HOST_FLAG : null;
            account.writes++;
            return true;
        });
    }

    /** Changes the rate that the user's row names; null: none. */
    public void changeRate(String userId, @Nullable CreditRate rate) {
        change(userId, account -> {
            account.rate = rate;
            return true;
        });
    }

    /** Changes the user's rate limit, whatever the regime; null: none. */
    public void changeRateLimit(String userId, @Nullable Integer rateLimit) {
        change(userId, account -> {
            account.rateLimit = rateLimit;
            return true;
        });
    }

    /** From now on, migrating or rolling back this user is refused by the last statement of the transaction. */
    public void refuseChangesOf(String userId) {
        synchronized (database) {
            refusedUsers.add(userId);
        }
    }

    private void checkFits(Credits credits) {
        if (credits.scale() > balanceScale) {
            throw new InvalidValueException("credits", credits, "at most " + balanceScale + " decimals");
        }
    }

    private <T> T change(String userId, Function<Account, T> change) {
        synchronized (database) {
            if (!rowIsFreeWithin(HOST_WAIT_MILLIS_MAX, userId)) {
                throw new IllegalStateException("The row of user " + userId + " stayed locked");
            }
            return change.apply(account(userId));
        }
    }

    // What tests look at.

    /** The balance; null where there is none. */
    public @Nullable Credits credits(String userId) {
        return look(userId, account -> account.credits);
    }

    /** The referral credits. */
    public Credits refCredits(String userId) {
        return look(userId, account -> account.refCredits);
    }

    /** The rate that the user's row names; null where it names none. */
    public @Nullable CreditRate rate(String userId) {
        return look(userId, account -> account.rate);
    }

    /** The user's marker; null where it is not set. */
    public @Nullable String marker(String userId) {
        return look(userId, account -> account.marker);
    }

    /** Whether the user's marker is set, by whomever. */
    public boolean isFlagged(String userId) {
        return marker(userId) != null;
    }

    /** The user's rate limit; null where a grant has cleared it. */
    public @Nullable Integer rateLimit(String userId) {
        return look(userId, account -> account.rateLimit);
    }

    /** The user's credit history of all migrations, in the order in which it was written. */
    public List<HistoryEntry> entries(String userId) {
        return look(userId, account -> List.copyOf(account.history));
    }

    /** How many users have a line in this migration, of any kind. */
    public long recordCount(String migrationId) {
        synchronized (database) {
            return accounts.values().stream()
                    .filter(account -> account.last(migrationId) != null)
                    .count();
        }
    }

    /** How many lines the journal has in this migration, of all users and kinds. */
    public long logCount(String migrationId) {
        synchronized (database) {
            return accounts.values().stream()
                    .mapToLong(account -> account.lines(migrationId).size())
                    .sum();
        }
    }

    /** All that is stored but the positions of runs, as text: equal twice when nothing was written in between. */
    public List<String> dump() {
        synchronized (database) {
            List<String> lines = new ArrayList<>();
            accounts.values().forEach(account -> lines.add(account.toString()));
            chain.all().forEach(definition -> lines.add(definition.toString()));
            seals.values().stream().filter(book -> !book.seals().isEmpty()).forEach(book -> lines.add(book.toString()));
            events.forEach((migration, told) -> told.stream()
                    .filter(event -> event.runId() == null)
                    .forEach(event -> lines.add(migration + " " + event)));
            return lines;
        }
    }

    private <T extends @Nullable Object> T look(String userId, Function<Account, T> look) {
        synchronized (database) {
            return look.apply(account(userId));
        }
    }

    private Account account(String userId) {
        Account account = accounts.get(userId);
        if (account == null) {
            throw new InvalidValueException("user id", userId, "one of a user that was added");
        }
        return account;
    }
}
