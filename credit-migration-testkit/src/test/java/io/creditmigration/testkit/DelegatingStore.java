package io.creditmigration.testkit;

import io.creditmigration.Barrier;
import io.creditmigration.ChainResult;
import io.creditmigration.DeadLetter;
import io.creditmigration.JournalLine;
import io.creditmigration.Migration;
import io.creditmigration.MigrationRun;
import io.creditmigration.Notice;
import io.creditmigration.Rollout;
import io.creditmigration.RunEvent;
import io.creditmigration.RunScope;
import io.creditmigration.RunSettings;
import io.creditmigration.Seal;
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
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A store that does what another one does, but for what a test overrides. */
class DelegatingStore implements RunStore, NoticeStore, AuditStore {

    final RunStore store;

    DelegatingStore(RunStore store) {
        this.store = store;
    }

    @Override
    public boolean joins() {
        return store.joins();
    }

    @Override
    public String mapping() {
        return store.mapping();
    }

    @Override
    public HostShape shape() {
        return store.shape();
    }

    @Override
    public void register(Migration migration, Cause cause) {
        store.register(migration, cause);
    }

    @Override
    public ChainResult postpone(Migration migration, Duration by, Cause cause) {
        return store.postpone(migration, by, cause);
    }

    @Override
    public ChainResult withdraw(Migration migration, Cause cause) {
        return store.withdraw(migration, cause);
    }

    @Override
    public List<StoredDefinition> definitions() {
        return store.definitions();
    }

    @Override
    public Optional<UserState> find(Migration migration, String userId) {
        return store.find(migration, userId);
    }

    @Override
    public CommitResult commit(Migration migration, UserChange change) {
        return store.commit(migration, change);
    }

    @Override
    public Rollout rollout(Migration migration) {
        return store.rollout(migration);
    }

    @Override
    public boolean setRollout(Migration migration, Rollout expected, Rollout rollout, Cause cause) {
        return store.setRollout(migration, expected, rollout, cause);
    }

    @Override
    public Barrier drain(Migration migration, Duration max) {
        return store.drain(migration, max);
    }

    @Override
    public long epoch(Migration migration) {
        return store.epoch(migration);
    }

    @Override
    public List<JournalLine> log(Migration migration, String storedUserId) {
        return store.log(migration, storedUserId);
    }

    @Override
    public MigrationRun openRun(Migration migration, RunRequest request, Cause cause) {
        return store.openRun(migration, request, cause);
    }

    @Override
    public Optional<MigrationRun> findRun(Migration migration, String runId) {
        return store.findRun(migration, runId);
    }

    @Override
    public List<MigrationRun> runs(Migration migration, int limit) {
        return store.runs(migration, limit);
    }

    @Override
    public boolean changeRun(
            Migration migration, String runId, MigrationRun.State from, MigrationRun.State to, Cause cause) {
        return store.changeRun(migration, runId, from, to, cause);
    }

    @Override
    public boolean retuneRun(Migration migration, String runId, RunSettings settings, Cause cause) {
        return store.retuneRun(migration, runId, settings, cause);
    }

    @Override
    public List<RunEvent> events(Migration migration, int limit) {
        return store.events(migration, limit);
    }

    @Override
    public Totals totals(Migration migration) {
        return store.totals(migration);
    }

    @Override
    public List<UserMigration> failed(Migration migration, @Nullable String afterUserId, int limit) {
        return store.failed(migration, afterUserId, limit);
    }

    @Override
    public List<Long> operationsPerDay(Migration migration) {
        return store.operationsPerDay(migration);
    }

    @Override
    public List<UserState> scan(Migration migration, RunScope scope, @Nullable String afterUserId, int limit) {
        return store.scan(migration, scope, afterUserId, limit);
    }

    @Override
    public Page page(
            Migration migration, String runId, @Nullable Integer range, int limit, Instant now, PageWork work) {
        return store.page(migration, runId, range, limit, now, work);
    }

    @Override
    public int queue(Migration migration, List<Notice> announcements, Instant due) {
        return notices().queue(migration, announcements, due);
    }

    @Override
    public List<Leased> lease(int limit, Instant now, Instant until) {
        return notices().lease(limit, now, until);
    }

    @Override
    public boolean holds(Leased leased) {
        return notices().holds(leased);
    }

    @Override
    public boolean settle(Leased leased, Settlement settlement) {
        return notices().settle(leased, settlement);
    }

    @Override
    public Backlog backlog(Instant now) {
        return notices().backlog(now);
    }

    @Override
    public List<DeadLetter> deadLetters(int limit) {
        return notices().deadLetters(limit);
    }

    @Override
    public boolean requeue(DeadLetter letter, Instant due) {
        return notices().requeue(letter, due);
    }

    NoticeStore notices() {
        return (NoticeStore) store;
    }

    @Override
    public List<Evidence> evidence(Migration migration, @Nullable String afterUserId, int limit) {
        return audited().evidence(migration, afterUserId, limit);
    }

    @Override
    public Evidence evidence(Migration migration, String storedUserId) {
        return audited().evidence(migration, storedUserId);
    }

    @Override
    public List<Unrecorded> unrecorded(Migration migration) {
        return audited().unrecorded(migration);
    }

    @Override
    public JournalFigures figures(Migration migration) {
        return audited().figures(migration);
    }

    @Override
    public List<Seal> seals(Migration migration) {
        return audited().seals(migration);
    }

    @Override
    public List<SealedRow> sealed(Migration migration, StoredRow.@Nullable Key after, int limit) {
        return audited().sealed(migration, after, limit);
    }

    @Override
    public List<StoredRow> unsealed(Migration migration, StoredRow.@Nullable Key after, int limit) {
        return audited().unsealed(migration, after, limit);
    }

    @Override
    public Seal seal(Migration migration, SealWork work) {
        return audited().seal(migration, work);
    }

    private AuditStore audited() {
        return (AuditStore) store;
    }
}
